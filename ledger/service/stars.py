"""Stars at the desk: a row for an application's next step, and the plate of the star that is held now."""

from __future__ import annotations

import msgspec

from ledger.books.honours import get_check
from ledger.books.scores import BranchRegistered
from ledger.books.star_steps import FOLLOWING, GIVING, STARS_MAX, STEP_NAMES, StarMoved, StarStep, name_holder
from ledger.canonical import encode_value
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.sheets import read_texts
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.service.workbooks.layout import WorkbookKind
from ledger.state import get_day
from ledger.state.facts import find_branch, read_body
from ledger.state.schemes import find_scheme_in_force
from ledger.state.star_steps import StarApplication, find_application, find_star_of

_SHEET: WorkbookKind = "stars"
_STEPS = "评星"


class StarPlate(msgspec.Struct, frozen=True, kw_only=True):
    """All that a plate says. It is of an office and names nobody: who holds that may change while it hangs.

    `check` is the short form of the digest of the words that gave the star; `most` how many stars there are to have.
    """

    by: str
    check: str
    day: str
    holder: str
    index: int
    most: int
    number: str
    stars: int
    township: str
    village: str
    village_name: str
    year: str


def build_plate_job(ports: Ports, village: str, number: str, base_url: str) -> PaperJob:
    """Return the job of the plate of an application; NotFound where it is not the star that is held now."""
    with ports.ledger.read(village) as reader:
        found = find_application(reader.facts, number)
        if found is None or not has_plate(reader, found):
            raise NotFound(f"评星 {number} 的星牌")
        plate = _build(reader, village, found)
    return PaperJob(base_url=base_url, content=encode_value(plate), is_demo=ports.is_demo, kind="star-plate")


def has_plate(reader: Reader, one: StarApplication) -> bool:
    """Whether an application gave the star that is held now, and there is one left of it."""
    held = find_star_of(reader.facts, one.body.subject, one.body.branch).held
    return one.is_held and held == one.body.number and one.stars > 0


def read_branch(reader: Reader, branch: int) -> str:
    """Return the name of a branch. Raises NotFound where none is registered under its number."""
    known = find_branch(reader.facts, branch)
    if known is None:
        raise NotFound(f"支部 {branch}")
    return read_text(read_texts(reader), read_body(reader.facts, known.index, BranchRegistered).name)


def _build(reader: Reader, village: str, one: StarApplication) -> StarPlate:
    find, move = read_texts(reader), one.known.moves[-1]
    step = read_body(reader.facts, move.index, StarMoved)
    described = describe_village(reader.facts, find, village)
    period = reader.facts.read_entry(move.index).period
    scheme = find_scheme_in_force(reader.facts, period, one.body.subject)
    return StarPlate(
        by=read_text(find, step.by),
        check=get_check(step.words.text),
        day=move.on,
        holder=name_holder(read_branch(reader, one.body.branch), one.body.subject),
        index=move.index,
        most=scheme.stars[-1].stars if scheme is not None else STARS_MAX,
        number=one.body.number,
        stars=one.stars,
        township=described.township,
        village=village,
        village_name=described.name,
        year=one.body.year,
    )


def put_step(ports: Ports, village: str, user: str, number: str, step: StarStep) -> Opened:
    """Put a row of an application's next step, with the stars that it goes on with, below what somebody has typed.

    The same row twice is once. Raises NotFound where there is no such application, or that step is not the next.
    """
    with ports.ledger.read(village) as reader:
        found = find_application(reader.facts, number)
    if found is None or step not in FOLLOWING[found.stage]:
        raise NotFound(f"评星 {number} 的{STEP_NAMES[step]}")
    stars = "" if step in GIVING else str(found.stars)
    row = (number, STEP_NAMES[step], get_day(ports.clock.now_ms()), stars, "", "", "", "")
    kept = open_sheet(ports, village, user, _SHEET)
    typed = kept.state.tables.get(_STEPS, ())
    if row in typed:
        return kept
    tables = {**kept.state.tables, _STEPS: (*typed, row)}
    return save_sheet(ports, village, user, _SHEET, tables, start=kept.version)
