"""The few Linux calls that Python 3.11 does not offer: unshare, mount, prctl, capset, seccomp."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
NAMESPACES = (
    CLONE_NEWNS
    | CLONE_NEWCGROUP
    | CLONE_NEWUTS
    | CLONE_NEWIPC
    | CLONE_NEWUSER
    | CLONE_NEWPID
    | CLONE_NEWNET
)

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)
_word = ctypes.c_ulong


def unshare(flags: int) -> None:
    """Leave namespaces of the parent: see unshare(2)."""
    _check(_libc.unshare(flags), "unshare")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a file system of some kind, or change how one is mounted: see mount(2)."""
    given = (b"none", target.encode(), kind.encode(), _word(flags), options.encode())
    _check(_libc.mount(*given), f"mount {kind} on {target}")


def bind(source: str, target: str) -> None:
    """Let a path show what lies at another one."""
    given = (source.encode(), target.encode(), None, _word(MS_BIND), None)
    _check(_libc.mount(*given), f"bind {source} to {target}")


def prctl(option: int, value: int = 0) -> None:
    """Change a property of this process: see prctl(2)."""
    _check(_libc.prctl(option, _word(value), _word(0), _word(0), _word(0)), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for good and for all children."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, _word(capability), _word(0), _word(0), _word(0)):
            break  # the kernel knows no more of them
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


# --- seccomp ------------------------------------------------------------------------------------

#: Calls that no notebook needs and that enlarge what can be attacked, by architecture.
_FORBIDDEN = {
    "x86_64": {
        "arch": 0xC000003E,
        "clone": 56,
        "clone3": 435,
        # mount, umount2, pivot_root, chroot, unshare, setns, the new mount interface
        "calls": [165, 166, 155, 161, 272, 308, *range(428, 434), 442]
        # ptrace, process_vm_readv and writev, kcmp, pidfd_getfd
        + [101, 310, 311, 312, 438]
        # keys, bpf, perf, userfaultfd, io_uring, kexec, modules, swap, reboot, acct, clock
        + [248, 249, 250, 321, 298, 323, 425, 426, 427, 246, 320, 175, 176, 313, 167, 168, 169]
        + [163, 227, 305, 159, 164, 170, 171, 172, 173]
        # memory that is no process's: memfd_create, memfd_secret, shmget, semget, msgget
        + [319, 447, 29, 64, 68],
        "mmap": 9,
    },
    "aarch64": {
        "arch": 0xC00000B7,
        "clone": 220,
        "clone3": 435,
        "calls": [40, 39, 41, 51, 97, 268, *range(428, 434), 442]
        + [117, 270, 271, 272, 438]
        + [217, 218, 219, 280, 241, 282, 425, 426, 427, 104, 294, 105, 106, 273, 224, 225, 142]
        + [89, 112, 266, 171, 170, 161, 162]
        + [279, 447, 194, 190, 186],
        "mmap": 222,
    },
}
_ALLOW, _EPERM, _ENOSYS, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT, _FOURTH_ARGUMENT = 0, 4, 16, 40
_MAP_SHARED, _MAP_ANONYMOUS = 1, 0x20


def filter_system_calls() -> bool:
    """Forbid system calls that no notebook needs; tell whether this machine's are known."""
    known = _FORBIDDEN.get(platform.machine())
    if known is None:
        return False
    program = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, known["arch"]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, 0x40000000),  # the x32 numbers of the same calls
        (_RETURN, 0, 0, _KILL),
        # glibc takes clone, whose flags can be looked at, where clone3 is not there
        (_EQUAL, 0, 1, known["clone3"]),
        (_RETURN, 0, 0, _ENOSYS),
    ]
    for number in known["calls"]:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    program += [
        # a page that is shared and in no file stays when nobody counts it any more
        (_EQUAL, 0, 5, known["mmap"]),
        (_LOAD, 0, 0, _FOURTH_ARGUMENT),
        (_ANY_BIT, 0, 2, _MAP_ANONYMOUS),
        (_ANY_BIT, 0, 1, _MAP_SHARED),
        (_RETURN, 0, 0, _EPERM),
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 3, known["clone"]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, NAMESPACES),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    kept = ctypes.create_string_buffer(header)
    result = _libc.prctl(
        PR_SET_SECCOMP,
        _word(SECCOMP_MODE_FILTER),
        _word(ctypes.addressof(kept)),
        _word(0),
        _word(0),
    )
    _check(result, "seccomp")
    return True


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
