"""What is asked of BatchNorm1d.

A layer reaches a probe as its class. Weight, bias and running statistics are written in place, as
whoever loads a checkpoint does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograde.check import (
    Answer,
    Claim,
    Evidence,
    Exercise,
    Values,
    array,
    attempt,
    outcome,
    truth,
)

MakeLayer = Callable[..., Any]
ARRAYS = ("weight", "bias", "running_mean", "running_var")
BATCH = {"batch": 1}
#: Wide enough for an eps of 1e-5 at the wrong place, which `epsilon` looks at.
RTOL = 1e-4


def read(layer: Any, name: str) -> np.ndarray:
    """Return a copy of one of a layer's arrays."""
    return array(getattr(layer, name), name)


def write(layer: Any, **values: np.ndarray) -> None:
    """Write into a layer's arrays, in place."""
    for name, value in values.items():
        array(getattr(layer, name), name, shape=value.shape)
        getattr(layer, name)[...] = value


def forward(layer: Any, x: np.ndarray) -> np.ndarray:
    """Return the output for a copy of x."""
    return array(layer.forward(x.copy()), "forward(x)", shape=x.shape)


def backward(layer: Any, grad_output: np.ndarray) -> np.ndarray:
    """Return the gradient of x for a copy of that of the output."""
    made = layer.backward(grad_output.copy())
    return array(made, "backward(grad_output)", shape=grad_output.shape)


