"""Syncs of Batch targets: what the Automation document of `modules/batch-target-sync` is told to do.

The step that runs the code has its settings as the code's JSON input; nothing of this is in the sync's policies.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.plan import Plan, Resource

# What the code measures and sends under: `METRICS` and the `Source` of batch_target_sync/sync.py.
NAMESPACE: Final = "BatchTargetSync"
SOURCE: Final = "dn.eventbridge.targetsync"
DETAIL_TYPES: Final = ("Batch Target Changed", "Batch Target Sync Failed")
_SETTINGS: Final = frozenset({"Name", "Region", "Selections", "State"})


@dataclass(frozen=True)
class Selection:
    """Targets that a sync keeps.

    Attributes:
        region: of their rules.
        bus: the name of their bus.
        rule: the name of their rule; "" for every rule of the bus.
        target: the id of the target; "" for every target of these rules.
    """

    region: str
    bus: str
    rule: str
    target: str

    def has(self, region: str, bus: str, rule: str, target: str) -> bool:
        """Tell whether it selects a target."""
        wanted = ((self.region, region), (self.bus, bus), (self.rule, rule), (self.target, target))
        return all(own in ("", other) for own, other in wanted)


@dataclass(frozen=True)
class Document:
    """An Automation document.

    Attributes:
        address: in the plan.
        arn: its ARN.
        name: its name.
        role: ARN of the role that it takes on; "" if it takes on none, or the plan does not say.
        is_read: whether its content is known.
    """

    address: str
    arn: str
    name: str
    role: str
    is_read: bool


@dataclass(frozen=True)
class Sync:
    """A sync.

    Attributes:
        document: the document that runs it.
        name: its own.
        region: where it runs.
        selections: what it keeps.
        state: the path in Parameter Store under which it keeps its state.
        topic: ARN of the topic that it tells; "" for none.
        bus: name of the bus that it tells; "" for none.
    """

    document: Document
    name: str
    region: str
    selections: tuple[Selection, ...]
    state: str
    topic: str
    bus: str


def read_documents(plan: Plan) -> tuple[Document, ...]:
    """Return the documents that a plan makes."""
    return tuple(_document(plan, each) for each in plan.existing("aws_ssm_document") if not each.is_data)


def read(plan: Plan) -> tuple[Sync, ...]:
    """Return the syncs of a plan."""
    return tuple(
        sync
        for each in plan.existing("aws_ssm_document")
        if not each.is_data
        for settings in _settings(_content(each))
        if (sync := _sync(_document(plan, each), settings)) is not None
    )


def _content(resource: Resource) -> Any:
    try:
        return json.loads(resource.text("content"))
    except ValueError:
        return None


def _document(plan: Plan, each: Resource) -> Document:
    content = _content(each)
    role = content.get("assumeRole") if isinstance(content, dict) else None
    return Document(
        each.address,
        plan.arn(each),
        each.text("name"),
        role if isinstance(role, str) and role.startswith("arn:") else "",
        isinstance(content, dict),
    )


def _settings(content: Any) -> Iterator[dict[str, Any]]:
    """Yield what a document tells the code, if it is the code that it runs."""
    steps = content.get("mainSteps") if isinstance(content, dict) else None
    for step in steps if isinstance(steps, list) else ():
        inputs = step.get("inputs") if isinstance(step, dict) else None
        payload = inputs.get("InputPayload") if isinstance(inputs, dict) else None
        settings = payload.get("Settings") if isinstance(payload, dict) else None
        if isinstance(settings, dict) and settings.keys() >= _SETTINGS:
            yield settings


def _sync(document: Document, settings: dict[str, Any]) -> Sync | None:
    region = str(settings["Region"])
    selections = _selections(str(settings["Selections"]))
    if selections is None:
        return None
    return Sync(
        document=document,
        name=str(settings["Name"]),
        region=region,
        selections=tuple(
            Selection(
                region=str(each.get("region") or region),
                bus=str(each.get("bus") or "default"),
                rule=str(each.get("rule") or ""),
                target=str(each.get("target") or ""),
            )
            for each in selections
        ),
        state=str(settings["State"]),
        topic=str(settings.get("Topic") or ""),
        bus=str(settings.get("EventBus") or ""),
    )


def _selections(text: str) -> list[dict[str, Any]] | None:
    """Return the selections: JSON, or that packed as the code unpacks it; None if they cannot be read."""
    try:
        found = json.loads(text if text.startswith("[") else gzip.decompress(base64.b64decode(text)))
    except (ValueError, OSError, EOFError):
        return None
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None
