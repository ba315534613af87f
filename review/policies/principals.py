"""Who a policy is about, in words.

Sources: "AWS JSON policy elements: Principal" of the IAM User Guide; each service's name is the one that its own guide
gives for its principal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SERVICES: Final = {
    "apigateway": "API Gateway",
    "application-autoscaling": "Application Auto Scaling",
    "appsync": "AppSync",
    "autoscaling": "EC2 Auto Scaling",
    "backup": "AWS Backup",
    "batch": "AWS Batch",
    "bedrock": "Amazon Bedrock",
    "budgets": "AWS Budgets",
    "chatbot": "Amazon Q Developer in chat applications",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudtrail": "CloudTrail",
    "cloudwatch": "CloudWatch alarms",
    "codebuild": "CodeBuild",
    "codedeploy": "CodeDeploy",
    "codepipeline": "CodePipeline",
    "codestar-notifications": "CodeStar Notifications",
    "cognito-idp": "Cognito user pools",
    "config": "AWS Config",
    "delivery.logs": "CloudWatch Logs delivery",
    "ec2": "EC2 instances",
    "ecs": "ECS itself",
    "ecs-tasks": "ECS tasks",
    "edgelambda": "Lambda@Edge",
    "eks": "EKS",
    "elasticloadbalancing": "Elastic Load Balancing",
    "elasticmapreduce": "EMR",
    "events": "EventBridge",
    "firehose": "Data Firehose",
    "glue": "AWS Glue",
    "guardduty": "GuardDuty",
    "iot": "AWS IoT",
    "kinesis": "Kinesis Data Streams",
    "kms": "KMS",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "monitoring.rds": "RDS enhanced monitoring",
    "pipes": "EventBridge Pipes",
    "pods.eks": "EKS Pod Identity",
    "rds": "RDS",
    "redshift": "Redshift",
    "s3": "S3",
    "sagemaker": "SageMaker AI",
    "scheduler": "EventBridge Scheduler",
    "secretsmanager": "Secrets Manager",
    "ses": "SES",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "Systems Manager",
    "states": "Step Functions",
    "transfer": "Transfer Family",
    "vpc-flow-logs": "VPC Flow Logs",
}
_SERVICE: Final = re.compile(
    r"(?P<name>[a-z0-9.-]+?)(?:\.(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9]))?\.amazonaws\.com(?:\.cn)?"
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_ACCOUNT_ROOT: Final = re.compile(r"arn:[^:]+:iam::(?P<account>[^:]+):root")
_IDENTITY: Final = re.compile(r"arn:[^:]+:(?:iam|sts)::(?P<account>[^:]*):(?P<kind>[a-z-]+)/(?P<name>.+)", re.DOTALL)
_REMOVED: Final = re.compile(r"A(?:RO|ID)A[A-Z0-9]+")  # what IAM leaves in a policy of a role or user that is gone


def service(name: str) -> str:
    """Return a service in words, with the name of its principal: `EventBridge Scheduler (scheduler.amazonaws.com)`."""
    form = _SERVICE.fullmatch(name)
    if form is None or form["name"] not in _SERVICES:
        return f"the AWS service {name}"
    where = f" in {form['region']}" if form["region"] else ""
    return f"{_SERVICES[form['name']]}{where} ({name})"


def principals(named: Mapping[str, tuple[str, ...]], *, all_but: bool) -> str:
    """Return whom a statement names, in words.

    Args:
        named: kind (`AWS`, `Service` and others) to values, as `Statement.principals`.
        all_but: whether it is about everybody else.
    """
    phrases = list(dict.fromkeys(_phrases(named)))
    if all_but:
        return f"anybody but {_joined(phrases)}"
    return "anybody" if "anybody" in phrases else _joined(phrases)


def _phrases(named: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for kind, values in named.items():
        for value in values:
            yield _phrase(kind, value)


def _phrase(kind: str, value: str) -> str:
    if value == "*":
        return {"Service": "any AWS service", "Federated": "anybody whom any identity provider vouches for"}.get(
            kind, "anybody"
        )
    if kind == "Service":
        return service(value)
    if kind == "Federated":
        return f"whoever the identity provider {value} vouches for"
    if kind == "CanonicalUser":
        return f"the account with the canonical user id {value}"
    return _aws(value)


def _aws(value: str) -> str:
    root = _ACCOUNT_ROOT.fullmatch(value)
    if root or _ACCOUNT.fullmatch(value):
        return f"account {root['account'] if root else value}, as far as its own policies let its users and roles"
    if _REMOVED.fullmatch(value):
        return f"a role or user that no longer exists ({value})"
    form = _IDENTITY.fullmatch(value)
    if form is None:
        return value
    kind, name = form["kind"], form["name"]
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        return f"session {session} of role {role} ({value})"
    return f"{kind.replace('-', ' ')} {name} ({value})"


def _joined(phrases: list[str]) -> str:
    *first, last = phrases or ["nobody"]
    separator = "; " if any(", " in phrase for phrase in phrases) else ", "
    return f"{separator.join(first)} and {last}" if first else last
