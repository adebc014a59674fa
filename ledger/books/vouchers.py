"""Opening balances, vouchers and the closing of a month: the bodies of the money kinds, and their rules.

A voucher is never edited. A wrong one is answered by a red reversal (the same postings with negative
amounts, so that turnovers are put right too) and, where something did happen, by a blue replacement
(会计基础工作规范 art. 51).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import combinations
from typing import Annotated, NamedTuple

from msgspec import Meta

from ledger.books.accounts import Chart, check_account, find_account, is_money
from ledger.books.money import format_yuan
from ledger.books.values import (
    AccountCode,
    AssetNumber,
    ContractNumber,
    Count,
    Day,
    FundNumber,
    Integer,
    Positive,
    PublicText,
    ResolutionNumber,
    Side,
    Value,
    VoucherNumber,
    VoucherNumberOrNone,
    fold_text,
)
from ledger.books.village import ChartVersion
from ledger.errors import Fault

POSTINGS_MIN = 2
POSTINGS_MAX = 200
VOUCHER_MAX_FEN = 10**12
"""Ten thousand million yuan a voucher. No village comes near; a month of 999 vouchers still fits an
integer.
"""
_fold_name = lru_cache(maxsize=1_024)(fold_text)
"""The same few people stand on most vouchers."""


class Posting(Value, frozen=True):
    """One line of a voucher. `amount_fen` is positive, or negative on a red reversal; never zero."""

    account: AccountCode
    amount_fen: Integer
    side: Side


Postings = Annotated[tuple[Posting, ...], Meta(min_length=POSTINGS_MIN, max_length=POSTINGS_MAX)]


class AccountsOpened(Value, frozen=True):
    """`accounts.opened`: balances taken over at the start of the first period; once per log."""

    chart: ChartVersion
    postings: Postings


class VoucherRecorded(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`voucher.recorded`: one balanced set of postings with its source documents and three persons."""

    approver: PublicText
    asset: AssetNumber = ""  # that it is about; left out where none
    attachments: Positive  # sheets of source documents
    bookkeeper: PublicText
    chart: ChartVersion
    contract: ContractNumber = ""  # that it is about; left out where none
    fund: FundNumber = ""  # earmarked, that it gives or spends; left out where none
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    recipients: Positive = 0  # how many received what is passed on; left out where nothing is
    resolution: ResolutionNumber = ""  # that allows it; left out where none
    summary: PublicText


class VoucherReversed(Value, frozen=True):
    """`voucher.reversed`: a red-letter voucher; postings are those of entry `reverses`, negated."""

    approver: PublicText
    attachments: Count
    bookkeeper: PublicText
    chart: ChartVersion
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    reason: PublicText
    reverses: Positive  # index of the wrong voucher's entry


