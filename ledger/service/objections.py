"""Objections from the day on which they come in until they are answered.

    came in ──► handed in by a clerk ──► passed by another person: an entry ──► answered, passed: an entry
       └──────► not to be registered: asked by one person with a reason, agreed to by another

What comes in is kept and counted at once, whoever sends it: the village's people decide what becomes an entry, and
never whether it is counted. Its writer gets a receipt's number and a code; the number says nothing, and without the
code nobody learns what became of it. A form that is sent twice is one objection and gives one receipt.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import msgspec

from ledger.books.law import count_days
from ledger.books.objections import (
    Came,
    count_late,
    get_due_day,
)
from ledger.books.screening import check_private_text
from ledger.books.values import Reference, is_day
from ledger.books.village import LogRefounded
from ledger.errors import Fault, NotFound, Refused
from ledger.limits import DAY_MS
from ledger.log.commitments import SALT_BYTES, Json, digest_disclosure, make_disclosure
from ledger.ports import Ports, Reader
from ledger.reported import ReceivedCounts
from ledger.service.receipts import (
    Receipt,
    clean,
    derive,
    derive_again,
    hash_code,
    make_once,
    opens,
    read_number,
    take_once,
)
from ledger.state import get_day
from ledger.state.facts import Facts
from ledger.state.objections import (
    Objection,
    find_by_wording,
    find_objection,
    has_wording,
    is_there,
    list_numbers,
    list_open,
)
from ledger.state.private import Objection as Wording
from ledger.state.private import open_private
from ledger.vaults import Received

WORDING_MAX_CHARS = 1_000
CONTACT_MAX_CHARS = 60
VILLAGE_DAY_MAX = 200
"""Objections by the page in a village and a day: forty times what a village of 2,000 people is known to raise, and what
two persons can look through in an hour. Paper and voice are not counted.
"""
TYPED_MAX_DAYS = 60
"""How long ago an objection on paper may have come in, by what is typed: long enough for one that lay in a drawer."""
ASIDE_WHYS: dict[str, str] = {
    "spam": "广告、乱写，看不出提了什么",
    "repeated": "同一个人把同一件事重复交了几次，已登记一件",
    "elsewhere": "不是本村账目、积分、合同的事，已转给管这件事的人",
    "withdrawn": "本人撤回，或本人要求删除",
}
"""Why something that came in is not registered. Everybody sees how many there were of each."""

PLACES = {"wording": "异议", "contact": "联系方式", "about": "关于哪一项", "received_on": "收到的日期"}
"""What a fault calls the fields of the form."""

_NOBODY = "y-" + "a" * 16


class Found(NamedTuple):
    """What became of an objection, for whom its receipt names. `objection` is None before it is registered, `why` of
    `ASIDE_WHYS` and empty where it was not set aside.
    """

    due_on: str
    objection: Objection | None
    received: Received
    why: str


class Pending(NamedTuple):
    """How many objections wait for an answer, those among them that nobody registered yet too. Days are empty where
    there is none.
    """

    due_on: str  # the earliest last day that is not over
    late: int
    missed_on: str  # the earliest last day that is
    open: int


class Sent(NamedTuple):
    """What somebody writes. `once` is of the form, so that it counts once however often it is sent."""

    about: str
    contact: str
    wording: str
    once: str = ""


def can_receive(ports: Ports, village: str) -> bool:
    """Whether an objection by the page can be kept now: the vault's keys are at hand, and the day has not brought more
    than people can read.
    """
    since = ports.clock.now_ms() - DAY_MS
    return ports.vault.can_read(village) and (
        ports.vault.count_received_since(village, since) < VILLAGE_DAY_MAX
    )


def receive_objection(
    ports: Ports, village: str, sent: Sent, *, came: Came = "page", received_on: str = ""
) -> Receipt:
    """Keep an objection, encrypted, and return the receipt for its writer. `received_on` is today where it is empty.

    Raises Refused with every fault of what was written. The same form again gives the same receipt.
    """
    now_ms = ports.clock.now_ms()
    received_on = received_on or get_day(now_ms)
    sent = Sent(sent.about, clean(sent.contact), clean(sent.wording), sent.once)
    faults = _check_sent(sent)
    with ports.ledger.read(village) as reader:
        faults += _check_day(received_on, _find_first_day(reader, get_day(now_ms)), get_day(now_ms))
        faults += check_about(reader, sent.about, PLACES["about"])
    if faults:
        raise Refused(faults)
    once = take_once(ports, sent.once)
    erased = ports.vault.list_erased(village)
    while True:
        item, code = derive("objection", "y-", village, once)
        if item in erased:
            # What it said was taken back, and nothing is kept under its name again; sent once more it is another, and
            # that one again the same for the same form.
            once = derive_again("objection", village, once)
            continue
        said: Json = {"contact": sent.contact, "objection": item, "wording": sent.wording}
        disclosure = make_disclosure(ports.entropy.take(SALT_BYTES), "wording", said)
        digest = digest_disclosure(disclosure)
        received = Received(
            about=sent.about,
            came=came,
            code=hash_code(item, code),
            digest=digest,
            item=item,
            received_at=now_ms,
            received_on=received_on,
        )
        kept = ports.vault.put_received(village, received, disclosure)
        if kept.digest == digest or _says(ports, village, kept, sent):
            return Receipt(
                code=code,
                due_on=get_due_day(ports.reference.law, village, kept.received_on),
                item=item,
                number=kept.number,
                received_on=kept.received_on,
            )
        # Another text in a form that was sent before: it is another objection.
        once = make_once(ports)


def look_up(ports: Ports, village: str, number: str, code: str) -> Found | None:
    """Return what became of an objection by its receipt; None where number and code do not belong together.

    One that there is not costs what a wrong code costs.
    """
    asked = read_number(number)
    received = ports.vault.find_receipt(village, asked) if asked else None
    kept = (received.item, received.code) if received is not None else None
    if not opens(kept, _NOBODY, code) or received is None:
        return None
    return Found(
        due_on=get_due_day(ports.reference.law, village, received.received_on),
        objection=find_registered(ports, village, received),
        received=received,
        why=received.aside if received.is_set_aside else "",
    )


def find_registered(ports: Ports, village: str, received: Received) -> Objection | None:
    """Return the objection that something that came in became; None before. Only the log says so, not its drafts: of
    those an older copy of the vault may know nothing.
    """
    with ports.ledger.read(village) as reader:
        return find_by_wording(reader.facts, ports.reference, received.digest)


def get_received(ports: Ports, village: str, item: str) -> Received:
    """Return what came in under a pseudonym, as the log has it where it does; NotFound where nothing did."""
    received = ports.vault.find_received(village, item)
    if received is None:
        raise NotFound("异议")
    if received.is_registered or received.is_set_aside:
        return received
    with ports.ledger.read(village) as reader:
        if not has_wording(reader.facts, received.digest):
            return received
    return msgspec.structs.replace(received, aside="", aside_by="", draft_state="recorded")


def list_unregistered(ports: Ports, facts: Facts, village: str) -> list[Received]:
    """Return what came in that nobody dealt with for good, oldest first.

    What a log has is registered, whatever became of the draft that the vault knows.
    """
    count = ports.vault.count_received(village).unregistered
    rows = ports.vault.list_received(village, 0, count) if count else []
    return [row for row in rows if not has_wording(facts, row.digest)]


def count_received(ports: Ports, facts: Facts, village: str) -> ReceivedCounts:
    """Return how many came in and what became of them, as `list_unregistered` tells it."""
    counts = ports.vault.count_received(village)
    if not counts.open:
        return counts
    days = Counter(row.received_on for row in list_unregistered(ports, facts, village))
    return msgspec.structs.replace(counts, open=tuple(sorted(days.items())))


def read_wording(ports: Ports, village: str, digest: str, item: str = "") -> Wording | None:
    """Return what an objection says, by the digest in its entry or, before, by its item; None where it was erased.
    Whoever shows it logs that.
    """
    kept = ports.vault.find_private(village, digest)
    if kept is None and item:
        kept = ports.vault.open_received(village, item)
    return open_private(lambda _digest: kept, digest, Wording)


def list_objection_subjects(ports: Ports, village: str) -> list[tuple[str, str]]:
    """Return what is kept of objections, each with its pseudonym: those that wait to be registered, then those that
    are; without those that were erased. For somebody at the machine.
    """
    erased = ports.vault.list_erased(village)
    try:
        with ports.ledger.read(village) as reader:
            waiting = list_unregistered(ports, reader.facts, village)
            numbers = list_numbers(reader.facts, "")[::-1]
            raised = [find_objection(reader.facts, ports.reference, number) for number in numbers]
    except NotFound:
        return []  # Its log is not founded yet: nobody could object.
    found = [(f"收件号 {one.number:04d} 的异议", one.item) for one in waiting if one.item not in erased]
    for one in raised:
        said = read_wording(ports, village, one.raised.wording.sealed) if one is not None else None
        if one is not None and said is not None:
            found.append((f"异议 {one.raised.number}", said.objection))
    return found


def count_pending(ports: Ports, reader: Reader, village: str, today: str) -> Pending:
    """Return how many objections wait for an answer in a village, registered or not."""
    law = ports.reference.law
    due = [item.due_on for item in list_open(reader.facts, ports.reference)]
    for day, count in count_received(ports, reader.facts, village).open:
        due += [get_due_day(law, village, day)] * count
    missed = sorted(day for day in due if count_late(day, today))
    soon = sorted(day for day in due if not count_late(day, today))
    return Pending(
        due_on=soon[0] if soon else "",
        late=len(missed),
        missed_on=missed[0] if missed else "",
        open=len(due),
    )


def _says(ports: Ports, village: str, kept: Received, sent: Sent) -> bool:
    """Whether what is kept of a form is what was sent now."""
    said = read_wording(ports, village, kept.digest, kept.item)
    if said is None:
        return False
    return (kept.about, said.contact, said.wording) == (sent.about, sent.contact, sent.wording)


def _check_sent(sent: Sent) -> list[Fault]:
    lengths = (
        (PLACES["wording"], sent.wording, 1, WORDING_MAX_CHARS),
        (PLACES["contact"], sent.contact, 0, CONTACT_MAX_CHARS),
    )
    faults = [
        Fault(
            code="objection-length",
            place=place,
            found=f"{len(text)} 个字" if text else "没有写字",
            expected=f"{least} 至 {most} 个字",
            remedy="写哪一笔、哪里不对；太长的分两次写，或者写在纸上交给监督委员" if text else "写上再交",
        )
        for place, text, least, most in lengths
        if not least <= len(text) <= most
    ]
    remedy = "把号码删掉再交；身份证号、银行卡号哪里都不存"
    return faults + [
        msgspec.structs.replace(fault, remedy=remedy)
        for place, text, _, most in lengths
        if len(text) <= most
        for fault in check_private_text(text, place)
    ]


def _find_first_day(reader: Reader, today: str) -> str:
    """Return the first day of receipt that is believed: nothing of a row is ever put right, so a year typed wrong would
    be late before everybody for good. Before the village's first log there was nothing here to object to.
    """
    first, founded = count_days(today, -TYPED_MAX_DAYS), reader.facts.read_entry(0)
    return first if isinstance(founded.body, LogRefounded) else max(first, get_day(founded.recorded_at))


def _check_day(day: str, first: str, today: str) -> list[Fault]:
    is_one = re.fullmatch(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}", day, re.ASCII) is not None and is_day(day)
    if is_one and first <= day <= today:
        return []
    return [
        Fault(
            code="objection-day",
            place=PLACES["received_on"],
            found=day if is_one else "不是日历上的一天",
            expected=f"{first} 至 {today} 的一天",
            remedy=f"写收到纸条、听到口头异议的那一天；更早收到的写 {first}，在异议里写明是哪天收到的",
        )
    ]


def check_about(reader: Reader, about: str, place: str) -> list[Fault]:
    if about and not _is_reference(about):
        found = "不是编号"
    elif is_there(reader.facts, about, reader.size):
        return []
    else:
        found = f"账本里没有 {about}"
    return [
        Fault(
            code="objection-about",
            place=place,
            found=found,
            expected="封存过的公开表编号（如 2026-10-F-1）、合同编号（如 HT-0001），或记录的序号（如 17）",
            remedy="核对编号；说不清是哪一项的，选“别的事”",
        )
    ]


def _is_reference(text: str) -> bool:
    try:
        msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        return False
    return True
