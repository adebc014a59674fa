"""Who may not pass an objection or its answer: whoever prepared or passed what is objected to. And who may not pass
what is about a secretary's star: whoever acts as the secretary, the one whom it is about, and their near relatives.

The log refuses it too. It is told before anything is kept, because an approval that no entry may have would hinder all
others.
"""

from __future__ import annotations

from collections.abc import Container

from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.roles import CHECKER_ROLES
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.values import fold_text
from ledger.entries import Claim
from ledger.errors import Fault, NotFound
from ledger.figures import GONE
from ledger.log.commitments import index_disclosures, open_disclosure
from ledger.ports import Ports
from ledger.service.belonging import list_own_names
from ledger.service.drafts import name_draft
from ledger.service.persons import find_role
from ledger.state.facts import read_body
from ledger.state.objections import list_barred
from ledger.state.star_steps import build_own, find_star_subject, get_star_facts
from ledger.vaults import Draft

REMEDY = "请村书记再登记一位没有经手过的监督委员，或登记乡镇记账员，由他来审核"
"""The way out of a village all of whose checkers prepared or passed what is objected to."""


def find_barred(ports: Ports, claim: Claim) -> frozenset[str]:
    """Return who passes neither this objection nor this answer, but as the township; nobody for another claim."""
    if not isinstance(claim.body, ObjectionAnswered | ObjectionRaised):
        return frozenset()
    try:
        with ports.ledger.read(claim.village) as reader:
            return list_barred(reader.facts, claim.body, reader.size)
    except NotFound:
        return frozenset()  # Its log is about to begin anew.


def is_barred(ports: Ports, claim: Claim, user: str) -> bool:
    """Whether somebody prepared or passed what an objection or an answer is about, and is not the township."""
    if user not in find_barred(ports, claim):
        return False
    person = ports.vault.find_person(claim.village, user)
    return person is None or find_role(person, CHECKER_ROLES) != "township"


def has_barred(ports: Ports, claim: Claim, draft: Draft) -> bool:
    """Whether somebody passed a draft who may not: the log would refuse its entry."""
    if _is_about_secretary(ports, claim) and any(item.role == "secretary" for item in draft.approvals):
        return True
    given = {item.checker for item in draft.approvals if item.role != "township"}
    return not given.isdisjoint(find_barred(ports, claim))


def is_nobody_left(ports: Ports, village: str, barred: Container[str], maker: str = "") -> bool:
    """Whether all who pass entries in a village are `barred`, or `maker`, or near relatives of the latter."""
    persons = ports.vault.list_persons(village)
    near = {maker}.union(*(one.kin for one in persons if one.user == maker))
    near |= {one.user for one in persons if maker in one.kin}
    roles = {one.user: find_role(one, CHECKER_ROLES) for one in persons if one.user not in near}
    return all(role is None or (user in barred and role != "township") for user, role in roles.items())


def check_concerned(ports: Ports, draft: Draft, claim: Claim, user: str) -> list[Fault]:
    """Return why somebody may not pass the draft of an objection, of an answer or about a star."""
    place = f"{name_draft(draft)}，审核人 {user}"
    if is_own_star(ports, draft, claim, user):
        return [build_own(place)]
    if not is_barred(ports, claim, user):
        return []
    if is_nobody_left(ports, claim.village, find_barred(ports, claim), claim.maker.user):
        return [
            Fault(
                code="objection-all-own",
                place=place,
                found="村里能审核的人都经手过被提异议的那一项",
                expected="没有经手过的人，或乡镇记账员",
                remedy=REMEDY,
            )
        ]
    return [
        Fault(
            code="objection-own",
            place=place,
            found="就是被提异议的那一项的经办人或审核人",
            expected="另一个人，或乡镇记账员",
            remedy="请没有经手过那一项的监督委员、村书记或乡镇记账员来审核",
        )
    ]


def is_own_star(ports: Ports, draft: Draft, claim: Claim, user: str) -> bool:
    """Whether somebody would pass what is about a secretary's star as the secretary, or is one of that family."""
    if not _is_about_secretary(ports, claim):
        return False
    person = ports.vault.find_person(claim.village, user)
    if person is None or find_role(person, CHECKER_ROLES) == "secretary":
        return True
    return fold_text(_read_secretary(ports, draft, claim)) in list_own_names(ports, claim.village, person)


def _is_about_secretary(ports: Ports, claim: Claim) -> bool:
    if not isinstance(claim.body, StarDeclared | StarMoved):
        return False
    try:
        with ports.ledger.read(claim.village) as reader:
            return find_star_subject(reader.facts, claim.body) == "secretary"
    except NotFound:
        return False  # Its log is about to begin anew.


def _read_secretary(ports: Ports, draft: Draft, claim: Claim) -> str:
    """Return the name of the secretary whom a draft is about; that it is gone where it was deleted."""
    with ports.ledger.read(claim.village) as reader:
        body = claim.body
        if isinstance(body, StarMoved):
            body = read_body(reader.facts, get_star_facts(reader.facts, body.number).declared, StarDeclared)
        assert isinstance(body, StarDeclared)
        assert body.secretary is not None  # The log has a secretary's name where it is one who applies.
        drafted = index_disclosures(draft.public).get(body.secretary.text)
        text = drafted or reader.find_text(body.secretary.text)
        return str(open_disclosure(text, body.secretary.text)[1]) if text is not None else GONE
