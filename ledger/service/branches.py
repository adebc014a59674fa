"""A branch's round on paper, to be displayed within the branch: who has how many points, and which stars or grade.

It is private: it is printed from the vault each time, is archived nowhere and stands on no public page. Whoever was
erased stands on none that is printed from then on. Marks are not on it: each member's own card has them.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import msgspec

from ledger.books.marks import Card
from ledger.books.party_groups import Grouped
from ledger.books.scores import ScoreRound
from ledger.canonical import encode_value
from ledger.data import load_rhythm
from ledger.errors import NotFound
from ledger.figures.members import name_branch
from ledger.figures.texts import read_text
from ledger.figures.villages import describe_village
from ledger.ports import PaperJob, Ports, Reader
from ledger.service.preview import preview_rank
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.facts import read_body
from ledger.state.marks import open_score_round
from ledger.state.party_groups import open_groups, read_groups
from ledger.state.rhythm import count_display, list_expected
from ledger.state.schemes import get_score_month, list_schemes
from ledger.vaults import Member


class PaperMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member's card of the round; `grade` as people say it."""

    grade: str
    name: str
    number: str
    score: int
    group: int = 0  # of the branch's groups, by number; of a member in none 0
    is_head: bool = False


class PaperGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A party group of the branch as it is on the day of printing."""

    name: str
    number: int


class BranchPaper(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. `index` is of the round's first entry; `left_out` counts cards of who was erased."""

    branch: str
    display_from: str
    display_to: str
    index: int
    left_out: int
    made_on: str  # YYYY-MM-DD, when it is printed
    members: tuple[PaperMember, ...]
    period: str
    scheme: str
    telephone: str
    version: int
    village: str
    village_name: str
    groups: tuple[PaperGroup, ...] = ()  # by number


class Laid(NamedTuple):
    """What is to be printed, and the members whom it names."""

    job: PaperJob
    members: frozenset[str]


def build_branch_job(
    ports: Ports, reader: Reader, village: str, period: str, branch: int, base_url: str
) -> Laid:
    """Return the paper of a branch's round, displayed from the day on which the month's score sheet was sealed, before
    that from today on.

    Raises NotFound where the branch's round of the month is not recorded whole, NotProven where the vault gives
    something else than what was sealed.
    """
    facts, today, law = reader.facts, get_day(ports.clock.now_ms()), ports.reference.law
    expected = list_expected(facts, law, load_rhythm(), village, first=period, last=period, today=today)
    held = next((one for one in expected if one.branch == branch and one.state == "held"), None)
    if held is None:
        raise NotFound(f"{period} 支部 {branch} 的评分公示单")
    body = read_body(facts, held.entry, ScoreRound)
    scheme = next(one for one in list_schemes(facts) if one.version == body.version)
    texts = read_texts(reader)
    read = partial(read_text, texts)
    known = {member.member: member for member in ports.vault.list_members(village)}
    find = partial(ports.vault.find_private, village)
    cards = [
        card
        for index in get_score_month(facts, period, branch).rounds
        for card in open_score_round(facts.read_entry(index), find)[1]
        if card.member in known
    ]
    described = describe_village(facts, texts, village)
    hung_on = held.display_from or today
    stands = {one.member: one for one in open_groups(facts, branch, find)}
    groups = read_groups(facts, branch)
    members = [
        _build_member(
            card, known[card.member], stands.get(card.member), preview_rank(scheme, card.stars, read)
        )
        for card in cards
    ]
    paper = BranchPaper(
        branch=name_branch(facts, texts, branch),
        display_from=hung_on,
        display_to=count_display(law, village, hung_on),
        groups=tuple(
            PaperGroup(name=read(group.name), number=group.number)
            for group in (groups.groups if groups is not None else ())
        ),
        index=held.entry,
        left_out=len(body.cards) - len(cards),
        made_on=today,
        members=tuple(sorted(members, key=lambda one: one.number)),
        period=period,
        scheme=read(scheme.title),
        telephone=described.telephone,
        version=scheme.version,
        village=village,
        village_name=described.name,
    )
    job = PaperJob(base_url=base_url, content=encode_value(paper), is_demo=ports.is_demo, kind="branch")
    return Laid(job, frozenset(card.member for card in cards))


def _build_member(card: Card, known: Member, stands: Grouped | None, grade: str) -> PaperMember:
    return PaperMember(
        grade=grade,
        group=stands.group if stands is not None else 0,
        is_head=stands is not None and stands.is_head,
        name=known.name,
        number=known.number,
        score=card.score,
    )
