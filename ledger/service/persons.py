"""Who acts in a village: their duties, their relatives, and what nobody may be at once.

A duty is granted only where the law lets that person hold it beside what they and their near relatives hold. Whoever
did something once stays known under their pseudonym for ever; without a role they can do nothing more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

import msgspec

from ledger.books.roles import MAKER_ROLES, Duty, Office, Role, check_duties
from ledger.books.values import fold_text
from ledger.data import load_roles
from ledger.errors import Fault, Refused
from ledger.ports import Ports
from ledger.service.pseudonyms import make_pseudonym
from ledger.vaults import Person

NAME_MAX_CHARS = 40
"""The longest names that people here have, of several parts, fit twice."""
DUTY_NAMES = {duty: row.name for duty, row in load_roles().duties.items()}
"""The Chinese name of every role and office."""


def add_person(
    ports: Ports,
    village: str,
    name: str,
    *roles: Role,
    household: str = "",
    offices: Collection[Office] = (),
) -> Person:
    """Enter a person into the vault under a fresh pseudonym and return them.

    Raises Refused with every fault: no name, duties that exclude one another, a household that there is not.
    """
    person = Person(
        household=household,
        name=name.strip(),
        offices=frozenset(offices),
        roles=frozenset(roles),
        user=make_pseudonym(ports.entropy, "u-", 10),
    )
    if faults := check_new_person(ports, village, person):
        raise Refused(faults)
    ports.vault.add_person(village, person)
    return person


def check_new_person(ports: Ports, village: str, person: Person) -> list[Fault]:
    """The name is one, the household is there, and the law lets one person hold all the duties."""
    faults = _check_name(person.name) + _check_household(ports, village, person.household)
    return faults + check_duties(load_roles(), f"人员 {person.name.strip() or person.user}", person.duties)


def check_changed_person(ports: Ports, village: str, person: Person) -> list[Fault]:
    """The household is there, and the law lets this person hold all the duties beside what near relatives hold."""
    faults = _check_household(ports, village, person.household)
    kin = [relative.duties for relative in list_relatives(ports, village, person)]
    return faults + check_duties(load_roles(), f"人员 {person.user}", person.duties, kin)


def set_duties(
    ports: Ports, village: str, user: str, *, roles: Collection[Role], offices: Collection[Office]
) -> Person:
    """Give a person exactly these duties. Raises Refused naming every rule of law that it would break."""
    person = get_person(ports, village, user)
    changed = msgspec.structs.replace(person, roles=frozenset(roles), offices=frozenset(offices))
    if faults := check_changed_person(ports, village, changed):
        raise Refused(faults)
    ports.vault.replace_persons(village, [changed])
    return changed


def set_household(ports: Ports, village: str, user: str, household: str) -> Person:
    """Say to which household a person belongs, empty for none. Raises Refused where there is no such household."""
    person = msgspec.structs.replace(get_person(ports, village, user), household=household)
    faults = _check_household(ports, village, household)
    if faults:
        raise Refused(faults)
    ports.vault.replace_persons(village, [person])
    return person


def declare_kin(ports: Ports, village: str, user: str, other: str) -> None:
    """Keep that two persons are near relatives. Raises Refused where what they hold now is against the law then."""
    if faults := check_kin(ports, village, user, other):
        raise Refused(faults)
    first, second = (get_person(ports, village, name) for name in (user, other))
    ports.vault.replace_persons(
        village,
        [
            msgspec.structs.replace(one, kin=one.kin | {relative.user})
            for one, relative in ((first, second), (second, first))
        ],
    )


def withdraw_kin(ports: Ports, village: str, user: str, other: str) -> None:
    """Take back that two persons are near relatives: it was declared by mistake, or ended."""
    first, second = (get_person(ports, village, name) for name in (user, other))
    ports.vault.replace_persons(
        village,
        [
            msgspec.structs.replace(one, kin=one.kin - {relative.user})
            for one, relative in ((first, second), (second, first))
        ],
    )


def check_kin(ports: Ports, village: str, user: str, other: str) -> list[Fault]:
    """They are two persons, whose duties near relatives may hold. Refused where one of them is nobody here."""
    first, second = (get_person(ports, village, name) for name in (user, other))
    if first.user == second.user:
        return [_build_same(user)]
    return check_duties(load_roles(), f"人员 {user}", first.duties, [second.duties])


def get_person(ports: Ports, village: str, user: str) -> Person:
    """Return who acts under a pseudonym; Refused where nobody does."""
    person = ports.vault.find_person(village, user)
    if person is None:
        raise Refused(check_person(None, user, MAKER_ROLES))
    return person


def refuse_stranger(ports: Ports, village: str, maker: str) -> None:
    """Raise Refused unless `maker` is a clerk of this village."""
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    if faults:
        raise Refused(faults)


def check_person(person: Person | None, user: str, roles: Sequence[Role]) -> list[Fault]:
    """The user is known in this village and has one of `roles`."""
    if person is not None and find_role(person, roles) is not None:
        return []
    return [
        Fault(
            code="person-role",
            place=f"人员 {user}",
            found="本村没有此人" if person is None else name_duties(person.roles),
            expected="、".join(DUTY_NAMES[role] for role in roles),
            remedy="用 mingbai users list 查看人员，或用 mingbai users add 登记",
        )
    ]


def find_role(person: Person, roles: Sequence[Role]) -> Role | None:
    """Return the first of `roles` that a person has: as what they act; None where they have none of them."""
    return next((role for role in roles if role in person.roles), None)


def find_household(ports: Ports, village: str, number: str) -> str:
    """Return the household that has a number in the village's list; empty for none."""
    households = ports.vault.list_households(village) if number else []
    return next((one.household for one in households if one.number == number), "")


