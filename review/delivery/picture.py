"""A picture of a path, as SVG to be put into a page: stations one below the other, and what is asked between them.

Each answer has a sign besides its colour. Colours are the page's: `currentColor`, and `--yes`, `--no`, `--depends` and
`--card` if it sets them. Nothing is fetched, and no class or id is set, so that any number of pictures fits in a page.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from review.delivery.model import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.delivery.model import Hop, Path

_SIGNS: Final = {Answer.YES: "✓", Answer.NO: "✗", Answer.DEPENDS: "?"}
_COLOURS: Final = {
    Answer.YES: "var(--yes, #1a7f37)",
    Answer.NO: "var(--no, #cf222e)",
    Answer.DEPENDS: "var(--depends, #9a6700)",
}
_DASHES: Final = {Answer.YES: "", Answer.NO: "2 4", Answer.DEPENDS: "7 4"}
_WORST: Final = (Answer.NO, Answer.DEPENDS, Answer.YES)

# All in units of the picture, which are pixels where there is room for them.
_WIDTH: Final = 460
_MARGIN: Final = 4
_SIDE: Final = 40  # how far a dead-letter queue is moved to the right
_FONT: Final = 13
_LINE: Final = 18
_PADDING: Final = 8
_ARROW_X: Final = 20
_TEXT_X: Final = 44
_GAP: Final = 12
_CHARACTER: Final = 7.4  # the width of an average one
_BOLD: Final = 8.5
_BOX_LINES: Final = 2
_HOP_LINES: Final = 3


def svg(path: Path) -> str:
    """Return a picture of a path as one `svg` element.

    Args:
        path: the path; its dead-letter queue is drawn beside the way.
    """
    parts: list[str] = []
    top = _MARGIN
    for number, station in enumerate(path.stations):
        leading = [hop for hop in path.hops if hop.station == number]
        is_side = bool(leading) and all(hop.side for hop in leading)
        if number:
            drawn, top = _leg(leading, top, is_side=is_side)
            parts.append(drawn)
        drawn, top = _box(station, top, is_side=is_side, is_end=number in (0, len(path.stations) - 1))
        parts.append(drawn)
    height = top + _MARGIN
    title = f"{path.trigger} to {path.target}: {_said(path.answer)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" style="max-width:100%;height:auto" font-family="system-ui, sans-serif" '
        f'font-size="{_FONT}" fill="currentColor" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _box(station: str, top: int, *, is_side: bool, is_end: bool) -> tuple[str, int]:
    """Return the box of a station, and where it ends."""
    left = _MARGIN + (_SIDE if is_side else 0)
    width = _WIDTH - left - _MARGIN
    lines, is_whole = wrapped(station, int((width - 2 * _PADDING) / _BOLD), _BOX_LINES)
    height = len(lines) * _LINE + 2 * _PADDING
    dash = ' stroke-dasharray="5 4"' if is_side else ""
    stroke = 2 if is_end and not is_side else 1
    drawn = (
        f"<g>{'' if is_whole else f'<title>{escape(station)}</title>'}"
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="var(--card, none)" '
        f'stroke="currentColor" stroke-width="{stroke}"{dash}/>'
        f"{_text(lines, left + _PADDING, top + _PADDING, weight=600)}</g>"
    )
    return drawn, top + height


def _leg(hops: Sequence[Hop], top: int, *, is_side: bool) -> tuple[str, int]:
    """Return the arrow to a station with the questions beside it, and where it ends."""
    indent = _SIDE if is_side else 0
    answer = next((each for each in _WORST if any(hop.answer is each for hop in hops)), Answer.YES)
    y = top + _GAP
    drawn: list[str] = []
    if is_side:
        drawn.append(_text(["if it cannot be delivered:"], _TEXT_X + indent, y, style="italic"))
        y += _LINE
    for hop in hops:
        told, y = _question(hop, y, indent)
        drawn.append(told)
    bottom = y + _GAP
    x = _ARROW_X + indent
    dash = f' stroke-dasharray="{_DASHES[answer]}"' if _DASHES[answer] else ""
    colour = _COLOURS[answer]
    arrow = (
        f'<path d="M{x} {top}V{bottom - 8}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        f'<path d="M{x - 5} {bottom - 9}h10l-5 9z" fill="{colour}"/>'
    )
    return arrow + "".join(drawn), bottom


def _question(hop: Hop, top: int, indent: int) -> tuple[str, int]:
    """Return a question with the sign and colour of its answer, and where it ends."""
    x = _TEXT_X + indent
    lines, _ = wrapped(hop.question, int((_WIDTH - x - 22) / _CHARACTER), _HOP_LINES)
    colour = _COLOURS[hop.answer]
    told = f"{hop.question} {_said(hop.answer)}: {hop.because}"
    drawn = (
        f"<g><title>{escape(told)}</title>"
        f'<text x="{x}" y="{top + _FONT}" fill="{colour}" font-weight="700">{_SIGNS[hop.answer]}</text>'
        f"{_text(lines, x + 18, top, colour='' if hop.answer is Answer.YES else colour)}</g>"
    )
    return drawn, top + len(lines) * _LINE


def _text(lines: Sequence[str], x: int, top: int, *, weight: int = 400, colour: str = "", style: str = "") -> str:
    fill = f' fill="{colour}"' if colour else ""
    slant = f' font-style="{style}"' if style else ""
    rows = "".join(
        f'<tspan x="{x}" y="{top + _FONT + number * _LINE}">{escape(line)}</tspan>' for number, line in enumerate(lines)
    )
    return f'<text font-weight="{weight}"{fill}{slant}>{rows}</text>'


def wrapped(text: str, width: int, most: int) -> tuple[list[str], bool]:
    """Return a text in lines, and whether all of it is there: what is too long for them is shortened in its middle.

    Args:
        text: the text.
        width: of a line, in characters.
        most: how many lines there may be.
    """
    room = width * most
    whole = len(text) <= room
    if not whole:
        half = (room - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    lines = [""]
    for word in text.split(" "):
        rest = word
        if lines[-1] and len(lines[-1]) + 1 + len(rest) <= width:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while len(rest) > width:
            cut = max(rest.rfind(sign, width // 2, width) + 1 for sign in "-/:.") or width
            lines[-1], rest = rest[:cut], rest[cut:]
            lines.append("")
        lines[-1] = rest
    if len(lines) > most:  # words that did not fit have left gaps
        rest = " ".join(lines[most - 1 :])
        lines = [*lines[: most - 1], f"{rest[: width - 1]}…"]
        whole = False
    return lines, whole


def _said(answer: Answer) -> str:
    return {Answer.YES: "yes", Answer.NO: "no", Answer.DEPENDS: "depends"}[answer]
