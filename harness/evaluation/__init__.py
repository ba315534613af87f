"""How good the detection of the claims report is: on synthetic catalogues, where what should be found is known.

`trials` runs the worker's own code over weeks of reports and keeps what it finds beside what two simple rules would say
of the same series; `scoring` compares both with what was put in; `table` writes it down.
"""
