"""The pacer, in a simulated clock: the quota holds whatever happens, and nearly all of it is used."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.content_id.virtual_time import clock, run
from workers.content_id.rate import HEADROOM, JITTER, Pacer, share
from workers.frame.problems import StoppedError, WrongInputError
from workers.frame.stopping import Stop


class Simulation:
    """Workers that send through one pacer; what becomes of each request is said by `fates`."""

    def __init__(self, quota, fates, workers=20, **more):
        self.quota, self.fates, self.workers = quota, list(fates), workers
        self.more = more
        self.turns, self.writes = [], []

    async def go(self):
        self.pacer = Pacer(self.quota, clock=clock, **self.more)
        self.stop = Stop()
        fates = iter(self.fates)
        await asyncio.gather(*(self.work(fates) for _ in range(self.workers)))
        return self

    async def work(self, fates):
        for connecting, latency, fate, idle in fates:
            turn = await self.pacer.turn(self.stop)
            self.turns.append(clock())
            await asyncio.sleep(connecting)
            self.writes.append(clock())
            self.pacer.sent(turn)
            await asyncio.sleep(latency)
            if fate is None:
                self.pacer.accepted(turn)
            else:
                self.pacer.refused(turn)
                self.pacer.pause(fate)
            await asyncio.sleep(idle)


def most_in(seconds, moments):
    """The most moments in any stretch of time; two that are exactly so long apart are in none together."""
    moments = sorted(moments)
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


FINE = (0.0, 0.2, None, 0.0)
fate = st.tuples(
    st.sampled_from([0.0, 0.0, 0.0, 0.06, 0.4, 3.0]),  # until there is a connection
    st.sampled_from([0.0, 0.05, 0.2, 1.5]),  # until the answer
    st.sampled_from([None, None, None, 0.0, 0.5, 2.0]),  # accepted, or refused with a Retry-After
    st.sampled_from([0.0, 0.0, 0.0, 0.3, 7.0]),  # until the worker has something again
)


@given(
    quota=st.one_of(st.integers(1, 60), st.floats(0.2, 60)),
    fates=st.lists(fate, min_size=1, max_size=150),
    workers=st.integers(1, 80),
    late=st.lists(st.sampled_from([0.0, 0.0, 0.0005, 0.004, 0.03, 0.4]), min_size=1, max_size=20),
)
def test_no_sliding_second_has_more_than_the_quota(quota, fates, workers, late):
    simulation = run(Simulation(quota, fates, workers).go(), late)
    assert len(simulation.writes) == len(fates)
    if quota >= 1:
        assert most_in(1.0, simulation.writes) <= quota
    else:
        assert most_in(1 / quota, simulation.writes) == 1


@given(
    fates=st.lists(fate.map(lambda each: (0.0, *each[1:])), min_size=20, max_size=50),
    quota=st.integers(2, 60),
)
def test_requests_are_spaced_evenly_at_the_start_after_pauses_and_when_the_rate_changes(fates, quota):
    turns = run(Simulation(quota, fates).go()).turns
    assert min(after - before for before, after in itertools.pairwise(turns)) >= 1 / quota


@pytest.mark.parametrize("quota", [1, 7, 100, 400])
@pytest.mark.parametrize(
    "late", [(0.0,), (0.0, 0.0003, 0.001), (0.001,) * 300 + (0.1,)], ids=["exact", "timer", "busy"]
)
def test_nearly_all_of_the_quota_is_used(quota, late):
    simulation = run(Simulation(quota, [FINE] * min(20 * quota, 2500), workers=2 * quota).go(), late)
    used = (len(simulation.writes) - 1) / (simulation.writes[-1] - simulation.writes[0]) / quota
    assert 0.952 <= used <= 1 / (1 + HEADROOM) + 0.001
    assert most_in(1 + JITTER * 0.99, simulation.writes) <= quota


def test_a_new_connection_that_takes_its_time_does_not_make_two_seconds_one():
    # The first requests are written late and those behind them are not: what counts is when they are written.
    fates = [(0.3, 0.2, None, 0.0)] * 40 + [FINE] * 300
    assert most_in(1.0, run(Simulation(100, fates, workers=60).go()).writes) <= 100


def test_requests_that_all_wait_for_a_connection_are_not_more_than_the_quota_once_they_have_it():
    fates = [(3.0 - n * 0.1, 0.2, None, 0.0) for n in range(30)]
    assert most_in(1.0, run(Simulation(10, fates, workers=30).go()).writes) <= 10


def test_what_is_made_up_for_comes_at_double_the_rate_and_no_more_than_a_quarter_of_a_second():
    late = (0.0,) * 50 + (0.08,)
    turns = run(Simulation(100, [FINE] * 200, workers=60).go(), late).turns
    assert min(after - before for before, after in itertools.pairwise(turns)) >= 0.5 / 100
    late = (0.0,) * 100 + (0.9,) + (0.0,) * 10_000
    assert most_in(0.01, run(Simulation(400, [FINE] * 700, workers=500).go(), late).turns) < 120


def rates_after(*happenings):
    """The rates, as shares of the most, after each of (seconds to wait, what to do with the pacer)."""

    async def go():
        pacer, stop, rates = Pacer(100, clock=clock), Stop(), []
        most = pacer.rate
        for wait, happen in happenings:
            await asyncio.sleep(wait)
            turn = await pacer.turn(stop)
            pacer.sent(turn)
            happen(pacer, turn)
            rates.append(pacer.rate / most)
        return rates

    return run(go())


def accept(pacer, turn):
    pacer.accepted(turn)


def refuse(pacer, turn):
    pacer.refused(turn)


def test_a_first_refusal_halves_the_rate_and_seconds_bring_it_back():
    rates = rates_after((0, refuse), (1, accept), (1, accept), (10, accept))
    assert rates == pytest.approx([0.5, 0.6, 0.7, 1.0], abs=0.005)


def test_one_refusal_among_many_good_answers_costs_little():
    rates = rates_after(*[(0, accept)] * 200, (0, refuse))
    assert 0.95 < rates[-1] < 0.98


def test_a_service_that_refuses_everything_is_left_alone_but_for_a_trickle():
    rates = rates_after(*[(0, refuse)] * 40)
    assert max(rates[10:]) < 0.1


def test_requests_that_were_on_the_way_when_the_rate_went_down_do_not_bring_it_down_again():
    async def go():
        pacer, stop = Pacer(100, clock=clock), Stop()
        on_the_way = [await pacer.turn(stop) for _ in range(20)]
        most = pacer.rate
        rates = []
        for turn in on_the_way:
            pacer.sent(turn)
            pacer.refused(turn)
            rates.append(pacer.rate / most)
        later = await pacer.turn(stop)
        pacer.refused(later)
        return rates, pacer.rate / most

    rates, later = run(go())
    assert set(rates) == {0.5}
    assert later < 0.3


def test_a_service_that_has_less_than_the_settings_say_is_asked_for_what_it_has():
    """A server whose limit is 40, counting as strictly as can be, refusals too."""

    async def go():
        pacer, stop, seen = Pacer(100, clock=clock), Stop(), []
        refused, accepted = [], []

        async def work():
            while clock() < 60:
                turn = await pacer.turn(stop)
                pacer.sent(turn)
                seen.append(clock())
                over = sum(1 for moment in seen[-110:] if moment > clock() - 1) > 40
                await asyncio.sleep(0.02 if over else 0.2)
                (refused if over else accepted).append(clock())
                (pacer.refused if over else pacer.accepted)(turn)
                await asyncio.sleep(over)  # about what a request waits before its second and third attempt

        await asyncio.gather(*(work() for _ in range(30)))
        return refused, accepted

    refused, accepted = run(go())
    late = [moment for moment in accepted if moment > 20]
    assert len(late) / 40 > 40 * 0.6
    assert len([moment for moment in refused if moment > 20]) < len(late) * 0.25


def test_retry_after_is_a_pause_for_all():
    async def go():
        pacer, stop = Pacer(100, clock=clock), Stop()
        turns = []

        async def work():
            for _ in range(5):
                turns.append((await pacer.turn(stop), clock()))
                pacer.sent(turns[-1][0])

        async def pause():
            await asyncio.sleep(0.1)
            pacer.pause(30)
            pacer.pause(5)  # the longer one holds

        await asyncio.gather(work(), work(), work(), pause())
        return [moment for _, moment in turns]

    moments = run(go())
    assert not [moment for moment in moments if 0.11 < moment < 30.1]
    assert len([moment for moment in moments if moment >= 30.1]) == 15 - len([m for m in moments if m < 0.11]) > 0


def test_a_stop_ends_every_wait_and_no_turn_is_given_any_more():
    async def go():
        pacer, stop, ended = Pacer(0.2, clock=clock), Stop(), []

        async def work():
            try:
                while True:
                    pacer.sent(await pacer.turn(stop))
            except StoppedError as error:
                ended.append((clock(), error.problem.kind))

        async def ask():
            await asyncio.sleep(7)
            stop.ask("SIGTERM was received")

        await asyncio.gather(work(), work(), work(), ask())
        return pacer.turns, ended

    turns, ended = run(go())
    assert turns == 2
    assert [kind for _, kind in ended] == ["stopped"] * 3
    assert [moment for moment, _ in ended] == pytest.approx([7.0] * 3)


def test_the_budget_of_the_day_ends_before_the_server_must():
    async def go():
        pacer, stop = Pacer(100, per_day=3, clock=clock), Stop()
        for _ in range(3):
            pacer.sent(await pacer.turn(stop))
        with pytest.raises(StoppedError) as raised:
            await pacer.turn(stop)
        return raised.value.problem

    problem = run(go())
    assert problem.kind == "daily-quota-exhausted"
    assert "3 requests" in problem.detail


@pytest.mark.parametrize(("quota", "count"), [(100, 10), (105, 10), (100, 3), (7.9, 7), (2, 2), (0.5, 1), (2.5, 1)])
def test_shares_are_whole_and_together_no_more_than_the_quota(quota, count):
    shares = [share(quota, index, count) for index in range(count)]
    assert sum(shares) <= quota
    assert sum(shares) >= int(quota)
    assert max(shares) - min(shares) <= 1
    if count > 1:
        assert all(each == int(each) >= 1 for each in shares)


def test_more_shards_than_requests_in_a_second_are_refused():
    with pytest.raises(WrongInputError, match="5 shards cannot share 4 requests a second"):
        share(4, 0, 5)
