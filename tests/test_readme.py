"""What the README shows is what is there."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML

from tests.support.planning import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict):
        return {leaf: item for key, inner in value.items() for leaf, item in leaves(inner, (*path, key)).items()}
    return {path: value}


def test_the_piece_of_a_spec_is_of_dn_dev() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    yaml = YAML(typ="safe")
    shown = leaves(yaml.load(block))
    there = leaves(yaml.load((REPOSITORY / "environments" / "dn-dev.yaml").read_text(encoding="utf-8")))
    assert shown
    assert shown.items() <= there.items()


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_every_target_it_names_is_one() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", README)) <= targets
