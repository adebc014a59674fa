"""Whom a draft is about, and who belongs to them: themselves, their household, as far as the vault knows.

Of households it knows who lives there; of party members and of a contract's other side only the name. Relatives are
those who were declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.assessments import AssessmentRound
from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.books.cases import CaseConfided, CaseOpened, CaseRated
from ledger.books.contracts import ContractSigned
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.points import PointsReversed, PointsRound
from ledger.books.scores import ScoreRound
from ledger.books.shops import PointsRedeemed, RedemptionReversed
from ledger.books.values import fold_text
from ledger.books.volunteering import HoursBooked
from ledger.entries import Claim
from ledger.log.commitments import parse_disclosure
from ledger.ports import Ports
from ledger.service.drafts import open_draft
from ledger.service.persons import list_relatives
from ledger.state.ballots import find_ballot
from ledger.state.private import RegisteredMember, find_subject, open_private
from ledger.vaults import Draft, Person

_OF_HOUSEHOLDS = (
    CaseConfided
    | CaseOpened
    | CaseRated
    | HonourReversed
    | HonoursGranted
    | HoursBooked
    | PointsRedeemed
    | PointsReversed
    | PointsRound
    | RedemptionReversed
)


def _list_private(ports: Ports, draft: Draft, claim: Claim) -> Iterator[str]:
    """Yield the private values that a draft speaks of: its own, and the recorded one that it takes back."""
    yield from draft.private
    match claim.body:
        case HonourReversed(holder=digest) | PointsReversed(line=digest) | RedemptionReversed(line=digest):
            text = ports.vault.find_private(claim.village, digest)
            yield from () if text is None else (text,)


def list_draft_subjects(ports: Ports, draft: Draft) -> frozenset[str]:
    """Return whom a draft's private values are about; an attached document is nobody, and is not shown with it."""
    found = map(find_subject, _list_private(ports, draft, open_draft(draft)))
    return frozenset(subject for subject in found if subject and not subject.startswith("o-"))


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
    """Return the households to which a draft gives points or an honour, from which it takes them, or whose case it is
    about, the members whom it marks or has appraised, or the names of grid workers whom it scores.
    """
    if isinstance(claim.body, BallotClosed):
        return _list_appraised(ports, claim.village, claim.body)
    field = _find_field(claim)
    values = (parse_disclosure(text)[1] for text in _list_private(ports, draft, claim)) if field else ()
    found = (str(value[field]) for value in values if isinstance(value, dict) and field in value)
    return set(map(fold_text, found)) if field == "name" else set(found)


def _find_field(claim: Claim) -> str:
    """Return by which field private values say whom a draft is about who has something to gain or to lose by it; empty
    for a draft about nobody of the kind.
    """
    body = claim.body
    if isinstance(body, AssessmentRound):
        return {"grid-worker": "name", "secretary": "member"}.get(body.subject, "")
    if isinstance(body, BallotClosed | BallotOpened | ScoreRound):
        return "member"
    return "household" if isinstance(body, _OF_HOUSEHOLDS) else ""


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
    return {"member": "党员", "name": "网格员"}.get(_find_field(claim), "农户")


def list_own(ports: Ports, claim: Claim, user: str) -> set[str]:
    """Return whom a person belongs to, of those that a claim can be about; see `list_subjects`."""
    person = ports.vault.find_person(claim.village, user)
    if person is None:
        return set()
    find_own = {"member": _list_cards, "name": list_own_names}.get(_find_field(claim), _list_homes)
    return find_own(ports, claim.village, person)


def _list_cards(ports: Ports, village: str, person: Person) -> set[str]:
    """Return the party members who are, by the name, a person themselves, a near relative, or the head of a household
    of theirs.
    """
    names = list_own_names(ports, village, person)
    return {one.member for one in ports.vault.list_members(village) if fold_text(one.name) in names}


def _list_homes(ports: Ports, village: str, person: Person) -> set[str]:
    """Return the households that a person has to do with: their own, and those of their declared near relatives."""
    return {one.household for one in (person, *list_relatives(ports, village, person))} - {""}
