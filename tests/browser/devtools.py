"""A headless Chromium, driven by the DevTools protocol over a pair of pipes.

Needs nothing but chromium-headless-shell and Python: --remote-debugging-pipe
speaks JSON, one message after another, each ended by a zero byte.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")


def find_browser():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One browser process; use it in a with statement."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(
            ignore_cleanup_errors=True)
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()

        def connect():  # the browser reads from 3 and writes to 4
            read = fcntl.fcntl(to_browser, fcntl.F_DUPFD, 10)
            write = fcntl.fcntl(from_browser, fcntl.F_DUPFD, 10)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._process = subprocess.Popen(
            [find_browser(), "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={self._profile.name}", "about:blank"],
            preexec_fn=connect, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._last_id = 0
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._out)  # the browser ends when its pipe does
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._profile.cleanup()

    def call(self, method, session=None, **params):
        """Calls a method and returns its result; events go to self.events."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._out, rest):]
        while True:
            answer = self._read()
            if answer.get("id") != self._last_id:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def _read(self):
        while b"\0" not in self._buffer:
            data = os.read(self._in, 1 << 20)
            if not data:
                raise RuntimeError("the browser is gone")
            self._buffer += data
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)


class Page:
    """A page in a tab of its own; dark and width are those of the reader."""

    def __init__(self, browser, path, width=1280, height=1000, dark=False,
                 calm=False):
        self._browser = browser
        self._held = False  # the mouse button
        target = browser.call("Target.createTarget", url="about:blank")
        self._target = target["targetId"]
        self._session = browser.call("Target.attachToTarget", flatten=True,
                                     targetId=self._target)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion",
             "value": "reduce" if calm else "no-preference"}])
        path = os.fspath(path)
        if "://" in path:
            self.call("Page.navigate", url=path)
            return
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        self.wait_for("document.documentElement?.dataset.ready === 'true'")
        self.wait_for("document.documentElement.dataset.map === 'ready'")

    def close(self):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def call(self, method, **params):
        return self._browser.call(method, session=self._session, **params)

    def evaluate(self, expression):
        """The value of a JavaScript expression; waits for promises."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, condition, seconds=10):
        for _ in range(seconds * 50):
            if self.evaluate(condition):
                return
            self.evaluate("new Promise((done) => setTimeout(done, 20))")
        raise AssertionError(f"not within {seconds} s: {condition}")

    def settle(self):
        """Waits until what was asked for has been drawn."""
        self.evaluate("new Promise((done) => requestAnimationFrame("
                      "() => requestAnimationFrame(done)))")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def complaints(self):
        """What the console, the log and uncaught exceptions said."""
        found = []
        for event in self._events("Runtime.consoleAPICalled"):
            if event["type"] in ("error", "warning", "assert"):
                found.append(str([a.get("value", a.get("description"))
                                  for a in event["args"]]))
        for event in self._events("Log.entryAdded"):
            found.append(event["entry"]["text"])
        for event in self._events("Runtime.exceptionThrown"):
            found.append(str(event["exceptionDetails"]))
        return found

    def requests(self):
        """The addresses the page asked for, but for data: ones."""
        urls = [event["request"]["url"]
                for event in self._events("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith("data:")]

    def _events(self, method):
        return [event["params"] for event in self._browser.events
                if event.get("method") == method and
                event.get("sessionId") == self._session]

    # --- Hands ---------------------------------------------------------------

    def middle_of(self, selector):
        """Scrolls an element into view; the coordinates of its middle."""
        return self.evaluate(
            "((box) => [box.x + box.width / 2, box.y + box.height / 2])("
            f"(document.querySelector({json.dumps(selector)}).scrollIntoView("
            "{block: 'center', behavior: 'instant'}),"
            f"document.querySelector({json.dumps(selector)}))"
            ".getBoundingClientRect())")

    def mouse(self, kind, x, y, clicks=0, modifiers=0):
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y,
                  modifiers=modifiers, clickCount=clicks,
                  button="left" if kind != "Moved" or self._held else "none",
                  buttons=1 if kind == "Pressed" or self._held else 0)
        self._held = kind == "Pressed" or (kind == "Moved" and self._held)

    def click(self, selector):
        x, y = self.middle_of(selector)
        self.mouse("Pressed", x, y, clicks=1)
        self.mouse("Released", x, y, clicks=1)
        self.settle()

    def drag(self, x0, y0, x1, y1, modifiers=0):
        self.mouse("Moved", x0, y0)
        self.mouse("Pressed", x0, y0, clicks=1, modifiers=modifiers)
        for step in range(1, 5):
            self.mouse("Moved", x0 + (x1 - x0) * step / 4,
                       y0 + (y1 - y0) * step / 4, modifiers=modifiers)
        self.mouse("Released", x1, y1, clicks=1, modifiers=modifiers)
        self.settle()

    def key(self, key, modifiers=0):
        text = key if len(key) == 1 else ""
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text,
                  modifiers=modifiers)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                  modifiers=modifiers)
        self.settle()

    # --- Eyes ----------------------------------------------------------------

    def screenshot(self, path, whole=True):
        self.settle()
        data = self.call("Page.captureScreenshot",
                         captureBeyondViewport=whole)["data"]
        self._save(path, data)

    def pdf(self, path):
        data = self.call("Page.printToPDF", printBackground=True,
                         preferCSSPageSize=True)["data"]
        self._save(path, data)

    @staticmethod
    def _save(path, data):
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
