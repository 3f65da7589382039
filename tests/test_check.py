"""What a learner meets: silence, or one message that helps."""

import re
import sys

import numpy as np
import pytest

from autograde import apart, certify, check
from autograde.check import (
    Answer,
    Answers,
    BadAnswer,
    Bank,
    Claim,
    Exercise,
    Judge,
    Samples,
    array,
    collect,
    generator,
    number,
    several,
    truth,
)
from autograde.check.judge import thorough
from autograde.entry import NotRight, exercises, judge, load
from course import optim, stopping

RIGHT = {"adam": optim.Adam, "rmsprop": optim.RMSprop, "early-stopping": stopping.EarlyStopping}


def message(name, answer) -> str:
    with pytest.raises(NotRight) as caught:
        check(name, answer)
    return str(caught.value)


@pytest.mark.parametrize("exercise", ["adam", "early-stopping"])
def test_a_right_answer_meets_silence(exercise, capsys):
    for cell in load(exercise).answers:
        answer = type("Answer", (RIGHT[cell.name],), {})  # the course's own is none
        for name in cell.probes:
            assert check(f"{exercise}/{name}", answer) is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("exercise", ["adam", "early-stopping"])
def test_the_reference_is_torch_where_torch_is_there(exercise):
    for cell in load(exercise).answers:
        reference = judge(exercise, cell.name).bank.reference
        assert "torch" in (reference.__doc__ or "").lower()


def test_a_mistake_is_named_and_the_message_makes_one_think():
    class NoCorrection:
        def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
            self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
            self.m, self.v = {}, {}

        def step(self):
            for k, p in enumerate(self.params):
                if p.grad is None:
                    continue
                b1, b2 = self.betas
                self.m[k] = b1 * self.m.get(k, 0) + (1 - b1) * p.grad
                self.v[k] = b2 * self.v.get(k, 0) + (1 - b2) * p.grad**2
                p.data -= self.lr * self.m[k] / (np.sqrt(self.v[k]) + self.eps)

    said = message("adam/bias-correction", NoCorrection)
    assert "Exactly this comes of no bias correction." in said
    assert "3.16 times as much" in said
    assert "Think again" in said


def test_an_unnamed_mistake_says_what_differs_first():
    class Odd(optim.Adam):
        def step(self):
            super().step()
            for p in self.params:
                p.data += 1e-3

    said = message("adam/moments", Odd)
    assert re.search(r"step 61, entry \[0\]: expected \S+, got \S+", said)
    assert "Exactly" not in said


def test_an_unwritten_answer_is_called_so():
    class Stub:
        def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
            raise NotImplementedError

    for name in load("adam").answers[1].probes:
        assert "not written yet" in message(f"adam/{name}", Stub)


def test_what_a_library_does_not_implement_is_not_taken_for_a_stub():
    def refusing(*args, **options):
        raise NotImplementedError("can only do this with one dimension")

    said = message("adam/moments", refusing)
    assert "not written yet" not in said
    assert "NotImplementedError: can only do this with one dimension" in said


