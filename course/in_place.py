"""Update rules in place, a cache-sized block at a time: as readable as the rules, but fast.

A rule makes a dozen passes over its arrays. Were each pass to run over the whole of a large
parameter, every one would wait for the memory; within a block, all but the first find their
numbers in the cache. Any rule can be applied so. The two that train most networks are here also
written without new arrays, where most of the remaining time goes.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course._blas import subtract_scaled

__all__ = ["adam_in_place", "apply_in_blocks", "blocks", "sgd_in_place"]

BLOCK_BYTES = 256 * 1024
#: From this size on, where a pass costs most, BLAS subtracts and scales in one, if SciPy is there.
BLAS_BYTES = 64 * 1024


def blocks(theta: np.ndarray, g: np.ndarray, arrays: list[np.ndarray]) -> Iterator[Any]:
    """Yield the arrays in corresponding one-dimensional parts of at most BLOCK_BYTES.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        The parts of `g` must not be written to.
    arrays : list of ndarray of shape (...)
        More arrays to write to.

    Yields
    ------
    sequence of ndarray
        Views, or buffers that are written back where the memory is not contiguous.

    Examples
    --------
    >>> theta = np.arange(4.0)
    >>> for theta_block, g_block in blocks(theta, np.ones(4), []):
    ...     theta_block -= g_block
    >>> theta
    array([-1.,  0.,  1.,  2.])
    """
    everything = [theta, g, *arrays]
    size = _block_size(theta)
    if all(array.flags.c_contiguous for array in everything):
        flat = [array.reshape(-1) for array in everything]
        for start in range(0, theta.size, size):
            yield [array[start : start + size] for array in flat]
        return
    with np.nditer(
        everything,
        flags=["external_loop", "buffered"],
        op_flags=[["readwrite"], ["readonly"], *[["readwrite"]] * len(arrays)],
        buffersize=size,
    ) as parts:
        yield from parts


def _block_size(theta: np.ndarray) -> int:
    return max(1, BLOCK_BYTES // theta.itemsize)


def apply_in_blocks(
    rule: Callable[..., tuple[np.ndarray, dict[str, Any]]],
    theta: np.ndarray,
    g: np.ndarray,
    state: dict[str, Any] | None,
    **options: Any,
) -> dict[str, Any]:
    """Apply an elementwise rule to `theta` and its state in place, block by block.

    The result is the same to the bit as that of the rule.

    Parameters
    ----------
    rule : callable
        One of `course.rules`.
    theta : ndarray of shape (...)
        Written to.
    g : ndarray of shape (...)
        Gradient, of the shape and dtype of `theta`.
    state : dict or None
        What the last step returned; None before the first. Its arrays are written to. A step that
        brings new arrays into the state, such as the first, takes the parameter whole.
    **options
        The keyword arguments of the rule.

    Returns
    -------
    dict
        The new state, with the arrays of the old one.

    Examples
    --------
    >>> from course.rules import adam
    >>> theta, g = np.zeros(2), np.array([1.0, -2.0])
    >>> state = apply_in_blocks(adam, theta, g, None, lr=0.1)
    >>> state = apply_in_blocks(adam, theta, g, state, lr=0.1)
    >>> theta.round(6), state["t"]
    (array([-0.2,  0.2]), 2)
    """
    if state is not None:
        names = [name for name, entry in state.items() if isinstance(entry, np.ndarray)]
        arrays = [state[name] for name in names]
        new_state = state
        for theta_block, g_block, *state_blocks in blocks(theta, g, arrays):
            old_state = state | dict(zip(names, state_blocks, strict=True))
            new_theta, new_state = rule(theta_block, g_block, old_state, **options)
            if new_state.keys() != state.keys():
                break
            theta_block[...] = new_theta
            for name, block in zip(names, state_blocks, strict=True):
                block[...] = new_state[name]
        else:
            return new_state | dict(zip(names, arrays, strict=True))
    theta[...], state = rule(theta, g, state, **options)
    return {k: np.asarray(s) if isinstance(s, np.generic) else s for k, s in state.items()}


def sgd_in_place(
    theta: np.ndarray, g: np.ndarray, state: dict[str, Any], *, lr: float, momentum: float
) -> dict[str, Any]:
    """Do in place what `course.rules.sgd` does, without its other options.

    Of a large parameter the last bit may differ, where BLAS rounds once and the rule twice.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters, which are written to, and their gradient.
    state : dict
        As the rule has returned it, with the velocity if there is momentum; written to.
    lr, momentum : float

    Returns
    -------
    dict
        The new state, with the arrays of the old one.

    Examples
    --------
    >>> theta, state = np.array([1.0]), {"v": np.array([2.0])}
    >>> state = sgd_in_place(theta, np.array([2.0]), state, lr=0.1, momentum=0.9)
    >>> theta.round(6), state["v"].round(6)
    (array([0.62]), array([3.8]))
    """
    scratch = np.empty(min(theta.size, _block_size(theta)), theta.dtype)
    for theta_block, update, *velocity in blocks(theta, g, [state["v"]] if momentum else []):
        s = scratch[: theta_block.size]
        for v in velocity:
            v *= momentum
            v += update
            update = v
        if theta.nbytes >= BLAS_BYTES:
            subtract_scaled(theta_block, update, lr, s)
        else:
            theta_block -= np.multiply(update, lr, out=s)
    return state


def adam_in_place(
    theta: np.ndarray,
    g: np.ndarray,
    state: dict[str, Any],
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    decay: float = 0.0,
) -> dict[str, Any]:
    r"""Do in place what `course.rules.adam` and `course.rules.adamw` do, but for AMSGrad and L2.

    Parameters
    ----------
    theta, g : ndarray of shape (...)
        Parameters, which are written to, and their gradient.
    state : dict
        As the rule has returned it; its arrays are written to.
    lr, betas, eps : float, pair of float, float
    decay : float
        The decoupled weight decay.

    Returns
    -------
    dict
        The new state, with the arrays of the old one.

    Notes
    -----
    The bias is corrected as at the end of the paper's section 2, which saves one pass:

    .. math::
        \hat m_t / (\sqrt{\hat v_t} + \epsilon)
        = \frac{r}{1 - \beta_1^t} \cdot \frac{m_t}{\sqrt{v_t} + \epsilon r},
        \qquad r = \sqrt{1 - \beta_2^t}

    References
    ----------
    Kingma, Ba (2015), Adam: a method for stochastic optimization, section 2.

    Examples
    --------
    >>> theta, state = np.array([1.0]), {"t": 0, "m": np.zeros(1), "v": np.zeros(1)}
    >>> state = adam_in_place(theta, np.ones(1), state, lr=0.1, betas=(0.9, 0.999), eps=1e-8)
    >>> theta.round(6), state["t"]
    (array([0.9]), 1)
    """
    beta1, beta2 = betas
    t = state["t"] + 1
    r = math.sqrt(1 - beta2**t)
    scratch = np.empty(min(theta.size, _block_size(theta)), theta.dtype)
    for theta_block, g_block, m, v in blocks(theta, g, [state["m"], state["v"]]):
        s = scratch[: theta_block.size]
        if decay:
            theta_block *= 1 - lr * decay
        m *= beta1
        m += np.multiply(g_block, 1 - beta1, out=s)
        v *= beta2
        np.square(g_block, out=s)
        s *= 1 - beta2
        v += s
        np.sqrt(v, out=s)
        s += eps * r
        np.divide(m, s, out=s)
        s *= lr * r / (1 - beta1**t)
        theta_block -= s
    return state | {"t": t}
