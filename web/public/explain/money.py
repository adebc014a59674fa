"""Opening balances, vouchers with their corrections, and the closing of a month, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.finance_figures import calculate_flows
from ledger.books.vouchers import (
    AccountBalance,
    AccountsOpened,
    PeriodClosed,
    Posting,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.assets import find_about_asset
from ledger.state.contracts import find_about
from ledger.state.facts import AnswerFacts, get_fact, key_at
from ledger.state.spending import find_fund_of, find_resolution_of
from reports.words import format_amount, format_count, format_day, format_month
from web.account_words import explain_account
from web.i18n import _
from web.public.explain.pictures import list_pictures
from web.public.explain.telling import (
    Explanation,
    Fact,
    Link,
    Table,
    get_entry_path,
    name_account,
    read_person,
)
from web.site import VillageView

SIDES = {"debit": _("借"), "credit": _("贷")}
SIDES_TOLD = _("“借”“贷”是记账的左右两边，不是借钱、贷款。")


def explain_opening(view: VillageView, entry: Entry, body: AccountsOpened) -> Explanation:
    return Explanation(
        what=_("期初余额"),
        title=_("接过来的账"),
        sentences=(
            _("{month}开始用这本账。下面是接过来的各科目余额，两边合计相等。").format(
                month=format_month(entry.period)
            ),
        ),
        tables=(_build_postings(view, body.chart, body.postings, _("接过来的余额（元）")),),
    )


def explain_recorded(view: VillageView, entry: Entry, body: VoucherRecorded) -> Explanation:
    summary = read_text(view.texts, body.summary)
    return Explanation(
        what=_("凭证 {number}").format(number=body.number),
        title=summary,
        sentences=(_tell_voucher(entry, body.postings, summary),),
        facts=_list_facts(view, body),
        pictures=list_pictures(view, body.number),
        has_masks=True,
        links=_list_answers(view, entry.index),
        tables=(_build_postings(view, body.chart, body.postings),),
    )


def explain_reversed(view: VillageView, entry: Entry, body: VoucherReversed) -> Explanation:
    wrong = _get_number(view, body.reverses)
    reason = read_text(view.texts, body.reason)
    return Explanation(
        what=_("红字凭证 {number}").format(number=body.number),
        title=_("冲销 {wrong}：{reason}").format(wrong=wrong, reason=reason),
        sentences=(
            _("{day}，把凭证 {wrong} 整张冲销：金额全部记成负数，等于那一笔没有发生。").format(
                day=format_day(entry.occurred_on), wrong=wrong
            ),
            _("原因：{reason}。原来的凭证仍在账上，谁都能看到改过什么。").format(reason=reason.rstrip("。")),
        ),
        facts=_list_facts(view, body),
        pictures=list_pictures(view, body.number),
        has_masks=True,
        links=(
            Link(_("被冲销的凭证 {number}").format(number=wrong), get_entry_path(view, body.reverses)),
            *_list_replacement(view, body.reverses),
        ),
        tables=(_build_postings(view, body.chart, body.postings),),
    )


def explain_replaced(view: VillageView, entry: Entry, body: VoucherReplaced) -> Explanation:
    wrong = _get_number(view, body.replaces)
    summary = read_text(view.texts, body.summary)
    answer = get_fact(view.reader.facts, f"answer/{key_at(body.replaces)}", AnswerFacts)
    links = [Link(_("原来记错的凭证 {number}").format(number=wrong), get_entry_path(view, body.replaces))]
    if answer is not None and answer.reversed_by:
        links.append(Link(_("冲销它的红字凭证"), get_entry_path(view, answer.reversed_by)))
    return Explanation(
        what=_("蓝字凭证 {number}").format(number=body.number),
        title=_("更正 {wrong}：{summary}").format(wrong=wrong, summary=summary),
        sentences=(
            _("这是凭证 {wrong} 冲销后重记的正确凭证。").format(wrong=wrong),
            _tell_voucher(entry, body.postings, summary),
        ),
        facts=_list_facts(view, body),
        pictures=list_pictures(view, body.number),
        has_masks=True,
        links=(*links, *_list_answers(view, entry.index)),
        tables=(_build_postings(view, body.chart, body.postings),),
    )


def explain_closing(view: VillageView, entry: Entry, body: PeriodClosed) -> Explanation:
    month = format_month(entry.period)
    return Explanation(
        what=_("结账"),
        title=_("{month}结账").format(month=month),
        sentences=(
            _("{month}的账到此为止，一共 {vouchers} 张凭证，借方和贷方各 {amount} 元，两边相等。").format(
                month=month, vouchers=body.vouchers, amount=format_amount(body.debit_fen)
            ),
            _("结账以后，这个月不能再添一笔、也不能改一笔；发现错了，只能在以后的月份里冲销更正。"),
        ),
        facts=(Fact(_("最后一张凭证"), body.last_number or _("没有")),),
        tables=(_build_balances(view, entry.period, body.balances), *_build_standings(body)),
    )


def _tell_voucher(entry: Entry, postings: Sequence[Posting], summary: str) -> str:
    """Say what a voucher did to the village's money."""
    flows = calculate_flows(postings, is_red=False)
    income_fen = sum(flow.income_fen for flow in flows)
    expense_fen = sum(flow.expense_fen for flow in flows)
    day, told = format_day(entry.occurred_on), summary.rstrip("。")
    if income_fen:
        return _("{day}，村里收入 {amount} 元：{told}。").format(
            day=day, amount=format_amount(income_fen), told=told
        )
    if expense_fen:
        return _("{day}，村里支出 {amount} 元：{told}。").format(
            day=day, amount=format_amount(expense_fen), told=told
        )
    amount_fen = sum(posting.amount_fen for posting in postings if posting.side == "debit")
    return _("{day}，记了一笔 {amount} 元的账，村里的钱没有多也没有少：{told}。").format(
        day=day, amount=format_amount(amount_fen), told=told
    )


