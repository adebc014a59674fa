"""Sub-accounts that a village adds to its chart of accounts, and how one is closed again: the bodies and their rules.

A sub-account has the code of the account that it details and two digits more, to nine in all; it has the class and the
normal side of that account. It is never deleted and never renamed: what was posted to it stays readable. That its
titles say nothing personal is checked where they are typed; when a body may follow the books is for `state.accounts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from ledger.books.accounts import Account, Chart, find_account
from ledger.books.finance_figures import RESULT_ACCOUNT
from ledger.books.values import AccountCode, PublicText, Value
from ledger.books.village import ChartVersion
from ledger.books.vouchers import Posting
from ledger.errors import Fault

ADDED_MAX = 100
"""Sub-accounts that one entry adds or closes."""
SUB_ACCOUNTS_MAX = 500
"""Sub-accounts of a village under one chart: pages list them all."""
CODE_MAX_DIGITS = 9
OWN_STATUS = "added by the village"
"""`status` of an account that the standard does not have and a village added."""


class NewAccount(Value, frozen=True):
    """One sub-account: its code, and its title as it stands beside the code wherever accounts are shown."""

    code: AccountCode
    title: PublicText


class AccountsAdded(Value, frozen=True):
    """`accounts.added`: sub-accounts to which vouchers may be posted from the entry's month on; codes ascend."""

    accounts: Annotated[tuple[NewAccount, ...], Meta(min_length=1, max_length=ADDED_MAX)]
    chart: ChartVersion


class AccountsClosed(Value, frozen=True):
    """`accounts.closed`: sub-accounts without a balance, to which nothing new is posted any more; codes ascend."""

    accounts: Annotated[tuple[AccountCode, ...], Meta(min_length=1, max_length=ADDED_MAX)]
    chart: ChartVersion
    reason: PublicText


def get_parent(code: str) -> str:
    """Return the code of the account that a sub-account details, empty for an account of three digits."""
    return code[:-2] if len(code) > 3 else ""


def add_accounts(chart: Chart, named: Iterable[tuple[str, str]]) -> Chart:
    """Return the chart with sub-accounts, given as (code, name) with parents before what details them.

    ValueError for one whose parent is not there: it was never added.
    """
    accounts = dict(chart.accounts)
    for code, name in named:
        parent = accounts.get(get_parent(code))
        if parent is None:
            raise ValueError(f"account {code} details no account of the chart of {chart.version}")
        accounts[code] = Account(
            class_=parent.class_,
            code=code,
            name=name,
            normal_side=parent.normal_side,
            parent=parent.code,
            status=OWN_STATUS,
        )
    return Chart(accounts=accounts, version=chart.version)


def name_in_full(chart: Chart, code: str) -> str:
    """Return an account's name after those of the accounts above it: `管理费用·办公费`; the code where it is none."""
    if find_account(chart, code) is None:
        return code
    above = (find_account(chart, code[:length]) for length in range(3, len(code) + 1, 2))
    return "·".join(account.name for account in above if account is not None)


def check_added(body: AccountsAdded, chart: Chart, known: int) -> list[Fault]:
    """Return every fault of an entry that adds sub-accounts; `chart` has those added before, `known` says how many."""
    place = "增设明细科目"
    faults = _check_order([account.code for account in body.accounts], place)
    if body.chart != chart.version:
        return [*faults, _build_version(body.chart, chart, place)]
    codes = set(chart.accounts)
    for account in body.accounts:
        faults += _check_new(account.code, chart, codes)
        codes.add(account.code)
    if known + len(body.accounts) > SUB_ACCOUNTS_MAX:
        faults.append(
            Fault(
                code="accounts-too-many",
                place=place,
                found=f"已有 {known} 个，再加 {len(body.accounts)} 个",
                expected=f"全村不超过 {SUB_ACCOUNTS_MAX} 个",
                remedy="少设几个：一户一个、一笔一个的用台账记，不设科目",
            )
        )
    return faults


def check_closed(body: AccountsClosed, chart: Chart, own: frozenset[str]) -> list[Fault]:
    """Return every fault that closing sub-accounts has in itself; `own` are the codes that the village added."""
    place = "停用明细科目"
    faults = _check_order(body.accounts, place)
    if body.chart != chart.version:
        return [*faults, _build_version(body.chart, chart, place)]
    faults += [
        Fault(
            code="account-not-own",
            place=f"{place} {code}",
            found="不是本村增设的明细科目",
            expected="本村增设的明细科目",
            remedy="制度规定的科目不能停用，没有余额就不会显示；核对代码",
        )
        for code in body.accounts
        if code not in own
    ]
    return faults


def is_reclassified(postings: Sequence[Posting], code: str) -> bool:
    """Say whether a voucher only moves the balance of `code` within it: to what details it, or carries it over.

    That is how an account that was posted to before it had sub-accounts gives its balance to them.
    """
    if any(posting.account.startswith(RESULT_ACCOUNT) for posting in postings):
        return True
    return all(posting.account.startswith(code) for posting in postings)


def _check_order(codes: Sequence[str], place: str) -> list[Fault]:
    return [
        Fault(
            code="accounts-order",
            place=place,
            found=f"{one} 以后是 {other}",
            expected="按科目代码从小到大，一个科目一行",
            remedy="排好次序，删去重复的",
        )
        for one, other in pairwise(codes)
        if one >= other
    ]


def _build_version(version: str, chart: Chart, place: str) -> Fault:
    return Fault(
        code="chart-version",
        place=place,
        found=f"{version} 年科目表",
        expected=f"{chart.version} 年科目表",
        remedy="两版科目代码含义不同，请按本账的科目表重新选科目",
    )


def _check_new(code: str, chart: Chart, codes: set[str]) -> list[Fault]:
    place = f"明细科目 {code}"
    if code in codes:
        known = find_account(chart, code)
        return [
            Fault(
                code="account-known",
                place=place,
                found=f"已有科目 {code} {known.name if known is not None else ''}".rstrip(),
                expected="没有用过的代码",
                remedy="换一个代码；用过的代码，停用了也不再给别的科目",
            )
        ]
    if get_parent(code) not in codes:
        return [
            Fault(
                code="account-no-parent",
                place=place,
                found=f"没有上级科目 {get_parent(code)}" if get_parent(code) else "三位代码是一级科目",
                expected="上级科目的代码加两位数字",
                remedy="一级科目由制度规定，不能增设；先增设上级明细科目，或改正代码",
            )
        ]
    return []
