"""README examples as tests: each ``hcl`` block says in its first line what its plan must come to.

::

    # tftest resources=9 inventory=daily-report.yaml fixtures=network.tf,cluster.tf
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.planning import REPOSITORY

PUBLISHED = re.compile(r'"git::https://example\.com/punctual\.git//(modules/[\w-]+)\?ref=v[\d.]+"')
BLOCK = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"# tftest resources=(\d+)(?: inventory=([\w.-]+))?(?: fixtures=([\w.,-]+))?$")


@dataclass(frozen=True)
class Example:
    """One HCL block of a README.

    Attributes:
        readme: where it stands.
        line: the line it starts at.
        code: the HCL.
        resources: how many managed resources its plan must create, or None when the block does not say.
        inventory: the inventory its plan must match, if any.
        fixtures: HCL files with what the example refers to.
    """

    readme: Path
    line: int
    code: str
    resources: int | None
    inventory: Path | None
    fixtures: tuple[Path, ...]

    @property
    def name(self) -> str:
        """Which example this is, for a person."""
        return f"{self.readme.parent.name}:{self.line}"

    def files(self) -> dict[str, str]:
        """The root that plans this example: the published module source becomes the module of this clone."""
        files = {"main.tf": PUBLISHED.sub(r'"../../\1"', self.code)}
        return files | {fixture.name: fixture.read_text(encoding="utf-8") for fixture in self.fixtures}


def examples(readme: Path, tests: Path) -> list[Example]:
    """Every HCL block of a README; inventories and fixtures lie in ``tests``."""
    text = readme.read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        directive = DIRECTIVE.match(block[1].splitlines()[0])
        count, inventory, fixtures = directive.groups() if directive else (None, None, None)
        found.append(
            Example(
                readme=readme,
                line=text.count("\n", 0, block.start()) + 2,
                code=block[1],
                resources=None if count is None else int(count),
                inventory=tests / "inventories" / inventory if inventory else None,
                fixtures=tuple(tests / "fixtures" / name for name in fixtures.split(",")) if fixtures else (),
            )
        )
    return found


def all_examples() -> list[Example]:
    """Every example of every module's README, and of the README of the repository."""
    found = examples(REPOSITORY / "README.md", REPOSITORY / "tests" / "modules" / "readme")
    for readme in sorted((REPOSITORY / "modules").glob("*/README.md")):
        found += examples(readme, REPOSITORY / "tests" / "modules" / readme.parent.name)
    return found
