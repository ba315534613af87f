"""Keeps EventBridge targets on the highest ACTIVE revision of their AWS Batch job definition.

The Automation document carries this one file as its script, byte for byte: so it imports the standard library and boto3
only, has no double braces (Systems Manager would take them for its own), and no annotations that are texts (dataclasses
would look them up in a module, and a script may have none).

What a run calls: one DescribeJobDefinitions a definition, one ListTargetsByRule a rule, ListRules only for every rule
of a bus; for each rule that changes one PutTargets and one ListTargetsByRule. Beside it, however many targets there
are: one GetCallerIdentity, two GetParameters, two PutParameter, one PutMetricData; if anything changes, one
GetParameters and one PutParameter for the history (and one more for each 4,096 bytes of it, packed).
"""

import base64
import json
import re
import sys
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, TextIO

import boto3
from botocore import exceptions as boto
from botocore.config import Config

ATTEMPTS, CONNECT_SECONDS, READ_SECONDS = 6, 3, 10
CALL_SECONDS = 120  # one call with all its attempts: 6 x (3 + 10), and at most 1 + 2 + 4 + 8 + 16 between them
PARAMETER_BYTES = 4096  # of a value in the standard tier
METRICS = "BatchTargetSync"  # namespace
RING = 10  # updates that are remembered
SHOWN = 100  # outcomes that a step of Automation returns: its output is limited

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+")
BUS_ARN = re.compile(r"arn:[^:]+:events:([^:]+):([0-9]{12}):event-bus/(.+)")
REFERENCE = re.compile(r"(arn:[^:]+:batch:[^:]+:[0-9]{12}:job-definition/)?([A-Za-z0-9_-]{1,128})(?::([1-9][0-9]*))?")
MISSING = re.compile(r"not authorized to perform:? ([\w-]+:\w+)(?: on resource:? (\S+))?")
KINDS_OF_CODES = {
    "access-denied": re.compile("AccessDenied|AuthorizationError|NotAuthorized|UnauthorizedOperation"),
    "credentials": re.compile("ExpiredToken|SecurityToken|ClientTokenId|AuthenticationToken|Signature|Unrecognized"),
    "throttled": re.compile("[Tt]hrottl|TooManyRequests|RequestLimitExceeded|LimitExceededException|SlowDown"),
}
NO_CREDENTIALS = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
NO_LOGIN = (boto.ProfileNotFound, boto.SSOError, boto.TokenRetrievalError)
KINDS_OF_ERRORS = {
    "credentials": NO_CREDENTIALS + NO_LOGIN,
    "network": (boto.HTTPClientError, boto.ConnectionError),
    "wrong-use": (boto.ParamValidationError, boto.InvalidRegionError),
}
UNTOUCHED = ("access-denied", "credentials", "lock-lost", "wrong-use")  # PutTargets has then changed nothing
FLOATS = "a target has no revision any more"
GONE = ("", "bus-not-found", "rule-not-found", "target-not-found", "no-batch-target", "other-definition")


