"""A run that was interrupted goes on as if it had not been."""

import numpy as np
import pytest
from training import mlp, spirals

from course import nn, optim, schedules
from course.losses import CrossEntropyLoss
from course.norm import BatchNorm1d
from course.stopping import EarlyStopping, load_checkpoint
from course.train import (
    accuracy,
    train,
)


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
