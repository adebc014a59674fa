"""Contracts of the collective, their changes and their ends, in plain words. Who the other side is, no page says."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.contracts import (
    CATEGORY_NAMES,
    PARTY_NAMES,
    PROCEDURE_NAMES,
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Direction,
    Due,
    sum_dues,
)
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.contracts import Contract, find_contract
from reports.words import format_amount, format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, get_entry_path
from web.site import VillageView

PRIVATE = _("对方是谁不公开，按职责才能看。")


def explain_signed(view: VillageView, entry: Entry, body: ContractSigned) -> Explanation:
    title = read_text(view.texts, body.title)
    return Explanation(
        what=_("合同 {number}").format(number=body.number),
        title=title,
        sentences=(
            _("{day}，村集体签了一份{category}合同：{title}。").format(
                day=format_day(entry.occurred_on),
                category=CATEGORY_NAMES[body.category],
                title=title.rstrip("。"),
            ),
            _("从{begin}到{end}，{what}。").format(
                begin=format_day(body.begins_on),
                end=format_day(body.ends_on),
                what=tell_sum(body.dues, body.direction),
            ),
            PRIVATE,
        ),
        facts=tuple(list_facts(view, body)),
        links=(get_contract_link(view, body.number),),
        tables=build_dues_table(body.dues, body.direction, _("哪天该付多少（元）")),
    )


def explain_amended(view: VillageView, entry: Entry, body: ContractAmended) -> Explanation:
    contract = find_contract(view.reader.facts, body.contract)
    direction = contract.signed.direction if contract is not None else "receives"
    return Explanation(
        what=_("合同 {number} 变更").format(number=body.contract),
        title=_("{title}改了收付款").format(title=_read_title(view, contract)),
        sentences=(
            _("{day}，两边谈好：从{begin}起，{what}；那以前的照旧。").format(
                day=format_day(entry.occurred_on),
                begin=format_day(body.from_on),
                what=tell_sum(body.dues, direction),
            ),
            _tell_reason(view, body),
        ),
        facts=(Fact(_("合同编号"), body.contract), *_list_resolved(view, body)),
        links=_list_links(view, contract),
        tables=build_dues_table(body.dues, direction, _("改成哪天付多少（元）")),
    )


def explain_ended(view: VillageView, entry: Entry, body: ContractEnded) -> Explanation:
    contract = find_contract(view.reader.facts, body.contract)
    return Explanation(
        what=_("合同 {number} 终止").format(number=body.contract),
        title=_("{title}提前终止").format(title=_read_title(view, contract)),
        sentences=(
            _("这份合同到{day}为止。这天以后到期的都不用付了；这天以前还没付的，照样要付。").format(
                day=format_day(body.ended_on)
            ),
            _tell_reason(view, body),
        ),
        facts=(Fact(_("合同编号"), body.contract),),
        links=_list_links(view, contract),
    )


def explain_voided(view: VillageView, entry: Entry, body: ContractVoided) -> Explanation:
    contract = find_contract(view.reader.facts, body.contract)
    return Explanation(
        what=_("合同 {number} 作废").format(number=body.contract),
        title=_("{title}登记错了，作废").format(title=_read_title(view, contract)),
        sentences=(
            _("{day}发现这份合同登记错了，当作没有这一份：登记的收付款都不算，编号也不再用。").format(
                day=format_day(entry.occurred_on)
            ),
            _("如果真有这份合同，会用另一个编号重新登记。"),
            _tell_reason(view, body),
        ),
        facts=(Fact(_("合同编号"), body.contract),),
        links=_list_links(view, contract),
    )


def list_facts(view: VillageView, body: ContractSigned) -> list[Fact]:
    """Return what a contract says beside its payments."""
    facts = [
        Fact(_("合同编号"), body.number),
        Fact(_("种类"), CATEGORY_NAMES[body.category]),
        Fact(_("合同名称"), read_text(view.texts, body.title)),
        Fact(_("关于什么"), read_text(view.texts, body.subject)),
        *_list_subject(view, body),
        Fact(_("用途"), read_text(view.texts, body.use)),
        Fact(_("对方"), PARTY_NAMES[body.party]),
        Fact(_("怎样选定的"), PROCEDURE_NAMES[body.chosen_by]),
        Fact(_("哪次会议定的"), read_text(view.texts, body.resolution)),
        *_list_resolved(view, body),
        Fact(
            _("合同期"),
            _("{begin}至{end}").format(begin=format_day(body.begins_on), end=format_day(body.ends_on)),
        ),
    ]
    if body.floor_fen:
        said = _("一年 {amount} 元").format(amount=format_amount(body.floor_fen))
        facts.append(Fact(_("以前定的底价"), said))
    if body.area_mu_hundredths:
        facts.append(Fact(_("面积"), _("{area} 亩").format(area=format_amount(body.area_mu_hundredths))))
    if body.units:
        facts.append(Fact(_("件数"), str(body.units)))
    facts.append(Fact(_("押金"), _("{amount} 元").format(amount=format_amount(body.deposit_fen))))
    return facts


def _list_subject(view: VillageView, body: ContractSigned) -> tuple[Fact, ...]:
    """Return which asset or resource of the registers it is about, if it names one."""
    number = body.subject_number
    if not number:
        return ()
    is_asset = number.startswith("ZC-")
    folder = "assets" if is_asset else "resources"
    return (Fact(_("资产编号") if is_asset else _("资源编号"), number, f"/v/{view.code}/{folder}/{number}"),)


def _list_resolved(view: VillageView, body: ContractSigned | ContractAmended) -> tuple[Fact, ...]:
    """Return which resolution of the register allows it, if it names one."""
    number = body.resolution_number
    return (Fact(_("依据决议"), number, f"/v/{view.code}/resolutions/{number}"),) if number else ()


def tell_sum(dues: Sequence[Due], direction: Direction) -> str:
    """Say how often and how much is to be paid, by whom."""
    if not dues:
        return _("没有要付的")
    words = {
        "receives": _("对方要付给村里 {count} 次，一共 {amount} 元"),
        "pays": _("村里要付给对方 {count} 次，一共 {amount} 元"),
    }
    amount = format_amount(sum_dues(dues))
    return words[direction].format(count=len(dues), amount=amount)


def build_dues_table(dues: Sequence[Due], direction: Direction, title: str) -> tuple[Table, ...]:
    """Return the payment calendar as a table; none where it is empty."""
    if not dues:
        return ()
    column = {"receives": _("村里该收"), "pays": _("村里该付")}[direction]
    rows = tuple((format_day(due.due_on), format_amount(due.amount_fen)) for due in dues)
    return (Table(title=title, columns=(_("日期"), column), rows=rows),)


def get_contract_link(view: VillageView, number: str) -> Link:
    """Return the link to a contract's own page."""
    return Link(
        _("合同 {number}：该付多少、付了多少").format(number=number), f"/v/{view.code}/contracts/{number}"
    )


def _list_links(view: VillageView, contract: Contract | None) -> tuple[Link, ...]:
    if contract is None:
        return ()
    signing = Link(_("签订这份合同的记录"), get_entry_path(view, contract.signed_at))
    return (get_contract_link(view, contract.signed.number), signing)


def _read_title(view: VillageView, contract: Contract | None) -> str:
    return read_text(view.texts, contract.signed.title) if contract is not None else ""


def _tell_reason(view: VillageView, body: Change) -> str:
    return _("原因：{reason}。").format(reason=read_text(view.texts, body.reason).rstrip("。"))