class VoucherReplaced(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`voucher.replaced`: the right voucher in blue, after entry `replaces` was reversed."""

    approver: PublicText
    asset: AssetNumber = ""  # that it is about; left out where none
    attachments: Positive
    bookkeeper: PublicText
    chart: ChartVersion
    contract: ContractNumber = ""  # that it is about; left out where none
    fund: FundNumber = ""
    handler: PublicText
    number: VoucherNumber
    postings: Postings
    recipients: Positive = 0
    replaces: Positive  # index of the wrong voucher's entry, already reversed
    resolution: ResolutionNumber = ""
    summary: PublicText


class AccountBalance(Value, frozen=True):
    """What an account's postings add up to at a month's end; `amount_fen` above zero on `side`."""

    account: AccountCode
    amount_fen: Positive
    side: Side


class ContractStanding(Value, frozen=True):
    """How a contract stands at a month's end, as it was known when the month was closed.

    `due_fen` is what it asked by then in all, `paid_fen` what was paid, both as the contract has it: what the village
    receives by the one and pays by the other is positive alike, and what went back too much is below zero. `changes`
    counts the entries after its signing: none of them can be kept back.
    """

    changes: Count
    contract: ContractNumber
    due_fen: Count
    ends_on: Day
    paid_fen: Integer


class PeriodClosed(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`period.closed`: the month's vouchers counted and every balance that is not zero, by account.

    `contracts` are by number, as `state.standings` defines which; left out in closings that say nothing of them.
    """

    balances: tuple[AccountBalance, ...]
    contracts: tuple[ContractStanding, ...] | None = None
    credit_fen: Integer  # turnover of the month, all accounts
    debit_fen: Integer
    last_number: VoucherNumberOrNone
    vouchers: Count


Voucher = VoucherRecorded | VoucherReversed | VoucherReplaced


class About(NamedTuple):
    """What a voucher is about: numbers of the village's registers, each empty where there is none."""

    contract: str = ""
    asset: str = ""
    fund: str = ""
    resolution: str = ""

    def list_numbers(self) -> list[tuple[str, str]]:
        """Return the names and numbers of what there is, in the order of the fields."""
        return [(name, number) for name, number in zip(self._fields, self, strict=True) if number]


def get_about(voucher: Voucher, answered: Voucher | None = None) -> About:
    """Return what a voucher is about; a red one is about what the voucher was that it takes back, `answered`."""
    said = answered if isinstance(voucher, VoucherReversed) else voucher
    if said is None or isinstance(said, VoucherReversed):
        return About()
    return About(contract=said.contract, asset=said.asset, fund=said.fund, resolution=said.resolution)


def check_voucher(body: Voucher, chart: Chart, period: str) -> list[Fault]:
    """Return every fault a voucher has in itself, by the numbered rules below; `period` is its month,
    YYYY-MM.

    What depends on the books before it (next number, what it answers) is checked in `state.money`; the
    three persons, whose names are texts kept elsewhere, by `check_roles`.
    """
    faults = _check_chart(body, chart) + _check_month(body, period) + _check_attachments(body)
    place, is_red = _name_place(body), isinstance(body, VoucherReversed)
    for rule in _RULES:
        faults += rule(body.postings, place, is_red)
    if body.chart == chart.version:
        faults += _check_accounts(body.postings, chart, place)
    return faults


def check_opening(body: AccountsOpened, chart: Chart) -> list[Fault]:
    """Return every fault opening balances have in themselves: rules 1 to 7, and each account once."""
    place = "期初余额"
    faults = _check_version(body.chart, chart, place)
    for rule in (_check_count, _check_zero, _check_sign, _check_size, _check_balance):
        faults += rule(body.postings, place, False)
    if body.chart == chart.version:
        faults += _check_accounts(body.postings, chart, place)
    codes = [posting.account for posting in body.postings]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        faults.append(
            Fault(
                code="opening-account-twice",
                place=place,
                found=f"科目 {code} 出现 {codes.count(code)} 次",
                expected="每个科目只有一个期初余额",
                remedy="把同一科目的金额合成一行",
            )
        )
    return faults


def check_roles(handler: str, approver: str, bookkeeper: str, place: str = "凭证") -> list[Fault]:
    """Return a fault for each person missing and for each two of the three that are the same person.

    Names are compared without blanks and in one form of width. Source: 会计法 art. 25, 35.
    """
    names = _fold_name(handler), _fold_name(approver), _fold_name(bookkeeper)
    if all(names) and len(set(names)) == len(names):
        return []
    persons = dict(zip(("经手人", "审批人", "记账员"), names, strict=True))
    faults = [
        Fault(
            code="roles-missing",
            place=f"{place}的{title}",
            found="",
            expected="一个人的姓名",
            remedy=f"写上{title}的姓名",
        )
        for title, name in persons.items()
        if not name
    ]
    faults += [
        Fault(
            code="roles-same",
            place=f"{place}的{one}和{other}",
            found="同一个人",
            expected="不同的人",
            remedy=f"经手、审批、记账要由三个人分别承担，请改正{one}或{other}",
        )
        for one, other in combinations(persons, 2)
        if persons[one] and persons[one] == persons[other]
    ]
    return faults


def list_both_sides(postings: Iterable[Posting]) -> list[str]:
    """Return the accounts of cash and bank that stand on both sides, by code: money in and money out in one."""
    sides = {(posting.account, posting.side) for posting in postings if is_money(posting.account)}
    return sorted(account for account, side in sides if side == "debit" and (account, "credit") in sides)


def negate_postings(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Return the red postings that take `postings` back: same order, accounts and sides, amounts negated."""
    return tuple(
        Posting(account=posting.account, amount_fen=-posting.amount_fen, side=posting.side)
        for posting in postings
    )


def _name_place(body: Voucher) -> str:
    return f"凭证 {body.number}"


def _name_line(place: str, line: int) -> str:
    return f"{place}第 {line} 行"


def _check_version(version: str, chart: Chart, place: str) -> list[Fault]:
    """Rule 1: it names the chart of accounts that the log was founded with."""
    if version == chart.version:
        return []
    return [
        Fault(
            code="chart-version",
            place=place,
            found=f"{version} 年科目表",
            expected=f"{chart.version} 年科目表",
            remedy="两版科目代码含义不同，请按本账的科目表重新选科目",
        )
    ]


def _check_chart(body: Voucher, chart: Chart) -> list[Fault]:
    return _check_version(body.chart, chart, _name_place(body))


def _check_count(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 2: at least two postings, at most POSTINGS_MAX."""
    if POSTINGS_MIN <= len(postings) <= POSTINGS_MAX:
        return []
    return [
        Fault(
            code="postings-count",
            place=place,
            found=f"{len(postings)} 行分录",
            expected=f"{POSTINGS_MIN} 至 {POSTINGS_MAX} 行",
            remedy="补上缺少的分录；行数太多的分成几张凭证",
        )
    ]


def _check_zero(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 3: no posting of zero."""
    return [
        Fault(
            code="posting-zero",
            place=_name_line(place, line),
            found="0.00",
            expected="不为零的金额",
            remedy="填上金额，或者删去这一行",
        )
        for line, posting in enumerate(postings, start=1)
        if posting.amount_fen == 0
    ]


def _check_sign(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 4: amounts are positive, on a red reversal negative: a minus nowhere else."""
    remedy = "金额写正数，方向用借贷表示；要冲销就另做红字冲销凭证"
    if is_red:
        remedy = "红字冲销照原凭证逐行写成负数，借贷方向不变"
    return [
        Fault(
            code="posting-sign",
            place=_name_line(place, line),
            found=format_yuan(posting.amount_fen),
            expected="负数（红字）" if is_red else "正数",
            remedy=remedy,
        )
        for line, posting in enumerate(postings, start=1)
        if posting.amount_fen and (posting.amount_fen < 0) != is_red
    ]


def _check_size(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 5: the amounts together stay within VOUCHER_MAX_FEN on each side."""
    sums = {"debit": 0, "credit": 0}
    for posting in postings:
        sums[posting.side] += abs(posting.amount_fen)
    largest = max(sums.values())
    if largest <= VOUCHER_MAX_FEN:
        return []
    return [
        Fault(
            code="voucher-too-large",
            place=place,
            found=f"{format_yuan(largest)} 元",
            expected=f"不超过 {format_yuan(VOUCHER_MAX_FEN)} 元",
            remedy="检查金额的单位和小数点",
        )
    ]


def _check_balance(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 6: debits equal credits."""
    debit_fen = sum(posting.amount_fen for posting in postings if posting.side == "debit")
    credit_fen = sum(posting.amount_fen for posting in postings if posting.side == "credit")
    if debit_fen == credit_fen:
        return []
    side = "贷方" if debit_fen > credit_fen else "借方"
    return [
        Fault(
            code="voucher-unbalanced",
            place=place,
            found=f"借方 {format_yuan(debit_fen)}、贷方 {format_yuan(credit_fen)}",
            expected="借贷相等",
            remedy=f"{side}还差 {format_yuan(abs(debit_fen - credit_fen))}，请补上或改正分录",
        )
    ]


def _check_accounts(postings: tuple[Posting, ...], chart: Chart, place: str) -> list[Fault]:
    """Rule 7: every account is in the chart; asked only where the chart is the right one."""
    faults: list[Fault] = []
    for line, posting in enumerate(postings, start=1):
        if find_account(chart, posting.account) is None:
            faults += check_account(chart, posting.account, _name_line(place, line))
    return faults


def _check_mixed(postings: tuple[Posting, ...], place: str, is_red: bool) -> list[Fault]:
    """Rule 8: money in and money out of one account are not netted in one voucher with other accounts.

    Otherwise rent received and spent the same day would show on no sheet. Source: 会计基础工作规范 art. 51:
    documents of different content are not put on one voucher.
    """
    money = [posting for posting in postings if is_money(posting.account)]
    if not money or len(money) == len(postings):
        return []
    twice = list_both_sides(money) if len(money) > 1 else []
    net_fen = sum(
        [posting.amount_fen if posting.side == "debit" else -posting.amount_fen for posting in money]
    )
    if not twice and net_fen:
        return []
    accounts = "、".join(twice or sorted({posting.account for posting in money}))
    return [
        Fault(
            code="voucher-mixed",
            place=place,
            found=f"科目 {accounts} 在一张凭证里又收又付",
            expected="收款和付款分开记",
            remedy="收款做一张凭证，付款另做一张，每一笔才能公开",
        )
    ]


def _check_month(body: Voucher, period: str) -> list[Fault]:
    """Rule 9: the number is of the voucher's own month."""
    if body.number[:7] == period:
        return []
    return [
        Fault(
            code="voucher-number-month",
            place=_name_place(body),
            found=f"{body.number[:7]} 的编号",
            expected=f"{period} 的编号",
            remedy="凭证按所属月份编号，请改正编号或月份",
        )
    ]


def _check_attachments(body: Voucher) -> list[Fault]:
    """Rule 10: at least one source document, save on a red reversal."""
    least = 0 if isinstance(body, VoucherReversed) else 1
    if body.attachments >= least:
        return []
    return [
        Fault(
            code="voucher-attachments",
            place=_name_place(body),
            found=f"附件 {body.attachments} 张",
            expected=f"至少 {least} 张",
            remedy="数一数原始凭证，把张数填上；没有原始凭证不能记账",
        )
    ]


_RULES: tuple[Callable[[tuple[Posting, ...], str, bool], list[Fault]], ...] = (
    _check_count,
    _check_zero,
    _check_sign,
    _check_size,
    _check_balance,
    _check_mixed,
)
