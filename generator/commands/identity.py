"""What in the values of an environment belongs to its account, its region or its name, and so not to another's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from generator.checks.checking import REFERENCES
from generator.models.forms import PLACEHOLDER
from generator.specs.tree import Leaf, Node, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Path

# Ids that EC2 gives: each is of one account and one region, and nothing follows from it.
_ID: Final = re.compile(r"(?:eni|i|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}")
_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:(?P<region>[a-z0-9-]*):(?P<account>[0-9]*):.+", re.DOTALL)
# Fields that name what somebody else makes: the name may be the same elsewhere, or not.
_MADE_ELSEWHERE: Final = frozenset(
    {
        "api_id",
        "bucket",
        "capacity_provider",
        "event_bus",
        "event_bus_name",
        "existing_bus_name",
        "image",
        "job_definition",
        "parameter",
        "secrets",
    }
)
# Where the environment is, which is for its maker to say; where modules come from; what its state went through.
_NOT_JUDGED: Final = frozenset({"account", "region", "aws_region_short_code", "modules", "moved"})
_COMPASS: Final = {
    "central": "c",
    "east": "e",
    "north": "n",
    "northeast": "ne",
    "northwest": "nw",
    "south": "s",
    "southeast": "se",
    "southwest": "sw",
    "west": "w",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What an environment is known by; the account may be the placeholder."""

    name: str
    account: str
    region: str


class Fate(Enum):
    """What becomes of a value in the environment that is started."""

    KEEP = "keep"
    RENAME = "rename"  # the one name becomes the other
    FILL_IN = "fill in"  # only a person can tell what it is there
    LOOK = "look"  # it may be right there too, which only a person can tell


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the values of one environment for another."""

    old: Identity
    new: Identity

    @property
    def same_account(self) -> bool:
        """Whether both are known to be in one account."""
        return self.new.account == self.old.account != PLACEHOLDER

    @property
    def same_region(self) -> bool:
        """Whether both are in one region."""
        return self.new.region == self.old.region

    @property
    def moved(self) -> bool:
        """Whether what AWS holds for the one is out of the other's sight."""
        return not (self.same_account and self.same_region)

    @property
    def account(self) -> re.Pattern[str] | None:
        """The old account in a text, where that is not the new one's."""
        return None if self.same_account or self.old.account == PLACEHOLDER else word(self.old.account)

    @property
    def name(self) -> re.Pattern[str]:
        """The old name as a whole word; a hyphen ends one, as in the topic `dn-dev-alerts`."""
        return word(self.old.name)

    def renamed(self, value: str) -> str:
        """Return a text with the new name for the old one."""
        return self.name.sub(self.new.name, value)

    def fate(self, path: Path, value: str) -> Fate:
        """Judge one value."""
        named = self.name.search(value) is not None
        if value == PLACEHOLDER or path[0] in _NOT_JUDGED or _refers(path):
            fate = Fate.KEEP
        elif path[0] == "imports":
            fate = Fate.FILL_IN if path[-1] == "id" else Fate.KEEP  # what one state imports, no other must import
        elif path == ("state", "key"):
            fate = Fate.RENAME if named else Fate.FILL_IN
        elif self.is_theirs(path, value):
            fate = Fate.FILL_IN
        elif _made_elsewhere(path):
            fate = Fate.LOOK if named or self.moved else Fate.KEEP
        elif named:
            fate = Fate.LOOK if "permissions" in path else Fate.RENAME  # what is permitted is in others' words
        else:
            fate = Fate.KEEP
        return fate

    def mentions(self, text: str) -> Iterator[str]:
        """Yield the old name, account and region, as far as a text says one that is not the new one's too."""
        rest = text.replace(self.new.name, "")
        if self.name.search(rest):
            yield self.old.name
        if self.account is not None and self.account.search(text):
            yield self.old.account
        if not self.same_region and word(self.old.region).search(text):
            yield self.old.region

    def is_theirs(self, path: Path, value: str) -> bool:
        """Tell whether a value is an id, an ARN or a bucket of the old account or region, once that is another."""
        if not self.moved:
            return False
        if _ID.fullmatch(value):
            return True
        arn = _ARN.fullmatch(value)
        if arn is not None and not self.same_region and arn["region"] == self.old.region:
            return True
        if arn is not None or path[-1] == "bucket":
            text = arn["account"] if arn is not None else value
            return self.account is not None and self.account.search(text) is not None
        return False


def short_code(old: str, code: str, new: str) -> str:
    """Return a region's code in the naming standard, when the old one's is made the usual way: us-east-1 is use1."""
    derived = _code(new)
    return derived if derived is not None and _code(old) == code else PLACEHOLDER


def texts(node: Node) -> Iterator[tuple[Path, Leaf]]:
    """Yield every text of a tree with its path."""
    return ((path, leaf) for path, leaf in leaves(node) if isinstance(leaf.value, str))


def word(text: str) -> re.Pattern[str]:
    """Return a pattern for a text that no letter or digit adjoins."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


def _code(region: str) -> str | None:
    country, _, rest = region.partition("-")
    direction, _, number = rest.rpartition("-")
    return f"{country}{_COMPASS[direction]}{number}" if direction in _COMPASS else None


def _made_elsewhere(path: Path) -> bool:
    if path[0] in {"alerts", "clusters", "pager", "state"}:
        return path[:2] == ("state", "bucket") or path[1] == "emails" or (path[0], path[-1]) == ("clusters", "name")
    return any(part in _MADE_ELSEWHERE for part in path[2:]) or (path[2:3] == ("selections",) and path[-1] == "bus")


def _refers(path: Path) -> bool:
    """Tell whether a field names another part of the spec: names of parts stay, since others know them by these."""
    section, field = path[0], path[-1]
    if section in {"alerts", "pager"}:
        return path == (section, "key")
    if section == "components":
        return len(path) > 2 and path[2] in {"module", "connect"}
    if section == "defaults":
        section = f"{path[1]}s"
    match path[2:]:
        case ("selections", _, "workflow" | "rule" | "target") | ("topic",):
            return section == "target_syncs"
        case (
            ("publishers", _, "tasks", _)
            | ("rules", _, "targets", _, "run_task", "cluster" | "task")
            | ("rules", _, "targets", _, "submit_job", "job")
            | ("rules", _, "targets", _, "notify", "topic")
        ):
            return section == "workflows"
    return len(path) == 3 and field in REFERENCES.get(str(section), {})
