"""What the chapter on Adam claims, measured again by other means."""

import numpy as np
import prose
import pytest
import torch

from course import optim


@pytest.fixture(scope="module")
def notebook():
    return prose.chapter("03-adam")


def test_only_the_training_on_digits_is_exempt_from_the_comparison_of_outputs(notebook):
    exempt = [c.id for c in notebook.cells if "nbval-ignore-output" in c.metadata.get("tags", [])]
    assert exempt == ["digits"]


def test_no_claim_rests_on_an_output_that_may_change(notebook):
    assert "digits" not in {claim.cell for claim in prose.claims(notebook)}


def test_all_measured_cells_are_cited(notebook):
    cells = {"sparse-data", "sparse-adagrad", "bias-correction", "eps", "line", "scaled", "rotated"}
    assert cells <= {claim.cell for claim in prose.claims(notebook)}


def test_the_printed_memory_is_torchs_as_well(notebook):
    printed = prose.printed(notebook, "memory")
    for name, make in {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
        "SGD, momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "AdaGrad": torch.optim.Adagrad,
        "RMSprop": torch.optim.RMSprop,
        "Adam": torch.optim.Adam,
        "NAdam": torch.optim.NAdam,
        "AMSGrad": lambda p: torch.optim.Adam(p, amsgrad=True),
    }.items():
        parameter = torch.nn.Parameter(torch.zeros(10, 10))
        parameter.grad = torch.ones(10, 10)
        optimizer = make([parameter])
        optimizer.step()
        state = optimizer.state[parameter].values()
        buffers = sum(s.numel() == 100 for s in state if s is not None)
        assert f"{name:14} {buffers} numbers per parameter" in printed


def test_the_printed_effect_of_bias_correction_is_that_of_torch(notebook):
    x = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.Adam([x], lr=0.01)
    for _ in range(10):
        x.grad = x.detach().clone()
        optimizer.step()
    assert f"after ten steps: {x.item():.3f} with" in prose.printed(notebook, "bias-correction")


def test_adam_does_not_arrive_since_it_moves_about_the_rate_a_step():
    theta, state, best = np.zeros(2), None, np.array([2.0, 1.0])
    for _ in range(200):
        theta, state = optim.adam(theta, 2 * (theta - best), state, lr=0.001)
    assert np.all(theta < 0.2 + 1e-9)
    assert np.all(theta > 0.15)
