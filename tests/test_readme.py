"""What the README shows is what is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from generator.commands import roots
from generator.specs import loading
from generator.specs.tree import plain
from tests.support.planning import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SPECS = re.findall(r"^```yaml\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)

# The module that the README calls `network`.
NETWORK = """\
variable "cidr_block" { type = string }
variable "key_arn" { type = string }
variable "role_arn" { type = string }
"""


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict):
        return {leaf: item for key, inner in value.items() for leaf, item in leaves(inner, (*path, key)).items()}
    return {path: value}


def test_the_pieces_of_a_spec_are_of_dn_dev() -> None:
    shards, workloads, _ = SPECS
    yaml = YAML(typ="safe")
    there = leaves(plain(loading.load(REPOSITORY / "environments", "dn-dev")))
    for block in (shards, workloads):
        shown = leaves(yaml.load(block))
        assert shown
        assert shown.items() <= there.items()


def test_the_piece_of_a_spec_with_modules_of_others_can_be_used(tmp_path: Path) -> None:
    """In an environment that extends dn-dev, in a repository that has the module; roots/ is the only thing written."""
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    (tmp_path / "vendor" / "network").mkdir(parents=True)
    (tmp_path / "vendor" / "network" / "main.tf").write_text(NETWORK, encoding="utf-8")
    own = 'extends: dn-dev\naccount: "123456789012"\nstate: {key: own}\n'
    (tmp_path / "environments" / "own.yaml").write_text(own + SPECS[-1], encoding="utf-8")
    assert list(roots.generate(tmp_path / "environments", tmp_path / "roots", "own"))
    text = (tmp_path / "roots" / "own" / "main.tf").read_text(encoding="utf-8")
    assert text.count('source = "git::https://example.com/punctual.git//modules/ecs-task?ref=v2.0.0"') == 3
    component = text[text.index('module "component_network"') :]
    assert re.findall(r"^  (\w+) += (.*)$", component, flags=re.MULTILINE) == [
        ("source", '"../../vendor/network"'),
        ("cidr_block", '"10.0.0.0/16"'),
        ("key_arn", "aws_kms_key.main.arn"),
        ("role_arn", "module.task_claims_report.task_role_arn"),
    ]


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_every_module_is_in_the_picture_and_in_the_list() -> None:
    modules = {path.name for path in (REPOSITORY / "modules").iterdir() if path.is_dir()}
    (picture,) = re.findall(r'modules\["modules/<br/>(.*?)"\]', README)
    assert set(picture.split(", ")) == modules
    assert set(re.findall(r"\[([a-z-]+)\]\(modules/\1/README\.md\)", README)) == modules


def test_every_environment_and_what_it_extends_is_in_the_table() -> None:
    specs = loading.Specs(REPOSITORY / "environments")
    table = re.findall(r"^\| `environments/([a-z-]+)\.yaml` \| (?:`([a-z-]+)`)?", README, flags=re.MULTILINE)
    assert dict(table) == {name: specs.read(name).base or "" for name in specs.names()}


def test_every_target_it_names_is_one() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", README)) <= targets


def test_the_refused_value_it_shows_is_at_that_line() -> None:
    (found,) = re.findall(
        r"^(environments/[a-z-]+\.yaml):(\d+): tasks\.claims-report\.cpu: cpu is 300", README, re.MULTILINE
    )
    path, line = found
    assert (REPOSITORY / path).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip() == "cpu: 1024"


def test_every_room_and_every_document_is_where_things_are() -> None:
    table = README.partition("## Where things are")[2].partition("\n## ")[0]
    rooms = {path.name for path in REPOSITORY.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    assert rooms <= set(re.findall(r"^\| `([a-z]+)/` \|", table, flags=re.MULTILINE))
    assert {f"docs/{path.name}" for path in (REPOSITORY / "docs").iterdir()} <= set(
        re.findall(r"\((docs/.*?)\)", table)
    )


def test_every_target_that_it_names_is_one() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)", README)) | set(
        re.findall(r"^make ([a-z-]+)", README, flags=re.MULTILINE)
    )
    assert {"plan", "demo", "test", "check"} <= named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
