"""The sheets 合同, 变更 and 收付款: contracts that were signed, changed and ended, with their payment calendars.

A calendar is made from what a row says of each year, or stands due by due on 收付款; the entry has it due by due either
way. What was due before the books began is left out: what of it is unpaid stands in 旧欠, due on their first day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.books.contracts import (
    CATEGORY_NAMES,
    CHANGE_NAMES,
    DIRECTION_NAMES,
    PARTY_NAMES,
    PRIVATE_PARTIES,
    PROCEDURE_NAMES,
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Due,
    sum_dues,
)
from ledger.books.dues import DueRule, make_dues
from ledger.books.money import format_yuan
from ledger.books.screening import check_private_text, format_found, hide_numbers
from ledger.books.values import drop_blanks
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.preview import preview_change, preview_contract
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form, read_number
from ledger.service.workbooks.registers import draft_row, find_key, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.contracts import find_contract
from ledger.state.facts import BooksFacts, get_fact

TIMES = (1, 2, 3, 4, 6, 12)
"""How often a year something is paid: whole months lie between."""
_OF_PEOPLE = frozenset(PARTY_NAMES[party] for party in PRIVATE_PARTIES)
_PUBLIC = ("合同名称", "标的", "用途", "决议", "原因")
_RULE = ("每年金额", "每年几次", "首次日期", "递增年数", "递增百分比")
_LAST_WORDS = (CHANGE_NAMES[ContractEnded], CHANGE_NAMES[ContractVoided])
"""After which a contract asks for nothing more."""
_TOGETHER = (
    ("每年金额", "首次日期"),
    ("首次日期", "每年金额"),
    ("每年几次", "每年金额"),
    ("递增年数", "递增百分比"),
    ("递增年数", "每年金额"),
    ("递增百分比", "递增年数"),
)
"""Of each, what is filled in too where the first is."""

Calendars = Mapping[str, Sequence[Line]]
"""The rows of 收付款 by contract."""


def gather_contracts(
    tray: Tray, signed: Sequence[Line], changes: Sequence[Line], calendar: Sequence[Line]
) -> None:
    """Judge the contracts of a file and draft them. Changes come first: of a contract that is not recorded there is
    nothing to change yet.
    """
    calendars = _read_calendar(tray, calendar, {line.text("合同编号") for line in (*signed, *changes)})

    def check(line: Line) -> Iterator[Fault]:
        for header in ("决议编号", "标的编号"):
            if line.sheet == "合同" or header == "决议编号":
                yield from check_number_form(line, header)
        yield from _check_texts(tray, line)

    for line in take_numbered(tray, (*changes, *signed), "合同编号", check=check):
        rows = calendars.get(line.text("合同编号"), ())
        tray.refuse(_check_rule(line, rows))
        if line.sheet == "合同":
            _gather_signed(tray, line, rows)
        else:
            _gather_change(tray, line, rows)


def _gather_signed(tray: Tray, line: Line, rows: Sequence[Line]) -> None:
    if not _is_ready(tray, line, rows):
        return
    first = _find_first_day(tray)
    if line.number("旧欠") and not first:
        tray.refuse(
            [
                Fault(
                    code="books-not-opened",
                    place=line.at("旧欠"),
                    found="还没有期初余额",
                    expected="先有期初余额",
                    remedy="先导入并通过期初余额",
                )
            ]
        )
        return
    made = _build_dues(line, rows, line.text("结束日期"))
    if _refuse_none(tray, line, made, line.text("结束日期")):
        return
    dues, left_out = _split(made, first)
    if line.number("旧欠"):
        # On the first day there may be a due already: one a day.
        same_fen = sum_dues(due for due in dues if due.due_on == first)
        owed = Due(amount_fen=line.number("旧欠") + same_fen, due_on=first)
        dues = (owed, *(due for due in dues if due.due_on != first))
    texts = Discloser(tray.desk.ports.entropy)
    body = _build_signed(tray, line, dues, texts)
    label = _label_signed(body, line)
    day = line.text("签订日期")
    shown = preview_contract(body, day, {name: line.text(name) for name in (*_PUBLIC, "对方")})
    if draft_row(tray, line, body, day, label, shown, texts) and left_out:
        left_fen = sum_dues(left_out)
        tray.notices.append(
            f"合同 {body.number}：开账（{first}）以前的 {len(left_out)} 笔共 {format_yuan(left_fen)} 元没有列入；"
            "其中还没付的，写在「旧欠」"
        )


def _gather_change(tray: Tray, line: Line, rows: Sequence[Line]) -> None:
    tray.refuse(_check_change_cells(line, rows))
    if not _is_ready(tray, line, rows):
        return
    number, day = line.text("合同编号"), line.text("日期")
    texts = Discloser(tray.desk.ports.entropy)
    reason = texts.publish("reason", line.text("原因"))
    known = find_contract(tray.facts, number)
    what = find_key(CHANGE_NAMES, line.text("事项"))
    body: Change
    if what is ContractEnded:
        body = ContractEnded(contract=number, ended_on=day, reason=reason)
        label = f"合同 {number} 终止：{day}"
    elif what is ContractVoided:
        body = ContractVoided(contract=number, reason=reason)
        label = f"合同 {number} 作废"
    else:
        from_on = line.text("从哪天起")
        last = known.signed.ends_on if known is not None else from_on
        dues = _build_dues(line, rows, last)
        if known is not None and _refuse_none(tray, line, dues, last):
            return
        body = ContractAmended(
            contract=number,
            dues=dues,
            from_on=from_on,
            reason=reason,
            resolution_number=read_number(line, "决议编号"),
        )
        label = f"合同 {number} 变更：{from_on} 起 {_tell_sum(dues)}"
    draft_row(tray, line, body, day, label, preview_change(known, body, day, line.text("原因")), texts)


def _read_calendar(tray: Tray, lines: Sequence[Line], numbers: set[str]) -> Calendars:
    """Return the rows by contract; each is of one that the file signs or changes, and says something."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        number = line.text("合同编号")
        found.setdefault(number, []).append(line)
        if number and number not in numbers:
            tray.refuse(
                [
                    Fault(
                        code="dues-row-idle",
                        place=line.at("合同编号"),
                        found=format_found(hide_numbers(number)),
                        expected="「合同」或「变更」里有的编号",
                        remedy="改正编号；只改收付款的，在「变更」里加一行",
                    )
                ]
            )
        if "金额" in line.values and line.number("金额") <= 0:
            tray.refuse([_build_amount(line, "金额")])
    return found


