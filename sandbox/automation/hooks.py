"""Where Automation takes hold in moto's Systems Manager: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import InvalidDocumentContent, SSMException, ValidationException
from moto.ssm.models import Document, Documents
from moto.ssm.responses import SimpleSystemManagerResponse

from sandbox import permissions, trail
from sandbox.automation import runbooks, starting
from sandbox.automation.executions import ENDED, EXECUTIONS, Execution
from sandbox.automation.runner import RUNNERS
from sandbox.delivery import engine
from sandbox.delivery.invocation import InvocationError
from sandbox.pages import TokenError, page
from sandbox.repairs import around, parameter, repair

if TYPE_CHECKING:
    pass

DEFAULT = "$DEFAULT"
MOST_IN_A_PAGE = 50
NOT_DONE = (
    "TargetParameterName",
    "Targets",
    "TargetMaps",
    "TargetLocations",
    "TargetLocationsURL",
    "AlarmConfiguration",
)


@repair
def default_version_can_be_named() -> None:
    """`$DEFAULT` is the default version of a document (Systems Manager API, GetDocument); moto finds none."""

    @around(Documents, "find")
    def find(original: Any, documents: Any, document_version: str | None = None, *args: Any, **kwargs: Any) -> Any:
        version = documents.default_version if document_version == DEFAULT else document_version
        return original(documents, version, *args, **kwargs)


@repair
def automation_documents_are_checked() -> None:
    """A document has 64 KB at most, and a runbook its form (Systems Manager API, CreateDocument, UpdateDocument).

    moto takes any. What is checked of a runbook is in `runbooks`: what it cannot run without, and that `{{ }}` refers
    to something.
    """

    @around(Document, "__init__")
    def create(original: Any, document: Any, *args: Any, **kwargs: Any) -> None:
        content = kwargs.get("content")
        if isinstance(content, str) and len(content.encode()) > runbooks.LARGEST_DOCUMENT:
            raise SSMException("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
        original(document, *args, **kwargs)
        if document.document_type == "Automation":
            try:
                runbooks.read(document.content_json)
            except runbooks.RunbookError as error:
                raise InvalidDocumentContent(str(error)) from None


@repair
def automations_run() -> None:
    """`StartAutomationExecution` and what belongs to it (Systems Manager API); moto has none of it."""
    responses: Any = SimpleSystemManagerResponse
    responses.start_automation_execution = _start
    responses.get_automation_execution = _get
    responses.describe_automation_executions = _describe
    responses.describe_automation_step_executions = _describe_steps
    responses.stop_automation_execution = _stop
    EXECUTIONS.on_change.append(engine.publish_as_aws)


def _start(response: Any) -> ActionResult:
    for name in NOT_DONE:
        if parameter(response, name):
            raise NotImplementedError(f"an automation with {name}")
    if parameter(response, "Mode") not in (None, "Auto"):
        raise NotImplementedError("an automation that runs step by step")
    access_key = response.access_key

    def may(action: str, resource: str, context: dict[str, str | list[str]]) -> None:
        try:
            permissions.principal_may(access_key, action, resource, context)
        except InvocationError as error:
            raise SSMException("AccessDeniedException", error.message) from None

    name = parameter(response, "DocumentName")
    try:
        execution = starting.start(
            starting.Wanted(
                account=response.current_account,
                region=response.region,
                document=name.rpartition("/")[2],
                version=parameter(response, "DocumentVersion") or DEFAULT,
                parameters=parameter(response, "Parameters") or {},
                executed_by=trail.user_identity(access_key, response.current_account, response.region)["arn"],
                access_key=access_key,
                may=may,
            )
        )
    except starting.StartRefusedError as error:
        raise SSMException(error.code, error.message) from None
    return ActionResult({"AutomationExecutionId": execution.id})


def _get(response: Any) -> ActionResult:
    return ActionResult({"AutomationExecution": _named(response).described()})


def _describe(response: Any) -> ActionResult:
    filters = {each["Key"]: each["Values"] for each in parameter(response, "Filters") or ()}
    found = [
        each.summary()
        for each in reversed(EXECUTIONS.all())
        if (each.account, each.region) == (response.current_account, response.region)
        and all(_matches(each, key, values) for key, values in filters.items())
    ]
    return _page(response, found, "AutomationExecutionMetadataList", filters)


def _describe_steps(response: Any) -> ActionResult:
    found = [each.described() for each in _named(response).steps]
    return _page(response, found, "StepExecutions", parameter(response, "AutomationExecutionId"))


def _stop(response: Any) -> ActionResult:
    execution = _named(response)
    if execution.status in ENDED:
        raise SSMException("InvalidAutomationStatusUpdateException", f"The execution is {execution.status} already.")
    RUNNERS.cancel(execution)
    return ActionResult({})


def _page(response: Any, found: list[Any], member: str, question: Any) -> ActionResult:
    size = parameter(response, "MaxResults") or MOST_IN_A_PAGE
    if not 1 <= size <= MOST_IN_A_PAGE:
        raise ValidationException(f"MaxResults must be between 1 and {MOST_IN_A_PAGE}.")
    try:
        shown, token = page(found, size, parameter(response, "NextToken"), question)
    except TokenError as error:
        raise SSMException("InvalidNextToken", str(error)) from None
    return ActionResult({member: shown} | ({"NextToken": token} if token else {}))


def _named(response: Any) -> Execution:
    identifier = parameter(response, "AutomationExecutionId")
    found = EXECUTIONS.find(identifier, response.current_account, response.region)
    if found is None:
        raise SSMException("AutomationExecutionNotFoundException", f"Automation execution {identifier} does not exist.")
    return found


def _matches(execution: Execution, key: str, values: list[str]) -> bool:
    """Tell whether an execution passes a filter: any of its values."""
    if key == "DocumentNamePrefix":
        return any(execution.document.startswith(each) for each in values)
    if key == "ExecutionStatus":
        return execution.status in values
    if key == "ExecutionId":
        return execution.id in values
    if key in ("StartTimeBefore", "StartTimeAfter"):
        moment = datetime.strptime(values[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return execution.started <= moment if key == "StartTimeBefore" else execution.started >= moment
    raise SSMException("InvalidFilterKey", f"The sandbox does not filter by {key}.")
