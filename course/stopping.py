"""Early stopping, and checkpoints on disk that survive a crash."""

from __future__ import annotations

import copy
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course._checks import check_count
from course._parts import check_state
from course._ranges import check_at_least_zero, check_number, check_one_of

__all__ = ["EarlyStopping", "load_checkpoint", "save_checkpoint"]


class EarlyStopping:
    r"""Say when training should stop, and remember the best state seen so far.

    Parameters
    ----------
    patience : int, at least 1
        Stop at this many calls in a row without an improvement.
    min_delta : float, at least 0
        An improvement is better than the best metric so far by *more* than this.
    mode : {"min", "max"}
        Whether a small metric (a loss) or a large one (an accuracy) is good.
    checkpoint : path, optional
        File in which every new best is saved as well, by `save_checkpoint`; its content is
        what `state_dict` returns.

    Attributes
    ----------
    best : float
        The best metric so far; before there is one, the worst possible.
    best_epoch : int or None
        The call that brought it, counted from 0.
    best_state : object or None
        A deep copy of the state which came with it.
    num_bad_epochs : int
        Calls since then.
    epoch : int
        Calls so far.

    Raises
    ------
    ValueError
        ``patience must be an integer >= 1, got 0``; likewise for the other arguments.

    Notes
    -----
    With best metric :math:`b` and metric :math:`a` in mode "min", an improvement is
    :math:`a < b - \delta`. Equal is not better, and NaN, which compares false with everything,
    never is. In the epoch in which this stops, torch's ``ReduceLROnPlateau`` with
    ``threshold_mode="abs"``, ``threshold=min_delta`` and ``patience=patience - 1`` reduces its
    rate: torch acts when bad epochs *exceed* patience, this when they *reach* it.

    References
    ----------
    Prechelt (1998), "Early stopping - but when?", in *Neural Networks: Tricks of the Trade*.

    Examples
    --------
    >>> stopping = EarlyStopping(patience=2)
    >>> [stopping.step(loss) for loss in (0.9, 0.5, 0.5, 0.6)]
    [False, False, False, True]
    >>> stopping.best, stopping.best_epoch
    (0.5, 1)
    """

    def __init__(
        self,
        patience: int = 10,
        *,
        min_delta: float = 0.0,
        mode: str = "min",
        checkpoint: str | os.PathLike | None = None,
    ):
        check_count("patience", patience)
        check_at_least_zero(min_delta=min_delta)
        check_one_of("min", "max", mode=mode)
        self.patience = int(patience)
        self.min_delta = min_delta
        self.mode = mode
        self.checkpoint = checkpoint
        self.best = math.inf if mode == "min" else -math.inf
        self.best_epoch: int | None = None
        self.best_state: Any = None
        self.num_bad_epochs = 0
        self.epoch = 0

    def is_better(self, metric: float) -> bool:
        """Tell whether `metric` improves on the best by more than `min_delta`."""
        if self.mode == "min":
            return metric < self.best - self.min_delta
        return metric > self.best + self.min_delta

    def step(self, metric: float, state: Any = None) -> bool:
        """Take in one epoch's metric.

        Parameters
        ----------
        metric : float
            The validation metric of this epoch.
        state : object, optional
            What to remember if this is the best epoch, say ``model.state_dict()``; it is
            copied deeply, so training on does not change it.

        Returns
        -------
        bool
            True when training should stop.
        """
        check_number(metric=metric)
        metric = float(metric)
        if self.is_better(metric):
            self.best = metric
            self.best_epoch = self.epoch
            self.best_state = copy.deepcopy(state)
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        self.epoch += 1
        if self.checkpoint is not None and self.num_bad_epochs == 0:
            save_checkpoint(self.checkpoint, self.state_dict())
        return self.num_bad_epochs >= self.patience

    def restore(self, model: Any) -> None:
        """Give `model` the weights of the best epoch.

        Parameters
        ----------
        model : object with ``load_state_dict(state)``
            The model whose ``state_dict()`` was handed to `step`.

        Raises
        ------
        ValueError
            If no epoch was an improvement, or if `step` was called without a state.
        """
        if self.best_state is None:
            raise ValueError(
                "there is no best state to restore: hand it over in step(metric, state); "
                f"best_epoch is {self.best_epoch}"
            )
        model.load_state_dict(copy.deepcopy(self.best_state))

    def state_dict(self) -> dict[str, Any]:
        """Return all that changes while training, for `load_state_dict` and `save_checkpoint`."""
        names = ("best", "best_epoch", "best_state", "num_bad_epochs", "epoch")
        return {name: copy.deepcopy(getattr(self, name)) for name in names}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from what `state_dict` returned."""
        names = self.state_dict().keys()
        check_state(state, names)
        for name in names:
            setattr(self, name, copy.deepcopy(state[name]))


def save_checkpoint(path: str | os.PathLike, state: Any) -> None:
    """Write `state` to the file `path`, wholly or not at all.

    Parameters
    ----------
    path : path
        The file. Its folder must exist. What it held before stays until all of the new content
        is on the disk.
    state : nested dicts, lists and tuples of arrays, numbers, strings and None
        For instance ``{"model": model.state_dict(), "optimizer": optimizer.state_dict()}``.

    Raises
    ------
    TypeError
        If something in `state` is of another type; nothing is written then.
    FileNotFoundError
        ``the folder of run.npz must exist, got runs``

    Notes
    -----
    The content goes to a neighbour of the file, is flushed to the disk (``fsync``), and takes the
    file's name in one step (``rename``, which POSIX makes atomic). A crash at any moment leaves
    the old file or the new one. The format is NumPy's ``.npz``, with the nesting as JSON in the
    entry "structure", and not pickle: reading a file can therefore not run code.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/run.npz", {"epoch": 3, "weight": np.ones(2)})
    ...     load_checkpoint(f"{folder}/run.npz")
    {'epoch': 3, 'weight': array([1., 1.])}
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder of {path.name} must exist, got {path.parent}")
    arrays: list[np.ndarray] = []
    structure = np.array(json.dumps(_encode(state, arrays)))
    neighbour = path.with_name(f".{path.name}.tmp")
    try:
        with open(neighbour, "wb") as file:
            np.savez(file, *arrays, structure=structure)
            file.flush()
            os.fsync(file.fileno())
        os.replace(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)
    _flush_folder(path.parent)


