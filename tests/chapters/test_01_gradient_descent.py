"""What the chapter on gradient descent claims, measured again by other means."""

import re
import warnings

import numpy as np
import prose
import pytest
import torch

from course import losses, nn, optim, toys

CHAPTER = prose.chapter("01-gradient-descent")


def lines(cell: str, start: str) -> list[str]:
    """Return the printed lines of a cell that start so, behind that start."""
    printed = prose.printed(CHAPTER, cell).splitlines()
    return [line.removeprefix(start) for line in printed if line.startswith(start)]


def numbers(text: str) -> list[float]:
    """Return the numbers of a text."""
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    cells = {"guessing", "line", "condition", "xor", "digits-again", "batch-and-rate"}
    cells |= {"vanishing", "deep-training", "pitfall-broadcast"}
    assert cells <= {claim.cell for claim in prose.claims(CHAPTER)}


def torch_steps(kappa: int, lr: float, limit: int) -> int | None:
    """Return how many steps torch needs in a valley until no parameter is above 1e-6."""
    curvature = torch.tensor([1.0, kappa], dtype=torch.float64)
    theta = torch.ones(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=lr)
    for step in range(1, limit + 1):
        theta.grad = curvature * theta.detach()
        optimizer.step()
        if theta.detach().abs().max() <= 1e-6:
            return step
    return None


@pytest.mark.parametrize(("kappa", "steps"), [(10, 69), (100, 691)])
def test_torch_takes_as_many_steps_at_the_best_rate(kappa, steps):
    assert torch_steps(kappa, 2 / (1 + kappa), limit=2 * steps) == steps
    assert f": {steps} steps" in lines("condition", f"kappa {kappa:4}")[0]


@pytest.mark.parametrize("kappa", [10, 100])
def test_torch_diverges_where_the_chapter_says_so(kappa):
    assert torch_steps(kappa, 1.99 / kappa, limit=1500) == 1375
    assert torch_steps(kappa, 2.01 / kappa, limit=1500) is None


def test_the_printed_steps_are_those_of_theory_rounded_up():
    found = [numbers(line) for line in lines("condition", "kappa ")]
    assert [row[0] for row in found] == [10, 100, 1000]
    for kappa, steps, theory in found:
        exact = np.log(1e-6) / np.log((kappa - 1) / (kappa + 1))
        assert theory == round(exact, 1)
        assert steps == np.ceil(exact)


def test_the_pencil_example_is_what_was_printed():
    printed = prose.printed(CHAPTER, "by-hand")
    for part in (
        "loss 0.69",
        "[[-1.0, -1.0], [0.0, 0.0]]",
        "[-1.0, 0.0]",
        "[[-0.5, 0.0]]",
        "[-0.5]",
    ):
        assert part in printed


def test_a_hidden_layer_is_needed_and_spare_units_help():
    solved = [numbers(line.split(":")[1])[0] for line in lines("xor", "XOR with ")]
    assert solved[0] == 0
    assert 0 < solved[1] < solved[2] < solved[3] == 20
    assert numbers(lines("xor", "AND with 2-1")[0])[0] == 20


def test_the_plateaus_are_the_best_that_alike_corners_allow():
    # k corners that look the same, one of which wants another answer (two of four, if all do).
    def entropy(p):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)

    bounds = [0, 2 * entropy(1 / 2) / 4, 3 * entropy(1 / 3) / 4, entropy(1 / 2)]
    printed = [
        numbers(line.split("loss")[1])[0]
        for line in prose.printed(CHAPTER, "xor-figure").splitlines()
    ]
    assert printed == [round(float(bound), 2) for bound in bounds]
    counts = re.findall(r"\((\d+)\)", prose.printed(CHAPTER, "xor-figure"))
    assert sum(map(int, counts)) == 20


def units_after_training(seed: int) -> tuple[float, np.ndarray]:
    """Return the loss on XOR after 300 steps, and which of two units is on at which corner."""
    rng, gate = np.random.default_rng(seed), toys.xor_gate()
    model = nn.Sequential(nn.Linear(2, 2, rng=rng), nn.ReLU(), nn.Linear(2, 1, rng=rng))
    criterion, optimizer = losses.BCEWithLogitsLoss(), optim.SGD(model.parameters(), lr=1.0)
    for _ in range(300):
        optimizer.zero_grad()
        loss = criterion(model(gate.X), gate.y)
        model.backward(criterion.backward())
        optimizer.step()
    return loss, model[:2](gate.X) > 0


