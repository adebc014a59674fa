"""A fresh Debian 12 with nothing but a shell, made for the purpose: one command leaves a demo village that agrees.

How this machine reaches its archives, a proxy, a mirror, a certificate, is read when the test runs and put into the
fresh system: nothing of it stands in the tree.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, find_files

pytestmark = [pytest.mark.deep, pytest.mark.timeout(7_200)]

SUITE = "bookworm"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = re.compile(r"(?i)(https?|no|all|ftp)_proxy")
"""Variables that hold in the fresh system too; pip's own are among its settings."""
TRUSTED = "/etc/trusted-by-the-host.crt"
STEPS = (
    "reading the package lists",
    "installing them (fonts are large)",
    "making the environment",
    "installing libraries, each checked against its hash",
    "installing mingbai",
)
BOUND = """
set -e
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind -o ro "$1" "$root$1"
    shift
done
shift
exec chroot "$root" env -i "$@" sh -c 'cd /srv/mingbai && exec ./mingbai demo --no-serve --home /srv/village'
"""
"""Runs the command in the fresh system, in a mount namespace that ends with it; folders named before `--` are lent."""


def ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def list_sources() -> list[str]:
    """Return how this machine reaches Debian's own archive, as lines of a sources.list; none where it does not."""
    listed = ask(
        *(
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
        )
    )
    return [
        f"deb {line}"
        for line in sorted(set(listed.splitlines()))
        if f" {SUITE}" in line and "/debian" in line
    ]


def read_pip_settings() -> dict[str, str]:
    """Return pip's settings of this machine, of whatever file or variable they come."""
    listed = ask(str(ROOT / ".venv/bin/python"), "-m", "pip", "config", "list")
    found = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    return found


def list_lent(settings: dict[str, str]) -> list[str]:
    """Return the folders of this machine in which pip looks for packages; an index leads to files beside it."""
    words = [word.removeprefix("file://") for value in settings.values() for word in value.split()]
    folders = sorted({word for word in words if word.startswith("/") and Path(word).is_dir()})
    places = [Path(folder).resolve() for folder in folders]
    return [str(place.parent if place.name == "simple" else place) for place in places]


@pytest.fixture
def bare() -> Iterator[Path]:
    """A minimal Debian 12, able to reach what this machine reaches."""
    if os.geteuid() != 0 or shutil.which("debootstrap", path=f"{PATH}:{os.environ['PATH']}") is None:
        pytest.skip("needs root and debootstrap")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    sources = list_sources()
    if not sources:
        pytest.skip(f"this machine has no source of Debian's {SUITE}")
    # Not where the other tests' files stand: device files may not be made in memory.
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    root = folder / "bare"
    mirror = next(uri for _, uri, suite, _ in map(str.split, sources) if suite == SUITE)
    try:
        made = subprocess.run(
            ["unshare", "--mount", "debootstrap", "--variant=minbase", SUITE, str(root), mirror],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"the archive gives no system: {made.stdout[-300:]}{made.stderr[-300:]}")
        write_settings(root, sources)
        yield root
    finally:
        shutil.rmtree(folder)


def write_settings(root: Path, sources: list[str]) -> None:
    apt = root / "etc/apt"
    (apt / "sources.list").write_text("\n".join(sources) + "\n")
    ways = [
        line
        for line in ask("apt-config", "dump").splitlines()
        if re.match(r"Acquire::(https?|Retries)", line)
    ]
    (apt / "apt.conf.d/90host").write_text("\n".join(ways) + "\n")
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    settings = read_pip_settings()
    certificate = {"cert": TRUSTED} if "cert" in settings else {}
    lines = [
        f"{name} = {value.replace(chr(10), chr(10) + '  ')}"
        for name, value in (settings | certificate).items()
    ]
    (root / "etc/pip.conf").write_text("\n".join(["[global]", *lines, ""]))
    if "cert" in settings:
        # Not where the system keeps its own list: installing that would write over it.
        shutil.copy(settings["cert"], root / TRUSTED.lstrip("/"))
    for name in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        (root / "usr/local/share/ca-certificates").mkdir(parents=True, exist_ok=True)
        shutil.copy(name, root / "usr/local/share/ca-certificates")


def run_demo(root: Path) -> subprocess.CompletedProcess[str]:
    passed_on = [f"{name}={value}" for name, value in os.environ.items() if PASSED_ON.fullmatch(name)]
    enter = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", BOUND, "sh", str(root))
    return subprocess.run(
        [*enter, *list_lent(read_pip_settings()), "--", f"PATH={PATH}", *passed_on],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bare_debian_has_a_demo_village_by_one_command(bare: Path) -> None:
    assert not (bare / "usr/bin/python3").exists()
    for path in find_files():
        target = bare / "srv/mingbai" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)

    first = run_demo(bare)

    assert first.returncode == 0, first.stdout[-2_000:] + first.stderr[-4_000:]
    assert "结论：全部对得上" in first.stdout + first.stderr
    said = [line for line in first.stderr.splitlines() if line.startswith("明白账 ")]
    for step in STEPS:
        assert [line for line in said if step in line and re.search(r"✓ \d+ s$", line)], step
    assert len(list((bare / "srv/village/sheets").glob("*.pdf"))) == 30

    second = run_demo(bare)

    assert second.returncode == 0
    assert [line for line in second.stderr.splitlines() if any(step in line for step in STEPS)] == []
