"""Examined over a wire, every answer of the banks leaves the evidence that it leaves in place."""

import json
import random
import time

import numpy as np
import pytest
from far import child

from autograde.check import FAILED, Claim, Values, attempt, collect, generator, to_json
from autograde.entry import exercises, judge, load
from autograde.remote import lent, witness
from autograde.remote.examiner import examine
from course.nn import Parameter

SECONDS = 600.0


class Sealed(np.random.Generator):
    """Spawns what the wire lends: generators whose own children tell nothing of the seed."""

    def spawn(self, n):
        made = []
        for spawned in super().spawn(n):
            seeds = np.random.SeedSequence(lent.sealed(spawned.bit_generator.seed_seq))
            bits = np.random.PCG64(seeds)
            bits.state = spawned.bit_generator.state
            made.append(np.random.Generator(bits))
        return made


def in_place(probe, check, build, seed):
    rng = Sealed(generator(seed, check).bit_generator)
    return plain(collect(probe, build, rng))


def plain(evidence):
    return {name: json.dumps(item) for name, item in to_json(evidence).items()}


def as_tuple(build):
    return build if isinstance(build, tuple) else (build,)


#: A wrong answer of the bank is asked in every fourth check only: there are thousands of pairs.
STEP = 4


def jobs(name):
    """List what is compared: the right answers in every cheap check, the wrong ones in turns."""
    for cell in load(name).answers:
        bank = judge(name, cell.name).bank
        right = {"the reference": bank.reference, **bank.styles}
        wrong = {m.name: m.build for m in bank.misconceptions}
        for place, check in enumerate(cell.cheap):
            probe = cell.probes[check]
            for what, build in right.items():
                yield probe, check, what, build, 0
                yield probe, check, what, build, 1
            for what, build in list(wrong.items())[place % STEP :: STEP]:
                yield probe, check, what, build, 0


@pytest.fixture
def dealt(monkeypatch):
    """Give a function that lets chance begin anew: some mistakes draw from chance of their own."""
    entropy = random.Random()
    monkeypatch.setattr(np.random.bit_generator, "randbits", entropy.getrandbits)
    return lambda: entropy.seed(0)


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises())
def test_evidence_is_the_same_over_a_wire(name, dealt):
    todo = list(jobs(name))

    def serve(end):
        for _, check, _, build, _ in todo:
            dealt()
            witness.testify(end, check, as_tuple(build))

    with child(serve) as end:
        for probe, check, what, build, seed in todo:
            assert end.receive() == {"check": check, "answers": len(as_tuple(build))}
            rng = generator(seed, check)
            got = plain(examine(end, probe, rng, time.monotonic() + SECONDS))
            dealt()
            expected = in_place(probe, check, build, seed)
            assert got.keys() == expected.keys(), (check, what)
            for key in expected:
                assert got[key] == expected[key], (check, what, key)


# --- what a probe may rely on ---------------------------------------------------------------------


def over(answer, probe, seed=0):
    """Return the evidence of an answer over a wire, having seen that it is that in place."""
    with child(lambda end: witness.testify(end, "a", as_tuple(answer))) as end:
        end.receive()
        rng = np.random.default_rng(seed)
        got = examine(end, probe, rng, time.monotonic() + SECONDS)
    expected = collect(probe, answer, np.random.default_rng(seed))
    assert without_lines(got) == without_lines(expected)
    return got


def without_lines(evidence):
    """Return evidence for comparison: in this file, a probe's own lines look like a learner's."""
    packed = to_json(evidence)
    return {name: {**item, "line": ""} for name, item in packed.items()}


def claims(**held):
    return {name: Claim(bool(holds)) for name, holds in held.items()}


def test_an_alias_sees_an_update_in_place_and_no_rebinding():
    def updates(param):
        param.data -= param.grad

    def rebinds(param):
        param.data = param.data - param.grad

    def probe(answer, rng):
        param = Parameter(np.ones(3))
        alias, grad = param.data, np.full(3, 0.25)
        param.grad = grad
        answer(param)
        return claims(
            same=param.data is alias,
            seen=(alias == 0.75).all(),
            moved=(param.data == 0.75).all(),
            grad=param.grad is grad,
        )

    assert all(claim.holds for claim in over(updates, probe).values())
    assert [c.holds for c in over(rebinds, probe).values()] == [False, False, True, True]


def test_what_was_lent_comes_back_as_the_very_object():
    def probe(answer, rng):
        x, kept, g = np.ones((2, 3)), {"a": [1]}, np.random.default_rng(1)
        made = answer(x, kept, g)
        return claims(
            array=made[0] is x,
            view=np.shares_memory(made[1], x) and made[1].shape == (3, 2),
            inner=made[2] is kept["a"],
            generator=made[3] is g,
            new=made[4] is not x and (made[4] == x).all(),
        )

    def answer(x, kept, g):
        return x, x.T, kept["a"], g, x.copy()

    assert all(claim.holds for claim in over(answer, probe).values())


