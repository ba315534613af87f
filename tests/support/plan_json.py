"""Plan JSON of a few resources, as Terraform writes it, for tests of what review reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from review.plan import Plan, read

ACCOUNT, REGION = "867653852961", "us-east-1"
_FACTS = {
    "aws_caller_identity": {"account_id": ACCOUNT},
    "aws_region": {"name": REGION, "id": REGION},
    "aws_partition": {"partition": "aws"},
}


def resource(
    address: str,
    after: Mapping[str, Any] | None = None,
    unknown: Mapping[str, Any] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    sensitive: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry of `resource_changes`; one with `before` and without `after` is destroyed."""
    kind, name, is_data, module = _dissected(address)
    actions = ["read"] if is_data else ["create"] if before is None else ["delete"] if after is None else ["update"]
    return {
        "address": address,
        "module_address": module,
        "mode": "data" if is_data else "managed",
        "type": kind,
        "name": name.partition("[")[0],
        **({"index": json.loads(name.partition("[")[2][:-1])} if "[" in name else {}),
        "change": {
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
            "after_sensitive": sensitive or {},
        },
    }


def to(*references: str) -> dict[str, Any]:
    """An expression of `configuration` that refers to attributes: Terraform lists the whole resource, too."""
    return {"references": [each for one in references for each in (one, one.rpartition(".")[0])]}


def plan(*changes: Mapping[str, Any], **more: Any) -> Plan:
    """A plan of entries of `resource_changes`, read; `document` has the arguments."""
    return read(document(*changes, **more), "test")


def document(
    *changes: Mapping[str, Any],
    configuration: Mapping[str, Mapping[str, Any]] | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    providers: Mapping[str, str] | None = None,
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The JSON of a plan of entries of `resource_changes`.

    Args:
        changes: the entries.
        configuration: address of a resource of the root, without its key, to its expressions; of others, none is given.
        known: address of a data source that was read while planning, to its values.
        providers: address of a resource of the root, without its key, to the key of its provider.
        outputs: name of an output of the root to its entry of `output_changes`.
    """
    written = dict.fromkeys(each["address"].partition("[")[0] for each in changes if not each["module_address"])
    facts = {f"data.{kind}.current": values for kind, values in _FACTS.items()}
    return {
        "format_version": "1.2",
        "timestamp": "2026-01-02T03:04:05Z",
        "resource_changes": list(changes),
        "output_changes": dict(outputs or {}),
        "prior_state": {"values": {"root_module": {"resources": [*map(_read, (facts | dict(known or {})).items())]}}},
        "configuration": {
            "root_module": {
                "resources": [
                    _block(each, (configuration or {}).get(each), (providers or {}).get(each)) for each in written
                ]
            }
        },
    }


def _dissected(address: str) -> tuple[str, str, bool, str]:
    """Return the type, the name with its key, whether it is a data source, and the module's address."""
    parts = address.split(".")
    depth = 0
    while parts[depth] == "module":
        depth += 2
    own = parts[depth:]
    is_data = own[0] == "data"
    kind, name = own[is_data], ".".join(own[is_data + 1 :])
    return kind, name, is_data, ".".join(parts[:depth])


def _read(entry: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    kind, name, _, _ = _dissected(entry[0])
    return {"address": entry[0], "mode": "data", "type": kind, "name": name, "values": entry[1]}


def _block(address: str, expressions: Mapping[str, Any] | None, provider: str | None) -> dict[str, Any]:
    kind, name, is_data, _ = _dissected(address)
    return {
        "mode": "data" if is_data else "managed",
        "type": kind,
        "name": name,
        "provider_config_key": provider or "aws",
        "expressions": expressions or {},
    }
