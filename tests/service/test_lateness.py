"""What is late, by the day: sheets, drafts, held vouchers, witnesses; and in which words it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.limits import DAY_MS
from ledger.log.confirmation import Confirmation
from ledger.service.adopt import prepare_description
from ledger.service.lateness import Late, find_lateness, list_unpublished
from ledger.service.standing import Standing, examine
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.homes import VillageHome, open_village
from web.late_words import tell_late


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        yield opened


def find(village: VillageHome, confirmation: Confirmation | None = None) -> list[Late]:
    home = village.home
    with home.ledger.read(VILLAGE) as reader:
        standing: Standing = examine(VILLAGE, reader, home.heads.find_newest(VILLAGE))
        drafts = home.vault.list_drafts(VILLAGE, "waiting")
        return find_lateness(home, reader, standing, confirmation=confirmation, drafts=drafts)


def tell(village: VillageHome, confirmation: Confirmation | None = None) -> list[str]:
    return [tell_late(late) for late in find(village, confirmation)]


def draft_voucher(village: VillageHome, number: int, amount_fen: int = 1_000) -> str:
    body = build_voucher(
        village.texts,
        chart="2023",
        number=f"2026-10-{number:03d}",
        postings=build_postings(amount_fen, debit="513"),
    )
    return village.draft(body).id


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-10-31", []),
        ("2026-11-22", []),
        ("2026-11-23", ["2026年10月的财务公开表要在 2026年11月30日以前贴出"]),
        ("2026-11-30", ["2026年10月的财务公开表要在 2026年11月30日以前贴出"]),
        ("2026-12-01", ["2026年10月的财务公开表还没有贴，按月公布的应在 2026年11月30日以前"]),
    ],
)
def test_a_month_is_due_thirty_days_after_it_ended(village: VillageHome, day: str, said: list[str]) -> None:
    village.go_to(day)

    assert tell(village) == said


def test_after_a_quarter_it_is_worse_and_the_later_month_is_told_apart(village: VillageHome) -> None:
    for _ in range(3):
        village.clock.advance(32 * DAY_MS)
    village.clock.advance(4 * DAY_MS)  # The fifth of February.

    assert [(late.kind, late.period, late.day, late.is_urgent) for late in find(village)] == [
        ("publish-quarter", "2026-10", "2027-01-31", True),
        ("publish-month", "2026-11", "2026-12-30", True),
    ]
    assert tell(village) == [
        "2026年10月的财务公开表还没有贴，法律规定至少每季度公布一次，最迟 2027年1月31日",
        "2026年11月起 2 个月的财务公开表还没有贴，按月公布的应在 2026年12月30日以前",
    ]


def test_a_sealed_month_is_late_no_more(village: VillageHome) -> None:
    village.go_to("2026-12-05")
    village.close("2026-10")
    with village.home.ledger.read(VILLAGE) as reader:
        now_ms = village.clock.now_ms()
        before = list_unpublished(reader.facts, village.home.reference.law, VILLAGE, now_ms)
    village.seal("finance", "2026-10")

    assert [(month.period, month.is_closed) for month in before] == [("2026-10", True), ("2026-11", False)]
    assert [late.kind for late in find(village)] == []


def test_before_the_books_are_opened_no_month_is_late(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.clock.advance(200 * DAY_MS)
        assert tell(village) == []


def test_only_a_year_is_looked_at(village: VillageHome) -> None:
    village.clock.advance(900 * DAY_MS)

    with village.home.ledger.read(VILLAGE) as reader:
        found = list_unpublished(reader.facts, village.home.reference.law, VILLAGE, village.clock.now_ms())

    assert (len(found), found[-1].period) == (12, "2029-03")


@pytest.mark.parametrize(
    ("days", "kinds"),
    [(6, []), (7, ["slow"]), (22, ["slow"]), (23, ["expiring"]), (30, ["expiring"]), (31, ["expired"])],
)
def test_a_draft_is_slow_then_expiring_then_expired(
    village: VillageHome, days: int, kinds: list[str]
) -> None:
    draft = draft_voucher(village, 1)
    village.clock.advance(days * DAY_MS)

    found = [late for late in find(village) if not late.kind.startswith("publish")]

    assert [late.kind for late in found] == kinds
    assert all((late.count, late.subject) == (1, draft) for late in found)


def test_a_voucher_that_waits_for_the_number_before_it_says_which(village: VillageHome) -> None:
    first = draft_voucher(village, 1)
    second = village.home.vault.find_draft(VILLAGE, draft_voucher(village, 2))
    assert second is not None
    assert village.pass_(second) == [None]

    (late,) = find(village)

    assert (late.kind, late.count, late.number, late.subject) == ("held", 1, "2026-10-001", first)
    assert tell_late(late) == "1 张凭证审完了，在等前面的 2026-10-001 号先审完"


@pytest.mark.parametrize(
    ("ago_s", "has_asked", "said"),
    [
        (None, True, ["见证人一次也没有确认过这本账"]),
        (2 * 86_400, True, []),
        (3 * 86_400, True, ["见证人 3 天没有确认过这本账"]),
        (None, False, []),
    ],
)
def test_silent_witnesses_are_told_where_the_policy_asks_for_them(
    village: VillageHome, ago_s: int | None, has_asked: bool, said: list[str]
) -> None:
    now_s = village.clock.now_ms() // 1_000
    time_s = 0 if ago_s is None else now_s - ago_s
    confirmation = Confirmation((), False, ("甲",), 3, has_asked, 0 if ago_s is None else 3, time_s)

    assert tell(village, confirmation) == said


def test_a_log_that_stands_still_comes_first(village: VillageHome) -> None:
    draft_voucher(village, 1)
    village.clock.advance(31 * DAY_MS)
    home = village.home
    with home.ledger.read(VILLAGE) as reader:
        standing = examine(VILLAGE, reader, None)
        late = find_lateness(
            home, reader, standing, confirmation=None, drafts=home.vault.list_drafts(VILLAGE, "waiting")
        )

    assert late[0] == Late("read-only")
    assert tell_late(late[0]) == "账本和签过名的对不上，暂停记账"


def test_several_drafts_are_told_together(village: VillageHome) -> None:
    draft_voucher(village, 1)
    village.clock.advance(DAY_MS)
    prepare_description(
        village.home,
        VILLAGE,
        maker=village.clerk.user,
        name="石榴村",
        township="样例县石榴镇",
        telephone="0000-0000000",
    )
    village.clock.advance(24 * DAY_MS)

    (late,) = [item for item in find(village) if item.kind == "expiring"]

    assert (late.count, late.subject) == (2, "")
    assert tell_late(late) == "2 条待审的快过期了，最早的 2026年11月27日过期"
