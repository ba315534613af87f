"""Names that a spec cannot use. Standard library only: harness/target.py must run before anything is installed."""

from __future__ import annotations

from typing import Final

# Working folders beside .build/<env>; harness/target.py has the same names.
RESERVED: Final = ("checkov", "provider-download", "providers", "sandbox", "venv")
