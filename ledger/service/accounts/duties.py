"""Who gives and takes duties, declares relatives and households: on record first, then done, and felt at once.

Each change is a line of the desk's log before it is one of the vault: nobody has a right of which there is no line. A
crash between the two leaves a line of what was not done; the same form sent again does it. Whoever's roles change is
signed out wherever they are. Nobody changes what they are themselves, under whatever pseudonym.

Whoever runs the machine opens accounts and gives no role: somebody of the village does, so that it takes two to let a
third one act. At the machine itself roles are given until the first of those who may give them has come in. Who gives
which role, and who takes it, is `roles.toml`: whoever is watched over does not choose who watches.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec

from ledger.books.roles import ROLES, Office, Role
from ledger.data import load_roles
from ledger.desk import DeskReader
from ledger.errors import Fault, Refused
from ledger.ports import DeskPorts, Entropy
from ledger.service.accounts.desk_log import Event, Fact, log_fact, read_line
from ledger.service.accounts.rights import list_roles
from ledger.service.accounts.sessions import SignedIn, end_sessions_of_person, is_expired
from ledger.service.persons import (
    DUTY_NAMES,
    check_changed_person,
    check_kin,
    check_new_person,
    declare_kin,
    get_person,
    is_one_person,
    name_duties,
    withdraw_kin,
)
from ledger.service.pseudonyms import make_pseudonym
from ledger.state import get_day
from ledger.vaults import Person


class Rights(NamedTuple):
    """Which roles somebody may `give` and `take`; who does, of each role; and who of the village has come in."""

    give: frozenset[Role]
    take: frozenset[Role]
    givers: Mapping[Role, tuple[Role, ...]]
    takers: Mapping[Role, tuple[Role, ...]]
    present: frozenset[str]


def enter_person(
    ports: DeskPorts,
    by: SignedIn | None,
    village: str,
    name: str,
    *,
    roles: Collection[Role] = (),
    offices: Collection[Office] = (),
    household: str = "",
    entropy: Entropy | None = None,
) -> Person:
    """Enter a person with duties and return them. `by`: None for the machine's operator at the machine itself.

    With an `entropy` that draws the same twice, the same person again changes nothing. Raises Refused with every fault.
    """
    person = Person(
        household=household,
        name=name.strip(),
        offices=frozenset(offices),
        roles=frozenset(roles),
        user=make_pseudonym(entropy or ports.entropy, "u-", 10),
    )
    known = ports.vault.find_person(village, person.user)
    if known is not None:
        return known
    place = f"人员 {person.name}"
    own = check_other(ports, by, village, person, place=place)
    faults = check_new_person(ports, village, person) + own
    faults += [] if own else check_giver(ports, by, village, person, person.roles, (), place=place)
    if faults:
        raise Refused(faults)
    _log(ports, by, village, person.user, [("person-added", ""), *_list_duties(frozenset(), person)])
    ports.vault.add_person(village, person)
    return person


def change_person(
    ports: DeskPorts,
    by: SignedIn | None,
    village: str,
    user: str,
    *,
    roles: Collection[Role],
    offices: Collection[Office],
    household: str,
) -> Person:
    """Let a person have exactly these duties and this household, empty for none. Again changes nothing.

    Raises Refused with every rule of law that it would break, or where it is oneself.
    """
    person = get_person(ports, village, user)
    changed = msgspec.structs.replace(
        person, roles=frozenset(roles), offices=frozenset(offices), household=household
    )
    if changed == person:
        return person
    own = check_other(ports, by, village, person)
    faults = own + check_changed_person(ports, village, changed)
    given, taken = changed.roles - person.roles, person.roles - changed.roles
    place = f"人员 {person.user}"
    faults += [] if own else check_giver(ports, by, village, person, given, taken, place=place)
    if faults:
        raise Refused(faults)
    events = _list_duties(person.duties, changed)
    events += [("household-set", household)] if household != person.household else []
    _log(ports, by, village, user, events, are_roles_other=changed.roles != person.roles)
    ports.vault.replace_persons(village, [changed])
    return changed


def declare_relative(
    ports: DeskPorts, by: SignedIn | None, village: str, user: str, other: str, *, is_one: bool = True
) -> None:
    """Keep that two persons are near relatives, or with `is_one` false that they are not. Again changes nothing.

    A relative of whoever prepared something cannot pass it: to declare one takes a duty away, and to withdraw one gives
    it back. Of somebody with a role only those do it who could take that role. Raises Refused with every fault.
    """
    person, second = get_person(ports, village, user), get_person(ports, village, other)
    faults = check_other(ports, by, village, person) + check_other(ports, by, village, second)
    faults = faults or _check_declarer(ports, by, village, (person, second))
    faults += check_kin(ports, village, user, other) if is_one else []
    if faults:
        raise Refused(list(dict.fromkeys(faults)))
    if (other in person.kin) == is_one:
        return
    _log(ports, by, village, user, [("kin-declared" if is_one else "kin-withdrawn", other)])
    (declare_kin if is_one else withdraw_kin)(ports, village, user, other)


def check_other(
    ports: DeskPorts, by: SignedIn | None, village: str, person: Person, *, place: str = ""
) -> list[Fault]:
    """It is somebody else: not under one's own pseudonym, nor under another that bears one's name."""
    seat = by.seat if by is not None else None
    if seat is None or seat.village != village:
        return []
    own = ports.vault.find_person(village, seat.person)
    if person.user != seat.person and not is_one_person(own, person):
        return []
    return [
        Fault(
            code="duties-own",
            place=place or f"人员 {person.user}",
            found="是您自己，或与您同名",
            expected="别人的职责和亲属",
            remedy="请另一位村书记或乡镇记账员来办",
        )
    ]


def check_giver(
    ports: DeskPorts,
    by: SignedIn | None,
    village: str,
    person: Person,
    given: Collection[Role],
    taken: Collection[Role],
    *,
    place: str,
) -> list[Fault]:
    """Each role is given, and each taken, by somebody of the village who may, as the table says.

    At the machine itself a role is given as long as there is nobody but the person who could: the first of a village,
    or where none of those who may can sign in any more. There it can always be taken.
    """
    rights = find_rights(ports, by, village, person)
    faults = []
    for giver in dict.fromkeys(rights.givers[role] for role in ROLES if role in given):
        roles = [role for role in ROLES if role in given and rights.givers[role] == giver]
        refused = [role for role in roles if role not in rights.give]
        faults += [_build_giver(by, place, refused, giver)] if refused else []
    refused = [role for role in ROLES if role in taken and role not in rights.take]
    for taker in dict.fromkeys(rights.takers[role] for role in refused):
        roles = [role for role in refused if rights.takers[role] == taker]
        faults.append(_build_taker(by, place, roles, taker, has_taker=not rights.present.isdisjoint(taker)))
    return faults


def find_rights(ports: DeskPorts, by: SignedIn | None, village: str, person: Person | None) -> Rights:
    """Return which roles somebody may give to a person of a village, None for somebody new, and take from them."""
    table = load_roles()
    present = _find_present(ports, village, {person.user} if person is not None else ())
    givers = {role: table.list_givers(role, present) for role in ROLES}
    takers = {role: table.list_takers(role) for role in ROLES}
    if by is None:
        give = {role for role in ROLES if present.isdisjoint(givers[role])}
        return Rights(frozenset(give), frozenset(ROLES), givers, takers, present)
    return Rights(
        give=frozenset(role for role in ROLES if not by.roles.isdisjoint(givers[role])),
        take=frozenset(role for role in ROLES if not by.roles.isdisjoint(takers[role])),
        givers=givers,
        takers=takers,
        present=present,
    )


def _find_present(ports: DeskPorts, village: str, users: Collection[str]) -> frozenset[str]:
    """Return the roles of those of the village, beside `users`, who have come in and still can."""
    now_ms = ports.clock.now_ms()
    others = [one for one in ports.vault.list_persons(village) if one.roles and one.user not in users]
    present: set[str] = set()
    with ports.desk.read() as desk:
        for one in others:
            seat = desk.find_seat(village, one.user)
            account = desk.find_account(seat.account) if seat is not None else None
            is_shut = account is None or account.is_disabled or account.must_change
            if account is not None and not is_shut and not is_expired(account, now_ms):
                present |= list_roles(one)
    return frozenset(present)


def _check_declarer(
    ports: DeskPorts, by: SignedIn | None, village: str, persons: Collection[Person]
) -> list[Fault]:
    """Of each of two persons somebody declares a relative who may take every role that the person has."""
    present = _find_present(ports, village, {person.user for person in persons})
    faults = []
    for person in persons:
        rights = find_rights(ports, by, village, person)
        refused = [role for role in ROLES if role in person.roles and role not in rights.take]
        faults += [
            _build_declarer(by, person, takers, has_taker=not present.isdisjoint(takers))
            for takers in dict.fromkeys(rights.takers[role] for role in refused)
        ]
    return faults


def _build_declarer(
    by: SignedIn | None, person: Person, takers: Collection[Role], *, has_taker: bool
) -> Fault:
    remedy = "请他登录，在“人员”里登记、取消"
    if not has_taker:
        remedy = "他们没有别人登录过：请运维员在机器上用 mingbai users kin 登记，登记错了的加 --withdraw 取消"
    return Fault(
        code="kin-declarer",
        place=f"人员 {person.user}",
        found=f"由{_name_actor(by)}登记或取消近亲属",
        expected=f"由本村的{name_duties(takers)}登记、取消",
        remedy=remedy,
    )


def _build_giver(
    by: SignedIn | None, place: str, refused: Collection[Role], givers: Collection[Role]
) -> Fault:
    return Fault(
        code="duties-giver",
        place=place,
        found=f"由{_name_actor(by)}给职责：{name_duties(refused)}",
        expected=f"由本村的{name_duties(givers)}给",
        remedy="请他登录，在“人员”里登记、给职责；他来不了、也没有别人的，先停用他的账号",
    )


def _build_taker(
    by: SignedIn | None, place: str, refused: Collection[Role], takers: Collection[Role], *, has_taker: bool
) -> Fault:
    remedy = "请他登录，在“人员”里收回"
    if not has_taker:
        remedy = "他们还没有人登录过：请运维员在机器上用 mingbai users revoke 收回"
    return Fault(
        code="duties-taker",
        place=place,
        found=f"由{_name_actor(by)}收回职责：{name_duties(refused)}",
        expected=f"由本村的{name_duties(takers)}收回",
        remedy=remedy,
    )


def _name_actor(by: SignedIn | None) -> str:
    own = [role for role in ROLES if by is not None and role in by.roles]
    return name_duties(own) if own else "运维员"


def find_since(desk: DeskReader, village: str, user: str) -> dict[str, str]:
    """Return by duty the day since when a person has it; nothing of what was granted before there were lines of it."""
    since: dict[str, str] = {}
    for row in desk.list_lines_about(village, user):
        logged = read_line(row)
        if logged is not None and logged.fact.event == "granted":
            since[logged.fact.reason] = get_day(logged.at_ms)
    return since


def _list_duties(before: Collection[str], person: Person) -> list[tuple[Event, str]]:
    granted: list[tuple[Event, str]] = [
        ("granted", duty) for duty in DUTY_NAMES if duty in person.duties and duty not in before
    ]
    return granted + [
        ("revoked", duty) for duty in DUTY_NAMES if duty in before and duty not in person.duties
    ]


def _log(
    ports: DeskPorts,
    by: SignedIn | None,
    village: str,
    user: str,
    events: list[tuple[Event, str]],
    *,
    are_roles_other: bool = False,
) -> None:
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        for event, reason in events:
            given = {"event": event, "reason": reason, "subject": user, "village": village}
            fact = by.build_fact(**given) if by is not None else msgspec.convert(given, Fact)
            log_fact(desk, fact, now_ms)
        if are_roles_other:
            end_sessions_of_person(desk, village, user, "roles", now_ms)
