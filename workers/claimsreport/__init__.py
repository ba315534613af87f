"""The weekly claims report: what spreads, what is claimed too often, what may be disputed, what does not fit."""
