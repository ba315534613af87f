"""Turns the specs in environments/ into the root configurations in roots/."""
