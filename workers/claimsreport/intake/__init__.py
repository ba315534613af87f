"""A claims report as tables: fetched, bound by header, checked row by row, or refused as a whole."""
