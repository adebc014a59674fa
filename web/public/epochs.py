"""What a village says for ever of a log that it lost a part of."""

from __future__ import annotations

from ledger.books.village import LogRefounded
from reports.words import format_count
from web.i18n import _


def tell_loss(body: LogRefounded, reason: str) -> str:
    """Return the one sentence that stands on every page of a later epoch."""
    return _(
        "这是本村的第 {epoch} 册账：前一册从第 {first} 条起的记录丢失了（已知签过 {size} 条）。原因：{reason}"
    ).format(
        epoch=body.epoch, first=format_count(body.lost_from), size=format_count(body.old_size), reason=reason
    )
