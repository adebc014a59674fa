"""The desk's log: one JSON line a fact, for whoever has to find out later who did what, and who looked at whom.

A line names people by pseudonym or account, places by a keyed hash, and never holds a name, a sign-in name, a password
or an address. What is no pseudonym, code or word of ours is written as `?`, so that nothing typed can enter a line, and
JSON escapes whatever could break one.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Iterator
from typing import Literal, get_args

import msgspec

from ledger.desk import (
    Desk,
    DeskEnd,
    DeskLine,
    DeskReader,
    DeskWriter,
    RememberedEnd,
    digest_desk_line,
    digest_subjects,
)
from ledger.errors import Fault
from ledger.log.chain import ZERO_HASH
from ledger.ports import DeskPorts

Event = Literal[
    "signed-in",
    "refused",  # a sign-in, with its reason
    "shared-device",  # a browser that another account signed in from, which is the subject
    "signed-out",
    "session-ended",
    "password-changed",
    "password-reset",
    "reset-seen",  # somebody who had to know of a reset saw it; its number is the reason
    "totp-offered",
    "totp-set",
    "totp-reset",
    "recovery-used",
    "recovery-made",
    "passkey-added",
    "passkey-removed",
    "passkey-cloned",  # its counter went back: somebody may have a copy of it
    "account-made",
    "account-disabled",
    "account-enabled",
    "account-expires",
    "seat-given",
    "seat-taken",
    "person-added",
    "granted",  # a duty, which is the reason
    "revoked",
    "household-set",
    "kin-declared",  # with whom: the reason
    "kin-withdrawn",
    "draft-returned",
    "draft-withdrawn",
    "exported",
    "audited",  # the village's log, by a run in the background
    "area-set",  # several villages to look at together, which is the subject
    "area-dropped",
    "read-personal",  # what nobody but the readers of `masks.toml` see whole; one fact for all whom a page is about
    "card-made",  # of a household, which is the subject; the one before opens nothing any more
    "card-revoked",
    "ballot-printed",  # the codes of a secret ballot, of which nothing else is ever logged
    "votes-guessed",  # as the next, of voting codes
    "cards-guessed",  # more cards of the village opened nothing within an hour than slips of the pen explain
    "erase-asked",  # somebody asks that all about the subject be erased; `reason` says why
    "erase-refused",  # another person does not agree, or the one who asked takes it back
    "erase-agreed",  # another person agrees
    "erased",  # done, for good
    "objection-entered",  # one on paper or by voice, typed by a clerk
    "objection-aside-asked",  # somebody asks that the subject be not registered; `reason` says why
    "objection-aside-kept",  # another person does not agree, or the one who asked takes it back
    "objection-aside-agreed",  # another person agrees: it is set aside
    "report-aside",  # what somebody reported becomes no case of its own; `reason` says why
    "report-reopened",  # it waits again
    "denied",
    "end-accepted",  # the log is shorter than it was: the reason says how long it had been
]
EVENTS: frozenset[str] = frozenset(get_args(Event))

FINDINGS_MAX = 20
"""Broken rows named of one log; the first is what matters."""

_CLEAN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,79}|", re.ASCII)


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is logged; a field that says nothing is left out of the line."""

    event: Event
    account: str = ""  # whose way in: a-…
    actor: str = ""  # as whom of the village: u-…
    count: str = ""  # how many it was about, where that is more than one
    network: str = ""  # keyed hash
    outcome: str = ""
    place: str = (
        ""  # of a reading: which page, and of what; a code, or a code and a draft's or subject's name
    )
    reason: str = ""  # a code
    role: str = ""  # of a reading: as what
    session: str = ""  # s-…
    subject: str = ""  # whom it was about: u-…, h-…, m-…, a-…, r-…; empty where that is more than one
    subjects: str = ""  # SHA-256 of whom, where that is more than one: see `desk.digest_subjects`
    village: str = ""


class LoggedFact(msgspec.Struct, frozen=True, kw_only=True):
    """A line read back."""

    at: str  # 2026-10-28T08:00:00.000Z
    fact: Fact
    number: int

    @property
    def at_ms(self) -> int:
        """UTC milliseconds."""
        return round(dt.datetime.fromisoformat(self.at).timestamp() * 1_000)


def log_fact(desk: DeskWriter, fact: Fact, at_ms: int, *, subjects: Collection[str] = ()) -> None:
    """Append a fact, within the transaction that it is true of; `subjects` where it is about several."""
    named = sorted({*subjects})
    if len(named) == 1:
        fact = msgspec.structs.replace(fact, subject=named[0])
    elif named:
        fact = msgspec.structs.replace(fact, count=str(len(named)), subjects=digest_subjects(named))
    values = {name: _clean(value) for name, value in msgspec.to_builtins(fact).items()}
    line = json.dumps(values | {"at": _format_time(at_ms)}, ensure_ascii=True, sort_keys=True)
    desk.add_line(
        line,
        village=values.get("village", ""),
        subject=values.get("subject", ""),
        subjects=named if len(named) > 1 else (),
    )


def iterate_facts(desk: DeskReader, since: str = "") -> Iterator[LoggedFact]:
    """Yield the facts from a day or instant of UTC on, oldest first; what cannot be read is left out."""
    for row in desk.iterate_lines():
        logged = read_line(row)
        if logged is not None and logged.at >= since:
            yield logged


