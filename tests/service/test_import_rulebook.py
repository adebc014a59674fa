"""A rulebook as a sheet: what is refused beside its cell, what is warned of, what must be seen, what is recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.books.points import Rule, RulebookAdopted
from ledger.cli import root
from ledger.data.templates import load_rules
from ledger.entries import Actor, Claim, name_clerk
from ledger.errors import Refused, format_fault
from ledger.service.adopt import prepare_rulebook
from ledger.service.drafts import Discloser
from ledger.service.import_ import apply_import, import_typed
from ledger.service.laid_rulebooks import SHEET, fill_template, lay_rulebook, list_start_rows
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.record import Passed, record_claims
from ledger.service.refilling import fill
from ledger.service.showing import show_drafts
from ledger.service.unsent import open_sheet
from ledger.service.workbooks.templates import build_template
from ledger.state.rulebooks import list_rulebooks
from tests.builders import VILLAGE
from tests.service.importing import RESOLUTION, RULE, STEPS, ImportDesk, Row, make_book

TAKES: Row = RULE | {
    "编号": "C01",
    "分类": "环境整治",
    "规则": "门前乱堆",
    "加分": None,
    "扣分": 2,
    "单位": "次",
    "每月封顶": 6,
    "记分对象": "农户",
    "证据": "整改通知",
    "后续": "评议小组上门提醒",
}


@pytest.fixture
def desk() -> ImportDesk:
    return ImportDesk()


def make(*rows: Row) -> bytes:
    return make_book("rulebook", list(rows))


def say(desk: ImportDesk, *rows: Row) -> list[str]:
    return desk.say("rulebook", make(*rows))


def list_found(desk: ImportDesk) -> list[Any]:
    with desk.ports.ledger.read(VILLAGE) as reader:
        return list_rulebooks(reader.facts)


def test_a_rulebook_becomes_the_next_version_with_everything_it_says(desk: ImportDesk) -> None:
    imported = desk.read("rulebook", make(TAKES, RULE | {"每户起点分": 60}))

    assert imported.faults == ()
    assert imported.preview == (
        "积分细则第 1 版：2 条，2026-10 起用",
        "　怎样通过：2026年10月村民代表会议通过",
        "　每户起点分：60",
        "　B01 志愿服务 1 分／4小时，每月至多 10 分；计入积分",
        "　C01 门前乱堆 -2 分／次，每月至多 6 分；评议小组上门提醒（整行密封）",
    )
    assert imported.notices == ("没有写决议编号：先登记四议两公开的决议，再写上编号，村民查得到是怎么定的",)

    desk.record("rulebook", make(TAKES, RULE))

    (book,) = list_found(desk)
    assert (book.version, book.base_points, [rule.code for rule in book.rules]) == (1, 100, ["B01", "C01"])
    assert [(rule.points, rule.subject, rule.sensitive) for rule in book.rules] == [
        (1, "person", False),
        (-2, "household", False),
    ]


def test_unlawful_words_are_faults_beside_their_cells_all_at_once(desk: ImportDesk) -> None:
    rows = (
        RULE | {"规则": "全年不上访"},
        TAKES | {"后续": "不改的罚 款 50 元，停水停电"},
        TAKES | {"编号": "C02", "证据": "病历", "每月封顶": 1},
    )

    told = desk.read("rulebook", make(*rows)).faults

    assert sorted((fault.code, fault.place) for fault in told) == [
        ("rule-cap", "工作表「细则」第 4 行"),
        ("rule-unlawful", "工作表「细则」C2"),
        ("rule-unlawful", "工作表「细则」J4"),
        ("rule-unlawful", "工作表「细则」K3"),
        ("rule-unlawful", "工作表「细则」K3"),
    ]
    fine = next(fault for fault in told if "罚款" in fault.found)
    assert format_fault(fine) == (
        "工作表「细则」K3：现为「罚 款」（罚款），应为不写这样的话：除法律、法规、规章外，其他文件不得设定行政处罚"
        "（《中华人民共和国行政处罚法》第十六条，待核对）；村规民约不得与法律相抵触，不得侵犯村民的人身权利、民主权利和合法财产权利"
        "（《中华人民共和国村民委员会组织法》第二十七条，待核对）。改成扣积分，或者“由评议小组上门提醒，限期改正”；"
        "真违法的，交给有权处罚的机关。（rule-unlawful）"
    )


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ((RULE | {"编号": "b1"},), ["rule-code-form"]),
        ((RULE, RULE), ["row-duplicate"]),
        ((RULE | {"扣分": 1},), ["rule-sides"]),
        ((RULE | {"加分": None},), ["rule-sides"]),
        ((RULE | {"加分": 0},), ["rule-zero"]),
        ((TAKES | {"扣分": 21, "每月封顶": 21},), ["rule-deduction"]),
        ((RULE | {"后续": None},), ["cell-empty"]),
        ((RULE | {"起用月份": None, "怎样通过": None},), ["cell-empty", "cell-empty"]),
        ((RULE, TAKES | {"起用月份": "2026-09"}), ["rulebook-rows"]),
        ((RULE | {"决议编号": "3号"},), ["code-form"]),
        ((RULE | {"决议编号": "3-1"},), ["resolution-number-form"]),
        ((RULE | {"决议编号": "JY-2026-009"},), ["resolution-unknown"]),
        ((RULE | {"起用月份": "2026-11"},), ["period-future"]),
    ],
)
def test_each_slip_has_its_fault(desk: ImportDesk, rows: Sequence[Row], codes: list[str]) -> None:
    assert [fault.code for fault in desk.read("rulebook", make(*rows)).faults] == codes


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            (RULE | {"编号": "b1"},),
            (
                "工作表「细则」A2：现为「b1」，应为一个大写字母和两位数字，如 B01。"
                "同一类用同一个字母，按次序编号。（rule-code-form）"
            ),
        ),
        (
            (RULE | {"加分": None},),
            "工作表「细则」D2：现为加分、扣分都空着，应为只填一样。加分的条目填加分，扣分的条目填扣分。（rule-sides）",
        ),
        (
            (RULE, TAKES | {"起用月份": "2026-09"}),
            (
                "工作表「细则」「起用月份」：现为2 种写法，应为各行相同。"
                "一次只交一版细则；改成一样的，或者只留第一行的。（rulebook-rows）"
            ),
        ),
    ],
)
def test_each_fault_says_where_what_and_what_to_do(desk: ImportDesk, rows: Sequence[Row], told: str) -> None:
    assert say(desk, *rows) == [told]


def test_too_many_rules_are_refused(desk: ImportDesk) -> None:
    rows = [RULE | {"编号": f"{letter}{number:02d}"} for letter in "ABC" for number in range(67)]

    assert say(desk, *rows) == [
        "工作表「细则」：现为201 条，应为不超过 200 条。合并相近的条目；条目太多，没有人记得住。（rules-many）"
    ]


def test_a_resolution_of_the_register_adopts_it_from_its_own_month_on(desk: ImportDesk) -> None:
    row = RESOLUTION | {"准许开支": None, "有效到": None}
    desk.record("resolutions", make_book("resolutions", [row], others={"会议经过": STEPS}))
    numbered = RULE | {"决议编号": "JY-2026-001"}

    told = (
        "工作表「细则」，积分细则的起用月份：现为2026-09，应为2026-10 或更晚。"
        "先通过，后起用；以前的月份按以前的细则评。（rulebook-retroactive）"
    )
    assert say(desk, numbered | {"起用月份": "2026-09"}) == [told]
    imported = desk.read("rulebook", make(numbered))
    assert imported.notices == ()
    assert "　怎样通过：2026年10月村民代表会议通过（决议 JY-2026-001）" in imported.preview
    desk.record("rulebook", make(numbered))
    assert list_found(desk)[0].resolution_number == "JY-2026-001"


def test_a_new_version_tells_what_it_changes_and_one_that_says_the_same_is_refused(desk: ImportDesk) -> None:
    desk.record("rulebook", make(RULE, TAKES))

    faults = desk.read("rulebook", make(TAKES, RULE)).faults
    assert [(fault.code, fault.place) for fault in faults] == [
        ("rulebook-unchanged", "工作表「细则」，积分细则")
    ]
    imported = desk.read("rulebook", make(RULE | {"加分": 2, "后续": "计入积分；表扬"}))
    assert imported.preview[0] == "积分细则第 2 版：1 条，2026-10 起用，起用后各户要重新签积分契约"
    assert imported.preview[3:6] == (
        "　与第 1 版比：改动 1 条，删去 1 条，0 条没有变",
        "　改动 B01 志愿服务：分值原为 1 分／4小时，改为 2 分／4小时；后续原为 计入积分，改为 计入积分；表扬",
        "　删去 C01 门前乱堆 -2 分／次，每月至多 6 分",
    )
    assert imported.notices[0] == "起用以后，签过第 1 版契约的 0 户要重新签，没有重新签的不再记分"


def test_whoever_passes_it_must_say_to_have_seen_its_warnings(desk: ImportDesk) -> None:
    rows = (TAKES | {"证据": None}, RULE | {"证据": "身份证复印件"})
    imported = desk.read("rulebook", make(*rows))
    apply_import(desk.ports, imported)
    (draft,) = imported.drafts

    assert sum(notice.startswith("审核人要看过：") for notice in imported.notices) == 2
    (shown,) = show_drafts(desk.ports, VILLAGE, (draft.id,))
    assert sum(line.startswith("　提醒：") for line in shown.lines) == 2
    with pytest.raises(Refused) as refused:
        pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor)
    (fault,) = refused.value.faults
    first, _, rest = format_fault(fault).partition("：积分细则 B01 的证据：")
    assert first == f"待审记录 {draft.id}（{draft.label}）：现为有 2 处提醒还没有说看过"
    assert rest.endswith(
        "，应为看过每一处提醒，认为可以这样写。打开这一条看提醒，勾选“看过提醒”再通过；"
        "命令行写 --accept-warnings。不妥的，退回去改。（warnings-unseen）"
    )
    with pytest.raises(Refused):
        pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor, accepted=["d-other"])
    assert list_found(desk) == []

    (receipt,) = pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor, accepted=[draft.id])

    assert receipt is not None
    assert pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor) == [receipt]


def test_what_is_unlawful_is_not_recorded_whatever_way_it_comes(desk: ImportDesk) -> None:
    texts = Discloser(desk.ports.entropy)
    words = {"evidence": "", "group": "遵规守纪", "item": "缠访闹访", "unit": "次"}
    rule = Rule(
        code="D01",
        monthly_cap=2,
        points=-2,
        sensitive=False,
        subject="household",
        text=texts.publish("rule", words),
    )
    book = RulebookAdopted(
        base_points=100, resolution=texts.publish("resolution", "会议通过"), rules=(rule,), version=1
    )
    claim = Claim(
        body=book,
        kind="rulebook.adopted",
        maker=name_clerk(desk.clerk),
        occurred_on="2026-10-01",
        period="2026-10",
        village=VILLAGE,
    )
    checker = Actor(role="supervisor", user=desk.supervisor)

    with pytest.raises(Refused) as refused:
        record_claims(
            desk.ports, VILLAGE, [Passed(checkers=(checker,), claim=claim, public=tuple(texts.public))]
        )

    assert [(fault.code, fault.place) for fault in refused.value.faults] == [
        ("rule-unlawful", "积分细则 D01 的名称")
    ]
    assert list_found(desk) == []


def test_a_returned_rulebook_is_opened_again_as_it_was_typed(desk: ImportDesk) -> None:
    rows = (RULE | {"每户起点分": 80}, TAKES | dict.fromkeys(("起用月份", "怎样通过"), None))
    imported = desk.read("rulebook", make(*rows))
    apply_import(desk.ports, imported)
    (draft,) = imported.drafts
    return_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor, "后续写清楚")

    filled = fill(desk.ports, VILLAGE, [draft])

    again = import_typed(desk.ports, village=VILLAGE, kind="rulebook", tables=filled.tables, maker=desk.clerk)
    assert (filled.kind, filled.gone) == ("rulebook", 0)
    assert (again.faults, again.preview) == ((), imported.preview)


def test_the_template_is_filled_with_the_shipped_rules_and_can_be_handed_in(desk: ImportDesk) -> None:
    rows = fill_template()
    rows[0] |= {"起用月份": "2026-10", "怎样通过": "村民代表会议通过"}

    assert len(rows) == len(load_rules().rules) == 58
    desk.record("rulebook", build_template("rulebook", rows=rows))

    draft = list_found(desk)[0]
    assert [rule.points for rule in draft.rules] == [rule.points for rule in load_rules().rules]
    with pytest.raises(Refused) as refused:
        prepare_rulebook(
            desk.ports, VILLAGE, maker=desk.clerk, period="2026-10", resolution="村民代表会议通过"
        )
    assert [fault.code for fault in refused.value.faults] == ["rulebook-unchanged"]


def test_the_newest_version_or_the_shipped_rules_are_laid_into_the_sheet(desk: ImportDesk) -> None:
    assert len(list_start_rows(desk.ports, VILLAGE)) == 58
    desk.record("rulebook", make(RULE | {"每户起点分": 60}, TAKES))

    lay_rulebook(desk.ports, VILLAGE, desk.clerk, "newest")

    rows = open_sheet(desk.ports, VILLAGE, desk.clerk, SHEET).state.tables["细则"]
    assert rows[0] == (
        *("B01", "互助友爱", "志愿服务", "1", "", "4小时", "10", "个人", "否", "服务登记", "计入积分"),
        *("2026-10", "", "", "60"),
    )
    assert [row[0] for row in rows] == ["B01", "C01"]
    lay_rulebook(desk.ports, VILLAGE, desk.clerk, "template")
    assert len(open_sheet(desk.ports, VILLAGE, desk.clerk, SHEET).state.tables["细则"]) == 58


def test_a_number_that_is_none_is_refused_with_the_option_it_was_written_in(desk: ImportDesk) -> None:
    with pytest.raises(Refused) as refused:
        prepare_rulebook(
            desk.ports,
            VILLAGE,
            maker=desk.clerk,
            period="2026-10",
            resolution="村民代表会议通过",
            resolution_number="第三号",
        )

    assert [(fault.code, fault.place) for fault in refused.value.faults] == [
        ("resolution-number-form", "--resolution-number")
    ]


def run(*words: str) -> Any:
    return CliRunner().invoke(root, ["rules", "lint", *words])


def test_the_command_lists_everything_at_once_and_says_so_by_its_status(tmp_path: Path) -> None:
    bad, unwise, good = (tmp_path / f"{name}.xlsx" for name in ("bad", "unwise", "good"))
    bad.write_bytes(make(TAKES | {"后续": "停水三天", "证据": "无"}, RULE | {"规则": "不信教"}))
    unwise.write_bytes(make(RULE, TAKES | {"证据": "口头"}))
    good.write_bytes(make(RULE, TAKES))

    told = run(str(bad))
    assert told.exit_code == 1
    assert [line[:3] for line in told.output.splitlines()[:3]] == ["必须改", "必须改", "请再想"]
    assert "看了 2 条：必须改的 2 处，请再想的 1 处。" in told.output
    assert (run(str(unwise)).exit_code, run(str(unwise), "--warnings-too").exit_code) == (0, 1)
    assert run(str(good), "--warnings-too").exit_code == 0
    as_json = run(str(bad), "--json")
    answer = json.loads(as_json.stdout)
    assert as_json.exit_code == 1
    assert [fault["code"] for fault in answer["faults"]] == ["rule-unlawful", "rule-unlawful"]
    assert [(one["code"], one["rule"]) for one in answer["warnings"]] == [("no-evidence", "C01")]
    assert answer["rules"] == 2
