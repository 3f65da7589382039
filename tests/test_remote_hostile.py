"""What a hostile process may say at its end of the wire, and what it does not get for it."""

import itertools
import json
import os
import socket
import struct
import time

import numpy as np
import pytest
from far import child

from autograde.check import FAILED, Claim, Values, array, attempt, attribute, generator, number
from autograde.entry import judge, load
from autograde.remote import arrays, examiner, wire, witness
from autograde.remote.examiner import examine
from autograde.remote.object import RemoteObject
from autograde.remote.wire import Timeout, Wire, WireError

SECONDS = 20.0


def frame(text: str, descriptions: str = "[]", data: bytes = b"", tail: int | None = None) -> bytes:
    header = f"{descriptions}\n{text}".encode()
    return struct.pack("!IQ", len(header), len(data) if tail is None else tail) + header + data


def said(raw: bytes):
    """Return what a wire makes of some bytes, after which the other end closes."""
    with child(lambda end: end.sock.sendall(raw)) as end:
        return end.receive(time.monotonic() + SECONDS)


NONSENSE = {
    "nothing": b"",
    "half a head": b"\0\0\0",
    "half a frame": frame("{}")[:-1],
    "a giant header": struct.pack("!IQ", 2**32 - 1, 0),
    "a giant tail": struct.pack("!IQ", 2, 2**64 - 1),
    "no JSON": frame("{'a': 1}"),
    "no text": struct.pack("!IQ", 4, 0) + b"\xff\xfe\n{",
    "no dict": frame("[1]"),
    "a bare number": frame("7"),
    "deep lists": frame("[" * 200_000),
    "deep dicts": frame('{"a":' * 100_000 + "1" + "}" * 100_000),
    "endless digits": frame('{"a": ' + "9" * 10_000 + "}"),
    "no descriptions": frame("{}", '{"a": 1}'),
    "an array nobody takes": frame("{}", '[["<f8", [1], null]]', b"\0" * 8),
    "an array taken twice": frame(
        '{"a": {"\\u0000array": 0}, "b": {"\\u0000array": 0}}', '[["<f8", [1], null]]', b"\0" * 8
    ),
    "an array that is not there": frame('{"a": {"\\u0000array": 0}}'),
    "an array at -1": frame('{"a": {"\\u0000array": -1}}', '[["<f8", [1], null]]', b"\0" * 8),
    "an array at a list": frame('{"a": {"\\u0000array": []}}', '[["<f8", [1], null]]', b"\0" * 8),
    "bytes nobody described": frame("{}", "[]", b"\0" * 8),
}

DESCRIPTIONS = {
    "objects": ["|O", [1], None],
    "pickles by name": ["O8", [1], None],
    "a structure": ["i4,f8", [1], None],
    "a structure as a list": [[["a", "<f8"]], [1], None],
    "a subarray": ["(1000000,)f8", [1], None],
    "a void": ["|V8", [1], None],
    "an empty text": ["<U0", [10**6], None],
    "a long text": ["<U9999999", [1], None],
    "a negative length": ["<f8", [-1], None],
    "two negative lengths": ["<f8", [-1, -1], None],
    "a huge length": ["<f8", [2**62], None],
    "a product that overflows": ["<f8", [2**32, 2**32], None],
    "a huge length beside none": ["<f8", [0, 10**12], None],
    "a fraction": ["<f8", [1.0], None],
    "a truth value": ["<f8", [True], None],
    "a text for a shape": ["<f8", "1", None],
    "too many axes": ["<f8", [1] * 65, None],
    "no order": ["<f8", [1, 1], [0, 0]],
    "an order of others": ["<f8", [1, 1], [0, 2]],
    "an order of truth values": ["<f8", [1, 1], [False, True]],
    "an order of lists": ["<f8", [1], [[]]],
    "too little": ["<f8", [2], None],
    "too much": ["|u1", [4], None],
    "nothing": [],
    "no list": "f8",
    "a number": 8,
}


