"""Where the generator's own files are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent
REPOSITORY: Final = PACKAGE.parent
TEMPLATES: Final = PACKAGE / "templates"
