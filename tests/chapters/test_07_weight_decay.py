"""What the chapter on weight decay claims, measured again by other means."""

import re

import numpy as np
import prose
import pytest
import torch

from course import optim

NAME = "07-weight-decay"


@pytest.fixture(scope="module")
def notebook():
    return prose.chapter(NAME)


def test_no_cell_is_exempt_from_the_comparison_of_outputs(notebook):
    assert not [c.id for c in notebook.cells if "nbval-ignore-output" in c.metadata.get("tags", [])]


def test_all_measured_cells_are_cited(notebook):
    cells = {"explosion", "ridge", "shrinkage", "sparse", "l1-or-l2", "pace", "rest", "product"}
    cells |= {"leave-out", "norms", "batch-norm", "digits", "untuned"}
    assert cells <= {claim.cell for claim in prose.claims(notebook)}


def test_every_pitfall_shows_the_wrong_and_the_right_line(notebook):
    start = next(i for i, c in enumerate(notebook.cells) if "## Pitfalls" in c.source)
    end = next(i for i, c in enumerate(notebook.cells) if "## Exercises" in c.source)
    printed = [prose.printed(notebook, c.id) for c in notebook.cells[start:end] if "outputs" in c]
    assert len(printed) == 3
    for text in [*printed, prose.printed(notebook, "leave-out")]:
        assert "wrong" in text
        assert "right" in text


def rest_in_torch(optimizer_class, noise, seeds=60, steps=3000):
    """Return the mean place of rest, and its standard error, of torch's optimizer."""
    generator = torch.Generator().manual_seed(3)
    theta = torch.ones(seeds, dtype=torch.float64, requires_grad=True)
    optimizer = optimizer_class([theta], lr=0.02, weight_decay=0.1)
    total = torch.zeros(seeds, dtype=torch.float64)
    for t in range(steps):
        draw = torch.randn(seeds, dtype=torch.float64, generator=generator)
        theta.grad = theta.detach() - 1 + noise * draw
        optimizer.step()
        total += theta.detach() * (t >= 1000)
    means = total / (steps - 1000)
    return means.mean().item(), means.std().item() / np.sqrt(seeds)


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("noise", ["0.1", "3.0"])
def test_torch_rests_where_the_chapter_says(notebook, noise, column):
    line = next(s for s in prose.printed(notebook, "rest").splitlines() if s.startswith(noise))
    mean, _, theory = map(float, re.findall(r"\d\.\d+", line.split("|")[1 + column]))
    found, error = rest_in_torch((torch.optim.Adam, torch.optim.AdamW)[column], float(noise))
    assert found == pytest.approx(mean, abs=4.5 * error + 0.005)
    assert found == pytest.approx(theory, abs=4.5 * error + 0.005)
    assert error < 0.01


def test_the_gains_of_decoupling_on_digits_lie_inside_the_margin(notebook):
    gaps = re.findall(r"AdamW minus L2: (-?\d+\.\d) ± \d+\.\d", prose.printed(notebook, "digits"))
    assert len(gaps) == 2
    assert all(abs(float(gap)) < 2.5 for gap in gaps)


@pytest.fixture(scope="module")
def on_digits(notebook):
    """Return what the cell on digits defines before it trains."""
    source = next(c.source for c in notebook.cells if c.id == "digits")
    namespace = {"optim": optim}
    exec(source.split("\n\n\ndef digits_right")[0], namespace)
    return namespace


def test_methods_get_equal_budgets_on_digits(on_digits):
    for _, grids in on_digits["TASKS"].values():
        assert {len(settings) for settings in grids.values()} == {9}
    assert not set(on_digits["TUNING"]) & set(on_digits["FRESH"])
    assert len(on_digits["FRESH"]) >= 5


@pytest.mark.parametrize("task", ["right", "a fifth wrong"])
@pytest.mark.parametrize("method", ["no decay", "L2 in Adam", "AdamW"])
def test_the_best_setting_lies_inside_of_its_grid(notebook, on_digits, task, method):
    pattern = rf"labels {task}: {method} +\((.*?), (.*?)\)"
    chosen = map(float, re.search(pattern, prose.printed(notebook, "digits")).groups())
    settings = zip(*on_digits["TASKS"][task][1][method], strict=True)  # rates, decays
    for value, tried in zip(chosen, settings, strict=True):
        assert set(tried) == {0} or min(tried) < value < max(tried)
