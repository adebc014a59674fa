"""A returned draft as the rows that would give it again: what the gatherers of `workbooks` do, backwards.

So a clerk puts right what a checker sent back without typing it anew. What was erased in the meantime cannot be filled
in, and is counted. Handed in again, the new draft says which one it answers, and that one is given up in the same step.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ledger.books.assessments import AssessmentRound
from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.cases import CaseConfided, CaseMoved, CaseOpened, CaseRated
from ledger.books.contracts import (
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
)
from ledger.books.conversion import AccountsConverted
from ledger.books.funds import FundOpened
from ledger.books.grids import GridsRegistered, VisitsRecorded
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.money import format_plain_yuan
from ledger.books.party_groups import BranchGrouped
from ledger.books.plans import PlanAdopted
from ledger.books.points import (
    CONSENT_NAMES,
    AgreementsSigned,
    HouseholdsRegistered,
    PointsReversed,
    PointsRound,
    RulebookAdopted,
)
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.scores import BranchRegistered, ScoreRound
from ledger.books.shops import PointsRedeemed, RedemptionReversed, ShopAdopted
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.subaccounts import AccountsAdded, AccountsClosed
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.books.vouchers import (
    AccountsOpened,
    Posting,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.canonical import parse_claim
from ledger.data import load_masks
from ledger.entries import Body
from ledger.errors import NotFound
from ledger.figures.rulebooks import read_rules
from ledger.ports import Ports, Reader
from ledger.service.drafts import open_draft
from ledger.service.import_ import Import
from ledger.service.laid_rulebooks import RulebookHead, fill_rule, fill_rulebook
from ledger.service.opened_accounts import fill_added, fill_closed, fill_converted, fill_plan
from ledger.service.opened_assessments import fill_assessment
from ledger.service.opened_cases import fill_case, fill_confided, fill_moved, fill_rated
from ledger.service.opened_contracts import fill_amended, fill_contract, fill_ended, fill_voided
from ledger.service.opened_drafts import OpenedDraft, OpenedLine, Row
from ledger.service.opened_grids import fill_grids, fill_visits
from ledger.service.opened_groups import fill_groups
from ledger.service.opened_honours import fill_granted, fill_withdrawn
from ledger.service.opened_meetings import fill_forum, fill_fund, fill_resolution, fill_result
from ledger.service.opened_registers import (
    fill_asset,
    fill_asset_change,
    fill_resource,
    fill_resource_change,
    fill_stocktake,
)
from ledger.service.opened_rewards import (
    fill_claimed,
    fill_hours,
    fill_redeemed,
    fill_returned,
    fill_shop,
    fill_task,
)
from ledger.service.opened_stars import fill_declared, fill_star_moved
from ledger.service.unsent import Opened, Tables, open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.state.private import (
    Agreement,
    AwardLine,
    AwardSubject,
    RegisteredHousehold,
    RegisteredMember,
)
from ledger.state.rulebooks import list_rules
from ledger.state.schemes import list_items
from ledger.vaults import Draft, Household, Member

KINDS: Mapping[type[Body], WorkbookKind] = {
    AccountsAdded: "accounts",
    AccountsClosed: "accounts",
    AccountsConverted: "conversion",
    AccountsOpened: "opening",
    AgreementsSigned: "households",
    AssessmentRound: "assessments",
    AssetChanged: "assets",
    AssetDisposed: "assets",
    AssetRegistered: "assets",
    BranchGrouped: "groups",
    BranchRegistered: "members",
    CaseConfided: "cases",
    CaseMoved: "cases",
    CaseOpened: "cases",
    CaseRated: "cases",
    ContractAmended: "contracts",
    ContractEnded: "contracts",
    ContractSigned: "contracts",
    ContractVoided: "contracts",
    ForumHeld: "resolutions",
    FundOpened: "funds",
    GridsRegistered: "grids",
    HonourReversed: "honours",
    HonoursGranted: "honours",
    HoursBooked: "volunteering",
    HouseholdsRegistered: "households",
    PlanAdopted: "plan",
    PointsRedeemed: "shop",
    PointsReversed: "points",
    PointsRound: "points",
    RedemptionReversed: "shop",
    ResourceChanged: "resources",
    ResourceRegistered: "resources",
    ResolutionReported: "resolutions",
    ResolutionRecorded: "resolutions",
    RulebookAdopted: "rulebook",
    ScoreRound: "scores",
    ShopAdopted: "shop",
    StarDeclared: "stars",
    StarMoved: "stars",
    StocktakeRecorded: "stocktakes",
    TaskClaimed: "volunteering",
    TaskOffered: "volunteering",
    VisitsRecorded: "visits",
    VoucherRecorded: "vouchers",
    VoucherReplaced: "vouchers",
    VoucherReversed: "vouchers",
}
"""Which sheet a body is typed in; of others nothing is typed."""
_LISTS = (HouseholdsRegistered, AgreementsSigned)
"""One sheet gives several of these: they are put right together."""

_VOUCHERS = "凭证"
_NO_NUMBER_OR_DAY = ("", "")
"""The first two columns of a voucher's rows."""


