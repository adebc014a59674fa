"""The money kinds folded: vouchers and closings may follow one another only so.

Rules that always hold: the books open once, before any voucher; a month's vouchers are numbered without a
gap; a voucher is put right at most once, by the exact red reversal and at most one replacement; months
close in order, each after it has ended, with the figures the entries add up to.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ledger.books.accounts import Chart
from ledger.books.balances import (
    Sides,
    TrialBalance,
    add_turnovers,
    build_trial_balance,
    from_balances,
    sum_sides,
    sum_turnovers,
    to_balances,
)
from ledger.books.ledgers import sum_account
from ledger.books.money import format_yuan
from ledger.books.periods import get_day, iterate_periods
from ledger.books.statements import DISTRIBUTION_ACCOUNT
from ledger.books.values import get_last_day, get_next_period, get_previous_period
from ledger.books.vouchers import (
    AccountBalance,
    AccountsOpened,
    PeriodClosed,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    check_opening,
    check_voucher,
    negate_postings,
)
from ledger.books.year_end import RULES_FROM, check_distribution, check_year_end, count_given, ends_year
from ledger.canonical import encode_value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.amounts import fold_amounts
from ledger.state.assets import check_about_asset, fold_moved
from ledger.state.charts import check_opened_accounts, check_posted, extend_chart, get_version
from ledger.state.contracts import check_about, fold_payment
from ledger.state.facts import (
    AnswerFacts,
    BooksFacts,
    ClosingFacts,
    EntryAt,
    Facts,
    PeriodFacts,
    Turnover,
    get_fact,
    key_at,
    put_fact,
    scan_facts,
)
from ledger.state.funds import check_fund_of, fold_earmarked
from ledger.state.incomes import fold_carried
from ledger.state.reference import Reference
from ledger.state.spending import check_spending, fold_spending
from ledger.state.standings import build_standings, compare_standings

VOUCHERS_MAX = 999
"""Vouchers a month: the number has three digits."""
CLOSING_MAX_BYTES = 63_000
"""A closing's body that speaks of contracts: beside it an entry holds who made and passed it, and its place."""

_OPEN_MONTH = PeriodFacts(closed=0, credit_fen=0, debit_fen=0, last_number="", vouchers=0)


