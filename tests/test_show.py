"""What `course.show` displays: the source itself, the same at every run."""

import ast
import inspect
import subprocess
import sys

import numpy as np
import pytest

import course
from course import init, nn
from course.show import Source


def fenced():
    """Hold a ```fence``` in a docstring."""


class Documented:
    """A class."""

    value = 1  # a comment stays

    def method(self):
        """Return "a # string" that is not touched."""
        text = """not a docstring"""
        return text

    def only_words(self):
        """Keep these, for without them there is no body."""


def test_show_gives_the_source():
    assert repr(course.show(nn.Linear)) == inspect.getsource(nn.Linear).strip()
    assert course.show(init.he_normal).code == inspect.getsource(init.he_normal).strip()
    assert "class Linear" in course.show(nn).code


def test_a_method_is_moved_to_the_left_margin():
    assert course.show(nn.ReLU.forward).code.startswith("def forward(self")


def test_several_objects_follow_each_other():
    first, second = course.show(nn.ReLU), course.show(nn.Tanh)
    assert course.show(nn.ReLU, nn.Tanh).code == f"{first}\n\n\n{second}"


def test_docstrings_can_be_left_out():
    expected = '''class Documented:
    value = 1  # a comment stays

    def method(self):
        text = """not a docstring"""
        return text

    def only_words(self):
        """Keep these, for without them there is no body."""'''
    assert course.show(Documented, docstring=False).code == expected


@pytest.mark.parametrize("obj", [nn, init, nn.Linear, nn.GELU, init.orthogonal])
def test_without_docstrings_the_code_is_the_same(obj):
    full, short = course.show(obj).code, course.show(obj, docstring=False).code
    assert '"""' not in short and len(short) < len(full)

    def tree(code):
        root = ast.parse(code)
        for node in list(ast.walk(root)):
            documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            if documented and ast.get_docstring(node) is not None:
                del node.body[0]
        return ast.dump(root)

    assert tree(short) == tree(full)


def test_a_notebook_gets_markdown_that_it_can_colour():
    assert Source("x = 1")._repr_markdown_() == "```python\nx = 1\n```"


def test_the_fence_is_longer_than_any_in_the_source():
    markdown = course.show(fenced)._repr_markdown_()
    assert markdown.startswith("````python\n") and markdown.endswith("\n````")


def test_ipython_displays_the_same_at_every_run():
    from IPython.core.formatters import DisplayFormatter

    formatter = DisplayFormatter()
    data = [formatter.format(course.show(nn.ReLU), include=set(MIMES))[0] for _ in range(2)]
    assert data[0] == data[1] and set(data[0]) == set(MIMES)
    assert "0x" not in str(data[0])


MIMES = ("text/plain", "text/markdown")


def test_show_needs_no_ipython():
    code = "import course, sys; repr(course.show(course.show)); sys.exit('IPython' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("obj", [np.add, len, 3.0, int])
def test_an_object_without_source_is_named(obj):
    with pytest.raises(TypeError) as error:
        course.show(obj)
    assert str(error.value) == f"show needs an object written in Python, got {obj!r}"


def test_nothing_to_show_is_an_error():
    with pytest.raises(TypeError, match="show needs at least one object, got none"):
        course.show()
