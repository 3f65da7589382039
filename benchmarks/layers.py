"""Print how long our layers and an epoch of training take, over torch's default, in float32.

Run it as ``python benchmarks/layers.py``. Layers are timed forward and backward, in training. A
ratio below 1 means that ours is faster.
"""

from _timing import Comparison, compare, header, one_thread, row  # before NumPy: one thread

# isort: split
import numpy as np
import torch

from course import conv, losses, nn, norm, optim

F32 = np.float32
ROWS = [(64, 64), (64, 256), (256, 256), (256, 1024), (1024, 256)]
IMAGES = [(64, 16, 28, 28), (64, 32, 14, 14), (64, 64, 7, 7), (16, 64, 32, 32)]
# in channels, out channels, kernel, padding, shape of the images
CONVOLUTIONS = [
    (1, 16, 5, 2, (64, 28, 28)),
    (16, 32, 3, 1, (64, 14, 14)),
    (32, 64, 3, 1, (64, 7, 7)),
    (8, 16, 5, 0, (32, 14, 14)),
    (3, 32, 3, 1, (32, 32, 32)),
]
EXAMPLES, BATCH = 4096, 64


def layer_ratio(ours: nn.Module, theirs: torch.nn.Module, shape: tuple[int, ...]) -> Comparison:
    """Compare a forward and a backward pass on x of the given shape."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape, dtype=F32)
    grad = rng.standard_normal(ours(x).shape, dtype=F32)
    x_torch, grad_torch = torch.tensor(x, requires_grad=True), torch.tensor(grad)

    def step() -> None:
        ours.zero_grad()
        ours(x)
        ours.backward(grad)

    def torch_step() -> None:
        theirs.zero_grad()
        x_torch.grad = None
        theirs(x_torch).backward(grad_torch)

    return compare(step, torch_step)


def epoch_ratio(optimizer: str) -> Comparison:
    """Compare an epoch of training a 784-128-64-10 perceptron, all of it but the data."""
    rng = np.random.default_rng(0)
    x = rng.random((EXAMPLES, 784), dtype=F32)
    y = rng.integers(0, 10, EXAMPLES)
    x_torch, y_torch = torch.tensor(x), torch.tensor(y)
    batches = [slice(start, start + BATCH) for start in range(0, EXAMPLES, BATCH)]

    ours = nn.Sequential(
        nn.Linear(784, 128, dtype=F32), nn.ReLU(),
        nn.Linear(128, 64, dtype=F32), nn.ReLU(),
        nn.Linear(64, 10, dtype=F32),
    )  # fmt: skip
    theirs = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 64), torch.nn.ReLU(),
        torch.nn.Linear(64, 10),
    )  # fmt: skip
    criterion, torch_criterion = losses.CrossEntropyLoss(), torch.nn.CrossEntropyLoss()
    update = getattr(optim, optimizer)(ours.parameters(), lr=1e-3)
    torch_update = getattr(torch.optim, optimizer)(theirs.parameters(), lr=1e-3)

    def epoch() -> None:
        for batch in batches:
            update.zero_grad()
            criterion(ours(x[batch]), y[batch])
            ours.backward(criterion.backward())
            update.step()

    def torch_epoch() -> None:
        for batch in batches:
            torch_update.zero_grad()
            torch_criterion(theirs(x_torch[batch]), y_torch[batch]).backward()
            torch_update.step()

    return compare(epoch, torch_epoch)


def main() -> None:
    """Print the table."""
    one_thread()
    print(header())
    for shape in ROWS + IMAGES:
        kind = "BatchNorm1d" if len(shape) == 2 else "BatchNorm2d"
        ours = getattr(norm, kind)(shape[1], dtype=F32)
        theirs = getattr(torch.nn, kind)(shape[1])
        print(row(kind, _times(shape), layer_ratio(ours, theirs, shape)), flush=True)
    for shape in ROWS + IMAGES:
        comparison = layer_ratio(nn.Dropout(0.5), torch.nn.Dropout(0.5), shape)
        print(row("Dropout", _times(shape), comparison), flush=True)
    for channels, out, kernel, padding, (n, *image) in CONVOLUTIONS:
        ours = conv.Conv2d(channels, out, kernel, padding=padding, dtype=F32)
        theirs = torch.nn.Conv2d(channels, out, kernel, padding=padding)
        shape = (n, channels, *image)
        name = f"Conv2d, {kernel}x{kernel}, {out} filters"
        print(row(name, _times(shape), layer_ratio(ours, theirs, shape)), flush=True)
    for optimizer in ("SGD", "Adam"):
        name = f"epoch, {optimizer}"
        print(row(name, f"{EXAMPLES} rows", epoch_ratio(optimizer)), flush=True)


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


if __name__ == "__main__":
    main()
