"""What the commands have in common: how they are told the environment, and how they come to its account."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from harness import live as guard
from harness import target
from harness.errors import WrongUseError
from harness.places import ROOT, SPECS
from operations import environment as environments
from operations.account import Account, enter

EnvironmentName = Annotated[str, typer.Argument(metavar="ENV", help="The environment, such as mvp-development.")]
Live = Annotated[bool, typer.Option("--live", help="The real account, with your own credentials; else the sandbox.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for a program.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before the real account is changed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be done.")]


def reach(name: str, *, live: bool) -> tuple[environments.Environment, Account]:
    """Return an environment and its account.

    Raises:
        WrongUseError: there is no such environment, it cannot be used as it is, or credentials or endpoint are not its.
        EnvironmentFailedError: there are no credentials, or the sandbox does not answer.
    """
    try:
        target.require(name, SPECS)
    except target.TargetError as error:
        raise WrongUseError(str(error)) from None
    if not live and not os.environ.get("AWS_ENDPOINT_URL"):
        enter_sandbox(name)
    environment = environments.load(name, SPECS)
    account = enter(environment, live=live)
    if live:
        typer.echo(f"Credentials: {account.caller}", err=True)
    return environment, account


def enter_sandbox(name: str) -> None:
    """Begin anew in the sandbox of an environment, as the Makefile does from the start; it says so if none is up.

    A process of its own, since nothing here may know the sandbox: it is told by environment variables where to call.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    own = [sys.executable, "-m", "operations", *sys.argv[1:]]
    run = [sys.executable, "-m", "sandbox", "run", name, "--must-be-up", "--", *own]
    sys.stdout.flush()
    os.execve(sys.executable, run, os.environ | {"PYTHONPATH": path})  # noqa: S606 - no shell is wanted


def confirm(environment: environments.Environment, account: Account, *, yes: bool) -> None:
    """Ask before the real account is changed, unless that is meant; the sandbox needs no asking.

    Raises:
        WrongUseError: nobody is here to ask, or the answer is no.
    """
    if account.live and not yes:
        guard.confirm(environment.name, environment.account)
