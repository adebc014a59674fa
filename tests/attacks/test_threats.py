"""The table of threats is whole, and each test that it names is there."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.attacks.threats import THREATS
from tests.house.sources import ROOT
from web.app import ROUTES

PROMISED = (
    *(str(number) for number in (*range(1, 9), *range(23, 27), *range(34, 40), 47, 48)),
    *(f"F{number}" for number in (*range(5, 10), *range(12, 18))),
)
"""Those that the step names."""


@cache
def list_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_threat_that_the_step_names_has_its_row() -> None:
    assert set(THREATS) == set(PROMISED)


@pytest.mark.parametrize("number", THREATS)
def test_every_test_of_a_row_is_there(number: str) -> None:
    threat = THREATS[number]

    assert bool(threat.tests) != bool(threat.later)
    for name in threat.tests:
        path, _, test = name.partition("::")
        assert list_tests(path)
        assert test == "*" or test in list_tests(path), name


def test_what_is_said_to_come_later_is_not_there_yet() -> None:
    paths = {path for route in ROUTES for path in route.paths}

    for number, threat in THREATS.items():
        assert not threat.later or not [path for path in paths if path.startswith(threat.later)], number
