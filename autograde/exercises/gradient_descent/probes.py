"""What is asked of a numerical gradient, of gradient descent, and of backpropagation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograde.check import Answer, BadAnswer, Claim, Evidence, Exercise, Values, array

Function = Callable[[np.ndarray], float]
Gradient = Callable[[np.ndarray], np.ndarray]

#: The names of what mlp_gradients returns, in its order.
GRADIENTS = ("dW1", "db1", "dW2", "db2")


def equal(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether two arrays are equal up to rounding, in shape as well."""
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-9, atol=1e-9))


# --- the numerical gradient ---------------------------------------------------------------------


def cubic(rng: np.random.Generator, shape: tuple[int, ...]) -> Function:
    """Draw a cubic polynomial in which every two entries meet in a product."""
    a, b, c, w = rng.choice([-1.0, 1.0], size=(4, *shape)) * rng.uniform(1, 2, size=(4, *shape))
    return lambda x: float(np.sum(a * x + b * x**2 + c * x**3) + np.sum(w * x) ** 2)


def numerical_values(numerical_gradient, rng: np.random.Generator) -> Evidence:
    """Differentiate cubics, as well as any difference quotient can."""
    evidence: Evidence = {}
    for shape in [(4,), (1,), (2, 3), (2, 1, 3)]:
        found = numerical_gradient(cubic(rng, shape), rng.uniform(0.5, 2, size=shape))
        read = array(found, "numerical_gradient(f, x)", shape=shape)
        evidence[str(shape)] = Values(read, f"gradient of a cubic, x of shape {shape}", rtol=1e-3)
    return evidence


def numerical_central(numerical_gradient, rng: np.random.Generator) -> Evidence:
    """Take steps so long that it shows how the quotient is formed, and the default one."""
    evidence: Evidence = {}
    for h in (0.5, 0.125):
        found = numerical_gradient(cubic(rng, (4,)), rng.uniform(0.5, 2, size=4), h=h)
        read = array(found, f"numerical_gradient(f, x, h={h})", shape=(4,))
        evidence[f"h {h}"] = Values(read, f"difference quotient of a cubic, h={h}")
    a, c = rng.uniform(1, 2, size=(2, 3))
    found = numerical_gradient(lambda x: float(np.sum(a * x + 1e10 * c * x**3)), np.zeros(3))
    read = array(found, "numerical_gradient(f, x)", shape=(3,))
    evidence["default"] = Values(read, "difference quotient of a very steep cubic, default h")
    return evidence


def numerical_promises(numerical_gradient, rng: np.random.Generator) -> Evidence:
    """Look at x afterwards, and hand over integers."""
    x = rng.uniform(0.5, 2, size=(2, 2))
    before = x.copy()
    numerical_gradient(cubic(rng, x.shape), x)
    f, whole = cubic(rng, (3,)), rng.integers(1, 4, size=3)
    read = [
        array(numerical_gradient(f, start), "numerical_gradient(f, x)")
        for start in (whole.copy(), whole.astype(float))
    ]
    return {
        "unchanged": Claim(
            bool(np.allclose(x, before, rtol=0, atol=1e-12)),
            "x is not what it was before the call: an entry is still shifted.",
        ),
        "integers": Claim(
            equal(*read),
            "At an x of integers the gradient is not the one at the same numbers as floats.",
        ),
    }


# --- gradient descent ---------------------------------------------------------------------------


def bowl(rng: np.random.Generator, n: int) -> Gradient:
    """Draw the gradient of a bowl whose n entries depend on each other."""
    root, bottom = np.eye(n) + rng.uniform(-0.3, 0.3, size=(n, n)), rng.normal(size=n)
    return lambda x: root.T @ (root @ (x - bottom))


