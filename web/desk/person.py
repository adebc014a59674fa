"""One person of the village: duties given and taken, the household, near relatives declared.

What was shown comes back with the form, and is refused where it was changed meanwhile. The number of a household that
whoever looks would have to say why they see is masked, and no form changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.books.roles import OFFICES, ROLES
from ledger.errors import Fault, Refused
from ledger.service.accounts.duties import (
    Rights,
    change_person,
    check_other,
    declare_relative,
    find_rights,
    find_since,
)
from ledger.vaults import Person
from web.desk.forms import FormRefused
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.people import (
    PEOPLE,
    PLACES,
    DutyBox,
    build_boxes,
    choose_village,
    find_number,
    get_person,
    pick_offices,
    pick_roles,
    tell_declarers,
    tell_rights,
)
from web.desk.reading import AskForm, may_see_household, read_person, say_of_subject
from web.desk.routing import Desk, name_village, route_desk
from web.i18n import _
from web.respond import Answer


@dataclass(frozen=True)
class RelativeRow:
    """`can_change`: it is for whoever looks to declare this one somebody's relative."""

    can_change: bool
    name: str
    user: str


@dataclass(frozen=True)
class PersonPage:
    """One person. `household` is its number in the village's list. `others` can be declared relatives.

    `asked`: why the number is masked: the reasons that whoever looks may give to see it; empty where it is not.
    `can_change`: whoever looks may grant, and is somebody else. `shown` is what the form brings back.
    `can_declare`: and may declare relatives of whoever has these roles; `declares` says who may where they may not.
    `told`: of the roles that whoever looks does not give or take, who does.
    """

    asked: tuple[PurposeRow, ...]
    can_change: bool
    can_declare: bool
    can_open: bool
    declares: tuple[str, ...]
    faults: Faults
    frame: DeskFrame
    household: str
    is_own: bool
    kin: tuple[RelativeRow, ...]
    name: str
    notice: str
    offices: tuple[DutyBox, ...]
    others: tuple[RelativeRow, ...]
    roles: tuple[DutyBox, ...]
    shown: str
    told: tuple[str, ...]
    user: str
    village: str
    village_name: str


@dataclass(frozen=True)
class PersonForm:
    password: str
    shown: str
    household: str = ""
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class KinForm:
    """`act` is `declare` or `withdraw`."""

    act: str
    kin_password: str
    other: str


@route_desk(f"{PEOPLE}/{{village:str}}/{{person:str}}", allow="duties.read", summary="One person's duties")
def show_person(desk: Desk, village: str, person: str) -> Answer:
    code = choose_village(desk, village)
    return _show_person(desk, code, get_person(desk, code, person))


@route_desk(
    f"{PEOPLE}/{{village:str}}/{{person:str}}",
    allow="duties.grant",
    method="POST",
    summary="Give and take duties",
)
def take_duties(desk: Desk, village: str, person: str) -> Answer:
    code, form = choose_village(desk, village), desk.parse_form(PersonForm)
    known = get_person(desk, code, person)
    roles, offices = pick_roles(form.roles), pick_offices(form.offices)
    try:
        desk.prove_password(form.password)
        household = find_number(desk, code, form.household)
        if not may_see_household(desk, known.household):
            household = known.household  # The form had no field for it: nobody changes what they do not see.
        is_done = (roles, offices, household) == (known.roles, known.offices, known.household)
        if form.shown != digest_person(known) and not is_done:
            raise Refused([build_changed()])
        change_person(desk.ports, desk.who, code, person, roles=roles, offices=offices, household=household)
    except FORM_REFUSALS as error:
        is_changed = isinstance(error, Refused) and any(
            fault.code == "duties-changed" for fault in error.faults
        )
        places = PLACES | {f"人员 {person}": "duties"}
        refusal = explain_refusal(error, places, status=409 if is_changed else 422)
        return _show_person(desk, code, known, refusal, None if is_changed else form)
    return desk.redirect(f"{PEOPLE}/{code}/{person}?saved=1")


