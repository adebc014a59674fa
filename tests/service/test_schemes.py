"""Adopting schemes: every one that ships, one of the village's own from a file, and what is refused, all at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.books.scores import SUBJECT_NAMES
from ledger.data import read_data
from ledger.data.templates import EffectTemplate, SchemeTemplate, load_scheme, load_schemes
from ledger.errors import NotFound, Refused, format_fault
from ledger.figures.scores import collect_scores
from ledger.service.adopt import prepare_scheme
from ledger.service.passing import pass_drafts
from ledger.service.schemes import build_scheme, read_scheme_file
from ledger.service.sheets import read_texts
from ledger.service.showing import show_drafts
from ledger.state.schemes import list_schemes
from tests.books.points_ledger import PointsLedger
from tests.builders import VILLAGE
from tests.service.importing import MARK, MEMBERS, ImportDesk, make_book

GIVEN = {"period": "2026-10", "resolution": "党员大会通过"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def adopt(desk: ImportDesk, **given: Any) -> list[str]:
    """Adopt a scheme and return how it is shown to who passes it."""
    draft = prepare_scheme(desk.ports, VILLAGE, maker=desk.clerk, **(GIVEN | given))
    (shown,) = show_drafts(desk.ports, VILLAGE, [draft.id])
    pass_drafts(desk.ports, VILLAGE, [draft.id], desk.supervisor)
    return list(shown.lines)


def refuse(desk: ImportDesk, **given: Any) -> list[str]:
    with pytest.raises(Refused) as error:
        adopt(desk, **given)
    return [format_fault(fault) for fault in error.value.faults]


MEMBERS_SCHEMES = ["member-60", "member-100", "member-quarter", "red-credit"]


def test_every_shipped_scheme_is_adopted_for_its_subject(desk: ImportDesk) -> None:
    for name, template in load_schemes().items():
        lines = adopt(desk, name=name)

        version = (
            1 + ("member-60", "member-100", "member-quarter", "red-credit").index(name)
            if template.subject == "member"
            else 1
        )
        assert lines[0] == f"{template.title}第 {version} 版，2026-10 起用"
    with desk.ports.ledger.read(VILLAGE) as reader:
        found = {
            subject: [body.scheme for body in list_schemes(reader.facts, subject)]
            for subject in SUBJECT_NAMES
        }
    assert found == {
        "branch": ["branch-stars"],
        "grid": ["micro-grid"],
        "grid-worker": ["grid-worker"],
        "member": MEMBERS_SCHEMES[::-1],
        "secretary": ["secretary-stars"],
    }
    assert refuse(desk, name="grid-worker") == [
        "考评办法：现为与第 1 版相同，应为有改动的考评办法。没有改动就不必再采用。（scheme-unchanged）"
    ]


def test_what_a_quarters_scheme_drops_is_told_with_its_cap_for_the_quarter(desk: ImportDesk) -> None:
    template = load_scheme("member-quarter")
    adopt(desk, name="member-quarter")
    shorter = tuple(item for item in template.items if item.code != "N03")

    lines = adopt(desk, template=msgspec.structs.replace(template, items=shorter))

    assert [line for line in lines if "删去 N03" in line] == [
        "　删去 N03 对村民诉求推诿不办（经核实） -5 分／件，每季至多 20 分"
    ]


def test_a_scheme_of_a_month_to_come_is_refused_when_it_is_handed_in(desk: ImportDesk) -> None:
    assert refuse(desk, period="2026-11") == [
        (
            "起用月份：现为2026-11，应为2026-10 或更早的月份。"
            "还没到的月份不能记账；等那个月到了再采用。（period-future）"
        )
    ]


def test_schemes_of_different_subjects_wait_beside_each_other(desk: ImportDesk) -> None:
    first = prepare_scheme(desk.ports, VILLAGE, maker=desk.clerk, **GIVEN)
    prepare_scheme(desk.ports, VILLAGE, maker=desk.clerk, name="grid-worker", **GIVEN)

    (waiting,) = refuse(desk, name="member-100")
    assert first.id in waiting
    with pytest.raises(NotFound):
        adopt(desk, name="member-70")


def test_who_passes_a_scheme_reads_all_that_it_says(desk: ImportDesk) -> None:
    assert adopt(desk, name="grid-worker")[1:9] == [
        "　怎样通过：党员大会通过",
        "　基础分：80",
        "　等次：0 分起 不合格、60 分起 基本合格、75 分起 合格、90 分起 优秀",
        "　考评对象：网格员",
        "　谁记分：乡镇",
        (
            "　分几部分：A 日常积分 占 50%，计数（办理事件（件）到 10 得 30 分，办结率（%）到 100 得 30 分，"
            "走访（次）到 10 得 40 分）；B 民主测评 占 30%，民主测评；C 综合评定 占 20%，按项目记分"
        ),
        "　影响：不合格的，当年不参加评优表彰",
        "　P01（C） 主动发现并报告隐患（经核实） 5 分／件，每月至多 15 分",
    ]
    secretaries = adopt(desk, name="secretary-stars")
    assert "　多久一评：每年" in secretaries
    assert "　步骤：申报创星、审核评星、公示亮星、上报验星、动态调星" in secretaries


def test_a_change_to_another_scheme_tells_what_changes(desk: ImportDesk) -> None:
    adopt(desk)

    lines = adopt(desk, name="member-100")

    assert "　基础分：原为 60，改为 100" in lines
    assert any(
        line.startswith("　等次：原为 60 分起 一星、") and line.endswith("90 分起 优秀") for line in lines
    )
    assert "　影响：原为 没有，改为 不合格的，当年不参加评优表彰" in lines
    assert "　与第 1 版比：26 条没有变" in lines


def test_a_months_round_under_grades_goes_from_workbook_to_card_and_sheet(desk: ImportDesk) -> None:
    adopt(desk, name="member-100")
    desk.record("members", make_book("members", MEMBERS))
    item = {"项目名称": load_scheme("member-100").items[0].item}
    worse = {
        "党员编号": "0104",
        "姓名": "例大海",
        "项目编号": "N10",
        "项目名称": "受到更重的党纪处分（以处分决定为据）",
    }

    imported = desk.read("scores", make_book("scores", [MARK | item, MARK | worse]))

    assert imported.faults == ()
    assert "　评分卡 0103 样小兰：100 分，优秀" in imported.preview
    assert "　评分卡 0104 例大海：80 分，合格" in imported.preview
    desk.record("scores", make_book("scores", [MARK | item, MARK | worse]))
    with desk.ports.ledger.read(VILLAGE) as reader:
        head = PointsLedger().head("scores", "2026-10")
        figures = collect_scores(reader.facts, desk.ports.reference, read_texts(reader), head)
    assert [(row.stars, row.members) for row in figures.stars] == [(4, 1), (3, 1), (2, 0), (1, 0)]
    assert [(cut.name, cut.from_score) for cut in figures.cuts] == [
        ("不合格", 0),
        ("基本合格", 60),
        ("合格", 75),
        ("优秀", 90),
    ]


def test_a_round_that_the_scheme_does_not_allow_is_refused_with_all_else(desk: ImportDesk) -> None:
    template = msgspec.structs.replace(
        load_scheme("grid-worker"), subject="member", every="quarter", effects=()
    )
    adopt(desk, template=template)
    desk.record("members", make_book("members", MEMBERS))
    row = MARK | {"月份": "2026-11", "项目名称": template.items[0].item, "数量": "x"}

    codes = [fault.code for fault in desk.read("scores", make_book("scores", [row])).faults]

    assert {"round-source", "round-calendar"} < set(codes)


OWN = """
scheme = "our-way"
title = "我们村的办法"
base = 60
every = "quarter"
grades = ["不合格", "合格"]
stars = [{ from_score = 0, stars = 1 }, { from_score = 60, stars = 2 }]
effects = [{ stars = 1, loses = "exemplar", lasts = "year" }]
components = [
  { code = "A", title = "日常", weight = 60, source = "marks" },
  { code = "B", title = "走访", weight = 40, source = "counts", measures = [
    { counts = "visits", points = 100, target = 10 },
  ] },
]
items = [{ code = "P01", component = "A", group = "日常", item = "例会", points = 5, unit = "次", monthly_cap = 10 }]
"""


def test_a_scheme_of_the_villages_own_is_read_from_a_file(desk: ImportDesk) -> None:
    template = read_scheme_file(OWN.encode())

    lines = adopt(desk, template=template)

    assert lines[0] == "我们村的办法第 1 版，2026-10 起用"
    assert {one.basis for one in (*template.items, *template.components, *template.effects)} == {"village"}


def test_a_shipped_scheme_can_be_taken_out_and_read_as_a_file() -> None:
    tables = read_data("schemes.toml").split("[[schemes]]")
    table = next(one for one in tables if 'scheme = "branch-stars"' in one)

    assert read_scheme_file(table.encode()) == load_scheme("branch-stars")


def test_every_fault_of_a_files_form_is_told_at_once() -> None:
    wrong = (
        OWN.replace("points = 5, ", "")
        .replace("weight = 60", 'weight = "60"')
        .replace('title = "我们村的办法"', "")
    )
    with pytest.raises(Refused) as error:
        read_scheme_file(wrong.encode())

    assert [(fault.code, fault.place) for fault in error.value.faults] == [
        ("scheme-form", "考评办法文件的部分第 1 条"),
        ("scheme-form", "考评办法文件的项目第 1 条"),
        ("scheme-form", "考评办法文件"),
    ]


@pytest.mark.parametrize(
    "data", [b"\xff", b"= 1", b"items = 3", b"items = [1]\nstars = [{}]\ncomponents = [{measures = 1}]"]
)
def test_what_is_no_scheme_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as error:
        read_scheme_file(data)

    assert {fault.code for fault in error.value.faults} == {"scheme-form"}


def spoil() -> SchemeTemplate:
    """Everything wrong at once."""
    replace, known = msgspec.structs.replace, load_scheme("grid-worker")
    daily, ballot, general = known.components
    return replace(
        known,
        scheme="Our Way",
        subject="household",
        every="week",
        marker="auditor",
        grades=("合格", "合格", "优秀", "优秀"),
        effects=(EffectTemplate(basis="", lasts="decade", loses="dividend", stars=1),),
        components=(
            replace(daily, measures=(replace(daily.measures[0], counts="petitions", points=100),)),
            replace(ballot, code="bb", source="rumour", weight=31),
            general,
        ),
        items=(*known.items, replace(known.items[0], component="Z", item="没到会的罚款 50 元")),
    )


def test_everything_wrong_with_a_scheme_is_told_at_once(desk: ImportDesk) -> None:
    told = refuse(desk, template=spoil())

    listed = [
        "考评办法 scheme：现为Our Way，应为小写字母、数字和连字符，字母开头，2–40 个。改正编号。（scheme-form）",
        "考评办法的部分 bb：现为bb，应为一个大写字母。改正编号。（scheme-form）",
        (
            "考评办法 subject：现为household，应为branch、grid、grid-worker、member、secretary 之一。"
            "照写其中一个。（scheme-form）"
        ),
        "考评办法 every：现为week，应为month、quarter、year 之一。照写其中一个。（scheme-form）",
        "考评办法 marker：现为auditor，应为clerk、jury、secretary、township 之一。照写其中一个。（scheme-form）",
        "考评办法的部分 A counts：现为petitions，应为closing-rate、events、visits 之一。照写其中一个。（scheme-form）",
        "考评办法的部分 bb source：现为rumour，应为ballot、counts、marks 之一。照写其中一个。（scheme-form）",
        "考评办法的影响第 1 条 lasts：现为decade，应为month、quarter、year 之一。照写其中一个。（scheme-form）",
        (
            "考评办法的影响第 1 条 loses：现为dividend，"
            "应为本组织自己的荣誉：commendation 评优表彰，exemplar 先进典型。"
            "分数只和本组织自己的荣誉挂钩，别的影响不能写；改正或者删去这一条。（effect-honours）"
        ),
        "考评办法的等次 合格：现为又出现一次，应为每个等次一个名称。换一个名称。（grade-twice）",
        "考评办法的等次 优秀：现为又出现一次，应为每个等次一个名称。换一个名称。（grade-twice）",
        "考评项目 P01：现为又出现一次，应为每个编号一条。换一个编号。（item-twice）",
        (
            "考评办法各部分的权重：现为50 + 31 + 20 = 101，应为每部分至少 1，合计 100。"
            "改正权重，让各部分合计正好 100。（scheme-weights）"
        ),
        "考评项目 P01：现为部分 Z，应为A、bb、C 之一。对照办法的各部分改正。（item-component）",
    ]
    assert told[:-1] == listed
    assert told[-1].startswith("考评项目 P01 的名称：现为「罚款」（罚款），应为不写这样的话：")
    assert told[-1].endswith("（rule-unlawful）")


def test_more_than_an_entry_holds_is_refused(desk: ImportDesk) -> None:
    known = load_scheme("member-60")
    template = msgspec.structs.replace(known, steps=tuple(f"步骤{number}" for number in range(11)))

    (told,) = refuse(desk, template=template)

    assert told.startswith("考评办法：现为")
    assert told.endswith("项目不超过 200 条，其余不超过 10 条。改短或者改正。（scheme-form）")


@pytest.mark.parametrize("place", ["title", "grades", "steps", "components", "items"])
def test_a_scheme_that_says_what_no_rulebook_may_is_not_recorded_either(desk: ImportDesk, place: str) -> None:
    replace, known, text = msgspec.structs.replace, load_scheme("grid-worker"), "罚款"
    changes: dict[str, Any] = {
        "title": text,
        "grades": (text, "基本合格", "合格", "优秀"),
        "steps": (text,),
        "components": (replace(known.components[0], title=text), *known.components[1:]),
        "items": (replace(known.items[3], group=text), *known.items[:3]),
    }
    template = replace(known, **{place: changes[place]})

    with pytest.raises(Refused) as error:
        desk.record_body(lambda texts: build_scheme(template, texts, resolution="党员大会通过", version=1))

    assert {fault.code for fault in error.value.faults} == {"rule-unlawful"}
