"""Settings: by environment variables and flags, secrets by reference to SSM, all mistakes at once."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, Field, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from yarl import URL

from workers.frame.masking import SHORTEST_SECRET
from workers.frame.metrics import LONGEST_NAME
from workers.frame.problems import Problem, WrongInputError
from workers.frame.sources import by_name, flag, given, variables
from workers.frame.storage import Location

REFERENCE = "ssm:"
BUS_UNKNOWN = "bus-unknown"
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.:/-]+")  # a name, or the ARN of another account's
LONGEST_SHOWN = 120


def _https_unless_loopback(text: str) -> str:
    try:
        url = URL(text)
    except ValueError:
        raise ValueError("must be a URL: https://host/path") from None
    if url.user or url.password:
        raise ValueError("must hold no user and no password")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("must be a URL: https://host/path")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError("must begin with https:// (http:// is for loopback alone)")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


ServiceUrl = Annotated[str, AfterValidator(_https_unless_loopback)]
"""Where a service is: https, or http on loopback."""


def _location(text: str) -> str:
    Location.parse(text)
    return text


LocationText = Annotated[str, AfterValidator(_location)]
"""A path, or s3://bucket/key."""


class WorkerSettings(BaseSettings):
    """What every worker is told.

    A class made by `load` has read environment and flags; one made by hand takes what it is given and nothing else.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        env_ignore_empty=True,
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
        cli_show_env_vars=True,
        cli_exit_on_error=False,
    )

    event_bus: str = Field(min_length=1, description="name or ARN of the event bus that is told how the run ended")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="the least that is logged")
    output: LocationText | None = Field(
        None, description="where reports go, if there are any: a folder, or s3://bucket/prefix/"
    )
    metrics_namespace: str = Field(
        "Punctual/Workers",
        max_length=LONGEST_NAME,
        pattern=r"^[^:]",
        description="namespace of the metrics in CloudWatch",
    )
    error_threshold: float = Field(0, ge=0, le=1, description="share of items that may fail before the exit code is 1")
    dry_run: bool = Field(default=False, description="say what would be done, do nothing and send no event")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what the maker gives: `draft` reads the sources, since references are resolved between."""
        return (init_settings,)


S = TypeVar("S", bound=WorkerSettings)


@dataclass(frozen=True, slots=True)
class Draft(Generic[S]):
    """Settings whose references are not resolved yet.

    Attributes:
        kind: which settings.
        values: what was given, by setting.
        references: which of these stand for an SSM parameter, and for which.
        mistakes: what is wrong with a setting already.
        others: what is wrong otherwise.
        flags_read: whether flags could be read; else what is not set may well have been.
    """

    kind: type[S]
    values: Mapping[str, Any]
    references: Mapping[str, str]
    mistakes: Mapping[str, str]
    others: Sequence[str]
    flags_read: bool

    @property
    def parameters(self) -> list[str]:
        """The SSM parameters to read."""
        return sorted(set(self.references.values()))

    @property
    def dry_run(self) -> bool:
        """Whether a dry run is asked for, also where settings are wrong."""
        try:
            return TypeAdapter(bool).validate_python(self.values.get("dry_run", False))
        except ValidationError:
            return False

    def settled(self, parameters: Mapping[str, str]) -> S:
        """Return the settings, by the values of `parameters`; raises as `load` does."""
        values, mistakes = dict(self.values), dict(self.mistakes)
        for name, parameter in self.references.items():
            value = parameters.get(parameter)
            if value is None:
                mistakes[name] = f"there is no SSM parameter {parameter}"
            elif is_secret(self.kind.model_fields[name]) and len(value) < SHORTEST_SECRET:
                mistakes[name] = f"the SSM parameter {parameter} holds fewer than {SHORTEST_SECRET} characters"
            else:
                values[name] = value
        try:
            settings = self.kind(**{name: value for name, value in values.items() if name not in mistakes})
        except ValidationError as error:
            found = list(self._found(error))
        else:
            found = []
        told = [*self.others, *(f"{called(self.kind, name)}: {text}" for name, text in mistakes.items())]
        told += [
            text if not name else f"{called(self.kind, name)}: {text}" for name, text in found if name not in mistakes
        ]
        if told:
            problem = Problem("settings-wrong", "Settings are wrong", "; ".join(told), extensions={"mistakes": told})
            raise WrongInputError(problem)
        return settings

    def _found(self, error: ValidationError) -> Iterator[tuple[str, str]]:
        """Return each setting that is wrong, "" for what is not one's alone, and how it is wrong."""
        for one in error.errors(include_url=False):
            name = next(iter(by_name(self.kind, {str(one["loc"][0]): None}))) if one["loc"] else ""
            message = one["msg"].removeprefix("Value error, ")
            if one["type"] == "missing":
                if self.flags_read:
                    yield name, "it is not set, and has no default"
            elif not name or is_secret(self.kind.model_fields[name]):
                yield name, message
            elif name in self.references:
                yield name, f"{message} (it is in the SSM parameter {self.references[name]})"
            else:
                yield name, f"{message} (it is {shown(self.values.get(name, one['input']))})"


