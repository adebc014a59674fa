"""Stars come about in five steps, one after the other, and every short cut is refused in plain words."""

from __future__ import annotations

import pytest

from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.state.star_facts import StarOfFacts
from ledger.state.star_steps import (
    check_stars,
    find_application,
    find_assessed_stars,
    find_display_end,
    find_star_of,
    find_star_subject,
    fold_stars,
    get_star_facts,
    list_applications_of,
    list_branches,
    list_open_objections,
    list_star_numbers,
)
from tests.books.star_ledger import StarLedger, build_declared, build_star_move
from tests.builders import VILLAGE, build_description
from tests.state.test_assessments import AssessmentLedger, build_branches

STORY = """
    2026-10-08 declare XJ-2026-001 branch 1 3 2026 | accepted
    2026-10-09 reviewed XJ-2026-001 3 | accepted
    2026-10-10 displayed XJ-2026-001 3 | accepted
    2026-10-16 confirmed XJ-2026-001 3 | accepted
    2026-12-20 adjusted XJ-2026-001 4 | accepted
    2027-02-03 adjusted XJ-2026-001 2 | accepted
    2026-10-09 declare XJ-2026-002 secretary 1 5 2026 | accepted
    2026-10-11 reviewed XJ-2026-002 0 | accepted
    2026-11-02 declare XJ-2026-003 secretary 1 4 2026 | accepted
    2026-11-02 declare XJ-2026-004 branch 2 5 2026 | accepted
    2026-11-03 reviewed XJ-2026-004 4 | accepted
    2026-11-04 displayed XJ-2026-004 4 | accepted
"""


@pytest.fixture
def ledger() -> StarLedger:
    ledger = StarLedger()
    assert ledger.run(STORY) == []
    return ledger


def tell(ledger: StarLedger, line: str) -> list[str]:
    return [format_fault(fault) for fault in ledger.try_line(line)]


def test_an_application_is_found_with_its_steps_and_their_days(ledger: StarLedger) -> None:
    found = find_application(ledger.facts, "XJ-2026-001")

    assert found is not None
    assert (found.stage, found.stars, found.is_held) == ("adjusted", 2, True)
    assert [(move.stage, move.on, move.stars) for move in found.known.moves] == [
        ("reviewed", "2026-10-09", 3),
        ("displayed", "2026-10-10", 3),
        ("confirmed", "2026-10-16", 3),
        ("adjusted", "2026-12-20", 4),
        ("adjusted", "2027-02-03", 2),
    ]
    waiting = find_application(ledger.facts, "XJ-2026-003")
    assert waiting is not None
    assert (waiting.stage, waiting.stars, waiting.is_held) == ("declared", 4, False)
    refused = find_application(ledger.facts, "XJ-2026-002")
    assert refused is not None
    assert (refused.stage, refused.stars, refused.is_held) == ("refused", 0, False)
    assert find_application(ledger.facts, "XJ-2026-009") is None


def test_who_holds_which_star_and_what_is_under_way_is_known_by_branch(ledger: StarLedger) -> None:
    facts = ledger.facts

    assert find_star_of(facts, "branch", 1) == StarOfFacts(held="XJ-2026-001", newest="XJ-2026-001")
    assert find_star_of(facts, "secretary", 1) == StarOfFacts(held="", newest="XJ-2026-003")
    assert find_star_of(facts, "branch", 2) == StarOfFacts(held="", newest="XJ-2026-004")
    assert find_star_of(facts, "secretary", 2) == StarOfFacts(held="", newest="")
    assert list_branches(facts) == [1, 2]
    assert list_applications_of(facts, "secretary", 1) == ["XJ-2026-003", "XJ-2026-002"]
    assert list_star_numbers(facts) == [f"XJ-2026-00{at}" for at in (1, 2, 3, 4)]
    assert list_star_numbers(facts, "2027") == []


def test_a_star_holds_until_the_next_years_is_confirmed(ledger: StarLedger) -> None:
    assert (
        ledger.run("""
        2027-11-02 declare XJ-2027-001 branch 1 5 2027 | accepted
        2027-11-03 reviewed XJ-2027-001 5 | accepted
        2027-11-04 displayed XJ-2027-001 5 | accepted
    """)
        == []
    )
    assert find_star_of(ledger.facts, "branch", 1) == StarOfFacts(held="XJ-2026-001", newest="XJ-2027-001")
    assert ledger.run("2027-11-10 confirmed XJ-2027-001 5 | accepted") == []
    assert find_star_of(ledger.facts, "branch", 1) == StarOfFacts(held="XJ-2027-001", newest="XJ-2027-001")


def test_the_display_ends_by_the_law_and_not_by_an_entry(ledger: StarLedger) -> None:
    reference = load_reference()

    assert find_display_end(reference, VILLAGE, get_star_facts(ledger.facts, "XJ-2026-004")) == "2026-11-09"
    assert find_display_end(reference, VILLAGE, get_star_facts(ledger.facts, "XJ-2026-003")) == ""
    assert ledger.run("2026-11-09 confirmed XJ-2026-004 4 | star-display") == []
    assert ledger.run("2026-11-10 confirmed XJ-2026-004 4 | accepted") == []


