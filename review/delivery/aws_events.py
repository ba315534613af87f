"""Events that AWS itself will send about what is in a plan, so that rules for them are tried without a file.

Made after the examples of "Amazon ECS task state change events" (ECS developer guide), "AWS Batch EventBridge events"
(Batch user guide), "AWS service events delivered via AWS CloudTrail" (EventBridge user guide) and "Alarm events and
EventBridge" (CloudWatch user guide), with the ARNs of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from review.delivery.asking import name_of
from review.delivery.facts import containers
from review.delivery.samples import SampleEvent, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.delivery.facts import Facts
    from review.plan import Resource
    from review.plan.model import Path

_ID: Final = "c13b4cb40f1f4fe4a2971f76ae5a47ad"
_DEFAULT_CLUSTER: Final = "default"


def aws_events(facts: Facts) -> list[SampleEvent]:
    """Return what AWS will tell of a plan's tasks, jobs, job definitions and alarms."""
    made = [*_tasks(facts), *_jobs(facts), *_job_definitions(facts), *_alarms(facts)]
    return [SampleEvent(name, whole(event, facts.plan, name)) for name, event in made]


_Named = tuple[str, dict[str, Any]]


# --- ECS


def _tasks(facts: Facts) -> Iterator[_Named]:
    clusters = _clusters(facts)
    for each in facts.plan.existing("aws_ecs_task_definition"):
        arn = facts.plan.arn(each) or each.text("arn")
        family = each.text("family") or arn.rpartition("/")[2].partition(":")[0]
        known = clusters.get(family) or [facts.made("ecs", f"cluster/{_DEFAULT_CLUSTER}", arn)]
        for cluster in known:
            for words, status, outcome in _OUTCOMES:
                place = f" on cluster {name_of(cluster)}" if len(known) > 1 else ""
                name = f"ECS: a task of {family} {words}{place}"
                yield name, _task(facts, each, (arn, family), cluster, {"lastStatus": status, **outcome})


# What becomes of a task: in words, its last status, and what else the event says then.
_OUTCOMES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("starts", "RUNNING", {}),
    (
        "exits with 0",
        "STOPPED",
        {"exitCode": 0, "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"},
    ),
    (
        "exits with 1",
        "STOPPED",
        {"exitCode": 1, "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"},
    ),
    (
        "cannot start",
        "STOPPED",
        {
            "stopCode": "TaskFailedToStart",
            "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 7 time(s)",
        },
    ),
)


def _task(
    facts: Facts, each: Resource, named: tuple[str, str], cluster: str, outcome: Mapping[str, Any]
) -> dict[str, Any]:
    (arn, family), status = named, outcome["lastStatus"]
    now = facts.plan.timestamp.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    place = f"{cluster.partition(':cluster/')[0]}"
    task = f"{place}:task/{name_of(cluster)}/{_ID}"
    containers: list[dict[str, Any]] = [
        {
            "containerArn": f"{place}:container/{name_of(cluster)}/{_ID}/{number}",
            "lastStatus": status,
            "name": name,
            "image": image,
            "taskArn": task,
            "cpu": "0",
            "networkInterfaces": [],
            **({"exitCode": outcome["exitCode"]} if "exitCode" in outcome else {}),
        }
        for number, (name, image) in enumerate(_containers(each))
    ]
    stopped = {
        "stoppedAt": now,
        "stoppingAt": now,
        "executionStoppedAt": now,
        **{name: outcome[name] for name in ("stopCode", "stoppedReason") if name in outcome},
    }
    return {
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "resources": [task],
        "detail": {
            "attachments": [],
            "availabilityZone": f"{facts.plan.region}a",
            "clusterArn": cluster,
            "connectivity": "CONNECTED",
            "containers": containers,
            "cpu": each.text("cpu") or "256",
            "createdAt": now,
            "desiredStatus": status,
            "enableExecuteCommand": False,
            "group": f"family:{family}",
            "lastStatus": status,
            "launchType": "FARGATE",
            "memory": each.text("memory") or "512",
            "overrides": {"containerOverrides": [{"name": name} for name, _ in _containers(each)]},
            "platformVersion": "1.4.0",
            "startedAt": now,
            "startedBy": "chronos-schedule/example",
            "taskArn": task,
            "taskDefinitionArn": arn,
            "updatedAt": now,
            "version": 5,
            **(stopped if status == "STOPPED" else {}),
        },
    }


def _containers(definition: Resource) -> list[tuple[str, str]]:
    """Return the names and images of a task's containers; one that is made up where only the apply knows them."""
    named = [(str(each.get("name")), str(each.get("image"))) for each in containers(definition)]
    return named or [("main", "example")]


def _clusters(facts: Facts) -> dict[str, list[str]]:
    """Return on which clusters a plan runs each family."""
    found: dict[str, dict[str, None]] = {}
    blocks: list[tuple[Resource, Path, Path]] = [
        (each, ("target", 0, "arn"), ("target", 0, "ecs_parameters", 0)) for each in _of(facts, "scheduler_schedule")
    ]
    blocks += [(each, ("arn",), ("ecs_target", 0)) for each in _of(facts, "cloudwatch_event_target")]
    for each, cluster, parameters in blocks:
        definition, arn = each.text(*parameters, "task_definition_arn"), each.text(*cluster)
        if definition and ":cluster/" in arn:
            family = definition.rpartition("/")[2].partition(":")[0]
            found.setdefault(family, {})[arn] = None
    return {family: list(arns) for family, arns in found.items()}


