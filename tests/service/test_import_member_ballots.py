"""Members' rounds under a scheme with a ballot: which ballot counts is found, told at the desk, and never typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ledger.books.ballots import BallotOpened
from ledger.books.scores import AssessedBallot, SchemeAdopted, SchemeComponent, ScoreRound
from ledger.books.values import Sealed
from ledger.canonical import parse_claim
from ledger.service.drafts import Discloser
from ledger.service.passing import pass_drafts
from ledger.service.showing import show_drafts
from ledger.urns import Urn
from ledger.vaults import Draft
from tests.assessments import build_cast
from tests.ballots import build_ballot
from tests.books.points_ledger import change
from tests.builders import VILLAGE
from tests.builders import Discloser as Drawer
from tests.service.importing import MARK, MEMBERS, ImportDesk, Row, make_book
from tests.service.importing import build_scheme as build_plain_scheme
from tests.service.test_answered_parts import (
    answer,
    begin_scores,
    check_books,
    find_answer,
    open_rows,
    pass_all,
    send_back,
)
from tests.service.test_answered_parts import change as change_row

FIRST, SECOND = "CP-2026-001", "CP-2026-002"
ROUND = make_book("scores", [MARK])


class VotingDesk(ImportDesk):
    """Two branches under a scheme of which half is a ballot."""

    def __init__(self, components: str = "AB", members: Sequence[Row] = MEMBERS) -> None:
        super().__init__()
        self.record_body(lambda texts: _weigh(texts, components))
        self.record("members", make_book("members", members))
        known = self.ports.vault.list_members(VILLAGE)
        self.members = {member.number: member.member for member in known}

    def vote(self, number: str, opinions: Mapping[str, str], **changes: Any) -> None:
        """Hold a ballot about members, by number: what each voter chose of them, one after another."""
        drawn = Discloser(self.ports.entropy)
        sealed: dict[str, Sealed] = {
            one: drawn.seal("member", {"member": self.members[one]}) for one in opinions
        }
        order = sorted(opinions, key=lambda one: sealed[one].sealed)
        fields: dict[str, Any] = {"appraised": "member", "closes": "2026-10-20", "opens": "2026-10-01"}
        fields |= {"members": tuple(sealed[one] for one in order), "units": ()}
        voters = len(next(iter(opinions.values())))
        opened = build_ballot(Drawer(number), number, **(fields | {"issued": voters} | changes))

        def publish(texts: Discloser) -> BallotOpened:
            texts.private += drawn.private
            return change(
                opened,
                choices=tuple(texts.publish("choice", one) for one in ("优秀", "合格", "不合格")),
                questions=(texts.publish("question", "怎么样"),),
                title=texts.publish("title", "党员互评"),
            )

        self.record_body(publish)
        cast = ["".join(opinions[one][voter] for one in order) for voter in range(voters)]
        kept = tuple((f"{at:08d}", one) for at, one in enumerate(cast, 1))
        self.ports.urns.make(VILLAGE, number, Urn(ballots=kept, codes=(), issued=voters))
        self.record_body(lambda _texts: build_cast(opened, cast))

    def list_kept(self, ids: list[str]) -> list[Draft]:
        return [draft for draft in self.ports.vault.list_drafts(VILLAGE, "waiting") if draft.id in ids]


def _weigh(texts: Discloser, components: str) -> SchemeAdopted:
    """The desk's plain scheme, whose marks are component A, and ballots of the same weight."""
    plain = build_plain_scheme(texts)
    weights = {1: (100,), 2: (50, 50), 3: (50, 25, 25)}[len(components)]
    return change(
        plain,
        components=tuple(
            SchemeComponent(
                code=code,
                source="marks" if code == "A" else "ballot",
                text=texts.publish("component", f"第 {code} 部分"),
                weight=weight,
            )
            for code, weight in zip(components, weights, strict=True)
        ),
        items=tuple(change(item, component="A") for item in plain.items),
    )


