"""The sources of a plan are its root's files and those of the modules that it calls by a path, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from review.checks import sources


def called(source: str, **calls: Any) -> dict[str, Any]:
    return {"source": source, "module": {"module_calls": calls}}


DOCUMENT = {
    "configuration": {
        "root_module": {
            "module_calls": {
                "outer": called("../../modules/outer", inner=called("./inner", last=called("../../last"))),
                "again": called("../../modules/last"),
                "gone": called("../../modules/gone"),
                "registry": called("owner/name/aws", nested=called("../../modules/other")),
            }
        }
    }
}
READ = [
    "modules/last/main.tf.json",
    "modules/outer/inner/main.tf",
    "modules/outer/main.tf",
    "roots/own/main.tf",
    "roots/own/terraform.tfvars",
]
NOT_READ = [
    "modules/other/main.tf",
    "modules/outer/examples/main.tf",
    "modules/outer/terraform.tfvars",
    "roots/other/main.tf",
    "roots/own/.checkov.yaml",
    "roots/own/.terraform/modules/registry/main.tf",
]


def lay_out(folder: Path) -> Path:
    for name in (*READ, *NOT_READ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n", encoding="utf-8")
    return folder / "roots" / "own"


def test_what_the_root_calls_by_a_path_is_read_however_deep(tmp_path: Path) -> None:
    found = sources.of_plan(DOCUMENT, lay_out(tmp_path))
    assert (found.top, found.root) == (tmp_path, Path("roots/own"))
    assert [str(file) for file in found.files] == READ


def test_a_root_that_calls_nothing_is_alone(tmp_path: Path) -> None:
    root = lay_out(tmp_path)
    found = sources.of_plan({}, root)
    assert (found.top, found.root, [str(file) for file in found.files]) == (
        root,
        Path(),
        ["main.tf", "terraform.tfvars"],
    )


def test_a_copy_has_all_of_it_where_it_was(tmp_path: Path) -> None:
    found = sources.of_plan(DOCUMENT, lay_out(tmp_path / "here"))
    root = found.copy(tmp_path / "copy")
    assert root == tmp_path / "copy" / "roots" / "own"
    copied = sorted(
        str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*") if path.is_file()
    )
    assert copied == READ
    assert (root / "main.tf").read_text() == "# roots/own/main.tf\n"


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    root = lay_out(tmp_path)
    digests = [sources.of_plan(DOCUMENT, root).digest()]
    (root / "main.tf").write_text("# changed\n", encoding="utf-8")
    digests.append(sources.of_plan(DOCUMENT, root).digest())
    (root / "main.tf").rename(root / "other.tf")
    digests.append(sources.of_plan(DOCUMENT, root).digest())
    assert len(set(digests)) == len(digests)
