"""Agreements and withdrawals of one household: the newest word on each consent decides."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.consents import (
    Given,
    Standing,
    Taken,
    complete_withdrawn,
    find_newest_version,
    follow_consents,
    list_withdrawn,
)
from ledger.books.points import CONSENT_NAMES, ConsentsWithdrawn, WithdrawnFrom, check_withdrawal
from ledger.books.values import Sealed
from ledger.errors import format_fault

SOME = st.frozensets(st.sampled_from(sorted(CONSENT_NAMES)), min_size=1)
STEPS = st.lists(st.tuples(st.booleans(), SOME, st.integers(1, 3)), max_size=12)


def make_withdrawal(*versions: WithdrawnFrom) -> ConsentsWithdrawn:
    return ConsentsWithdrawn(versions=versions, withdrawal=Sealed(sealed="a" * 43))


def test_an_agreement_gives_a_withdrawal_takes_and_another_agreement_gives_again() -> None:
    standing: Standing = {}
    for step in (
        Given(3, frozenset({"scoring", "display"}), 1),
        Given(4, frozenset({"scoring", "display", "naming"}), 2),
        Taken(5, frozenset({"display"})),
    ):
        standing = follow_consents(standing, step)

    assert standing == {(1, "scoring"): 3, (2, "scoring"): 4, (2, "naming"): 4}
    assert find_newest_version(standing, "scoring") == 2
    assert find_newest_version(standing, "display") == 0
    assert follow_consents(standing, Given(6, frozenset({"display", "scoring"}), 2)) == {
        **standing,
        (2, "display"): 6,
    }


def test_withdrawing_to_be_scored_takes_the_others_along() -> None:
    standing: Standing = {(1, "scoring"): 3, (1, "naming"): 3, (2, "display"): 4}

    assert complete_withdrawn(["scoring"]) == set(CONSENT_NAMES)
    assert complete_withdrawn(["naming"]) == {"naming"}
    assert list_withdrawn(standing, ["scoring"]) == {1: ("naming", "scoring"), 2: ("display",)}
    assert list_withdrawn(standing, ["display"]) == {2: ("display",)}
    assert list_withdrawn({}, ["scoring"]) == {}
    assert follow_consents(standing, Taken(5, frozenset({"scoring"}))) == {}


@given(STEPS)
def test_what_is_in_force_is_what_was_given_and_not_taken_since(
    steps: list[tuple[bool, frozenset[str], int]],
) -> None:
    standing: Standing = {}
    for at, (gives, names, version) in enumerate(steps):
        chosen = frozenset(name for name in CONSENT_NAMES if name in names)
        standing = follow_consents(standing, Given(at, chosen, version) if gives else Taken(at, chosen))

    for version in (1, 2, 3):
        for name in CONSENT_NAMES:
            given_at = [
                at for at, (gives, names, of) in enumerate(steps) if gives and name in names and of == version
            ]
            taken_at = [
                at for at, (gives, names, _) in enumerate(steps) if not gives and names & {name, "scoring"}
            ]
            assert ((version, name) in standing) == (max(given_at, default=-1) > max(taken_at, default=-1))


def test_a_withdrawal_stands_in_order() -> None:
    order = "撤回的同意：现为版本或项目没有排好，或有重复，应为版本从小到大，项目按名称排，各出现一次。"
    first, second = (
        WithdrawnFrom(consents=("display",), version=1),
        WithdrawnFrom(consents=("naming",), version=2),
    )

    assert check_withdrawal(make_withdrawal(first, second)) == []
    for wrong in (
        make_withdrawal(second, first),
        make_withdrawal(first, first),
        make_withdrawal(WithdrawnFrom(consents=("naming", "display"), version=1)),
        make_withdrawal(WithdrawnFrom(consents=("naming", "naming"), version=1)),
    ):
        assert [format_fault(fault) for fault in check_withdrawal(wrong)] == [
            f"{order}重新生成这一条。（withdrawal-order）"
        ]
