"""The role with which ECS starts the containers of a task: it pulls the images, writes the logs and reads the secrets.

Sources: "Amazon ECS task execution IAM role" of the ECS Developer Guide, with its sections on Secrets Manager, Systems
Manager and private registries; "Private repository policies" of the ECR User Guide; "Using the awslogs log driver".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from review.intents import keys, task_trust
from review.intents.facts import arns, declared
from review.intents.grants import Grants, Intent, allow, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.intents.facts import Facts
    from review.intents.facts.jobs import JobDefinition
    from review.intents.facts.tasks import TaskDefinition
    from review.intents.grants import Statement

KIND: Final = "execution role"
# A private registry of ECR, also with a FIPS or a dual-stack endpoint ("Amazon ECR endpoints and quotas").
_ECR: Final = re.compile(
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)"
)
_SECRET_PARTS: Final = 7  # of an ARN; what follows is a key within the secret, and a version


def intent(facts: Facts, definition: TaskDefinition) -> Intent:
    """Return what the execution role of a task definition is for."""
    purpose = f"ECS starts the containers of {definition.family} with it"
    if definition.containers is None:
        why = f"What the containers of {definition.family} are is not known before the apply: images, logs, secrets."
        if not definition.is_made:
            why = f"The task definition {definition.family} is only read by this plan, without its containers."
        identity = Grants(supposed=_anything(facts), outside=(why,))
    else:
        told = declared.secrets_keys(facts.plan, definition.family)
        identity = together(_container(facts, told, each) for each in definition.containers)
    return Intent(KIND, purpose, identity, task_trust.taken_on(facts))


def intent_of_job(facts: Facts, definition: JobDefinition) -> Intent:
    """Return what the execution role of a job definition is for: Batch runs a job as an ECS task."""
    told = declared.secrets_keys(facts.plan, definition.name, of_job=True)
    identity = _container(facts, told, definition.container)
    return Intent(
        KIND, f"ECS starts the container of the job {definition.name} with it", identity, task_trust.taken_on(facts)
    )


def _container(facts: Facts, told: Sequence[str] | None, container: Mapping[str, Any]) -> Grants:
    """Return what a container takes; its secrets' keys are declared, or nobody says which they are."""
    needed = [*_pulls(facts, str(container.get("image") or "")), *_logs(facts, container)]
    return Grants(needed=tuple(needed)) + _secrets(facts, told, container) + _files(facts, container)


def _pulls(facts: Facts, image: str) -> Iterator[Statement]:
    """Yield what it takes to pull an image: nothing, from a registry that is not ECR's."""
    found = _ECR.match(image)
    if found is None:
        return
    place = f"arn:{facts.plan.partition}:ecr:{found['region']}:{found['account']}"
    # The login is for a registry and knows no resource.
    yield allow("ecr:GetAuthorizationToken", "*")
    yield allow(
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        f"{place}:repository/{found['repository']}",
    )


def _logs(facts: Facts, container: Mapping[str, Any]) -> Iterator[Statement]:
    """Yield what it takes to write the log, by the driver that ECS itself drives."""
    configuration = container.get("logConfiguration") or {}
    if configuration.get("logDriver") != "awslogs":
        return
    options = configuration.get("options") or {}
    group, region = options.get("awslogs-group"), options.get("awslogs-region") or facts.plan.region
    if not group:
        return
    arn = f"arn:{facts.plan.partition}:logs:{region}:{facts.plan.account}:log-group:{group}"
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*")
    if str(options.get("awslogs-create-group")).lower() == "true":
        yield allow("logs:CreateLogGroup", [arn, f"{arn}:*"])


