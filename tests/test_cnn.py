"""The torch model, the loop that trains it, its checkpoints, and the command."""

import numpy as np
import pytest
import torch
from test_data import write_raw_mnist
from torch.nn import functional

import course.augment
from course import cnn
from course.cnn import __main__ as command
from course.cnn import checkpoints, training
from course.data import Data, digits

SMALL = cnn.Recipe(epochs=2, batch_size=32)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def few() -> Data:
    return digits(train=100, flatten=False).train


def weights(net) -> list[np.ndarray]:
    return [value.numpy().copy() for value in net.state_dict().values()]


def equal(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Networks -------------------------------------------------------------------------------------


def test_the_model_has_the_layers_of_the_recipe():
    net = cnn.model()
    shapes = [tuple(layer.weight.shape) for layer in net if hasattr(layer, "weight")]
    assert shapes == [(16, 1, 5, 5), (16,), (32, 16, 3, 3), (32,), (64, 32, 3, 3), (64,), (10, 576)]
    assert [layer.bias is None for layer in net if isinstance(layer, torch.nn.Conv2d)] == [True] * 3


@pytest.mark.parametrize(("inputs", "side"), [(1, 28), (3, 32), (1, 17)])
def test_the_model_takes_images_of_any_size(inputs, side):
    net = cnn.model(inputs=inputs, side=side)
    assert net(torch.zeros(2, inputs, side, side)).shape == (2, 10)


def test_without_batch_norm_convolutions_have_a_bias():
    net = cnn.model(normalize=False)
    assert not [layer for layer in net if isinstance(layer, torch.nn.BatchNorm2d)]
    assert all(layer.bias is not None for layer in net if isinstance(layer, torch.nn.Conv2d))


@pytest.mark.parametrize("build", [cnn.model, cnn.two_layer])
def test_the_seed_decides_the_first_weights_and_torch_is_left_alone(build):
    before = torch.get_rng_state()
    one, again, other = build(seed=1), build(seed=1), build(seed=2)
    assert torch.equal(before, torch.get_rng_state())
    assert equal(weights(one), weights(again)) and not equal(weights(one), weights(other))


def test_pooling_before_batch_norm_and_relu_keeps_the_same_numbers_for_fixed_statistics():
    net = cnn.model(seed=0).eval()
    generator = torch.Generator().manual_seed(0)
    for layer in net:
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.normal_(generator=generator)
            layer.running_var.uniform_(0.5, 2.0, generator=generator)
    images = torch.rand(4, 1, 28, 28, generator=generator)
    later = images
    for conv, pool, norm, relu in zip(*(list(net)[i:12:4] for i in range(4)), strict=True):
        later = pool(relu(norm(conv(later))))
    later = net[13](net[12](later))
    assert torch.allclose(net(images), later, atol=1e-5)


def test_the_published_net_ends_in_probabilities_and_its_loss_stays_above_its_floor():
    probabilities = cnn.two_layer(softmax=True)(torch.rand(5, 1, 28, 28))
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(5))
    certain = torch.eye(10)
    floor = functional.cross_entropy(certain, torch.arange(10)).item()
    assert floor == pytest.approx(np.log(np.e + 9) - 1) and round(floor, 2) == 1.46


# Deformations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(28, 28), (20, 31)])
def test_warping_equals_that_of_the_package_in_numpy(size):
    rng = np.random.default_rng(0)
    images = rng.random((6, 2, *size), dtype=np.float32)
    field = course.augment.affine_field(6, size, rng) + course.augment.elastic_field(6, size, rng)
    expected = course.augment.warp(images, field)
    assert np.abs(cnn.warp(torch.from_numpy(images), field).numpy() - expected).max() < 1e-4


@pytest.mark.parametrize("parts", [(True, True), (True, False), (False, True)])
def test_augmentation_draws_the_fields_of_the_package(few, parts):
    affine, elastic = parts
    rng, images = np.random.default_rng(3), few.X[:5]
    field = np.zeros((5, 2, 28, 28), np.float32)
    field += course.augment.affine_field(5, (28, 28), rng) if affine else 0
    field += course.augment.elastic_field(5, (28, 28), rng) if elastic else 0
    expected = course.augment.warp(images, field)
    got = cnn.augment(
        torch.from_numpy(images), np.random.default_rng(3), affine=affine, elastic=elastic
    )
    assert np.abs(got.numpy() - expected).max() < 1e-4
    assert np.abs(expected - images).max() > 0.1


