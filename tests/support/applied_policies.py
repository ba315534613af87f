"""The policies of what was applied to a sandbox, each of which a test can change and put back."""

from __future__ import annotations

import contextlib
import copy
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

Client = Callable[[str], Any]
Document = dict[str, Any]
NOT_ASKED_FOR = "sts:TagSession"


@dataclass(frozen=True)
class Place(ABC):
    """Where a policy is."""

    name: str

    @abstractmethod
    def read(self, aws: Client) -> Document:
        """The policy as it is."""

    @abstractmethod
    def write(self, aws: Client, document: Document) -> None:
        """Put another in its place."""

    @contextlib.contextmanager
    def changed(self, aws: Client, change: Callable[[Document], None]) -> Iterator[None]:
        """For the length of a `with` block: changed by a function, which gets a copy."""
        before = self.read(aws)
        after = copy.deepcopy(before)
        change(after)
        assert after != before, f"nothing of {self} has changed"
        self.write(aws, after)
        try:
            yield
        finally:
            self.write(aws, before)


@dataclass(frozen=True)
class Role(Place):
    """An inline policy of a role: the one of this name, or the only one that the role has."""

    policy: str | None = None

    def _policy(self, aws: Client) -> str:
        if self.policy is not None:
            return self.policy
        (policy,) = aws("iam").list_role_policies(RoleName=self.name)["PolicyNames"]
        return str(policy)

    def read(self, aws: Client) -> Document:
        answer = aws("iam").get_role_policy(RoleName=self.name, PolicyName=self._policy(aws))
        document: Document = answer["PolicyDocument"]
        return document

    def write(self, aws: Client, document: Document) -> None:
        text = json.dumps(document)
        aws("iam").put_role_policy(RoleName=self.name, PolicyName=self._policy(aws), PolicyDocument=text)


class Trust(Place):
    """Who may take a role on."""

    def read(self, aws: Client) -> Document:
        document: Document = aws("iam").get_role(RoleName=self.name)["Role"]["AssumeRolePolicyDocument"]
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("iam").update_assume_role_policy(RoleName=self.name, PolicyDocument=json.dumps(document))


class Queue(Place):
    """The policy of a queue."""

    def _url(self, aws: Client) -> str:
        url: str = aws("sqs").get_queue_url(QueueName=self.name)["QueueUrl"]
        return url

    def read(self, aws: Client) -> Document:
        answer = aws("sqs").get_queue_attributes(QueueUrl=self._url(aws), AttributeNames=["Policy"])
        document: Document = json.loads(answer["Attributes"]["Policy"])
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("sqs").set_queue_attributes(QueueUrl=self._url(aws), Attributes={"Policy": json.dumps(document)})


class Topic(Place):
    """The policy of a topic, which is named by its ARN."""

    def read(self, aws: Client) -> Document:
        answer = aws("sns").get_topic_attributes(TopicArn=self.name)
        document: Document = json.loads(answer["Attributes"]["Policy"])
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("sns").set_topic_attributes(TopicArn=self.name, AttributeName="Policy", AttributeValue=json.dumps(document))


class Key(Place):
    """The policy of a key, which is named by its alias."""

    def _id(self, aws: Client) -> str:
        identifier: str = aws("kms").describe_key(KeyId=self.name)["KeyMetadata"]["KeyId"]
        return identifier

    def read(self, aws: Client) -> Document:
        document: Document = json.loads(aws("kms").get_key_policy(KeyId=self._id(aws), PolicyName="default")["Policy"])
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("kms").put_key_policy(KeyId=self._id(aws), PolicyName="default", Policy=json.dumps(document))


class Logs(Place):
    """A resource policy of CloudWatch Logs."""

    def read(self, aws: Client) -> Document:
        found = {each["policyName"]: each for each in aws("logs").describe_resource_policies()["resourcePolicies"]}
        document: Document = json.loads(found[self.name]["policyDocument"])
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("logs").put_resource_policy(policyName=self.name, policyDocument=json.dumps(document))


class Bus(Place):
    """The policy of an event bus."""

    def read(self, aws: Client) -> Document:
        document: Document = json.loads(aws("events").describe_event_bus(Name=self.name)["Policy"])
        return document

    def write(self, aws: Client, document: Document) -> None:
        aws("events").put_permission(EventBusName=self.name, Policy=json.dumps(document))


def granting(document: Document, action: str, sids: Collection[str] = ()) -> list[Document]:
    """The statements that allow an action which they name in full; only those of these Sids, if any are given."""
    return [
        statement
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        and action in listed(statement["Action"])
        and (not sids or statement.get("Sid") in sids)
    ]


def withdraw(document: Document, action: str, *, resource: str | None = None, sids: Collection[str] = ()) -> None:
    """Take an action out of the statements that allow it, or one resource out of those; what is empty then goes."""
    for statement in granting(document, action, sids):
        part, gone = ("Action", action) if resource is None else ("Resource", resource)
        left = [each for each in listed(statement[part]) if each != gone]
        if left or len(document["Statement"]) == 1:
            statement[part] = left or [NOT_ASKED_FOR]  # a policy needs a statement
        else:
            document["Statement"].remove(statement)


def grants(document: Document) -> set[tuple[str, str]]:
    """What a policy allows: the statement's Sid, empty if it has none, and the action."""
    return {
        (statement.get("Sid") or "", action)
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }


def listed(value: str | list[str]) -> list[str]:
    """A value of a policy, which is a list or its only member."""
    return [value] if isinstance(value, str) else value
