"""The clean-up as the worker before this one did it: the report in memory, one request at a time, one call an item.

What the workers are compared with, on the same stand-in. It is called with the report's path, the number of items, and
the addresses of the Content ID API and the token service; it prints the seconds that the items took.
"""

from __future__ import annotations

import csv
import http.client
import json
import sys
import time
import urllib.parse
from pathlib import Path


def main() -> None:
    """Set the custom id of so many items, each to its channel's id."""
    report, number, content_id, tokens, key, owner = sys.argv[1:]
    with Path(report).open(newline="", encoding="utf-8") as file:
        items = [row for row in csv.DictReader(file) if row["custom_id"] == row["video_id"]][: int(number)]
    where = urllib.parse.urlsplit(content_id)
    token = ask(urllib.parse.urlsplit(tokens), "POST", urllib.parse.urlsplit(tokens).path, {}, {"x-api-key": key})
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    started = time.perf_counter()
    for item in items:
        path = f"/youtube/partner/v1/assets/{item['asset_id']}?onBehalfOfContentOwner={owner}"
        ask(where, "PATCH", path, {"metadataMine": {"customId": item["channel_id"]}}, headers)
    print(json.dumps({"items": len(items), "seconds": time.perf_counter() - started}))


def ask(
    where: urllib.parse.SplitResult, method: str, path: str, body: object, headers: dict[str, str]
) -> dict[str, str]:
    """Send one request on a connection of its own, and return the JSON that is answered."""
    connection = http.client.HTTPConnection(where.netloc, timeout=60)
    try:
        connection.request(method, path, json.dumps(body), {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {said[:200]!r}")
        found: dict[str, str] = json.loads(said)
        return found
    finally:
        connection.close()


if __name__ == "__main__":
    main()