def test_nothing_is_done_to_images_where_nothing_is_asked(few):
    images = torch.from_numpy(few.X)
    assert cnn.augment(images, None, affine=False, elastic=False) is images


# Training -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be"),
        ({"batch_size": -1}, "batch_size must be"),
        ({"lr": 0.0}, "lr must be > 0, got 0.0"),
        ({"lr": float("nan")}, "lr must be > 0, got nan"),
        ({"weight_decay": -0.1}, "weight_decay must be >= 0, got -0.1"),
    ],
)
def test_a_recipe_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        cnn.Recipe(**options)


def test_equal_seeds_give_equal_runs_and_others_do_not(few):
    runs = []
    for seed in (1, 1, 2):
        net = cnn.model(seed=0)
        runs.append((cnn.train(net, few, SMALL, seed=seed).losses, weights(net)))
    (first, w), (again, w_again), (other, _) = runs
    assert first == again and equal(w, w_again) and first != other
    assert len(first) == 2 * (100 // 32)


def test_without_its_extras_the_loop_is_that_of_plain_adam(few):
    plain = cnn.Recipe(2, 32, 1e-3, 0.0, one_cycle=False, affine=False, elastic=False)
    net, other = cnn.two_layer(seed=0), cnn.two_layer(seed=0)
    losses = cnn.train(net, few, plain, seed=5).losses
    optimizer = torch.optim.Adam(other.parameters(), lr=1e-3)
    for epoch in range(2):
        order = np.random.default_rng([5, epoch]).permutation(100)
        for rows in order[:96].reshape(3, 32):
            loss = functional.cross_entropy(
                other(torch.from_numpy(few.X[rows])), torch.from_numpy(few.y[rows])
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            assert losses.pop(0) == pytest.approx(loss.item(), rel=1e-3)
    assert losses == []


def test_rate_and_momentum_are_those_of_torch_s_one_cycle(few, monkeypatch):
    seen = []
    step = torch.optim.AdamW.step

    def watch(self, *args):
        group = self.param_groups[0]
        seen.append((group["lr"], group["betas"][0], group["weight_decay"]))
        return step(self, *args)

    monkeypatch.setattr(torch.optim.AdamW, "step", watch)
    cnn.train(cnn.model(), few, cnn.Recipe(epochs=4, batch_size=10))
    optimizer = torch.optim.AdamW(cnn.model().parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, total_steps=40, pct_start=0.2)
    assert len(seen) == 40
    for got in seen:
        group = optimizer.param_groups[0]
        assert got == pytest.approx((group["lr"], group["betas"][0], 0.01))
        optimizer._opt_called = True
        schedule.step()


def test_training_learns_and_leaves_the_data_alone():
    split = digits(train=1000, validation=500, test=500, flatten=False)
    before = split.train.X.copy()
    net = cnn.model()
    assert cnn.evaluate(net, split.test) < 40
    cnn.train(net, split.train, cnn.Recipe(epochs=3))
    assert cnn.evaluate(net, split.test) > 90
    assert np.array_equal(split.train.X, before)


def test_fewer_images_than_a_batch_are_a_batch(few):
    run = cnn.train(cnn.model(), Data(few.X[:5], few.y[:5]), cnn.Recipe(epochs=3))
    assert len(run.losses) == 3


def test_predictions_are_made_in_eval_mode_which_does_not_stay(few):
    net = cnn.model()
    before = weights(net)
    together = cnn.predict(net, few.X)
    alone = np.concatenate([cnn.predict(net, few.X[i : i + 1]) for i in range(5)])
    assert together.shape == (100, 10) and np.allclose(together[:5], alone, atol=1e-5)
    assert net.training and equal(before, weights(net))
    right = np.mean(together.argmax(axis=1) == few.y)
    assert cnn.evaluate(net, few) == pytest.approx(100 * right)


# Checkpoints ----------------------------------------------------------------------------------


class PowerCut(BaseException):
    """What no clause of the loop may catch."""


@pytest.mark.parametrize("steps", [1, 3, 4])
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(few, tmp_path, monkeypatch, steps):
    whole = cnn.model()
    expected = cnn.train(whole, few, SMALL, seed=1).losses
    monkeypatch.setattr(training, "SAVE_SECONDS", -1.0)
    loss, calls = functional.cross_entropy, []

    def cut(*args):
        calls.append(args)
        if len(calls) > steps:
            raise PowerCut
        return loss(*args)

    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(functional, "cross_entropy", cut)
        cnn.train(cnn.model(), few, SMALL, seed=1, checkpoint=tmp_path / "run.pt")
    rest = cnn.model(seed=9)
    run = cnn.train(rest, few, SMALL, seed=1, checkpoint=tmp_path / "run.pt")
    assert run.losses == expected and equal(weights(rest), weights(whole))
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


def test_a_finished_run_is_loaded_and_not_repeated(few, tmp_path, monkeypatch):
    net, again = cnn.model(), cnn.model(seed=9)
    run = cnn.train(net, few, SMALL, checkpoint=tmp_path / "run.pt")
    monkeypatch.setattr(torch.optim.AdamW, "step", lambda self: pytest.fail("trained again"))
    loaded = cnn.train(again, few, SMALL, checkpoint=tmp_path / "run.pt")
    assert loaded.losses == run.losses and equal(weights(net), weights(again))
    assert run.seconds <= loaded.seconds < run.seconds + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recipe": cnn.Recipe(epochs=3, batch_size=32)}, "epochs is 2 there and 3 here"),
        ({"seed": 4}, "seed is 0 there and 4 here"),
        ({"net": cnn.two_layer()}, "weights is"),
        ({"data": digits(train=99, flatten=False).train}, "data is"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused_and_kept(few, tmp_path, change, message):
    path = tmp_path / "run.pt"
    arguments = {"net": cnn.model(), "data": few, "recipe": SMALL, "seed": 0, "checkpoint": path}
    cnn.train(**arguments)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"run.pt belongs to another run: {message}"):
        cnn.train(**arguments | change)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 half a file"])
def test_a_damaged_checkpoint_is_named(few, tmp_path, content):
    (tmp_path / "run.pt").write_bytes(content)
    with pytest.raises(ValueError, match="run.pt is not a checkpoint"):
        cnn.train(cnn.model(), few, SMALL, checkpoint=tmp_path / "run.pt")


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(few, tmp_path, monkeypatch):
    path, net = tmp_path / "run.pt", cnn.model()
    cnn.train(net, few, SMALL, checkpoint=path)
    before = path.read_bytes()

    def full_disk(state, file):
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        optimizer = torch.optim.AdamW(net.parameters())
        checkpoints.save(path, {}, net, optimizer, checkpoints.Run([], 0.0))
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


# The command ----------------------------------------------------------------------------------


def test_the_command_trains_tests_and_keeps_the_network(tmp_path, capsys):
    arguments = ["--quick", "--epochs", "1", "--data", str(tmp_path / "new")]
    command.main(arguments)
    first = capsys.readouterr()
    assert "trained on 500 digits for 1 epochs" in first.out and first.err == ""
    assert "% of 500 digits" in first.out
    assert (tmp_path / "new" / "cnn-quick-0.pt").exists()
    command.main(arguments)
    assert capsys.readouterr().out.splitlines()[1:] == first.out.splitlines()[1:]


def test_the_command_reads_the_official_files(tmp_path, capsys):
    write_raw_mnist(tmp_path, train=130, test=30)
    checkpoint = tmp_path / "mine.pt"
    command.main(
        ["--full", "--epochs", "1", "--data", str(tmp_path), "--checkpoint", str(checkpoint)]
    )
    printed = capsys.readouterr().out
    assert "trained on 130 digits" in printed and "% of 30 digits" in printed
    assert checkpoint.exists()


def test_without_a_network_full_says_what_to_do(tmp_path, capsys, monkeypatch):
    torchvision = course.data.import_torchvision()
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(SystemExit) as stopped:
        command.main(["--full", "--data", str(tmp_path)])
    error = capsys.readouterr().err
    assert stopped.value.code == 1
    assert "could not be fetched" in error and "MNIST/raw" in error and "Traceback" not in error


def test_ctrl_c_says_how_to_go_on(tmp_path, capsys, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train", interrupt)
    with pytest.raises(SystemExit) as stopped:
        command.main(["--quick", "--data", str(tmp_path)])
    assert stopped.value.code == 130
    assert "The same command goes on from" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--epochs", "0"], ["--threads", "x"], ["--full", "--quick"]])
def test_wrong_options_are_refused_by_name(wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(wrong)
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err
