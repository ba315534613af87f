"""What AWS would refuse in a name, a region or a size is refused at plan, each in its own words.

These rules need the account, the region or the whole of a policy or document, so they are preconditions of resources.
The rules of values alone are validations of variables: ``refusals.yaml``.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.modules.test_refusals import minimal_variables, root
from tests.support.planning import Planner, refusal

pytestmark = pytest.mark.slow
MODULE = "batch-target-sync"
BASE = "internal-reporting-use2"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
KEY = "arn:aws:kms:eu-west-1:867653852961:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MANY_RULES = [{"bus": "orders", "rule": f"{'r' * 60}{number}"} for number in range(60)]
# Names that nothing can make shorter: enough of them fill the document, whatever the length of the code.
MANY_TARGETS = [
    {"bus": "orders", "rule": "nightly", "target": hashlib.sha256(str(number).encode()).hexdigest()}
    for number in range(300)
]

# By name: the arguments that are not the minimal example's, and the words of the refusal.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "name_of_role": (
        {"name": "m" * 37},
        f'names.role would be "{BASE}-{"m" * 37}-sync", 66 characters; AWS allows 64: set names.role',
    ),
    "name_of_start_role": (
        {"name": "n" * 36, "names": {"role": "r"}},
        f'names.start_role would be "{BASE}-{"n" * 36}-start", 66 characters; AWS allows 64: set names.start_role',
    ),
    "name_of_rule": (
        {"name": "o" * 40, "names": {"role": "r", "start_role": "s"}},
        f'the rule deregistered would be called "{BASE}-{"o" * 40}-deregistered", 77 characters; AWS allows 64: set',
    ),
    "name_of_another_rule_of_a_kind": (
        {
            "names": {"registered_rule": "r" * 64},
            "selections": [{"bus": "orders", "job_definition": f"d{number:0127}"} for number in range(5)],
        },
        f'the rule registered-2 would be called "{"r" * 64}-2", 66 characters; AWS allows 64: set names.reg',
    ),
    "name_of_the_sync": (
        {
            "name": "p" * 45,
            "names": {
                "role": "r", "start_role": "s", "registered_rule": "a", "deregistered_rule": "b", "schedule_rule": "c",
            },
        },
        f'the sync would be called "{BASE}-{"p" * 45}", 69 characters; 64 are allowed',
    ),
    "name_of_document": (
        {"security_domain": "Amazon"},
        'names.document would be "Amazon-reporting-use2-mvp"; AWS keeps names that begin with aws, amazon or amzn',
    ),
    "one_name_for_both_roles": (
        {"names": {"role": "Sync", "start_role": "sync"}},
        'names.role and names.start_role are the same name, "Sync"',
    ),
    "one_name_for_two_rules": (
        {"names": {"registered_rule": "change", "deregistered_rule": "change"}},
        'the rules deregistered and registered would both be called "change"',
    ),
    "one_name_for_two_alarms": (
        {"names": {"failing_alarm": "alarm", "mismatch_alarm": "alarm"}},
        'names.failing_alarm is "alarm", the name of names.failing_alarm and names.mismatch_alarm; alarm names are',
    ),
    "alarm_called_as_that_of_a_rule": (
        {"names": {"not_run_alarm": "nightly-FailedInvocations", "schedule_rule": "nightly"}},
        'names.not_run_alarm is "nightly-FailedInvocations", the name of names.not_run_alarm and the alarm on the rule',
    ),
    "region_of_topic": ({"topic": {"arn": TOPIC}}, f'topic.arn is "{TOPIC}", of region eu-west-1; the sync needs a'),
    "region_of_topic_key": (
        {"topic": {"arn": TOPIC.replace("eu-west-1", "us-east-1"), "key_arns": [KEY]}},
        f'topic.key_arns has "{KEY}" of region eu-west-1; SNS encrypts with a key of the topic\'s region, us-east-1',
    ),
    "region_of_alarm_action": (
        {"alarm_actions": [TOPIC]},
        f'the alarms have the action "{TOPIC}" of region eu-west-1; CloudWatch needs actions of the alarm\'s region',
    ),
    "size_of_policy": (
        {"selections": MANY_RULES},
        f'The policy of role "{BASE}-mvp-sync" has',
    ),
    "size_of_document": ({"selections": MANY_TARGETS}, f'The document "{BASE}-mvp" has'),
}  # fmt: skip


def test_each_is_refused_in_its_own_words(planner: Planner) -> None:
    calls = {name: minimal_variables(MODULE) | given for name, (given, _) in REFUSED.items()}
    said = refusal(planner.root("refused", root(MODULE, calls)))
    missing = {name: words for name, (_, words) in REFUSED.items() if words not in said}
    assert not missing
    assert "bytes with 300 selections; AWS allows 65536" in said
    assert "characters with 60 selections and 1 target roles; IAM allows 10240" in said
