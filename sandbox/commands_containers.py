"""The commands about containers: say what an image is on this machine, and see what became of the tasks."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox.errors import WrongUseError
from sandbox.options import BUILD, AsJson, BuildFolder, SandboxThatIsUp, say, that_is_up
from sandbox.tables import date_and_time, short_name, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def image(
    name: Annotated[str, typer.Argument(help="The name of a sandbox that is up.")],
    image: Annotated[str | None, typer.Argument(help="The image: with a tag that one, without one every tag.")] = None,
    entry_point: Annotated[
        list[str] | None, typer.Argument(metavar="-- COMMAND...", help="Its entry point, as it is on this machine.")
    ] = None,
    *,
    directory: Annotated[str | None, typer.Option(help="Where it starts; a scratch folder by default.")] = None,
    env: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of the image.")] = None,
    as_json: AsJson = False,
    build: BuildFolder = BUILD,
) -> None:
    """Say which program of this machine an image is, since none is pulled; without an image, list what has been said.

    The command of a task definition, or of an override, follows the entry point as its arguments.
    """
    box = that_is_up(build, name)
    fields: dict[str, Any] = {}
    if image is not None:
        if not entry_point:
            raise WrongUseError(f"say what {image} is here: python -m sandbox image {name} {image} -- COMMAND...")
        pairs = [pair.partition("=") for pair in env or ()]
        if not all(equals and variable for variable, equals, _ in pairs):
            raise WrongUseError("--env: NAME=VALUE is needed")
        variables = {variable: value for variable, _, value in pairs}
        fields = {"image": image, "command": entry_point, "environment": variables, "directory": directory}
    found = box.ask("image", **fields)["images"]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [(each["image"], shlex.join(each["command"])) for each in found]
    show(("image", "is here"), rows, "nobody has said what an image is: each is a stand-in that shows its environment")


def tasks(
    name: SandboxThatIsUp = None,
    *,
    as_json: AsJson = False,
    settle: Annotated[float, typer.Option(min=0, help="Wait so many seconds until nothing is under way.")] = 0.0,
    build: BuildFolder = BUILD,
) -> None:
    """List the tasks that were started, and how they ended."""
    show_tasks(that_is_up(build, name).ask("tasks", seconds=settle + 60, settle=settle)["tasks"], as_json=as_json)


def kill(
    task: Annotated[str, typer.Argument(help="The task's ARN, its id, or how its id begins.")],
    name: SandboxThatIsUp = None,
    *,
    build: BuildFolder = BUILD,
) -> None:
    """Kill a task's containers (SIGKILL, without the SIGTERM of StopTask), as a machine that fails does."""
    killed = that_is_up(build, name).ask("kill", task=task)["task"]
    say(f"{short_name(killed)} is killed")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (image, tasks, kill):
        app.command()(command)


def show_tasks(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print tasks, for a program or for a person."""
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            date_and_time(each["createdAt"]),
            short_name(each["taskArn"])[:8],
            each["taskDefinitionArn"].rpartition("/")[2],
            each.get("startedBy", ""),
            each["lastStatus"],
            outcome(each),
        )
        for each in found
    ]
    show(("time", "task", "definition", "started by", "status", "how it ended"), rows, "no task has been started")


def outcome(task: Mapping[str, Any]) -> str:
    """Return in a few words how a task ended; nothing for one that runs."""
    if "stopCode" not in task:
        return ""
    exits = [f"{each['name']} exited with {each['exitCode']}" for each in task["containers"] if "exitCode" in each]
    reasons = [each["reason"] for each in task["containers"] if "reason" in each]
    said = [task["stoppedReason"]] if task["stopCode"] != "EssentialContainerExited" else []
    return "; ".join(dict.fromkeys([*said, *exits, *reasons]))


def tell(delivery: Mapping[str, Any], tasks_of_it: Sequence[Mapping[str, Any]]) -> None:
    """Say what became of one delivery, with the tasks that it started."""
    reason = f": {delivery['error_code']}: {delivery['error_message']}" if delivery["error_code"] else ""
    say(f"{short_name(delivery['source_arn'])} was {delivery['outcome']}{reason}")
    for task in tasks_of_it:
        ended = outcome(task)
        say(f"task {short_name(task['taskArn'])}: {task['lastStatus']}{f', {ended}' if ended else ''}")
