"""What villagers report by the public page, with photos, from the moment in which it comes in until it is a case.

    came in ──► taken up by a clerk ──► passed by another person: a case ──► its steps
       └──────► set aside with a reason, or joined to a case that is open

Whoever sends one gets a receipt as of an objection, and learns by it what became of it. Words, photos and how somebody
can be reached are encrypted under the household where its card was given, else under the pseudonym of the case to be:
whoever erases either erases all of it. Nothing of it is ever public.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.books.cases import CaseOpened, count_terms, hide_category
from ledger.books.law import count_days
from ledger.books.screening import check_private_text
from ledger.canonical import parse_claim
from ledger.errors import Fault, NotFound, Refused
from ledger.limits import DAY_MS
from ledger.ports import Ports, Reader
from ledger.reported import Reported
from ledger.service.receipts import (
    Receipt,
    clean,
    derive,
    derive_again,
    hash_code,
    opens,
    read_number,
    take_once,
)
from ledger.state import get_day
from ledger.state.cases import Case, find_case, get_case_facts, get_stage, list_open_cases
from ledger.vaults import Draft

WORDING_MAX_CHARS = 300
PLACE_MAX_CHARS = 60
CONTACT_MAX_CHARS = 60
NAME_MAX_CHARS = 20
PHOTOS_MAX = 3
VILLAGE_DAY_MAX = 60
"""Reports in a village and a day: ten times what a village of 2,000 people is known to report. With three photos each
the vault grows by 60 MB.
"""
JOINED = "joined"
"""Why something becomes no case of its own: it belongs to one that there is."""
ASIDE_WHYS: dict[str, str] = {
    JOINED: "同一件事已经有人反映，并到那一件一起办",
    "unclear": "说的是哪里、什么事看不明白，又没有留联系方式",
    "elsewhere": "不归村里管，已经转给管这件事的单位",
    "account": "是账目、积分、合同的事，请从“提异议”交，村里要在期限以内答复",
    "spam": "广告、乱写，看不出反映了什么",
    "withdrawn": "本人撤回，或本人要求删除",
}
"""Why something that came in becomes no case of its own. Its writer is told; everybody sees how many there are."""
PLACES = {
    "group": "哪一类事",
    "wording": "什么事",
    "place": "在哪里",
    "photos": "照片",
    "name": "怎么称呼",
    "contact": "怎样找到您",
    "card": "户卡上的码",
}
"""What a fault calls the fields of the form."""
_NOBODY = "q-" + "a" * 16


class Sent(NamedTuple):
    """What somebody writes, with the photos as they are kept. `household` is whose card was given, empty for none;
    `once` is of the form, so that it counts once however often it is sent.
    """

    group: str
    wording: str
    place: str
    contact: str = ""
    name: str = ""
    household: str = ""
    photos: tuple[bytes, ...] = ()
    once: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of that, encrypted. Photos are JPEG without anything but their pixels."""

    contact: str
    household: str
    name: str
    photos: tuple[bytes, ...]
    place: str
    wording: str


class Found(NamedTuple):
    """What became of a report, for whom its receipt names. `case` is None before there is one; `verify_by` is the last
    day on which somebody should have looked, whatever it will be registered as within its group.
    """

    case: Case | None
    reported: Reported
    verify_by: str


class Longest(NamedTuple):
    """The most days that a report may take: in which category of its group it will be registered, nobody knows yet."""

    handle_by: str
    handle_days: int
    verify_by: str
    verify_days: int


class Unverified(NamedTuple):
    """How much of what was reported nobody verified in time, whether a case or not yet; `missed_on` is the earliest
    last day, empty for none.
    """

    late: int
    missed_on: str


_TOLD = msgspec.msgpack.Decoder(Told)


def can_receive(ports: Ports, village: str) -> bool:
    """Whether a report can be kept now: the vault's keys are at hand, and the day has not brought more than people can
    look at.
    """
    since = ports.clock.now_ms() - DAY_MS
    return (
        ports.vault.can_read(village) and ports.vault.count_reported_since(village, since) < VILLAGE_DAY_MAX
    )


def check_report(ports: Ports, sent: Sent) -> list[Fault]:
    """Return every fault of what was written; photos are judged where they are read."""
    faults = []
    if sent.group not in {group.code for group in ports.reference.cases.groups}:
        faults.append(_build_group())
    lengths = (
        (PLACES["wording"], clean(sent.wording), 1, WORDING_MAX_CHARS),
        (PLACES["place"], clean(sent.place), 1, PLACE_MAX_CHARS),
        (PLACES["name"], clean(sent.name), 0, NAME_MAX_CHARS),
        (PLACES["contact"], clean(sent.contact), 0, CONTACT_MAX_CHARS),
    )
    for place, text, least, most in lengths:
        if not least <= len(text) <= most:
            faults.append(_build_length(place, text, least, most))
        else:
            faults += [
                msgspec.structs.replace(fault, remedy="把号码删掉再交；身份证号、银行卡号哪里都不存")
                for fault in check_private_text(text, place)
            ]
    return faults


