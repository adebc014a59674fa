"""The same one way for what points do: balances, annexes, honours and cards; see `web.desk.reading`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ledger.books.honours import HonourKind, get_check
from ledger.books.shops import Balance
from ledger.data import load_masks
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.ports import PaperJob
from ledger.service.annexes import build_annex_job
from ledger.service.branches import build_branch_job
from ledger.service.cards import make_card
from ledger.service.eligibility import Ineligible, list_ineligible
from ledger.service.honours import (
    Candidates,
    build_certificates_job,
    list_candidates,
    list_holders,
    propose_honour,
)
from ledger.service.readings import DUTY
from ledger.service.rewards import HouseholdBalance, count_proposed, list_balances, propose_points
from ledger.service.sheets import read_texts
from ledger.state.honours import find_granting
from ledger.vaults import Member
from web.desk.reading import NUMBER, log_read, may_search_people
from web.desk.routing import Desk
from web.i18n import _


class MadeCard(NamedTuple):
    """What stands on the new card of a household or member; `name` is masked. `group` is a member's branch, whose
    `number` stands on no card.
    """

    code: str
    group: int
    is_member: bool
    name: str
    number: str


@dataclass(frozen=True)
class Balanced:
    """A household's balance with its name and number as whoever looks sees them."""

    balance: Balance
    name: str
    number: str
    subject: str


def read_balances(desk: Desk, start: int, count: int) -> tuple[tuple[Balanced, ...], int]:
    """Return the balances of some of the households that agreed to scoring, and how many there are. Only for those who
    see names whole without saying why.
    """
    if not may_search_people(desk):
        return (), 0
    found, total = list_balances(desk.ports, desk.village, start, count)
    log_read(desk, frozenset(item.household.household for item in found), "balances", DUTY)
    return tuple(_build_balanced(item) for item in found), total


def _build_balanced(item: HouseholdBalance) -> Balanced:
    known = item.household
    return Balanced(balance=item.balance, name=known.name, number=known.number, subject=known.household)


def read_annex(desk: Desk, period: str) -> PaperJob:
    """Return what is printed as the annex of a month's points sheet; NotFound where there is none. Only for those who
    see numbers whole without saying why.
    """
    if not load_masks().find_view(desk.roles).is_whole(NUMBER):
        raise NotFound(_("附页"))
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        laid = build_annex_job(desk.ports, reader, desk.village, period, base_url)
    log_read(desk, laid.households, "annex", DUTY)
    return laid.job


def read_branch(desk: Desk, period: str, branch: int) -> PaperJob:
    """Return what is printed to display a branch's round within the branch; NotFound where there is none. Only for
    those who see names whole without saying why.
    """
    if not may_search_people(desk):
        raise NotFound(_("公示单"))
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        laid = build_branch_job(desk.ports, reader, desk.village, period, branch, base_url)
    log_read(desk, laid.members, "branch-sheet", DUTY)
    return laid.job


def count_volunteering(desk: Desk, period: str) -> int:
    """Return how many rows of points a month's sign-in sheets are worth. Nobody is shown, so nothing is logged."""
    return count_proposed(desk.ports, desk.village, period)


def put_volunteering(desk: Desk, period: str) -> int:
    """Put them on the sheet of points of whoever asks, and return how many were new. The sheet's page logs them."""
    return propose_points(desk.ports, desk.village, desk.user, period)[1]


def read_ineligible(desk: Desk, until: str) -> tuple[Ineligible, ...]:
    """Return who lost an own honour of the time that ends with a month. Only for those who see names whole without
    saying why.
    """
    if not may_search_people(desk):
        return ()
    with desk.ports.ledger.read(desk.village) as reader:
        found = tuple(list_ineligible(desk.ports, reader, desk.village, until))
    who = frozenset(one.lost.person.member or one.lost.person.household for one in found) - {""}
    log_read(desk, who, "ineligible", DUTY)
    return found


