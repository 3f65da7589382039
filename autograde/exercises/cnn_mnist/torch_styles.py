"""Right classifiers, each another network, trained in another way."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


def block(inputs: int, outputs: int) -> list[nn.Module]:
    """Return a convolution with pooling, batch norm and ReLU."""
    conv = nn.Conv2d(inputs, outputs, 5, padding=2, bias=False)
    return [conv, nn.MaxPool2d(2), nn.BatchNorm2d(outputs), nn.ReLU()]


def recipe_model() -> nn.Module:
    """Return the network of the instructor's notebook."""
    return nn.Sequential(*block(1, 8), *block(8, 24), nn.Flatten(), nn.Linear(24 * 49, 10))


def recipe_train(model: nn.Module, images, labels, *, seed, epochs=6, batch=64, rate=8e-3):
    """Train by AdamW and one cycle, each batch shifted as a whole by up to two pixels."""
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    steps = epochs * -(-len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.2)
    model.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(images)).split(batch):
            down, right = torch.randint(-2, 3, (2,)).tolist()
            shown = torch.roll(images[rows], (down, right), dims=(2, 3))
            loss = functional.cross_entropy(model(shown), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


class WithDropout(nn.Module):
    """Dropout, layers in a list, a lazy one, normalization inside, log-probabilities."""

    def __init__(self):
        super().__init__()
        widths = [1, 8, 24]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in widths[1:])
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.2), nn.LazyLinear(64), nn.ReLU(), nn.Linear(64, 10)
        )

    def forward(self, x):
        """Return the logarithms of probabilities."""
        x = (x - 0.13) / 0.31
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = torch.relu(norm(functional.max_pool2d(conv(x), 2)))
        return functional.log_softmax(self.head(x), dim=1)


def with_loader(model, images, labels, *, seed):
    """Use a DataLoader with a generator of its own, NLL, and SGD with Nesterov's momentum."""
    rng = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), 50, shuffle=True, generator=rng)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    model.train()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for epoch in range(8):
            optimizer.param_groups[0]["lr"] = 0.05 * (1 - epoch / 8)
            for x, y in loader:
                wide = functional.pad(x, (1, 1, 1, 1))
                i, j = torch.randint(0, 3, (2,), generator=rng).tolist()
                optimizer.zero_grad()
                functional.nll_loss(model(wide[:, :, i : i + 28, j : j + 28]), y).backward()
                optimizer.step()
    model.eval()
    return model


def strided_model():
    """No batch norm and no pooling: strides; a last layer that starts at zero."""
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2),
        nn.GELU(),
        nn.Conv2d(16, 32, 5, stride=2, padding=2),
        nn.GELU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1),
        nn.GELU(),
        nn.Flatten(),
        nn.Linear(64 * 16, 10),
    )
    nn.init.zeros_(model[-1].weight)
    return model


def numpy_shifts(model, images, labels, *, seed):
    """NumPy's generator, each image shifted by itself, Adam, a copy with all shifts."""
    rng = np.random.default_rng(seed)
    wide = functional.pad(images, (1, 1, 1, 1))[:, 0].unfold(1, 28, 1).unfold(2, 28, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    epochs = 10
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = 3e-3 * (1 + np.cos(np.pi * epoch / epochs)) / 2
        order = rng.permutation(len(images))
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            i, j = rng.integers(0, 3, size=(2, len(rows)))
            x, y = wide[rows, i, j][:, None], labels[rows]
            loss = nn.CrossEntropyLoss(label_smoothing=0.05)(model(x), y)
            model.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()


REFERENCE = recipe_model, recipe_train
STYLES = {
    "dropout, a loader and log-probabilities": (WithDropout, with_loader),
    "strides, shifts by NumPy and a zero start": (strided_model, numpy_shifts),
    "the recipe with weights in channels_last": (
        lambda: recipe_model().to(memory_format=torch.channels_last),
        recipe_train,
    ),
}
