"""Who read what is kept about people: one fact in the desk's log for each page, which names all whom it was about.

Whoever has to say why they read says so once a session for each person; the reason stands in every fact after, and is
kept with the session, so that a server that is started anew asks nobody twice. The law gives everybody the right to
know who looked (个人信息保护法 art. 44, 45): `list_readings` is what they are told.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from ledger.books.masks import View
from ledger.books.roles import ROLES
from ledger.data import load_masks
from ledger.desk import DeskReader
from ledger.errors import Fault, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import Fact, find_reads, log_fact
from ledger.service.accounts.rights import OPERATOR
from ledger.service.accounts.sessions import SignedIn

DUTY, MACHINE = "duty", "machine"
"""Why somebody reads who need not say why: it is their work; they work at the machine itself."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read, or took out, what is kept about one subject.

    `at`       instant of UTC, as the desk's log writes it
    `among`    how many others the page was about, too
    `number`   of the fact in the desk's log
    `place`    which page, see `log_reading`
    `purpose`  of `masks.toml`; several, separated by slashes, where of some another reason was given than of others
    `role`     as what, roles separated by slashes
    `user`     u-…; empty for somebody at the machine, and for an operator
    """

    among: int
    at: str
    number: int
    place: str
    purpose: str
    role: str
    user: str


def say_purpose(ports: DeskPorts, who: SignedIn, subjects: Collection[str], purpose: str) -> None:
    """Keep why somebody reads about some, until their session ends. Raises Refused for a reason that is not theirs."""
    if purpose not in [row.id for row in load_masks().list_purposes(who.roles)]:
        raise Refused([_build_purpose()])
    with ports.desk.write() as desk:
        # Of a session that ended since nothing is kept: nobody could find it any more.
        if desk.find_session(who.session.digest) is not None:
            desk.put_purposes(*_name(who), subjects, purpose)


def find_purpose(ports: DeskPorts, who: SignedIn, subjects: Collection[str]) -> str:
    """Return why somebody reads about all of these, every reason that they gave of one; empty where they did not say
    it of each. Several are one code, see `MaskTable.join_purposes`.
    """
    with ports.desk.read() as desk:
        said = desk.find_purposes(*_name(who))
    reasons = {said.get(subject, "") for subject in subjects}
    return "" if "" in reasons else load_masks().join_purposes(reasons)


def choose_view(
    ports: DeskPorts, who: SignedIn, subjects: Collection[str], field: str = ""
) -> tuple[View, str]:
    """Return what somebody sees of some, and why they read; the reason is empty while it is still to be said.

    With a `field`, of it alone: whoever sees that one whole, or not at all, is asked nothing.
    """
    table = load_masks()
    if not any(table.must_ask(who.roles, one) for one in ([field] if field else table.fields)):
        return table.find_view(who.roles), DUTY
    purpose = find_purpose(ports, who, subjects)
    return table.find_view(who.roles, has_purpose=bool(purpose)), purpose


def log_reading(
    ports: DeskPorts,
    who: SignedIn,
    subjects: Collection[str],
    *,
    place: str,
    purpose: str,
    village: str = "",
) -> None:
    """Log that somebody read about some, once for all of them; nothing where there is nobody.

    `place` is a word for the page, and what it was of: `draft:d-…`, `original:17`, `original:d-…`, `import`, `sheet`,
    `households`, `card`, `new-card`, `honours`, `certificate`, `paper`, `person`, `report:q-…`, `agreement`,
    `withdraw`, `board:WG-0002`, `grid:WG-0001`, `visits:2026-10`, `diary:2026-10`, `pairs`, `unvisited`; of these the
    number of a unit may stand for whoever is under no household's pseudonym. `village` is for an operator, who acts in
    none.
    """
    if not subjects:
        return
    role = "/".join(role for role in (*ROLES, OPERATOR) if role in who.roles)
    fact = who.build_fact(event="read-personal", place=place, reason=purpose, role=role)
    if village:
        fact = msgspec.structs.replace(fact, village=village)
    with ports.desk.write() as desk:
        log_fact(desk, fact, ports.clock.now_ms(), subjects=subjects)


def log_machine_reading(ports: DeskPorts, village: str, subjects: Collection[str], *, place: str) -> None:
    """Log that somebody at the machine read about some."""
    if subjects:
        fact = Fact(event="read-personal", place=place, reason=MACHINE, village=village)
        with ports.desk.write() as desk:
            log_fact(desk, fact, ports.clock.now_ms(), subjects=subjects)


def list_readings(desk: DeskReader, village: str, subject: str) -> list[Reading]:
    """Return who read what is kept about one subject, newest first."""
    found = [
        Reading(
            among=int(logged.fact.count) - 1 if logged.fact.count.isdigit() else 0,
            at=logged.at,
            number=logged.number,
            place=logged.fact.place,
            purpose=logged.fact.reason,
            role=logged.fact.role,
            user=logged.fact.actor,
        )
        for logged in find_reads(desk, village, subject)
    ]
    return found[::-1]


def _name(who: SignedIn) -> tuple[str, str]:
    return who.session.session, who.seat.village if who.seat is not None else ""


def _build_purpose() -> Fault:
    return Fault(
        code="reading-purpose",
        place="为什么看",
        found="没有选",
        expected="列出的一种",
        remedy="选一种再看；选的会记下来，本人查得到",
    )
