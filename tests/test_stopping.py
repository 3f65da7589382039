"""Early stopping against torch, and checkpoints against crashes."""

import copy
import math
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course.nn import Linear
from course.stopping import EarlyStopping, load_checkpoint, save_checkpoint

# A small grid of values makes ties, and differences of exactly min_delta, frequent; tenths make
# differences that rounding decides.
tenths = st.integers(0, 20).map(lambda i: i / 10)
metrics = st.one_of(
    tenths,
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, -0.5, math.nan, math.inf, -math.inf]),
    st.floats(),
)
settings_of_stopping = {
    "patience": st.integers(1, 4),
    "min_delta": st.one_of(tenths, st.sampled_from([0.0, 0.25, 0.5]), st.floats(0, 1e3)),
    "mode": st.sampled_from(["min", "max"]),
}


def torch_scheduler(patience, min_delta, mode):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer,
        mode=mode,
        factor=0.5,
        patience=patience - 1,
        threshold=min_delta,
        threshold_mode="abs",
        eps=0.0,
    )


@given(history=st.lists(metrics, max_size=30), **settings_of_stopping)
@example(history=[0.8, 0.3], patience=1, min_delta=0.5, mode="min")  # 0.8 - 0.5 rounds up
@example(history=[0.3, 0.9], patience=1, min_delta=0.6, mode="max")
def test_stops_in_the_epoch_in_which_torch_reduces_the_rate(history, patience, min_delta, mode):
    stopping = EarlyStopping(patience, min_delta=min_delta, mode=mode)
    scheduler = torch_scheduler(patience, min_delta, mode)
    for metric in history:
        stop = stopping.step(metric)
        scheduler.step(metric)
        assert stop is (scheduler.optimizer.param_groups[0]["lr"] < 1.0)
        assert stopping.best == scheduler.best
        if stop:
            break
        assert stopping.num_bad_epochs == scheduler.num_bad_epochs


@given(history=st.lists(metrics, max_size=30), **settings_of_stopping)
def test_best_epoch_and_state_belong_to_the_best_metric(history, patience, min_delta, mode):
    stopping = EarlyStopping(patience, min_delta=min_delta, mode=mode)
    for epoch, metric in enumerate(history):
        stopping.step(metric, {"epoch": epoch})
    if stopping.best_epoch is None:
        assert stopping.best_state is None and stopping.num_bad_epochs == len(history)
    else:
        assert stopping.best == history[stopping.best_epoch]
        assert stopping.best_state == {"epoch": stopping.best_epoch}
        assert stopping.num_bad_epochs == len(history) - 1 - stopping.best_epoch


def test_a_run_by_hand():
    stopping = EarlyStopping(patience=2, min_delta=0.25)
    outcomes = []
    for loss in [1.0, 0.75, math.nan, 0.5, 0.25, 0.375, 0.0625]:
        outcomes.append((stopping.step(loss), stopping.best, stopping.num_bad_epochs))
    assert outcomes == [
        (False, 1.0, 0),
        (False, 1.0, 1),  # better by exactly min_delta is not better by more
        (True, 1.0, 2),  # NaN is not better
        (False, 0.5, 0),
        (False, 0.5, 1),
        (True, 0.5, 2),
        (False, 0.0625, 0),
    ]
    assert stopping.best_epoch == 6


