"""A year's plan of income and expense, in plain words."""

from __future__ import annotations

from ledger.books.plans import PlanAdopted
from ledger.entries import Entry
from ledger.figures import read_text
from reports.words import format_amount
from web.account_words import explain_account
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, name_account
from web.site import VillageView


def explain_plan(view: VillageView, entry: Entry, body: PlanAdopted) -> Explanation:
    accounts = view.get_chart(body.chart).accounts
    parts = {
        kind: [line for line in body.lines if accounts[line.account].class_ == kind]
        for kind in ("income", "expense")
    }
    sums = {kind: format_amount(sum(line.amount_fen for line in lines)) for kind, lines in parts.items()}
    titles = {"income": _("计划的收入（元）"), "expense": _("计划的支出（元）")}
    said = _("{year}年，村集体计划收入 {income} 元，支出 {expense} 元。")
    return Explanation(
        what=_("{year}年收支计划").format(year=body.year),
        title=_("{year}年收支计划第 {version} 版").format(year=body.year, version=body.version),
        sentences=(
            said.format(year=body.year, income=sums["income"], expense=sums["expense"]),
            _("计划改了，就再记一版；以最新一版为准，以前的都留着。"),
        ),
        facts=(
            Fact(_("年份"), body.year),
            Fact(_("第几版"), str(body.version)),
            Fact(_("哪次会议定的"), read_text(view.texts, body.resolution)),
        ),
        links=(Link(_("{year}年：计划和实际").format(year=body.year), f"/v/{view.code}/years/{body.year}"),),
        tables=tuple(
            Table(
                title=titles[kind],
                columns=(_("科目"), _("计划")),
                rows=tuple(
                    (
                        f"{line.account} {name_account(view, body.chart, line.account)}",
                        format_amount(line.amount_fen),
                    )
                    for line in lines
                ),
                explained=tuple(explain_account(body.chart, line.account) for line in lines),
            )
            for kind, lines in parts.items()
            if lines
        ),
    )
