"""Honours of households and of people: a quarter's winners and a year's commendations.

Who holds one is sealed; which honour it is, of which time and how many hold it, is plain. Nothing but the honour
follows from it, and there is none that says ill of anybody. The ranking behind it has no lower end: whoever is not
among the first stands in no list.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from ledger.books.rounds import build_fault, check_order
from ledger.books.scores import OwnHonour
from ledger.books.values import (
    Digest,
    Period,
    Positive,
    PublicText,
    ResolutionNumber,
    Sealed,
    SheetKind,
    Value,
    list_span,
)
from ledger.errors import Fault

HOLDERS_MAX = 400
"""Holders of one granting: 400 of 60 bytes stay below the longest entry."""
WINNERS_PERCENT_MAX = 30
"""Of all households that earned points, at most so many are proposed. Source: a proposal of ours; more than a third
would say of the others that they are the last."""
WINNERS_DEFAULT = 10
CHECK_BYTES = 5
CHECK_CHARS = 8

HonourCode = Annotated[str, Meta(pattern=r"\A[HP][0-9]{2}\Z")]
"""A kind of honour, of `honours.toml`: H of households, P of people."""
HonourNumber = Annotated[str, Meta(pattern=r"\ARY-2[0-9]{3}-[0-9]{3}\Z")]
"""`RY-YYYY-NNN`, of a village's grantings."""
GrantedTo = Literal["household", "person"]
HonourSpan = Literal["quarter", "year"]


class HonourKind(Value, frozen=True, kw_only=True):
    """A kind that a village may choose. `name` is empty where the village gives it one; `own` says which honour of the
    organisation's own it is, None of the village's.
    """

    basis: str
    by_points: bool
    code: HonourCode
    granted_to: GrantedTo
    name: str
    own: OwnHonour | None = None
    span: HonourSpan


class HonoursGranted(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`honours.granted`: one honour for a quarter or a year, on the entry's day. `holders` ({household, name, naming})
    stand by digest, each once.
    """

    granted_to: GrantedTo
    holders: Annotated[tuple[Sealed, ...], Meta(min_length=1, max_length=HOLDERS_MAX)]
    honour: HonourCode
    number: HonourNumber
    resolution: ResolutionNumber = ""  # left out where none decided it
    span: HonourSpan
    title: PublicText  # what the village calls it
    until: Period  # the last month of the quarter or year


class HonourReversed(Value, frozen=True):
    """`honour.reversed`: takes the honour back from one holder of the granting at index `reverses`, to whom it was
    granted by mistake, with a public reason.
    """

    holder: Digest
    reason: PublicText
    reverses: Positive


class Rank(NamedTuple):
    """A household's place by its points; equals share it, and the next place is so many further."""

    household: str
    points: int
    rank: int


def parse_honours(text: str) -> dict[str, HonourKind]:
    """Return the kinds of honours by code, in the table's order. Raises ValueError for what is no such table."""
    found: dict[str, HonourKind] = {}
    for row in tomllib.loads(text)["kind"]:
        kind = msgspec.convert(row, HonourKind)
        if kind.code in found:
            raise ValueError(f"honour {kind.code} twice")
        if kind.code.startswith("P") != (kind.granted_to == "person"):
            raise ValueError(f"honour {kind.code} is of a {kind.granted_to}")
        if kind.own and (kind.granted_to != "person" or kind.by_points):
            raise ValueError(f"honour {kind.code} is of party members, and follows no points")
        found[kind.code] = kind
    return found


def rank_households(points: Mapping[str, int]) -> list[Rank]:
    """Return those with points above nought, the most first and equals by their pseudonym, each with its place."""
    ordered = sorted((-earned, household) for household, earned in points.items() if earned > 0)
    found: list[Rank] = []
    for place, (earned, household) in enumerate(ordered, 1):
        rank = found[-1].rank if found and found[-1].points == -earned else place
        found.append(Rank(household, -earned, rank))
    return found


def count_winners_max(ranked: int) -> int:
    """Return how many of so many households may be proposed at most; one of any at all."""
    return max(ranked * WINNERS_PERCENT_MAX // 100, min(ranked, 1))


def choose_winners(points: Mapping[str, int], wanted: int) -> list[Rank]:
    """Return the first `wanted` households, or fewer: those who share a place stand there together or not at all, and
    there are never more than `count_winners_max` says.
    """
    ranks = rank_households(points)
    most = min(wanted, count_winners_max(len(ranks)))
    if most < len(ranks):
        # Whoever would be cut off from their equals takes these along.
        last = ranks[most].rank
        return [rank for rank in ranks[:most] if rank.rank < last]
    return ranks


def get_check(digest: str) -> str:
    """Return the short form of a holder's digest that stands on a certificate: eight letters and digits."""
    raw = base64.urlsafe_b64decode(digest + "=")
    return base64.b32encode(raw[:CHECK_BYTES]).decode()


def list_honour_months(span: HonourSpan, until: str) -> tuple[str, ...]:
    """Return the months that an honour looks back on, the earliest first; none where no quarter or year ends there."""
    kind: SheetKind = span
    return list_span(kind, until)


def check_granted(body: HonoursGranted) -> list[Fault]:
    """Return every fault a granting has in itself: its months, its kind, its holders."""
    place = f"表彰 {body.number}"
    faults = check_order(body.holders, f"{place}的名单")
    if not list_honour_months(body.span, body.until):
        expected = "季度的最后一个月（3、6、9、12 月）" if body.span == "quarter" else "12 月"
        faults.append(build_fault("honour-span", place, body.until, expected, "改正评到哪个月"))
    if body.honour.startswith("P") != (body.granted_to == "person"):
        remedy = "H 开头的给户，P 开头的给人"
        faults.append(build_fault("honour-holder", place, body.honour, "与给户还是给人一致", remedy))
    return faults


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A holder opened; `place` says where a person finds it."""

    household: str
    name: str
    place: str


def check_holders(holders: Iterable[Holder], granted_to: GrantedTo) -> list[Fault]:
    """Return every fault of holders that only the vault shows: who holds it twice, and whether a person is named. No
    fault says whose.
    """
    faults = []
    seen: set[tuple[str, str]] = set()
    for holder in holders:
        if bool(holder.name) != (granted_to == "person"):
            expected = "给人的荣誉写本人姓名" if granted_to == "person" else "给户的荣誉不写本人姓名"
            found = "没写本人姓名" if granted_to == "person" else "写了本人姓名"
            remedy = "补上姓名" if granted_to == "person" else "删去姓名"
            faults.append(build_fault("honour-person", holder.place, found, expected, remedy))
        key = (holder.household, holder.name)
        if key in seen:
            expected, remedy = "同一项荣誉每户、每人一次", "删去重复的一行"
            faults.append(build_fault("honour-twice", holder.place, "名单里已经有了", expected, remedy))
        seen.add(key)
    return faults
