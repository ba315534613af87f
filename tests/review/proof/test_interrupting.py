"""Ctrl-C while z3 thinks: by default z3 takes it for itself and says "unknown", and the review goes on to a verdict."""

from __future__ import annotations

import os
import signal
import threading
from itertools import combinations

import pytest
import z3

from review.proof.access import Access
from review.proof.cells import GiveUpError
from review.proof.questions import Question
from review.proof.sides import parts
from semantics import policies
from semantics.policies import Kind

PIGEONS = 12


def sends(resource: str) -> Access:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": resource}
    return Access((policies.read({"Version": "2012-10-17", "Statement": [statement]}, Kind.IDENTITY),))


def test_it_ends_the_review() -> None:
    (part,) = parts((sends("*"), sends("arn:aws:sqs:*:*:one")), ["sqs:SendMessage"])
    question = Question(part, timeout_ms=1_000)
    holes = [[z3.Bool(f"{pigeon} in {hole}") for hole in range(PIGEONS - 1)] for pigeon in range(PIGEONS)]
    question._solver.add(z3.Or(*row) for row in holes)  # what keeps a solver busy for longer than anybody waits
    for column in zip(*holes, strict=True):
        question._solver.add(z3.Not(z3.And(one, other)) for one, other in combinations(column, 2))
    interruption = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    interruption.start()
    with pytest.raises((KeyboardInterrupt, GiveUpError)) as ended:
        question.counterexample(0, 1)
    interruption.join()
    assert ended.type is KeyboardInterrupt
