"""Applications for stars folded: how far each is, who holds which star, and what is under way.

Rules that always hold: a number is given once; of a year a branch, or its secretary, has one application that was not
refused, and none as long as another one is under way; steps come in their order and on days in their order; the stars
that are displayed are those reviewed, and those confirmed the ones displayed; nothing is confirmed before the days of
the display are over, nor while an objection to it waits for its answer. Confirming and adjusting takes the township.
Nobody passes as the secretary what is about a secretary's star.
"""

from __future__ import annotations

from ledger.books.periods import count_months
from ledger.books.rounds import build_fault
from ledger.books.star_steps import (
    DECLARED_NAME,
    FOLLOWING,
    HOLDING,
    STAGE_NAMES,
    STEP_NAMES,
    WAITING,
    StarDeclared,
    StarMoved,
    StarStage,
    StarSubject,
    check_assessed,
    check_declared,
    check_moved,
    count_display,
    name_stars,
    name_step,
    name_subject,
    tell_stage,
)
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.assessments import find_assessment, list_assessed_periods
from ledger.state.facts import (
    BranchFacts,
    EntryAt,
    Facts,
    find_branch,
    get_fact,
    put_fact,
    read_body,
    scan_facts,
)
from ledger.state.objections import get_objections, list_about
from ledger.state.reference import Reference
from ledger.state.schemes import find_scheme_in_force
from ledger.state.star_facts import StarFacts, StarMove, StarOfFacts

SUBJECTS: tuple[StarSubject, ...] = ("branch", "secretary")
MONTHS_BACK = 13
"""An assessment of the twelve months before a review counts in it."""
_NOTHING = StarOfFacts(held="", newest="")


class StarApplication(Value, frozen=True):
    """An application with what it said."""

    body: StarDeclared
    known: StarFacts

    @property
    def stage(self) -> StarStage:
        """How far it is."""
        return get_star_stage(self.known)

    @property
    def stars(self) -> int:
        """How many stars it is about now: of the last step, before any those applied for."""
        return self.known.moves[-1].stars if self.known.moves else self.body.stars

    @property
    def is_held(self) -> bool:
        """Whether it was confirmed."""
        return self.stage in HOLDING