def _check_texts(tray: Tray, line: Line) -> Iterator[Fault]:
    names = tray.desk.names
    if line.has("对方") and line.text("对方类别") in _OF_PEOPLE:
        names |= {drop_blanks(line.text("对方"))}
    for header in _PUBLIC:
        if line.has(header):
            yield from check_published(line.written(header), line.at(header), names)
    if line.has("对方"):
        yield from check_private_text(line.written("对方"), line.at("对方"))


def _check_rule(line: Line, rows: Sequence[Line]) -> Iterator[Fault]:
    """What a row says of each year is whole, or nothing; and not said on 收付款 too."""
    written = [header for header in _RULE if line.has(header)]
    if written and rows:
        yield Fault(
            code="dues-both",
            place=f"{line.place}「{written[0]}」",
            found="每年的金额和「收付款」都写了",
            expected="只写一处",
            remedy="有规律的写在这一行，没有规律的写在「收付款」",
        )
    for given, needed in _TOGETHER:
        if line.has(given) and line.lacks(needed):
            yield Fault(
                code="dues-rule",
                place=line.at(needed),
                found="空",
                expected=f"填了「{given}」，也填「{needed}」",
                remedy=f"补填这一格，或者清空「{given}」",
            )
    if "每年金额" in line.values and line.number("每年金额") <= 0:
        yield _build_amount(line, "每年金额")
    for header in ("押金", "旧欠", "底价"):
        if line.number(header) < 0:
            yield _build_amount(line, header)
    if "每年几次" in line.values and line.number("每年几次") not in TIMES:
        yield Fault(
            code="dues-times",
            place=line.at("每年几次"),
            found=line.text("每年几次"),
            expected="1、2、3、4、6 或 12",
            remedy="改正次数；别的写法写在「收付款」",
        )