def _of(facts: Facts, kind: str) -> list[Resource]:
    return facts.plan.existing(f"aws_{kind}")


# --- Batch


def _jobs(facts: Facts) -> Iterator[_Named]:
    for definition, queue in _batch_targets(facts):
        for status in ("SUCCEEDED", "FAILED"):
            name = name_of(definition).partition(":")[0]
            yield f"Batch: a job of {name} has {status.lower()}", _job(facts, definition, queue, name, status)


def _job(facts: Facts, definition: str, queue: str, name: str, status: str) -> dict[str, Any]:
    job = facts.made("batch", "job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8", queue)
    millis = int(facts.plan.timestamp.timestamp()) * 1000
    exit_code = 0 if status == "SUCCEEDED" else 1
    container = {"exitCode": exit_code, "logStreamName": f"{name}/default/{_ID}", "networkInterfaces": []}
    return {
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "resources": [job],
        "detail": {
            "jobArn": job,
            "jobName": name,
            "jobId": job.rpartition("/")[2],
            "jobQueue": queue,
            "status": status,
            "statusReason": "Essential container in task exited",
            "attempts": [{"container": container, "startedAt": millis, "stoppedAt": millis, "statusReason": ""}],
            "createdAt": millis,
            "startedAt": millis,
            "stoppedAt": millis,
            "retryStrategy": {"attempts": 1, "evaluateOnExit": []},
            "dependsOn": [],
            "jobDefinition": facts.job_definition(definition, queue)[1],
            "parameters": {},
            "container": {**container, "command": [], "environment": [], "volumes": [], "mountPoints": []},
            "propagateTags": False,
            "platformCapabilities": ["FARGATE"],
        },
    }


def _batch_targets(facts: Facts) -> list[tuple[str, str]]:
    """Return the job definitions that a plan's targets name, each with its queue; and those that the plan makes."""
    found: dict[tuple[str, str], None] = {}
    for each in _of(facts, "cloudwatch_event_target"):
        definition = each.text("batch_target", 0, "job_definition")
        if definition:
            found[facts.job_definition(definition, each.text("arn"))[0], each.text("arn")] = None
    named = {known for known, _ in found}
    for resource in _of(facts, "batch_job_definition"):
        arn = facts.plan.arn(resource) or resource.text("arn")
        if arn not in named and arn.rpartition(":")[0] not in named:
            found[arn, facts.made("batch", "job-queue/default", arn)] = None
    return list(found)


# --- CloudTrail


def _job_definitions(facts: Facts) -> Iterator[_Named]:
    names: dict[str, str] = {}
    for definition, _ in _batch_targets(facts):
        names.setdefault(name_of(definition).partition(":")[0], definition.partition(":job-definition/")[0])
    for name, place in names.items():
        arn = f"{place}:job-definition/{name}:2"
        response = {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": 2}
        request: dict[str, Any] = {"jobDefinitionName": name, "type": "container"}
        yield f"CloudTrail: {name} is registered", _call(facts, "RegisterJobDefinition", request, response)
        for words, named in (("by its name", f"{name}:1"), ("by its ARN", f"{place}:job-definition/{name}:1")):
            request = {"jobDefinition": named}
            yield f"CloudTrail: {name} is deregistered {words}", _call(facts, "DeregisterJobDefinition", request, None)


def _call(facts: Facts, api: str, request: dict[str, Any], response: dict[str, Any] | None) -> dict[str, Any]:
    plan = facts.plan
    role = f"arn:{plan.partition}:sts::{plan.account}:assumed-role/pipeline/deploy"
    return {
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.batch",
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {"type": "AssumedRole", "arn": role, "accountId": plan.account},
            "eventTime": plan.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": "batch.amazonaws.com",
            "eventName": api,
            "awsRegion": plan.region,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "aws-cli",
            "requestParameters": request,
            "responseElements": response,
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": plan.account,
            "eventCategory": "Management",
        },
    }


# --- CloudWatch


def _alarms(facts: Facts) -> Iterator[_Named]:
    now = facts.plan.timestamp.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    for each in facts.plan.existing("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"):
        for state, before in (("ALARM", "OK"), ("OK", "ALARM")):
            name = each.text("alarm_name")
            detail = {
                "alarmName": name,
                "state": {"value": state, "reason": "Threshold Crossed", "timestamp": now},
                "previousState": {"value": before, "reason": "Threshold Crossed", "timestamp": now},
                "configuration": {"description": each.text("alarm_description"), "metrics": [_metric(each)]},
            }
            yield (
                f"CloudWatch: the alarm {name} goes to {state}",
                {
                    "detail-type": "CloudWatch Alarm State Change",
                    "source": "aws.cloudwatch",
                    "resources": [facts.plan.arn(each)],
                    "detail": detail,
                },
            )


def _metric(alarm: Resource) -> dict[str, Any]:
    dimensions = alarm.get("dimensions")
    metric = {
        "namespace": alarm.text("namespace"),
        "name": alarm.text("metric_name"),
        "dimensions": dimensions if isinstance(dimensions, dict) else {},
    }
    stat = {"metric": metric, "period": alarm.get("period"), "stat": alarm.text("statistic")}
    return {"id": "m1", "metricStat": stat, "returnData": True}
