"""What each part of the score of a conflict is worth at most, and why: the one table of weights.

The weights are a judgement: how urgently a person would look, if nothing else were known. They are no estimates of
probabilities, and no claim of fact about YouTube. What YouTube itself says is named as the source:

- statuses: https://support.google.com/youtube/answer/106990; columns: https://support.google.com/youtube/answer/7648605;
- a dispute not answered within 30 days ends the claim, an appeal within 7: https://support.google.com/youtube/answer/9948004;
- the most restrictive policy applies (none, monetize, track, block, takedown), and claims by descriptive search take
  the policy that a person chooses: https://support.google.com/youtube/answer/3369929;
- owners whose shares add up to more than 1 in a territory: https://support.google.com/youtube/answer/9386040;
- overclaiming, top claimed videos, thresholds of matches: https://support.google.com/youtube/answer/4352063.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """What a part is worth.

    Attributes:
        most: points at most.
        reason: why so many.
    """

    most: float
    reason: str


NEW_DISPUTES = "new-disputes"
NEW_OWNERS = "new-other-owners"
NEW_POLICY = "new-policy-disagreement"
UNUSUAL = "unusual-number"
STANDING_DISPUTES = "standing-disputes"
TAKEDOWNS = "takedowns"
OTHER_OWNERS = "other-owners"
RIGHTS = "rights"
POLICY = "policy-disagreement"
MANY_CLAIMS = "many-claims-on-a-video"
MATCH_LENGTH = "match-length"
FLAGGED = "flagged"
ORIGIN = "origin"
EXPOSURE = "exposure"

WEIGHTS: Mapping[str, Weight] = {
    NEW_DISPUTES: Weight(
        35, "somebody says now that the claim is wrong; unanswered, a dispute ends the claim in 30 days, an appeal in 7"
    ),
    NEW_OWNERS: Weight(35, "somebody else says now that it is theirs: revenue is held back until both agree"),
    NEW_POLICY: Weight(30, "one of the two policies is wrong since this week: nobody has got used to it"),
    UNUSUAL: Weight(30, "some of this comes every week where there are many claims; so much at once does not"),
    OTHER_OWNERS: Weight(15, "two owners of the same, who share its revenue or hold it back, however long that is so"),
    RIGHTS: Weight(25, "our own records do not give us what we claim"),
    POLICY: Weight(
        15, "the strictest policy applies: a claim that blocks what its asset monetizes calls forth a dispute"
    ),
    STANDING_DISPUTES: Weight(10, "what is disputed earns nothing until it is answered, however long it has been so"),
    TAKEDOWNS: Weight(10, "a takedown gives the uploader a copyright strike: the sharpest thing that an owner can do"),
    MANY_CLAIMS: Weight(10, "several assets claim one video: they share its revenue, or one of them is wrong"),
    MATCH_LENGTH: Weight(10, "a short match in a long video is often a false one; one longer than the video is none"),
    FLAGGED: Weight(8, "Content ID itself was not sure, and waits for a person"),
    ORIGIN: Weight(5, "no fingerprint stands behind a claim that was made by hand or by a search of titles"),
    EXPOSURE: Weight(20, "the same evidence matters more where more views are at stake"),
}  # fmt: skip

# Parts of what was not so in the snapshot before: they count as far as there is more of it than usual.
NEW = frozenset({NEW_DISPUTES, NEW_OWNERS, NEW_POLICY})

# What adds to the evidence in proportion: at most this share of it.
EXPOSURE_SHARE = 0.25
# Weekly views at stake from which exposure adds anything, and from which it adds all it can.
EXPOSED_FROM, EXPOSED_FULLY = 1_000, 1_000_000

# An appeal is the second time that somebody says so, and there are 7 days instead of 30.
APPEAL_AS_DISPUTES = 2
# Of a number of things, half of the points: a second one says more than a twentieth one.
HALF_AT: Mapping[str, float] = {
    NEW_DISPUTES: 3,
    NEW_OWNERS: 3,
    NEW_POLICY: 3,
    STANDING_DISPUTES: 5,
    TAKEDOWNS: 2,
    OTHER_OWNERS: 3,
    POLICY: 3,
    MANY_CLAIMS: 3,
    MATCH_LENGTH: 3,
    FLAGGED: 3,
    ORIGIN: 3,
}
# q-values of newly contested claims at which that part begins, and at which it has all its points: by the p-value
# alone, a large catalogue would have some that look unusual in each week.
UNUSUAL_FROM, UNUSUAL_FULLY = 0.1, 1e-4

# How bad a disagreement of a claim's policy with its asset's is, of 1.
BLOCKS, STRICTER, LENIENT, OTHER_ID = 1.0, 0.6, 0.3, 0.1
# How bad a length is, of 1.
IMPOSSIBLE, SHORT = 1.0, 0.4
# A match is short within both of these: seconds, and share of the video.
SHORT_SECONDS, SHORT_SHARE = 20, 0.05
# Longer than the video by more than this is no rounding.
LONGER_SECONDS, LONGER_SHARE = 2, 0.02
# Claims on one video that are usual: a recording and a composition.
USUAL_CLAIMS = 2

# How bad it is, of 1, if the records of rights ...
NOT_OURS, EXPIRED, OUTSIDE, OVERSUBSCRIBED = 1.0, 1.0, 0.7, 0.8

# Less says nothing that a person would look at; and of what has low priority, so many findings are kept, the highest.
LEAST = 8
MOST_LOW = 500
