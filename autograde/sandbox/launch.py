"""Starting the sandbox, and a confined kernel in it for each submission."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from autograde.remote.wire import Wire
from autograde.sandbox import view
from autograde.sandbox.limits import Limits

#: Imported once, before any submission; whatever else a notebook imports, it imports itself.
PRELOAD = ["numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "course"]

#: Keeps messages apart, where there is such a thing.
PACKETS = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_STREAM

#: How long a zygote may take to be ready, in seconds by the clock.
PATIENCE = 120.0


#: What else there is to do where there is no sandbox.
REMEDY = "or grade with --unsafe-no-sandbox, if you trust every submission"


class SandboxError(Exception):
    """There is no sandbox here, or it broke; the message says why and what to do."""


def require_sandbox() -> None:
    """Make sure that a sandbox can be had here.

    Raises
    ------
    SandboxError
        If it does not; the message says why, and what to do.
    """
    if sys.platform != "linux":
        raise SandboxError(f"there is no sandbox on {sys.platform}; {REMEDY}")
    if shutil.which("bwrap") is None:
        raise SandboxError(f"bubblewrap is not there: apt-get install bubblewrap, {REMEDY}")
    probe = [*view.bubblewrap_spaces(), "--ro-bind", "/", "/", "true"]
    done = subprocess.run(probe, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip() or f"bwrap ended with {done.returncode}"
        raise SandboxError(f"namespaces are locked here ({said}): allow them, {REMEDY}")


@dataclass
class Submission:
    """The grader's ends of one confined kernel.

    Parameters
    ----------
    wire : Wire
        Speaks with the kernel.
    lease : socket.socket
        Speaks with its warden: closing it ends the submission.
    """

    wire: Wire
    lease: socket.socket

    def reason(self, seconds: float = 5.0) -> str:
        """Return why the kernel ended, empty if it has not."""
        self.lease.settimeout(seconds)
        try:
            return self.lease.recv(4096).decode(errors="replace")
        except OSError:
            return ""


class Sandbox:
    """A zygote in bubblewrap; use it in a ``with`` statement.

    Parameters
    ----------
    hidden : sequence of str
        Modules that would be the answer: they are not there.
    preload : sequence of str
        Modules to import in advance, beside `PRELOAD`.
    confined : bool
        False runs what learners wrote with the rights of the grader. For machines without a
        sandbox, and submissions that are trusted.

    Raises
    ------
    SandboxError
        If it cannot be started.
    """

    def __init__(
        self, hidden: Sequence[str] = (), preload: Sequence[str] = (), *, confined: bool = True
    ) -> None:
        self.hidden, self.confined = list(hidden), confined
        self.preload = [name for name in [*PRELOAD, *preload] if name not in self.hidden]
        self._folder = tempfile.TemporaryDirectory(prefix="autograde-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, PACKETS)
        packages = Path(self._folder.name)
        packages.chmod(0o755)
        try:
            view.copy_packages(packages, self.hidden)
            self._process = self._start(packages, theirs)
            self._await_ready()
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()

    def _start(self, packages: Path, control: socket.socket) -> subprocess.Popen:
        settings = {
            "control": control.fileno(),
            "hidden": self.hidden,
            "preload": self.preload,
            "confined": self.confined,
        }
        zygote = [sys.executable, "-P", "-m", "autograde.sandbox.zygote", json.dumps(settings)]
        environment = dict(os.environ)
        if self.confined:
            require_sandbox()
            zygote = [*view.bubblewrap(packages, self.hidden), *zygote]
        else:
            environment = {**view.environment(), "PYTHONPATH": str(packages)}
            environment["MPLCONFIGDIR"] = str(packages / "matplotlib")
        return subprocess.Popen(
            zygote,
            env=environment,
            cwd=packages,
            pass_fds=[control.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _await_ready(self) -> None:
        self._control.settimeout(PATIENCE)
        try:
            ready = self._control.recv(16) == b"ready"
        except TimeoutError:
            raise SandboxError(f"the sandbox was not ready after {PATIENCE:g} s") from None
        if not ready:
            said = self._process.communicate()[1].strip().splitlines() or ["it said nothing"]
            raise SandboxError(f"the sandbox does not start: {said[-1]}")

    @contextmanager
    def submission(self, limits: Limits) -> Iterator[Submission]:
        """Fork a confined kernel; at the end, it and all that it started are killed.

        Raises
        ------
        SandboxError
            If the zygote is gone.
        """
        wire, kernels = socket.socketpair()
        lease, wardens = socket.socketpair(socket.AF_UNIX, PACKETS)
        with wire, lease:
            try:
                order = json.dumps(asdict(limits)).encode()
                socket.send_fds(self._control, [order], [kernels.fileno(), wardens.fileno()])
            except OSError as error:
                raise SandboxError(f"the sandbox is gone: {error}") from error
            finally:
                kernels.close()
                wardens.close()
            submission = Submission(Wire(wire), lease)
            yield submission
            lease.shutdown(socket.SHUT_WR)
            submission.reason()

    def close(self) -> None:
        """End the zygote and all that it started."""
        self._control.close()
        process = getattr(self, "_process", None)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self._folder.cleanup()

    def __enter__(self) -> Sandbox:
        """Return the sandbox."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()