@dataclass(frozen=True)
class Certified:
    """Who holds an honour: number and name of the household, and the person of a person's honour."""

    check: str
    name: str
    number: str
    person: str


def read_winners(desk: Desk, kind: HonourKind, until: str, wanted: int) -> Candidates:
    """Return whom the points of a closed time put first. Only for those who see names whole without saying why."""
    if not may_search_people(desk):
        return Candidates(is_open=False, most=0, ranked=0, winners=())
    found = list_candidates(desk.ports, desk.village, kind.span, until, wanted)
    log_read(desk, frozenset(one.household.household for one in found.winners), "honours", DUTY)
    return found


def put_winners(desk: Desk, kind: HonourKind, until: str, wanted: int) -> int:
    """Put them on the sheet of honours of whoever asks, and return how many. The sheet's page logs them."""
    return propose_honour(desk.ports, desk.village, desk.user, kind, until, wanted)[1]


def list_certificates(desk: Desk, number: str) -> tuple[str, tuple[Certified, ...]]:
    """Return what an honour is called and who holds it. NotFound as `list_holders`; nobody for whom
    `may_search_people` says no.
    """
    with desk.ports.ledger.read(desk.village) as reader:
        found = list_holders(desk.ports, reader, desk.village, number)
        granting = find_granting(reader.facts, number)
        title = read_text(read_texts(reader), granting.body.title) if granting is not None else ""
    if not may_search_people(desk):
        return title, ()
    log_read(desk, frozenset(household.household for _, household, _ in found), "honours", DUTY)
    return title, tuple(
        Certified(get_check(digest), household.name, household.number, person)
        for digest, household, person in found
    )


def read_certificates(desk: Desk, number: str, check: str) -> PaperJob:
    """Return the job of an honour's certificates, or of one by its check. NotFound as `build_certificates_job`, and for
    those for whom `may_search_people` says no.
    """
    if not may_search_people(desk):
        raise NotFound(_("这张证书"))
    base_url = desk.site.settings.public_base_url
    job, subjects = build_certificates_job(desk.ports, desk.village, number, base_url, check)
    log_read(desk, subjects, "certificate", DUTY)
    return job


def make_cards(desk: Desk, subject: str = "", most: int = 1) -> tuple[tuple[MadeCard, ...], int]:
    """Make the card of a household, or of those who agreed to something and have none, and return what stands on them
    with how many still lack one. Raises NotFound for a household that there is not.

    Whoever finds a card in the street learns no name from it: it is masked as for everybody.
    """
    vault, view = desk.ports.vault, load_masks().find_view(["public"])
    known = vault.list_households(desk.village)
    if subject:
        wanted = [one for one in known if one.household == subject]
        if not wanted:
            raise NotFound(_("这一户"))
    else:
        carded = vault.list_carded(desk.village)
        wanted = [one for one in known if one.consents and one.household not in carded]
    made = []
    for one in wanted[:most]:
        code = make_card(desk.ports, desk.village, one.household, desk.user)
        desk.log("card-made", subject=one.household)
        made.append(MadeCard(code, one.group, False, view.show("head-name", one.name), one.number))
    log_read(desk, frozenset(one.household for one in wanted[:most]), "new-card", DUTY)
    return tuple(made), len(wanted) - len(made)


def make_own_card(desk: Desk, member: Member) -> MadeCard:
    """Make a party member's card and return what stands on it."""
    code = make_card(desk.ports, desk.village, member.member, desk.user)
    desk.log("card-made", subject=member.member)
    log_read(desk, frozenset({member.member}), "new-card", DUTY)
    name = load_masks().find_view(["public"]).show("member-name", member.name)
    return MadeCard(code, member.branch, True, name, "")


def find_member(desk: Desk, subject: str) -> Member | None:
    """Return a party member by pseudonym, None for whoever is none. Nobody is shown, so nothing is logged."""
    return next((one for one in desk.ports.vault.list_members(desk.village) if one.member == subject), None)
