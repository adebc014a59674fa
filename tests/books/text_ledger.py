"""Small text ledgers, readable by an accountant, run against the rules of the books.

    2026-10-01 open | debit 101 库存现金 2000.00 | credit 301 资本 2000.00 | accepted
    2026-10-03 voucher 001 | debit 51302 办公费 325.00 | credit 101 库存现金 325.00 | 购办公用纸 | accepted
    2026-10-09 reversal 002 of 2026-10-001 | debit … -325.00 | credit … -325.00 | 金额录错 | accepted
    2026-10-09 replacement 003 of 2026-10-001 | … | accepted
    2026-11-01 close 2026-10 | accepted
    2026-10 closing 2000.00
    2026-10-05 contract HT-0001 lease receives 2026-10-01 to 2031-09-30 | 2026-10-31 12,000.00 | 租仓库 | accepted
    2026-10-05 contract HT-0002 lease receives 2026-10-01 to 2031-09-30 about ZC-0001 | 租电动三轮车 | accepted
    2026-10-31 voucher 002 for HT-0001 | debit 102 银行存款 5,000.00 | credit 50103 … 5,000.00 | 收租金 | accepted
    2026-11-09 amend HT-0001 from 2026-11-01 | 2026-11-30 6,000.00 | 减租 | accepted
    2026-12-09 end HT-0001 on 2026-12-09 | 收回自用 | accepted
    2026-10-05 asset ZC-0001 fixed purchased from 2026-10 for 60 months | 36,000.00 | 电动三轮车 | accepted
    2026-12-20 dispose ZC-0001 sold | 换新车 | accepted
    holds ZC-0001 | value 36,000.00 | gone 570.00 | clearing 0.00
    2026-10-05 limits resolution 20,000.00 | accepted
    2026-10-06 resolution JY-2026-001 assembly adopted 0.00 | delegates 2026-10-06 45 came 38: 35-2-1 | 修沟 | accepted
    2026-11-02 outcome JY-2026-001 | 修好了 | accepted
    2026-10-09 forum KT-2026-001 present 23 | 路灯不亮 | accepted
    2026-10-09 fund ZX-0001 donation in 241 with 0.00 | 幸福食堂 | accepted
    2026-10-10 voucher 003 under JY-2026-001 of-fund ZX-0001 to 12 people | … | accepted
    allows JY-2026-001 | spent 25,000.00 | left 5,000.00
    holds ZX-0001 | received 8,000.00 | spent 3,000.00 | left 5,000.00 | people 12
    2026-10-02 add | 11203 应收租金 | 1120301 应收仓库租金 | accepted
    2026-10-02 add 2026-11 | 11204 应收水费 | refused: period-future
    2026-11-02 convert | 202 to 211 credit 4,500.00 | accepted
    2026-11-03 retire 11203 1120301 | 不再用 | accepted
    owes 2026-11-10 HT-0001 | 2026-10-31 12,000.00 paid 5,000.00 by 2026-10-002, to-30 | ahead 0.00

A line that begins with a day is an entry, judged by `check_entry` and folded when nothing speaks against it;
its last part says what must come out: `accepted`, or `refused: <codes>`. A line that begins with a month is a
line of the finance sheet, or of a statement (`position` for 资产负债表, `result` for 收益及收益分配表; lines of nothing
are left out): all lines of the same month and first word must be exactly those there are. A line that
begins with `owes` tells a contract's whole calendar on a day: what was paid of each due, by which vouchers, and how
long what is not paid is overdue; `holds` what an asset stands in the register with, or what a fund has; `allows` what
was spent under a resolution. A voucher is `for` a contract or an asset.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import msgspec

from ledger.books.assets import AssetDisposed, AssetRegistered, get_first_month, get_residual
from ledger.books.contracts import (
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Due,
)
from ledger.books.conversion import AccountsConverted, Move
from ledger.books.dues import find_age
from ledger.books.figures import AccountAmount, AccountChange, FinanceFigures
from ledger.books.finance_figures import summarize_finance
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.month_words import tell_change
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, NewAccount
from ledger.books.values import PublicText
from ledger.books.vouchers import (
    AccountsOpened,
    Posting,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.data import load_reference, load_statements
from ledger.entries import KIND_OF_BODY, KINDS, Actor, Body, Entry
from ledger.figures import build_head, collect_figures
from ledger.figures.charts import collect_chart
from ledger.figures.statements import Statements, collect_statements
from ledger.state import Facts, MemoryFacts, check_entry, fold_entry
from ledger.state.assets import find_asset, get_value
from ledger.state.charts import get_version
from ledger.state.contracts import find_contract
from ledger.state.money import build_closing
from tests.books.meeting_lines import read_meeting, tell_standing
from tests.builders import MADE_BY, PASSED_BY, VILLAGE, Discloser, build_asset, build_contract, build_founding

POSTING = re.compile(r"(debit|credit) ([1-5][0-9]+)(?: \S+)? (-?[0-9,]+\.[0-9]{2})")
ENTRY = re.compile(
    r"(\d{4}-\d\d-\d\d) (open|voucher|reversal|replacement|close)(?: (\S+))?(?: of (\S+))?(?: for (\S+))?"
    r"(?: under (\S+))?(?: of-fund (\S+))?(?: to (\d+) people)?"
)
DAY = r"(\d{4}-\d\d-\d\d)"
SIGNED = re.compile(
    rf"{DAY} contract (\S+) (\w+) (receives|pays) {DAY} to {DAY}(?: under (\S+))?(?: about (\S+))?"
)
CHANGED = re.compile(rf"{DAY} (?:(amend|end) (\S+) (?:from|on) {DAY}(?: under (\S+))?|void (\S+))")
DUE = re.compile(rf"{DAY} (-?[0-9,]+\.[0-9]{{2}})")
ASSET = re.compile(rf"{DAY} asset (\S+) (\w+) (\w+) from (\d{{4}}-\d\d) for (\d+) months")
DISPOSED = re.compile(rf"{DAY} dispose (\S+) (\w+)")
HOLDS = re.compile(r"holds (ZC-\S+)")
AMOUNT = re.compile(r"-?[0-9,]+\.[0-9]{2}")
CONVERT = re.compile(rf"{DAY} convert(?: (\d{{4}}-\d\d))?")
MOVE = re.compile(r"([0-9]+) to ([0-9]+) (debit|credit) ([0-9,]+\.[0-9]{2})")
ADD = re.compile(rf"{DAY} add(?: (\d{{4}}-\d\d))?")
RETIRE = re.compile(rf"{DAY} retire ([0-9 ]+)")
TITLED = re.compile(r"([0-9]+) (\S+)")
OWES = re.compile(rf"owes {DAY} (\S+)")
FIGURE = re.compile(r"(\d{4}-\d\d) (\w+)\b.*")


class TextLedger:
    """One village's books, told line by line."""

    _passed_by: tuple[Actor, ...] = (PASSED_BY,)

    def __init__(self, chart: str = "2023") -> None:
        self.chart = chart
        self.entries: list[Entry] = []
        self.facts = MemoryFacts(self.entries.__getitem__)
        self.texts: dict[str, str] = {}
        self.indexes: dict[str, int] = {}
        founding = build_founding(chart=chart)
        assert self.record(founding, "2020-01-01", "2020-01") == []

    def run(self, text: str) -> list[str]:
        """Run a whole text and return what does not hold; empty when all of it does."""
        wrong: list[str] = []
        claims: dict[tuple[str, str], list[str]] = {}
        for line in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
            if figure := FIGURE.fullmatch(line):
                claims.setdefault((figure[1], figure[2]), []).append(line)
            else:
                wrong += self._judge(line)
        for (period, word), lines in claims.items():
            told = [line for line in self._describe(period) if line.split()[1] == word]
            if told != lines:
                wrong += ["the text says:", *lines, "the sheet says:", *told]
        return wrong

    def get_statements(self, period: str) -> Statements | None:
        """Return both statements of a month; None where there are none."""
        form = load_statements().get(get_version(self.facts, period))
        chart = collect_chart(self.facts, load_reference(), self.texts.get, period)
        return form and collect_statements(self.facts, form, chart, period)

    def _describe(self, period: str) -> Iterator[str]:
        yield from describe_figures(self.get_figures(period))
        statements = self.get_statements(period)
        if statements is not None:
            yield from describe_statements(statements)

    def get_figures(self, period: str, size: int | None = None) -> FinanceFigures:
        """Return the finance sheet's figures of a month, as a draft."""
        head = build_head(
            self.facts,
            load_reference(),
            self.texts.get,
            kind="finance",
            period=period,
            number="",
            size=len(self.entries) if size is None else size,
            hung_on="",
            follows="",
            replaces="",
        )
        figures = collect_figures(self.facts, load_reference(), self.texts.get, head)
        assert isinstance(figures, FinanceFigures)
        return figures

    def _judge(self, line: str) -> list[str]:
        head, *parts, outcome = (part.strip() for part in line.split("|"))
        if (told := self._tell(head)) is not None:
            return [] if told == line else ["the text says:", line, "the books say:", told]
        return self._compare(line, outcome, self._enter(head, parts))

    def _tell(self, head: str) -> str | None:
        """Return a line that says how something stands, as the books have it; None where the line is no such."""
        if owes := OWES.fullmatch(head):
            return " | ".join([head, *describe_dues(self.facts, *owes.groups())])
        if holds := HOLDS.fullmatch(head):
            return " | ".join([head, *describe_asset(self.facts, holds[1])])
        return tell_standing(self.facts, head)

    def _enter(self, head: str, parts: list[str]) -> list[str]:
        """Record what a line enters, and return the faults' codes."""
        day, period = head[:10], head[:7]
        if ASSET.fullmatch(head) or DISPOSED.fullmatch(head):
            return self.record(self._build_asset(head, parts), day, period)
        if (meeting := read_meeting(head, parts, self.publish)) is not None:
            return self.record(meeting, day, period)
        if SIGNED.fullmatch(head) or CHANGED.fullmatch(head):
            return self.record(self._build_contract(head, parts), day, period)
        if ADD.fullmatch(head) or RETIRE.fullmatch(head):
            body, period = self._build_accounts(head, parts)
            return self.record(body, day, period)
        if converted := CONVERT.fullmatch(head):
            return self.record(_read_conversion(parts), day, converted[2] or period)
        return self._enter_voucher(head, parts)

    def _enter_voucher(self, head: str, parts: list[str]) -> list[str]:
        match = ENTRY.fullmatch(head)
        assert match, f"no entry and no figure: {head}"
        day, verb, number, answered, about, resolution, fund, people = match.groups()
        postings = tuple(self._read_posting(part) for part in parts if POSTING.fullmatch(part))
        text = next((part for part in parts if not POSTING.fullmatch(part)), "样例")
        if verb in ("voucher", "reversal", "replacement") and len(number) == 3:
            number = f"{day[:7]}-{number}"
        body = self._build_body(verb, number, answered, postings, text)
        key = "asset" if (about or "").startswith("ZC") else "contract"
        named = {key: about, "resolution": resolution, "fund": fund, "recipients": int(people or 0)}
        body = msgspec.structs.replace(body, **{name: value for name, value in named.items() if value})
        return self.record(body, day, number[:7] if number else day[:7])

    def _compare(self, line: str, outcome: str, codes: list[str]) -> list[str]:
        said = f"refused: {', '.join(codes)}" if codes else "accepted"
        return [] if said == outcome else [f"{line}\n  came out as {said}"]

    def _build_body(
        self, verb: str, number: str, answered: str, postings: tuple[Posting, ...], text: str
    ) -> Body:
        if verb == "open":
            return AccountsOpened(chart=self.chart, postings=postings)
        if verb == "close":
            return build_closing(self.facts, number)
        shared = {
            "approver": self.publish("样例甲"),
            "attachments": 1,
            "bookkeeper": self.publish("样例乙"),
            "chart": get_version(self.facts, number[:7]),
            "handler": self.publish("样例丙"),
            "number": number,
            "postings": postings,
        }
        at = self.indexes.get(answered or "", 9_999)
        if verb == "reversal":
            return VoucherReversed(**shared, reason=self.publish(text), reverses=at)
        if verb == "replacement":
            return VoucherReplaced(**shared, summary=self.publish(text), replaces=at)
        return VoucherRecorded(**shared, summary=self.publish(text))

    def _build_accounts(self, head: str, parts: list[str]) -> tuple[AccountsAdded | AccountsClosed, str]:
        if retired := RETIRE.fullmatch(head):
            codes, reason = tuple(retired[2].split()), self.publish(parts[0])
            version = get_version(self.facts, head[:7])
            return AccountsClosed(accounts=codes, chart=version, reason=reason), head[:7]
        added = ADD.fullmatch(head)
        assert added
        named = [TITLED.fullmatch(part) for part in parts]
        accounts = tuple(NewAccount(code=one[1], title=self.publish(one[2])) for one in named if one)
        period = added[2] or head[:7]
        return AccountsAdded(accounts=accounts, chart=get_version(self.facts, period)), period

    def _build_contract(self, head: str, parts: list[str]) -> ContractSigned | Change:
        dues = tuple(_read_due(part) for part in parts if DUE.fullmatch(part))
        text = self.publish(next((part for part in parts if not DUE.fullmatch(part)), "样例"))
        if changed := CHANGED.fullmatch(head):
            _, verb, number, day, under, void = changed.groups()
            if void:
                return ContractVoided(contract=void, reason=text)
            if verb == "amend":
                return ContractAmended(
                    contract=number, dues=dues, from_on=day, reason=text, resolution_number=under or ""
                )
            return ContractEnded(contract=number, ended_on=day, reason=text)
        signed = SIGNED.fullmatch(head)
        assert signed
        _, number, category, direction, begins_on, ends_on, under, about = signed.groups()
        return build_contract(
            Discloser(),
            begins_on=begins_on,
            category=category,
            direction=direction,
            dues=dues,
            ends_on=ends_on,
            number=number,
            resolution_number=under or "",
            subject_number=about or "",
            title=text,
        )

    def _build_asset(self, head: str, parts: list[str]) -> AssetRegistered | AssetDisposed:
        """The first amount is what it cost, the second what was depreciated before."""
        amounts = [parse_yuan(part) for part in parts if AMOUNT.fullmatch(part)]
        text = self.publish(next((part for part in parts if not AMOUNT.fullmatch(part)), "样例"))
        if disposed := DISPOSED.fullmatch(head):
            return AssetDisposed(asset=disposed[2], how=disposed[3], reason=text)
        found = ASSET.fullmatch(head)
        assert found
        _, number, category, source, since, months = found.groups()
        first = head[:7] if source == "opening" else get_first_month(category, since)
        original_fen, depreciated_fen = [*amounts, 0][:2]
        return build_asset(
            Discloser(),
            category=category,
            depreciated_fen=depreciated_fen,
            depreciates_from=first if int(months) else "",
            in_use_from=since,
            life_months=int(months),
            name=text,
            number=number,
            original_fen=original_fen,
            residual_fen=get_residual(original_fen, category),
            source=source,
            unit=self.publish("件"),
        )

    def record(self, body: Body, day: str, period: str, occurred_on: str = "") -> list[str]:
        """Judge an entry that is recorded on a day, on which it happened unless said otherwise; append and fold it
        where nothing speaks against it. Returns the faults' codes.
        """
        kind = KIND_OF_BODY[type(body)]
        noon = dt.datetime.fromisoformat(f"{day}T12:00:00+08:00")
        newest = self.entries[-1].recorded_at if self.entries else 0
        entry = Entry(
            body=body,
            checkers=self._passed_by if KINDS[kind].checkers else (),
            index=len(self.entries),
            kind=kind,
            maker=self._name_maker(body),
            occurred_on=occurred_on or day,
            period=period,
            previous="",
            recorded_at=max(newest, int(noon.timestamp()) * 1000),
            v=1,
            village=VILLAGE,
        )
        codes = sorted({fault.code for fault in check_entry(self.facts, load_reference(), entry)})
        if not codes:
            self.entries.append(entry)
            fold_entry(self.facts, entry)
            if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
                self.indexes[body.number] = entry.index
        return codes

    def _name_maker(self, body: Body) -> Actor:
        return MADE_BY

    def publish(self, text: str) -> PublicText:
        """Return a public text for a body."""
        digest = f"text{len(self.texts):039d}"
        self.texts[digest] = text
        return PublicText(text=digest)

    def _read_posting(self, part: str) -> Posting:
        match = POSTING.fullmatch(part)
        assert match
        amount_fen = parse_yuan(match[3])
        assert isinstance(amount_fen, int), part
        return Posting(account=match[2], amount_fen=amount_fen, side=match[1])