def test_an_exception_shows_the_learners_own_line(tmp_path, monkeypatch):
    (tmp_path / "notebook_cell.py").write_text(
        "import numpy as np\n"
        "class Adam:\n"
        "    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):\n"
        "        self.params = params\n"
        "    def step(self):\n"
        "        np.zeros(2) @ np.zeros(3)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import notebook_cell

    said = message("adam/bias-correction", notebook_cell.Adam)
    assert "raised ValueError" in said
    assert "line 6: np.zeros(2) @ np.zeros(3)" in said
    del sys.modules["notebook_cell"]


def test_an_answer_that_is_no_class_is_told_what_went_wrong():
    assert "TypeError" in message("adam/moments", None)
    assert "TypeError" in message("adam/moments", lambda params: None)


def test_prints_and_warnings_of_an_answer_stay_out_of_the_output(capsys):
    class Chatty(optim.Adam):
        def step(self):
            print("hello")
            print("oh", file=sys.stderr)
            np.zeros(1) / np.zeros(1)
            super().step()

    check("adam/moments", Chatty)
    assert capsys.readouterr() == ("", "")


def test_an_answer_that_exits_is_no_more_than_wrong():
    class Leaves(optim.Adam):
        def step(self):
            raise SystemExit(0)

    assert "SystemExit" in message("adam/moments", Leaves)


def test_jupyter_shows_the_message_and_no_frames():
    class Stub:
        pass

    with pytest.raises(NotRight) as caught:
        check("adam/moments", Stub)
    shown = "\n".join(caught.value._render_traceback_())
    assert "adam/moments" in shown
    assert "File" not in shown and "autograde/" not in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("adma/moments", "there is no exercise 'adma'; there are: adam, "),
        ("adam/momnets", "there is no check adam/momnets; there are: adam/rmsprop-steps"),
        ("adam", "there is no check adam/"),
    ],
)
def test_an_unknown_check_lists_the_known_ones(name, said):
    with pytest.raises(LookupError, match=said):
        check(name, None)


def test_every_seed_has_inputs_of_its_own_and_the_same_ones_each_time():
    draws = [generator(seed, "adam").random(4) for seed in (1, 2, 1)]
    assert (draws[0] != draws[1]).all()
    assert (draws[0] == draws[2]).all()
    assert (generator(1, "adam").random(4) != generator(1, "moments").random(4)).all()


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (array, (x for x in ()), "should be a NumPy array, got a generator"),
        (array, [1.0], "should be a NumPy array, got a list"),
        (array, None, "should be a NumPy array, got None"),
        (array, np.array(["a"]), "should hold numbers"),
        (number, "3", "should be a number, got a str"),
        (number, True, "should be a number, got a bool"),
        (number, np.zeros(3), "should be a number, got a ndarray|an ndarray"),
        (truth, None, "should be True or False, got None"),
        (truth, 1, "should be True or False, got an int"),
    ],
)
def test_what_an_answer_hands_back_is_read_strictly(read, value, said):
    with pytest.raises(BadAnswer, match=said):
        read(value, "x")


def test_a_torch_tensor_is_named_as_one():
    import torch

    with pytest.raises(BadAnswer, match="got a torch Tensor"):
        array(torch.zeros(2), "x")


def test_a_lying_array_is_read_for_what_it_is():
    class Liar(np.ndarray):
        def __array__(self, *args, **kwargs):
            return np.ones(3)

        def __eq__(self, other):
            return True

    read = array(np.zeros(3).view(Liar), "x")
    assert type(read) is np.ndarray
    assert not read.any()


def test_evidence_of_every_probe_survives_json_and_stays_small():
    import json

    from autograde.check import first_difference, from_json, to_json

    for exercise in exercises():
        for cell in load(exercise).answers:
            reference = judge(exercise, cell.name).bank.reference
            for name in cell.cheap:
                evidence = collect(cell.probes[name], reference, generator(5, name))
                text = json.dumps(to_json(evidence))
                assert len(text) < 1_000_000, f"{exercise}/{name}"
                assert first_difference(evidence, from_json(json.loads(text))) is None


def test_the_judge_draws_afresh_from_the_reference_but_at_the_same_inputs():
    seen = []

    def probe(answer, rng):
        seen.append((rng.random(), rng.spawn(1)[0].random()))
        return {"draws": Samples(np.array([seen[-1][1]]))}

    evidence = thorough(probe, None, 5, "check")
    inputs, draws = zip(*seen, strict=True)
    assert len(set(inputs)) == 1
    assert len(set(draws)) == len(draws)
    np.testing.assert_array_equal(evidence["draws"].data, draws[1:])


def test_several_things_are_told_from_one():
    assert several([1, 2], "f()", 2) == (1, 2)
    for value, got in [(np.zeros(2), "an? ndarray"), (None, "None"), ((1, 2, 3), "got 3")]:
        with pytest.raises(BadAnswer, match=got):
            several(value, "f()", 2)


