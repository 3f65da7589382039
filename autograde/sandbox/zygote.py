"""The zygote: imports everything once, and forks a confined kernel for each submission.

Runs inside the sandbox, as ``python -P -m autograde.sandbox.zygote``, and lives no longer than its
grader. It stays single-threaded: a fork of a process with threads may hang.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from autograde.sandbox import confine
from autograde.sandbox.kernel import Kernel
from autograde.sandbox.limits import Limits

#: Bytes of an order: limits as JSON.
ORDER = 4096


def main() -> None:
    """Serve orders until the grader is gone.

    The argument is JSON: ``control``, the number of a socket; ``hidden``, the modules that must not
    be had; ``preload``, those to import in advance; ``confined``, whether to confine the forks.
    """
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    kernel = Kernel()  # before matplotlib, which asks for it
    for name in settings["preload"]:
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # not installed, or hidden
    sys.meta_path.insert(0, Hidden(settings["hidden"]))
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the wardens
    control.send(b"ready")
    guard = confine.imprison if settings["confined"] else confine.release
    while True:
        order, handles, _, _ = socket.recv_fds(control, ORDER, 2)
        if not order:
            return
        wire, lease = (socket.socket(fileno=handle) for handle in handles)
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _guarded(guard, kernel, wire, lease, Limits(**json.loads(order)))
        wire.close()
        lease.close()


def _guarded(
    guard: Callable[..., NoReturn],
    kernel: Kernel,
    wire: socket.socket,
    lease: socket.socket,
    limits: Limits,
) -> NoReturn:
    try:
        guard(lease, limits, lambda: kernel.serve(wire))
    except BaseException as error:
        lease.send(f"the sandbox failed: {type(error).__name__}: {error}".encode())
    os._exit(1)


class Hidden:
    """An import hook that says why a module is not there.

    Parameters
    ----------
    names : list of str
        Modules, their submodules included.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a hidden module."""
        __tracebackhide__ = True  # IPython: this frame is not the learner's
        for hidden in self.names:
            if name == hidden or name.startswith(hidden + "."):
                raise ModuleNotFoundError(
                    f"{hidden} is not there while this exercise is graded: write it yourself",
                    name=name,
                )


if __name__ == "__main__":
    main()