class Filled(NamedTuple):
    """The rows of a draft. `gone` counts the private values that were erased."""

    gone: int
    kind: WorkbookKind
    tables: Tables


def find_kind(draft: Draft) -> WorkbookKind | None:
    """Return in which sheet a draft can be put right, None where it was not typed."""
    return KINDS.get(type(parse_claim(draft.claim).body))


def list_answered(ports: Ports, village: str, maker: str, sheet: str) -> list[Draft]:
    """Return the returned drafts that a sheet puts right: the one of its name, and what was handed in with it in one
    list. None where that one is not returned any more, or another person's.
    """
    draft = ports.vault.find_draft(village, sheet) if sheet.startswith("d-") else None
    if draft is None or draft.state != "returned" or _get_maker(draft) != maker or find_kind(draft) is None:
        return []
    if not isinstance(parse_claim(draft.claim).body, _LISTS):
        return [draft]
    returned = ports.vault.list_drafts(village, "returned")
    return [
        item
        for item in returned
        if item.batch == draft.batch
        and _get_maker(item) == maker
        and isinstance(parse_claim(item.claim).body, _LISTS)
    ]


def list_siblings_waiting(ports: Ports, village: str, drafts: Sequence[Draft]) -> list[Draft]:
    """Return what of the same list still waits: handed in again, it would be there twice."""
    if not drafts or not isinstance(parse_claim(drafts[0].claim).body, HouseholdsRegistered):
        return []
    return [item for item in ports.vault.list_batch(village, drafts[0].batch) if item.state == "waiting"]


def fill(ports: Ports, village: str, drafts: Sequence[Draft]) -> Filled:
    """Return the rows that would give these drafts again; NotFound where they are of no sheet."""
    kind = find_kind(drafts[0]) if drafts else None
    if kind is None:
        raise NotFound("表格种类")
    rows: dict[str, list[Row]] = {sheet.name: [] for sheet in WORKBOOKS[kind].sheets}
    gone = 0
    view = load_masks().find_view({"clerk"})
    with ports.ledger.read(village) as reader:
        for draft in drafts:
            opened = OpenedDraft(claim=open_draft(draft), draft=draft, ports=ports, reader=reader, view=view)
            for sheet, row in _FILLERS[type(opened.claim.body)](opened, opened.claim.body):
                rows[sheet].append(row)
            gone += len(opened.gone)
    if kind == "households":
        rows = {name: _merge_households(found) for name, found in rows.items()}
    return Filled(gone, kind, {name: arrange(kind, name, found) for name, found in rows.items() if found})


def arrange(kind: WorkbookKind, sheet: str, rows: Iterable[Row]) -> tuple[tuple[str, ...], ...]:
    """Return rows with their texts in the order of the sheet's columns."""
    (columns,) = (item.columns for item in WORKBOOKS[kind].sheets if item.name == sheet)
    return tuple(tuple(row.get(column.header, "") for column in columns) for row in rows)


def link_answers(imported: Import, answered: Sequence[Draft]) -> Import:
    """Return an import whose drafts say which of the returned ones each puts right: the one that takes its place, else
    the first of its kind.
    """
    drafts = list(imported.drafts)
    for old in answered:
        free = [draft for draft in drafts if not draft.answers]
        same = [draft for draft in free if old.slot and draft.slot == old.slot]
        alike = [draft for draft in free if _get_kind(draft) == _get_kind(old)]
        for chosen in (same or alike or free)[:1]:
            linked = msgspec.structs.replace(chosen, answers=old.id, asked=old.reason)
            drafts[drafts.index(chosen)] = linked
    return dataclasses.replace(imported, drafts=tuple(drafts))


def is_plain_voucher(draft: Draft) -> bool:
    """Whether a draft is a voucher that answers no other one: of such another can be like it."""
    return isinstance(parse_claim(draft.claim).body, VoucherRecorded)


def copy_voucher(ports: Ports, village: str, user: str, draft: Draft) -> Opened:
    """Put a voucher's rows, without its number and day, below what somebody has typed; twice is once."""
    rows = fill(ports, village, [draft]).tables[_VOUCHERS]
    copied = tuple((*_NO_NUMBER_OR_DAY, *row[len(_NO_NUMBER_OR_DAY) :]) for row in rows)
    kept = open_sheet(ports, village, user, "vouchers")
    typed = kept.state.tables.get(_VOUCHERS, ())
    if typed[-len(copied) :] == copied:
        return kept
    return save_sheet(ports, village, user, "vouchers", {_VOUCHERS: (*typed, *copied)}, start=kept.version)


