"""The closed table of entry kinds, and the envelope every entry wears.

A kind that is not in `KINDS` does not exist: it is neither recorded nor read. A new kind is a new row here, a
section in FORMAT.md and a fold in `state`; an old row never changes, since bytes on paper cannot.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ledger.books.annexes import PointsAnnexed
from ledger.books.assessments import AssessmentRound
from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.books.cases import CaseConfided, CaseMoved, CaseOpened, CaseRated
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import ContractAmended, ContractEnded, ContractSigned, ContractVoided
from ledger.books.conversion import AccountsConverted
from ledger.books.documents import DocumentsAttached
from ledger.books.funds import FundOpened
from ledger.books.grids import GridsRegistered, NamingWithdrawn, VisitsRecorded
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.limits import LimitsAdopted
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.party_groups import BranchGrouped
from ledger.books.plans import PlanAdopted
from ledger.books.points import (
    AgreementsSigned,
    ConsentsWithdrawn,
    HouseholdsRegistered,
    PointsReversed,
    PointsRound,
    RulebookAdopted,
)
from ledger.books.reconciliation import BankReconciled
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.roles import Role
from ledger.books.scores import BranchRegistered, SchemeAdopted, ScoreRound
from ledger.books.sheets import SheetSealed
from ledger.books.shops import PointsRedeemed, RedemptionReversed, ShopAdopted
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.subaccounts import AccountsAdded, AccountsClosed
from ledger.books.values import Count, Day, Period, User, Value, Village
from ledger.books.village import KeyRotated, LogFounded, LogRefounded, VillageDescribed
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.books.witnesses import PolicyAdopted

Body = (
    LogFounded
    | LogRefounded
    | VillageDescribed
    | AccountsOpened
    | VoucherRecorded
    | VoucherReversed
    | VoucherReplaced
    | PeriodClosed
    | RulebookAdopted
    | HouseholdsRegistered
    | AgreementsSigned
    | PointsRound
    | PointsReversed
    | SchemeAdopted
    | BranchRegistered
    | ScoreRound
    | SheetSealed
    | KeyRotated
    | PolicyAdopted
    | LimitsAdopted
    | DocumentsAttached
    | ContractSigned
    | ContractAmended
    | ContractEnded
    | ContractVoided
    | AssetRegistered
    | AssetChanged
    | AssetDisposed
    | ResourceRegistered
    | ResourceChanged
    | StocktakeRecorded
    | ResolutionRecorded
    | ResolutionReported
    | ForumHeld
    | FundOpened
    | AccountsAdded
    | AccountsClosed
    | AccountsConverted
    | PlanAdopted
    | ConcernAcknowledged
    | BankReconciled
    | ObjectionRaised
    | ObjectionAnswered
    | ShopAdopted
    | PointsRedeemed
    | RedemptionReversed
    | TaskOffered
    | TaskClaimed
    | HoursBooked
    | ConsentsWithdrawn
    | HonoursGranted
    | HonourReversed
    | PointsAnnexed
    | GridsRegistered
    | VisitsRecorded
    | CaseOpened
    | CaseMoved
    | CaseConfided
    | CaseRated
    | BallotOpened
    | BallotClosed
    | StarDeclared
    | StarMoved
    | AssessmentRound
    | NamingWithdrawn
    | BranchGrouped
)


class Kind(NamedTuple):
    """What the table says of one kind."""

    body: type[Body]
    # How many other persons must have passed it; 0 only where the system itself attests, and where nobody may stand
    # in the way: of a household that takes back what it agreed to.
    checkers: int
    in_books: bool  # refused once the entry's period is closed


KINDS: dict[str, Kind] = {
    "log.founded": Kind(LogFounded, checkers=0, in_books=False),
    "village.described": Kind(VillageDescribed, checkers=1, in_books=False),
    "accounts.opened": Kind(AccountsOpened, checkers=1, in_books=True),
    "voucher.recorded": Kind(VoucherRecorded, checkers=1, in_books=True),
    "voucher.reversed": Kind(VoucherReversed, checkers=1, in_books=True),
    "voucher.replaced": Kind(VoucherReplaced, checkers=1, in_books=True),
    "period.closed": Kind(PeriodClosed, checkers=1, in_books=True),
    "rulebook.adopted": Kind(RulebookAdopted, checkers=1, in_books=False),
    "households.registered": Kind(HouseholdsRegistered, checkers=1, in_books=False),
    "agreements.signed": Kind(AgreementsSigned, checkers=1, in_books=False),
    "points.round": Kind(PointsRound, checkers=1, in_books=True),
    "points.reversed": Kind(PointsReversed, checkers=1, in_books=True),
    "scheme.adopted": Kind(SchemeAdopted, checkers=1, in_books=False),
    "branch.registered": Kind(BranchRegistered, checkers=1, in_books=False),
    "score.round": Kind(ScoreRound, checkers=1, in_books=True),
    "sheet.sealed": Kind(SheetSealed, checkers=0, in_books=False),
    "key.rotated": Kind(KeyRotated, checkers=1, in_books=False),
    "policy.adopted": Kind(PolicyAdopted, checkers=1, in_books=False),
    "limits.adopted": Kind(LimitsAdopted, checkers=1, in_books=False),
    "log.refounded": Kind(LogRefounded, checkers=1, in_books=False),
    "documents.attached": Kind(DocumentsAttached, checkers=1, in_books=False),
    "contract.signed": Kind(ContractSigned, checkers=1, in_books=False),
    "contract.amended": Kind(ContractAmended, checkers=1, in_books=False),
    "contract.ended": Kind(ContractEnded, checkers=1, in_books=False),
    "contract.voided": Kind(ContractVoided, checkers=1, in_books=False),
    "asset.registered": Kind(AssetRegistered, checkers=1, in_books=False),
    "asset.changed": Kind(AssetChanged, checkers=1, in_books=False),
    "asset.disposed": Kind(AssetDisposed, checkers=1, in_books=False),
    "resource.registered": Kind(ResourceRegistered, checkers=1, in_books=False),
    "resource.changed": Kind(ResourceChanged, checkers=1, in_books=False),
    "stocktake.recorded": Kind(StocktakeRecorded, checkers=1, in_books=False),
    "resolution.recorded": Kind(ResolutionRecorded, checkers=1, in_books=False),
    "resolution.reported": Kind(ResolutionReported, checkers=1, in_books=False),
    "forum.held": Kind(ForumHeld, checkers=1, in_books=False),
    "fund.opened": Kind(FundOpened, checkers=1, in_books=False),
    "accounts.added": Kind(AccountsAdded, checkers=1, in_books=True),
    "accounts.closed": Kind(AccountsClosed, checkers=1, in_books=False),
    "accounts.converted": Kind(AccountsConverted, checkers=1, in_books=True),
    "plan.adopted": Kind(PlanAdopted, checkers=1, in_books=False),
    "concern.acknowledged": Kind(ConcernAcknowledged, checkers=1, in_books=False),
    "bank.reconciled": Kind(BankReconciled, checkers=1, in_books=False),
    "objection.raised": Kind(ObjectionRaised, checkers=1, in_books=False),
    "objection.answered": Kind(ObjectionAnswered, checkers=1, in_books=False),
    "shop.adopted": Kind(ShopAdopted, checkers=1, in_books=False),
    "points.redeemed": Kind(PointsRedeemed, checkers=1, in_books=True),
    "redemption.reversed": Kind(RedemptionReversed, checkers=1, in_books=True),
    "task.offered": Kind(TaskOffered, checkers=1, in_books=False),
    "task.claimed": Kind(TaskClaimed, checkers=1, in_books=False),
    "hours.booked": Kind(HoursBooked, checkers=1, in_books=False),
    "consents.withdrawn": Kind(ConsentsWithdrawn, checkers=0, in_books=False),
    "honours.granted": Kind(HonoursGranted, checkers=1, in_books=True),
    "honour.reversed": Kind(HonourReversed, checkers=1, in_books=True),
    "points.annexed": Kind(PointsAnnexed, checkers=0, in_books=False),
    "grids.registered": Kind(GridsRegistered, checkers=1, in_books=False),
    "visits.recorded": Kind(VisitsRecorded, checkers=1, in_books=False),
    "case.opened": Kind(CaseOpened, checkers=1, in_books=False),
    "case.moved": Kind(CaseMoved, checkers=1, in_books=False),
    "case.confided": Kind(CaseConfided, checkers=1, in_books=False),
    "case.rated": Kind(CaseRated, checkers=1, in_books=False),
    "ballot.opened": Kind(BallotOpened, checkers=1, in_books=False),
    "ballot.closed": Kind(BallotClosed, checkers=1, in_books=False),
    "star.declared": Kind(StarDeclared, checkers=1, in_books=False),
    "star.moved": Kind(StarMoved, checkers=1, in_books=False),
    "assessment.round": Kind(AssessmentRound, checkers=1, in_books=False),
    "naming.withdrawn": Kind(NamingWithdrawn, checkers=0, in_books=False),
    "branch.grouped": Kind(BranchGrouped, checkers=1, in_books=False),
}
KIND_OF_BODY: dict[type, str] = {row.body: name for name, row in KINDS.items()}


class Actor(Value, frozen=True):
    """Somebody who acted, and as what. Who it is stands in the vault."""

    role: Role
    user: User


class Entry(Value, frozen=True):
    """One thing appended to a village's log: the envelope around a body of its kind."""

    body: Body
    checkers: tuple[Actor, ...]  # who passed it, sorted by user
    index: Count  # place in the log, from 0
    kind: str
    maker: Actor  # who prepared it
    occurred_on: Day  # the day it happened, calendar of +08:00
    period: Period  # the month of the books it belongs to
    previous: str  # base64 leaf hash of the entry before; 32 zero bytes for entry 0
    recorded_at: Count  # UTC milliseconds, never decreasing along the log
    v: Literal[1]
    village: Village


class Claim(Value, frozen=True):
    """What a checker signs off: the entry without what only the log can give it.

    Its canonical bytes give the body digest, by which approval and idempotency compare.
    """

    body: Body
    kind: str
    maker: Actor
    occurred_on: Day
    period: Period
    village: Village


def name_clerk(user: User) -> Actor:
    """Return a clerk as the maker of a claim."""
    return Actor(role="clerk", user=user)


def get_claim(entry: Entry) -> Claim:
    """Return the claim that `entry` recorded."""
    return Claim(
        body=entry.body,
        kind=entry.kind,
        maker=entry.maker,
        occurred_on=entry.occurred_on,
        period=entry.period,
        village=entry.village,
    )
