"""One AWS account in memory, behind real boto3 clients.

The clients' requests are answered in the process, where botocore would send them: so the checks of parameters, the
signing, the retries, the parsers and the classes of errors are botocore's own.
"""

from __future__ import annotations

import copy
import functools
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import ServiceModel

from tests.support.sync_aws import wire
from tests.support.sync_aws.batch import Batch
from tests.support.sync_aws.clock import Clock
from tests.support.sync_aws.errors import Refusal, denied
from tests.support.sync_aws.events import Events, Rule, Target
from tests.support.sync_aws.pages import Paging
from tests.support.sync_aws.parameters import Parameters
from tests.support.sync_aws.resources import resource_of
from tests.support.sync_aws.sessions import Session
from tests.support.sync_aws.telling import Identity, Metrics, Topics

ACCOUNT = "077075375386"
REGION = "us-east-2"

# (region, bus, rule, id of the target)
Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Call:
    """One request: an attempt, that is, so that a retry is another one.

    Attributes:
        index: how many requests came before it in this account.
        process: who asks.
        resource: what a policy would have to name; None for what knows no resources.
    """

    index: int
    process: Process
    service: str
    operation: str
    region: str
    asked: dict[str, Any]
    resource: str | None

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def action(self) -> str:
        """The permission that it needs."""
        return self.name.replace("PublishBatch", "Publish")


Answer = dict[str, Any]
# What stands between a request and its answer: a fault, or something that happens at that moment.
Interceptor = Callable[[Call, Callable[[], Answer]], Answer]


class Killed(BaseException):
    """The process ended here; nothing that it does after this reaches AWS."""


@dataclass(eq=False)
class Process:
    """Who calls: one run of the code in one operating system process."""

    name: str
    alive: bool = True


