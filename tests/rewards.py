"""What points do, as bodies of entries that tests record: a shop, what was taken from it, a task and its hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.books.annexes import Band, PointsAnnexed
from ledger.books.honours import HonoursGranted
from ledger.books.shops import Goods, PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.books.volunteering import HoursBooked, HoursLine, TaskClaimed, TaskOffered
from ledger.vaults import Household
from tests.builders import (
    VILLAGE,
    Discloser,
    build_agreements,
    build_households,
    build_points_round,
    build_rule,
    build_rulebook,
    make_id,
)
from tests.homes import VillageHome

AWARDED, DISPLAYED = 12, 6
ANNEXED = [make_id("h", number) for number in range(18)]
NUMBERS = [f"9{at:03d}7" for at in range(len(ANNEXED))]


def build_shop(texts: Discloser) -> ShopAdopted:
    soap = Goods(code="SP001", cost_fen=80, name=texts.publish("肥皂"), points=1, stock=20)
    return ShopAdopted(
        budget_fen=6_000,
        first_period="2026-10",
        goods=(soap,),
        last_period="2027-03",
        resolution="JY-2026-001",
        version=1,
    )


def build_redeemed(texts: Discloser) -> PointsRedeemed:
    value = {"day": "2026-11-02", "household": make_id("h", 2), "receipt": "DH-2026-0001"}
    line = RedeemedLine(
        cost_fen=160, goods="SP001", points=2, quantity=2, subject=texts.seal(value, "subject")
    )
    return PointsRedeemed(lines=(line,), version=1)


def build_return(texts: Discloser, redeemed: PointsRedeemed, reverses: int) -> RedemptionReversed:
    (line,) = redeemed.lines
    return RedemptionReversed(line=line.subject.sealed, reason=texts.publish("包装破损"), reverses=reverses)


def build_task(texts: Discloser) -> TaskOffered:
    return TaskOffered(
        held_on="2026-11-02",
        needed=3,
        number="FW-2026-001",
        place=texts.publish("村委会门口"),
        rule="B01",
        title=texts.publish("清理村东水渠"),
        unit_hours_hundredths=400,
    )


def build_claims(texts: Discloser) -> TaskClaimed:
    return TaskClaimed(claims=(texts.seal({"household": make_id("h", 0)}, "claim"),), task="FW-2026-001")


def build_hours(texts: Discloser) -> HoursBooked:
    sealed = texts.seal({"evidence": "签到表", "household": make_id("h", 0)}, "subject")
    return HoursBooked(
        lines=(HoursLine(hours_hundredths=400, subject=sealed),), task="FW-2026-001", version=1
    )


def build_annex(texts: Discloser, **changes: Any) -> PointsAnnexed:
    line = texts.seal({"household": make_id("h", 0), "number": "000", "points": 2}, "line")
    fields: dict[str, Any] = {
        "bands": (Band(households=6, least=0),),
        "households": 6,
        "lines": (line,),
        "part": 1,
        "parts": 1,
        "sheet": "2026-10-P-1",
        "size": 1,
    }
    return PointsAnnexed(**(fields | changes))


def live_with_points(village: VillageHome, *, grant: Callable[[], HonoursGranted] | None = None) -> None:
    """Eighteen households agreed to scoring, twelve have two points in October, six of these agreed to be displayed,
    the first also to be named. What `grant` returns is of October, too.
    """
    known = [
        Household(consents=frozenset({"scoring"}), group=1, household=one, name=f"样例{at}", number=number)
        for at, (one, number) in enumerate(zip(ANNEXED, NUMBERS, strict=True))
    ]
    village.home.vault.put_households(VILLAGE, known)
    village.open_books()
    village.record(build_rulebook(village.texts, rules=(build_rule(village.texts),)))
    village.record(build_households(village.texts, len(ANNEXED)))
    sealed = [
        village.texts.seal(
            {"display": at < DISPLAYED, "household": one, "naming": at == 0, "scoring": True}, "agreement"
        )
        for at, one in enumerate(ANNEXED)
    ]
    agreements = tuple(sorted(sealed, key=lambda item: item.sealed))
    village.record(
        build_agreements(village.texts, len(ANNEXED), agreements=agreements, display=DISPLAYED, naming=1)
    )
    village.record(build_points_round(village.texts, AWARDED))
    if grant is not None:
        village.record(grant())
    village.go_to("2026-11-02")
    village.close("2026-10")
