"""Conflicts and dispute risk: rules with evidence, each worth points that a person can check with the report in hand.

No model is trained and no rule is learnt. `weights` has the table of the parts and their reasons, `evidence` counts by
asset what they follow from, `scoring` makes points of the counts, `details` looks up ids for the findings alone.
"""

from workers.claimsreport.detection.conflicts.finding_conflicts import find

__all__ = ["find"]