def check_money(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry of a money kind may not follow these facts.

    Needs a founded log (ValueError otherwise); envelope, persons and open month are `check_entry`'s.
    """
    chart = reference.charts[get_version(facts, entry.period)]
    books = get_fact(facts, "books", BooksFacts)
    body = entry.body
    if isinstance(body, AccountsOpened):
        codes = [posting.account for posting in body.postings]
        faults = check_opening(body, extend_chart(facts, chart, codes))
        faults += check_opened_accounts(facts, chart.version, codes, entry.period)
        return faults + _check_opened_once(books) + _check_last_day(entry)
    if isinstance(body, PeriodClosed):
        return _check_closing(facts, chart, books, entry, body) if books else _list_unopened()
    voucher = _get_voucher(entry)
    # Without an opening the voucher's own faults are still told: nobody should have to come twice.
    faults = _check_dates(books, entry) if books else _list_unopened()
    whole = extend_chart(facts, chart, (posting.account for posting in voucher.postings))
    faults += check_voucher(voucher, whole, entry.period) + _check_number(facts, entry.period, voucher)
    faults += check_posted(facts, voucher, entry.period, get_balances)
    faults += check_about(facts, voucher) + check_about_asset(facts, entry, voucher)
    faults += check_fund_of(facts, voucher) + check_spending(facts, entry, voucher)
    faults += _check_distribution(facts, whole, voucher, entry.period)
    if isinstance(body, VoucherReversed):
        faults += _check_reversal(facts, entry, body)
    elif isinstance(body, VoucherReplaced):
        faults += _check_replacement(facts, entry, body)
    return faults


def fold_money(facts: Facts, entry: Entry) -> None:
    """Apply an entry of a money kind, already checked, to the facts."""
    body = entry.body
    if isinstance(body, AccountsOpened):
        _fold_opening(facts, entry, body)
    elif isinstance(body, PeriodClosed):
        _fold_closing(facts, entry, body)
    else:
        _fold_voucher(facts, entry, _get_voucher(entry))


def get_opening(facts: Facts, period: str) -> dict[str, int]:
    """Return the balances at the start of a month: signed fen, debit positive, by account, without zeros.

    Empty before the books' first month. Costs one look at each month since the last closing.
    """
    converted = get_fact(facts, f"opening/{period}", ClosingFacts)
    if converted is not None:
        return from_balances(converted.balances)
    return get_balances(facts, get_previous_period(period))


def get_balances(facts: Facts, period: str) -> dict[str, int]:
    """Return the balances at the end of a month, or of what is booked so far in an open one.

    Signed fen, debit positive, by account, without zeros; empty before the books' opening.
    """
    books = get_fact(facts, "books", BooksFacts)
    if books is None or period < get_previous_period(books.first_period):
        return {}
    known = min(period, books.last_closed or get_previous_period(books.first_period))
    closing = get_fact(facts, f"closing/{known}", ClosingFacts)
    if closing is None:
        raise ValueError(f"no closing of {known}")
    balances = from_balances(closing.balances)
    for month in iterate_periods(get_next_period(known), period):
        converted = get_fact(facts, f"opening/{month}", ClosingFacts)
        balances = from_balances(converted.balances) if converted is not None else balances
        balances = add_turnovers(balances, get_turnovers(facts, month))
    return balances


def get_turnovers(facts: Facts, period: str) -> dict[str, Sides]:
    """Return the turnovers of a month by account, without those that come to nothing on both sides."""
    return {
        account: Sides(turnover.debit_fen, turnover.credit_fen)
        for account, turnover in scan_facts(facts, f"turnover/{period}/", Turnover)
        if turnover.debit_fen or turnover.credit_fen
    }


def get_trial_balance(facts: Facts, period: str) -> TrialBalance:
    """Return the trial balance of a month."""
    return build_trial_balance(get_opening(facts, period), get_turnovers(facts, period))


def get_month(facts: Facts, period: str) -> PeriodFacts:
    """Return what is known of a month; of one without an entry, an open month of zeros."""
    return get_fact(facts, f"period/{period}", PeriodFacts) or _OPEN_MONTH


def list_book_months(facts: Facts) -> list[str]:
    """Return the months of the books, newest first: from the opening to the last one with an entry; none before it."""
    books = get_fact(facts, "books", BooksFacts)
    if books is None:
        return []
    booked = [period for period, _month in scan_facts(facts, "period/", PeriodFacts)]
    return list(iterate_periods(books.first_period, max([books.first_period, *booked])))[::-1]


def get_earliest_open(facts: Facts) -> str | None:
    """Return the month that must be closed next, None before the books are opened."""
    books = get_fact(facts, "books", BooksFacts)
    return None if books is None else _get_earliest_open(books)


def get_next_number(facts: Facts, period: str) -> str:
    """Return the number the month's next voucher must carry; one past 999 is no valid number any more."""
    return _format_number(period, get_month(facts, period).vouchers + 1)


def get_successor(number: str) -> str:
    """Return the number after a voucher's in its month; one past 999 is no valid number any more."""
    return _format_number(number[:7], int(number[8:]) + 1)


def iterate_vouchers(facts: Facts, period: str) -> Iterator[Entry]:
    """Yield the entries of a month's vouchers in order of number."""
    for _, at in scan_facts(facts, f"voucher/{period}-", EntryAt):
        yield facts.read_entry(at.index)


def build_closing(facts: Facts, period: str) -> PeriodClosed:
    """Return the closing of a month as the facts say it; `check_money` decides whether it may be recorded."""
    month = get_month(facts, period)
    # From the closing before and the month's turnovers, never from the month's own closing, if it is there:
    # an audit compares the two.
    balances = add_turnovers(get_opening(facts, period), get_turnovers(facts, period))
    closing = PeriodClosed(
        balances=to_balances(balances),
        contracts=build_standings(facts, period),
        credit_fen=month.credit_fen,
        debit_fen=month.debit_fen,
        last_number=month.last_number,
        vouchers=month.vouchers,
    )
    # Hundreds of contracts and hundreds of sub-accounts together would burst an entry: no month could be closed.
    is_too_long = len(encode_value(closing)) > CLOSING_MAX_BYTES
    return msgspec.structs.replace(closing, contracts=None) if is_too_long else closing


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def _format_number(period: str, ordinal: int) -> str:
    return f"{period}-{ordinal:03d}"


def _list_unopened() -> list[Fault]:
    return [_fault("books-not-opened", "账簿", "还没有期初余额", "先有期初余额", "先导入并通过期初余额")]


def _get_voucher(entry: Entry) -> Voucher:
    if isinstance(entry.body, VoucherRecorded | VoucherReversed | VoucherReplaced):
        return entry.body
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is no voucher")


def _get_earliest_open(books: BooksFacts) -> str:
    return get_next_period(books.last_closed) if books.last_closed else books.first_period


def _check_opened_once(books: BooksFacts | None) -> list[Fault]:
    if books is None:
        return []
    found = f"第 {books.opened} 条已记过期初余额"
    return [
        _fault(
            "books-opened-twice", "期初余额", found, "只记一次", "期初有错的，用凭证在当月更正，不能重新开账"
        )
    ]


def _check_last_day(entry: Entry) -> list[Fault]:
    """What is booked in a month happened by its last day."""
    last = get_last_day(entry.period)
    if entry.occurred_on <= last:
        return []
    remedy = "改正日期，或者记到发生的那个月"
    return [_fault("date-after-period", "发生日期", entry.occurred_on, f"{last} 或更早的一天", remedy)]


def _check_dates(books: BooksFacts, entry: Entry) -> list[Fault]:
    """A voucher belongs to a month of the books, and happened neither after that month nor before the
    books.
    """
    faults = _check_last_day(entry)
    first = books.first_period
    if entry.period < first:
        remedy = "开账以前的月份不在本账内，请记到开账以后的月份"
        faults.append(_fault("period-before-books", "会计期间", entry.period, f"{first} 或以后", remedy))
    if entry.occurred_on < f"{first}-01":
        remedy = "开账以前发生的事已在期初余额里，请核对日期"
        faults.append(
            _fault("date-before-books", "发生日期", entry.occurred_on, f"{first}-01 或以后", remedy)
        )
    return faults


def _check_number(facts: Facts, period: str, voucher: Voucher) -> list[Fault]:
    """The number is the month's next; a month holds no more than VOUCHERS_MAX."""
    month = get_month(facts, period)
    if month.vouchers >= VOUCHERS_MAX:
        found = f"本月已有 {VOUCHERS_MAX} 张凭证"
        remedy = "同类的原始凭证汇总填制一张，其余记到下月"
        return [
            _fault(
                "voucher-number-full", f"凭证 {voucher.number}", found, f"每月最多 {VOUCHERS_MAX} 张", remedy
            )
        ]
    expected = _format_number(period, month.vouchers + 1)
    if voucher.number == expected:
        return []
    remedy = "凭证编号按月从 001 起连续，不跳号、不重号"
    return [_fault("voucher-number-gap", f"凭证 {voucher.number}", voucher.number, expected, remedy)]


def _read_voucher(facts: Facts, entry: Entry, index: int) -> Voucher | None:
    """Return the voucher in an earlier entry, None where that entry is no voucher or not earlier."""
    if not 0 < index < entry.index:
        return None
    body = facts.read_entry(index).body
    return body if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced) else None


