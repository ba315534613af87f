"""The story of the weekly report: snapshots of a catalogue come week after week, then one in which things happen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sandbox.claims import catalogue, injections, weeks, writing
from sandbox.claims.shape import Shape
from sandbox.demo import telling
from sandbox.demo.account import Account, WorkerTask
from sandbox.demo.runs import Runs
from sandbox.errors import SandboxError, VerdictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.claims.injections import Injected
    from sandbox.demo.applying import Apply
    from sandbox.demo.display import Display
    from sandbox.server import Sandbox

STEPS: Final = 5
WORKER: Final = "claimsreport"
COMPLETED: Final = "Claims Report Completed"
FILES: Final = ("report.html", "report.json", "findings.csv", "quarantine.csv")
MOST_SHOWN: Final = 8
# What happens in the last week: one of each sort, as large as there is; not what needs another file to be seen.
HAPPENS: Final = {sort: sizes[-1:] for sort, sizes in injections.SIZES.items() if sort != "platform-discrepancy"}
INTRODUCTION: Final = """\

The weekly claims report, from snapshots to its alerts. Terraform, the role and the worker are the real ones; AWS is a
stand-in on this machine, and nothing leaves it. The catalogue is made up."""


@dataclass
class WeeklyStory:
    """One telling.

    Attributes:
        box: the sandbox of the environment.
        folder: its folder, which goes with it; the last report is copied there.
        shape: of the catalogue.
        display: where it is told.
        apply: what applies the environment; None where that is done.
    """

    box: Sandbox
    folder: Path
    shape: Shape
    display: Display
    apply: Apply | None = None

    def tell(self) -> None:
        """Run it all.

        Raises:
            VerdictError: nothing of what happened was found, or a second run of a week was not as the first one.
            SandboxError: the environment cannot be applied, or a run does not come to its end.
        """
        self.display.console.print(INTRODUCTION, soft_wrap=True)
        self._step(1, f"Apply {self.folder.name}: tasks, their roles, schedules, a topic, an event bus")
        if self.apply:
            self.apply.run(self.display)
        worker = self._account.worker(WORKER)
        self._account.say_what_images_are(worker)
        with TemporaryDirectory(prefix="punctual-demo-") as scratch:
            reports, injected = self._reports(Path(scratch))
            self._step(2, "Let weeks pass: each brings a snapshot, and the schedule fires")
            self._empty(worker)
            for report in reports[:-1]:
                self._week(worker, report)
            self._step(3, f"The week in which {len(injected)} things happen")
            self._week(worker, reports[-1])
        files = self._files(worker)
        self._step(4, "What the report says")
        self._show(files, injected)
        self._step(5, "Run the same week again")
        self._again(worker, files)

    @cached_property
    def _account(self) -> Account:
        return Account(self.box)

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self.box, self._account)

    def _step(self, number: int, title: str) -> None:
        self.display.step(number, STEPS, title)

    def _reports(self, folder: Path) -> tuple[list[Path], Sequence[Injected]]:
        """Write the snapshots, and return them with what happens in the last one."""
        clean = catalogue.make(self.shape)
        changed = injections.inject(clean, list(weeks.snapshots(clean)), {self.shape.weeks - 1: HAPPENS})
        form = writing.Form(duplicated=3, impossible=1)
        with writing.Writer(changed.catalogue, form) as writer:
            snapshots = weeks.snapshots(changed.catalogue, changed.effects)
            return [writer.write(snapshot, folder) for snapshot in snapshots], changed.injected

    def _empty(self, worker: WorkerTask) -> None:
        """Take away what an earlier telling left: its weeks would be refused as older than what is kept."""
        s3 = self._account.client("s3")
        for setting in ("CLAIMS_REPORT", "HISTORY", "OUTPUT"):
            bucket, prefix = worker.location(setting)
            s3.create_bucket(Bucket=bucket)
            self._account.empty(bucket, prefix)

    def _week(self, worker: WorkerTask, report: Path) -> None:
        bucket, prefix = worker.location("CLAIMS_REPORT")
        self._account.client("s3").upload_file(str(report), bucket, f"{prefix}{report.name}")
        self._run(worker, report.name)

    def _run(self, worker: WorkerTask, what: str) -> dict[str, Any]:
        """Let the schedule fire, say how it went, and return the detail of the event."""
        task = self._runs.fire(worker)
        if task["containers"][0].get("exitCode") != 0:
            self.display.say(telling.ending(worker.family, task))
            for line in telling.log(self._account.log_of(worker, task["taskArn"])):
                self.display.say(f"  {line}")
            raise SandboxError("the report did not come to its end")
        _, event = self._runs.last_event(COMPLETED)
        self.display.say(f"{what}: {telling.event(event['detail-type'], event['detail'])}")
        return dict(event["detail"])

    def _files(self, worker: WorkerTask) -> dict[str, bytes]:
        """Return the files of the last report."""
        bucket, prefix = worker.location("OUTPUT")
        s3 = self._account.client("s3")
        keys = sorted(each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"])
        last = keys[-1].rpartition("/")[0]
        return {name: s3.get_object(Bucket=bucket, Key=f"{last}/{name}")["Body"].read() for name in FILES}

    def _show(self, files: dict[str, bytes], injected: Sequence[Injected]) -> None:
        findings = json.loads(files["report.json"])["findings"]
        for each in findings[:MOST_SHOWN]:
            self.display.say(f"{each['priority']:6} {each['score']:5.1f}  {each['kind']}: {each['title']}")
            self.display.say(f"{'':14}{each['why']}")
        found = {(each["kind"], each["subject"]) for each in findings}
        seen = [each for each in injected if (each.kind, each.subject) in found]
        more = max(0, len(findings) - MOST_SHOWN)
        self.display.say(f"and {more} more findings; of what happened, {len(seen)} of {len(injected)} are among them")
        for message in self.box.ask("messages")["messages"][-1:]:
            self.display.say(f"the alert: {message['subject']}")
        for name, content in files.items():
            path = self.folder / name
            path.write_bytes(content)
            shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
            self.display.say(f"a copy of {name}: {shown}")
        if not seen:
            raise VerdictError("nothing of what happened was found")

    def _again(self, worker: WorkerTask, files: dict[str, bytes]) -> None:
        alerts = len(self.box.ask("messages")["messages"])
        self._run(worker, "again")
        changed = [name for name, content in self._files(worker).items() if content != files[name]]
        more = len(self.box.ask("messages")["messages"]) - alerts
        self.display.say(f"{len(files) - len(changed)} of {len(files)} files are the same bytes; {more} alerts more")
        if changed or more:
            raise VerdictError(f"a second run of the same week is not the same: {', '.join(changed) or 'its alerts'}")
