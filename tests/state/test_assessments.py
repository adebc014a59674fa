"""Rounds of assessment under every scheme that ships, computed again from marks, ballots and counts."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from ledger.books.assessments import AssessedCard, AssessmentRound, UnitCounts
from ledger.books.cases import Step
from ledger.books.scores import BallotRow, BranchRegistered, OtherSubject, SchemeAdopted
from ledger.data import load_reference
from ledger.data.templates import load_scheme
from ledger.entries import Actor, Body, Entry
from ledger.errors import format_fault
from ledger.log.commitments import make_disclosure
from ledger.service.drafts import Discloser as DeskDiscloser
from ledger.service.schemes import build_scheme
from ledger.state.assessed import check_assessments_privately, open_assessment
from ledger.state.assessments import (
    check_assessments,
    find_assessment,
    find_passing,
    fold_assessment,
    list_assessed_periods,
    score_plain,
)
from ledger.state.facts import EntryAt, get_fact
from ledger.state.private import AssessedPerson, open_private
from tests.assessments import (
    build_assessment,
    build_cast,
    build_of_organisations,
    build_of_persons,
    get_digest,
)
from tests.ballots import build_ballot
from tests.books.case_ledger import build_moved, build_opened
from tests.books.points_ledger import change
from tests.builders import CHECKER
from tests.fakes.clock import SeededEntropy
from tests.state.test_grids import GridLedger

VILLAGE = """
2026-10 grids | WG-0001 second - 0 东片 例大河=worker 样大山=head | accepted
2026-10 grids | WG-0002 micro WG-0001 40 东头 例小河=worker | accepted
2026-10 grids | WG-0003 micro WG-0001 40 西头 例小河=worker 某大嫂=worker | WG-0004 lane WG-0002 9 新巷 | accepted
2026-10 visits | WG-0002 1 3=h1,4=h2 | WG-0003 1 7=h1 | WG-0004 1 5=h1,6=h2 | accepted
2026-10 branch 1 第一党支部 | m1 m2 | accepted
2026-10 branch 10 第十党支部 | m3 | accepted
"""
STEPS: tuple[Step, ...] = ("verified", "assigned", "handled", "closed")
TOWNSHIP = Actor(role="township", user=CHECKER)
RIVER: dict[str, Any] = {"household": "", "name": "例小河"}
BIG_RIVER: dict[str, Any] = {"household": "", "name": "例大河"}
AUNT: dict[str, Any] = {"household": "", "name": "某大嫂"}


class AssessmentLedger(GridLedger):
    """Grids with workers, two branches, cases and ballots; rounds are passed by the township after their month."""

    def __init__(self) -> None:
        super().__init__()
        self.checkers: tuple[Actor, ...] = (TOWNSHIP,)
        self.on = ""
        assert self.run(VILLAGE) == []

    def _envelop(self, body: Body, period: str) -> Entry:
        entry = super()._envelop(body, period)
        if isinstance(body, AssessmentRound):
            last = calendar.monthrange(int(period[:4]), int(period[5:]))[1]
            entry = msgspec.structs.replace(
                entry, checkers=self.checkers, occurred_on=self.on or f"{period}-{last}"
            )
            self.entries[-1] = entry
        return entry

    def adopt(self, name: str, month: str = "2026-01", **changes: Any) -> SchemeAdopted:
        body = build_scheme(
            load_scheme(name), DeskDiscloser(SeededEntropy()), resolution="会议通过", version=1
        )
        self.append(change(body, **changes), month)
        return change(body, **changes)

    def report(self, unit: str, opened: int, closed: int, rejected: int = 0) -> None:
        """Cases of October, so many of them closed, so many not accepted."""
        for at in range(opened):
            self.cases = getattr(self, "cases", 0) + 1
            number = f"AL-2026-{self.cases:03d}"
            self.append(build_opened(self.drawer, number, grid=unit), "2026-10")
            steps: Sequence[Step] = STEPS if at < closed else ()
            for step in ("rejected",) if at >= opened - rejected else steps:
                self.append(build_moved(self.drawer, step, number), "2026-10")

    def vote(self, number: str, cast: Sequence[str], **changes: Any) -> None:
        opened = build_ballot(self.drawer, number, closes="2026-10-28", opens="2026-10-20", **changes)
        self.append(opened, "2026-10")
        self.append(build_cast(opened, cast), "2026-10")

    def tell(self, body: Body, period: str = "2026-10") -> list[str]:
        return [format_fault(fault) for fault in self.check(body, period)]

    def tell_privately(self) -> list[str]:
        return [format_fault(fault) for fault in check_assessments_privately(self.facts, self.vault.get)]


@pytest.fixture
def ledger() -> AssessmentLedger:
    return AssessmentLedger()


def tell_components(ledger: AssessmentLedger, subject: OtherSubject, period: str) -> dict[str, Any]:
    """What each component gave, by number; the scores are those of the cards."""
    found = find_assessment(ledger.facts, subject, period)
    assert found is not None
    scores = score_plain(ledger.facts, found)
    for one in found.body.cards if scores else ():
        assert (scores[one.of].score, scores[one.of].stars) == (one.score, one.stars)
    return {number: [(one.code, one.score) for one in score.components] for number, score in scores.items()}


def card(of: str, score: int, stars: int) -> AssessedCard:
    return AssessedCard(of=of, score=score, stars=stars)


def counts(*lines: tuple[str, int, int, int]) -> tuple[UnitCounts, ...]:
    return tuple(UnitCounts(closed=b, events=a, unit=unit, visits=c) for unit, a, b, c in lines)


def build_branches(ledger: AssessmentLedger, scheme: SchemeAdopted) -> AssessmentRound:
    """The worked card of SHEETS.md for the first branch, nothing at all for the second."""
    given = (("P01", 3), ("P02", 1), ("P03", 1), ("P04", 2), ("P05", 3), ("N02", 1))
    marks = [("1", item, quantity) for item, quantity in given]
    return build_of_organisations(ledger.drawer, scheme, [card("1", 96, 5), card("10", 60, 1)], marks)


def test_branches_are_scored_by_the_quarter_from_marks_in_plain(ledger: AssessmentLedger) -> None:
    body = build_branches(ledger, ledger.adopt("branch-stars"))

    assert find_assessment(ledger.facts, "branch", "2026-12") is None
    assert ledger.try_body(body, "2026-12") == []
    found = find_assessment(ledger.facts, "branch", "2026-12")
    assert found is not None
    assert [(one.of, one.score, one.stars) for one in found.body.cards] == [("1", 96, 5), ("10", 60, 1)]
    assert (found.scheme.scheme, found.period, found.known.stars) == (
        "branch-stars",
        "2026-12",
        ((5, 1), (1, 1)),
    )
    assert list_assessed_periods(ledger.facts, "branch") == ["2026-12"]
    assert tell_components(ledger, "branch", "2026-12") == {
        "1": [("A", 100), ("B", 95), ("C", 90)],
        "10": [("A", 60), ("B", 60), ("C", 60)],
    }
    assert ledger.tell_privately() == []


@pytest.mark.parametrize(
    ("marker", "role"), [("township", "township"), ("secretary", "secretary"), ("clerk", None), (None, None)]
)
def test_who_gives_the_marks_and_passes_entries_passes_the_round(
    ledger: AssessmentLedger, marker: str | None, role: str | None
) -> None:
    body = build_branches(ledger, ledger.adopt("branch-stars", marker=marker))

    assert find_passing(ledger.facts, body) == role
    assert find_passing(ledger.facts, change(body, version=2)) is None


def test_every_fault_of_a_plain_round_is_told_at_once(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("branch-stars")
    body = build_branches(ledger, scheme)
    ledger.checkers = (Actor(role="supervisor", user=CHECKER),)
    ledger.on = "2026-10-30"
    wrong = change(
        body,
        cards=(card("1", 97, 4), card("9", 60, 1)),
        lines=(*body.lines[:-1], change(body.lines[-1], of="2")),
    )

    told = ledger.tell(wrong)

    assert told[0] == (
        "2026-10 党支部考评：现为2026-10，应为一季的最后一个月。这个办法一季评一次，记在最后一个月。（round-calendar）"
    )
    assert told[1:3] == [
        "2026-10 党支部考评：现为2026-10-30，应为2026-10-31 或以后。等这段时间过完再打分。（assessment-early）",
        (
            "2026-10 党支部考评：现为supervisor，应为township。"
            "办法写明由乡镇打分：请乡镇的人审核通过。（assessment-passed）"
        ),
    ]
    assert told[3:6] == [
        (
            "2026-10 党支部考评：现为支部 9 没有登记或已撤销，应为登记过的支部。"
            "只给登记过、还在的支部评分卡。（assessment-whom）"
        ),
        (
            "2026-10 党支部考评：现为支部 10 没有评分卡，应为每个支部都有。"
            "漏了的也要考评：少一个，就没法比。（assessment-missing）"
        ),
        (
            "2026-10 党支部考评明示行第 6 行：现为支部 2 没有评分卡，应为有评分卡的考评对象。"
            "改正记给谁，或者给它一张评分卡。（assessment-whom）"
        ),
    ]
    assert [text.split("：")[0] for text in told[6:]] == ["2026-10 党支部考评的支部 1的评分卡"]
    assert told[6].endswith("按记分、测评和计数重新计算。（card-score）")


def test_a_round_is_under_the_scheme_in_force_and_there_is_one(ledger: AssessmentLedger) -> None:
    body = build_branches(ledger, load(ledger))
    assert ledger.tell(body, "2026-12") == [
        (
            "2026-12 党支部考评：现为branch-stars 第 1 版，应为先有当月起用的考评办法。"
            "按当月起用的考评办法考评。（round-scheme）"
        )
    ]
    ledger.adopt("branch-stars")
    assert [fault.code for fault in ledger.check(change(body, version=2), "2026-12")] == ["round-scheme"]
    assert ledger.try_body(body, "2026-12") == []
    assert ledger.tell(body, "2026-12") == [
        "2026-12 党支部考评：现为这一轮已经记过，应为一段时间里只考评一次。漏记的下一轮补记。（round-twice）"
    ]


def load(ledger: AssessmentLedger) -> SchemeAdopted:
    texts = DeskDiscloser(SeededEntropy())
    return build_scheme(load_scheme("branch-stars"), texts, resolution="会议通过", version=1)


def test_cards_stand_in_the_last_part_and_are_computed_from_all(ledger: AssessmentLedger) -> None:
    body = build_branches(ledger, ledger.adopt("branch-stars"))
    first = change(body, cards=(), lines=body.lines[:3], parts=2)
    last = change(body, lines=body.lines[3:], part=2, parts=2)

    assert [fault.code for fault in ledger.check(change(body, parts=2), "2026-12")] == ["assessment-last"]
    assert ledger.try_body(first, "2026-12") == []
    assert find_assessment(ledger.facts, "branch", "2026-12") is None
    assert list_assessed_periods(ledger.facts, "branch") == []
    assert ledger.tell(change(last, parts=3), "2026-12") == [
        (
            "2026-12 党支部考评第 2 部分：现为共 3 部分，应为与第 1 部分相同：共 2 部分。"
            "整个评议重新生成后再提交。（round-differs）"
        )
    ]
    assert ledger.try_body(last, "2026-12") == []
    assert tell_components(ledger, "branch", "2026-12")["1"] == [("A", 100), ("B", 95), ("C", 90)]


def build_micro(ledger: AssessmentLedger, scheme: SchemeAdopted) -> AssessmentRound:
    """WG-0002 with its lane: 12 accepted, 11 of them closed, 4 visits; WG-0003 with a visit and no case."""
    ledger.report("WG-0002", 8, 7)
    ledger.report("WG-0004", 5, 4, rejected=1)
    return build_of_organisations(
        ledger.drawer,
        scheme,
        # 60 % of 60 × 11/12 + 40 × 4/10 = 71, and 40 % of 70: 70.6. 60 % of 60 + 4, and 40 % of 60: 62.4.
        [card("WG-0002", 71, 2), card("WG-0003", 62, 2)],
        [("WG-0002", "P01", 1), ("WG-0002", "P02", 1), ("WG-0002", "N01", 1)],
        counts(("WG-0002", 12, 11, 4), ("WG-0003", 0, 0, 1)),
    )


def test_grids_are_scored_from_what_is_counted_of_them_and_of_what_lies_in_them(
    ledger: AssessmentLedger,
) -> None:
    body = build_micro(ledger, ledger.adopt("micro-grid"))

    typed = change(body, counts=counts(("WG-0002", 12, 12, 4)))
    assert ledger.tell(typed) == [
        (
            "2026-10 网格考评的网格 WG-0002：现为受理 12 件、办结 12 件、走访 4 次，"
            "应为受理 12 件、办结 11 件、走访 4 次。"
            "诉求件和走访在这以后又有新的记录；重新生成再交审。（assessment-counts）"
        ),
        (
            "2026-10 网格考评的网格 WG-0003：现为不计数，应为受理 0 件、办结 0 件、走访 1 次。"
            "诉求件和走访在这以后又有新的记录；重新生成再交审。（assessment-counts）"
        ),
        (
            "2026-10 网格考评的网格 WG-0002的评分卡：现为71 分，从高到低第 3 等，应为74 分，从高到低第 3 等。"
            "按记分、测评和计数重新计算。（card-score）"
        ),
    ]
    assert ledger.try_body(body, "2026-10") == []
    # What comes later changes no round that is recorded.
    assert ledger.run("2026-10 visits | WG-0003 2 7=h1,8=h2 | accepted") == []
    assert ledger.tell_privately() == []
    assert tell_components(ledger, "grid", "2026-10") == {
        "WG-0002": [("A", 71), ("B", 70)],
        "WG-0003": [("A", 64), ("B", 60)],
    }


def test_whoever_is_counted_nowhere_is_told_once(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("micro-grid")
    alone = build_of_organisations(ledger.drawer, scheme, [card("WG-0002", 71, 2)])

    assert [(fault.code, fault.found) for fault in ledger.check(alone, "2026-10")] == [
        ("assessment-counts", "不计数"),
        ("assessment-missing", "网格 WG-0003 没有评分卡"),
    ]
    stranger = build_of_organisations(ledger.drawer, scheme, [card("WG-0009", 71, 2)])
    assert [fault.code for fault in ledger.check(stranger, "2026-10")] == [
        "assessment-counts",
        "assessment-whom",
    ]


def test_branches_have_no_counts(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("micro-grid", subject="branch")
    body = build_of_organisations(ledger.drawer, scheme, [card("1", 60, 2), card("10", 60, 2)])

    assert ledger.tell(body) == [
        (
            "2026-10 党支部考评：现为办法有计数的部分，考评的是党支部，应为网格、网格员才有计数。"
            "换一个没有计数的考评办法。（assessment-counts）"
        )
    ]


SECRETARY_BALLOT = "CP-2026-001"


def build_secretaries(ledger: AssessmentLedger, scheme: SchemeAdopted, *members: str) -> AssessmentRound:
    """The first branch's secretary: 95 from marks, 80 from the ballot."""
    given = (("P01", 1), ("P02", 1), ("P03", 2), ("P04", 1), ("N02", 1))
    row = {"number": SECRETARY_BALLOT, "row": 1}
    who = [{"member": member} for member in members or ("m1",)]
    return build_of_persons(
        ledger.drawer,
        scheme,
        [({**one, "rows": [row], "score": 91}, 4, "1") for one in who],
        [(who[0], item, quantity) for item, quantity in given],
        ballots=[("B", SECRETARY_BALLOT)],
    )


