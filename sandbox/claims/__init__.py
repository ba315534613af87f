"""Claims reports of a catalogue that nobody owns, week after week, with what goes wrong in it at known places.

All of it follows from a seed. `catalogue` says what there is, `weeks` lets time pass, `injections` puts into it what a
detector should find, `writing` and `companions` write it down as the files that the worker reads.
"""