def receive_report(ports: Ports, village: str, sent: Sent) -> Receipt:
    """Keep a report, encrypted, and return the receipt for its writer.

    Raises Refused with every fault of what was written. The same form again gives the same receipt.
    """
    now_ms = ports.clock.now_ms()
    faults = check_report(ports, sent)
    if faults:
        raise Refused(faults)
    told = Told(
        contact=clean(sent.contact),
        household=sent.household,
        name=clean(sent.name),
        photos=sent.photos,
        place=clean(sent.place),
        wording=clean(sent.wording),
    )
    once = take_once(ports, sent.once)
    erased = ports.vault.list_erased(village)
    while True:
        item, code = derive("report", "q-", village, once)
        reported = Reported(
            about=sent.group,
            code=hash_code(item, code),
            item=item,
            received_at=now_ms,
            received_on=get_day(now_ms),
        )
        before = ports.vault.find_reported(village, item) if item not in erased else None
        if item not in erased and (before is None or _is_same(ports, village, before, sent.group, told)):
            kept = before or ports.vault.put_reported(
                village, reported, msgspec.msgpack.encode(told), sent.household or item
            )
            return Receipt(
                code=code,
                due_on=find_longest(ports, kept.about, kept.received_on).verify_by,
                item=item,
                number=kept.number,
                received_on=kept.received_on,
            )
        # Another text in a form that was sent before, or what was erased since: it is another report.
        once = derive_again("report", village, once)


def look_up(ports: Ports, village: str, number: str, code: str) -> Found | None:
    """Return what became of a report by its receipt; None where number and code do not belong together.

    One that there is not costs what a wrong code costs.
    """
    asked = read_number(number)
    reported = ports.vault.find_reported_number(village, asked) if asked else None
    kept = (reported.item, reported.code) if reported is not None else None
    if not opens(kept, _NOBODY, code) or reported is None:
        return None
    with ports.ledger.read(village) as reader:
        case = find_own_case(ports, reader, village, reported)
    return Found(case, reported, find_longest(ports, reported.about, reported.received_on).verify_by)


def find_own_case(ports: Ports, reader: Reader, village: str, reported: Reported) -> Case | None:
    """Return the case that a report became, or was joined to; None before."""
    if reported.joined:
        return find_case(reader.facts, reported.joined)
    draft = ports.vault.find_draft(village, reported.draft) if reported.is_opened else None
    body = parse_claim(draft.claim).body if draft is not None else None
    return find_case(reader.facts, body.number) if isinstance(body, CaseOpened) else None


def get_reported(ports: Ports, village: str, item: str) -> Reported:
    """Return what came in under a pseudonym; NotFound where nothing did."""
    reported = ports.vault.find_reported(village, item)
    if reported is None:
        raise NotFound("收到的反映")
    return reported


def read_told(ports: Ports, village: str, item: str) -> Told | None:
    """Return what a report says; None where it was erased. Whoever shows it logs that."""
    data = ports.vault.open_reported(village, item)
    return _TOLD.decode(data) if data is not None else None


def list_unopened(ports: Ports, village: str) -> list[Reported]:
    """Return what came in that nobody dealt with, oldest first."""
    count = ports.vault.count_reported(village).unregistered
    return ports.vault.list_reported(village, 0, count) if count else []


def find_drafted(ports: Ports, village: str, draft: Draft) -> Reported | None:
    """Return the report by page that a waiting draft would make a case; None of any other draft."""
    if not draft.slot.startswith("case/"):
        return None
    return next((one for one in list_unopened(ports, village) if one.draft == draft.id), None)


def get_verify_day(ports: Ports, reported: Reported) -> str:
    """Return the last day on which a report is verified in time, by the clock of its group."""
    clock = ports.reference.cases.find_clock(f"{reported.about}00", reported.received_on)
    return count_terms(clock, reported.received_on)[0] if clock is not None else reported.received_on


def find_longest(ports: Ports, group: str, received_on: str) -> Longest:
    """Return the longest terms of a group's categories for what came in on a day: what is told before it is a case, so
    that the case never says a later day.
    """
    table = ports.reference.cases
    codes = [hide_category(table, one.code) for one in table.categories if one.code[:1] == group]
    found = [clock for code in codes if (clock := table.find_clock(code, received_on)) is not None]
    verify_days = max((clock.verify_days for clock in found), default=0)
    handle_days = max((clock.handle_days for clock in found), default=0)
    return Longest(
        handle_by=count_days(received_on, handle_days),
        handle_days=handle_days,
        verify_by=count_days(received_on, verify_days),
        verify_days=verify_days,
    )


def count_unverified(ports: Ports, reader: Reader, village: str, today: str) -> Unverified:
    """Return how much waits to be verified after its day: what came in by the page, and cases however they came."""
    due = [get_verify_day(ports, one) for one in list_unopened(ports, village)]
    due += [
        one.due_on
        for one in list_open_cases(reader.facts)
        if one.due_on < today and get_stage(get_case_facts(reader.facts, one.number)) == "opened"
    ]
    missed = sorted(day for day in due if day < today)
    return Unverified(len(missed), missed[0] if missed else "")


def list_report_subjects(ports: Ports, village: str) -> list[tuple[str, str]]:
    """Return what waits of reports that are no household's, each with its pseudonym, without those that were erased.
    For somebody at the machine.
    """
    waiting = [(one, read_told(ports, village, one.item)) for one in list_unopened(ports, village)]
    return [
        (f"收件号 {one.number:04d} 的反映", one.item)
        for one, told in waiting
        if told is not None and not told.household
    ]


def _is_same(ports: Ports, village: str, before: Reported, group: str, told: Told) -> bool:
    """Whether what is kept of a form is what was sent now."""
    return before.about == group and read_told(ports, village, before.item) == told


def _build_group() -> Fault:
    return Fault(
        code="report-group",
        place=PLACES["group"],
        found="没有选",
        expected="列出的一类",
        remedy="选最像的一类；拿不准的随便选一类，村文书会改",
    )


def _build_length(place: str, text: str, least: int, most: int) -> Fault:
    return Fault(
        code="report-length",
        place=place,
        found=f"{len(text)} 个字" if text else "没有写字",
        expected=f"{least} 至 {most} 个字",
        remedy="写短一些；几件事分几次写" if text else "写上再交",
    )