@pytest.mark.parametrize("raw", NONSENSE.values(), ids=NONSENSE.keys())
def test_a_wire_takes_no_nonsense(raw):
    began = time.monotonic()
    with pytest.raises(WireError):
        said(raw)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("description", DESCRIPTIONS.values(), ids=DESCRIPTIONS.keys())
def test_a_wire_takes_no_array_that_is_none(description):
    text = '{"a": {"\\u0000array": 0}}'
    with pytest.raises(WireError):
        said(frame(text, json.dumps([description]), b"\0" * 8))


def test_a_text_of_no_characters_is_refused():
    with pytest.raises(WireError):
        said(frame('{"a": {"\\u0000array": 0}}', '[["<U1", [1], null]]', b"\xff" * 4))


def test_a_third_truth_value_becomes_true():
    got = said(frame('{"a": {"\\u0000array": 0}}', '[["|b1", [3], null]]', b"\0\1\2"))["a"]
    assert got.view(np.uint8).tolist() == [0, 1, 1]


ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.arange(6.0).reshape(2, 3).T,
    np.arange(24, dtype=np.int8).reshape(2, 3, 4).transpose(2, 0, 1)[::2],
    np.float32(7)[None] * np.ones((2, 1, 3), np.float32)[:, :, ::-1],
    np.array(5),
    np.zeros((0, 3), bool),
    np.array(["a", "äöü"]),
    np.array([1 + 2j]),
    np.arange(3, dtype=">i4"),
    np.array(["2026-11-22"], "M8[D]"),
]