def _secrets(facts: Facts, told: Sequence[str] | None, container: Mapping[str, Any]) -> Grants:
    """Return what it takes to read what goes into the container's environment and log driver, and to its registry."""
    log = container.get("logConfiguration") or {}
    given = [
        *(str(each.get("valueFrom") or "") for each in container.get("secrets") or ()),
        *(str(each.get("valueFrom") or "") for each in log.get("secretOptions") or ()),
        str((container.get("repositoryCredentials") or {}).get("credentialsParameter") or ""),
    ]
    named = [_value_arn(facts, each) for each in given if each]
    secrets = sorted({each for each in named if arns.service(each) == "secretsmanager"})
    parameters = sorted({each for each in named if arns.service(each) == "ssm"})
    grants = Grants()
    if secrets:
        grants += Grants(needed=(allow("secretsmanager:GetSecretValue", secrets),))
        grants += _decrypts(facts, told, "secretsmanager", secrets)
    if parameters:
        grants += Grants(needed=(allow("ssm:GetParameters", parameters),))
        grants += _decrypts(facts, told, "ssm", parameters)
    return grants


def _files(facts: Facts, container: Mapping[str, Any]) -> Grants:
    """Return what it takes to fetch files of S3: variables for the environment, and the settings of a log router."""
    router = (container.get("firelensConfiguration") or {}).get("options") or {}
    given = [
        *(str(each.get("value") or "") for each in container.get("environmentFiles") or ()),
        str(router.get("config-file-value") or "") if router.get("config-file-type") == "s3" else "",
    ]
    files = sorted({each for each in given if each})
    if not files:
        return Grants()
    buckets = sorted({each.partition("/")[0] for each in files})
    return Grants(
        needed=(allow("s3:GetObject", files), allow("s3:GetBucketLocation", buckets)),
        supposed=(keys.through(facts, "s3", [keys.any_key(facts)], keys.READ),),
        outside=(f"Nothing in this plan says which key encrypts {', '.join(files)}.",),
    )


def _value_arn(facts: Facts, value: str) -> str:
    """Return the ARN of a secret or a parameter; a parameter of the same region may be given by its name."""
    if value.startswith("arn:"):
        return ":".join(value.split(":")[:_SECRET_PARTS]) if arns.service(value) == "secretsmanager" else value
    return (
        f"arn:{facts.plan.partition}:ssm:{facts.plan.region}:{facts.plan.account}:parameter/{value.removeprefix('/')}"
    )


def _decrypts(facts: Facts, told: Sequence[str] | None, service: str, read: list[str]) -> Grants:
    """Return the use of the keys that encrypt secrets: of the plan's own, and of those that are declared."""
    found = {each: facts.encryption.key_of(each) for each in read}
    known = sorted({key for key in found.values() if key})
    grants = Grants(needed=(keys.through(facts, service, known, keys.READ),)) if known else Grants()
    elsewhere = [arn for arn, key in found.items() if key is None]
    if not elsewhere:
        return grants
    if told is not None:
        # They are declared for all secrets of the task together: which of them a key encrypts, nobody says.
        return grants + (Grants(optional=(keys.through(facts, service, told, keys.READ),)) if told else Grants())
    names = ", ".join(elsewhere)
    return grants + Grants(
        supposed=(keys.through(facts, service, [keys.any_key(facts)], keys.READ),),
        outside=(f"Nothing in this plan says which key encrypts {names}.",),
    )


def _anything(facts: Facts) -> tuple[Statement, ...]:
    """Return what any execution role may need, of resources of its own account that nobody knows here."""
    place = f"{facts.plan.region}:{facts.plan.account}"
    arn = f"arn:{facts.plan.partition}"
    return (
        allow("ecr:GetAuthorizationToken", "*"),
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            f"{arn}:ecr:*:*:repository/*",
        ),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:logs:{place}:log-group:*"),
        allow("secretsmanager:GetSecretValue", f"{arn}:secretsmanager:*:*:secret:*"),
        allow("ssm:GetParameters", f"{arn}:ssm:*:*:parameter/*"),
        keys.through(facts, "secretsmanager", [keys.any_key(facts)], keys.READ),
        keys.through(facts, "ssm", [keys.any_key(facts)], keys.READ),
    )
