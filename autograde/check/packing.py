"""Arrays as plain data for JSON, and back."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

MAX_ENTRIES = 1_000_000
DTYPES = {"float64", "float32", "int64", "bool"}


def pack(array: np.ndarray) -> dict[str, Any]:
    """Pack a plain array as dtype, shape and base64 bytes."""
    array = np.asarray(array)
    name = {"f": "float32" if array.dtype == np.float32 else "float64", "b": "bool"}.get(
        array.dtype.kind, "int64"
    )
    plain = np.ascontiguousarray(array, dtype=name)
    data = base64.b64encode(plain.tobytes()).decode()
    return {"dtype": name, "shape": list(array.shape), "data": data}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """Unpack an array; ValueError if it is too large or not an array of numbers."""
    dtype, shape = packed["dtype"], packed["shape"]
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {sorted(DTYPES)}, got {dtype!r}")
    if any(type(n) is not int or n < 0 for n in shape) or math.prod(shape) > MAX_ENTRIES:
        raise ValueError(f"shape must hold at most {MAX_ENTRIES} entries, got {shape}")
    raw = base64.b64decode(packed["data"], validate=True)
    return np.frombuffer(raw, dtype=dtype).reshape(shape)
