"""Whether what should run will: each path from a schedule or an event to its target, permission by permission."""