def find_reads(desk: DeskReader, village: str, subject: str) -> list[LoggedFact]:
    """Return who looked at the personal data of one person or household, alone or among others, oldest first."""
    rows = (read_line(row) for row in desk.list_lines_about(village, subject))
    return [
        logged for logged in rows if logged is not None and logged.fact.event in {"read-personal", "exported"}
    ]


def check_desk_log(desk: DeskReader) -> list[Fault]:
    """Every row follows the one before and is what its digest says, and none is missing at the end."""
    faults: list[Fault] = []
    number, previous, named = 0, ZERO_HASH, 0
    for row in desk.iterate_lines(-(2**63)):
        number += 1
        if row.number != number:
            faults.append(_build_broken(number, f"第 {row.number} 行", f"第 {number} 行"))
            number = row.number
        elif row.previous != previous:
            faults.append(_build_broken(number, _show(row.previous), _show(previous)))
        if (digest := digest_desk_line(row.number, row.previous, row.line)) != row.digest:
            faults.append(_build_broken(number, _show(digest), _show(row.digest)))
        elif not _is_found_by_its_line(row):
            faults.append(_build_broken(number, "查找用的村或人与这一行不同", "与这一行相同"))
        about = desk.list_subjects(row.number)
        if not _names_its_subjects(row, about):
            faults.append(_build_broken(number, f"涉及的 {len(about)} 户、人与这一行不同", "与这一行相同"))
        named += len(about)
        previous = row.digest
        if len(faults) >= FINDINGS_MAX:
            return faults
    if desk.count_subjects() != named:
        faults.append(_build_broken(number, "涉及的户、人里有不属于哪一行的", "每一个都属于一行"))
    end = desk.get_end()
    if (end.number, end.digest) != (number, previous):
        faults.append(_build_broken(number, f"到第 {number} 行为止", f"到第 {end.number} 行为止"))
    return faults


def check_remembered(desk: Desk) -> list[Fault]:
    """The log goes on from where it had come when a row was added last: no older database was put in its place."""
    known = desk.find_remembered()
    if known is None:
        return []
    with desk.read() as reader:
        line, end = reader.find_line(known.number), reader.get_end()
    if line is not None and line.digest.hex() == known.digest:
        return []
    return [
        Fault(
            code="desk-log-behind",
            place="办事记录",
            found=f"只到第 {end.number} 行" if line is None else f"第 {known.number} 行与记下的不同",
            expected=f"到过第 {known.number} 行，摘要 {known.digest[:16]}",
            remedy="desk.db 多半是换回了旧的，停用的账号可能又能用：找回原来的；找不回的，查清以后运行 "
            "mingbai desklog --accept",
        )
    ]


def accept_end(ports: DeskPorts) -> None:
    """Let the log go on from what there is, and say in it how far it had come. Nothing where nothing is missing."""
    known = ports.desk.find_remembered()
    if known is None or not check_remembered(ports.desk):
        return
    with ports.desk.write() as desk:
        reason = f"{known.number}:{known.digest[:16]}"
        log_fact(desk, Fact(event="end-accepted", reason=reason), ports.clock.now_ms())
        end = desk.get_end()
    ports.desk.remember(
        RememberedEnd(
            digest=end.digest.hex(),
            number=end.number,
            shown_at=known.shown_at,
            shown_number=known.shown_number,
        )
    )


def note_shown(ports: DeskPorts, end: DeskEnd) -> None:
    """Remember that the end was handed out to be kept elsewhere; nothing of a log that is not what it was."""
    known = ports.desk.find_remembered()
    if end.number == 0 or check_remembered(ports.desk):
        return
    number, digest = (known.number, known.digest) if known is not None else (end.number, end.digest.hex())
    ports.desk.remember(
        RememberedEnd(digest=digest, number=number, shown_at=ports.clock.now_ms(), shown_number=end.number)
    )


def _is_found_by_its_line(row: DeskLine) -> bool:
    logged = read_line(row)
    return logged is not None and (logged.fact.village, logged.fact.subject) == (row.village, row.subject)


def _names_its_subjects(row: DeskLine, subjects: list[str]) -> bool:
    logged = read_line(row)
    if logged is None or not logged.fact.subjects:
        return not subjects
    return (logged.fact.count, logged.fact.subjects) == (str(len(subjects)), digest_subjects(subjects))


def read_line(row: DeskLine) -> LoggedFact | None:
    """Return the fact of a row; None for a line that is none."""
    try:
        values = json.loads(row.line)
        return LoggedFact(at=str(values.pop("at")), fact=msgspec.convert(values, Fact), number=row.number)
    except (ValueError, RecursionError, KeyError, AttributeError, msgspec.ValidationError):
        return None


def _clean(value: str) -> str:
    return value if _CLEAN.fullmatch(value) else "?"


def _format_time(at_ms: int) -> str:
    at = dt.datetime.fromtimestamp(at_ms // 1_000, dt.UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1_000:03d}Z"


def _show(digest: bytes) -> str:
    return f"摘要 {digest.hex()[:16]}"


def _build_broken(number: int, found: str, expected: str) -> Fault:
    return Fault(
        code="desk-log-broken",
        place=f"办事记录第 {number} 行",
        found=found,
        expected=expected,
        remedy="保留现场，查清是盘坏了还是有人改过；和以前打印、抄走的比",
    )
