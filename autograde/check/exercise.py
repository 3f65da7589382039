"""What an exercise consists of.

The *probes* are what may stand beside a learner's code: they know what is asked, not what is
right. The *bank* (reference, misconceptions, right answers in other styles) is the judge's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograde.check.evidence import Evidence

Probe = Callable[..., Evidence]

#: How many generators a probe may spawn in one run.
CHILDREN = 2**20


@dataclass(frozen=True)
class Answer:
    """One answer cell: what it defines and the probes that look at it.

    Parameters
    ----------
    name : str
        The grade_id of the cell.
    defines : str
        The name, or the comma-separated names, that the cell defines.
    probes : dict of str to callable
        ``probe(answer, rng) -> Evidence`` under the name of its check, in the order of the
        notebook. An answer that defines several names reaches the probe as a tuple.
    costly : mapping of str to int
        Checks that take long, such as those that train. To name a mistake, no misconception is
        run on them; certification tries each only at seeds below the number given here.
    """

    name: str
    defines: str
    probes: dict[str, Probe]
    costly: Mapping[str, int] = field(default_factory=dict)

    @property
    def cheap(self) -> list[str]:
        """The names of all other checks."""
        return [name for name in self.probes if name not in self.costly]


@dataclass(frozen=True)
class Exercise:
    """One nbgrader assignment: its name and its answer cells.

    Parameters
    ----------
    name : str
    answers : sequence of Answer
    hides : tuple of str
        The modules that hold the answer. None is there, nor what lies below it, while an answer
        is graded, so neither the released notebook nor the probes may need one; `check` tells
        a learner who uses one beforehand.
    """

    name: str
    answers: Sequence[Answer]
    hides: tuple[str, ...] = ("torch", "torchvision")

    def find(self, check: str) -> Answer:
        """Return the answer that a check belongs to.

        Raises
        ------
        LookupError
            If the exercise has no such check; the message lists those it has.
        """
        for answer in self.answers:
            if check in answer.probes:
                return answer
        known = ", ".join(f"{self.name}/{name}" for a in self.answers for name in a.probes)
        raise LookupError(f"there is no check {self.name}/{check}; there are: {known}")


@dataclass(frozen=True)
class Misconception:
    """A small wrong variant of an answer, and what to tell who wrote it.

    Parameters
    ----------
    name : str
        What it does, as it completes "exactly as with ...": ``"no bias correction"``.
    hint : str
        The one idea to look at again; gives no formula away.
    build : object
        The wrong variant itself.
    costly : bool
        Whether it loses points in costly checks alone; clues of the cheap ones then name it.
    """

    name: str
    hint: str
    build: Any
    costly: bool = False


@dataclass
class Bank:
    """What the judge knows about one answer.

    Parameters
    ----------
    reference : object
        The right answer, as probes take it.
    misconceptions, styles : list
        Wrong variants that must lose points, right ones that must not.
    keys : dict of str to callable
        ``key(rng) -> Evidence`` for checks that compare with a key and not with the reference.
        They are judged in a process of their own: see `autograde.apart`.
    """

    reference: Any
    misconceptions: list[Misconception] = field(default_factory=list)
    styles: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Callable[[np.random.Generator], Evidence]] = field(default_factory=dict)

    def wrong(self, name: str, hint: str, *, costly: bool = False) -> Callable[[Any], Any]:
        """Enter a misconception: ``@adam.wrong("no bias correction", "What is ...?")``."""

        def enter(build: Any) -> Any:
            if any(known.name == name for known in self.misconceptions):
                raise ValueError(f"there are two misconceptions {name!r}")
            self.misconceptions.append(Misconception(name, hint, build, costly))
            return build

        return enter

    def right(self, name: str) -> Callable[[Any], Any]:
        """Enter a right answer in another style: ``@adam.right("state in dicts")``."""

        def enter(build: Any) -> Any:
            if name in self.styles:
                raise ValueError(f"there are two styles {name!r}")
            self.styles[name] = build
            return build

        return enter


def generator(seed: int, check: str, run: int = 0) -> np.random.Generator:
    """Return the generator that a check draws its inputs from.

    An answer that needs a generator itself is lent one that is *spawned* from this one
    (``rng.spawn(1)``): however much it draws, the inputs that follow stay the same.

    Parameters
    ----------
    seed : int
        The seed of the submission, non-negative.
    check : str
        The name of the check; each has a stream of its own.
    run : int
        0 for what an answer sees; the judge draws further samples with 1, 2, ... The inputs are
        the same in every run, the spawned generators are new ones.

    Examples
    --------
    >>> first, more = generator(7, "drop-rate"), generator(7, "drop-rate", run=1)
    >>> bool(first.random() == more.random())
    True
    >>> bool(first.spawn(1)[0].random() == more.spawn(1)[0].random())
    False
    """
    entropy = [seed, 0, *check.encode()]
    children = np.random.SeedSequence(entropy, n_children_spawned=run * CHILDREN)
    return np.random.Generator(np.random.PCG64(children))
