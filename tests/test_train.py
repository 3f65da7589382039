"""The training loop against torch's, resuming to the bit, and what goes with them."""

import math

import numpy as np
import pytest
import sklearn.model_selection
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import nn, optim, schedules, toys
from course.augment import augment
from course.data import digits
from course.history import History
from course.losses import CrossEntropyLoss, MSELoss
from course.norm import BatchNorm1d
from course.stopping import EarlyStopping, load_checkpoint
from course.train import (
    accuracy,
    backpropagate,
    batches,
    evaluate,
    k_fold,
    predict,
    train,
    train_epoch,
)


def mlp(seed=0, *, dropout=0.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Linear(2, 8, rng=rng, dtype=dtype),
        nn.ReLU(),
        nn.Dropout(dropout, rng=rng),
        nn.Linear(8, 2, rng=rng, dtype=dtype),
    )


def torch_mlp(model):
    oracle = torch.nn.Sequential(
        torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Dropout(0.0), torch.nn.Linear(8, 2)
    ).double()
    state = {name: torch.tensor(array) for name, array in model.state_dict().items()}
    oracle.load_state_dict(state)
    return oracle


def spirals(n=90, seed=0):
    return toys.spirals(n, np.random.default_rng(seed))


def same_state(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


# The loop -------------------------------------------------------------------------------------


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


# Early stopping, history, callbacks -----------------------------------------------------------


def test_early_stopping_ends_the_run_and_restores_what_it_saw():
    model = mlp()
    stopping = EarlyStopping(patience=3)
    train_data, validation = spirals(40), spirals(200, seed=1)
    history = train(
        model,
        CrossEntropyLoss(),
        optim.Adam(model.parameters(), lr=0.3),
        train_data,
        epochs=300,
        rng=np.random.default_rng(0),
        validation=validation,
        early_stopping=stopping,
    )
    assert history.stopped_early and history.finished
    assert len(history.train_loss) == stopping.best_epoch + 1 + 3 < 300
    assert stopping.best == min(history.validation_loss)
    last = evaluate(model, CrossEntropyLoss(), validation)["loss"]
    assert last == history.validation_loss[-1] > stopping.best
    stopping.restore(model)
    assert evaluate(model, CrossEntropyLoss(), validation)["loss"] == stopping.best


def test_early_stopping_watches_the_metric_that_monitor_names():
    model, stopping = mlp(), EarlyStopping(patience=2, mode="max")
    history = train(
        model,
        CrossEntropyLoss(),
        optim.Adam(model.parameters(), lr=0.1),
        spirals(),
        epochs=100,
        rng=np.random.default_rng(0),
        validation=spirals(seed=1),
        metrics={"accuracy": accuracy},
        monitor="accuracy",
        early_stopping=stopping,
    )
    assert stopping.best == max(history.metrics["accuracy"])


def test_history_measures_what_it_says():
    model, validation = mlp(), spirals(seed=1)
    measured = []

    def watch(model, history):
        measured.append(evaluate(model, CrossEntropyLoss(), validation, {"accuracy": accuracy}))

    history = train(
        model,
        CrossEntropyLoss(),
        optim.SGD(model.parameters(), lr=0.5),
        spirals(),
        epochs=3,
        rng=np.random.default_rng(0),
        validation=validation,
        metrics={"accuracy": accuracy},
        callbacks=[watch],
    )
    curves = history.to_dict()
    assert list(curves) == ["train_loss", "validation_loss", "lr", "accuracy"]
    assert curves["validation_loss"] == [scores["loss"] for scores in measured]
    assert curves["accuracy"] == [scores["accuracy"] for scores in measured]
    assert all(type(x) is float for curve in curves.values() for x in curve)
    assert all(len(curve) == 3 for curve in curves.values())
    curves["lr"].append(0.0)
    assert len(history.lr) == 3


def test_history_without_validation_has_no_empty_curves():
    assert History(1, train_loss=[0.5], lr=[0.1]).to_dict() == {"train_loss": [0.5], "lr": [0.1]}


def test_callbacks_are_called_after_every_epoch_in_order():
    calls, model = [], mlp()

    def note(name):
        return lambda model, history: calls.append((name, len(history.lr), history.finished))

    train(
        model,
        CrossEntropyLoss(),
        optim.SGD(model.parameters(), lr=0.1),
        spirals(),
        epochs=2,
        rng=np.random.default_rng(0),
        callbacks=[note("a"), note("b")],
    )
    assert calls == [("a", 1, False), ("b", 1, False), ("a", 2, True), ("b", 2, True)]


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


# Resuming -------------------------------------------------------------------------------------


class Interrupted(Exception):
    pass


def run(epochs, *, path=None, resume=False, interrupt_at=None, optimizer, schedule, augmented):
    """Train with everything that has a state, and return all that came of it."""
    rng = np.random.default_rng(3)
    model = nn.Sequential(
        nn.Linear(2, 8, rng=rng),
        BatchNorm1d(8),
        nn.ReLU(),
        nn.Dropout(0.3, rng=np.random.default_rng(8)),
        nn.Linear(8, 2, rng=rng),
        nn.Dropout(0.1, rng=rng),
    )
    stopping = EarlyStopping(patience=4)
    opt = optimizer(model.parameters())
    make_schedule, schedule_by = schedule

    def interrupt(model, history):
        if len(history.lr) == interrupt_at:
            raise Interrupted

    history = train(
        model,
        CrossEntropyLoss(),
        opt,
        spirals(100),
        epochs=epochs,
        batch_size=16,
        rng=rng,
        augment=(lambda X, rng: X + 0.1 * rng.normal(size=X.shape)) if augmented else None,
        schedule=make_schedule(opt),
        schedule_by=schedule_by,
        validation=spirals(50, seed=1),
        metrics={"accuracy": accuracy},
        early_stopping=stopping,
        checkpoint=path,
        resume=resume,
        callbacks=[interrupt],
    )
    return model.state_dict(), opt.state_dict(), stopping.state_dict(), history, rng.random()


OPTIMIZERS = {
    "SGD": lambda params: optim.SGD(params, lr=0.2, momentum=0.9, nesterov=True),
    "Adagrad": lambda params: optim.Adagrad(params, lr=0.1),
    "RMSprop": lambda params: optim.RMSprop(params, lr=0.02, momentum=0.5, centered=True),
    "Adam": lambda params: optim.Adam(params, lr=0.05, amsgrad=True),
    "AdamW": lambda params: optim.AdamW(params, lr=0.05),
    "NAdam": lambda params: optim.NAdam(params, lr=0.05),
}
SCHEDULES = {
    "step": (lambda opt: schedules.StepLR(opt, step_size=2, gamma=0.5), "epoch"),
    "one cycle": (lambda opt: schedules.OneCycleLR(opt, max_lr=0.1, total_steps=100), "step"),
    "plateau": (lambda opt: schedules.ReduceLROnPlateau(opt, patience=0), "metric"),
}


def everything_equal(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(everything_equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(everything_equal, a, b))
    return np.array_equal(a, b)


CASES = [(name, "plateau") for name in OPTIMIZERS] + [("Adam", "step"), ("AdamW", "one cycle")]


@pytest.mark.parametrize(("optimizer", "schedule"), CASES)
@pytest.mark.parametrize("interrupt_at", [1, 3])
def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(
    tmp_path, optimizer, schedule, interrupt_at
):
    options = {
        "optimizer": OPTIMIZERS[optimizer],
        "schedule": SCHEDULES[schedule],
        "augmented": True,
        "path": tmp_path / "run.npz",
    }
    whole = run(6, **options)
    with pytest.raises(Interrupted):
        run(6, interrupt_at=interrupt_at, **options)
    assert len(load_checkpoint(options["path"])["history"]["lr"]) == interrupt_at
    resumed = run(6, resume=True, **options)
    assert everything_equal(resumed[:3], whole[:3])
    assert resumed[3:] == whole[3:]


OPTIONS = {"optimizer": OPTIMIZERS["Adam"], "schedule": SCHEDULES["step"], "augmented": False}


def test_a_run_that_is_over_may_be_prolonged(tmp_path):
    path = tmp_path / "run.npz"
    run(2, path=path, **OPTIONS)
    prolonged = run(5, path=path, resume=True, **OPTIONS)
    whole = run(5, **OPTIONS)
    assert everything_equal(prolonged[:3], whole[:3]) and prolonged[3:] == whole[3:]


def test_a_run_that_has_stopped_early_stays_stopped(tmp_path):
    def stopped(resume):
        model = mlp()
        return train(
            model,
            CrossEntropyLoss(),
            optim.SGD(model.parameters(), lr=0.0),
            spirals(),
            epochs=9,
            rng=np.random.default_rng(0),
            validation=spirals(seed=1),
            early_stopping=EarlyStopping(patience=2),
            checkpoint=tmp_path / "run.npz",
            resume=resume,
        )

    assert len(stopped(resume=False).lr) == 3
    again = stopped(resume=True)
    assert again.stopped_early and len(again.lr) == 3


def test_without_resume_an_old_checkpoint_is_not_read(tmp_path):
    path = tmp_path / "run.npz"
    first = run(2, path=path, **OPTIONS)
    assert run(2, path=path, **OPTIONS)[3] == first[3]


def test_resume_without_a_file_starts_at_the_beginning(tmp_path):
    path = tmp_path / "run.npz"
    assert run(2, path=path, resume=True, **OPTIONS)[3] == run(2, **OPTIONS)[3]


def simple_run(path, *, resume=False, metrics=None, dropout=False, stopping=None, optimizer=None):
    rng = np.random.default_rng(0)
    layers = [nn.Linear(2, 2, rng=rng)]
    layers += [nn.Dropout(0.1, rng=np.random.default_rng(1))] if dropout else []
    model = nn.Sequential(*layers)
    train(
        model,
        CrossEntropyLoss(),
        optimizer or optim.SGD(model.parameters(), lr=0.1),
        spirals(),
        epochs=1,
        rng=rng,
        validation=spirals(),
        metrics=metrics,
        early_stopping=stopping,
        checkpoint=path,
        resume=resume,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"metrics": {"accuracy": accuracy}},
            "run.npz is of another run: metrics set.., not .'acc",
        ),
        (
            {"stopping": EarlyStopping()},
            "run.npz is of another run: parts .*, not .*early_stopping",
        ),
        ({"dropout": True}, "run.npz is of another run: number of generators 1, not 2"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(tmp_path, change, message):
    path = tmp_path / "run.npz"
    simple_run(path)
    with pytest.raises(ValueError, match=message):
        simple_run(path, resume=True, **change)


def test_a_checkpoint_needs_what_can_be_saved(tmp_path):
    class Mine:
        lr = 0.1

        def step(self):
            pass

        zero_grad = step

    message = r"a checkpoint needs optimizer.state_dict\(\), which Mine lacks"
    with pytest.raises(TypeError, match=message):
        simple_run(tmp_path / "run.npz", optimizer=Mine())


# Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be an integer >= 1, got 0"),
        ({"batch_size": 0}, "batch_size must be an integer >= 1, got 0"),
        ({"accumulate": 1.5}, "accumulate must be an integer >= 1, got 1.5"),
        ({"batch_size": 64, "drop_last": True}, "drop_last leaves nothing of 20 rows"),
        ({"max_norm": -1.0}, "max_norm must be >= 0, got -1"),
        ({"schedule_by": "batch"}, 'schedule_by must be "epoch", "step" or "metric", got .batch'),
        ({"metrics": {"accuracy": accuracy}}, "metrics .'accuracy'. need validation data"),
        ({"early_stopping": EarlyStopping()}, "monitor must be one of .'train_loss'., got"),
        (
            {"validation": spirals(), "early_stopping": EarlyStopping(), "monitor": "f1"},
            "monitor must be one of .'train_loss', 'validation_loss'., got 'f1'",
        ),
        ({"validation": spirals(), "metrics": {"loss": accuracy}}, "must not be called 'loss'"),
        ({"validation": (np.zeros((3, 2)), np.zeros(2))}, "validation must be .*; got 3 and 2"),
        ({"data": (np.zeros((0, 2)), np.zeros(0))}, "data must be .*; got 0 and 0"),
        ({"resume": True}, "resume needs the path of a checkpoint, got None"),
    ],
)
def test_arguments_that_do_not_fit_are_named_before_anything_happens(options, message):
    model = mlp()
    before = model.state_dict()
    options = {"data": spirals(20), "epochs": 1, "rng": np.random.default_rng(0)} | options
    sgd = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        train(model, CrossEntropyLoss(), sgd, options.pop("data"), **options)
    assert same_state(model.state_dict(), before)


