"""A small catalogue whose last week has one of each thing that should be found: what the worker is shown with."""

from __future__ import annotations

from pathlib import Path

from sandbox.claims.catalogue import make
from sandbox.claims.files import Files, write_all
from sandbox.claims.injections import SIZES, Injected, inject
from sandbox.claims.shape import Shape
from sandbox.claims.weeks import snapshots
from sandbox.claims.writing import Form

SHAPE = Shape(seed=20, claims=6_000, weeks=13, late=0, missing=0)
# Two rows come twice, and there is one of each sort that cannot be right.
FORM = Form(duplicated=2, impossible=1)


def write(folder: Path, weeks: int = SHAPE.weeks, shape: Shape = SHAPE) -> tuple[list[Files], tuple[Injected, ...]]:
    """Write the files of the last weeks; return them, oldest first, and what should be found in the very last one.

    Args:
        folder: where they go; made if it is not there.
        weeks: of how many weeks.
        shape: of the catalogue.

    Raises:
        ValueError: it is too small for all that is put into it.
    """
    clean = make(shape)
    before = list(snapshots(clean))
    put_in = inject(clean, before, {before[-1].week: {sort: sizes[-1:] for sort, sizes in SIZES.items()}})
    since = shape.weeks - weeks
    return list(write_all(put_in.catalogue, folder, FORM, put_in.effects, since=since)), put_in.injected
