"""The items that the law asks for: no account of either chart is left out, and every mistake is told with its item."""

from __future__ import annotations

import pytest

from ledger.books.disclosure import CLASSES, PLACES, STANDING, Disclosure, find_standing, parse_disclosure
from ledger.data import load_reference, read_data

CHARTS = load_reference().charts
TEXT = read_data("disclosure.toml")


def test_every_account_of_both_charts_stands_in_exactly_one_item_of_its_class() -> None:
    disclosure = load_reference().disclosure
    standing = [(one.id, item) for one in disclosure.classes for item in one.items if item.shows in STANDING]
    items = [item for _, item in standing]
    for version, chart in CHARTS.items():
        for account in chart.accounts.values():
            for side in ("debit", "credit"):
                found = find_standing(items, version, account.code, side)
                assert found is not None, (version, account.code)
                assert next(id_ for id_, item in standing if item is found.item) in PLACES[account.class_]


def test_there_are_the_eight_classes_and_their_forty_four_items() -> None:
    disclosure = load_reference().disclosure

    assert [one.id for one in disclosure.classes] == CLASSES
    counted = {one.id: len(one.items) for one in disclosure.classes if one.id not in ("resources", "others")}
    assert counted == {"plans": 7, "incomes": 11, "expenses": 10, "assets": 6, "debts": 4, "distribution": 6}
    assert sum(counted.values()) == 44
    assert (disclosure.status, disclosure.label) == ("R", "八大类的名称已核对；各小项的名称待核对")
    assert all(item.status != "V" or item.id == "land" for one in disclosure.classes for item in one.items)


def test_what_is_told_each_for_itself_stands_on_the_side_of_its_balance() -> None:
    items = load_reference().disclosure.list_items("debts")

    sides = [find_standing(items, "2023", "11301", side) for side in ("debit", "credit", "")]
    assert [one and (one.item.id, one.code) for one in sides] == [
        ("owed-to-us", "113"),
        ("owed-by-us", "113"),
        None,
    ]
    longest = find_standing(load_reference().disclosure.list_items("incomes"), "2023", "5010601")
    assert longest is not None
    assert (longest.item.id, longest.code) == ("in-contracting", "50106")


def test_an_item_says_whether_books_keep_anything_of_it() -> None:
    disclosure = load_reference().disclosure

    assert disclosure.get_item("out-wages").is_kept("2023")
    assert not disclosure.get_item("out-wages").is_kept("2004")
    assert disclosure.get_item("to-welfare").is_kept("2004")
    assert not disclosure.get_item("out-papers").is_kept("2023")
    assert disclosure.get_item("in-levy").is_kept("2004")
    assert disclosure.get_item("plan").is_kept("2004")
    assert disclosure.get_item("owed-by-us").get_details("2004") == ("113",)
    assert Disclosure().list_items("plans") == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "plans"', 'id = "assets"', "classes ['assets', 'incomes'"),
        ('id = "in-levy"', 'id = "in-land"', "in-land: this id stands above already"),
        ('id = "land"\n', 'id = "land"\nside = "debit"\n', "land: side 'debit' of an item that shows land"),
        ('id = "land"\n', 'id = "land"\nfunds = ["levy"]\n', "land: funds of an item that shows land"),
        ('takes = "rest"\n', "", "[] take the rest of what was given, expected one item"),
        ('funds = ["relief"]', "", "incomes: funds of ['donation', 'levy', 'project', 'subsidy']"),
        (
            'accounts_2023 = ["503"]',
            'accounts_2023 = ["503", "504"]',
            "in-other: account 504 is named by another item",
        ),
        (
            'accounts_2023 = ["503"]',
            'accounts_2023 = ["503", "599"]',
            "in-running: account 599 is not in the chart of 2023",
        ),
        ('accounts_2023 = ["503"]', "accounts_2023 = []", "account 503 补助收入 of 2023 stands in no item"),
        (
            'accounts_2023 = ["503"]',
            'accounts_2023 = ["503", "51301"]',
            "account 51301 管理人员工资 of 2023 stands in incomes",
        ),
        ('details_2023 = ["113"]', "details_2023 = []", "account 113 内部往来 of 2023 stands in no item"),
        ("shows =", "show =", "Object contains unknown field `show`"),
        ('status = "R"', "status = R", "Invalid value"),
    ],
)
def test_every_mistake_is_told(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match="disclosure: ") as error:
        parse_disclosure(TEXT.replace(old, new, 1), CHARTS)

    assert told in str(error.value)
