"""A round of assessment on paper: organisations by place with what each component gave, persons without names."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from ledger.books.scores import OtherSubject
from ledger.canonical import encode_value
from ledger.errors import Refused
from ledger.figures.assessments import PartFigures, RankFigures
from ledger.ports import PaperJob
from ledger.service.assessment_sheets import AssessmentPaper, PaperRow
from reports.paper import render_paper
from tests.builders import VILLAGE
from tests.reports.test_awards_list import read
from tests.reports.test_certificates import read_codes

BASE = "https://mingbai.example.cn"
PARTS = (
    PartFigures(code="A", source="marks", title="组织生活", weight=40),
    PartFigures(code="B", source="marks", title="服务群众", weight=30),
    PartFigures(code="C", source="ballot", title="群众测评", weight=30),
)


def build_row(name: str, place: int, score: int | None, stars: int, *earned: int, **changes: Any) -> PaperRow:
    fields: dict[str, Any] = {"counted": (), "earned": earned, "grade": "", "name": name, "place": place}
    return PaperRow(**(fields | {"score": score, "stars": stars} | changes))


BRANCHES = AssessmentPaper(
    base=60,
    components=PARTS,
    display_to="2027-01-20",
    index=1_231,
    is_cut=True,
    made_on="2027-01-05",
    marker="township",
    objections_until="2027-01-10",
    period="2026-12",
    ranks=(
        RankFigures(cards=1, from_score=96, grade="", stars=5),
        RankFigures(cards=2, from_score=60, grade="", stars=1),
        RankFigures(cards=0, from_score=0, grade="", stars=0),
    ),
    rows=(
        build_row("示例村第一党支部", 1, 96, 5, 10_000, 9_500, 9_083),
        build_row("示例村第三党支部", 2, 60, 1, 6_000, 6_000, 6_000),
        build_row("示例村第十党支部", 2, 60, 1, 6_000, 6_000, 6_000),
    ),
    scheme="支部星级考评办法",
    span="quarter",
    subject="branch",
    telephone="0000-0000000",
    township="示例镇",
    version=2,
    village=VILLAGE,
    village_name="示例村",
)


def change(**changes: Any) -> AssessmentPaper:
    return msgspec.structs.replace(BRANCHES, **changes)


def make(paper: AssessmentPaper = BRANCHES, base_url: str = BASE) -> bytes:
    return render_paper(
        PaperJob(base_url=base_url, kind="assessment", content=encode_value(paper), is_demo=True)
    )


def count_pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def test_branches_stand_by_place_with_components_score_and_stars() -> None:
    pdf = make()
    words = read(pdf)

    for said in (
        "示例镇示例村2026年第四季度党支部考评结果公示单",
        "公示时间：2027年1月5日到2027年1月20日",
        "2027年1月10日以前打村务监督电话0000-0000000，或者在mingbai.example.cn/v/",
        "这次考评记在账本第1,231条。每一笔记分都在这一条里",
        "第一：示例村第一党支部，96分。",
        "排名党支部A组织生活40%B服务群众30%C群众测评30%得分评定",
        "第1示例村第一党支部1009590.8396分五星",
        "第2示例村第三党支部60606060分一星第2示例村第十党支部60606060分一星",
        "合成得分时照原数算",
        "按支部星级考评办法（第2版），每季一次，由乡镇记分。",
        "A组织生活（按项目记分）占40%；B服务群众（按项目记分）占30%；C群众测评（民主测评）占30%。",
        "每部分0到100分，按比例合成，四舍五入到整分。五星96分起，一星60分起。",
        "2027年1月5日打印",
    ):
        assert said in words, said
    assert "未评星" not in words


def test_a_large_village_of_grids_takes_several_pages_whose_rows_are_whole() -> None:
    rows = tuple(
        build_row(
            f"样湖第{number}微网格",
            number,
            90 - number,
            3,
            9_100,
            7_000,
            counted=(12, 11, number),
            grade="合格",
        )
        for number in range(1, 45)
    )
    ranks = (
        RankFigures(cards=44, from_score=75, grade="合格", stars=2),
        RankFigures(cards=0, from_score=0, grade="不合格", stars=1),
    )
    paper = change(
        components=PARTS[:2],
        is_cut=False,
        marker=None,
        period="2026-10",
        ranks=ranks,
        rows=rows,
        span="month",
        subject="grid",
    )
    pdf = make(paper)
    words = read(pdf)

    assert count_pages(pdf) in (2, 3)
    assert "2026年10月网格考评结果公示单" in words
    assert "第44样湖第44微网格受理12件，办结11件，走访44次917046分合格" in words
    assert "每月一次。A" in words
    assert "合格75分起，不合格0分起。" in words
    assert "小数点" not in words
    assert words.count("排名网格A组织生活40%B服务群众30%得分评定") == count_pages(pdf)  # On each page again.


def test_ten_components_have_narrow_columns() -> None:
    parts = tuple(PartFigures(code=code, source="marks", title="样例", weight=10) for code in "ABCDEFGHIJ")
    pdf = make(change(components=parts, rows=(build_row("示例村第一党支部", 1, 91, 4, *[9_083] * 10),)))

    assert "排名党支部A10%B10%" in read(pdf)
    assert f"第一党支部{'90.83' * 10}91分四星" in read(pdf)


@pytest.mark.parametrize(
    ("subject", "rows", "said"),
    [
        (
            "secretary",
            (build_row("示例村第一党支部", 0, None, 4),),
            "支部书记的评定示例村第一党支部四星",
        ),
        ("grid-worker", (), "评定人数五星1名一星2名未评星0名"),
    ],
)
def test_persons_stand_without_name_place_and_score(
    subject: OtherSubject, rows: tuple[PaperRow, ...], said: str
) -> None:
    pdf = make(change(is_cut=False, rows=rows, span="year", subject=subject))
    words = read(pdf)

    assert "示例村2026年" in words
    assert said in words
    assert "A组织生活（按项目记分）占40%" in words
    for hidden in ("排名", "第一：", "得分评定"):
        assert hidden not in words


def test_without_components_telephone_and_address_the_rest_is_said() -> None:
    pdf = make(change(components=(), rows=(build_row("东片", 1, 60, 1),), telephone=""), base_url="")
    words = read(pdf)

    assert "从60分起，照办法里的项目加减，最低0分，最高100分。" in words
    assert "2027年1月10日以前在村公开栏的网页提异议。" in words
    assert "扫码" not in words
    assert read_codes(pdf, 1) == []


def test_a_decoder_reads_the_rounds_page() -> None:
    assert read_codes(make(), 1) == [f"{BASE}/v/{VILLAGE}/assessments?subject=branch&month=2026-12"]


def test_the_same_job_gives_the_same_bytes_and_what_is_no_round_is_the_programs_own_error() -> None:
    assert make() == make()
    with pytest.raises(Refused):
        make(change(scheme="考评办法\U0001f3c6"))
    with pytest.raises(ValueError, match="no assessment"):
        render_paper(PaperJob(base_url="", content=b"{}", kind="assessment"))
