"""Which policies a plan has, of roles and of resources, and what they say in words."""