@route_desk(
    f"{PEOPLE}/{{village:str}}/{{person:str}}/kin",
    allow="duties.grant",
    method="POST",
    summary="Declare near relatives, or take it back",
)
def take_kin(desk: Desk, village: str, person: str) -> Answer:
    code, form = choose_village(desk, village), desk.parse_form(KinForm)
    known = get_person(desk, code, person)
    get_person(desk, code, form.other)
    if form.act not in ("declare", "withdraw"):
        raise FormRefused("no such act")
    try:
        desk.prove_password(form.kin_password)
        declare_relative(desk.ports, desk.who, code, person, form.other, is_one=form.act == "declare")
    except FORM_REFUSALS as error:
        places = {"现在的密码": "kin_password", f"人员 {person}": "other", f"人员 {form.other}": "other"}
        return _show_person(desk, code, known, explain_refusal(error, places))
    return desk.redirect(f"{PEOPLE}/{code}/{person}?kin=1")


@route_desk(
    f"{PEOPLE}/{{village:str}}/{{person:str}}/open",
    allow="duties.read",
    method="POST",
    summary="Say why one wants to see the number of a person's household",
)
def take_purpose(desk: Desk, village: str, person: str) -> Answer:
    code = choose_village(desk, village)
    known = get_person(desk, code, person)
    try:
        say_of_subject(desk, known.household, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show_person(desk, code, known, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{PEOPLE}/{code}/{person}")


def _show_person(
    desk: Desk,
    village: str,
    person: Person,
    refusal: Refusal = NOT_REFUSED,
    form: PersonForm | None = None,
) -> Answer:
    household, asked = read_person(desk, village, person)
    persons = {one.user: one for one in desk.ports.vault.list_persons(village)}
    with desk.ports.desk.read() as reader:
        since = find_since(reader, village, person.user)
    is_own = bool(check_other(desk.ports, desk.who, village, person))
    can_change = desk.may("duties.grant") and not is_own
    rights = find_rights(desk.ports, desk.who, village, person)
    can_declare = can_change and person.roles <= rights.take
    has_fields = can_change and (can_declare or not refusal.faults.find("other"))
    page = PersonPage(
        asked=asked.purposes,
        can_change=can_change,
        can_declare=can_declare,
        can_open=desk.may("accounts.manage"),
        declares=tell_declarers(rights, person.roles) if can_change else (),
        # Without the form there are no fields to stand beside.
        faults=refusal.faults if has_fields else refusal.faults.gather(),
        frame=desk.build_frame(person.name),
        household=household if form is None or asked else form.household,
        is_own=is_own,
        kin=tuple(_build_row(rights, persons[user]) for user in sorted(person.kin) if user in persons),
        name=person.name,
        notice=_choose_notice(desk),
        offices=build_boxes(OFFICES, form.offices if form is not None else person.offices, since),
        others=tuple(
            _build_row(rights, one)
            for one in persons.values()
            if one.user != person.user and one.user not in person.kin and one.roles <= rights.take
        ),
        roles=_build_roles(rights, person, form.roles if form is not None else person.roles, since),
        shown=digest_person(person),
        told=tell_rights(rights, person.roles) if can_change else (),
        user=person.user,
        village=village,
        village_name=name_village(desk.site, village),
    )
    return desk.render("desk/person.html", page, refusal=refusal)


def _build_row(rights: Rights, person: Person) -> RelativeRow:
    """Return a relative's row; what one may take does not hang on from whom."""
    return RelativeRow(person.roles <= rights.take, person.name, person.user)


def _build_roles(
    rights: Rights, person: Person, ticked: Collection[str], since: Mapping[str, str]
) -> tuple[DutyBox, ...]:
    """Return the roles to be ticked; what cannot be changed stands there as the person has it."""
    changed = {role for role in ROLES if role in (rights.take if role in person.roles else rights.give)}
    held = {role for role in ROLES if role in (ticked if role in changed else person.roles)}
    return build_boxes(ROLES, held, since, changed)


def _choose_notice(desk: Desk) -> str:
    notices = {
        "added": _("登记好了。要登录的，请运维员开账号。"),
        "kin": _("亲属关系记好了。"),
        "saved": _("职责改好了。他在别处的登录，职责变了的都结束了。"),
    }
    return desk.choose_notice(notices)


def digest_person(person: Person) -> str:
    """Return what changes whenever what the form shows does."""
    shown = "/".join((person.user, person.household, *sorted(person.roles), "-", *sorted(person.offices)))
    return hashlib.sha256(shown.encode()).hexdigest()


def build_changed() -> Fault:
    """Return the fault of a form whose person somebody else changed since it was shown."""
    return Fault(
        code="duties-changed",
        place="职责",
        found="这中间别人改过了",
        expected="看过以后没有改动",
        remedy="下面是现在的，看过再改",
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_person, take_duties, take_purpose, take_kin)