def vote_secretaries(ledger: AssessmentLedger, cast: Sequence[str] = ("11", "12", "13", "20", "30")) -> None:
    """Five slips: three say 优秀 of the first, one 称职, one 基本称职; of the second the fourth says nothing."""
    ledger.vote(SECRETARY_BALLOT, cast)


def test_a_secretary_is_scored_from_marks_and_a_ballot_and_stays_sealed(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars")
    vote_secretaries(ledger)
    body = build_secretaries(ledger, scheme)

    assert ledger.try_body(body, "2026-12") == []
    assert ledger.tell_privately() == []
    assert tell_components(ledger, "secretary", "2026-12") == {}
    marks, cards, faults = open_assessment(ledger.entries[-1], ledger.vault.get)
    assert (len(marks), faults, [(one.of, one.person.score) for one in cards]) == (5, [], [("1", 91)])
    assert get_fact(ledger.facts, f"assessment-ballot/secretary/{SECRETARY_BALLOT}", EntryAt) is not None
    later = build_secretaries(ledger, scheme)
    assert [fault.found for fault in ledger.check(later, "2027-12") if fault.code == "assessment-ballot"] == [
        "2026-10-28 就截止了，是以前的"
    ]


def test_nobody_gets_a_score_from_a_ballot_that_was_not_held(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars")
    body = build_secretaries(ledger, scheme)

    assert ledger.tell(change(body, ballots=()), "2026-12") == [
        (
            "2026-12 支部书记考评：现为部分 B 没有测评，应为有一次已经结束的测评。"
            "先测评，等结束了再打分；没有测评的不能算 0 分。（assessment-ballot）"
        )
    ]
    told = [
        (
            "2026-12 支部书记考评的测评 CP-2026-001：现为没有这次测评，"
            "应为2026-01 以来结束、投票人数够、没有用过的测评。另办一次测评，等结束了再打分。（assessment-ballot）"
        )
    ]
    assert ledger.tell(body, "2026-12") == told
    organisations = change(
        body, cards=(card("1", 60, 1), card("10", 60, 1)), lines=(), sealed_lines=(), sealed_points=0
    )
    branches = ledger.adopt("secretary-stars", subject="branch")
    rows = (BallotRow(number=SECRETARY_BALLOT, row=1),)
    cards = tuple(change(one, rows=rows) for one in organisations.cards)
    voted = change(organisations, cards=cards[:1] + organisations.cards[1:], subject=branches.subject)
    assert [fault.code for fault in ledger.check(voted, "2026-12")] == ["assessment-ballot"] + [
        "assessment-row"
    ] * 2
    ledger.append(build_ballot(ledger.drawer, closes="2026-10-28"), "2026-10")
    assert "现为还没有结束" in ledger.tell(body, "2026-12")[0]

    other = AssessmentLedger()
    scheme = other.adopt("secretary-stars")
    vote_secretaries(other, ["11", "12"])
    assert "投票的人太少" in other.tell(build_secretaries(other, scheme), "2026-12")[0]


def test_a_ballot_gives_one_round_alone(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars", every=None)
    vote_secretaries(ledger)
    assert ledger.try_body(build_secretaries(ledger, scheme), "2026-10") == []

    again = ledger.check(build_secretaries(ledger, scheme), "2026-09")

    assert [fault.found for fault in again if fault.code == "assessment-ballot"] == ["已经给以前的考评用过"]


def test_the_vault_shows_what_is_wrong_with_a_secretarys_card(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars")
    vote_secretaries(ledger)
    body = build_secretaries(ledger, scheme, "m3")
    other = build_of_persons(
        ledger.drawer,
        scheme,
        [({"member": "m1", "rows": [{"number": SECRETARY_BALLOT, "row": 3}], "score": 91}, 4, "10")],
    )
    ledger.append(change(body, cards=(*body.cards, *other.cards), sealed_points=-6), "2026-12")

    assert ledger.tell_privately() == [
        "2026-12 支部书记考评密封行合计（第 14 条）：现为-6 分，应为-5 分。按隐私库重新合计密封行。（private-sum）",
        (
            "2026-12 支部书记考评评分卡第 1 张（第 14 条）：现为不是这个支部的党员，应为支部 1登记的党员。"
            "核对支部和党员编号。（assessment-person）"
        ),
        (
            "2026-12 支部书记考评评分卡第 2 张（第 14 条）：现为不是这个支部的党员，应为支部 10登记的党员。"
            "核对支部和党员编号。（assessment-person）"
        ),
        (
            "2026-12 支部书记考评评分卡第 2 张（第 14 条）：现为测评里没有这一个，或者没有人评，"
            "应为测评里有人评的一个。核对是哪次测评、第几个；没有人评的不能算 0 分，另办一次测评。（assessment-row）"
        ),
    ]


def test_a_row_of_a_ballot_about_members_is_the_members_own(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars")
    members = tuple(ledger.drawer.seal({"member": member}) for member in ("m1", "m2"))
    members = tuple(sorted(members, key=lambda one: one.sealed))
    ledger.vote(
        SECRETARY_BALLOT, ["11", "12", "13", "21", "31"], appraised="member", members=members, units=()
    )
    first = ledger.open(members[0])["member"]
    other = "m2" if first == "m1" else "m1"
    ledger.append(build_secretaries(ledger, scheme, other), "2026-12")

    assert [text.split("：", 1)[1] for text in ledger.tell_privately()] == [
        "现为测评 CP-2026-001 第 1 个是别人，应为测评里的本人。改正是第几个。（assessment-row）"
    ]
    ledger.vault[members[0].sealed] = make_disclosure(bytes(32), "member", "别的")
    assert [text.rsplit("（", 1)[1] for text in ledger.tell_privately()] == ["private-unproven）"]
    del ledger.vault[members[0].sealed]
    assert ledger.tell_privately() == []


WORKER_BALLOT = "CP-2026-002"
UNITS = counts(("WG-0001", 12, 11, 5), ("WG-0002", 12, 11, 4), ("WG-0003", 0, 0, 1))


def build_workers(ledger: AssessmentLedger, scheme: SchemeAdopted, **river: Any) -> AssessmentRound:
    """例小河 works in both micro-grids and came five times, 某大嫂 in one of them and never, 例大河 above all."""

    def make(who: dict[str, Any], row: int, score: int, units: list[str], visits: int) -> dict[str, Any]:
        rows = [{"number": WORKER_BALLOT, "row": row}]
        return {**who, "rows": rows, "score": score, "units": units, "visits": visits}

    return build_of_persons(
        ledger.drawer,
        scheme,
        [
            # 50 % of 30 + 30 × 11/12 + 40 × 5/10, 30 % of 80, 20 % of 87: 38.75 + 24 + 17.4.
            (make(RIVER, 1, 80, ["WG-0002", "WG-0003"], 5) | river, 3, ""),
            # 50 % of 0 + 30 + 0, 30 % of 50, 20 % of 80: 15 + 15 + 16.
            (make(AUNT, 2, 46, ["WG-0003"], 0), 1, ""),
        ],
        [(RIVER, "P01", 1), (RIVER, "P02", 1), (RIVER, "P03", 1), (RIVER, "N01", 1)],
        UNITS,
        [("B", WORKER_BALLOT)],
    )


def set_up_workers(ledger: AssessmentLedger) -> SchemeAdopted:
    ledger.report("WG-0002", 8, 7)
    ledger.report("WG-0004", 5, 4, rejected=1)
    ledger.vote(WORKER_BALLOT, ["12", "12", "13", "23", "30"])
    return ledger.adopt("grid-worker")


def test_grid_workers_are_scored_from_their_units_cases_their_own_visits_and_a_ballot(
    ledger: AssessmentLedger,
) -> None:
    body = build_workers(ledger, set_up_workers(ledger))

    assert ledger.try_body(body, "2026-10") == []
    assert ledger.tell_privately() == []
    # Posts and visits that change later change nothing of what was scored.
    assert (
        ledger.run("""
        2026-10 visits | WG-0002 2 3=h1 | accepted
        2026-10 grids | WG-0003 micro WG-0001 40 西头 某大嫂=worker | accepted
        """)
        == []
    )
    assert ledger.tell_privately() == []
    ledger.erase("h1")
    assert ledger.tell_privately() == []


def test_the_vault_shows_what_is_wrong_with_a_workers_card(ledger: AssessmentLedger) -> None:
    scheme = set_up_workers(ledger)
    ledger.append(build_workers(ledger, scheme, units=["WG-0003"], visits=6, score=81), "2026-10")

    told = [text.split("：", 1)[1] for text in ledger.tell_privately()]

    assert told == [
        ("现为WG-0003，应为WG-0002、WG-0003。照登记的网格人员重新生成。（assessment-person）"),
        "现为6 次，应为5 次。照走访记录重新生成。（assessment-visits）",
        "现为81 分，从高到低第 2 等，应为82 分，从高到低第 2 等。按记分、测评和计数重新计算。（card-score）",
    ]


def test_whoever_is_no_worker_or_has_two_cards_or_none_is_told(ledger: AssessmentLedger) -> None:
    scheme = set_up_workers(ledger)
    stranger = {"household": "", "name": "某路人", "rows": [], "score": 50, "units": [], "visits": 0}
    first = build_workers(ledger, scheme)
    second = build_of_persons(
        ledger.drawer, scheme, [(stranger, 1, ""), (stranger, 1, "")], [(BIG_RIVER, "P01", 1)]
    )
    cards = tuple(sorted((*first.cards, *second.cards), key=get_digest))
    lines = tuple(sorted((*first.lines, *second.lines), key=lambda one: one.subject.sealed))
    ledger.append(change(first, cards=cards, lines=lines), "2026-10")

    told = [text.split("：", 1)[1] for text in ledger.tell_privately()]

    assert told == [
        "现为又是同一个人的评分卡，应为每人一张。每人一张；删去重复的。（assessment-person）",
        "现为记给了没有评分卡的人，应为有评分卡的人。改正记给谁，或者给这个人一张评分卡。（assessment-person）",
        "现为没有网格，应为登记的网格员。照登记的网格人员重新生成。（assessment-person）",
        "现为没有写，应为部分 B 各一次测评里的一行。写明是哪次测评、第几个。（assessment-row）",
        "现为没有网格，应为登记的网格员。照登记的网格人员重新生成。（assessment-person）",
        "现为没有写，应为部分 B 各一次测评里的一行。写明是哪次测评、第几个。（assessment-row）",
    ]


def test_a_row_stands_for_one_alone(ledger: AssessmentLedger) -> None:
    scheme = set_up_workers(ledger)
    rows = [{"number": WORKER_BALLOT, "row": 2}]
    ledger.append(build_workers(ledger, scheme, rows=rows), "2026-10")

    assert (
        "2026-10 网格员考评：现为测评 CP-2026-002 第 2 个写给了 2 个考评对象，应为测评里的一个只给一个考评对象。"
        "改正是第几个。（assessment-row）"
    ) in ledger.tell_privately()


def test_a_scheme_without_counts_asks_nothing_of_units(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("member-100", subject="grid-worker", marker="clerk")
    ledger.checkers = (Actor(role="supervisor", user=CHECKER),)
    body = build_of_persons(ledger.drawer, scheme, [({**RIVER, "rows": [], "score": 102}, 4, "")])
    ledger.append(change(body, cards=(change(body.cards[0], stars=4),)), "2026-10")

    assert ledger.check(body, "2026-11") == []
    assert [text.split("：", 1)[1] for text in ledger.tell_privately()] == [
        "现为102 分，从高到低第 1 等，应为100 分，从高到低第 1 等。按记分、测评和计数重新计算。（card-score）"
    ]


def test_counts_that_are_missing_are_told_once_and_give_no_score(ledger: AssessmentLedger) -> None:
    scheme = set_up_workers(ledger)
    body = change(build_workers(ledger, scheme), counts=())

    assert {fault.code for fault in ledger.check(body, "2026-10")} == {"assessment-counts"}
    ledger.append(body, "2026-10")
    assert ledger.tell_privately() == []


def test_organisations_may_be_voted_on_too(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars", subject="branch")
    vote_secretaries(ledger, ["10", "10", "20", "20", "10"])
    rows = (BallotRow(number=SECRETARY_BALLOT, row=1),)
    first = AssessedCard(of="1", rows=rows, score=68, stars=1)
    # 70 % of 60 and 30 % of 260/3: 68. Of the second nobody said anything.
    second = AssessedCard(of="10", rows=(change(rows[0], row=2),), score=42, stars=0)
    body = build_of_organisations(ledger.drawer, scheme, [first, second], ballots=[("B", SECRETARY_BALLOT)])

    assert ledger.tell(body, "2026-12") == [
        (
            "2026-12 党支部考评的支部 10：现为测评里没有这一个，或者没有人评，应为测评里有人评的一个。"
            "核对是哪次测评、第几个；没有人评的不能算 0 分，另办一次测评。（assessment-row）"
        )
    ]
    twice = change(body, cards=(first, change(first, of="10")))
    assert [fault.code for fault in ledger.check(twice, "2026-12")] == ["assessment-row"]
    silent = change(body, cards=(change(first, rows=None), change(second, rows=rows)))
    assert [fault.code for fault in ledger.check(silent, "2026-12")] == ["assessment-row", "card-score"]


def test_what_a_ballot_gave_an_organisation_is_told_exactly(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars", subject="branch")
    vote_secretaries(ledger, ["11", "11", "22", "22", "11"])
    cards = [
        AssessedCard(of=of, rows=(BallotRow(number=SECRETARY_BALLOT, row=row),), score=68, stars=1)
        for of, row in (("1", 1), ("10", 2))
    ]
    body = build_of_organisations(ledger.drawer, scheme, cards, ballots=[("B", SECRETARY_BALLOT)])

    assert ledger.tell(body, "2026-12") == []
    assert ledger.try_body(body, "2026-12") == []
    given = [("A", 60), ("B", Fraction(260, 3))]
    assert tell_components(ledger, "branch", "2026-12") == {"1": given, "10": given}


def test_a_vault_that_gives_something_else_is_reported(ledger: AssessmentLedger) -> None:
    scheme = ledger.adopt("secretary-stars")
    vote_secretaries(ledger)
    body = build_secretaries(ledger, scheme)
    ledger.append(body, "2026-12")
    ledger.vault[body.sealed_lines[0].sealed] = make_disclosure(bytes(32), "line", "别的")
    branch = next(entry for entry in ledger.entries if entry.kind == "branch.registered")
    assert isinstance(branch.body, BranchRegistered)
    ledger.vault[branch.body.members[0].sealed] = make_disclosure(bytes(32), "member", "别的")

    assert [text.split("：")[0] for text in ledger.tell_privately()] == [
        "2026-12 支部书记考评密封行第 1 行（第 14 条）",
        "支部 1党员名册",
        "2026-12 支部书记考评评分卡第 1 张（第 14 条）的评分卡",
    ]
    ledger.vault.clear()
    assert open_assessment(ledger.entries[-1], ledger.vault.get) == ([], [], [])


def test_a_persons_card_has_the_shape_of_its_name(ledger: AssessmentLedger) -> None:
    person = {**RIVER, "rows": [{"number": WORKER_BALLOT, "row": 1}], "score": 5}
    sealed = ledger.drawer.seal(person)
    text = ledger.drawer.take_private()[0]

    found = open_private({sealed.sealed: text}.get, sealed.sealed, AssessedPerson)

    assert found == AssessedPerson(name="例小河", rows=(BallotRow(number=WORKER_BALLOT, row=1),), score=5)


def test_another_kind_is_no_round_of_assessment(ledger: AssessmentLedger) -> None:
    founding = ledger.entries[0]

    for use in (
        lambda: check_assessments(ledger.facts, load_reference(), founding),
        lambda: fold_assessment(ledger.facts, founding),
        lambda: open_assessment(founding, ledger.vault.get),
    ):
        with pytest.raises(ValueError, match="no round of assessment"):
            use()
    assert build_assessment(ledger.drawer).is_last
