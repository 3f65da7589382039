"""What a stranger gets wrong first is answered by an error that names it."""

import math

import numpy as np
import pytest
import torch

from course import (
    ablation,
    clip,
    conv,
    gradcheck,
    init,
    landscapes,
    losses,
    nn,
    norm,
    optim,
    schedules,
    toys,
    train,
)
from course.stopping import EarlyStopping, save_checkpoint

RNG = "rng must be a generator such as np.random.default_rng"


def parameter():
    w = nn.Parameter(np.ones(3))
    w.grad = np.ones(3)
    return w


def sgd(lr=0.1):
    return optim.SGD([parameter()], lr=lr)


def generator():
    return np.random.default_rng(0)


def refused(action, error, message):
    with pytest.raises(error) as caught:
        action()
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam"])
@pytest.mark.parametrize(
    ("params", "options", "error", "message"),
    [
        ("bare", {}, TypeError, "params must be a list, got Parameter("),
        ("list", {"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
        ("list", {"lr": None}, TypeError, "lr must be a number, got None"),
        ("list", {"lr": math.inf}, ValueError, "lr must be finite, got inf"),
        ("list", {"lr": math.nan}, ValueError, "lr must be >= 0, got nan"),
        ("list", {"lr": [0.1]}, TypeError, "lr must be a number, got [0.1]"),
        ("list", {"weight_decay": "a"}, TypeError, "weight_decay must be a number, got 'a'"),
    ],
)
def test_optimizers_refuse(name, params, options, error, message):
    params = parameter() if params == "bare" else [parameter()]
    refused(lambda: getattr(optim, name)(params, **options), error, message)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "NAdam"])
@pytest.mark.parametrize(
    ("betas", "error", "message"),
    [
        (0.9, ValueError, "betas must be two numbers in [0, 1), got 0.9"),
        (True, ValueError, "betas must be two numbers in [0, 1), got True"),
        ((0.9,), ValueError, "betas must be two numbers in [0, 1), got (0.9,)"),
        ((0.9, 1.0), ValueError, "betas must be two numbers in [0, 1), got (0.9, 1.0)"),
        (("a", 0.9), TypeError, "betas[0] must be a number, got 'a'"),
    ],
)
def test_betas_are_a_pair(name, betas, error, message):
    refused(lambda: getattr(optim, name)([parameter()], betas=betas), error, message)


@pytest.mark.parametrize(
    ("lr", "error", "message"),
    [
        (math.nan, ValueError, "lr must be >= 0, got nan"),
        (math.inf, ValueError, "lr must be finite, got inf"),
        (-1, ValueError, "lr must be >= 0, got -1"),
        ("0.1", TypeError, "lr must be a number, got '0.1'"),
    ],
)
def test_a_rate_set_to_what_is_none_is_refused_at_the_step(lr, error, message):
    optimizer = sgd()
    optimizer.lr = lr
    refused(optimizer.step, error, message)
    np.testing.assert_array_equal(optimizer.params[0].data, np.ones(3))


@pytest.mark.parametrize("state", [None, "a", 3, {"state": []}, {}])
def test_state_dicts_that_are_none_are_refused(state):
    for part in (sgd(), schedules.StepLR(sgd(), 2), schedules.ReduceLROnPlateau(sgd())):
        with pytest.raises((TypeError, ValueError), match=r"state dict must (be|have)"):
            part.load_state_dict(state)
    if not isinstance(state, dict):
        with pytest.raises(TypeError, match="state_dict must be a dict of arrays, got"):
            nn.Linear(2, 1).load_state_dict(state)


@pytest.mark.parametrize("factor", [math.nan, math.inf, -1.0])
def test_lambda_that_gives_no_rate_is_refused_with_its_epoch(factor):
    optimizer = sgd()
    schedule = schedules.LambdaLR(optimizer, lambda epoch: 1.0 if epoch < 2 else factor)
    schedule.step()
    refused(schedule.step, ValueError, "lr of LambdaLR in epoch 2 must be")
    assert optimizer.lr == 0.1 and schedule.last_epoch == 1


SCHEDULES = [
    (lambda o: schedules.LambdaLR(o, 0.5), TypeError, "lr_lambda must be callable, got 0.5"),
    (lambda o: schedules.LambdaLR(o, lambda e: None), TypeError, "lr_lambda(0) must be a number"),
    (lambda o: schedules.StepLR(o, "3"), ValueError, "step_size must be an integer >= 1, got '3'"),
    (lambda o: schedules.StepLR(None, 3), TypeError, "optimizer must have lr, got NoneType"),
    (lambda o: schedules.MultiStepLR(o, 3), TypeError, "milestones must be a list, got 3"),
    (lambda o: schedules.MultiStepLR(o, "30"), TypeError, "milestones must be a list, got '30'"),
    (lambda o: schedules.MultiStepLR(o, [1.5]), ValueError, "milestones must be an integer >= 0"),
    (lambda o: schedules.LinearLR(o, start_factor="a"), TypeError, "start_factor must be a number"),
    (lambda o: schedules.ExponentialLR(o, math.inf), ValueError, "gamma must be finite, got inf"),
    (lambda o: schedules.SequentialLR(o, None, []), TypeError, "schedulers must be a list, got N"),
    (lambda o: schedules.OneCycleLR(o, "a", total_steps=3), TypeError, "max_lr must be a number"),
    (
        lambda o: schedules.ReduceLROnPlateau(o, patience="a"),
        TypeError,
        "patience must be a number, got 'a'",
    ),
    (
        lambda o: schedules.ReduceLROnPlateau(o).step(None),
        TypeError,
        "metric must be a number, got None",
    ),
    (lambda o: schedules.ReduceLROnPlateau([]), TypeError, "optimizer must have lr, got list"),
    (lambda o: schedules.lr_range_test(3, o), TypeError, "train_step must be callable, got 3"),
    (
        lambda o: schedules.lr_range_test(lambda: None, o),
        TypeError,
        "loss of train_step must be a number, got None",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), SCHEDULES)