def describe_dues(facts: Facts, today: str, number: str) -> Iterator[str]:
    """Yield a contract's calendar as text ledgers write it."""
    contract = find_contract(facts, number)
    assert contract is not None
    for item in contract.matched.dues:
        vouchers = [facts.read_entry(share.at).body for share in item.shares]
        by = f" by {', '.join(voucher.number for voucher in vouchers)}" if vouchers else ""
        age = f", {find_age(item.due.due_on, today)}" if item.unpaid_fen else ""
        yield f"{item.due.due_on} {_tell(item.due.amount_fen)} paid {_tell(item.paid_fen)}{by}{age}"
    yield f"ahead {_tell(contract.matched.ahead_fen)}"


def describe_asset(facts: Facts, number: str) -> Iterator[str]:
    """Yield what an asset stands in the register with, as text ledgers write it."""
    asset = find_asset(facts, number)
    assert asset is not None
    yield f"value {_tell(get_value(asset.facts))}"
    yield f"gone {_tell(asset.facts.accumulated_fen)}"
    yield f"clearing {_tell(asset.facts.clearing_fen)}"


def _read_conversion(parts: list[str]) -> AccountsConverted:
    moves = []
    for part in parts:
        match = MOVE.fullmatch(part)
        assert match, part
        amount_fen = parse_yuan(match[4])
        assert isinstance(amount_fen, int), part
        moves.append(Move(account=match[1], amount_fen=amount_fen, becomes=match[2], side=match[3]))
    return AccountsConverted(chart="2023", moves=tuple(moves))


