"""Condition keys as propositional logic: in which cells a request has values, and what conditions make of it.

A key that has one value at most has it in one cell. A key that can have several has values in any number of cells, and
in which cells is all that conditions can tell: each asks whether some value compares, or whether all do. So no limit to
the number of values is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from review.proof import actions, principals, terms
from review.proof.patterns import Variables, canonical, is_open_arn
from review.proof.values import Check, Domain, domain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from review.proof.principals import Asker
    from review.proof.terms import Term
    from semantics.statements import Statement

    Context = dict[str, tuple[str, ...]]

_MOST_SETTINGS: Final = 32


@dataclass(frozen=True)
class Operator:
    """A condition operator, taken apart.

    Attributes:
        base: without quantifier, negation and IfExists.
        quantifier: `ForAllValues`, `ForAnyValue` or "".
        negated: whether it asks that no text compares.
        if_exists: whether it holds for a key that is not there.
    """

    base: str
    quantifier: str
    negated: bool
    if_exists: bool


def operator(name: str) -> Operator:
    """Take an operator apart, but for Null."""
    quantifier, _, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    return Operator(base.replace("Not", ""), quantifier, "Not" in base, base != rest)


@dataclass
class _Use:
    """How the two sides use a key."""

    name: str
    is_multivalued: bool
    groups: dict[tuple[Check, ...], None] = field(default_factory=dict)
    has_empty: bool = False


@dataclass(frozen=True)
class _Bound:
    """The values of a key, and for each of them the term that a request has it."""

    values: tuple[str, ...]
    terms: tuple[Term, ...]

    def any_of(self, is_meant: Callable[[str], bool]) -> Term:
        """Return that the request has some value that is meant."""
        return terms.any_of(term for value, term in zip(self.values, self.terms, strict=True) if is_meant(value))


class Keys:
    """The condition keys of a question.

    Attributes:
        rules: what all requests obey.
        gaps: why it proves nothing that no counterexample is found, each in a sentence; empty if it does.
        free: keys, in small letters, whose values policy variables stand for, and that are not known.
        meant: how ${...} are read where they are variables.
    """

    def __init__(self, statements: Sequence[Statement], known: Mapping[str, str | None]) -> None:
        self.rules: list[Term] = []
        self.gaps: list[str] = []
        self.free: set[str] = set()
        self._known = known
        self.meant = Variables(known)
        self._text = Variables(are_meant=False)
        self._uses: dict[str, _Use] = {}
        self._bound: dict[str, _Bound] = {}
        self._opaque: dict[str, Term] = {}
        for key in known:
            self._use(key)
        for statement in statements:
            for name, keys in statement.condition.items():
                for key, wanted in keys.items():
                    self._collect(name, key, wanted, self.variables(statement))

    def variables(self, statement: Statement) -> Variables:
        """Return how a statement's ${...} are read."""
        return self.meant if statement.variables else self._text

    def use_variables(self, keys: frozenset[str]) -> None:
        """Note keys that variables stand for whose values are not known."""
        for key in sorted(keys):
            self._use(key)
            self.free.add(key)

    def principal_tests(self) -> dict[str, tuple[Check, ...]]:
        """Return what the keys that follow from who asks are compared with, those that are used."""
        return {
            key: tuple(test for group in use.groups for test in group)
            for key, use in self._uses.items()
            if key in principals.KEYS
        }

    def bind(self, askers: Sequence[tuple[Asker, Term]]) -> None:
        """Find the values of every key.

        Raises:
            GiveUpError: there are too many.
        """
        for key, use in self._uses.items():
            if key in principals.KEYS:
                self._bound[key] = _of_askers(key, askers)
            else:
                self._bound[key] = self._of_request(key, use)
            if key in self._known:
                value = self._known[key]
                bound = self._bound[key]
                self.rules.append(
                    terms.none_of(bound.terms)
                    if value is None
                    else bound.any_of(lambda each, wanted=value: each == wanted)  # type: ignore[misc]
                )

    def hold(self, statement: Statement) -> Term:
        """Return that a statement's conditions hold."""
        return terms.all_of(
            self._holds(name, key, wanted, self.variables(statement))
            for name, keys in statement.condition.items()
            for key, wanted in keys.items()
        )

    def candidates(self, key: str) -> tuple[str, ...]:
        """Return values of a key that a policy variable could stand for."""
        return self._bound[key.lower()].values

    def contexts(self, is_true: Callable[[Term], bool]) -> tuple[Context, Context]:
        """Return the keys of a request with their values: those of its own, and those that follow from who asks."""
        found: tuple[Context, Context] = ({}, {})
        for key, use in self._uses.items():
            bound = self._bound[key]
            values = tuple(value for value, term in zip(bound.values, bound.terms, strict=True) if is_true(term))
            if values:
                found[key in principals.KEYS][use.name] = values
        return found

    def opaque(self, name: str, *rules: Callable[[Term], Term]) -> Term:
        """Return the term for something that depends on a variable; `rules` say what is known of it."""
        if name not in self._opaque:
            term = self._opaque[name] = terms.variable(name)
            self.rules += [rule(term) for rule in rules]
        return self._opaque[name]

    def is_there(self, key: str) -> Term:
        """Return that the request has a key."""
        return terms.any_of(self._bound[key.lower()].terms)

    def _use(self, key: str) -> _Use:
        return self._uses.setdefault(key.lower(), _Use(key, actions.key(key).is_multivalued))

    def _collect(self, name: str, key: str, wanted: Sequence[str], variables: Variables) -> None:
        use = self._use(key)
        if name == "Null":
            return
        taken_apart = operator(name)
        use.is_multivalued |= bool(taken_apart.quantifier)
        use.has_empty |= taken_apart.quantifier == "ForAllValues"
        fixed, free = _checks(taken_apart, wanted, variables)
        use.groups |= dict.fromkeys((fixed, *((test,) for test in free)))
        for test in free:
            self.use_variables(test.variable_keys)
        for text in wanted:
            if taken_apart.base.startswith("Arn") and is_open_arn(text):
                self.gaps.append(f"{key} is compared with {text}, which has fewer parts than an ARN")
            if taken_apart.base in ("Bool", "StringEqualsIgnoreCase") and not text.isascii():
                self.gaps.append(f"which letters of {text} are the same in capitals is not known here")

    def settings(self, keys: frozenset[str]) -> list[dict[str, str | None]]:
        """Return values of variables that policies name: for these it can be said what a text is like."""
        named = [[(key, value) for value in (None, *self._literals(key))] for key in sorted(keys - principals.KEYS)]
        return [dict(values) for values in islice(product(*named), _MOST_SETTINGS)] if len(named) == len(keys) else []

    def is_set(self, setting: Mapping[str, str | None]) -> Term:
        """Return that the variables have these values, and so the keys have no others."""
        if any(value is not None and value not in self._bound[key].values for key, value in setting.items()):
            return False  # a key that is true or false is never another text
        return terms.all_of(
            term if (value == wanted) else terms.none_of((term,))
            for key, wanted in setting.items()
            for value, term in zip(self._bound[key].values, self._bound[key].terms, strict=True)
        )

    def _literals(self, key: str) -> list[str]:
        """Return the texts that the values of a key are compared with and that are like one value only."""
        readings = [check.reading for group in self._uses[key].groups for check in group]
        patterns = [each.pattern for each in readings if each is not None and each.pattern is not None]
        return list(dict.fromkeys(each.literal for each in patterns if each.literal is not None))

    def _of_request(self, key: str, use: _Use) -> _Bound:
        if key in self._known:
            value = self._known[key]
            values: tuple[str, ...] = () if value is None else (value,)
        else:
            values = self._domain(key, use).values
        bound = _Bound(values, tuple(terms.variable(f"{key}={place}") for place in range(len(values))))
        if not use.is_multivalued:
            self.rules.append(terms.at_most_one(list(bound.terms)))
        return bound

    def _domain(self, key: str, use: _Use) -> Domain:
        groups = dict(use.groups)
        for group in use.groups:
            for check in group if key in self.free else ():
                groups[check,] = None
            for setting in self.settings(group[0].variable_keys) if group else ():
                groups[group[0].knowing(setting),] = None
        found = domain(key, tuple(groups), with_empty=use.has_empty)
        if not found.is_complete:
            self.gaps.append(f"{use.name} is compared in several ways at once, such as a text and a number")
        return found

    def _holds(self, name: str, key: str, wanted: Sequence[str], variables: Variables) -> Term:
        bound = self._bound[key.lower()]
        is_there = terms.any_of(bound.terms)
        if name == "Null":
            return terms.any_of(
                is_there if text.lower() == "false" else terms.none_of((is_there,))
                for text in wanted
                if text.lower() in ("true", "false")
            )
        taken_apart = operator(name)
        fixed, free = _checks(taken_apart, wanted, variables)
        taken = {value for value in bound.values if any(test.takes(value) for test in fixed)}
        holds = self._quantified(taken_apart, bound, taken, free, key)
        return terms.any_of((holds, terms.none_of((is_there,)))) if taken_apart.if_exists else holds

    def _quantified(
        self, taken_apart: Operator, bound: _Bound, taken: set[str], free: Sequence[Check], key: str
    ) -> Term:
        some = terms.any_of((bound.any_of(taken.__contains__), *(self._some(key, bound, test) for test in free)))
        if taken_apart.quantifier == "":
            return terms.none_of((some,)) if taken_apart.negated else some
        if taken_apart.quantifier == "ForAnyValue" and not taken_apart.negated:
            return some
        name = f"{taken_apart} {key.lower()} {sorted(taken)} {sorted(canonical(test.text) for test in free)}"
        if taken_apart.quantifier == "ForAnyValue":
            left = bound.any_of(lambda value: value not in taken)
            return self.opaque(name, lambda term: terms.implies(term, left)) if free else left
        # ForAllValues: an empty text is no value.
        if taken_apart.negated:
            none = terms.none_of((bound.any_of(lambda value: value in taken and value != ""),))
            return self.opaque(name, lambda term: terms.implies(term, none)) if free else none
        rest = terms.none_of((bound.any_of(lambda value: value not in taken and value != ""),))
        if not free:
            return rest
        widest = terms.none_of(
            (
                bound.any_of(
                    lambda each: each not in taken and each != "" and not any(test.takes(each) for test in free)
                ),
            )
        )
        return self.opaque(name, lambda term: terms.implies(rest, term), lambda term: terms.implies(term, widest))

    def _some(self, key: str, bound: _Bound, test: Check) -> Term:
        """Return that some value is like a text with variables that are not known."""
        reading = test.reading
        if reading is None:  # pragma: no cover  # only texts have variables
            return False
        needed = terms.all_of(
            (bound.any_of(test.takes), *(self.is_there(variable) for variable in sorted(reading.requires)))
        )
        rules = [
            partial(terms.equal_if, self.is_set(setting), bound.any_of(test.knowing(setting).takes))
            for setting in self.settings(test.variable_keys)
        ]
        return self.opaque(
            f"{key.lower()} {test.operator} {canonical(test.text)}", lambda term: terms.implies(term, needed), *rules
        )


def _checks(
    taken_apart: Operator, wanted: Sequence[str], variables: Variables
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return what a condition compares with: what is fixed, and what depends on variables that are not known."""
    tests = [Check(taken_apart.base, text, variables) for text in wanted]
    free = tuple(test for test in tests if test.variable_keys)
    return tuple(test for test in tests if test not in free), free


def _of_askers(key: str, askers: Sequence[tuple[Asker, Term]]) -> _Bound:
    """Return the values of a key that follows from who asks."""
    found: dict[str, list[Term]] = {}
    for asker, term in askers:
        context = {name.lower(): value for name, value in asker.principal.context().items()}
        if key in context:
            found.setdefault(context[key], []).append(term)
    return _Bound(tuple(found), tuple(terms.any_of(each) for each in found.values()))
