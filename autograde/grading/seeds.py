"""The seed of each submission: unpredictable for whoever hands in, the same at every regrade."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

#: Bytes of the course's secret.
LENGTH = 32
#: How many seeds an assignment has.
SETS = 4


def course_secret(path: Path) -> bytes:
    """Read the secret of a course; the first use makes it.

    Parameters
    ----------
    path : path
        A file that nobody but its owner can read.

    Returns
    -------
    bytes
        Of two processes that make it at once, both get the same.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
        try:
            os.link(draft, path)  # unlike a renaming, it does not replace what is there
        except FileExistsError:
            pass
        draft.unlink()
    return path.read_bytes()


def submission_seed(secret: bytes, assignment: str, student: str) -> int:
    """Return the seed that the inputs of a submission's checks are drawn from.

    An assignment has `SETS` seeds, and chance decides which of them a student gets. What the judge
    compares with is then computed once for each of them, not once for each student.

    Examples
    --------
    >>> one = submission_seed(b"secret", "adam", "student-01")
    >>> one == submission_seed(b"secret", "adam", "student-01")
    True
    >>> one == submission_seed(b"secret", "momentum", "student-01")
    False
    """
    which = _digest(secret, assignment, student) % SETS
    return _digest(secret, assignment, f"set {which}")


def _digest(secret: bytes, assignment: str, what: str) -> int:
    message = f"{len(assignment)}:{assignment}{what}".encode()
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big")
