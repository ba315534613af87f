"""A rule runs an ECS task, with the event's detail in the container's environment, when every right is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.bench import Bench, attributes, policy, statement

TASKS = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Chain:
    """All that a task needs, as the modules apply it, so that a test can take one thing away."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        iam, ecs = bench.client("iam"), bench.client("ecs")
        self.cluster = ecs.create_cluster(clusterName=bench.name)["cluster"]["clusterArn"]
        self.task_role = iam.create_role(RoleName=f"{bench.name}-t", AssumeRolePolicyDocument=policy(TASKS))["Role"][
            "Arn"
        ]
        container = {"name": "main", "image": "example.com/image:1", "memory": 128, "command": ["true"]}
        self.definition = ecs.register_task_definition(
            family=bench.name, taskRoleArn=self.task_role, containerDefinitions=[container]
        )["taskDefinition"]["taskDefinitionArn"]
        self.family = self.definition.rpartition(":")[0]
        self.dlq = bench.queue("dlq")

    def statements(self) -> dict[str, dict[str, Any]]:
        return {
            "ecs:RunTask": {
                "Effect": "Allow",
                "Action": "ecs:RunTask",
                "Resource": [self.family, f"{self.family}:*"],
                "Condition": {"ArnEquals": {"ecs:cluster": self.cluster}},
            },
            "iam:PassRole": {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": self.task_role,
                "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            },
        }

    def apply(self, *, without: str | None = None) -> None:
        statements = [each for action, each in self.statements().items() if action != without]
        override = {"name": "main", "environment": [{"name": "PROCESSED_COUNT", "value": "<count>"}]}
        self.bench.rule(
            {
                "Arn": self.cluster,
                "RoleArn": self.bench.role(*statements),
                "EcsParameters": {"TaskDefinitionArn": self.family, "TaskCount": 1},
                "InputTransformer": {
                    "InputPathsMap": {"count": "$.detail.processedCount"},
                    "InputTemplate": json.dumps({"containerOverrides": [override]}),
                },
                "DeadLetterConfig": {"Arn": self.dlq},
            }
        )


@pytest.fixture
def chain(bench: Bench) -> Chain:
    return Chain(bench)


def test_event_runs_a_task_with_its_detail(chain: Chain) -> None:
    bench = chain.bench
    chain.apply()
    bench.put({"processedCount": 42})
    delivery = bench.one()
    assert delivery["outcome"] == "delivered", delivery
    (task,) = bench.client("ecs").describe_tasks(cluster=chain.cluster, tasks=delivery["result"]["tasks"])["tasks"]
    assert task["taskDefinitionArn"] == chain.definition, "a family is its newest ACTIVE revision"
    (override,) = task["overrides"]["containerOverrides"]
    assert override["environment"] == [{"name": "PROCESSED_COUNT", "value": "42"}]
    assert bench.messages(chain.dlq) == []


@pytest.mark.parametrize("action", ["ecs:RunTask", "iam:PassRole"])
def test_role_without_one_right_runs_nothing(chain: Chain, action: str) -> None:
    bench = chain.bench
    chain.apply(without=action)
    bench.put({"processedCount": 42})
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "NO_PERMISSIONS")
    assert action in delivery["error_message"]
    assert attributes(bench.messages(chain.dlq)[0])["TARGET_ARN"] == chain.cluster
    listed = bench.client("ecs").list_tasks(cluster=chain.cluster, desiredStatus="STOPPED")["taskArns"]
    assert listed + bench.client("ecs").list_tasks(cluster=chain.cluster)["taskArns"] == []


@pytest.mark.parametrize("service", ["scheduler.amazonaws.com", "ecs-tasks.amazonaws.com"])
def test_role_that_does_not_trust_eventbridge_runs_nothing(chain: Chain, service: str) -> None:
    bench = chain.bench
    chain.apply()
    trust = policy(statement("sts:AssumeRole", "") | {"Principal": {"Service": service}})
    bench.client("iam").update_assume_role_policy(
        RoleName=bench.name, PolicyDocument=trust.replace('"Resource": "", ', "").replace(', "Resource": ""', "")
    )
    bench.put({"processedCount": 42})
    delivery = bench.one()
    assert (delivery["outcome"], delivery["error_code"]) == ("dead-lettered", "FAILED_TO_ASSUME_ROLE")


def test_cluster_or_family_that_is_gone_is_a_dead_letter(chain: Chain) -> None:
    bench = chain.bench
    chain.apply()
    bench.client("ecs").deregister_task_definition(taskDefinition=chain.definition)
    bench.put({"processedCount": 42})
    delivery = bench.one()
    assert (delivery["outcome"], delivery["attempts"]) == ("dead-lettered", 1)
