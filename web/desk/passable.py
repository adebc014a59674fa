"""For whom a draft waits: whether the person who looks may pass it, and in words why not."""

from __future__ import annotations

from ledger.service.concerned import is_barred, is_own_star
from ledger.service.drafts import open_draft
from ledger.service.passing import is_late
from ledger.vaults import Draft
from web.desk.routing import Desk
from web.i18n import _


def can_pass(desk: Desk, draft: Draft, maker: str, kin: frozenset[str]) -> bool:
    """Whether it is for this person to pass: neither their own nor of one of `kin`, not passed by them before, and no
    objection to what they prepared or passed.
    """
    if not _is_asked(desk, draft) or maker == desk.user or maker in kin:
        return False
    claim = open_draft(draft)
    return not is_barred(desk.ports, claim, desk.user) and not is_own_star(
        desk.ports, draft, claim, desk.user
    )


def tell_barred(desk: Desk, draft: Draft, maker: str, kin: frozenset[str]) -> str:
    """Say why somebody who may pass drafts does not pass this one; empty where they do, or where it is their own or
    they passed it, which the page says already.
    """
    if not _is_asked(desk, draft) or maker == desk.user:
        return ""
    if maker in kin:
        return _("交审的人是您登记过的近亲属，这一条不由您审核：请另一位有审核职责的人来审。")
    claim = open_draft(draft)
    if is_own_star(desk.ports, draft, claim, desk.user):
        return _("支部书记的星，村书记、书记本人和近亲属不审核：请监督委员或乡镇记账员来审。")
    if is_barred(desk.ports, claim, desk.user):
        return _("所指的那一项是您交审或审核过的，关于它的异议和答复不由您审核：请另一位没有经手过的人来审。")
    return ""


def _is_asked(desk: Desk, draft: Draft) -> bool:
    has_passed = desk.user in [item.checker for item in draft.approvals]
    is_open = draft.state == "waiting" and not is_late(desk.ports, draft)
    return is_open and desk.may("draft.pass") and not has_passed
