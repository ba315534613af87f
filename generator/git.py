"""The environment that git is run in."""

from __future__ import annotations

import os
from typing import Final

# A hook of git runs with these set, and they would lead to its repository, index or objects instead of those asked for.
_OF_HOOKS: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)


def environment() -> dict[str, str]:
    """Return the variables of this process, without those that git sets for its hooks."""
    return {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