def _read_due(part: str) -> Due:
    match = DUE.fullmatch(part)
    assert match
    amount_fen = parse_yuan(match[2])
    assert isinstance(amount_fen, int), part
    return Due(amount_fen=amount_fen, due_on=match[1])


def describe_figures(figures: FinanceFigures) -> Iterator[str]:
    """Yield the lines of a finance sheet, as text ledgers write them."""
    month = figures.head.period
    yield f"{month} vouchers {figures.vouchers}"
    for word in ("opening", "income", "expense", "closing"):
        yield f"{month} {word} {_tell(getattr(figures, f'{word}_fen'))}"
    for fund in figures.funds:
        yield (
            f"{month} fund {fund.account} {fund.name} | opening {_tell(fund.opening_fen)}"
            f" | income {_tell(fund.income_fen)} | expense {_tell(fund.expense_fen)}"
            f" | moved {_tell(fund.moved_fen)} | closing {_tell(fund.closing_fen)}"
        )
    for move in figures.moves:
        flow = (
            f"expense {_tell(move.expense_fen)}" if move.expense_fen else f"income {_tell(move.income_fen)}"
        )
        yield (
            f"{month} move {move.line} | {move.voucher} | {move.occurred_on}"
            f" | {' '.join(filter(None, [flow, move.correction]))} | {move.account} {move.account_name}"
            f" | balance {_tell(move.balance_fen)} | {move.summary} | {move.handler}"
            f" | attachments {move.attachments}"
        )
    yield from _describe_amounts(month, "incomes", figures.incomes)
    yield from _describe_amounts(month, "expenses", figures.expenses)
    yield from _describe_changes(month, "receivables", figures.receivables)
    yield from _describe_changes(month, "payables", figures.payables)
    yield from _describe_changes(month, "assets", figures.assets)
    for correction in figures.corrections:
        yield (
            f"{month} correction {correction.voucher} answers {correction.answers} | {correction.occurred_on}"
            f" | {correction.kind} | amount {_tell(correction.amount_fen)} | {correction.reason}"
        )
    yield from _describe_told(month, figures)
    for sentence in summarize_finance(figures):
        yield f"{month} says {sentence}"


