"""What the command takes: its arguments and its help."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Sequence
from typing import Final, NoReturn

from batch_target_sync.sync import SyncError

PROGRAM: Final = "python -m batch_target_sync"
OPERATIONS: Final = ("sync", "rollback", "resume", "history")
EXAMPLE: Final = f"{PROGRAM} --bus mvp-development --rule mvp-pipeline-development-rule --region us-east-2 --dry-run"

# The variables of the script that came before, and the argument that each stands for.
VARIABLES: Final = {
    "EVENTBRIDGE_BUS_NAME": "bus",
    "RULE_NAME": "rule",
    "JOB_DEFINITION_NAME": "job_definition",
    "JOB_QUEUE_ARN": "job_queue",
    "EVENTBRIDGE_ROLE_ARN": "role",
}
WHICH: Final = ("bus", "rule", "target", "job_definition", "job_queue", "role")  # arguments that make one selection
# What each operation but sync takes; sync takes everything.
TAKES: Final = {
    "rollback": {"region", "name", "state", "topic", "event_bus", "json", "dry_run", "all"},
    "resume": {"region", "name", "state", "topic", "event_bus", "json", "only_job_definition"},
    "history": {"region", "name", "state", "json"},
}

DESCRIPTION: Final = """\
Keeps EventBridge targets on the highest ACTIVE revision of their AWS Batch job definition.

  sync      bring the targets to it (what it does when nothing is said)
  rollback  return the targets of the last update to the revisions that they had before, and hold them there
  resume    let go of the revisions that rollbacks hold
  history   show the last ten updates
"""

EPILOG: Final = f"""\
environment variables, each used where its flag is not given:
  EVENTBRIDGE_BUS_NAME (--bus), RULE_NAME (--rule), JOB_DEFINITION_NAME (--job-definition),
  JOB_QUEUE_ARN (--job-queue), EVENTBRIDGE_ROLE_ARN (--role); with --selections none of these five counts.
  AWS_REGION, else AWS_DEFAULT_REGION, else the profile's region (--region).
  Credentials are found as by every AWS SDK: AWS_PROFILE, AWS_ACCESS_KEY_ID and so on.

exit codes:
  0    all is right
  1    --check found a target that is behind, or --dry-run something to change
  2    wrong use
  3    it could not begin: credentials, network, the lock of another run, a rollback that cannot be done
  4    something failed; the rest is done
  130  interrupted

examples:
  What would be changed, for one rule:
    {EXAMPLE}
  Every Batch target of every rule of a bus:
    {PROGRAM} --bus mvp-development --region us-east-2
  For a pipeline: fail if a target is behind:
    {PROGRAM} --check --bus mvp-development --region us-east-2 --json
  Several buses, rules and regions in one run:
    {PROGRAM} --region us-east-2 --selections \\
      '[{{"bus": "mvp-development"}}, {{"bus": "default", "rule": "nightly", "region": "us-east-1"}}]'
  Back to what stood before the last update, and forward again:
    {PROGRAM} rollback --region us-east-2 --dry-run
    {PROGRAM} rollback --region us-east-2
    {PROGRAM} resume --region us-east-2
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the process: every mistake is told in the same way."""
        raise SyncError("wrong-use", message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [{' | '.join(OPERATIONS)}] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("operation", nargs="?", default="sync", help=argparse.SUPPRESS)
    which = parser.add_argument_group("which targets (sync)")
    which.add_argument("--bus", help="name or ARN of the bus; default is the name of an account's first one")
    which.add_argument("--rule", help="name of the rule; every rule of the bus unless given")
    which.add_argument("--target", help="id of the target; every Batch target of the rule unless given")
    which.add_argument(
        "--job-definition",
        help="name or ARN of the job definition; any unless given. A target of another one is not touched",
    )
    which.add_argument("--job-queue", metavar="ARN", help="the queue that a target must submit to")
    which.add_argument("--role", metavar="ARN", help="the role that a target must have")
    which.add_argument(
        "--selections",
        metavar="FILE|-|JSON",
        help="instead of these: a JSON list of objects with bus, rule, target, job_definition, region, job_queue, role",
    )
    which.add_argument(
        "--only-job-definition", metavar="NAME", help="of the selected targets, those of this definition"
    )
    parser.add_argument_group("where").add_argument("--region", help="of the targets, and of what the sync remembers")
    how = parser.add_argument_group("how").add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="change nothing: show what would change (rollback too)")
    how.add_argument("--check", action="store_true", help="change nothing: show what is behind, for pipelines")
    itself = parser.add_argument_group("the sync itself")
    itself.add_argument("--name", help="of this sync, in its metrics and its log; default unless given")
    itself.add_argument("--state", metavar="PATH", help="in Parameter Store; /batch-target-sync/<name> unless given")
    itself.add_argument("--topic", metavar="ARN", help="SNS topic that is told of each change and failure")
    itself.add_argument("--event-bus", metavar="BUS", help="bus that gets an event for each change and failure")
    itself.add_argument(
        "--trigger", choices=("command", "apply"), help="what started it, for the log; command unless given"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--all", action="store_true", help="also list the targets that are as they should be")
    output.add_argument("--json", action="store_true", help="for programs: the whole report on standard output")
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Take the arguments apart; what was not given is None or False.

    Raises:
        SyncError: `wrong-use`.
        SystemExit: the help was asked for.
    """
    options = _parser().parse_intermixed_args(arguments)
    if options.operation not in OPERATIONS:
        near = difflib.get_close_matches(options.operation, OPERATIONS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(OPERATIONS)}"
        raise SyncError("wrong-use", f"there is no operation {options.operation!r}; {hint}")
    takes = TAKES.get(options.operation)
    given = {name for name, value in vars(options).items() if value not in (None, False)} - {"operation"}
    if takes is not None and given - takes:
        flags = ", ".join("--" + name.replace("_", "-") for name in sorted(given - takes))
        raise SyncError("wrong-use", f"{options.operation} does not take {flags}")
    for name, value in vars(options).items():
        if value == "":
            flag = "--" + name.replace("_", "-")
            raise SyncError("wrong-use", f"{flag} is empty: leave it away, or give it a value")
    return options
