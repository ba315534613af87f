"""The commands about events: send one, see what became of all of them, and make a target fail."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.errors import SandboxError, WrongUseError
from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up
from sandbox.tables import date_and_time, short_name, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.server import Sandbox

Since = Annotated[int, typer.Option("--since", min=0, help="Only those after this number.")]
SETTLE_SECONDS = 30.0


def deliveries(
    name: SandboxThatIsUp = None,
    *,
    as_json: AsJson = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait so many seconds until nothing is under way.")] = 0.0,
    since: Since = 0,
    build: BuildFolder = BUILD,
) -> None:
    """List what has been delivered, and what has not and why; exit 3 if it has not settled, or the sandbox failed."""
    box = that_is_up(build, name)
    answer = box.ask("deliveries", seconds=settle + 60, settle=settle, since=since)
    show_deliveries(answer["deliveries"], as_json=as_json)
    if answer["failures"]:
        raise SandboxError(f"an error of the sandbox's own, which is in {box.log}: {'; '.join(answer['failures'])}")
    if settle and not answer["settled"]:
        raise SandboxError(f"something is still under way after {settle:g} s: look again later")


def events(
    name: SandboxThatIsUp = None, *, as_json: AsJson = False, since: Since = 0, build: BuildFolder = BUILD
) -> None:
    """List the events that were put on the buses, and the rules that each matched."""
    found = that_is_up(build, name).ask("events", since=since)["events"]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            str(each["number"]),
            date_and_time(each["at"]),
            short_name(each["bus_arn"]),
            each["event"]["source"],
            each["event"]["detail-type"],
            each["lost"] or ", ".join(map(short_name, each["rules"])) or "no rule",
        )
        for each in found
    ]
    show(("#", "time", "bus", "source", "detail type", "matched"), rows, "no event has been put")


def send(
    name: SandboxThatIsUp = None,
    *,
    source: Annotated[str, typer.Option(help="Who sends the event.")],
    detail_type: Annotated[str, typer.Option(help="What it is about.")],
    detail: Annotated[str, typer.Option(help="A JSON object; @FILE reads it from a file, @- from standard input.")],
    bus: Annotated[str, typer.Option(help="The name or ARN of the bus.")] = "default",
    resource: Annotated[list[str] | None, typer.Option(help="An ARN that it is about; may be repeated.")] = None,
    as_json: AsJson = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait so many seconds until it is delivered.")] = SETTLE_SECONDS,
    build: BuildFolder = BUILD,
) -> None:
    """Put one event on a bus, and say what became of it; exit 1 if the bus refuses it."""
    box = that_is_up(build, name)
    entry = {"Source": source, "DetailType": detail_type, "Detail": read(detail), "EventBusName": bus}
    before = len(box.ask("events")["events"])
    result = put(box, entry | {"Resources": resource or []})
    if "ErrorCode" in result:
        say(f"refused: {result['ErrorCode']}: {result['ErrorMessage']}")
        raise typer.Exit(1)
    answer = box.ask("deliveries", seconds=settle + 60, settle=settle)
    journeys = [each for each in box.ask("events", since=before)["events"] if each["event"]["id"] == result["EventId"]]
    matched = sum(len(each["rules"]) for each in journeys)
    lost = next((each["lost"] for each in journeys if each["lost"]), None)
    say(f"event {result['EventId']}: " + (lost or f"{matched} rule{'' if matched == 1 else 's'} matched"))
    mine = [each for each in answer["deliveries"] if each["event_id"] == result["EventId"]]
    if mine or as_json:
        show_deliveries(mine, as_json=as_json)
    if settle and not answer["settled"]:
        say(f"something is still under way after {settle:g} s: see python -m sandbox deliveries")


def fault(
    arn: Annotated[str, typer.Argument(help="The target's ARN, as the rule or the schedule has it.")],
    name: SandboxThatIsUp = None,
    *,
    code: Annotated[str, typer.Option(help="The error code that its service answers with.")] = "ThrottlingException",
    times: Annotated[int, typer.Option(help="How many invocations fail; 0 for none any more.")] = 1,
    build: BuildFolder = BUILD,
) -> None:
    """Make the next invocations of a target fail, to see the retries and the dead-letter queue."""
    faults = that_is_up(build, name).ask("fault", arn=arn, code=code, times=times)["faults"]
    for target, each in faults.items():
        say(f"{target} fails {each['times']} times with {each['code']}")
    if not faults:
        say("no target fails")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (deliveries, events, send, fault):
        app.command()(command)


def read(detail: str) -> str:
    """Return an event's detail, which may be in a file.

    Raises:
        WrongUseError: the file cannot be read, or it is not a JSON object.
    """
    text = detail
    if detail == "@-":
        text = sys.stdin.read()
    elif detail.startswith("@"):
        try:
            text = Path(detail[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problem = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise WrongUseError(f"--detail: {detail[1:]} cannot be read: {problem}") from None
    try:
        if isinstance(json.loads(text), dict):
            return text
        problem = "it is another kind of JSON"
    except ValueError as error:
        problem = str(error)
    raise WrongUseError(f'--detail: a JSON object is needed, like \'{{"status": "success"}}\': {problem}')


def put(box: Sandbox, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Put an event, as any program would, and return its result.

    Raises:
        SandboxError: the call fails as a whole.
    """
    import boto3  # noqa: PLC0415 - it takes a while, and no other command needs it
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    client: Any = boto3.client(
        "events",
        endpoint_url=box.endpoint,
        region_name=box.region,
        aws_access_key_id=box.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=box.environment["AWS_SECRET_ACCESS_KEY"],
    )
    try:
        result: dict[str, Any] = client.put_events(Entries=[entry])["Entries"][0]
    except (ClientError, BotoCoreError) as error:
        raise SandboxError(str(error)) from None
    return result


def show_deliveries(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print deliveries, for a program or for a person."""
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            str(each["number"]),
            date_and_time(each["at"]),
            each["trigger"],
            short_name(each["source_arn"]),
            each["target_id"] or short_name(each["target_arn"]),
            each["outcome"],
            reason(each),
        )
        for each in found
    ]
    show(("#", "time", "trigger", "from", "target", "outcome", "what came of it"), rows, "nothing has been delivered")


def reason(delivery: Mapping[str, Any]) -> str:
    """Return in a few words what came of a delivery: why not, or what was started."""
    if delivery["error_code"]:
        tries = f" after {delivery['attempts']} attempts" if delivery["attempts"] > 1 else ""
        return f"{delivery['error_code']}{tries}: {delivery['error_message']}"
    values = [
        short_name(str(value))
        for each in delivery["result"].values()
        for value in (each if isinstance(each, list) else [each])
        if value is not None
    ]
    return ", ".join(values)
