"""From the JSON of `terraform show -json` to a Plan: "JSON Output Format" of Terraform's documentation, version 1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from review.errors import WrongUseError
from review.plan import identity
from review.plan.configuration import Configuration, without_indices
from review.plan.model import Plan, Resource
from review.plan.places import Places
from review.plan.raw import Raw, hidden_changes, merged
from review.plan.symbols import Symbols

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

    from review.plan.model import Path

_FORMAT: Final = "1."


class PlanError(WrongUseError):
    """A file is no plan that can be read; the message says why."""


def read_file(path: pathlib.Path) -> Plan:
    """Read a plan from a file; it is called by the name of its folder if the file is `plan.json`.

    Raises:
        PlanError: it cannot be read, or is no plan.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise PlanError(f"{path} is no JSON: {error}") from None
    except RecursionError:
        raise PlanError(f"{path} is no plan: it is nested too deeply") from None
    name = path.resolve().parent.name if path.name == "plan.json" else path.stem
    try:
        return read(document, name)
    except PlanError as error:
        raise PlanError(f"{path}: {error}") from None


def read(document: Any, name: str) -> Plan:
    """Read what `terraform show -json` printed of a plan.

    Args:
        document: the JSON, parsed.
        name: what to call the plan.

    Raises:
        PlanError: it is no plan, or of a format that is not known here.
    """
    if not isinstance(document, dict) or ("resource_changes" not in document and "planned_values" not in document):
        raise PlanError("this is no plan: `terraform show -json <plan file>` prints one")
    if not str(document.get("format_version", "")).startswith(_FORMAT):
        raise PlanError(f"format version {document.get('format_version')!r} is not known; 1.x is")
    _require_resources(document.get("resource_changes") or [])
    configuration = Configuration(document.get("configuration") or {}, document.get("variables") or {})
    raws = [*_changes(document, configuration), *_read_before(document, configuration)]
    places = Places(raws, configuration)
    symbols = Symbols(raws, configuration, places.of)
    everything = [_resource(raw, symbols) for raw in raws]
    arns = {
        each.address: arn
        for each, raw in zip(everything, raws, strict=True)
        if each.exists_after and _has_arn(raw, symbols)
        if (arn := identity.arn(raw.type, raw.address, each.after or {}, places.of(raw)))
    }
    return Plan(
        name=name,
        timestamp=_timestamp(document),
        partition=places.default.partition,
        account=places.default.account,
        region=places.default.region,
        resources=tuple(each for each in everything if not each.is_data),
        data=tuple(each for each in everything if each.is_data),
        outputs=_outputs(document, symbols),
        arns=arns,
        errored=bool(document.get("errored")),
    )


def _require_resources(changes: Any) -> None:
    """Refuse what would be read as a plan that changes nothing.

    Raises:
        PlanError: these are no changes of resources.
    """
    if not isinstance(changes, list):
        raise PlanError("its resource_changes are no list")
    for number, each in enumerate(changes):
        texts = [each.get(name) for name in ("address", "type", "name")] if isinstance(each, dict) else [None]
        if not all(isinstance(text, str) and text for text in texts) or not isinstance(each.get("change"), dict):
            raise PlanError(f"resource_changes[{number}] is no change of a resource: it has no address, type or change")


def _has_arn(raw: Raw, symbols: Symbols) -> bool:
    """Whether a resource's attribute `arn` is its own, and not that of what it is attached to."""
    return not raw.is_data and (identity.has_template(raw.type) or not symbols.says(raw, "arn"))


def _timestamp(document: Mapping[str, Any]) -> datetime:
    text = document.get("timestamp")
    if not isinstance(text, str):
        return datetime(1970, 1, 1, tzinfo=UTC)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise PlanError(f"its timestamp is {text!r}, which is no time") from None


def _changes(document: Mapping[str, Any], configuration: Configuration) -> Iterator[Raw]:
    for each in document.get("resource_changes") or ():
        change = each.get("change") or {}
        yield _raw(each, configuration, change.get("after"), change.get("after_unknown"), change.get("after_sensitive"))


def _read_before(document: Mapping[str, Any], configuration: Configuration) -> Iterator[Raw]:
    """Yield the data sources that were read while planning."""
    deferred = {each.get("address") for each in document.get("resource_changes") or () if each.get("mode") == "data"}
    root = ((document.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
    for module, each in _state(root):
        if each.get("mode") == "data" and each.get("address") not in deferred:
            values = each.get("values") or {}
            yield _raw(each | {"module_address": module}, configuration, values, {}, each.get("sensitive_values"))


def _state(module: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in module.get("resources") or ():
        yield str(module.get("address") or ""), each
    for inner in module.get("child_modules") or ():
        yield from _state(inner)


def _raw(each: Mapping[str, Any], configuration: Configuration, known: Any, unknown: Any, sensitive: Any) -> Raw:
    module, is_data = str(each.get("module_address") or ""), each.get("mode") == "data"
    kind, name = str(each.get("type")), str(each.get("name"))
    return Raw(
        address=str(each.get("address")),
        module=module,
        is_data=is_data,
        type=kind,
        name=name,
        index=each.get("index"),
        provider=configuration.provider_key(without_indices(module), kind, name, is_data=is_data),
        known=merged(known, None, sensitive, _known) if isinstance(known, dict) else None,
        unknown=unknown,
        sensitive=sensitive,
        document=each,
    )


def _resource(raw: Raw, symbols: Symbols) -> Resource:
    change = raw.document.get("change") or {}
    before = change.get("before")
    return Resource(
        address=raw.address,
        module=raw.module,
        is_data=raw.is_data,
        type=raw.type,
        name=raw.name,
        index=raw.index,
        provider=raw.provider,
        actions=tuple(change.get("actions") or ("read",)),
        reason=str(raw.document.get("action_reason") or ""),
        before=None if before is None else merged(before, None, change.get("before_sensitive"), _known),
        after=None
        if raw.known is None
        else merged(raw.known, raw.unknown, raw.sensitive, lambda path: symbols.of(raw, path)),
        forced_by=tuple(tuple(path) for path in change.get("replace_paths") or ()),
        previous_address=str(raw.document.get("previous_address") or ""),
        importing=str((change.get("importing") or {}).get("id") or ""),
        deposed=str(raw.document.get("deposed") or ""),
        hidden_changes=tuple(hidden_changes(change)),
    )


def _known(path: Path) -> Any:
    raise AssertionError(f"what exists is known: {path}")


def _outputs(document: Mapping[str, Any], symbols: Symbols) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, change in (document.get("output_changes") or {}).items():
        if "delete" in change.get("actions", ()):
            continue

        def named(path: Path, name: str = name) -> Any:
            return symbols.of_output(name, path)

        found[name] = merged(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"), named)
    return found
