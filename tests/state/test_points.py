"""Points entries follow one another by the rules, and add up to what counting them from the start gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.points import PointsReversed, PointsRound, RulebookAdopted
from ledger.data import load_reference
from ledger.entries import Body
from ledger.errors import format_fault
from ledger.figures.points import collect_points
from ledger.log.commitments import make_disclosure
from ledger.state.awards import check_registered_privately, check_rounds_privately, list_scoring, open_round
from ledger.state.facts import EntryAt, get_fact, put_fact, read_body
from ledger.state.points import check_points, fold_points
from ledger.state.rulebooks import find_rulebook, list_rulebooks
from tests import reference_points
from tests.books.points_ledger import PointsLedger, change
from tests.builders import build_founding, build_resolution

RULES = [
    "A01 尊老爱幼 探望 2 次 cap 8",
    "B01 互助友爱 志愿服务 1 4小时 cap 10",
    "B10 互助友爱 应征入伍 10 次 cap 10 sensitive",
    "C10 环境整治 乱堆乱放 -2 次 cap 6",
]
START = f"""
2026-01 rulebook 1 | {" | ".join(RULES)} | accepted
2026-01 households | 1 h1 h2 | 2 h3 h4 h5 | accepted
2026-01 agreements 1 | h1 scoring display | h2 scoring display naming | h3 scoring | h4 scoring | accepted
"""


@pytest.fixture
def ledger() -> PointsLedger:
    return start()


def start() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    return ledger


def tell(ledger: PointsLedger, body: Body, period: str = "2026-10") -> list[str]:
    return [format_fault(fault) for fault in ledger.check(body, period)]


def test_a_year_of_rounds_and_reversals_is_accepted(ledger: PointsLedger) -> None:
    story = """
    2026-09 round | h1 B01 4 | h2 A01 1 | accepted
    2026-10 round | h1 A01 3 | h2 B10 1 | h3 C10 2 | accepted
    2026-10 back 2026-09 h1 B01 | 登记重复 | accepted
    2026-10 back 2026-10 h1 A01 | 记错了人 | accepted
    2026-11 back 2026-10 h3 C10 | 施工占用 | accepted
    2026-11 round | accepted
    2026-02 households | 3 h6 | accepted
    2026-02 agreements 1 | h6 scoring | accepted
    """

    assert ledger.run(story) == []


def test_rulebooks_count_up_and_never_begin_earlier(ledger: PointsLedger) -> None:
    second = ledger.build_rulebook(2, RULES)
    ledger.append(second, "2026-06")

    assert tell(ledger, change(second, version=2), "2026-06") == [
        "积分细则的版本：现为第 2 版，应为第 3 版。版本从 1 起，每次加 1。（rulebook-version）"
    ]
    assert tell(ledger, change(second, version=3), "2026-05") == [
        "积分细则的起用月份：现为2026-05，应为2026-06 或更晚。新细则不能早于上一版起用。（rulebook-period）"
    ]
    assert tell(PointsLedger(), second, "2026-01") == [
        "积分细则的版本：现为第 2 版，应为第 1 版。版本从 1 起，每次加 1。（rulebook-version）"
    ]


def test_agreements_are_to_the_newest_rulebook(ledger: PointsLedger) -> None:
    agreed = ledger.build_agreements(2, {"h5": ["scoring"]})

    assert tell(ledger, agreed) == [
        "积分契约的细则版本：现为第 2 版，应为第 1 版。按现行积分细则重新签约。（agreements-version）"
    ]
    assert tell(PointsLedger(), agreed) == [
        "积分契约的细则版本：现为第 2 版，应为先有积分细则。按现行积分细则重新签约。（agreements-version）"
    ]


def test_no_more_households_agree_than_there_are(ledger: PointsLedger) -> None:
    assert tell(ledger, ledger.build_agreements(1, {"h5": ["scoring"], "h6": ["scoring"]})) == [
        (
            "积分契约：现为累计 6 户同意积分，应为不超过登记的 5 户。"
            "先登记农户；已签约的农户不重复签。（agreements-total）"
        )
    ]
    empty = PointsLedger()
    empty.append(empty.build_rulebook(1, RULES), "2026-01")
    assert [
        fault.code for fault in empty.check(empty.build_agreements(1, {"h1": ["scoring"]}), "2026-01")
    ] == ["agreements-total"]


def test_a_round_is_held_under_the_rulebook_of_its_month(ledger: PointsLedger) -> None:
    right = ledger.build_round([("h1", "A01", 1)])
    ledger.append(ledger.build_rulebook(2, RULES[1:]), "2026-10")

    assert tell(ledger, right, "2026-09") == []
    assert tell(ledger, right, "2026-10") == [
        "2026-10 积分评议的细则版本：现为第 1 版，应为第 2 版。按当月起用的积分细则评议。（round-version）"
    ]
    assert tell(PointsLedger(), right) == [
        (
            "2026-10 积分评议的细则版本：现为第 1 版，应为先有当月起用的积分细则。"
            "按当月起用的积分细则评议。（round-version）"
        )
    ]
    with pytest.raises(AssertionError):
        ledger.build_reversal("2026-09", "h1", "A01")


def test_consent_to_an_old_rulebook_is_none_to_a_new_one(ledger: PointsLedger) -> None:
    ledger.append(ledger.build_rulebook(2, RULES), "2026-10")

    assert tell(ledger, ledger.build_round([("h1", "A01", 1)], version=2)) == [
        (
            "2026-10 积分评议的户数：现为1 户，应为不超过同意按第 2 版积分的 0 户。"
            "没有签约的农户不评分；先签积分契约。（round-consent）"
        )
    ]
    assert (
        ledger.run("2026-10 agreements 2 | h1 scoring | accepted\n2026-10 round 2 | h1 A01 1 | accepted")
        == []
    )


def test_a_rulebook_adopted_after_the_months_round_leaves_it_alone(ledger: PointsLedger) -> None:
    ledger.append(ledger.build_round([("h1", "A01", 1)], parts=2, households=2), "2026-10")
    second = ledger.build_round([("h2", "B01", 1)], part=2, parts=2, households=2)
    ledger.append(ledger.build_rulebook(2, RULES[1:]), "2026-10")

    assert tell(ledger, second) == []
    assert [find.version for find in (find_rulebook(ledger.facts, "2026-10"),) if find] == [1]
    assert [find.version for find in (find_rulebook(ledger.facts, "2026-11"),) if find] == [2]
    assert [book.version for book in list_rulebooks(ledger.facts)] == [2, 1]


def test_a_rounds_faults_in_itself_are_told_too(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "A01", 1)])

    assert tell(ledger, change(body, lines=(change(body.lines[0], points=3),))) == [
        "积分明示行第 1 行：现为3 分，应为2 分 × 1 = 2 分。分值等于条目的分值乘以数量。（line-points）"
    ]


def test_parts_come_in_order_and_agree(ledger: PointsLedger) -> None:
    first = ledger.build_round([("h1", "A01", 1)], parts=2, households=2)
    second = ledger.build_round([("h2", "A01", 1), ("h2", "C10", 1)], part=2, parts=2, households=2)

    assert tell(ledger, second) == [
        "2026-10 积分评议：现为第 2 部分，应为第 1 部分。各部分从 1 起依次通过。（round-next-part）"
    ]
    assert ledger.try_body(first, "2026-10") == []
    assert tell(ledger, first) == [
        "2026-10 积分评议：现为第 1 部分，应为第 2 部分。各部分从 1 起依次通过。（round-next-part）"
    ]
    for changes in ({"parts": 3}, {"households": 1}, {"version": 2}):
        wrong = change(second, **changes)
        assert tell(ledger, wrong) == [
            (
                f"2026-10 积分评议第 2 部分：现为共 {wrong.parts} 部分、{wrong.households} 户、"
                f"细则第 {wrong.version} 版，"
                "应为与第 1 部分相同：共 2 部分、2 户、细则第 1 版。整个评议重新生成后再提交。（round-differs）"
            )
        ]
    assert ledger.try_body(second, "2026-10") == []
    assert tell(ledger, first) == [
        (
            "2026-10 积分评议：现为已有全部 2 部分，应为一个月评议一次。"
            "记错的用冲销更正，漏记的下月补记。（round-twice）"
        )
    ]


def test_a_digest_stands_in_one_part_only(ledger: PointsLedger) -> None:
    first = ledger.build_round([("h1", "A01", 1), ("h1", "C10", 1)], parts=2, households=1)
    ledger.append(first, "2026-10")

    assert tell(ledger, change(first, part=2)) == [
        (
            "2026-10 积分评议第 2 部分：现为有前面部分用过的摘要，应为每个摘要只用一次。"
            "同一行只记在一个部分里。（round-repeats）"
        )
    ]


@pytest.mark.parametrize(
    ("lines", "households", "expected"),
    [
        ([("h1", "A01", 1)], 0, "1–1 户（共 1 行）"),
        ([("h1", "A01", 1), ("h1", "C10", 1)], 3, "1–2 户（共 2 行）"),
        ([], 1, "0–0 户（共 0 行）"),
    ],
)
def test_the_households_of_a_round_fit_its_lines(
    ledger: PointsLedger, lines: list[tuple[str, str, int]], households: int, expected: str
) -> None:
    assert tell(ledger, ledger.build_round(lines, households=households)) == [
        (
            f"2026-10 积分评议的户数：现为{households} 户，应为{expected}。"
            "重新清点有积分记录的户数。（round-households）"
        )
    ]


@pytest.fixture
def scored(ledger: PointsLedger) -> PointsLedger:
    assert ledger.run("2026-10 round | h1 A01 3 | h2 B10 1 | h3 C10 2 | accepted") == []
    return ledger


def test_a_reversal_names_an_earlier_line(scored: PointsLedger) -> None:
    body = scored.build_reversal("2026-10", "h1", "A01")
    unknown = (
        "现为那一条不是更早的积分评议，或没有这一行，应为更早的积分评议里的一行。"
        "核对原来那条积分的月份、户号和规则。（reversal-unknown）"
    )

    for index in (1, 2, len(scored.entries), len(scored.entries) + 7):
        assert tell(scored, change(body, reverses=index), "2026-11") == [
            f"冲销第 {index} 条的一行：{unknown}"
        ]
    assert tell(scored, change(body, line="A" * 43), "2026-11") == [
        f"冲销第 {body.reverses} 条的一行：{unknown}"
    ]


def test_an_entry_that_is_missing_cannot_be_reversed(scored: PointsLedger) -> None:
    body = scored.build_reversal("2026-10", "h1", "A01")
    entry = scored.append(change(body), "2026-11")
    late = change(entry, index=99, body=change(body, reverses=50))

    assert [fault.code for fault in check_points(scored.facts, load_reference(), late)] == [
        "reversal-unknown"
    ]


def test_a_line_is_taken_back_once(scored: PointsLedger) -> None:
    body = scored.build_reversal("2026-10", "h1", "A01")
    assert scored.try_body(body, "2026-11") == []

    assert tell(scored, body, "2026-11") == [
        f"冲销第 {body.reverses} 条的一行：现为已经冲销过，应为每行只冲销一次。不用再冲销。（reversal-taken）"
    ]


def test_a_reversal_is_exact_and_not_before_its_line(scored: PointsLedger) -> None:
    plain = scored.build_reversal("2026-10", "h1", "A01")
    sealed = scored.build_reversal("2026-10", "h3", "C10")
    place = f"冲销第 {plain.reverses} 条的一行"

    assert tell(scored, plain, "2026-09") == [
        f"{place}：现为2026-09，应为2026-10 或更晚。冲销记入原月份之后的月份。（reversal-period）"
    ]
    assert tell(scored, change(plain, points=-5, rule="B01"), "2026-10") == [
        f"{place}：现为B01，应为A01。写原来那一行的规则。（reversal-rule）",
        f"{place}：现为-5 分，应为-6 分。冲销的分值与原行正好相反。（reversal-points）",
    ]
    assert tell(scored, change(plain, rule="")) == [
        f"{place}：现为空，应为A01。写原来那一行的规则。（reversal-rule）"
    ]
    assert tell(scored, change(sealed, rule="C10", points=0)) == [
        f"{place}：现为C10，应为空（密封行）。写原来那一行的规则。（reversal-rule）",
        f"{place}：现为0 分，应为原行分值的相反数，不为 0。冲销的分值与原行正好相反。（reversal-points）",
    ]


def test_other_kinds_are_no_points(ledger: PointsLedger) -> None:
    founding = ledger.entries[0]

    with pytest.raises(ValueError, match="no points kind"):
        check_points(ledger.facts, load_reference(), founding)
    with pytest.raises(ValueError, match="no points kind"):
        fold_points(ledger.facts, founding)
    with pytest.raises(ValueError, match="RulebookAdopted"):
        read_body(ledger.facts, 0, RulebookAdopted)
    with pytest.raises(ValueError, match="no round"):
        open_round(founding, ledger.vault.get)
    assert founding.body == build_founding()


def test_folding_a_reversal_of_nothing_is_our_own_mistake(scored: PointsLedger) -> None:
    entry = scored.append(scored.build_reversal("2026-10", "h1", "A01"), "2026-11")

    with pytest.raises(ValueError, match="has no line"):
        fold_points(scored.facts, change(entry, body=change(entry.body, line="A" * 43)))


HOUSEHOLDS = ["h1", "h2", "h3", "h4"]
CODES = {"A01": (2, False), "B01": (1, False), "B10": (10, True), "C10": (-2, True)}
CAPS = {"A01": 4, "B01": 10, "B10": 1, "C10": 3}
LINES = st.lists(
    st.tuples(st.sampled_from(HOUSEHOLDS), st.sampled_from(sorted(CODES)), st.integers(1, 10)).filter(
        lambda line: line[2] <= CAPS[line[1]]
    ),
    max_size=6,
    unique_by=lambda line: line[:2],
)
MONTHS = ["2026-08", "2026-09", "2026-10"]


@settings(max_examples=40)
@given(rounds=st.lists(LINES, min_size=3, max_size=3), data=st.data())
def test_a_sheet_agrees_with_counting_every_line(rounds: list[list[tuple[str, str, int]]], data: Any) -> None:
    ledger = start()
    awards = [(month, *line) for month, lines in zip(MONTHS, rounds, strict=True) for line in lines]
    for month, lines in zip(MONTHS, rounds, strict=True):
        assert ledger.try_body(ledger.build_round(lines), month) == []
    taken = data.draw(st.lists(st.sampled_from(awards), unique=True)) if awards else []
    reversals = []
    for award in taken:
        month = data.draw(st.sampled_from([month for month in MONTHS if month >= award[0]]))
        assert ledger.try_body(ledger.build_reversal(*award[:3]), month) == []
        reversals.append((month, award))

    for month in MONTHS:
        figures = collect_points(
            ledger.facts, load_reference(), ledger.texts.get, ledger.head("points", month)
        )
        rules = {rule.code: rule for group in figures.groups for rule in group.rules}
        for code in CODES:
            counted = reference_points.rule_month(awards, reversals, CODES, month, code)
            shown = rules.get(code)
            assert ((shown.awards, shown.quantity, shown.points) if shown else (0, 0, 0)) == counted
        assert (figures.sealed_awards, figures.sealed_points) == reference_points.sealed_month(
            awards, reversals, CODES, month
        )
        assert figures.scored == reference_points.scored(awards, month)
        assert len(figures.corrections) == reference_points.touching(reversals, month)
        assert figures.awarded_points == sum(group.points for group in figures.groups)
        assert check_rounds_privately(ledger.facts, month, ledger.vault.get) == []


def tell_privately(ledger: PointsLedger, period: str = "2026-10") -> list[str]:
    return [format_fault(fault) for fault in check_rounds_privately(ledger.facts, period, ledger.vault.get)]


def test_the_vault_opens_a_round(scored: PointsLedger) -> None:
    awards = open_round(scored.entries[-1], scored.vault.get)

    assert [(item.household, item.rule, item.points, item.quantity, item.sealed) for item in awards[:1]] == [
        ("h1", "A01", 6, 3, False)
    ]
    assert sorted((item.household, item.rule, item.points) for item in awards[1:]) == [
        ("h2", "B10", 10),
        ("h3", "C10", -4),
    ]
    assert tell_privately(scored) == []


def test_months_without_a_round_have_nothing_private(ledger: PointsLedger) -> None:
    assert tell_privately(ledger) == []
    assert tell_privately(PointsLedger()) == []


def test_a_household_that_left_takes_nothing_from_the_totals(scored: PointsLedger) -> None:
    scored.run("2026-11 back 2026-10 h3 C10 | 施工占用 | accepted")

    for gone in ("h1", "h3"):
        scored.erase(gone)

        assert tell_privately(scored) == []
        assert tell_privately(scored, "2026-11") == []
        assert check_registered_privately(scored.facts, scored.vault.get) == []
    assert [award.household for award in open_round(scored.entries[5], scored.vault.get)] == ["h2"]


def test_caps_and_consents_are_judged_with_the_vault(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "B01", 6), ("h1", "B01", 5), ("h5", "A01", 1)])
    assert ledger.try_body(body, "2026-10") == []

    assert sorted(
        fault.code for fault in check_rounds_privately(ledger.facts, "2026-10", ledger.vault.get)
    ) == [
        "award-cap",
        "award-consent",
    ]


def test_an_agreement_counts_from_its_own_day_on(ledger: PointsLedger) -> None:
    ledger.append(ledger.build_round([("h5", "A01", 1)]), "2026-10")
    ledger.append(ledger.build_agreements(1, {"h5": ["scoring"]}), "2026-10")

    assert [fault.code for fault in check_rounds_privately(ledger.facts, "2026-10", ledger.vault.get)] == [
        "award-consent"
    ]
    assert "h5" in list_scoring(ledger.facts, 1, len(ledger.entries), ledger.vault.get)


def test_sums_and_counts_are_compared_with_the_vault(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "A01", 1), ("h2", "C10", 1), ("h3", "C10", 1)])
    ledger.append(change(body, sealed_points=-5, households=2), "2026-10")

    assert tell_privately(ledger) == [
        "2026-10 积分密封行合计（第 5 条）：现为-5 分，应为-4 分。按隐私库重新合计密封行。（private-sum）",
        "2026-10 积分评议的户数：现为2 户，应为3 户。重新清点有积分记录的户数。（private-households）",
    ]
    ledger.erase("h1")
    assert tell_privately(ledger)[1:] == []
    ledger.erase("h2")
    ledger.erase("h3")
    assert tell_privately(ledger) == []


def test_more_households_than_lines_can_hold_are_found_after_erasing(ledger: PointsLedger) -> None:
    body = ledger.build_round([("h1", "A01", 1), ("h2", "A01", 1)])
    ledger.append(change(body, households=3), "2026-10")
    ledger.erase("h1")

    assert tell_privately(ledger) == [
        "2026-10 积分评议的户数：现为3 户，应为1–2 户。重新清点有积分记录的户数。（private-households）"
    ]


def test_before_the_last_part_households_are_not_counted(ledger: PointsLedger) -> None:
    ledger.append(ledger.build_round([("h1", "A01", 1)], parts=2, households=2), "2026-10")

    assert tell_privately(ledger) == []


def test_a_sealed_reversal_gives_back_what_the_line_was_worth(scored: PointsLedger) -> None:
    body = scored.build_reversal("2026-10", "h3", "C10")
    scored.append(change(body, points=6), "2026-11")

    assert tell_privately(scored, "2026-11") == [
        "第 6 条冲销：现为6 分，应为4 分。冲销的分值与原行正好相反。（reversal-sealed-points）"
    ]
    assert tell_privately(scored, "2026-10") == []


def swap(ledger: PointsLedger, digest: str, value: Any = "别的内容") -> None:
    ledger.vault[digest] = make_disclosure(bytes(32), "subject", value)


def test_a_vault_that_gives_something_else_is_reported(scored: PointsLedger) -> None:
    body = scored.entries[-1].body
    assert isinstance(body, PointsRound)
    swap(scored, body.lines[0].subject.sealed)
    line = scored.build_reversal("2026-10", "h3", "C10")
    scored.append(line, "2026-11")
    swap(scored, line.line)

    october, november = tell_privately(scored), tell_privately(scored, "2026-11")

    assert [text.split("：")[0] for text in october] == [
        "2026-10 积分明示行第 1 行（第 5 条）",
        next(
            f"2026-10 积分密封行第 {number} 行（第 5 条）"
            for number, sealed in enumerate(body.sealed_lines, 1)
            if sealed.sealed == line.line
        ),
    ]
    assert all(
        text.endswith("隐私库被改动或损坏，请运维员核查。（private-unproven）") for text in october + november
    )
    assert [text.split("：")[0] for text in november] == ["第 6 条冲销"]


def test_registrations_and_agreements_are_counted_in_the_vault(ledger: PointsLedger) -> None:
    households = ledger.build_households({3: ["h6"], 4: ["h7"]})
    groups = tuple(change(group, households=2 if group.group == 3 else 0) for group in households.groups)
    ledger.append(change(households, groups=groups), "2026-02")
    ledger.append(change(ledger.build_agreements(1, {"h6": ["scoring"]}), scoring=0), "2026-02")

    def found() -> list[str]:
        return [format_fault(fault) for fault in check_registered_privately(ledger.facts, ledger.vault.get)]

    assert found() == [
        "第 5 条的第 3 组户数：现为2 户，应为1 户。按隐私库重新清点。（private-count）",
        "第 5 条的第 4 组户数：现为0 户，应为1 户。按隐私库重新清点。（private-count）",
        "第 6 条的同意积分户数：现为0 户，应为1 户。按隐私库重新清点。（private-count）",
    ]
    ledger.erase("h6")
    assert found() == [
        "第 5 条的第 3 组户数：现为2 户，应为0–1 户。按隐私库重新清点。（private-count）",
        "第 5 条的第 4 组户数：现为0 户，应为1–2 户。按隐私库重新清点。（private-count）",
    ]


def test_agreements_that_do_not_open_are_reported_once(scored: PointsLedger) -> None:
    agreements = scored.entries[4].body
    swap(scored, agreements.agreements[0].sealed)  # Entry 4 holds agreements.

    assert [text.split("：")[0] for text in tell_privately(scored)] == ["2026-10 的积分契约"]
    assert [fault.place for fault in check_registered_privately(scored.facts, scored.vault.get)] == [
        "第 4 条"
    ]


def test_only_registrations_count_as_registered(ledger: PointsLedger) -> None:
    put_fact(ledger.facts, "registered/000000000000", EntryAt(index=0))

    with pytest.raises(ValueError, match="registers nobody"):
        check_registered_privately(ledger.facts, ledger.vault.get)


def test_a_reversal_is_noted_in_both_months(scored: PointsLedger) -> None:
    body = scored.build_reversal("2026-10", "h1", "A01")
    entry = scored.append(body, "2026-11")
    assert isinstance(entry.body, PointsReversed)

    for period in ("2026-10", "2026-11"):
        key = f"points-correction/{period}/{entry.index:012d}"
        assert get_fact(scored.facts, key, EntryAt) == EntryAt(index=entry.index)


def test_a_rulebook_may_name_the_resolution_that_adopted_it(ledger: PointsLedger) -> None:
    before = change(ledger.build_rulebook(2, RULES), resolution_number="JY-2026-001")
    unknown = "积分细则的决议：现为决议 JY-2026-001 没有登记，应为登记过的决议。"

    assert tell(ledger, before) == [unknown + "核对编号；先登记这份决议并通过审核。（resolution-unknown）"]
    ledger.append(build_resolution(ledger.drawer, amount_fen=0, valid_until=""), "2026-10")
    assert tell(ledger, before) == []
    later, retroactive = tell(ledger, before, "2026-09")
    assert later.endswith("先有决议，后办事；核对日期和决议编号。（resolution-later）")
    assert retroactive == (
        "积分细则的起用月份：现为2026-09，应为2026-10 或更晚。"
        "先通过，后起用；以前的月份按以前的细则评。（rulebook-retroactive）"
    )


def test_only_the_villagers_adopt_a_rulebook(ledger: PointsLedger) -> None:
    (step,) = build_resolution(ledger.drawer).steps
    two = build_resolution(
        ledger.drawer,
        amount_fen=0,
        number="JY-2026-002",
        procedure="committees",
        steps=(change(step, meeting="committees"),),
        valid_until="",
    )
    ledger.append(two, "2026-10")
    book = change(ledger.build_rulebook(2, RULES), resolution_number="JY-2026-002")
    told = (
        "积分细则的决议：现为决议 JY-2026-002 是村两委会议定的，应为村民会议或村民代表会议定的。"
        "按四议两公开，由村民会议或村民代表会议通过，登记了再写编号。（rulebook-resolution）"
    )

    assert tell(ledger, book) == [told]
