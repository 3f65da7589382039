"""What is specific to the exercise on credit risk."""

import json

import numpy as np
import pandas as pd
import pytest

from autograde.certify import verdicts
from autograde.check import FAILED, collect, generator, to_json
from autograde.entry import judge, load
from autograde.exercises.credit_risk import probes
from autograde.exercises.credit_risk.bank import class_weights, focal_loss
from course import losses


def reference(answer: str):
    return judge("credit-risk", answer).bank.reference


def test_the_preprocessed_table_is_the_one_computed_by_hand():
    train = pd.DataFrame({"income": [1, 2, None, 6], "purpose": ["car", "home", "car", "car"]})
    later = pd.DataFrame({"income": [None], "purpose": ["boat"]}, dtype=object)
    later["income"] = later["income"].astype(float)
    fitted = reference("preprocess")().fit(train)
    deviation = np.sqrt(3.6875)
    assert fitted.transform(later) == pytest.approx(np.array([[-0.75 / deviation, 0, 0]]))
    assert fitted.transform(train)[3] == pytest.approx([3.25 / deviation, 1, 0])


def test_class_weights_are_those_computed_by_hand():
    y = np.array([0, 0, 1, 0, 0, 0, 1, 0])
    for f in (class_weights._sklearn, class_weights._closed_form):
        assert f(y) == pytest.approx([2 / 3, 2])


def test_the_focal_loss_is_the_one_computed_by_hand_with_and_without_torch():
    z = np.array([0.0, np.log(9)])
    for f in (focal_loss._torch, focal_loss._course):
        assert f(z[:1], np.array([1])) == pytest.approx(np.log(2) / 4)
        assert f(z[1:], np.array([1])) == pytest.approx(-0.01 * np.log(0.9))
        assert f(np.array([-1000.0]), np.array([1])) == pytest.approx(1000)


def test_the_plain_focal_loss_of_the_misconceptions_is_right_before_it_is_got_wrong():
    rng = np.random.default_rng(0)
    logits, y = rng.normal(scale=3, size=50), rng.integers(0, 2, 50)
    for gamma in (0, 0.5, 2):
        expected, _ = losses.focal_loss(logits, y.astype(float), gamma=gamma)
        assert focal_loss._Plain()(logits, y, gamma=gamma) == pytest.approx(expected, rel=1e-12)


def test_the_ablation_is_the_one_computed_by_hand():
    scores = {(("dropout",), 1): 80, (("dropout",), 2): 90, ((), 1): 78, ((), 2): 89}
    (row,) = reference("ablation")(lambda *run: scores[run], ["dropout"], [1, 2])
    assert row["mean"] == 83.5
    assert row["difference"] == -1.5
    assert row["spread"] == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("seed", range(30))
def test_seeds_of_the_laboratory_matter_more_than_components_and_never_rank_all_models_alike(seed):
    laboratory = probes.Laboratory(np.random.default_rng(seed))
    full = [laboratory.train_and_score(tuple(laboratory.components), s) for s in laboratory.seeds]
    rest = tuple(laboratory.components[1:])
    without = [laboratory.train_and_score(rest, s) for s in laboratory.seeds]
    assert (np.argsort(full) != np.argsort(without)).any()
    assert np.argmax(full) != 0
    assert len(set(laboratory.seeds)) == 5


def test_evidence_is_small():
    for cell in load("credit-risk").answers:
        for name, probe in cell.probes.items():
            evidence = collect(probe, reference(cell.name), generator(0, name))
            assert len(json.dumps(to_json(evidence))) < 20_000


@pytest.mark.parametrize(
    ("answer", "value", "words"),
    [
        ("class-weights", [1.0, 2.0], "a NumPy array, got a list"),
        ("class-weights", np.ones(30), "shape (2,)"),
        ("focal-loss", None, "a number, got None"),
        ("focal-loss", np.ones(3), "a number, got a ndarray"),
        ("ablation", {"dropout": 1.0}, "a list of dicts"),
        ("ablation", [{"component": "dropout"}], "the key 'mean'"),
    ],
)
def test_something_else_than_the_contract_says_is_refused_in_plain_words(answer, value, words):
    found = verdicts("credit-risk", answer, lambda *args, **options: value, 0)
    assert not any(verdict.passed for verdict in found)
    assert words in str(found[0])


@pytest.mark.parametrize("make", [lambda table: table, lambda table: table["age"].to_numpy()])
def test_a_frame_or_a_single_column_is_refused_in_plain_words(make):
    class Preprocessor:
        def fit(self, frame):
            return self

        def transform(self, frame):
            return make(frame)

    found = verdicts("credit-risk", "preprocess", Preprocessor, 0)
    assert not any(verdict.passed for verdict in found)
    assert "transform(frame) should" in str(found[0])


@pytest.mark.parametrize("seed", ["%999999999d", b"%999999999d", 1.5, True, None, [1]])
def test_a_seed_that_is_no_whole_number_is_not_computed_with(seed):
    cell = next(cell for cell in load("credit-risk").answers if cell.name == "ablation")

    def ablation(train_and_score, components, seeds):
        return [train_and_score(tuple(components), seed)]

    found = collect(cell.probes["ablation-runs"], ablation, generator(0, "ablation-runs"))
    assert "seed should be a whole number" in found[FAILED].message
