"""Print how long a step of our optimizers takes, over torch's default, in float32.

Run it as ``python benchmarks/optimizers.py``. A ratio below 1 means that ours is faster.
"""

from _timing import Comparison, compare, header, one_thread, row  # before NumPy: one thread

# isort: split
import numpy as np
import torch

from course import optim
from course.nn import Parameter

SIZES = [10**3, 10**4, 10**5, 10**6, 10**7]
CASES = [
    ("SGD", {"lr": 1e-3}),
    ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    ("Adam", {"lr": 1e-3}),
    ("AdamW", {"lr": 1e-3}),
]


def step_ratio(name: str, options: dict[str, float], size: int) -> Comparison:
    """Compare a step on one parameter of `size` entries."""
    rng = np.random.default_rng(0)
    theta, g = (rng.standard_normal(size, dtype=np.float32) for _ in range(2))
    w = Parameter(theta.copy())
    w.grad = g
    ours = getattr(optim, name)([w], **options)
    tensor = torch.nn.Parameter(torch.tensor(theta))
    tensor.grad = torch.tensor(g)
    theirs = getattr(torch.optim, name)([tensor], **options)
    return compare(ours.step, theirs.step)


def main() -> None:
    """Print the table."""
    one_thread()
    print(header())
    for name, options in CASES:
        momentum = ", momentum" if "momentum" in options else ""
        for size in SIZES:
            comparison = step_ratio(name, options, size)
            print(row(f"{name}{momentum}", f"{size:.0e}".replace("e+0", "e"), comparison))


if __name__ == "__main__":
    main()
