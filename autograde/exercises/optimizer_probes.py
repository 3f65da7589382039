"""Probes that every optimizer shares: state, promises to the caller, hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograde.check import Claim, Evidence, Values, attempt, outcome
from autograde.check.exercise import Probe
from autograde.exercises.optimizers import (
    MakeOptimizer,
    agree,
    displacements,
    increments,
    relative,
    steps,
    trajectories,
)
from course.nn import Parameter


def parameters(*, settle: int = 0, **options: Any) -> Probe:
    """Make the probe of the state: one of its own for each parameter and each instance.

    The answer is compared with itself, so that a mistake in its arithmetic costs nothing here.

    Parameters
    ----------
    settle : int
        How many steps to take before a pause, after which a parameter must go on as if it had
        not been. Where steps are counted, so many that the count no longer matters: one count for
        the whole optimizer is as right as one for each parameter.
    **options
        Passed to the optimizer.
    """

    def probe(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
        starts = [rng.normal(size=(2, 3)) for _ in range(3)]
        gradients = [steps(rng, 6, (2, 3)), steps(rng, 6, (2, 3)), [None] * 6]
        alone = [displacements(make, starts[k], gradients[k], **options) for k in range(2)]
        together = trajectories(make, starts, list(zip(*gradients, strict=True)), **options)
        again = displacements(make, starts[0], gradients[0], **options)
        paused = [*gradients[0][:3], None, *gradients[0][4:]]
        pause = displacements(make, starts[0], paused, **options)
        beside = trajectories(
            make, starts[:2], list(zip(paused, gradients[1], strict=True)), **options
        )
        late = displacements(make, starts[0], [None, None, *gradients[0]], **options)
        begun = {
            "late": Claim(
                agree(late[2:], alone[0]),
                "A parameter whose first gradients were None does not begin as it would have "
                "without those steps.",
            ),
        }
        return {
            "moves": Claim(
                bool(alone[0].any() and alone[1].any()),
                "The parameters have not moved at all, so there is no state to speak of.",
            ),
            "first": Claim(
                agree(together[0], alone[0]),
                "The first parameter moves differently when the optimizer has a second one.",
            ),
            "second": Claim(
                agree(together[1], alone[1]),
                "The second parameter moves differently than it does in an optimizer of its own.",
            ),
            "shapes": Claim(
                _takes_shapes(make, rng, options),
                "Two parameters of different shapes do not move as each does alone.",
            ),
            "none": Claim(
                not together[2].any(),
                "A parameter whose grad is None has moved; it should be left as it is.",
            ),
            "pause": Claim(
                agree(pause[3], pause[2]),
                "A parameter moved in a step in which its grad was None.",
            ),
            "beside": Claim(
                agree(beside[1], alone[1]),
                "A step in which one parameter's grad was None has disturbed another parameter.",
            ),
            "instance": Claim(
                agree(again, alone[0]),
                "A second optimizer, made afresh, does not repeat what the first one did: "
                "something of the first is still there.",
            ),
            "resumed": Claim(
                _resumes(make, starts[0], steps(rng, settle, (2, 3)), gradients[0], options),
                "After a step in which its grad was None, a parameter does not go on as it would "
                "have without that step.",
            ),
            **({} if settle else begun),
            "together": Values(np.array(together[:2]), "how far two parameters move", clue=True),
            "pausing": Values(np.array(beside), "how far they move while one pauses", clue=True),
        }

    return probe


def _resumes(make, start, before, after, options) -> bool:
    """Tell whether a pause leaves the steps that follow it as they would have been."""
    before = [*before, *after[:3]]
    paused = displacements(make, start, [*before, None, *after[4:]], **options)
    skipped = displacements(make, start, [*before, *after[4:]], **options)
    return agree(paused[len(before) + 1 :], skipped[len(before) :])


def _takes_shapes(make: MakeOptimizer, rng: np.random.Generator, options: dict) -> bool:
    starts = [rng.normal(size=(2, 3)), rng.normal(size=3)]
    gradients = [steps(rng, 4, start.shape) for start in starts]

    def together() -> list[np.ndarray]:
        return trajectories(make, starts, list(zip(*gradients, strict=True)), **options)

    outcome, moved = attempt(together)
    return not outcome.raised and all(
        agree(moved[k], displacements(make, starts[k], gradients[k], **options)) for k in range(2)
    )


def promises(lr: float = 0.05, *, steered: bool = True, **options: Any) -> Probe:
    """Make the probe of what a training loop relies on: aliases, gradients, lr, dtype.

    Parameters
    ----------
    lr : float
        The learning rate.
    steered : bool
        Whether a change of lr is looked at here: not where a check of its own does.
    **options
        Passed to the optimizer.
    """

    def probe(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
        start, gradients = rng.normal(size=(3, 2)), steps(rng, 8, (3, 2))
        param = Parameter(start.copy())
        alias, optimizer = param.data, make([param], lr=lr, **options)
        lent = [gradient.copy() for gradient in gradients[:3]]
        unchanged = True
        for gradient in lent:
            param.grad = gradient
            optimizer.step()
            unchanged &= param.grad is not None and np.array_equal(param.grad, gradient)
        seen = param.data is alias or np.array_equal(alias, param.data)
        lr_is_read = {
            "lr": Claim(
                _reads_lr(make, start, gradients, lr, options),
                "With optimizer.lr set to 0 between two steps the parameter should stand still, "
                "and it does not: a schedule could not steer this optimizer.",
            )
        }
        return {
            "gradient": Claim(
                bool(unchanged) and np.array_equal(lent, gradients[:3]),
                "step() has changed param.grad, or the array in it; it should only read it.",
            ),
            "reused": Claim(
                _takes_reused_array(make, start, gradients, lr, options),
                "When each gradient is written into the same array, the parameter moves "
                "differently: something of that array was kept, and has changed since.",
            ),
            "alias": Claim(
                bool(seen) and not np.array_equal(alias, start),
                "Whoever holds the array of param.data does not see the update: step() has put "
                "another array in its place.",
            ),
            **(lr_is_read if steered else {}),
            "float32": Claim(
                _keeps_float32(make, start, gradients, lr, options),
                "A float32 parameter is no longer float32 after step().",
            ),
            "float64": Claim(
                _remembers_in_float64(make, lr, options),
                "With float64 parameters, what is remembered of a gradient is rounded as if it "
                "were float32.",
            ),
            "generator": Claim(
                _takes_generator(make, start, gradients, lr, options),
                "Handed the parameters by a generator, which can be gone through only once, the "
                "optimizer does not move them at each step as it does with a list.",
            ),
        }

    return probe


def _takes_reused_array(make, start, gradients, lr, options) -> bool:
    """Tell whether a gradient may stand in the array of the one before, as after a zero_grad.

    Where not even two runs with arrays of their own agree, the array is not to blame.
    """
    moved, again = (displacements(make, start, gradients, lr=lr, **options) for _ in range(2))
    param, same = Parameter(start.copy()), np.empty_like(start)
    optimizer = make([param], lr=lr, **options)
    for gradient in gradients:
        same[...] = gradient
        param.grad = same
        optimizer.step()
    return agree(np.array(param.data) - start, moved[-1]) or not agree(moved, again)


def _reads_lr(make, start, gradients, lr, options) -> bool:
    """Tell whether the parameter stands still as long as lr is zero, and then moves again."""
    param = Parameter(start.copy())
    optimizer = make([param], lr=lr, **options)
    moved = []
    for gradient, rate in zip(gradients, [lr, lr, 0.0, 0.0, lr], strict=False):
        before = np.array(param.data)
        param.grad, optimizer.lr = gradient.copy(), rate
        optimizer.step()
        moved.append(bool((np.asarray(param.data) != before).any()))
    return moved == [True, True, False, False, True]


def _keeps_float32(make, start, gradients, lr, options) -> bool:
    param = Parameter(start.astype(np.float32))
    optimizer = make([param], lr=lr, **options)
    for gradient in gradients[:2]:
        param.grad = gradient.astype(np.float32)
        optimizer.step()
    return np.asarray(param.data).dtype == np.float32


def _remembers_in_float64(make, lr, options) -> bool:
    """Tell whether later steps see a tiny change of the first gradient, if they see a large one."""

    def later(factor: float) -> np.ndarray:
        param, moved = Parameter(np.zeros(2)), []
        optimizer = make([param], lr=lr, **options)
        for gradient in ([1.5 * factor, -0.75 * factor], [0.5, 1.25], [1.0, 0.75]):
            param.data[...] = 0
            param.grad = np.array(gradient)
            optimizer.step()
            moved.append(np.array(param.data))
        return np.array(moved[1:])

    exact, nearly, clearly = (later(factor) for factor in (1, 1 + 2**-40, 1.25))
    return bool((nearly != exact).any() or (clearly == exact).all())


def _takes_generator(make, start, gradients, lr, options) -> bool:
    """Tell whether a parameter from a generator moves in the same steps as one from a list."""

    def moves(kind: type) -> list[bool]:
        param, found = Parameter(start.copy()), []
        optimizer = make(kind(p for p in [param]), lr=lr, **options)
        for gradient in gradients[:3]:
            before, param.grad = np.array(param.data), gradient.copy()
            optimizer.step()
            found.append(bool((np.asarray(param.data) != before).any()))
        return found

    outcome, found = attempt(lambda: moves(iter))
    return not outcome.raised and found == moves(list)


def schedule(lr: float = 0.05, **options: Any) -> Probe:
    """Make the probe of a learning rate that changes between steps.

    The steps are measured in those of the same answer at an unchanged rate, so that a mistake in
    its arithmetic costs nothing here.
    """

    def probe(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
        factors = [1.0] * 3 + list(rng.permutation([0.1, 0.3, 0.6, 2.0])) + [1.0] * 2
        gradients = list(rng.uniform(0.5, 1.5, size=(len(factors), 2)))
        rates = [lr * factor for factor in factors]
        changed, unchanged = (
            trajectories(make, [np.zeros(2)], [[g] for g in gradients], lr=lr, rates=r, **options)
            for r in (rates, ())
        )
        times = relative(increments(changed[0]), increments(unchanged[0]))
        what = "length of a step, in steps at an unchanged lr"
        return {"times": Values(times, what, {"step": 1})}

    return probe


def hyperparameters(
    name: str, bad: Sequence[dict[str, Any]], edges: Sequence[dict[str, Any]] = (), **good: Any
) -> Probe:
    """Make the probe of validation: each of the bad hyperparameters should raise ValueError.

    Parameters
    ----------
    name : str
        The name of the class, for the message.
    bad : sequence of dict
        Hyperparameters to try, one call each.
    edges : sequence of dict
        Hyperparameters at the ends of their ranges, which should be taken.
    **good
        What every call needs besides.
    """

    def probe(make: MakeOptimizer, rng: np.random.Generator) -> Evidence:
        evidence: Evidence = {}
        for options in [*bad, *edges]:
            written = ", ".join(f"{key}={value!r}" for key, value in options.items())
            params = [Parameter(rng.normal(size=2))]
            evidence[written] = outcome(
                lambda p=params, o=options: make(p, **{**good, **o}), f"{name}(params, {written})"
            )
        return evidence

    return probe
