"""One running provider for a worker's plans: Terraform attaches to it instead of starting one for each run.

The provider's debug mode prints how to attach. It reads its endpoint and credentials from its own environment, not from
Terraform's, so it belongs to one sandbox. AWS_CA_BUNDLE must be gone: it breaks an attached provider.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from harness import providers

READY_SECONDS = 60


def executable(cli_config: Path) -> Path | None:
    """The provider's program, where the mirror of a CLI configuration holds it unpacked."""
    mirror = re.search(r'path\s*=\s*"([^"]+)"', cli_config.read_text(encoding="utf-8"))
    if mirror is None:
        return None
    tree = Path(mirror[1]) / providers.PROVIDER
    found = [path for path in tree.glob(f"*/{providers.this_platform()}/terraform-provider-aws*") if path.is_file()]
    return max(found, default=None, key=lambda path: [int(number) for number in path.parent.parent.name.split(".")])


@contextmanager
def running_provider(cli_config: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The variables that make Terraform attach; none where there is no unpacked provider, which is only slower."""
    program = executable(cli_config)
    if program is None:
        yield {}
        return
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(program), "-debug"], env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            yield {"TF_REATTACH_PROVIDERS": wait_for_address(process, output)}
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for_address(process: subprocess.Popen[bytes], output: TextIO) -> str:
    """What the provider prints once it listens."""
    deadline, printed = time.monotonic() + READY_SECONDS, ""
    while time.monotonic() < deadline and process.poll() is None:
        output.seek(0)
        printed = output.read()
        found = re.search(r"TF_REATTACH_PROVIDERS='(.+)'", printed)
        if found is not None:
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"the provider did not start in {READY_SECONDS} s: {printed[-2000:]}")
