"""A headless Chromium, driven by its own DevTools protocol through a pair of pipes: no driver, no package, no port.

Messages are JSON, each ended by a NUL (`--remote-debugging-pipe`; https://chromedevtools.github.io/devtools-protocol/).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# As Debian, Fedora, Ubuntu and Google call it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "Chromium is not installed: apt-get install chromium"
OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # it needs a user other than root; nothing but our own file is opened
    "--no-first-run",
    "--no-default-browser-check",
    "--no-startup-window",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
SECONDS = 30
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), " ": (32, " "), "/": (191, "/")}
SHIFT = 8
# The contrast of every text with what is behind it (WCAG 2.2, 1.4.3), where it is less than 4.5 to 1.
FAINT = """(() => {
  const part = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4 };
  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = colour => { const [r, g, b] = numbers(colour).map(part); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const behind = element => {
    for (let each = element; each !== null; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const isText = [...element.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim() !== "");
    if (!isText || element.closest("svg, script, style") !== null || !element.checkVisibility()) continue;
    const [low, high] = [getComputedStyle(element).color, behind(element)].map(light).sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.push(`${element.outerHTML.slice(0, 80)} ${ratio.toFixed(2)}`);
  }
  return faint;
})()"""


def find() -> str | None:
    """Where Chromium is; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def needed() -> str:
    """Where Chromium is; without one the test is left out, and fails where ``CI`` is set."""
    executable = find()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return executable


@contextmanager
def start(executable: str, profile: Path) -> Iterator[Browser]:
    """Run a browser until the block ends. Its output goes to a file beside its profile."""
    commands, answers = os.pipe(), os.pipe()
    # In the child they are 3 and 4: from above those, so that neither takes the other's place.
    reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (commands[0], answers[1]))
    log = os.open(profile.with_suffix(".log"), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC)
    pid = os.posix_spawn(
        executable,
        [executable, *OPTIONS, f"--user-data-dir={profile}"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, reading, 3),
            (os.POSIX_SPAWN_DUP2, writing, 4),
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
        ],
    )
    for end in (commands[0], answers[1], reading, writing, log):
        os.close(end)
    try:
        browser = Browser(commands[1], answers[0])
        yield browser
        browser.call("Browser.close")
    finally:
        os.close(commands[1])  # at which it ends, also without having been asked to
        os.close(answers[0])
        os.waitpid(pid, 0)


class Browser:
    """The browser at the other ends of two pipes."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._read = read
        self._unread = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, /, **parameters: Any) -> Any:
        """Call a method and return its result; what happens meanwhile is in ``events``."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            answer = self._next()
            if answer.get("id") != self._number:
                self.events.append(answer)
            elif "error" in answer:
                raise AssertionError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def wait_for(self, method: str, session: str) -> None:
        """Wait for an event of a session, also one that has been there since it was last waited for."""
        while True:
            for number, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    del self.events[number]
                    return
            self.events.append(self._next())

    def page(self) -> Page:
        """Open a tab."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        return page

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._read], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the browser said nothing for {SECONDS} s")
            data = os.read(self._read, 1 << 20)
            if not data:
                raise EOFError("the browser has ended")
            self._unread += data
        message, _, self._unread = self._unread.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, /, **parameters: Any) -> Any:
        return self._browser.call(method, self._session, **parameters)

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.as_uri())
        self._browser.wait_for("Page.loadEventFired", self._session)

    def reset(self, width: int, height: int = 800) -> None:
        """Be as new: a tab that is used again costs a tenth of a new one, which has a process of its own."""
        self.call("Emulation.setEmulatedMedia", media="", features=[])
        self.call("Emulation.setScriptExecutionDisabled", value=False)
        self.resize(width, height)
        self._browser.events = [each for each in self._browser.events if each.get("sessionId") != self._session]

    def resize(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def colours(self, scheme: str) -> None:
        """Be a page of somebody who prefers ``dark`` or ``light``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def as_on_paper(self) -> None:
        self.call("Emulation.setEmulatedMedia", media="print")

    def without_script(self) -> None:
        self.call("Emulation.setScriptExecutionDisabled", value=True)

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript comes to, once it is settled if it is a promise."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise AssertionError(f"{expression}: {found['exceptionDetails']['exception'].get('description')}")
        return found["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        code, text = KEYS[key]
        names = {"key": key, "windowsVirtualKeyCode": code, "modifiers": SHIFT if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **names, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **names)

    def write(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def complaints(self) -> list[str]:
        """Everything in the console, and every exception."""
        self.evaluate("0")  # what was said before is here once this is answered
        found = []
        for event in self._events():
            parameters = event["params"]
            if event["method"] == "Log.entryAdded":
                found.append(parameters["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled":
                found.append(" ".join(str(each.get("value")) for each in parameters["args"]))
            elif event["method"] == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"]["text"])
        return found

    def requests(self) -> list[str]:
        """The addresses of all requests, also those that were refused."""
        self.evaluate("0")
        sent = (each for each in self._events() if each["method"] == "Network.requestWillBeSent")
        return [each["params"]["request"]["url"] for each in sent]

    def screenshot(self, path: Path, *, highest: int) -> None:
        """Keep a picture of the whole page, up to a height. What is out of sight is not drawn, so the window grows."""
        width, height = self.evaluate("[innerWidth, innerHeight]")
        for _ in range(2):  # what comes into sight is not as high as was thought
            self.resize(width, min(self.evaluate("document.scrollingElement.scrollHeight"), highest))
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
        self.resize(width, height)

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def _events(self) -> list[dict[str, Any]]:
        return [event for event in self._browser.events if event.get("sessionId") == self._session]


Opener = Callable[..., Page]


def opener(tab: Page, folder: Path, usual_width: int) -> Opener:
    """Return what opens a page of a folder by its name, in place of the one before."""

    def opened(name: str, *, width: int = usual_width, colours: str = "light", script: bool = True) -> Page:
        tab.reset(width)
        tab.colours(colours)
        if not script:
            tab.without_script()
        tab.open(folder / f"{name}.html")
        return tab

    return opened