def descent_path(gradient_descent, rng: np.random.Generator) -> Evidence:
    """Follow eleven points of a longer descent: how many rows there are is asked elsewhere."""
    evidence: Evidence = {}
    for lr in rng.uniform(0.05, 0.3, size=2):
        found = gradient_descent(bowl(rng, 3), rng.normal(size=3), lr=lr, steps=14)
        path = array(found, "gradient_descent(...)")[:11]
        evidence[f"lr {lr}"] = Values(path, f"path (lr={lr:.3f})", {"row": 0})
    slope, bottom = rng.uniform(0.5, 2, size=(2, 3)), rng.normal(size=(2, 3))
    found = gradient_descent(
        lambda x: slope * (x - bottom), rng.normal(size=(2, 3)), lr=0.25, steps=14
    )
    path = array(found, "gradient_descent(...)")[:11]
    evidence["matrix"] = Values(path, "path (x0 of shape (2, 3))", {"row": 0})
    for what, slope in [("steep", 1e3), ("gentle", 1e-7)]:
        found = gradient_descent(
            lambda x, slope=slope: slope * (x + 1), rng.uniform(1, 2, size=3), lr=0.3, steps=14
        )
        path = array(found, "gradient_descent(...)")[:6]
        evidence[what] = Values(
            np.diff(path, axis=0), f"steps of the path where it is {what}", {"step": 1}
        )
    return evidence


def descent_rows(gradient_descent, rng: np.random.Generator) -> Evidence:
    """Count the rows and compare those of a short descent with those of a long one."""
    gradient, x0 = bowl(rng, 3), rng.normal(size=3)
    paths = {
        steps: array(gradient_descent(gradient, x0.copy(), lr=0.2, steps=steps), "the path")
        for steps in (0, 1, 5, 9)
    }
    counted = {
        f"{steps} steps": Values(np.array(path.shape), f"shape of the path with steps={steps}")
        for steps, path in paths.items()
    }
    shared = min(len(paths[5]), len(paths[9]))
    return {
        **counted,
        "start": Claim(
            all(len(path) > 0 and np.array_equal(path[0], x0) for path in paths.values()),
            "Row 0 of the path is not x0.",
        ),
        "prefix": Claim(
            equal(paths[5][:shared], paths[9][:shared]),
            "The rows of a descent of 5 steps are not the first rows of one of 9 steps.",
        ),
        "level": Values(
            np.array(array(gradient_descent(np.zeros_like, x0, lr=0.2, steps=4), "the path").shape),
            "shape of the path where it is level, with steps=4",
        ),
        "end": Values(paths[9], "path with steps=9", {"row": 0}, clue=True),
    }


def descent_promises(gradient_descent, rng: np.random.Generator) -> Evidence:
    """Look at what was lent, and start from integers."""
    gradient, x0 = bowl(rng, 3), rng.normal(size=3)
    before = x0.copy()
    gradient_descent(gradient, x0, lr=0.2, steps=4)
    slope = rng.uniform(0.5, 2, size=3)
    kept = slope.copy()
    gradient_descent(lambda x: kept, rng.normal(size=3), lr=0.2, steps=4)
    whole = rng.integers(-5, 6, size=3)
    paths = [
        array(gradient_descent(lambda x: slope * x, start, lr=0.2, steps=4), "the path")
        for start in (whole.copy(), whole.astype(float))
    ]
    still = array(gradient_descent(lambda x: slope * x, whole, lr=0.2, steps=0), "the path")
    return {
        "x0": Claim(np.array_equal(x0, before), "x0 is not what it was before the call."),
        "gradient": Claim(
            np.array_equal(kept, slope),
            "The array that gradient(x) returned was changed; it should only be read.",
        ),
        "integers": Claim(
            equal(*paths),
            "From an x0 of integers the path is not the one from the same numbers as floats.",
        ),
        "still": Claim(
            still.dtype.kind == "f",
            "From an x0 of integers, with steps=0, the path holds integers; it should hold floats.",
        ),
    }


# --- backpropagation ----------------------------------------------------------------------------


def network(rng: np.random.Generator, n: int) -> list[np.ndarray]:
    """Draw a network of 3 inputs and 5 hidden units, n examples and their labels.

    The last bias is such that the network says yes to half of the examples, and to a single one.
    """
    W1, b1, W2 = rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(5, 1))
    X, y = rng.normal(size=(n, 3)), rng.permutation(np.arange(n) % 2).astype(float)
    b2 = -np.median(np.maximum(X @ W1 + b1, 0) @ W2, axis=0)
    return [W1, b1, W2, b2 + rng.uniform(0.1, 0.5) if n == 1 else b2, X, y]


