"""What BLAS does in one pass equals what NumPy does in two, with SciPy and without."""

import sys

import numpy as np
import pytest

from course import _blas

DTYPES = [np.float16, np.float32, np.float64]


@pytest.fixture(params=["SciPy", "NumPy alone"])
def library(request, monkeypatch):
    _blas._routine.cache_clear()
    if request.param == "NumPy alone":
        monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    yield request.param
    _blas._routine.cache_clear()


def layouts(array):
    """Yield the same numbers in rows, in columns, and with gaps."""
    yield array.copy()
    yield array.copy(order="F")
    gaps = np.zeros([2 * n for n in array.shape], array.dtype)[tuple([slice(None, None, 2)] * 2)]
    gaps[...] = array
    yield gaps


def test_routines_are_there_for_what_scipy_offers(library):
    for name in ("axpy", "gemm"):
        there = [_blas._routine(name, np.dtype(dtype).char) is not None for dtype in DTYPES]
        assert there == ([False, True, True] if library == "SciPy" else [False] * 3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5, 3, 4), (1, 3, 4), (5, 1, 1), (1, 1, 1), (2, 7, 1)])
def test_a_product_is_added_in_place_in_any_layout(library, dtype, shape):
    n, k, m = shape
    rng = np.random.default_rng(0)
    # Small integers, so that every type of number is exact.
    a, b, start = (rng.integers(-4, 5, size).astype(dtype) for size in [(n, k), (k, m), (n, m)])
    for factor in layouts(a):
        for other in layouts(b):
            for total in layouts(start):
                _blas.add_product(total, factor, other)
                np.testing.assert_array_equal(total, start + a @ b)
                np.testing.assert_array_equal(factor, a)
                np.testing.assert_array_equal(other, b)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", [1, 2])
def test_a_multiple_is_subtracted_in_place(library, dtype, step):
    theta = np.arange(12).astype(dtype)[::step]
    update, expected = np.ones(len(theta), dtype), theta - 0.5
    _blas.subtract_scaled(theta, update, 0.5, np.empty_like(update))
    np.testing.assert_array_equal(theta, expected)
