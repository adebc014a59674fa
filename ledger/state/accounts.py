"""Sub-accounts that a village adds and closes, held to what its books say.

Rules that always hold: a sub-account is added once, below an account that is there and open, and never deleted; it is
closed only without a balance, and with all below it.
"""

from __future__ import annotations

import msgspec

from ledger.books.money import format_yuan
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, add_accounts, check_added, check_closed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.charts import build_account_closed, get_version, iterate_own
from ledger.state.facts import AccountFacts, BooksFacts, Facts, get_fact, put_fact
from ledger.state.money import get_balances, list_book_months
from ledger.state.reference import Reference


def check_accounts(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about sub-accounts may not follow these facts."""
    body = entry.body
    chart = reference.charts[get_version(facts, entry.period)]
    own = dict(iterate_own(facts, chart.version))
    whole = add_accounts(chart, ((code, code) for code in own))
    if isinstance(body, AccountsAdded):
        parents = [account.code[:-2] for account in body.accounts]
        faults = check_added(body, whole, len(own)) + _check_in_books(facts, entry)
        return faults + [
            build_account_closed(code, "增设明细科目") for code in parents if _is_closed(own, code)
        ]
    assert isinstance(body, AccountsClosed), entry.kind
    faults = check_closed(body, whole, frozenset(own))
    return faults + [
        fault for code in body.accounts for fault in _check_idle(facts, own, code, body.accounts)
    ]


def fold_accounts(facts: Facts, entry: Entry) -> None:
    """Apply an entry about sub-accounts, already checked."""
    body = entry.body
    if isinstance(body, AccountsAdded):
        for place, account in enumerate(body.accounts):
            added = AccountFacts(closed=0, index=entry.index, period=entry.period, place=place)
            put_fact(facts, f"account/{body.chart}/{account.code}", added)
        return
    assert isinstance(body, AccountsClosed), entry.kind
    for code in body.accounts:
        key = f"account/{body.chart}/{code}"
        known = get_fact(facts, key, AccountFacts)
        if known is None:
            raise ValueError(f"no sub-account {code}")
        put_fact(facts, key, msgspec.structs.replace(known, closed=entry.index))


def _is_closed(own: dict[str, AccountFacts], code: str) -> bool:
    return code in own and bool(own[code].closed)


def _check_in_books(facts: Facts, entry: Entry) -> list[Fault]:
    books = get_fact(facts, "books", BooksFacts)
    if books is None or entry.period >= books.first_period:
        return []
    return [
        Fault(
            code="period-before-books",
            place="会计期间",
            found=entry.period,
            expected=f"{books.first_period} 或以后",
            remedy="开账以前的月份不在本账内，请从开账以后的月份起增设",
        )
    ]


def _check_idle(
    facts: Facts, own: dict[str, AccountFacts], code: str, together: tuple[str, ...]
) -> list[Fault]:
    """What is closed is open, has no balance, and nothing below it that stays open."""
    place = f"停用明细科目 {code}"
    if code not in own:
        return []  # Said already.
    if own[code].closed:
        return [build_account_closed(code, place)]
    faults = []
    below = [
        other
        for other in own
        if other != code and other.startswith(code) and not own[other].closed and other not in together
    ]
    if below:
        faults.append(
            Fault(
                code="account-has-open",
                place=place,
                found=f"下面还有没停用的 {'、'.join(below)}",
                expected="下级明细科目都停用了",
                remedy="先停用下级的，或者一起停用",
            )
        )
    balance_fen = _sum_balance(facts, code)
    if balance_fen:
        side = "借" if balance_fen > 0 else "贷"
        faults.append(
            Fault(
                code="account-has-balance",
                place=place,
                found=f"余额 {side} {format_yuan(abs(balance_fen))} 元",
                expected="没有余额",
                remedy="先用凭证把余额转到别的科目，再停用",
            )
        )
    return faults


def _sum_balance(facts: Facts, code: str) -> int:
    months = list_book_months(facts)
    return get_balances(facts, months[0]).get(code, 0) if months else 0
