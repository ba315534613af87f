"""A snapshot as the claims report that YouTube would give: CSV, plain or in gzip, with the flaws that reports have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt

from sandbox.claims import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.claims.catalogue import Catalogue
    from sandbox.claims.weeks import Snapshot

STATUSES = ("ACTIVE", "DISPUTED", "APPEALED")
_ORIGINS = ("AUDIO_MATCH", "AUDIO_MATCH", "AUDIO_MATCH", "DESCRIPTIVE_SEARCH", "WEB_UPLOAD_BY_OWNER", "MELODY_MATCH")
_WORDS = (
    "night", "river", "paper", "golden", "winter", "signal", "harbour", "mirror", "summer", "distant", "window",
    "echo", "velvet", "northern", "garden", "letters", "silver", "morning", "shadow", "ocean",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How a report is written.

    Attributes:
        engaged_views: whether it has that column; older versions do not.
        other_owners: whether it has `other_owners_claiming`.
        bom: whether it begins with a byte order mark.
        gzip: whether it is compressed; the name then ends with .gz.
        duplicated: how many rows come twice.
        impossible: how many rows cannot be right, of each sort: no claim id, negative views, a date in the future,
            views that are no number.
    """

    engaged_views: bool = True
    other_owners: bool = True
    bom: bool = False
    gzip: bool = False
    duplicated: int = 0
    impossible: int = 0


def name_of(snapshot_date: object, form: Form) -> str:
    """Return the name that the report of a day has."""
    return f"claim_report_active_{snapshot_date}.csv{'.gz' if form.gzip else ''}"


class Writer:
    """Writes the snapshots of one catalogue; a context manager, for the connection that it keeps."""

    def __init__(self, catalogue: Catalogue, form: Form | None = None, *, threads: int = 1) -> None:
        """Take the catalogue and the form of its reports."""
        self.catalogue = catalogue
        self.form = form or Form()
        self._connection = duckdb.connect(config={"threads": threads})

    def __enter__(self) -> Writer:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def write(self, snapshot: Snapshot, folder: Path) -> Path:
        """Write the report of a snapshot and return where it is."""
        path = folder / name_of(self.catalogue.shape.date(snapshot.day), self.form)
        self._connection.register("row", _columns(self.catalogue, snapshot, self.form))
        columns = ", ".join(f'{value} AS "{name}"' for name, value in _expressions(self.catalogue, self.form).items())
        options = f"FORMAT csv, HEADER, COMPRESSION {_compression(self.form)}"
        copy = f"COPY (SELECT {columns} FROM row) TO ? ({options})"  # noqa: S608 - expressions of this module alone
        self._connection.execute(copy, [str(path)])
        self._connection.unregister("row")
        return path


def _compression(form: Form) -> str:
    return "gzip" if form.gzip else "none"


def _columns(catalogue: Catalogue, snapshot: Snapshot, form: Form) -> Mapping[str, npt.NDArray[Any]]:
    """Return numbers by row; `flaw` says what is wrong with it, 0 nothing."""
    rows = np.arange(len(snapshot.claims))
    flaws = np.zeros(len(rows), dtype=np.int64)
    draw = catalogue.shape.random("flaws", snapshot.week)
    if len(rows):
        again = draw.integers(0, len(rows), form.duplicated)
        wrong = draw.integers(0, len(rows), 4 * form.impossible)
        rows = np.concatenate([rows, again, wrong])
        flaws = np.concatenate([flaws, np.zeros(form.duplicated, np.int64), 1 + np.arange(4 * form.impossible) % 4])
    claims = snapshot.claims[rows]
    videos = catalogue.claim_video[claims]
    assets = catalogue.claim_asset[claims]
    return {
        "claim": claims + np.where(flaws, 10**9 + np.arange(len(claims)), 0),
        "flaw": flaws,
        "asset": assets,
        "video": videos,
        "channel": catalogue.video_channel[videos],
        "recording": np.where(catalogue.has_isrc, catalogue.recording, -1)[assets],
        "status": snapshot.status[rows].astype(np.int64),
        "policy": snapshot.policy[rows],
        "asset_policy": catalogue.asset_policy[assets],
        "other_owner": snapshot.other_owner[rows],
        "views": snapshot.views[rows],
        "engaged_views": snapshot.engaged_views[rows],
        "created": np.floor(catalogue.created[claims]).astype(np.int64),
        "uploaded": np.floor(catalogue.uploaded[videos]).astype(np.int64),
        "seconds": catalogue.seconds[videos],
        "longest": catalogue.longest_match[claims],
        "matched": catalogue.matched[claims],
    }


