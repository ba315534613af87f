"""What a reviewer should know of the paths: what does not deliver, what no event reaches, and what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from review.delivery.model import Answer, Path
from review.delivery.rules import NOTHING
from review.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from review.delivery.model import Hop
    from review.delivery.rules import Rule

_SHOWN: Final = 5  # paths that one finding names
_UNREACHED: Final = ("unreached", "pattern")
_ADVICE: Final = {
    "input": "Change the target's input, so that the target can take it.",
    "off": "Enable it, or take away what leads to it.",
    "over": "Give it a later time, or take it away.",
    "bus": "Put the rule on the default bus, or use a schedule of EventBridge Scheduler.",
    "gone": "Keep it, or let the target name what takes its place.",
    "target": "Change the target.",
    "dead-letter": "Let the dead-letter queue take what cannot be delivered, or it is lost without a trace.",
}


def of(
    paths: Sequence[Path], unreached: Sequence[tuple[Rule, Hop]], idle: Sequence[str], useless: Sequence[str]
) -> Iterator[Finding]:
    """Yield the findings: what fails first.

    What is wrong in one place with several paths is one finding, and so is what several depend on.

    Args:
        paths: all paths.
        unreached: rules that no sample event reaches, each with why.
        idle: addresses of rules without a target.
        useless: names of sample events that reach no rule.
    """
    yield from _denied(paths)
    for rule, hop in unreached:
        yield _unreached(rule, hop)
    for address in idle:
        yield Finding(
            rule="delivery/no-target",
            severity=Severity.WARN,
            title="The rule has no target in this plan: what it matches goes nowhere",
            address=address,
            advice="Give it a target, or take it away.",
        )
    yield from _open(paths)
    if useless:  # events of other environments lie in the same folder
        yield Finding(
            rule="delivery/useless-sample",
            severity=Severity.NOTE,
            title="Sample events that reach no rule of this plan",
            detail="\n".join(useless),
        )


def _denied(paths: Sequence[Path]) -> Iterator[Finding]:
    """Yield a finding for each refusal, with all the paths that it is on."""
    refused: dict[tuple[str, str, str, str], tuple[Hop, list[Path]]] = {}
    for path in paths:
        for hop in path.hops:
            if hop.answer is Answer.NO and hop.rule not in _UNREACHED:
                key = (hop.question, hop.because, hop.missing, hop.where)
                refused.setdefault(key, (hop, []))[1].append(path)
    for hop, on in refused.values():
        first = on[0]
        more = f", and {len(on) - 1} more {'path' if len(on) == 2 else 'paths'} with it" if len(on) > 1 else ""
        does = "leaves no dead letter" if hop.side else f"does not reach the {first.target}"
        detail = [f"{hop.question} No: {hop.because}"]
        if hop.missing:
            detail.append(f"Missing in {hop.where}: {hop.missing}")
        detail += [f"Path: {words(path)}" for path in on[:_SHOWN]]
        if len(on) > _SHOWN:
            detail.append(f"and {len(on) - _SHOWN} more")
        advice = f"Add the missing statement to {hop.where}." if hop.missing else _ADVICE.get(hop.rule, "")
        yield Finding(
            rule=f"delivery/{hop.rule}",
            severity=Severity.FAIL,
            title=f"{_trigger(first)} {does}{more}",
            address=hop.where or first.via,
            detail="\n".join(detail),
            advice=advice or "Take away what denies it.",
        )


def _unreached(rule: Rule, hop: Hop) -> Finding:
    title = f"No sample event reaches the rule {rule.name}"
    advice = "Add a sample event that the rule is for; if none can come, take the rule away or mend its pattern."
    if hop.rule == "pattern":
        title, advice = f"EventBridge refuses the pattern of the rule {rule.name}", "Mend the pattern."
    return Finding(
        rule=f"delivery/{hop.rule}",
        severity=Severity.FAIL,
        title=title,
        address=rule.address,
        detail=f"{hop.question} No: {hop.because}",
        advice=advice,
    )


def _open(paths: Sequence[Path]) -> Iterator[Finding]:
    """Yield a finding for each thing that paths depend on and the plan does not show."""
    depends: dict[str, tuple[Hop, list[Path]]] = {}
    for path in paths:
        for hop in path.hops:
            if hop.answer is Answer.DEPENDS:
                on = depends.setdefault(hop.because, (hop, []))[1]
                if path not in on[-1:]:
                    on.append(path)
    for because, (hop, on) in depends.items():
        number = "A path" if len(on) == 1 else f"{len(on)} paths"
        verb = because if len(on) == 1 else because.replace("depends", "depend", 1)
        yield Finding(
            rule="delivery/depends",
            severity=Severity.NOTE,
            title=f"{number} {verb}",
            address=hop.where or on[0].via,
            detail="\n".join([hop.question, *(f"Path: {words(path)}" for path in on[:_SHOWN])])
            + (f"\nand {len(on) - _SHOWN} more" if len(on) > _SHOWN else ""),
        )


def words(path: Path) -> str:
    """Return a path in one line."""
    return f"{path.trigger} → {path.via} → {path.target}"


def _trigger(path: Path) -> str:
    if path.trigger == NOTHING:
        return f"The {next(each for each in path.stations if each.startswith('rule '))}"
    if path.kind == "schedule":
        return f"The schedule {path.trigger}"
    return f"The alarm {path.trigger}" if path.kind == "alarm" else f"The event {path.trigger}"
