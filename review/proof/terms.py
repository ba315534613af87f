"""Terms of propositional logic for z3, without what is plainly true or false: z3 is fast, to tell it things is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import z3

if TYPE_CHECKING:
    from collections.abc import Iterable

Term: TypeAlias = Any  # a bool, or a z3.BoolRef: z3 has no types


def variable(name: str) -> Term:
    """Return a variable; one of the same name is the same."""
    return z3.Bool(name)


def any_of(terms: Iterable[Term]) -> Term:
    """Return that at least one holds."""
    found = [term for term in terms if term is not False]
    if any(term is True for term in found):
        return True
    return (found[0] if len(found) == 1 else z3.Or(found)) if found else False


def all_of(terms: Iterable[Term]) -> Term:
    """Return that all hold."""
    found = [term for term in terms if term is not True]
    if any(term is False for term in found):
        return False
    return (found[0] if len(found) == 1 else z3.And(found)) if found else True


def none_of(terms: Iterable[Term]) -> Term:
    """Return that none holds."""
    term = any_of(terms)
    return not term if isinstance(term, bool) else z3.Not(term)


def at_most_one(terms: list[Term]) -> Term:
    """Return that no two hold."""
    return z3.AtMost(*terms, 1) if len(terms) > 1 else True


def one_of(terms: list[Term]) -> Term:
    """Return that exactly one holds."""
    return all_of((any_of(terms), at_most_one(terms)))


def equal_if(condition: Term, term: Term, other: Term) -> Term:
    """Return that, if a condition holds, both hold or neither does."""
    return all_of((implies(all_of((condition, term)), other), implies(all_of((condition, other)), term)))


def implies(term: Term, other: Term) -> Term:
    """Return that the one holds only if the other does."""
    return any_of((none_of((term,)), other))
