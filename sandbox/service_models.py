"""Descriptions of AWS's services, read once by the server process instead of once for each session.

botocore keeps what it has read with the session that read it. moto makes three sessions while it is imported, only to
list regions, and each kind of client here has one; each would read the list of endpoints and the description anew.
"""

from __future__ import annotations

import functools

import botocore.session
from botocore.loaders import Loader, create_loader

_kept = functools.cache(create_loader)


def keep() -> None:
    """Let all sessions that this process makes from now on share what they have read."""
    botocore.session.create_loader = _shared


def _shared(search_path_string: str | None = None) -> Loader:
    """Return the loader for a value of `AWS_DATA_PATH`; each session of boto3 appends the same folder to its paths."""
    loader = _kept(search_path_string)
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return loader
