"""Small builders of valid entries of every kind; a test names only what it is about.

    texts = Discloser()
    chain = EntryChain()
    chain.append(build_founding())
    chain.append(build_voucher(texts, number="2026-10-001"))

Everybody and everything here is invented: village 371082101201 is 石榴河村, its people have no surname of any
use.
"""

from __future__ import annotations

import base64
from typing import Any

from ledger.books.assets import AssetChanged, AssetDisposed, AssetRegistered
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import (
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Due,
)
from ledger.books.conversion import AccountsConverted, Move
from ledger.books.documents import Document, DocumentsAttached
from ledger.books.funds import FundOpened
from ledger.books.limits import LimitsAdopted
from ledger.books.objections import ObjectionAnswered, ObjectionRaised
from ledger.books.plans import PlanAdopted, PlanLine
from ledger.books.points import (
    AgreementsSigned,
    ConsentsWithdrawn,
    GroupCount,
    HouseholdsRegistered,
    PointsLine,
    PointsReversed,
    PointsRound,
    Rule,
    RulebookAdopted,
    WithdrawnFrom,
)
from ledger.books.reconciliation import BankReconciled
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported, Step
from ledger.books.resources import ResourceChanged, ResourceRegistered
from ledger.books.scores import (
    BranchRegistered,
    Measure,
    SchemeAdopted,
    SchemeComponent,
    SchemeEffect,
    SchemeItem,
    ScoreCard,
    ScoreLine,
    ScoreRound,
    StarCut,
)
from ledger.books.sheets import SheetSealed
from ledger.books.stocktakes import StocktakeLine, StocktakeRecorded
from ledger.books.subaccounts import AccountsAdded, AccountsClosed, NewAccount
from ledger.books.values import PublicText, Sealed
from ledger.books.village import KeyRotated, LogFounded, LogRefounded, VillageDescribed
from ledger.books.vouchers import (
    AccountBalance,
    AccountsOpened,
    PeriodClosed,
    Posting,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.books.witnesses import PolicyAdopted
from ledger.canonical import digest_claim, format_entry
from ledger.entries import KIND_OF_BODY, KINDS, Actor, Body, Entry, get_claim
from ledger.log.chain import ZERO_HASH
from ledger.log.checkpoint import Checkpoint, format_checkpoint
from ledger.log.commitments import Json, digest_disclosure, make_disclosure
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.keys import Signer, format_verifier_key, make_signer
from ledger.log.rotation import Rotation, format_rotation
from ledger.state.epochs import name_epoch
from tests.fakes.clock import START_MS, SeededEntropy

VILLAGE = "371082101201"
OTHER_VILLAGE = "371082101202"
MAKER = "u-aaaaaaaaaa"
CHECKER = "u-bbbbbbbbbb"
MADE_BY = Actor(role="clerk", user=MAKER)
PASSED_BY = Actor(role="supervisor", user=CHECKER)


def name_supervisor(user: str) -> Actor:
    """Return a supervisor as somebody who passed an entry."""
    return Actor(role="supervisor", user=user)


ORIGIN = "example.org/m/00000000/e1"
SIGNER = make_signer(ORIGIN, b"\x01" * 32)
NEXT_SIGNER = make_signer(ORIGIN, b"\x02" * 32)
VERIFIER_KEY = format_verifier_key(SIGNER.key)


class Discloser:
    """Draws salts in order and keeps the disclosures it made until they are taken."""

    def __init__(self, seed: str = "salts") -> None:
        self._entropy = SeededEntropy(seed)
        self._public: list[str] = []
        self._private: list[str] = []

    def publish(self, value: Json, name: str = "text") -> PublicText:
        """Return a public text for a body; its disclosure waits in `take_public`."""
        return PublicText(text=self._disclose(value, name, self._public))

    def seal(self, value: Json, name: str = "subject") -> Sealed:
        """Return a private value for a body; its disclosure waits in `take_private`."""
        return Sealed(sealed=self._disclose(value, name, self._private))

    def take_public(self) -> tuple[str, ...]:
        """Return the public disclosures made since the last call."""
        taken, self._public = tuple(self._public), []
        return taken

    def take_private(self) -> tuple[str, ...]:
        """Return the private disclosures made since the last call."""
        taken, self._private = tuple(self._private), []
        return taken

    def _disclose(self, value: Json, name: str, kept: list[str]) -> str:
        disclosure = make_disclosure(self._entropy.take(32), name, value)
        kept.append(disclosure)
        return digest_disclosure(disclosure)


class EntryChain:
    """Bodies made into entries, each naming the one before."""

    def __init__(self, village: str = VILLAGE) -> None:
        self.village = village
        self.entries: list[Entry] = []
        self._previous = ZERO_HASH
        self._recorded_at = START_MS

    def append(
        self,
        body: Body,
        *,
        period: str = "2026-10",
        occurred_on: str = "2026-10-28",
        step_ms: int = 1000,
        **changes: Any,
    ) -> Entry:
        """Return the next entry around `body`; `changes` set other fields of the envelope, wrong ones too."""
        kind = KIND_OF_BODY[type(body)]
        self._recorded_at += step_ms
        fields: dict[str, Any] = {
            "body": body,
            "checkers": (PASSED_BY,) if KINDS[kind].checkers else (),
            "index": len(self.entries),
            "kind": kind,
            "maker": MADE_BY,
            "occurred_on": occurred_on,
            "period": period,
            "previous": format_hash(self._previous),
            "recorded_at": self._recorded_at,
            "v": 1,
            "village": self.village,
        }
        entry = Entry(**(fields | changes))
        self.entries.append(entry)
        self._previous = hash_leaf(format_entry(entry))
        return entry


def build_founding(**changes: Any) -> LogFounded:
    fields: dict[str, Any] = {
        "chart": "2004",
        "epoch": 1,
        "hash": "sha-256",
        "origin": ORIGIN,
        "policy": "0" * 64,
        "verifier_key": VERIFIER_KEY,
    }
    return LogFounded(**(fields | changes))


def build_rotation(
    texts: Discloser, from_size: int, *, old: Signer = SIGNER, new: Signer = NEXT_SIGNER, **changes: Any
) -> KeyRotated:
    """The key `old` hands over to `new`; `changes` are made to what both have signed."""
    old_key, new_key = format_verifier_key(old.key), format_verifier_key(new.key)
    rotation = Rotation(from_size=from_size, new_key=new_key, old_key=old_key, origin=old.key.name)
    text = format_rotation(rotation).encode()
    fields: dict[str, Any] = {
        "from_size": from_size,
        "new_key": new_key,
        "new_signature": base64.b64encode(new.sign_bytes(text)).decode(),
        "old_key": old_key,
        "old_signature": base64.b64encode(old.sign_bytes(text)).decode(),
        "reason": texts.publish("换了电脑"),
    }
    return KeyRotated(**(fields | changes))


def build_refounding(texts: Discloser, *, old: Signer = SIGNER, **changes: Any) -> LogRefounded:
    """The next epoch after the log of `old`: signed up to 14 entries, of which twelve survive."""
    origin, epoch = name_epoch(old.key.name)
    founding = build_founding(epoch=epoch, origin=origin)
    root = bytes(range(32))
    text = format_checkpoint(Checkpoint(old.key.name, 14, root)).encode()
    fields: dict[str, Any] = {name: getattr(founding, name) for name in LogFounded.__struct_fields__}
    fields |= {
        "lost_from": 12,
        "old_key": format_verifier_key(old.key),
        "old_origin": old.key.name,
        "old_root": format_hash(root),
        "old_signature": base64.b64encode(old.sign_bytes(text)).decode(),
        "old_size": 14,
        "reason": texts.publish("雷击坏了电脑"),
    }
    return LogRefounded(**(fields | changes))


def build_description(texts: Discloser, **changes: Any) -> VillageDescribed:
    fields = {
        "name": texts.publish("石榴河村"),
        "telephone": texts.publish("0000-0000000"),
        "township": texts.publish("样例县石榴镇"),
    }
    return VillageDescribed(**(fields | changes))


def build_postings(amount_fen: int = 32_500, debit: str = "541", credit: str = "101") -> tuple[Posting, ...]:
    """One amount from one account to another."""
    return (
        Posting(account=debit, amount_fen=amount_fen, side="debit"),
        Posting(account=credit, amount_fen=amount_fen, side="credit"),
    )


def build_opening(amount_fen: int = 5_000_000, **changes: Any) -> AccountsOpened:
    fields = {"chart": "2004", "postings": build_postings(amount_fen, debit="101", credit="301")}
    return AccountsOpened(**(fields | changes))


def _build_voucher_fields(texts: Discloser) -> dict[str, Any]:
    return {
        "approver": texts.publish("样例甲"),
        "attachments": 1,
        "bookkeeper": texts.publish("样例乙"),
        "chart": "2004",
        "handler": texts.publish("样例丙"),
        "number": "2026-10-001",
        "postings": build_postings(),
    }


def build_voucher(texts: Discloser, **changes: Any) -> VoucherRecorded:
    fields = _build_voucher_fields(texts) | {"summary": texts.publish("购办公用纸")}
    return VoucherRecorded(**(fields | changes))


def build_reversal(texts: Discloser, *, reverses: int, **changes: Any) -> VoucherReversed:
    fields = _build_voucher_fields(texts) | {
        "attachments": 0,
        "number": "2026-10-002",
        "postings": build_postings(-32_500),
        "reason": texts.publish("金额录错"),
        "reverses": reverses,
    }
    return VoucherReversed(**(fields | changes))


def build_replacement(texts: Discloser, *, replaces: int, **changes: Any) -> VoucherReplaced:
    fields = _build_voucher_fields(texts) | {
        "number": "2026-10-003",
        "replaces": replaces,
        "summary": texts.publish("购办公用纸"),
    }
    return VoucherReplaced(**(fields | changes))


def build_closing(**changes: Any) -> PeriodClosed:
    """A month of one voucher after `build_opening`."""
    fields: dict[str, Any] = {
        "balances": (
            AccountBalance(account="101", amount_fen=4_967_500, side="debit"),
            AccountBalance(account="301", amount_fen=5_000_000, side="credit"),
            AccountBalance(account="541", amount_fen=32_500, side="debit"),
        ),
        "credit_fen": 32_500,
        "debit_fen": 32_500,
        "last_number": "2026-10-001",
        "vouchers": 1,
    }
    return PeriodClosed(**(fields | changes))


def build_rule(texts: Discloser, **changes: Any) -> Rule:
    text = texts.publish({"evidence": "照片", "group": "环境", "item": "打扫门前", "unit": "次"})
    fields: dict[str, Any] = {
        "code": "B01",
        "monthly_cap": 8,
        "points": 2,
        "sensitive": False,
        "subject": "household",
        "text": text,
    }
    return Rule(**(fields | changes))


def build_rulebook(texts: Discloser, **changes: Any) -> RulebookAdopted:
    fields: dict[str, Any] = {
        "base_points": 100,
        "resolution": texts.publish("村民代表会议通过"),
        "rules": (build_rule(texts),),
        "version": 1,
    }
    return RulebookAdopted(**(fields | changes))


def build_households(texts: Discloser, households: int = 2, **changes: Any) -> HouseholdsRegistered:
    sealed = [texts.seal({"group": 1, "household": make_id("h", number)}) for number in range(households)]
    fields: dict[str, Any] = {
        "groups": (GroupCount(group=1, households=households),),
        "households": tuple(sorted(sealed, key=lambda item: item.sealed)),
    }
    return HouseholdsRegistered(**(fields | changes))


def build_agreements(texts: Discloser, households: int = 2, **changes: Any) -> AgreementsSigned:
    sealed = [
        texts.seal({"display": True, "household": make_id("h", number), "naming": False, "scoring": True})
        for number in range(households)
    ]
    fields: dict[str, Any] = {
        "agreements": tuple(sorted(sealed, key=lambda item: item.sealed)),
        "display": households,
        "naming": 0,
        "scoring": households,
        "version": 1,
    }
    return AgreementsSigned(**(fields | changes))


def build_withdrawal(texts: Discloser, household: int = 0, **changes: Any) -> ConsentsWithdrawn:
    """Of `build_agreements`: a household that is not shown any more."""
    value = {"household": make_id("h", household), "withdrawn": ["display"]}
    fields: dict[str, Any] = {
        "versions": (WithdrawnFrom(consents=("display",), version=1),),
        "withdrawal": texts.seal(value, "withdrawal"),
    }
    return ConsentsWithdrawn(**(fields | changes))


def build_points_line(texts: Discloser, household: int = 0, **changes: Any) -> PointsLine:
    subject = texts.seal({"evidence": "照片一张", "household": make_id("h", household)})
    fields: dict[str, Any] = {"points": 2, "quantity": 1, "rule": "B01", "subject": subject}
    return PointsLine(**(fields | changes))


def build_points_round(texts: Discloser, households: int = 2, **changes: Any) -> PointsRound:
    lines = [build_points_line(texts, number) for number in range(households)]
    fields: dict[str, Any] = {
        "households": households,
        "lines": tuple(sorted(lines, key=lambda line: line.subject.sealed)),
        "part": 1,
        "parts": 1,
        "sealed_lines": (),
        "sealed_points": 0,
        "version": 1,
    }
    return PointsRound(**(fields | changes))


def build_points_reversal(texts: Discloser, line: PointsLine, *, reverses: int) -> PointsReversed:
    return PointsReversed(
        line=line.subject.sealed,
        points=-line.points,
        reason=texts.publish("重复计分"),
        reverses=reverses,
        rule=line.rule,
    )


def build_documents(texts: Discloser, behind: Entry, **changes: Any) -> DocumentsAttached:
    """One document of two pages, of invented files, behind the voucher of an entry."""
    assert isinstance(behind.body, VoucherRecorded | VoucherReversed | VoucherReplaced)
    original = texts.seal({"document": make_id("o", 0), "file": "a" * 64, "key": "A" * 43}, "original")
    fields: dict[str, Any] = {
        "documents": (Document(encrypted="b" * 64, original=original, pages=("c" * 64, "d" * 64)),),
        "number": behind.body.number,
        "voucher": digest_claim(get_claim(behind)),
    }
    return DocumentsAttached(**(fields | changes))


def build_contract(texts: Discloser, **changes: Any) -> ContractSigned:
    """A warehouse let for three years; rent each autumn."""
    fields: dict[str, Any] = {
        "area_mu_hundredths": 0,
        "begins_on": "2026-10-01",
        "category": "lease",
        "chosen_by": "tender",
        "counterparty": texts.seal({"counterparty": make_id("p", 0), "name": "样大山"}, "counterparty"),
        "deposit_fen": 200_000,
        "direction": "receives",
        "dues": tuple(Due(amount_fen=1_200_000, due_on=f"{year}-10-31") for year in (2026, 2027, 2028)),
        "ends_on": "2029-09-30",
        "number": "HT-0001",
        "party": "person",
        "resolution": texts.publish("村民代表会议通过"),
        "subject": texts.publish("村东仓库"),
        "title": texts.publish("村东仓库租赁"),
        "units": 3,
        "use": texts.publish("仓储"),
    }
    return ContractSigned(**(fields | changes))


def build_amendment(texts: Discloser, **changes: Any) -> ContractAmended:
    """A lower rent from the second year on."""
    fields: dict[str, Any] = {
        "contract": "HT-0001",
        "dues": tuple(Due(amount_fen=1_000_000, due_on=f"{year}-10-31") for year in (2027, 2028)),
        "from_on": "2027-10-01",
        "reason": texts.publish("遭水灾，减租"),
    }
    return ContractAmended(**(fields | changes))


def build_contract_end(texts: Discloser, **changes: Any) -> ContractEnded:
    fields: dict[str, Any] = {
        "contract": "HT-0001",
        "ended_on": "2026-10-28",
        "reason": texts.publish("村里收回自用"),
    }
    return ContractEnded(**(fields | changes))


def build_contract_void(texts: Discloser, **changes: Any) -> ContractVoided:
    fields: dict[str, Any] = {"contract": "HT-0001", "reason": texts.publish("面积登记错了")}
    return ContractVoided(**(fields | changes))


def build_asset(texts: Discloser, **changes: Any) -> AssetRegistered:
    """A pump of 12,000 yuan that stands in the opening balances, nearly half worn out by 100 yuan a month."""
    fields: dict[str, Any] = {
        "category": "fixed",
        "condition": texts.publish("完好"),
        "depreciated_fen": 540_000,
        "depreciates_from": "2026-10",
        "in_use_from": "2022-03",
        "keeper": texts.publish("村水利管理员"),
        "life_months": 114,
        "model": texts.publish("QS-40"),
        "name": texts.publish("灌溉水泵"),
        "number": "ZC-0001",
        "original_fen": 1_200_000,
        "place": texts.publish("村北机井"),
        "purpose": "operation",
        "quantity": 2,
        "residual_fen": 60_000,
        "source": "opening",
        "unit": texts.publish("台"),
    }
    return AssetRegistered(**(fields | changes))


def build_asset_change(texts: Discloser, **changes: Any) -> AssetChanged:
    fields: dict[str, Any] = {
        "asset": "ZC-0001",
        "condition": texts.publish("一台待修"),
        "keeper": texts.publish("村水利管理员"),
        "place": texts.publish("村南机井"),
        "quantity": 2,
        "reason": texts.publish("村北机井停用"),
    }
    return AssetChanged(**(fields | changes))


def build_asset_disposal(texts: Discloser, **changes: Any) -> AssetDisposed:
    fields: dict[str, Any] = {"asset": "ZC-0001", "how": "sold", "reason": texts.publish("换了新水泵")}
    return AssetDisposed(**(fields | changes))


def build_resource(texts: Discloser, **changes: Any) -> ResourceRegistered:
    """A plot of 42.5 mu by the river."""
    fields: dict[str, Any] = {
        "area_mu_hundredths": 4_250,
        "certificate": texts.publish("无"),
        "east": texts.publish("河堤"),
        "land_class": "01",
        "name": texts.publish("河滩地"),
        "north": texts.publish("生产路"),
        "number": "ZY-0001",
        "place": texts.publish("村东"),
        "south": texts.publish("水渠"),
        "use": texts.publish("发包种植"),
        "west": texts.publish("村道"),
    }
    return ResourceRegistered(**(fields | changes))


def build_resource_change(texts: Discloser, **changes: Any) -> ResourceChanged:
    fields: dict[str, Any] = {
        "area_mu_hundredths": 4_000,
        "certificate": texts.publish("无"),
        "land_class": "10",
        "reason": texts.publish("修路占用"),
        "resource": "ZY-0001",
        "use": texts.publish("修路"),
    }
    return ResourceChanged(**(fields | changes))


def build_stocktake(texts: Discloser, *counted: tuple[str, int, int], **changes: Any) -> StocktakeRecorded:
    """Assets with the register's quantity and the one that was counted; one pump is missing where nothing is said."""
    lines = tuple(
        StocktakeLine(
            asset=number, book_quantity=book, counted_quantity=found, note=texts.publish("到场清点")
        )
        for number, book, found in counted or (("ZC-0001", 2, 1),)
    )
    fields: dict[str, Any] = {"counters": texts.publish("村务监督委员会"), "lines": lines}
    return StocktakeRecorded(**(fields | changes))


def build_resolution(texts: Discloser, **changes: Any) -> ResolutionRecorded:
    """A ditch, for up to 30,000 yuan, resolved by the villagers' representatives."""
    step = Step(
        abstained=1,
        against=2,
        entitled=45,
        favoured=35,
        held_on="2026-10-28",
        meeting="delegates",
        present=38,
    )
    fields: dict[str, Any] = {
        "amount_fen": 3_000_000,
        "minutes_pages": 6,
        "number": "JY-2026-001",
        "outcome": "adopted",
        "procedure": "assembly",
        "steps": (step,),
        "title": texts.publish("修村东排水沟"),
        "valid_until": "2026-12-31",
        "wording": texts.publish("同意修村东排水沟 300 米"),
    }
    return ResolutionRecorded(**(fields | changes))


def build_outcome(texts: Discloser, **changes: Any) -> ResolutionReported:
    fields: dict[str, Any] = {
        "resolution": "JY-2026-001",
        "result": texts.publish("排水沟修好，验收合格"),
    }
    return ResolutionReported(**(fields | changes))


def build_forum(texts: Discloser, **changes: Any) -> ForumHeld:
    fields: dict[str, Any] = {
        "number": "KT-2026-001",
        "present": 23,
        "promises": texts.publish("一周内修好路灯"),
        "topics": texts.publish("村东路灯不亮"),
    }
    return ForumHeld(**(fields | changes))


def build_fund(texts: Discloser, **changes: Any) -> FundOpened:
    """The elders' canteen."""
    fields: dict[str, Any] = {
        "account": "241",
        "category": "donation",
        "name": texts.publish("幸福食堂"),
        "number": "ZX-0001",
        "opening_fen": 50_000,
        "source": texts.publish("村民和企业捐款"),
        "use": texts.publish("老人午饭的米面油菜"),
    }
    return FundOpened(**(fields | changes))


def build_added(texts: Discloser, **changes: Any) -> AccountsAdded:
    """A sub-account of 112 and one below it."""
    named = {"11203": "应收租金", "1120301": "应收仓库租金"}
    fields: dict[str, Any] = {
        "accounts": tuple(NewAccount(code=code, title=texts.publish(title)) for code, title in named.items()),
        "chart": "2004",
    }
    return AccountsAdded(**(fields | changes))


def build_accounts_closed(texts: Discloser, **changes: Any) -> AccountsClosed:
    fields: dict[str, Any] = {
        "accounts": ("1120301",),
        "chart": "2004",
        "reason": texts.publish("并入上级"),
    }
    return AccountsClosed(**(fields | changes))


def build_conversion(**changes: Any) -> AccountsConverted:
    """What `build_closing` leaves, under the chart of 2023."""
    fields: dict[str, Any] = {
        "chart": "2023",
        "moves": (
            Move(account="101", amount_fen=4_967_500, becomes="101", side="debit"),
            Move(account="301", amount_fen=5_000_000, becomes="301", side="credit"),
            Move(account="541", amount_fen=32_500, becomes="513", side="debit"),
        ),
    }
    return AccountsConverted(**(fields | changes))


def build_plan(texts: Discloser, **changes: Any) -> PlanAdopted:
    fields: dict[str, Any] = {
        "chart": "2004",
        "lines": (
            PlanLine(account="501", amount_fen=10_000_000),
            PlanLine(account="541", amount_fen=3_000_000),
        ),
        "resolution": texts.publish("2026年成员大会通过"),
        "version": 1,
        "year": "2026",
    }
    return PlanAdopted(**(fields | changes))


def build_acknowledged(texts: Discloser, **changes: Any) -> ConcernAcknowledged:
    """An auditor's word about a voucher that was paid in cash."""
    fields: dict[str, Any] = {
        "amount_fen": 120_000,
        "concern": "cash-limit/2026-10-001",
        "entries": (1,),
        "reason": texts.publish("抢险，当天银行不开门"),
    }
    return ConcernAcknowledged(**(fields | changes))


def build_reconciliation(**changes: Any) -> BankReconciled:
    """One account without a line, which says what the books say."""
    fields: dict[str, Any] = {
        "accounts": 1,
        "bank_fen": 0,
        "book_fen": 0,
        "items": (),
        "lines": 0,
        "previous": 0,
        "version": 1,
    }
    return BankReconciled(**(fields | changes))


def build_objection(texts: Discloser, **changes: Any) -> ObjectionRaised:
    """Somebody objects on paper to the first voucher."""
    said = {"contact": "", "objection": make_id("y", 0), "wording": "这一笔没有见过东西"}
    fields: dict[str, Any] = {
        "about": "0",
        "came": "paper",
        "number": "YY-2026-0001",
        "wording": texts.seal(said, "wording"),
    }
    return ObjectionRaised(**(fields | changes))


def build_answer(texts: Discloser, **changes: Any) -> ObjectionAnswered:
    fields: dict[str, Any] = {
        "answer": texts.publish("东西在村部，欢迎来看"),
        "followed_by": (),
        "objection": "YY-2026-0001",
        "outcome": "explained",
    }
    return ObjectionAnswered(**(fields | changes))


def build_limits(texts: Discloser, **changes: Any) -> LimitsAdopted:
    """A second checker from 5,000 yuan, a third from 20,000."""
    fields: dict[str, Any] = {
        "resolution": texts.publish("村民代表会议通过"),
        "second_fen": 500_000,
        "third_fen": 2_000_000,
        "version": 1,
    }
    return LimitsAdopted(**(fields | changes))


def build_policy(texts: Discloser, **changes: Any) -> PolicyAdopted:
    """Two of three witnesses; the text behind it is not one."""
    fields: dict[str, Any] = {
        "policy": "ab" * 32,
        "quorum": 2,
        "resolution": texts.publish("村民代表会议通过"),
        "text": texts.publish("quorum none\n", "policy"),
        "version": 1,
        "witnesses": 3,
    }
    return PolicyAdopted(**(fields | changes))


def build_scheme(texts: Discloser, **changes: Any) -> SchemeAdopted:
    item = texts.publish({"group": "参加活动", "item": "参加主题党日", "unit": "次"})
    fields: dict[str, Any] = {
        "base": 60,
        "items": (SchemeItem(code="P01", monthly_cap=10, points=5, text=item),),
        "resolution": texts.publish("党员大会通过"),
        "scheme": "stars",
        "stars": (StarCut(from_score=60, stars=1), StarCut(from_score=65, stars=2)),
        "title": texts.publish("党员考评办法"),
        "version": 1,
    }
    return SchemeAdopted(**(fields | changes))


def build_weighed_scheme(texts: Discloser, **changes: Any) -> SchemeAdopted:
    """A scheme that says everything there is to say: three components, grades, an effect, steps."""
    text = texts.publish({"group": "综合", "item": "例会", "unit": "次"})
    measures = (
        Measure(counts="closing-rate", points=60, target=100),
        Measure(counts="visits", points=40, target=10),
    )
    fields: dict[str, Any] = {
        "components": (
            SchemeComponent(
                code="A", measures=measures, source="counts", text=texts.publish("日常积分"), weight=50
            ),
            SchemeComponent(code="B", source="ballot", text=texts.publish("民主测评"), weight=30),
            SchemeComponent(code="C", source="marks", text=texts.publish("综合评定"), weight=20),
        ),
        "effects": (SchemeEffect(lasts="year", loses="commendation", stars=1),),
        "every": "quarter",
        "grades": (texts.publish("不合格"), texts.publish("合格")),
        "items": (SchemeItem(code="P01", component="C", monthly_cap=10, points=5, text=text),),
        "marker": "township",
        "stars": (StarCut(from_score=0, stars=1), StarCut(from_score=60, stars=2)),
        "steps": (texts.publish("申报创星"), texts.publish("审核评星")),
        "subject": "grid-worker",
    }
    return build_scheme(texts, **(fields | changes))


def build_branch(texts: Discloser, members: int = 1, **changes: Any) -> BranchRegistered:
    sealed = [texts.seal({"member": make_id("m", number)}) for number in range(members)]
    fields: dict[str, Any] = {
        "branch": 1,
        "members": tuple(sorted(sealed, key=lambda item: item.sealed)),
        "name": texts.publish("石榴河村党支部"),
    }
    return BranchRegistered(**(fields | changes))


def build_score_round(texts: Discloser, **changes: Any) -> ScoreRound:
    """One member's one mark, and the card that it makes."""
    member = make_id("m", 0)
    mark = texts.seal({"evidence": "签到表", "member": member})
    card = texts.seal({"member": member, "score": 65})
    fields: dict[str, Any] = {
        "branch": 1,
        "cards": (ScoreCard(stars=2, subject=card),),
        "lines": (ScoreLine(item="P01", points=5, quantity=1, subject=mark),),
        "part": 1,
        "parts": 1,
        "scheme": "stars",
        "sealed_lines": (),
        "sealed_points": 0,
        "version": 1,
    }
    return ScoreRound(**(fields | changes))


def build_seal(size: int, **changes: Any) -> SheetSealed:
    fields: dict[str, Any] = {
        "figures": "1" * 64,
        "follows": "",
        "number": "2026-10-F-1",
        "pdf": "2" * 64,
        "replaces": "",
        "sheet": "finance",
        "size": size,
        "toolchain": "3" * 64,
    }
    return SheetSealed(**(fields | changes))


def make_id(letter: str, number: int) -> str:
    """Return an invented id of a household `h` or a member `m`: 16 letters that count up."""
    digits = ""
    for _ in range(16):
        number, digit = divmod(number, 26)
        digits = chr(ord("a") + digit) + digits
    return f"{letter}-{digits}"
