"""A draft shown whole to whoever is to pass it: its lines as the import showed them, and what it would change.

What its digests stand for is with the draft while it waits; a recorded one's is beside the log and in the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ledger.books.assessments import AssessmentRound
from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.ballots import BallotClosed, BallotOpened
from ledger.books.cases import CaseConfided, CaseMoved, CaseOpened, CaseRated
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import ContractAmended, ContractEnded, ContractSigned, ContractVoided
from ledger.books.conversion import AccountsConverted
from ledger.books.documents import DocumentsAttached
from ledger.books.funds import FundOpened
from ledger.books.grids import GridsRegistered, VisitsRecorded
from ledger.books.honours import HonourReversed, HonoursGranted
from ledger.books.limits import LimitsAdopted
from ledger.books.masks import View
from ledger.books.money import format_yuan
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.party_groups import BranchGrouped
from ledger.books.plans import PlanAdopted
from ledger.books.points import (
    AgreementsSigned,
    HouseholdsRegistered,
    PointsReversed,
    PointsRound,
    RulebookAdopted,
)
from ledger.books.reconciliation import BankReconciled
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.rule_lint import lint_rules, list_warned, tell_finding
from ledger.books.scores import BranchRegistered, SchemeAdopted, ScoreRound
from ledger.books.shops import PointsRedeemed, RedemptionReversed, ShopAdopted
from ledger.books.star_steps import StarDeclared, StarMoved
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.subaccounts import AccountsAdded, AccountsClosed
from ledger.books.village import KeyRotated, LogRefounded, VillageDescribed
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.books.vouchers import (
    AccountsOpened,
    PeriodClosed,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.books.witnesses import PolicyAdopted
from ledger.data import load_masks, load_rule_words
from ledger.entries import Claim
from ledger.errors import Refused
from ledger.figures import Texts
from ledger.figures.rulebooks import read_rules
from ledger.ports import Ports
from ledger.service.drafts import open_draft
from ledger.service.named import tell_named
from ledger.service.opened_accounts import tell_added, tell_closed, tell_converted, tell_plan
from ledger.service.opened_assessments import tell_assessment
from ledger.service.opened_ballots import tell_closed as tell_closed_ballot
from ledger.service.opened_ballots import tell_opened as tell_opened_ballot
from ledger.service.opened_cases import tell_case, tell_confided, tell_moved, tell_rated
from ledger.service.opened_contracts import tell_contract, tell_contract_change
from ledger.service.opened_drafts import ERASED, OpenedDraft
from ledger.service.opened_grids import tell_grids, tell_visits
from ledger.service.opened_groups import tell_branch, tell_groups
from ledger.service.opened_honours import tell_granted, tell_withdrawn
from ledger.service.opened_meetings import tell_forum, tell_fund, tell_resolution, tell_result
from ledger.service.opened_registers import (
    tell_asset,
    tell_asset_change,
    tell_resource,
    tell_resource_change,
    tell_stocktake,
)
from ledger.service.opened_rewards import (
    tell_claimed,
    tell_hours,
    tell_redeemed,
    tell_returned,
    tell_shop,
    tell_task,
)
from ledger.service.opened_schemes import tell_scheme
from ledger.service.opened_scores import tell_scores
from ledger.service.opened_stars import tell_declared, tell_star_moved
from ledger.service.passing import find_drafts
from ledger.service.preview import (
    name_entry,
    preview_answer,
    preview_award,
    preview_consents,
    preview_objection,
    preview_postings,
    preview_reconciled,
    preview_rule,
    preview_rulebook,
    preview_setting,
    preview_taken,
    preview_voucher,
)
from ledger.state.facts import VillageFacts, get_fact, read_body
from ledger.state.objections import find_objection
from ledger.state.private import (
    Agreement,
    AwardLine,
    AwardSubject,
    Objection,
    OriginalDocument,
    RegisteredHousehold,
)
from ledger.state.rulebooks import list_rulebooks, list_rules
from ledger.vaults import Draft

_DESCRIBED = {"name": "村名", "township": "县和乡镇", "telephone": "监督电话"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A draft for the person who is to pass it."""

    batch: str
    body: object  # with every text and private value in place of its digest; None where the reader is not shown all
    id: str
    kind: str
    label: str
    lines: tuple[str, ...]  # the first begins with the label
    maker: str
    maker_name: str
    occurred_on: str
    period: str