def test_schedules_refuse(make, error, message):
    optimizer = sgd()
    refused(lambda: make(optimizer), error, message)
    assert optimizer.lr == 0.1


INITIALIZERS = ["normal", "xavier_uniform", "xavier_normal", "he_uniform", "he_normal"]
INITIALIZERS += ["lecun_uniform", "lecun_normal", "orthogonal", "torch_linear_default"]


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("rng", [0, None, "a", np.random])
def test_initializers_need_a_generator(name, rng):
    refused(lambda: getattr(init, name)((3, 4), rng), TypeError, RNG)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", [3, None, "ab", (3, 0), (3, -1), (2.0, 3), ("a", "b")])
def test_initializers_need_a_shape(name, shape):
    message = f"shape must hold integers >= 1, got {shape!r}"
    refused(lambda: getattr(init, name)(shape, generator()), ValueError, message)


@pytest.mark.parametrize("name", ["xavier_uniform", "xavier_normal", "orthogonal"])
@pytest.mark.parametrize("gain", [math.nan, math.inf, "a", None])
def test_gains_are_finite_numbers(name, gain):
    with pytest.raises((TypeError, ValueError), match=f"gain must be .*, got {gain!r}"):
        getattr(init, name)((3, 4), generator(), gain=gain)


X, y = np.ones((6, 4)), np.array([0, 1, 2, 0, 1, 2])
OTHERS = [
    (lambda: nn.Linear(2, 1, rng=0), TypeError, RNG),
    (lambda: nn.Linear(True, 1), ValueError, "in_features must be an integer >= 1, got True"),
    (lambda: nn.Dropout(rng=0), TypeError, RNG),
    (lambda: nn.Dropout("a"), TypeError, "p must be a number, got 'a'"),
    (lambda: nn.dropout(X, 0.5, 0), TypeError, RNG),
    (lambda: nn.Residual(3), TypeError, "block must be a module, got 3"),
    (lambda: conv.Conv2d(1, 1, 3, rng=0), TypeError, RNG),
    (lambda: conv.Conv2d(1, 1, "ab"), ValueError, "kernel_size must be one or two integers >= 1"),
    (lambda: norm.BatchNorm1d(3, eps="a"), TypeError, "eps must be a number, got 'a'"),
    (lambda: norm.LayerNorm(3, eps=math.inf), ValueError, "eps must be finite, got inf"),
    (lambda: nn.LeakyReLU(math.nan), ValueError, "negative_slope must be finite, got nan"),
    (lambda: nn.LeakyReLU("a"), TypeError, "negative_slope must be a number, got 'a'"),
    (
        lambda: losses.CrossEntropyLoss(label_smoothing=2),
        ValueError,
        "label_smoothing must be in [0, 1], got 2",
    ),
    (
        lambda: losses.CrossEntropyLoss([1.0, -1.0]),
        ValueError,
        "weight must be >= 0 and finite, got -1.0",
    ),
    (
        lambda: losses.CrossEntropyLoss([math.nan]),
        ValueError,
        "weight must be >= 0 and finite, got nan",
    ),
    (lambda: losses.CrossEntropyLoss("a"), TypeError, "weight must be numeric, got 'a'"),
    (lambda: losses.FocalLoss(-1), ValueError, "gamma must be >= 0, got -1"),
    (lambda: losses.FocalLoss("a"), TypeError, "gamma must be a number, got 'a'"),
    (
        lambda: losses.BCEWithLogitsLoss(pos_weight=math.nan),
        ValueError,
        "pos_weight must be >= 0, got nan",
    ),
    (lambda: EarlyStopping().step(None), TypeError, "metric must be a number, got None"),
    (lambda: EarlyStopping(min_delta="a"), TypeError, "min_delta must be a number, got 'a'"),
    (lambda: clip.clip_grad_norm(None, 1.0), TypeError, "params must be a list, got None"),
    (lambda: clip.clip_grad_norm("ab", 1.0), TypeError, "params must be a list, got 'ab'"),
    (lambda: clip.clip_grad_value([3], 1.0), TypeError, "params must have grad, got int"),
    (lambda: clip.clip_grad_norm([], "a"), TypeError, "max_norm must be a number, got 'a'"),
    (lambda: gradcheck.numerical_gradient(3, X), TypeError, "f must be callable, got 3"),
    (lambda: gradcheck.gradient_errors(nn.ReLU(), X, 0), TypeError, RNG),
    (lambda: landscapes.quadratic("a"), TypeError, "condition_number must be a number, got 'a'"),
    (lambda: toys.moons(0, generator()), ValueError, "n must be an integer >= 1, got 0"),
    (lambda: toys.spirals(9, 0), TypeError, RNG),
    (lambda: toys.linear_regression(9, None), TypeError, RNG),
    (lambda: toys.badly_scaled_regression(9, 0), TypeError, RNG),
    (lambda: toys.with_wrong_labels(y, 0.1, 0), TypeError, RNG),
    (lambda: train.k_fold(6, 3, 0), TypeError, RNG),
    (lambda: list(train.batches(6, 0, generator())), ValueError, "size must be an integer >= 1"),
    (lambda: train.predict(None, X), TypeError, "model must have training and train and eval"),
    (lambda: train.predict(nn.ReLU(), [1.0]), TypeError, "X must be an ndarray, got list"),
    (
        lambda: train.evaluate(nn.ReLU(), losses.MSELoss(), (X, X), [train.accuracy]),
        TypeError,
        "metrics must be a dict of functions by name",
    ),
    (
        lambda: train.accuracy(y, y),
        ValueError,
        "output and target must have shapes (n, classes) and (n,), got (6,) and (6,)",
    ),
    (
        lambda: ablation.ablation(lambda parts, seed: None, ["a"], [1, 2]),
        TypeError,
        "score of the full model at seed 1 must be a number, got None",
    ),
    (lambda: ablation.ablation(3, ["a"], [1, 2]), TypeError, "train_and_score must be callable"),
]


