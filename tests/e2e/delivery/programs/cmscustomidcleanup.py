"""Stands for the clean-up: notes each run with its environment, and does the work of one backfill once."""

import json
import os
import sys
from pathlib import Path

folder = Path(sys.argv[1])
runs = folder / "runs.jsonl"
with runs.open("a", encoding="utf-8") as file:
    file.write(json.dumps(dict(os.environ)) + "\n")

if "TIMESTAMP" not in os.environ:  # a shard of a job, which follows no backfill
    print("asked for by an operator")
    sys.exit(0)
# What is done is known by the backfill, not by the event: an event may come twice, each time with another id.
ledger = folder / os.environ["TIMESTAMP"].replace(":", "-")
try:
    ledger.touch(exist_ok=False)
except FileExistsError:
    print(f"backfill of {os.environ['TIMESTAMP']}: done already")
else:
    print(f"backfill of {os.environ['TIMESTAMP']}: {os.environ['PROCESSED_COUNT']} channels")
