"""The program that puts MathJax into the site."""

import io
import tarfile

from test_site import vendor


def tarball(**files: str) -> bytes:
    """Make a package with these files, its paths written with two underscores for a slash."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_a_package_with_another_hash_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(vendor, "download", lambda: tarball(package__es5__ui="x"))
    assert vendor.main(tmp_path / "mathjax") == 1
    assert "expected sha512-Bt+SSV" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_npm_the_reason_is_told_and_the_build_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    assert vendor.main(tmp_path / "mathjax") == 0
    assert "npm is not installed" in capsys.readouterr().err


def test_only_the_wanted_files_are_unpacked(tmp_path):
    package = {"package__es5__ui__menu.js": "m", "package__es5__tex-svg.js": "s",
               "package__es5__ui__..__..__evil.js": "e", "package__LICENSE": "l"}  # fmt: skip
    vendor.unpack(tarball(**package), tmp_path / "mathjax")
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"mathjax/ui/menu.js", "mathjax/LICENSE", "mathjax/integrity.txt"}
    assert vendor.is_current(tmp_path / "mathjax")
