"""The policy that an `aws_iam_policy_document` will write, put together from its own entry in the plan.

Terraform leaves such a data source to the apply as soon as one ARN in it is not known yet, and then shows no policy at
all. The entry has everything else, and a symbol for that ARN.

Source: "Data Source: aws_iam_policy_document" of the provider's documentation (provider 5.100; `source_json` and
`override_json` are of older ones).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from review.plan import Hidden, Symbol
from review.policies import reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.plan import Plan, Resource

DATA_SOURCE: Final = "aws_iam_policy_document"
REST: Final = "‹the rest of "  # how a symbol begins that stands for what follows a known beginning
_VERSION: Final = "2012-10-17"
_LONGEST: Final = 32  # of a chain of values that are each taken from another; a ring is no plan
_ACTIONS: Final = (("actions", "Action"), ("not_actions", "NotAction"))
_RESOURCES: Final = (("resources", "Resource"), ("not_resources", "NotResource"))
_PRINCIPALS: Final = (("principals", "Principal"), ("not_principals", "NotPrincipal"))


class UnreadError(ValueError):
    """A policy cannot be read before the apply; the message says why."""


def content(plan: Plan, value: Any, address: str = "") -> Mapping[str, Any]:
    """Return a policy document that an attribute gives, also one that only the apply will write.

    Args:
        plan: where the value is from.
        value: of the attribute: JSON, or a symbol.
        address: of the resource that has the attribute.

    Raises:
        UnreadError: it cannot be read before the apply, or is no JSON object.
    """
    here = value
    for _ in range(_LONGEST):
        if isinstance(here, Hidden):
            raise UnreadError("it is sensitive, and so the plan does not show it")
        if not isinstance(here, Symbol) or _is_json(here):
            return _parsed(here)
        source = plan.at(here.origin[0]) if here.origin else None
        if source is not None and source.is_data and source.type == DATA_SOURCE:
            return rebuild(plan, source)
        following = source.get(here.origin[1]) if source is not None and here.origin else None
        # Of a policy that a function puts together, Terraform's JSON has only what it is put together from.
        if not isinstance(following, Symbol | Hidden) and not _is_json(following):
            break
        if following == here:
            break
        here = following
    raise UnreadError(_only_after(here, address))


def rebuild(plan: Plan, source: Resource) -> Mapping[str, Any]:
    """Return the policy that a data source will write, with symbols for what only the apply will know.

    Statements come from the sources, then from the block itself, then from the overrides; a later one takes the place
    of an earlier one with the same Sid.

    Args:
        plan: where the data source is from.
        source: an `aws_iam_policy_document`.

    Raises:
        UnreadError: a part of it that is more than a value cannot be read before the apply.
    """
    own: dict[str, Any] = {"Version": source.text("version") or _VERSION}
    if source.get("policy_id"):
        own["Id"] = source.get("policy_id")
    own["Statement"] = [
        _statement(each, _called(each, number), f"{source.address}.statement[{number - 1}]")
        for number, each in enumerate(_listed(source, "statement"), 1)
    ]
    merged: dict[str, Any] = {"Statement": []}
    for each in (
        *_others(plan, source, "source_json"),
        *_others(plan, source, "source_policy_documents"),
        own,
        *_others(plan, source, "override_policy_documents"),
        *_others(plan, source, "override_json"),
    ):
        _merge(merged, each)
    return {key: merged[key] for key in ("Version", "Id", "Statement") if merged.get(key)}


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{")


def _parsed(value: Any) -> Mapping[str, Any]:
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError):
        raise UnreadError("it is no JSON") from None
    if not isinstance(parsed, dict):
        raise UnreadError("it is no JSON object")
    return parsed


def _only_after(value: Symbol, address: str) -> str:
    whence = f"{value.origin[0]} ({value.origin[1]}) is" if value.origin else f"{value} is"
    if value.origin and value.origin[0] == address:
        whence = "what it is put together from is"
    return (
        f"it is only known after the apply, when {whence}; the plan would show the rest of it"
        f" if it were written as a data source {DATA_SOURCE}"
    )


def _others(plan: Plan, source: Resource, attribute: str) -> Iterator[Mapping[str, Any]]:
    """Yield the documents that another attribute brings in, one or several."""
    value = source.get(attribute)
    if isinstance(value, Symbol | Hidden) and attribute.endswith("s"):
        raise UnreadError(f"which documents {source.address} takes in ({attribute}) is only known after the apply")
    for number, each in enumerate(value if isinstance(value, list) else [value]):
        if each:
            try:
                yield content(plan, each, source.address)
            except UnreadError as error:
                where = f"{attribute}[{number}]" if isinstance(value, list) else attribute
                raise UnreadError(f"{source.address} takes in another document ({where}), and {error}") from None


def _merge(merged: dict[str, Any], document: Mapping[str, Any]) -> None:
    if document.get("Id"):
        merged["Id"] = document["Id"]
    merged["Version"] = max(merged.get("Version", ""), document.get("Version", ""))
    statements = document.get("Statement") or []
    for each in statements if isinstance(statements, list) else [statements]:
        sids = [existing.get("Sid") for existing in merged["Statement"]]
        if each.get("Sid") and each["Sid"] in sids:
            merged["Statement"][sids.index(each["Sid"])] = each
        else:
            merged["Statement"].append(each)


def _listed(source: Resource, attribute: str) -> Sequence[Any]:
    value = source.get(attribute)
    if isinstance(value, Symbol):
        raise UnreadError(f"which statements {source.address} has is only known after the apply")
    if isinstance(value, Hidden):
        raise UnreadError(f"the statements of {source.address} are sensitive, and so the plan does not show them")
    return value or ()


def _called(statement: Any, number: int) -> str:
    sid = statement.get("sid") if isinstance(statement, dict) else None
    return f"statement {sid or number}"


def _statement(block: Any, name: str, where: str) -> dict[str, Any]:
    if not isinstance(block, dict):
        raise UnreadError(f"{name} is {'sensitive' if isinstance(block, Hidden) else 'only known after the apply'}")
    for key in ("sid", "effect", "principals", "not_principals", "condition"):
        _check(block.get(key), name, key)
    made: dict[str, Any] = {"Sid": block["sid"]} if block.get("sid") else {}
    made["Effect"] = block.get("effect") or "Allow"
    for attribute, element in _ACTIONS:
        if values := _texts(block.get(attribute), name, attribute):
            made[element] = _one_or_several(values)
    for attribute, element in _RESOURCES:
        if values := _texts(block.get(attribute), name, attribute):
            actions = _texts(block.get("actions"), name, "actions")
            made[element] = _one_or_several(_whole(values, actions, f"{where}.{attribute}"))
    for attribute, element in _PRINCIPALS:
        if block.get(attribute):
            made[element] = _principals(block[attribute], name, attribute)
    if block.get("condition"):
        made["Condition"] = _condition(block["condition"], name)
    return made


def _whole(resources: Sequence[str], actions: Sequence[str], where: str) -> list[str]:
    """Return resources, with a symbol at the end of each that goes on after the ARN which it is made from.

    Terraform's JSON says that `"${aws_s3_bucket.b.arn}/*"` is made from the bucket's ARN, and not what follows. That
    something does is told by the actions, when none is about a bucket, or by the ARN being there already.
    """
    found: list[str] = []
    for number, each in enumerate(resources):
        is_taken = isinstance(each, Symbol) and each.startswith("arn:")
        goes_on = is_taken and (each in found or not reach.can_be_about(each, actions))
        found.append(Symbol(f"{each}{REST}{where}[{number}]›") if goes_on else each)
    return found


def _principals(blocks: Sequence[Any], name: str, attribute: str) -> str | dict[str, Any]:
    found: dict[str, list[str]] = {}
    for each in blocks:
        _check(each, name, attribute)
        _check(each["type"], name, f"{attribute}.type")
        found.setdefault(each["type"], []).extend(_texts(each["identifiers"], name, f"{attribute}.identifiers"))
    if found == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_several(values) for kind, values in found.items()}


def _condition(blocks: Sequence[Any], name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, list[str]]] = {}
    for each in blocks:
        _check(each, name, "condition")
        for key in ("test", "variable"):
            _check(each[key], name, f"condition.{key}")
        values = _texts(each["values"], name, f"condition on {each['variable']}")
        found.setdefault(each["test"], {}).setdefault(each["variable"], []).extend(values)
    return {
        test: {key: values[0] if len(values) == 1 else values for key, values in keys.items()}
        for test, keys in found.items()
    }


def _texts(values: Any, name: str, what: str) -> list[str]:
    """Return the texts of a list, with AWS's own sign for its variables, which the block writes as `&{...}`."""
    _check(values, name, what)
    for each in values or ():
        if isinstance(each, Hidden):
            _check(each, name, what)
    return [each if isinstance(each, Symbol) else each.replace("&{", "${") for each in values or () if each is not None]


def _check(value: Any, name: str, what: str) -> None:
    """Refuse what is not known in whole, or sensitive."""
    if isinstance(value, Hidden):
        raise UnreadError(f"{name} has a sensitive value ({what}), and so the plan does not show it")
    if isinstance(value, Symbol):
        raise UnreadError(f"{name} has a part ({what}) that is only known after the apply")


def _one_or_several(values: list[str]) -> str | list[str]:
    """Write one value as a text, and several in the provider's order."""
    return values[0] if len(values) == 1 else sorted(values, reverse=True)
