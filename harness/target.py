"""Says where a command will act, before anything else happens; runs on the standard library alone.

    python3 harness/target.py announce dn-dev [--live]     the first line that `make plan` prints
    python3 harness/target.py account dn-dev               what the sandbox is started with
    python3 harness/target.py region dn-dev

``account`` and ``region`` are plain top-level lines of the specification (or of one it extends), so that they can be
read before the environment that holds a YAML parser exists. The generator checks everything properly afterwards.

While one of the two is a placeholder nobody can say where a command would act: it is refused, and every line of the
specification that has a placeholder is named.
"""

from __future__ import annotations

import difflib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path(__file__).resolve().parent.parent / "environments"
WRONG_USE = 2
RESERVED = (
    "awscli",
    "checkov",
    "modules",
    "provider-download",
    "providers",
    "sandbox",
    "venv",
)  # what else lies beside .build/<env>
PLACEHOLDER = "FILL_IN"  # as in generator/models/forms.py
WANTED = {"account": "an account: 12 digits, in quotes", "region": "a region, such as us-east-1"}  # as in its models
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # and its rule in words: as in generator/specs/loading.py
NAME_RULE = "a name has lower-case letters, digits and single hyphens, and starts with a letter"
SCALAR = r"^{key}:[ \t]+(?:&\w+[ \t]+)?[\"']?([\w-]+)[\"']?[ \t]*(?:#.*)?$"
KEY = re.compile(r"^([ \t]*(?:-[ \t]+)*)[\"']?([\w.-]+)[\"']?:(?:[ \t]|$)")  # the column it stands in, and a key


class TargetError(Exception):
    """The environment asked for cannot be acted on; the message says why."""


@dataclass(frozen=True)
class Scalar:
    """The value of a top-level line, and where it is."""

    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Target:
    """Where an environment lives."""

    environment: str
    account: str
    region: str

    def announcement(self, *, live: bool) -> str:
        """One line: sandbox or live, which account, which region."""
        if live:
            return (
                f"LIVE: {self.environment} in the real AWS account {self.account}, {self.region}, with your credentials"
            )
        return f"Sandbox: {self.environment} as account {self.account}, {self.region}, on this machine only"


def names(environments: Path = ENVIRONMENTS) -> list[str]:
    """Every environment that can be planned: all specifications but those that are there to be extended.

    A file whose name no specification can have is not one; the generator says so of it.
    """
    found = (path for path in environments.glob("*.yaml") if NAME.fullmatch(path.stem))
    return sorted(path.stem for path in found if not is_abstract(path))


def is_abstract(path: Path) -> bool:
    """Whether a specification is there to be extended only."""
    return text(scalar(path, "abstract")) == "true"


def scalar(path: Path, key: str) -> Scalar | None:
    """The value of a plain top-level line ``key: value``, or None."""
    lines = path.read_text(encoding="utf-8", errors="replace")
    found = re.search(SCALAR.format(key=key), lines, flags=re.MULTILINE)
    return Scalar(found.group(1), path.name, lines.count("\n", 0, found.start()) + 1) if found else None


def text(value: Scalar | None) -> str | None:
    """The value alone."""
    return value.text if value is not None else None


def require(environment: str, environments: Path = ENVIRONMENTS) -> None:
    """Check that there is an environment of that name.

    Raises:
        TargetError: there is none; the message says why, and which there are.
    """
    known = names(environments)
    if not environment:
        raise TargetError(f"ENV is missing: give one of {', '.join(known)}, as in ENV={known[0] if known else 'NAME'}")
    if environment in RESERVED:
        raise TargetError(f"ENV={environment}: an environment cannot be called that, .build/{environment} is taken")
    if environment in known:
        return
    near = difflib.get_close_matches(environment, known, n=1)
    there_are = f"there are {', '.join(known) or 'none yet'}"
    hint = f"did you mean {near[0]}?" if near else there_are
    if not NAME.fullmatch(environment):
        raise TargetError(f"ENV={environment}: that cannot name an environment: {NAME_RULE}; {hint}")
    file = f"environments/{environment}.yaml"
    if (environments / f"{environment}.yaml").is_file():
        raise TargetError(f"ENV={environment}: {file} is abstract, there for others to extend; {there_are} to plan")
    raise TargetError(f"ENV={environment}: there is no {file} to plan; {hint}")


def read(environment: str, environments: Path = ENVIRONMENTS) -> Target:
    """Find account and region of an environment.

    Raises:
        TargetError: no such environment, it does not say its account or region on a line of its own, or one of them is
            still a placeholder.
    """
    require(environment, environments)
    found = {key: inherited(environments, environment, key) for key in WANTED}
    missing = {
        (value.file, value.line): f"{key}: {PLACEHOLDER} is a placeholder: give {WANTED[key]}"
        for key, value in found.items()
        if value.text == PLACEHOLDER
    }
    if missing:
        places = unfilled(environments / f"{environment}.yaml")
        others = {place: f"{key}{PLACEHOLDER} is a placeholder too" for place, key in places.items()}
        raise TargetError(
            "\n".join(
                f"environments/{file}:{line}: {rule}" for (file, line), rule in sorted((others | missing).items())
            )
        )
    return Target(environment, found["account"].text, found["region"].text)


def unfilled(path: Path) -> dict[tuple[str, int], str]:
    """File and line of every placeholder of a specification, but for those in comments; with the key, `key: `."""
    whole = re.compile(rf"(?:^|[\s\[{{,])[\"']?{PLACEHOLDER}[\"']?[ \t]*(?:$|[\]}},])")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    values = [re.split(r"(?:^|[ \t])#", line, maxsplit=1)[0] for line in lines]
    return {
        (path.name, number): key_of(values[:number]) for number, value in enumerate(values, 1) if whole.search(value)
    }


def key_of(lines: list[str]) -> str:
    """The key that the last of these lines gives a value to, as `key: `: its own, or that of the list it is in."""
    *above, last = lines
    if own := KEY.match(last):
        return f"{own[2]}: "
    column = len(last) - len(last.lstrip())
    for line in reversed(above):
        found = KEY.match(line)
        # A list may stand as far to the left as its key does.
        if found and (len(found[1]) < column or (len(found[1]) == column and last[column:].startswith("-"))):
            return f"{found[2]}: "
    return ""


def inherited(environments: Path, name: str, key: str) -> Scalar:
    """The value of ``key`` in the specification or in the nearest one it extends."""
    seen: list[str] = []
    current: str | None = name
    while current is not None and current not in seen:
        seen.append(current)
        path = environments / f"{current}.yaml"
        if not path.is_file():
            break
        value = scalar(path, key)
        if value is not None:
            return value
        current = text(scalar(path, "extends"))
    raise TargetError(f'environments/{name}.yaml: no top-level line "{key}: ..." here or in what it extends')


def main(arguments: list[str]) -> None:
    """Print the line or the value asked for; exit 2 with a message when there is none."""
    flags = {argument for argument in arguments if argument.startswith("--")}
    what, environment = ([argument for argument in arguments if argument not in flags] + ["", ""])[:2]
    try:
        target = read(environment)
    except TargetError as error:
        print(error, file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    if what == "announce":
        print(target.announcement(live="--live" in flags), flush=True)
    else:
        print({"account": target.account, "region": target.region}[what])


if __name__ == "__main__":
    main(sys.argv[1:])
