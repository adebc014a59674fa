"""The figures of the sheets, three of a month and those of a quarter and of a year: what is printed, shown on the page
and recomputed by an audit.

Values only; `finance_figures`, `points_figures`, `score_figures` and `span_figures` calculate them. SHEETS.md
defines each figure with a worked month, quarter or year. The canonical bytes of a figures value are what
`sheet.sealed` fixes.
Every figure of a month follows from the founding, the newest description, the closing (or opening) before,
and the month's own entries with the corrections that touch it, and those of a quarter or a year from closings and from
what its registers recorded: that is why a sheet's PDF can carry its own evidence. Nothing here may need an older entry
than those, but for the entries that name what is told of: those of a contract that the month's closing speaks of, the
registration of an asset or plot that changed.
Amounts in fen; signs: income and expense are both positive numbers, a red reversal makes them negative.
"""

from __future__ import annotations

from typing import Literal

from ledger.books.components import ComponentShare
from ledger.books.contracts import Category as ContractCategory
from ledger.books.contracts import Direction, Event, Party
from ledger.books.funds import Category
from ledger.books.resolutions import Outcome
from ledger.books.values import SheetKind, Value

RegisterEvent = Literal[
    "asset-changed",
    "asset-donated",
    "asset-lost",
    "asset-registered",
    "asset-scrapped",
    "asset-sold",
    "resource-changed",
    "resource-registered",
    "stocktake",
]
"""What an entry of a register did; an asset goes in one of four ways."""


class SheetHead(Value, frozen=True):
    """What stands in the head of every sheet. Drafts have an empty `number` and empty dates."""

    display_from: str  # the day it is hung, YYYY-MM-DD
    display_to: str  # last day of the legal display period
    follows: str
    kind: SheetKind
    number: str
    objections_until: str
    period: str
    replaces: str
    size: int  # entries the figures are computed from
    telephone: str
    township: str
    village: str
    village_name: str


class Fund(Value, frozen=True):
    """Cash (101) or bank (102) over the month: opening + income − expense + moved = closing."""

    account: str
    closing_fen: int
    expense_fen: int
    income_fen: int
    moved_fen: int  # between cash and bank; adds to zero over both
    name: str
    opening_fen: int


class Move(Value, frozen=True):
    """One line of money in or out: 逐项逐笔."""

    account: str  # the account the money came from or went to
    account_name: str
    attachments: int
    balance_fen: int  # cash and bank together after this line
    correction: Literal["", "reversal", "replacement"]
    expense_fen: int
    handler: str  # masked
    income_fen: int
    index: int  # of the voucher's entry
    line: int  # from 1
    occurred_on: str
    summary: str
    voucher: str


class AccountAmount(Value, frozen=True):
    """An income or expense account: the month's turnover and its balance since January, on its normal side.

    `year_fen` is the balance at the month's end (income and expense accounts start at zero each year, so it
    is the year so far): it needs the closing before and the month's vouchers only, never the whole year's.
    """

    account: str
    amount_fen: int
    name: str
    year_fen: int


class AccountChange(Value, frozen=True):
    """An account with a balance or a turnover: both ends of the month, positive on the account's normal side.

    Two-sided accounts: positive on the debit side, 113 among payables on the credit side.
    """

    account: str
    closing_fen: int
    decrease_fen: int
    increase_fen: int
    name: str
    opening_fen: int


class Correction(Value, frozen=True):
    """A red reversal or blue replacement touching this month: made in it, or answering a voucher of it."""

    amount_fen: int  # sum of the debit postings; negative for a reversal
    answers: str  # number of the voucher that was wrong
    index: int
    kind: Literal["reversal", "replacement"]
    occurred_on: str
    reason: str  # for a replacement: its summary
    voucher: str


class ContractLine(Value, frozen=True):
    """A contract that the month has to tell of, as it stood when the month was closed. All amounts are positive.

    `ends_soon` says that it comes to the agreed end within 90 days after the month; one that was ended early does not.
    `late_days` is how many days before the month's last its oldest unpaid due was, 0 where nothing is overdue.
    """

    contract: str
    direction: Direction
    due_fen: int  # in the month
    ends_on: str
    ends_soon: bool
    happened: Event | Literal[""]  # the newest entry about it since the month before was closed
    index: int  # of its signing
    late_days: int
    paid_fen: int  # by the month's vouchers, what they gave back taken off
    party: Party
    title: str
    unpaid_fen: int  # of all that was due by the month's end


class RegisterChange(Value, frozen=True):
    """What an entry of the month told of an asset or a plot, or a stock-take.

    `count` is how many of the asset there are from then on, or how many assets were counted; `differing` how many of
    these were found in another number than the register's.
    """

    amount_fen: int  # what the asset cost; 0 for a plot or a stock-take
    area_mu_hundredths: (
        int  # of the plot from then on; 0 for anything else, and where it is the collective's no more
    )
    count: int
    differing: int
    index: int
    kind: RegisterEvent
    name: str  # of the asset or plot; who counted
    number: str  # of the asset or plot, empty for a stock-take
    occurred_on: str
    reason: str  # empty where something is registered or counted
    unit: str


