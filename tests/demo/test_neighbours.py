"""The demo's two other villages: their books balance, nobody's money runs out, and no name is used twice."""

from __future__ import annotations

import pytest

from web.demo.neighbours import AREA, LATE, NEIGHBOURS, PUNCTUAL, Neighbour
from web.demo.people import STAFF, VILLAGE, list_households, list_members


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda neighbour: neighbour.name)
def test_books_balance_and_neither_cash_nor_bank_is_ever_overdrawn(neighbour: Neighbour) -> None:
    debit, credit = (
        sum(fen for _, side, fen in neighbour.opening if side == chosen) for chosen in ("debit", "credit")
    )
    held = {code: fen for code, _, fen in neighbour.opening if code in ("101", "102")}

    assert debit == credit
    for voucher in [
        *(voucher for month in neighbour.months for voucher in month.vouchers),
        *neighbour.waiting,
    ]:
        signed = [line.fen if line.side == "debit" else -line.fen for line in voucher.lines]
        assert sum(signed) == 0, voucher
        for line, change in zip(voucher.lines, signed, strict=True):
            if line.account in held:
                held[line.account] += change
        assert min(held.values()) >= 0, voucher


def test_what_waits_is_above_the_townships_limit() -> None:
    assert LATE.limits is not None
    assert [voucher.lines[0].fen >= LATE.limits.third_fen for voucher in LATE.waiting] == [True, True]
    assert (PUNCTUAL.limits, PUNCTUAL.waiting) == (None, ())


def test_villages_and_their_people_have_names_of_their_own() -> None:
    staff = [STAFF, *(neighbour.staff for neighbour in NEIGHBOURS)]
    named = [name for one in staff for name in (one.clerk, one.supervisor, one.secretary, *one.handlers)]
    registered = [
        *list_households(),
        *list_members(),
        *(one for each in NEIGHBOURS for one in each.households),
    ]
    names = [*named, *(one.name for one in registered)]

    assert len(names) == len(set(names))
    assert len({VILLAGE, *(neighbour.code for neighbour in NEIGHBOURS)}) == 3
    assert set(AREA) < {VILLAGE, *(neighbour.code for neighbour in NEIGHBOURS)}
