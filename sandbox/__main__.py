"""`python -m sandbox`: start, stop and use a stand-in for AWS on loopback."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sandbox import (
    command,
    commands_automation,
    commands_batch,
    commands_calls,
    commands_claims,
    commands_containers,
    commands_delivery,
    commands_demo,
    commands_messages,
    commands_schedules,
    commands_services,
    server,
)
from sandbox.errors import SandboxError, WrongUseError
from sandbox.options import BUILD, BuildFolder, say, store

if TYPE_CHECKING:
    from sandbox.state import Store

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def account_number(value: str) -> str:
    """Accept what AWS would call an account."""
    if value and not re.fullmatch(r"[0-9]{12}", value):
        raise typer.BadParameter(f"{value!r} is not an account number: it has twelve digits")
    return value


def region_name(value: str) -> str:
    """Accept what has the form of a region."""
    if value and not re.fullmatch(r"[a-z]{2}(-[a-z]+){1,2}-[0-9]", value):
        raise typer.BadParameter(f"{value!r} is not the name of a region, like us-east-1")
    return value


Name = Annotated[str, typer.Argument(help="The name of the sandbox.")]
Account = Annotated[
    str, typer.Option(help=f"The account it stands for [default: {server.DEFAULT_ACCOUNT}].", callback=account_number)
]
Region = Annotated[
    str, typer.Option(help=f"The region it stands for [default: {server.DEFAULT_REGION}].", callback=region_name)
]


@app.command()
def up(
    name: Name = "default",
    *,
    account: Account = "",
    region: Region = "",
    env: Annotated[bool, typer.Option("--env", help="Print nothing but the variables, for eval.")] = False,
    build: BuildFolder = BUILD,
) -> None:
    """Start a sandbox that stays up, and print the variables that make AWS clients of a shell use it."""
    box, happened = store(build).up(name, account or None, region or None)
    if not env:
        say(f"{happened}: {describe(box)}")
    for line in shell_lines(box):
        typer.echo(line)


@app.command()
def down(
    name: Name = "default",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Stop all of them.")] = False,
    build: BuildFolder = BUILD,
) -> None:
    """Stop a sandbox and remove all that belongs to it."""
    sandboxes = store(build)
    for each in sandboxes.names() if everything else [name]:
        say(sandboxes.down(each))


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="One sandbox; all of them if none is named.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    build: BuildFolder = BUILD,
) -> None:
    """Say which sandboxes are up."""
    sandboxes = store(build)
    found = [facts(sandboxes, each) for each in ([name] if name else sandboxes.names())]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each in found:
        if each["up"]:
            typer.echo(f"{each['name']}: up at {each['endpoint']}, account {each['account']}, {each['region']}")
        else:
            typer.echo(f"{each['name']}: not up")
    if not found:
        typer.echo("no sandbox is up")


@app.command()
def run(
    name: Name,
    arguments: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its arguments.")],
    *,
    account: Account = "",
    region: Region = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the sandbox up afterwards.")] = False,
    only_if_up: Annotated[bool, typer.Option("--only-if-up", help="Do nothing if it is not up.")] = False,
    must_be_up: Annotated[bool, typer.Option("--must-be-up", help="Fail if it is not up.")] = False,
    build: BuildFolder = BUILD,
) -> None:
    """Run a command with a sandbox for its AWS: the one of that name if it is up, else one of its own.

    PUNCTUAL_SANDBOX_DIR names a folder that lives as long as the sandbox does. The exit code is the command's.
    """
    sandboxes = store(build)
    command.check(arguments[0])
    with command.Signals().installed() as signals:
        box = sandboxes.find(name)
        if box is None and only_if_up:
            say(f"nothing is up under the name {name}")
            return
        if box is None and must_be_up:
            raise WrongUseError(f"{name} is not up: `make apply ENV={name}` starts it, and applies the environment")
        if box is not None or keep:
            box, happened = sandboxes.up(name, account or None, region or None)
            say(f"{happened}: {describe(box)}")
            code = run_in(box, sandboxes.folder(name), arguments, signals)
        else:
            started = server.start(account or server.DEFAULT_ACCOUNT, region or server.DEFAULT_REGION)
            with started as box, tempfile.TemporaryDirectory(prefix="punctual-sandbox-") as folder:
                say(f"one for this command alone: {describe(box)}")
                code = run_in(box, Path(folder), arguments, signals)
    raise typer.Exit(code)


@app.command(hidden=True)
def serve(
    *,
    host: str = "127.0.0.1",
    account: Account = server.DEFAULT_ACCOUNT,
    region: Region = server.DEFAULT_REGION,
    identifier: Annotated[str, typer.Option("--id")] = "",
    lifeline: Annotated[bool, typer.Option("--lifeline")] = False,
    without: Annotated[list[str] | None, typer.Option()] = None,
) -> None:
    """Be the server process. The other commands start it; its standard output tells them its port."""
    from sandbox import service_models  # noqa: PLC0415 - the other commands do without botocore

    service_models.keep()
    from sandbox import serve as server_process  # noqa: PLC0415 - importing moto takes most of a second

    server_process.serve(
        host=host, account=account, region=region, identifier=identifier, lifeline=lifeline, without=without or ()
    )


@app.command(hidden=True)
def serve_services(
    *,
    host: str = "127.0.0.1",
    identifier: Annotated[str, typer.Option("--id")] = "",
    lifeline: Annotated[bool, typer.Option("--lifeline")] = False,
) -> None:
    """Be the process of the stand-in services. The other commands start it; its standard output tells them its port."""
    from sandbox.services import serve as services_process  # noqa: PLC0415 - the other commands do without aiohttp

    services_process.serve(host=host, identifier=identifier, lifeline=lifeline)


commands_delivery.register(app)
commands_containers.register(app)
commands_batch.register(app)
commands_automation.register(app)
commands_schedules.register(app)
commands_demo.register(app)
commands_services.register(app)
commands_calls.register(app)
commands_messages.register(app)
commands_claims.register(app)


def run_in(box: server.Sandbox, folder: Path, arguments: list[str], signals: command.Signals) -> int:
    """Run a command in a sandbox, with the folder that goes with it."""
    environment = box.child_environment(os.environ) | {command.DIRECTORY_VARIABLE: str(folder)}
    return command.run(arguments, environment, signals)


def describe(box: server.Sandbox) -> str:
    """Return what a person wants to know of a sandbox in a few words."""
    return f"{box.endpoint}, account {box.account}, {box.region}"


def shell_lines(box: server.Sandbox) -> list[str]:
    """Return the lines that turn a shell into a client of the sandbox, without the AWS settings it had."""
    others = sorted(name for name in os.environ if name.startswith("AWS_") and name not in box.environment)
    return [f"unset {name}" for name in others] + [
        f"export {name}={shlex.quote(value)}" for name, value in box.environment.items()
    ]


def facts(sandboxes: Store, name: str) -> dict[str, Any]:
    """Return what `status` tells of one sandbox."""
    box = sandboxes.find(name)
    record = sandboxes.record(name)
    if box is None or record is None:
        return {"name": name, "up": False}
    return {
        "name": name,
        "up": True,
        "endpoint": box.endpoint,
        **record.model_dump(mode="json", exclude={"id"}),
        "directory": str(sandboxes.folder(name)),
    }


def main(arguments: list[str] | None = None) -> None:
    """Run a command, and put what a person can cause into words."""
    try:
        app(arguments, prog_name="python -m sandbox")
    except SandboxError as error:
        say(str(error))
        sys.exit(error.exit_code)
    except OSError as error:  # a disk that is full, a folder that cannot be written, a command that is no program
        say(f"{error.filename or 'the system'}: {error.strerror}")
        sys.exit(SandboxError.exit_code)


if __name__ == "__main__":
    main()
