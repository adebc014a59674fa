"""Every kind of entry in a word or two, for the choice of a filter. A test holds the table to the kinds."""

from __future__ import annotations

from web.i18n import _

KIND_WORDS: dict[str, str] = {
    "voucher.recorded": _("记账凭证"),
    "voucher.reversed": _("红字冲销"),
    "voucher.replaced": _("蓝字更正"),
    "documents.attached": _("附上单据"),
    "contract.signed": _("签订合同"),
    "contract.amended": _("合同变更"),
    "contract.ended": _("合同终止"),
    "objection.raised": _("登记异议"),
    "objection.answered": _("答复异议"),
    "accounts.opened": _("期初余额"),
    "period.closed": _("月份结账"),
    "sheet.sealed": _("封存公开表"),
    "points.round": _("一轮积分"),
    "points.reversed": _("积分冲销"),
    "rulebook.adopted": _("积分细则"),
    "households.registered": _("户主名册"),
    "agreements.signed": _("同意公开积分"),
    "score.round": _("一轮党员评分"),
    "scheme.adopted": _("评分办法"),
    "branch.registered": _("党员名册"),
    "village.described": _("村的情况"),
    "limits.adopted": _("审核限额"),
    "policy.adopted": _("见证办法"),
    "key.rotated": _("换钥匙"),
    "log.founded": _("开账"),
    "log.refounded": _("缺失后重新开账"),
}