def check_stars(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about stars may not follow these facts."""
    match entry.body:
        case StarDeclared() as body:
            scheme = find_scheme_in_force(facts, entry.period, body.subject)
            faults = check_declared(body, scheme, entry.occurred_on) + _check_new(facts, body)
            return faults + _check_own(entry, body.subject, f"评星申报 {body.number}")
        case StarMoved() as body:
            return _check_step(facts, reference, entry, body)
        case _:
            raise ValueError(f"{entry.kind} is about no star")


def fold_stars(facts: Facts, entry: Entry) -> None:
    """Apply an entry about stars, already checked. Raises TypeError for another kind."""
    body = entry.body
    if isinstance(body, StarDeclared):
        known = StarFacts(
            branch=body.branch,
            declared=entry.index,
            declared_on=entry.occurred_on,
            moves=(),
            subject=body.subject,
            year=body.year,
        )
        put_fact(facts, f"star/{body.number}", known)
        key = f"star-year/{_key_of(known)}/{body.year}/{body.number}"
        put_fact(facts, key, EntryAt(index=entry.index))
        held = find_star_of(facts, body.subject, body.branch).held
        put_fact(facts, f"star-of/{_key_of(known)}", StarOfFacts(held=held, newest=body.number))
    elif isinstance(body, StarMoved):
        before = get_star_facts(facts, body.number)
        stage = tell_stage(body.step, body.stars)
        move = StarMove(index=entry.index, on=entry.occurred_on, stage=stage, stars=body.stars)
        put_fact(facts, f"star/{body.number}", _add_move(before, move))
        if body.step == "confirmed":
            newest = find_star_of(facts, before.subject, before.branch).newest
            put_fact(facts, f"star-of/{_key_of(before)}", StarOfFacts(held=body.number, newest=newest))
    else:
        raise TypeError(f"{entry.kind} is about no star")


def find_assessed_stars(facts: Facts, subject: StarSubject, branch: int, period: str) -> int | None:
    """Return the stars that a branch, or its secretary, has in the newest assessment up to a month; None where none of
    the last twelve months has it.
    """
    for known in list_assessed_periods(facts, subject):
        if count_months(known, period) > MONTHS_BACK:
            return None
        found = find_assessment(facts, subject, known) if known <= period else None
        if found is not None:
            return next((card.stars for card in found.body.cards if card.of == str(branch)), None)
    return None


def find_application(facts: Facts, number: str) -> StarApplication | None:
    """Return an application by its number; None where there is none."""
    known = get_fact(facts, f"star/{number}", StarFacts)
    if known is None:
        return None
    return StarApplication(body=read_body(facts, known.declared, StarDeclared), known=known)


def get_star_facts(facts: Facts, number: str) -> StarFacts:
    """Return an application's facts; ValueError where there is none of this number."""
    known = get_fact(facts, f"star/{number}", StarFacts)
    if known is None:
        raise ValueError(f"no star {number}")
    return known


def get_star_stage(known: StarFacts) -> StarStage:
    """Return how far an application is."""
    return known.moves[-1].stage if known.moves else "declared"


def find_star_of(facts: Facts, subject: StarSubject, branch: int) -> StarOfFacts:
    """Return which applications are a branch's, or its secretary's, held and newest."""
    return get_fact(facts, f"star-of/{subject}/{branch:02d}", StarOfFacts) or _NOTHING


def list_star_numbers(facts: Facts, year: str = "") -> list[str]:
    """Return the numbers of all applications that were made in a year, of all years without one, in order."""
    head = f"star/XJ-{year}"
    return [f"XJ-{year}{rest}" for rest, _ in scan_facts(facts, head, StarFacts)]


def list_applications_of(facts: Facts, subject: StarSubject, branch: int) -> list[str]:
    """Return the numbers of all applications of a branch, or of its secretary, the newest year first."""
    found = scan_facts(facts, f"star-year/{subject}/{branch:02d}/", EntryAt)
    return [rest.partition("/")[2] for rest, _ in found][::-1]


def list_branches(facts: Facts) -> list[int]:
    """Return the numbers of all branches that are registered, in order."""
    return [int(key) for key, _ in scan_facts(facts, "branch/", BranchFacts)]


def find_display_end(reference: Reference, village: str, known: StarFacts) -> str:
    """Return the last day of the newest display of an application; empty before any."""
    shown = [move.on for move in known.moves if move.stage == "displayed"]
    return count_display(reference.law, village, shown[-1]) if shown else ""


def list_open_objections(facts: Facts, known: StarFacts) -> list[str]:
    """Return the numbers of the objections to any entry of an application that wait for an answer."""
    waiting = set(get_objections(facts).open)
    indexes = (known.declared, *(move.index for move in known.moves))
    return sorted(
        waiting.intersection(number for index in indexes for number in list_about(facts, str(index)))
    )


def find_star_subject(facts: Facts, body: StarDeclared | StarMoved) -> StarSubject | None:
    """Return of whom an entry about stars is; None where its application is not there."""
    if isinstance(body, StarDeclared):
        return body.subject
    known = get_fact(facts, f"star/{body.number}", StarFacts)
    return known.subject if known is not None else None


def _key_of(known: StarFacts) -> str:
    return f"{known.subject}/{known.branch:02d}"


def _add_move(known: StarFacts, move: StarMove) -> StarFacts:
    return StarFacts(
        branch=known.branch,
        declared=known.declared,
        declared_on=known.declared_on,
        moves=(*known.moves, move),
        subject=known.subject,
        year=known.year,
    )


def _check_new(facts: Facts, body: StarDeclared) -> list[Fault]:
    """A number is new, the branch is there, and nothing of it is under way nor decided for the year."""
    place, faults = f"评星申报 {body.number}", []
    used = get_fact(facts, f"star/{body.number}", StarFacts)
    if used is not None:
        found, remedy = f"第 {used.declared} 条已用这个编号", "同一次申报不用再登记；是另一次，就换一个编号"
        faults.append(build_fault("star-number-used", place, found, "没有用过的编号", remedy))
    if find_branch(facts, body.branch) is None:
        remedy = "先登记支部和党员"
        faults.append(build_fault("star-branch", place, f"支部 {body.branch}", "已登记的支部", remedy))
    who = f"支部 {body.branch} 的{name_subject(body.subject)}"
    newest = find_star_of(facts, body.subject, body.branch).newest
    if newest and get_star_stage(get_star_facts(facts, newest)) in WAITING:
        stage = STAGE_NAMES[get_star_stage(get_star_facts(facts, newest))]
        remedy = "先把那一次办完；不评了的，审核评星写 0 星"
        found = f"{who}的 {newest} {stage}"
        faults.append(build_fault("star-open", place, found, "没有办着的申报", remedy))
    prefix = f"star-year/{body.subject}/{body.branch:02d}/{body.year}/"
    numbers = [number for number, _ in scan_facts(facts, prefix, EntryAt)]
    done = [one for one in numbers if get_star_stage(get_star_facts(facts, one)) in HOLDING]
    if done:
        found, remedy = f"{who} {body.year} 年的星已由 {done[-1]} 定了", "要改星级的，登记动态调星"
        faults.append(build_fault("star-twice", place, found, "一年一次", remedy))
    return faults


def _check_step(facts: Facts, reference: Reference, entry: Entry, body: StarMoved) -> list[Fault]:
    place = name_step(body)
    known = get_fact(facts, f"star/{body.number}", StarFacts)
    if known is None:
        found, remedy = f"{body.number} 没有登记", "核对编号；新的先登记申报并通过审核"
        return [build_fault("star-unknown", place, found, "登记过的申报", remedy)]
    scheme = find_scheme_in_force(facts, entry.period, known.subject)
    faults = check_moved(body, scheme) + _check_own(entry, known.subject, place)
    last = known.moves[-1].on if known.moves else known.declared_on
    if entry.occurred_on < last:
        remedy = "一步不能早于它的前一步；改正日期"
        faults.append(build_fault("star-early", place, entry.occurred_on, f"{last} 或以后", remedy))
    stage = get_star_stage(known)
    if body.step not in FOLLOWING[stage]:
        return [*faults, _fault_order(place, stage)]
    if body.step == "reviewed":
        assessed = find_assessed_stars(facts, known.subject, known.branch, entry.period)
        return faults + check_assessed(body.stars, assessed, place)
    if body.step == "adjusted":
        return faults + _check_adjusted(known, body, place)
    faults += _check_same(known, body, place)
    if body.step == "confirmed":
        faults += _check_displayed(facts, reference, entry, known, place)
    return faults


def _check_displayed(
    facts: Facts, reference: Reference, entry: Entry, known: StarFacts, place: str
) -> list[Fault]:
    """The days of the display are over, and no objection waits."""
    end, faults = find_display_end(reference, entry.village, known), []
    if entry.occurred_on <= end:
        found = f"{entry.occurred_on} 验星，公示到 {end}"
        remedy = "公示满规定的天数再上报验星"
        faults.append(build_fault("star-display", place, found, f"{end} 以后", remedy))
    waiting = list_open_objections(facts, known)
    if waiting:
        found, remedy = (
            f"异议 {'、'.join(waiting)} 还没答复",
            "先答复异议；异议成立的，重新审核评星、重新公示",
        )
        faults.append(build_fault("star-objection", place, found, "没有等答复的异议", remedy))
    return faults


def _check_same(known: StarFacts, body: StarMoved, place: str) -> list[Fault]:
    """What is displayed is what was reviewed, and what is confirmed what was displayed."""
    before = known.moves[-1]
    if body.stars == before.stars:
        return []
    expected = f"与前一步相同：{name_stars(before.stars)}"
    remedy = "公示、验星不改星级；星级评错了的，重新审核评星"
    return [build_fault("star-differs", place, name_stars(body.stars), expected, remedy)]


def _check_adjusted(known: StarFacts, body: StarMoved, place: str) -> list[Fault]:
    if body.stars != known.moves[-1].stars:
        return []
    found, remedy = f"还是{name_stars(body.stars)}", "没有变的不用登记"
    return [build_fault("star-same", place, found, "升星或者降星", remedy)]


def _check_own(entry: Entry, subject: StarSubject, place: str) -> list[Fault]:
    """What is about a secretary nobody passes as the secretary."""
    if subject != "secretary":
        return []
    return [build_own(f"{place}，审核人 {one.user}") for one in entry.checkers if one.role == "secretary"]


def build_own(place: str) -> Fault:
    """Return the fault of somebody who passes what is about their own star."""
    remedy = "支部书记的星，请监督委员或乡镇记账员来审核"
    return build_fault("star-own", place, "参评的书记本人、近亲属，或村书记", "与参评的书记无关的人", remedy)


def _fault_order(place: str, stage: StarStage) -> Fault:
    following = FOLLOWING[stage]
    expected = "、".join(STEP_NAMES[step] for step in following) or f"没有下一步了，可以重新{DECLARED_NAME}"
    remedy = "五步依次办：先登记前一步，通过审核以后再登记这一步"
    return build_fault("star-order", place, f"这一件{STAGE_NAMES[stage]}", expected, remedy)
