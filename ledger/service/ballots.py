"""Secret ballots: opened by two persons, printed as single-use codes once, closed as one list by two persons.

    asked by a clerk ─► passed: an entry ─► codes printed, each once ─► votes ─► sealed by a clerk ─► passed: an entry

Nothing is said of a ballot that runs, not even how many voted: whoever reads that every minute knows who voted when.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from ledger.books.ballots import (
    APPRAISED_NAMES,
    ISSUED_MAX,
    ISSUED_MIN,
    QUESTIONS_MAX,
    UNITS_MAX,
    Appraised,
    BallotClosed,
    BallotOpened,
    CastBallot,
)
from ledger.books.roles import MAKER_ROLES
from ledger.books.rounds import build_fault
from ledger.books.values import Sealed, is_day
from ledger.canonical import encode_value, parse_claim
from ledger.data import load_ballots
from ledger.entries import KIND_OF_BODY, Claim, name_clerk
from ledger.errors import Fault, NotFound, Refused
from ledger.figures import read_text
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports
from ledger.service.cards import make_code
from ledger.service.drafts import Discloser, build_draft, refuse_entry
from ledger.service.persons import check_person
from ledger.service.screening import check_texts, list_names
from ledger.service.sheets import read_texts
from ledger.service.slots import check_slot, find_next_number, list_waiting_slots
from ledger.state import get_day
from ledger.state.ballots import FoundBallot, find_ballot, list_ballots
from ledger.state.facts import find_branch
from ledger.state.marks import list_branch_members
from ledger.state.party_groups import open_groups
from ledger.state.private import RegisteredMember, open_private
from ledger.urns import Urn, add_codes, make_urn, seal_urn
from ledger.vaults import Draft

PLACES = {
    "title": "测评名称",
    "appraised": "测评什么",
    "units": "测评对象",
    "branch": "支部",
    "group": "党小组",
    "questions": "问题",
    "scale": "选项",
    "issued": "印多少张票",
    "opens": "开始",
    "closes": "截止",
    "turnout_min": "至少百分之几投票",
    "resolution": "决议编号",
}
"""What a fault calls the fields of the form."""
SLIPS_A_PRINTING = 200
"""Codes that one printing lays out, well within a child's limits: it takes some seven seconds. More take several."""
_SALT = b"mingbai ballot code v1\n"


class Asking(NamedTuple):
    """A ballot as it is asked for: texts as they were typed, a unit or question a line; `group` is a party group of the
    branch, empty for all of the branch's members.
    """

    title: str
    appraised: str
    units: str
    branch: str
    group: str
    questions: str
    scale: str
    issued: str
    opens: str
    closes: str
    turnout_min: str
    resolution: str


class BallotPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that the sheets of codes say. `codes` are in the order in which they were drawn, which is none."""

    closes: str
    codes: tuple[str, ...]
    made_on: str
    number: str
    opens: str
    telephone: str
    title: str
    village: str
    village_name: str


def ask_ballot(ports: Ports, village: str, maker: str, asking: Asking) -> Draft:
    """Hand in a ballot, to be passed as an entry, and return its draft. Raises Refused with every fault of it."""
    units, questions = _split(asking.units), _split(asking.questions)
    names = list_names(ports, village)
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    faults += check_texts({PLACES["title"]: asking.title.strip()}, names)
    faults += _check_lines("questions", questions, QUESTIONS_MAX, names)
    scale = load_ballots().scales.get(asking.scale)
    if scale is None:
        faults.append(_build_form("scale", asking.scale, "列出的一种", "选一种"))
    if asking.appraised not in APPRAISED_NAMES:
        faults.append(_build_form("appraised", asking.appraised, "列出的一种", "选一种"))
    members = _list_members(ports, village, asking) if asking.appraised == "member" else []
    if asking.appraised == "member":
        faults += _check_members(asking, len(members))
    else:
        faults += _check_lines("units", units, UNITS_MAX, names)
    faults += _check_number("issued", asking.issued, ISSUED_MIN, ISSUED_MAX)
    faults += _check_number("turnout_min", asking.turnout_min, 0, 100)
    for name, day in (("opens", asking.opens), ("closes", asking.closes)):
        if not _is_day(day):
            faults.append(_build_form(name, day, "日历上有的一天，如 2026-11-20", "改正日期"))
    today = get_day(ports.clock.now_ms())
    faults += _check_closes(asking, today)
    if faults or scale is None:
        raise Refused(faults)
    texts = Discloser(ports.entropy)
    sealed = [texts.seal("member", {"member": member}) for member in members]
    body = BallotOpened(
        appraised=msgspec.convert(asking.appraised, Appraised),
        choices=tuple(texts.publish("choice", choice) for choice in scale.choices),
        closes=asking.closes,
        issued=int(asking.issued),
        members=tuple(sorted(sealed, key=lambda item: item.sealed)),
        number=_choose_number(ports, village),
        opens=asking.opens,
        questions=tuple(texts.publish("question", question) for question in questions),
        resolution=asking.resolution.strip(),
        title=texts.publish("title", asking.title.strip()),
        turnout_min=int(asking.turnout_min),
        units=() if sealed else tuple(texts.publish("unit", unit) for unit in units),
    )
    claim = _build_claim(village, maker, body, today)
    refuse_entry(ports, claim)
    # Several wait at once where each party group has its own: the title tells them apart.
    title = asking.title.strip()
    label = f"开始测评 {body.number} {title}：印 {body.issued} 张票，{body.opens} 至 {body.closes}"
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    ports.vault.put_drafts(village, [draft])
    return draft


def print_codes(
    ports: Ports, village: str, number: str, base_url: str, lay_out: Callable[[PaperJob], bytes]
) -> bytes:
    """Return the PDF of a ballot's next codes, which count from then on and can never be printed again.

    They are laid out first: what cannot be printed leaves nothing behind. NotFound where there is no such ballot;
    Refused where all its codes were printed before, and where it is over.
    """
    with ports.ledger.read(village) as reader:
        found = find_ballot(reader.facts, number)
        if found is None:
            raise NotFound(f"测评 {number}")
        texts = read_texts(reader)
        described = describe_village(reader.facts, texts, village)
        title = read_text(texts, found.opened.title)
    today = get_day(ports.clock.now_ms())
    if found.closed is not None or today > found.opened.closes:
        raise Refused([_build_over(number)])
    urn = ports.urns.find(village, number)
    left = found.opened.issued if urn is None else urn.unprinted
    if not left or (urn is not None and urn.is_sealed):
        raise Refused([_build_printed(number)])
    codes = tuple(make_code(ports.entropy) for _ in range(count_next(left)))
    paper = BallotPaper(
        closes=found.opened.closes,
        codes=codes,
        made_on=today,
        number=number,
        opens=found.opened.opens,
        telephone=described.telephone,
        title=title,
        village=village,
        village_name=described.name,
    )
    job = PaperJob(base_url=base_url, content=encode_value(paper), is_demo=ports.is_demo, kind="ballots")
    data = lay_out(job)
    digests = [digest_code(number, code) for code in codes]
    if urn is None:
        is_kept = ports.urns.make(village, number, make_urn(digests, left - len(codes)))
    else:
        is_kept = ports.urns.change(village, number, lambda found: add_codes(found, digests, left))
    if not is_kept:  # Another printing came before, or the end: these codes never counted.
        raise Refused([_build_printed(number)])
    return data


def count_printings(left: int) -> int:
    """Return in how many printings so many codes come."""
    return -(-left // SLIPS_A_PRINTING)


def count_next(left: int) -> int:
    """Return how many codes the next printing has: all printings about as many, so that none has one slip alone."""
    return -(-left // count_printings(left))


def prepare_ballot_closing(ports: Ports, village: str, number: str, maker: str) -> Draft:
    """Let no code of a ballot count any more and hand in the list of its ballots; return the draft.

    Raises NotFound where there is no such ballot; Refused before its last day while codes are left, and where the list
    waits to be passed already.
    """
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    faults += check_slot(list_waiting_slots(ports.vault, village), ("ballot-closing", number))
    with ports.ledger.read(village) as reader:
        found = find_ballot(reader.facts, number)
        title = read_text(read_texts(reader), found.opened.title) if found is not None else ""
    if found is None:
        raise NotFound(f"测评 {number}")
    urn = ports.urns.find(village, number) or Urn(codes=(), is_sealed=True, issued=found.opened.issued)
    # Asked before the urn is sealed: a ballot that may not be closed yet goes on.
    refuse_entry(ports, _build_closing(ports, village, maker, number, urn), faults=faults)
    ports.urns.change(village, number, seal_urn)
    urn = ports.urns.find(village, number) or urn
    claim = _build_closing(ports, village, maker, number, urn)
    label = f"结束测评 {number} {title}：{len(urn.ballots)} 张票，{urn.unused} 张没用"
    draft = build_draft(ports, claim, label, batch=claim.kind)
    returned = [item.id for item in ports.vault.list_drafts(village, "returned") if item.slot == draft.slot]
    own = [id_ for id_ in returned if _is_maker(ports, village, id_, maker)]
    ports.vault.put_drafts(village, [draft], answers=own)
    return draft


def check_ballot_draft(ports: Ports, draft: Draft, claim: Claim) -> list[Fault]:
    """Say that the list of ballots that somebody passes is not the one in the urn. None for any other draft."""
    if not isinstance(claim.body, BallotClosed) or draft.state != "waiting":
        return []
    with ports.ledger.read(claim.village) as reader:
        found = find_ballot(reader.facts, claim.body.number)
    if found is not None and found.closed is not None:
        return []  # Recorded already, and the urn destroyed: the log itself says what may follow.
    urn = ports.urns.find(claim.village, claim.body.number)
    held = urn.ballots if urn is not None else ()
    if tuple((cast.receipt, cast.choices) for cast in claim.body.ballots) == held:
        return []
    place, remedy = f"测评 {claim.body.number}", "退回，请村文书从票箱重新结束这次测评"
    return [build_fault("ballot-urn", place, "交审的票和票箱里的不一样", "就是票箱里的票", remedy)]


def destroy_closed(ports: Ports, village: str) -> list[FoundBallot]:
    """Destroy the urns of ballots that are an entry, also those that a crash left between the two; return the ballots
    of all others.
    """
    numbers = ports.urns.list_numbers(village)
    if not numbers:
        return []
    with ports.ledger.read(village) as reader:
        found = [ballot for number in numbers if (ballot := find_ballot(reader.facts, number)) is not None]
    for ballot in found:
        if ballot.closed is not None:
            ports.urns.destroy(village, ballot.opened.number)
    return [ballot for ballot in found if ballot.closed is None]


def list_known_ballots(ports: Ports, village: str) -> list[FoundBallot]:
    """Return a village's ballots, the newest first; what is left of those that are over is destroyed by the way."""
    destroy_closed(ports, village)
    with ports.ledger.read(village) as reader:
        return list_ballots(reader.facts)


