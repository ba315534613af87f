"""The commands about the services that are not AWS's: start their stand-ins, script faults, ask what was counted."""

from __future__ import annotations

import itertools
import json
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sandbox.errors import WrongUseError
from sandbox.options import BUILD, AsJson, BuildFolder, say, store, that_is_up
from sandbox.services import running
from sandbox.tables import show

if TYPE_CHECKING:
    from sandbox.services.running import Running

FIELDS_OF_A_SCRIPT = ("times", "every", "after", "share", "seed", "seconds", "retry_after", "retry_after_form", "shape")


class NameFirst(TyperGroup):
    """A group of commands whose own options may follow its argument: `services NAME --env`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the options that follow the name before it, where click looks for those of a group."""
        if args and not args[0].startswith("-"):
            options = list(itertools.takewhile(lambda word: word.startswith("-"), args[1:]))
            args = [*options, args[0], *args[1 + len(options) :]]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=NameFirst, help="The services that are not AWS's, beside a sandbox: AppSync, the token service, Content ID."
)


@group.callback(invoke_without_command=True)
def services(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of a sandbox that is up.")],
    *,
    env: Annotated[bool, typer.Option("--env", help="Print nothing but the settings, for eval.")] = False,
    build: BuildFolder = BUILD,
) -> None:
    """Start the stand-ins beside a sandbox, and print the settings that make a worker use them."""
    if context.invoked_subcommand is not None:
        context.obj = (build, name)
        return
    sandboxes = store(build)
    box = that_is_up(build, name)
    with sandboxes.locked(name):
        found, is_new = running.up(sandboxes.folder(name))
        if is_new:
            found.use(box)
    if not env:
        say(f"the services of {name} are {'started' if is_new else 'up already'}: {found.endpoint}")
    for variable, value in found.urls.items():
        typer.echo(f"export {variable}={shlex.quote(value)}")


@group.command()
def fault(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="The service: appsync, tokens, content-id.")],
    *,
    kind: Annotated[str, typer.Option(help="What happens (`kinds` lists all), or mixed.")],
    times: Annotated[int | None, typer.Option(help="So many times; without it for ever.")] = None,
    every: Annotated[int, typer.Option(help="Every so many requests.")] = 1,
    after: Annotated[int, typer.Option(help="Let so many through first.")] = 0,
    share: Annotated[float, typer.Option(help="With this probability.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the probability: the same one, the same faults.")] = 1,
    item: Annotated[str | None, typer.Option("--item", "--asset", help="Only requests about this one.")] = None,
    operation: Annotated[str | None, typer.Option(help="Only requests of this kind, like assets.patch.")] = None,
    seconds: Annotated[float, typer.Option(help="How long a slow answer takes.")] = 2,
    retry_after: Annotated[int | None, typer.Option(help="Seconds of a Retry-After header.")] = None,
    retry_after_form: Annotated[str, typer.Option(help="Of that header: seconds, or an HTTP date.")] = "seconds",
    shape: Annotated[str, typer.Option(help="Of a Google error: legacy, newer or both.")] = "legacy",
) -> None:
    """Let requests of a service fail."""
    values = locals()
    where = {fact: value for fact, value in (("item", item), ("operation", operation)) if value is not None}
    script = {field: values[field] for field in FIELDS_OF_A_SCRIPT}
    number = _up(context).ask("faults/script", service=service, kind=kind, where=where, **script)["number"]
    say(f"script {number}: {kind} for {service}")


@group.command()
def faults(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the scripts of faults, and how often each has struck."""
    found = _up(context).ask("faults/list")["scripts"]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (
            str(each["number"]),
            each["service"],
            each["kind"],
            str(each["seen"]),
            ", ".join(f"{kind} {times}" for kind, times in sorted(each["struck"].items())) or "none",
        )
        for each in found
    ]
    show(("script", "service", "kind", "requests", "struck"), rows, "no fault is scripted")


@group.command()
def clear(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="Of a script; all of them by default.")] = None,
) -> None:
    """End scripts of faults."""
    say(f"{_up(context).ask('faults/clear', number=number)['cleared']} cleared")


@group.command()
def kinds(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the kinds of faults of every service."""
    found = _up(context).ask("faults/kinds")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (service, kind, facts["effect"], facts["what"])
        for service, of_it in sorted(found.items())
        for kind, facts in of_it.items()
    ]
    show(("service", "kind", "its request", "what happens"), rows, "there is no service")


@group.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="Like content-id/statistics; a wrong one lists all.")],
    fields: Annotated[str, typer.Argument(help="A JSON object.")] = "{}",
) -> None:
    """Ask a stand-in, or tell it something: seeds, settings, counts. The answer is JSON."""
    try:
        given: Any = json.loads(fields)
    except ValueError as error:
        raise WrongUseError(f"{fields!r} is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise WrongUseError(f"{fields!r} is not a JSON object")
    typer.echo(json.dumps(_up(context).ask(question, **given), indent=2))


@group.command()
def stop(context: typer.Context) -> None:
    """End the stand-ins; the sandbox stays."""
    build, name = context.obj
    sandboxes = store(build)
    with sandboxes.locked(name):
        ended = running.down(sandboxes.folder(name))
    say(f"the services of {name} are {'stopped' if ended else 'not up'}")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="services")


def _up(context: typer.Context) -> Running:
    build, name = context.obj
    found = running.find(store(build).folder(name))
    if found is None:
        raise WrongUseError(f"the services of {name} are not up: start them (python -m sandbox services {name})")
    return found