@pytest.mark.parametrize("sent", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_plain_arrays_arrive_as_they_are_and_lie_in_memory_as_they_did(sent):
    here, there = (Wire(end) for end in socket.socketpair())
    here.send({"a": [sent, {"b": sent}]})
    got = there.receive(time.monotonic() + 1)
    for one in (got["a"][0], got["a"][1]["b"]):
        assert one.dtype == sent.dtype and np.array_equal(one, sent)
        assert not one.size or one.strides == sent.copy(order="K").strides
        one[...] = one  # it is writeable
    here.close(), there.close()


def test_a_message_that_comes_in_pieces_survives_a_deadline():
    here, there = socket.socketpair()
    got, raw = Wire(here), frame('{"a": 1}')
    there.sendall(raw[:9])
    with pytest.raises(Timeout):
        got.receive(time.monotonic() + 0.05)
    there.sendall(raw[9:] + frame('{"b": 2}'))
    assert got.receive(time.monotonic() + 1) == {"a": 1}
    assert got.receive() == {"b": 2}
    got.close(), there.close()


def test_what_is_too_large_or_no_message_is_not_sent(monkeypatch):
    here, there = (Wire(end) for end in socket.socketpair())
    monkeypatch.setattr(wire, "MAX_FRAME", 1000)
    with pytest.raises(WireError, match="too large"):
        here.send({"a": np.zeros(1000)})
    for value in ({1, 2}, np.array([None]), object()):
        with pytest.raises(TypeError):
            here.send({"a": value})
    here.send({"a": 1})
    assert there.receive() == {"a": 1}
    here.close(), there.close()


def test_who_does_not_read_is_not_waited_for():
    here, there = socket.socketpair()
    got = Wire(here)
    with pytest.raises(Timeout):
        got.send({"a": np.zeros(10**6)}, time.monotonic() + 0.1)
    got.close(), there.close()


# --- examinations ---------------------------------------------------------------------------------


def probe(make, rng):
    """Lend one of each kind, and read the result whatever it is."""
    x, kept = rng.normal(size=3), {"a": [1, 2], "g": np.random.default_rng(3)}
    came, made = attempt(lambda: make(x, kept, lambda y: y + 1))
    alias = x.copy()
    read, value = attempt(lambda: number(attribute(made, "value"), "value"))
    again = make(x, kept, max)
    return {
        "x": Values(x, "x"),
        "alias": Values(alias, "alias"),
        "value": read,
        "came": came,
        "same": Claim(again is made and isinstance(value, float)),
    }


def examined(serve, seconds=SECONDS, given=probe, greeted=False):
    began = time.monotonic()
    with child(serve) as end:
        if greeted:
            end.receive()
        evidence = examine(end, given, np.random.default_rng(0), time.monotonic() + seconds)
    assert time.monotonic() - began < SECONDS + 5
    return evidence


def replies(*messages, forever=None):
    """Return a server that sends raw frames, one for each request, whatever is asked."""

    def serve(end):
        for message in itertools.chain(messages, itertools.repeat(forever)):
            if message is None:
                break
            if "done" in end.receive():
                return
            end.sock.settimeout(None)
            end.sock.sendall(message if isinstance(message, bytes) else frame(json.dumps(message)))
        end.receive()

    return serve


def hello(**more):
    """Return a reply that hands over one callable object, -1."""
    return {"new": [[-1, "object", "function", None]], "value": ["r", -1], **more}


F8 = [["<f8", [3], None]]


def changed(name, state="[1.0, 2.0, 3.0]", descriptions="[]", data=b""):
    return frame(f'{{"value": null, "changed": [[{name}, {state}]]}}', descriptions, data)


ARRAY = '{"\\u0000array": 0}'
DEEP = ["t", []]
for _ in range(500):
    DEEP = ["t", [DEEP]]

#: What stands in the memory when make is called first: x is 1, the dict 2, the function 3, then
#: the list 4 and the generator 5.
LIES = {
    "garbage": [b"\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00{]"],
    "an empty message": [{}],
    "an object that was never told of": [{"value": ["r", -1]}],
    "an object of ours": [{"value": ["r", 1]}],
    "an unknown tag": [{"value": ["x", 1]}],
    "a bare list": [{"value": [1, 2]}],
    "a dict for a value": [{"value": {"a": 1}}],
    "deep tuples": [{"value": DEEP}],
    "a name of ours for something new": [{"new": [[1, "list", None, []]], "value": 1}],
    "a name that is no number": [{"new": [["a", "list", None, []]], "value": 1}],
    "a name that is a truth value": [{"new": [[True, "list", None, []]], "value": 1}],
    "a name used twice": [{"new": [[-1, "list", None, []], [-1, "list", None, []]], "value": 1}],
    "a new parameter": [{"new": [[-1, "record", ["Parameter", ["data"]], []]], "value": 1}],
    "a new generator": [{"new": [[-1, "generator", [1], [1, 1, 0, 0]]], "value": 1}],
    "a new function of ours": [{"new": [[-1, "callable", "eval", None]], "value": ["r", -1]}],
    "a new table": [{"new": [[-1, "table", None, [[], [], [], []]]], "value": 1}],
    "a kind that is none": [{"new": [[-1, ["list"], None, []]], "value": 1}],
    "news that are none": [{"new": 3, "value": 1}],
    "a kind that is no text": [{"new": [[-1, "object", 7, None]], "value": ["r", -1]}],
    "a list that is none": [{"new": [[-1, "list", None, 3]], "value": 1}],
    "a dict with a key that is a list": [
        {
            "new": [[-1, "list", None, []], [-2, "dict", None, [[["r", -1], 1]]]],
            "value": ["r", -2],
        }
    ],
    "a dict of many keys": [
        {"new": [[-1, "dict", None, [[k * (2**61 - 1), 0] for k in range(5000)]]], "value": 1}
    ],
    "an array of negative size": [{"new": [[-1, "objects", [-1], []]], "value": 1}],
    "an array of a huge size": [{"new": [[-1, "objects", [2**26, 2**26], []]], "value": 1}],
    "too many objects": [
        {"new": [[-k, "list", None, []] for k in range(1, 30_000)], "value": 1},
    ],
    "a change of nothing": [hello(), changed(77)],
    "a change of an array into a list": [hello(), changed(1)],
    "a change of shape": [hello(), changed(1, ARRAY, '[["<f8", [1, 3], null]]', b"\0" * 24)],
    "a change of dtype": [hello(), changed(1, ARRAY, '[["<f4", [3], null]]', b"\0" * 12)],
    "a change of a function": [hello(), changed(3)],
    "a change of an object": [hello(), changed(-1)],
    "a generator that stands nowhere": [hello(), changed(5, f"[{2**128}, 1, 0, 0]")],
    "a generator that stands at a text": [hello(), changed(5, '["MT19937", 1, 0, 0]')],
    "a dict that becomes a list": [hello(), changed(2, '{"a": 1}')],
    "a call of an array": [hello(), {"call": 1, "args": ["t", []], "kwargs": ["t", []]}],
    "a call of nothing": [hello(), {"call": 12, "args": ["t", []], "kwargs": ["t", []]}],
    "a call of an object of their own": [
        hello(),
        {"call": -1, "args": ["t", []], "kwargs": ["t", []]},
    ],
    "a call without arguments": [hello(), {"call": 3}],
    "a call with odd keywords": [
        hello(),
        {"call": 3, "args": ["t", []], "kwargs": ["t", [["t", [1, 2]]]]},
    ],
    "a call with a number for arguments": [hello(), {"call": 3, "args": 1, "kwargs": ["t", []]}],
    "an exception without a name": [
        hello(),
        {"error": {"names": [], "message": "", "line": "", "relayed": None, "missing": False}},
    ],
    "an exception that was never relayed": [
        hello(),
        {"error": {"names": ["A"], "message": "", "line": "", "relayed": 0, "missing": False}},
    ],
    "an exception with a number": [
        hello(),
        {"error": {"names": [1], "message": "", "line": "", "relayed": None, "missing": False}},
    ],
    "an exception that is none": [hello(), {"error": None}],
    "the key of an exception missing": [hello(), {"error": {"names": ["ValueError"]}}],
}


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES.keys())
def test_a_witness_that_lies_fails(lies):
    evidence = examined(replies(*lies))
    assert list(evidence) == [FAILED]
    assert "WireError" in evidence[FAILED].raised
    assert "could not be examined" in evidence[FAILED].message


