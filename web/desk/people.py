"""Who acts in a village, as what and since when; duties given and taken, relatives and households declared.

Everybody at the desk sees who has which duties. Whoever may grant changes them, in the village that their session acts
in; an operator, who has none and grants nothing, chooses which one to look at, and opens accounts for those who have
duties there. Each change asks for the password again: a screen that was left alone gives nobody a right. What was shown
comes back with the form, and is refused where it was changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.books.roles import OFFICES, ROLES, Duty, Office, Role
from ledger.errors import Fault, NotFound, Refused
from ledger.service.accounts.duties import (
    change_person,
    check_other,
    declare_relative,
    enter_person,
    find_since,
)
from ledger.service.accounts.once import Once, make_once
from ledger.service.persons import (
    DUTY_NAMES,
    NAME_MAX_CHARS,
    find_household,
    name_duties,
)
from ledger.service.standing import list_known_villages
from ledger.vaults import Person
from web.desk.forms import FormRefused
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.reading import AskForm, may_see_household, read_person, say_of_subject
from web.desk.routing import Desk, name_village, route_desk
from web.i18n import _
from web.respond import Answer

PEOPLE = "/desk/people"


@dataclass(frozen=True)
class VillageRow:
    """A village of the home, for an operator to choose."""

    name: str
    village: str


@dataclass(frozen=True)
class VillagesPage:
    """Which village: an operator acts in none."""

    frame: DeskFrame
    path: str
    villages: tuple[VillageRow, ...]


@dataclass(frozen=True)
class DutyBox:
    """A duty to be ticked. `since`: the day since when the person has it; empty where that is not known."""

    duty: str
    is_held: bool
    name: str
    since: str


@dataclass(frozen=True)
class PersonRow:
    """`duties` with since when, in words."""

    duties: tuple[str, ...]
    is_own: bool
    name: str
    user: str


@dataclass(frozen=True)
class PeoplePage:
    """Who acts in a village; those without a duty come last. What was typed of a new person is shown again."""

    can_grant: bool
    can_open: bool
    faults: Faults
    former: tuple[PersonRow, ...]
    frame: DeskFrame
    household: str
    name: str
    name_max: int
    notice: str
    offices: tuple[DutyBox, ...]
    once: str
    people: tuple[PersonRow, ...]
    roles: tuple[DutyBox, ...]
    village: str
    village_name: str


@dataclass(frozen=True)
class RelativeRow:
    name: str
    user: str


@dataclass(frozen=True)
class PersonPage:
    """One person. `household` is its number in the village's list. `others` can be declared relatives.

    `asked`: why the number is masked: the reasons that whoever looks may give to see it; empty where it is not.
    `can_change`: whoever looks may grant, and is somebody else. `shown` is what the form brings back.
    """

    asked: tuple[PurposeRow, ...]
    can_change: bool
    can_open: bool
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
    user: str
    village: str
    village_name: str


@dataclass(frozen=True)
class NewPersonForm:
    name: str
    once: str
    password: str
    household: str = ""
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


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


@route_desk(PEOPLE, allow="duties.read", summary="Who acts in the village; an operator chooses which")
def show_start(desk: Desk) -> Answer:
    if desk.who.seat is not None:
        return desk.redirect(f"{PEOPLE}/{desk.village}")
    villages = [VillageRow(name_village(desk.site, code), code) for code in list_known_villages(desk.ports)]
    page = VillagesPage(frame=desk.build_frame(_("人员和职责")), path=PEOPLE, villages=tuple(villages))
    return desk.render("desk/villages.html", page)


@route_desk(f"{PEOPLE}/{{village:str}}", allow="duties.read", summary="Who acts in a village, as what")
def show_people(desk: Desk, village: str) -> Answer:
    return _show_people(desk, choose_village(desk, village))


@route_desk(f"{PEOPLE}/{{village:str}}", allow="duties.grant", method="POST", summary="Enter a person")
def take_person(desk: Desk, village: str) -> Answer:
    code, form = choose_village(desk, village), desk.parse_form(NewPersonForm)
    roles, offices = pick_roles(form.roles), pick_offices(form.offices)
    content = (code, form.name, form.household, *sorted(roles), "/", *sorted(offices))
    try:
        desk.prove_password(form.password)
        person = enter_person(
            desk.ports,
            desk.who,
            code,
            form.name,
            roles=roles,
            offices=offices,
            household=_find_household(desk, code, form.household),
            entropy=Once(desk.ports, form.once, desk.account.account, *content),
        )
    except FORM_REFUSALS as error:
        places = _PLACES | {f"人员 {form.name.strip()}": "duties"}
        return _show_people(desk, code, explain_refusal(error, places), form)
    return desk.redirect(f"{PEOPLE}/{code}/{person.user}?added=1")


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
        household = _find_household(desk, code, form.household)
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
        places = _PLACES | {f"人员 {person}": "duties"}
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


def choose_village(desk: Desk, village: str) -> str:
    """Return the village of a path: the session's own, or of an operator, any of the home; NotFound for others."""
    known = list_known_villages(desk.ports) if desk.who.seat is None else [desk.village]
    if village not in known:
        raise NotFound("村")
    return village


def get_person(desk: Desk, village: str, user: str) -> Person:
    """Return who acts under a pseudonym in a village; NotFound where nobody does."""
    person = desk.ports.vault.find_person(village, user)
    if person is None:
        raise NotFound("人员")
    return person