def gradients(mlp_gradients, given: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Call the answer with copies; return its four gradients by name, of whatever shape."""
    found = mlp_gradients(*(a.copy() for a in given))
    if not isinstance(found, tuple | list) or len(found) != 4:
        raise BadAnswer(f"mlp_gradients(...) should return {', '.join(GRADIENTS)}.")
    return {name: array(g, name) for name, g in zip(GRADIENTS, found, strict=True)}


def backprop_output(mlp_gradients, rng: np.random.Generator) -> Evidence:
    """Take the gradients of the last layer: of one example, and the direction for eight."""
    one = gradients(mlp_gradients, network(rng, 1))
    many = gradients(mlp_gradients, network(rng, 8))
    evidence: Evidence = {
        f"one {name}": Values(one[name], f"{name} (one example)") for name in ("dW2", "db2")
    }
    W1, b1, W2, b2, X, y = network(rng, 1)
    sure = gradients(mlp_gradients, [W1, b1, 0 * W2, np.array([8.0]), X, np.ones(1)])
    evidence["sure"] = Values(sure["db2"], "db2 (one example, logit 8, rightly so)")
    for name in ("dW2", "db2"):
        what = f"{name}, as a part of the largest entry of your dW2 and db2 (8 examples)"
        evidence[name] = Values(many[name] / size(many), what)
    return evidence


def backprop_hidden(mlp_gradients, rng: np.random.Generator) -> Evidence:
    """Take the gradients of the first layer, in units of those of the last."""
    many = gradients(mlp_gradients, network(rng, 8))
    evidence: Evidence = {}
    for name in ("dW1", "db1"):
        what = f"{name}, in units of the largest entry of your dW2 and db2 (8 examples)"
        evidence[name] = Values(many[name] / size(many), what)
    return evidence


def backprop_mean(mlp_gradients, rng: np.random.Generator) -> Evidence:
    """Repeat every example three times, which leaves a mean as it is."""
    *weights, X, y = network(rng, 6)
    once = gradients(mlp_gradients, [*weights, X, y])
    thrice = gradients(mlp_gradients, [*weights, np.tile(X, (3, 1)), np.tile(y, 3)])
    return {
        name: Values(
            np.linalg.norm(thrice[name]) / np.linalg.norm(once[name]),
            f"factor by which {name} grows when every example comes three times",
        )
        for name in GRADIENTS
    }


def backprop_promises(mlp_gradients, rng: np.random.Generator) -> Evidence:
    """Look at the arguments afterwards, and ask the same thing twice."""
    given = network(rng, 8)
    lent = [a.copy() for a in given]
    mlp_gradients(*lent)
    first, second = (gradients(mlp_gradients, given) for _ in range(2))
    unchanged: Evidence = {
        name: Claim(np.array_equal(a, b), f"{name} is not what it was before the call.")
        for name, a, b in zip(("W1", "b1", "W2", "b2", "X", "y"), given, lent, strict=True)
    }
    return {
        **unchanged,
        "again": Claim(
            all(np.array_equal(first[name], second[name]) for name in GRADIENTS),
            "A second call with the same arguments does not return the same gradients.",
        ),
    }


def size(found: dict[str, np.ndarray]) -> float:
    """Return the largest entry of the gradients of the last layer."""
    return max(float(np.abs(found[name]).max()) for name in ("dW2", "db2"))


EXERCISE = Exercise(
    "gradient-descent",
    [
        Answer(
            "numerical-gradient",
            "numerical_gradient",
            {
                "numerical-values": numerical_values,
                "numerical-central": numerical_central,
                "numerical-promises": numerical_promises,
            },
        ),
        Answer(
            "gradient-descent",
            "gradient_descent",
            {
                "descent-path": descent_path,
                "descent-rows": descent_rows,
                "descent-promises": descent_promises,
            },
        ),
        Answer(
            "backprop",
            "mlp_gradients",
            {
                "backprop-output": backprop_output,
                "backprop-hidden": backprop_hidden,
                "backprop-mean": backprop_mean,
                "backprop-promises": backprop_promises,
            },
        ),
    ],
    hides=("torch", "torchvision", "course.gradcheck", "course.losses", "course.optim"),
)
