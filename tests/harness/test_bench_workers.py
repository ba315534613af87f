"""The benchmark of the workers: its verdicts follow from what was counted, and all of it runs, in small sizes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import bench_workers
from harness.bench_generator import Usage
from harness.bench_workers import SEQUENTIAL, Bench, Run, Size
from harness.errors import EnvironmentFailedError
from sandbox import services
from sandbox.catalogue import Catalogue
from tests.support.planning import REPOSITORY

SMALL = Size(assets=60, sample=3, quota=40, latency=0.01, faults=40, rows=1000, videos=50)
USED = Usage(seconds=10.0, peak=100.0, processor_seconds=5.0)


def run_of(requests: int = 601, seconds: float = 6.0, largest: int = 100, **answers: int) -> Run:
    """A run as the stand-in counted it; `answers` are those to PATCH."""
    counted = {f"assets.patch {answer}": number for answer, number in answers.items()}
    facts = {"requests": requests, "seconds": seconds, "largest_in_a_second": largest, "answers": counted}
    return Run(USED, facts)


class FakeBench:
    """Everything that a benchmark asks, answered as a test says."""

    def __init__(self, *runs: Run, wrong: int = 0, refused: int = 0, **script: Any) -> None:
        self.runs = list(runs)
        self.services = self
        self._wrong, self._refused = wrong, refused
        self._script = {"struck": {"throttle": 7, "not-found": 1}, **script}
        self._assets: list[str] = []
        self.scratch, self.environment = Path("/"), dict[str, str]()

    def prepare(self, catalogue: Catalogue, *_: object, **__: object) -> Path:
        self._assets = list(catalogue.wanted)
        return Path(__file__)

    def clean_up(self, *_: object) -> Run:
        return self.runs.pop(0)

    def one_at_a_time(self, *_: object) -> float:
        return 0.2

    def wrong(self, _: Catalogue) -> set[str]:
        return set(self._assets[: self._wrong])

    def ask(self, *_: object, **__: object) -> Any:
        return {"scripts": [{"refused": self._assets[: self._refused], **self._script}]}


SIZE = Size(assets=600, faults=600)
FIRST, NOTHING = run_of(), run_of(requests=0, seconds=0)


@pytest.mark.parametrize(
    ("bench", "reached"),
    [
        (FakeBench(FIRST, NOTHING), True),
        (FakeBench(run_of(seconds=6.3), NOTHING), True),
        (FakeBench(run_of(seconds=6.4), NOTHING), False),  # 93.75%
        (FakeBench(run_of(largest=101), NOTHING), False),
        (FakeBench(FIRST, NOTHING, wrong=1), False),
    ],
)
def test_rate_is_reached_if_all_is_done_and_the_quota_is_used_and_held(bench: Any, *, reached: bool) -> None:
    *_, said = bench_workers._updates(bench, SIZE)
    assert said[0].endswith(": reached)" if reached else ": NOT reached)")


@pytest.mark.parametrize(("again", "reached"), [(NOTHING, True), (run_of(2, 1.0, 1, **{"403 forbidden": 1}), False)])
def test_second_run_sends_no_patch_not_even_one_that_is_refused(again: Run, *, reached: bool) -> None:
    *_, said = bench_workers._updates(FakeBench(FIRST, again), SIZE)  # type: ignore[arg-type]
    assert said[1] == f"second run: {again.patches} PATCH (aim: none, {'reached' if reached else 'NOT reached'})"


def test_what_is_projected_is_the_rate_beside_one_at_a_time() -> None:
    *_, said = bench_workers._updates(FakeBench(FIRST, NOTHING), SIZE)  # type: ignore[arg-type]
    assert said[2].startswith("38,000 projected: 6.3 min; one at a time 2.1 h, 20 times as long;")


@pytest.mark.parametrize(
    ("bench", "words"),
    [
        (FakeBench(run_of(690), wrong=5, refused=5), "595 right, 5 refused for good and 0 missed (aim: none, reached)"),
        (FakeBench(run_of(690), wrong=2, refused=5), "598 right, 2 refused for good and 0 missed (aim: none, reached)"),
        (FakeBench(run_of(690), wrong=6, refused=5), "5 refused for good and 1 missed (aim: none, NOT reached)"),
        (FakeBench(run_of(690)), "8 faults of 2 kinds"),
        (FakeBench(run_of(690)), "15.0% more requests (aim: at most 15%, reached)"),
        (FakeBench(run_of(691)), "15.2% more requests (aim: at most 15%, NOT reached)"),
    ],
)
def test_faults_may_cost_what_was_refused_and_no_more(bench: Any, words: str) -> None:
    _, said = bench_workers._faults(bench, SIZE)
    assert words in said


@pytest.mark.parametrize(
    ("seconds", "peak", "words"),
    [
        (15.0, 200.0, ["1.50 times (aim: 1.5, reached)", "200 MiB at the peak (aim: 200, reached)"]),
        (15.1, 200.6, ["1.51 times (aim: 1.5, NOT reached)", "201 MiB at the peak (aim: 200, NOT reached)"]),
    ],
)
def test_large_report_is_compared_with_a_bare_pass(
    monkeypatch: pytest.MonkeyPatch, seconds: float, peak: float, words: list[str]
) -> None:
    monkeypatch.setattr(bench_workers, "usage", lambda *_: USED)
    done = Run(Usage(seconds, peak, 1.0), FIRST.counted)
    _, said = bench_workers._large_report(FakeBench(done), SMALL)  # type: ignore[arg-type]
    assert all(each in said for each in words)


@pytest.fixture(scope="module")
def served() -> Iterator[services.Running]:
    with services.start() as found:
        yield found


def sequential(
    report: Path, number: int, served: services.Running, key: str = "test"
) -> subprocess.CompletedProcess[str]:
    urls = served.urls
    command = [sys.executable, str(SEQUENTIAL), str(report), str(number), urls["CONTENT_ID_URL"], urls["TOKEN_URL"]]
    return subprocess.run([*command, key, "content-owner"], check=False, capture_output=True, text=True)


def test_sequential_worker_sends_one_request_an_item_one_after_the_other(
    served: services.Running, tmp_path: Path
) -> None:
    catalogue = Catalogue(channels=3, videos=8, default_share=0.7)
    catalogue.write_report(tmp_path / "report.csv", others=5)
    served.ask("content-id/seed", assets=catalogue.assets)
    served.ask("content-id/settings", latency_seconds=0.01)
    done = sequential(tmp_path / "report.csv", 3, served)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r'\{"items": 3, "seconds": 0\.\d+\}\n', done.stdout)
    counted = served.ask("content-id/statistics")
    assert (counted["requests"], counted["largest_in_flight"]) == (3, 1)
    first = [each for each in catalogue.partner_videos if each.custom_id == each.video_id][:3]
    assert served.ask("content-id/patches")["patches"] == {each.asset_id: 1 for each in first}


def test_sequential_worker_that_is_refused_is_no_measurement(served: services.Running, tmp_path: Path) -> None:
    Catalogue(channels=1, videos=1, default_share=1).write_report(tmp_path / "report.csv")
    done = sequential(tmp_path / "report.csv", 1, served, key="wrong")
    assert done.returncode == 1
    assert "POST /token: 403" in done.stderr


def test_worker_that_fails_is_no_measurement(served: services.Running, tmp_path: Path) -> None:
    class Failing(Bench):
        def __init__(self) -> None:
            self.services, self.scratch, self.environment = served, tmp_path, {"PATH": ""}

    with pytest.raises(EnvironmentFailedError, match="cmscustomidcleanup"):
        Failing().clean_up(tmp_path / "none.csv", "ledger")
    with pytest.raises(EnvironmentFailedError, match=r"(?s)the sequential worker failed:\n.*none\.csv"):
        Failing().one_at_a_time(tmp_path / "none.csv", 1)


def test_all_of_it_runs(no_outside_influence: None) -> None:
    header, *lines = bench_workers.run(REPOSITORY, SMALL)
    columns = header.splitlines()[0].count("|")
    rows = lines[: lines.index("")]
    assert [row.count("|") for row in rows] == [columns] * 5
    said = "\n".join(lines[len(rows) :])
    assert "60 of 60 custom ids right" in said
    assert "second run: 0 PATCH (aim: none, reached)" in said
    assert "0 missed (aim: none, reached)" in said
    assert "1,000 rows" in said
    assert "vCPU-hours" in said