def test_best_state_is_a_deep_copy():
    stopping = EarlyStopping()
    state = {"layers": [np.zeros(2)]}
    stopping.step(1.0, state)
    state["layers"][0] += 1
    assert stopping.best_state["layers"][0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("metric", [np.float32(0.5), np.float64(0.5), np.array(0.5), 1, True])
def test_takes_every_kind_of_number(metric):
    stopping = EarlyStopping()
    assert stopping.step(metric) is False
    assert type(stopping.best) is float and stopping.best == metric


@pytest.mark.parametrize("patience", [0, -1, 1.5, 2.0, "3", None, True, math.nan])
def test_patience_must_be_a_positive_int(patience):
    with pytest.raises(ValueError, match="patience must be an integer >= 1, got"):
        EarlyStopping(patience)


def test_patience_may_be_an_integer_of_numpy():
    assert EarlyStopping(np.int64(1)).step(math.nan) is True


@pytest.mark.parametrize("min_delta", [-1e-9, math.nan, math.inf])
def test_min_delta_must_be_a_finite_amount(min_delta):
    with pytest.raises(ValueError, match="min_delta must be (>= 0|finite), got"):
        EarlyStopping(min_delta=min_delta)


@pytest.mark.parametrize("mode", ["minimum", "", None, 1])
def test_mode_must_be_min_or_max(mode):
    with pytest.raises(ValueError, match="mode must be 'min' or 'max', got"):
        EarlyStopping(mode=mode)


def test_restore_gives_the_model_the_weights_of_the_best_epoch():
    model, stopping = Linear(3, 2, rng=np.random.default_rng(0)), EarlyStopping(patience=5)
    best = model.state_dict()
    stopping.step(0.5, model.state_dict())
    for loss in (0.6, 0.7):
        model.weight.data += 1
        stopping.step(loss, model.state_dict())
    stopping.restore(model)
    assert all(np.array_equal(model.state_dict()[name], best[name]) for name in best)
    model.weight.data += 1
    assert np.array_equal(stopping.best_state["weight"], best["weight"])


@pytest.mark.parametrize(("metric", "state"), [(math.nan, {"w": 1}), (0.5, None)])
def test_restore_without_a_best_state_says_why(metric, state):
    stopping = EarlyStopping()
    stopping.step(metric, state)
    with pytest.raises(ValueError, match="no best state to restore.*best_epoch is (None|0)"):
        stopping.restore(Linear(3, 2))


@given(history=st.lists(metrics, min_size=1, max_size=20), data=st.data(), **settings_of_stopping)
def test_continues_from_its_state_dict_as_if_nothing_had_happened(
    history, data, patience, min_delta, mode
):
    def new():
        return EarlyStopping(patience, min_delta=min_delta, mode=mode)

    first, second, whole = new(), new(), new()
    cut = data.draw(st.integers(0, len(history)))
    outcomes = [first.step(metric, [metric]) for metric in history[:cut]]
    second.load_state_dict(first.state_dict())
    outcomes += [second.step(metric, [metric]) for metric in history[cut:]]
    assert outcomes == [whole.step(metric, [metric]) for metric in history]
    assert second.state_dict() == whole.state_dict()


def test_a_foreign_state_dict_is_refused():
    with pytest.raises(
        ValueError, match="state dict must have the entries .*best_epoch.*got .*best"
    ):
        EarlyStopping().load_state_dict({"best": 1.0})


def test_the_best_state_is_on_the_disk_at_once(tmp_path):
    path = tmp_path / "best.npz"
    stopping = EarlyStopping(checkpoint=path)
    stopping.step(math.nan, {"w": np.zeros(1)})
    assert not path.exists()
    stopping.step(0.5, {"w": np.array([5.0])})
    stopping.step(0.6, {"w": np.array([6.0])})
    model = Linear(1, 1, bias=False)
    again = EarlyStopping()
    again.load_state_dict(load_checkpoint(path))
    assert (again.best, again.best_epoch) == (0.5, 1)
    model.load_state_dict({"weight": again.best_state["w"].reshape(1, 1)})
    assert model.weight.data.item() == 5.0


# Checkpoints ----------------------------------------------------------------------------------

dtypes = st.one_of(
    hnp.floating_dtypes(), hnp.integer_dtypes(), hnp.boolean_dtypes(), hnp.unicode_string_dtypes()
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),  # also beyond 64 bits, as in the state of a random generator
    st.floats(),
    st.text(),
    hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)),
    hnp.arrays(hnp.floating_dtypes(), ()).map(lambda array: array[()]),
)
keys = st.one_of(st.text(), st.integers(), st.tuples(st.integers(), st.text()))
states = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
    ),
    max_leaves=10,
)


