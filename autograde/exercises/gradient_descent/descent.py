"""What is right of gradient descent, what is commonly got wrong, and what to say about it."""

from __future__ import annotations

import importlib.util

import numpy as np

from autograde.check import Bank
from autograde.exercises.gradient_descent import styles


def _torch_descent(gradient, x0, *, lr, steps):
    """Let a gradient in NumPy lead torch.optim.SGD."""
    import torch

    x = torch.tensor(np.array(x0, dtype=float), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=lr)
    path = [x.detach().numpy().copy()]
    for _ in range(steps):
        x.grad = torch.tensor(gradient(path[-1].copy()))
        optimizer.step()
        path.append(x.detach().numpy().copy())
    return np.array(path)


def _course_descent(gradient, x0, *, lr, steps):
    """Apply the course's rule, where there is no torch."""
    from course.rules import sgd

    path = [np.array(x0, dtype=float)]
    for _ in range(steps):
        path.append(sgd(path[-1], np.array(gradient(path[-1].copy())), None, lr=lr)[0])
    return np.array(path)


_with_torch = importlib.util.find_spec("torch") is not None
descent = Bank(_torch_descent if _with_torch else _course_descent, styles=styles.DESCENT)


class _Descent:
    """Gradient descent in small pieces; a misconception changes one of them."""

    def __call__(self, gradient, x0, *, lr, steps):
        self.lr, self.steps, self.x0 = lr, steps, x0
        path = [self.start(x0)]
        for k in range(self.count(steps)):
            path.append(self.after(path, self.at(path, gradient), k))
        return self.rows(path, gradient)

    def start(self, x0):
        return np.array(x0, dtype=float)

    def count(self, steps):
        return steps

    def at(self, path, gradient):
        return gradient(path[-1].copy())

    def after(self, path, g, k):
        return path[-1] - self.lr * g

    def rows(self, path, gradient):
        return np.array(path)


def _variant(name: str, hint: str):
    """Enter a subclass of `_Descent` as a misconception."""

    def enter(variant: type) -> type:
        descent.wrong(name, hint)(variant())
        return variant

    return enter


@_variant(
    "climbing instead of descending",
    "The gradient points uphill. Where should the next point be?",
)
class _Ascent(_Descent):
    def after(self, path, g, k):
        return path[-1] + self.lr * g


@_variant(
    "rows that are all the last one",
    "One array changed in place and kept many times is still one array. What do you keep?",
)
class _Aliases(_Descent):
    def rows(self, path, gradient):
        return np.array([path[-1] for _ in path])


@_variant(
    "one step too few",
    "Between how many points do that many steps lie?",
)
class _TooFew(_Descent):
    def count(self, steps):
        return max(steps - 1, 0)


@_variant(
    "one step too many",
    "Between how many points do that many steps lie?",
)
class _TooMany(_Descent):
    def count(self, steps):
        return steps + 1


@_variant(
    "a path without its start",
    "Row 0 is where the descent begins, before any step.",
)
class _WithoutStart(_Descent):
    def rows(self, path, gradient):
        return np.array(path[1:]).reshape(-1, *np.shape(self.x0))


@_variant(
    "a path that begins after the first step",
    "Row 0 is where the descent begins, before any step.",
)
class _BeginsLate(_Descent):
    def rows(self, path, gradient):
        return np.array([*path[1:], self.after(path, self.at(path, gradient), self.steps)])


@_variant(
    "the last point alone",
    "Whoever wants to draw the descent needs every point of it. What do you return?",
)
class _LastOnly(_Descent):
    def rows(self, path, gradient):
        return path[-1]


@_variant(
    "the gradient at the start taken at every step",
    "The slope changes on the way. At which point is it asked for?",
)
class _FirstGradient(_Descent):
    def at(self, path, gradient):
        return gradient(path[0].copy())


@_variant(
    "the gradient at the point before",
    "A step starts from the last point. At which point do you take the gradient?",
)
class _StaleGradient(_Descent):
    def at(self, path, gradient):
        return gradient(path[max(len(path) - 2, 0)].copy())