class TakenOver(Value, frozen=True):
    """Assets registered in the month that stood in the opening balances: they are no change."""

    amount_fen: int  # what they cost
    assets: int


class ObjectionCounts(Value, frozen=True):
    """Objections of the month, counted by what is known of them at the head's size; never what they say.

    `raised` = `answered` + `open`; `upheld` is by the newest answer. `earlier` are those of months before that were
    answered in this one.
    """

    answered: int
    earlier: tuple[str, ...]  # numbers
    open: tuple[str, ...]
    raised: tuple[str, ...]
    upheld: int


class FinanceFigures(Value, frozen=True, kw_only=True, omit_defaults=True):
    """The monthly finance sheet. What has a default is left out where there is nothing of it."""

    assets: tuple[AccountChange, ...]  # asset and cost accounts not among funds, receivables, payables
    chart: str
    closing_fen: int  # cash and bank
    contracts: tuple[ContractLine, ...] = ()
    contracts_quiet: int = 0  # of which the month has nothing to tell
    corrections: tuple[Correction, ...]
    expense_fen: int  # money out in the month, cash and bank, transfers between them left out
    expenses: tuple[AccountAmount, ...]  # accounts of class expense, accrual
    funds: tuple[Fund, ...]
    head: SheetHead
    income_fen: int
    incomes: tuple[AccountAmount, ...]  # accounts of class income, accrual
    moves: tuple[Move, ...]
    objections: ObjectionCounts | None = None
    opening_fen: int
    payables: tuple[AccountChange, ...]  # liabilities, and 113 where its balance is credit
    receivables: tuple[AccountChange, ...]  # 112, and 113 where its balance is debit
    registers: tuple[RegisterChange, ...] = ()  # in the log's order
    taken_over: TakenOver | None = None
    vouchers: int


class RuleFigures(Value, frozen=True):
    """One rule's month from the plain lines, corrections of this month taken off."""

    awards: int  # lines
    code: str
    item: str
    points: int
    quantity: int
    unit: str


class GroupFigures(Value, frozen=True):
    """A group of rules: sums of its plain lines."""

    awards: int
    group: str
    points: int
    rules: tuple[RuleFigures, ...]  # those with an award this month


class PointsCorrection(Value, frozen=True):
    """A line taken back: in this month, or of this month."""

    index: int
    of_period: str
    points: int
    reason: str
    rule: str  # empty for a sealed line


class ShopFigures(Value, frozen=True):
    """What the points cost, in a month and in its points year up to the month's end."""

    budget_fen: int
    cost_fen: int  # of the month, what was taken back in it taken off
    lines: int
    points: int
    spent_fen: int


class HonourFigures(Value, frozen=True):
    """One granting as a month says it: how many it was granted to in the month, and from how many it was taken back in
    it. `granted` is 0 where it was granted in an earlier month.
    """

    granted: int
    granted_to: Literal["household", "person"]
    number: str
    span: Literal["quarter", "year"]
    taken: int
    title: str
    until: str  # the last month that it looks back on


class PointsFigures(Value, frozen=True, omit_defaults=True):
    """The monthly points sheet. It names no household: those who agreed to be named stand in its annex."""

    agreed: int  # households with an agreement to scoring
    awarded_points: int  # plain lines, corrections taken off
    awards: int
    corrections: tuple[PointsCorrection, ...]
    groups: tuple[GroupFigures, ...]
    head: SheetHead
    households: int  # registered
    rounds: int  # entries of the month's round; 0 where none was held
    scored: int  # households with a line this month
    sealed_awards: int  # lines sealed whole: deductions and sensitive rules
    sealed_points: int
    version: int  # of the rulebook
    shop: ShopFigures | None = None  # left out in months without a points shop
    honours: tuple[HonourFigures, ...] = ()  # by number; left out in months of which none is to tell


class ItemFigures(Value, frozen=True):
    """One item of the scheme: sums of a branch's plain lines."""

    code: str
    item: str
    marks: int
    points: int
    quantity: int


class StarCount(Value, frozen=True):
    """How many members have so many stars; 0 is below the lowest cut."""

    members: int
    stars: int


class BranchFigures(Value, frozen=True):
    """A branch's month."""

    branch: int
    items: tuple[ItemFigures, ...]
    members: int
    name: str
    points: int  # plain
    rounds: int  # entries of the month's round; 0 where none was held
    sealed_marks: int
    sealed_points: int
    stars: tuple[StarCount, ...]  # every value from the most stars down to 0


class ScoreFigures(Value, frozen=True, omit_defaults=True):
    """The monthly score sheet of the party branches. It names no member."""

    base: int
    branches: tuple[BranchFigures, ...]
    cuts: tuple[StarCutFigures, ...]
    head: SheetHead
    members: int
    scheme: str
    stars: tuple[StarCount, ...]
    title: str
    version: int
    components: tuple[ComponentShare, ...] = ()  # left out of a scheme without any
    every: Literal["", "quarter", "year"] = ""  # left out of a scheme that looks back on a month


