"""What the sandbox answers about images and tasks (`control.py`): importing this module registers the answers."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sandbox.containers.images import IMAGES, LocalImage
from sandbox.containers.runner import RUNS
from sandbox.control import answers
from sandbox.delivery.work import WORK
from sandbox.errors import WrongUseError


@answers("image")
def image(fields: dict[str, Any]) -> dict[str, Any]:
    """Take what an image is, if the question says so; return what is known of all.

    Raises:
        WrongUseError: what it says is no image.
    """
    if fields:
        try:
            IMAGES.tell(LocalImage.model_validate(fields))
        except ValidationError as error:
            raise WrongUseError("; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from None
    return {"images": [each.model_dump(mode="json") for each in IMAGES.all()]}


@answers("kill")
def kill(fields: dict[str, Any]) -> dict[str, Any]:
    """Kill the containers of a task, which gets no SIGTERM before.

    Raises:
        WrongUseError: no task of that name runs, or several whose ids begin so do.
    """
    task = RUNS.kill(str(fields["task"]))
    if task is None:
        raise WrongUseError(f"{fields['task']} is not the ARN or the id of one task that runs")
    return {"task": task}


@answers("tasks")
def tasks(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the tasks that were started, in order; with `arns` those alone; wait up to `settle` seconds before."""
    WORK.settle(float(fields.get("settle", 0)))
    wanted = fields.get("arns")
    return {
        "tasks": [task.event(task.created_at)["detail"] for task in RUNS.all() if not wanted or task.task_arn in wanted]
    }