@_variant(
    "every step taken from the start",
    "Each step goes on from where the last one ended. From where do yours go?",
)
class _FromStart(_Descent):
    def after(self, path, g, k):
        return path[0] - self.lr * g


@_variant(
    "entries that are moved one after the other",
    "One gradient moves all entries at once. At which point is it taken for the second entry?",
)
class _EntryByEntry(_Descent):
    def __call__(self, gradient, x0, *, lr, steps):
        self.gradient = gradient
        return super().__call__(gradient, x0, lr=lr, steps=steps)

    def after(self, path, g, k):
        x = path[-1].copy()
        for i in np.ndindex(x.shape):
            x[i] -= self.lr * self.gradient(x.copy())[i]
        return x


@_variant(
    "a step whose length ignores lr",
    "Where does lr enter your step?",
)
class _NoRate(_Descent):
    def after(self, path, g, k):
        return path[-1] - g


@_variant(
    "a learning rate that shrinks from step to step",
    "The rate is a fixed one here. What else does your step depend on?",
)
class _Decays(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr / (k + 1) * g


@_variant(
    "a learning rate divided by the number of steps",
    "Twice as many steps should lead further. What becomes of the length of each?",
)
class _DividedRate(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr / self.steps * g


@_variant(
    "steps of one length",
    "Where the slope is gentle, steps should be short. What does yours do with the slope's size?",
)
class _Normalized(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr * g / np.linalg.norm(g)


@_variant(
    "the sign of the gradient alone",
    "Where the slope is gentle, steps should be short. What does yours do with the slope's size?",
)
class _Sign(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr * np.sign(g)


@_variant(
    "gradients that add up",
    "Which gradients besides that of the present point are in your step?",
)
class _Sums(_Descent):
    def after(self, path, g, k):
        self.sum = g if k == 0 else self.sum + g
        return path[-1] - self.lr * self.sum


@_variant(
    "x0 moved along with the descent",
    "The caller may still need x0. Which array do your steps write into?",
)
class _MovesStart(_Descent):
    def rows(self, path, gradient):
        if self.x0.dtype.kind == "f":
            self.x0[...] = path[-1]
        return np.array(path)


@_variant(
    "the gradient changed in place",
    "The array that gradient(x) returns is not yours: it may be the one it returns next time.",
)
class _ScalesGradient(_Descent):
    def after(self, path, g, k):
        g *= self.lr
        return path[-1] - g


@_variant(
    "a path of integers after a start of integers",
    "What dtype has an array that is made like x0, and what becomes of 0.9 in it?",
)
class _Truncates(_Descent):
    def start(self, x0):
        return np.array(x0)

    def after(self, path, g, k):
        return (path[-1] - self.lr * g).astype(path[0].dtype)


@_variant(
    "a start left as integers",
    "With steps=0 the start is all there is of the path. What dtype does the path have then?",
)
class _StartOfIntegers(_Descent):
    def start(self, x0):
        return np.array(x0)


@_variant(
    "a descent that ends where it is level",
    "The number of rows is promised. What are the rows after the slope has become zero?",
)
class _EndsEarly(_Descent):
    def __call__(self, gradient, x0, *, lr, steps):
        path = super().__call__(gradient, x0, lr=lr, steps=steps)
        moved = np.array([not np.allclose(a, b) for a, b in zip(path, path[1:], strict=False)])
        return path[: len(moved) if moved.all() else int(np.argmin(moved)) + 1]


@_variant(
    "gradients that are cut to a length",
    "Where the slope is steep, steps are long here. What does yours do with a gradient of 1000?",
)
class _Clipped(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr * g / max(1.0, np.linalg.norm(g) / 10)


@_variant(
    "gradient entries that are cut to a range",
    "Where the slope is steep, steps are long here. What does yours do with an entry of 1000?",
)
class _ClippedEntries(_Descent):
    def after(self, path, g, k):
        return path[-1] - self.lr * np.clip(g, -10, 10)