def view(shape, strides, offset, base=1):
    reply = {"new": [[-9, "view", [base, shape, strides, offset, True], None]], "value": ["r", -9]}
    return [hello(), reply]


BEYOND = {
    "behind the end": view([1], [8], 24),
    "before the beginning": view([1], [8], -8),
    "too long": view([4], [8], 0),
    "backwards out of it": view([3], [-8], 8),
    "by large steps": view([2], [2**30], 0),
    "across the end of the last entry": view([1], [8], 17),
    "in the midst of nothing": view([0], [8], 10**6),
    "so often that it fills the memory": view([2**26, 2**26], [0, 0], 0),
    "of a list": view([1], [8], 0, base=4),
    "of nothing": view([1], [8], 0, base=99),
    "by a fraction": view([1], [8.0], 0),
    "by fewer steps than axes": view([1, 1], [8], 0),
}


@pytest.mark.parametrize("lies", BEYOND.values(), ids=BEYOND.keys())
def test_no_view_reaches_beyond_its_array(lies):
    evidence = examined(replies(*lies))
    assert list(evidence) == [FAILED] and "WireError" in evidence[FAILED].raised


def test_no_view_reads_an_array_of_objects_as_addresses():
    def lends(make, rng):
        make(np.array([None, "a"], dtype=object))
        return {}

    evidence = examined(replies(*view([2], [8], 0)), given=lends)
    assert "WireError" in evidence[FAILED].raised


def test_a_witness_that_goes_fails():
    for goes in (lambda end: end.receive(), lambda end: os._exit(0)):
        assert examined(goes)[FAILED].raised[0] == "WireError"


def test_a_witness_that_goes_while_exceptions_are_caught_fails():
    """A probe that asks whether a call raises learns nothing from a socket that closes."""

    def given(make, rng):
        for _ in range(3):
            attempt(lambda: make(1))
        return {"raises": Claim(True)}

    assert list(examined(replies(hello()), given=given)) == [FAILED]


