"""The project's own files, as the house rules look at them: without what set-up and running leave."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ledger", "reports", "web")
PURE = (
    "log",
    "books",
    "entries",
    "canonical",
    "forms",
    "state",
    "figures",
    "evidence",
    "household_proof",
    "audit",
    "errors",
    "limits",
)


def find_files() -> list[Path]:
    """Every file that is or could be committed, relative to the root; a copy without git is walked."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        names = {Path(name.decode()) for name in listed.split(b"\0") if name}
        return sorted(name for name in names if (ROOT / name).is_file())
    return sorted(_walk())


def _walk() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if not _is_left_by_running(here / name)]
        yield from (here / name for name in files if not name.startswith(".coverage"))


def _is_left_by_running(folder: Path) -> bool:
    name = folder.name
    if name.startswith("."):
        return name != ".ci"
    return name == "__pycache__" or name.endswith(".egg-info") or str(folder) == "dist"


def read_texts() -> Iterator[tuple[Path, str]]:
    """Every file that is UTF-8 text, with its path relative to the root."""
    for path in find_files():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def parse_modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """The syntax tree of every Python module of these packages."""
    for path in find_files():
        if path.suffix == ".py" and path.parts[0] in packages:
            yield path, ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def is_pure(path: Path) -> bool:
    """Whether this module belongs to the core that reads no clock, file, randomness or environment."""
    return path.parts[0] == "ledger" and len(path.parts) > 1 and path.parts[1].removesuffix(".py") in PURE
