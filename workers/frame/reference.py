"""The tables of settings in the README, from the classes: `python -m workers.frame.reference [--check]`."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workers.__main__ import NAMES
from workers.frame.exits import ExitCode
from workers.frame.settings import WorkerSettings, is_secret
from workers.frame.sources import as_typed, flag, variables

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

README = Path(__file__).parent.parent / "README.md"
MARKED = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)


def kinds() -> dict[str, type[WorkerSettings]]:
    """Return the settings that there are: of every worker, and of each."""
    found: dict[str, type[WorkerSettings]] = {"Every worker": WorkerSettings}
    for name in NAMES:
        if importlib.util.find_spec(f"workers.{name}.worker"):
            found[name] = importlib.import_module(f"workers.{name}.worker").WORKER.settings
    return found


def tables() -> str:
    """Return the tables, each with what the ones before it do not have."""
    parts: list[str] = []
    for title, kind in kinds().items():
        known = WorkerSettings.model_fields if kind is not WorkerSettings else {}
        fields = {name: field for name, field in kind.model_fields.items() if name not in known}
        parts += [f"### {title}", "", "| Variable | Flag | What it is | Default |", "|---|---|---|---|"]
        parts += [_row(kind, name, field) for name, field in fields.items()]
        parts.append("")
    return "\n".join(parts)


def _row(kind: type[WorkerSettings], name: str, field: FieldInfo) -> str:
    called = " or ".join(f"`{variable}`" for variable in variables(kind, name))
    secret = "; a secret: `ssm:/parameter/name`" if is_secret(field) else ""
    text = f"{field.description or ''}{secret}".replace("|", "\\|")
    return f"| {called} | `{flag(name)}` | {text} | {_default(field)} |"


def _default(field: FieldInfo) -> str:
    default: Any = field.get_default(call_default_factory=False)
    if field.is_required():
        return "required"
    if field.default_factory is not None:
        return "see there"  # it is found when the worker starts, and the description says how
    return as_typed(default) if default is None else f"`{as_typed(default)}`"


def main(arguments: list[str]) -> int:
    """Write the tables, or with `--check` say whether they are as they would be written."""
    there = README.read_text(encoding="utf-8")
    wanted = MARKED.sub(lambda found: f"{found[1]}\n{tables()}\n{found[2]}", there)
    if "--check" not in arguments:
        README.write_text(wanted, encoding="utf-8")
    elif wanted != there:
        print(f"{README.name}: its tables of settings are not what the workers take; make docs writes them")
        return ExitCode.ITEM_ERRORS
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
