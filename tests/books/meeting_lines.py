"""Lines of text ledgers that tell of meetings, of the limit from which one is needed, and of earmarked funds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ledger.books.funds import FundOpened
from ledger.books.limits import LimitsAdopted
from ledger.books.money import format_yuan, parse_yuan
from ledger.books.resolutions import ForumHeld, ResolutionRecorded, ResolutionReported, Step
from ledger.books.values import PublicText
from ledger.entries import Body
from ledger.state import Facts
from ledger.state.funds import find_fund
from ledger.state.resolutions import find_resolution

_DAY = r"(\d{4}-\d\d-\d\d)"
_AMOUNT = r"([0-9,]+\.[0-9]{2})"
_STEP = re.compile(rf"(\S+) {_DAY} (\d+) came (\d+): (\d+)-(\d+)-(\d+)")
_RESOLUTION = re.compile(rf"{_DAY} resolution (\S+) (\S+) (adopted|rejected) {_AMOUNT}(?: until {_DAY})?")
_OUTCOME = re.compile(rf"{_DAY} outcome (\S+)")
_FORUM = re.compile(rf"{_DAY} forum (\S+) present (\d+)")
_FUND = re.compile(rf"{_DAY} fund (\S+) (\w+) in (\d+) with {_AMOUNT}")
_LIMITS = re.compile(rf"{_DAY} limits(?: version (\d+))? resolution {_AMOUNT}")
_ALLOWS = re.compile(r"allows (\S+)")
_HOLDS = re.compile(r"holds (\S+)")


def read_meeting(head: str, parts: Sequence[str], publish: Callable[[str], PublicText]) -> Body | None:
    """Return the body that a line of a meeting, a fund or a limit gives, None where it is another's."""
    text = next((part for part in parts if not _STEP.fullmatch(part)), "样例")
    if found := _RESOLUTION.fullmatch(head):
        _, number, procedure, outcome, amount, until = found.groups()
        fields: dict[str, Any] = {"number": number, "outcome": outcome, "procedure": procedure}
        return ResolutionRecorded(
            **fields,
            amount_fen=_read(amount),
            minutes_pages=1,
            steps=tuple(_read_step(part) for part in parts if _STEP.fullmatch(part)),
            title=publish(text),
            valid_until=until or "",
            wording=publish(text),
        )
    if found := _OUTCOME.fullmatch(head):
        return ResolutionReported(resolution=found[2], result=publish(text))
    if found := _FORUM.fullmatch(head):
        return ForumHeld(
            number=found[2], present=int(found[3]), promises=publish("一周内修好"), topics=publish(text)
        )
    if found := _FUND.fullmatch(head):
        _, number, category, account, opening = found.groups()
        given: dict[str, Any] = {"account": account, "category": category, "number": number}
        shared = {"name": publish(text), "source": publish("各方捐赠"), "use": publish("只用于伙食")}
        return FundOpened(**given, **shared, opening_fen=_read(opening))
    if found := _LIMITS.fullmatch(head):
        return LimitsAdopted(
            resolution=publish("村民代表会议通过"),
            resolution_fen=_read(found[3]),
            second_fen=0,
            third_fen=0,
            version=int(found[2] or 1),
        )
    return None


def tell_standing(facts: Facts, head: str) -> str | None:
    """Return what a line that begins with `allows` or `holds` must be, None where it is another's."""
    if found := _ALLOWS.fullmatch(head):
        resolution = find_resolution(facts, found[1])
        assert resolution is not None
        return f"{head} | spent {format_yuan(resolution.spent_fen)} | left {format_yuan(resolution.left_fen)}"
    if found := _HOLDS.fullmatch(head):
        fund = find_fund(facts, found[1])
        assert fund is not None
        held = fund.held
        told = f"received {format_yuan(held.received_fen)} | spent {format_yuan(held.spent_fen)}"
        return f"{head} | {told} | left {format_yuan(fund.left_fen)} | people {held.recipients}"
    return None


def _read(text: str) -> int:
    amount_fen = parse_yuan(text)
    assert isinstance(amount_fen, int), text
    return amount_fen


def _read_step(part: str) -> Step:
    found = _STEP.fullmatch(part)
    assert found
    meeting: Any = found[1]
    entitled, present, favoured, against, abstained = (int(found[number]) for number in range(3, 8))
    return Step(
        abstained=abstained,
        against=against,
        entitled=entitled,
        favoured=favoured,
        held_on=found[2],
        meeting=meeting,
        present=present,
    )
