"""A path from what triggers it to what it reaches, hop by hop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.finding import Finding


class Answer(StrEnum):
    """Whether a hop can be taken."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"  # on something outside this plan


@dataclass(frozen=True)
class Hop:
    """One question on the way.

    Attributes:
        question: such as `May the role … run the task …?`, in a few words.
        answer: to it.
        because: the statement that allows it, the rule's state, or what it depends on outside this plan; AWS's refusal.
        missing: the statement that would allow it, as one line of JSON; "" unless the answer is no for lack of one.
        where: the address of the policy or resource that the answer is about.
        side: whether it is on a side way (the dead-letter queue), which a delivery does not need.
        rule: what the finding is called if the answer is no: `delivery/<rule>`.
        station: to which of the path's stations it leads, as an index.
    """

    question: str
    answer: Answer
    because: str
    missing: str = ""
    where: str = ""
    side: bool = False
    rule: str = "denied"
    station: int = 1


@dataclass(frozen=True)
class Path:
    """A way from a trigger to a target.

    Attributes:
        trigger: the schedule's name, or the sample event's file or title.
        kind: `schedule`, `event` or `alarm`.
        via: the address of the rule, or of the schedule.
        target: what is reached, in words: `task channelbackfill-task on cluster default`.
        stations: what lies on the way, in order, as short labels for the picture; a dead-letter queue comes last.
        hops: the questions, in order.
        address: of the target in the plan.
    """

    trigger: str
    kind: str
    via: str
    target: str
    stations: tuple[str, ...]
    hops: tuple[Hop, ...]
    address: str

    @property
    def answer(self) -> Answer:
        """Whether it delivers: no if any hop is no, depends if any depends."""
        answers = {hop.answer for hop in self.hops}
        return next((each for each in (Answer.NO, Answer.DEPENDS) if each in answers), Answer.YES)


@dataclass(frozen=True)
class Deliveries:
    """All paths of a plan.

    Attributes:
        paths: those that do not deliver first.
        unreached: addresses of rules that no sample event reaches.
        findings: what should be known of them.
    """

    paths: tuple[Path, ...]
    unreached: tuple[str, ...]
    findings: tuple[Finding, ...]
