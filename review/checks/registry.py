"""All checks of our own."""

from __future__ import annotations

from typing import Final

from review.checks import (
    alarm_actions,
    clear_secrets,
    dead_letter_keys,
    dead_letter_missing,
    job_containers,
    key_policies,
    log_targets,
    schedule_alarms,
    trust_sources,
)
from review.checks.subject import Check

CHECKS: Final = (
    Check(
        "check/trust-without-source",
        "Services take on roles only for this account.",
        "Otherwise anybody's rule, schedule or task can act with it: the confused deputy problem (IAM User Guide).",
        trust_sources.find,
    ),
    Check(
        "check/dead-letter-queue-missing",
        "What cannot be delivered lands in a dead-letter queue.",
        "Otherwise it is dropped after the last retry, or at once if a permission is missing (EventBridge and "
        "Scheduler User Guides).",
        dead_letter_missing.find,
    ),
    Check(
        "check/dead-letter-queue-managed-key",
        "Dead-letter queues are encrypted with a key that lets services write.",
        "A key of AWS's own lets in no service, and its policy cannot be changed (KMS Developer Guide).",
        dead_letter_keys.find,
    ),
    Check(
        "check/key-shuts-out-service",
        "Keys let in the services that have to use them.",
        "Otherwise notices, events and logs are dropped, most of them without a word (EventBridge, SNS and CloudWatch "
        "Logs guides).",
        key_policies.find,
    ),
    Check(
        "check/log-target-with-role",
        "Log groups that are targets have no role.",
        "PutTargets refuses one: EventBridge writes to log groups as itself (EventBridge User Guide).",
        log_targets.find,
    ),
    Check(
        "check/job-container",
        "Containers of Batch jobs are held in like those of ECS tasks.",
        "What can change its own programs, or work with the role that starts it, turns one mistake into more (ECS and "
        "Batch security guides).",
        job_containers.find,
    ),
    Check(
        "check/secret-in-clear",
        "No container has a secret in its environment.",
        "Whoever may read a definition, a plan or a state can read it there, and it stays in every old revision (ECS "
        "and Batch guides).",
        clear_secrets.find,
    ),
    Check(
        "check/alarm-without-action",
        "Alarms tell somebody.",
        "An alarm without actions only changes its colour (CloudWatch User Guide).",
        alarm_actions.find,
    ),
    Check(
        "check/schedule-without-alarm",
        "Somebody hears of runs that cannot be started.",
        "Scheduler tells of them by metrics of the group and by letters in the queue only (Scheduler User Guide).",
        schedule_alarms.find,
    ),
)
