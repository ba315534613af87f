"""What a proof found out about one role, or about the policy of one resource."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.finding import Finding


class Status(StrEnum):
    """What is known of a policy beside its intent."""

    PROVED = "proved"  # it allows what the intent allows, and nothing else
    DIFFERS = "differs"  # it allows more, or less, or both
    UNDECLARED = "undeclared"  # nothing says what it is for
    UNREAD = "unread"  # a part of it cannot be read before the apply
    UNDECIDED = "undecided"  # the solver gave up


@dataclass(frozen=True)
class Proof:
    """What a proof found out.

    Attributes:
        address: of the role or the guarded resource.
        subject: `role`, `trust`, or the kind of a guarded resource (`queue`, `topic`, `key`, `bus`, `logs`).
        kind: the intent: `scheduler`, `rule target`, `execution role`, `task role`, `sync` and others; "" if
            undeclared.
        purpose: what that is, in a sentence with the plan's names; "" if undeclared.
        status: what is known.
        beyond: a request that the policy allows and the intent does not, in words; "" if there is none.
        missing: a request that the intent allows and the policy does not, in words; "" if there is none.
        widest: the widest grants, in words, the worst first; only of what is undeclared.
        why: why it is unread or undecided; "" otherwise.
    """

    address: str
    subject: str
    kind: str
    purpose: str
    status: Status
    beyond: str = ""
    missing: str = ""
    widest: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Privileges:
    """What was proved of a plan."""

    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
