"""Soft thresholding: what is commonly got wrong."""

from __future__ import annotations

import numpy as np

from autograde.check import Bank
from autograde.exercises.weight_decay import styles


def _shrunk(w, threshold):
    return np.sign(w) * np.maximum(np.abs(w) - w.dtype.type(threshold), 0)


soft = Bank(_shrunk, styles=styles.SOFT_THRESHOLD)


@soft.wrong(
    "a hard threshold: the rest is not shrunk",
    "Small weights become zero. And what happens to the large ones?",
)
def _hard(w, threshold):
    return np.where(np.abs(w) > threshold, w, 0)


@soft.wrong(
    "the sign lost",
    "A negative weight comes back positive. What did you take the absolute value for?",
)
def _sign_lost(w, threshold):
    return np.maximum(np.abs(w) - threshold, 0)


@soft.wrong(
    "weights that grow by the threshold",
    "Is a large weight nearer to zero afterwards than before?",
)
def _grows_by_threshold(w, threshold):
    return np.where(np.abs(w) > threshold, w + np.sign(w) * threshold, 0)


@soft.wrong(
    "the threshold added to every size instead of taken away",
    "Is a weight nearer to zero afterwards than before?",
)
def _adds(w, threshold):
    return np.sign(w) * (np.abs(w) + threshold)


@soft.wrong(
    "what is left multiplied by the weight instead of its sign",
    "With a threshold of 0 a weight of two should stay two. What does it become?",
)
def _times_weight(w, threshold):
    return w * np.maximum(np.abs(w) - threshold, 0)


@soft.wrong(
    "weights drawn beyond zero",
    "A weight that is smaller than the threshold: where does it end, and on which side of zero?",
)
def _beyond_zero(w, threshold):
    return w - np.sign(w) * threshold


@soft.wrong(
    "a threshold for positive weights alone",
    "What becomes of a weight of minus three?",
)
def _one_sided(w, threshold):
    return np.maximum(w - threshold, 0)


@soft.wrong(
    "the threshold taken away from every weight, whatever its sign",
    "Take the threshold away from a negative weight: is it nearer to zero now?",
)
def _shifts(w, threshold):
    return np.where(np.abs(w) > threshold, w - threshold, 0)


@soft.wrong(
    "what is taken away in place of what is left",
    "Your results never exceed the threshold. Which of the two parts of a weight is that?",
)
def _clipped(w, threshold):
    return np.clip(w, -threshold, threshold)


@soft.wrong(
    "small weights kept and large ones set to zero",
    "Which weights should vanish: those near to zero or those far from it?",
)
def _keeps_small(w, threshold):
    return np.where(np.abs(w) <= threshold, w, 0)


@soft.wrong(
    "small weights kept as they are",
    "The large ones are shrunk. What becomes of those below the threshold?",
)
def _small_kept(w, threshold):
    return np.where(np.abs(w) > threshold, w - np.sign(w) * threshold, w)


@soft.wrong(
    "half of the threshold",
    "By how much does a large weight shrink? Compare it with the threshold.",
)
def _half_threshold(w, threshold):
    return _shrunk(w, threshold / 2)


@soft.wrong(
    "twice the threshold",
    "By how much does a large weight shrink? Compare it with the threshold.",
)
def _double_threshold(w, threshold):
    return _shrunk(w, 2 * threshold)


@soft.wrong(
    "weights scaled down as by an L2 penalty",
    "A factor never makes a weight zero. What does the L1 norm do to small weights?",
)
def _scaled_down(w, threshold):
    return w / (1 + threshold)


@soft.wrong(
    "all weights shrunk together, by their norm",
    "Does a weight here need to know how large the others are?",
)
def _by_norm(w, threshold):
    return w * max(1 - threshold / np.linalg.norm(w), 0)


@soft.wrong(
    "a threshold relative to the largest weight",
    "Does a weight here need to know how large the others are?",
)
def _relative(w, threshold):
    return _shrunk(w, threshold * np.abs(w).max())


@soft.wrong(
    "the threshold applied to the squares",
    "In which units is the threshold: in those of a weight, or of its square?",
)
def _of_squares(w, threshold):
    return np.sign(w) * np.sqrt(np.maximum(w**2 - threshold**2, 0))


@soft.wrong(
    "the signs alone",
    "How large is what is left of a weight of three when the threshold is one?",
)
def _signs(w, threshold):
    return np.sign(w) * (np.abs(w) > threshold)


@soft.wrong(
    "a division by a weight of zero",
    "To get at a sign you divide by a size. What if a weight has none?",
)
def _divides_by_zero(w, threshold):
    return w / np.abs(w) * np.maximum(np.abs(w) - w.dtype.type(threshold), 0)


@soft.wrong(
    "small weights that come out nearly zero",
    "Whoever counts the weights that are gone compares with 0. Do yours ever equal it?",
)
def _nearly_zero(w, threshold):
    return np.sign(w) * np.maximum(np.abs(w) - w.dtype.type(threshold), w.dtype.type(1e-12))


@soft.wrong(
    "the weights unchanged",
    "What should become of a weight that is smaller than the threshold?",
)
def _unchanged(w, threshold):
    return w.copy()


@soft.wrong(
    "w changed in place",
    "The caller still has w. Into which array do you write?",
)
def _writes(w, threshold):
    w[...] = _shrunk(w, threshold)
    return w


@soft.wrong(
    "a flat array, whatever the shape of w",
    "Should a matrix not come back as a matrix?",
)
def _flat(w, threshold):
    return _shrunk(w, threshold).ravel()


@soft.wrong(
    "float32 weights that turn into float64",
    "What dtype has the result of your arithmetic when w is float32?",
)
def _wide(w, threshold):
    return _shrunk(w.astype(float), threshold)
