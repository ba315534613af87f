"""The story: a report is uploaded, the backfill runs, its event runs the clean-up, and what changed is shown."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.demo import faults, telling
from sandbox.demo.account import OWNER, Account, WorkerTask
from sandbox.demo.faults import Fault
from sandbox.demo.runs import POLL_SECONDS, Runs
from sandbox.errors import SandboxError, VerdictError

if TYPE_CHECKING:
    from sandbox.catalogue import Catalogue
    from sandbox.demo.applying import Apply
    from sandbox.demo.display import Display
    from sandbox.server import Sandbox
    from sandbox.services.running import Running

LATENCY = 0.2  # seconds, of each answer of the Content ID API
START_SECONDS = 60.0
MOST_RUNS = 3
SHOWN = 5
STEPS = 5
COMPLETED = "Channel Backfill Completed"
CLEANUP = "Custom ID Cleanup"
REPORT = "report.json"
INTRODUCTION = """\

The workflow for custom ids, from a report to its result. Terraform, the roles and the workers are the real ones;
AWS, the channel API, the token service and YouTube are stand-ins on this machine, and nothing leaves it."""


@dataclass
class Story:
    """One telling.

    Attributes:
        box: the sandbox of the environment.
        folder: its folder, which goes with it; the report of the run is copied there.
        services: the stand-ins of what is not AWS's.
        catalogue: what is uploaded.
        others: rows of the report of channels that are no partners'.
        fault: what goes wrong.
        display: where it is told.
        apply: what applies the environment; None where that is done.
    """

    box: Sandbox
    folder: Path
    services: Running
    catalogue: Catalogue
    others: int
    fault: Fault
    display: Display
    apply: Apply | None = None

    def tell(self) -> None:
        """Run it all.

        Raises:
            VerdictError: in the end a custom id is not what it must be.
            SandboxError: the environment cannot be applied, a run does not start or does not end as it must, or the
                fault did not happen.
        """
        self.display.console.print(INTRODUCTION, soft_wrap=True)
        self._step(1, f"Apply {self.folder.name}: tasks, their roles, a schedule, an event bus and its rules")
        if self.apply:
            self.apply.run(self.display)
        account = Account(self.box)
        backfill, cleanup = account.worker("channelbackfill"), account.worker("cmscustomidcleanup")
        self._stop(backfill, cleanup)
        self._step(2, "Upload a report, and what else the workers read")
        self._prepare(account, backfill, cleanup)
        faults.prepare(self.fault, self.services, self._changes)
        self._step(3, "Run the backfill: its schedule fires")
        mark = self._runs.number()
        self._backfill(account, backfill)
        self._step(4, "Watch its event run the clean-up")
        if self.fault.told:
            self.display.say(f"with a fault: {self.fault.told}")
        codes = self._clean_up(account, backfill, cleanup, mark)
        self._step(5, "What changed")
        self._show(account)
        if not faults.happened(self.fault, self.services, codes):
            raise SandboxError(f"the fault did not happen: {self.fault.told}")

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self.box, Account(self.box))

    def _step(self, number: int, title: str) -> None:
        self.display.step(number, STEPS, title)

    def _stop(self, *workers: WorkerTask) -> None:
        """End what an earlier telling left running when somebody stopped it: its events would be part of this one."""
        families = {f"family:{worker.family}" for worker in workers}
        for task in self.box.ask("tasks")["tasks"]:
            if task["group"] in families and task["lastStatus"] != "STOPPED":
                self.display.say("a run of an earlier demonstration is ended first")
                self.box.ask("kill", task=task["taskArn"])
                self._runs.ended(task["taskArn"])

    @property
    def _changes(self) -> int:
        had, wanted = self.catalogue.custom_ids, self.catalogue.wanted
        return sum(had[asset] != wanted[asset] for asset in wanted)

    def _prepare(self, account: Account, backfill: WorkerTask, cleanup: WorkerTask) -> None:
        account.say_what_images_are(backfill, cleanup)
        rows = account.upload(self.catalogue, backfill, cleanup, self.others)
        self.display.say(
            f"the channel file, {backfill.settings['CHANNELS_CSV']}: {len(self.catalogue.partners)} partner channels"
        )
        self.display.say(
            f"the video report, {cleanup.settings['VIDEO_REPORT']}: {rows:,} rows; {len(self.catalogue.wanted)} are "
            f"assets of partners, {self._changes} of them still with YouTube's default custom id"
        )
        names = account.put_parameters(self.services, backfill, cleanup)
        self.display.say(f"where the services are, and the key of one, as parameters: {', '.join(names)}")
        box = self.box
        self.services.ask(
            "appsync/settings",
            sandbox=box.endpoint,
            account=box.account,
            region=box.region,
            api_id=account.api_of(cleanup),
        )
        self.services.ask("content-id/settings", owners=[OWNER], latency_seconds=LATENCY)
        self.services.ask("content-id/seed", assets=self.catalogue.assets)

    def _backfill(self, account: Account, backfill: WorkerTask) -> None:
        task = self._runs.fire(backfill)
        self._told(account, backfill, task)
        if task["containers"][0].get("exitCode") != 0:
            raise SandboxError("the backfill did not come to its end")
        self.display.say(f"its event: {telling.event(*self._last_event(COMPLETED))}")

    def _clean_up(self, account: Account, backfill: WorkerTask, cleanup: WorkerTask, mark: int) -> list[int | None]:
        """Follow each run of the clean-up to its end, until one ends with 0, and return how each has ended."""
        codes: list[int | None] = []
        while len(codes) < MOST_RUNS:
            task = self._started(cleanup.family, mark)
            mark = self._runs.number()
            ended = self._followed(task, Fault.NONE if codes else self.fault)
            self._told(account, cleanup, ended)
            codes.append(ended["containers"][0].get("exitCode"))
            if codes[-1] == 0:
                return codes
            if not self.fault.ends_the_run:
                raise SandboxError(f"the clean-up ended with {codes[-1]}")
            said = faults.repair(self.fault, self.services)
            if said:
                self.display.say(said)
                self._backfill(account, backfill)
            else:
                self.display.say(f"what an operator does: send the event once more, {COMPLETED}")
                self._send_again(account)
        raise SandboxError(f"the clean-up did not come to its end in {MOST_RUNS} runs")

    def _started(self, family: str, mark: int) -> dict[str, Any]:
        """Wait until a task of a family was started after the first `mark` tasks, and return it."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for task in self.box.ask("tasks")["tasks"][mark:]:
                if task["group"] == f"family:{family}":
                    return dict(task)
            time.sleep(POLL_SECONDS)
        raise SandboxError(
            f"no event started {family} within {START_SECONDS:.0f} s: see `python -m sandbox deliveries`"
        )

    def _followed(self, task: dict[str, Any], fault: Fault) -> dict[str, Any]:
        """Show how far a clean-up is, let a fault strike, and return the task when it has ended."""
        struck = fault is Fault.NONE
        with self.display.bar("custom ids set") as bar:
            while True:
                seen = self.services.ask("content-id/statistics")
                done = seen["assets_patched"]
                bar.show(
                    done,
                    self._changes,
                    f"{seen['requests']} requests, {seen['largest_in_a_second']} in the fullest second",
                )
                current = self._runs.task(task["taskArn"])
                if current["lastStatus"] == "STOPPED":
                    return current
                if not struck and done >= self._changes // faults.PART:
                    struck = True
                    said = faults.strike(fault, self.services, self.box, task["taskArn"])
                    if said:
                        self.display.say(said)
                time.sleep(POLL_SECONDS)

    def _send_again(self, account: Account) -> None:
        bus, event = self._runs.last_event(COMPLETED)
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        account.client("events").put_events(Entries=[entry | {"EventBusName": bus}])

    def _told(self, account: Account, worker: WorkerTask, task: dict[str, Any]) -> None:
        """Say how a task has ended, and what its log says of it."""
        self.display.say(telling.ending(worker.family, task))
        for line in telling.log(account.log_of(worker, task["taskArn"])):
            self.display.say(f"  {line}")

    def _show(self, account: Account) -> None:
        """Say what changed, compare it with what must be, and say where the report is."""
        had, wanted = self.catalogue.custom_ids, self.catalogue.wanted
        has = self.services.ask("content-id/custom-ids")["custom_ids"]
        changed = [asset for asset in wanted if has[asset] != had[asset]]
        wrong = [asset for asset in wanted if has[asset] != wanted[asset]]
        rows = [(asset, had[asset], has[asset]) for asset in changed[:SHOWN]]
        self.display.table(("asset", "custom id before", "after"), rows)
        more = len(changed) - len(rows)
        self.display.say(
            f"and {more} more: {len(changed)} custom ids set, {len(wanted) - len(changed)} left as they were, "
            f"{len(wrong)} wrong"
        )
        seen, tokens = (self.services.ask(f"{each}/statistics") for each in ("content-id", "tokens"))
        self.display.say(
            f"{seen['requests']} requests, at most {seen['largest_in_a_second']} in any second: "
            f"{telling.answers(seen['answers'])}; access tokens asked for: {tokens['issued']}"
        )
        twice = seen["assets_patched_twice"]
        if twice:
            self.display.say(
                f"{len(twice)} were sent twice, with the same value: the copy of the ledger had not got them yet"
            )
        detail_type, detail = self._last_event(CLEANUP)
        self.display.say(f"the event: {telling.event(detail_type, detail)}")
        self.display.say(f"the report: {detail['reportLocation']}")
        self.display.say(f"a copy of it: {self._copied(account, detail['reportLocation'])}")
        if wrong or len(changed) != self._changes:
            raise VerdictError(f"{len(wrong)} custom ids are not what they must be: {', '.join(wrong[:SHOWN])}")

    def _copied(self, account: Account, location: str) -> Path:
        bucket, _, key = location.removeprefix("s3://").partition("/")
        path = self.folder / REPORT
        path.write_bytes(account.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

    def _last_event(self, detail_type: str) -> tuple[str, dict[str, Any]]:
        """Return detail-type and detail of the last event whose detail-type begins so."""
        _, event = self._runs.last_event(detail_type)
        return event["detail-type"], event["detail"]
