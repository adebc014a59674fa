"""The register of earmarked funds: what each received and spent, by which vouchers.

Rules that always hold: a number is given once; nothing is spent of a fund but what it has; of what is passed on to
people it is said how many received it. A voucher that is taken back takes back what it moved, whatever else was spent
since: then a fund may stand below zero, for everybody to see.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.dues import sum_paid
from ledger.books.funds import CATEGORY_NAMES, PASSED_ON, FundOpened, check_fund
from ledger.books.money import format_yuan
from ledger.books.values import Value
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.charts import check_named_account, extend_chart, get_version
from ledger.state.facts import (
    BooksFacts,
    EntryAt,
    Facts,
    get_fact,
    key_at,
    put_fact,
    read_body,
    scan_facts,
)
from ledger.state.reference import Reference
from ledger.state.register_facts import FundFacts, MovedFacts

_NOTHING = FundFacts(received_fen=0, recipients=0, spent_fen=0)


class Fund(Value, frozen=True):
    """A fund as its entries add up."""

    at: int  # index of its entry
    body: FundOpened
    held: FundFacts

    @property
    def left_fen(self) -> int:
        """What is left of it; below zero where a gift was taken back that was spent already."""
        return self.held.received_fen - self.held.spent_fen


def check_funds(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why a fund may not be opened."""
    body, version = entry.body, get_version(facts, entry.period)
    assert isinstance(body, FundOpened), entry.kind
    place = f"专款 {body.number}"
    faults = check_fund(body, extend_chart(facts, reference.charts[version], [body.account]))
    faults += check_named_account(facts, version, body.account, entry.period, f"{place}的科目")
    at = get_fact(facts, f"fund/{body.number}", EntryAt)
    if at is not None:
        found, remedy = f"第 {at.index} 条已用这个编号", "同一笔专款不用再登记；是另一笔，就换一个编号"
        faults.append(_fault("fund-number-used", place, found, "没有用过的编号", remedy))
    if body.opening_fen and get_fact(facts, "books", BooksFacts) is None:
        found, expected = "还没有期初余额", "先有期初余额"
        faults.append(_fault("books-not-opened", place, found, expected, "先导入并通过期初余额"))
    return faults


def fold_funds(facts: Facts, entry: Entry) -> None:
    """Apply the opening of a fund, already checked."""
    body = entry.body
    assert isinstance(body, FundOpened), entry.kind
    put_fact(facts, f"fund/{body.number}", EntryAt(index=entry.index))
    put_fact(
        facts, f"held/{body.number}", FundFacts(received_fen=body.opening_fen, recipients=0, spent_fen=0)
    )


def check_fund_of(facts: Facts, voucher: Voucher) -> list[Fault]:
    """A voucher is about a fund of the register, spends what it has, and says how many received what is passed on."""
    if isinstance(voucher, VoucherReversed):
        return []
    place = f"凭证 {voucher.number}"
    fund = find_fund(facts, voucher.fund) if voucher.fund else None
    if voucher.fund and fund is None:
        found, remedy = f"专款 {voucher.fund} 没有登记", "核对编号；是新的专款，先登记并通过审核"
        return [_fault("fund-unknown", place, found, "登记过的专款", remedy)]
    spent_fen, faults = -sum_paid(voucher), []
    if fund is not None and spent_fen > max(fund.left_fen, 0):
        expected = _tell_left(fund.left_fen)
        remedy = "专款只花它自己的钱：收到的先记账；多出的用村里别的钱付，另做一张凭证"
        faults.append(_fault("fund-overspent", place, f"{format_yuan(spent_fen)} 元", expected, remedy))
    is_passed_on = fund is not None and fund.body.category in PASSED_ON and spent_fen > 0
    names = "、".join(CATEGORY_NAMES[category] for category in sorted(PASSED_ON))
    if is_passed_on and not voucher.recipients:
        remedy = "数一数领取的人，写上人数；不写是谁"
        faults.append(_fault("recipients-missing", place, "没有写多少人领取", "领取的人数", remedy))
    if voucher.recipients and not is_passed_on:
        found, expected = f"{voucher.recipients} 人领取", f"只在发放{names}时写领取人数"
        faults.append(_fault("recipients-idle", place, found, expected, "写上专款编号，或者不写人数"))
    return faults


def fold_earmarked(facts: Facts, entry: Entry, voucher: Voucher) -> None:
    """Note what a voucher moved of the fund that it is about; of any other nothing."""
    is_red = isinstance(voucher, VoucherReversed)
    about = facts.read_entry(voucher.reverses).body if isinstance(voucher, VoucherReversed) else voucher
    if not isinstance(about, VoucherRecorded | VoucherReplaced) or not about.fund:
        return
    money_fen, key = sum_paid(voucher), f"held/{about.fund}"
    recipients = -about.recipients if is_red else about.recipients
    moved = MovedFacts(is_red=is_red, money_fen=money_fen, period=entry.period, recipients=recipients)
    put_fact(facts, f"moved/{about.fund}/{key_at(entry.index)}", moved)
    # A red voucher makes less of what the one that it takes back made more of.
    is_income = (money_fen > 0) != is_red
    held = get_fact(facts, key, FundFacts) or _NOTHING
    put_fact(
        facts,
        key,
        FundFacts(
            received_fen=held.received_fen + (money_fen if is_income else 0),
            recipients=held.recipients + recipients,
            spent_fen=held.spent_fen - (0 if is_income else money_fen),
        ),
    )


def find_fund(facts: Facts, number: str) -> Fund | None:
    """Return a fund by its number; None where the register has none."""
    at = get_fact(facts, f"fund/{number}", EntryAt)
    if at is None:
        return None
    held = get_fact(facts, f"held/{number}", FundFacts) or _NOTHING
    return Fund(at=at.index, body=read_body(facts, at.index, FundOpened), held=held)


def list_fund_numbers(facts: Facts) -> list[str]:
    """Return the numbers of all funds, in their order."""
    return [number for number, _ in scan_facts(facts, "fund/", EntryAt)]


def iterate_moved(facts: Facts, number: str) -> Iterator[tuple[int, MovedFacts]]:
    """Yield what vouchers moved of a fund, with the indexes of their entries, in the log's order."""
    for key, moved in scan_facts(facts, f"moved/{number}/", MovedFacts):
        yield int(key), moved


def _tell_left(left_fen: int) -> str:
    """What may be spent, as people read it; a gift that was taken back leaves less than nothing."""
    if left_fen < 0:
        return f"先补上多花的 {format_yuan(-left_fen)} 元"
    return f"不超过剩下的 {format_yuan(left_fen)} 元"


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