def shape(answer, rng):
    """Ask cheaply: a claim that costs a point, and a clue."""
    return {"even": Claim(answer % 2 == 0, "odd"), "small": Claim(answer < 10, "large", clue=True)}


def exam(answer, rng):
    """Ask at length."""
    return {"answers": Answers(np.full(4, answer), at_least=0.5)}


@pytest.fixture
def costly():
    """Return the judge of an answer, a number, with a costly check whose key is 2, 2, 4, 4."""
    bank = Bank(2, styles={"four": 4}, keys={"exam": lambda rng: exam_key})
    bank.wrong("an odd one", "Think.")(3)
    bank.wrong("a large one", "Think.", costly=True)(12)
    exam_key = {"answers": Answers(np.array([2, 2, 4, 4]), at_least=0.5)}
    cell = Answer("number", "number", {"shape": shape, "exam": exam}, costly={"exam": 2})
    return Judge("counting", cell, bank)


def judged(deciding, name, answer):
    gather = {n: probe(answer, None) for n, probe in deciding.answer.probes.items()}
    return deciding.verdict(name, 0, gather.__getitem__)


@pytest.mark.parametrize(
    ("answer", "passed", "named"),
    [
        (2, True, None),
        (4, True, None),
        (6, False, None),
        (3, False, "an odd one"),
        (14, False, "a large one"),
    ],
)
def test_a_costly_check_compares_with_a_key_and_is_explained_by_cheap_ones(
    costly, answer, passed, named
):
    verdict = judged(costly, "exam", answer)
    assert verdict.passed is passed
    assert (verdict.misconception.name if verdict.misconception else None) == named


def test_nothing_of_the_bank_goes_through_a_costly_check_with_a_key(costly, monkeypatch):
    ran = []

    def slow(answer, rng):
        ran.append(answer)
        return exam(answer, rng)

    monkeypatch.setitem(costly.answer.probes, "exam", slow)
    for answer in (3, 12):
        costly.verdict("exam", 0, lambda name, a=answer: (exam if name == "exam" else shape)(a, 0))
    assert ran == []


def test_certification_tries_costly_checks_at_few_seeds_and_says_so(costly, monkeypatch):
    monkeypatch.setattr(certify, "judge", lambda *where: costly)
    monkeypatch.setattr(certify, "load", lambda name: Exercise(name, [costly.answer]))
    (certificate,) = certify.certify("counting", range(5))
    assert certificate.complaints() == []
    assert certificate.costly == {"exam": 2}
    assert certificate.trials == 5 + 2
    (later,) = certify.certify("counting", [7, 8])
    assert (later.costly, later.trials) == ({}, 2)


def test_certification_misses_no_costly_misconception_that_loses_nothing(costly, monkeypatch):
    costly.bank.wrong("nothing wrong", "Think.", costly=True)(4)
    monkeypatch.setattr(certify, "judge", lambda *where: costly)
    monkeypatch.setattr(certify, "load", lambda name: Exercise(name, [costly.answer]))
    (certificate,) = certify.certify("counting", range(5))
    assert certificate.undetected == {"nothing wrong": 2}


def test_a_verdict_from_another_process_says_what_this_one_would():
    class Counts(stopping.EarlyStopping):
        def step(self, metric, state=None):
            super().step(metric, state)
            return self.num_bad_epochs > self.patience

    cell = load("early-stopping").answers[0]

    def gather(name):
        return collect(cell.probes[name], Counts, generator(3, name))

    here = judge("early-stopping", cell.name)
    for name in ("patience", "best"):
        there = apart.verdict("early-stopping", name, 3, gather)
        assert str(there) == str(here.verdict(name, 3, gather))
    assert apart.verdict("early-stopping", "patience", 3, gather).misconception is not None


def test_another_process_that_cannot_judge_says_why(monkeypatch):
    monkeypatch.setattr(apart, "to_json", lambda evidence: {"x": {"kind": "nonsense"}})
    with pytest.raises(RuntimeError, match="(?s)could not be judged: .*nonsense"):
        apart.verdict("early-stopping", "best", 3, lambda name: {})
