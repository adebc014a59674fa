"""An auditor's word that a question about the books was answered, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.books.assets import AssetDisposed, AssetRegistered
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import ContractSigned
from ledger.books.resolutions import ResolutionRecorded
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.figures import read_text
from reports.words import format_amount, format_count, format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, get_entry_path
from web.site import VillageView


def explain_acknowledged(view: VillageView, entry: Entry, body: ConcernAcknowledged) -> Explanation:
    rule = view.ports.reference.concerns.find(body.concern.partition("/")[0])
    title = rule.title if rule is not None else body.concern
    sentences = [
        _("{day}，审计员看过“{title}”这件待说明的事，认为说得清，不再追问。").format(
            day=format_day(entry.occurred_on), title=title
        ),
        _("理由：{reason}。").format(reason=read_text(view.texts, body.reason).rstrip("。")),
        _("这只对当时看到的有效：金额或凭证再有变动，会重新列出来。"),
    ]
    facts = [Fact(_("金额"), _("{amount} 元").format(amount=format_amount(body.amount_fen)))]
    if rule is not None:
        facts.append(Fact(_("规矩"), rule.statement))
    return Explanation(
        what=_("认可说明"),
        title=_("说明了：{title}").format(title=title),
        sentences=tuple(sentences),
        facts=tuple(facts),
        checks=(Fact(_("待说明事项的编号"), body.concern),),
        links=(
            *list_links(view, body.entries),
            Link(_("全部待说明的事"), f"/v/{view.code}/concerns"),
        ),
    )


def list_links(view: VillageView, entries: Iterable[int]) -> Iterable[Link]:
    """Yield the way to each entry, named as people know it."""
    for index in entries:
        body = view.reader.facts.read_entry(index).body
        if isinstance(body, ContractSigned):
            path = f"/v/{view.code}/contracts/{body.number}"
            yield Link(_("合同 {number}").format(number=body.number), path)
        elif isinstance(body, AssetRegistered | AssetDisposed):
            number = body.number if isinstance(body, AssetRegistered) else body.asset
            yield Link(_("资产 {number}").format(number=number), f"/v/{view.code}/assets/{number}")
        elif isinstance(body, ResolutionRecorded):
            path = f"/v/{view.code}/resolutions/{body.number}"
            yield Link(_("决议 {number}").format(number=body.number), path)
        elif isinstance(body, StocktakeRecorded):
            yield Link(_("这次盘点"), get_entry_path(view, index))
        elif isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed):
            yield Link(_("凭证 {number}").format(number=body.number), get_entry_path(view, index))
        else:
            yield Link(_("第 {index} 条").format(index=format_count(index)), get_entry_path(view, index))
