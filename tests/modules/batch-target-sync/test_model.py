"""Any sequence of what people and syncs do, held against a small model of what must come of it."""

from __future__ import annotations

from dataclasses import dataclass

from batch_target_sync.sync import Report, Selection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.sync_aws.account import REGION, Place, batch_target
from tests.support.sync_aws.events import Target
from tests.support.sync_aws.world import World, moved, place_of, revision, world

TEN = 10
PLACES: dict[Place, str] = {
    (REGION, "mvp", "request", "one"): "job",
    (REGION, "mvp", "request", "two"): "job",
    (REGION, "mvp", "request", "night"): "night",
    (REGION, "default", "retry", "one"): "job",
}
NAMES = st.sampled_from(["job", "night"])


@dataclass
class Kept:
    """An update as the model remembers it; of each target that it changed, the revision before and after."""

    operation: str
    changes: dict[Place, tuple[int, int]]
    undone: bool = False


class Sequences(RuleBasedStateMachine):
    """What is done in any order.

    Attributes:
        held: the revision that the last rollback of a job definition left.
        kept: the last ten updates, the oldest first.
    """

    def __init__(self) -> None:
        super().__init__()
        self._world = world(selections=[Selection(bus="mvp"), Selection(rule="retry")])
        self.it: World = self._world.__enter__()
        self.held: dict[str, int] = {}
        self.kept: list[Kept] = []

    def teardown(self) -> None:
        self._world.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        for (region, bus, name, target), definition in PLACES.items():
            self.it.account.put(bus, name, batch_target(target, f"{definition}:1"), region=region)
        for definition in set(PLACES.values()):
            self.it.account.register(definition)

    def newest(self, definition: str) -> int:
        """Return the highest ACTIVE revision, 0 if there is none."""
        revisions = self.it.account.batch().revisions[definition]
        return max((number for number, status in revisions.items() if status == "ACTIVE"), default=0)

    def targets(self) -> dict[Place, Target]:
        return {place: target for place, target in self.it.account.targets().items() if place in PLACES}

    @rule(definition=NAMES)
    def register(self, definition: str) -> None:
        self.it.account.register(definition)

    @rule(definition=NAMES, number=st.integers(1, 6))
    def deregister(self, definition: str, number: int) -> None:
        self.it.account.deregister(definition, number)

    @rule(place=st.sampled_from(sorted(PLACES)), number=st.integers(1, 4))
    def pin_by_hand(self, place: Place, number: int) -> None:
        """A person pins a revision that there is."""
        definition = PLACES[place]
        if number in self.it.account.batch().revisions[definition]:
            region, bus, name, _ = place
            self.it.account.put(bus, name, moved(self.targets()[place], number), region=region)

    @rule(place=st.sampled_from(sorted(PLACES)), text=st.text(max_size=5))
    def edit_by_hand(self, place: Place, text: str) -> None:
        region, bus, name, _ = place
        target = self.targets()[place] | {"InputPath": text}
        self.it.account.put(bus, name, target, region=region)

    @rule(operation=st.sampled_from(["check", "dry-run"]))
    def look(self, operation: str) -> None:
        before, stored = self.targets(), self.it.account.stored()
        report = self.it.run(operation).right
        assert self.targets() == before
        assert self.it.account.stored() == stored
        aim = self.aim(None)
        stale = {place_of(outcome) for outcome in report.outcomes if outcome.status == "stale"}
        assert stale == {place for place in before if aim[place] != before[place]}

    @rule(only=st.one_of(st.none(), NAMES))
    def sync(self, only: str | None) -> None:
        self.let_go_of_what_is_old(only)
        before, aim = self.targets(), self.aim(only)
        report = self.it.run(only=only).right
        assert self.targets() == aim
        self.remember("sync", before, report)
        again = self.it.run(only=only)
        assert "events:PutTargets" not in again.calls
        assert self.targets() == aim

    def let_go_of_what_is_old(self, only: str | None) -> None:
        """A sync that sees a newer revision ends a hold."""
        self.held = {
            name: number
            for name, number in self.held.items()
            if only not in {None, name} or self.newest(name) <= number
        }

    def aim(self, only: str | None) -> dict[Place, Target]:
        """Return what a sync has to make of the targets: each at the newest, never back, never at what is held."""
        aims = {}
        for place, target in self.targets().items():
            definition, at = PLACES[place], revision(target) or 0
            to = self.newest(definition)
            go = to > at and self.held.get(definition) != to and only in {None, definition}
            aims[place] = moved(target, to) if go else target
        return aims

    def remember(self, operation: str, before: dict[Place, Target], report: Report) -> None:
        after = self.targets()
        changes = {
            place: (revision(before[place]) or 0, revision(after[place]) or 0)
            for place in before
            if before[place] != after[place]
        }
        said = {place_of(o): (o.before, o.after) for o in report.outcomes if o.status == "changed"}
        assert said == changes
        if changes:
            self.kept = [*self.kept, Kept(operation, changes)][-TEN:]

    def last(self) -> Kept | None:
        """Return the update that a rollback takes back."""
        return next((kept for kept in reversed(self.kept) if kept.operation == "sync" and not kept.undone), None)

    @rule()
    def roll_back(self) -> None:
        """It restores exactly what stood before, or refuses and changes nothing."""
        before, last, refusal = self.targets(), self.last(), self.refusal()
        result = self.it.run("rollback")
        if refusal or not last:
            assert self.targets() == before
            assert result.error is not None
            assert result.error.kind == refusal
            return
        assert result.right.exit_code == 0, result.right.outcomes
        for place, target in self.targets().items():
            assert target == (moved(before[place], last.changes[place][0]) if place in last.changes else before[place])
        for place, (was, _) in last.changes.items():
            if revision(before[place]) != was:
                self.held[PLACES[place]] = revision(before[place]) or 0
        last.undone = True
        self.remember("rollback", before, result.right)

    def refusal(self) -> str | None:
        """Return why a rollback must refuse."""
        last, targets = self.last(), self.targets()
        if last is None:
            return "nothing-to-roll-back"
        if any(revision(targets[place]) not in both for place, both in last.changes.items()):
            return "changed-since"
        if any(
            self.it.account.batch().revisions[PLACES[place]][was] != "ACTIVE"
            for place, (was, _) in last.changes.items()
        ):
            return "not-active"
        return None

    @precondition(lambda self: self.held)
    @rule(only=st.one_of(st.none(), NAMES))
    def resume(self, only: str | None) -> None:
        before = self.targets()
        assert self.it.run("resume", only=only).right.exit_code == 0
        assert self.targets() == before
        self.held = {name: number for name, number in self.held.items() if only not in {None, name}}

    @invariant()
    def the_history_is_the_last_ten(self) -> None:
        kept = self.it.updates()
        assert len(kept) <= TEN
        assert [(each.operation, each.undone) for each in reversed(kept)] == [
            (each.operation, each.undone) for each in self.kept
        ]
        for update, remembered in zip(reversed(kept), self.kept, strict=True):
            assert {place_of(each): (each.before, each.after) for each in update.changes} == remembered.changes

    @invariant()
    def the_lock_is_free(self) -> None:
        assert self.it.free()


Sequences.TestCase.settings = settings(
    deadline=None, max_examples=25, stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
TestSequences = Sequences.TestCase
