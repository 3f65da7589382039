"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission, all of its processes together.

    Parameters
    ----------
    cell_seconds, seconds : float
        Wall-clock time of one cell, and of the whole notebook.
    memory : int
        Bytes of memory.
    processes : int
        Processes and threads.
    disk : int
        Bytes in the scratch folder.
    output : int
        Bytes of output that are kept of one cell.
    """

    cell_seconds: float = 120.0
    seconds: float = 600.0
    memory: int = 2048 * MB
    processes: int = 64
    disk: int = 64 * MB
    output: int = MB
