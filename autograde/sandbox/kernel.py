"""A real ipykernel whose transport is one socket: no ports, no threads, ready after a fork."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from IPython.core.history import HistoryManager
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets import default

from autograde import entry
from autograde.remote.wire import Wire
from autograde.remote.witness import testify

#: Text is sent once so much of it has come together, in characters.
CHUNK = 1 << 14
#: What an output costs beside its text, and how many lines a traceback may have.
OVERHEAD, LINES = 64, 50
CUT = "\n[the rest of this cell's output was cut]\n"


class Kernel:
    """A kernel that is made before the fork, and gets its wire after it."""

    def __init__(self) -> None:
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        HistoryManager.enabled = False  # its database has a thread
        self.session = WireSession()
        kernel = IPythonKernel.instance(session=self.session, iopub_socket=_Nowhere())
        self.shell = kernel.shell
        self.shell.enable_gui = lambda gui=None: None  # there is no screen, nor an event loop
        self.shell.run_cell("1 / 0", silent=True)  # imports what a first traceback needs

    def serve(self, socket: Any) -> None:
        """Run cells until the grader ends it.

        Parameters
        ----------
        socket : socket.socket
            Messages ``{"run": source, "output": bytes}`` come, each answered by any number of
            ``{"output": type, "content": ...}`` and, at last, by ``{"ran": True}``.
        """
        wire = Wire(socket)
        self.session.wire = wire

        def hand_over(name: str, answers: tuple[Any, ...]) -> None:
            with self.session.silent():
                testify(wire, name, answers)

        entry.hand_over_to(hand_over)
        streams = [Stream(self.session, name) for name in ("stdout", "stderr")]
        sys.stdout, sys.stderr = streams
        while "run" in (order := wire.receive()):
            self.session.left = order["output"]
            if None in (sys.stdout, sys.stderr):  # IPython does not live without them
                sys.stdout, sys.stderr = streams
            self.shell.run_cell(order["run"], store_history=True)
            for stream in streams:  # whatever stands in their place by now
                stream.flush()
            with self.session.lock:
                wire.send({"ran": True})


class WireSession(Session):
    """Sends what a kernel publishes over a wire, up to a budget for each cell."""

    wire: Any = AnyTrait(None)
    left: int = AnyTrait(0)
    examined: int = AnyTrait(0)
    lock: Any = AnyTrait()  # threads may print, too

    @default("lock")
    def _new_lock(self) -> threading.RLock:
        return threading.RLock()

    def send(self, stream, msg_or_type, content=None, parent=None, **_: Any) -> dict[str, Any]:
        """Send one message; what no notebook keeps, such as the kernel's state, is dropped."""
        kind = msg_or_type if isinstance(msg_or_type, str) else msg_or_type["header"]["msg_type"]
        content = content if content is not None else msg_or_type.get("content", {})
        if kind in ("stream", "display_data", "execute_result", "error", "clear_output"):
            self.publish(kind, content)
        return {}

    def publish(self, kind: str, content: dict[str, Any]) -> None:
        """Send an output, or say once that there was too much."""
        with self.lock:
            if self.wire is None or self.left < 0 or self.examined:
                return
            if kind == "error":
                content = _shortened(content)
            self.left -= OVERHEAD + len(repr(content))
            if self.left < 0 and kind != "error":
                kind, content = "stream", {"name": "stderr", "text": CUT}
            self.wire.send({"output": kind, "content": content})

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Drop what is published: during an examination the wire is the examiner's."""
        with self.lock:
            self.examined += 1
        try:
            yield
        finally:
            with self.lock:
                self.examined -= 1


def _shortened(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error whose texts are no longer than a chunk."""
    lines = [line[:CHUNK] for line in error.get("traceback", [])[-LINES:]]
    return {**error, "evalue": str(error.get("evalue", ""))[:CHUNK], "traceback": lines}


class Stream(io.TextIOBase):
    """Standard output or error of a cell."""

    def __init__(self, session: WireSession, name: str) -> None:
        self.session, self.stream = session, name
        self.held: list[str] = []
        self.size = 0

    encoding = "utf-8"

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Hold text until there is a chunk of it."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.held.append(text[: max(0, self.session.left) + 1])
        self.size += len(text)
        if self.size >= CHUNK:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what is held."""
        if self.held:
            text, self.held, self.size = "".join(self.held), [], 0
            self.session.publish("stream", {"name": self.stream, "text": text})


class _Nowhere:
    """Stands where a kernel keeps its socket; `WireSession` has no use for one."""
