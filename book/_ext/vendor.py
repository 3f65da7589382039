"""Put MathJax into ``book/_static/vendor``, so that the site asks no other host for it.

Run it before ``jupyter-book build``. npm downloads the pinned version once; later runs do
nothing. Without npm or a network the site still builds, and shows formulas as TeX.
"""

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

PACKAGE = "mathjax@3.2.2"
INTEGRITY = (
    "sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0"
    "/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw=="
)
WANTED = (
    "tex-mml-chtml.js",
    "a11y",
    "ui",
    "output/chtml/fonts/woff-v2",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
)
TARGET = Path(__file__).resolve().parents[1] / "_static" / "vendor" / "mathjax"


class Unavailable(Exception):
    """The package could not be downloaded."""


def download() -> bytes:
    """Return the package's tarball, as npm fetches it.

    Raises
    ------
    Unavailable
        Without npm, or when npm fails; the message says why.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", PACKAGE, "--loglevel=error", "--pack-destination", folder]
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            raise Unavailable("npm did not answer within 180 s") from None
        tarballs = list(Path(folder).glob("*.tgz"))
        if run.returncode or not tarballs:
            said = [line for line in run.stderr.splitlines() if line.startswith("npm error")]
            raise Unavailable(said[0] if said else f"npm stopped with {run.returncode}")
        return tarballs[0].read_bytes()


def verify(tarball: bytes, integrity: str = INTEGRITY) -> None:
    """Compare the tarball with the pinned hash.

    Raises
    ------
    ValueError
        When they differ: ``mathjax@3.2.2 has the hash ..., expected ...``.
    """
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    if found != integrity:
        raise ValueError(f"{PACKAGE} has the hash {found}, expected {integrity}")


def wanted(member: tarfile.TarInfo) -> PurePosixPath | None:
    """Return where a member of the tarball belongs below the target, None if nowhere."""
    path = PurePosixPath(member.name)
    if path == PurePosixPath("package/LICENSE"):
        return PurePosixPath("LICENSE")
    root = PurePosixPath("package/es5")
    if not member.isfile() or ".." in path.parts or not path.is_relative_to(root):
        return None
    path = path.relative_to(root)
    return path if any(path.is_relative_to(name) for name in WANTED) else None


def unpack(tarball: bytes, target: Path) -> None:
    """Write the wanted files to ``target``, all of them or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        staged = Path(folder) / "staged"
        with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
            for member in archive:
                if (path := wanted(member)) is not None:
                    (staged / path).parent.mkdir(parents=True, exist_ok=True)
                    (staged / path).write_bytes(archive.extractfile(member).read())
        (staged / "integrity.txt").write_text(INTEGRITY + "\n")
        shutil.rmtree(target, ignore_errors=True)
        staged.rename(target)


def is_current(target: Path) -> bool:
    """Say whether ``target`` holds the pinned version."""
    stamp = target / "integrity.txt"
    return stamp.is_file() and stamp.read_text().strip() == INTEGRITY


def main(target: Path = TARGET) -> int:
    """Fetch what is missing; return the exit code."""
    if is_current(target):
        return 0
    try:
        tarball = download()
        verify(tarball)
    except Unavailable as reason:
        print(
            f"{PACKAGE} could not be fetched: {reason}.\n"
            "The site builds without it and shows formulas as TeX source. "
            "Build again with npm and a network to mend that.",
            file=sys.stderr,
        )
        return 0
    except ValueError as mismatch:
        print(f"{mismatch}. Nothing was installed.", file=sys.stderr)
        return 1
    unpack(tarball, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
