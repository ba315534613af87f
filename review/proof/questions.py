"""A question about two sides as propositional logic: in which cells a request's action, resource, asker and keys are.

A request has one action, one resource and one asker, and of each condition key none, one or several values (see
`keys`). All this is exact. Some things are not, and none of them lets anything be proved that is not so:

- Policy variables, but for the values that policies themselves name. For any other value, a text with a variable is
  taken to match or not as may be, but only what it could match for some value, and only if the request has the key.
  These are more requests than there are: a counterexample may be none, and is looked for with known values (see
  `comparing`).
- Keys that are compared in several ways at once, such as a text and a number: not all their values are looked at.
- Principals that `semantics.statements` does not model, such as federated ones.

Where one of the last two could matter, finding no counterexample proves nothing, and the answer says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import z3

from review.proof import patterns, principals, terms
from review.proof.cells import Cell, GiveUpError, cells
from review.proof.keys import Keys
from review.proof.patterns import Pattern, Wildcard
from review.proof.values import near, text_set

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.proof.cells import TextSet
    from review.proof.patterns import Reading
    from review.proof.principals import Asker
    from review.proof.sides import Part, Side
    from review.proof.terms import Term
    from semantics.statements import Statement

    _Texts = list[tuple[str, Reading]]

ARNS: Final = Pattern((*"arn:", *((Wildcard.MANY_WITHIN, ":") * 4), Wildcard.ONE, Wildcard.MANY))
_NO_RESOURCE: Final = "*"  # what AWS asks about for an action that has no resource


@dataclass(frozen=True)
class Asked:
    """A request: one of each cell.

    Attributes:
        action: as AWS writes it.
        resource: an ARN, or *; "" if no statement says anything of resources.
        asker: who asks.
        context: condition keys to values, but for those that follow from who asks.
        own: those that follow from who asks, of the keys that policies use.
    """

    action: str
    resource: str
    asker: Asker
    context: Mapping[str, tuple[str, ...]]
    own: Mapping[str, tuple[str, ...]]


class Question:
    """Two sides, and every request for some action that they could take in different ways.

    Args:
        part: what the sides have to say of the action.
        timeout_ms: how long z3 may think about each counterexample.
        known: values of condition keys, in small letters, that the requests have; None for one that they do not have.

    Raises:
        GiveUpError: it is too large.
    """

    def __init__(self, part: Part, timeout_ms: int, known: Mapping[str, str | None] | None = None) -> None:
        self._action = part.action
        self._statements = tuple(statement for side in part.sides for statement in side.statements)
        self.keys = Keys(self._statements, known or {})
        for statement in self._statements:
            for _, reading in self._read(statement)[1]:
                self.keys.use_variables(reading.variables)
        is_of_resource = any(side.is_of_resource for side in part.sides)
        askers = principals.askers(self._statements, self.keys.principal_tests(), of_resource=is_of_resource)
        self._askers = [(asker, terms.variable(f"asker={place}")) for place, asker in enumerate(askers)]
        self.keys.bind(self._askers)
        self._resources = _with_terms("resource", self._resource_cells())
        self._allowed = [self._allows(side) for side in part.sides]
        self._solver = z3.SolverFor("QF_FD")  # finite domains
        self._solver.set(timeout=timeout_ms)
        self._solver.set(ctrl_c=False)  # z3 would say "unknown", and the review go on to a verdict
        self._solver.add(*self.keys.rules)
        for each in (self._resources, self._askers):
            self._solver.add(terms.one_of([term for _, term in each]))

    def counterexample(self, narrower: int, wider: int) -> Asked | None:
        """Return a request that one side allows and the other does not; None if there is none.

        Args:
            narrower: the place of the side that allows it.
            wider: the place of the side that does not.

        Raises:
            GiveUpError: z3 gave up.
        """
        self._solver.push()
        self._solver.add(self._allowed[narrower], terms.none_of((self._allowed[wider],)))
        verdict = self._solver.check()
        model = self._solver.model() if verdict == z3.sat else None
        self._solver.pop()
        if verdict == z3.unknown:
            raise GiveUpError(f"z3 gave up: {self._solver.reason_unknown()}")
        return None if model is None else self._asked(model)

    def _asked(self, model: Any) -> Asked:
        def is_true(term: Term) -> bool:
            return term is True or (term is not False and z3.is_true(model.eval(term, model_completion=True)))

        return Asked(
            self._action,
            next(resource.value for resource, term in self._resources if is_true(term)),
            next(asker for asker, term in self._askers if is_true(term)),
            *self.keys.contexts(is_true),
        )

    def _allows(self, side: Side) -> Term:
        """Return that a side allows the request."""
        given = terms.any_of(map(self._is_about, side.given))
        limit = True if side.limit is None else terms.any_of(map(self._is_about, side.limit))
        return terms.all_of((given, limit, terms.none_of(map(self._is_about, side.denied))))

    def _is_about(self, statement: Statement) -> Term:
        """Return that a statement is about the request."""
        return terms.all_of((self._has_asker(statement), self._has_resource(statement), self.keys.hold(statement)))

    def _has_asker(self, statement: Statement) -> Term:
        if statement.principals is None:
            return True
        return terms.any_of(
            term
            for asker, term in self._askers
            if (asker.is_granted_by(statement) if statement.allows else asker.is_denied_by(statement))
        )

    def _has_resource(self, statement: Statement) -> Term:
        if statement.resources is None:
            return True
        fixed, free = self._read(statement)
        patterns = text_set(reading for _, reading in fixed)
        named = terms.any_of((self._is_any(patterns), *(self._is_free(text, reading) for text, reading in free)))
        return terms.none_of((named,)) if statement.all_but_resources else named

    def _is_any(self, patterns: TextSet) -> Term:
        return terms.any_of(
            term for resource, term in self._resources if any(pattern.has(resource.value) for pattern in patterns)
        )

    def _is_free(self, text: str, reading: Reading) -> Term:
        """Return that the resource is like a text with variables that are not known."""
        rules = [
            partial(terms.equal_if, self.keys.is_set(setting), self._is_any(text_set((each,))))
            for setting, each in self._known(text, reading)
        ]
        could_be = self._is_any(text_set((reading,)))
        needed = terms.all_of((could_be, *map(self.keys.is_there, sorted(reading.requires))))
        return self.keys.opaque(
            f"resource {patterns.canonical(text)}", lambda term: terms.implies(term, needed), *rules
        )

    def _known(self, text: str, reading: Reading) -> list[tuple[dict[str, str | None], Reading]]:
        """Return what a text with variables stands for where policies name their values."""
        return [
            (setting, patterns.resource(text, self.keys.meant.knowing(setting)))
            for setting in self.keys.settings(reading.variables)
        ]

    def _read(self, statement: Statement) -> tuple[_Texts, _Texts]:
        """Return the texts of a Resource element: those that are fixed, and those that depend on variables."""
        read = [(text, patterns.resource(text, self.keys.variables(statement))) for text in statement.resources or ()]
        return [each for each in read if not each[1].variables], [each for each in read if each[1].variables]

    def _resource_cells(self) -> list[Cell]:
        """Return the resources that have to be looked at: ARNs, and none."""
        if all(statement.resources is None for statement in self._statements):
            return [Cell("", 0)]
        sets: dict[TextSet, None] = {}
        for statement in self._statements:
            fixed, free = self._read(statement)
            sets[text_set(reading for _, reading in fixed)] = None
            for text, reading in free:
                sets[text_set((reading,))] = None
                sets |= {text_set((each,)): None for _, each in self._known(text, reading)}
        hints = near(text for statement in self._statements for text in statement.resources or ())
        return [*cells(list(sets), universe=ARNS, hints=hints), Cell(_NO_RESOURCE, 0)]


def _with_terms(name: str, of: Sequence[Cell]) -> list[tuple[Cell, Term]]:
    return [(cell, terms.variable(f"{name}={place}")) for place, cell in enumerate(of)]
