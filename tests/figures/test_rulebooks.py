"""Versions of the rulebook with their words, and what one says otherwise than another."""

from __future__ import annotations

from ledger.books.points import Rule
from ledger.books.revisions import Change
from ledger.figures.rulebooks import (
    collect_rulebook,
    compare_rules,
    list_terms,
    list_versions,
    read_rules,
)
from ledger.figures.texts import GONE
from tests.books.points_ledger import PointsLedger, change

FIRST = ["A01 尊老爱幼 探望 2 次 cap 8", "C10 环境整治 乱堆乱放 -2 次 cap 6"]
SECOND = ["A01 尊老爱幼 探望 3 次 cap 9", "B01 互助友爱 志愿服务 1 4小时 cap 10"]


def live(*adopted: tuple[int, str, list[str]]) -> PointsLedger:
    ledger = PointsLedger()
    for version, period, rules in adopted:
        ledger.append(ledger.build_rulebook(version, rules), period)
    return ledger


def test_each_version_is_in_force_until_the_next_one() -> None:
    ledger = live((1, "2026-01", FIRST), (2, "2026-04", SECOND), (3, "2026-04", FIRST))

    versions = list_versions(ledger.facts)

    assert [(version.number, version.since, version.until) for version in versions] == [
        (3, "2026-04", ""),
        (2, "2026-04", "2026-03"),
        (1, "2026-01", "2026-03"),
    ]
    assert [version.was_in_force for version in versions] == [True, False, True]
    assert list_versions(PointsLedger().facts) == []


def test_a_version_is_read_with_its_words() -> None:
    ledger = live((1, "2026-01", FIRST), (2, "2026-04", SECOND))

    book = collect_rulebook(ledger.facts, ledger.texts.get, 1)

    assert book is not None
    assert (book.base_points, book.resolution_number, book.version.since) == (100, "", "2026-01")
    assert [(read.rule.code, read.letter, read.wording.item) for read in book.rules] == [
        ("A01", "A", "探望"),
        ("C10", "C", "乱堆乱放"),
    ]
    assert collect_rulebook(ledger.facts, ledger.texts.get, 3) is None


def test_what_a_version_changes_is_told_rule_by_rule() -> None:
    ledger = live((1, "2026-01", FIRST), (2, "2026-04", SECOND))
    old, new = (collect_rulebook(ledger.facts, ledger.texts.get, number) for number in (1, 2))
    assert old is not None
    assert new is not None

    revision = compare_rules(old.rules, new.rules)

    assert (revision.added, revision.removed) == (("B01",), ("C10",))
    assert revision.changed == {
        "A01": (
            Change(name="分值", before="2 分／次", after="3 分／次"),
            Change(name="每月至多", before="8 分", after="9 分"),
        )
    }


def make_rule(ledger: PointsLedger) -> Rule:
    return ledger.build_rulebook(1, FIRST).rules[0]


def test_a_consequence_is_a_term_where_one_was_written() -> None:
    rule = make_rule(PointsLedger())
    words = {"evidence": "照片", "group": "尊老爱幼", "item": "探望", "unit": "次"}

    def read(value: object) -> dict[str, str]:
        (read,) = read_rules(lambda _digest: value, [rule])
        return dict(list_terms(read))

    assert read(words) == {
        "名称": "探望",
        "分值": "2 分／次",
        "每月至多": "8 分",
        "分类": "尊老爱幼",
        "证据": "照片",
        "记分对象": "户",
        "整行密封": "否",
    }
    assert read({**words, "follow_up": "表扬"})["后续"] == "表扬"
    assert read(None)["名称"] == GONE
    assert read("罚款五十")["名称"] == "罚款五十"
    assert read({**words, "item": 5})["名称"].startswith("{")


def test_a_sealed_rule_says_so() -> None:
    ledger = PointsLedger()
    rule = change(make_rule(ledger), sensitive=True, subject="person")
    (read,) = read_rules(ledger.texts.get, [rule])

    assert (list_terms(read)["整行密封"], list_terms(read)["记分对象"]) == ("是", "个人")
