"""Automations: what a script gets, what becomes of what it does, and with which rights."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import server
from sandbox.automation import runbooks, script_host
from tests.sandbox.automation_bench import AutomationBench, allow, payload, runbook
from tests.sandbox.calling import clients

HERE = server.REPOSITORY / "sandbox"
RETURNS_INPUT = "def handler(events, context):\n    return [events, context]\n"
RETURNS_PLACE = """
import os, sys
from pathlib import Path
import boto3
def handler(events, context):
    return {"environment": dict(os.environ), "arguments": sys.argv[1:], "folder": os.getcwd(), "path": sys.path,
            "files": sorted(each.name for each in Path(".").iterdir()),
            "caller": boto3.client("sts").get_caller_identity()["Arn"]}
"""
PARAMETERS = {
    "Operation": {"type": "String", "default": "sync", "allowedValues": ["sync", "check"]},
    "Definition": {"type": "String", "default": "", "allowedPattern": "^[a-z:0-9-]*$"},
    "Names": {"type": "StringList", "default": ["a", "b"]},
    "Loud": {"type": "Boolean", "default": False},
}


@pytest.fixture
def bench(repaired: server.Sandbox) -> AutomationBench:
    return AutomationBench(repaired)


def test_script_gets_its_input_filled_in(bench: AutomationBench) -> None:
    asked = {
        "Operation": "{{ Operation }}",
        "Definition": "{{Definition}}",
        "Both": "{{ Operation }} of {{ Definition }}, {{ Names }}",
        "Names": "{{ Names }}",
        "Deep": [{"Loud": "{{ Loud }}", "Fixed": 7}],
        "Execution": "{{ automation:EXECUTION_ID }}",
        "Place": "{{ global:REGION }}/{{ global:ACCOUNT_ID }}",
        "Text": '{"a": {"b": 1}}',
    }
    bench.document(RETURNS_INPUT, bench.role(), parameters=PARAMETERS, inputs={"InputPayload": asked})
    execution = bench.run(Operation=["check"], Definition=["d:1"])
    events, context = payload(execution)
    assert events == {
        "Operation": "check",
        "Definition": "d:1",
        "Both": 'check of d:1, ["a", "b"]',
        "Names": ["a", "b"],
        "Deep": [{"Loud": False, "Fixed": 7}],
        "Execution": execution["AutomationExecutionId"],
        "Place": f"{bench.box.region}/{bench.box.account}",
        "Text": '{"a": {"b": 1}}',
    }
    assert context == {}


def test_script_is_the_documents_own_text(bench: AutomationBench) -> None:
    """To the last byte, whatever it is: a class whose annotations are looked up in its module, too."""
    script = (
        "from __future__ import annotations\nimport dataclasses, hashlib\nfrom pathlib import Path\n\n"
        "@dataclasses.dataclass(frozen=True)\nclass A:\n    b: int = dataclasses.field(default=1)\n\n"
        "def handler(events, context):\n    # é ü 漢 \\ ' \"\n"
        "    return [A().b, hashlib.sha256(Path(__file__).read_bytes()).hexdigest()]"
    )
    bench.document(script, bench.role())
    assert payload(bench.run()) == [1, hashlib.sha256(script.encode()).hexdigest()]


def test_script_has_the_roles_credentials_and_nothing_of_this_machine(bench: AutomationBench) -> None:
    bench.document(RETURNS_PLACE, bench.role())
    execution = bench.run()
    told = payload(execution)
    session = f"assumed-role/{bench.name}/Automation-{execution['AutomationExecutionId']}"
    assert told["caller"] == bench.arn("sts", session).replace(f":{bench.box.region}:", "::")
    environment = told["environment"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert environment.pop(name) not in ("", "test")
    assert environment.pop("HOME") == environment.pop("TMPDIR") == told["folder"] != str(Path.home())
    assert environment.pop("AWS_ENDPOINT_URL") == bench.box.endpoint
    assert {name: value for name, value in environment.items() if not name.startswith("LC_")} == {
        "PATH": os.environ["PATH"],
        "NO_PROXY": "127.0.0.1",
        "AWS_REGION": bench.box.region,
        "AWS_DEFAULT_REGION": bench.box.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    own = [each for each in told["path"] if each in ("", told["folder"]) or each.startswith(str(HERE))]
    assert own == [], "the script finds none of its neighbours, and none of ours"
    assert not Path(told["folder"]).exists(), "the folder goes with the script"


def test_without_a_role_the_script_works_with_the_rights_of_who_starts_it(bench: AutomationBench) -> None:
    bench.document(RETURNS_PLACE)
    assert payload(bench.run())["environment"]["AWS_ACCESS_KEY_ID"] == "test"

    starter = bench.role(allow("ssm:StartAutomationExecution", "*"))
    session = bench.client("sts").assume_role(RoleArn=starter, RoleSessionName="ann")
    ssm = clients(bench.box, session["Credentials"])("ssm")
    identifier = ssm.start_automation_execution(DocumentName=bench.name)["AutomationExecutionId"]
    assert payload(bench.ended(identifier))["caller"] == session["AssumedRoleUser"]["Arn"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("def handler(e, c):\n    raise ValueError('no ' + 'way')\n", ["line 2, in handler", "ValueError - no way"]),
        ("def handler(e, c):\n    import sys\n    sys.exit(3)\n", ["SystemExit - 3"]),
        ("def handler(e, c):\n    return {1, 2}\n", ["TypeError - Object of type set is not JSON serializable"]),
        ("def other(e, c):\n    pass\n", ["AttributeError", "handler"]),
        ("def handler(e, c)\n", ["SyntaxError"]),
        ("import os\ndef handler(e, c):\n    os._exit(9)\n", ["exit code 9 and returned nothing"]),
        ("def handler(e, c):\n    return 'x' * 102400\n", ["more than 102400 bytes"]),
    ],
)
def test_script_that_fails_says_why(bench: AutomationBench, script: str, words: list[str]) -> None:
    bench.document(script, bench.role())
    execution = bench.run()
    (step,) = execution["StepExecutions"]
    assert (execution["AutomationExecutionStatus"], step["StepStatus"]) == ("Failed", "Failed")
    assert execution["FailureMessage"] == step["FailureMessage"]
    for word in words:
        assert word in step["FailureMessage"]
    assert step["Outputs"] == {}


def test_what_a_script_writes_is_kept_line_by_line(bench: AutomationBench) -> None:
    script = (
        "import sys\nprint('one')\ndef handler(e, c):\n    print('two', file=sys.stderr)\n    raise KeyError('three')\n"
    )
    bench.document(script, bench.role())
    (step,) = bench.run()["StepExecutions"]
    assert step["OutputLines"] == ["one", "two"]


def test_script_that_takes_too_long_is_ended(bench: AutomationBench) -> None:
    script = "import time\ndef handler(e, c):\n    print('begins')\n    time.sleep(60)\n"
    bench.document(script, bench.role(), step={"timeoutSeconds": 1})
    began = time.monotonic()
    execution = bench.run()
    assert time.monotonic() - began < 30
    assert execution["AutomationExecutionStatus"] == "TimedOut"
    assert "longer than 1 seconds" in execution["FailureMessage"]
    assert execution["StepExecutions"][0]["OutputLines"] == ["begins"]


@pytest.mark.parametrize(
    ("asked", "seconds"), [({}, 600), ({"timeoutSeconds": 30}, 30), ({"timeoutSeconds": 900}, 600)]
)
def test_scripts_have_ten_minutes_at_most(asked: dict[str, int], seconds: int) -> None:
    (step,) = runbooks.read(runbook(RETURNS_INPUT, step=asked)).steps
    assert step.timeout_seconds == seconds


def test_automation_can_be_stopped(bench: AutomationBench) -> None:
    marker = "import time\ndef handler(e, c):\n    print('begins')\n    time.sleep(60)\n"
    bench.document(marker, bench.role())
    identifier = bench.start()
    deadline = time.monotonic() + 20
    while not bench.seen(identifier)["StepExecutions"][0]["OutputLines"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    bench.ssm.stop_automation_execution(AutomationExecutionId=identifier)
    assert bench.ended(identifier)["AutomationExecutionStatus"] == "Cancelled"
    with pytest.raises(ClientError, match="InvalidAutomationStatusUpdateException"):
        bench.ssm.stop_automation_execution(AutomationExecutionId=identifier)


def test_other_actions_are_not_run(bench: AutomationBench) -> None:
    steps = [{"name": "Wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]
    bench.document("", mainSteps=steps)
    execution = bench.run()
    assert execution["AutomationExecutionStatus"] == "Failed"
    assert execution["FailureMessage"].startswith("the sandbox does not run aws:sleep")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"nextStep": "Other"}, 'nextStep: "Other"'),
        ({"maxAttempts": 3}, "maxAttempts: 3"),
        ({"onFailure": "step:Other"}, 'onFailure: "step:Other"'),
        ({"inputs": {"Runtime": "PowerShell Core 6.0", "Handler": "h", "Script": "x"}}, "runtime PowerShell Core 6.0"),
    ],
)
def test_what_a_step_says_and_the_sandbox_does_not_do_fails(
    bench: AutomationBench, step: dict[str, Any], words: str
) -> None:
    bench.document(RETURNS_INPUT, step=step)
    assert words in bench.run()["FailureMessage"]


def test_steps_run_in_order_until_one_fails_or_is_the_end(bench: AutomationBench) -> None:
    def step(name: str, body: str, **more: Any) -> dict[str, Any]:
        script = f"def handler(events, context):\n    {body}\n"
        inputs = {
            "Runtime": "python3.11",
            "Handler": "handler",
            "Script": script,
            "InputPayload": more.pop("given", {}),
        }
        return {"name": name, "action": "aws:executeScript", "inputs": inputs} | more

    steps = [
        step("One", "return {'a': 1}"),
        step("Two", "raise ValueError(events)", given={"One": "{{ One.Payload }}"}, onFailure="Continue"),
        step("Three", "return 3", isEnd=True),
        step("Four", "return 4"),
    ]
    bench.document("", mainSteps=steps)
    execution = bench.run()
    assert execution["AutomationExecutionStatus"] == "Success"
    assert [each["StepStatus"] for each in execution["StepExecutions"]] == ["Success", "Failed", "Success", "Pending"]
    assert "{'One': {'a': 1}}" in execution["StepExecutions"][1]["FailureMessage"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Nonsense": ["x"]}, "Unknown parameters: Nonsense"),
        ({"Operation": ["destroy"]}, "none of: sync, check"),
        ({"Definition": ["A B"]}, "does not match"),
        ({"Operation": ["sync", "check"]}, "exactly one value"),
        ({"Operation": []}, "exactly one value"),
        ({"Definition": ["x" * 513]}, "1 to 512 characters"),
        ({"Names": ["a"] * 51}, "more than 50 values"),
        ({}, "Parameter Needed is required"),
    ],
)
def test_parameters_must_be_what_the_document_allows(
    bench: AutomationBench, given: dict[str, list[str]], words: str
) -> None:
    needed = {"Needed": {"type": "String"}} if not given else {}
    bench.document(RETURNS_INPUT, parameters=PARAMETERS | needed)
    with pytest.raises(ClientError, match=words) as refused:
        bench.start(**given)
    assert refused.value.response["Error"]["Code"] == "InvalidAutomationExecutionParametersException"
    assert bench.mine() == []


def test_versions_of_a_document(bench: AutomationBench) -> None:
    """The default version is started, until another one is made the default."""
    bench.document("def handler(e, c):\n    return 1\n")
    content = json.dumps(runbook("def handler(e, c):\n    return 2\n"))
    bench.ssm.update_document(Name=bench.name, Content=content, DocumentVersion="$LATEST")
    start = bench.ssm.start_automation_execution
    assert payload(bench.run()) == 1
    assert payload(bench.ended(start(DocumentName=bench.name, DocumentVersion="$LATEST")["AutomationExecutionId"])) == 2
    bench.ssm.update_document_default_version(Name=bench.name, DocumentVersion="2")
    execution = bench.run()
    assert (payload(execution), execution["DocumentVersion"]) == (2, "2")
    assert json.loads(bench.ssm.get_document(Name=bench.name, DocumentVersion="$DEFAULT")["Content"]) == json.loads(
        content
    )
    with pytest.raises(ClientError, match="AutomationDefinitionVersionNotFoundException"):
        start(DocumentName=bench.name, DocumentVersion="9")
    with pytest.raises(ClientError, match="AutomationDefinitionNotFoundException"):
        start(DocumentName=f"{bench.name}-none")


@pytest.mark.parametrize("wrong", ["account", "source", "service", "none"])
def test_role_must_trust_systems_manager_for_this_account_and_execution(bench: AutomationBench, wrong: str) -> None:
    role = bench.arn("iam", f"role/{bench.name}")
    if wrong == "service":
        bench.role(service="events.amazonaws.com")
    elif wrong == "source":
        bench.role(source=bench.arn("ssm", "automation-definition/*"))
    elif wrong == "account":
        bench.role(source="arn:aws:ssm:us-east-1:111122223333:automation-execution/*")
    bench.document(RETURNS_INPUT, role)
    with pytest.raises(ClientError, match="The defined assume role is unable to be assumed") as refused:
        bench.start()
    assert refused.value.response["Error"]["Code"] == "InvalidAutomationExecutionParametersException"


STARTS = ["document", "definition", "execution", "pass"]


@pytest.mark.parametrize("missing", [None, *STARTS])
def test_who_starts_it_needs_the_document_its_definition_the_execution_and_the_role(
    bench: AutomationBench, missing: str | None
) -> None:
    works = bench.role()
    bench.document(RETURNS_INPUT, works)
    rights = {
        "document": allow("ssm:StartAutomationExecution", bench.arn("ssm", f"document/{bench.name}")),
        "definition": allow(
            "ssm:StartAutomationExecution", bench.arn("ssm", f"automation-definition/{bench.name}:$DEFAULT")
        ),
        "execution": allow("ssm:StartAutomationExecution", bench.arn("ssm", "automation-execution/*")),
        "pass": allow("iam:PassRole", works, StringEquals={"iam:PassedToService": "ssm.amazonaws.com"}),
    }
    starter = bench.role(*[each for name, each in rights.items() if name != missing], name="-starter")
    session = bench.client("sts").assume_role(RoleArn=starter, RoleSessionName="ann")
    ssm = clients(bench.box, session["Credentials"])("ssm")
    if missing is None:
        identifier = ssm.start_automation_execution(DocumentName=bench.name)["AutomationExecutionId"]
        assert bench.ended(identifier)["ExecutedBy"] == session["AssumedRoleUser"]["Arn"]
        return
    with pytest.raises(ClientError, match="is not authorized to perform: ") as refused:
        ssm.start_automation_execution(DocumentName=bench.name)
    action = "iam:PassRole" if missing == "pass" else "ssm:StartAutomationExecution"
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"because no identity-based policy allows the {action} action" in str(refused.value)


def test_executions_are_told_on_the_default_bus(bench: AutomationBench) -> None:
    bench.document(RETURNS_INPUT, bench.role())
    execution = bench.run()
    told = [
        each["event"]
        for each in bench.box.ask("events")["events"]
        if each["event"]["detail"].get("ExecutionId") == execution["AutomationExecutionId"]
    ]
    assert [each["detail"]["Status"] for each in told] == ["InProgress", "Success"]
    event = told[-1]
    assert (event["source"], event["detail-type"]) == (
        "aws.ssm",
        "EC2 Automation Execution Status-change Notification",
    )
    assert event["resources"] == [
        bench.arn("ssm", f"automation-execution/{execution['AutomationExecutionId']}"),
        bench.arn("ssm", f"automation-definition/{bench.name}:1"),
    ]
    assert (event["detail"]["Definition"], event["detail"]["DefinitionVersion"]) == (bench.name, 1.0)


def test_executions_can_be_described(bench: AutomationBench) -> None:
    bench.document(RETURNS_INPUT, parameters=PARAMETERS)
    first, second = bench.run(), bench.run(Operation=["check"])
    ssm, prefix = bench.ssm, [{"Key": "DocumentNamePrefix", "Values": [bench.name]}]
    listed = ssm.describe_automation_executions(Filters=prefix)["AutomationExecutionMetadataList"]
    identifiers = [each["AutomationExecutionId"] for each in (second, first)]
    assert [each["AutomationExecutionId"] for each in listed] == identifiers, "the newest first"
    page = ssm.describe_automation_executions(Filters=prefix, MaxResults=1)
    rest = ssm.describe_automation_executions(Filters=prefix, MaxResults=1, NextToken=page["NextToken"])
    shown = page["AutomationExecutionMetadataList"] + rest["AutomationExecutionMetadataList"]
    assert [each["AutomationExecutionId"] for each in shown] == identifiers
    failed = [*prefix, {"Key": "ExecutionStatus", "Values": ["Failed"]}]
    assert ssm.describe_automation_executions(Filters=failed)["AutomationExecutionMetadataList"] == []
    got = ssm.get_automation_execution(AutomationExecutionId=identifiers[0])["AutomationExecution"]
    assert got["Parameters"]["Operation"] == ["check"]
    assert got["ExecutionEndTime"] > got["ExecutionStartTime"]
    steps = ssm.describe_automation_step_executions(AutomationExecutionId=identifiers[0])["StepExecutions"]
    assert steps == got["StepExecutions"]


def test_script_host_needs_nothing_but_the_standard_library() -> None:
    source = Path(script_host.__file__).read_text()
    imported = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