@dataclass
class Account:
    """The account: what is in it, every request that came, and what stands between.

    Attributes:
        interceptors: each may answer, refuse, or do something before or after; the first is the outermost.
        denials: actions that are denied, each for a resource or (None) for all.
    """

    clock: Clock = field(default_factory=Clock)
    paging: Paging = field(default_factory=Paging)
    requests: list[Call] = field(default_factory=list)
    interceptors: list[Interceptor] = field(default_factory=list)
    denials: set[tuple[str, str | None]] = field(default_factory=set)
    _services: dict[tuple[str, str], Any] = field(default_factory=dict)
    _turn: threading.RLock = field(default_factory=threading.RLock)

    # What is in it.

    def service(self, name: str, region: str) -> Any:
        """Return a service in a region; CloudWatch, SNS and EventBridge have one each, as AWS does."""
        with self._turn:
            if (name, region) not in self._services:
                self._services[name, region] = {
                    "events": lambda: Events(ACCOUNT, region, self.paging),
                    "batch": lambda: Batch(ACCOUNT, region, self.paging),
                    "ssm": lambda: Parameters(ACCOUNT, region, self.paging, self.clock.now),
                    "cloudwatch": Metrics,
                    "sns": lambda: Topics(ACCOUNT, region),
                    "sts": lambda: Identity(ACCOUNT),
                }[name]()
            return self._services[name, region]

    def events(self, region: str = REGION) -> Events:
        return self.service("events", region)  # type: ignore[no-any-return]

    def batch(self, region: str = REGION) -> Batch:
        return self.service("batch", region)  # type: ignore[no-any-return]

    def parameters(self, region: str = REGION) -> Parameters:
        return self.service("ssm", region)  # type: ignore[no-any-return]

    def metrics(self, region: str = REGION) -> Metrics:
        return self.service("cloudwatch", region)  # type: ignore[no-any-return]

    def topics(self, region: str = REGION) -> Topics:
        return self.service("sns", region)  # type: ignore[no-any-return]

    def put(self, bus: str, rule: str, *targets: Target, region: str = REGION) -> None:
        """Make a bus and a rule, unless they are there, and put targets as a person would."""
        rules = self.events(region).buses.setdefault(bus, {})
        found = rules.setdefault(rule, Rule())
        found.targets |= {target["Id"]: copy.deepcopy(target) for target in targets}

    def register(self, name: str, region: str = REGION, *, times: int = 1) -> int:
        """Register a job definition, and return the revision of the last."""
        made = [self.batch(region).register_job_definition({"jobDefinitionName": name}) for _ in range(times)]
        return int(made[-1]["revision"])

    def deregister(self, name: str, revision: int, region: str = REGION) -> None:
        self.batch(region).deregister_job_definition({"jobDefinition": f"{name}:{revision}"})

    def targets(self) -> dict[Place, Target]:
        """Return a copy of every target of every rule."""
        return {
            (region, bus, rule, target): copy.deepcopy(value)
            for (service, region), events in self._services.items()
            if service == "events"
            for bus, rules in events.buses.items()
            for rule, found in rules.items()
            for target, value in found.targets.items()
        }

    def rest(self) -> dict[str, Any]:
        """Return a copy of all else that no sync has any business with: buses, rules, revisions, parameters' names."""
        return {
            "rules": {
                (region, bus, rule): found.managed_by
                for (service, region), events in self._services.items()
                if service == "events"
                for bus, rules in events.buses.items()
                for rule, found in rules.items()
            },
            "revisions": {
                key: copy.deepcopy(batch.revisions) for key, batch in self._services.items() if key[0] == "batch"
            },
        }

    def stored(self, region: str = REGION) -> dict[str, tuple[int, str]]:
        """Return the version and the value of each parameter."""
        return {name: (kept[-1].version, kept[-1].value) for name, kept in self.parameters(region).stored.items()}

    def copy(self) -> Account:
        """Return another account with the same in it; no request has come to it, and nothing stands between."""
        clock, paging, services = copy.deepcopy((self.clock, self.paging, self._services))
        clock.slept.clear()
        return Account(clock, paging, denials=set(self.denials), _services=services)

    # Who calls, and what becomes of it.

    def session(self, process: Process | None = None) -> Session:
        """Return a session of a process of its own, whose clients speak with this account and with nothing else."""
        return Session(REGION, functools.partial(self._answer, process or Process("run")))

    def _answer(self, process: Process, service: str, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        if not process.alive:
            raise Killed
        model = model_of(service)
        region = wire.region_of(str(request.url), REGION)
        asked = wire.parameters(request, model)
        with self._turn:
            resource = resource_of(ACCOUNT, region, f"{service}:{operation}", asked)
            call = Call(len(self.requests), process, service, operation, region, asked, resource)
            self.requests.append(call)
        try:
            return wire.answer(str(request.url), model, operation, self._through(call, list(self.interceptors)))
        except Refusal as refused:
            return wire.refusal(str(request.url), model, refused)

    def _through(self, call: Call, interceptors: list[Interceptor]) -> Answer:
        if interceptors:
            return interceptors[0](call, lambda: self._through(call, interceptors[1:]))
        if not call.process.alive:
            raise Killed
        with self._turn:
            place = self.service(call.service, call.region)
            self._permit(call)
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", call.operation).lower()
            return dict(getattr(place, name)(call.asked))

    def _permit(self, call: Call) -> None:
        if {(call.action, None), (call.action, call.resource)} & self.denials:
            raise denied(call.service, call.action, call.resource)
        if call.operation == "PutTargets":
            for role in {target["RoleArn"] for target in call.asked["Targets"] if "RoleArn" in target}:
                if {("iam:PassRole", None), ("iam:PassRole", role)} & self.denials:
                    raise denied(call.service, "iam:PassRole", role)

    def count(self, start: int = 0) -> Counter[str]:
        """Return how often each operation was asked for since a request, retries with it."""
        return Counter(call.name for call in self.requests[start:])


@functools.cache
def model_of(service: str) -> ServiceModel:
    """Return the service's model as this botocore has it."""
    return botocore.session.Session().get_service_model(service)


def batch_target(name: str, definition: str, **more: Any) -> Target:
    """Return a Batch target with every member that people set."""
    return {
        "Id": name,
        "Arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/queue",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/submit",
        "InputTransformer": {"InputPathsMap": {"video": "$.detail.video"}, "InputTemplate": '{"video": <video>}'},
        "BatchParameters": {
            "JobDefinition": definition,
            "JobName": "job",
            "ArrayProperties": {"Size": 3},
            "RetryStrategy": {"Attempts": 2},
        },
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"},
        "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        **more,
    }
