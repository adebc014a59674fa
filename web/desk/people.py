"""Who acts in a village, as what and since when; somebody new entered with duties. One person's page is `person`.

Everybody at the desk sees who has which duties. Whoever may grant changes them, in the village that their session acts
in; an operator, who has none and grants nothing, chooses which one to look at, and opens accounts for those who have
duties there. Each change asks for the password again: a screen that was left alone gives nobody a right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.roles import OFFICES, ROLES, Duty, Office, Role
from ledger.errors import Fault, NotFound, Refused
from ledger.service.accounts.duties import Rights, enter_person, find_rights, find_since
from ledger.service.accounts.once import Once, make_once
from ledger.service.persons import DUTY_NAMES, NAME_MAX_CHARS, find_household, name_duties
from ledger.service.standing import list_known_villages
from ledger.vaults import Person
from web.desk.forms import FormRefused
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
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
    """A duty to be ticked. `since`: the day since when the person has it; empty where that is not known.

    `can_change`: whoever looks may give it, or take it; else it is told, and brought back by the form as it is.
    """

    can_change: bool
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
    """Who acts in a village; those without a duty come last. What was typed of a new person is shown again.

    `told`: of the roles that whoever looks does not give, who does.
    """

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
    told: tuple[str, ...]
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
            household=find_number(desk, code, form.household),
            entropy=Once(desk.ports, form.once, desk.account.account, *content),
        )
    except FORM_REFUSALS as error:
        places = PLACES | {f"人员 {form.name.strip()}": "duties"}
        return _show_people(desk, code, explain_refusal(error, places), form)
    return desk.redirect(f"{PEOPLE}/{code}/{person.user}?added=1")


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


PLACES = {"--name": "name", "--household": "household", "现在的密码": "password"}


def _show_people(
    desk: Desk, village: str, refusal: Refusal = NOT_REFUSED, form: NewPersonForm | None = None
) -> Answer:
    persons = sorted(desk.ports.vault.list_persons(village), key=_rank)
    with desk.ports.desk.read() as reader:
        rows = {
            person.user: _build_row(desk, person, find_since(reader, village, person.user))
            for person in persons
        }
    rights = find_rights(desk.ports, desk.who, village, None)
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
        offices=build_boxes(OFFICES, form.offices if form is not None else (), {}),
        once=form.once if form is not None else make_once(desk.ports),
        people=tuple(rows[person.user] for person in persons if person.duties),
        roles=build_boxes(ROLES, form.roles if form is not None else (), {}, rights.give),
        told=tell_rights(rights, ()),
        village=village,
        village_name=name_village(desk.site, village),
    )
    return desk.render("desk/people.html", page, refusal=refusal)


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


def build_boxes(
    duties: Sequence[Duty],
    held: Collection[str],
    since: Mapping[str, str],
    changed: Collection[str] | None = None,
) -> tuple[DutyBox, ...]:
    """Return duties to be ticked, those of `held` with the day since when they are held; of `changed` alone can any be
    given or taken, of all where that is None.
    """
    return tuple(
        DutyBox(
            can_change=changed is None or duty in changed,
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


def tell_rights(rights: Rights, held: Collection[str]) -> tuple[str, ...]:
    """Return in sentences who gives and takes those roles of somebody that whoever looks does not."""
    kept = [role for role in ROLES if role in held and role not in rights.take]
    others = [role for role in ROLES if role not in held and role not in rights.give]
    told = [
        _("{roles}：由本村的{who}来给。").format(
            roles=name_duties([role for role in others if rights.givers[role] == givers]),
            who=name_duties(givers),
        )
        for givers in dict.fromkeys(rights.givers[role] for role in others)
    ]
    for takers in dict.fromkeys(rights.takers[role] for role in kept):
        roles = name_duties([role for role in kept if rights.takers[role] == takers])
        said = _("{roles}：由本村的{who}来收回。").format(roles=roles, who=name_duties(takers))
        if rights.present.isdisjoint(takers):
            said += _("他们还没有人登录过，请运维员在机器上收回。")
        told.append(said)
    return tuple(told)


def tell_declarers(rights: Rights, held: Collection[str]) -> tuple[str, ...]:
    """Return in sentences who declares relatives of whoever has these roles, where it is not whoever looks."""
    refused = [role for role in ROLES if role in held and role not in rights.take]
    told = []
    for takers in dict.fromkeys(rights.takers[role] for role in refused):
        roles = name_duties([role for role in refused if rights.takers[role] == takers])
        said = _("{roles}的近亲属：由本村的{who}来登记、取消。").format(roles=roles, who=name_duties(takers))
        if rights.present.isdisjoint(takers):
            said += _("他们没有别人登录过，请运维员在机器上登记、取消。")
        told.append(said)
    return tuple(told)


def find_number(desk: Desk, village: str, number: str) -> str:
    """Return the household of a number in the village's list, empty for no number; Refused where there is none."""
    typed = number.strip()
    found = find_household(desk.ports, village, typed)
    if typed and not found:
        raise Refused([_build_no_household(typed)])
    return found


def _build_no_household(number: str) -> Fault:
    return Fault(
        code="person-household",
        place="--household",
        found=f"没有户号 {number[:20]}",
        expected="本村登记过的户号，如 0217",
        remedy="核对户号；不是本村的户就空着",
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_start,
    show_people,
    take_person,
)
