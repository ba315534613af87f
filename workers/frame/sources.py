"""Where settings come from: environment variables and flags, and the help that tells of both."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import AliasChoices, BaseModel
from pydantic_settings import CliSettingsSource, EnvSettingsSource, SettingsError

from workers.frame.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_settings import BaseSettings

# What pydantic calls types, and what a person does.
KINDS_OF_VALUES = {
    "str": "TEXT",
    "int": "NUMBER",
    "float": "NUMBER",
    "date": "DATE",
    "tuple[date,...]": "DATE,DATE",
    "SecretStr": "ssm:/NAME",
}

EPILOG = f"""A flag goes before its variable, and an empty variable counts as not set. The value of any variable may be
ssm:/parameter/name: it is read from SSM Parameter Store, decrypted, once at the start. A secret is given in no other
way.

Exit codes: {ExitCode.DONE} done; {ExitCode.ITEM_ERRORS} done, with more item errors than the threshold allows;
{ExitCode.WRONG_INPUT} wrong input; {ExitCode.SERVICE_DOWN} a service is down, or the event could not be sent;
{ExitCode.TO_RESUME} stopped, and the next run goes on from there."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given.

    Attributes:
        values: by the name of the setting.
        mistakes: what is wrong with the flags themselves.
        flags_read: whether flags could be read at all.
    """

    values: dict[str, Any]
    mistakes: list[str] = field(default_factory=list)
    flags_read: bool = True


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(message)


def given(kind: type[BaseSettings], arguments: Sequence[str]) -> Given:
    """Return what environment and flags say; flags go first."""
    mistakes: list[str] = []
    try:
        values = by_name(kind, EnvSettingsSource(kind)())
    except SettingsError as error:
        values = {}
        mistakes.append(str(error))
    try:
        flags, unknown = _flags(kind, arguments)
    except SettingsError as error:
        return Given(values, [*mistakes, str(error).removeprefix("error parsing CLI: ")], flags_read=False)
    return Given(values | flags, mistakes + [_of_unknown(kind, text) for text in unknown])


def _flags(kind: type[BaseSettings], arguments: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    unknown: list[str] = []

    def parse(parser: argparse.ArgumentParser, texts: Sequence[str] | None = None, *_: Any) -> argparse.Namespace:
        known, rest = parser.parse_known_args(texts)
        unknown.extend(rest)
        return known

    source: CliSettingsSource[argparse.ArgumentParser] = CliSettingsSource(
        kind,
        cli_parse_args=list(arguments),
        root_parser=_Parser(allow_abbrev=False, add_help=False),
        parse_args_method=parse,
    )
    # What follows a flag that there is not is its value: told of once, and never shown, for it may be a secret.
    told: list[str] = []
    for before, text in zip(["", *unknown], unknown, strict=False):
        if text.startswith("-"):
            told.append(text)
        elif not before.startswith("-") or "=" in before:
            told.append("")
    return by_name(kind, source()), told


def _of_unknown(kind: type[BaseSettings], text: str) -> str:
    if not text:
        return "there is text that belongs to no flag"
    flag = text.partition("=")[0]
    nearest = difflib.get_close_matches(flag, [f"--{name.replace('_', '-')}" for name in kind.model_fields], n=1)
    return f"{flag}: there is no such flag" + (f"; the nearest is {nearest[0]}" if nearest else "")


def aliases(kind: type[BaseModel], name: str) -> list[str]:
    """Return what else a setting may be called: its `AliasChoices`."""
    alias = kind.model_fields[name].validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [choice for choice in choices if isinstance(choice, str) and choice.lower() != name]


def by_name(kind: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by the name of the setting, whatever it was called."""
    names = {called.lower(): name for name in kind.model_fields for called in (name, *aliases(kind, name))}
    return {names.get(called.lower(), called): value for called, value in values.items()}


def variables(kind: type[BaseModel], name: str) -> list[str]:
    """Return the environment variables of a setting, the first that is set goes."""
    return [called.upper() for called in (name, *aliases(kind, name))]


def flag(name: str) -> str:
    """Return the flag of a setting."""
    return f"--{name.replace('_', '-')}"


def as_typed(default: object) -> str:
    """Return a default as a person would type it, and not as Python shows it."""
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return str(default).lower() if default is None or isinstance(default, bool) else str(default)


def print_help(kind: type[BaseSettings], program: str, description: str) -> None:
    """Print every setting: its flag, its description, its default, its variable."""
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

    defaults = {flag(name): field.default for name, field in kind.model_fields.items()}

    def add(group: argparse.ArgumentParser, *names: str, **options: Any) -> argparse.Action:
        if "metavar" in options:
            options["metavar"] = KINDS_OF_VALUES.get(options["metavar"], options["metavar"])
        default = defaults.get(names[-1])
        text = options.get("help", "").replace(f"(default: {default})", f"(default: {as_typed(default)})")
        for choice in _choices(kind, names[-1]):  # pydantic shows what they are called in Python, and not what is typed
            text = text.replace(f"(default: {choice.name})", f"(default: {choice.value})")
            options["metavar"] = options["metavar"].replace(choice.name, choice.value)
        options["help"] = re.sub(r" \(default factory: [^)]*\)", "", text)  # the description says what it finds
        return group.add_argument(*names, **options)

    CliSettingsSource(
        kind,
        cli_parse_args=[],
        root_parser=parser,
        parse_args_method=lambda *_: argparse.Namespace(),
        add_argument_method=add,
    )
    parser.print_help()


def _choices(kind: type[BaseModel], name: str) -> list[Enum]:
    """Return the values that a flag takes, if these are the members of an enumeration."""
    annotation = {flag(each): one.annotation for each, one in kind.model_fields.items()}.get(name)
    return list(annotation) if isinstance(annotation, type) and issubclass(annotation, Enum) else []