def _get_maker(draft: Draft) -> str:
    return parse_claim(draft.claim).maker.user


def _get_kind(draft: Draft) -> str:
    return parse_claim(draft.claim).kind


def _fill_voucher(opened: OpenedDraft, body: Voucher) -> Iterator[tuple[str, Row]]:
    shared = {
        "凭证号": body.number,
        "日期": opened.claim.occurred_on,
        "附件张数": str(body.attachments) if body.attachments else "",
        "经手人": opened.read(body.handler),
        "审批人": opened.read(body.approver),
        "记账员": opened.read(body.bookkeeper),
    }
    if isinstance(body, VoucherReversed):
        # Its postings are left to the program, as most clerks leave them.
        number = _read_number(opened.reader, body.reverses)
        yield "凭证", {**shared, "冲销凭证号": number, "原因": opened.read(body.reason)}
        return
    shared |= {"摘要": opened.read(body.summary), "合同编号": body.contract, "资产编号": body.asset}
    shared |= {"决议编号": body.resolution, "专款编号": body.fund}
    shared |= {"领取人数": str(body.recipients) if body.recipients else ""}
    if isinstance(body, VoucherReplaced):
        shared["更正凭证号"] = _read_number(opened.reader, body.replaces)
    for posting in body.postings:
        yield "凭证", {**shared, **_fill_posting(opened, posting, "借方金额", "贷方金额")}
        shared = {}


def _read_number(reader: Reader, index: int) -> str:
    body = reader.facts.read_entry(index).body
    return body.number if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced) else ""


def _fill_posting(opened: OpenedDraft, posting: Posting, debit: str, credit: str) -> Row:
    account = opened.chart.accounts.get(posting.account)
    return {
        "科目代码": posting.account,
        "科目名称": account.name if account is not None else "",
        debit if posting.side == "debit" else credit: format_plain_yuan(posting.amount_fen),
    }


def _fill_opening(opened: OpenedDraft, body: AccountsOpened) -> Iterator[tuple[str, Row]]:
    for posting in body.postings:
        row = _fill_posting(opened, posting, "借方余额", "贷方余额")
        yield "期初余额", {"月份": opened.claim.period, **row}


def _fill_points(opened: OpenedDraft, body: PointsRound) -> Iterator[tuple[str, Row]]:
    rules = list_rules(opened.reader.facts, body.version)
    for number, name, code, quantity, evidence in _sort_named(opened, opened.list_awards(body)):
        title = opened.read_part(rules[code].text, "item") if code in rules else ""
        line = {"规则编号": code, "规则名称": title, "数量": str(quantity), "证据": evidence}
        yield "积分", {"月份": opened.claim.period, "户号": number, "户主": name, **line}


def _sort_named(opened: OpenedDraft, lines: Iterable[OpenedLine]) -> list[tuple[str, str, str, int, str]]:
    """Return lines by number and name of whom they are about."""
    return sorted((*_name(opened, line.about), line.code, line.quantity, line.evidence) for line in lines)


def _fill_taken(opened: OpenedDraft, body: PointsReversed) -> Iterator[tuple[str, Row]]:
    plain = opened.open(body.line, AwardSubject) if body.rule else ()
    sealed = opened.open(body.line, AwardLine) if not body.rule else ()
    found = [(item.household, body.rule) for item in plain] + [(item.household, item.rule) for item in sealed]
    for household, rule in found:
        yield (
            "冲销",
            {
                "月份": opened.claim.period,
                "原月份": opened.reader.facts.read_entry(body.reverses).period,
                "户号": _name(opened, household)[0],
                "规则编号": rule,
                "原因": opened.read(body.reason),
            },
        )


def _fill_scores(opened: OpenedDraft, body: ScoreRound) -> Iterator[tuple[str, Row]]:
    items = list_items(opened.reader.facts, body.version)
    for number, name, code, quantity, evidence in _sort_named(opened, opened.list_marks(body)):
        title = opened.read_part(items[code].text, "item") if code in items else ""
        line = {"项目编号": code, "项目名称": title, "数量": str(quantity), "证据": evidence}
        whose = {"支部": str(body.branch), "党员编号": number, "姓名": name}
        yield "党员评分", {"月份": opened.claim.period, **whose, **line}