def show_drafts(
    ports: Ports, village: str, draft_ids: tuple[str, ...], view: View | None = None
) -> list[Shown]:
    """Return the drafts as `view` shows them, whole without one.

    Raises Refused naming every one that there is not, Tampered for one that was altered."""
    drafts, faults = find_drafts(ports, village, draft_ids)
    if faults:
        raise Refused(faults)
    with ports.ledger.read(village) as reader:
        return [
            _show(
                OpenedDraft(
                    claim=open_draft(item),
                    draft=item,
                    ports=ports,
                    reader=reader,
                    view=view or load_masks().find_view({"clerk"}),
                )
            )
            for item in drafts
        ]


def show_unkept(ports: Ports, draft: Draft) -> Shown:
    """Return a draft that nobody handed in yet, as whoever prepares it sees it: all of it is theirs."""
    with ports.ledger.read(draft.village) as reader:
        view = load_masks().find_view({"clerk"})
        return _show(OpenedDraft(claim=open_draft(draft), draft=draft, ports=ports, reader=reader, view=view))


def disclose(value: object, find: Texts) -> object:
    """Return a body, or a part of one, as plain values with what its digests stand for in their places."""
    return _disclose(msgspec.to_builtins(value), find)


def _disclose(value: Any, find: Texts) -> object:
    if isinstance(value, list | tuple):
        return [_disclose(item, find) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() in ({"sealed"}, {"text"}):
        return find(*value.values())
    return {name: _disclose(item, find) for name, item in value.items()}


def name_gone(ports: Ports, claim: Claim) -> str:
    """Return what stands for the name of a maker whom the vault does not know any more."""
    return ERASED if claim.maker.user in ports.vault.list_erased(claim.village) else ""


def _show(opened: OpenedDraft) -> Shown:
    draft, claim = opened.draft, opened.claim
    maker = opened.ports.vault.find_person(claim.village, claim.maker.user)
    lines = list(_TELLERS[type(claim.body)](opened, claim.body))
    if opened.gone:
        lines.append(f"　另有 {len(opened.gone)} 处隐私内容{ERASED}")
    return Shown(
        batch=draft.batch,
        body=disclose(claim.body, opened.find) if opened.view.is_whole("sealed") else None,
        id=draft.id,
        kind=claim.kind,
        label=draft.label,
        lines=tuple(lines),
        maker=claim.maker.user,
        maker_name=maker.name if maker is not None else name_gone(opened.ports, claim),
        occurred_on=claim.occurred_on,
        period=claim.period,
    )


def _tell_description(opened: OpenedDraft, body: VillageDescribed) -> Iterator[str]:
    yield opened.draft.label
    village = get_fact(opened.reader.facts, "village", VillageFacts)
    is_new = opened.draft.state == "waiting" and village is not None and village.described
    before = (
        read_body(opened.reader.facts, village.described, VillageDescribed) if village and is_new else body
    )
    for name, title in _DESCRIBED.items():
        old, new = opened.read(getattr(before, name)), opened.read(getattr(body, name))
        yield preview_setting(title, old, new)


def _tell_opening(opened: OpenedDraft, body: AccountsOpened) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_postings(opened.chart, body.postings)


def _tell_voucher(opened: OpenedDraft, body: Voucher) -> Iterator[str]:
    named = {"经手人": body.handler, "审批人": body.approver, "记账员": body.bookkeeper}
    persons = {duty: opened.read(name) for duty, name in named.items()}
    yield preview_voucher(opened.draft.label, opened.claim.occurred_on, body.attachments, persons)
    yield from preview_postings(opened.chart, body.postings)
    yield from tell_named(opened.reader.facts, body, opened.read)


def _tell_closing(opened: OpenedDraft, body: PeriodClosed) -> Iterator[str]:
    yield opened.draft.label
    yield f"　最后一张凭证 {body.last_number or '无'}"
    yield f"　借方发生额 {format_yuan(body.debit_fen)}，贷方发生额 {format_yuan(body.credit_fen)}"
    yield "　月末余额："
    yield from preview_postings(opened.chart, body.balances)
    if body.contracts:
        owing = sum(row.due_fen > row.paid_fen for row in body.contracts)
        yield f"　合同 {len(body.contracts)} 份，其中 {owing} 份到月底还没有收清或付清"


def _tell_rulebook(opened: OpenedDraft, body: RulebookAdopted) -> Iterator[str]:
    yield opened.draft.label
    before = next(
        (book for book in list_rulebooks(opened.reader.facts) if book.version == body.version - 1), None
    )
    old, rules = (read_rules(opened.find, one.rules) if one is not None else () for one in (before, body))
    yield from preview_rulebook(body, opened.read(body.resolution), before, old, rules)
    yield from (preview_rule(read) for read in rules)
    for finding in list_warned(lint_rules(load_rule_words(), [read.wording for read in rules])):
        yield f"　提醒：{tell_finding(finding)}"


def _tell_households(opened: OpenedDraft, body: HouseholdsRegistered) -> Iterator[str]:
    yield opened.draft.label
    found = [item for sealed in body.households for item in opened.open(sealed.sealed, RegisteredHousehold)]
    yield from sorted(f"　户 {opened.name(item.household)}，第 {item.group} 村民小组" for item in found)


def _tell_agreements(opened: OpenedDraft, body: AgreementsSigned) -> Iterator[str]:
    yield opened.draft.label
    yield f"　积分细则第 {body.version} 版"
    found = [item for sealed in body.agreements for item in opened.open(sealed.sealed, Agreement)]
    for item in sorted(found, key=lambda item: opened.number(item.household)):
        told = opened.view.show("consent", preview_consents(item))
        yield f"　户 {opened.name(item.household)}：{told}"


def _tell_points(opened: OpenedDraft, body: PointsRound) -> Iterator[str]:
    yield opened.draft.label
    rules = list_rules(opened.reader.facts, body.version)
    for whose, code, quantity, evidence in opened.show_lines(opened.list_awards(body)):
        title = opened.read_part(rules[code].text, "item")
        yield preview_award(whose, rules[code], title, quantity, evidence)
    yield from opened.tell_sealed(len(body.sealed_lines))


def _tell_taken(opened: OpenedDraft, body: PointsReversed) -> Iterator[str]:
    yield opened.draft.label
    if body.rule:
        for plain in opened.open(body.line, AwardSubject):
            yield preview_taken(opened.name(plain.household), body.rule, opened.evidence(plain.evidence))
        return
    if not opened.view.is_whole("sealed"):
        yield from opened.tell_sealed(1)
        return
    for sealed in opened.open(body.line, AwardLine):
        yield preview_taken(opened.name(sealed.household), sealed.rule, sealed.evidence)


def _tell_rotation(opened: OpenedDraft, body: KeyRotated) -> Iterator[str]:
    yield opened.draft.label
    yield f"　原因：{opened.read(body.reason)}"
    yield f"　换下的公钥：{body.old_key}"
    yield f"　换上的公钥：{body.new_key}"


def _tell_policy(opened: OpenedDraft, body: PolicyAdopted) -> Iterator[str]:
    yield opened.draft.label
    yield f"　怎样通过：{opened.read(body.resolution)}"
    yield from (f"　{line}" for line in opened.read(body.text).splitlines())


def _tell_limits(opened: OpenedDraft, body: LimitsAdopted) -> Iterator[str]:
    yield opened.draft.label
    yield f"　怎样通过：{opened.read(body.resolution)}"


def _tell_documents(opened: OpenedDraft, body: DocumentsAttached) -> Iterator[str]:
    yield opened.draft.label
    for number, document in enumerate(body.documents, 1):
        list(opened.open(document.original.sealed, OriginalDocument))  # One that was erased is counted below.
        yield f"　第 {number} 份，{len(document.pages)} 页"
        yield from (f"　　公开页 SHA-256 {page}" for page in document.pages)


def _tell_acknowledged(opened: OpenedDraft, body: ConcernAcknowledged) -> Iterator[str]:
    yield opened.draft.label
    rule = opened.ports.reference.concerns.find(body.concern.partition("/")[0])
    if rule is not None:
        yield f"　规矩：{rule.statement}"
    if body.amount_fen:
        yield f"　金额：{format_yuan(body.amount_fen)} 元"
    if body.entries:
        seen = (name_entry(opened.reader.facts.read_entry(at).body, at) for at in body.entries)
        yield f"　看过的记录：{'、'.join(seen)}"
    yield f"　认可的理由：{opened.read(body.reason)}"
    yield "　通过以后，这件事就不再算待说明；金额或记录再有变动，会重新提出"


def _tell_reconciled(opened: OpenedDraft, body: BankReconciled) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_reconciled(body)


def _tell_objection(opened: OpenedDraft, body: ObjectionRaised) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_objection(body, opened.claim.occurred_on)
    for item in opened.open(body.wording.sealed, Objection):
        yield f"　异议写的是：{opened.view.show('objection', item.wording)}"
        yield f"　联系方式：{opened.view.show('objector-contact', item.contact) if item.contact else '没有留'}"


def _tell_answer(opened: OpenedDraft, body: ObjectionAnswered) -> Iterator[str]:
    yield opened.draft.label
    # What was objected is of another subject than this draft's: it is read on its own page, where that is logged.
    raised = find_objection(opened.reader.facts, opened.ports.reference, body.objection)
    if raised is not None:
        yield from preview_objection(raised.raised, raised.received_on)
        yield f"　最迟 {raised.due_on} 答复"
        yield f"　提的人写的话不在这里：先到“异议”里打开 {body.objection} 看过"
    yield from preview_answer(body, opened.read(body.answer))


def _tell_refounding(opened: OpenedDraft, body: LogRefounded) -> Iterator[str]:
    yield opened.draft.label
    yield f"　原因：{opened.read(body.reason)}"
    yield f"　旧账 {body.old_origin} 签过 {body.old_size} 条，还在 {body.lost_from} 条"


_TELLERS: dict[type, Callable[[OpenedDraft, Any], Iterator[str]]] = {
    AccountsAdded: tell_added,
    AccountsClosed: tell_closed,
    AccountsConverted: tell_converted,
    AccountsOpened: _tell_opening,
    AgreementsSigned: _tell_agreements,
    AssessmentRound: tell_assessment,
    AssetChanged: tell_asset_change,
    AssetDisposed: tell_asset_change,
    AssetRegistered: tell_asset,
    BallotClosed: tell_closed_ballot,
    BallotOpened: tell_opened_ballot,
    BankReconciled: _tell_reconciled,
    BranchGrouped: tell_groups,
    BranchRegistered: tell_branch,
    CaseConfided: tell_confided,
    CaseMoved: tell_moved,
    CaseOpened: tell_case,
    CaseRated: tell_rated,
    ConcernAcknowledged: _tell_acknowledged,
    ContractAmended: tell_contract_change,
    ContractEnded: tell_contract_change,
    ContractSigned: tell_contract,
    ContractVoided: tell_contract_change,
    DocumentsAttached: _tell_documents,
    ForumHeld: tell_forum,
    FundOpened: tell_fund,
    GridsRegistered: tell_grids,
    HonourReversed: tell_withdrawn,
    HonoursGranted: tell_granted,
    HoursBooked: tell_hours,
    HouseholdsRegistered: _tell_households,
    KeyRotated: _tell_rotation,
    LimitsAdopted: _tell_limits,
    LogRefounded: _tell_refounding,
    ObjectionAnswered: _tell_answer,
    ObjectionRaised: _tell_objection,
    PeriodClosed: _tell_closing,
    PlanAdopted: tell_plan,
    PointsRedeemed: tell_redeemed,
    PointsReversed: _tell_taken,
    PointsRound: _tell_points,
    PolicyAdopted: _tell_policy,
    RedemptionReversed: tell_returned,
    ResourceChanged: tell_resource_change,
    ResourceRegistered: tell_resource,
    ResolutionReported: tell_result,
    ResolutionRecorded: tell_resolution,
    RulebookAdopted: _tell_rulebook,
    SchemeAdopted: tell_scheme,
    ScoreRound: tell_scores,
    ShopAdopted: tell_shop,
    TaskClaimed: tell_claimed,
    TaskOffered: tell_task,
    StarDeclared: tell_declared,
    StarMoved: tell_star_moved,
    StocktakeRecorded: tell_stocktake,
    VillageDescribed: _tell_description,
    VisitsRecorded: tell_visits,
    VoucherRecorded: _tell_voucher,
    VoucherReplaced: _tell_voucher,
    VoucherReversed: _tell_voucher,
}
"""Every kind that another person passes."""
