"""Asks whether a request that a delivery needs passes, and what would have to be added if it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from review.delivery import openness
from review.delivery.model import Answer, Hop
from semantics import policies as semantics
from semantics.policies import Kind, Policy, Principal, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from review.delivery.facts import Facts
    from review.policies.model import Document, Role

Context = dict[str, "str | tuple[str, ...]"]
Condition = dict[str, dict[str, Any]]

_KINDS: Final = {
    "batch": "job queue",
    "ecs": "cluster",
    "events": "bus",
    "kinesis": "stream",
    "kms": "key",
    "lambda": "function",
    "logs": "log group",
    "sns": "topic",
    "sqs": "queue",
}
_SEVERAL: Final = 3  # refusals and reasons that one hop tells of


@dataclass(frozen=True)
class Need:
    """One permission that a delivery needs.

    Attributes:
        action: such as `ecs:RunTask`.
        resource: its ARN, as AWS authorizes it.
        context: the condition keys that AWS sends with it.
        perhaps: those of which AWS does not document whether it sends them.
        grant: what a statement should name as its resource; the resource itself if nothing is given.
        condition: what a statement should ask for.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    perhaps: Context = field(default_factory=dict)
    grant: tuple[str, ...] = ()
    condition: Condition = field(default_factory=dict)


@dataclass(frozen=True)
class _Reply:
    """The answer to one need.

    Attributes:
        lacking: the kind of policy that says no for want of a statement; None if none does.
        rule: what the finding is called, if by no other name.
    """

    answer: Answer
    because: str
    where: str = ""
    lacking: Kind | None = None
    rule: str = ""