def _check_change_cells(line: Line, rows: Sequence[Line]) -> Iterator[Fault]:
    """A change says from which day on; an end says nothing of payments."""
    if line.text("事项") == "变更" and line.lacks("从哪天起"):
        yield Fault(
            code="cell-empty",
            place=line.at("从哪天起"),
            found="空",
            expected="变更从哪一天起",
            remedy="补填这一格",
        )
    written = [header for header in ("从哪天起", *_RULE, "决议编号") if line.has(header)]
    what = line.text("事项")
    if what in _LAST_WORDS and (written or rows):
        yield Fault(
            code="contract-end-dues",
            place=line.at(written[0]) if written else rows[0].place,
            found=f"{what}的合同写了收付款",
            expected="空",
            remedy="还没到期的自己不算；清空这些格",
        )


def _is_ready(tray: Tray, line: Line, rows: Sequence[Line]) -> bool:
    """Whether everything was read that the entry's own rules look at, and nothing was refused of it."""
    return tray.is_ready(line) and all(row.is_whole for row in rows)


def _find_first_day(tray: Tray) -> str:
    books = get_fact(tray.facts, "books", BooksFacts)
    return f"{books.first_period}-01" if books is not None else ""


def _build_dues(line: Line, rows: Sequence[Line], last_on: str) -> tuple[Due, ...]:
    if rows:
        dues = [Due(amount_fen=row.number("金额"), due_on=row.text("日期")) for row in rows]
        return tuple(sorted(dues, key=lambda due: due.due_on))
    if not line.has("每年金额"):
        return ()
    return make_dues(
        DueRule(
            first_on=line.text("首次日期"),
            last_on=last_on,
            step_hundredths=line.number("递增百分比"),
            step_years=line.number("递增年数"),
            times=line.number("每年几次") or 1,
            yearly_fen=line.number("每年金额"),
        )
    )


def _refuse_none(tray: Tray, line: Line, dues: Sequence[Due], last_on: str) -> bool:
    """Refuse a yearly amount of which no payment comes: its first day is a slip."""
    if dues or not line.has("每年金额"):
        return False
    tray.refuse(
        [
            Fault(
                code="dues-none",
                place=line.at("首次日期"),
                found=f"首次日期 {line.text('首次日期')}",
                expected=f"{last_on} 或以前",
                remedy="第一次收付款在合同结束以后；核对首次日期和结束日期",
            )
        ]
    )
    return True


def _split(dues: Sequence[Due], first: str) -> tuple[tuple[Due, ...], tuple[Due, ...]]:
    """Return the dues from the books' first day on, and those before."""
    kept = tuple(due for due in dues if due.due_on >= first)
    return kept, tuple(due for due in dues if due.due_on < first)


def _build_signed(tray: Tray, line: Line, dues: tuple[Due, ...], texts: Discloser) -> ContractSigned:
    pseudonym = make_pseudonym(tray.desk.ports.entropy, "p-", 16)
    return ContractSigned(
        area_mu_hundredths=line.number("面积"),
        begins_on=line.text("开始日期"),
        category=find_key(CATEGORY_NAMES, line.text("合同种类")),
        chosen_by=find_key(PROCEDURE_NAMES, line.text("怎样选定")),
        counterparty=texts.seal("counterparty", {"counterparty": pseudonym, "name": line.text("对方")}),
        deposit_fen=line.number("押金"),
        direction=find_key(DIRECTION_NAMES, line.text("收付")),
        dues=dues,
        ends_on=line.text("结束日期"),
        floor_fen=line.number("底价"),
        number=line.text("合同编号"),
        party=find_key(PARTY_NAMES, line.text("对方类别")),
        resolution=texts.publish("resolution", line.text("决议")),
        resolution_number=read_number(line, "决议编号"),
        subject=texts.publish("subject", line.text("标的")),
        subject_number=read_number(line, "标的编号"),
        title=texts.publish("title", line.text("合同名称")),
        units=line.number("件数"),
        use=texts.publish("use", line.text("用途")),
    )


def _label_signed(body: ContractSigned, line: Line) -> str:
    what = f"{CATEGORY_NAMES[body.category]}（{DIRECTION_NAMES[body.direction]}）"
    return f"合同 {body.number} {what} {line.text('合同名称')}：{_tell_sum(body.dues)}"


def _tell_sum(dues: Sequence[Due]) -> str:
    return f"{len(dues)} 笔共 {format_yuan(sum_dues(dues))} 元"


def _build_amount(line: Line, header: str) -> Fault:
    return Fault(
        code="due-amount",
        place=line.at(header),
        found=format_yuan(line.number(header)),
        expected="大于零的金额",
        remedy="改正金额；收还是付写在「收付」",
    )
