"""What a confined kernel is, sees, and may do."""

from __future__ import annotations

import shutil
import time

import pytest
from cheats.code import FIND
from classes import autograde, hand_in, new_course

from autograde.remote.wire import WireError
from autograde.sandbox.launch import Sandbox, SandboxError, require_sandbox
from autograde.sandbox.limits import Limits


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(["torch", "course.optim"], ["pandas"]) as sandbox:
        yield sandbox


def cells(sandbox: Sandbox, *sources: str, limits: Limits | None = None) -> list[dict]:
    """Run cells in one kernel, and return all that it published."""
    limits, published = limits or Limits(), []
    with sandbox.submission(limits) as submission:
        for source in sources:
            submission.wire.send({"run": source, "output": limits.output})
            while "ran" not in (message := submission.wire.receive(time.monotonic() + 60)):
                published.append(message)
    return published


def printed(sandbox: Sandbox, source: str) -> str:
    found = cells(sandbox, source)
    assert all(m["output"] == "stream" for m in found), found
    return "".join(m["content"]["text"] for m in found)


def raised(sandbox: Sandbox, source: str) -> str:
    (error,) = [m for m in cells(sandbox, source) if m["output"] == "error"]
    return f"{error['content']['ename']}: {error['content']['evalue']}"


def test_cells_share_a_namespace_and_publish_what_a_notebook_keeps(sandbox):
    text, error, value, picture = cells(
        sandbox,
        "print(1); x = 2",
        "1 / 0",
        "x + 1",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    )
    assert text["content"] == {"name": "stdout", "text": "1\n"}
    assert error["content"]["ename"] == "ZeroDivisionError"
    assert value["content"]["data"] == {"text/plain": "3"}
    assert "image/png" in picture["content"]["data"]


def test_top_level_await_and_shell_commands_work_as_in_a_notebook(sandbox):
    assert printed(sandbox, "import asyncio\nawait asyncio.sleep(0)\nprint('slept')") == "slept\n"
    assert "hello" in printed(sandbox, "!echo hello")


def test_every_kernel_is_a_fresh_one(sandbox):
    cells(sandbox, "import numpy as np; np.leftover = 1; open('left', 'w').close()")
    assert printed(sandbox, "import os, numpy\nprint(hasattr(numpy, 'leftover'))") == "False\n"
    assert printed(sandbox, "import os\nprint(os.listdir('.'))") == "[]\n"


def test_it_is_nobody_and_alone(sandbox):
    told = printed(sandbox, "import os\nprint(os.getuid(), os.getpid(), os.listdir('/proc'))")
    assert told == "1000 1 []\n"


def test_it_sees_neither_the_course_nor_what_judges(sandbox):
    assert printed(sandbox, FIND + "print(find('.ipynb'), find('bank'), find('submitted'))") == (
        "[] [] []\n"
    )
    assert printed(sandbox, FIND + "print(find('optim.py'), find('grading'))") == "[] []\n"
    files = printed(sandbox, FIND + "print(*find('/packages/autograde/exercises'))").split()
    assert [file for file in files if file.endswith(".py") and "driving" not in file] == []


def test_its_environment_holds_nothing_of_the_graders(sandbox, monkeypatch):
    told = printed(sandbox, "import os\nprint(sorted(os.environ))")
    assert "PYTEST" not in told and "NBGRADER" not in told and "SEED" not in told


@pytest.mark.parametrize("module", ["torch", "torch.optim", "course.optim"])
def test_what_would_be_the_answer_is_not_there(sandbox, module):
    assert "is not there while this exercise is graded" in raised(sandbox, f"import {module}")


def test_it_has_no_network(sandbox):
    code = "import socket\nsocket.create_connection(('127.0.0.1', 22), 2)"
    assert "Network is unreachable" in raised(sandbox, code)


@pytest.mark.parametrize("path", ["/usr/x", "/packages/x", "/packages/autograde/x", "/etc/x"])
def test_it_writes_nowhere_but_in_its_scratch_folder(sandbox, path):
    assert "Error" in raised(sandbox, f"open({path!r}, 'w')")
    assert printed(sandbox, "open('x', 'w').close()\nprint('written')") == "written\n"


def test_what_is_written_has_a_limit(sandbox):
    code = "for k in range(9):\n    open(f'{k}', 'wb').write(bytes(8 << 20))"
    (error,) = cells(sandbox, code, limits=Limits(disk=32 << 20))
    assert "No space left" in error["content"]["evalue"]


def test_memory_has_a_limit_for_all_processes_together(sandbox):
    code = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        held = b'x' * (100 << 20)\n"
        "        time.sleep(60)\n"
        "os.wait()"
    )
    limits = Limits(memory=256 << 20)
    with sandbox.submission(limits) as submission:
        submission.wire.send({"run": code, "output": 0})
        with pytest.raises(WireError):
            submission.wire.receive(time.monotonic() + 60)
        assert submission.reason(10) == "it used more than 256 MB of memory"


def test_processes_have_a_limit(sandbox):
    code = "import os, signal\nfor k in range(99):\n    if os.fork() == 0:\n        signal.pause()"
    # What the children share with their parent counts for each of them: leave room for it.
    (error,) = cells(sandbox, code, limits=Limits(memory=1 << 36))
    assert error["content"]["ename"] == "BlockingIOError"


def test_output_is_cut(sandbox):
    found = cells(sandbox, "print('x' * 100_000)\nprint('more')", limits=Limits(output=1000))
    assert len(found) == 1 and "was cut" in found[0]["content"]["text"]


def test_forbidden_calls_fail(sandbox):
    code = (
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print([libc.unshare(0x10000000), libc.mount(b'a', b'/tmp', b'tmpfs', 0, None),\n"
        "       libc.ptrace(16, 1, 0, 0), libc.setns(0, 0), libc.syscall(321, 0, 0, 0)])"
    )
    assert printed(sandbox, code) == "[-1, -1, -1, -1, -1]\n"


def test_closing_the_lease_ends_whatever_is_running(sandbox):
    with sandbox.submission(Limits()) as submission:
        submission.wire.send({"run": "while True: pass", "output": 0})
        time.sleep(0.3)
    with pytest.raises(WireError):
        submission.wire.receive(time.monotonic() + 10)


def test_the_end_of_a_sandbox_is_told():
    with Sandbox() as sandbox:
        pass
    with pytest.raises(SandboxError, match="the sandbox is gone"):
        with sandbox.submission(Limits()):
            pass


def test_there_is_one_here():
    require_sandbox()


def test_without_bubblewrap_nothing_is_graded_unless_told(tmp_path):
    name = "early-stopping"
    root = new_course(tmp_path, name)
    notebook = (root / "book" / "exercises" / name / f"{name}.ipynb").read_text()
    hand_in(root, "student-01", name, notebook)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "uname", "alembic"):
        found = shutil.which(tool)
        if found:
            (tools / tool).symlink_to(found)
    refused = autograde(root, "grade", name, PATH=str(tools))
    assert refused.returncode == 2
    assert "bubblewrap" in refused.stdout and "--unsafe-no-sandbox" in refused.stdout
    assert not (root / "autograde" / "autograded").exists()
    done = autograde(root, "grade", name, "--unsafe-no-sandbox", PATH=str(tools))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 / 15" in done.stdout