def digest_code(number: str, code: str) -> str:
    """Return what an urn keeps of a code while it counts."""
    return hashlib.sha256(_SALT + number.encode() + b"\n" + code.encode()).hexdigest()


def name_members(ports: Ports, village: str, members: Sequence[Sealed]) -> list[str]:
    """Return how those who are appraised are called on a ballot that a voter holds; of one who was erased, nothing."""
    known = {item.member: item.name for item in ports.vault.list_members(village)}
    with ports.vault.read_private(village) as find:
        found = [open_private(find, item.sealed, RegisteredMember) for item in members]
    return [known.get(item.member, "") if item is not None else "" for item in found]


def _build_closing(ports: Ports, village: str, maker: str, number: str, urn: Urn) -> Claim:
    ballots = tuple(CastBallot(choices=choices, receipt=receipt) for receipt, choices in urn.ballots)
    body = BallotClosed(ballots=ballots, number=number, unused=urn.unused)
    return _build_claim(village, maker, body, get_day(ports.clock.now_ms()))


def _build_claim(village: str, maker: str, body: BallotOpened | BallotClosed, today: str) -> Claim:
    return Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=name_clerk(maker),
        occurred_on=today,
        period=today[:7],
        village=village,
    )


def _is_maker(ports: Ports, village: str, draft_id: str, maker: str) -> bool:
    draft = ports.vault.find_draft(village, draft_id)
    return draft is not None and parse_claim(draft.claim).maker.user == maker


