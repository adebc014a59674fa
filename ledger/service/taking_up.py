"""What the village does with reports that came in by the page: opens a case, joins one, or sets them aside.

A clerk hands in, another person passes it, as with every entry. To set aside takes one person and a reason: it is no
entry that goes away, whoever reported it is told why, and everybody sees how many there are of each reason. It can be
taken up after all.
"""

from __future__ import annotations

import re

from ledger.books.cases import CaseOpened, count_terms, hide_category
from ledger.books.roles import MAKER_ROLES
from ledger.books.rounds import build_fault
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.log.commitments import Json
from ledger.ports import Ports
from ledger.reported import Reported
from ledger.service.choices import list_unit_choices
from ledger.service.drafts import Discloser, build_draft, refuse_entry
from ledger.service.persons import check_person
from ledger.service.reporting import ASIDE_WHYS, JOINED, Told, get_reported, read_told
from ledger.service.slots import find_next_case, list_waiting_slots
from ledger.state import get_day
from ledger.state.cases import find_case
from ledger.vaults import Draft

PLACES = {"category": "类别", "grid": "网格", "joined": "并到哪一件", "why": "为什么不另登记"}
"""What a fault calls the fields of the forms."""
_NUMBER = re.compile(r"AL-2[0-9]{3}-[0-9]{3}", re.ASCII)


def take_up(ports: Ports, village: str, item: str, maker: str, *, category: str, grid: str = "") -> Draft:
    """Hand in what came in as a case, to be passed, and return its draft. Its days run from that of the report.

    Raises NotFound for none, Refused with every fault, and where it waits already, is a case, is set aside or erased.
    """
    reported, told = get_reported(ports, village, item), read_told(ports, village, item)
    table = ports.reference.cases
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    faults += _check_free(reported)
    known = table.find_category(category)
    if known is None:
        faults.append(_build_category())
    with ports.ledger.read(village) as reader:
        units = {choice.value for choice in list_unit_choices(reader)}
        number = find_next_case(
            reader.facts, list_waiting_slots(ports.vault, village), reported.received_on[:4]
        )
    if grid and grid not in units:
        faults.append(_build_grid())
    if told is None:
        faults.append(_build_erased(reported))
    if faults or known is None or told is None:
        raise Refused(faults)
    hidden = hide_category(table, category)
    clock = table.find_clock(hidden, reported.received_on)
    assert clock is not None, "the table's clocks hold from the year 2000 on"
    verify_by, handle_by = count_terms(clock, reported.received_on)
    texts = Discloser(ports.entropy)
    body = CaseOpened(
        category=hidden,
        grid=grid,
        handle_by=handle_by,
        number=number,
        report=texts.seal("report", _say(reported, told, category)),
        source="page",
        verify_by=verify_by,
    )
    claim = Claim(
        body=body,
        kind="case.opened",
        maker=name_clerk(maker),
        occurred_on=reported.received_on,
        period=get_day(ports.clock.now_ms())[:7],
        village=village,
    )
    refuse_entry(ports, claim)
    label = f"诉求件 {body.number} {table.name(hidden)}"
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    returned = [reported.draft] if reported.draft_state == "returned" else []
    ports.vault.put_drafts(village, [draft], answers=returned, registers=item)
    return draft


def set_aside(ports: Ports, village: str, item: str, user: str, why: str) -> None:
    """Set aside what came in. Raises Refused for no reason, and where it is dealt with."""
    reported = get_reported(ports, village, item)
    faults = check_person(ports.vault.find_person(village, user), user, MAKER_ROLES) + _check_free(reported)
    if why == JOINED or why not in ASIDE_WHYS:
        faults.append(_build_why())
    if faults:
        raise Refused(faults)
    ports.vault.put_reported_aside(village, item, why=why, by=user)


def join_case(ports: Ports, village: str, item: str, user: str, number: str) -> None:
    """Join what came in to a case that is not over. Raises Refused where there is none, and where it is dealt with."""
    reported, number = get_reported(ports, village, item), number.strip().upper()
    faults = check_person(ports.vault.find_person(village, user), user, MAKER_ROLES) + _check_free(reported)
    with ports.ledger.read(village) as reader:
        case = find_case(reader.facts, number) if _NUMBER.fullmatch(number) else None
    if case is None or case.stage in ("closed", "rejected"):
        faults.append(_build_joined(number, is_known=case is not None))
    if faults:
        raise Refused(faults)
    ports.vault.put_reported_aside(village, item, why=JOINED, by=user, joined=number)


def reopen(ports: Ports, village: str, item: str, user: str) -> None:
    """Let what was set aside or joined wait again; again changes nothing."""
    reported = get_reported(ports, village, item)
    faults = check_person(ports.vault.find_person(village, user), user, MAKER_ROLES)
    if faults:
        raise Refused(faults)
    if reported.aside:
        ports.vault.put_reported_aside(village, item, why="", by="")


def _say(reported: Reported, told: Told, category: str) -> dict[str, Json]:
    """Return what the case's report discloses."""
    said: dict[str, Json] = {
        "case": reported.item,
        "contact": " ".join(f"{told.name} {told.contact}".split()),
        "kind": category,
        "wording": f"{told.place}：{' '.join(told.wording.split())}",
    }
    return {**said, "household": told.household} if told.household else said


def _check_free(reported: Reported) -> list[Fault]:
    found = ""
    if reported.is_opened:
        found = "已经登记"
    elif reported.aside:
        found = "已经定为不另登记"
    elif reported.draft_state == "waiting":
        found = "已经交审，在等审核"
    if not found:
        return []
    return [
        Fault(
            code="report-moved-on",
            place=f"收件号 {reported.number:04d} 的反映",
            found=found,
            expected="还没有人办的",
            remedy="重新打开这一件，看它现在怎样",
        )
    ]


def _build_category() -> Fault:
    return Fault(
        code="report-category",
        place=PLACES["category"],
        found="没有选",
        expected="列出的一个类别",
        remedy="看过写的话和照片，选最像的一个；办理期限按它算",
    )


def _build_grid() -> Fault:
    return build_fault(
        "case-unit", PLACES["grid"], "不是列出的网格", "列出的一个网格", "重新选；不知道的不选"
    )


def _build_erased(reported: Reported) -> Fault:
    return Fault(
        code="report-erased",
        place=f"收件号 {reported.number:04d} 的反映",
        found="写的内容已按要求删除",
        expected="内容还在的反映",
        remedy="选“本人撤回，或本人要求删除”，定为不另登记",
    )


def _build_why() -> Fault:
    return Fault(
        code="report-why",
        place=PLACES["why"],
        found="没有选",
        expected="列出的一种",
        remedy="选一种；反映的人凭收条看得到，各种原因有几件会公开",
    )


def _build_joined(number: str, *, is_known: bool) -> Fault:
    return Fault(
        code="report-joined",
        place=PLACES["joined"],
        found="这一件已经办完" if is_known else "没有这个编号的诉求件" if number else "没有写编号",
        expected="还在办的诉求件，如 AL-2026-001",
        remedy="核对编号；那一件已经办完的，这一件另登记",
    )
