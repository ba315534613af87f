"""Plans a root of this repository and carries plans out, in the sandbox or in the real account.

The order is always the same: check that credentials or endpoint agree with the environment, hold the working folder,
plan or take the plan that was saved, show it, ask where it is the real account, apply exactly that.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from generator.commands import roots
from generator.errors import SpecError
from generator.output.writing import NotGeneratedError
from harness import fingerprint, markdown, providers, refusals, saved_plan, sources, target, terraform, workspace
from harness import live as guard
from harness.errors import EnvironmentFailedError, ProtectedError, RefusedError, WrongUseError
from harness.places import BUILD, ROOT, SPECS
from harness.summary import Summary, render, summarize

Prepared = tuple[terraform.Terraform, workspace.Workspace]


def known(environment: str) -> target.Target:
    """The environment of that name.

    Raises:
        WrongUseError: there is none.
    """
    try:
        return target.read(environment)
    except target.TargetError as error:
        raise WrongUseError(str(error)) from None


def show(environment: str, *, live: bool) -> None:
    """Plan and keep the plan: plan.json, plan.txt and summary.md in .build/<env>/, the plan itself in saved/ there."""
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        _, space, summary = make_plan(where, live=live, destroy=False)
        text = markdown.render(summary, f"{where.environment} plan", where.announcement(live=live))
        (space.folder / markdown.FILE).write_text(text, encoding="utf-8")
    report(where, summary, "plan")


def carry_out(environment: str, *, live: bool, yes: bool, destroy: bool) -> None:
    """Plan, ask where it is the real account, apply."""
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        try:
            runner, space, summary = make_plan(where, live=live, destroy=destroy)
        except ProtectedError as error:
            if live or not destroy:
                raise
            down = f".build/venv/bin/python -m sandbox down {environment}"
            raise WrongUseError(f"{error}\n  or, to forget the sandbox with all that is in it: {down}") from None
        report(where, summary, "destroy" if destroy else "apply")
        if not summary.changes and not summary.moves:
            return
        if live and not yes:
            guard.confirm(where.environment, where.account)
        saved_plan.use_up(space)
        runner.apply(space)


def carry_out_saved(environment: str, *, live: bool, yes: bool) -> None:
    """Apply what `plan` saved, after checking that it still holds; plan nothing.

    Raises:
        WrongUseError: there is no saved plan, something it was made from has changed (the specification
            too, when the root was not generated since), or its state has moved on.
    """
    where = aim(environment, live=live)
    with workspace.exclusive(BUILD, environment):
        folder = BUILD / environment / saved_plan.FOLDER
        record = saved_plan.read(folder, environment)
        version, state = terraform.check_version(), state_file(where, live=live)
        now, current = circumstances(where, state, version), is_current(where)
        saved_plan.require_applicable(record, now, folder / saved_plan.PLAN, current=current)
        kept = (saved_plan.FOLDER, "plan.txt", markdown.FILE)
        runner, space = terraform_in(where, state, keep=kept)
        runner.init(space, folder / saved_plan.LOCK)
        shutil.copy2(folder / saved_plan.PLAN, space.plan_file)
        print(f"Nothing is planned: this is {record}")
        report(where, summarize(runner.show(space)), "apply")
        if live and not yes:
            guard.confirm(where.environment, where.account)
        saved_plan.use_up(space)
        runner.apply(space)


def aim(environment: str, *, live: bool) -> target.Target:
    """Where the command acts; refuses when the credentials or the endpoint say otherwise."""
    where = known(environment)
    if live:
        print(f"Credentials: {guard.require_account(where.account, where.region, os.environ)}", flush=True)
    else:
        guard.require_sandbox(os.environ)
    return where


def state_file(where: target.Target, *, live: bool) -> Path | None:
    """The state of the sandbox; None for the real account, where the root says itself where its state is."""
    if live:
        return None
    return Path(os.environ.get("PUNCTUAL_SANDBOX_DIR", BUILD / where.environment)) / "terraform.tfstate"


def terraform_in(where: target.Target, state: Path | None, *, keep: tuple[str, ...] = ()) -> Prepared:
    """A copy of the root where Terraform can work on it, and Terraform there.

    In the sandbox pinned modules come from the clones that the specification names, and nothing is there to import.

    Raises:
        WrongUseError: a clone does not hold what is pinned.
    """
    space = workspace.prepare(ROOT / "roots" / where.environment, BUILD / where.environment, state, keep=keep)
    pinned = []
    if state is not None:
        if space.leave_out_imports():
            print("Sandbox: imports.tf is left out, since nothing is here to import; what it names is planned as new")
        pinned = sources.pinned(SPECS, where.environment, ROOT)
    return terraform.Terraform(space.folder, providers.configure(BUILD), clones=tuple(sources.clones(pinned))), space


def circumstances(where: target.Target, state: Path | None, version: str) -> saved_plan.Circumstances:
    """What a plan that is made now is made from."""
    return saved_plan.Circumstances(
        environment=where.environment,
        live=state is None,
        state=str(state or ""),
        configuration=fingerprint.configuration(ROOT / "roots" / where.environment),
        terraform=version,
    )


def is_current(where: target.Target) -> bool:
    """Whether the root is what the specification asks for.

    Raises:
        WrongUseError: the specification is wrong, or the root has a file that the generator did not write.
        EnvironmentFailedError: one of the two cannot be read.
    """
    try:
        return not roots.stale(SPECS, ROOT / "roots", where.environment)
    except (SpecError, NotGeneratedError) as error:
        raise WrongUseError(str(error)) from None
    except OSError as error:
        raise EnvironmentFailedError(f"{error.filename}: {error.strerror}") from None


def make_plan(
    where: target.Target, *, live: bool, destroy: bool
) -> tuple[terraform.Terraform, workspace.Workspace, Summary]:
    """Copy the root, initialise, plan, and keep the plan for `apply --saved`.

    Raises:
        RefusedError: a value is refused; the message says where the specification sets it.
    """
    version, state = terraform.check_version(), state_file(where, live=live)
    runner, space = terraform_in(where, state)
    now = circumstances(where, state, version)
    runner.init(space)
    try:
        plan = runner.plan(space, destroy=destroy)
    except RefusedError as error:
        found = [*refusals.of_variables(error.words), *refusals.of_resources(runner.failed_checks(space))]
        raise RefusedError(error.words, refusals.places(found, SPECS, where.environment)) from None
    saved_plan.keep(space, now, destroy=destroy, commit=saved_plan.git_commit(ROOT))
    return runner, space, summarize(plan)


def report(where: target.Target, summary: Summary, what: str) -> None:
    """Print the summary and where the plan lies, before anything else is printed: Terraform does not wait for us."""
    print(render(summary, f"{where.environment} {what}"))
    folder = (BUILD / where.environment).relative_to(ROOT)
    print(f"Written: {folder}/plan.json, and {folder}/plan.txt with every attribute", flush=True)