@pytest.mark.parametrize("drip", [b"", b"\0"])
def test_a_witness_that_is_silent_or_drips_fails_at_the_deadline(drip):
    def serve(end):
        end.receive()
        end.sock.sendall(struct.pack("!IQ", 1000, 0))
        while True:
            time.sleep(0.01)
            end.sock.sendall(drip)

    evidence = examined(serve, seconds=0.3)
    assert evidence[FAILED].raised[0] == "Timeout"


def test_an_answer_after_the_deadline_fails():
    def slow(x):
        time.sleep(0.5)
        return 1.0

    def given(answer, rng):
        return {"a": Values(np.array(answer(1)), "a")}

    evidence = examined(
        lambda end: witness.testify(end, "a", (slow,)), seconds=0.2, given=given, greeted=True
    )
    assert evidence[FAILED].raised[0] == "Timeout"


def test_endless_calls_and_endless_results_come_to_an_end(monkeypatch):
    monkeypatch.setattr(examiner, "MAX_MESSAGES", 300)
    calls = {"call": 3, "args": ["t", [1]], "kwargs": ["t", []]}
    assert "no end" in examined(replies(hello(), forever=calls))[FAILED].message
    monkeypatch.setattr(examiner, "MAX_RECEIVED", 10**6)
    many = frame(json.dumps({"value": "x" * 10**5}))

    def greedy(make, rng):
        return {str(k): attempt(lambda k=k: make(k))[0] for k in range(100)}

    evidence = examined(replies(hello(), forever=many), given=greedy)
    assert "no end" in evidence[FAILED].message


def test_an_array_of_an_interface_is_never_asked_for():
    """NumPy reads the memory at the address that an `__array_interface__` names."""
    asked = []

    def serve(end):
        end.receive()
        end.send(hello())
        while "done" not in (request := end.receive()):
            asked.append(request)
            end.send({"value": 1})

    def given(answer, rng):
        held = np.asarray(answer)
        return {"kind": Values(np.array([held.dtype == object, held.ndim]), "kind")}

    with child(serve) as end:
        evidence = examine(end, given, np.random.default_rng(0), time.monotonic() + SECONDS)
    assert evidence["kind"].data.tolist() == [1, 0]
    for name in ("__array_interface__", "__array__", "__array_struct__", "__deepcopy__", "__len__"):
        with pytest.raises(AttributeError):
            getattr(RemoteObject(None, "Adam"), name)


def test_a_list_that_holds_itself_does_no_harm():
    itself = {"new": [[-1, "list", None, [["r", -1], 1]]], "value": ["r", -1]}

    def given(answer, rng):
        read, _ = attempt(lambda: array(answer, "answer"))
        return {"read": read, "own": Claim(answer[0] is answer), "text": Values(len(repr(answer)))}

    evidence = examined(replies(itself), given=given)
    assert evidence["own"].holds and "BadAnswer" in evidence["read"].raised


def test_an_interrupt_over_there_does_not_interrupt_here():
    def interrupted(*_):
        raise KeyboardInterrupt("mine")

    evidence = examined(lambda end: witness.testify(end, "a", (interrupted,)), greeted=True)
    assert evidence[FAILED].raised[0] == "KeyboardInterrupt"


def test_a_read_only_array_is_not_changed():
    def given(answer, rng):
        lent = np.zeros(3)
        lent.flags.writeable = False
        answer(lent)
        return {}

    evidence = examined(
        replies(hello(), changed(1, ARRAY, json.dumps(F8), b"\1" * 24)), given=given
    )
    assert "read-only" in evidence[FAILED].message


def test_nothing_is_set_on_a_parameter_but_what_it_has():
    from course.nn import Parameter

    lent = Parameter(np.zeros(2))

    def given(answer, rng):
        answer(lent)
        return {}

    for state in ('[["accumulate", 1]]', '[["__class__", 1]]', '[[["data"], 1]]', "7", "[3]"):
        evidence = examined(replies(hello(), changed(1, state)), given=given)
        assert "WireError" in evidence[FAILED].raised
    assert vars(lent).keys() == {"data", "grad"}