def test_a_loss_that_is_not_a_number_is_recorded_and_never_the_best():
    model = nn.Sequential(nn.Linear(1, 1, rng=np.random.default_rng(0)))
    stopping = EarlyStopping(patience=2)
    X = np.ones((4, 1))
    history = train(
        model,
        MSELoss(),
        optim.SGD(model.parameters(), lr=0.1),
        (X, X),
        epochs=9,
        rng=np.random.default_rng(0),
        validation=(X, np.full((4, 1), math.nan)),
        early_stopping=stopping,
    )
    assert len(history.lr) == 2 and np.isnan(history.validation_loss).all()
    assert stopping.best_state is None


# Batches, folds, evaluation -------------------------------------------------------------------


@given(
    n=st.integers(1, 60),
    size=st.integers(1, 20),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_batches_cover_every_row_once(n, size, drop_last, seed):
    if drop_last and n < size:
        with pytest.raises(ValueError, match=f"drop_last leaves nothing of {n} rows in batches"):
            list(batches(n, size, np.random.default_rng(seed), drop_last=drop_last))
        return
    parts = list(batches(n, size, np.random.default_rng(seed), drop_last=drop_last))
    rows = np.concatenate(parts)
    assert all(len(part) == size for part in parts[:-1])
    assert len(parts[-1]) == (size if drop_last else n - size * (len(parts) - 1))
    assert len(rows) == (n - n % size if drop_last else n)
    assert len(set(rows.tolist())) == len(rows) and 0 <= rows.min() and rows.max() < n


def test_batches_are_shuffled_anew_each_time():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(batches(50, 7, rng))) for _ in range(2))
    assert not np.array_equal(first, second) and not np.array_equal(first, np.arange(50))