def test_every_step_that_is_not_the_next_one_is_refused(ledger: StarLedger) -> None:
    assert (
        ledger.run("""
        2026-11-12 displayed XJ-2026-003 4 | star-order
        2026-11-12 confirmed XJ-2026-003 4 | star-order
        2026-11-12 adjusted XJ-2026-003 3 | star-order
        2026-11-12 reviewed XJ-2026-003 4 | accepted
        2026-11-12 reviewed XJ-2026-003 4 | star-order
        2026-11-12 confirmed XJ-2026-003 4 | star-order
        2026-11-12 adjusted XJ-2026-003 3 | star-order
        2026-11-12 adjusted XJ-2026-004 3 | star-order
        2026-11-12 displayed XJ-2026-004 4 | star-order
        2027-02-04 reviewed XJ-2026-001 3 | star-order
        2027-02-04 displayed XJ-2026-001 2 | star-order
        2027-02-04 confirmed XJ-2026-001 2 | star-order
        2026-11-12 reviewed XJ-2026-002 3 | star-order
        2026-11-12 adjusted XJ-2026-002 3 | star-order
        2026-11-12 reviewed XJ-2026-009 3 | star-unknown
        2026-11-12 declare XJ-2026-004 branch 9 3 2026 | star-number-used star-branch
        2026-11-12 declare XJ-2026-005 branch 1 3 2026 | star-twice
        2026-11-12 declare XJ-2026-005 branch 2 3 2026 | star-open
        2026-11-12 as secretary adjusted XJ-2026-001 3 | checkers-roles star-early
    """)
        == []
    )


def test_what_was_objected_to_waits_and_is_reviewed_and_displayed_again(ledger: StarLedger) -> None:
    assert ledger.run("2026-11-08 object YY-2026-0001 XJ-2026-004 | accepted") == []
    known = get_star_facts(ledger.facts, "XJ-2026-004")
    assert list_open_objections(ledger.facts, known) == ["YY-2026-0001"]
    assert tell(ledger, "2026-11-09 confirmed XJ-2026-004 4") == [
        (
            "评星申报 XJ-2026-004 的上报验星：现为2026-11-09 验星，公示到 2026-11-09，应为2026-11-09 以后。"
            "公示满规定的天数再上报验星。（star-display）"
        ),
        (
            "评星申报 XJ-2026-004 的上报验星：现为异议 YY-2026-0001 还没答复，应为没有等答复的异议。"
            "先答复异议；异议成立的，重新审核评星、重新公示。（star-objection）"
        ),
    ]
    assert (
        ledger.run("""
        2026-11-12 confirmed XJ-2026-004 4 | star-objection
        2026-11-12 reviewed XJ-2026-004 3 | accepted
        2026-11-12 confirmed XJ-2026-004 3 | star-order
        2026-11-12 displayed XJ-2026-004 3 | accepted
        2026-11-13 answer YY-2026-0001 | accepted
        2026-11-17 confirmed XJ-2026-004 3 | star-display
        2026-11-18 confirmed XJ-2026-004 3 | accepted
    """)
        == []
    )


def test_a_scheme_says_which_stars_there_are(ledger: StarLedger) -> None:
    assert ledger.run("2027-01-03 scheme branch | accepted") == []
    assert (
        ledger.run("""
        2027-01-04 declare XJ-2027-001 branch 1 3 2027 | star-rank
        2027-01-04 declare XJ-2027-001 branch 1 2 2027 | accepted
        2027-01-05 reviewed XJ-2027-001 3 | star-rank
        2027-01-05 reviewed XJ-2027-001 1 | accepted
        2027-01-05 declare XJ-2027-002 secretary 2 5 2027 | accepted
    """)
        == []
    )
    assert find_assessed_stars(ledger.facts, "branch", 1, "2027-01") is None


def test_a_review_gives_the_stars_of_the_years_newest_assessment() -> None:
    assessed = AssessmentLedger()
    assert assessed.try_body(build_branches(assessed, assessed.adopt("branch-stars")), "2026-12") == []
    found = {
        (branch, period): find_assessed_stars(assessed.facts, "branch", branch, period)
        for branch in (1, 2)
        for period in ("2026-11", "2026-12", "2027-12", "2028-01")
    }
    declared, reviewed = build_declared(assessed.drawer, stars=5), build_star_move(assessed.drawer, stars=4)

    assert {key: stars for key, stars in found.items() if stars is not None} == {
        (1, "2026-12"): 5,
        (1, "2027-12"): 5,
    }
    assessed.append(declared, "2027-01")
    assert assessed.tell(reviewed, "2027-01") == [
        (
            "评星申报 XJ-2026-001 的审核评星：现为四星，应为考评记录算出的五星。"
            "照考评的星级写；考评记错了的，先更正考评。（star-assessed）"
        )
    ]


