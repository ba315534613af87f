"""Schedule expressions that AWS takes, and such as it refuses: one table for the generator and for the module."""

from __future__ import annotations

from typing import Any, Final

from ruamel.yaml import YAML

from tests.support.planning import REPOSITORY

# Most of these are examples of AWS's own documentation.
GOOD: Final = (
    "cron(0 10 * * ? *)",
    "cron(15 12 * * ? *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/15 * * * ? *)",
    "cron(0/10 * ? * MON-FRI *)",
    "cron(0/5 8-17 ? * MON-FRI *)",
    "cron(0/30 20-2 ? * MON-FRI *)",
    "cron(15 10 ? * 6L 2019-2022)",
    "cron(00 09 01 01 ? 1970)",
    "cron(59 23 31 12 ? 2199)",
    "cron(*/15 */6 * * ? *)",
    "cron(1-5,10,20-40/5 0 L * ? *)",
    "cron(0 0 LW * ? *)",
    "cron(0 0 15W * ? *)",
    "cron(0 0 1W,15W * ? *)",
    "cron(0 0 */2 JAN-MAR,jul,12 ? 2030/2)",
    "cron(0 0 ? * 3#2 *)",
    "cron(0 0 ? * FRI#5 *)",
    "cron(0 0 ? * L *)",
    "cron(0 0 ? * friL *)",
    "cron(0 0 ? * sun,2-4,Sat *)",
    "cron(0 0 ? * MON-FRI/2 *)",
    "cron(0 0 ? NOV-FEB * *)",
    "cron(0  0   ?  *  1  *)",
    "rate(1 minute)",
    "rate(5 minutes)",
    "rate(1 hour)",
    "rate(1 day)",
    "rate(7 days)",
    "rate(01 day)",
    "rate(100000 days)",
    "rate( 2\tdays )",
    "at(2030-02-28T23:59:59)",
    "at(2032-02-29T00:00:00)",
)


def refused() -> dict[str, str]:
    """Return the expressions of the module's own table of refusals, by what is wrong with each."""
    path = REPOSITORY / "tests" / "modules" / "ecs-scheduler" / "refusals.yaml"
    table: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["schedules"]
    return {
        name: entry["schedule"]["schedule_expression"]
        for name, entry in table.items()
        if "schedule_expression" in entry["schedule"]
    }
