"""Evidence that is left to chance: compared as distributions, with a known false alarm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from autograde.check.distributions import may_be_one_share, tell_apart
from autograde.check.packing import pack, unpack


@dataclass(frozen=True)
class Samples:
    """Random draws, compared as distributions; the judge draws many more from the reference.

    Parameters
    ----------
    data : ndarray of shape (n,) or (n, k)
        n independent draws of k quantities; each quantity is compared on its own. What several
        numbers have to do with each other shows only in a quantity that is made of them.
    what : str
        What the draws are, as the learner reads it.
    asked : int
        How many draws an answer brings, where the judge holds more; 0: as many as there are.
    """

    kind: ClassVar[str] = "samples"
    by_chance: ClassVar[bool] = True
    data: np.ndarray
    what: str = ""
    asked: int = 0
    clue: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the draws."""
        return {"kind": self.kind, "array": pack(self.data)}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Samples:
        """Unpack what `to_json` packed."""
        return cls(unpack(item["array"]))

    def merged(self, more: list[Samples]) -> Samples:
        """Return these draws together with more of the same kind."""
        data = np.concatenate([self.data, *(other.data for other in more)])
        return replace(self, data=data, asked=len(self.data))

    def difference(self, got: Samples) -> str | None:
        """Say how the distributions differ, if they do beyond chance."""
        asked = (self.asked or len(self.data), *self.data.shape[1:])
        if asked != got.data.shape:
            return f"{self.what}: expected shape {asked}, got {got.data.shape}"
        return tell_apart(self.data, got.data, self.what)


@dataclass(frozen=True)
class Shares:
    """How often something happened in independent trials, for one quantity or several.

    Sees much smaller differences than `Samples` of as many zeros and ones, and weighs a few
    bytes, however many trials there are.

    Parameters
    ----------
    hits : ndarray of int, of any shape
        How often it happened.
    trials : int
        Of how many times, the same for all quantities.
    what : str
        What happened, as the learner reads it: ``"dropped (p=0.25)"``.
    asked : int
        How many trials an answer brings, where the judge holds more; 0: as many as there are.
    """

    kind: ClassVar[str] = "shares"
    by_chance: ClassVar[bool] = True
    hits: np.ndarray
    trials: int
    what: str = ""
    asked: int = 0
    clue: bool = False

    def to_json(self) -> dict[str, Any]:
        """Pack the counts."""
        return {"kind": self.kind, "array": pack(self.hits), "trials": int(self.trials)}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Shares:
        """Unpack what `to_json` packed."""
        hits, trials = unpack(item["array"]), item["trials"]
        if type(trials) is not int or hits.dtype != np.int64:
            raise ValueError("hits and trials must be whole numbers")
        if not ((hits >= 0) & (hits <= trials)).all():
            raise ValueError(f"hits must be from 0 to the number of trials, {trials}")
        return cls(hits, trials)

    def merged(self, more: list[Shares]) -> Shares:
        """Return the counts of these trials together with more of them."""
        runs = [self, *more]
        hits = np.sum([run.hits for run in runs], axis=0)
        trials = sum(run.trials for run in runs)
        return replace(self, hits=hits, trials=trials, asked=self.trials)

    def difference(self, got: Shares) -> str | None:
        """Say which share differs first, if one does beyond chance."""
        expected, actual = np.asarray(self.hits), np.asarray(got.hits)
        asked = expected.shape, self.asked or self.trials
        if asked != (actual.shape, got.trials):
            return f"{self.what}: expected counts of {asked}, got {(actual.shape, got.trials)}"
        same = may_be_one_share(expected, self.trials, actual, got.trials)
        if same.all():
            return None
        where = tuple(int(i) for i in np.argwhere(~same)[0])
        entry = f", entry [{', '.join(map(str, where))}]" if where else ""
        usual, found = expected[where] / self.trials, actual[where] / got.trials
        return (
            f"{self.what}{entry}: expected about {100 * usual:.3g}% of the time, "
            f"got {100 * found:.3g}% ({actual[where]} of {got.trials} times)"
        )
