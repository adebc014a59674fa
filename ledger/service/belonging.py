"""Whom a draft is about, and who belongs to them: themselves, their household, as far as the vault knows.

Of households it knows who lives there; of party members and of a contract's other side only the name. Relatives are
those who were declared.
"""

from __future__ import annotations

from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.books.cases import CaseConfided, CaseOpened, CaseRated
from ledger.books.contracts import ContractSigned
from ledger.books.honours import HonoursGranted
from ledger.books.points import PointsReversed, PointsRound
from ledger.books.scores import ScoreRound
from ledger.books.shops import PointsRedeemed
from ledger.books.values import fold_text
from ledger.books.volunteering import HoursBooked
from ledger.entries import Claim
from ledger.log.commitments import parse_disclosure
from ledger.ports import Ports
from ledger.service.persons import list_relatives
from ledger.state.ballots import find_ballot
from ledger.state.private import RegisteredMember, open_private
from ledger.vaults import Draft, Person

_OF_MEMBERS = BallotClosed | BallotOpened | ScoreRound
"""What is about party members, not households."""


def list_parties(draft: Draft, claim: Claim) -> set[str]:
    """Return the other side of a contract that is to be signed, by the name for comparing."""
    if not isinstance(claim.body, ContractSigned):
        return set()
    values = (parse_disclosure(text)[1] for text in draft.private)
    return {fold_text(str(value["name"])) for value in values if isinstance(value, dict) and "name" in value}


def list_own_names(ports: Ports, village: str, person: Person) -> set[str]:
    """Return a person's name, those of declared near relatives, and those of the heads of their households."""
    near = [person, *list_relatives(ports, village, person)]
    homes = {one.household for one in near} - {""}
    heads = [item.name for item in ports.vault.list_households(village) if item.household in homes]
    return {fold_text(name) for name in (*(one.name for one in near), *heads)}


def list_subjects(ports: Ports, draft: Draft, claim: Claim) -> set[str]:
    """Return the households to which a draft gives points or an honour, from which it takes points, or whose case it is
    about, or the members whom it marks or has appraised.
    """
    if isinstance(claim.body, BallotClosed):
        return _list_appraised(ports, claim.village, claim.body)
    if not isinstance(
        claim.body,
        BallotOpened
        | CaseConfided
        | CaseOpened
        | CaseRated
        | HonoursGranted
        | HoursBooked
        | PointsRedeemed
        | PointsRound
        | PointsReversed
        | ScoreRound,
    ):
        return set()
    name = "member" if isinstance(claim.body, _OF_MEMBERS) else "household"
    values = (parse_disclosure(text)[1] for text in draft.private)
    return {str(value[name]) for value in values if isinstance(value, dict) and name in value}


def _list_appraised(ports: Ports, village: str, body: BallotClosed) -> set[str]:
    """Return the members whom a ballot appraises that is to be closed; whoever was erased is nobody any more."""
    with ports.ledger.read(village) as reader:
        found = find_ballot(reader.facts, body.number)
    sealed = found.opened.members if found is not None else ()
    with ports.vault.read_private(village) as find:
        opened = (open_private(find, item.sealed, RegisteredMember) for item in sealed)
        return {member.member for member in opened if member is not None}


def name_subjects(claim: Claim) -> str:
    """Return what those whom a draft is about are called."""
    return "党员" if isinstance(claim.body, _OF_MEMBERS) else "农户"


def list_own(ports: Ports, claim: Claim, user: str) -> set[str]:
    """Return whom a person belongs to, of those that a claim can be about: households, or for a round of score cards
    and for a ballot party members.
    """
    list_ = _list_cards if isinstance(claim.body, _OF_MEMBERS) else _list_homes
    return list_(ports, claim, user)


def _list_cards(ports: Ports, claim: Claim, user: str) -> set[str]:
    """Return the party members who are, by the name, a person themselves, a near relative, or the head of a household
    of theirs.
    """
    person = ports.vault.find_person(claim.village, user)
    if person is None:
        return set()
    names = list_own_names(ports, claim.village, person)
    return {one.member for one in ports.vault.list_members(claim.village) if fold_text(one.name) in names}


def _list_homes(ports: Ports, claim: Claim, user: str) -> set[str]:
    """Return the households that a person has to do with: their own, and those of their declared near relatives."""
    person = ports.vault.find_person(claim.village, user)
    if person is None:
        return set()
    return {one.household for one in (person, *list_relatives(ports, claim.village, person))} - {""}
