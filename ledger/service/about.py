"""Everything that the vault keeps about one household or party member, in the words of the books.

What whoever it is about may ask to see (个人信息保护法 art. 45), and what an erasure destroys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from ledger.books.consents import complete_withdrawn
from ledger.books.masks import View
from ledger.books.points import CONSENT_NAMES, Consent, PointsRound
from ledger.books.scores import ScoreRound
from ledger.errors import NotFound
from ledger.evidence import open_texts
from ledger.figures import GONE
from ledger.figures.households import list_consents
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.ports import Ports, Reader
from ledger.service.preview import preview_consents
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.facts import PointsMonth, ScoreMonth, read_body, scan_facts
from ledger.state.private import (
    Agreement,
    AwardLine,
    AwardSubject,
    CardSubject,
    GridHolder,
    GridVisit,
    GroupedMember,
    MarkLine,
    MarkSubject,
    RedeemedSubject,
    RegisteredHousehold,
    RegisteredMember,
    TaskClaim,
    Withdrawal,
)
from ledger.state.rulebooks import find_version, list_rulebooks
from ledger.state.schemes import list_schemes
from ledger.vaults import OPEN_STATES, Household, Member

T = TypeVar("T")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is kept. `period` is the month of the books, empty where it belongs to none."""

    period: str
    said: str
    title: str


class ConsentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One consent of a household as it stands now. `said` tells since when and by which version of the rulebook, and is
    masked for whoever may not see it: then `is_given` says nothing.
    """

    is_given: bool
    name: Consent
    said: str
    title: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept about a subject, as the reader may see it. `place` is its group, or its party branch."""

    consents: tuple[ConsentLine, ...]  # none for a member
    is_member: bool
    lines: tuple[Line, ...]  # oldest month first
    name: str
    number: str
    place: int
    subject: str
    waiting: int  # texts about it in drafts that are no entries yet


def describe_subject(ports: Ports, village: str, subject: str, view: View) -> About:
    """Return what is kept about a household or member; NotFound where there is none, or it was erased."""
    known = find_known(ports, village, subject)
    is_member = isinstance(known, Member)
    kind = "member" if is_member else "household"
    with ports.ledger.read(village) as reader:
        lines = list(_list_lines(ports, reader, village, subject, view))
        consents = () if is_member else tuple(_list_consents(ports, reader, village, subject, view))
    drafts = [draft for state in OPEN_STATES for draft in ports.vault.list_drafts(village, state)]
    return About(
        consents=consents,
        is_member=is_member,
        lines=tuple(sorted(lines, key=lambda line: (line.period, line.title, line.said))),
        name=view.show("member-name" if is_member else "head-name", known.name),
        number=view.show(f"{kind}-number", known.number),
        place=known.branch if isinstance(known, Member) else known.group,
        subject=subject,
        waiting=sum(_is_about(text, subject) for draft in drafts for text in draft.private),
    )


def find_known(ports: Ports, village: str, subject: str) -> Household | Member:
    """Return the record of a household or member; NotFound where there is none, or it was erased."""
    for household in ports.vault.list_households(village):
        if household.household == subject:
            return household
    for member in ports.vault.list_members(village):
        if member.member == subject:
            return member
    raise NotFound("这一户或这名党员")


def _list_consents(
    ports: Ports, reader: Reader, village: str, household: str, view: View
) -> Iterator[ConsentLine]:
    """Yield what a household consents to under the rulebook of this month or a later one, in the order of the form."""
    version = find_version(reader.facts, get_day(ports.clock.now_ms())[:7])
    own = open_texts(ports.vault.list_private(village, household))
    for held in list_consents(reader.facts, own, version):
        day = reader.facts.read_entry(held.at).occurred_on if held.at else ""
        said = f"{day} 撤回（第 {held.at} 条）" if held.at else "没有同意"
        if held.is_given:
            said = f"{day} 起，按细则第 {held.version} 版（第 {held.at} 条）"
        yield ConsentLine(
            is_given=held.is_given and view.is_whole("consent"),
            name=held.name,
            said=view.show("consent", said),
            title=CONSENT_NAMES[held.name],
        )


class _Round(msgspec.Struct, frozen=True):
    """Where a private value stands in a round. Of a sealed line the code is empty: the value itself says it."""

    code: str
    period: str
    quantity: int
    version: int


def _list_lines(ports: Ports, reader: Reader, village: str, subject: str, view: View) -> Iterator[Line]:
    kept = ports.vault.list_private(village, subject)
    places = _list_places(reader) if kept else {}
    titles = _read_titles(reader)
    for text in kept:
        place = places.get(digest_disclosure(text))
        value = parse_disclosure(text)[1]
        for kind, tell in _TELLERS.items():
            found: object = _convert(value, kind)
            if found is not None:
                yield tell(found, place, view, titles)
                break
        else:
            yield Line(period="", said=view.show("evidence", str(value)), title="其他内容")


def _list_places(reader: Reader) -> dict[str, _Round]:
    """Return the lines of every round by the digest of whom they are about."""
    found = {}
    rounds = [
        index for _, month in scan_facts(reader.facts, "points/", PointsMonth) for index in month.rounds
    ]
    for index in rounds:
        period, body = _read_round(reader, index, PointsRound)
        for line in body.lines:
            found[line.subject.sealed] = _Round(line.rule, period, line.quantity, body.version)
        for sealed in body.sealed_lines:
            found[sealed.sealed] = _Round("", period, 0, body.version)
    scores = [index for _, month in scan_facts(reader.facts, "score/", ScoreMonth) for index in month.rounds]
    for index in scores:
        period, body_ = _read_round(reader, index, ScoreRound)
        for mark in body_.lines:
            found[mark.subject.sealed] = _Round(mark.item, period, mark.quantity, -body_.version)
        for sealed in body_.sealed_lines:
            found[sealed.sealed] = _Round("", period, 0, -body_.version)
        for card in body_.cards:
            found[card.subject.sealed] = _Round("", period, 0, -body_.version)
    return found