def name_household(ports: Ports, village: str, household: str) -> str:
    """Return a household's number in the village's list; its pseudonym where it is not there any more."""
    households = ports.vault.list_households(village) if household else []
    return next((one.number for one in households if one.household == household), household)


def name_duties(duties: Collection[Duty]) -> str:
    """Return duties by their Chinese names, in the order of the table."""
    return "、".join(name for duty, name in DUTY_NAMES.items() if duty in duties) or "没有职责"


def list_relatives(ports: Ports, village: str, person: Person) -> list[Person]:
    """Return the declared near relatives of a person, by pseudonym; without those who were erased."""
    found = (ports.vault.find_person(village, other) for other in sorted(person.kin))
    return [relative for relative in found if relative is not None]


def is_one_person(first: Person | None, second: Person | None) -> bool:
    """Whether two pseudonyms seem to be one person: they bear one name, however it is written."""
    if first is None or second is None or first.user == second.user:
        return False
    return fold_text(first.name) == fold_text(second.name)


def _check_household(ports: Ports, village: str, household: str) -> list[Fault]:
    if not household or household in {item.household for item in ports.vault.list_households(village)}:
        return []
    return [
        Fault(
            code="person-household",
            place="--household",
            found=household,
            expected="本村登记过的一户",
            remedy="写这一户的代号，h- 开头；不是本村的户就不写",
        )
    ]


def _check_name(name: str) -> list[Fault]:
    if not any(letter.isprintable() and not letter.isspace() for letter in name):
        found = "没有写字"
    elif len(name) > NAME_MAX_CHARS:
        found = f"{len(name)} 个字"
    elif any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in name):
        found = "有看不见的字符"
    else:
        return []
    return [
        Fault(
            code="person-unnamed",
            place="--name",
            found=found,
            expected=f"这个人的姓名，{NAME_MAX_CHARS} 个字以内",
            remedy="重新写上姓名；姓名只存在隐私库里",
        )
    ]


def _build_same(user: str) -> Fault:
    return Fault(
        code="kin-same",
        place=f"人员 {user}",
        found="两个代号相同",
        expected="两个人",
        remedy="写另一个人的代号",
    )