class Authority:
    """The policies of a plan, asked as AWS would ask them; what was asked before is answered from memory."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._memory: dict[tuple[Any, ...], _Reply] = {}

    def trusts(self, role_arn: str, service: str, source: Context, condition: Condition) -> Hop:
        """Ask whether a service may take on a role.

        Args:
            role_arn: the role.
            service: such as `scheduler.amazonaws.com`.
            source: on whose behalf: `aws:SourceArn` and `aws:SourceAccount`.
            condition: what the trust policy should ask for.
        """
        question = f"May {service} take on the role {name_of(role_arn)}?"
        trust = self._facts.trust(role_arn)
        if trust is None:
            return Hop(question, Answer.DEPENDS, outside("role", role_arn))
        need = Need("sts:AssumeRole", role_arn, source, condition=condition)
        principal = semantics.service(service)
        return _hop(question, principal, [(need, self._reply(principal, need, resource=[trust], where=trust.address))])

    def role_may(self, role_arn: str, question: str, needs: Sequence[Need], *, side: bool = False) -> Hop:
        """Ask whether a role may do all of several things; the policies of the resources count, too."""
        role = self._facts.role(role_arn)
        if role is None:
            return Hop(question, Answer.DEPENDS, outside("role", role_arn), side=side)
        principal = semantics.session(role_arn, "delivery")
        replies = [(need, self._off(need) or self._of_role(role, principal, need)) for need in needs]
        return _hop(question, principal, replies, side=side)

    def service_may(
        self, service: str, question: str, needs: Sequence[Need], *, guard: str = "", side: bool = False
    ) -> Hop:
        """Ask whether the policies of resources let a service that acts for itself do all of several things.

        Args:
            service: such as `events.amazonaws.com`.
            question: of the hop.
            needs: what it has to be allowed.
            guard: the ARN of what carries the policy, if that is not the need's resource: the function of an alias.
            side: whether it is about a dead-letter queue.
        """
        principal = semantics.service(service)
        replies = [
            (need, self._off(need) or self._of_service(principal, need, guard or need.resource)) for need in needs
        ]
        return _hop(question, principal, replies, side=side)

    def may_at_all(self, role_arn: str, question: str, action: str) -> Hop:
        """Ask whether a role may do something with any resource, where it is not known which one is meant."""
        role = self._facts.role(role_arn)
        if role is None:
            return Hop(question, Answer.DEPENDS, outside("role", role_arn))
        named = self.names(role, action)
        if named:
            because = f"depends on which resource the input names, which is not checked: {named[0]} allows {action}"
            return Hop(question, Answer.DEPENDS, because)
        principal = semantics.session(role_arn, "delivery")
        need = Need(action, "*")
        return _hop(question, principal, [(need, self._of_role(role, principal, need))])

    @staticmethod
    def names(role: Role, action: str) -> list[str]:
        """Return the statements that allow a role an action, whatever the resource and the condition."""
        return [
            f"{statement.sid} of {document.address}"
            for document in role.identity
            for statement in (document.policy.statements if document.policy else ())
            if statement.allows and openness.is_named(statement, action)
        ]

    # --- One need

    def _off(self, need: Need) -> _Reply | None:
        """Return the answer of a key that is disabled; None for what is on."""
        key = self._facts.find(need.resource) if need.action.startswith("kms:") else None
        if key is None or key.get("is_enabled") is not False:
            return None
        because = f"the key {key.address} is disabled (is_enabled): KMS refuses whatever is asked"
        return _Reply(Answer.NO, because, key.address, rule="off")

    def _of_role(self, role: Role, principal: Principal, need: Need) -> _Reply:
        key = ("role", role.arn, need.action, need.resource, _key(need.context), _key(need.perhaps))
        if key not in self._memory:
            self._memory[key] = self._ask_role(role, principal, need)
        return self._memory[key]

    def _ask_role(self, role: Role, principal: Principal, need: Need) -> _Reply:
        guarded = self._facts.guarded(need.resource)
        account = need.resource.split(":", 5)[4] if need.resource.count(":") >= 5 else ""
        is_foreign = account not in ("", principal.account)
        is_key = need.action.startswith("kms:")
        reply = self._reply(
            principal,
            need,
            identity=role.identity,
            boundary=role.boundary,
            resource=guarded.documents if guarded else (),
            # What another account's policy or key says is not for this plan to know: first what is the role's own.
            account=principal.account if guarded is None else "",
            where=_own_policy(role),
            guard=guarded.address if guarded else "",
        )
        is_denied = reply.answer is Answer.NO and reply.lacking is None
        if guarded is None and is_key and reply.answer is not Answer.DEPENDS and not is_denied:
            return _Reply(Answer.DEPENDS, outside("key", need.resource))
        if guarded is None and is_foreign and reply.answer is Answer.YES:
            return _Reply(Answer.DEPENDS, f"depends on the policy of {need.resource}, outside this plan")
        return reply

    def _of_service(self, principal: Principal, need: Need, guard: str) -> _Reply:
        if ":log-group:" in need.resource:
            documents: Sequence[Document] = self._facts.policies.of_logs()
            where = documents[0].address if documents else self._facts.address(_log_group(need.resource))
            if not where:
                return _Reply(Answer.DEPENDS, outside("log group", _log_group(need.resource)))
        else:
            guarded = self._facts.guarded(guard)
            if guarded is None:
                return _Reply(Answer.DEPENDS, outside(kind_of(guard), guard))
            documents = guarded.documents
            where = next((each.address for each in documents), guarded.address)
        key = ("service", principal.name, need.action, need.resource, _key(need.context), _key(need.perhaps))
        if key not in self._memory:
            self._memory[key] = self._reply(principal, need, resource=documents, where=where, guard=where)
        return self._memory[key]

    def _reply(
        self,
        principal: Principal,
        need: Need,
        *,
        where: str,
        identity: Sequence[Document] = (),
        boundary: Document | None = None,
        resource: Sequence[Document] = (),
        account: str = "",
        guard: str = "",
    ) -> _Reply:
        """Answer one need by these policies.

        Args:
            principal: who asks.
            need: for what.
            where: the address of the policy that a missing statement belongs to, if it is the principal's own.
            identity: its policies.
            boundary: its permissions boundary.
            resource: the policies of the resource.
            account: the account that the resource is taken to be of.
            guard: where a statement belongs that the resource's policy lacks.
        """
        documents = [*identity, *resource, *([boundary] if boundary else [])]
        sent, unknown = self._sent(principal, need)

        def decide(context: Context, view: Callable[[Policy], Policy] = _as_it_is) -> semantics.Decision:
            return semantics.evaluate(
                Request(need.action, need.resource, principal, sent | context, account),
                identity=[view(each) for each in _read(identity)],
                boundary=view(boundary.policy) if boundary and boundary.policy else None,
                resource=[view(each) for each in _read(resource)],
            )

        decision = decide(need.context)
        reason = next(unknown.reasons(need.action, documents), None)
        otherwise = unknown.at_its_narrowest if decision.allowed else unknown.at_its_widest
        if reason is not None and decide(need.context, otherwise).allowed is not decision.allowed:
            what, document = reason
            return _Reply(Answer.DEPENDS, f"depends on {what}", document.address)
        addresses = {id(each.policy): each.address for each in documents if each.policy is not None}
        if not decision.allowed and decision.policy is not None:
            denier = addresses.get(id(decision.policy), where)
            return _Reply(Answer.NO, f"{decision.reason}: {decision.sid} of {denier}", denier)
        unread = [each for each in documents if each.policy is None]
        if unread and not (decision.allowed and all(_only_allows(each) for each in unread)):
            blind = unread[0]
            return _Reply(
                Answer.DEPENDS, f"depends on {blind.address}, which cannot be read: {blind.unread}", blind.address
            )
        if decision.allowed:
            decider = addresses.get(id(decision.policy), where)
            return _Reply(Answer.YES, f"{decision.sid} of {decider} allows {need.action}", decider)
        if need.perhaps and decide(need.context | need.perhaps).allowed:
            keys = " and ".join(need.perhaps)
            because = f"depends on whether AWS sends {keys} here, which it does not document; a policy asks for it"
            return _Reply(Answer.DEPENDS, because, guard or where)
        places = {Kind.BOUNDARY: boundary.address if boundary else where}
        lacking = decision.lacking or Kind.IDENTITY
        place = places.get(lacking, where if lacking is Kind.IDENTITY else _place(resource, guard or where))
        return _Reply(Answer.NO, decision.reason, place, lacking)

    def _sent(self, principal: Principal, need: Need) -> tuple[Context, openness.Openness]:
        """Return the keys that every request for this has, and what nobody knows of it."""
        facts = self._facts
        resource = facts.tags(need.resource)
        own = facts.tags(principal.role_arn) if principal.role_arn else None
        unknown = openness.of_request(
            is_service=principal.is_service, has_tags=own is not None, resource_has_tags=resource is not None
        )
        sent: Context = {**facts.globals(need.resource)}
        sent |= openness.tags(openness.PRINCIPAL_TAGS, own or {})
        sent |= openness.tags(openness.RESOURCE_TAGS, resource or {})
        return sent, unknown


def _as_it_is(policy: Policy) -> Policy:
    return policy


def outside(kind: str, what: str) -> str:
    """Say that something is not for this plan to know."""
    if what.startswith("‹"):
        return f"depends on the {kind} {what}, which only the apply will know"
    return f"depends on the {kind} {what}, outside this plan"


def name_of(arn: str) -> str:
    """Return the name at the end of an ARN; what is none as it is."""
    return arn.rpartition("/")[2] if "/" in arn else arn.rpartition(":")[2]


def kind_of(arn: str) -> str:
    """Return what an ARN is of, in a word."""
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    return _KINDS.get(service, "resource")


def source_of(arn: str, account: str) -> Context:
    """Return what a service says of the resource on whose behalf it acts."""
    return {"aws:SourceArn": arn, "aws:SourceAccount": account}


def asked_source(arn: str, account: str) -> Condition:
    """Return the condition by which a policy asks for that."""
    return {"ArnEquals": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": account}}


def _hop(question: str, principal: Principal, replies: Sequence[tuple[Need, _Reply]], *, side: bool = False) -> Hop:
    """Put the answers to several needs into one: the worst counts."""
    for answer in (Answer.NO, Answer.DEPENDS, Answer.YES):
        found = [(need, reply) for need, reply in replies if reply.answer is answer]
        if not found:
            continue
        where = found[0][1].where
        because = list(dict.fromkeys(reply.because for _, reply in found))
        more = f"; and {len(because) - _SEVERAL} more" if len(because) > _SEVERAL else ""
        lacking = [(need, reply.lacking) for need, reply in found if reply.where == where]
        missing = _statement(principal, [(need, kind) for need, kind in lacking if kind is not None])
        rule = found[0][1].rule or ("dead-letter" if side else "denied")
        return Hop(question, answer, "; ".join(because[:_SEVERAL]) + more, missing, where, side, rule)
    raise ValueError("a hop asks for something")


def _statement(principal: Principal, lacking: Sequence[tuple[Need, Kind]]) -> str:
    """Return the statements that are missing, as JSON in one line: an object, or a list of several.

    Needs that differ in the action alone, or in the resource alone, share a statement.
    """
    by_resource: dict[str, tuple[dict[str, Any], tuple[str, ...], list[str]]] = {}
    for need, kind in lacking:
        rest: dict[str, Any] = {}
        if kind.has_principals:
            rest["Principal"] = {"Service": principal.name} if principal.is_service else {"AWS": principal.role_arn}
        if need.condition:
            rest["Condition"] = need.condition
        on = {Kind.TRUST: (), Kind.KEY: ("*",)}.get(kind, need.grant or (need.resource,))
        by_resource.setdefault(json.dumps([rest, on]), (rest, on, []))[2].append(need.action)
    by_action: dict[str, tuple[dict[str, Any], tuple[str, ...], list[str]]] = {}
    for rest, on, actions in by_resource.values():
        several = tuple(dict.fromkeys(actions))
        by_action.setdefault(json.dumps([rest, several]), (rest, several, []))[2].extend(on)
    statements = [
        {
            "Effect": "Allow",
            **{name: value for name, value in rest.items() if name == "Principal"},
            "Action": _one_or_more(actions),
            **({"Resource": _one_or_more(tuple(dict.fromkeys(on)))} if on else {}),
            **{name: value for name, value in rest.items() if name == "Condition"},
        }
        for rest, actions, on in by_action.values()
    ]
    if not statements:
        return ""
    return json.dumps(statements[0] if len(statements) == 1 else statements, ensure_ascii=False)


def _one_or_more(values: tuple[str, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _own_policy(role: Role) -> str:
    """Return where a statement for a role belongs: its first policy that can be read."""
    return next((each.address for each in role.identity if each.policy is not None), role.address)


def _place(resource: Sequence[Document], otherwise: str) -> str:
    return next((each.address for each in resource if each.policy is not None), otherwise)


def _only_allows(document: Document) -> bool:
    """Tell whether a policy that cannot be read takes nothing away: AWS's own, but for those that are made to deny."""
    address = document.address
    return ":iam::aws:policy/" in address and "Deny" not in address and "Quarantine" not in address


def _read(documents: Sequence[Document]) -> list[Policy]:
    return [each.policy for each in documents if each.policy is not None]


def _key(context: Context) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    return tuple(sorted(context.items()))


def _log_group(arn: str) -> str:
    return arn.partition(":log-stream:")[0]