def parse_scores(draft: Draft) -> ScoreRound:
    body = parse_claim(draft.claim).body
    assert isinstance(body, ScoreRound)
    return body


@pytest.fixture
def desk() -> VotingDesk:
    return VotingDesk()


def test_the_newest_ballot_about_each_member_counts_and_everybody_is_shown_how(desk: VotingDesk) -> None:
    desk.vote(FIRST, {"0103": "33333", "0104": "11112"})
    desk.vote(SECOND, {"0103": "11122", "0201": "11111"})

    (draft,) = desk.list_kept(desk.keep("scores", ROUND))

    assert parse_scores(draft).ballots == tuple(
        AssessedBallot(component="B", number=one) for one in (FIRST, SECOND)
    )
    told = show_drafts(desk.ports, VILLAGE, (draft.id,))[0].lines
    assert list(told) == [
        "党员评分 2026-10 支部 1：明示 1 条 5 分，评分卡 2 张",
        "　党员 0103 样小兰 P01 参加主题党日 5 × 1 = 5 分　签到表",
        "　部分 B 用测评 CP-2026-001",
        "　部分 B 用测评 CP-2026-002",
        "　评分卡 0103 样小兰：73 分，二星（A 第 A 部分 65 分占 50%，B 第 B 部分 80 分占 50%）",
        "　评分卡 0104 例大海：75 分，二星（A 第 A 部分 60 分占 50%，B 第 B 部分 90 分占 50%）",
    ]
    pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor)
    check_books(desk)


def test_whom_no_ballot_is_about_is_told_and_nobody_gets_nought(desk: VotingDesk) -> None:
    desk.vote(FIRST, {"0103": "11111", "0104": "00000"})

    assert desk.say("scores", ROUND) == [
        (
            "2026-10 支部 1 评分，党员 0104：现为没有测评，或者没有人评，"
            "应为2026-10 以来一次已经结束、投票人数够的测评里有人评。"
            "先办党员测评，等结束并记入账本再评分；按党小组测评的，每个党小组都要办；"
            "没有测评的不能算 0 分。（assess-ballot）"
        )
    ]


def test_a_branch_that_held_no_ballot_is_told_once() -> None:
    people = [MEMBERS[0] | {"党员编号": f"1{number:03d}", "姓名": f"样党员{number}"} for number in range(12)]

    (fault,) = VotingDesk(members=people).say(
        "scores", make_book("scores", [MARK | {"党员编号": "1000", "姓名": "样党员0"}])
    )

    numbers = "、".join(f"1{number:03d}" for number in range(10))
    assert fault.startswith(f"2026-10 支部 1 评分，党员 {numbers}等 12 名：现为没有测评，或者没有人评，")


def test_a_part_that_came_back_keeps_the_ballots_of_its_round() -> None:
    people = [
        MEMBERS[0]
        | {"支部": 3, "支部名称": "第三党支部", "党员编号": f"1{number:03d}", "姓名": f"样党员{number}"}
        for number in range(130)
    ]
    desk = VotingDesk(members=people)
    for at in range(0, 130, 26):
        desk.vote(f"CP-2026-{at:03d}", {f"1{number:03d}": "11122" for number in range(at, at + 26)})
    first, second = begin_scores(desk)
    assert [len(parse_scores(draft).ballots or ()) for draft in (first, second)] == [5, 0]
    pass_all(desk, first)
    send_back(desk, second)

    rows = open_rows(desk, second)[1]

    assert answer(desk, second, [change_row(rows[0], c7="补的签到表"), *rows[1:]]) == []
    pass_all(desk, find_answer(desk, second))
    check_books(desk)


def test_two_ballots_of_one_scheme_are_refused() -> None:
    assert VotingDesk("ABC").say("scores", ROUND) == [
        (
            "2026-10 支部 1 评分：现为办法有 2 个部分靠测评，应为一个部分靠测评。"
            "换一个只有一个部分靠测评的办法。（assess-ballot）"
        )
    ]
