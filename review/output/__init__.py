"""Writes what a review found: for a pull request, for a browser, for programs and for pipelines."""
