"""Annexes in a log: one a month beside its first sheet, in parts, and held against the vault."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.annexes import Band, PointsAnnexed
from ledger.books.sheets import SheetSealed
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.log.commitments import make_disclosure
from ledger.state.annexes import (
    check_annex_privately,
    check_annexes,
    find_annex,
    fold_annex,
    list_annexed,
    list_displayed,
)
from ledger.state.awards import list_added
from tests.books.points_ledger import PointsLedger, change

H = [f"h{at}" for at in range(10)]
RULES = "A01 尊老爱幼 探望 2 次 cap 40 | C10 环境整治 乱堆乱放 -2 次 cap 6"
ROUND = " | ".join(f"{one} A01 {at + 1}" for at, one in enumerate(H[:9]))
DIGEST = "0" * 64


class AnnexLedger(PointsLedger):
    """Ten households, of whom four agreed to be displayed; nine have additions in October, one a deduction."""

    def __init__(self) -> None:
        super().__init__()
        consents = " | ".join(f"{one} scoring{' display' if at < 4 else ''}" for at, one in enumerate(H))
        assert (
            self.run(f"""
            2026-10 rulebook 1 | {RULES} | accepted
            2026-10 households | 1 {" ".join(H)} | accepted
            2026-10 agreements 1 | {consents} | accepted
            2026-10 round | {ROUND} | h9 C10 1 | accepted
            """)
            == []
        )

    def seal_sheet(self, number: int = 1) -> None:
        last = f"2026-10-P-{number - 1}" if number > 1 else ""
        self.append(
            SheetSealed(
                figures=DIGEST,
                follows=last,
                number=f"2026-10-P-{number}",
                pdf=DIGEST,
                replaces=last,
                sheet="points",
                size=len(self.entries),
                toolchain=DIGEST,
            ),
            "2026-10",
        )

    def build_annex(self, points: dict[str, int] | None = None, **changes: Any) -> PointsAnnexed:
        points = points if points is not None else {one: 2 * (at + 1) for at, one in enumerate(H[:4])}
        sealed = [self._seal(household=one, number=one[1:], points=count) for one, count in points.items()]
        fields: dict[str, Any] = {
            "bands": (Band(households=10, least=0),),
            "households": 10,
            "lines": tuple(sorted(sealed, key=lambda line: line.sealed)),
            "part": 1,
            "parts": 1,
            "sheet": "2026-10-P-1",
            "size": len(self.entries),
        }
        return PointsAnnexed(**(fields | changes))

    def tell(self, body: PointsAnnexed) -> list[str]:
        return [format_fault(fault) for fault in self.check(body, "2026-10")]

    def judge(self) -> list[str]:
        return [format_fault(fault) for fault in check_annex_privately(self.facts, "2026-10", self.vault.get)]


@pytest.fixture
def ledger() -> AnnexLedger:
    ledger = AnnexLedger()
    ledger.seal_sheet()
    return ledger


def test_an_annex_says_what_the_round_says(ledger: AnnexLedger) -> None:
    assert find_annex(ledger.facts, "2026-10") is None
    assert ledger.judge() == []
    assert ledger.try_body(ledger.build_annex(), "2026-10") == []

    annex = find_annex(ledger.facts, "2026-10")
    assert annex is not None
    assert (len(annex.lines), annex.entries) == (4, (len(ledger.entries) - 1,))
    assert list_annexed(ledger.facts) == ["2026-10"]
    assert ledger.judge() == []


def test_there_is_one_annex_a_month_beside_the_sealed_sheet(ledger: AnnexLedger) -> None:
    assert AnnexLedger().tell(AnnexLedger().build_annex()) == [
        (
            "2026-10 积分附页的公开表：现为2026-10-P-1，应为已封存的公开表。"
            "先封存当月的村民积分公开表，再封存它的附页。（annex-sheet）"
        )
    ]
    assert ledger.tell(ledger.build_annex(sheet="2026-10-P-2")) == [
        (
            "2026-10 积分附页的公开表：现为2026-10-P-2，应为2026-10-P-1。先封存当月的村民积分公开表，"
            "再封存它的附页。（annex-sheet）"
        )
    ]
    assert ledger.tell(ledger.build_annex(size=len(ledger.entries) + 1)) == [
        "公开表 2026-10-P-1 附页：现为由前 8 条算出，应为不超过前 7 条。由程序重新生成附页。（annex-size）"
    ]
    ledger.append(ledger.build_annex(), "2026-10")
    twice = (
        "公开表 2026-10-P-1 附页：现为这个月已有附页，应为一个月一张。"
        "更正不另出附页：两张一比就看出是谁家。（annex-twice）"
    )
    assert ledger.tell(ledger.build_annex()) == [twice]
    ledger.seal_sheet(2)
    assert ledger.tell(ledger.build_annex(sheet="2026-10-P-2")) == [twice.replace("P-1", "P-2")]


def test_parts_follow_one_another_and_say_the_same(ledger: AnnexLedger) -> None:
    whole = ledger.build_annex(parts=2)
    first, second = change(whole, lines=whole.lines[:2]), change(whole, lines=whole.lines[2:], part=2)

    assert ledger.tell(second) == [
        "公开表 2026-10-P-1 附页：现为第 2 部分，应为第 1 部分。各部分从 1 起依次记。（annex-next-part）"
    ]
    assert ledger.try_body(first, "2026-10") == []
    assert find_annex(ledger.facts, "2026-10") is None
    assert ledger.tell(change(second, households=9)) == [
        (
            "公开表 2026-10-P-1 附页第 2 部分：现为分档、户数、公开表或记录总数与第 1 部分不同，"
            "应为与第 1 部分相同。整个附页重新生成。（annex-differs）"
        )
    ]
    assert ledger.tell(change(second, lines=whole.lines[1:3])) == [
        "公开表 2026-10-P-1 附页：现为有前面部分用过的摘要，应为每个摘要只用一次。整个附页重新生成。（annex-repeats）"
    ]
    assert ledger.try_body(second, "2026-10") == []
    assert ledger.judge() == []


def test_no_more_stand_there_than_agreed_and_few_are_never_left(ledger: AnnexLedger) -> None:
    six = dict.fromkeys(H[:6], 2)
    assert ledger.tell(ledger.build_annex(six)) == [
        "公开表 2026-10-P-1 附页：现为6 户列出，应为不超过 4 户。没有同意的不算也不列。（annex-agreed）",
        (
            "公开表 2026-10-P-1 附页：现为10 户中有 6 户列出，应为没列出的一户没有，"
            "或不少于 5 户。剩下的太少，同公开的合计一减就看出是谁家；由程序重新生成附页。"
            "（annex-apart）"
        ),
    ]
    many = ledger.build_annex(bands=(), households=11)
    assert ledger.tell(many) == [
        "公开表 2026-10-P-1 附页：现为11 户参加积分，应为不超过 10 户。没有同意的不算也不列。（annex-agreed）"
    ]


def test_the_vault_shows_wrong_points_bands_and_who_did_not_agree(ledger: AnnexLedger) -> None:
    lines = {"h0": 4, "h1": 4, "h2": 6, "h8": 18}
    ledger.append(
        ledger.build_annex(lines, bands=(Band(households=5, least=0), Band(households=5, least=1))), "2026-10"
    )

    assert sorted(ledger.judge()) == [
        (
            "公开表 2026-10-P-1 附页（第 7 条） 0 分起的一档：现为5 户，应为1 户。"
            "以账本里的积分评议为准；向村务监督委员会提出。（annex-band）"
        ),
        (
            "公开表 2026-10-P-1 附页（第 7 条） 1 分起的一档：现为5 户，应为9 户。"
            "以账本里的积分评议为准；向村务监督委员会提出。（annex-band）"
        ),
        (
            "公开表 2026-10-P-1 附页（第 7 条） h0：现为4 分，应为2 分。以账本里的积分评议为准；"
            "向村务监督委员会提出。（annex-points）"
        ),
        (
            "公开表 2026-10-P-1 附页（第 7 条） h8：现为没有同意公示，应为同意公示的户，"
            "一户一行。没有同意的不列；向村务监督委员会提出。（annex-consent）"
        ),
    ]


def test_more_or_fewer_households_than_agreed_are_told(ledger: AnnexLedger) -> None:
    ledger.append(ledger.build_annex(bands=(), households=9), "2026-10")
    assert ledger.judge() == [
        (
            "公开表 2026-10-P-1 附页（第 7 条）：现为9 户参加积分，应为不少于 10 户。"
            "以积分契约为准；向村务监督委员会提出。（annex-households）"
        )
    ]


def test_a_household_twice_is_told(ledger: AnnexLedger) -> None:
    once = ledger.build_annex({"h0": 2})
    twice = ledger.build_annex(
        {"h0": 2},
        lines=tuple(
            sorted((*once.lines, *ledger.build_annex({"h0": 2}).lines), key=lambda line: line.sealed)
        ),
    )
    ledger.append(twice, "2026-10")
    assert ledger.judge() == 2 * [
        (
            "公开表 2026-10-P-1 附页（第 7 条） h0：现为列了两次，应为同意公示的户，"
            "一户一行。没有同意的不列；向村务监督委员会提出。（annex-consent）"
        )
    ]


def test_who_leaves_takes_the_line_along_and_the_annex_stays_right(ledger: AnnexLedger) -> None:
    ledger.append(
        ledger.build_annex(bands=(Band(households=5, least=0), Band(households=5, least=9))), "2026-10"
    )
    ledger.erase("h1")
    ledger.erase("h7")

    assert ledger.judge() == []
    assert list_added(ledger.facts, "2026-10", len(ledger.entries), ledger.vault.get)[1]


def test_what_is_taken_back_later_makes_no_fault_of_what_was_right(ledger: AnnexLedger) -> None:
    ledger.append(ledger.build_annex(), "2026-10")
    assert ledger.run("2026-11 back 2026-10 h0 A01 | 记错 | accepted") == []
    assert ledger.judge() == []


def test_what_was_taken_back_before_is_not_added() -> None:
    ledger = AnnexLedger()
    assert ledger.run("2026-10 back 2026-10 h0 A01 | 记错 | accepted") == []
    ledger.seal_sheet()
    ledger.append(ledger.build_annex(), "2026-10")
    assert ledger.judge() == [
        (
            "公开表 2026-10-P-1 附页（第 8 条） h0：现为2 分，应为0 分。以账本里的积分评议为准；"
            "向村务监督委员会提出。（annex-points）"
        )
    ]


def test_a_vault_that_was_changed_is_told(ledger: AnnexLedger) -> None:
    body = ledger.build_annex()
    ledger.append(body, "2026-10")
    changed = {body.lines[0].sealed: make_disclosure(bytes(32), "line", {"household": "h1"})}
    codes = [
        fault.code
        for fault in check_annex_privately(ledger.facts, "2026-10", {**ledger.vault, **changed}.get)
    ]
    assert codes == ["private-unproven"]
    wrong = dict.fromkeys(ledger.vault, next(iter(ledger.vault.values())))
    assert "private-unproven" in [
        fault.code for fault in check_annex_privately(ledger.facts, "2026-10", wrong.get)
    ]


def test_a_later_agreement_without_display_takes_a_household_out(ledger: AnnexLedger) -> None:
    def list_() -> frozenset[str]:
        return list_displayed(ledger.facts, "2026-10", len(ledger.entries), ledger.vault.get)

    assert list_() == set(H[:4])
    assert (
        ledger.run(f"""
        2026-11 rulebook 2 | {RULES} | accepted
        2026-11 agreements 2 | h0 scoring | h1 scoring display | h5 scoring display | accepted
        """)
        == []
    )
    assert list_() == {"h1", "h2", "h3"}
    assert list_displayed(PointsLedger().facts, "2026-10", 2, ledger.vault.get) == frozenset()


def test_another_kind_is_no_annex(ledger: AnnexLedger) -> None:
    with pytest.raises(ValueError, match="no annex"):
        fold_annex(ledger.facts, ledger.entries[0])
    with pytest.raises(ValueError, match="no annex"):
        check_annexes(ledger.facts, load_reference(), ledger.entries[0])
