"""The training loop against torch's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training import mlp, spirals, torch_mlp

from course import nn, optim, schedules
from course.augment import augment
from course.data import digits
from course.losses import CrossEntropyLoss
from course.train import (
    accuracy,
    backpropagate,
    predict,
    train,
    train_epoch,
)


@pytest.mark.parametrize("max_norm", [None, 0.2])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("weight", [None, (0.3, 1.7)])
def test_training_is_that_of_torch(max_norm, drop_last, weight):
    """The same loop, written out in torch, on the same batches, with Adam and a cosine."""
    model, (X, y) = mlp(), spirals()
    oracle = torch_mlp(model)
    adam = optim.Adam(model.parameters(), lr=0.02)
    criterion = CrossEntropyLoss(None if weight is None else np.array(weight))
    history = train(
        model,
        criterion,
        adam,
        (X, y),
        epochs=6,
        batch_size=16,
        rng=np.random.default_rng(5),
        drop_last=drop_last,
        max_norm=max_norm,
        schedule=schedules.CosineAnnealingLR(adam, T_max=6),
    )

    optimizer = torch.optim.Adam(oracle.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    loss_function = torch.nn.CrossEntropyLoss(weight)
    rng, rates, losses = np.random.default_rng(5), [], []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        order, epoch_losses = rng.permutation(90), []
        for start in range(0, 80 if drop_last else 90, 16):
            rows = order[start : start + 16]
            optimizer.zero_grad()
            loss = loss_function(oracle(torch.tensor(X[rows])), torch.tensor(y[rows]))
            loss.backward()
            if max_norm is not None:
                torch.nn.utils.clip_grad_norm_(oracle.parameters(), max_norm)
            optimizer.step()
            epoch_losses += [loss.item()] * len(rows)
        losses.append(np.mean(epoch_losses))
        schedule.step()
    assert history.train_loss == pytest.approx(losses, rel=1e-9)
    assert history.lr == pytest.approx(rates, rel=1e-12)
    for name, tensor in oracle.state_dict().items():
        assert model.state_dict()[name] == pytest.approx(tensor.numpy(), rel=1e-8, abs=1e-10)


@given(
    accumulate=st.integers(1, 5),
    batch_size=st.integers(1, 12),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_accumulated_batches_make_the_step_of_one_large_batch(
    accumulate, batch_size, drop_last, seed
):
    if drop_last and batch_size * accumulate > 23:
        return
    models, losses = [], []
    for size, times in ((batch_size, accumulate), (batch_size * accumulate, 1)):
        model = mlp()
        loss = train_epoch(
            model,
            CrossEntropyLoss(),
            optim.SGD(model.parameters(), lr=0.5),
            spirals(23),
            rng=np.random.default_rng(seed),
            batch_size=size,
            accumulate=times,
            drop_last=drop_last,
        )
        models.append(model.state_dict())
        losses.append(loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)
    for name in models[0]:
        assert models[0][name] == pytest.approx(models[1][name], rel=1e-8, abs=1e-10)


def test_accumulation_takes_as_many_steps_as_it_says():
    class Counting(optim.SGD):
        steps = 0

        def step(self):
            self.steps += 1
            super().step()

    model = mlp()
    optimizer = Counting(model.parameters(), lr=0.1)
    options = {"rng": np.random.default_rng(0), "batch_size": 10, "accumulate": 3}
    train_epoch(model, CrossEntropyLoss(), optimizer, spirals(70), **options)
    assert optimizer.steps == 3
    train_epoch(model, CrossEntropyLoss(), optimizer, spirals(70), **options, drop_last=True)
    assert optimizer.steps == 5


def test_backpropagation_adds_to_gradients_as_in_torch():
    model, (X, y) = mlp(), spirals(10)
    backpropagate(model, CrossEntropyLoss(), (X, y), batch_size=4)
    once = [p.grad.copy() for p in model.parameters()]
    backpropagate(model, CrossEntropyLoss(), (X, y), batch_size=4)
    for parameter, grad in zip(model.parameters(), once, strict=True):
        assert parameter.grad == pytest.approx(2 * grad)


def test_the_schedule_steps_when_it_is_told_to():
    for schedule_by, expected in {
        "epoch": [1.0, 0.5, 0.25],
        "step": [1.0, 0.5**3, 0.5**6],
    }.items():
        model = mlp()
        sgd = optim.SGD(model.parameters(), lr=1.0)
        history = train(
            model,
            CrossEntropyLoss(),
            sgd,
            spirals(),
            epochs=3,
            batch_size=30,
            rng=np.random.default_rng(0),
            schedule=schedules.ExponentialLR(sgd, gamma=0.5),
            schedule_by=schedule_by,
        )
        assert history.lr == expected


def test_a_schedule_by_metric_is_shown_what_monitor_names():
    class Recorder:
        def __init__(self):
            self.seen = []

        def step(self, metric):
            self.seen.append(metric)

    for monitor in ("train_loss", "validation_loss", "accuracy"):
        model, recorder = mlp(), Recorder()
        history = train(
            model,
            CrossEntropyLoss(),
            optim.SGD(model.parameters(), lr=0.5),
            spirals(),
            epochs=4,
            rng=np.random.default_rng(0),
            validation=spirals(seed=1),
            metrics={"accuracy": accuracy},
            schedule=recorder,
            schedule_by="metric",
            monitor=monitor,
        )
        assert recorder.seen == history.to_dict()[monitor]


def test_a_learners_own_optimizer_drops_in():
    class Mine:
        def __init__(self, params, lr):
            self.params, self.lr = params, lr

        def zero_grad(self):
            for p in self.params:
                p.grad = None

        def step(self):
            for p in self.params:
                p.data -= self.lr * p.grad

    states = []
    for make in (Mine, optim.SGD):
        model = mlp()
        optimizer = make(model.parameters(), lr=0.3)
        train(
            model,
            CrossEntropyLoss(),
            optimizer,
            spirals(),
            epochs=3,
            rng=np.random.default_rng(0),
        )
        states.append(model.state_dict())
    for name in states[0]:
        assert states[0][name] == pytest.approx(states[1][name], rel=1e-12)


def test_augmentation_sees_every_example_once_an_epoch_and_the_model_its_result():
    seen = []

    def deform(inputs, generator):
        assert generator is rng
        seen.append(inputs.copy())
        return inputs + 1

    model, (X, y) = mlp(), spirals()
    losses = []
    for change, inputs in ((deform, X), (None, X + 1)):
        rng = np.random.default_rng(0)
        sgd = optim.SGD(model.parameters(), lr=0.0)
        losses.append(
            train_epoch(model, CrossEntropyLoss(), sgd, (inputs, y), rng=rng, augment=change)
        )
    rows = np.concatenate(seen)
    assert np.array_equal(rows[np.lexsort(rows.T)], X[np.lexsort(X.T)])
    assert losses[0] == losses[1]


def test_dropout_works_in_training_and_not_in_evaluation():
    class Watched(nn.Dropout):
        modes: list

        def forward(self, x):
            self.modes.append(self.training)
            return super().forward(x)

    dropout = Watched(0.5, rng=np.random.default_rng(0))
    dropout.modes = []
    model = nn.Sequential(nn.Linear(2, 2, rng=np.random.default_rng(0)), dropout).eval()
    train(
        model,
        CrossEntropyLoss(),
        optim.SGD(model.parameters(), lr=0.1),
        spirals(20),
        epochs=2,
        batch_size=10,
        rng=np.random.default_rng(0),
        validation=spirals(20, seed=1),
    )
    assert dropout.modes == [True, True, False] * 2
    assert not model.training and not dropout.training


def test_class_weights_draw_the_model_to_the_rare_class():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (190, 2)), rng.normal(1, 1, (10, 2))])
    y = np.repeat([0, 1], [190, 10])
    recalls = []
    for weight in (None, np.array([1.0, 19.0])):
        model = mlp()
        sgd = optim.SGD(model.parameters(), lr=0.1)
        train(model, CrossEntropyLoss(weight), sgd, (X, y), epochs=30, rng=rng)
        recalls.append(np.mean(predict(model, X[190:]).argmax(axis=1)))
    assert recalls[0] < 0.3 and recalls[1] > 0.6


def test_a_small_network_learns_the_digits_in_float32():
    split = digits(train=1000)
    rng = np.random.default_rng(0)
    sizes = ((784, 64), (64, 10))
    first, second = (nn.Linear(*size, rng=rng, dtype=np.float32) for size in sizes)
    model = nn.Sequential(first, nn.ReLU(), second)
    train(
        model,
        CrossEntropyLoss(),
        optim.Adam(model.parameters()),
        split.train,
        epochs=8,
        batch_size=32,
        rng=rng,
        augment=augment,
    )
    assert accuracy(predict(model, split.test.X), split.test.y) > 0.8
    assert predict(model, split.test.X).dtype == np.float32