def same(a, b):
    """Compare values, types, dtypes, shapes and the order of dicts."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic):
        equal_nan = a.dtype.kind == "f"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=equal_nan)
    return a == b or (a != a and b != b)


@given(state=states)
def test_a_checkpoint_holds_what_was_saved(tmp_path_factory, state):
    path = tmp_path_factory.mktemp("checkpoint") / "run.npz"
    save_checkpoint(path, state)
    assert same(load_checkpoint(path), state)


@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937, np.random.SFC64])
def test_a_checkpoint_holds_a_random_generator(tmp_path, generator):
    rng = np.random.Generator(generator(1))
    rng.random(7)
    save_checkpoint(tmp_path / "rng.npz", rng.bit_generator.state)
    again = np.random.Generator(generator(2))
    again.bit_generator.state = load_checkpoint(tmp_path / "rng.npz")
    assert again.random(5).tolist() == rng.random(5).tolist()


@pytest.mark.parametrize(
    "state",
    [{"model": object()}, {1, 2}, np.array([{}]), torch.zeros(1), {"f": len}],
    ids=["object", "set", "object array", "tensor", "function"],
)
def test_what_a_checkpoint_cannot_hold_is_refused_and_the_old_one_stays(tmp_path, state):
    path = tmp_path / "run.npz"
    save_checkpoint(path, "old")
    with pytest.raises(TypeError, match="a checkpoint cannot hold a"):
        save_checkpoint(path, state)
    assert load_checkpoint(path) == "old"


@pytest.mark.parametrize("stage", ["numpy.savez", "os.fsync", "os.replace"])
def test_a_failure_while_writing_leaves_the_old_checkpoint_alone(tmp_path, monkeypatch, stage):
    path = tmp_path / "run.npz"
    save_checkpoint(path, "old")
    with monkeypatch.context() as patch:

        def fail(*args, **kwargs):
            raise OSError("disk full")

        patch.setattr(stage, fail)
        with pytest.raises(OSError, match="disk full"):
            save_checkpoint(path, "new")
    assert load_checkpoint(path) == "old"
    assert os.listdir(tmp_path) == ["run.npz"]


def test_the_content_is_on_the_disk_before_it_takes_the_name(tmp_path, monkeypatch):
    events = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append("replace"), replace(a, b)))
    save_checkpoint(tmp_path / "run.npz", 1)
    assert events == ["fsync", "replace", "fsync"]


WRITE_FOR_EVER = """
import itertools, sys
import numpy as np
from course.stopping import save_checkpoint
for i in itertools.count():
    save_checkpoint(sys.argv[1], {"i": i, "a": np.full(200_000, i)})
    if i == 0:
        print("started", flush=True)
"""


def test_a_process_that_is_killed_while_it_writes_leaves_a_whole_checkpoint(tmp_path):
    path = tmp_path / "run.npz"
    rng = np.random.default_rng(0)
    for _ in range(5):
        command = [sys.executable, "-c", WRITE_FOR_EVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(rng.uniform(0.01, 0.05))
            process.send_signal(signal.SIGKILL)
        state = load_checkpoint(path)
        assert (state["a"] == state["i"]).all()
    save_checkpoint(path, "after the crashes")
    assert os.listdir(tmp_path) == ["run.npz"]


def test_damage_is_noticed(tmp_path):
    path = tmp_path / "run.npz"
    state = {"weight": np.arange(20.0), "lr": 0.5}
    save_checkpoint(path, state)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(content)
        if rng.random() < 0.3:
            damaged = damaged[: rng.integers(len(content))]
        else:
            damaged[rng.integers(len(content))] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            loaded = load_checkpoint(path)
        except ValueError as error:
            assert str(error) == "run.npz is not a readable checkpoint"
        else:  # some bytes of a zip file, such as a time stamp, mean nothing
            assert same(loaded, copy.deepcopy(state))


class Bomb:
    def __reduce__(self):
        return (os.mkdir, ("exploded",))


def test_reading_a_checkpoint_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("run.npz", structure=np.array(Bomb(), dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="run.npz is not a readable checkpoint"):
        load_checkpoint("run.npz")
    assert not os.path.exists("exploded")


def test_a_missing_checkpoint_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="run.npz"):
        load_checkpoint(tmp_path / "run.npz")


def test_stopping_and_checkpoints_need_numpy_alone():
    code = "import sys, course.stopping; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert not loaded & {"torch", "scipy", "matplotlib", "pandas", "sklearn", "mlxtend"}
