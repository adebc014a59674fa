"""Who consents to what: a withdrawal counts from its own entry on, everywhere, and only for its own household."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.points import CONSENT_NAMES, Consent, ConsentsWithdrawn, WithdrawnFrom
from ledger.data import load_reference
from ledger.errors import format_fault
from ledger.evidence import open_texts
from ledger.figures.households import HeldConsent, collect_household, list_consents
from ledger.figures.points import collect_points
from ledger.state.awards import check_registered_privately, check_rounds_privately, list_scoring
from ledger.state.consents import list_consenting, list_ever_scored, list_withdrawals, read_standings
from ledger.state.rulebooks import get_agreements
from tests.books.points_ledger import PointsLedger, change

RULES = ["A01 尊老爱幼 探望 2 次 cap 8", "C10 环境整治 乱堆乱放 -2 次 cap 6"]
START = f"""
2026-01 rulebook 1 | {" | ".join(RULES)} | accepted
2026-01 households | 1 h1 h2 | 2 h3 | accepted
2026-01 agreements 1 | h1 scoring display naming | h2 scoring display | h3 scoring | accepted
"""


@pytest.fixture
def ledger() -> PointsLedger:
    ledger = PointsLedger()
    assert ledger.run(START) == []
    return ledger


def list_now(ledger: PointsLedger, consent: Consent, version: int = 1) -> set[str]:
    return set(list_consenting(ledger.facts, consent, version, len(ledger.entries), ledger.vault.get))


def count_agreed(ledger: PointsLedger, period: str) -> int:
    head = ledger.head("points", period)
    return collect_points(ledger.facts, load_reference(), ledger.texts.get, head).agreed


def tell_vault(ledger: PointsLedger) -> list[str]:
    return [format_fault(fault) for fault in check_registered_privately(ledger.facts, ledger.vault.get)]


def list_own(ledger: PointsLedger, household: str) -> dict[str, object]:
    opened = open_texts(ledger.vault.values())
    return {
        digest: value
        for digest, value in opened.items()
        if isinstance(value, dict) and value.get("household") == household
    }


def hold(ledger: PointsLedger, household: str, version: int = 1) -> dict[str, tuple[bool, int, int]]:
    found: tuple[HeldConsent, ...] = list_consents(ledger.facts, list_own(ledger, household), version)
    return {held.name: (held.is_given, held.at, held.version) for held in found}


def test_a_withdrawal_hides_from_its_own_entry_on(ledger: PointsLedger) -> None:
    assert ledger.run("2026-02 withdrawn h1 display | accepted") == []

    before = len(ledger.entries) - 1
    assert list_now(ledger, "display") == {"h2"}
    assert list_consenting(ledger.facts, "display", 1, before, ledger.vault.get) == {"h1", "h2"}
    assert list_now(ledger, "naming") == {"h1"}
    assert list_now(ledger, "scoring") == {"h1", "h2", "h3"}
    assert list_withdrawals(ledger.facts, len(ledger.entries), ledger.vault.get) == {"h1": before}
    assert get_agreements(ledger.facts, 1).display == 1
    assert hold(ledger, "h1") == {
        "scoring": (True, 4, 1),
        "display": (False, before, 0),
        "naming": (True, 4, 1),
    }
    assert tell_vault(ledger) == []


def test_whoever_withdraws_to_be_scored_is_counted_and_scored_no_more(ledger: PointsLedger) -> None:
    assert count_agreed(ledger, "2026-02") == 3
    assert (
        ledger.run("""
        2026-02 round | h1 A01 1 | h2 A01 1 | h3 A01 1 | accepted
        2026-03 withdrawn h1 scoring | accepted
        2026-03 round | h1 A01 1 | h2 A01 1 | h3 A01 1 | round-consent
        2026-03 round | h1 A01 1 | h2 A01 1 | accepted
        """)
        == []
    )

    assert [list_now(ledger, name) for name in CONSENT_NAMES] == [{"h2", "h3"}, {"h2"}, set()]
    assert count_agreed(ledger, "2026-03") == 2
    assert list_ever_scored(ledger.facts, 1, len(ledger.entries), ledger.vault.get) == {"h1", "h2", "h3"}
    assert list_ever_scored(ledger.facts, 0, len(ledger.entries), ledger.vault.get) == set()
    assert check_rounds_privately(ledger.facts, "2026-02", ledger.vault.get) == []
    # The log's own counts let it pass; the audit of the home names the line.
    (fault,) = check_rounds_privately(ledger.facts, "2026-03", ledger.vault.get)
    assert fault.code == "award-consent"
    assert fault.place.startswith("2026-03 积分明示行第 ")


def test_what_was_earned_before_stays_the_households_own(ledger: PointsLedger) -> None:
    ledger.run("2026-02 round | h1 A01 2 | accepted")
    before = collect_household(ledger.facts, ledger.texts.get, list_own(ledger, "h1"), "2026")
    assert ledger.run("2026-03 withdrawn h1 scoring | accepted") == []

    after = collect_household(ledger.facts, ledger.texts.get, list_own(ledger, "h1"), "2026")
    assert (after.points, after.lines) == (before.points, before.lines) == (4, before.lines)
    (withdrawn,) = after.withdrawals
    assert (withdrawn.entry, withdrawn.withdrawal.withdrawn) == (len(ledger.entries) - 1, ("scoring",))
    assert after.indexes == before.indexes | {withdrawn.entry}


def test_a_round_begun_is_one_round(ledger: PointsLedger) -> None:
    """Its first part says how many households are in it, and who could be."""
    first = ledger.build_round([("h1", "A01", 1), ("h2", "A01", 1)], parts=2, households=3)
    ledger.append(first, "2026-02")
    assert ledger.run("2026-02 withdrawn h3 scoring | accepted") == []

    assert (
        ledger.try_body(ledger.build_round([("h3", "A01", 1)], part=2, parts=2, households=3), "2026-02")
        == []
    )
    assert check_rounds_privately(ledger.facts, "2026-02", ledger.vault.get) == []


def test_a_later_agreement_gives_again(ledger: PointsLedger) -> None:
    assert (
        ledger.run("""
        2026-02 withdrawn h1 scoring | accepted
        2026-03 agreements 1 | h1 scoring naming | accepted
        2026-03 round | h1 A01 1 | h2 A01 1 | h3 A01 1 | accepted
        """)
        == []
    )

    at = len(ledger.entries) - 2
    assert list_now(ledger, "naming") == {"h1"}
    assert list_now(ledger, "display") == {"h2"}
    assert hold(ledger, "h1") == {
        "scoring": (True, at, 1),
        "display": (False, at - 1, 0),
        "naming": (True, at, 1),
    }
    assert check_rounds_privately(ledger.facts, "2026-03", ledger.vault.get) == []
    assert tell_vault(ledger) == []


def test_a_withdrawal_is_of_every_version(ledger: PointsLedger) -> None:
    ledger.run(f"2026-03 rulebook 2 | {' | '.join(RULES)} | accepted")
    ledger.run("2026-03 agreements 2 | h1 scoring display | h2 scoring | accepted")
    assert hold(ledger, "h1", version=2)["naming"] == (False, 0, 0)
    assert ledger.run("2026-03 withdrawn h1 display | accepted") == []

    body = ledger.entries[-1].body
    assert isinstance(body, ConsentsWithdrawn)
    assert body.versions == tuple(WithdrawnFrom(consents=("display",), version=at) for at in (1, 2))
    assert [list_now(ledger, "display", version) for version in (1, 2)] == [{"h2"}, set()]
    assert hold(ledger, "h3", version=1)["scoring"] == (True, 4, 1)
    assert hold(ledger, "h3", version=2)["scoring"] == (False, 0, 0)
    assert tell_vault(ledger) == []


def test_nothing_is_withdrawn_that_nobody_gave(ledger: PointsLedger) -> None:
    ledger.run("2026-02 withdrawn h1 naming | accepted")
    body = ledger.entries[-1].body
    assert isinstance(body, ConsentsWithdrawn)

    both = WithdrawnFrom(consents=("display", "naming"), version=1)
    other = WithdrawnFrom(consents=("scoring",), version=2)
    faults = ledger.check(change(body, versions=(both, other)), "2026-02")
    said = "没有一户的这一项还在起作用，应为撤回签过的、还没有撤回的。对照这一户签过的契约。（withdrawal-nothing）"
    assert [format_fault(fault) for fault in faults] == [
        f"撤回第 1 版的同意署名：现为{said}",
        f"撤回第 2 版的同意积分：现为{said}",
    ]
    assert [fault.code for fault in ledger.check(change(body, versions=(both, both)), "2026-02")] == [
        "withdrawal-order"
    ]


def test_the_vault_shows_what_was_withdrawn_otherwise_and_given_twice(ledger: PointsLedger) -> None:
    body = ledger.build_withdrawal("h3", "scoring")
    wrong = change(body, versions=(WithdrawnFrom(consents=("display",), version=1),))
    ledger.append(wrong, "2026-02")
    at = len(ledger.entries) - 1
    ledger.append(change(wrong, withdrawal=ledger.build_withdrawal("h3", "naming").withdrawal), "2026-02")
    ledger.append(ledger.build_agreements(1, {"h2": ["scoring", "naming"]}), "2026-02")

    once = "同一版细则的同一项只登记一次；删去这一项。（consent-again）"
    how = "按隐私库和这一户签过的契约重新清点。（private-withdrawal）"
    assert tell_vault(ledger) == [
        f"第 {at} 条的撤回：现为第 1 版的同意公示，应为第 1 版的同意积分。{how}",
        f"第 {at + 1} 条的撤回：现为第 1 版的同意公示，应为没有可撤回的。{how}",
        f"第 {at + 2} 条的积分契约：现为有一户已经同意积分，应为还没有同意，或已经撤回的。{once}",
    ]


def test_a_vault_that_shows_something_else_is_told_and_one_that_erased_is_not(ledger: PointsLedger) -> None:
    ledger.run("2026-02 withdrawn h1 display | accepted")
    body = ledger.entries[-1].body
    assert isinstance(body, ConsentsWithdrawn)
    agreed = next(iter(ledger.vault))
    ledger.vault[body.withdrawal.sealed] = ledger.vault[agreed]

    (fault,) = check_registered_privately(ledger.facts, ledger.vault.get)
    assert (fault.code, fault.place) == ("private-unproven", f"第 {len(ledger.entries) - 1} 条")
    del ledger.vault[body.withdrawal.sealed]
    ledger.erase("h1")
    assert tell_vault(ledger) == []
    assert list_now(ledger, "display") == {"h2"}
    assert list_withdrawals(ledger.facts, len(ledger.entries), ledger.vault.get) == {}


STORY = {
    "h1": ["agreements 1 | h1 scoring display naming", "withdrawn h1 display", "agreements 1 | h1 display"],
    "h2": ["agreements 1 | h2 scoring naming", "withdrawn h2 scoring"],
    "h3": ["agreements 1 | h3 scoring"],
}


def replay(order: list[str]) -> tuple[dict[str, set[tuple[int, str]]], list[int]]:
    ledger = PointsLedger()
    assert ledger.run("\n".join(START.splitlines()[:3])) == []
    left = {name: iter(lines) for name, lines in STORY.items()}
    for name in order:
        assert ledger.run(f"2026-02 {next(left[name])} | accepted") == []
    standings = read_standings(ledger.facts, len(ledger.entries), ledger.vault.get)
    known = get_agreements(ledger.facts, 1)
    assert tell_vault(ledger) == []
    assert list_scoring(ledger.facts, 1, len(ledger.entries), ledger.vault.get) == {"h1", "h3"}
    return {name: set(one) for name, one in standings.items()}, [known.scoring, known.display, known.naming]


@settings(max_examples=15, deadline=None)
@given(st.permutations([name for name, lines in STORY.items() for _ in lines]))
def test_independent_households_may_speak_in_any_order(order: list[str]) -> None:
    assert replay(order) == (
        {
            "h1": {(1, "scoring"), (1, "display"), (1, "naming")},
            "h2": set(),
            "h3": {(1, "scoring")},
        },
        [2, 1, 1],
    )
