"""Vouchers that the register of assets asks for, proposed as rows of the sheet 凭证: a month's depreciation, and the
steps by which an asset that was disposed of leaves the books.

Proposed rows are laid below what the clerk has typed, who looks at them, changes what is otherwise, and hands them in:
nothing here becomes an entry by itself. What is booked, waits, or was laid there already is not proposed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ledger.books.accounts import Account
from ledger.books.assets import ACCOUNTS, RESULTS, AssetRegistered, sum_moved
from ledger.books.depreciation import build_plan, get_last_month, sum_planned
from ledger.books.money import format_plain_yuan
from ledger.books.periods import format_period
from ledger.books.values import get_last_day
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Posting, VoucherRecorded, VoucherReplaced
from ledger.errors import Fault, Refused
from ledger.figures.charts import collect_chart
from ledger.limits import TYPED_MAX_ROWS
from ledger.log.commitments import open_disclosure
from ledger.ports import Ports, Reader
from ledger.service.drafts import open_draft
from ledger.service.refilling import arrange
from ledger.service.sheets import read_texts
from ledger.service.slots import list_waiting_slots
from ledger.service.unsent import Opened, open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.state import get_day
from ledger.state.assets import Asset, find_asset, is_out, iterate_assets, read_asset
from ledger.state.charts import get_version, list_leaves
from ledger.state.facts import Facts, get_fact
from ledger.state.money import get_next_number, get_successor
from ledger.state.register_facts import AssetFacts, DepreciationFacts

_NUMBER = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{3}")
_SHEET = "凭证"
Row = dict[str, str]
"""Texts by header."""


class Persons(NamedTuple):
    """Who acts in the offices of the vouchers, as the clerk wrote them; empty where that is left for later."""

    handler: str = ""
    approver: str = ""
    bookkeeper: str = ""


class Due(NamedTuple):
    """An asset's depreciation that a month still asks for; `amount_fen` with what earlier months left out."""

    amount_fen: int
    asset: Asset
    name: str


class Step(NamedTuple):
    """One voucher of a clearing."""

    name: str
    postings: tuple[Posting, ...]


def list_due(ports: Ports, reader: Reader, village: str, month: str) -> list[Due]:
    """Return what is to be depreciated in a month and neither booked nor waiting, by number of the asset."""
    waiting = _list_waiting(ports, village, month, reader.facts)
    found = []
    for number, known in iterate_assets(reader.facts):
        if number in waiting or is_out(known):
            continue
        asset = read_asset(reader.facts, known)
        amount_fen = get_due(reader.facts, asset, month)
        if amount_fen > 0:
            found.append(Due(amount_fen, asset, read_name(reader, asset.registered)))
    return found


def get_due(facts: Facts, asset: Asset, month: str) -> int:
    """Return what an asset's depreciation of a month still is, 0 where it is none or booked, in fen."""
    body, plan = asset.registered, build_plan(asset.registered)
    last = get_last_month(body, asset.disposed_on)
    booked = get_fact(facts, f"depreciation/{body.number}/{month}", DepreciationFacts)
    if plan is None or month < plan.first or (last and month > last) or (booked and booked.amount_fen):
        return 0
    so_far = asset.facts.accumulated_fen - body.depreciated_fen
    return max(sum_planned(plan, month) - so_far, 0)


def lay_depreciation(ports: Ports, village: str, user: str, month: str, persons: Persons) -> int:
    """Lay a month's depreciation below what somebody has typed of vouchers; return for how many assets.

    Raises Refused where there is nothing to propose, and where another window kept something meanwhile.
    """
    with ports.ledger.read(village) as reader:
        due = list_due(ports, reader, village, month)
        drawn = [
            (
                item.asset,
                f"计提{format_period(month)}折旧：{item.name}",
                _draw(get_version(reader.facts, month), item),
            )
            for item in due
        ]
    day = min(get_last_day(month), get_day(ports.clock.now_ms()))
    return _lay(ports, village, user, month, day, drawn, persons)