def _choose_number(ports: Ports, village: str) -> str:
    """Return the number after the largest of the year, of entries as of drafts that wait and of urns."""
    head = f"CP-{get_day(ports.clock.now_ms())[:4]}-"
    with ports.ledger.read(village) as reader:
        known = {found.opened.number for found in list_ballots(reader.facts)}
    known |= {slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "ballot"}
    known |= {*ports.urns.list_numbers(village)}
    return find_next_number(head, known)


def _list_members(ports: Ports, village: str, asking: Asking) -> list[str]:
    """Return the members of a branch, or of a group of it, by pseudonym, as they are registered now; none where there
    is no such branch or group.
    """
    branch, group = _read_short(asking.branch), _read_short(asking.group)
    with ports.ledger.read(village) as reader, ports.vault.read_private(village) as find:
        if find_branch(reader.facts, branch) is None:
            return []
        members = list_branch_members(reader.facts, branch, find)
        if not asking.group.strip():
            return members
        grouped = {one.member for one in open_groups(reader.facts, branch, find) if one.group == group}
    return [member for member in members if member in grouped]


def _read_short(number: str) -> int:
    """Return a number of one or two digits as it is typed; 0 for anything else."""
    return int(number) if re.fullmatch("[1-9][0-9]?", number.strip(), re.ASCII) else 0


def _check_members(asking: Asking, count: int) -> list[Fault]:
    """A ballot holds so many members, and a group that is named is there."""
    if 1 <= count <= UNITS_MAX:
        return []
    branch, group = asking.branch.strip(), asking.group.strip()
    if group:
        found = f"支部 {branch} 第 {group} 党小组有 {count} 名党员"
        if not count:
            found = f"支部 {branch} 没有第 {group} 党小组，或者组里没有党员"
        remedy = "写对党小组序号；没有分党小组的，先用「党小组」表登记"
        return [_build_form("group", found, f"1 至 {UNITS_MAX} 名党员的党小组", remedy)]
    found = f"支部 {branch} 有 {count} 名党员"
    if not count:
        found = f"没有支部 {branch}，或者支部里没有党员" if branch else "没有写支部"
    remedy = f"写对支部编号；多于 {UNITS_MAX} 名的，写党小组，一个党小组测评一次"
    return [_build_form("branch", found, f"1 至 {UNITS_MAX} 名党员的支部", remedy)]


def _is_day(day: str) -> bool:
    return len(day) == len("2026-11-02") and day.isascii() and is_day(day)


def _check_closes(asking: Asking, today: str) -> list[Fault]:
    """A ballot is still open when it is handed in, and closes after it opens: said beside the field, with the rest."""
    if not (_is_day(asking.opens) and _is_day(asking.closes)):
        return []
    first = max(asking.opens, today)
    return (
        []
        if asking.closes >= first
        else [_build_form("closes", asking.closes, f"{first} 或以后", "改正日期")]
    )


def _split(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _check_lines(name: str, lines: Sequence[str], most: int, names: frozenset[str]) -> list[Fault]:
    place = PLACES[name]
    if not 1 <= len(lines) <= most or len(set(lines)) < len(lines):
        found = f"{len(lines)} 行" + ("，有重复" if len(set(lines)) < len(lines) else "")
        return [_build_form(name, found, f"1 至 {most} 行，各不相同", "一行写一个")]
    return check_texts({f"{place}第 {number} 行": line for number, line in enumerate(lines, 1)}, names)


def _check_number(name: str, text: str, least: int, most: int) -> list[Fault]:
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return []
    return [_build_form(name, text, f"{least} 至 {most} 的整数", "改成这个范围里的数")]


def _build_form(name: str, found: str, expected: str, remedy: str) -> Fault:
    return build_fault("ballot-form", PLACES[name], found or "没有写", expected, remedy)


def _build_printed(number: str) -> Fault:
    remedy = "票码不留底，不能再印；票丢了、没印好的，等截止后结束这一次，另开一次测评"
    return build_fault("ballot-printed", f"测评 {number}", "票已经印过", "没有印过票的测评", remedy)


def _build_over(number: str) -> Fault:
    return build_fault("ballot-over", f"测评 {number}", "已经截止", "没有截止的测评", "另开一次测评")
