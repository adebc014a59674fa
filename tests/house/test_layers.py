"""Direction of dependency, and purity of the core."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib

from tests.house.sources import PURE, ROOT, is_pure, parse_modules

IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}
CLOCK_METHODS = {"now", "utcnow", "today"}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes"}


def test_every_import_points_downwards() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_core_reads_no_clock_file_or_console() -> None:
    found = [
        f"{path}:{node.lineno} {name}"
        for path, tree in parse_modules("ledger")
        if is_pure(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _impure_name(node.func))
    ]

    assert found == []


def test_what_is_called_pure_is_the_same_everywhere() -> None:
    """By the contract that forbids imports, by the coverage that is held to 100 %, and by the rule above."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (contract,) = [item for item in tools["importlinter"]["contracts"] if item["id"] == "pure"]
    forbidden, measured = contract["source_modules"], tools["coverage"]["run"]["source"]

    assert sorted(forbidden) == sorted(measured) == sorted(f"ledger.{name}" for name in PURE)


def _impure_name(function: ast.expr) -> str:
    if isinstance(function, ast.Name) and function.id in IMPURE_CALLS:
        return function.id
    if isinstance(function, ast.Attribute) and function.attr in CLOCK_METHODS | FILE_METHODS:
        return function.attr
    return ""