def _read_round(reader: Reader, index: int, kind: type[T]) -> tuple[str, T]:
    return reader.facts.read_entry(index).period, read_body(reader.facts, index, kind)


_Titles = Callable[[str, int], str]


def _read_titles(reader: Reader) -> _Titles:
    """Return the look-up of what a rule or item is called, by its code and version; a scheme's version is below 0."""
    find = read_texts(reader)
    codes = {(rule.code, book.version): rule for book in list_rulebooks(reader.facts) for rule in book.rules}
    items = {
        (item.code, -scheme.version): item for scheme in list_schemes(reader.facts) for item in scheme.items
    }

    def name(code: str, version: int) -> str:
        rule = codes.get((code, version)) or items.get((code, version))
        value = find(rule.text.text) if rule is not None else None
        return f"{code} {value['item'] if isinstance(value, dict) else GONE}"

    return name


def _convert(value: object, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _is_about(text: str, subject: str) -> bool:
    value = parse_disclosure(text)[1]
    return isinstance(value, dict) and subject in (value.get("household"), value.get("member"))


def _tell_award(value: AwardSubject | MarkSubject, place: _Round | None, view: View, titles: _Titles) -> Line:
    if place is None:
        # Of a draft that is not passed yet, or of a line that was taken back.
        return Line(period="", said=_prove(view, value.evidence), title="积分或评分的一行")
    said = f"{titles(place.code, place.version)}，{place.quantity} 次（份）。{_prove(view, value.evidence)}"
    title = "评分" if isinstance(value, MarkSubject) else "积分"
    return Line(period=place.period, said=said, title=title)


def _tell_sealed(value: AwardLine | MarkLine, place: _Round | None, view: View, titles: _Titles) -> Line:
    code = value.item if isinstance(value, MarkLine) else value.rule
    name = titles(code, place.version) if place is not None else code
    said = f"{name}，{value.points} 分。依据：{value.evidence}"
    title = "评分（只公布合计）" if isinstance(value, MarkLine) else "积分（只公布合计）"
    return Line(period=place.period if place is not None else "", said=view.show("sealed", said), title=title)


def _tell_card(value: CardSubject, place: _Round | None, view: View, _titles: _Titles) -> Line:
    said = view.show("sealed", f"{value.score} 分")
    return Line(period=place.period if place is not None else "", said=said, title="评分卡得分")


def _tell_agreement(value: Agreement, _place: _Round | None, view: View, _titles: _Titles) -> Line:
    return Line(period="", said=view.show("consent", preview_consents(value)), title="积分契约")


def _tell_withdrawal(value: Withdrawal, _place: _Round | None, view: View, _titles: _Titles) -> Line:
    taken = complete_withdrawn(value.withdrawn)
    said = "、".join(title for name, title in CONSENT_NAMES.items() if name in taken)
    return Line(period="", said=view.show("consent", said), title="撤回同意")


def _tell_registered(
    value: RegisteredHousehold | RegisteredMember, _place: _Round | None, _view: View, _titles: _Titles
) -> Line:
    where = f"第 {value.group} 村民小组" if isinstance(value, RegisteredHousehold) else "党员"
    return Line(period="", said=where, title="登记")


def _tell_claim(_value: TaskClaim, _place: _Round | None, _view: View, _titles: _Titles) -> Line:
    return Line(period="", said="报过名", title="志愿服务")


def _tell_redeemed(value: RedeemedSubject, _place: _Round | None, _view: View, _titles: _Titles) -> Line:
    return Line(period=value.day[:7], said=f"{value.day} 领走，收据 {value.receipt}", title="积分兑换")


def _tell_visit(value: GridVisit, _place: _Round | None, view: View, _titles: _Titles) -> Line:
    said = f"{value.day} {view.show('head-name', value.visitor)}。{view.show('evidence', value.reason)}"
    return Line(period=value.day[:7], said=said, title="走访")


def _tell_holder(value: GridHolder, _place: _Round | None, view: View, _titles: _Titles) -> Line:
    return Line(period="", said=view.show("head-name", value.name), title="网格人员")


def _tell_grouped(value: GroupedMember, _place: _Round | None, _view: View, _titles: _Titles) -> Line:
    said = f"第 {value.group} 党小组{'，组长' if value.head else ''}"
    return Line(period="", said=said, title="党小组")


def _prove(view: View, evidence: str) -> str:
    return f"依据：{view.show('evidence', evidence)}"


_TELLERS: dict[type, Callable[[Any, _Round | None, View, _Titles], Line]] = {
    Agreement: _tell_agreement,
    AwardLine: _tell_sealed,
    AwardSubject: _tell_award,
    CardSubject: _tell_card,
    GridHolder: _tell_holder,
    GridVisit: _tell_visit,
    GroupedMember: _tell_grouped,
    TaskClaim: _tell_claim,
    MarkLine: _tell_sealed,
    MarkSubject: _tell_award,
    RedeemedSubject: _tell_redeemed,
    RegisteredHousehold: _tell_registered,
    RegisteredMember: _tell_registered,
    Withdrawal: _tell_withdrawal,
}
"""Every shape of a private value that is about a household or a member: see FORMAT.md."""
