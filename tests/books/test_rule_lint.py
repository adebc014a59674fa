"""The lint of rulebooks: a corpus of texts with the verdict of each, and what a finding says."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger.books.rule_lint import (
    PART_NAMES,
    Article,
    Wording,
    build_lint_fault,
    cite_article,
    lint_rule,
    lint_rules,
    list_refused,
    list_warned,
    name_finding,
    parse_words,
    tell_finding,
)
from ledger.data import load_rule_words, read_data
from ledger.data.templates import load_rules

TABLE = load_rule_words()
CORPUS = list(
    csv.DictReader(
        Path(__file__).with_name("rule_texts.csv").read_text(encoding="utf-8").splitlines(), strict=True
    )
)


def word(**changes: Any) -> Wording:
    """Return a rule that nothing is wrong with, but for the changes."""
    rule = {
        "code": "C10",
        "evidence": "村确认",
        "follow_up": "评议小组上门提醒",
        "group": "环境整治",
        "item": "门前乱堆",
        "monthly_cap": 20,
        "points": -2,
        "unit": "次",
    }
    return Wording(**(rule | changes))


@pytest.mark.parametrize("row", CORPUS, ids=lambda row: f"{row['verdict']}-{row['text']}")
def test_each_text_of_the_corpus_has_its_verdict(row: dict[str, str]) -> None:
    changes = {row["part"]: row["text"]}
    found = list(lint_rule(TABLE, word(points=int(row["points"]), **changes)))

    if row["verdict"] == "refused":
        assert row["word"] in {finding.code for finding in list_refused(found)}
    else:
        assert list_refused(found) == []
        assert {finding.code for finding in found} == ({row["word"]} if row["word"] else set())


def test_the_corpus_is_large_and_has_every_word_and_many_near_misses() -> None:
    counts = Counter(row["verdict"] for row in CORPUS)
    known = {words.advice.code for words in TABLE.words}

    assert sum(counts.values()) >= 60
    assert counts["fine"] >= 20
    assert known - {row["word"] for row in CORPUS} == set()


@pytest.mark.parametrize("mark", ["", " ", "　", "·", "-", "\u200b", "‍", "\N{COMBINING TILDE}", "/"])
def test_nothing_between_the_characters_hides_a_word(mark: str) -> None:
    (finding,) = lint_rule(TABLE, word(follow_up=f"不改的罚{mark}款"))

    assert (finding.code, finding.part, finding.found) == ("fine", "follow_up", f"罚{mark}款")


def test_what_helps_somebody_excuses_an_item_and_never_a_consequence_or_a_deduction() -> None:
    text = "停电期间志愿值守"

    assert list(lint_rule(TABLE, word(points=2, item=text))) == []
    assert [finding.code for finding in lint_rule(TABLE, word(points=2, follow_up=text))] == ["utilities"]
    assert [finding.code for finding in lint_rule(TABLE, word(points=-2, item=text))] == ["utilities"]
    assert [f.code for f in lint_rule(TABLE, word(points=2, item="志愿巡村，不改的停电"))] == ["utilities"]
    assert [f.code for f in lint_rule(TABLE, word(points=2, item="不改的停电，帮扶另算"))] == ["utilities"]


def test_heavy_deductions_large_awards_and_more_deductions_are_warned_of() -> None:
    rules = [word(monthly_cap=21), word(code="A01", points=31, monthly_cap=31), word(code="C11")]

    found = lint_rules(TABLE, rules)

    assert [(finding.rule, finding.code, finding.found) for finding in found] == [
        ("C10", "deduction-cap", "每月最多扣 21 分"),
        ("A01", "large-award", "一次加 31 分"),
        ("", "more-deductions", "加分 1 条，扣分 2 条"),
    ]
    assert list_warned(found) == found
    assert [name_finding(finding) for finding in found] == ["积分细则 C10", "积分细则 A01", "整个积分细则"]


def test_a_finding_names_its_place_its_article_and_a_lawful_way() -> None:
    (finding,) = lint_rule(TABLE, word(follow_up="不改的停水"))
    fault = build_lint_fault(finding)

    assert fault.place == "积分细则 C10 的后续"
    assert fault.found == "「停水」（停水停电）"
    assert fault.expected == (
        "不写这样的话：连行政机关也不得用停水、停电、停暖、停气逼居民履行义务（《中华人民共和国行政强制法》第四十三条，待核对）；"
        "村规民约不得与法律相抵触，不得侵犯村民的人身权利、民主权利和合法财产权利（《中华人民共和国村民委员会组织法》第二十七条，待核对）"
    )
    assert "上门劝导" in fault.remedy
    assert build_lint_fault(finding, "工作表「细则」I3").place == "工作表「细则」I3"
    assert tell_finding(finding).startswith("积分细则 C10 的后续：停水停电（停水）。")


def test_only_what_nobody_checked_is_said_to_be_unchecked() -> None:
    said = {status: cite_article(Article("第一条", "某法", "", "", status)) for status in ("V", "R", "P")}

    assert said == {"V": "《某法》第一条", "R": "《某法》第一条，待核对", "P": "某法"}


def test_every_article_says_where_it_comes_from_and_stands_behind_something() -> None:
    named = {key for words in TABLE.words for key in words.advice.articles}
    named |= {key for advice in TABLE.advice.values() for key in advice.articles}

    assert named == TABLE.articles.keys()
    assert all(article.source and article.says for article in TABLE.articles.values())
    assert all(row.advice.remedy and row.advice.articles for row in TABLE.words)


def test_words_that_name_no_article_are_not_read() -> None:
    text = read_data("rule_words.toml").replace('["penalties-16", "committee-27"]', '["no-such"]', 1)

    with pytest.raises(ValueError, match="fine names articles that there are not"):
        parse_words(text)


def test_the_shipped_rulebook_has_no_finding_and_every_rule_its_consequence() -> None:
    rules = [
        Wording(
            rule.code,
            rule.evidence,
            rule.follow_up,
            rule.group,
            rule.item,
            rule.monthly_cap,
            rule.points,
            rule.unit,
        )
        for rule in load_rules().rules
    ]

    assert lint_rules(TABLE, rules) == []
    assert all(rule.get(part) for rule in rules for part in PART_NAMES)
