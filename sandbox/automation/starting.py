"""StartAutomationExecution: which document, whether its parameters are right, and whether its role can be taken on.

Systems Manager API reference, StartAutomationExecution; User Guide, "Setting up Automation" (the role's trust policy
may ask for `aws:SourceAccount`, and for the execution's ARN in `aws:SourceArn`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.ssm.models import ssm_backends
from moto.utilities.utils import get_partition

from sandbox import permissions
from sandbox.automation import runbooks, variables
from sandbox.automation.executions import EXECUTIONS, Execution
from sandbox.automation.runner import RUNNERS
from sandbox.delivery.invocation import Caller, InvocationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICE = "ssm.amazonaws.com"
NOT_FOUND = "AutomationDefinitionNotFoundException"
NO_VERSION = "AutomationDefinitionVersionNotFoundException"
WRONG_PARAMETERS = "InvalidAutomationExecutionParametersException"


class StartRefusedError(Exception):
    """Systems Manager does not start an execution.

    Attributes:
        code: the error code of the API.
        message: its words.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be executed.

    Attributes:
        document: its name.
        version: `$DEFAULT`, `$LATEST` or a number.
        parameters: lists of texts by name.
        executed_by: ARN of who asks.
        access_key: of who asks.
        may: checks a right of who asks: an action, a resource and condition keys; raises if it has not.
    """

    account: str
    region: str
    document: str
    version: str
    parameters: Mapping[str, Any]
    executed_by: str
    access_key: str
    may: Callable[[str, str, dict[str, str | list[str]]], None]


def start(wanted: Wanted) -> Execution:
    """Start an execution, and return it as it is then.

    Accounts differ in what they ask for: the user guide has the document and the execution to be ("Setting up identity
    based policies examples"), the Service Authorization Reference had `automation-definition/<name>:<version>` for
    years. What starts here starts in both: all three are asked for.

    Raises:
        StartRefusedError: there is no such runbook, its parameters are wrong, or its role cannot be taken on.
        Exception: whatever `wanted.may` raises.
    """
    partition = get_partition(wanted.region)
    prefix = f"arn:{partition}:ssm:{wanted.region}:{wanted.account}"
    for resource in (f"document/{wanted.document}", f"automation-definition/{wanted.document}:{wanted.version}"):
        wanted.may("ssm:StartAutomationExecution", f"{prefix}:{resource}", {})
    version, content = _document(wanted)
    try:
        runbook = runbooks.read(content)
        values = runbook.values(wanted.parameters)
    except runbooks.RunbookError as error:
        raise StartRefusedError(NOT_FOUND, str(error)) from None
    except runbooks.ParameterError as error:
        raise StartRefusedError(WRONG_PARAMETERS, str(error)) from None
    role = variables.filled(runbook.assume_role, {name: each[0] if each else "" for name, each in values.items()})
    execution = Execution(
        partition=partition,
        account=wanted.account,
        region=wanted.region,
        document=wanted.document,
        version=version,
        runbook=runbook,
        values=values,
        executed_by=wanted.executed_by,
        access_key=wanted.access_key,
        role_arn=role or None,
    )
    wanted.may("ssm:StartAutomationExecution", execution.arn, {})
    if execution.role_arn:
        wanted.may("iam:PassRole", execution.role_arn, {"iam:PassedToService": SERVICE})
        try:
            permissions.role_trusts(caller(execution))
        except InvocationError:
            raise StartRefusedError(WRONG_PARAMETERS, "The defined assume role is unable to be assumed.") from None
    EXECUTIONS.add(execution)
    RUNNERS.start(execution)
    return execution


def caller(execution: Execution) -> Caller:
    """Return Systems Manager as it takes on the role of an execution."""
    return Caller(SERVICE, execution.arn, execution.account, execution.region, execution.role_arn)


def _document(wanted: Wanted) -> tuple[str, Mapping[str, Any]]:
    """Return the number and the content of the document's version that is wanted, as moto keeps it."""
    backends: Any = ssm_backends
    documents = backends[wanted.account][wanted.region]._documents.get(wanted.document)  # noqa: SLF001 - no other door
    if documents is None:
        raise StartRefusedError(NOT_FOUND, f"Automation definition {wanted.document} does not exist.")
    numbers = {"$DEFAULT": documents.default_version, "$LATEST": documents.latest_version}
    number = str(numbers.get(wanted.version, wanted.version))
    document = documents.versions.get(number)
    if document is None:
        raise StartRefusedError(NO_VERSION, f"{wanted.document} has no version {wanted.version}.")
    if document.document_type != "Automation":
        raise StartRefusedError(NOT_FOUND, f"{wanted.document} is a document of type {document.document_type}.")
    return number, document.content_json