def test_the_township_confirms_and_adjusts_and_nobody_passes_their_own(ledger: StarLedger) -> None:
    assert tell(ledger, "2026-11-10 as supervisor confirmed XJ-2026-004 4") == [
        ("审核人：现为supervisor，应为township。验星、调星请乡镇记账员审核通过。（checkers-roles）")
    ]
    assert tell(ledger, "2026-11-10 as secretary reviewed XJ-2026-003 4") == [
        (
            "评星申报 XJ-2026-003 的审核评星，审核人 u-bbbbbbbbbb：现为参评的书记本人、近亲属，或村书记，"
            "应为与参评的书记无关的人。支部书记的星，请监督委员或乡镇记账员来审核。（star-own）"
        )
    ]
    assert (
        ledger.run("""
        2027-01-04 as secretary declare XJ-2027-001 secretary 2 3 2027 | star-own
        2027-01-04 as secretary declare XJ-2027-001 branch 1 3 2027 | accepted
        2027-01-04 as township declare XJ-2027-002 secretary 2 3 2027 | accepted
    """)
        == []
    )


def test_faults_say_what_is_wrong_and_what_to_do(ledger: StarLedger) -> None:
    assert tell(ledger, "2026-11-12 displayed XJ-2026-003 4") == [
        (
            "评星申报 XJ-2026-003 的公示亮星：现为这一件已申报，等审核，应为审核评星。"
            "五步依次办：先登记前一步，通过审核以后再登记这一步。（star-order）"
        )
    ]
    assert tell(ledger, "2026-11-12 displayed XJ-2026-002 4") == [
        (
            "评星申报 XJ-2026-002 的公示亮星：现为这一件审核没有评上，应为没有下一步了，可以重新申报创星。"
            "五步依次办：先登记前一步，通过审核以后再登记这一步。（star-order）"
        )
    ]
    assert tell(ledger, "2026-11-12 reviewed XJ-2026-009 3") == [
        (
            "评星申报 XJ-2026-009 的审核评星：现为XJ-2026-009 没有登记，应为登记过的申报。"
            "核对编号；新的先登记申报并通过审核。（star-unknown）"
        )
    ]
    assert tell(ledger, "2026-11-01 reviewed XJ-2026-003 6") == [
        (
            "评星申报 XJ-2026-003 的审核评星：现为六星，应为没有星、一星、二星、三星、四星、五星之一。"
            "按评星办法的星级改正。（star-rank）"
        ),
        (
            "评星申报 XJ-2026-003 的审核评星：现为2026-11-01，应为2026-11-02 或以后。"
            "一步不能早于它的前一步；改正日期。（star-early）"
        ),
    ]
    assert tell(ledger, "2026-11-12 confirmed XJ-2026-004 5") == [
        (
            "评星申报 XJ-2026-004 的上报验星：现为五星，应为与前一步相同：四星。"
            "公示、验星不改星级；星级评错了的，重新审核评星。（star-differs）"
        )
    ]
    assert tell(ledger, "2027-02-04 adjusted XJ-2026-001 2") == [
        ("评星申报 XJ-2026-001 的动态调星：现为还是二星，应为升星或者降星。没有变的不用登记。（star-same）")
    ]
    assert tell(ledger, "2026-11-12 declare XJ-2026-001 branch 9 3 2026") == [
        (
            "评星申报 XJ-2026-001：现为第 4 条已用这个编号，应为没有用过的编号。"
            "同一次申报不用再登记；是另一次，就换一个编号。（star-number-used）"
        ),
        "评星申报 XJ-2026-001：现为支部 9，应为已登记的支部。先登记支部和党员。（star-branch）",
    ]
    assert tell(ledger, "2026-11-12 declare XJ-2026-005 branch 2 3 2026") == [
        (
            "评星申报 XJ-2026-005：现为支部 2 的党支部的 XJ-2026-004 正在公示，等验星，应为没有办着的申报。"
            "先把那一次办完；不评了的，审核评星写 0 星。（star-open）"
        )
    ]
    assert tell(ledger, "2027-02-04 declare XJ-2027-001 branch 1 3 2026") == [
        (
            "评星申报 XJ-2027-001：现为支部 1 的党支部 2026 年的星已由 XJ-2026-001 定了，应为一年一次。"
            "要改星级的，登记动态调星。（star-twice）"
        )
    ]


def test_another_kind_is_about_no_star(ledger: StarLedger) -> None:
    entry = ledger.envelop(build_description(ledger.texts), "2027-11-03")

    with pytest.raises(ValueError, match="about no star"):
        check_stars(ledger.facts, load_reference(), entry)
    with pytest.raises(TypeError, match="about no star"):
        fold_stars(ledger.facts, entry)
    step = ledger.envelop(build_star_move(ledger.texts, number="XJ-2026-009"), "2027-11-03")
    with pytest.raises(ValueError, match="no star XJ-2026-009"):
        fold_stars(ledger.facts, step)


def test_whose_star_an_entry_is_about_is_found_by_its_application(ledger: StarLedger) -> None:
    facts, texts = ledger.facts, ledger.texts

    assert find_star_subject(facts, build_declared(texts, "secretary")) == "secretary"
    assert find_star_subject(facts, build_star_move(texts, number="XJ-2026-001")) == "branch"
    assert find_star_subject(facts, build_star_move(texts, number="XJ-2026-009")) is None