@pytest.mark.parametrize(("action", "error", "message"), OTHERS)
def test_everything_else_refuses(action, error, message):
    refused(action, error, message)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"data": ([[1.0]], [0])}, TypeError, "inputs of data must be an ndarray, got [[1.0]]"),
        ({"data": (X, [0] * 6)}, TypeError, "targets of data must be an ndarray, got [0, 0"),
        ({"data": None}, TypeError, "data must be a pair of inputs and targets, got None"),
        ({"data": X}, TypeError, "data must be a pair of inputs and targets, got array("),
        ({"validation": X}, TypeError, "validation must be a pair of inputs and targets"),
        ({"rng": 0}, TypeError, RNG),
        ({"rng": None}, TypeError, RNG),
        ({"model": None}, TypeError, "model must have backward and parameters and state_dict"),
        ({"criterion": None}, TypeError, "criterion must have backward, got NoneType"),
        ({"optimizer": None}, TypeError, "optimizer must have step and zero_grad and lr, got None"),
        ({"schedule": 3}, TypeError, "schedule must have step, got int"),
        ({"early_stopping": 3}, TypeError, "early_stopping must have step, got int"),
        ({"callbacks": print}, TypeError, "callbacks must be a list, got <built-in"),
        ({"callbacks": [3]}, TypeError, "callback must be callable, got 3"),
        ({"augment": 3}, TypeError, "augment must be callable, got 3"),
        ({"metrics": {"a": 3}, "validation": (X, y)}, TypeError, "metric a must be callable"),
        ({"monitor": None, "schedule_by": "metric"}, ValueError, "monitor must be one of"),
        ({"epochs": "3"}, ValueError, "epochs must be an integer >= 1, got '3'"),
    ],
)
def test_training_refuses(options, error, message):
    model = nn.Linear(4, 3, rng=generator())
    arguments = {
        "model": model,
        "criterion": losses.CrossEntropyLoss(),
        "optimizer": optim.SGD(model.parameters()),
        "data": (X, y),
        "epochs": 1,
        "rng": generator(),
    }
    before = model.weight.data.copy()
    refused(lambda: train.train(**(arguments | options)), error, message)
    np.testing.assert_array_equal(model.weight.data, before)


def test_a_checkpoint_in_a_missing_folder_names_the_file_and_the_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="the folder of run.npz must exist, got .*runs"):
        save_checkpoint(tmp_path / "runs" / "run.npz", {})


@pytest.mark.parametrize("threshold", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("first", [2.0, -2.0, math.nan])
def test_the_first_number_is_better_whatever_the_relative_threshold(threshold, mode, first):
    optimizer = sgd()
    plateau = schedules.ReduceLROnPlateau(optimizer, mode=mode, patience=0, threshold=threshold)
    plateau.step(first)
    if math.isnan(first):
        assert optimizer.lr < 0.1 and math.isinf(plateau.best)
    else:
        assert optimizer.lr == 0.1 and plateau.best == first
    assert not math.isnan(plateau.best)


def test_torch_refuses_the_first_metric_at_a_relative_threshold_of_one():
    """The departure that the notes of ReduceLROnPlateau tell of."""
    tensor = torch.nn.Parameter(torch.zeros(1))
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        torch.optim.SGD([tensor], lr=0.1), patience=0, threshold=1.0
    )
    theirs.step(2.0)
    assert theirs.get_last_lr()[0] < 0.1