def _fill_branch(opened: OpenedDraft, body: BranchRegistered) -> Iterator[tuple[str, Row]]:
    found = [item.member for sealed in body.members for item in opened.open(sealed.sealed, RegisteredMember)]
    shared = {"支部": str(body.branch), "支部名称": opened.read(body.name)}
    for number, name in sorted(_name(opened, member) for member in found):
        yield "党员", {**shared, "党员编号": number, "姓名": name}


def _fill_registered(opened: OpenedDraft, body: HouseholdsRegistered) -> Iterator[tuple[str, Row]]:
    for sealed in body.households:
        for item in opened.open(sealed.sealed, RegisteredHousehold):
            yield "农户", {"村民小组": str(item.group), **_fill_household(opened, item.household)}


def _fill_agreements(opened: OpenedDraft, body: AgreementsSigned) -> Iterator[tuple[str, Row]]:
    for sealed in body.agreements:
        for item in opened.open(sealed.sealed, Agreement):
            # Who signs again gives only what was not in force; to be scored they agree all the same.
            chosen = {name for name in CONSENT_NAMES if getattr(item, name)}
            chosen |= {"scoring"} if chosen else set()
            given = {title: "是" if name in chosen else "否" for name, title in CONSENT_NAMES.items()}
            yield (
                "农户",
                {**_fill_household(opened, item.household), **given, "签约日期": opened.claim.occurred_on},
            )


def _fill_household(opened: OpenedDraft, pseudonym: str) -> Row:
    known = opened.find_known(pseudonym)
    number, name = _name(opened, pseudonym)
    group = str(known.group) if isinstance(known, Household) else ""
    none = dict.fromkeys(CONSENT_NAMES.values(), "否")
    return {"户号": number, "户主": name, "村民小组": group, **none}


def _fill_rulebook(opened: OpenedDraft, body: RulebookAdopted) -> Iterator[tuple[str, Row]]:
    head = RulebookHead(
        base_points=body.base_points,
        period=opened.claim.period,
        resolution=opened.read(body.resolution),
        resolution_number=body.resolution_number,
    )
    rules = [fill_rule(read.rule, read.wording) for read in read_rules(opened.find, body.rules)]
    yield from (("细则", row) for row in fill_rulebook(rules, head))


def _merge_households(rows: Sequence[Row]) -> list[Row]:
    """Return one row for each household: what it signed stands beside how it was registered."""
    merged: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (row["户号"], "签约日期" in row)):
        merged[row["户号"]] = {**merged.get(row["户号"], {}), **row}
    return list(merged.values())


def _name(opened: OpenedDraft, pseudonym: str) -> tuple[str, str]:
    """Return number and name of a household or member, empty where it was erased."""
    known: Household | Member | None = opened.find_known(pseudonym)
    return (known.number, known.name) if known is not None else ("", "")


_FILLERS: dict[type[Body], Callable[[OpenedDraft, Any], Iterator[tuple[str, Row]]]] = {
    AccountsAdded: fill_added,
    AccountsClosed: fill_closed,
    AccountsConverted: fill_converted,
    AccountsOpened: _fill_opening,
    AgreementsSigned: _fill_agreements,
    AssetChanged: fill_asset_change,
    AssetDisposed: fill_asset_change,
    AssetRegistered: fill_asset,
    BranchGrouped: fill_groups,
    BranchRegistered: _fill_branch,
    CaseConfided: fill_confided,
    CaseMoved: fill_moved,
    CaseOpened: fill_case,
    CaseRated: fill_rated,
    ContractAmended: fill_amended,
    ContractEnded: fill_ended,
    ContractVoided: fill_voided,
    ContractSigned: fill_contract,
    ForumHeld: fill_forum,
    FundOpened: fill_fund,
    AssessmentRound: fill_assessment,
    GridsRegistered: fill_grids,
    HonourReversed: fill_withdrawn,
    HonoursGranted: fill_granted,
    HoursBooked: fill_hours,
    HouseholdsRegistered: _fill_registered,
    PlanAdopted: fill_plan,
    PointsRedeemed: fill_redeemed,
    PointsReversed: _fill_taken,
    PointsRound: _fill_points,
    RedemptionReversed: fill_returned,
    ResourceChanged: fill_resource_change,
    ResourceRegistered: fill_resource,
    ResolutionReported: fill_result,
    ResolutionRecorded: fill_resolution,
    RulebookAdopted: _fill_rulebook,
    ScoreRound: _fill_scores,
    ShopAdopted: fill_shop,
    StarDeclared: fill_declared,
    StarMoved: fill_star_moved,
    StocktakeRecorded: fill_stocktake,
    TaskClaimed: fill_claimed,
    TaskOffered: fill_task,
    VisitsRecorded: fill_visits,
    VoucherRecorded: _fill_voucher,
    VoucherReplaced: _fill_voucher,
    VoucherReversed: _fill_voucher,
}