def batch(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Draw a batch whose features differ in mean and spread, none of them with a small one."""
    apart = rng.random((n, d)).argsort(axis=0)
    z = apart + rng.uniform(-0.2, 0.2, size=(n, d))
    return rng.uniform(-5, 5, size=d) + rng.uniform(2, 4, size=d) * z


def some(rng: np.random.Generator, d: int) -> dict[str, np.ndarray]:
    """Draw what a trained layer might hold."""
    return {
        "weight": rng.choice([-1, 1], size=d) * rng.uniform(1.3, 3, size=d),
        "bias": rng.choice([-1, 1], size=d) * rng.uniform(1, 3, size=d),
        "running_mean": rng.uniform(-3, 3, size=d),
        "running_var": rng.uniform(2, 5, size=d),
    }


def starts(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Look at a new layer, and at a second one when the first has changed."""
    layer, other = make(4), make(4)
    evidence: Evidence = {name: Values(read(layer, name).astype(float), name) for name in ARRAYS}
    evidence["training"] = Claim(
        truth(layer.training, "training"), "A new layer should be in training: training is True."
    )
    before = [read(other, name) for name in ARRAYS]
    write(layer, **{name: rng.normal(size=4) for name in ARRAYS})
    same = all(np.array_equal(read(other, n), b) for n, b in zip(ARRAYS, before, strict=True))
    evidence["own"] = Claim(same, "Writing into the arrays of one layer has changed another layer.")
    return evidence


def training_output(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Normalize batches of several shapes, one after the other in the same layer."""
    evidence: Evidence = {}
    for n, d in [(int(rng.integers(5, 9)), 3), (2, 4), (4, 4), (6, 1)]:
        layer = make(d)
        outputs = np.array([forward(layer, batch(rng, n, d)) for _ in range(2)])
        what = f"output for a batch of shape {(n, d)}"
        evidence[what] = Values(outputs, what, BATCH, RTOL)
    return evidence


def affine(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Measure the output with weight and bias in units of the output without."""
    x, held = batch(rng, 7, 4), some(rng, 4)
    layer = make(4)
    plain = forward(layer, x)
    write(layer, weight=held["weight"], bias=held["bias"])
    output = forward(layer, x)
    spread = plain - plain.mean(axis=0)
    slope = (spread * output).sum(axis=0) / (spread**2).sum(axis=0)
    return {
        "slope": Values(slope, "change of the output, in units of that with weight 1", rtol=RTOL),
        "mean": Values(
            np.round(output.mean(axis=0), 9), "mean of the output over the batch", rtol=RTOL
        ),
    }


def epsilon(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Normalize features whose variance is of the size of eps, or zero."""
    evidence: Evidence = {}
    for eps in (1e-5, 0.5, None):
        size = eps or 1e-5
        layer = make(3) if eps is None else make(3, eps=eps)
        x = np.sqrt(size) * rng.normal(size=(6, 3))
        x[:, 2] = 1.0
        what = f"output, variance about {size:g}, {'default eps' if eps is None else f'{eps=}'}"
        evidence[what] = Values(forward(layer, x), what)
        layer.training = False
        held = {"running_mean": np.zeros(3), "running_var": size * rng.uniform(0.5, 2, size=3)}
        write(layer, **held)
        what = f"{what}, in evaluation"
        evidence[what] = Values(forward(layer, x), what)
    layer = make(3, eps=0.0)
    layer.training = False
    write(layer, running_var=rng.uniform(0.5, 2, size=3) * 1e-5)
    what = "output, eps=0.0, in evaluation"
    evidence[what] = Values(forward(layer, 1e-3 * rng.normal(size=(4, 3))), what)
    return evidence


def running(name: str) -> Callable[[MakeLayer, np.random.Generator], Evidence]:
    """Make the probe of one of the running statistics."""

    def probe(make: MakeLayer, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        for momentum in (None, float(rng.uniform(0.2, 0.4)), 0.0, 1.0):
            layer = make(3) if momentum is None else make(3, momentum=momentum, eps=0.5)
            seen = []
            for n in (5, 2, 9, 4):
                forward(layer, batch(rng, n, 3))
                seen.append(read(layer, name).astype(float))
            used = "default momentum" if momentum is None else f"momentum={momentum:.2f}"
            evidence[used] = Values(np.array(seen), f"{name} ({used})", BATCH)
        return evidence

    return probe


def evaluation(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Switch to evaluation and back."""
    held = some(rng, 3)
    layer = make(3)
    forward(layer, batch(rng, 5, 3))
    write(layer, **held)
    layer.training = False
    outputs = {n: forward(layer, batch(rng, n, 3)) for n in (1, 5)}
    kept = {name: read(layer, name) for name in ARRAYS}
    layer.training = True
    x = batch(rng, 6, 3)
    back, usual = forward(layer, x), make(3)
    write(usual, **held)
    return {
        **{
            f"{n} rows": Values(out, f"output in evaluation for a batch of {n}", rtol=RTOL)
            for n, out in outputs.items()
        },
        "statistics": Claim(
            all(np.array_equal(kept[name], held[name]) for name in ARRAYS),
            "forward(x) has changed running_mean, running_var, weight or bias in evaluation.",
        ),
        "back": Claim(
            bool(np.allclose(back, forward(usual, x))),
            "Back in training after an evaluation, the layer does not do what another one does "
            "that never left training.",
        ),
    }


def gradient(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Send gradients back through batches of several shapes."""
    evidence: Evidence = {}
    for n, d in [(6, 3), (3, 5), (4, 4), (5, 1)]:
        held = some(rng, d)
        layer = make(d)
        write(layer, weight=held["weight"], bias=held["bias"])
        forward(layer, batch(rng, n, d))
        what = f"gradient of x, shape {(n, d)}"
        evidence[what] = Values(backward(layer, rng.normal(size=(n, d))), what, rtol=RTOL)
    layer = make(2, eps=0.7)
    forward(layer, rng.normal(size=(5, 2)))  # backward belongs to the latest forward
    forward(layer, rng.normal(size=(5, 2)))
    what = "gradient of x, eps=0.7"
    evidence[what] = Values(backward(layer, rng.normal(size=(5, 2))), what)
    return evidence


def parameter_gradients(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Read weight_grad and bias_grad after each of two backward passes."""
    held = some(rng, 3)
    layer = make(3)
    write(layer, weight=held["weight"], bias=held["bias"])
    seen: dict[str, list] = {"weight_grad": [], "bias_grad": []}
    for n in (6, 4):
        forward(layer, batch(rng, n, 3))
        backward(layer, rng.normal(1, 1, size=(n, 3)))
        for name, values in seen.items():
            values.append(array(getattr(layer, name), name, shape=(3,)))
    return {name: Values(np.array(values), name, BATCH, RTOL) for name, values in seen.items()}


def evaluation_gradient(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Send a gradient back after a forward pass in evaluation, and when the mode has changed."""
    layer = make(3)
    forward(layer, batch(rng, 5, 3))
    write(layer, **some(rng, 3))
    layer.training = False
    forward(layer, batch(rng, 4, 3))
    made = backward(layer, rng.normal(1, 1, size=(4, 3)))
    return {
        "x": Values(made, "gradient of x in evaluation", rtol=RTOL),
        **{
            name: Values(
                array(getattr(layer, name), name, shape=(3,)), f"{name} in evaluation", rtol=RTOL
            )
            for name in ("weight_grad", "bias_grad")
        },
        **{
            f"forward with training={mode}": Claim(
                mode_of_forward_counts(make, rng, mode),
                f"After a forward with training={mode}, the gradient of x depends on whether "
                "training was set anew before backward.",
            )
            for mode in (True, False)
        },
    }


def mode_of_forward_counts(make: MakeLayer, rng: np.random.Generator, mode: bool) -> bool:
    """Tell whether backward does the same when the mode has changed after the forward pass."""
    held, x, grad_output = some(rng, 3), batch(rng, 4, 3), rng.normal(1, 1, size=(4, 3))
    found = []
    for later in (mode, not mode):
        layer = make(3)
        write(layer, **held)
        layer.training = mode
        forward(layer, x)
        layer.training = later
        found.append(backward(layer, grad_output))
    return bool(np.allclose(*found))


def promises(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, and at the output after the backward pass."""
    x, grad_output = batch(rng, 5, 3), rng.normal(size=(5, 3))
    lent, lent_grad = x.copy(), grad_output.copy()
    layer = make(3)
    output = layer.forward(lent)
    made = array(output, "forward(x)")
    back = array(layer.backward(lent_grad), "backward(grad_output)")
    layer.training = False
    layer.forward(lent)
    return {
        "x": Claim(np.array_equal(lent, x), "forward(x) has changed x; it should only read it."),
        "grad_output": Claim(
            np.array_equal(lent_grad, grad_output), "backward(grad_output) has changed grad_output."
        ),
        "float64": Claim(
            made.dtype == back.dtype == np.float64,
            "Of a float64 x, the output or the gradient is no longer float64.",
        ),
        "output": Claim(
            np.array_equal(made, output),
            "backward(grad_output) has changed the array that forward(x) had returned.",
        ),
    }


def errors(make: MakeLayer, rng: np.random.Generator) -> Evidence:
    """Try a batch of one, and hyperparameters that make no sense or are at their ends."""
    layer, other = make(3), make(3)
    other.training = False
    one = rng.normal(size=(1, 3))
    evidence: Evidence = {
        "one": outcome(lambda: layer.forward(one.copy()), "forward of a batch of 1 in training"),
        "evaluation": attempt(
            lambda: other.forward(one.copy()), "forward of a batch of 1 in evaluation"
        )[0],
    }
    for options in [
        {"eps": -1e-5},
        {"momentum": -0.1},
        {"momentum": 1.5},
        {"eps": 0.0},
        {"momentum": 0.0},
        {"momentum": 1.0},
    ]:
        ((name, value),) = options.items()
        written = f"BatchNorm1d(3, {name}={value})"
        evidence[written] = outcome(lambda o=options: make(3, **o), written)
    return evidence


EXERCISE = Exercise(
    "batch-norm",
    [
        Answer(
            "batch-norm",
            "BatchNorm1d",
            {
                "starts": starts,
                "training-output": training_output,
                "affine": affine,
                "epsilon": epsilon,
                "running-mean": running("running_mean"),
                "running-var": running("running_var"),
                "evaluation": evaluation,
                "gradient": gradient,
                "parameter-gradients": parameter_gradients,
                "evaluation-gradient": evaluation_gradient,
                "promises": promises,
                "errors": errors,
            },
        )
    ],
    hides=("torch", "torchvision", "course.batch_norm", "course.norm"),
)
