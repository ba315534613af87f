"""The two questions: does one side allow everything that the other allows, and do both allow the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from review.proof import confirming
from review.proof.access import Access
from review.proof.cells import GiveUpError
from review.proof.principals import unknown_kinds
from review.proof.questions import Question
from review.proof.sides import parts
from review.proof.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from review.proof.questions import Asked
    from review.proof.sides import Part

__all__ = ["Access", "Comparison", "Inclusion", "Witness", "compare", "includes"]

TIMEOUT_MS: Final = 5_000
NOT_CONFIRMED: Final = "z3 found a request, but the concrete evaluator does not confirm it"  # an error in here
_MOST_TRIES: Final = 64


@dataclass(frozen=True)
class Inclusion:
    """Whether everything that the narrower side allows, the wider allows too.

    Attributes:
        holds: True: proved. False: not so, see `witness`. None: nothing is proved either way; never call it proved.
        witness: a request that the narrower side allows and the wider does not; None unless `holds` is False.
        why: why nothing is proved, in a sentence; "" unless `holds` is None.
    """

    holds: bool | None
    witness: Witness | None = None
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """A policy beside its intent.

    Attributes:
        beyond: whether policy ⊆ intent; its witness is a request that the policy allows beyond its intent.
        missing: whether intent ⊆ policy; its witness is a request that the policy misses.
    """

    beyond: Inclusion
    missing: Inclusion

    @property
    def equal(self) -> bool:
        """Whether both are proved: the policy allows what is intended, and nothing else."""
        return self.beyond.holds is True and self.missing.holds is True


def includes(
    wider: Access, narrower: Access, *, actions: Collection[str] | None = None, timeout_ms: int = TIMEOUT_MS
) -> Inclusion:
    """Prove that everything that `narrower` allows, `wider` allows too, or find a request that shows otherwise.

    Args:
        wider: the side that should allow more.
        narrower: the side that should allow less.
        actions: the only ones that are looked at, as `ecs:RunTask`; all that AWS has, by default.
        timeout_ms: how long z3 may think.

    Raises:
        ValueError: one side is of a holder and the other of a resource.
    """
    return _Comparing((wider, narrower), actions, timeout_ms).includes(0, 1)


def compare(
    policy: Access, intent: Access, *, actions: Collection[str] | None = None, timeout_ms: int = TIMEOUT_MS
) -> Comparison:
    """Prove that a policy allows what is intended and nothing else; both questions for little more than one.

    Raises:
        ValueError: one side is of a holder and the other of a resource.
    """
    comparing = _Comparing((policy, intent), actions, timeout_ms)
    return Comparison(beyond=comparing.includes(1, 0), missing=comparing.includes(0, 1))


class _Comparing:
    """Two sides, and what is known of every request to them."""

    def __init__(self, accesses: tuple[Access, Access], only: Collection[str] | None, timeout_ms: int) -> None:
        if len({access.is_of_resource for access in accesses if access.policies}) > 1:
            raise ValueError("policies of a holder and of a resource are two questions")
        self._accesses = accesses
        self._parts: list[_Part] = []
        self._unparted = ""
        try:
            self._parts += [_Part(part, timeout_ms) for part in parts(accesses, only)]
        except GiveUpError as error:
            self._unparted = str(error)

    def includes(self, wider: int, narrower: int) -> Inclusion:
        """Look at one part of all requests after the other, until one has a counterexample."""
        unknown = Inclusion(None, why=self._unparted) if self._unparted else None
        for part in self._parts:
            found = self._includes(part, wider, narrower)
            if found.holds is False:
                return found
            unknown = found if found.holds is None else unknown
        return unknown or Inclusion(holds=True)

    def _includes(self, part: _Part, wider: int, narrower: int) -> Inclusion:
        try:
            for asked in part.counterexamples(wider, narrower):
                witness = confirming.confirmed(self._accesses[wider], self._accesses[narrower], asked)
                if witness is not None:
                    return Inclusion(holds=False, witness=witness)
            why = part.doubt(wider, narrower)
        except GiveUpError as error:
            why = str(error)
        return Inclusion(None, why=why) if why else Inclusion(holds=True)


class _Part:
    """One part of all requests, of which the same statements speak."""

    def __init__(self, part: Part, timeout_ms: int) -> None:
        self._part = part
        self._timeout_ms = timeout_ms
        self._question: Question | None = None  # it serves both directions
        self._found = False

    def counterexamples(self, wider: int, narrower: int) -> Iterator[Asked]:
        """Yield requests that could show that `wider` does not include `narrower`: none is to be taken on trust.

        Raises:
            GiveUpError: the question is too large, or z3 gave up.
        """
        self._found = False
        if not self._part.sides[narrower].given:
            return
        self._question = self._question or Question(self._part, self._timeout_ms)
        asked = self._question.counterexample(narrower, wider)
        if asked is None:
            return
        self._found = True
        yield asked
        # With policy variables, z3 knows more requests than there are. With values for them, it knows fewer.
        free = sorted(self._question.keys.free)
        candidates = [(None, *self._question.keys.candidates(key)) for key in free]
        for values in islice(product(*candidates), _MOST_TRIES) if free else ():
            known = Question(self._part, self._timeout_ms, dict(zip(free, values, strict=True)))
            if (asked := known.counterexample(narrower, wider)) is not None:
                yield asked

    def doubt(self, wider: int, narrower: int) -> str:
        """Return why nothing is proved though no counterexample is one, in a sentence; "" if it is proved."""
        if self._question is None:
            return ""
        if self._found:
            variables = " and ".join(f"${{{key}}}" for key in sorted(self._question.keys.free))
            return f"it depends on what {variables} can be" if variables else NOT_CONFIRMED
        if self._question.keys.gaps:
            return self._question.keys.gaps[0]
        gives, takes = self._part.sides[narrower], self._part.sides[wider]
        kinds = unknown_kinds((*gives.given, *takes.denied)) + unknown_kinds(
            each for side in (gives, takes) for each in side.statements if each.all_but_principals
        )
        return f"nothing is known of {kinds[0]} principals" if kinds else ""
