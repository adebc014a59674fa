"""Stars of branches and their secretaries (五步评星): declared, reviewed, displayed, confirmed, and later adjusted.

Each step is an entry of the day on which it was done. Until when a display lasts stands in no entry: it follows from
its day and the law of the province, so that nobody writes a shorter one. What a star rests on is told by the names of
the papers, which anybody may ask to see, and where somebody wants to by the SHA-256 of a file: the log keeps neither.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

from ledger.books.law import Law, count_days, find_days
from ledger.books.roles import Role
from ledger.books.rounds import build_fault
from ledger.books.scores import SUBJECT_NAMES, SchemeAdopted, list_ranks
from ledger.books.values import Count, FileDigest, Positive, PublicText, Value, is_day
from ledger.errors import Fault

STARS_MAX = 5
"""The most stars where no scheme says how many there are."""
FILES_MAX = 20
"""Files that one step names: their digests together stay far below an entry's size."""

StarNumber = Annotated[str, Meta(pattern=r"\AXJ-2[0-9]{3}-[0-9]{3}\Z")]
"""`XJ-YYYY-NNN`, of a village and the year in which the star was applied for: once given never another's."""
StarYear = Annotated[str, Meta(pattern=r"\A2[0-9]{3}\Z")]
Files = Annotated[tuple[FileDigest, ...], Meta(min_length=1, max_length=FILES_MAX)]
StarSubject = Literal["branch", "secretary"]
StarStep = Literal["reviewed", "displayed", "confirmed", "adjusted"]
StarStage = Literal["declared", "reviewed", "refused", "displayed", "confirmed", "adjusted"]
"""How far an application is: its last step, that it was made, or that the review gave no star."""

STEP_NAMES: dict[StarStep, str] = {
    "reviewed": "审核评星",
    "displayed": "公示亮星",
    "confirmed": "上报验星",
    "adjusted": "动态调星",
}
DECLARED_NAME = "申报创星"
STAGE_NAMES: dict[StarStage, str] = {
    "declared": "已申报，等审核",
    "reviewed": "已审核，等公示",
    "refused": "审核没有评上",
    "displayed": "正在公示，等验星",
    "confirmed": "已验星",
    "adjusted": "已验星，后来调过",
}
"""What people read and choose."""
FOLLOWING: dict[StarStage, tuple[StarStep, ...]] = {
    "declared": ("reviewed",),
    "reviewed": ("displayed",),
    "refused": (),
    "displayed": ("reviewed", "confirmed"),
    "confirmed": ("adjusted",),
    "adjusted": ("adjusted",),
}
"""Which steps may come next; what was objected to with reason is reviewed again and displayed again."""
WAITING: tuple[StarStage, ...] = ("declared", "reviewed", "displayed")
"""Stages in which nothing is decided yet: meanwhile nobody applies for another star."""
HOLDING: tuple[StarStage, ...] = ("confirmed", "adjusted")
GIVING: tuple[StarStep, ...] = ("reviewed", "adjusted")
"""Steps that say how many stars; the others keep those of the step before."""
CONFIRMING: tuple[StarStep, ...] = ("confirmed", "adjusted")
"""Steps that are the township's."""
CONFIRMER_ROLES: tuple[Role, ...] = ("township",)
_NUMERALS = ("没有星", "一星", "二星", "三星", "四星", "五星", "六星", "七星", "八星", "九星", "十星")


