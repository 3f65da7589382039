"""The exercise ``batch-norm``: its reference by hand, and what its probes keep apart."""

import json

import numpy as np
import pytest

from autograde.certify import verdicts
from autograde.check import collect, generator, to_json
from autograde.entry import judge, load
from autograde.exercises.batch_norm.bank.plain import _CourseBatchNorm1d

BANK = judge("batch-norm", "batch-norm").bank


def failed(build, seed=3) -> set[str]:
    verdict = verdicts("batch-norm", "batch-norm", build, seed)
    return {v.check.removeprefix("batch-norm/") for v in verdict if not v.passed}


def test_the_reference_does_what_the_notebook_computes_by_hand():
    layer = BANK.reference(1, eps=1e-12)  # torch refuses to train with 0
    np.testing.assert_allclose(layer.forward(np.array([[1.0], [3.0]])).ravel(), [-1, 1])
    np.testing.assert_allclose([layer.running_mean[0], layer.running_var[0]], [0.2, 1.1])
    grad = layer.backward(np.array([[1.0], [0.0]]))
    np.testing.assert_allclose(grad.ravel(), [0, 0], atol=1e-10)
    np.testing.assert_allclose([layer.weight_grad[0], layer.bias_grad[0]], [-1, 1])


def test_the_course_which_is_the_reference_without_torch_passes():
    assert failed(_CourseBatchNorm1d) == set()


def test_the_evidence_is_small():
    for check, probe in load("batch-norm").answers[0].probes.items():
        evidence = collect(probe, BANK.reference, generator(1, check))
        assert len(json.dumps(to_json(evidence))) < 10_000


@pytest.mark.parametrize(
    ("mistake", "lost"),
    [
        ("weight and bias left out", {"affine", "evaluation"}),
        ("eps outside the root", {"epsilon", "gradient"}),
        ("momentum the other way round", {"running-mean", "running-var"}),
        ("the biased variance in the running variance", {"running-var"}),
        (
            "statistics of the batch used in evaluation",
            {"epsilon", "evaluation", "evaluation-gradient"},
        ),
        ("running statistics updated in evaluation", {"evaluation"}),
        ("mean and variance taken for constants on the way back", {"gradient"}),
        ("weight_grad and bias_grad that pile up", {"parameter-gradients"}),
        ("the gradient of training in evaluation, too", {"evaluation-gradient"}),
        ("the mode of now in place of that of the forward pass", {"evaluation-gradient"}),
        ("momentum 0 taken for the default", {"running-mean", "running-var"}),
        ("eps 0 taken for the default", {"epsilon"}),
        ("everything turned into float32", {"promises"}),
        ("arrays that all layers share", {"starts"}),
        ("x changed in place", {"promises"}),
        ("a batch of one let through in training", {"errors"}),
    ],
)
def test_a_mistake_costs_the_points_of_what_it_is_about(mistake, lost):
    assert failed(next(m.build for m in BANK.misconceptions if m.name == mistake)) == lost