def test_what_an_answer_hands_out_can_be_written_and_shows_later_changes():
    class Layer:
        def __init__(self):
            self.weight, self.log = np.ones(2), [0]

        def double(self):
            self.weight *= 2
            self.log.append(1)

    def probe(make, rng):
        layer = make()
        held, log = layer.weight, layer.log
        layer.weight[...] = 3
        layer.double()
        layer.name = "conv"
        return claims(held=(held == 6).all(), log=log == [0, 1], name=layer.name == "conv")

    assert all(claim.holds for claim in over(Layer, probe).values())


def test_containers_generators_and_tables_bring_their_changes_back():
    pd = pytest.importorskip("pandas")

    def answer(many, named, rng, table):
        many.append(rng.random())
        named["new"] = many
        del named["old"]
        table["more"] = table["a"] * 2
        table.drop(index=table.index[:1], inplace=True)
        return rng.random()

    def probe(ask, rng):
        many, named, own = [1], {"old": 1}, np.random.default_rng(4)
        table, twin = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}), np.random.default_rng(4)
        drawn = ask(many, named, own, table)
        expected = [twin.random(), twin.random()]
        return claims(
            many=many == [1, expected[0]],
            named=named == {"new": many} and named["new"] is many,
            drawn=drawn == expected[1],
            state=own.random() == twin.random(),
            table=list(table.columns) == ["a", "b", "more"] and table["more"].tolist() == [4.0],
        )

    assert all(claim.holds for claim in over(answer, probe).values())


def test_plain_values_arrive_as_they_are():
    values = [
        None,
        True,
        0,
        -(10**30),
        10**400,
        0.1,
        -0.0,
        float("inf"),
        float("nan"),
        -float("nan"),
        1 + 2j,
        "ä\ud800",
        np.float32(0.1),
        np.bool_(True),
        np.int8(-3),
        np.str_("a"),
        (1, (2.5, "b")),
    ]

    def probe(answer, rng):
        return claims(
            **{
                f"value {k}": type(made) is type(value)
                and repr(made) == repr(value)
                and np.signbit(value if type(value) is float else 0)
                == np.signbit(made if type(made) is float else 0)
                for k, (made, value) in enumerate(zip(answer(), values, strict=True))
            }
        )

    assert all(claim.holds for claim in over(lambda: values, probe).values())


def test_a_learners_line_and_exception_arrive(tmp_path):
    file = tmp_path / "answer.py"
    file.write_text("def f(g, x):\n    return g(x) / 0\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)

    def lent_function(x):
        if x > 1:
            raise LookupError("too large")
        return x

    def probe(answer, rng):
        own = attempt(lambda: answer(lent_function, 1), "f(g, 1)")[0]
        ours = attempt(lambda: answer(lent_function, 2), "f(g, 2)")[0]
        named = attempt(lambda: answer.nothing)[0]
        return {"own": own, "ours": ours, "named": named}

    got = over(space["f"], probe)
    assert got["own"].raised[0] == "ZeroDivisionError"
    assert got["own"].line == "line 2: return g(x) / 0"
    assert got["ours"].raised[0] == "LookupError" and got["ours"].message == "too large"
    assert got["ours"].line == "line 2: return g(x) / 0"
    assert got["named"].raised[0] == "AttributeError"


def test_an_exit_is_an_outcome_and_prints_are_not_seen(capfd):
    def answer(x):
        print("look")
        raise SystemExit(x)

    def probe(ask, rng):
        return {"exit": attempt(lambda: ask(3))[0]}

    assert over(answer, probe)["exit"].raised == ("SystemExit", "BaseException")
    assert capfd.readouterr() == ("", "")


def test_two_answers_reach_the_probe_as_a_tuple():
    def probe(both, rng):
        build, train = both
        return {"a": Values(np.array(train(build())), "a")}

    assert over((lambda: [1, 2], sum), probe)["a"].data == 3


def test_what_is_too_large_is_a_failure_that_says_so():
    def probe(ask, rng):
        return {"a": attempt(lambda: ask())[0], "b": attempt(lambda: ask(1))[0]}

    with child(lambda end: witness.testify(end, "a", (lambda n=10**7: np.zeros(n),))) as end:
        end.receive()
        got = examine(end, probe, np.random.default_rng(0), time.monotonic() + SECONDS)
    assert "too large" in got["a"].message and not got["b"].raised and FAILED not in got
