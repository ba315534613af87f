"""The generated part of module READMEs."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import module_docs
from harness.errors import WrongUseError

MODULE = """\
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.98, < 7.0"
    }
  }
}

variable "retries" {
  description = <<-EOT
    Retries, 0 | 185.
      Then the queue.
  EOT
  type = list(object({
    name = string # of the "thing"
    age  = optional(number, 60)
  }))
  default = []
}

variable "name" {
  description = "Its \\"name\\"."
  type        = string
}

resource "aws_sqs_queue" "dlq" {}

data "aws_region" "current" {}

output "arn" {
  description = "Where it is."
  value       = aws_sqs_queue.dlq.arn
}
"""
README = f"# A module\n\nWords.\n\n{module_docs.BEGIN}\nold\n{module_docs.END}\n\nMore words.\n"


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules" / "queue"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(MODULE)
    (folder / "README.md").write_text(README)
    return tmp_path / "modules"


def test_the_tables_say_what_the_source_says(modules: Path) -> None:
    section = module_docs.describe(modules / "queue")
    for line in (
        "| terraform | >= 1.9 |",
        "| aws | >= 5.98, < 7.0 |",
        "| aws_region.current | data source |",
        "| aws_sqs_queue.dlq | resource |",
        '| <a name="input_name"></a> name | Its "name". | `string` | n/a | yes |',
        '| <a name="output_arn"></a> arn | Where it is. |',
    ):
        assert line in section.splitlines()


def test_types_of_several_lines_keep_their_shape_and_descriptions_their_lines(modules: Path) -> None:
    section = module_docs.describe(modules / "queue")
    shape = 'list(object({<br/>  name = string # of the "thing"<br/>  age  = optional(number, 60)<br/>}))'
    assert f"| Retries, 0 \\| 185.<br/>  Then the queue. | <pre>{shape}</pre> | `[]` | no |" in section


def test_required_inputs_come_first(modules: Path) -> None:
    section = module_docs.describe(modules / "queue")
    assert section.index("input_name") < section.index("input_retries")


def test_refresh_writes_between_the_markers_only_and_is_then_content(modules: Path) -> None:
    assert len(module_docs.refresh(modules, check=True)) == 1
    assert (modules / "queue" / "README.md").read_text() == README, "a check changes nothing"
    module_docs.refresh(modules, check=False)
    text = (modules / "queue" / "README.md").read_text()
    assert text.startswith("# A module\n\nWords.\n\n")
    assert text.endswith("\n\nMore words.\n")
    assert "old" not in text
    assert module_docs.refresh(modules, check=True) == []


def test_a_readme_without_markers_is_refused(modules: Path) -> None:
    (modules / "queue" / "README.md").write_text("# A module\n")
    with pytest.raises(WrongUseError, match="BEGIN_TF_DOCS"):
        module_docs.refresh(modules, check=False)


def test_a_file_that_is_not_hcl_is_named(modules: Path) -> None:
    (modules / "queue" / "main.tf").write_text('variable "x" {\n')
    with pytest.raises(WrongUseError, match=r"main\.tf:2: not HCL"):
        module_docs.refresh(modules, check=False)
