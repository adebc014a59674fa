"""A bank's statement as it was read: what comparing needs, and nothing by which somebody could be found."""

from __future__ import annotations

import msgspec


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line. Names and account numbers are masked where they are read, see `reading`: whole they leave it never.

    `account`  of the other side, its last four digits
    `party`    the other side's name, masked
    `text`     what the bank says it was for, long numbers starred
    `vouchers` numbers of vouchers that the text names
    """

    account: str
    amount_fen: int  # money in positive; never zero
    balance_fen: int  # after it
    occurred_on: str
    party: str
    place: str  # where it stands in the file
    text: str
    vouchers: tuple[str, ...]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says. `lines` stand as they happened; `begins_on` and `ends_on` are the days that the bank was asked
    for, empty where it does not say.
    """

    bank: str
    begins_on: str
    ends_on: str
    lines: tuple[StatementLine, ...]


NOTHING = Statement(bank="", begins_on="", ends_on="", lines=())
"""Of a file that could not be read."""
