"""The sheets 名单, 表彰, 撤销: honours that are granted, who holds them, and what was granted by mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger.books.honours import (
    HOLDERS_MAX,
    Holder,
    HonourKind,
    HonourReversed,
    HonoursGranted,
    check_holders,
)
from ledger.books.scores import OWN_HONOUR_NAMES
from ledger.books.screening import check_private_text, format_found, hide_numbers
from ledger.data import load_honours
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.eligibility import Honoured, count_named
from ledger.service.preview import preview_granted, preview_holder
from ledger.service.workbooks.honour_columns import KIND_NAMES
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form
from ledger.service.workbooks.people import check_name, find_by_number, find_private, list_registered
from ledger.service.workbooks.registers import check_texts, draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.awards import list_scoring
from ledger.state.honours import find_granting, open_holder
from ledger.state.rulebooks import find_version
from ledger.vaults import Household

_Rows = dict[str, list[tuple[Line, Household]]]


def gather_honours(tray: Tray, held: Sequence[Line], granted: Sequence[Line], taken: Sequence[Line]) -> None:
    """Judge what a file grants and draft it, then what it takes back."""
    known = list_registered(tray.desk, tray.facts)
    texts = ("荣誉名称",)
    grants = list(take_numbered(tray, granted, "表彰编号", texts, lambda line: _check_grant(tray, line)))
    rows = _group(tray, known, held)
    numbers = {line.text("表彰编号") for line in grants}
    for number, some in rows.items():
        if number not in numbers:
            tray.refuse([_fault_unlisted(some[0][0], number)])
    for line in grants:
        some = rows.get(line.text("表彰编号"), [])
        if not some and tray.is_ready(line) and not tray.faults:
            tray.refuse([_fault_nobody(line)])
        if some and tray.is_ready(line):
            _gather_grant(tray, line, some)
    for line in taken:
        tray.refuse(check_number_form(line, "表彰编号"))
        tray.refuse(check_texts(tray, line, ("原因",)))
        household, faults = _find_household(line, known)
        tray.refuse(faults)
        if household is not None and tray.is_ready(line):
            _gather_reversal(tray, line, household)


def _check_grant(tray: Tray, line: Line) -> Iterator[Fault]:
    if line.has("决议编号"):
        yield from check_number_form(line, "决议编号")
    if "日期" in line.values and line.text("日期") > tray.desk.today:
        yield Fault(
            code="honour-day",
            place=line.at("日期"),
            found=line.text("日期"),
            expected=f"{tray.desk.today} 或更早",
            remedy="表彰以后再登记，写表彰的那天",
        )
    if "荣誉" in line.values and not _read_kind(line).name and line.lacks("荣誉名称"):
        yield Fault(
            code="honour-name",
            place=line.place,
            found="村里自定的荣誉没有名称",
            expected="荣誉名称",
            remedy="写上这项荣誉叫什么",
        )


def _read_kind(line: Line) -> HonourKind:
    return load_honours()[find_key(KIND_NAMES, line.text("荣誉"))]


def _group(tray: Tray, known: dict[str, Household], lines: Sequence[Line]) -> _Rows:
    rows: _Rows = defaultdict(list)
    for line in lines:
        tray.refuse(check_number_form(line, "表彰编号"))
        if line.has("本人姓名"):
            tray.refuse(check_private_text(line.written("本人姓名"), line.at("本人姓名")))
        household, faults = _find_household(line, known)
        tray.refuse(faults)
        if household is not None and tray.is_ready(line):
            rows[line.text("表彰编号")].append((line, household))
    for number, some in rows.items():
        if len(some) > HOLDERS_MAX:
            tray.refuse([_fault_lines(some[HOLDERS_MAX][0], number, len(some))])
    return rows


def _gather_grant(tray: Tray, line: Line, rows: Sequence[tuple[Line, Household]]) -> None:
    kind, texts = _read_kind(line), Discloser(tray.desk.ports.entropy)
    faults = _check_rows(tray, kind, rows) + _check_eligible(tray, kind, line.text("评到哪个月"), rows)
    tray.refuse(faults)
    if faults or tray.faults:
        return
    title = line.text("荣誉名称") or kind.name
    held = [
        texts.seal(
            "holder",
            {
                "household": household.household,
                "name": row.text("本人姓名"),
                "naming": row.text("本人同意署名") == "是",
            },
        )
        for row, household in rows
    ]
    body = HonoursGranted(
        granted_to=kind.granted_to,
        holders=tuple(sorted(held, key=lambda item: item.sealed)),
        honour=kind.code,
        number=line.text("表彰编号"),
        resolution=line.text("决议编号"),
        span=kind.span,
        title=texts.publish("title", title),
        until=line.text("评到哪个月"),
    )
    label = f"表彰 {body.number} {title}：{len(held)} {'户' if kind.granted_to == 'household' else '人'}"
    shown = [
        *preview_granted(body),
        *(preview_holder(household.number, row.text("本人姓名")) for row, household in rows),
    ]
    draft_row(tray, line, body, line.text("日期"), label, shown, texts)


def _check_rows(tray: Tray, kind: HonourKind, rows: Sequence[tuple[Line, Household]]) -> list[Fault]:
    holders = [
        Holder(household=household.household, name=row.text("本人姓名"), place=row.place)
        for row, household in rows
    ]
    faults = check_holders(holders, kind.granted_to)
    if not kind.by_points:
        return faults
    version = find_version(tray.facts, tray.desk.today[:7])
    scoring = list_scoring(tray.facts, version, tray.facts.next_index, find_private(tray.desk))
    return faults + [
        Fault(
            code="honour-consent",
            place=row.place,
            found="该户没有同意积分",
            expected="已签积分契约并同意积分的农户",
            remedy="按积分评的荣誉只给参加积分的户；删去这一行",
        )
        for row, household in rows
        if household.household not in scoring
    ]


def _check_eligible(
    tray: Tray, kind: HonourKind, until: str, rows: Sequence[tuple[Line, Household]]
) -> list[Fault]:
    """Return a fault for each row that names somebody who lost this own honour; where another member of that name did
    not, a notice asks who is meant.
    """
    if kind.own is None:
        return []
    desk, name = tray.desk, OWN_HONOUR_NAMES[kind.own]
    holders = [Honoured(household.household, row.text("本人姓名")) for row, household in rows]
    named = count_named(desk.ports.vault, tray.facts, desk.village, kind.own, until, set(holders))
    faults = []
    for (row, _), holder in zip(rows, holders, strict=True):
        found = named.get(holder)
        if found is None:
            continue
        if found.lost < found.known:
            tray.notices.append(
                f"{row.at('本人姓名')}：同名的党员有 {found.known} 名，其中 {found.lost} 名这段时间不参加{name}；"
                "请核对是哪一位，原因见“暂时不参加评优的人”"
            )
            continue
        faults.append(
            Fault(
                code="honour-ineligible",
                place=row.at("本人姓名"),
                found=f"按考评办法，这段时间不参加{name}",
                expected=f"这段时间可以参加{name}的人",
                remedy="删去这一行；原因和到哪一天为止，见“暂时不参加评优的人”",
            )
        )
    return faults


def _gather_reversal(tray: Tray, line: Line, household: Household) -> None:
    number, named = line.text("表彰编号"), (household.household, line.text("本人姓名"))
    granting = find_granting(tray.facts, number)
    find = find_private(tray.desk)
    found = ""
    for digest in granting.standing if granting is not None and tray.facts.is_recorded(granting.at) else ():
        holder = open_holder(find, digest)
        if holder is not None and (holder.household, holder.name) == named:
            found = digest
    if granting is None or not found:
        tray.refuse([_fault_no_holder(line, number)])
        return
    texts = Discloser(tray.desk.ports.entropy)
    body = HonourReversed(
        holder=found, reason=texts.publish("reason", line.text("原因")), reverses=granting.at
    )
    label = f"撤销表彰 {number} 的一份：{line.text('原因')}"
    shown = [preview_holder(household.number, line.text("本人姓名"))]
    draft_row(tray, line, body, tray.desk.today, label, shown, texts)


def _find_household(line: Line, known: dict[str, Household]) -> tuple[Household | None, list[Fault]]:
    if "户号" not in line.values:
        return None, []
    found = find_by_number(line, "户号", known, "农户")
    return (None, [found]) if isinstance(found, Fault) else (found, check_name(line, "户主", found.name))


def _fault_unlisted(line: Line, number: str) -> Fault:
    return Fault(
        code="honour-unlisted",
        place=line.at("表彰编号"),
        found=format_found(hide_numbers(number)),
        expected="「表彰」里有的编号",
        remedy="在「表彰」写上这一项荣誉，和名单一起交",
    )


def _fault_nobody(line: Line) -> Fault:
    return Fault(
        code="honour-nobody",
        place=line.place,
        found="名单里没有这个编号",
        expected="至少一户或一人",
        remedy="在「名单」写上给谁，和这一行一起交",
    )


def _fault_lines(line: Line, number: str, count: int) -> Fault:
    return Fault(
        code="honour-lines",
        place=line.place,
        found=f"表彰 {number} 有 {count} 行",
        expected=f"一项荣誉一次不超过 {HOLDERS_MAX} 行",
        remedy="分成两次，各用各的编号",
    )


def _fault_no_holder(line: Line, number: str) -> Fault:
    return Fault(
        code="honour-line",
        place=line.place,
        found=f"表彰 {number} 没有可撤销的这一行",
        expected="已经记入账本、还没有撤销的一份荣誉",
        remedy="核对表彰编号、户号和本人姓名；刚交的先让它通过审核",
    )
