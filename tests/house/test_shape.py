"""Sizes and places: what a reader may rely on before opening a file."""

from __future__ import annotations

import ast
import re

from tests.house.sources import PACKAGES, ROOT, find_files, parse_modules

FUNCTION_MAX_LINES = 60
MODULE_MAX_LINES = 500
TOP_LEVEL = re.compile(
    r"ledger|web|reports|tests|pyproject\.toml|README\.md|CHANGELOG\.md|LICENSE|mingbai|requirements(-\w+)?\.txt|\..+"
)


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name} has {lines} lines"
        for path, tree in parse_modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_MAX_LINES
    ]

    assert long == []


def test_a_module_has_one_subject() -> None:
    sizes = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in find_files()
        if path.suffix == ".py" and path.parts[0] in PACKAGES
    }

    assert {path: lines for path, lines in sizes.items() if lines > MODULE_MAX_LINES} == {}


def test_every_module_says_its_subject() -> None:
    silent = [
        str(path) for path, tree in parse_modules(*PACKAGES) if tree.body and not ast.get_docstring(tree)
    ]

    assert silent == []


def test_the_top_level_holds_only_what_was_agreed() -> None:
    places = {path.parts[0] for path in find_files()}

    assert {place for place in places if not TOP_LEVEL.fullmatch(place)} == set()


def test_commands_that_people_type_can_be_run() -> None:
    assert all((ROOT / name).stat().st_mode & 0o111 for name in ("mingbai", ".ci/run"))