class StarDeclared(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`star.declared`: a branch, or its secretary, applies for stars of a year on the entry's day. `secretary` is the
    name of a secretary who applies, left out for a branch; `evidence` names the papers, `files` some as files.
    """

    branch: Positive
    evidence: PublicText
    files: Files | None = None
    number: StarNumber
    secretary: PublicText | None = None
    stars: Positive
    subject: StarSubject
    words: PublicText
    year: StarYear


class StarMoved(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`star.moved`: a step on the entry's day, by whom (a meeting or an office), with how many stars since, and why."""

    by: PublicText
    evidence: PublicText | None = None
    files: Files | None = None
    number: StarNumber
    stars: Count
    step: StarStep
    words: PublicText


def name_stars(stars: int) -> str:
    """Return how many stars in words, such as 三星."""
    return _NUMERALS[stars] if stars < len(_NUMERALS) else f"{stars} 星"


def name_subject(subject: StarSubject) -> str:
    """Return who applies, in words: 党支部 or 支部书记."""
    return SUBJECT_NAMES[subject]


def name_holder(branch: str, subject: StarSubject) -> str:
    """Return who holds a star, by the name of the branch: itself, or its secretary, such as 一组党支部书记."""
    if subject == "branch":
        return branch
    return f"{branch}书记" if branch.endswith("支部") else f"{branch}{name_subject(subject)}"


def count_display(law: Law, village: str, displayed_on: str) -> str:
    """Return the last day of a display that began on a day, by the law of the province on that day."""
    days = find_days(law, "branch-display", village[:2], displayed_on)
    assert days is not None  # The law's own data, from the year 2000 on.
    return count_days(displayed_on, days)


def tell_stage(step: StarStep, stars: int) -> StarStage:
    """Return how far an application is after a step."""
    return "refused" if step == "reviewed" and not stars else step


def check_declared(body: StarDeclared, scheme: SchemeAdopted | None, declared_on: str) -> list[Fault]:
    """Return every fault of an application in itself, under the scheme of its subject where there is one."""
    place = f"评星申报 {body.number}"
    faults = _check_files(body.files, place)
    faults += check_ranks(body.stars, scheme, place, least=1)
    if (body.secretary is not None) != (body.subject == "secretary"):
        found = "写了书记姓名" if body.secretary is not None else "没写书记姓名"
        remedy = "支部书记申报的写书记姓名，支部申报的不写"
        expected = f"{name_subject(body.subject)}申报的样子"
        faults.append(build_fault("star-secretary", place, found, expected, remedy))
    if not is_day(declared_on):
        return faults  # A day that there is not is told where days are.
    year = declared_on[:4]
    if body.number[3:7] != year:
        found, expected = f"{body.number[3:7]} 年的编号", f"申报那天的年份 {year}"
        faults.append(build_fault("star-year", place, found, expected, "按申报那天的年份编号"))
    if int(body.year) not in (int(year), int(year) - 1):
        expected = f"{int(year) - 1} 年或 {year} 年"
        faults.append(build_fault("star-of-year", place, f"申报 {body.year} 年的星", expected, "改正年度"))
    return faults


def check_moved(body: StarMoved, scheme: SchemeAdopted | None) -> list[Fault]:
    """Return every fault that a step has in itself, under the scheme of its subject where there is one."""
    place = name_step(body)
    return _check_files(body.files, place) + check_ranks(body.stars, scheme, place, least=0)


def check_ranks(stars: int, scheme: SchemeAdopted | None, place: str, *, least: int) -> list[Fault]:
    """Say where nobody can have so many stars: those of the scheme, from `least` on; without one up to five."""
    ranks = list_ranks(scheme) if scheme is not None else list(range(STARS_MAX + 1))
    known = sorted({rank for rank in (*ranks, 0) if rank >= least})
    if stars in known:
        return []
    expected = "、".join(name_stars(rank) for rank in known)
    return [build_fault("star-rank", place, name_stars(stars), f"{expected}之一", "按评星办法的星级改正")]


def check_assessed(stars: int, assessed: int | None, place: str) -> list[Fault]:
    """Say where a review gives other stars than an assessment that is recorded; None where none is."""
    if assessed is None or stars == assessed:
        return []
    found, expected = name_stars(stars), f"考评记录算出的{name_stars(assessed)}"
    return [build_fault("star-assessed", place, found, expected, "照考评的星级写；考评记错了的，先更正考评")]


def name_step(body: StarMoved) -> str:
    """Return a step as a fault names its place."""
    return f"评星申报 {body.number} 的{STEP_NAMES[body.step]}"


def read_files(written: str) -> list[str]:
    """Return the digests in what somebody wrote, parted by blanks, commas or 、, in small letters."""
    return [one.lower() for one in re.split(r"[\s,，、;；]+", written) if one]


def _check_files(files: Files | None, place: str) -> list[Fault]:
    if files is None or list(files) == sorted(set(files)):
        return []
    remedy = "重新交审，次序由程序排"
    place = f"{place}，材料指纹"
    return [build_fault("star-files", place, "次序不对，或有重复", "从小到大，每个一次", remedy)]
