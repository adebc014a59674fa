"""Sub-accounts that the village adds and closes, in plain words."""

from __future__ import annotations

from ledger.books.conversion import AccountsConverted, Move
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, get_parent
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.charts import iterate_own
from reports.words import format_amount, format_month
from web.account_words import explain_account
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, get_entry_path, name_account
from web.site import VillageView


def explain_added(view: VillageView, entry: Entry, body: AccountsAdded) -> Explanation:
    month = format_month(entry.period)
    return Explanation(
        what=_("增设明细科目"),
        title=_("从{month}起，账上多分了 {count} 个明细科目").format(month=month, count=len(body.accounts)),
        sentences=(
            _("科目是账上的格子，明细科目把一个格子再分细。多分了格子，钱数不变。"),
            _("从{month}起，有明细科目的只记到明细科目里。").format(month=month),
        ),
        facts=(Fact(_("会计科目表"), _("{year} 年制度").format(year=body.chart)),),
        tables=(
            Table(
                title=_("增设的明细科目"),
                columns=(_("科目"), _("上级科目")),
                rows=tuple(
                    (
                        f"{account.code} {read_text(view.texts, account.title)}",
                        f"{get_parent(account.code)} {name_account(view, body.chart, get_parent(account.code))}",
                    )
                    for account in body.accounts
                ),
                explained=tuple(explain_account(body.chart, account.code) for account in body.accounts),
            ),
        ),
    )


def explain_closed(view: VillageView, entry: Entry, body: AccountsClosed) -> Explanation:
    own = {code: known.index for code, known in iterate_own(view.reader.facts, body.chart)}
    return Explanation(
        what=_("停用明细科目"),
        title=_("停用 {count} 个明细科目").format(count=len(body.accounts)),
        sentences=(
            _("这些明细科目已经没有余额，以后不再往里记账；以前记的都还在。"),
            _("原因：{reason}。").format(reason=read_text(view.texts, body.reason).rstrip("。")),
        ),
        facts=(Fact(_("会计科目表"), _("{year} 年制度").format(year=body.chart)),),
        links=tuple(
            Link(_("增设 {code} 的记录").format(code=code), get_entry_path(view, own[code]))
            for code in body.accounts
            if code in own
        ),
        tables=(
            Table(
                title=_("停用的明细科目"),
                columns=(_("科目"),),
                rows=tuple((f"{code} {name_account(view, body.chart, code)}",) for code in body.accounts),
            ),
        ),
    )


def explain_converted(view: VillageView, entry: Entry, body: AccountsConverted) -> Explanation:
    month = format_month(entry.period)
    return Explanation(
        what=_("换用新科目"),
        title=_("从{month}起，账按 {year} 年制度的科目记").format(month=month, year=body.chart),
        sentences=(
            _("国家换了会计制度，科目的名称和代码变了。以前的账照旧，一个字不改。"),
            _("每个科目的余额从旧科目转到新科目，一分不多、一分不少。"),
        ),
        facts=(Fact(_("会计科目表"), _("{year} 年制度").format(year=body.chart)),),
        tables=(
            Table(
                title=_("旧科目和新科目（元）"),
                columns=(_("旧科目 → 新科目"), _("借"), _("贷")),
                rows=tuple(
                    (
                        _tell_move(view, body, move),
                        format_amount(move.amount_fen) if move.side == "debit" else "",
                        format_amount(move.amount_fen) if move.side == "credit" else "",
                    )
                    for move in body.moves
                ),
                note=_("两边合计相等，换以前和换以后也相等。"),
            ),
        ),
    )


def _tell_move(view: VillageView, body: AccountsConverted, move: Move) -> str:
    before, after = name_account(view, "2004", move.account), name_account(view, body.chart, move.becomes)
    return f"{move.account} {before} → {move.becomes} {after}"
