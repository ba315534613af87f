"""From a model to the files of a root."""
