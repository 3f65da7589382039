"""An answer that is made of what a grader hides is told so before."""

import linecache

import pytest

from autograde.check.borrowed import borrowed
from autograde.entry import NotRight, check

HIDES = ("torch", "course.optim", "course.rules")

BORROWING = {
    "a base": "from course.optim import SGD as Base\nclass SGD(Base): pass",
    "a name of another cell": "from torch.optim import SGD as Base\n#---\nclass SGD(Base): pass",
    "a module of another cell": "import torch\n#---\nclass SGD:\n    def step(self): torch.add",
    "an import in a method": "class SGD:\n    def step(self):\n        import torch.optim",
    "an import that is not used": "import torch\nclass SGD:\n    def step(self): pass",
    "a part of a package": "import course, course.optim\n#---\n"
    "class SGD:\n    def step(self): course.optim.SGD([])",
    "a helper": "from course import rules\n#---\ndef move(p): return rules.sgd(p)\n#---\n"
    "class SGD:\n    def step(self): return move(1)",
    "a closure": "def make():\n    from course.rules import sgd\n    return lambda: sgd\n"
    "inner = make()\n#---\nclass SGD:\n    step = inner",
    "a static method": "class SGD:\n    @staticmethod\n    def step():\n        import torch",
    "a property": "class SGD:\n    @property\n    def step(self):\n        import torch",
}

OWN = {
    "nothing": "class SGD:\n    def step(self): pass",
    "numpy and the parameter": "import numpy as np\nfrom course.nn import Parameter\n"
    "class SGD:\n    def step(self): return Parameter(np.zeros(1))",
    "torch beside it, to compare": "class SGD:\n    def step(self): pass\n#---\n"
    "import torch\nfrom course.optim import SGD as theirs",
    "a name that begins alike": "import types\ntorchlight = types\n"
    "class SGD:\n    def step(self): return torchlight",
    "magic in the cell": "class SGD:\n    def step(self): return SGD",
}


def notebook(source: str) -> dict:
    """Run cells as a notebook does: each in a file of its own that linecache knows."""
    scope = {"__name__": "__main__"}
    for k, cell in enumerate(source.split("#---\n")):
        file = f"<ipython-input-{k}-{hash(source)}>"
        linecache.cache[file] = (len(cell), None, cell.splitlines(True), file)
        exec(compile(cell, file, "exec"), scope)
    return scope


@pytest.mark.parametrize("how", BORROWING)
def test_what_is_borrowed_is_found(how):
    assert "write it yourself" in borrowed([notebook(BORROWING[how])["SGD"]], HIDES)


@pytest.mark.parametrize("how", OWN)
def test_what_is_the_learners_own_is_no_loan(how):
    assert borrowed([notebook(OWN[how])["SGD"]], HIDES) == ""


def test_a_check_says_so_before_it_runs_anything():
    answer = notebook("import torch\nclass SGD:\n    def step(self): raise SystemExit")["SGD"]
    with pytest.raises(NotRight, match="uses torch.*will not be there"):
        check("momentum/plain", answer)


def test_the_courses_own_answer_is_no_answer():
    from course.nn import dropout

    with pytest.raises(NotRight, match="the answer of course.nn"):
        check("dropout/mask", dropout)
