"""Containers of Batch jobs, held to what checkov asks of those of ECS tasks only: CKV_AWS_336 and CKV_AWS_249.

That a job is not privileged, checkov asks itself (CKV_AWS_210). "Job definition parameters for ContainerProperties" of
the AWS Batch User Guide has the fields, and says which of them Fargate needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.checks.subject import Found
from review.finding import Severity
from review.intents.facts.jobs import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.checks.subject import Subject


def find(subject: Subject) -> Iterator[Found]:
    """Yield each job whose container can write to its root file system, has one role for all, or cannot start."""
    for each in read(subject.plan):
        if each.container.get("readonlyRootFilesystem") is not True:
            yield Found(
                Severity.FAIL,
                f"The container of the job {each.name} can change its own programs.",
                each.address,
                "Set readonlyRootFilesystem in container_properties, and give it a volume for each path that it "
                "writes to.",
                detail="Its root file system is not read-only.",
            )
        if each.on_fargate and not each.execution_role:
            yield Found(
                Severity.FAIL,
                f"The job {each.name} has no execution role, without which Fargate starts none.",
                each.address,
                "Give it one as executionRoleArn: it pulls the image, reads the secrets and writes the log.",
            )
        if each.job_role and each.job_role == each.execution_role:
            yield Found(
                Severity.FAIL,
                f"The job {each.name} works with the role that ECS starts it with.",
                each.address,
                "Give it a role of its own as jobRoleArn: what pulls the image and reads secrets is not the code's.",
                detail=f"jobRoleArn and executionRoleArn are {each.job_role}",
            )
