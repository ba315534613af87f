"""What an environment can say that the code of a task may do: one model for each kind of grant."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.models.alerts import TopicLabel
from generator.models.forms import Strict, choice

Operation = Annotated[str, choice("an operation of SSM", "GetParameter", "GetParameters")]

Keys = Annotated[
    list[str] | None,
    Field(
        description="ARNs of the customer keys of this region that it is encrypted with, for the task to use; none for "
        "a key of AWS."
    ),
]


class Bucket(Strict):
    """Objects of one S3 bucket."""

    bucket: str = Field(description="Name of the bucket, in any account.")
    prefix: str | None = Field(None, description="Everything under this prefix, which ends with /.")
    keys: list[str] | None = Field(None, description="Single objects, by their whole keys.")
    whole_bucket: bool | None = Field(None, description="true: every object; then without prefix and keys.")
    kms_key_arns: Keys = None


class WritableBucket(Bucket):
    """Objects of one S3 bucket that may be written."""

    multipart: bool | None = Field(
        None,
        description="false for a program that writes objects whole, which has no parts to take back "
        "(AbortMultipartUpload); true unless given.",
    )


class PutEvents(Strict):
    """Events on one bus."""

    event_bus: str | None = Field(None, description="Name or ARN of the bus; the account's default bus unless given.")
    sources: list[str] = Field(description="What `source` the events may have.")
    detail_types: list[str] | None = Field(
        None, description="What `detail-type` the events may have; any unless given."
    )


class Parameter(Strict):
    """One SSM parameter."""

    parameter: str = Field(description="Name or ARN of the parameter; also a public one of AWS, /aws/service/...")
    operation: Operation | None = Field(
        None, description="What the program calls, GetParameter or GetParameters; both unless given."
    )
    kms_key_arns: Keys = None


class Secret(Strict):
    """One secret in Secrets Manager."""

    secret_arn: str = Field(description="ARN of the secret.")
    kms_key_arns: Keys = None


class Topic(Strict):
    """One SNS topic: one of the environment's, or one that exists."""

    topic: TopicLabel | None = Field(
        None, description="`alerts` or `pager` of this environment; its ARN and its key are then filled in."
    )
    topic_arn: str | None = Field(None, description="ARN of a topic that exists, in any account.")
    kms_key_arns: Keys = None


class Queue(Strict):
    """One SQS queue."""

    queue_arn: str = Field(description="ARN of the queue, in any account.")
    kms_key_arns: Keys = None


class GraphqlApi(Strict):
    """Fields of one AppSync API."""

    api_id: str = Field(description="Id of the API, of this account and region.")
    fields: list[str] = Field(description="Fields as Type.field, such as Query.listChannels.")


class Permissions(Strict):
    """What the code in the container may do; nothing unless it is said here."""

    s3_read: list[Bucket] | None = Field(
        None, description="Objects that it may read; with a prefix or a whole bucket it may list them too."
    )
    s3_write: list[WritableBucket] | None = Field(None, description="Objects that it may write, also in parts.")
    put_events: list[PutEvents] | None = Field(None, description="Buses that it may put events on, and which events.")
    ssm_read: list[Parameter] | None = Field(None, description="SSM parameters that it may read.")
    secrets_read: list[Secret] | None = Field(None, description="Secrets of Secrets Manager that it may read.")
    sns_publish: list[Topic] | None = Field(None, description="SNS topics that it may publish to.")
    sqs_send: list[Queue] | None = Field(None, description="SQS queues that it may send to.")
    appsync_graphql: list[GraphqlApi] | None = Field(None, description="Fields of AppSync APIs that it may use.")
