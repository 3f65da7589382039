"""What the chapter on momentum claims, measured again by other means or read off its outputs."""

import re

import numpy as np
import prose
import pytest
import torch

from course import data, landscapes, losses, nn, optim, train

CHAPTER = prose.chapter("02-momentum")
RATES = [m * 10.0**e for e in range(-4, 1) for m in (1, 2, 3, 5)]


def line(cell, start, after=""):
    """Return the first line that starts so, of the output below the line `after`."""
    text = prose.printed(CHAPTER, cell)
    text = text[text.index(after) :]
    return next(row for row in text.splitlines() if row.strip().startswith(start))


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def first_below(losses):
    """Return the first step at which the loss is below a millionth, or None."""
    there = np.asarray(losses) < 1e-6
    return int(there.argmax()) if there.any() else None


def loss_along(landscape, steps, lr, **options):
    with np.errstate(over="ignore", invalid="ignore"):
        path = landscapes.trajectory(
            landscape, lambda params: optim.SGD(params, lr=lr, **options), steps=steps
        )
        return landscape.value(path)


def test_no_cell_is_exempt_from_the_comparison_of_outputs():
    assert not [cell.id for cell in CHAPTER.cells if cell.metadata.get("tags")]


def test_all_measured_cells_are_cited():
    measured = {"valley-steps", "knob", "sum-figure", "nesterov", "gains", "rate-momentum"}
    measured |= {"grids", "saddle", "noise", "digits", "cycle", "pitfall-rate", "pitfall-buffer"}
    measured |= {"pitfall-place-run", "pitfall-dampening-run"}
    assert measured == {claim.cell for claim in prose.claims(CHAPTER)}


@pytest.mark.parametrize("kappa", [10, 100, 1000])
def test_gradient_descent_takes_the_steps_of_theory(kappa):
    steps = np.ceil(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)))
    assert f"{kappa:4}: {steps:4.0f} steps" in prose.printed(CHAPTER, "valley-steps")


@pytest.mark.parametrize("kappa", [10, 100, 1000])
@pytest.mark.parametrize("nesterov", [False, True])
def test_the_tuned_steps_are_those_of_torch(kappa, nesterov):
    root = np.sqrt(3 * kappa + 1) if nesterov else np.sqrt(kappa)
    if nesterov:
        options = {"lr": 4 / (3 * kappa + 1), "momentum": (root - 2) / (root + 2)}
    else:
        options = {"lr": (2 / (root + 1)) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2}
    curvature = torch.tensor([1.0, kappa], dtype=torch.float64)
    theta = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimizer = torch.optim.SGD([theta], nesterov=nesterov, **options)
    steps = 0
    while theta.detach().norm() >= 1e-6 * 2**0.5:
        theta.grad = curvature * theta.detach()
        optimizer.step()
        steps += 1
    _, plain, ball, gain, ahead, gain_ahead, _ = numbers(line("gains", f"{kappa} "))
    assert steps == (ahead if nesterov else ball)
    assert (gain_ahead if nesterov else gain) == pytest.approx(plain / steps, abs=0.051)


def test_a_large_momentum_is_slower_and_less_sensitive_to_the_rate():
    best, good = zip(
        *(
            numbers(line("rate-momentum", f"momentum {beta}"))[1:3]
            for beta in ("0.67", "0.9", "0.97")
        ),
        strict=True,
    )
    assert best[0] < best[1] < best[2]
    assert good[0] < good[1] < good[2]


def test_the_limits_at_the_bottom_explain_the_rates_of_rosenbrock():
    rosenbrock, h = landscapes.rosenbrock(), 1e-5
    ends = [np.array(rosenbrock.minimum) + sign * h * np.eye(2) for sign in (1, -1)]
    hessian = (rosenbrock.gradient(ends[0]) - rosenbrock.gradient(ends[1])) / (2 * h)
    largest = np.linalg.eigvalsh(hessian)[-1]
    assert largest == pytest.approx(1002, abs=0.5)
    assert 2 / largest == pytest.approx(0.001997, abs=5e-7)
    for start, limit in (("heavy ball", 3.8), ("Nesterov", 3.8 / 2.8)):
        rate = numbers(line("grids", start))[1]
        assert rate == max(r for r in RATES if r < limit / largest)


def test_heavy_ball_and_nesterov_are_alike_where_they_share_a_rate():
    for rate in (0.0005, 0.001):
        ball, ahead = (
            first_below(
                loss_along(landscapes.rosenbrock(), 3000, rate, momentum=0.9, nesterov=nesterov)
            )
            for nesterov in (False, True)
        )
        assert ahead == pytest.approx(ball, rel=0.04)


