"""CloudWatch, SNS and STS, as far as a sync needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.sync_aws.errors import CALLER, Refusal

ENTRIES = 10
BATCH_BYTES = 262_144
SUBJECT_CHARACTERS = 99  # "less than 100 characters long" (SNS API, Publish)
UNITS = {"Seconds", "Count", "None", "Milliseconds", "Percent", "Bytes", "Count/Second"}


@dataclass
class Metrics:
    """CloudWatch: every datum that was put."""

    data: list[dict[str, Any]] = field(default_factory=list)

    def put_metric_data(self, asked: dict[str, Any]) -> dict[str, Any]:
        for datum in asked["MetricData"]:
            if datum.get("Unit", "None") not in UNITS:
                raise Refusal("InvalidParameterValue", f"The parameter MetricData.Unit has no value {datum['Unit']}.")
            self.data.append({"Namespace": asked["Namespace"], **datum})
        return {}


@dataclass
class Topics:
    """SNS of one account and region."""

    account: str
    region: str
    topics: set[str] = field(default_factory=set)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def publish_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take up to ten entries; each is accepted or refused by itself."""
        if asked["TopicArn"] not in self.topics:
            raise Refusal("NotFound", "Topic does not exist", 404)
        entries = asked["PublishBatchRequestEntries"]
        if len(entries) > ENTRIES:
            raise Refusal("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
        if len({entry["Id"] for entry in entries}) < len(entries):
            raise Refusal("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
        if sum(len(entry["Message"].encode()) for entry in entries) > BATCH_BYTES:
            raise Refusal("BatchRequestTooLong", "The length of all the batch messages put together is over the limit.")
        bad = [entry["Id"] for entry in entries if not self._right(entry)]
        self.messages += [{"TopicArn": asked["TopicArn"], **entry} for entry in entries if entry["Id"] not in bad]
        return {
            "Successful": [
                {"Id": entry["Id"], "MessageId": entry["Id"]} for entry in entries if entry["Id"] not in bad
            ],
            "Failed": [
                {"Id": name, "Code": "InvalidParameter", "Message": "Invalid parameter: Subject", "SenderFault": True}
                for name in bad
            ],
        }

    @staticmethod
    def _right(entry: dict[str, Any]) -> bool:
        subject = entry.get("Subject")
        return subject is None or (
            0 < len(subject) <= SUBJECT_CHARACTERS and subject.isascii() and subject.isprintable() and subject[0] != " "
        )


@dataclass
class Identity:
    """STS: who calls."""

    account: str

    def get_caller_identity(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"UserId": "AROAEXAMPLE:session", "Account": self.account, "Arn": CALLER}
