"""All the files of a week, week after week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.claims import companions
from sandbox.claims.weeks import Effects, snapshots
from sandbox.claims.writing import Form, Writer

if TYPE_CHECKING:
    import datetime as dt

    from sandbox.claims.catalogue import Catalogue
    from sandbox.claims.weeks import Snapshot


@dataclass(frozen=True)
class Files:
    """The files of one week.

    Attributes:
        date: of the snapshot.
        claims: that are in it.
        report: the claims report.
        metrics: how recordings did on other platforms since the snapshot before.
        rights: who owns what; the same in all weeks.
    """

    date: dt.date
    claims: int
    report: Path
    metrics: Path
    rights: Path


def write_all(
    catalogue: Catalogue, folder: Path, form: Form | None = None, effects: Effects | None = None, *,
    since: int = 0, threads: int = 1,
) -> Iterator[Files]:  # fmt: skip
    """Write the files of one week after the other, each when it is asked for; one may be removed before the next.

    Args:
        catalogue: whose they are.
        folder: where they go; made if it is not there.
        form: of the reports.
        effects: what was put into it besides.
        since: number of the first week of which files are written.
        threads: that write.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rights = companions.write_rights(catalogue, folder / "rights_records.csv")
    before: Snapshot | None = None
    with Writer(catalogue, form, threads=threads) as writer:
        for snapshot in snapshots(catalogue, effects):
            if snapshot.week >= since:
                date = catalogue.shape.date(snapshot.day)
                metrics = folder / f"platform_metrics_{date}.csv"
                yield Files(
                    date,
                    len(snapshot.claims),
                    writer.write(snapshot, folder),
                    companions.write_metrics(catalogue, snapshot, before, metrics, effects),
                    rights,
                )
            before = snapshot