def _describe_told(month: str, figures: FinanceFigures) -> Iterator[str]:
    for line in figures.contracts:
        yield (
            f"{month} contract {line.contract} | {line.direction} | due {_tell(line.due_fen)}"
            f" | paid {_tell(line.paid_fen)} | unpaid {_tell(line.unpaid_fen)} | late {line.late_days}"
            f" | ends {line.ends_on}{' soon' if line.ends_soon else ''} | {line.happened or 'nothing'}"
            f" | {line.title} | {line.party}"
        )
    if figures.contracts_quiet:
        yield f"{month} quiet {figures.contracts_quiet}"
    for change in figures.registers:
        about = " ".join(filter(None, [change.kind, change.number]))
        yield (
            f"{month} register {about} | {change.occurred_on} | {_tell(change.amount_fen)}"
            f" | {tell_change(change)} | {change.name}"
        )
    if figures.taken_over is not None:
        yield f"{month} takenover {figures.taken_over.assets} | {_tell(figures.taken_over.amount_fen)}"


def describe_statements(statements: Statements) -> Iterator[str]:
    """Yield the lines of both statements that say something, as text ledgers write them."""
    month = statements.period
    for row in statements.position.rows:
        if row.before_fen or row.after_fen:
            yield f"{month} position {row.label} | before {_tell(row.before_fen or 0)} | after {_tell(row.after_fen)}"
    for row in statements.result.rows:
        if row.before_fen or row.after_fen:
            told = "" if row.before_fen is None else f" | month {_tell(row.before_fen)}"
            yield f"{month} result {row.label}{told} | year {_tell(row.after_fen)}"


def _describe_amounts(month: str, word: str, amounts: tuple[AccountAmount, ...]) -> Iterator[str]:
    for amount in amounts:
        yield (
            f"{month} {word} {amount.account} {amount.name}"
            f" | month {_tell(amount.amount_fen)} | year {_tell(amount.year_fen)}"
        )


def _describe_changes(month: str, word: str, changes: tuple[AccountChange, ...]) -> Iterator[str]:
    for change in changes:
        yield (
            f"{month} {word} {change.account} {change.name} | opening {_tell(change.opening_fen)}"
            f" | increase {_tell(change.increase_fen)} | decrease {_tell(change.decrease_fen)}"
            f" | closing {_tell(change.closing_fen)}"
        )


def _tell(amount_fen: int) -> str:
    return format_yuan(amount_fen)
