"""`ledger/ERRORS.md` lists every code that a person or a program can meet, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.sources import PACKAGES, ROOT, parse_modules

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
ROW = re.compile(r"^\|\s*`([a-z0-9-]+)`\s*\|", re.MULTILINE)


def test_every_code_has_a_row() -> None:
    used = dict(_find_codes())

    assert len(used) > 10
    assert {code: place for code, place in used.items() if code not in _read_rows()} == {}


def test_every_row_has_a_code() -> None:
    written = {
        node.value
        for _, tree in parse_modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert _read_rows() - written == set()


def _read_rows() -> set[str]:
    return set(ROW.findall((ROOT / "ledger" / "ERRORS.md").read_text(encoding="utf-8")))


def _find_codes() -> Iterator[tuple[str, str]]:
    for path, tree in parse_modules(*PACKAGES):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for value in _code_arguments(node):
                    yield value, f"{path}:{node.lineno}"
            elif isinstance(node, ast.arg | ast.FunctionDef | ast.AsyncFunctionDef):
                for value in _code_defaults(node):
                    yield value, f"{path}:{node.lineno}"


def _code_arguments(call: ast.Call) -> Iterator[str]:
    """Literals given as `code=…`, or first to something whose name ends in `fault` or `finding`."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    if re.search(r"fault$|finding$", _last_name(call.func), re.IGNORECASE) and call.args:
        given.append(call.args[0])
    for expression in given:
        yield from _literals(expression)


def _code_defaults(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    positional = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
    for argument, default in [*keywords, *positional]:
        if argument.arg == "code" and default is not None:
            yield from _literals(default)


def _literals(expression: ast.expr) -> Iterator[str]:
    """The codes an expression can be: a literal, or either side of a conditional one."""
    if isinstance(expression, ast.IfExp):
        yield from _literals(expression.body)
        yield from _literals(expression.orelse)
    elif (
        isinstance(expression, ast.Constant)
        and isinstance(expression.value, str)
        and CODE.fullmatch(expression.value)
    ):
        yield expression.value


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
