"""What no file of ours may say. Letters in brackets keep these rules from finding themselves."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.sources import PACKAGES, parse_modules, read_texts

LEFTOVERS = r"\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b"
REGISTRIES = r"https?://[^ \"]+/(?:simple|packages|debian|debian-security)(?:[/\" ]|$)|https?://(?:registry|files|deb)\."
MACHINE_PATHS = r"(?<![\w.:])/(?:root|tmp|work|home/\w+)/[a-zA-Z]"
HOW_IT_IS_MADE = r"[s]ub-?agent|helper [s]ession|[t]he CEO|issue [t]racker"
SILENCED = re.compile(
    r"#\s*(?:[t]ype: ignore(?P<types>\[[\w, -]+\])?"
    r"|[n]oqa(?P<rules>: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*)?"
    r"|pragma: [n]o (?:cover|branch))"
)
UNESCAPED = r"\|\s*[s]afe\b|autoescape\s+[f]alse|forceescape"


@pytest.mark.parametrize(
    "pattern",
    [LEFTOVERS, REGISTRIES, MACHINE_PATHS, HOW_IT_IS_MADE],
    ids=["leftovers", "registries", "paths", "making"],
)
def test_the_project_speaks_of_itself_alone(pattern: str) -> None:
    assert _find(re.compile(pattern, re.MULTILINE)) == []


def test_every_silenced_check_names_its_rule_and_its_reason() -> None:
    silent = [
        f"{path}:{number}: {line.strip()}"
        for path, text in read_texts()
        if path.suffix in {".py", ".toml"}
        for number, line in enumerate(text.splitlines(), 1)
        if SILENCED.search(line) and not _has_reason(line)
    ]

    assert silent == []


def test_no_template_writes_unescaped_text() -> None:
    assert _find(re.compile(UNESCAPED), ".html", ".xml", ".svg", ".txt", ".jinja", ".j2") == []


def test_only_text_written_in_the_code_is_declared_to_be_markup() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in parse_modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if ast.unparse(node.func).rpartition(".")[2] == "Markup"
        if not all(isinstance(argument, ast.Constant) for argument in node.args)
    ]

    assert found == []


def _find(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in read_texts()
        if not suffixes or path.suffix in suffixes
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def _has_reason(line: str) -> bool:
    marks = list(SILENCED.finditer(line))
    names_rules = all(mark["types"] or mark["rules"] or "pragma" in mark[0] for mark in marks)
    return names_rules and len(line[marks[-1].end() :].strip(" #:;,-")) >= 8