def load_checkpoint(path: str | os.PathLike) -> Any:
    """Read what `save_checkpoint` wrote.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    object
        Equal to what was saved, in values, types, dtypes and shapes.

    Raises
    ------
    OSError
        If there is no such file, or if it may not be read.
    ValueError
        ``run.npz is not a readable checkpoint``, if the file is something else or damaged.
    """
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return _decode(json.loads(str(arrays["structure"])), arrays)
        except Exception as error:  # damage can surface in zipfile, in NumPy, or in json
            raise ValueError(f"{Path(path).name} is not a readable checkpoint") from error


def _flush_folder(folder: Path) -> None:
    """Put the renaming itself on the disk, where the system can do so."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _encode(value: Any, arrays: list[np.ndarray]) -> Any:
    """Turn `value` into JSON; arrays are appended to `arrays` and replaced by their number."""
    match value:
        case np.ndarray() if not value.dtype.hasobject:
            arrays.append(value)
            return {"array": len(arrays) - 1}
        case np.generic() if not value.dtype.hasobject:
            arrays.append(np.asarray(value))
            return {"scalar": len(arrays) - 1}
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [_encode(item, arrays) for item in value]
        case tuple():
            return {"tuple": [_encode(item, arrays) for item in value]}
        case dict():
            pairs = [[_encode(k, arrays), _encode(v, arrays)] for k, v in value.items()]
            return {"dict": pairs}
    raise TypeError(f"a checkpoint cannot hold a {type(value).__name__}: {value!r:.80}")


def _decode(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Undo `_encode`."""
    match value:
        case list():
            return [_decode(item, arrays) for item in value]
        case {"array": number}:
            return arrays[f"arr_{number}"]
        case {"scalar": number}:
            return arrays[f"arr_{number}"][()]
        case {"tuple": items}:
            return tuple(_decode(item, arrays) for item in items)
        case {"dict": pairs}:
            return {_decode(k, arrays): _decode(v, arrays) for k, v in pairs}
    return value
