"""For whom a draft waits: whether the person who looks may pass it, in words why not, and who must pass it besides."""

from __future__ import annotations

from ledger.books.assessments import AssessmentRound
from ledger.books.limits import list_missing_roles
from ledger.books.roles import CHECKER_ROLES, Role
from ledger.books.scores import MARKER_NAMES
from ledger.books.star_steps import StarMoved
from ledger.service.accounts.sessions import is_expired
from ledger.service.concerned import is_barred, is_own_star
from ledger.service.drafts import open_draft
from ledger.service.passing import Needs, describe_needs, explain_held, is_late, list_roles
from ledger.service.persons import DUTY_NAMES, find_role
from ledger.state.facts import LimitsFacts
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


def tell_waiting(desk: Desk, draft: Draft, limits: LimitsFacts | None) -> str:
    """Return what a draft waits for, beyond any one checker; empty where it is simply new."""
    if is_late(desk.ports, draft):
        return _("交审太久，已过期：请村文书重新交审")
    if draft.state != "waiting":
        return ""
    if draft.approvals:
        return explain_held(desk.ports, limits, draft)
    return describe_needs(Needs(_list_missing(desk, draft, limits), 0, ""))


def tell_asked(desk: Desk, draft: Draft, limits: LimitsFacts | None) -> str:
    """Say as what somebody must pass a waiting draft, why, and who of the accounts can; empty where any one will do."""
    missing = _list_missing(desk, draft, limits)
    if draft.state != "waiting" or not missing:
        return ""
    names = _("和").join(DUTY_NAMES[role] for role in missing)
    said = _("{why}，要有{names}审核通过，才记入账本。").format(names=names, why=_tell_why(draft, missing))
    for role in missing:
        able = _list_able(desk, draft, role)
        if able:
            words = _("能审核的{role}：{names}。")
        else:
            words = _("现在没有一个在用的账号能以{role}的身份审核：请先登记一位，不然这一条一直等着。")
        said += words.format(names="、".join(able), role=DUTY_NAMES[role])
    return said


def is_first_only(desk: Desk, draft: Draft, limits: LimitsFacts | None) -> bool:
    """Whether what the person who looks passes would still wait for somebody who must pass it."""
    person = desk.ports.vault.find_person(desk.village, desk.user)
    own = find_role(person, CHECKER_ROLES) if person is not None else None
    return any(role != own for role in _list_missing(desk, draft, limits))


def _list_missing(desk: Desk, draft: Draft, limits: LimitsFacts | None) -> tuple[Role, ...]:
    roles = list_roles(desk.ports, limits, open_draft(draft))
    return list_missing_roles(roles, [item.role for item in draft.approvals])


def _tell_why(draft: Draft, missing: tuple[Role, ...]) -> str:
    body = open_draft(draft).body
    if isinstance(body, AssessmentRound):
        markers = [name for marker, name in MARKER_NAMES.items() if marker in missing]
        return _("考评办法写明由{marker}打分").format(marker="、".join(markers))
    return _("验星、调星归乡镇") if isinstance(body, StarMoved) else _("这一笔超过审核限额")


def _list_able(desk: Desk, draft: Draft, role: Role) -> list[str]:
    """Return the names of those who act as a role, can sign in, and neither prepared nor passed a draft."""
    done = {open_draft(draft).maker.user, *(item.checker for item in draft.approvals)}
    persons = [
        one
        for one in desk.ports.vault.list_persons(desk.village)
        if find_role(one, CHECKER_ROLES) == role and one.user not in done
    ]
    now = desk.ports.clock.now_ms()
    with desk.ports.desk.read() as reader:
        seats = {one.user: reader.find_seat(desk.village, one.user) for one in persons}
        accounts = {
            user: reader.find_account(seat.account) for user, seat in seats.items() if seat is not None
        }
    return [
        one.name
        for one in persons
        if (account := accounts.get(one.user)) is not None
        and not account.is_disabled
        and not is_expired(account, now)
    ]


def _is_asked(desk: Desk, draft: Draft) -> bool:
    has_passed = desk.user in [item.checker for item in draft.approvals]
    is_open = draft.state == "waiting" and not is_late(desk.ports, draft)
    return is_open and desk.may("draft.pass") and not has_passed