def test_a_stuck_network_has_lost_its_units_as_the_chapter_says():
    three, four = 0, 0
    for seed in range(20):
        loss, on = units_after_training(seed)
        if abs(loss - 0.477) < 0.01:
            three += 1
            assert np.sum(~on.any(axis=1)) == 3, "both units are off at three corners"
        if abs(loss - np.log(2)) < 0.01:
            four += 1
            assert np.any(~on.any(axis=0)), "a unit is off at every corner"
    printed = prose.printed(CHAPTER, "xor-figure")
    assert f"three alike ({three})" in printed and f"all four alike ({four})" in printed


def test_gradient_descent_beats_guessing_by_far():
    best = numbers(lines("guessing", "best of 1000:")[0])[0]
    trained = numbers(lines("digits-again", "after 100 steps: ")[0])[0]
    assert trained > 3 * best


def batch_results() -> np.ndarray:
    """Return steps, best rate, mean and sd of the test accuracy for each batch size."""
    return np.array([numbers(line.split(":")[1]) for line in lines("batch-and-rate", "B = ")])


def test_smaller_batches_want_smaller_rates():
    rates = batch_results()[:, 1]
    assert np.all(np.diff(rates) < 0)
    assert rates[0] < 8 and rates[-1] > 0.005, "a best rate at the edge of the grid"


def test_small_batches_win_and_the_two_smallest_tie():
    _, _, mean, sd = batch_results().T
    assert mean[0] < mean[1] < mean[2]
    assert abs(mean[3] - mean[2]) < min(sd[2:])


def test_only_the_sigmoid_loses_its_gradient_whatever_the_weights():
    suited = {
        line.split()[0].rstrip(":"): numbers(line)[1]
        for line in lines("vanishing", "weights that suit, ")
    }
    assert suited["sigmoid"] < 1e-5
    assert suited["tanh"] >= 1 and suited["ReLU"] >= 1
    default = {
        line.split()[0].rstrip(":"): numbers(line)[1]
        for line in lines("vanishing", "torch's default weights, ")
    }
    assert default["sigmoid"] < default["ReLU"] < default["tanh"]


def test_a_sigmoid_network_of_torch_loses_its_gradient_too():
    torch.manual_seed(0)
    layers = []
    for fan_in, fan_out in zip([49] + [32] * 10, [32] * 10 + [10], strict=True):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers[:-1])
    output = model(torch.randn(100, 49))
    torch.nn.functional.cross_entropy(output, torch.arange(100) % 10).backward()
    norms = [layer.weight.grad.norm().item() for layer in model[:-1:2]]
    assert norms[0] / norms[-1] < 1e-5


def test_deep_training_is_lost_on_sigmoids_only():
    found = {line.split()[0]: line for line in prose.printed(CHAPTER, "deep-training").splitlines()}
    rate, mean, sd = zip(
        *(numbers(found[name]) for name in ("sigmoid", "tanh", "ReLU")), strict=True
    )
    assert mean[0] == 10 and sd[0] == 0
    assert mean[1] > mean[2] + 2 * sd[2] > mean[0]
    assert 0.01 < rate[1] < 0.3 and 0.01 < rate[2] < 0.3, "a best rate at the edge of the grid"


def test_the_broadcast_is_silent_in_numpy_and_a_warning_in_torch():
    prediction, target = np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.mean((prediction - target) ** 2) == pytest.approx(4 / 3)
    with pytest.warns(UserWarning, match="target size"):
        loss = torch.nn.functional.mse_loss(torch.tensor(prediction), torch.tensor(target))
    assert loss.item() == pytest.approx(4 / 3)


def test_the_wrong_loss_is_the_variance_twice():
    # Each prediction against each target: both spread by the line's variance, 4/3 for slope 2.
    wrong, spread = numbers(lines("pitfall-broadcast", "wrong:")[0])[:2]
    assert abs(wrong - 2 * 4 / 3) < spread


def test_pitfalls_are_worse_than_what_is_right():
    right, uncleared, summed = (
        numbers(line.split(":")[1])[0] for line in prose.printed(CHAPTER, "pitfalls").splitlines()
    )
    assert right < uncleared < 1e6 < summed