def test_gradient_descent_leaves_rosenbrocks_bottom_again():
    loss = loss_along(landscapes.rosenbrock(), 17_000, 0.002)
    arrived = first_below(loss)
    assert arrived == numbers(line("grids", "descent"))[0]
    left = arrived + np.argmax(loss[arrived:] >= 1e-6)
    assert left == pytest.approx(16_000, abs=500)


def test_adam_has_five_good_rates_on_rosenbrock_and_the_others_one_or_two():
    assert numbers(line("grids", "Adam"))[2] == 5
    for name in ("descent", "heavy ball", "Nesterov", "AdaGrad"):
        assert numbers(line("grids", name))[2] <= 2


def test_all_but_descent_leave_beales_bottom_again():
    for name in ("heavy ball", "Nesterov", "Adam", "AdaGrad", "RMSprop"):
        assert line("grids", name, after="Beale").endswith("leaves again")
    assert line("grids", "descent", after="Beale").endswith("stays")


def test_no_rate_brings_the_heavy_ball_home_from_the_saddle_as_soon_as_descent():
    saddle = landscapes.saddle()
    best = {
        momentum: min(
            first_below(loss_along(saddle, 300, rate, momentum=momentum) + 0.25) or 300
            for rate in (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5)
        )
        for momentum in (0.0, 0.9)
    }
    assert best[0.0] * 4 < best[0.9] < 300


def test_on_the_ridge_no_momentum_helps():
    path = landscapes.trajectory(
        landscapes.saddle(),
        lambda params: optim.SGD(params, lr=0.1, momentum=0.9),
        steps=300,
        start=np.array([-1.0, 0.0]),
    )
    assert np.all(path[:, 1] == 0)


def test_the_jitter_is_as_predicted():
    for row in prose.printed(CHAPTER, "noise").splitlines()[1:]:
        _, _, _, _, weight, spread, predicted = numbers(row)
        assert weight == pytest.approx(predicted, abs=3 * spread + 0.002)


@pytest.mark.parametrize("rate", ["0.05", "0.1", "0.2", "0.4"])
def test_at_small_rates_momentum_gains_nothing_on_digits(rate):
    _, plain, _, ball, _, difference, spread = numbers(line("digits", rate))
    assert difference == pytest.approx(ball - plain, abs=0.11)
    assert difference < spread
    assert abs(difference) < 1


def test_at_large_rates_momentum_holds_and_plain_sgd_does_not():
    assert numbers(line("digits", "0.8"))[2] > 5 > 1 > numbers(line("digits", "0.8"))[4]
    assert "falls apart" in line("digits", "1.6")


def test_at_the_first_rate_too_large_plain_sgd_fails_on_one_seed_of_five():
    fit, validation, _ = data.digits(train=1000, validation=1000)
    fit, validation = (data.Data(part.X.astype(float), part.y) for part in (fit, validation))
    accuracies = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        model = nn.Sequential(nn.Linear(784, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng))
        optimizer = optim.SGD(model.parameters(), lr=0.8)
        train.train(
            model, losses.CrossEntropyLoss(), optimizer, fit, epochs=8, batch_size=50, rng=rng
        )
        accuracies.append(train.accuracy(train.predict(model, validation.X), validation.y))
    assert np.sum(np.array(accuracies) < 0.8) == 1
    assert np.sort(accuracies)[1] > 0.86


def test_momentum_lags_by_half_an_epoch():
    fit, validation, _ = data.digits(train=1000, validation=1000)
    fit, validation = (data.Data(part.X.astype(float), part.y) for part in (fit, validation))
    runs = []
    for lr, momentum in ((0.1, 0.0), (0.01, 0.9)):
        rng = np.random.default_rng(0)
        model = nn.Sequential(nn.Linear(784, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng))
        optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
        history = train.train(
            model,
            losses.CrossEntropyLoss(),
            optimizer,
            fit,
            epochs=4,
            batch_size=50,
            rng=rng,
            validation=validation,
        )
        runs.append(history.validation_loss)
    plain, ball = runs
    assert plain[3] < ball[3] < plain[2]
    assert ball[3] == pytest.approx((plain[2] + plain[3]) / 2, rel=0.05)


@pytest.mark.parametrize(
    ("cell", "wrong", "right"),
    [
        ("pitfall-rate", "momentum 0.9: 69.3", "momentum 0.9: 87.6"),
        ("pitfall-place-run", "step 60:  9.08", "step 60:  1.00"),
        ("pitfall-buffer", "loss of 1.96", "loss of 0.00"),
        ("pitfall-dampening-run", "1341 steps with {'dampening': 0.9}", " 258 steps"),
    ],
)
def test_pitfalls_are_shown_beside_what_is_right(cell, wrong, right):
    text = prose.printed(CHAPTER, cell)
    assert wrong in text and right in text
