"""What a comparison with the bank came to, in the words of all pages that tell it."""

from __future__ import annotations

from ledger.books.reconciliation import BankReconciled, adjust
from reports.words import format_amount
from web.i18n import _


def tell_result(body: BankReconciled) -> str:
    """Return in a sentence or two whether bank and books agree, and by how much they do not."""
    difference_fen = adjust(body).difference_fen
    count = len(body.items)
    if difference_fen:
        more = _("银行比账上多") if difference_fen > 0 else _("账上比银行多")
        return _("差 {amount} 元：把只有一边有的 {count} 笔补上以后，{more}这么多，原因还没有查清。").format(
            amount=format_amount(abs(difference_fen)), count=count, more=more
        )
    if not count:
        return _("银行对账单和账上对得上，一笔不差。")
    told = _("银行对账单和账上对得上：有 {count} 笔只有一边有，补上以后两边一样。")
    return told.format(count=count)
