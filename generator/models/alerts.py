"""What an environment can say about its topics: who is told, and how.

Source: Subscribe in the Amazon SNS API Reference.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from generator.errors import shown
from generator.models.forms import PLACEHOLDER, Strict, choice, form, is_placeholder, keywords

TopicLabel = Annotated[str, choice("a topic of the environment", "alerts", "pager")]
TopicName = Annotated[str, form(r"[A-Za-z0-9_-]{1,256}", "the name of a standard topic: letters, digits, _ and -")]
TopicArn = Annotated[
    str, form(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}", "the ARN of an SNS topic")
]
RoleArn = Annotated[str, form(r"arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:role/[\w+=,.@/-]+", "the ARN of a role")]
_QUEUE_ARN: Final = r"arn:aws(?:-[a-z]+)*:sqs:[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,80}"
_QUEUE_RULE: Final = "the ARN of a standard SQS queue: a standard topic has none that ends in .fifo"
QueueArn = Annotated[str, form(_QUEUE_ARN, _QUEUE_RULE)]
_EMAIL: Final = r"[^@\s]+@[^@\s]+\.[^@\s]+"
Email = Annotated[str, form(_EMAIL, "an e-mail address")]

_AUTHORITY: Final = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?]\S*)?"
_URL_RULE: Final = "a URL that begins with {}:// and has no user and password in it"

# What the endpoint of each protocol is, as a pattern and in words.
ENDPOINTS: Final = {
    "email": (_EMAIL, "an e-mail address"),
    "email-json": (_EMAIL, "an e-mail address"),
    "firehose": (
        r"arn:aws(?:-[a-z]+)*:firehose:[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:deliverystream/[A-Za-z0-9_.-]{1,64}",
        "the ARN of a Firehose stream",
    ),
    "http": (rf"http://{_AUTHORITY}", _URL_RULE.format("http")),
    "https": (rf"https://{_AUTHORITY}", _URL_RULE.format("https")),
    "lambda": (
        r"arn:aws(?:-[a-z]+)*:lambda:[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9$_-]{1,128})?",
        "the ARN of a Lambda function",
    ),
    "sms": (r"\+[1-9][0-9]{1,14}", "a telephone number in the form E.164: + and up to 15 digits"),
    "sqs": (_QUEUE_ARN, _QUEUE_RULE),
}
RAW: Final = ("firehose", "http", "https", "sqs")  # the protocols that can have the message as it was sent

Protocol = Annotated[str, choice("a protocol", *ENDPOINTS)]


def _by_protocol(schema: dict[str, Any]) -> None:
    """Say in JSON Schema too what depends on the protocol, so that an editor knows it."""
    rules = []
    for protocol, (pattern, rule) in ENDPOINTS.items():
        fields: dict[str, Any] = {"endpoint": keywords(f"{PLACEHOLDER}|{pattern}", rule)}
        if protocol not in RAW:
            fields["raw_message_delivery"] = {"enum": [False, None]}
        then: dict[str, Any] = {"properties": fields}
        if protocol == "firehose":
            then["required"] = ["subscription_role_arn"]
        else:
            fields["subscription_role_arn"] = {"type": "null"}
        rules.append({"if": {"properties": {"protocol": {"const": protocol}}, "required": ["protocol"]}, "then": then})
    schema["allOf"] = rules


class Subscription(Strict):
    """One subscription to a topic that the root makes."""

    model_config = ConfigDict(json_schema_extra=_by_protocol)

    protocol: Protocol = Field(description="How SNS delivers.")
    endpoint: str = Field(
        description="Where it delivers: an address, a URL, a telephone number, or the ARN of what its owner lets the "
        "topic send to. Addresses and URLs must confirm. It is in clear text in the root and in plans.",
        examples=["arn:aws:sqs:us-east-1:123456789012:notices", "https://example.com/notices"],
    )
    raw_message_delivery: bool | None = Field(
        None,
        description="true delivers the message as it was sent, without SNS's envelope; for sqs, https, http and "
        "firehose.",
    )
    filter_policy: dict[str, Any] | None = Field(
        None,
        description="Only messages whose body matches, up to 5 properties. Alarms are JSON (NewStateValue: [ALARM]); a "
        "failed task's notice is plain text, so no filter lets it through. Every message unless given.",
    )
    dead_letter_queue_arn: QueueArn | None = Field(
        None, description="ARN of the queue of this region and account that has what could not be delivered."
    )
    subscription_role_arn: RoleArn | None = Field(
        None, description="ARN of the role with which SNS writes to the stream; for firehose, which needs it."
    )

    @field_validator("endpoint")
    @classmethod
    def _form_of_protocol(cls, endpoint: str, info: ValidationInfo) -> str:
        if info.data.get("protocol") not in ENDPOINTS:
            return endpoint  # the protocol itself is wrong, or still to be given
        protocol = info.data["protocol"]
        pattern, rule = ENDPOINTS[protocol]
        if not is_placeholder(endpoint, info, rule) and not re.fullmatch(pattern, endpoint, re.ASCII):
            raise ValueError(f"{shown(endpoint)} is not {rule} ({protocol})")
        return endpoint

    @field_validator("raw_message_delivery")
    @classmethod
    def _where_there_is_raw(cls, value: object, info: ValidationInfo) -> object:
        protocol = info.data.get("protocol")
        if value and protocol in ENDPOINTS and protocol not in RAW:
            raise ValueError(f"SNS has no raw delivery for {protocol}; it has for {', '.join(RAW)}")
        return value

    @model_validator(mode="after")
    def _role_of_firehose(self) -> Self:
        if self.protocol == "firehose" and self.subscription_role_arn is None:
            raise ValueError("has no subscription_role_arn: SNS writes to a Firehose stream with a role")
        if self.protocol in ENDPOINTS and self.protocol != "firehose" and self.subscription_role_arn is not None:
            raise ValueError(
                f"has a subscription_role_arn: SNS takes one for firehose only, and not for {self.protocol}"
            )
        return self


class Alerts(Strict):
    """Who is told when a task fails or a run is lost: a topic that exists, or one that the root makes."""

    topic_arn: TopicArn | None = Field(
        None, description="ARN of a topic that exists; who may publish to it is its owner's."
    )
    topic_name: TopicName | None = Field(None, description="Name of the topic that the root makes.")
    key: str | None = Field(None, description="Which of `keys` encrypts the topic that the root makes.")
    emails: list[Email] | None = Field(
        None, description="Addresses that subscribe to the topic that the root makes; each must confirm."
    )
    subscriptions: list[Subscription] | None = Field(
        None, description="What else subscribes to it: queues, functions, URLs, telephones, streams."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.topic_arn is None) == (self.topic_name is None):
            raise ValueError("give a topic_name (the root makes the topic) or a topic_arn (it exists), not both")
        if self.topic_name is not None and self.key is None:
            raise ValueError("has no key: a topic that the root makes is encrypted with one of `keys`")
        if self.topic_arn is not None and not (self.key is None and self.emails is None and self.subscriptions is None):
            raise ValueError("has a topic_arn, so the topic exists: its key and its subscriptions are its owner's")
        return self

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        several = [f"{each.protocol} {each.endpoint}" for each in self.subscriptions or ()]
        several += {f"email {address}" for address in self.emails or ()}
        twice = sorted(name for name, times in Counter(several).items() if times > 1)
        if twice:
            raise ValueError(
                f"subscribes {', '.join(map(shown, twice))} twice; SNS has one subscription of an endpoint"
            )
        return self
