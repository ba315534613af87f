"""What an ARN is of, in words: `queue work`, `function report:live`."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    ("batch", "job-queue/"): "job queue",
    ("codebuild", "project/"): "build",
    ("codepipeline", ""): "pipeline",
    ("ecs", "cluster/"): "cluster",
    ("events", "api-destination/"): "API destination",
    ("events", "event-bus/"): "bus",
    ("firehose", "deliverystream/"): "delivery stream",
    ("kinesis", "stream/"): "stream",
    ("lambda", "function:"): "function",
    ("logs", "log-group:"): "log group",
    ("sagemaker", "pipeline/"): "pipeline",
    ("sns", ""): "topic",
    ("sqs", ""): "queue",
    ("ssm", "automation-definition/"): "automation",
    ("states", "stateMachine:"): "state machine",
}


def of(arn: str) -> str:
    """Return what an ARN is of, with its name; the ARN itself if that is not known here."""
    parts = arn.split(":", 5)
    service, resource = (parts[2], parts[5]) if len(parts) == 6 else ("", "")
    for (its_service, prefix), words in _WORDS.items():
        if service == its_service and resource.startswith(prefix):
            # A log group's ARN may end in :*, and an automation's names the version that runs anyway.
            return f"{words} {resource.removeprefix(prefix).removesuffix(':*').removesuffix(':$DEFAULT')}"
    return arn
