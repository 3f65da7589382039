"""What a confined kernel sees: a read-only system, and copies of the packages that it may use."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

#: Where the copies lie inside, first on the path.
PACKAGES = "/packages"
#: Where matplotlib looks for its list of fonts inside; it wants to be able to write there.
FONTS = "/tmp/matplotlib"

#: What the kernel needs of this package. Probes, banks and the sample class are not among it.
OURS = ["__init__.py", "entry.py", "check", "remote", "sandbox"]
#: Of the exercises only what drives an answer beside it.
BESIDE = "exercises/**/driving.py"

#: Where nbgrader lets students hand in, of the places that a kernel would see.
EXCHANGES = ("/usr/local/share/nbgrader", "/usr/share/nbgrader", f"{sys.prefix}/share/nbgrader")

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


def copy_packages(target: Path, hidden: list[str]) -> None:
    """Copy the packages `course` and `autograde` without what a submission must not see.

    Parameters
    ----------
    target : path
        A folder that exists.
    hidden : list of str
        Modules that would be the answer, as ``"course.optim"``.
    """
    mine = Path(__file__).parents[1]
    theirs = mine.parent / "course"
    skip = shutil.ignore_patterns("__pycache__", "exercises", "test_*")
    for name in [*OURS, *(file.relative_to(mine) for file in mine.glob(BESIDE))]:
        source, copy = mine / name, target / "autograde" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=skip)
        else:
            shutil.copy(source, copy)
    shutil.copytree(theirs, target / "course", ignore=skip)
    for name in hidden:
        path = target.joinpath(*name.split("."))
        if path.is_dir():
            shutil.rmtree(path)
        path.with_suffix(".py").unlink(missing_ok=True)
    fonts = target / "matplotlib"
    fonts.mkdir()
    for cache in _font_caches():
        shutil.copy(cache, fonts)


def _font_caches() -> list[Path]:
    """Return matplotlib's list of fonts: without it every zygote would search for them anew."""
    import matplotlib
    from matplotlib import font_manager  # writes the list if there is none

    del font_manager
    return list(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))


def bubblewrap(packages: Path, hidden: list[str]) -> list[str]:
    """Return the command that puts another one into the sandbox.

    Parameters
    ----------
    packages : path
        What `copy_packages` wrote.
    hidden : list of str
        Modules that must not be had; those that are installed beside us are covered.
    """
    command = [*bubblewrap_spaces(), "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    for folder in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            command += ["--ro-bind", folder, folder]
    command += ["--ro-bind", "/usr", "/usr", "--perms", "0755", "--dir", "/etc"]
    for file in ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime"):
        command += ["--ro-bind-try", f"/etc/{file}", f"/etc/{file}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    command += ["--bind", str(packages / "matplotlib"), FONTS]
    for folder in _python_folders():
        for parent in reversed(Path(folder).parents[:-1]):
            command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", folder, folder]
    for exchange in filter(os.path.isdir, EXCHANGES):  # where others hand in
        command += ["--tmpfs", exchange, "--remount-ro", exchange]
    for covered in _covered(hidden):
        if covered.is_dir():
            command += ["--tmpfs", str(covered), "--remount-ro", str(covered)]
        else:
            command += ["--ro-bind", "/dev/null", str(covered)]
    command += ["--ro-bind", str(packages), PACKAGES]
    # Without root the forks are the owner of these two, and would leave things there for others.
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def bubblewrap_spaces() -> list[str]:
    """Return the beginning of the command: bubblewrap, and the namespaces that it leaves."""
    if os.geteuid() == 0:  # root needs no user namespace; the forks get one each
        return ["bwrap", *(f"--unshare-{kind}" for kind in ("pid", "net", "ipc", "uts"))]
    return ["bwrap", "--unshare-all"]


def environment() -> dict[str, str]:
    """Return the environment of a kernel: nothing of the grader's but language and time zone."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **kept,
        **one,
        "HOME": "/tmp",
        "MPLCONFIGDIR": FONTS,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": PACKAGES,
        "PYTHONWARNINGS": "ignore",
    }


def _python_folders() -> list[str]:
    """Return the folders of this Python that do not lie in /usr, none inside another."""
    folders = {os.path.realpath(folder) for folder in (sys.prefix, sys.base_prefix)}
    folders |= {sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))}
    outer = [f for f in folders if not any(f.startswith(other + os.sep) for other in folders)]
    return sorted(f for f in outer if not (f + os.sep).startswith("/usr/"))


def _covered(hidden: list[str]) -> list[Path]:
    """Return what is installed of hidden modules, and of the packages that are copied."""
    site = Path(sysconfig.get_path("purelib"))
    names = [site.joinpath(*name.split(".")) for name in ["autograde", "course", *hidden]]
    paths = [path for name in names for path in (name, name.with_suffix(".py"))]
    return [path for path in paths if path.exists()]
