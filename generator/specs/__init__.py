"""From the text of YAML files to one merged tree of values that know their lines."""
