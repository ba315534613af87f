"""What a plan says of what is to happen: the facts that intents follow from. No policy is among them."""

from review.intents.facts.all import Facts, read

__all__ = ["Facts", "read"]