def _check_reversal(facts: Facts, entry: Entry, body: VoucherReversed) -> list[Fault]:
    """A reversal answers an earlier voucher, not itself a reversal, not yet reversed, line for line."""
    place = f"凭证 {body.number}"
    wrong = _read_voucher(facts, entry, body.reverses)
    if wrong is None:
        return [_no_voucher(place, body.reverses)]
    if wrong.chart != body.chart:
        return [_build_converted(place, wrong)]
    if isinstance(wrong, VoucherReversed):
        remedy = "冲错了的，用蓝字凭证重新记一次，不再冲销红字凭证"
        return [_fault("reversal-of-reversal", place, f"冲销红字凭证 {wrong.number}", "冲销蓝字凭证", remedy)]
    faults = []
    answer = get_fact(facts, f"answer/{key_at(body.reverses)}", AnswerFacts)
    if answer is not None:
        found = f"凭证 {wrong.number} 已在第 {answer.reversed_by} 条冲销"
        faults.append(
            _fault("reversal-twice", place, found, "每张凭证只冲销一次", "核对要冲销的是哪一张凭证")
        )
    if body.postings != negate_postings(wrong.postings):
        found = f"与凭证 {wrong.number} 的分录不对应"
        expected = "原凭证逐行取负数：次序、科目、方向都不变"
        faults.append(
            _fault("reversal-postings", place, found, expected, "照原凭证重做红字冲销，金额、科目一行不改")
        )
    return faults


