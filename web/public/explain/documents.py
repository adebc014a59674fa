"""What was attached to a voucher, in plain words and pictures."""

from __future__ import annotations

from ledger.books.documents import DocumentsAttached
from ledger.entries import Entry
from ledger.state.facts import EntryAt, get_fact
from reports.words import format_day
from web.i18n import _
from web.public.explain.pictures import build_pictures
from web.public.explain.telling import Explanation, Fact, Link, get_entry_path
from web.site import VillageView


def explain_documents(view: VillageView, entry: Entry, body: DocumentsAttached) -> Explanation:
    pages = [document.pages for document in body.documents]
    at = get_fact(view.reader.facts, f"voucher/{body.number}", EntryAt)
    count = sum(map(len, pages))
    return Explanation(
        what=_("凭证 {number} 的单据").format(number=body.number),
        title=_("单据 {documents} 份，{pages} 页").format(documents=len(pages), pages=count),
        sentences=(
            _("{day}，给凭证 {number} 附上单据 {documents} 份，共 {pages} 页。凭证本身没有改。").format(
                day=format_day(entry.occurred_on), number=body.number, documents=len(pages), pages=count
            ),
            _("涂黑的是身份证号、银行卡号这类不该公开的内容。没有涂黑的原件加密存在村里，按职责才能看。"),
        ),
        checks=tuple(
            Fact(_("第 {number} 份第 {page} 页的指纹").format(number=number, page=page), digest)
            for number, document in enumerate(pages, 1)
            for page, digest in enumerate(document, 1)
        ),
        links=(Link(_("凭证 {number}").format(number=body.number), get_entry_path(view, at.index)),)
        if at is not None
        else (),
        pictures=build_pictures(view.code, pages),
    )
