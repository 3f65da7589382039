"""Messages over a stream socket: JSON, and arrays as the bytes that follow it.

A frame is two lengths, a header in JSON and the entries of its arrays. Either end uses the same
class, and neither believes what it reads: no frame makes it allocate, evaluate or wait for more
than was agreed. Nothing is ever pickled.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import time
from typing import Any

import numpy as np

from autograde.remote.arrays import BadArray, is_plain, packed, size, unpacked

#: The largest frame, and the largest part of it that is JSON.
MAX_FRAME = 64 * 2**20
MAX_HEADER = 8 * 2**20
#: What stands in the JSON of a message in the place of an array. No key of ours begins like that.
ARRAY = "\0array"

_LENGTHS = struct.Struct("!IQ")
_CHUNK = 256 * 1024


class WireError(Exception):
    """The other side is gone, or what it says is no message."""


class Timeout(WireError):
    """The other side has said nothing, or not enough, before the deadline."""


class Wire:
    """One end of a connection that carries messages.

    Parameters
    ----------
    sock : socket.socket
        A connected stream socket; the wire owns it from now on.

    Attributes
    ----------
    received : int
        How many bytes have come so far.

    Examples
    --------
    >>> here, there = (Wire(end) for end in socket.socketpair())
    >>> here.send({"gradient": np.array([0.5, -1.0]), "step": 3})
    >>> there.receive()
    {'gradient': array([ 0.5, -1. ]), 'step': 3}
    >>> here.close(), there.close()
    (None, None)
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = 0
        self._buffer = bytearray()

    def send(self, message: dict[str, Any], deadline: float | None = None) -> None:
        """Send a dict of JSON values, whose leaves may be plain arrays.

        Parameters
        ----------
        message : dict
        deadline : float, optional
            By `time.monotonic`; without one, waits as long as it takes.

        Raises
        ------
        WireError
            If the message is too large (nothing is sent then), or the other side is gone.
        Timeout
            If the other side does not read it in time.
        """
        arrays: list[np.ndarray] = []

        def leaf(value: Any) -> dict[str, int]:
            if not isinstance(value, np.ndarray) or not is_plain(value.dtype):
                raise TypeError(f"cannot send {type(value).__name__}")
            arrays.append(np.ndarray.view(value, np.ndarray))
            return {ARRAY: len(arrays) - 1}

        text = json.dumps(message, default=leaf)
        parts = [packed(array) for array in arrays]
        # JSON of ours holds no line break: one parts what describes the arrays from the message.
        header = f"{json.dumps([spec for spec, _ in parts])}\n{text}".encode()
        data = b"".join(entries.tobytes() for _, entries in parts)
        if len(header) > MAX_HEADER or _LENGTHS.size + len(header) + len(data) > MAX_FRAME:
            raise WireError("a message is too large")
        self._wait(deadline)
        try:
            self.sock.sendall(_LENGTHS.pack(len(header), len(data)) + header + data)
        except TimeoutError:
            raise Timeout("nobody reads in time") from None
        except OSError as error:
            raise WireError(f"the other side is gone: {error.strerror}") from None

    def receive(self, deadline: float | None = None) -> dict[str, Any]:
        """Return the next message.

        Parameters
        ----------
        deadline : float, optional
            By `time.monotonic`; without one, waits as long as it takes.

        Raises
        ------
        Timeout
            If it is not there in time. What has come of it is kept for another try.
        WireError
            If the other side is gone, or sends anything but a message.
        """
        self._fill(_LENGTHS.size, deadline)
        head, tail = _LENGTHS.unpack_from(self._buffer)
        start, end = _LENGTHS.size, _LENGTHS.size + head + tail
        if head > MAX_HEADER or end > MAX_FRAME:
            raise WireError(f"a message of {end} bytes is too large")
        self._fill(end, deadline)
        frame = bytes(memoryview(self._buffer)[start:end])
        del self._buffer[:end]
        return _message(frame[:head], memoryview(frame)[head:])

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def _fill(self, count: int, deadline: float | None) -> None:
        while len(self._buffer) < count:
            self._wait(deadline)
            try:
                chunk = self.sock.recv(_CHUNK)
            except TimeoutError:
                raise Timeout("the other side is silent") from None
            except OSError as error:
                raise WireError(f"the other side is gone: {error.strerror}") from None
            if not chunk:
                raise WireError("the other side has closed the connection")
            self.received += len(chunk)
            self._buffer += chunk

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Timeout("the time is over")
        try:
            self.sock.settimeout(left)
        except OSError as error:
            raise WireError(f"the other side is gone: {error.strerror}") from None


def _message(header: bytes, data: memoryview) -> dict[str, Any]:
    """Return what a header and the bytes after it say; WireError if they say nothing."""
    try:
        descriptions, _, text = header.decode().partition("\n")
        waiting = _arrays(json.loads(descriptions), data)

        def hook(found: dict[str, Any]) -> Any:
            # Each array is taken once, so that no two places share it.
            return waiting.pop(found[ARRAY]) if found.keys() == {ARRAY} else found

        message = json.loads(text, object_hook=hook)
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise WireError(f"that is no message: {type(error).__name__}") from None
    if not isinstance(message, dict) or waiting:
        raise WireError("that is no message")
    return message


def _arrays(descriptions: Any, data: memoryview) -> dict[int, np.ndarray]:
    if not isinstance(descriptions, list):
        raise BadArray("no descriptions of arrays")
    lengths = [size(description) for description in descriptions]
    if sum(lengths) != len(data):
        raise BadArray("the arrays have another length than was said")
    ends = list(itertools.accumulate(lengths, initial=0))
    return {
        k: unpacked(description, data[ends[k] : ends[k + 1]])
        for k, description in enumerate(descriptions)
    }
