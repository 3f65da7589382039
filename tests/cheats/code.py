"""Cheats that are code: each stands in the answer cell, after an answer that does nothing."""

from __future__ import annotations

#: An answer that earns only what an optimizer that never moves deserves.
NOTHING = """
class {name}:
    def __init__(self, params, lr=0.001, **options):
        self.params, self.lr = list(params), lr

    def step(self):
        pass
"""

#: Looks for files everywhere but in the system and in packages that are none of ours.
FIND = """
import os
def find(*words):
    found = []
    for folder, folders, files in os.walk("/"):
        if folder.endswith("site-packages"):
            folders[:] = [name for name in folders if name in ("autograde", "course", "torch")]
        folders[:] = [name for name in folders if name not in ("usr", "proc", "sys", "test")]
        paths = [os.path.join(folder, name) for name in [*folders, *files]]
        found += [path for path in paths if all(word in path for word in words)]
    return found
"""

CHEATS = {
    # --- patching what judges -------------------------------------------------------------------
    "claims that always hold": """
from autograde.check.evidence import Claim, Outcome, Values
Claim.to_json = lambda self: {"kind": "claim", "holds": True}
raised = {"kind": "outcome", "raised": ["ValueError"], "message": "", "line": ""}
Outcome.to_json = lambda self: raised
Claim.difference = Values.difference = Outcome.difference = lambda self, got: None
""",
    "a judge that always agrees": """
import autograde.check.judge as j
from autograde.check import Judge, Verdict
Judge.verdict = lambda self, check, seed, gather: Verdict(check, True)
j.first_difference = lambda *a, **k: None
""",
    "check replaced": """
import autograde, autograde.entry, builtins
def check(*args, **kwargs):
    return None
autograde.check = autograde.entry.check = builtins.check = check
""",
    "no grader any more": """
import autograde.entry
autograde.entry._grader = None
""",
    "an exception that is none": """
import autograde.entry
class NotRight(Exception):
    def __new__(cls, *a):
        raise SystemExit
autograde.entry.NotRight = NotRight
""",
    "numpy that finds everything equal": """
np.array_equal = np.allclose = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.isclose = lambda a, b, **k: np.ones(np.shape(a), bool)
""",
    "json that says what it likes": """
import json
json.dumps = lambda *a, **k: '[{"value": true}, []]'
""",
    "pickles and copies that lie": """
import copy, pickle
copy.deepcopy = copy.copy = lambda x, *a: x
pickle.loads = pickle.dumps = lambda *a, **k: b""
""",
    "IPython that swallows errors": """
ip = get_ipython()
ip.showtraceback = ip._showtraceback = lambda *a, **k: None
ip.set_custom_exc((BaseException,), lambda *a, **k: [])
""",
    "IPython that runs something else": """
ip = get_ipython()
def no_checks(lines):
    return ["pass\\n"] if "check(" in "".join(lines) else lines
ip.input_transformers_cleanup.append(no_checks)
""",
    "an AST transformer that removes checks": """
import ast
class NoChecks(ast.NodeTransformer):
    def visit_Expr(self, node):
        return None if "check" in ast.dump(node) else node
get_ipython().ast_transformers.append(NoChecks())
""",
    "a display hook that scores": """
import sys
sys.displayhook = lambda value: print(20)
print(20)
""",
    "a number as the last expression": "20",
    "a module of its own in sys.modules": """
import sys, types
fake = types.ModuleType("autograde")
fake.check = lambda *a, **k: None
sys.modules["autograde"] = sys.modules["autograde.entry"] = fake
check = fake.check
""",
    # --- forging what leaves the kernel ---------------------------------------------------------
    "evidence of its own": """
import gc
from autograde.remote.wire import Wire
for wire in [w for w in gc.get_objects() if isinstance(w, Wire)]:
    for name in ("bias-correction", "moments", "epsilon", "parameters", "promises"):
        wire.send({"check": f"adam/{name}", "answers": 1})
        wire.send({"value": True})
        wire.send({"ran": True})
""",
    "a kernel that says that all was run": """
import gc
from autograde.remote.wire import Wire
for wire in [w for w in gc.get_objects() if isinstance(w, Wire)]:
    for _ in range(40):
        wire.send({"ran": True})
""",
    "outputs with forged parents": """
ip = get_ipython()
session = ip.kernel.session
for _ in range(3):
    session.send(None, "execute_result", {"data": {"text/plain": "20"}, "metadata": {},
        "execution_count": 1}, parent={"header": {"msg_id": "forged"}})
session.send(None, "execute_reply", {"status": "ok"}, parent={})
""",
    "garbage on the wire": """
import os
for fd in range(3, 64):
    try:
        os.write(fd, b"\\xff" * 64)
    except OSError:
        pass
""",
    "a witness that makes things up": """
from autograde.remote import witness
witness.Witness._do = lambda self, request: np.zeros((3, 2))
""",
    "a witness that says nothing": """
from autograde.remote import witness
witness.Witness.serve = lambda self: None
""",
    # --- objects that lie -----------------------------------------------------------------------
    "an array that equals everything": """
class Yes(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array__(self, *a, **k): return np.full(self.shape, np.nan)
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.zeros(self.shape)
    def __array_function__(self, *a, **k): return True
    def __sub__(self, other): return self
    __rsub__ = __sub__
class Adam:
    def __init__(self, params, lr=0.001, **options):
        self.params, self.lr = list(params), lr
    def step(self):
        for param in self.params:
            param.data = np.zeros(param.data.shape).view(Yes)
""",
    "numbers that equal everything": """
class Number(float):
    def __eq__(self, other): return True
    __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __hash__ = float.__hash__
class Adam:
    lr = Number()
    def __init__(self, params, **options): self.params = list(params)
    def step(self): return Number()
""",
    "a class that claims to be another": """
class Liar:
    @property
    def __class__(self): raise SystemExit
    def __getattr__(self, name): return Liar()
    def __call__(self, *a, **k): return Liar()
    def __eq__(self, other): return True
    def __array__(self, *a, **k): raise MemoryError
Adam = Liar()
""",
    # --- the answer from somewhere else ---------------------------------------------------------
    "torch.optim": """
import torch
Adam = torch.optim.Adam
""",
    "torch by way of importlib": """
import importlib, importlib.util, sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Hidden"]
Adam = importlib.import_module("torch.optim").Adam
""",
    "course.optim": """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Hidden"]
from course.optim import Adam, RMSprop
""",
    "course.optim from its files": """
for path in [*find("course", "adam_rules"), *find("course", "optim")]:
    exec(open(path).read())
from adam_rules import Adam
""",
    "scikit-learn's Adam": """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Hidden"]
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer
class Adam:
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.inner = AdamOptimizer([p.data for p in self.params], lr, *betas, eps)
    def step(self):
        self.inner.update_params([p.data for p in self.params], [p.grad for p in self.params])
""",
    "the reference of the bank": """
from autograde.exercises.adam.bank import BANKS
Adam = BANKS["adam"].reference
""",
    "the instructor's notebook": """
import json
for cell in json.load(open(find("adam", ".ipynb")[0]))["cells"]:
    if "class Adam" in "".join(cell["source"]):
        exec("".join(cell["source"]))
""",
    "the sample class": """
exec(open(find("student-08.py")[0]).read())
""",
    "another submission": """
exec(open([*find("student-"), *find("cheat "), *find("submitted")][0]).read())
""",
    "the seed": """
import os
print({name: value for name, value in os.environ.items() if "SEED" in name})
exec(open(find("course_secret")[0]).read())
""",
    "the grader's memory": """
import ctypes, os
for pid in os.listdir("/proc"):
    open(f"/proc/{pid}/mem", "rb")
open("/proc/1/environ").read()
""",
    # --- harm -----------------------------------------------------------------------------------
    "a gradebook to write to": """
import sqlite3
for path in [*find("gradebook.db"), "gradebook.db"]:
    sqlite3.connect(path).execute("update grade set auto_score = 100")
""",
    "what others read": """
import glob, os, sys
import autograde, course, numpy
for root in (*sys.path, "/packages", "/usr", "/etc", "/dev"):
    for path in [os.path.join(root, "numpy.py"), os.path.join(root, "sitecustomize.py")]:
        try:
            open(path, "w").write("raise SystemExit")
        except OSError as error:
            print(error)
open(autograde.__file__, "a").write("raise SystemExit")
""",
    "modules in the scratch folder": """
for name in ("numpy", "ipykernel_launcher", "sitecustomize", "autograde", "json", "nbformat"):
    open(f"{name}.py", "w").write("raise SystemExit")
    open(f"/tmp/{name}.py", "w").write("raise SystemExit")
""",
    "a thread that goes on": """
import threading, time
def meddle():
    import gc
    while True:
        time.sleep(0.01)
        for thing in gc.get_objects():
            if isinstance(thing, dict) and "holds" in thing:
                thing["holds"] = True
threading.Thread(target=meddle, daemon=False).start()
""",
    "something at exit": """
import atexit, os, time
atexit.register(lambda: time.sleep(3600))
atexit.register(lambda: open("/packages/x", "w"))
""",
    "a detached process": """
import os, subprocess
subprocess.Popen("setsid nohup sleep 600 &", shell=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time
        time.sleep(600)
    os._exit(0)
""",
    "the network": """
import socket, urllib.request
for address in [("127.0.0.1", 22), ("127.0.0.1", 8888), ("10.0.0.1", 80)]:
    try:
        socket.create_connection(address, 1)
        print("connected")
    except OSError as error:
        print(error)
urllib.request.urlopen("http://127.0.0.1:8888", timeout=1)
""",
    "a fork bomb": """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
    "twenty gigabytes": """
held = []
while True:
    held.append(b"x" * (256 << 20))
""",
    "twenty gigabytes in many processes": """
import os, time
for _ in range(20):
    if os.fork() == 0:
        held = bytearray(1 << 30)
        for k in range(0, len(held), 4096):
            held[k] = 1
        time.sleep(600)
os.wait()
""",
    "a full disk": """
import itertools
for k in itertools.count():
    with open(f"/tmp/{k}", "wb") as file:
        file.write(bytes(32 << 20))
""",
    "a gigabyte in one line": "print('x' * (1 << 30))",
    "output without end": """
import os
while True:
    print("x" * 1000)
""",
    "a loop that swallows every signal": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    "a step that never ends": """
class Adam:
    def __init__(self, params, lr=0.001, **options): self.lr = lr
    def step(self):
        while True:
            pass
""",
    "os._exit": "import os; os._exit(0)",
    "sys.exit": "raise SystemExit(0)",
    "a signal to everybody": """
import os, signal
for process in (-1, os.getppid(), 1, 0):
    try:
        os.kill(process, signal.SIGKILL)
    except OSError as error:
        print(error)
""",
    "a crash": "import ctypes; ctypes.string_at(0)",
    "a way out": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for name, *arguments in [
    ("unshare", 0x10000000), ("setns", 0, 0), ("chroot", b"/"), ("ptrace", 16, 1, 0, 0),
    ("mount", b"none", b"/tmp", b"tmpfs", 0, None),
]:
    assert getattr(libc, name)(*arguments) == -1, "a forbidden call went through"
os.setuid(0)
""",
    "a script in the output": """
from IPython.display import HTML, Javascript, SVG, display
display(HTML("<script>alert('html')</script><img src=x onerror=alert('img')>"))
display(Javascript("alert('javascript')"))
display({"image/svg+xml": "<svg onload=alert('svg')></svg>"}, raw=True)
""",
    "an error without a name": """
class Nameless(Exception):
    pass
Nameless.__name__ = ""
raise Nameless()
""",
    "an error that commands the terminal": """
raise ValueError("\\x1b]0;title\\x07\\x1b[2J")
""",
    "outputs without size and end": """
import gc
from autograde.remote.wire import Wire
for wire in [w for w in gc.get_objects() if isinstance(w, Wire)]:
    while True:
        wire.send({"output": "clear_output", "content": {}})
""",
    "a full pipe of errors": """
import os
os.set_blocking(2, False)
for _ in range(64):
    os.write(2, b"x" * 65536)
""",
    "HTML that takes hours": """
from IPython.display import HTML, display
display(HTML("<b>" * 100_000))
""",
    "odd text": "print('\\ud800', chr(0), '\\x1b]0;title\\x07', '[red]markup[/red]')",
}
