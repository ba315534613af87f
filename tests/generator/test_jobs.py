"""A task as jobs of AWS Batch: what its call gets, what a target of a workflow gets, and every mistake at its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.commands import roots
from operations.environment import of_spec
from tests.generator.conftest import MINIMAL, Workplace, git

TASK = """\
  cleanup:
    image: example/cleanup:1
    cpu: 1024
    memory: 2048
    command: [cleanup]
    user: "1000"
    environment: {MODE: careful, LEVEL: info}
    secrets: {TOKEN: "arn:aws:ssm:eu-west-1:123456789012:parameter/token"}
"""
JOBS = """\
jobs:
  cleanup:
    task: cleanup
    queue: {max_vcpus: 10}
  elsewhere:
    task: cleanup
    job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/work
    names: {job_definition: cleanup-of-all}
workflows:
  follow-up:
    rules:
      requested:
        event_pattern: {source: [example.operations]}
        targets:
          shards: {submit_job: {job: cleanup, array_size: 10}}
          other: {submit_job: {job: elsewhere}}
          old:
            submit_job:
              job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/old
              job_definition: old
"""
SPEC = MINIMAL.replace("schedules:\n", f"{TASK}schedules:\n") + JOBS


def call(workplace: Workplace, spec: str, label: str) -> str:
    """A module block of the root, without the white space that only aligns."""
    workplace.spec("own", spec)
    outcome = workplace.run("generate")
    assert outcome.code == 0, outcome.err
    text = (workplace.roots / "own" / "main.tf").read_text(encoding="utf-8")
    (body,) = re.findall(rf'^module "{label}" {{\n(.*?)^}}$', text, re.MULTILINE | re.DOTALL)
    return re.sub(r" +", " ", body.replace("\n", " ")).strip()


def test_a_job_is_its_task_but_for_what_it_says(workplace: Workplace) -> None:
    own = "    cpu: 2048\n    memory: 4096\n    command: [cleanup, --all]\n    environment: {LEVEL: debug, EXTRA: x}\n"
    found = call(workplace, SPEC.replace("    queue: {max", f"{own}    queue: {{max"), "job_cleanup")
    for part in (
        'image = "example/cleanup:1"',
        "cpu = 2048 memory = 4096",
        'command = ["cleanup", "--all"]',
        'environment = { EXTRA = "x" LEVEL = "debug" MODE = "careful" }',
        'user = "1000"',
        'secrets = { TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" }',
        "task_role_arn = module.task_cleanup.task_role_arn",
        "execution_role_arn = module.task_cleanup.execution_role_arn",
        "log_group_name = module.task_cleanup.log_group_name",
        "queue = { max_vcpus = 10 security_group_ids = local.network.security_group_ids subnets = local.network",
    ):
        assert part in found
    assert "assign_public_ip" not in found, "the network gives none"


def test_a_network_with_public_addresses_gives_them_to_jobs_unless_they_say_no(workplace: Workplace) -> None:
    public = SPEC.replace("[sg-0123456789abcdef0]\n", "[sg-0123456789abcdef0]\n  assign_public_ip: true\n", 1)
    assert "assign_public_ip = local.network.assign_public_ip" in call(workplace, public, "job_cleanup")
    private = public.replace("    queue: {max", "    assign_public_ip: false\n    queue: {max")
    assert "assign_public_ip = false" in call(workplace, private, "job_cleanup")


def test_a_target_submits_to_the_queue_and_the_definition_of_its_job(workplace: Workplace) -> None:
    found = call(workplace, SPEC, "workflow_follow_up")
    assert (
        'shards = { submit_job = { array_size = 10 job_definition = "cleanup" '
        "job_queue_arn = module.job_cleanup.job_queue_arn } }"
    ) in found
    assert (
        'other = { submit_job = { job_definition = "cleanup-of-all" '
        'job_queue_arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/work" } }'
    ) in found
    assert "old = {" in found
    assert " job = " not in found.replace("submit_job", ""), "the module takes no such thing"


def test_failed_jobs_are_told_where_failed_tasks_are(workplace: Workplace) -> None:
    spec = SPEC + "alerts: {topic_name: alerts, key: main}\n"
    assert "failure_topic_arns = { alerts = aws_sns_topic.alerts.arn }" in call(workplace, spec, "job_cleanup")
    text = (workplace.roots / "own" / "main.tf").read_text(encoding="utf-8")
    assert "    module.job_cleanup.failure_rule_arn,\n" in text, "the topic lets its rule publish"
    quiet = spec.replace("    queue: {max", "    failure_topic_arns: {}\n    queue: {max")
    call(workplace, quiet, "job_cleanup")
    assert "module.job_cleanup.failure_rule_arn" not in (workplace.roots / "own" / "main.tf").read_text()


def test_defaults_are_laid_under_every_job(workplace: Workplace) -> None:
    spec = SPEC + "defaults:\n  job: {timeout_seconds: 3600, retry: {attempts: 3}}\n"
    assert "retry = { attempts = 3 } timeout_seconds = 3600" in call(workplace, spec, "job_cleanup")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cpu", r"that of tasks\.cleanup\.cpu, environments/own\.yaml:{cpu: 1024}"),
        ("environment.LEVEL", r"that of tasks\.cleanup\.environment, environments/own\.yaml:{environment: .MODE}"),
        ("ephemeral_storage_gib", r"default null, modules/batch-job/variables\.tf:\d+"),
        ("timeout_seconds", r"default null, modules/batch-job/variables\.tf:\d+"),
    ],
)
def test_explain_says_where_a_job_has_it_from(path: str, said: str, workplace: Workplace) -> None:
    workplace.spec("own", SPEC)
    outcome = workplace.explain("own", f"jobs.cleanup.{path}")
    assert outcome.code == 0, outcome.err
    lines = re.sub(r"\{(.+?)\}", lambda match: str(line_of(match[1])), said)
    assert re.search(f"\n  {lines}$", outcome.out.rstrip()), outcome.out


def line_of(pattern: str) -> int:
    (found,) = re.finditer(pattern, SPEC)
    return SPEC[: found.start()].count("\n") + 1


def test_operations_know_queue_and_definition_of_a_job(workplace: Workplace) -> None:
    workplace.spec("own", SPEC)
    spec = roots.environments(workplace.environments)["own"]
    (rule,) = of_spec("own", spec, Path()).rules
    jobs = {each.id: (each.job.queue, each.job.definition) for each in rule.targets if each.job is not None}
    place = "arn:aws:batch:eu-west-1:123456789012:job-queue"
    assert jobs == {
        "shards": (f"{place}/security-domain-euw1-cleanup", "cleanup"),
        "other": (f"{place}/work", "cleanup-of-all"),
        "old": (f"{place}/old", "old"),
    }


SHARDS = "workflows.follow-up.rules.requested.targets.shards.submit_job"
OLD = "workflows.follow-up.rules.requested.targets.old.submit_job"
KNOWN = "whose queue and definition are known: give one of the two"
ONE_QUEUE = "give a queue (it is made for the job) or a job_queue_arn (it exists)"

# name: (what is replaced, by what, the text whose line is named, the message)
CASES: dict[str, tuple[str, str, str, str]] = {
    "an unknown task": (
        "    task: cleanup\n    queue",
        "    task: cleenup\n    queue",
        "task: cleenup",
        'jobs.cleanup.task: "cleenup" is not a task; did you mean "cleanup"?',
    ),
    "no queue": (
        "    queue: {max_vcpus: 10}\n",
        "    cpu: 2048\n    memory: 4096\n",
        "cleanup:\n    task: cleanup\n    cpu",
        f"jobs.cleanup: {ONE_QUEUE}",
    ),
    "two queues": (
        "    queue: {max_vcpus: 10}\n",
        "    queue: {max_vcpus: 10}\n    job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/x\n",
        "job-queue/x",
        f"jobs.cleanup.job_queue_arn: {ONE_QUEUE}, not both",
    ),
    "a queue by its name": (
        "job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/work",
        "job_queue_arn: work",
        "job_queue_arn: work",
        'jobs.elsewhere.job_queue_arn: "work" is not the ARN of a job queue',
    ),
    "a name for a queue that is not made": (
        "names: {job_definition: cleanup-of-all}",
        "names: {job_queue: work}",
        "names: {job_queue: work}",
        "jobs.elsewhere.names.job_queue: is the name of a queue that is made for the job: give it a queue",
    ),
    "a task with an entry point": (
        "    command: [cleanup]",
        "    entry_point: [/bin/sh]",
        "task: cleanup\n    queue",
        'jobs.cleanup.task: "cleanup" has entry_point ({entry_point}), and Batch has none on Fargate',
    ),
    "a task for servers": (
        "    command: [cleanup]",
        "    launch_types: [EC2]",
        "task: cleanup\n    queue",
        'jobs.cleanup.task: "cleanup" has launch_types without FARGATE ({launch_types}); a job runs on Fargate',
    ),
    "a task on Windows": (
        "    command: [cleanup]",
        "    operating_system_family: WINDOWS_SERVER_2022_CORE",
        "task: cleanup\n    queue",
        'jobs.cleanup.task: "cleanup" has "WINDOWS_SERVER_2022_CORE" ({operating_system_family}); a job runs on Linux',
    ),
    "an unknown field": (
        "    queue: {max_vcpus: 10}",
        "    queue: {max_vcpus: 10}\n    secrets: {A: b}",
        "secrets: {A: b}",
        'jobs.cleanup.secrets: "secrets" is not a field here; the nearest is "retry"',
    ),
    "too many attempts": (
        "    queue: {max_vcpus: 10}",
        "    queue: {max_vcpus: 10}\n    retry: {attempts: 11}",
        "retry: {attempts: 11}",
        "jobs.cleanup.retry.attempts: 11 is too large; 10 or less is wanted",
    ),
    "an unknown job": (
        "job: cleanup, array_size",
        "job: cleanups, array_size",
        "job: cleanups",
        f'{SHARDS}.job: "cleanups" is not a job; did you mean "cleanup"?',
    ),
    "a job and a queue": (
        "job: cleanup, array_size: 10",
        "job: cleanup, job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/x",
        "job: cleanup, job_queue",
        f"{SHARDS}.job_queue_arn: is given beside job ({{shards:}}), {KNOWN}",
    ),
    "no job at all": (
        "job: cleanup, array_size: 10",
        "array_size: 10",
        "shards:",
        f"{SHARDS}: says not which job: give job (one of jobs), or job_queue_arn and job_definition (they exist)",
    ),
    "a definition without a queue": (
        "              job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/old\n",
        "",
        "submit_job:\n              job_definition: old",
        f"{OLD}: job_queue_arn is missing: a job that is made elsewhere has a queue and a definition",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_in_a_job(case: str, workplace: Workplace) -> None:
    old, new, place, message = CASES[case]
    assert SPEC.count(old) == 1, "the case no longer changes one thing"
    spec = SPEC.replace(old, new)

    def line(text: str) -> int:
        assert spec.count(text) == 1, f"{text!r} is there {spec.count(text)} times"
        return spec[: spec.index(text)].count("\n") + 1

    said = re.sub(r"\{(\w+:?)\}", lambda match: f"environments/own.yaml:{line(match[1])}", message)
    workplace.spec("own", spec)
    outcome = workplace.run("generate", "own")
    assert outcome.code == 2
    assert f"environments/own.yaml:{line(place)}: {said}" in outcome.err.splitlines()


def test_a_job_without_a_network_says_its_own(workplace: Workplace) -> None:
    before, _, rest = SPEC.partition("network:\n")
    spec = before + "clusters:" + rest.partition("clusters:")[2]
    spec = spec.replace("    key: main\n    schedule_expression", "    key: main\n    schedule_expression")
    schedules = (
        "    trusted_compute_subnets: [subnet-0123456789abcdef0]\n    security_group_ids: [sg-0123456789abcdef0]\n"
    )
    spec = spec.replace("    schedule_expression", f"{schedules}    schedule_expression")
    workplace.spec("own", spec)
    missing = "is missing; give it here, or give the environment a network"
    line = spec[: spec.index("    queue: {max")].count("\n") + 1
    assert workplace.run("generate", "own").err.splitlines() == [
        f"environments/own.yaml:{line}: jobs.cleanup.queue: {name} {missing}"
        for name in ("security_group_ids", "subnets")
    ]
    own = "{max_vcpus: 10, subnets: [subnet-0123456789abcdef2], security_group_ids: [sg-0123456789abcdef2]}"
    found = call(workplace, spec.replace("{max_vcpus: 10}", own), "job_cleanup")
    assert 'subnets = ["subnet-0123456789abcdef2"]' in found


@pytest.mark.parametrize(
    ("old", "new", "things"),
    [
        ("names: {job_definition: cleanup-of-all}", "names: {job_definition: cleanup}", 'the job definition "cleanup"'),
        (
            "job_queue_arn: arn:aws:batch:eu-west-1:123456789012:job-queue/work\n    names: {job_definition",
            "queue: {max_vcpus: 1}\n    names: {job_queue: security-domain-euw1-cleanup, job_definition",
            'the job queue "security-domain-euw1-cleanup"',
        ),
    ],
)
def test_two_jobs_of_one_name_are_one_in_aws(old: str, new: str, things: str, workplace: Workplace) -> None:
    workplace.spec("own", SPEC.replace(old, new))
    outcome = workplace.run("generate", "own")
    assert outcome.code == 2
    assert things in outcome.err
    assert "two of one name are one in AWS" in outcome.err


def test_modules_that_are_pinned_before_there_was_one_for_jobs(workplace: Workplace) -> None:
    """An environment whose batch-job comes from a commit without it hears so at the line of the pin."""
    clone = workplace.environments.parent / "clone"
    (clone / "modules" / "ecs-task").mkdir(parents=True)
    (clone / "modules" / "ecs-task" / "main.tf").write_text('variable "image" {\n  type = string\n}\n')
    git(clone, "init", "-q")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "modules")
    git(clone, "tag", "v1.0.0")
    pin = "modules:\n  batch-job: {git: https://example.com/punctual.git, ref: v1.0.0, checkout: clone}\n"
    spec = SPEC + pin
    workplace.spec("own", spec)
    outcome = workplace.run("generate", "own")
    line = spec[: spec.index("  batch-job:")].count("\n") + 1
    assert outcome.code == 2
    what = '"modules/batch-job" is no module of https://example.com/punctual.git at v1.0.0: there is no such directory'
    assert outcome.err.splitlines() == [f"environments/own.yaml:{line}: modules.batch-job: {what}"]