def _check_replacement(facts: Facts, entry: Entry, body: VoucherReplaced) -> list[Fault]:
    """A replacement answers an earlier voucher that was reversed and has no replacement yet."""
    place = f"凭证 {body.number}"
    wrong = _read_voucher(facts, entry, body.replaces)
    if wrong is None:
        return [_no_voucher(place, body.replaces)]
    if wrong.chart != body.chart:
        return [_build_converted(place, wrong)]
    answer = get_fact(facts, f"answer/{key_at(body.replaces)}", AnswerFacts)
    if answer is None:
        found, remedy = f"凭证 {wrong.number} 没有冲销", "先做红字冲销，再做蓝字更正"
        return [_fault("replacement-before-reversal", place, found, "已经冲销的凭证", remedy)]
    if answer.replaced_by:
        found = f"凭证 {wrong.number} 已在第 {answer.replaced_by} 条更正"
        remedy = "再有错的，冲销那张更正凭证后重新更正"
        return [_fault("replacement-twice", place, found, "每张凭证只更正一次", remedy)]
    return []


def _build_converted(place: str, wrong: Voucher) -> Fault:
    remedy = "换科目以前的凭证不再冲销：按新科目做一张凭证把差额调过来，摘要写明原凭证号"
    found = f"凭证 {wrong.number} 用的是 {wrong.chart} 年科目"
    return _fault("answer-converted", place, found, "换用新科目以后的凭证", remedy)


def _no_voucher(place: str, index: int) -> Fault:
    remedy = "从凭证页面选择要更正的那一张"
    return _fault("answer-no-voucher", place, f"第 {index} 条不是凭证", "更正前面已有的一张凭证", remedy)


def _check_distribution(facts: Facts, chart: Chart, voucher: Voucher, period: str) -> list[Fault]:
    """What is distributed was there: at the end of the voucher's month, and of each later one with an entry."""
    if period < RULES_FROM or count_given(chart, voucher.postings) <= 0:
        return []
    own_fen = sum_account(add_turnovers({}, sum_turnovers(voucher.postings)), DISTRIBUTION_ACCOUNT)
    months = [month for month in list_book_months(facts) if month > period]
    kept_fen = min(
        -sum_account(get_balances(facts, month), DISTRIBUTION_ACCOUNT) for month in (period, *months)
    )
    return check_distribution(chart, voucher.postings, kept_fen - own_fen, voucher.number)


def _check_closing(
    facts: Facts, chart: Chart, books: BooksFacts, entry: Entry, body: PeriodClosed
) -> list[Fault]:
    """Months close in order, once they have ended, with the figures that the facts say."""
    if get_month(facts, entry.period).closed:
        return []  # Said already by the rule that holds for every kind.
    faults = []
    due, today = _get_earliest_open(books), get_day(entry.recorded_at)
    if entry.period != due:
        remedy = "按月份先后结账，先结最早的未结月份"
        return [_fault("closing-order", "结账", entry.period, due, remedy)]
    if today <= get_last_day(entry.period):
        expected = f"{get_last_day(entry.period)} 以后"
        faults.append(_fault("closing-early", f"{entry.period} 结账", today, expected, "这个月过完再结账"))
    ours = build_closing(facts, entry.period)
    if ends_year(entry.period) and entry.period >= RULES_FROM:
        balances = from_balances(ours.balances)
        faults += check_year_end(extend_chart(facts, chart, balances), balances, entry.period)
    place = f"{entry.period} 结账"
    faults += compare_standings(facts, entry.period, ours.contracts, body.contracts, place)
    return faults + _compare_closing(ours, body, place)


def _compare_closing(expected: PeriodClosed, found: PeriodClosed, place: str) -> list[Fault]:
    """Return a fault for each figure in which a closing differs from what the entries add up to."""
    figures = [
        ("closing-vouchers", "凭证张数", f"{found.vouchers} 张", f"{expected.vouchers} 张"),
        ("closing-number", "最后一张凭证", found.last_number or "无", expected.last_number or "无"),
        ("closing-debits", "借方发生额", format_yuan(found.debit_fen), format_yuan(expected.debit_fen)),
        ("closing-credits", "贷方发生额", format_yuan(found.credit_fen), format_yuan(expected.credit_fen)),
    ]
    if found.balances != expected.balances:
        theirs, ours = _list_balances(found.balances), _list_balances(expected.balances)
        codes = [code for code in sorted({*theirs, *ours}) if theirs.get(code) != ours.get(code)]
        figures += [
            ("closing-balance", f"科目 {code} 余额", theirs.get(code, "无"), ours.get(code, "无"))
            for code in codes
        ]
        if not codes:
            figures.append(("closing-balances", "各科目余额", "次序不对或有重复", "按科目代码，各一行"))
    return [
        _fault(code, f"{place}的{what}", theirs, ours, "账上有变动，请重新生成结账再通过")
        for code, what, theirs, ours in figures
        if theirs != ours
    ]


