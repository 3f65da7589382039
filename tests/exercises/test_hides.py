"""What an exercise hides, neither its notebook nor its probes may need."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograde.entry import exercises

ROOT = Path(__file__).parents[2]

RUN = """
import json
import sys

import matplotlib
matplotlib.use("Agg")
import autograde
from autograde.entry import load

hides = load(sys.argv[1]).hides


class Hide:
    def find_spec(self, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{hidden}.") for hidden in hides):
            raise ModuleNotFoundError(f"{name} is hidden")


early = [n for n in sys.modules if any(f"{n}.".startswith(f"{hidden}.") for hidden in hides)]
assert not early, f"the probes import {early}"
sys.meta_path.insert(0, Hide())
autograde.check = lambda name, *answer: None
scope = {"__name__": "__main__"}
for cell in json.load(sys.stdin)["cells"]:
    if cell["cell_type"] == "code":
        lines = "".join(cell["source"]).splitlines()
        exec("\\n".join(line for line in lines if not line.startswith("%")), scope)
"""


@pytest.mark.parametrize("name", exercises())
def test_a_notebook_runs_without_the_modules_that_hold_its_answer(name):
    notebook = (ROOT / "solutions" / name / f"{name}.ipynb").read_text()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, name],
        input=notebook,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
