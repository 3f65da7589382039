"""A real ipykernel whose transport is one socket: no ports, no threads, ready after a fork."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from IPython.core.history import HistoryManager
from jupyter_client.session import Session
from traitlets import Any as AnyTrait

from autograde import entry
from autograde.remote.wire import Wire
from autograde.remote.witness import testify

#: Text is sent once so much of it has come together, in characters.
CHUNK = 1 << 14
CUT = "\n[the rest of this cell's output was cut]\n"


class Kernel:
    """A kernel that is made before the fork, and gets its wire after it."""

    def __init__(self) -> None:
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        HistoryManager.enabled = False  # its database has a thread
        self.session = WireSession()
        kernel = IPythonKernel.instance(session=self.session, iopub_socket=_Nowhere())
        self.shell = kernel.shell
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
        entry.hand_over_to(lambda name, answers: testify(wire, name, answers))
        sys.stdout, sys.stderr = Stream(self.session, "stdout"), Stream(self.session, "stderr")
        while "run" in (order := wire.receive()):
            self.session.left = order["output"]
            self.shell.run_cell(order["run"], store_history=True)
            sys.stdout.flush()
            sys.stderr.flush()
            wire.send({"ran": True})


class WireSession(Session):
    """Sends what a kernel publishes over a wire, up to a budget for each cell."""

    wire: Any = AnyTrait(None)
    left: int = AnyTrait(0)

    def send(self, stream, msg_or_type, content=None, parent=None, **_: Any) -> dict[str, Any]:
        """Send one message; what no notebook keeps, such as the kernel's state, is dropped."""
        kind = msg_or_type if isinstance(msg_or_type, str) else msg_or_type["header"]["msg_type"]
        content = content if content is not None else msg_or_type.get("content", {})
        if kind in ("stream", "display_data", "execute_result", "error", "clear_output"):
            self.publish(kind, content)
        return {}

    def publish(self, kind: str, content: dict[str, Any]) -> None:
        """Send an output, or say once that there was too much."""
        if self.wire is None or self.left < 0:
            return
        self.left -= len(repr(content))
        if self.left < 0 and kind != "error":
            kind, content = "stream", {"name": "stderr", "text": CUT}
        self.wire.send({"output": kind, "content": content})


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
