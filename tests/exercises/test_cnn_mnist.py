"""What is specific to the exercise on a CNN: the key stays with the judge, and time is limited."""

import json

import numpy as np
import pytest
import torch
from torch import nn

import course.conv
import course.pooling
from autograde import check
from autograde.certify import verdicts
from autograde.check import FAILED, collect, generator, to_json
from autograde.entry import PRACTICE_SEED, NotRight, judge, load
from autograde.exercises.cnn_mnist import digits, examination, reading
from autograde.exercises.cnn_mnist.bank import convolution, pooling, recognition

JUDGE = judge("cnn-mnist", "classifier")


def test_the_convolution_is_the_one_computed_by_hand_with_and_without_torch():
    x, weight = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 1]]]])
    for f in (convolution._torch, convolution._course, convolution._Plain()):
        assert f(x, weight).ravel().tolist() == [12, 23]
        assert f(x, weight, padding=(0, 1)).ravel().tolist() == [1, 12, 23, 30]
        assert f(x, weight, np.ones(1), padding=(0, 1), stride=2).ravel().tolist() == [2, 24]


def test_the_pooling_is_the_one_computed_by_hand_with_and_without_torch():
    x = -np.array([[[[3.0, 1, 2, 5, 4]]]])
    for f in (pooling._torch, pooling._course, pooling._Plain()):
        assert f(x, (1, 2)).ravel().tolist() == [-1, -2]
        assert f(x, (1, 2), stride=1).ravel().tolist() == [-1, -1, -2, -4]


def test_the_references_are_those_of_the_course_also_for_pairs():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(2, 3, 9, 7)), rng.normal(size=(4, 3, 3, 2))
    options = {"stride": (2, 1), "padding": (1, 2)}
    expected = course.conv.conv2d(x, weight, **options)
    assert convolution._torch(x, weight, **options) == pytest.approx(expected, rel=1e-12)
    expected = course.pooling.max_pool2d(x, (3, 2), stride=(1, 3))
    assert (pooling._torch(x, (3, 2), stride=(1, 3)) == expected).all()


def test_questions_are_other_digits_shifted_by_one_pixel_at_most():
    lesson, key = examination.examination(4)
    assert [part.shape[0] for part in (*lesson, key)] == [4000, 4000, 1000, 1000]
    known = {image.tobytes() for image in lesson.images}
    shifts = set()
    for question in lesson.questions[:100]:
        for down, right in np.ndindex(3, 3):
            assert np.roll(question, (1 - down, 1 - right), (1, 2)).tobytes() not in known
        rows, columns = (np.flatnonzero(question[0].any(axis=axis)) for axis in (1, 0))
        shifts.add((rows[0], columns[0]))
    assert len(shifts) > 5
    assert np.bincount(key).min() >= 95


def test_a_shift_moves_a_pixel_and_drops_what_leaves_the_image():
    image = np.zeros((2, 1, 3, 3))
    image[:, 0, 1, 2] = 1
    moved = examination.shifted(image, np.array([[1, -1], [0, 1]]))
    assert np.argwhere(moved).tolist() == [[0, 0, 2, 1]]


@pytest.mark.parametrize("supplied", [False, True])
def test_a_lesson_comes_from_elsewhere_without_a_label_of_a_question(
    supplied, tmp_path, monkeypatch
):
    drawn = digits.number(generator(11, digits.CHECK))
    expected, _ = examination.examination(drawn)
    if supplied:
        examination.supply(drawn, tmp_path)
        with np.load(tmp_path / digits.FILE) as file:
            assert {name: len(file[name]) for name in file.files} == {
                "images": 4000,
                "labels": 4000,
                "questions": 1000,
            }
        monkeypatch.setenv(digits.SUPPLIES, str(tmp_path))
        monkeypatch.setattr(digits.subprocess, "run", None)
    monkeypatch.setattr(examination, "digits", None)
    for part, other in zip(digits.lesson(drawn), expected, strict=True):
        assert part.dtype == other.dtype
        assert np.array_equal(part, other)


def test_supplies_are_the_same_bytes_for_the_same_number_and_others_for_another(tmp_path):
    written = []
    for name, drawn in [("a", 3), ("b", 3), ("c", 4)]:
        (tmp_path / name).mkdir()
        examination.supply(drawn, tmp_path / name)
        written.append((tmp_path / name / digits.FILE).read_bytes())
    assert written[0] == written[1] != written[2]


@pytest.mark.parametrize("right", [True, False])
def test_no_process_that_runs_an_answer_holds_the_key(right, monkeypatch):
    oracle = Oracle(PRACTICE_SEED, wrong=0 if right else 1000)
    monkeypatch.setattr(examination, "examination", None)
    monkeypatch.setattr(examination, "digits", None)
    given = (lambda: oracle), idle
    if right:
        check(f"cnn-mnist/{digits.CHECK}", *given)
        return
    with pytest.raises(NotRight, match="0.0% are right, 97% are asked for"):
        check(f"cnn-mnist/{digits.CHECK}", *given)