def test_a_number_becomes_no_array_of_it():
    for size in (2**27, 2**60):
        with pytest.raises(arrays.BadArray):
            arrays.size(["|u1", [size], None])


# --- cheats in the process of the answer ----------------------------------------------------------


def passes(name, check, build, before=lambda: None, seed=3):
    """Tell whether an answer passes a check when the process it lives in has been tampered with."""
    cell = load(name).find(check)
    bank = judge(name, cell.name)

    def serve(end):
        before()
        while True:
            witness.testify(end, check, (build(bank.bank),))

    with child(serve) as end:

        def gather(probed):
            deadline = time.monotonic() + 30 * SECONDS  # a reference may be torch's, slow to load
            end.receive(deadline)
            return examine(end, cell.probes[probed], generator(seed, probed), deadline)

        return bank.verdict(check, seed, gather).passed


def wrong(name):
    return lambda bank: next(m.build for m in bank.misconceptions if m.name == name)


def test_the_reference_passes_over_the_wire_and_a_mistake_does_not():
    assert passes("adam", "bias-correction", lambda bank: bank.reference)
    assert not passes("adam", "bias-correction", wrong("no bias correction"))


def forge_claims():
    Claim.to_json = lambda self: {"kind": "claim", "holds": True}
    Claim.__init__ = lambda self, holds, otherwise="", clue=False: object.__setattr__(
        self, "holds", True
    )


def patch_numpy():
    np.array_equal = np.allclose = lambda *_, **__: True
    np.testing.assert_allclose = lambda *_, **__: None


def patch_the_witness():
    from autograde.check import collect, reading
    from autograde.remote import witness

    collect.outcome_of = lambda error: collect.Outcome()
    reading.array = lambda *_, **__: np.zeros(3)
    witness.Witness.seed = 0


@pytest.mark.parametrize("tamper", [forge_claims, patch_numpy, patch_the_witness])
def test_tampering_over_there_earns_nothing(tamper):
    assert not passes("adam", "promises", wrong("a gradient changed in place"), tamper)
    assert not passes("adam", "bias-correction", wrong("no bias correction"), tamper)


class Liar(np.ndarray):
    """Equal to everything, whatever is asked."""

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_ufunc__(self, *args, **kwargs):
        return np.zeros(3)

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    def __array_function__(self, *args, **kwargs):
        return True


class Always(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 1.0

    __hash__ = float.__hash__


class Whole(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class Pretends:
    """Says that it is an array of the right kind."""

    __class__ = np.ndarray
    shape, ndim, dtype, size = (3,), 1, np.dtype(float), 3

    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


@pytest.mark.parametrize(
    "result",
    [
        lambda w: np.zeros(w.shape).view(Liar),
        lambda w: Pretends(),
        lambda w: Always(0.5),
        lambda w: Whole(1),
        lambda w: type("Lies", (), {"__class__": property(lambda self: np.ndarray)})(),
        lambda w: np.array([Pretends()] * w.size, dtype=object).reshape(w.shape),
    ],
)
@pytest.mark.parametrize("check", ["soft-threshold", "soft-threshold-array"])
def test_a_result_that_lies_earns_nothing(result, check):
    assert not passes("weight-decay", check, lambda bank: lambda w, threshold: result(w))


def test_an_optimizer_whose_attributes_lie_earns_nothing():
    class Optimizer(Pretends):
        def __init__(self, *args, **kwargs):
            pass

    assert not passes("adam", "bias-correction", lambda bank: Optimizer)
    assert not passes("adam", "promises", lambda bank: Optimizer)


def test_a_stopping_whose_numbers_lie_earns_nothing():
    class Stopping:
        def __init__(self, *args, **kwargs):
            self.num_bad_epochs = self.best = self.best_epoch = Whole(0)

        def step(self, *args):
            return False

    assert not passes("early-stopping", "counter", lambda bank: Stopping)
    assert not passes("early-stopping", "best", lambda bank: Stopping)