def pick_roles(given: tuple[str, ...]) -> frozenset[Role]:
    """Return the roles that were ticked; FormRefused for what is none."""
    if not set(given) <= set(ROLES):
        raise FormRefused("no such role")
    return frozenset(role for role in ROLES if role in given)


def pick_offices(given: tuple[str, ...]) -> frozenset[Office]:
    """Return the offices that were ticked; FormRefused for what is none."""
    if not set(given) <= set(OFFICES):
        raise FormRefused("no such office")
    return frozenset(office for office in OFFICES if office in given)


_PLACES = {"--name": "name", "--household": "household", "现在的密码": "password"}


def _show_people(
    desk: Desk, village: str, refusal: Refusal = NOT_REFUSED, form: NewPersonForm | None = None
) -> Answer:
    persons = sorted(desk.ports.vault.list_persons(village), key=_rank)
    with desk.ports.desk.read() as reader:
        rows = {
            person.user: _build_row(desk, person, find_since(reader, village, person.user))
            for person in persons
        }
    page = PeoplePage(
        can_grant=desk.may("duties.grant"),
        can_open=desk.may("accounts.manage"),
        faults=refusal.faults,
        former=tuple(rows[person.user] for person in persons if not person.duties),
        frame=desk.build_frame(_("人员和职责")),
        household=form.household if form is not None else "",
        name=form.name if form is not None else "",
        name_max=NAME_MAX_CHARS,
        notice="",
        offices=_build_boxes(OFFICES, form.offices if form is not None else (), {}),
        once=form.once if form is not None else make_once(desk.ports),
        people=tuple(rows[person.user] for person in persons if person.duties),
        roles=_build_boxes(ROLES, form.roles if form is not None else (), {}),
        village=village,
        village_name=name_village(desk.site, village),
    )
    return desk.render("desk/people.html", page, refusal=refusal)


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
    page = PersonPage(
        asked=asked.purposes,
        can_change=can_change,
        can_open=desk.may("accounts.manage"),
        # Without the form there are no fields to stand beside.
        faults=refusal.faults if can_change else refusal.faults.gather(),
        frame=desk.build_frame(person.name),
        household=household if form is None or asked else form.household,
        is_own=is_own,
        kin=tuple(RelativeRow(persons[user].name, user) for user in sorted(person.kin) if user in persons),
        name=person.name,
        notice=_choose_notice(desk),
        offices=_build_boxes(OFFICES, form.offices if form is not None else person.offices, since),
        others=tuple(
            RelativeRow(one.name, one.user)
            for one in persons.values()
            if one.user != person.user and one.user not in person.kin
        ),
        roles=_build_boxes(ROLES, form.roles if form is not None else person.roles, since),
        shown=digest_person(person),
        user=person.user,
        village=village,
        village_name=name_village(desk.site, village),
    )
    return desk.render("desk/person.html", page, refusal=refusal)


def _choose_notice(desk: Desk) -> str:
    notices = {
        "added": _("登记好了。要登录的，请运维员开账号。"),
        "kin": _("亲属关系记好了。"),
        "saved": _("职责改好了。他在别处的登录，职责变了的都结束了。"),
    }
    return desk.choose_notice(notices)


def _build_row(desk: Desk, person: Person, since: dict[str, str]) -> PersonRow:
    told = [
        _("{duty}（{day} 起）").format(duty=DUTY_NAMES[duty], day=since[duty])
        if duty in since
        else DUTY_NAMES[duty]
        for duty in DUTY_NAMES
        if duty in person.duties
    ]
    is_own = desk.who.seat is not None and person.user == desk.user
    return PersonRow(
        duties=tuple(told) or (name_duties(()),), is_own=is_own, name=person.name, user=person.user
    )


def _build_boxes(
    duties: Sequence[Duty], held: Collection[str], since: Mapping[str, str]
) -> tuple[DutyBox, ...]:
    return tuple(
        DutyBox(
            duty=duty,
            is_held=duty in held,
            name=DUTY_NAMES[duty],
            since=since.get(duty, "") if duty in held else "",
        )
        for duty in duties
    )


def _rank(person: Person) -> tuple[int, str]:
    """In the order of the table of duties, then by name."""
    places = [place for place, duty in enumerate(DUTY_NAMES) if duty in person.duties]
    return min(places, default=len(DUTY_NAMES)), person.name


def _find_household(desk: Desk, village: str, number: str) -> str:
    """Return the household of a number in the village's list, empty for no number; Refused where there is none."""
    typed = number.strip()
    found = find_household(desk.ports, village, typed)
    if typed and not found:
        raise Refused([_build_no_household(typed)])
    return found


def digest_person(person: Person) -> str:
    """Return what changes whenever what the form shows does."""
    shown = "/".join((person.user, person.household, *sorted(person.roles), "-", *sorted(person.offices)))
    return hashlib.sha256(shown.encode()).hexdigest()


def _build_no_household(number: str) -> Fault:
    return Fault(
        code="person-household",
        place="--household",
        found=f"没有户号 {number[:20]}",
        expected="本村登记过的户号，如 0217",
        remedy="核对户号；不是本村的户就空着",
    )


def build_changed() -> Fault:
    """Return the fault of a form whose person somebody else changed since it was shown."""
    return Fault(
        code="duties-changed",
        place="职责",
        found="这中间别人改过了",
        expected="看过以后没有改动",
        remedy="下面是现在的，看过再改",
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_start,
    show_people,
    take_person,
    show_person,
    take_duties,
    take_purpose,
    take_kin,
)
