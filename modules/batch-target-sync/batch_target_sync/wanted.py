"""Which targets a person means, and where: arguments, environment variables and JSON, as selections."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from botocore.utils import is_valid_endpoint_url

from batch_target_sync.arguments import EXAMPLE, VARIABLES, WHICH
from batch_target_sync.sync import Selection, SyncError

_ARN: Final = r"arn:aws[a-z-]*"
_REGION: Final = r"[a-z]{2,}(-[a-z]+)+-[0-9]+"
_RULE: Final = r"[.\-_A-Za-z0-9]{1,64}"
# Forms of the API references of EventBridge (PutTargets, CreateEventBus), Batch and IAM.
FORMS: Final = {
    "bus": (
        rf"[/.\-_A-Za-z0-9]{{1,256}}|{_ARN}:events:{_REGION}:[0-9]{{12}}:event-bus/[/.\-_A-Za-z0-9]+",
        "the name of a bus has letters, digits and / . - _, or it is an ARN",
    ),
    "rule": (_RULE, "the name of a rule has at most 64 letters, digits and . - _"),
    "target": (_RULE, "the id of a target has at most 64 letters, digits and . - _"),
    "job_definition": (
        rf"({_ARN}:batch:{_REGION}:[0-9]{{12}}:job-definition/)?[A-Za-z0-9][A-Za-z0-9_-]{{0,127}}(:[1-9][0-9]*)?",
        "the name of a job definition has at most 128 letters, digits, - and _, or it is an ARN",
    ),
    "region": (_REGION, "a region is like us-east-2"),
    "job_queue": (
        rf"{_ARN}:batch:{_REGION}:[0-9]{{12}}:job-queue/[A-Za-z0-9][A-Za-z0-9_-]{{0,127}}",
        "it must be the ARN of a job queue",
    ),
    "role": (rf"{_ARN}:iam::[0-9]{{12}}:role/[\w+=,.@/-]+", "it must be the ARN of a role"),
    "name": (r"[A-Za-z0-9_-]{1,64}", "a name has at most 64 letters, digits, - and _"),
    "state": (
        r"(?!/(?i:aws|ssm))(/[A-Za-z0-9_.-]+){1,13}",
        "a path is like /batch-target-sync/default, and neither /aws nor /ssm begins it",
    ),
    "topic": (rf"{_ARN}:sns:{_REGION}:[0-9]{{12}}:[A-Za-z0-9_-]+", "it must be the ARN of an SNS topic, not FIFO"),
}
FORMS["event_bus"] = FORMS["bus"]
FORMS["only_job_definition"] = FORMS["job_definition"]


def check_form(what: str, key: str, value: str) -> None:
    """Refuse a value that AWS would refuse, or that cannot be what it is taken for.

    Raises:
        SyncError: `wrong-use`; `what` is how the message calls it.
    """
    pattern, rule = FORMS[key]
    if re.fullmatch(pattern, value, flags=re.ASCII) is None:
        raise SyncError("wrong-use", f"{what}: {value!r}: {rule}")


def selections(options: argparse.Namespace, variables: Mapping[str, str]) -> list[Selection]:
    """Return what a sync looks at.

    Raises:
        SyncError: `wrong-use`: nothing says which targets, or it cannot be understood.
    """
    given = {key: getattr(options, key) for key in WHICH if getattr(options, key) is not None}
    if options.selections is not None:
        if given:
            flags = ", ".join("--" + key.replace("_", "-") for key in given)
            hint = "; --only-job-definition narrows the selections" if "job_definition" in given else ""
            raise SyncError("wrong-use", f"{flags} and --selections: give one or the other{hint}")
        return parse_selections(*_text(options.selections))
    for key, value in given.items():
        check_form("--" + key.replace("_", "-"), key, value)
    for variable, key in VARIABLES.items():
        if key not in given and variable in variables:
            if not variables[variable]:  # as if it were not there, the sync would reach further than was meant
                raise SyncError("wrong-use", f"{variable} is set to nothing: unset it, or give it a value")
            check_form(variable, key, variables[variable])
            given[key] = variables[variable]
    if "bus" not in given and "rule" not in given:
        raise SyncError(
            "wrong-use",
            "which targets? Give --bus, --rule or both (EVENTBRIDGE_BUS_NAME, RULE_NAME), or --selections; "
            f"the bus of every account is --bus default\n  for example: {EXAMPLE}",
        )
    if "target" in given and "rule" not in given:
        raise SyncError("wrong-use", "--target needs --rule: the id of a target says nothing without its rule")
    return [Selection(**given)]


def region(given: str | None, variables: Mapping[str, str], of_profile: str | None) -> str:
    """Return the region: the flag's, the variables', the profile's.

    Raises:
        SyncError: `wrong-use`: there is none, or it has not the form of one.
    """
    candidates = {
        "--region": given,
        "AWS_REGION": variables.get("AWS_REGION"),
        "AWS_DEFAULT_REGION": variables.get("AWS_DEFAULT_REGION"),
        "the profile's region": of_profile,
    }
    for what, found in candidates.items():
        if found:
            check_form(what, "region", found)
            return found
    raise SyncError("wrong-use", "which region? Give --region or AWS_DEFAULT_REGION, such as us-east-2")


def check_endpoints(variables: Mapping[str, str]) -> None:
    """Refuse an endpoint that is no address, of which botocore says no more than `ValueError`.

    Raises:
        SyncError: `wrong-use`.
    """
    for name, address in variables.items():
        if name.startswith("AWS_ENDPOINT_URL") and address and not _is_address(address):
            raise SyncError("wrong-use", f"{name}: {address!r} is no address, such as http://127.0.0.1:5000")


def _is_address(text: str) -> bool:
    try:
        return bool(is_valid_endpoint_url(text))
    except ValueError:
        return False


def _text(argument: str) -> tuple[str, str]:
    """Return the text of `--selections`, and what messages call it."""
    if argument.lstrip().startswith(("[", "{")):
        return argument, "--selections"
    if argument == "-":
        return sys.stdin.read(), "standard input"
    try:
        return Path(argument).read_text(encoding="utf-8"), argument
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SyncError("wrong-use", f"--selections {argument}: {reason}; give a file, - or JSON") from None


def parse_selections(text: str, what: str) -> list[Selection]:
    """Read a JSON list of selections that a person wrote: unlike `sync.read_selections` it says where a mistake is.

    Raises:
        SyncError: `wrong-use`, with the place.
    """
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{what}: line {error.lineno}, column {error.colno}"
        raise SyncError("wrong-use", f"{place}: this is not JSON: {error.msg}") from None
    if not isinstance(read, list) or not read:
        raise SyncError("wrong-use", f'{what}: a list of at least one object is needed, such as [{{"bus": "default"}}]')
    return [_selection(f"{what}: [{index}]", entry) for index, entry in enumerate(read)]


def _selection(what: str, entry: Any) -> Selection:
    if not isinstance(entry, dict):
        raise SyncError("wrong-use", f'{what}: an object is needed, such as {{"bus": "default", "rule": "nightly"}}')
    known = [field.name for field in fields(Selection)]
    for key, value in entry.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise SyncError("wrong-use", f"{what}.{key}: there is no such field; {hint}")
        if value is None and key != "bus":
            continue
        if not isinstance(value, str):
            raise SyncError("wrong-use", f"{what}.{key}: {json.dumps(value)} is not a text")
        check_form(f"{what}.{key}", key, value)
    if "bus" not in entry and "rule" not in entry:
        raise SyncError("wrong-use", f'{what}: give bus, rule or both; the bus of every account is "default"')
    if entry.get("target") and not entry.get("rule"):
        raise SyncError("wrong-use", f"{what}.target: the id of a target says nothing without its rule: give rule too")
    return Selection(**entry)
