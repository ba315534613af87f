"""The one place that opens DuckDB."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from workers.frame.problems import Problem, ServiceDownError

_DISK_FULL = "No space left on device"


@contextlib.contextmanager
def connect(folder: Path, memory_mib: int, threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in a folder, and leave nothing of it behind.

    It is a file and not in memory because DuckDB compresses what it writes to a file: the table of a report of 1.5
    million rows, 920 MB, takes 120 MB. In memory it would not fit, and to spill it and read it back, again and again,
    costs more time than to compress it once. Temporary tables are in memory, and spill.

    One thread is the default for two reasons. A task has 1 vCPU, and more threads than cores cost time: on one core,
    reading a report of 1.5 million rows into a table took 2.6 s of processor time with one thread, 3.3 s with two,
    3.2 s with four. And with several threads the order of rows, and so of the sums of floats, depends on which one is
    done first; a run must give the same bytes each time. Insertion order is kept for the same reason.

    Nothing is taken from the network or the home directory: extensions are neither installed nor loaded, no stored
    secret is read. A name in SQL is a table, never a variable of Python. Who has the connection cannot change any of
    this.

    Args:
        folder: the file, and what does not fit into memory, go there, into a folder of their own, which is gone
            afterwards.
        memory_mib: that tables and queries may take before they spill, in MiB; the process has about 130 MiB more.
        threads: that queries run on.

    Raises:
        ServiceDownError: memory is not enough although the rest spills, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spilled = Path(tempfile.mkdtemp(prefix="duckdb-", dir=folder))
    configuration: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": f"{memory_mib}MiB",
        "temp_directory": str(spilled),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "extension_directory": str(spilled),
        "secret_directory": str(spilled),
        "python_enable_replacements": False,
    }
    try:
        with duckdb.connect(str(spilled / "tables.duckdb"), config=configuration) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET lock_configuration = true")
            yield connection
    except duckdb.Error as error:
        # A disk that is full while tables are moved into the file is no `IOException`, but a `FatalException`.
        if not isinstance(error, duckdb.OutOfMemoryException) and _DISK_FULL not in str(error):
            raise
        detail = f"DuckDB has no memory left of {memory_mib} MiB, or no disk: {str(error).splitlines()[0]}"
        raise ServiceDownError(Problem("memory-used-up", "Memory or disk is used up", detail)) from error
    finally:
        shutil.rmtree(spilled, ignore_errors=True)
