"""Rules that a plan is held to: checkov's, and those that checkov lacks."""
