"""Judging in a process of its own: what has a key is not judged where a learner's code runs.

Evidence goes there and a verdict comes back, both as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from autograde.check import Evidence, Misconception, Verdict, from_json, to_json
from autograde.entry import judge, load


def verdict(exercise: str, check: str, seed: int, gather: Callable[[str], Evidence]) -> Verdict:
    """Return the verdict of another process: see `autograde.check.Judge.verdict`.

    Raises
    ------
    RuntimeError
        If that process fails, with what it said.
    """
    probes = load(exercise).find(check).probes
    case = {
        "exercise": exercise,
        "check": check,
        "seed": seed,
        "evidence": {name: to_json(gather(name)) for name in probes},
    }
    # -P keeps files that lie about in the working folder from being taken for modules.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "autograde.apart"],
        input=json.dumps(case),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{exercise}/{check} could not be judged: {done.stderr}")
    told = json.loads(done.stdout)
    mistake = Misconception(*told["mistake"], build=None) if told["mistake"] else None
    return Verdict(f"{exercise}/{check}", told["passed"], mistake, told["finding"])


def decide(case: dict[str, Any]) -> dict[str, Any]:
    """Judge a case: what the other process does."""
    evidence = {name: from_json(items) for name, items in case["evidence"].items()}
    cell = load(case["exercise"]).find(case["check"])
    decided = judge(case["exercise"], cell.name).verdict(
        case["check"], case["seed"], evidence.__getitem__
    )
    m = decided.misconception
    return {
        "passed": decided.passed,
        "mistake": [m.name, m.hint] if m else None,
        "finding": decided.finding,
    }


if __name__ == "__main__":
    print(json.dumps(decide(json.load(sys.stdin))))
