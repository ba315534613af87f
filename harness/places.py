"""Where this repository keeps what the commands read and write."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
SPECS = ROOT / "environments"
