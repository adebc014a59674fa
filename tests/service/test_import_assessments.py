"""The workbook of rounds of assessment: who is scored, what is computed of them, and every fault at once."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from ledger.books.assessments import AssessmentRound
from ledger.books.ballots import BallotOpened
from ledger.books.scores import SchemeAdopted
from ledger.canonical import digest_claim, format_claim, parse_claim
from ledger.data.templates import load_scheme
from ledger.service.drafts import Discloser
from ledger.service.passing import pass_drafts, tell_held
from ledger.service.persons import add_person
from ledger.service.refilling import fill
from ledger.service.schemes import build_scheme
from ledger.service.showing import show_drafts, show_unkept
from ledger.service.workbooks import assessments
from ledger.state.assessed import check_assessments_privately
from ledger.state.assessments import find_assessment
from ledger.urns import Urn
from ledger.vaults import Draft
from tests.assessments import build_cast
from tests.ballots import BALLOT
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import (
    ASSESSED,
    ASSESSED_MARK,
    CASE,
    POST,
    UNIT,
    VISIT,
    ImportDesk,
    Row,
    make_book,
)

MICRO: Row = UNIT | {"网格编号": "WG-0002", "级别": "微网格", "名称": "东头", "上级编号": "WG-0001"}
WORKER: Row = {"月份": "2026-09", "考评对象": "网格员", "编号": "WG-0002", "姓名": "某小芹"}
SECRETARY: Row = {
    "月份": "2026-09",
    "考评对象": "支部书记",
    "编号": "1",
    "党员编号": "0103",
    "姓名": "样小兰",
}
BALLOT_ROW: Row = {"测评编号": BALLOT, "第几个": 1}


class AssessmentDesk(ImportDesk):
    """Two branches, a grid with a micro-grid in it and its worker, cases and visits of September."""

    def __init__(self, clock: FakeClock | None = None, post: Row = POST) -> None:
        super().__init__(clock=clock)
        self.open_books()
        self.register()
        self.enrol()
        people = [post | {"网格编号": "WG-0002"}]
        self.record("grids", make_book("grids", [UNIT, MICRO], others={"网格人员": people}))
        self.record("visits", make_book("visits", [VISIT | {"网格编号": "WG-0002", "日期": "2026-09-12"}]))
        steps: Row = {
            "核实日期": "2026-09-02",
            "交办日期": "2026-09-02",
            "交给": "村电工",
            "答复日期": "2026-09-03",
            "答复": "换好了",
            "结案日期": "2026-09-04",
        }
        cases = [CASE | {"收到日期": "2026-09-01", "网格编号": "WG-0002"} | steps]
        cases.append(cases[0] | {"诉求编号": "AL-2026-002", "结案日期": None})
        self.record("cases", make_book("cases", cases))
        self.township = add_person(self.ports, VILLAGE, "例镇", "township").user

    def adopt(self, name: str) -> None:
        def build(texts: Discloser) -> SchemeAdopted:
            return build_scheme(load_scheme(name), texts, resolution="会议通过", version=1)

        self.record_body(build, "2026-07")

    def vote(self) -> None:
        """Five slips about one office: 80 of 100 points."""

        def open_ballot(texts: Discloser) -> BallotOpened:
            return BallotOpened(
                appraised="office",
                choices=tuple(texts.publish("choice", one) for one in ("优秀", "称职", "基本称职", "不称职")),
                closes="2026-10-20",
                issued=5,
                members=(),
                number=BALLOT,
                opens="2026-10-01",
                questions=(texts.publish("question", "今年干得怎么样"),),
                title=texts.publish("title", "测评"),
                turnout_min=50,
                units=(texts.publish("unit", "第一个职务"),),
            )

        texts = Discloser(self.ports.entropy)
        opened = open_ballot(texts)
        self.record_body(lambda drawn: _give(drawn, texts, opened))
        cast = ("1", "1", "1", "2", "3")
        kept = tuple((f"{at:08d}", one) for at, one in enumerate(cast, 1))
        self.ports.urns.make(VILLAGE, BALLOT, Urn(ballots=kept, codes=(), issued=5))
        self.record_body(lambda _texts: build_cast(opened, cast))

    def list_kept(self, ids: list[str]) -> list[Draft]:
        return [draft for draft in self.ports.vault.list_drafts(VILLAGE, "waiting") if draft.id in ids]

    def keep_round(self, rows: list[Row], marks: list[Row] | None = None) -> list[str]:
        return self.keep("assessments", book(rows, marks))


def _give(drawn: Discloser, texts: Discloser, opened: BallotOpened) -> BallotOpened:
    """What was drawn before, with its texts."""
    drawn.public += texts.public
    return opened


def book(rows: list[Row], marks: list[Row] | None = None) -> bytes:
    return make_book("assessments", rows, others={"考评记分": marks or []})


@pytest.fixture
def desk() -> AssessmentDesk:
    return AssessmentDesk()


def test_all_branches_are_proposed_and_scored_from_their_marks(desk: AssessmentDesk) -> None:
    desk.adopt("branch-stars")
    imported = desk.read("assessments", book([ASSESSED | {"编号": None}], [ASSESSED_MARK]))

    assert imported.faults == ()
    assert imported.preview == (
        "党支部考评 2026-09：评分卡 2 张，记分 1 条",
        (
            "　评分卡 支部 1：A 组织生活 90 分占 40%，B 服务群众 60 分占 30%，"
            "C 公开和集体事务 60 分占 30%，合成 72 分，二星"
        ),
        (
            "　评分卡 支部 2：A 组织生活 60 分占 40%，B 服务群众 60 分占 30%，"
            "C 公开和集体事务 60 分占 30%，合成 60 分，一星"
        ),
    )


def test_only_whom_the_scheme_names_may_pass_it(desk: AssessmentDesk) -> None:
    desk.adopt("branch-stars")
    ids = desk.keep_round([ASSESSED, ASSESSED | {"编号": "2"}], [ASSESSED_MARK])

    assert pass_drafts(desk.ports, VILLAGE, ids, desk.supervisor) == [None]
    assert tell_held(desk.ports, VILLAGE, ids[0]) == "还要 乡镇记账员 审核"
    (receipt,) = pass_drafts(desk.ports, VILLAGE, ids, desk.township)
    assert receipt is not None
    with desk.ports.ledger.read(VILLAGE) as reader:
        found = find_assessment(reader.facts, "branch", "2026-09")
    assert found is not None
    assert [(card.of, card.score, card.stars) for card in found.body.cards] == [("1", 72, 2), ("2", 60, 1)]


def test_a_grid_is_counted_by_the_program(desk: AssessmentDesk) -> None:
    desk.adopt("micro-grid")
    imported = desk.read("assessments", book([ASSESSED | {"考评对象": "网格", "编号": None}]))

    assert imported.faults == ()
    # 60 % of 60 × 1/2 + 40 × 1/10 = 34, and 40 % of 60: 44.4.
    assert imported.preview[1:] == (
        "　网格 WG-0002：受理 2 件，办结 1 件，走访 1 次",
        "　评分卡 网格 WG-0002：A 事件办理和走访 34 分占 60%，B 网格日常 60 分占 40%，合成 44 分，不合格",
    )


def test_a_worker_is_sealed_and_the_vault_agrees(desk: AssessmentDesk) -> None:
    desk.adopt("grid-worker")
    desk.vote()
    marks = [WORKER | {"项目编号": code, "数量": 1, "证据": "查过"} for code in ("P02", "N01")]
    ids = desk.keep_round([WORKER | BALLOT_ROW], marks)

    drafts = desk.list_kept(ids)
    (body,) = (parse_claim(draft.claim).body for draft in drafts)
    assert isinstance(body, AssessmentRound)
    assert (len(body.lines), len(body.sealed_lines), body.sealed_points) == (1, 1, -5)
    assert all("某小芹" not in draft.claim.decode() for draft in drafts)
    (shown,) = show_drafts(desk.ports, VILLAGE, tuple(ids))
    assert [line for line in shown.lines if "评分卡 " in line][1:] == [
        (
            "　评分卡 某小芹：A 日常积分 25 分占 50%，B 民主测评 80 分占 30%，C 综合评定 77 分占 20%，"
            "合成 52 分，不合格；部分 B 是测评 CP-2026-001 第 1 个；算 WG-0002 的件，本人走访 1 次"
        )
    ]
    pass_drafts(desk.ports, VILLAGE, ids, desk.township)
    with desk.ports.ledger.read(VILLAGE) as reader:
        find = partial(desk.ports.vault.find_private, VILLAGE)
        assert check_assessments_privately(reader.facts, find) == []


def test_a_worker_does_not_pass_the_own_card_alone(desk: AssessmentDesk) -> None:
    desk.adopt("grid-worker")
    desk.vote()
    ids = desk.keep_round([WORKER | BALLOT_ROW])
    own = add_person(desk.ports, VILLAGE, " 某小芹", "township").user

    assert pass_drafts(desk.ports, VILLAGE, ids, own) == [None]
    assert "还要 1 位与所涉网格员无关的" in tell_held(desk.ports, VILLAGE, ids[0])
    assert pass_drafts(desk.ports, VILLAGE, ids, desk.supervisor) != [None]


@pytest.mark.parametrize("part_lines", [400, 1])
def test_whoever_passes_a_round_sees_what_each_component_gives(
    desk: AssessmentDesk, monkeypatch: pytest.MonkeyPatch, part_lines: int
) -> None:
    """Also where the marks are in other parts of the round than the cards, recorded already or not."""
    monkeypatch.setattr(assessments, "PART_LINES", part_lines)
    desk.adopt("branch-stars")
    marks = [ASSESSED_MARK, ASSESSED_MARK | {"编号": "2", "项目编号": "N02", "数量": 1}]
    ids = desk.keep_round([ASSESSED, ASSESSED | {"编号": "2"}], marks)
    told = [
        (
            "　评分卡 支部 1：A 组织生活 90 分占 40%，B 服务群众 60 分占 30%，"
            "C 公开和集体事务 60 分占 30%，合成 72 分，二星"
        ),
        (
            "　评分卡 支部 2：A 组织生活 60 分占 40%，B 服务群众 55 分占 30%，"
            "C 公开和集体事务 60 分占 30%，合成 59 分，没有评上星"
        ),
    ]

    for _ in range(2):
        shown = show_drafts(desk.ports, VILLAGE, tuple(ids))
        assert [line for one in shown for line in one.lines if line.startswith("　评分卡")] == told
        pass_drafts(desk.ports, VILLAGE, ids[:-1], desk.township)


def test_a_card_that_says_something_else_than_its_components_is_pointed_out(desk: AssessmentDesk) -> None:
    desk.adopt("branch-stars")
    (draft,) = desk.list_kept(desk.keep_round([ASSESSED, ASSESSED | {"编号": "2"}], [ASSESSED_MARK]))
    claim = parse_claim(draft.claim)
    assert isinstance(claim.body, AssessmentRound)
    first, second = claim.body.cards
    cards = (replace(first, score=92, stars=4), second)
    claim = replace(claim, body=replace(claim.body, cards=cards))
    spoilt = replace(draft, claim=format_claim(claim), digest=digest_claim(claim))

    (line,) = (line for line in show_unkept(desk.ports, spoilt).lines if "评分卡 支部 1" in line)

    assert line.endswith("占 30%，合成 72 分，卡上写的是 92 分，四星，不一样")


def test_a_secretary_is_a_member_and_goes_back_as_typed(desk: AssessmentDesk) -> None:
    desk.adopt("secretary-stars")
    desk.vote()
    row = SECRETARY | {"月份": "2026-12"}
    assert "assessment-early" in [
        fault.code for fault in desk.read("assessments", book([row | BALLOT_ROW])).faults
    ]
    told = desk.say("assessments", book([row, row], [row | {"项目编号": "P99", "数量": 0, "证据": "查过"}]))

    assert [text.rsplit("（", 1)[1] for text in told] == [
        "row-duplicate）",
        "rule-unknown）",
        "quantity-zero）",
    ]


def test_every_cell_is_judged(desk: AssessmentDesk) -> None:
    desk.adopt("branch-stars")
    desk.adopt("grid-worker")
    desk.adopt("secretary-stars")

    assert desk.say("assessments", book([ASSESSED | {"编号": "9", "测评编号": "2026-1"}])) == [
        (
            "工作表「考评」F2：现为「2026-1」，应为CP-、年份和三位数，如 CP-2026-001。"
            "写那次测评的编号。（ballot-number-form）"
        ),
        "工作表「考评」C2：现为「9」，应为登记过的支部。对照登记改正；新的先登记并通过审核。（assess-unknown）",
    ]
    assert desk.say("assessments", book([WORKER])) == [
        (
            "工作表「考评」第 2 行：现为没有写测评，应为测评编号和第几个都写。"
            "照那次测评的票，写编号和排第几。（assess-ballot）"
        )
    ]
    codes = [
        [fault.code for fault in desk.read("assessments", book([row], marks)).faults]
        for row, marks in (
            (WORKER | {"姓名": "某路人"}, []),
            (WORKER | {"编号": "WG-0009"}, []),
            (WORKER | BALLOT_ROW, []),
            (ASSESSED | BALLOT_ROW, []),
            (ASSESSED, [ASSESSED_MARK | {"编号": "2"}]),
            (ASSESSED, [ASSESSED_MARK | {"数量": 9}]),
            (SECRETARY | {"党员编号": None}, []),
            (SECRETARY | {"编号": None}, []),
            (SECRETARY | {"党员编号": "0999"}, []),
            (ASSESSED | {"考评对象": "网格"}, []),
        )
    ]
    assert codes == [
        ["assess-unknown"],
        ["assess-unknown"],
        ["assessment-row"],
        ["assess-ballot", "assess-ballot"][:1],
        ["assess-unknown"],
        ["mark-cap"],
        ["assess-unknown"],
        ["assess-unknown"],
        ["person-unknown"],
        ["scheme-missing"],
    ]


def test_what_was_returned_is_filled_in_as_it_was_typed(desk: AssessmentDesk) -> None:
    desk.adopt("branch-stars")
    desk.adopt("grid-worker")
    desk.vote()
    marks = [WORKER | {"项目编号": code, "数量": 1, "证据": "查过"} for code in ("P02", "N01")]
    ids = desk.keep_round([WORKER | BALLOT_ROW], marks)
    organisations = desk.keep_round([ASSESSED, ASSESSED | {"编号": "2"}], [ASSESSED_MARK])

    for draft_ids in (ids, organisations):
        tables = fill(desk.ports, VILLAGE, desk.list_kept(draft_ids)).tables
        assert sum(len(rows) for rows in tables.values()) == 3
