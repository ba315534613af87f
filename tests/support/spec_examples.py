"""The examples of docs/spec.md: each ``yaml`` block says in its first line what the generator makes of it.

::

    # example: environment           complete by itself
    # example: part                  laid over the environment above
    # example: refused               the same, and refused with what the ``text`` block after it says
    # example: <name>/<file>.yaml    one of several files; the last of them merges to ...
    # example: <name>/result         ... this

A ``text`` block that begins with ``$ python -m generator`` is what that command prints about the files before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.support.planning import REPOSITORY

BLOCK = re.compile(r"^```(yaml|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"# example: (environment|part|refused|([a-z]+)/(result|[a-z-]+\.yaml))\n")
COMMAND = "$ python -m generator "


@dataclass(frozen=True)
class Example:
    """One block.

    Attributes:
        line: where it starts in docs/spec.md.
        role: what its directive says; `<name>/command` for a command about files.
        text: the block, with the directive.
        messages: what a refused example is refused with.
    """

    line: int
    role: str
    text: str
    messages: str = ""


def examples() -> list[Example]:
    """Every example of docs/spec.md, in order.

    Raises:
        ValueError: a block does not say what it is, or a ``text`` block follows no refused example.
    """
    document = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
    found: list[Example] = []
    for block in BLOCK.finditer(document):
        line = document.count("\n", 0, block.start()) + 2
        language, text = block.groups()
        directive = DIRECTIVE.match(text)
        if text.startswith(COMMAND):
            found.append(Example(line, f"{found[-1].role.partition('/')[0]}/command", text.removeprefix(COMMAND)))
        elif language == "text":
            if not found or found[-1].role != "refused":
                raise ValueError(f"docs/spec.md:{line}: a text block without a refused example before it")
            found[-1] = Example(found[-1].line, "refused", found[-1].text, text)
        elif directive:
            found.append(Example(line, directive[1], text))
        elif not text.startswith("# yaml-language-server:"):
            raise ValueError(f"docs/spec.md:{line}: the first line does not say what the example is")
    return found
