"""Stand-ins for the services that are not AWS's: AppSync, the token service and the Content ID API, in one process.

`start` is what tests use, `serve.serving` does without a process; `contract.py` says what a stand-in is.
"""

from sandbox.services.running import Running, start

__all__ = ["Running", "start"]