def list_steps(
    chart: ChartVersion, asset: Asset, proceeds_fen: int, costs_fen: int, money: str
) -> list[Step]:
    """Return the vouchers that take a disposed asset out of the books, from where they stand, under a chart.

    `proceeds_fen` came in for it, `costs_fen` went out, by the account `money`; 0 for what is none or booked already.
    """
    accounts, results = ACCOUNTS[chart][asset.registered.category], RESULTS[chart]
    through = accounts.clearing
    known, steps = asset.facts, []
    left_fen = known.clearing_fen
    if not is_out(known):
        net_fen = known.original_fen - known.accumulated_fen
        left_fen += net_fen
        out = (
            (through or results.loss, net_fen, "debit"),
            (accounts.accumulated, known.accumulated_fen, "debit"),
            (accounts.cost, known.original_fen, "credit"),
        )
        steps.append(Step("转入清理" if through else "转出原值和摊销", _post(*out)))
    if proceeds_fen:
        taken = through or results.gain
        steps.append(
            Step("处置收到的钱", _post((money, proceeds_fen, "debit"), (taken, proceeds_fen, "credit")))
        )
    if costs_fen:
        steps.append(
            Step(
                "处置付的费用",
                _post((through or results.loss, costs_fen, "debit"), (money, costs_fen, "credit")),
            )
        )
    left_fen += costs_fen - proceeds_fen
    if through and left_fen > 0:
        steps.append(
            Step("清理净损失", _post((results.loss, left_fen, "debit"), (through, left_fen, "credit")))
        )
    elif through and left_fen < 0:
        steps.append(
            Step("清理净收益", _post((through, -left_fen, "debit"), (results.gain, -left_fen, "credit")))
        )
    return steps


def lay_clearing(
    ports: Ports,
    village: str,
    user: str,
    number: str,
    day: str,
    persons: Persons,
    *,
    proceeds_fen: int = 0,
    costs_fen: int = 0,
    money: str = "102",
) -> int:
    """Lay the vouchers of a clearing below what somebody has typed; return how many.

    Raises Refused where the asset was not disposed of, where its month is not depreciated yet, where nothing is left
    to do, and where another window kept something meanwhile.
    """
    with ports.ledger.read(village) as reader:
        asset = find_asset(reader.facts, number)
        faults = check_clearing(reader, number, asset)
        if asset is None or faults:
            raise Refused(faults)
        name = read_name(reader, asset.registered)
        steps = list_steps(get_version(reader.facts, day[:7]), asset, proceeds_fen, costs_fen, money)
    drawn = [(asset, f"{step.name}：{name}", step.postings) for step in steps]
    return _lay(ports, village, user, day[:7], day, drawn, persons)


def check_clearing(reader: Reader, number: str, asset: Asset | None) -> list[Fault]:
    """Return why the vouchers of an asset's clearing cannot be proposed yet."""
    if asset is None or asset.disposed is None:
        return [
            Fault(
                code="clearing-not-disposed",
                place=f"资产 {number}",
                found="没有登记处置",
                expected="登记过处置的资产",
                remedy="先在“资产登记”的“资产变动”里登记处置，通过审核后再做凭证",
            )
        ]
    last = get_last_month(asset.registered, asset.disposed_on)
    if is_out(asset.facts) or not get_due(reader.facts, asset, last):
        return []
    return [
        Fault(
            code="clearing-before-depreciation",
            place=f"资产 {number}",
            found=f"{last} 的折旧还没有记",
            expected="处置那个月的折旧先记好",
            remedy="先提那个月的折旧，通过审核后再做转出的凭证",
        )
    ]


def _lay(
    ports: Ports,
    village: str,
    user: str,
    month: str,
    day: str,
    drawn: Sequence[tuple[Asset, str, tuple[Posting, ...]]],
    persons: Persons,
) -> int:
    kept = open_sheet(ports, village, user, "vouchers")
    typed = kept.state.tables.get(_SHEET, ())
    places = {column.header: at for at, column in enumerate(WORKBOOKS["vouchers"].sheets[0].columns)}
    there = {(row[places["资产编号"]], row[places["摘要"]]) for row in typed}
    new = [item for item in drawn if (item[0].registered.number, item[1]) not in there]
    if not new:
        raise Refused([_build_nothing(month)])
    new, own = _divide(ports, village, month, new)
    number = find_number(ports, village, month, [row[places["凭证号"]] for row in typed])
    rows: list[Row] = []
    taken = 0
    with ports.ledger.read(village) as reader:
        accounts = ports.reference.charts[get_version(reader.facts, month)].accounts
    for asset, summary, postings in new:
        more = list(_fill(number, day, summary, asset, postings, {**accounts, **own}, persons))
        if len(typed) + len(rows) + len(more) > TYPED_MAX_ROWS:
            break
        rows += more
        number, taken = get_successor(number), taken + 1
    if not taken:
        raise Refused([build_full(len(typed))])
    _save(ports, village, user, kept, rows)
    return taken


def find_parts(facts: Facts, version: str, codes: Iterable[str], month: str) -> dict[str, str]:
    """Return of accounts that the village divided to which part a month's vouchers go, where there is only one.

    Of several the clerk chooses, in the sheet: a voucher to the divided account itself is refused with all of them.
    """
    leaves = {code: list_leaves(facts, version, code, month) for code in codes}
    return {code: found[0] for code, found in leaves.items() if len(found) == 1 and found != [code]}


