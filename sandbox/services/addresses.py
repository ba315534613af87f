"""Where the stand-ins are: the settings that make a worker use them instead of the services."""

from __future__ import annotations

from sandbox.asking import CONTROL_PATH
from sandbox.environment import LOOPBACK

QUESTIONS = "services/"
QUESTIONS_PATH = CONTROL_PATH + QUESTIONS
GRAPHQL_PATH = "/graphql"
TOKEN_PATH = "/token"  # noqa: S105 - a path


def endpoint(port: int) -> str:
    """Return the address of the process."""
    return f"http://{LOOPBACK}:{port}"


def urls(port: int) -> dict[str, str]:
    """Return the workers' settings, by the name of the environment variable."""
    return {
        "GRAPHQL_URL": endpoint(port) + GRAPHQL_PATH,
        "TOKEN_URL": endpoint(port) + TOKEN_PATH,
        "CONTENT_ID_URL": endpoint(port),
    }
