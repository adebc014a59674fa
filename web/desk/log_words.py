"""The facts of the desk's log, and the codes in them, in plain words. A test holds the first table to the facts."""

from __future__ import annotations

from web.i18n import _

EVENT_NAMES: dict[str, str] = {
    "account-disabled": _("停用账号"),
    "account-enabled": _("重新启用账号"),
    "account-expires": _("改账号用到哪天"),
    "account-made": _("开账号"),
    "audited": _("核对账本"),
    "card-made": _("做了一张户卡"),
    "card-revoked": _("停用了户卡"),
    "denied": _("没有这项职责，没让办"),
    "draft-returned": _("退回记录"),
    "draft-withdrawn": _("撤回记录"),
    "end-accepted": _("认下变短了的操作记录"),
    "erase-agreed": _("同意删除一个人或一户的资料"),
    "erase-asked": _("提出删除一个人或一户的资料"),
    "erase-refused": _("没有同意删除资料"),
    "erased": _("删除了一个人或一户的资料"),
    "exported": _("下载"),
    "granted": _("给职责"),
    "household-set": _("登记属于哪一户"),
    "kin-declared": _("登记近亲属"),
    "kin-withdrawn": _("取消近亲属登记"),
    "passkey-added": _("加通行密钥"),
    "passkey-cloned": _("通行密钥可能被人复制，没让登录"),
    "passkey-removed": _("删通行密钥"),
    "objection-aside-agreed": _("同意不登记一件异议"),
    "objection-aside-asked": _("提出不登记一件异议"),
    "objection-aside-kept": _("异议还是要登记"),
    "objection-entered": _("记下一件书面或口头的异议"),
    "password-changed": _("换密码"),
    "password-reset": _("重设密码"),
    "person-added": _("登记人员"),
    "read-personal": _("看了不公开的内容"),
    "recovery-made": _("换一批恢复码"),
    "recovery-used": _("用恢复码登录"),
    "refused": _("登录没有成功"),
    "reset-seen": _("知道了登录被重设"),
    "revoked": _("收回职责"),
    "area-dropped": _("删去一个片区"),
    "area-set": _("定了一个片区"),
    "seat-given": _("让账号在本村办事"),
    "seat-taken": _("换村办事"),
    "session-ended": _("登录结束"),
    "shared-device": _("同一台设备上换人登录"),
    "signed-in": _("登录"),
    "signed-out": _("退出"),
    "totp-offered": _("开始设动态码"),
    "totp-reset": _("取消动态码"),
    "totp-set": _("启用动态码"),
}

REASON_NAMES: dict[str, str] = {
    "absolute": _("登录满一天"),
    "account-disabled": _("账号停用"),
    "account-expires": _("改了用到哪天"),
    "books": _("账簿"),
    "bundle": _("审计包"),
    "by-operator": _("运维员让退出"),
    "by-owner": _("本人结束的"),
    "code": _("动态码不对"),
    "desk-log": _("操作记录"),
    "disabled": _("账号停用"),
    "draft": _("待审记录"),
    "expired": _("账号到期"),
    "factor": _("换了动态码"),
    "form-token": _("网页太旧"),
    "half": _("还没有输动态码"),
    "idle": _("太久没动"),
    "ledger": _("一个科目的账"),
    "passkey": _("通行密钥"),
    "password": _("密码"),
    "password-reset": _("重设了密码"),
    "roles": _("职责变了"),
    "signed-out": _("退出"),
    "unusable": _("账号不能用"),
}
"""Beside duties and actions, which the table of roles names. What is nowhere is shown as it is: a pseudonym."""

PLACE_NAMES: dict[str, str] = {
    "annex": _("打印了积分公开表的附页"),
    "balances": _("看了各户的积分"),
    "card": _("看了存着的内容"),
    "command": _("在机器上查看"),
    "draft": _("看了一条待审的记录"),
    "households": _("看了户和党员的名单"),
    "import": _("看了一份导入的表格"),
    "new-card": _("打印了户卡"),
    "objection": _("看了一件异议写的话"),
    "original": _("下载了单据的原件"),
    "paper": _("打印了这些内容"),
    "person": _("看了一个人的职责和近亲属"),
    "search": _("按姓名或编号找到过"),
    "sheet": _("在网页上填表，看了名单"),
}
"""What was read, by the word before the colon: see `readings.log_reading`."""


def name_place(place: str) -> str:
    """Return in words what was read; empty for a fact that is of no reading, the code itself for one that is new."""
    return PLACE_NAMES.get(place.partition(":")[0], place)
