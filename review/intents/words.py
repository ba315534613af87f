"""What a proof found out, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.finding import Finding, Severity
from review.intents.model import Proof, Status

if TYPE_CHECKING:
    from review.intents.grants import Intent
    from review.intents.holding import Held
    from review.policies.model import Document
    from review.proof.witness import Witness

_ENCRYPTED: Final = "aws:SecureTransport"
_OWN: Final = "which is the account's own affair"


def finding(proof: Proof, name: str, held: Held) -> Finding | None:
    """Return what should be known of a policy that has an intent; None if it is proved.

    Args:
        proof: what was found out.
        name: what to call its subject.
        held: the same, with the requests.
    """
    match proof.status:
        case Status.DIFFERS if held.missing is not None:
            return _missing(proof, name, held.missing, held.beyond)
        case Status.DIFFERS if held.beyond is not None:
            return _beyond(proof, name, held.beyond, is_tolerated=held.is_tolerated)
        case Status.UNREAD:
            return Finding(
                "privilege/unread",
                Severity.WARN,
                f"{_subject(proof, name)} cannot be read as a whole, so nothing is proved of it",
                proof.address,
                f"{proof.why}\nWhat it is for: {proof.purpose}.",
                "Look at the part that is not in this plan yourself.",
            )
        case Status.UNDECIDED:
            return Finding(
                "privilege/undecided",
                Severity.WARN,
                f"{_subject(proof, name)} is neither proved right nor wrong",
                proof.address,
                f"{proof.why}\nWhat it is for: {proof.purpose}.",
                "Look at what is outside this plan yourself.",
            )
    return None


def undeclared(proof: Proof, name: str, *, task: bool) -> Finding:
    """Return that nobody says what a role or a policy is for, with its widest grants.

    Args:
        proof: what was found out.
        name: what to call its subject.
        task: whether it is known to be a task's role, of which only the permissions are not declared.
    """
    what = f"the role {name}" if proof.subject == "role" else f"the policy of {name}"
    advice = "Read its policies yourself: no proof says that they are right."
    if task:
        advice = (
            "Declare what the task's code may do in the output `review` of the root, or read its policies yourself."
        )
    return Finding(
        "privilege/undeclared",
        Severity.WARN if proof.widest else Severity.NOTE,
        f"Nothing in the plan says what {what} is for, so nothing is proved of it",
        proof.address,
        "\n".join(f"It grants widely: {each}" for each in proof.widest),
        advice,
    )


def shared(proof: Proof, name: str, intent: Intent) -> Finding:
    """Return that something works with a role of which nobody knows what it needs, with the role's widest grants.

    Args:
        proof: what was found out.
        name: what to call the role.
        intent: what is known of it.
    """
    others = " and ".join(intent.others)
    known = f"It has what is known to be needed: {intent.purpose}. What {others} may do with it, nobody says."
    if intent.identity is None:
        known = f"What it is known for: {intent.purpose}. What that may do, and what {others} may, nobody says."
    return Finding(
        "privilege/undeclared",
        Severity.WARN if proof.widest else Severity.NOTE,
        f"Nothing in the plan says all that the role {name} is for, so nothing is proved of it",
        proof.address,
        "\n".join([known, *(f"It grants widely: {each}" for each in proof.widest)]),
        "Give each a role of its own, or read its policies yourself: no proof says that they are right.",
    )


def unread(document: Document) -> str:
    """Return why a policy cannot be read, as a sentence."""
    why = document.unread
    return f"{document.address} ({document.attribute}) cannot be read: {why.rstrip('.')}."


def _subject(proof: Proof, name: str) -> str:
    match proof.subject:
        case "role":
            return f"The role {name} ({proof.kind})"
        case "trust":
            return f"The trust of the role {name} ({proof.kind})"
        case "logs":
            return "The account's policy for CloudWatch Logs"
    return f"The policy of {name} ({proof.kind})"


def _beyond(proof: Proof, name: str, witness: Witness, *, is_tolerated: bool) -> Finding:
    verb = "lets in more" if proof.subject not in ("role",) else "may do more"
    detail = [f"Allowed, and not intended: {witness.words()}", f"What it is for: {proof.purpose}."]
    detail.insert(1, _meaning(proof, witness))
    return Finding(
        "privilege/beyond",
        Severity.WARN if is_tolerated else Severity.FAIL,
        f"{_subject(proof, name)} {verb} than it is for{f', {_OWN}' if is_tolerated else ''}",
        proof.address,
        "\n".join(line for line in detail if line),
        _narrowing(proof, witness),
    )


def _missing(proof: Proof, name: str, witness: Witness, beyond: Witness | None) -> Finding:
    detail = [
        f"Needed, and not allowed: {witness.words()}",
        f"What it is for: {proof.purpose}.",
        *([] if beyond is None else [f"It also allows what is not intended: {beyond.words()}"]),
    ]
    rule = "privilege/missing" if beyond is None else "privilege/differs"
    # The account may have other policies for CloudWatch Logs that let the same in: ten in all, and in no plan of ours.
    may_be_elsewhere = proof.subject == "logs" and beyond is None
    return Finding(
        rule,
        Severity.WARN if may_be_elsewhere else Severity.FAIL,
        f"{_subject(proof, name)} lacks what it is for",
        proof.address,
        "\n".join(detail),
        f"Allow {witness.action}{f' on {witness.resource}' if witness.resource else ''}"
        f"{f' for {witness.principal}' if witness.principal else ''}, with the conditions that AWS documents.",
    )


def _meaning(proof: Proof, witness: Witness) -> str:
    """Say what somebody could do with what is allowed beyond the intent."""
    if proof.subject == "trust":
        return f"{witness.principal or 'Somebody'} could be made to work with this role by somebody it is not for."
    if witness.action == "iam:PassRole":
        return "Whoever works with it can hand this role to a service, and then do there what the role may do."
    if proof.subject == "role":
        return f"Whatever goes wrong where the role is used can go as far as {witness.action}."
    return f"{witness.principal or 'Somebody'} may do this, and nothing in the plan needs it."


def _narrowing(proof: Proof, witness: Witness) -> str:
    if proof.subject == "trust":
        return "Ask for aws:SourceAccount and for the aws:SourceArn of what works with the role."
    if witness.action == "iam:PassRole":
        return "Name the roles that are passed, and ask for the one service in iam:PassedToService."
    if "false" in witness.context.get(_ENCRYPTED, ()):
        return f"Deny every request without TLS: those in which {_ENCRYPTED} is false."
    return f"Take {witness.action} out of the policy, or limit its resources and conditions to what it is for."
