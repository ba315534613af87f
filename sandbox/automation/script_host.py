"""Run the Python script of an `aws:executeScript` step: call its handler, and write down what it returns or raises.

A script of the standard library alone, started for each step in a folder of its own. It reads `script.py` and
`input.json` there, and writes `result.json`: `{"payload": <value>}` or `{"error": <text>}`. Argument: the handler.
"""

from __future__ import annotations

import json
import sys
import traceback
import types
from pathlib import Path
from typing import Any

SCRIPT = Path("script.py")


def run(handler: str) -> dict[str, Any]:
    """Return what the script's handler returns or raises.

    Args:
        handler: the name of the function; it is called with the input and an empty context.
    """
    payload = json.loads(Path("input.json").read_text(encoding="utf-8"))
    try:
        module = types.ModuleType("script")
        module.__file__ = str(SCRIPT)
        sys.modules["script"] = module  # dataclasses look their module up there
        exec(compile(SCRIPT.read_bytes(), SCRIPT, "exec"), module.__dict__)  # noqa: S102 - to run it is what this is for
        value = getattr(module, handler)(payload, {})
        return {"payload": json.loads(json.dumps(value))}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is the script's own, and the step's failure
        return {"error": described(error)}


def described(error: BaseException) -> str:
    """Return an error as Automation does: the places in the script, then its type and words."""
    places = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).name == SCRIPT.name]
    trace = "".join(traceback.format_list(places))
    return f"Traceback (most recent call last):\n{trace}{type(error).__name__} - {error}"


if __name__ == "__main__":
    Path("result.json").write_text(json.dumps(run(sys.argv[1])), encoding="utf-8")