def _expressions(catalogue: Catalogue, form: Form) -> dict[str, str]:
    """Return, by column of the report, how DuckDB makes it of the numbers of a row."""
    first = f"DATE '{catalogue.shape.first.isoformat()}'"
    of_policy = {number: _choice([policy[number] for policy in ids.POLICIES], "{0}") for number in range(3)}
    policy_id = _choice([ids.policy_id(number) for number in range(len(ids.POLICIES))], "{0}")
    word = _choice(_WORDS, "hash({0}) % 20")
    title = f"{word.format('asset')} || ' ' || {word.format('asset + 7')}"
    made: dict[str, str] = {
        "claim_id": f"CASE WHEN flaw = 1 THEN '' ELSE {ids.SQL_CLAIM.format('claim')} END",
        "claim_status": _choice(STATUSES, "status"),
        "claim_status_detail": "CASE status WHEN 1 THEN 'Disputed by the uploader' WHEN 2 THEN 'Appealed' ELSE '' END",
        "claim_origin": _choice(_ORIGINS, f"claim % {len(_ORIGINS)}"),
        "claim_type": "CASE WHEN claim % 9 = 0 THEN 'AUDIOVISUAL' ELSE 'AUDIO' END",
        "asset_id": ids.SQL_ASSET.format("asset"),
        # Some titles have what a CSV must quote; a few have a line break.
        "asset_title": f"{title} || CASE WHEN asset % 11 = 0 THEN ' (\"take ' || asset % 9 || '\", mono)' ELSE '' END",
        "asset_labels": "'catalogue|' || CASE WHEN asset % 3 = 0 THEN 'priority' ELSE 'back catalogue' END",
        "custom_id": "printf('custom-%07d', asset)",
        "video_id": ids.SQL_VIDEO.format("video"),
        "video_title": f"{title} || CASE WHEN video % 50 = 0 THEN chr(10) || 'live, in one take' "
        "WHEN video % 7 = 0 THEN ', with lyrics' ELSE ' (official audio) ' || video END",
        "channel_id": ids.SQL_CHANNEL.format("channel"),
        "channel_display_name": "'Channel ' || channel",
        "uploader": "'channel' || channel",
        "views": "CASE flaw WHEN 2 THEN '-12' WHEN 4 THEN 'n/a' ELSE views::VARCHAR END",
        "engaged_views": "engaged_views",
        "matching_duration": "printf('PT%dM%dS', matched // 60, matched % 60)",
        "longest_match": "longest",
        "video_duration_sec": "seconds",
        "content_type": "CASE WHEN claim % 5 = 0 THEN 'PARTNER_UPLOADED' ELSE 'UGC' END",
        "reference_id": "printf('ref%012d', asset)",
        "claim_policy_id": policy_id.format("policy"),
        "claim_policy_monetize": of_policy[0].format("policy"),
        "claim_policy_track": of_policy[1].format("policy"),
        "claim_policy_block": of_policy[2].format("policy"),
        "asset_policy_id": policy_id.format("asset_policy"),
        "asset_policy_monetize": of_policy[0].format("asset_policy"),
        "asset_policy_track": of_policy[1].format("asset_policy"),
        "asset_policy_block": of_policy[2].format("asset_policy"),
        "other_owners_claiming": "CASE WHEN other_owner THEN 'Another Owner ' || claim % 5 ELSE '' END",
        "claim_created_date": f"{first} + created::INTEGER + CASE WHEN flaw = 3 THEN 4000 ELSE 0 END",
        "video_upload_date": f"{first} + uploaded::INTEGER",
        "isrc": f"CASE WHEN recording < 0 THEN '' WHEN recording % 31 = 0 THEN "
        f"{ids.SQL_ISRC_HYPHENS.format('recording')} ELSE {ids.SQL_ISRC.format('recording')} END",
        "artist": f"'The ' || {word.format('asset // 8')} || ' ' || asset // 8",
        "record_label": "'Label ' || asset % 300",
        "upc": "printf('%012d', asset * 37)",
    }
    absent = {"engaged_views": not form.engaged_views, "other_owners_claiming": not form.other_owners}
    made = {name: value for name, value in made.items() if not absent.get(name)}
    if form.bom:
        made = {("\ufeff" + name if name == "claim_id" else name): value for name, value in made.items()}
    return made


def _choice(values: list[str] | tuple[str, ...], number: str) -> str:
    """Return an expression for one of some texts, by a number from 0."""
    texts = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"([{texts}])[({number})::BIGINT + 1]"
