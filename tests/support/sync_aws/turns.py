"""Several runs at once, each in a thread, and only one of them moving: who goes next at each call is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.support.sync_aws.account import Account, Answer, Call

LONGEST = 60


@dataclass
class Turns:
    """Whose turn it is. A run gives its turn away at each request and whenever it sleeps.

    Attributes:
        order: numbers; each picks one of the runs that are still going. When they are used up, the runs take turns.
    """

    order: Iterator[int]
    going: list[str] = field(default_factory=list)
    turn: str | None = None
    _change: threading.Condition = field(default_factory=threading.Condition)

    def _next(self) -> None:
        if not self.going:
            self.turn = None
            return
        picked = next(self.order, None)
        if picked is None:
            after = self.going.index(self.turn) + 1 if self.turn in self.going else 0
            picked = after
        self.turn = self.going[picked % len(self.going)]
        self._change.notify_all()

    def give_away(self, name: str) -> None:
        """Let another go on, and come back when it is this one's turn."""
        with self._change:
            if name not in self.going:
                return
            self._next()
            self._wait(name)

    def _wait(self, name: str) -> None:
        if not self._change.wait_for(lambda: self.turn == name, timeout=LONGEST):
            raise TimeoutError(f"{name} never got its turn")

    def begin(self, name: str) -> None:
        with self._change:
            self._wait(name)

    def end(self, name: str) -> None:
        with self._change:
            self.going.remove(name)
            self._next()


def at_once(account: Account, runs: dict[str, Callable[[], object]], order: Sequence[int]) -> None:
    """Run all to their ends, one request at a time, in the order that is given.

    Args:
        runs: by the name of the process in which each calls AWS.
    """
    turns = Turns(iter(order), list(runs))
    turns.turn = next(iter(runs))
    errors: list[BaseException] = []

    def one(name: str, run: Callable[[], object]) -> None:
        turns.begin(name)
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - raised again where the test can see it
            errors.append(error)
        finally:
            turns.end(name)

    def at_request(call: Call, proceed: Callable[[], Answer]) -> Answer:
        turns.give_away(call.process.name)
        return proceed()

    def at_sleep() -> None:
        turns.give_away(threading.current_thread().name)

    account.interceptors.append(at_request)
    account.clock.sleepers.append(at_sleep)
    threads = [threading.Thread(target=one, args=item, name=item[0], daemon=True) for item in runs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    account.interceptors.remove(at_request)
    account.clock.sleepers.remove(at_sleep)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "a run never ended"
