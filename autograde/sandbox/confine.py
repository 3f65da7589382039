"""Confining one submission: namespaces, limits and a warden of its own for each fork."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autograde.sandbox import syscalls
from autograde.sandbox.limits import MB, Limits

#: Whom a submission runs as, where the grader is root: the first of as many users as there are ids
#: of processes, so that no two submissions share one.
FIRST_USER = 100_000
INSIDE = 1000
SCRATCH = "/tmp/work"
#: How often the warden looks at the memory, in seconds.
WATCH = 0.05


def imprison(lease: socket.socket, limits: Limits, run: Callable[[], None]) -> NoReturn:
    """Run something in a confined child, until it ends, breaks a limit, or the lease is closed.

    Parameters
    ----------
    lease : socket.socket
        Its other end is the grader's. The reason of the end is written to it; when the grader
        closes it, or dies, the child and all that it started dies, too.
    limits : Limits
    run : callable
        What to run, in the confined child.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    _become_nobody()
    user, group = os.geteuid(), os.getegid()
    syscalls.unshare(syscalls.NAMESPACES & ~syscalls.CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {group} 1")
    resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    child = os.fork()
    if child == 0:
        _run_and_exit(lambda: _confine(limits), lease, run)
    _exit_with(lease, _watch(child, lease, limits))


def release(lease: socket.socket, limits: Limits, run: Callable[[], None]) -> NoReturn:
    """Run something in a child without any sandbox; only the deadlines and limits hold."""
    child = os.fork()
    if child == 0:
        _run_and_exit(lambda: _limit(limits), lease, run)
    reason = _watch(child, lease, limits)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _exit_with(lease, reason)


def _run_and_exit(
    confine: Callable[[], None], lease: socket.socket, run: Callable[[], None]
) -> NoReturn:
    try:
        os.setsid()  # a signal to its process group must not reach the warden or the zygote
        confine()
        lease.close()
        _share_no_streams()
        run()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
        os._exit(1)
    os._exit(0)


def _share_no_streams() -> None:
    """Put streams of its own in the place of the zygote's.

    Who shares them fills the pipe of its errors, or changes how it is written to, for all others.
    """
    nowhere = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _exit_with(lease: socket.socket, reason: str) -> NoReturn:
    try:
        lease.send(reason.encode())
    except OSError:
        pass  # nobody waits for it any more
    os._exit(0)


def _become_nobody() -> None:
    """Give up the rights of root: without them no limit on processes holds."""
    if os.geteuid() != 0:
        return
    user = FIRST_USER + os.getpid()
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        return  # root of a container that has no other users: it is confined all the same
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root still


def _confine(limits: Limits) -> None:
    """Hide everything but the read-only system and a scratch folder, and give up all rights."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", syscalls.MS_REC | syscalls.MS_PRIVATE)
    quiet = syscalls.MS_NOSUID | syscalls.MS_NODEV
    size = f"size={limits.disk},nr_inodes=4096"
    syscalls.mount("tmpfs", "/dev/shm", quiet, size)
    syscalls.mount("tmpfs", "/tmp", quiet, size)
    syscalls.bind("/dev/null", "/dev/zero")  # mapped and shared, it is memory that nobody counts
    syscalls.mount("tmpfs", "/proc", quiet | syscalls.MS_NOEXEC, "size=4k,mode=555")
    os.mkdir(SCRATCH)
    os.chdir(SCRATCH)
    syscalls.drop_capabilities()
    _limit(limits)
    syscalls.filter_system_calls()


def _limit(limits: Limits) -> None:
    room = 4 * limits.memory + 2048 * MB  # of addresses: much is reserved that is never used
    for what, value in [
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CPU, int(2 * limits.seconds) + 1),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, MB),
    ]:
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))


def _watch(child: int, lease: socket.socket, limits: Limits) -> str:
    """Wait for the end of the child, or bring it about; return the reason."""
    inherited = _own_memory(os.getpid())
    watched = [lease, os.pidfd_open(child)] if hasattr(os, "pidfd_open") else [lease]
    while True:
        ready, _, _ = select.select(watched, [], [], WATCH)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _describe(status)
        # What it inherits is not its own, but each process of it may hold a copy: it counts once.
        memory = sum(_own_memory(pid) for pid in _family(child)) - inherited
        if memory > limits.memory:
            reason = f"it used more than {limits.memory // MB} MB of memory"
        elif lease in ready:
            reason = "stopped"
        else:
            continue
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return reason


def _family(root: int) -> list[int]:
    """Return a process and all that descend from it: orphans belong to the first of them."""
    if not os.path.isdir("/proc"):  # not on Linux
        return [root]
    parents = {}
    for folder in os.listdir("/proc"):
        if folder.isdecimal():
            try:
                stat = Path(f"/proc/{folder}/stat").read_text(errors="replace")
            except OSError:
                continue
            parents[int(folder)] = int(stat.rpartition(")")[2].split()[1])
    family, found = [], [root]
    while found:
        family += found
        found = [pid for pid, parent in parents.items() if parent in found]
    return family


def _own_memory(pid: int) -> int:
    """Return the bytes of memory that a process has written to; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    sizes = {name: text for name, _, text in (line.partition(":") for line in lines)}
    return sum(int(sizes.get(name, "0 kB").split()[0]) << 10 for name in ("RssAnon", "RssShmem"))


def _describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"its process was ended by {name}"
    return f"its process ended with exit code {os.WEXITSTATUS(status)}"