def _divide(
    ports: Ports, village: str, month: str, drawn: Sequence[tuple[Asset, str, tuple[Posting, ...]]]
) -> tuple[list[tuple[Asset, str, tuple[Posting, ...]]], Mapping[str, Account]]:
    """Return the same posted to the only part of what the village divided, and the accounts with their titles."""
    codes = {posting.account for _, _, postings in drawn for posting in postings}
    with ports.ledger.read(village) as reader:
        chart = collect_chart(reader.facts, ports.reference, read_texts(reader), month)
        parts = find_parts(reader.facts, chart.version, sorted(codes), month)
    divided = [
        (
            asset,
            summary,
            tuple(
                msgspec.structs.replace(posting, account=parts.get(posting.account, posting.account))
                for posting in postings
            ),
        )
        for asset, summary, postings in drawn
    ]
    return divided, chart.accounts


def _save(ports: Ports, village: str, user: str, kept: Opened, rows: Iterable[Row]) -> None:
    typed = kept.state.tables.get(_SHEET, ())
    tables = {**kept.state.tables, _SHEET: (*typed, *arrange("vouchers", _SHEET, rows))}
    save_sheet(ports, village, user, "vouchers", tables, start=kept.version)


def _fill(
    number: str,
    day: str,
    summary: str,
    asset: Asset,
    postings: Iterable[Posting],
    accounts: Mapping[str, Account],
    persons: Persons,
) -> Iterator[Row]:
    shared = {
        "凭证号": number,
        "日期": day,
        "摘要": summary,
        "附件张数": "1",
        "经手人": persons.handler,
        "审批人": persons.approver,
        "记账员": persons.bookkeeper,
        "资产编号": asset.registered.number,
    }
    for posting in postings:
        side = "借方金额" if posting.side == "debit" else "贷方金额"
        line = {"科目代码": posting.account, "科目名称": accounts[posting.account].name}
        yield {**shared, **line, side: format_plain_yuan(posting.amount_fen)}
        shared = {}


def _draw(chart: ChartVersion, due: Due) -> tuple[Posting, ...]:
    body = due.asset.registered
    accounts, expense = ACCOUNTS[chart][body.category], RESULTS[chart].expenses[body.purpose]
    return _post((expense, due.amount_fen, "debit"), (accounts.accumulated, due.amount_fen, "credit"))


def _post(*lines: tuple[str, int, str]) -> tuple[Posting, ...]:
    """Return postings of those lines that say something."""
    return tuple(
        Posting(account=account, amount_fen=amount_fen, side="debit" if side == "debit" else "credit")
        for account, amount_fen, side in lines
        if amount_fen
    )


def _list_waiting(ports: Ports, village: str, month: str, facts: Facts) -> set[str]:
    """Return the assets whose depreciation of a month is drafted and waits to be passed."""
    found = set()
    for slot, draft in list_waiting_slots(ports.vault, village).items():
        body = open_draft(draft).body if slot[0] == "voucher" and slot[1].startswith(month) else None
        if not isinstance(body, VoucherRecorded | VoucherReplaced) or not body.asset:
            continue
        known = get_fact(facts, f"asset/{body.asset}", AssetFacts)
        if (
            known is not None
            and sum_moved(body.postings, ACCOUNTS[body.chart][known.category]).is_depreciation
        ):
            found.add(body.asset)
    return found


def find_number(ports: Ports, village: str, month: str, typed: Iterable[str]) -> str:
    """Return the month's next number, after what is recorded, what waits and what is typed."""
    with ports.ledger.read(village) as reader:
        numbers = [get_next_number(reader.facts, month)]
    waiting = [slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "voucher"]
    known = [
        number for number in (*waiting, *typed) if _NUMBER.fullmatch(number) and number.startswith(month)
    ]
    return max([*numbers, *(get_successor(number) for number in known)], key=lambda number: int(number[8:]))


def read_name(reader: Reader, body: AssetRegistered) -> str:
    """Return an asset's name, its number where the text was redacted."""
    disclosure = reader.find_text(body.name.text)
    return str(open_disclosure(disclosure, body.name.text)[1]) if disclosure is not None else body.number


def _build_nothing(month: str) -> Fault:
    return Fault(
        code="proposal-nothing",
        place=f"{format_period(month)}的凭证",
        found="没有要做的",
        expected="还没有记、也没有填在表里的",
        remedy="已经填在表里的，去“填表”里看；在等审核的，等审核通过",
    )


def build_full(rows: int) -> Fault:
    """Say that so many typed rows leave no room for what is proposed."""
    return Fault(
        code="proposal-full",
        place="填的凭证表",
        found=f"已有 {rows} 行",
        expected=f"放得下，一张表不超过 {TYPED_MAX_ROWS} 行",
        remedy="先把表里的凭证交审，再来一次",
    )
