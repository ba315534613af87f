"""What the channel file and the API differ in: pure, and so the same for a dry run and a real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.channelbackfill.channel_csv import row_problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workers.channelbackfill.channel_csv import Row
    from workers.channels.channel import Channel
    from workers.frame.problems import Problem


@dataclass(frozen=True, slots=True)
class Change:
    """A record that says something else than its row."""

    row: Row
    existing: Channel

    @property
    def values(self) -> tuple[tuple[str, str, str], ...]:
        """What changes: name of the field, what it is, what it will be."""
        pairs = (
            ("customId", self.existing.custom_id, self.row.custom_id),
            ("displayName", self.existing.display_name, self.row.display_name or self.existing.display_name),
        )
        return tuple((name, old, new) for name, old, new in pairs if old != new)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be done for the API to say what the file says.

    Attributes:
        create: rows whose channel has no record.
        change: rows whose channel has one that says something else.
        unchanged: rows whose channel has one that says the same.
        problems: rows whose channel has several records: nobody can tell which of them counts.
        elsewhere: how many channels have records and are not in the file; they are left alone.
    """

    create: tuple[Row, ...]
    change: tuple[Change, ...]
    unchanged: tuple[Row, ...]
    problems: tuple[Problem, ...]
    elsewhere: int


def agrees(row: Row, existing: Channel) -> bool:
    """Whether a record says what a row says; a row without a name says nothing about the name."""
    return existing.channel_id == row.channel_id and not existing.deleted and not Change(row, existing).values


def difference(rows: Sequence[Row], channels: Iterable[Channel]) -> Difference:
    """Return what the rows, one for each channel, and the records differ in."""
    records: dict[str, list[Channel]] = {}
    for channel in channels:
        records.setdefault(channel.channel_id, []).append(channel)
    create, change, unchanged, problems = [], [], [], []
    for row in rows:
        found = records.pop(row.channel_id, [])
        if not found:
            create.append(row)
        elif len(found) > 1:
            ids = ", ".join(shown(channel.id) for channel in found)
            problems.append(
                row_problem(
                    row.line, f"channel {shown(row.channel_id)} has {len(found)} records, {ids}; none is changed"
                )
            )
        elif agrees(row, found[0]):
            unchanged.append(row)
        else:
            change.append(Change(row, found[0]))
    return Difference(tuple(create), tuple(change), tuple(unchanged), tuple(problems), len(records))