class StarCutFigures(Value, frozen=True, omit_defaults=True):
    """The lowest score of a star, or of the grade of that rank, as the scheme in force says."""

    from_score: int
    stars: int
    name: str = ""  # of the grade; left out of stars


Told = Literal["figure", "none", "unkept"]
"""Of an item that the law asks for: there is a figure, there was nothing, or these books keep nothing of it."""


class SpanMonth(Value, frozen=True):
    """A month that a quarter or a year holds; `index` is that of its closing."""

    index: int
    period: str
    vouchers: int


class ItemAmount(Value, frozen=True):
    """An item of income, expense or distribution; positive on its own side."""

    accounts: tuple[str, ...]  # as the item names them, with an amount in the span or the year so far
    amount_fen: int  # of the span
    funds: tuple[str, ...]  # earmarked, that moved money within it
    is_planned: bool  # a line of the year's plan is of this item alone
    item: str
    planned_fen: int  # of the whole year
    told: Told
    year_fen: int  # the year so far


class ItemBalance(Value, frozen=True):
    """An item of assets, debts or the collective's own: at both ends of the span, positive on its own side."""

    accounts: tuple[str, ...]
    closing_fen: int
    item: str
    opening_fen: int
    told: Told


class PlannedLine(Value, frozen=True):
    """A line of the year's plan beside the year so far, in fen; of what no line plans `account` is empty."""

    account: str
    actual_fen: int
    kind: Literal["income", "expense"]
    name: str
    planned_fen: int

    @property
    def rest_fen(self) -> int:
        """What is still to come or to be spent; below zero where it is more than planned."""
        return self.planned_fen - self.actual_fen


class PlanFigures(Value, frozen=True):
    """The year's plan beside the year so far; `version` and `index` 0 where there is none."""

    index: int
    is_comparable: bool  # it is under the chart of accounts of the span's end
    lines: tuple[PlannedLine, ...]
    version: int


class LandFigures(Value, frozen=True):
    """The collective's plots of a class of land at both ends, areas in hundredths of a mu."""

    closing_mu_hundredths: int
    land_class: str
    opening_mu_hundredths: int
    plots: int  # at the end


class SpanContract(Value, frozen=True):
    """A contract that was registered, changed or ended in the span, once for each of these."""

    category: ContractCategory
    change: Event
    direction: Direction
    index: int
    number: str
    occurred_on: str
    title: str
    year_fen: int  # what it asks for in the calendar year, as it stands at the span's end


class SpanResolution(Value, frozen=True):
    """A resolution that was recorded in the span, or of which it was published what became of it."""

    amount_fen: int  # up to which it lets spend
    decided_on: str
    index: int
    number: str
    outcome: Outcome
    results: tuple[int, ...]  # indexes of what was published in the span
    title: str


class SpanFund(Value, frozen=True):
    """An earmarked fund that was opened, received or spent in the span; in fen."""

    category: Category
    index: int
    name: str
    number: str
    received_fen: int
    recipients: int
    spent_fen: int
    vouchers: int  # that moved money of it


class SpanObjections(Value, frozen=True):
    """Of the objections registered in the span: how many, answered since, and found right."""

    answered: int
    raised: int
    upheld: int


class SpanTotals(Value, frozen=True):
    """All assets and all debts at both ends, and what of them is the collective's own; what came in and was spent."""

    closing_assets_fen: int
    closing_debts_fen: int
    closing_own_fen: int
    expense_fen: int
    income_fen: int
    opening_assets_fen: int
    opening_debts_fen: int
    opening_own_fen: int
    year_expense_fen: int
    year_income_fen: int


class SpanFigures(Value, frozen=True):
    """The sheet of a quarter or of a year: the eight classes that the law asks for, and what stands behind them."""

    assets: tuple[ItemBalance, ...]
    chart: str
    contracts: tuple[SpanContract, ...]
    corrections: tuple[Correction, ...]
    debts: tuple[ItemBalance, ...]
    distribution: tuple[ItemAmount, ...]
    expenses: tuple[ItemAmount, ...]
    funds: tuple[SpanFund, ...]
    given_by: tuple[str, ...]  # vouchers that distributed, or carried the year over, in the span
    head: SheetHead
    incomes: tuple[ItemAmount, ...]
    land: tuple[LandFigures, ...]
    months: tuple[SpanMonth, ...]
    objections: SpanObjections
    own: tuple[ItemBalance, ...]
    plan: PlanFigures
    plans: tuple[ItemAmount, ...]
    resolutions: tuple[SpanResolution, ...]
    taken_over_fen: (
        int  # of the year's result, taken over with the balances where the books began after January
    )
    totals: SpanTotals


Figures = FinanceFigures | PointsFigures | ScoreFigures | SpanFigures
