"""Live curves and progress bar: seen where someone looks on, silent elsewhere."""

import sys

import nbformat
import pytest
import tqdm
from nbclient import NotebookClient

from course import callbacks
from course.history import History

NOTEBOOK = """
import numpy as np
from course import losses, nn, optim, toys
from course.callbacks import LiveCurves, ProgressBar
from course.train import train

rng = np.random.default_rng(0)
model = nn.Sequential(nn.Linear(1, 1, rng=rng))
history = train(
    model, losses.MSELoss(), optim.SGD(model.parameters(), lr=0.1), toys.linear_regression(50, rng),
    epochs=4, rng=rng, callbacks=[LiveCurves(seconds=0.0), ProgressBar()],
)
"""


def executed(monkeypatch, environment):
    """Run the notebook in a kernel with this environment."""
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    return NotebookClient(notebook, kernel_name="python3").execute()


@pytest.mark.parametrize(
    "environment", [{}, {"PYTEST_VERSION": "9", "JPY_SESSION_NAME": "a.ipynb"}]
)
def test_a_notebook_that_is_only_executed_has_no_output(monkeypatch, environment):
    assert executed(monkeypatch, environment).cells[0].outputs == []


def test_a_notebook_that_somebody_opened_shows_one_picture_and_one_bar(monkeypatch):
    notebook = executed(monkeypatch, {"JPY_SESSION_NAME": "a.ipynb"})
    shown = [sorted(output["data"]) for output in notebook.cells[0].outputs]
    assert shown == [
        ["image/png", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"],
    ]
    widgets = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    (bar,) = (w["state"] for w in widgets.values() if w["model_name"] == "FloatProgressModel")
    assert (bar["value"], bar["max"], bar["bar_style"]) == (4, 4, "success")


def histories(epochs, *, stop_after=None):
    history = History(epochs, metrics={"accuracy": []})
    for epoch in range(stop_after or epochs):
        history.lr.append(0.1)
        history.train_loss.append(1 / (epoch + 1))
        history.record({"loss": 2 / (epoch + 1), "accuracy": epoch / 10})
        history.stopped_early = epoch + 1 == stop_after
        yield history


@pytest.fixture
def in_a_terminal(monkeypatch):
    """Let tqdm draw for a terminal, whatever other tests have made it take this process for."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", tqdm)


def test_a_bar_that_is_asked_for_counts_epochs_and_ends(capsys, in_a_terminal):
    bar = callbacks.ProgressBar(enabled=True)
    for history in histories(3):
        bar(None, history)
    error = capsys.readouterr().err
    assert "3/3" in error and "train_loss=0.333" in error and error.endswith("\n")


def test_a_bar_ends_with_early_stopping_and_may_be_used_again(capsys, in_a_terminal):
    bar = callbacks.ProgressBar(enabled=True)
    for history in histories(9, stop_after=2):
        bar(None, history)
    assert capsys.readouterr().err.endswith("\n")
    for history in histories(2):
        bar(None, history)
    assert "2/2" in capsys.readouterr().err


def test_nobody_looks_on_in_a_test(capsys):
    for watcher in (callbacks.ProgressBar(), callbacks.LiveCurves()):
        assert not watcher.enabled
        for history in histories(2):
            watcher(None, history)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_the_bar(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert callbacks.ProgressBar().enabled
    assert not callbacks.LiveCurves().enabled


def test_curves_are_drawn_no_more_often_than_asked_but_always_at_the_end(monkeypatch):
    drawn = []
    monkeypatch.setattr(callbacks, "draw_history", lambda history: drawn.append(len(history.lr)))
    curves = callbacks.LiveCurves(enabled=True, seconds=1000.0)
    monkeypatch.setattr("IPython.display.Image", lambda data, format: None)
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: FakeHandle())
    for history in histories(5):
        curves(None, history)
    assert drawn == [1, 5]


class FakeHandle:
    def update(self, picture):
        pass


@pytest.mark.parametrize("metrics", [{}, {"accuracy": [0.5, 0.6]}])
@pytest.mark.parametrize("validation_loss", [[], [0.9, 0.8]])
def test_every_history_can_be_drawn_and_leaves_no_figure_open(metrics, validation_loss):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    history = History(2, [1.0, 0.5], validation_loss, [0.1, 0.1], metrics)
    assert callbacks.draw_history(history).startswith(b"\x89PNG")
    assert plt.get_fignums() == before
