"""Who has to be looked at: one principal for each way in which the two sides can take who asks.

Roles and users have ARNs, and those fall into cells like all texts: by the principals that statements name, and by the
conditions on aws:PrincipalArn and aws:PrincipalAccount. Root users and federated users are like users, but for
conditions on their ARNs and types: where there are any, they are looked at, too. A session of a role that a statement
names by the session's own ARN is one more; so are services, by their names. The principals are real ones of
`semantics.statements`, which says which statement names whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from review.proof.cells import GiveUpError, cells
from review.proof.patterns import Pattern, Token, Wildcard
from review.proof.values import Check, Family, family, near
from semantics.statements import Grant, Principal, service, session, user

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from semantics.statements import Statement

ARN, ACCOUNT, SERVICE = "aws:principalarn", "aws:principalaccount", "aws:principalservicename"
TYPE: Final = "aws:principaltype"
KEYS: Final = frozenset((ARN, ACCOUNT, SERVICE, TYPE, "aws:principalisawsservice"))
_ANONYMOUS: Final = "Anonymous"  # the type of callers that nothing here models
_ANY: Final[tuple[Token, ...]] = (Wildcard.ONE, Wildcard.MANY)
_ANY_WITHIN: Final = (Wildcard.ONE_WITHIN, Wildcard.MANY_WITHIN)
_ROLES, _USERS = (
    Pattern((*"arn:", *_ANY_WITHIN, *":iam::", *_ANY_WITHIN, *f":{kind}/", *_ANY)) for kind in ("role", "user")
)
_ROOTS: Final = Pattern((*"arn:", *_ANY_WITHIN, *":iam::", *_ANY_WITHIN, *":root"))
_FEDERATED: Final = Pattern((*"arn:", *_ANY_WITHIN, *":sts::", *_ANY_WITHIN, *":federated-user/", *_ANY))
_NAMED: Final = Pattern(_ANY)  # a service has some name
_NAMES: Final = ("other", "someone")  # one of them for what no policy names
_HOLDER: Final = "arn:aws:iam::123456789012:role/holder"


@dataclass(frozen=True)
class Asker:
    """Who asks, and what else decides on how statements of a resource's policy count for them.

    Attributes:
        principal: who it is.
        least: how directly a statement must name the principal: what names it less directly is not enough for somebody
            whose own policies, boundary or session policy do not allow the request.
        is_lowest: whether no statement names the principal less directly than that.
        has_boundary: whether the principal has a permissions boundary, which NotPrincipal asks for.
    """

    principal: Principal
    least: Grant = Grant.ACCOUNT
    is_lowest: bool = True
    has_boundary: bool = False

    def is_granted_by(self, statement: Statement) -> bool:
        """Tell whether a statement that allows names the asker directly enough."""
        return statement.grant(self.principal, has_boundary=self.has_boundary) >= self.least

    def is_denied_by(self, statement: Statement) -> bool:
        """Tell whether a statement that denies names the asker."""
        return statement.grant(self.principal, has_boundary=self.has_boundary) is not Grant.NONE

    @property
    def standing(self) -> str:
        """What is to know of the asker, in words."""
        said = ["who has a permissions boundary"] if self.has_boundary else []
        if not self.is_lowest:
            own = "own policies do" if self.least is Grant.ROLE else "session policy does"
            said.append(f"whose {own} not allow it")
        return " and ".join(said)


def askers(statements: Sequence[Statement], tests: Mapping[str, Sequence[Check]], *, of_resource: bool) -> list[Asker]:
    """Return everybody who has to be looked at.

    Args:
        statements: all of both sides.
        tests: what the conditions compare the `KEYS` with.
        of_resource: whether the policies name principals; otherwise the asker is a role or a user whose own they are.

    Raises:
        GiveUpError: there are too many, or the conditions look at them in a way that is not known here.
    """
    if any(family(test.operator) is not Family.TEXT for key in KEYS for test in tests.get(key, ())):
        raise GiveUpError("a condition compares who asks as a number, a date or an address")
    if not of_resource:
        holders = _people((), tests, (_ROLES, _USERS)) if tests else [session(_HOLDER, "session")]
        return [Asker(each) for each in holders]
    if any(test.takes(_ANONYMOUS) for test in tests.get(TYPE, ())):
        raise GiveUpError("a condition asks for anonymous callers, and nothing is known of them here")
    named = [
        (kind, text)
        for statement in statements
        for kind, texts in (statement.principals or {}).items()
        for text in texts
    ]
    kinds = (_ROLES, _USERS, _ROOTS, _FEDERATED) if {ARN, TYPE} & tests.keys() else (_ROLES, _USERS)
    people = _people([text for kind, text in named if kind == "AWS"], tests, kinds)
    services = _services([text for kind, text in named if kind == "Service"], tests)
    return [asker for principal in (*services, *people) for asker in _standings(principal, statements)]


def unknown_kinds(statements: Iterable[Statement]) -> list[str]:
    """Return the kinds of principals that statements name and that nothing here knows, such as `Federated`."""
    return sorted({kind for each in statements for kind in each.principals or {}} - {"AWS", "Service"})


def _standings(principal: Principal, statements: Sequence[Statement]) -> Iterator[Asker]:
    asks_for_boundary = not principal.is_service and any(statement.all_but_principals for statement in statements)
    for has_boundary in (False, True) if asks_for_boundary else (False,):
        grants = {
            statement.grant(principal, has_boundary=has_boundary) for statement in statements if statement.allows
        } - {Grant.NONE}
        for least in sorted(grants):
            is_lowest = least is min(grants)
            # Where no statement names the role, one that names the session is all that own policies can be lacking for.
            meant = least if is_lowest or Grant.ROLE in grants else Grant.ROLE
            yield Asker(principal, meant, is_lowest, has_boundary)


def _services(named: Sequence[str], tests: Mapping[str, Sequence[Check]]) -> list[Principal]:
    patterns = [*(Pattern(tuple(text)) for text in named if text != "*"), *_patterns(tests.get(SERVICE, ()))]
    hints = (*(f"{name}.amazonaws.com" for name in _NAMES), *near(test.text for test in tests.get(SERVICE, ())))
    names = [cell.value for cell in cells([(each,) for each in patterns], universe=_NAMED, hints=hints)]
    return [service(name) for name in dict.fromkeys((*names, *named)) if name != "*"]


def _people(named: Sequence[str], tests: Mapping[str, Sequence[Check]], kinds: Sequence[Pattern]) -> list[Principal]:
    """Return users and sessions of roles: those that are named, and others in every account that is.

    Args:
        named: the principals of statements.
        tests: what the conditions compare the `KEYS` with.
        kinds: of ARNs that they may have.
    """
    patterns = [*_patterns(tests.get(ARN, ())), *(_of_account(each) for each in _patterns(tests.get(ACCOUNT, ())))]
    sessions: list[tuple[str, str, str]] = []
    unknown: list[Principal] = []
    for text in named:
        parts = text.split(":", 5)
        if text == "*":
            continue
        if len(parts) == 1 and "‹" not in text:
            patterns.append(_of_account(Pattern(tuple(text))))
            continue
        if len(parts) < 6:
            unknown.append(Principal(text, account="unknown"))
            continue
        account, (kind, _, name) = parts[4], parts[5].partition("/")
        patterns.append(_of_account(Pattern(tuple(account))))
        if kind in ("role", "user"):
            patterns.append(Pattern(tuple(text)))
        elif kind == "assumed-role":
            # The session's ARN has the role's name, and not its path.
            role, start = name.partition("/")[0], (*"arn:", *parts[1], *":iam::", *account, *":role/")
            patterns += [Pattern((*start, *role)), Pattern((*start, Wildcard.MANY, "/", *role))]
            sessions.append((account, role, text))
        elif text != f"arn:{parts[1]}:iam::{account}:root":
            unknown.append(Principal(text, account=account or "unknown"))
    sets = [(each,) for each in dict.fromkeys(patterns)]
    arns = {kind: [cell.value for cell in cells(sets, universe=kind, hints=_hints(named, tests))] for kind in kinds}
    free = next(name for name in (*_NAMES, "session") if not any(each[2].endswith(f"/{name}") for each in sessions))
    found = [session(arn, free) for arn in arns[_ROLES]]
    found += [user(arn) for kind in kinds if kind is not _ROLES for arn in arns[kind]]
    for account, role, text in sessions:
        same_name = [arn for arn in arns[_ROLES] if (arn.split(":")[4], arn.rpartition("/")[2]) == (account, role)]
        # An account has one role of a name: if a policy names it, with its path, that is the one.
        roles = [arn for arn in same_name if arn in named] or same_name
        found += [Principal(text, account=account, role_arn=arn) for arn in roles]
    return [*found, *unknown]


def _hints(named: Sequence[str], tests: Mapping[str, Sequence[Check]]) -> Iterator[str]:
    """Yield ARNs that a person would rather read: of the accounts that are named, of one that is not."""
    arns = [text for text in (*named, *(test.text for test in tests.get(ARN, ()))) if text.count(":") >= 5]
    yield from near(arns)
    accounts = [text.split(":")[4] for text in arns]
    accounts += [text for text in (*named, *(test.text for test in tests.get(ACCOUNT, ()))) if text.isdigit()]
    for account in dict.fromkeys((*accounts, "999988887777")):
        for name in _NAMES:
            yield from (f"arn:aws:iam::{account}:{kind}/{name}" for kind in ("role", "user"))
            yield f"arn:aws:sts::{account}:federated-user/{name}"
        yield f"arn:aws:iam::{account}:root"


def _patterns(tests: Iterable[Check]) -> list[Pattern]:
    readings = [test.reading for test in tests]
    return [each.pattern for each in readings if each is not None and each.pattern is not None]


def _of_account(account: Pattern) -> Pattern:
    """Return the ARNs whose account is in a pattern."""
    tokens: tuple[Token, ...] = tuple(
        token.within if isinstance(token, Wildcard) else token for token in account.tokens
    )
    start = (*"arn:", Wildcard.MANY_WITHIN, ":", Wildcard.MANY_WITHIN, *"::")  # of IAM or STS, which have no regions
    return Pattern((*start, *tokens, ":", Wildcard.MANY), account.ignore_case)