class SyncError(Exception):
    """Something that a person or the account caused; `kind` is one word of the list in the README, `code` is AWS's."""

    def __init__(self, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.kind, self.message, self.code = kind, message, code


@dataclass(frozen=True)
class Selection:
    """Which targets to look at.

    Attributes:
        bus: name or ARN of the bus.
        rule: name of the rule; None is every rule of the bus.
        target: id of the target; None is every Batch target of the rule.
        job_definition: name or ARN, with or without a revision (which does not count); None is what each target says.
        region: None is the region of the bus's ARN, or of the settings.
        job_queue: ARN of the queue that a target must submit to; None is any.
        role: ARN of the role that a target must have; None is any.
    """

    bus: str = "default"
    rule: str | None = None
    target: str | None = None
    job_definition: str | None = None
    region: str | None = None
    job_queue: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Settings:
    """What is the same for all targets of a run.

    Attributes:
        region: where the state is kept, and where a selection without a region is.
        name: of this sync: dimension of its metrics, and in every line of its log.
        state: path of its parameters in Parameter Store, as `<state>/lock`.
        topic: ARN of the SNS topic that is told; None tells nobody.
        event_bus: name or ARN of the bus that gets the events; None puts none.
        trigger: what started the run: `command`, `event`, `schedule`, `hand`, `apply`.
        run: id of the run; a random one unless given.
        report_checks: whether a check writes metrics, and remembers since when there is a mismatch.
        lock_seconds: how long a lock holds that nobody gives back.
        wait_seconds: how long a run waits for the lock of another.
    """

    region: str
    name: str = "default"
    state: str = "/batch-target-sync/default"
    topic: str | None = None
    event_bus: str | None = None
    trigger: str = "command"
    run: str | None = None
    report_checks: bool = False
    lock_seconds: int = 900
    wait_seconds: int = 120


@dataclass(frozen=True)
class Outcome:
    """What became of one target, or of a selection that led to none.

    Attributes:
        bus: its name, or its ARN if it is of another account.
        definition: ARN of the job definition without a revision; empty if it did not come so far.
        before: the revision that the target had; None if it has none.
        after: the revision that it has now, or would have (check, dry run).
        status: `current`, `floating` (no revision, cannot go stale), `stale` (not changed: check or dry run),
            `changed`, `held` (rolled back from the newest), `failed`.
        kind: of the failure, as `SyncError.kind`.
        message: the failure in words.
    """

    region: str
    bus: str
    rule: str = ""
    target: str = ""
    definition: str = ""
    before: int | None = None
    after: int | None = None
    status: str = "current"
    kind: str = ""
    message: str = ""


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        operation: `sync`, `check`, `dry-run`, `rollback` or `resume`.
        caller: ARN of who ran it.
        started: UTC, ISO 8601.
        exit_code: 0 all is right; 1 a check or dry run found a mismatch; 4 something failed, the rest is done.
    """

    operation: str
    name: str
    run: str
    caller: str
    started: str
    outcomes: tuple[Outcome, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        found = {each.status for each in self.outcomes}
        return 4 if "failed" in found else int("stale" in found)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it, with the number of outcomes of each status as `counts`."""
        counts = dict(sorted(Counter(each.status for each in self.outcomes).items()))
        outcomes = [asdict(each) for each in self.outcomes]
        return asdict(self) | {"outcomes": outcomes, "exit_code": self.exit_code, "counts": counts}


@dataclass(frozen=True)
class Update:
    """One of the last ten updates, as Parameter Store keeps it.

    Attributes:
        operation: `sync` or `rollback`.
        undone: whether a rollback has taken it back.
        changes: what was changed; `before` and `after` of each.
    """

    sequence: int
    time: str
    caller: str
    run: str
    operation: str
    undone: bool
    changes: tuple[Outcome, ...]


# --- calling AWS


class Aws:
    """The clients of a session, one a service and region, which retry what may be tried again; and every call counted.

    Attributes:
        calls: how often each operation was called, `events:PutTargets` for example; retries are one call.
        log: where each line of the log goes; standard error unless given.
        clock: returns seconds since 1970; `sleep` waits for some.
    """

    def __init__(
        self,
        session: boto3.Session | None = None,
        *,
        log: TextIO | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.log, self.clock, self.sleep = log or sys.stderr, clock, sleep
        timeouts: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}
        self._config = Config(**timeouts, retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
        self._clients: dict[tuple[str, str], Any] = {}
        try:
            self._session: Any = session or boto3.Session()
        except boto.BotoCoreError as error:
            raise problem(error) from error

    def client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            client = self._session.client(service, region_name=region, config=self._config)
            client.meta.events.register("before-call", partial(self._count, service))
            if service == "events":
                # Old ones have no event before they parse, and nobody says which one Automation has.
                client.meta.events.register("after-call.events.ListTargetsByRule", keep_raw_targets)
            self._clients[service, region] = client
        return self._clients[service, region]

    def call(self, service: str, region: str, method: str, resource: str, **parameters: Any) -> Any:
        """Call a method of a client; `resource` is the ARN that the right to do so is given on.

        Raises:
            SyncError: it did not work, after all attempts.
        """
        try:
            return getattr(self.client(service, region), method)(**parameters)
        except (boto.BotoCoreError, boto.ClientError) as error:
            action = "Publish" if method == "publish_batch" else method.title().replace("_", "")
            raise problem(error, f"{service}:{action}", resource) from error

    def _count(self, service: str, model: Any, **_: Any) -> None:
        self.calls[f"{service}:{model.name}"] += 1


def keep_raw_targets(http_response: Any, parsed: Any, **_: Any) -> None:
    """Put targets into the answer as they came, with what this botocore does not know."""
    if http_response.status_code < 300:
        parsed["RawTargets"] = json.loads(http_response.content).get("Targets", [])


def problem(error: boto.BotoCoreError | boto.ClientError, action: str = "", resource: str = "") -> SyncError:
    """Return what went wrong in the words of the one who has to mend it; AWS's own sentence is kept."""
    where = f"{action} on {resource}" if action else "calling AWS"
    if not isinstance(error, boto.ClientError):
        kinds = (kind for kind, classes in KINDS_OF_ERRORS.items() if isinstance(error, classes))
        return SyncError(next(kinds, "service-error"), f"{where}: {error}")
    code, sentence = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    kind = next((kind for kind, codes in KINDS_OF_CODES.items() if codes.search(code)), "service-error")
    if kind == "access-denied":
        named = MISSING.search(sentence)
        missing = f"{named[1]} on {(named[2] or resource).rstrip('.,;')}" if named else where
        needed = "" if missing == where else f", and {where} needs it"
        return SyncError(kind, f"{missing} is not allowed{needed}: {sentence}", code)
    if code == "ResourceNotFoundException":  # of EventBridge; only the sentence says what there is none of
        kind = "bus-not-found" if re.match("event bus .*not exist", sentence, re.IGNORECASE) else "rule-not-found"
    elif error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 429:
        kind = "throttled"
    return SyncError(kind, f"{where}: {code}: {sentence}", code)


def pages(call: Callable[..., Any], field_name: str = "NextToken") -> Iterator[Any]:
    """Yield every page of an answer; a token that comes twice is an error, since it has no end."""
    page, seen = call(), set[str]()
    yield page
    while following := page.get(field_name):
        if following in seen:
            raise SyncError("service-error", "AWS gave the same page token twice: the list would have no end")
        seen.add(following)
        page = call(**{field_name: following})
        yield page


def tens(all_of_them: Sequence[Any]) -> Iterator[Any]:
    return (all_of_them[start : start + 10] for start in range(0, len(all_of_them), 10))


def reason(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('ErrorCode', entry.get('Code'))}: {entry.get('ErrorMessage', entry.get('Message'))}"


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Return the paths of the fields that two values do not have alike; null is the same as nothing."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        keys = sorted({*left, *right})
        return [each for key in keys for each in differences(left.get(key), right.get(key), f"{path}.{key}".strip("."))]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [each for i in range(len(left)) for each in differences(left[i], right[i], f"{path}[{i}]")]
    return [] if left == right else [path]


class Run:
    """One run, and what has come of it: `writes` says whether it may write anything, `put_until` until when."""

    def __init__(self, settings: Settings, aws: Aws, operation: str, *, writes: bool) -> None:
        self.settings, self.aws, self.operation, self.writes = settings, aws, operation, writes
        self.id, self.started = settings.run or str(uuid.uuid4()), iso(aws.clock())
        self.caller = self.account = self.partition = ""
        self.outcomes, self.numbers, self.put_until = list[Outcome](), dict[str, float](), 0.0
        self._called_before = Counter(aws.calls)

    def begin(self) -> None:
        region, state = self.settings.region, self.settings.state
        if not REGION.fullmatch(region) or not re.fullmatch(r"(/[A-Za-z0-9_.-]+)+", state):
            raise SyncError("wrong-use", f"{region!r} has to be a region, and {state!r} a path as /a/b is")
        who = self.aws.call("sts", region, "get_caller_identity", "*")
        self.caller, self.account, self.partition = who["Arn"], who["Account"], who["Arn"].split(":")[1]

    def arn(self, service: str, resource: str, region: str = "", account: str = "") -> str:
        return f"arn:{self.partition}:{service}:{region or self.settings.region}:{account or self.account}:{resource}"

    def fail(self, error: SyncError, *at: Outcome) -> None:
        for each in at or (Outcome(self.settings.region, ""),):
            self.outcomes.append(replace(each, status="failed", kind=error.kind, message=error.message))

    def report(self) -> Report:
        """Return what has come of it, in a fixed order."""
        found = sorted(self.outcomes, key=lambda each: (each.region, each.bus, each.rule, each.target, each.message))
        calls = dict(sorted((self.aws.calls - self._called_before).items()))
        return Report(self.operation, self.settings.name, self.id, self.caller, self.started, tuple(found), calls)


# --- what Parameter Store keeps


class Store:
    """The parameters of a sync: JSON objects, of which long ones are packed into further parameters, named in `parts`.

    A new value goes into other parts than the value that it replaces: a crash between two writes leaves that one whole.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.path = run, f"{run.settings.state}/"
        self._parts: dict[str, list[str]] = {}

    def call(self, method: str, names: Sequence[str], **parameters: Any) -> Any:
        """Call Parameter Store about some parameters."""
        where = ", ".join(self.run.arn("ssm", f"parameter{self.path}{name}") for name in names)
        return self.run.aws.call("ssm", self.run.settings.region, method, where, **parameters)

    def fetch(self, names: Sequence[str]) -> dict[str, tuple[str, int]]:
        found = []
        for some in tens(names):
            found += self.call("get_parameters", some, Names=[self.path + name for name in some])["Parameters"]
        return {each["Name"].removeprefix(self.path): (each["Value"], each["Version"]) for each in found}

    def put(self, name: str, text: str) -> int:
        value = {"Name": self.path + name, "Value": text, "Type": "String", "Tier": "Standard", "Overwrite": True}
        return int(self.call("put_parameter", [name], **value)["Version"])

    def heads(self, *names: str) -> dict[str, dict[str, Any]]:
        """Return the objects that are there, without what is in parts."""
        heads = {name: self.read(name, text) for name, (text, _) in self.fetch(names).items()}
        self._parts |= {name: head.get("parts", []) for name, head in heads.items()}
        return heads

    def whole(self, heads: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the same objects with what is in their parts."""
        found = {}
        for name, head in heads.items():
            found[name] = {key: value for key, value in head.items() if key != "parts"}
            if "parts" in head:
                try:
                    texts = self.fetch(head["parts"])
                    packed = base64.b64decode("".join(texts[part][0] for part in head["parts"]))
                    found[name] = self.read(name, zlib.decompress(packed).decode()) | found[name]
                except (KeyError, TypeError, ValueError, zlib.error) as error:
                    raise self.not_ours(name) from error
        return found

    def write(self, name: str, value: Mapping[str, Any], in_head: Sequence[str] = ()) -> None:
        """Write an object; the fields of `in_head` can be read without the parts."""
        text, parts = dumps(value), list[str]()
        if len(text) > PARAMETER_BYTES:
            packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
            free = (part for i in count(1) if (part := f"{name}-{i}") not in self._parts.get(name, []))
            for start in range(0, len(packed), PARAMETER_BYTES):
                parts.append(next(free))
                self.put(parts[-1], packed[start : start + PARAMETER_BYTES])
            text = dumps({key: value[key] for key in in_head} | {"parts": parts})
        self.put(name, text)
        self._parts[name] = parts

    def read(self, name: str, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise self.not_ours(name)
        return value

    def not_ours(self, name: str) -> SyncError:
        return SyncError("state", f"parameter {self.path}{name} holds what no sync writes: mend it, or delete it")


def dumps(value: Any) -> str:
    """Return JSON without double braces, which Parameter Store refuses; it has no object in an object."""
    text = json.dumps(value, separators=(",", ":"))
    for brace in "{}":  # two of them are in a text, where they may be escaped
        text = text.replace(brace * 2, f"{brace}\\u{ord(brace):04x}")
    return text


class Lock:
    """One run at a time, with an expiry, in a parameter that is never deleted.

    Parameter Store has no conditional write, but it numbers versions. Who sees the lock free at version v and then
    writes v + 1 has it; `over` is that v. A claim with a later version came second, and does not count. `releases` says
    whose claim a release ends, so that it counts also if such a claim came in between, and only if that claim counts.
    """

    def __init__(self, store: Store) -> None:
        self.store, self.run = store, store.run
        self.token = uuid.uuid4().hex
        self.claimed = False
        self.version: int | None = None  # of its claim; None as long as that may be somebody else's

    def __enter__(self) -> None:
        give_up = self.run.aws.clock() + self.run.settings.wait_seconds
        try:
            while not self._take(give_up):
                self.run.aws.sleep(1 + uuid.uuid4().int % 1000 / 1000)  # not all that wait at the same time
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        if self.claimed:
            try:
                self.store.put("lock", dumps({"holder": None, "releases": self.token, "over": self.version}))
            except SyncError as error:
                message = f"the lock is not given back, and holds until it expires: {error.message}"
                self.run.fail(SyncError(error.kind, message))

    def _take(self, give_up: float) -> bool:
        version, held = self._look()
        run, now, seconds = self.run, self.run.aws.clock(), self.run.settings.lock_seconds
        if held.get("holder") and self._end(held) > now:
            self.claimed = held["holder"] == self.token  # the answer to an earlier attempt was lost
            if self.claimed or now < give_up:
                return self.claimed
            who = f"{held.get('caller')} (run {held.get('run')}, since {held.get('since')})"
            raise SyncError("locked", f"{who} holds the lock, until {held['expires']} at the latest")
        claim = {"holder": self.token, "expires": iso(now + seconds), "over": version, "since": iso(now)}
        self.claimed = True  # a crash from here on gives it back
        run.put_until = now + seconds - min(CALL_SECONDS, seconds / 2)
        try:
            written = self.store.put("lock", dumps(claim | {"caller": run.caller, "run": run.id}))
        except SyncError as error:
            if error.code != "TooManyUpdates":
                raise
            return False
        self.version = version + 1 if written == version + 1 else None
        return self.version is not None

    def _look(self) -> tuple[int, dict[str, Any]]:
        """Return the newest version, and the claim or release that counts."""
        text, version = self.store.fetch(["lock"]).get("lock", ("{}", 0))
        last = self.store.read("lock", text)
        return (version, last) if last.get("over", version - 1) == version - 1 else self._look_back()

    def _look_back(self) -> tuple[int, dict[str, Any]]:
        ask = partial(self.store.call, "get_parameter_history", ["lock"], Name=f"{self.store.path}lock", MaxResults=50)
        texts = {each["Version"]: each["Value"] for page in pages(ask) for each in page["Parameters"]}
        counts: dict[str, Any] = {}
        for version, text in sorted(texts.items()):
            each = self.store.read("lock", text)
            ends = not each.get("holder") and each.get("releases") == counts.get("holder")
            if ends or each.get("over", version - 1) == version - 1:
                counts = each
        return max(texts, default=0), counts

    def _end(self, held: Mapping[str, Any]) -> float:
        try:
            return datetime.fromisoformat(held["expires"]).timestamp()
        except (KeyError, TypeError, ValueError) as error:
            raise self.store.not_ours("lock") from error


# --- looking


def split_reference(text: str, home: str) -> tuple[str, int | None]:
    """Return the ARN of a job definition without its revision, and the revision; a bare name is of `home`."""
    found = REFERENCE.fullmatch(text)
    return ((found[1] or home) + found[2], int(found[3]) if found[3] else None) if found else (text, None)


def check_reference(text: str | None) -> None:
    if text and not REFERENCE.fullmatch(text):
        raise SyncError("wrong-use", f"{text!r} is no name or ARN of a job definition")


def concerns(only: str | None, definition: str) -> bool:
    """Return whether a run that is only for one job definition (None: for all) is for this one."""
    return only is None or split_reference(only, definition.rpartition("/")[0] + "/")[0] == definition


@dataclass(frozen=True, order=True)
class Rule:
    """A rule; `bus` is an ARN if it is of another account, `home` how ARNs of job definitions begin there."""

    region: str
    bus: str
    name: str
    arn: str
    home: str

    @property
    def at(self) -> Outcome:
        return Outcome(self.region, self.bus, self.name)

    def has(self, definition: str) -> bool:
        """Return whether the ARN of a job definition is of the rule's account and region."""
        return definition.startswith(self.home) and REFERENCE.fullmatch(definition) is not None

    def read(self, aws: Aws) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
        """Return its targets by id, and what of each this botocore does not know."""
        ask = partial(aws.call, "events", self.region, "list_targets_by_rule", self.arn)
        targets: dict[str, dict[str, Any]] = {}
        raw: dict[str, Any] = {}
        for page in pages(partial(ask, Rule=self.name, EventBusName=self.bus)):
            targets |= {each["Id"]: each for each in page["Targets"]}
            raw |= {each["Id"]: each for each in page.get("RawTargets", [])}
        return targets, {key: differences(raw.get(key), target) for key, target in targets.items()}


def find_rule(run: Run, bus: str, name: str, region: str | None) -> Rule:
    arn = BUS_ARN.fullmatch(bus)
    region = region or (arn[1] if arn else run.settings.region)
    if not REGION.fullmatch(region) or (arn and arn[1] != region):
        raise SyncError("wrong-use", f"{region!r} is no region, or not that of bus {bus}")
    account, bus_name = (arn[2], arn[3]) if arn else (run.account, bus)
    path = name if bus_name == "default" else f"{bus_name}/{name}"
    arns = run.arn("events", f"rule/{path}", region, account), run.arn("batch", "job-definition/", region, account)
    return Rule(region, bus_name if account == run.account else bus, name, *arns)


@dataclass
class Target:
    """A target that refers to a revision; `at` is the outcome to begin with, `found` what ListTargetsByRule says."""

    rule: Rule
    at: Outcome
    found: dict[str, Any]
    unknown: list[str]  # fields that would be lost
    revision: int
    active: list[int] = field(default_factory=list)  # revisions of its job definition
    wanted: int | None = None  # None if it stays as it is
    behind: bool = False
    moved: bool = False  # has what it wanted, or may have

    def renewed(self) -> dict[str, Any]:
        """Return it with the wanted revision, and nothing else changed."""
        batch = dict(self.found["BatchParameters"])
        batch["JobDefinition"] = f"{batch['JobDefinition'].rpartition(':')[0]}:{self.wanted}"
        return self.found | {"BatchParameters": batch}


class Search:
    """What selections lead to; `unclear` are job definitions that could not be described, `blind` is for the rest."""

    def __init__(self, run: Run, only: str | None) -> None:
        self.run, self.only, self.blind = run, only, False
        self.targets, self.unclear = list[Target](), set[str]()
        self._rules = dict[Rule, list[Selection]]()
        self._names = dict[tuple[str, str], list[str]]()  # of the rules of a bus
        self._asked = dict[Selection, str]()  # ARN of the job definition
        self._met = set[Selection]()  # what these lead to is known
        self._silent = dict[tuple[str, str], SyncError]()  # services that did not answer

    def look(self, selections: Iterable[Selection]) -> None:
        """Look at each rule once, at each target once, and at each job definition once."""
        selections = list(dict.fromkeys(selections))
        for selection in selections:
            try:
                self._select(selection)
            except SyncError as error:
                self._lose(error, place(self.run, selection), [selection])
        for rule, of_rule in sorted(self._rules.items()):
            try:
                targets, unknown = self._ask("events", rule.region, partial(rule.read, self.run.aws))
            except SyncError as error:
                self._lose(error, rule.at, of_rule)
                continue
            for key, found in sorted(targets.items()):
                if picked := [each for each in of_rule if each.target in (None, key)]:
                    self._judge(rule, found, unknown[key], picked)
        for selection in selections:
            if selection not in self._met and (not self.only or selection in self._asked):
                self.run.fail(missed(selection), place(self.run, selection))
        for region, definition in sorted({(each.rule.region, each.at.definition) for each in self.targets}):
            of_one = [each for each in self.targets if each.at.definition == definition]
            try:
                active = self._ask("batch", region, partial(active_revisions, self.run.aws, region, definition))
                for each in of_one:
                    each.active = active
            except SyncError as error:
                self.unclear.add(definition)
                self.run.fail(error, *(each.at for each in of_one))
        self.targets = [each for each in self.targets if each.at.definition not in self.unclear]

    def _ask(self, service: str, region: str, read: Callable[[], Any]) -> Any:
        """Read, but not once more what does not answer: it would take the time that the rest needs."""
        check_lock(self.run)
        if (service, region) in self._silent:
            raise self._silent[service, region]
        try:
            return read()
        except SyncError as error:
            if error.kind == "network":
                self._silent[service, region] = error
            raise

    def _select(self, selection: Selection) -> None:
        rule = find_rule(self.run, selection.bus, selection.rule or "*", selection.region)
        if selection.job_definition:
            asked, _ = split_reference(selection.job_definition, rule.home)
            if not rule.has(asked):
                raise SyncError("foreign-definition", f"{asked} is no job definition of {rule.home}*")
            if not concerns(self.only, asked):
                self._met.add(selection)
                return
            self._asked[selection] = asked
        for name in [rule.name] if selection.rule else self._all_rules(rule):
            of_name = find_rule(self.run, selection.bus, name, selection.region)
            self._rules.setdefault(of_name, []).append(selection)

    def _all_rules(self, rule: Rule) -> list[str]:
        bus = (rule.region, rule.bus)
        if bus not in self._names:
            ask = partial(
                self.run.aws.call, "events", rule.region, "list_rules", rule.arn, EventBusName=rule.bus, Limit=100
            )
            self._names[bus] = self._ask(
                "events", rule.region, lambda: [each["Name"] for page in pages(ask) for each in page["Rules"]]
            )
        if not self._names[bus]:
            raise SyncError("rule-not-found", f"bus {rule.bus} has no rule")
        return self._names[bus]

    def _judge(self, rule: Rule, found: dict[str, Any], unknown: list[str], picked: list[Selection]) -> None:
        """Take a target, leave it alone, or say why it cannot be taken."""
        at = replace(rule.at, target=found["Id"])
        if "BatchParameters" not in found:
            named = [each for each in picked if each.target]
            self._met.update(named)
            if named and not self.only:
                self.run.fail(SyncError("no-batch-target", f"target {at.target} submits no Batch job"), at)
            return
        definition, revision = split_reference(found["BatchParameters"]["JobDefinition"], rule.home)
        if not concerns(self.only, definition):
            self._met.update(picked)
            return
        meant = [each for each in picked if each.target or self._asked.get(each, definition) == definition]
        self._met.update(meant)
        at = replace(at, definition=definition, before=revision, after=revision)
        error = self._objection(found, definition, meant)
        if not error and not rule.has(definition):
            error = SyncError("foreign-definition", f"{definition} is no job definition of {rule.home}*")
        if meant and error:
            self.run.fail(error, at)
        elif meant and revision is None:
            self.run.outcomes.append(replace(at, status="floating"))
        elif meant and revision:
            self.targets.append(Target(rule, at, found, unknown, revision))

    def _objection(self, found: Mapping[str, Any], definition: str, meant: list[Selection]) -> SyncError | None:
        """Return why a target is not as selections want it, or that they do not want the same."""
        name = found["Id"]
        for what, has, asked in (
            ("definition", definition, {self._asked.get(each) for each in meant}),
            ("queue", found["Arn"], {each.job_queue for each in meant}),
            ("role", found.get("RoleArn"), {each.role for each in meant}),
        ):
            wanted = sorted(each for each in asked if each)
            if len(wanted) > 1:
                return SyncError("wrong-use", f"selections of target {name} contradict each other: {', '.join(wanted)}")
            if wanted and has != wanted[0]:
                return SyncError(f"other-{what}", f"the {what} of target {name} is {has}, and not {wanted[0]}")
        return None

    def _lose(self, error: SyncError, at: Outcome, selections: Iterable[Selection]) -> None:
        self.blind = True
        self._met.update(selections)
        self.run.fail(error, at)


def place(run: Run, selection: Selection) -> Outcome:
    region = selection.region or run.settings.region
    return Outcome(region, selection.bus, selection.rule or "", selection.target or "")


def missed(selection: Selection) -> SyncError:
    where = f"rule {selection.rule}" if selection.rule else "any rule"
    kind, what = "no-batch-target", "Batch target"
    if selection.target:
        kind, what = "target-not-found", f"target {selection.target}"
    of = f" of {selection.job_definition}" if selection.job_definition else ""
    return SyncError(kind, f"there is no {what}{of} at {where} of bus {selection.bus}")


def active_revisions(aws: Aws, region: str, definition: str) -> list[int]:
    ask = partial(aws.call, "batch", region, "describe_job_definitions", "*", status="ACTIVE")  # it knows no resources
    read = pages(partial(ask, jobDefinitionName=definition.rpartition("/")[2]), "nextToken")
    found = [split_reference(each["jobDefinitionArn"], "") for page in read for each in page["jobDefinitions"]]
    return [revision for arn, revision in found if arn == definition and revision]


def decide(target: Target, held: Sequence[int]) -> Outcome:
    """Return what is to become of a target, and set what it wants, or raise why it cannot be."""
    newest, revision = max(target.active, default=0), target.revision
    if newest == revision:
        return target.at
    if newest > revision and newest in held and revision in target.active:
        return replace(target.at, status="held")
    target.behind = True
    if not target.active:
        raise SyncError("no-active-revision", f"no revision of {target.at.definition} is ACTIVE")
    gone = f"revision {revision} is not ACTIVE, and the highest that is, {newest}, is"
    if newest < revision:
        raise SyncError("older-revision", f"{gone} older: no sync moves a target there")
    if newest in held:
        raise SyncError("not-active", f"{gone} held: resume lets go of it")
    if target.unknown:
        raise unknown_field(target)
    target.wanted = newest
    return replace(target.at, status="stale", after=newest)


def unknown_field(target: Target) -> SyncError:
    words = f"target {target.at.target} has fields that this boto3 does not know, and would lose"
    return SyncError("unknown-field", f"{words}: {', '.join(target.unknown)}")


# --- changing


class History:
    """The last ten updates: a ring of parameters, whose slots are the sequence numbers modulo ten."""

    HEAD = ("sequence", "time", "caller", "run", "operation", "undone")
    ROW = ("region", "bus", "rule", "target", "definition", "before", "after")

    def __init__(self, store: Store) -> None:
        self.store = store
        self.heads = store.heads(*(f"updates/{slot}" for slot in range(RING)))
        for name, head in self.heads.items():
            types = [type(head.get(key)) for key in self.HEAD]
            if types != [int, str, str, str, str, bool] or self.slot(head) != name:
                raise store.not_ours(name)

    def slot(self, record: Mapping[str, Any]) -> str:
        return f"updates/{record['sequence'] % RING}"

    def updates(self) -> list[Update]:
        """Return the updates that changed anything, the newest first."""
        found = []
        for name, record in self.store.whole(self.heads).items():
            try:
                rows = [dict(zip(self.ROW, row, strict=True)) for row in record["changes"]]
            except (KeyError, TypeError, ValueError) as error:
                raise self.store.not_ours(name) from error
            changes = tuple(Outcome(**row, status="changed") for row in rows)
            found.append(Update(**{key: record[key] for key in self.HEAD}, changes=changes))
        return sorted((each for each in found if each.changes), key=lambda each: -each.sequence)

    def write(self, update: Update) -> None:
        """Write an update into its slot."""
        record = {key: getattr(update, key) for key in self.HEAD}
        record["changes"] = [[getattr(each, key) for key in self.ROW] for each in update.changes]
        self.store.write(self.slot(record), record, self.HEAD)
        self.heads[self.slot(record)] = record

    def begin(self, moves: Iterable[Target]) -> Update:
        """Write what is going to be changed, so that a crash leaves what was there before."""
        run = self.store.run
        newest = max(self.heads.values(), key=lambda each: int(each["sequence"]), default=None)
        sequence = newest["sequence"] + (newest.get("changes") != []) if newest else 1
        changes = tuple(replace(each.at, after=each.wanted) for each in moves)
        now, undone = iso(run.aws.clock()), False
        update = Update(sequence, now, run.caller, run.id, run.operation, undone, changes)
        self.write(update)
        return update


def change(run: Run, store: Store, moves: list[Target], history: History | None = None) -> None:
    """Write the history, move targets rule by rule, and correct the history if less was moved."""
    if not moves:
        return
    try:
        check_lock(run)
        history = history or History(store)
        update = history.begin(moves)
    except SyncError as error:
        run.fail(error, *(each.at for each in moves))
        return
    for rule in dict.fromkeys(each.rule for each in moves):
        change_rule(run, rule, [each for each in moves if each.rule is rule])
    moved = tuple(change for change, each in zip(update.changes, moves, strict=True) if each.moved)
    if moved != update.changes:
        attempt(run, partial(history.write, replace(update, changes=moved)))


def attempt(run: Run, work: Callable[[], None]) -> None:
    """Do what the rest does not depend on; that it fails is a failure of its own."""
    try:
        work()
    except SyncError as error:
        run.fail(error)


def check_lock(run: Run) -> None:
    """Raise unless there is time for one more call before the lock expires, if the run has one."""
    if 0 < run.put_until <= run.aws.clock():
        raise SyncError("lock-lost", "the lock is about to expire, so the rest is left: run it again")


def change_rule(run: Run, rule: Rule, moves: list[Target]) -> None:
    """Put the targets of a rule, and read them back."""
    ask = partial(run.aws.call, "events", rule.region, "put_targets", rule.arn, Rule=rule.name, EventBusName=rule.bus)
    trouble: SyncError | None = None
    answer: dict[str, Any] = {"FailedEntries": [], "FailedEntryCount": 0}
    try:
        check_lock(run)
        answer = ask(Targets=[each.renewed() for each in moves])
    except SyncError as error:
        if error.kind in UNTOUCHED:
            run.fail(error, *(each.at for each in moves))
            return
        trouble = error  # it may have been done all the same
    refused = {each["TargetId"]: reason(each) for each in answer["FailedEntries"]}
    for each in moves:
        if each.at.target in refused:
            run.fail(SyncError("put-failed", refused[each.at.target]), each.at)
    if (unnamed := answer["FailedEntryCount"] - len(refused)) > 0:
        more = SyncError("put-failed", f"PutTargets counts {unnamed} failed entries that it does not name")
        run.fail(more, rule.at)
    if put := [each for each in moves if each.at.target not in refused]:
        read_back(run, rule, put, trouble)


def read_back(run: Run, rule: Rule, put: list[Target], trouble: SyncError | None) -> None:
    """Compare targets with what they should be now: the revision is new, and nothing else."""
    try:
        targets, unknown = rule.read(run.aws)
    except SyncError as error:
        for each in put:
            each.moved = True  # as far as is known
        trouble = trouble or SyncError("not-verified", f"the change could not be read back: {error.message}")
        run.fail(trouble, *(replace(each.at, after=each.wanted) for each in put))
        return
    for each in put:
        now = targets.get(each.at.target, {})
        wrong = differences(each.renewed(), now) + unknown.get(each.at.target, [])
        _, revision = split_reference(now.get("BatchParameters", {}).get("JobDefinition", ""), "")
        each.moved = revision == each.wanted or (not trouble and now == each.found)  # the list may be late
        at = replace(each.at, after=revision)
        if not wrong:
            each.behind = False
            run.outcomes.append(replace(at, status="changed"))
        elif trouble and now == each.found:
            run.fail(trouble, at)
        else:
            words = f"these are not as they should be now: {', '.join(wrong)}" if now else "the target is gone"
            run.fail(SyncError("not-verified", words), at)


# --- telling


def tell(run: Run, what: str) -> None:
    """Log what has come of a run; if it may write, tell topic, bus and metrics too."""
    noted = [each for each in run.report().outcomes if each.status in ("changed", "failed")]
    for each in noted:
        log(run, each.status, asdict(each))
    if run.writes and run.account:
        if what == "ended":
            run.numbers["Runs"] = 1
        for to, send in ((run.settings.topic, publish), (run.settings.event_bus, put_events), (METRICS, put_metrics)):
            try:
                failed = [reason(each) for each in send(run, to, noted)] if to else []
            except SyncError as error:
                failed = [error.message]
            if failed:  # what is changed stays changed
                run.fail(SyncError("not-told", f"{to} was not told all of it: {failed[0]}"))
                log(run, "failed", asdict(run.outcomes[-1]))
    counts = Counter(each.status for each in run.outcomes)
    log(run, what, {"counts": counts, "calls": run.report().calls} | run.numbers)


def whose(run: Run) -> dict[str, Any]:
    about = {"name": run.settings.name, "run": run.id, "caller": run.caller}
    return about | {"trigger": run.settings.trigger, "operation": run.operation}


def log(run: Run, what: str, more: Mapping[str, Any]) -> None:
    line = {"time": iso(run.aws.clock()), "what": what} | whose(run) | dict(more)
    print(json.dumps(line), file=run.aws.log, flush=True)


def detail(run: Run, outcome: Outcome, indent: int | None = None) -> str:
    """Return an outcome as messages and events have it."""
    return json.dumps(whose(run) | asdict(replace(outcome, message=outcome.message[:2000])), indent=indent)


def publish(run: Run, topic: str, noted: list[Outcome]) -> list[Any]:
    """Publish a message for each, by tens, and return the failed entries."""
    entries, failed = list[dict[str, str]](), []
    for each in noted:
        what = each.kind if each.status == "failed" else f"revision {each.before} to {each.after}"
        subject = re.sub("[^ -~]", "?", f"{run.settings.name}: {each.status}, {what}, {each.rule} {each.target}")
        entries.append({"Subject": subject.strip()[:99], "Message": detail(run, each, 2), "Id": str(len(entries))})
    region = topic.split(":")[3] if topic.count(":") > 4 else run.settings.region
    for ten in tens(entries):
        answer = run.aws.call("sns", region, "publish_batch", topic, TopicArn=topic, PublishBatchRequestEntries=ten)
        failed += answer.get("Failed", [])
    return failed


def put_events(run: Run, bus: str, noted: list[Outcome]) -> list[Any]:
    """Put an event for each, by tens, and return the failed entries."""
    arn = bus if BUS_ARN.fullmatch(bus) else run.arn("events", f"event-bus/{bus}")
    common = {"Source": "dn.eventbridge.targetsync", "EventBusName": bus}
    types = {"changed": "Batch Target Changed", "failed": "Batch Target Sync Failed"}
    entries = [common | {"DetailType": types[each.status], "Detail": detail(run, each)} for each in noted]
    failed = []
    for ten in tens(entries):
        answer = run.aws.call("events", arn.split(":")[3], "put_events", arn, Entries=ten)
        failed += [each for each in answer["Entries"] if each.get("ErrorCode")]
    return failed


def put_metrics(run: Run, namespace: str, _: list[Outcome]) -> list[Any]:
    found = Counter(each.status for each in run.outcomes)
    dimension = {"Name": "Sync", "Value": run.settings.name}
    data = []
    for name, value in ({"Changes": found["changed"], "Failures": found["failed"]} | run.numbers).items():
        unit = "Seconds" if name == "MismatchAge" else "Count"
        data.append({"MetricName": name, "Value": float(value), "Unit": unit, "Dimensions": [dimension]})
    ask = ("cloudwatch", run.settings.region, "put_metric_data", "*")
    run.aws.call(*ask, Namespace=namespace, MetricData=data)
    return []


# --- the operations


def perform(run: Run, work: Callable[[Run, Store], None]) -> Report:
    """Do the work of a run, alone if it may write, and tell what has come of it."""
    store = Store(run)
    try:
        run.begin()
        if run.writes:
            with Lock(store):
                work(run, store)
        else:
            work(run, store)
    except SyncError as error:
        run.fail(error)
        tell(run, "not begun")
        raise
    tell(run, "ended")
    return run.report()


def sync(
    selections: Sequence[Selection], settings: Settings, aws: Aws, *, operation: str = "sync", only: str | None = None
) -> Report:
    """Bring targets to the highest ACTIVE revision, or say what would be (`operation`: `sync`, `check`, `dry-run`).

    `only` narrows it to one job definition: name or ARN, with any revision or none.

    Raises:
        SyncError: it could not begin: no credentials, the lock is held, the state cannot be read. What fails for one
            target or selection is an outcome.
    """
    if operation not in ("sync", "check", "dry-run") or not selections:
        raise SyncError("wrong-use", f"{operation!r} is none of sync, check and dry-run, or nothing is selected")
    check_reference(only)
    writes = operation == "sync" or (operation == "check" and settings.report_checks)
    work = partial(bring, selections=selections, only=only or None)
    return perform(Run(settings, aws, operation, writes=writes), work)


def bring(run: Run, store: Store, selections: Sequence[Selection], only: str | None) -> None:
    """Look, decide, change, and remember what is left."""
    state = store.whole(store.heads("holds", "mismatches"))
    holds = read_holds(store, state)
    search = Search(run, only)
    search.look(selections)
    for each in search.targets:
        try:
            outcome = decide(each, holds.get(each.at.definition, []))
        except SyncError as error:
            run.fail(error, each.at)
        else:
            if run.operation != "sync" or outcome.status != "stale":
                run.outcomes.append(outcome)
    if run.operation == "sync":
        newest = {each.at.definition: max(each.active, default=0) for each in search.targets}
        left = {name: held for name, held in holds.items() if newest.get(name, 0) <= max(held)}
        if left != holds:
            attempt(run, partial(store.write, "holds", left))
        change(run, store, [each for each in search.targets if each.wanted])
    if run.writes:
        remember(run, store, search, state.get("mismatches", {}))


def read_holds(store: Store, state: Mapping[str, dict[str, Any]]) -> dict[str, list[int]]:
    holds = state.get("holds", {})
    if not all(isinstance(held, list) and held and all(type(each) is int for each in held) for held in holds.values()):
        raise store.not_ours("holds")
    return dict(holds)


def remember(run: Run, store: Store, search: Search, before: Mapping[str, Any]) -> None:
    """Keep since when definitions have targets that are behind; of what was not seen, what was known stays."""
    behind = [each.at.definition for each in search.targets if each.behind]
    seen = {each.at.definition for each in search.targets}
    unclear = set(before) - seen if search.blind or search.only else set(before) & search.unclear
    since = {name: before.get(name, run.started) for name in sorted({*behind, *unclear})}
    try:
        times = [datetime.fromisoformat(each).timestamp() for each in since.values()]
    except (TypeError, ValueError):
        run.fail(store.not_ours("mismatches"))
        return
    if since != before:
        attempt(run, partial(store.write, "mismatches", since))
    now = run.aws.clock()
    run.numbers |= {"Mismatches": len(behind), "MismatchAge": max(0.0, now - min(times, default=now))}


def rollback(settings: Settings, aws: Aws, *, dry_run: bool = False) -> Report:
    """Return the targets of the last update that was not rolled back to the revisions that they had before.

    The revisions that it leaves are held: no sync moves a target to one of them again, until a newer one is registered
    or `resume` says so.

    Raises:
        SyncError: there is no such update, a revision of it is not ACTIVE any more, a target was changed since; then
            nothing is changed.
    """
    return perform(Run(settings, aws, "rollback", writes=not dry_run), take_back)


def take_back(run: Run, store: Store) -> None:
    """Check the whole update, then return its targets, and hold the revisions that they leave."""
    history = History(store)
    update = next((each for each in history.updates() if each.operation == "sync" and not each.undone), None)
    if not update:
        raise SyncError("nothing-to-roll-back", "the history has no update that is not rolled back already")
    targets = earlier(run, update.changes)
    moves = [each for each in targets if each.wanted]
    run.outcomes = [each.at for each in targets if not each.wanted]
    if not run.writes:
        run.outcomes += [replace(each.at, status="stale", after=each.wanted) for each in moves]
        return
    if moves:
        holds = read_holds(store, store.whole(store.heads("holds")))
        for each in moves:
            holds[each.at.definition] = sorted({*holds.get(each.at.definition, []), each.revision})
        store.write("holds", holds)
    change(run, store, moves, history)
    kept = any(head["sequence"] == update.sequence for head in history.heads.values())  # else this one has its slot
    if kept and all(each.status != "failed" for each in run.outcomes):
        attempt(run, partial(history.write, replace(update, undone=True)))


def earlier(run: Run, changes: Sequence[Outcome]) -> list[Target]:
    """Return the targets of an update, which want what each had before, or raise if one cannot be returned."""
    rows = {(each.region, each.bus, each.rule, each.target): each for each in changes}
    search = Search(run, None)
    search.look(Selection(each.bus, each.rule, each.target, each.definition, each.region) for each in changes)
    found, run.outcomes = run.outcomes, []  # the error says it all
    problems = [
        SyncError("changed-since" if each.kind in GONE else each.kind, each.message or FLOATS) for each in found
    ]
    for each in search.targets:
        row = rows[each.rule.region, each.rule.bus, each.rule.name, each.at.target]
        each.wanted = None if each.revision == row.before else row.before
        if each.revision not in (row.before, row.after):
            is_at = f"is at revision {each.revision}, and not at {row.after}"
            problems.append(SyncError("changed-since", f"target {row.target} of rule {row.rule} {is_at}"))
        elif row.before not in each.active:
            problems.append(SyncError("not-active", f"revision {row.before} of {row.definition} is not ACTIVE"))
        elif each.wanted and each.unknown:
            problems.append(unknown_field(each))
    if problems:
        every = dict.fromkeys(each.message for each in problems)
        raise SyncError(problems[0].kind, f"nothing is rolled back: {'; '.join(every)}")
    return search.targets


def resume(settings: Settings, aws: Aws, *, only: str | None = None) -> Report:
    """Let go of the revisions that rollbacks hold, of one job definition or of all; an outcome for each definition."""
    check_reference(only)
    return perform(Run(settings, aws, "resume", writes=True), partial(let_go, only=only or None))


def let_go(run: Run, store: Store, only: str | None) -> None:
    holds = read_holds(store, store.whole(store.heads("holds")))
    left = {}
    for definition, held in holds.items():
        if not concerns(only, definition):
            left[definition] = held
        else:
            words = f"no longer held: {', '.join(map(str, held))}"
            at = Outcome(definition.split(":")[3], "", definition=definition, after=max(held), message=words)
            run.outcomes.append(at)
    if left != holds:
        store.write("holds", left)


def updates(settings: Settings, aws: Aws) -> list[Update]:
    """Return the last ten updates, the newest first."""
    run = Run(settings, aws, "updates", writes=False)
    run.begin()
    return History(Store(run)).updates()


def handler(events: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Run as a step of the Automation document, and return the report, but at most 100 outcomes that are not `current`.

    Args:
        events: the step's InputPayload: `Operation`, `Selections` (JSON text, a list of objects with the fields of
            `Selection`; empty for those of the settings), `JobDefinition` (empty for all), `Trigger`, `Execution` (id),
            `Settings` (`Name`, `Region`, `State`, `Selections`, `Topic`, `EventBus`; empty where there is none).
        context: not used.

    Raises:
        SyncError: something failed; the report is in the log.
    """
    del context
    operation, only, given = events["Operation"], events["JobDefinition"] or None, events["Settings"]
    settings = Settings(
        region=given["Region"],
        name=given["Name"],
        state=given["State"],
        topic=given["Topic"] or None,
        event_bus=given["EventBus"] or None,
        trigger=events["Trigger"],
        run=events["Execution"],
        report_checks=True,
        lock_seconds=450,  # a script is ended after 600 seconds; this way it ends by itself before
        wait_seconds=100,
    )
    aws = Aws(log=sys.stdout)
    if operation == "rollback":
        if only:
            raise SyncError("wrong-use", "a rollback is of the whole last update: leave JobDefinition empty")
        report = rollback(settings, aws)
    elif operation == "resume":
        report = resume(settings, aws, only=only)
    else:
        own = given["Selections"]
        if own and not own.startswith("["):  # many are packed: gzip, base64
            own = zlib.decompress(base64.b64decode(own), wbits=31).decode()
        selections = read_selections(events["Selections"] or own)
        report = sync(selections, settings, aws, operation=operation, only=only)
    failed = [f"{each.kind}: {each.message}" for each in report.outcomes if each.status == "failed"]
    if failed:
        raise SyncError("failed", f"{len(failed)} failed, the rest is done: {' | '.join(failed[:5])}")
    worth = [asdict(each) for each in report.outcomes if each.status not in ("current", "floating")]
    return report.as_dict() | {"outcomes": worth[:SHOWN]}


def read_selections(text: str) -> list[Selection]:
    """Return the selections of a JSON text, or raise if it is something else; null is as if it was not there."""
    names = ", ".join(each.name for each in fields(Selection))
    words = f"the selections are no JSON list of objects with {names}, each a text and not an empty one"
    try:
        given = json.loads(text)
        found = [Selection(**{key: item for key, item in each.items() if item is not None}) for each in given]
        texts = [item for each in found for item in asdict(each).values() if item is not None]
    except (AttributeError, TypeError, ValueError) as error:
        raise SyncError("wrong-use", f"{words}: {error}") from error
    if not isinstance(given, list) or not all(isinstance(item, str) and item for item in texts):
        raise SyncError("wrong-use", words)
    return found
