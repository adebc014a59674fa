"""Text ledgers that also say what somebody who looks through the books would ask: see `text_ledger` for all else.

    2026-10-01 limits 5,000.00 20,000.00 | accepted     # and where there is one: resolution 30,000.00
    2026-10-09 voucher 003 by 甲/乙/丙 | debit … | credit … | 修路灯 | accepted     # handler, approver, bookkeeper
    2026-10-12 documents 2026-10-003 | accepted
    2026-10-05 contract HT-0001 … resolved 没有 | 2026-10-31 12,000.00 | 租仓库 | accepted
    2026-10-05 contract HT-0002 … land ZY-0001 5.20 mu floor 1,000.00 | 2026-10-31 12,000.00 | 包地 | accepted
    2026-10-05 resource ZY-0001 class 01 6.00 mu | 村南旱地 | accepted
    2026-10-20 stocktake ZC-0001 has 2 found 1 | accepted
    2026-10-09 voucher 004 prepared a passed b | debit … | credit … | 买纸 | accepted     # pseudonyms u-aaaaaaaaaa, …
    2026-11-09 seal 2026-10 | accepted
    asks 2026-12-20 cash-limit | 2026-10-003 1,200.00 by 2026-10-003
    asks 2026-12-20 same-twice | nothing
    2026-12-21 acknowledge cash-limit/2026-10-003 | 抢险，当天银行不开门 | accepted
    asks 2026-12-22 cash-limit | 2026-10-003 1,200.00 by 2026-10-003, acknowledged

A line that begins with `asks` tells everything that one rule asks on a day: what of the books it is about, the amount,
and the vouchers or contracts that it rests on. Nothing else may be asked by that rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from ledger.books.assets import AssetDisposed, AssetRegistered
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.contracts import ContractSigned
from ledger.books.documents import Document, DocumentsAttached
from ledger.books.funds import FundOpened
from ledger.books.limits import LimitsAdopted
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.resolutions import ResolutionRecorded
from ledger.books.sheets import SheetSealed
from ledger.books.stocktakes import StocktakeRecorded
from ledger.books.values import Sealed
from ledger.canonical import digest_claim
from ledger.data import load_reference
from ledger.entries import Actor, Body, get_claim
from ledger.state.concerns import Stand, list_concerns
from tests.books.text_ledger import DAY, TextLedger
from tests.builders import Discloser, build_resource, build_stocktake

LIMITS = re.compile(rf"{DAY} limits ([0-9,.]+) ([0-9,.]+)(?: resolution ([0-9,.]+))?")
DOCUMENTS = re.compile(rf"{DAY} documents (\S+)")
SEAL = re.compile(rf"{DAY} seal (\S+)")
ACKNOWLEDGE = re.compile(rf"{DAY} acknowledge (\S+)")
ASKS = re.compile(rf"asks {DAY} (\S+)")
BY = re.compile(r" by (\S+)/(\S+)/(\S+)$")
RESOLVED = re.compile(r" resolved (\S+)$")
LAND = re.compile(r" land (\S+)(?: ([0-9.]+) mu)?")
FLOOR = re.compile(r" floor ([0-9,.]+)")
HANDS = re.compile(r" prepared ([a-z]) passed ([a-z])$")
RESOURCE = re.compile(rf"{DAY} resource (\S+) class (\d\d) ([0-9.]+) mu")
STOCKTAKE = re.compile(rf"{DAY} stocktake (\S+) has (\d+) found (\d+)")

_PASSED_BY = tuple(
    Actor(role=role, user=f"u-{letter * 10}")
    for role, letter in zip(("supervisor", "secretary", "township"), "bcd", strict=True)
)


class ConcernLedger(TextLedger):
    """One village's books, and what is asked about them."""

    _passed_by = _PASSED_BY
    _hands: tuple[str, ...] = ()
    _more: Mapping[str, object] = MappingProxyType({})
    _persons: tuple[str, ...] = ()
    _resolved = ""

    def list_asked(self, today: str, first: str = "2026-01") -> list[Stand]:
        """Return everything that is asked on a day about the months from `first` on."""
        return list_concerns(self.facts, load_reference(), self.texts.get, first=first, today=today)

    def _judge(self, line: str) -> list[str]:
        head, *parts, outcome = (part.strip() for part in line.split("|"))
        if asks := ASKS.fullmatch(head):
            told = " | ".join([head, *(self._describe_asked(*asks.groups()) or ["nothing"])])
            return [] if told == line else ["the text says:", line, "the rules ask:", told]
        body = self._build_more(head, parts)
        if body is not None:
            period = body.number[:7] if isinstance(body, DocumentsAttached) else head[:7]
            period = head[-7:] if isinstance(body, SheetSealed) else period
            return self._compare(line, outcome, self.record(body, head[:10], period))
        return super()._judge(line.replace(head, self._take_more(head), 1))

    def _take_more(self, head: str) -> str:
        """Note what a line says beyond those of other text ledgers; return the rest of it."""
        by, resolved, hands = BY.search(head), RESOLVED.search(head), HANDS.search(head)
        land, floor = LAND.search(head), FLOOR.search(head)
        self._hands = hands.groups() if hands else ()
        self._persons = by.groups() if by else ()
        self._resolved = resolved[1] if resolved else ""
        self._more = (
            {"subject_number": land[1], "area_mu_hundredths": parse_yuan(land[2] or "0.00")} if land else {}
        )
        self._more |= {"floor_fen": parse_yuan(floor[1])} if floor else {}
        for pattern in (BY, RESOLVED, HANDS, LAND, FLOOR):
            head = pattern.sub("", head)
        return head

    def _describe_asked(self, today: str, code: str) -> list[str]:
        numbers = {index: number for number, index in self.indexes.items()}
        for entry in self.entries:
            if isinstance(entry.body, ContractSigned | AssetRegistered | FundOpened | ResolutionRecorded):
                numbers[entry.index] = entry.body.number
            elif isinstance(entry.body, AssetDisposed | StocktakeRecorded):
                numbers[entry.index] = entry.kind.partition(".")[0] + " " + entry.kind.partition(".")[2]
        told = []
        for stand in self.list_asked(today):
            concern = stand.concern
            if concern.rule != code:
                continue
            by = ", ".join(numbers[index] for index in concern.entries)
            done = ", acknowledged" if stand.acknowledged >= 0 else ""
            told.append(
                f"{concern.subject} {format_yuan(concern.amount_fen)}{f' by {by}' if by else ''}{done}"
            )
        return told

    def _build_more(self, head: str, parts: list[str]) -> Body | None:
        if limits := LIMITS.fullmatch(head):
            second, third, decided = (parse_yuan(amount or "0.00") for amount in limits.groups()[1:])
            version = sum(isinstance(entry.body, LimitsAdopted) for entry in self.entries) + 1
            resolution = self.publish("村民代表会议通过")
            return LimitsAdopted(
                resolution=resolution,
                resolution_fen=decided,
                second_fen=second,
                third_fen=third,
                version=version,
            )
        if documents := DOCUMENTS.fullmatch(head):
            return self._build_documents(documents[2])
        if land := RESOURCE.fullmatch(head):
            fields = {"area_mu_hundredths": parse_yuan(land[4]), "land_class": land[3], "number": land[2]}
            return build_resource(Discloser(), **fields)
        if counted := STOCKTAKE.fullmatch(head):
            return build_stocktake(Discloser(), (counted[2], int(counted[3]), int(counted[4])))
        if seal := SEAL.fullmatch(head):
            return self._build_seal(seal[2])
        if acknowledged := ACKNOWLEDGE.fullmatch(head):
            return self._build_acknowledged(acknowledged[1], acknowledged[2], parts[0])
        return None

    def _build_documents(self, number: str) -> DocumentsAttached:
        entry = self.entries[self.indexes[number]]
        mark = f"{len(self.entries):064x}"
        document = Document(
            encrypted=mark, original=Sealed(sealed=f"{len(self.entries):043d}"), pages=(mark,)
        )
        return DocumentsAttached(documents=(document,), number=number, voucher=digest_claim(get_claim(entry)))

    def _build_seal(self, period: str) -> SheetSealed:
        sealed = [e.body for e in self.entries if isinstance(e.body, SheetSealed)]
        return SheetSealed(
            figures="0" * 64,
            follows=sealed[-1].number if sealed else "",
            number=f"{period}-F-1",
            pdf="0" * 64,
            replaces="",
            sheet="finance",
            size=len(self.entries),
            toolchain="0" * 64,
        )

    def _build_acknowledged(self, today: str, key: str, reason: str) -> ConcernAcknowledged:
        asked = {stand.concern.key: stand.concern for stand in self.list_asked(today)}
        concern = asked[key]
        return ConcernAcknowledged(
            amount_fen=concern.amount_fen, concern=key, entries=concern.entries, reason=self.publish(reason)
        )

    def record(self, body: Body, day: str, period: str, occurred_on: str = "") -> list[str]:
        if isinstance(body, ContractSigned) and self._more:
            body = msgspec.structs.replace(body, **self._more)
        if isinstance(body, ContractSigned) and self._resolved:
            body = msgspec.structs.replace(body, resolution=self.publish(self._resolved))
        if self._persons and hasattr(body, "handler"):
            names = dict(
                zip(("handler", "approver", "bookkeeper"), map(self.publish, self._persons), strict=True)
            )
            body = msgspec.structs.replace(body, **names)
        self._passed_by = _PASSED_BY
        if self._hands:
            self._passed_by = (Actor(role="supervisor", user=f"u-{self._hands[1] * 10}"),)
        return super().record(body, day, period, occurred_on)

    def _name_maker(self, body: Body) -> Actor:
        if isinstance(body, ConcernAcknowledged):
            return Actor(role="auditor", user="u-eeeeeeeeee")
        return (
            Actor(role="clerk", user=f"u-{self._hands[0] * 10}") if self._hands else super()._name_maker(body)
        )
