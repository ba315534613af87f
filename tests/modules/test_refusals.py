"""What the modules refuse, and in which words: the native tests see that a check fails, not what it says.

A module's ``refusals.yaml`` has tables. All ``schedules`` are additional schedules of one call, planned at once: each
must be refused with its own message and no other. All ``variables`` and ``plan`` are calls of their own, many a plan.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
from ruamel.yaml import YAML

from tests.support.planning import PROVIDER, REPOSITORY, Planner, refusal

# Calls in one plan: Terraform's time grows with the square of their number.
BATCH = 60
TABLES = sorted((REPOSITORY / "tests" / "modules").glob("*/refusals.yaml"))


def load(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return table


def minimal_variables(module: str) -> dict[str, Any]:
    """The arguments of the module call in its minimal example."""
    text = (REPOSITORY / "modules" / module / "examples" / "minimal" / "main.tf").read_text(encoding="utf-8")
    options = hcl2.SerializationOptions(strip_string_quotes=True)
    (block,) = hcl2.loads(text, serialization_options=options)["module"]
    (arguments,) = block.values()
    return {name: value for name, value in arguments.items() if name != "source" and not name.startswith("__")}


def root(module: str, calls: dict[str, dict[str, Any]]) -> dict[str, str]:
    """A root of several calls of one module.

    The arguments come from variables: written into the call they would be judged in several steps, each of which hides
    the next; from variables all of them are judged while planning, and Terraform says all it has to say.
    """
    modules = {
        name: {"source": f"../../modules/{module}"} | {argument: f"${{var.{name}.{argument}}}" for argument in given}
        for name, given in calls.items()
    }
    return {
        "provider.tf": PROVIDER,
        "calls.tf.json": json.dumps(
            {"variable": {name: {"type": "any"} for name in calls}, "module": modules}, indent=1
        ),
        "terraform.tfvars.json": json.dumps(calls),
    }


def messages_of(entry: dict[str, Any]) -> list[str]:
    """The sentences that a refusal must hold, as they look on one line."""
    return [" ".join(message.split()) for message in entry.get("messages") or [entry["message"]]]


@pytest.mark.slow
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.parent.name)
def test_each_bad_schedule_is_refused_with_its_own_words_only(path: Path, planner: Planner) -> None:
    table, module = load(path).get("schedules") or {}, path.parent.name
    if not table:
        return
    schedules = [
        {"schedule_expression": "rate(1 day)"} | entry["schedule"] | {"name": name} for name, entry in table.items()
    ]
    call = minimal_variables(module) | {"names": {"schedule": "daily"}, "additional_schedules": schedules}
    said = refusal(planner.root("refused", root(module, {"refused": call})))
    messages: dict[str, list[str]] = {}
    for name, message in re.findall(
        r'schedule "(\w+)": (.*?)(?= schedule "\w+": |(?: This check failed| Error: |$))', said
    ):
        messages.setdefault(name, []).append(message.strip())
    wrong = {
        name: (entry["message"], messages.get(name, []))
        for name, entry in table.items()
        if len(messages.get(name, [])) != 1 or messages_of(entry)[0] not in messages[name][0]
    }
    assert not wrong
    assert set(messages) == set(table)


@pytest.mark.slow
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.parent.name)
def test_each_bad_variable_is_refused_with_its_own_words(path: Path, planner: Planner) -> None:
    tables, module = load(path), path.parent.name
    entries = {name: entry for table in ("variables", "plan") for name, entry in tables.get(table, {}).items()}
    calls = [(name, minimal_variables(module) | entry["variables"]) for name, entry in entries.items()]
    said = " ".join(
        refusal(planner.root(f"refused_{start}", root(module, dict(calls[start : start + BATCH]))))
        for start in range(0, len(calls), BATCH)
    )
    missing = {name: [words for words in messages_of(entry) if words not in said] for name, entry in entries.items()}
    assert not {name: words for name, words in missing.items() if words}
