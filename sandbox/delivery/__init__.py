"""What becomes of an event or a due schedule: which targets it reaches, with what, and what if not."""