@given(data=st.data(), n=st.integers(2, 60), seed=st.integers(0, 2**32), stratify=st.booleans())
def test_folds_are_those_of_scikit_learn_in_size_and_cover(data, n, seed, stratify):
    k = data.draw(st.integers(2, n))
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, n) if stratify else None
    folds = k_fold(n, k, rng, classes=classes)
    expected = sklearn.model_selection.KFold(k).split(np.zeros(n))
    for (fit, held_back), (their_fit, their_held_back) in zip(folds, expected, strict=True):
        assert len(fit) == len(their_fit) and len(held_back) == len(their_held_back)
        assert np.array_equal(np.sort(np.concatenate([fit, held_back])), np.arange(n))
    rows = np.concatenate([held_back for _, held_back in folds])
    assert np.array_equal(np.sort(rows), np.arange(n))


@given(seed=st.integers(0, 2**32))
def test_stratified_folds_hold_the_classes_in_their_proportions(seed):
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.repeat([0, 1], [80, 20]))
    for _, held_back in k_fold(100, 5, rng, classes=classes):
        assert 3 <= classes[held_back].sum() <= 5


@pytest.mark.parametrize(("k", "message"), [(1, "2..10, got 1"), (11, "2..10, got 11")])
def test_a_number_of_folds_that_cannot_be_is_named(k, message):
    with pytest.raises(ValueError, match=f"k must be in {message}"):
        k_fold(10, k, np.random.default_rng(0))


def test_classes_of_another_number_of_rows_are_refused():
    with pytest.raises(ValueError, match=r"classes must have shape \(10,\), got \(9,\)"):
        k_fold(10, 2, np.random.default_rng(0), classes=np.zeros(9))


@pytest.mark.parametrize("training", [True, False])
def test_predictions_are_those_of_evaluation_mode_in_one_piece(training):
    model, (X, _) = mlp(dropout=0.5), spirals()
    expected = model.eval()(X)
    model.train(training)
    assert predict(model, X, batch_size=7) == pytest.approx(expected, rel=1e-12)
    assert model.training is training


def test_nothing_to_predict_is_an_error():
    with pytest.raises(ValueError, match="X must not be empty"):
        predict(mlp(), np.zeros((0, 2)))


def test_accuracy_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(200, 5)), rng.integers(0, 5, 200)
    expected = sklearn.metrics.accuracy_score(y, logits.argmax(axis=1))
    assert accuracy(logits, y) == expected


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
