"""Who may call the server: programs of this machine, and no page that a browser of this machine shows.

Whoever calls can run commands (`RunTask`), and there are no secret credentials. A browser would call for any page that
it is shown: a page may post to 127.0.0.1 (cross-site request forgery), moto allows it to read the answer (CORS), and a
name of the page's own that is made to mean 127.0.0.1 gets around the browser's own rule (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Of `Sec-Fetch-Site` (Fetch Metadata Request Headers, W3C): an address that a person typed, and the server's own page.
NO_OTHER_PAGE = ("none", "same-origin")


class NotLoopbackError(WrongUseError):
    """A host was asked for that other machines could reach."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is a loopback address; no name is, since what a name means can change."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_loopback(host: str) -> str:
    """Return the host if it is a loopback address, and refuse every other one (names too).

    Whoever reaches the server may do anything in it, so no other machine ever may.
    """
    if not is_loopback(host):
        raise NotLoopbackError(f"{host!r} is not a loopback address: the sandbox listens on loopback only")
    return host


def with_guard(application: WSGIApplication) -> WSGIApplication:
    """Refuse what a browser sends for a page, and what is addressed to another host, before anything reads it."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reason = refusal(environ)
        if reason is None:
            return application(environ, start_response)
        body = f"sandbox: this request is refused: {reason}\n".encode()
        start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return guarded


def refusal(environ: WSGIEnvironment) -> str | None:
    """Return why a request is refused; None if it is not."""
    return reason_to_refuse(environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE"))


def reason_to_refuse(host: str | None, origin: str | None, fetch_site: str | None) -> str | None:
    """Return why a request with these headers (Host, Origin, Sec-Fetch-Site) is refused; None if it is not."""
    if not _is_own(host or ""):
        return f"it is addressed to {host or ''!r}, which is not a loopback address"
    if origin is not None or fetch_site not in (None, *NO_OTHER_PAGE):
        return "it comes from a page in a browser"
    return None


def _is_own(host: str) -> bool:
    """Tell whether a Host header names loopback. `localhost` does: no browser asks a name server for it (RFC 6761)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or is_loopback(name)
