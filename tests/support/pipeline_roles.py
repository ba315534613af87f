"""What the roles of pipelines/ allow."""

from __future__ import annotations

import json

from tests.support.planning import REPOSITORY

NO_PERMISSION_NEEDED = {"sts:GetCallerIdentity"}
# What the provider reads of an Automation document, which only environments with a target sync have.
READS_OF_DOCUMENTS = {"ssm:DescribeDocument", "ssm:DescribeDocumentPermission", "ssm:GetDocument"}


def allowed(policy: str) -> set[str]:
    """The actions of a role of pipelines/roles/."""
    document = json.loads((REPOSITORY / "pipelines" / "roles" / f"{policy}.json").read_text(encoding="utf-8"))
    return {action for statement in document["Statement"] for action in statement["Action"]}
