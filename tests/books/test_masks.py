"""Who sees what of people's data: the table as it lies there, and what becomes of a value under it."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, get_args

import pytest

from ledger.books.masks import HIDDEN, MaskTable, Shape, Showing, mask, parse_masks
from ledger.books.roles import ROLES, Who
from ledger.data import load_masks

TEXT = resources.files("ledger.data").joinpath("masks.toml").read_text("utf-8")
FILE: dict[str, list[dict[str, Any]]] = tomllib.loads(TEXT)
AUDIENCES = get_args(Who)
CELLS = [(row["id"], who, row["show"][who]) for row in FILE["field"] for who in AUDIENCES]


@pytest.fixture(scope="module")
def table() -> MaskTable:
    return load_masks()


@pytest.mark.parametrize(("field", "who", "showing"), CELLS)
def test_every_audience_sees_what_the_table_says(
    table: MaskTable, field: str, who: str, showing: Showing
) -> None:
    is_text = table.fields[field].shape == "text"
    before = {"asked": "none" if is_text else "masked"}.get(showing, showing)

    assert table.find_view({who}).fields[field] == before
    assert table.find_view({who}, has_purpose=True).fields[field] == (
        "whole" if showing == "asked" else showing
    )
    assert table.must_ask({who}, field) == (showing == "asked")


def test_nobody_outside_the_village_sees_anything_whole_and_the_operator_nothing_at_all(
    table: MaskTable,
) -> None:
    for who in ("public", "operator"):
        assert "whole" not in table.find_view({who}, has_purpose=True).fields.values()
    assert set(table.find_view({"operator"}).fields.values()) == {"none"}
    assert set(table.find_view(()).fields.values()) == {"none"}


def test_who_has_two_roles_sees_what_the_more_trusted_sees(table: MaskTable) -> None:
    assert table.find_view({"auditor", "supervisor"}).show("head-name", "样大山") == "样大山"
    assert table.find_view({"auditor", "public"}).show("head-name", "样大山") == "样*山"
    assert table.find_view({"auditor", "public"}).show("evidence", "照片") == HIDDEN
    assert not table.find_view({"auditor"}).is_whole("evidence")


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ((), "", ""),
        (("audit",), "audit", "审计、抽查"),
        (("objection", "audit", "audit"), "audit/objection", "审计、抽查；核实异议、信访"),
    ],
)
def test_several_reasons_are_one_code_in_the_order_of_the_table(
    table: MaskTable, said: tuple[str, ...], code: str, told: str
) -> None:
    assert table.join_purposes(said) == code
    assert table.name_purposes(code) == told


def test_a_code_that_is_no_reason_is_told_as_it_is(table: MaskTable) -> None:
    assert table.name_purposes("nowhere") == "nowhere"
    assert table.join_purposes(["nowhere"]) == ""


@pytest.mark.parametrize(
    ("shape", "value", "shown"),
    [
        ("name", "样大山", "样*山"),
        ("name", "", ""),
        ("number", "0217", "*17"),
        ("number", "7", "*"),
        ("telephone", "10000001234", "100****1234"),
        ("telephone", "0000-0000", "****"),
        ("text", "照片", HIDDEN),
    ],
)
def test_a_masked_value_tells_no_more_than_its_shape(shape: Shape, value: str, shown: str) -> None:
    assert mask(shape, value) == shown


def test_a_reason_is_given_by_whom_the_table_names(table: MaskTable) -> None:
    assert [row.id for row in table.list_purposes({"auditor"})] == ["audit", "objection", "request"]
    assert [row.id for row in table.list_purposes({"township"})] == ["check", "audit", "objection", "request"]
    for role in ROLES:
        asked = "asked" in {table.fields[field].show[role] for field in table.fields}
        assert not asked or table.list_purposes({role})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('operator = "none"', ""), "every audience"),
        (('shape = "name"', 'shape = "text"'), "never masked"),
        (('id = "member-name"', 'id = "head-name"'), "twice"),
        (('id = "audit"', 'id = "check"'), "twice"),
        (('shape = "name"', 'shape = "face"'), "Invalid enum"),
    ],
)
def test_a_table_that_is_wrong_is_refused(change: tuple[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_masks(TEXT.replace(*change, 1))
