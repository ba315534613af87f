"""Turns the specs in environments/ into the root configurations in roots/.

Each folder uses those above it, and none below:

    specs       the text of YAML files becomes one tree of values that know their lines
    models      what an environment can say
    interfaces  what modules really declare, wherever their source is
    output      the files of a root
    checks      what is wrong with a spec beyond the form of its values
    commands    what the command line does
"""