def _list_facts(view: VillageView, body: Voucher) -> tuple[Fact, ...]:
    return (
        Fact(_("凭证编号"), body.number),
        Fact(_("原始单据"), _("{count} 张").format(count=body.attachments)),
        *_list_about(view, body),
        Fact(_("经手人"), read_person(view, body.handler)),
        Fact(_("审批人"), read_person(view, body.approver)),
        Fact(_("记账员"), read_person(view, body.bookkeeper)),
    )


def _list_about(view: VillageView, body: Voucher) -> tuple[Fact, ...]:
    """Return which contract, asset, resolution and fund a voucher is about, and how many received of it, if any."""
    facts, folder = view.reader.facts, f"/v/{view.code}"
    named = (
        (_("按合同"), find_about(facts, body), "contracts"),
        (_("关于资产"), find_about_asset(facts, body), "assets"),
        (_("依据决议"), find_resolution_of(facts, body), "resolutions"),
        (_("专款"), find_fund_of(facts, body), "funds"),
    )
    found = tuple(Fact(name, number, f"{folder}/{page}/{number}") for name, number, page in named if number)
    if isinstance(body, VoucherReversed) or not body.recipients:
        return found
    return (*found, Fact(_("领取人数"), _("{count} 人").format(count=format_count(body.recipients))))


def _list_answers(view: VillageView, index: int) -> tuple[Link, ...]:
    """Return the links to what put this voucher right, if anything did."""
    answer = get_fact(view.reader.facts, f"answer/{key_at(index)}", AnswerFacts)
    if answer is None or not answer.reversed_by:
        return ()
    reversed_by = Link(_("这张凭证后来被红字冲销了，看原因"), get_entry_path(view, answer.reversed_by))
    return (reversed_by, *_list_replacement(view, index))


def _list_replacement(view: VillageView, index: int) -> tuple[Link, ...]:
    answer = get_fact(view.reader.facts, f"answer/{key_at(index)}", AnswerFacts)
    if answer is None or not answer.replaced_by:
        return ()
    return (Link(_("更正后的蓝字凭证"), get_entry_path(view, answer.replaced_by)),)


def _get_number(view: VillageView, index: int) -> str:
    body = view.reader.facts.read_entry(index).body
    return body.number if isinstance(body, VoucherRecorded | VoucherReplaced) else f"（{index}）"


def _build_postings(view: VillageView, chart: str, postings: Sequence[Posting], title: str = "") -> Table:
    """Return the postings as a table of account, debit, credit."""
    return Table(
        title=title or _("怎样记的账（元）"),
        columns=(_("科目"), SIDES["debit"], SIDES["credit"]),
        rows=tuple(
            (
                f"{posting.account} {name_account(view, chart, posting.account)}",
                format_amount(posting.amount_fen) if posting.side == "debit" else "",
                format_amount(posting.amount_fen) if posting.side == "credit" else "",
            )
            for posting in postings
        ),
        explained=tuple(explain_account(chart, posting.account) for posting in postings),
        note=SIDES_TOLD + _("每一笔都记两边，两边合计必须相等，所以少记、多记一边都会被发现。"),
    )


def _build_standings(body: PeriodClosed) -> tuple[Table, ...]:
    """Return how each contract stood when the month was closed; nothing where the closing says nothing of them."""
    if not body.contracts:
        return ()
    table = Table(
        title=_("月末各份合同（元）"),
        columns=(_("合同"), _("到期该收付"), _("已收付")),
        rows=tuple(
            (row.contract, format_amount(row.due_fen), format_amount(row.paid_fen)) for row in body.contracts
        ),
        explained=tuple(_("{day}到期").format(day=format_day(row.ends_on)) for row in body.contracts),
        note=_("从登记起到这个月底，按合同到了日子的一共多少，收了或付了多少。"),
    )
    return (table,)


def _build_balances(view: VillageView, period: str, balances: Sequence[AccountBalance]) -> Table:
    chart = view.get_version(period)
    return Table(
        title=_("月末各科目余额（元）"),
        columns=(_("科目"), SIDES["debit"], SIDES["credit"]),
        rows=tuple(
            (
                f"{balance.account} {name_account(view, chart, balance.account)}",
                format_amount(balance.amount_fen) if balance.side == "debit" else "",
                format_amount(balance.amount_fen) if balance.side == "credit" else "",
            )
            for balance in balances
        ),
        explained=tuple(explain_account(chart, balance.account) for balance in balances),
        note=SIDES_TOLD + _("两边合计相等。"),
    )
