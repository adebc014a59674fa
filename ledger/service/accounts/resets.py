"""Whose way in an operator opened anew: told to that person and to those who answer for the village, until each saw it.

A reset takes password, second factor, recovery codes and passkeys away; whoever gets the one-time password is in, and
can say that they saw it: so the others are asked each for themselves. That it was done stands in the desk's log, and so
does that somebody saw it. Nothing else is kept.
"""

from __future__ import annotations

import msgspec

from ledger.desk import DeskReader
from ledger.limits import DAY_MS
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import LoggedFact, log_fact, read_line
from ledger.service.accounts.sessions import SignedIn

TOLD_DAYS = 90
"""For so long it is told to others than the person: who answers for a village later begins with a clean page."""


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's account was reset.

    `at_ms`   UTC milliseconds
    `by`      sign-in name of whoever did it; empty at the machine itself
    `number`  of the fact in the desk's log
    `user`    whose: u-… in the village of whoever looks; empty for their own
    """

    at_ms: int
    by: str
    number: int
    user: str


def list_resets(ports: DeskPorts, who: SignedIn, *, of_village: bool) -> list[Reset]:
    """Return the newest reset of one's own account, and with `of_village` of everybody's of the village that the
    session acts in, that one has not seen yet; newest first. What one did oneself is no news.
    """
    village = who.seat.village if who.seat is not None else ""
    persons = ports.vault.list_persons(village) if of_village and village else []
    with ports.desk.read() as desk:
        seats = [desk.find_seat(village, person.user) for person in persons]
        whose = {seat.account: seat.person for seat in seats if seat is not None}
        whose[who.account.account] = ""
        found = [_find_unseen(desk, who, village, account, user) for account, user in whose.items()]
    oldest = ports.clock.now_ms() - TOLD_DAYS * DAY_MS
    kept = [one for one in found if one is not None and (not one.user or one.at_ms >= oldest)]
    return sorted(kept, key=lambda one: -one.number)


def mark_seen(ports: DeskPorts, who: SignedIn, number: int, *, of_village: bool) -> None:
    """Keep that somebody saw the resets up to a number of the desk's log. Again changes nothing."""
    seen = [one for one in list_resets(ports, who, of_village=of_village) if one.number <= number]
    with ports.desk.write() as desk:
        for one in seen:
            line = desk.find_line(one.number)
            if line is not None:
                fact = who.build_fact(event="reset-seen", reason=str(one.number), subject=line.subject)
                log_fact(desk, fact, ports.clock.now_ms())


def _find_unseen(desk: DeskReader, who: SignedIn, village: str, account: str, user: str) -> Reset | None:
    # Whoever resets acts in no village, so the fact names none.
    resets = [logged for logged in _list_about(desk, "", account) if logged.fact.event == "password-reset"]
    if not resets or resets[-1].fact.account == who.account.account:
        return None
    newest, seen = resets[-1], str(resets[-1].number)
    for logged in _list_about(desk, village, account):
        fact = logged.fact
        if fact.event == "reset-seen" and fact.reason == seen and fact.account == who.account.account:
            return None
    by = desk.find_account(newest.fact.account) if newest.fact.account else None
    return Reset(at_ms=newest.at_ms, by=by.sign_in if by is not None else "", number=newest.number, user=user)


def _list_about(desk: DeskReader, village: str, account: str) -> list[LoggedFact]:
    read = (read_line(row) for row in desk.list_lines_about(village, account))
    return [logged for logged in read if logged is not None]
