"""PAGES.md and the routes are the same list."""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import is_dataclass
from importlib import resources
from typing import Any

from litestar.testing import TestClient

from web.app import AUDIT_ROUTES, DESK_ROUTES, ROUTES, TOWNSHIP_ROUTES

DOCUMENT = resources.files("web").joinpath("PAGES.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(/[^`]*)` \| ([^|]*) \| ([^|]*) \|$", DOCUMENT, re.MULTILINE)


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    everywhere = (*ROUTES, *DESK_ROUTES, *AUDIT_ROUTES, *TOWNSHIP_ROUTES)
    routes = {re.sub(r":[a-z]+}", "}", path) for route in everywhere for path in route.paths}

    assert {path for path, _, _ in ROWS} == routes | {"/schema/openapi.json"}


def test_every_value_named_is_a_frozen_dataclass() -> None:
    named = [
        (path, *value) for path, values, _ in ROWS for value in re.findall(r"`([a-z_]+)\.(\w+)`", values)
    ]

    assert named
    for path, module, name in named:
        value = find_value(path, module, name)
        assert is_dataclass(value)
        assert value.__dataclass_params__.frozen


def find_value(path: str, module: str, name: str) -> Any:
    """The class that a row names, among public pages, the desk's or those of its rooms."""
    if path.startswith(("/audit", "/township")):
        package = path.split("/")[1]
    else:
        package = "desk" if importlib.util.find_spec(f"web.desk.{module}") else "public"
    return getattr(importlib.import_module(f"web.{package}.{module}"), name)


def test_every_row_says_what_it_answers() -> None:
    assert all(question.strip() for _, _, question in ROWS)


def test_the_served_schema_is_ours(visitor: TestClient) -> None:
    assert visitor.get("/schema/openapi.json").json()["info"]["title"] == "Mingbai 明白账"