def _list_balances(balances: tuple[AccountBalance, ...]) -> dict[str, str]:
    sides = {"debit": "借", "credit": "贷"}
    return {row.account: f"{sides[row.side]} {format_yuan(row.amount_fen)}" for row in balances}


def _fold_opening(facts: Facts, entry: Entry, body: AccountsOpened) -> None:
    balances = add_turnovers({}, sum_turnovers(body.postings))
    before = get_previous_period(entry.period)
    put_fact(facts, f"closing/{before}", ClosingFacts(balances=to_balances(balances), index=entry.index))
    put_fact(facts, "books", BooksFacts(first_period=entry.period, last_closed="", opened=entry.index))
    fold_amounts(facts, entry, body.postings)


def _fold_closing(facts: Facts, entry: Entry, body: PeriodClosed) -> None:
    # A sheet's own evidence begins with the closing before its month: then that is where its books begin.
    begun = BooksFacts(first_period=entry.period, last_closed="", opened=entry.index)
    books = get_fact(facts, "books", BooksFacts) or begun
    month = get_month(facts, entry.period)
    put_fact(facts, f"period/{entry.period}", msgspec.structs.replace(month, closed=entry.index))
    put_fact(facts, f"closing/{entry.period}", ClosingFacts(balances=body.balances, index=entry.index))
    put_fact(facts, "books", msgspec.structs.replace(books, last_closed=entry.period))


def _fold_voucher(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    month, sides = get_month(facts, entry.period), sum_sides(voucher.postings)
    grown = PeriodFacts(
        closed=month.closed,
        credit_fen=month.credit_fen + sides.credit_fen,
        debit_fen=month.debit_fen + sides.debit_fen,
        last_number=voucher.number,
        vouchers=month.vouchers + 1,
    )
    put_fact(facts, f"period/{entry.period}", grown)
    put_fact(facts, f"voucher/{voucher.number}", EntryAt(index=entry.index))
    put_fact(facts, f"day/{entry.occurred_on}/{key_at(entry.index)}", EntryAt(index=entry.index))
    for account, added in sum_turnovers(voucher.postings).items():
        key = f"turnover/{entry.period}/{account}"
        old = get_fact(facts, key, Turnover) or Turnover(credit_fen=0, debit_fen=0)
        turnover = Turnover(
            credit_fen=old.credit_fen + added.credit_fen, debit_fen=old.debit_fen + added.debit_fen
        )
        put_fact(facts, key, turnover)
    fold_amounts(facts, entry, voucher.postings)
    fold_carried(facts, entry, voucher)
    fold_payment(facts, entry, voucher)
    fold_moved(facts, entry, voucher)
    fold_spending(facts, entry, voucher)
    fold_earmarked(facts, entry, voucher)
    if isinstance(voucher, VoucherReversed):
        _fold_answer(facts, entry, voucher.reverses, AnswerFacts(replaced_by=0, reversed_by=entry.index))
    elif isinstance(voucher, VoucherReplaced):
        key = f"answer/{key_at(voucher.replaces)}"
        answer = get_fact(facts, key, AnswerFacts) or AnswerFacts(replaced_by=0, reversed_by=0)
        _fold_answer(facts, entry, voucher.replaces, msgspec.structs.replace(answer, replaced_by=entry.index))


def _fold_answer(facts: Facts, entry: Entry, wrong: int, answer: AnswerFacts) -> None:
    """Note how the voucher at `wrong` was put right, in the month of both."""
    put_fact(facts, f"answer/{key_at(wrong)}", answer)
    for period in {entry.period, facts.read_entry(wrong).period}:
        put_fact(facts, f"correction/{period}/{key_at(entry.index)}", EntryAt(index=entry.index))
