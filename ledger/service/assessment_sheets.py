"""A round of assessment on paper, to hang on the board: branches and grids by place, secretaries by their branch, grid
workers as numbers.

It says what the public page says of that round, from the same figures; it names nobody and is no sealed sheet.
"""

from __future__ import annotations

import msgspec

from ledger.books.law import Deadline, count_days, find_days
from ledger.books.scores import Marker, OtherSubject, SchemeSpan
from ledger.canonical import encode_value
from ledger.errors import NotFound
from ledger.figures.assessments import AssessedFigures, PartFigures, RankFigures, collect_assessment
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.state import get_day

_HUNDRED = 100


class PaperRow(msgspec.Struct, frozen=True, kw_only=True):
    """A branch, a secretary by the branch, or a grid, as `AssessedFigures`; `earned` are what the components gave, in
    hundredths of points, cut off.
    """

    counted: tuple[int, ...]
    earned: tuple[int, ...]
    grade: str
    name: str
    place: int
    score: int | None
    stars: int


class AssessmentPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. Whoever prints it hangs it: it is displayed from `made_on` on. `is_cut` says that some
    component gave more than hundredths can tell; `index` is of the round's last entry.
    """

    base: int
    components: tuple[PartFigures, ...]
    display_to: str
    index: int
    is_cut: bool
    made_on: str  # YYYY-MM-DD, when it is printed
    marker: Marker | None
    objections_until: str
    period: str
    ranks: tuple[RankFigures, ...]  # the highest first
    rows: tuple[PaperRow, ...]  # the best first; none of grid workers
    scheme: str
    span: SchemeSpan
    subject: OtherSubject
    telephone: str
    township: str
    version: int
    village: str
    village_name: str


def build_assessment_job(
    ports: Ports, reader: Reader, village: str, subject: OtherSubject, period: str, base_url: str
) -> PaperJob:
    """Return the job of the round of a kind of subject for the time that ends with `period`. NotFound where none is
    recorded whole.
    """
    texts, today = read_texts(reader), get_day(ports.clock.now_ms())
    found = collect_assessment(reader.facts, texts, subject, period)
    if found is None:
        raise NotFound(f"{period} 的考评结果公示单")
    described = describe_village(reader.facts, texts, village)
    paper = AssessmentPaper(
        base=found.base,
        components=found.components,
        display_to=_count(ports, village, "display", today),
        index=found.entry,
        is_cut=any((one.score * _HUNDRED).denominator > 1 for row in found.rows for one in row.components),
        made_on=today,
        marker=found.marker,
        objections_until=_count(ports, village, "objection", today),
        period=period,
        ranks=found.ranks,
        rows=tuple(_build_row(row) for row in found.rows),
        scheme=found.title,
        span=found.span,
        subject=subject,
        telephone=described.telephone,
        township=described.township,
        version=found.version,
        village=village,
        village_name=described.name,
    )
    return PaperJob(base_url=base_url, content=encode_value(paper), is_demo=ports.is_demo, kind="assessment")


def _build_row(row: AssessedFigures) -> PaperRow:
    return PaperRow(
        counted=row.counted,
        earned=tuple(int(one.score * _HUNDRED) for one in row.components),
        grade=row.grade,
        name=row.name,
        place=row.place,
        score=row.score,
        stars=row.stars,
    )


def _count(ports: Ports, village: str, what: Deadline, day: str) -> str:
    """Return the last day of a clock of the law that begins on a day."""
    days = find_days(ports.reference.law, what, village[:2], day)
    assert days is not None, day  # The law's own data, from the year 2000 on.
    return count_days(day, days)