def idle(model, images, labels, *, seed):
    """Train nothing."""


class Oracle(nn.Module):
    """Knows the questions of a seed and the key, and gives some wrong answers."""

    def __init__(self, seed, wrong):
        super().__init__()
        drawn = digits.number(generator(seed, digits.CHECK))
        lesson, key = examination.examination(drawn)
        key[:wrong] = (key[:wrong] + 1) % 10
        asked = (question.tobytes() for question in lesson.questions)
        self.answers = dict(zip(asked, key.tolist(), strict=True))

    def forward(self, x):
        answers = [self.answers[image.tobytes()] for image in x.numpy()]
        return nn.functional.one_hot(torch.tensor(answers), 10).float()


@pytest.mark.parametrize(("wrong", "passed"), [(0, True), (30, True), (31, False)])
def test_three_wrong_answers_in_a_hundred_are_forgiven_and_no_more(wrong, passed):
    given = (lambda: Oracle(5, wrong)), idle
    evidence = reading.accuracy(given, generator(5, digits.CHECK))
    verdict = JUDGE.verdict(digits.CHECK, 5, lambda check: evidence)
    assert verdict.passed is passed
    assert passed or "96.9% are right" in verdict.finding


def test_the_evidence_of_an_answer_holds_no_key():
    given = (lambda: Oracle(5, 1000)), idle
    evidence = reading.accuracy(given, generator(5, digits.CHECK))
    packed = to_json(evidence)
    assert set(packed) == {"time", "answers"}
    assert len(json.dumps(packed)) < 20_000
    assert (evidence["answers"].data != examination.key(generator(5, digits.CHECK))).all()


def test_training_that_does_not_end_is_stopped(monkeypatch):
    def forever(model, images, labels, *, seed):
        while True:
            pass

    monkeypatch.setattr(reading, "SECONDS", 0.2)
    given = (recognition._Net, forever)
    evidence = collect(reading.accuracy, given, generator(0, digits.CHECK))
    assert "has not come to an end" in evidence[FAILED].message


def test_training_that_swallows_the_alarm_is_too_slow_all_the_same(monkeypatch):
    def stubborn(model, images, labels, *, seed):
        for _ in range(2):
            try:
                while True:
                    pass
            except Exception:
                break

    monkeypatch.setattr(reading, "SECONDS", 0.2)
    given = (recognition._Net, stubborn)
    evidence = reading.accuracy(given, generator(0, digits.CHECK))
    assert not evidence["time"].holds


def test_probes_leave_torchs_threads_and_chance_as_they_were():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    reading.logits(recognition.classifier.reference, np.random.default_rng(0))
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("seed", range(40))
def test_a_network_whose_last_layer_starts_at_zero_is_taken_for_no_mistake(seed):
    evidence = reading.logits((zero_start, None), np.random.default_rng(seed))
    assert all(item.difference(type(item)(True)) is None for item in list(evidence.values())[2:])


def zero_start():
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    nn.init.zeros_(model[-1].weight)
    return model


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: None, "a torch.nn.Module, got None"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 9)), "(5, 10), got (5, 9)"),
        (lambda: Listing(), "a tensor, got a list"),
    ],
)
def test_something_else_than_the_contract_says_is_refused_in_plain_words(build, words):
    found = verdicts("cnn-mnist", "classifier", (build, idle), 7)
    assert not found[0].passed
    assert words in str(found[0])


class Listing(nn.Module):
    """Returns a list."""

    def forward(self, x):
        return x.flatten(1)[:, :10].tolist()


def test_evidence_is_small():
    for cell in load("cnn-mnist").answers:
        reference = judge("cnn-mnist", cell.name).bank.reference
        for name in cell.cheap:
            evidence = collect(cell.probes[name], reference, generator(0, name))
            assert len(json.dumps(to_json(evidence))) < 50_000


def test_no_misconception_is_trained_to_name_a_mistake(monkeypatch):
    trained = []
    monkeypatch.setattr(JUDGE, "_run", lambda *run: trained.append(run) or original(*run))
    original = type(JUDGE)._run.__get__(JUDGE)
    JUDGE.evidence_of.cache_clear()
    given = (lambda: Oracle(9, 1000)), idle
    evidence = reading.accuracy(given, generator(9, digits.CHECK))
    cheap = {
        name: collect(JUDGE.answer.probes[name], JUDGE.bank.reference, generator(9, name))
        for name in JUDGE.answer.cheap
    }
    monkeypatch.setattr(JUDGE, "evidence_of", JUDGE._run)
    verdict = JUDGE.verdict(digits.CHECK, 9, {**cheap, digits.CHECK: evidence}.__getitem__)
    assert not verdict.passed
    assert verdict.misconception is None
    assert [name for name, check, _ in trained if check == digits.CHECK] == [""]
