"""Where Terraform gets the AWS provider from, so that a plan works with and without the public registry.

The order: ``PUNCTUAL_PROVIDER_MIRROR``; a Terraform CLI configuration of the person's own that already says how
providers are installed; the mirror folders that Terraform itself looks into; a mirror one level under the system's
add-on root (``/opt``, as the Filesystem Hierarchy Standard has it); a copy downloaded earlier; the public registry.
Source of the implied folders and of the tree's layout: Terraform documentation, "CLI Configuration File: Provider
Installation".

What is found goes into a CLI configuration of this clone's own, under ``.build/``; nothing else is touched.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import EnvironmentFailedError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVIDER = Path("registry.terraform.io") / "hashicorp" / "aws"
OLDEST, BEFORE = (5, 100), (6, 0)  # what roots say, ~> 5.100; the modules alone also take 5.98 and 6
TESTED = "5.100.0"
ADD_ON_ROOT = Path("/opt")

MIRROR_CONFIG = """\
# Written by harness/providers.py: the AWS provider comes from a folder, everything else from where it always does.
disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = "{path}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""

DOWNLOAD = """\
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{version}"
    }}
  }}
}}
"""


def this_platform() -> str:
    """Terraform's name of this machine, such as ``linux_amd64``."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"


def holds_provider(mirror: Path) -> bool:
    """Whether a folder has a version of the provider that roots accept, for this machine, unpacked or packed."""
    tree, machine = mirror / PROVIDER, this_platform()
    if not tree.is_dir():
        return False
    unpacked = (entry.name for entry in tree.iterdir() if any((entry / machine).glob("terraform-provider-aws*")))
    packed = (archive.name.split("_")[1] for archive in tree.glob(f"terraform-provider-aws_*_{machine}.zip"))
    return any(accepted(version) for version in (*unpacked, *packed))


def accepted(version: str) -> bool:
    """Whether a version is in the roots' constraint, ``~> 5.100``."""
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.\d+", version)
    return numbers is not None and OLDEST <= (int(numbers[1]), int(numbers[2])) < BEFORE


def implied_mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    """The folders that Terraform looks into when its configuration says nothing, in its order."""
    home = Path(environment["HOME"]) if environment.get("HOME") else None
    if home:
        yield home / ".terraform.d" / "plugins"
    if sys.platform == "darwin":
        if home:
            yield home / "Library" / "Application Support" / "io.terraform" / "plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
        return
    if environment.get("XDG_DATA_HOME"):
        yield Path(environment["XDG_DATA_HOME"]) / "terraform" / "plugins"
    elif home:
        yield home / ".local" / "share" / "terraform" / "plugins"
    for folder in (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        yield Path(folder) / "terraform" / "plugins"


def add_on_mirrors(add_on_root: Path = ADD_ON_ROOT) -> Iterator[Path]:
    """Mirrors one level under the system's add-on root."""
    for tree in sorted(add_on_root.glob(f"*/{PROVIDER.as_posix()}")):
        yield tree.parents[len(PROVIDER.parts) - 1]


def own_configuration(environment: Mapping[str, str]) -> Path | None:
    """The person's own CLI configuration, when it exists: the variable may name a file that is not there."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    home = environment.get("HOME")
    path = Path(named) if named else Path(home) / ".terraformrc" if home else None
    return path if path is not None and path.is_file() else None


def configure(build: Path, environment: Mapping[str, str] | None = None, add_on_root: Path = ADD_ON_ROOT) -> Path:
    """Decide where the provider comes from and return the CLI configuration file that says so.

    Raises:
        WrongUseError: ``PUNCTUAL_PROVIDER_MIRROR`` names a folder without a usable provider.
        EnvironmentFailedError: there is no mirror, and the public registry cannot be reached.
    """
    environment = os.environ if environment is None else environment
    named = environment.get("PUNCTUAL_PROVIDER_MIRROR")
    if named:
        mirror = Path(named)
        if not holds_provider(mirror):
            raise WrongUseError(
                f"PUNCTUAL_PROVIDER_MIRROR={named}: no {PROVIDER}/<version>/{this_platform()} with ~> 5.100 there"
            )
        return write_configuration(build, mirror)
    own = own_configuration(environment)
    if own is not None and re.search(r"^\s*provider_installation\b", own.read_text(encoding="utf-8"), re.MULTILINE):
        return own
    downloaded = build / "providers"
    for mirror in (*implied_mirrors(environment), *add_on_mirrors(add_on_root), downloaded):
        if holds_provider(mirror):
            return write_configuration(build, mirror)
    download(downloaded, environment)
    return write_configuration(build, downloaded)


def write_configuration(build: Path, mirror: Path) -> Path:
    """Write the CLI configuration for a mirror, if it is not that already."""
    path = build / "terraform.rc"
    text = MIRROR_CONFIG.format(path=mirror.absolute().as_posix())
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        build.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return path


def download(folder: Path, environment: Mapping[str, str]) -> None:
    """Fetch the provider once from wherever Terraform is configured to, into a folder that then serves as a mirror.

    Terraform's plugin cache has the layout of an unpacked mirror, so its ``init`` does the download and the checking.
    """
    print(f"set-up: AWS provider {TESTED} from the Terraform registry (once, about 700 MB on disk) ...", flush=True)
    scratch = folder.with_name("provider-download")
    scratch.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (scratch / "main.tf").write_text(DOWNLOAD.format(version=TESTED), encoding="utf-8")
    own = own_configuration(environment)
    child = {key: value for key, value in environment.items() if key != "TF_CLI_CONFIG_FILE"}
    child |= {"TF_PLUGIN_CACHE_DIR": str(folder.absolute()), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    if own is not None:
        child["TF_CLI_CONFIG_FILE"] = str(own)
    finished = subprocess.run(
        ["terraform", "init", "-backend=false", "-input=false", "-no-color"],
        cwd=scratch, env=child, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if finished.returncode != 0 or not holds_provider(folder):
        said = "\n    ".join(line for line in finished.stderr.splitlines() if line.strip(" │╷╵"))
        raise EnvironmentFailedError(
            f"no AWS provider: no mirror holds it and the registry did not give it:\n    {said}\n"
            "  what to do: reach registry.terraform.io, or set PUNCTUAL_PROVIDER_MIRROR to a folder that holds\n"
            f"  {PROVIDER}/{TESTED}/{this_platform()}/ (`terraform providers mirror` makes one on a machine that can)"
        )