def draft(kind: type[S], arguments: Sequence[str]) -> Draft[S]:
    """Read environment and flags.

    Args:
        kind: which settings.
        arguments: the flags, without the name of the worker.
    """
    read = given(kind, arguments)
    values, references, mistakes = {}, {}, {}
    for name, value in read.values.items():
        if is_reference(value):
            references[name] = value.removeprefix(REFERENCE)
            if not _PARAMETER_NAME.fullmatch(references[name]):
                mistakes[name] = f"{REFERENCE} is followed by the name of an SSM parameter (it is {shown(value)})"
                del references[name]
        elif is_secret(kind.model_fields[name]):
            mistakes[name] = f"a secret is given by reference alone: {REFERENCE}/name/of/parameter"
        else:
            values[name] = value
    return Draft(kind, values, references, mistakes, read.mistakes, read.flags_read)


def load(kind: type[S], arguments: Sequence[str], read_parameters: Callable[[list[str]], Mapping[str, str]]) -> S:
    """Return the settings of a worker.

    Args:
        kind: which settings.
        arguments: the flags, without the name of the worker.
        read_parameters: values of SSM parameters by name; one that is not there is left out.

    Raises:
        WrongInputError: with all that is wrong: variable, flag, the value unless secret, and the rule.
    """
    drafted = draft(kind, arguments)
    return drafted.settled(read_parameters(drafted.parameters) if drafted.parameters else {})


def bus_of(arguments: Sequence[str]) -> str:
    """Return the event bus alone, which may be a reference, for the event of a run whose settings are wrong.

    Raises:
        WrongInputError: it is not set.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False, exit_on_error=False)
    parser.add_argument(flag("event_bus"), default=os.environ.get("EVENT_BUS"))
    try:
        bus = parser.parse_known_args(arguments)[0].event_bus
    except argparse.ArgumentError:  # the flag without a value
        bus = None
    if not bus:
        detail = f"{called(WorkerSettings, 'event_bus')} is not set, so that the event has nowhere to go"
        raise WrongInputError(Problem(BUS_UNKNOWN, "The event bus is not known", detail))
    return str(bus)


def called(kind: type[BaseModel], name: str) -> str:
    """Return what a person calls a setting: its variables and its flag."""
    return f"{' or '.join(variables(kind, name))} ({flag(name)})"


def shown(value: object) -> str:
    """Return a value for a message."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is a secret."""

    def holds(annotation: Any) -> bool:
        return annotation is SecretStr or any(holds(argument) for argument in get_args(annotation))

    return holds(field.annotation)


def is_reference(value: object) -> bool:
    """Whether a value stands for an SSM parameter."""
    return isinstance(value, str) and value.startswith(REFERENCE)


def secrets_of(settings: WorkerSettings) -> list[str]:
    """Return the values that must not be shown."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
