"""Looking for an entry or a draft of the village: by number, amount and month, by text, and by whom it is about.

What is looked for by number, amount, month or kind stands in the address, so that a result can be kept and sent on. A
text or a name is sent by a form instead: people type names, and an address stays in the browser's history, in the log
of a proxy and on a screen that is photographed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from ledger.books.money import parse_yuan
from ledger.canonical import parse_claim
from ledger.entries import KINDS, Entry
from ledger.service.drafts import MONTH
from ledger.service.searching import (
    Found,
    find_by_amount,
    find_by_number,
    find_downwards,
    find_in_month,
    fold_words,
    has_words,
    is_number,
    is_numbered,
    list_draft_texts,
    list_entry_amounts,
    make_text_filter,
    name_number,
)
from ledger.state import get_day
from ledger.vaults import Draft
from reports.words import format_amount, format_count, format_day, format_month
from web.audit.view import open_view, read_query
from web.audit.words import KIND_WORDS
from web.desk.drafts import DraftRow, list_rows
from web.desk.frame import NO_FAULTS, DeskFrame, Faults, Refusal
from web.desk.people_found import PersonRow, list_people
from web.desk.reading import may_search_people
from web.desk.routing import Desk, route_desk
from web.desk.turns import Turns
from web.i18n import _
from web.public.explain import explain_entry
from web.respond import Answer
from web.site import VillageView

ADDRESS = "/desk/search"
AMOUNT_MAX_FEN = 2**53 - 1
TEXT_MAX_CHARS = 60
RETRY_S = 5
"""After which somebody looks again who got no turn."""
TURNS = Turns(at_once=2, wait_s=2.0)
"""A search may read what a village records in ten years: about a second of a processor each."""
_AFTER = re.compile(r"[0-9]{1,16}-[0-9]{1,12}", re.ASCII)
_BEFORE = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What is looked for, as it was typed. `text` and `person` come by a form alone."""

    number: str = ""
    amount: str = ""
    most: str = ""
    month: str = ""
    kind: str = ""
    text: str = ""
    person: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.number, self.amount, self.most, self.month, self.kind, self.text, self.person))


@dataclass(frozen=True)
class FoundRow:
    """An entry that was found. `amount` is empty for one without."""

    amount: str
    day: str
    index: str
    kind: str
    month: str
    path: str
    title: str
    what: str


@dataclass(frozen=True)
class SearchPage:
    """The forms and what was found.

    `asked`    what was looked for, in a sentence; empty before anything was
    `bounds`   how far it was looked, where not everywhere
    `drafts`   that are no entries yet
    `more`     path to go on, `more_before` the index for the form of texts; both empty at the end
    `people`   whom the name fits; None where no name was looked for
    `until`    the day of the oldest entry that was looked at; empty where all were
    """

    asked: str
    bounds: str
    can_read_names: bool
    drafts: tuple[DraftRow, ...]
    faults: Faults
    frame: DeskFrame
    kinds: tuple[tuple[str, str], ...]
    more: str
    more_before: str
    notice: str
    people: tuple[PersonRow, ...] | None
    rows: tuple[FoundRow, ...]
    tips: tuple[str, ...]
    until: str
    wanted: Wanted


@dataclass(frozen=True)
class SearchForm:
    """`before` is where an answer said to go on."""

    text: str = ""
    person: str = ""
    month: str = ""
    kind: str = ""
    before: str = ""


@route_desk(ADDRESS, allow="entries.read", summary="Look for an entry or a draft")
def show_search(desk: Desk) -> Answer:
    wanted = Wanted(
        **{name: read_query(desk, name) for name in ("number", "amount", "most", "month", "kind")}
    )
    return _show(desk, wanted, after=read_query(desk, "after"), before=read_query(desk, "before"))


@route_desk(ADDRESS, allow="entries.read", method="POST", summary="Look for a text, or for a person")
def take_search(desk: Desk) -> Answer:
    form = desk.parse_form(SearchForm)
    wanted = Wanted(
        kind=form.kind.strip(), month=form.month.strip(), person=form.person.strip(), text=form.text.strip()
    )
    return _show(desk, wanted, before=form.before)


def check_wanted(desk: Desk, wanted: Wanted) -> Faults:
    """Return what is wrong with what was typed, beside its fields."""
    fields: dict[str, tuple[str, ...]] = {}
    if wanted.number and not is_number(wanted.number):
        fields["number"] = (_("看不出是哪个号。照这样写：2026-10-017，或者 17。"),)
    for name in ("amount", "most"):
        said = _check_amount(getattr(wanted, name))
        fields |= {name: (said,)} if said else {}
    if not fields and wanted.amount and wanted.most and _read_fen(wanted.amount) > _read_fen(wanted.most):
        fields["most"] = (_("“到”比前面的金额小，请对调。"),)
    if wanted.most and not wanted.amount:
        fields["amount"] = (_("写上从多少元起。"),)
    if wanted.month and not MONTH.fullmatch(wanted.month):
        fields["month"] = (_("看不出是哪个月。照这样写：2026-10。"),)
    if wanted.kind and wanted.kind not in KINDS:
        fields["kind"] = (_("没有这一种记录。请在列出的里面选。"),)
    for name in ("text", "person"):
        if len(getattr(wanted, name)) > TEXT_MAX_CHARS:
            fields[name] = (_("太长了，最多 {count} 个字。").format(count=TEXT_MAX_CHARS),)
    if wanted.person and not may_search_people(desk):
        fields["person"] = (_("您看姓名要先写明原因：请在“农户”里打开。"),)
    return Faults(fields=fields) if fields else NO_FAULTS


def _show(desk: Desk, wanted: Wanted, *, after: str = "", before: str = "") -> Answer:
    """Answer with what is found. By number nothing is looked through; all else takes its turn."""
    faults = check_wanted(desk, wanted)
    if faults or wanted.is_empty or wanted.number:
        return _show_found(desk, wanted, faults, after, before)
    account = desk.account.account
    if not TURNS.begin(account):
        busy = Faults(others=(_("正在找别的。请稍等几秒，再按一次“找”；写的都还在。"),))
        return _show_found(desk, wanted, busy, after, before)
    try:
        return _show_found(desk, wanted, faults, after, before)
    finally:
        TURNS.end(account)


def _show_found(desk: Desk, wanted: Wanted, faults: Faults, after: str, before: str) -> Answer:
    """Answer with the page; with `faults` nothing is looked for."""
    with open_view(desk) as view:
        is_asked = not wanted.is_empty and not faults
        people = list_people(desk, view, wanted.person, wanted.month) if is_asked and wanted.person else None
        found = _find(desk, view, wanted, after, before) if is_asked else Found(())
        until = _find_until(view, wanted, found)
        page = SearchPage(
            asked=_tell_asked(wanted) if is_asked else "",
            bounds=_tell_bounds(wanted, found, until) if is_asked else "",
            can_read_names=may_search_people(desk),
            drafts=_find_drafts(desk, wanted) if is_asked and not (after or before) else (),
            faults=faults,
            frame=desk.build_frame(_("找记录")),
            kinds=tuple(KIND_WORDS.items()),
            more=_make_path(wanted, found.onward) if found.onward and not wanted.text else "",
            more_before=found.onward if wanted.text else "",
            notice=view.standing.notice,
            people=people,
            rows=tuple(_build_row(view, entry) for entry in found.entries),
            tips=_list_tips(wanted) if is_asked else (),
            until=until,
            wanted=wanted,
        )
    if faults.others:  # No field is to blame: no turn came.
        refusal = Refusal(faults, {"retry-after": str(RETRY_S)}, 503)
        return desk.render("desk/search.html", page, refusal=refusal)
    return desk.render("desk/search.html", page, status=422 if faults else 200)


def _find(desk: Desk, view: VillageView, wanted: Wanted, after: str, before: str) -> Found:
    """Return the entries, by what narrows most: number, amount, text, month."""

    def takes(entry: Entry) -> bool:
        return wanted.kind in {"", entry.kind} and wanted.month in {"", entry.period}

    start = int(before) if _BEFORE.fullmatch(before) else None
    this_month = get_day(desk.ports.clock.now_ms())[:7]
    if wanted.number:
        entries = find_by_number(view.reader, wanted.number, wanted.month, this_month)
        least, most = _read_span(wanted)
        return Found(
            tuple(
                entry
                for entry in entries
                if takes(entry)
                and (not wanted.amount or _has_amount(list_entry_amounts(entry.body), least, most))
            )
        )
    if wanted.amount:
        onward = ""
        if _AFTER.fullmatch(after):
            fen, _dash, index = after.partition("-")
            onward = f"{int(fen):016d}/{int(index):012d}"
        return find_by_amount(view.reader, *_read_span(wanted), onward, takes)
    if wanted.person and not wanted.text:
        return Found(())  # What a person is about stands with the person.
    taken = make_text_filter(view.reader, fold_words(wanted.text), takes) if wanted.text else takes
    if wanted.month and (not wanted.kind or KINDS[wanted.kind].in_books or wanted.kind == "sheet.sealed"):
        return find_in_month(view.reader, wanted.month, start, taken)
    return find_downwards(view.reader, start, taken, kind=wanted.kind, words=fold_words(wanted.text))


def _find_drafts(desk: Desk, wanted: Wanted) -> tuple[DraftRow, ...]:
    """Return the drafts that wait or came back and fit; none where somebody looks for a person."""
    if not desk.may("draft.read") or (wanted.person and not wanted.text):
        return ()
    vault = desk.ports.vault
    drafts = [*vault.list_drafts(desk.village, "waiting"), *vault.list_drafts(desk.village, "returned")]
    return list_rows(desk, [draft for draft in drafts if _is_wanted(draft, wanted)])


def _is_wanted(draft: Draft, wanted: Wanted) -> bool:
    claim = parse_claim(draft.claim)
    if wanted.kind not in {"", claim.kind} or wanted.month not in {"", claim.period}:
        return False
    if wanted.number and not is_numbered(name_number(claim.body), wanted.number):
        return False
    if wanted.amount and not _has_amount(list_entry_amounts(claim.body), *_read_span(wanted)):
        return False
    return not wanted.text or has_words([draft.label, *list_draft_texts(draft)], fold_words(wanted.text))


def _check_amount(text: str) -> str:
    if not text:
        return ""
    found = parse_yuan(text)
    if isinstance(found, str):
        return found + "。"
    return "" if 0 < found <= AMOUNT_MAX_FEN else _("金额写大于零的数，红字的也写正数。")


def _read_fen(text: str) -> int:
    found = parse_yuan(text)
    return found if isinstance(found, int) else 0


def _read_span(wanted: Wanted) -> tuple[int, int]:
    """Return the amounts between which is looked; both the same for an exact one."""
    least = _read_fen(wanted.amount)
    return least, _read_fen(wanted.most) if wanted.most else least


def _has_amount(amounts: Sequence[int], least: int, most: int) -> bool:
    return any(least <= amount <= most for amount in amounts)


def _build_row(view: VillageView, entry: Entry) -> FoundRow:
    told = explain_entry(view, entry)
    amounts = list_entry_amounts(entry.body)
    return FoundRow(
        amount=format_amount(amounts[-1]) if amounts else "",
        day=format_day(entry.occurred_on),
        index=format_count(entry.index),
        kind=KIND_WORDS[entry.kind],
        month=format_month(entry.period),
        path=f"/v/{view.code}/entries/{entry.index}",
        title=told.title,
        what=told.what,
    )


def _make_path(wanted: Wanted, onward: str) -> str:
    """Return the address of the next page of a search that stands in the address."""
    place = {"after": onward.replace("/", "-")} if wanted.amount else {"before": onward}
    asked = {name: getattr(wanted, name) for name in ("number", "amount", "most", "month", "kind")}
    return f"{ADDRESS}?{urlencode({name: value for name, value in (asked | place).items() if value})}"


def _tell_asked(wanted: Wanted) -> str:
    parts = [
        _("编号 {number}").format(number=wanted.number) if wanted.number else "",
        _("金额 {amount} 元").format(amount=wanted.amount) if wanted.amount and not wanted.most else "",
        _("金额 {amount} 到 {most} 元").format(amount=wanted.amount, most=wanted.most) if wanted.most else "",
        _("文字“{text}”").format(text=wanted.text) if wanted.text else "",
        _("人或户“{person}”").format(person=wanted.person) if wanted.person else "",
        format_month(wanted.month) if wanted.month else "",
        KIND_WORDS[wanted.kind] if wanted.kind else "",
    ]
    return _("，").join(part for part in parts if part)


def _find_until(view: VillageView, wanted: Wanted, found: Found) -> str:
    """Return the day of the oldest entry that was looked at, in words; empty where that is the first of all."""
    if wanted.amount or not found.onward:
        return ""
    return format_day(get_day(view.reader.facts.read_entry(int(found.onward)).recorded_at))


def _tell_bounds(wanted: Wanted, found: Found, until: str) -> str:
    """Return how far it was looked, where that is not everywhere."""
    if wanted.amount:
        return _("金额小的在前。") if wanted.most else ""
    if wanted.month or wanted.number or not found.looked_at:
        return ""
    said = _("从新到旧看了 {count} 条记录").format(count=format_count(found.looked_at))
    if not until:
        return said + _("，看到了头。")
    told = _("，看到 {day}记的为止，更早的还没有看。写上月份，一次看完那个月。")
    return said + told.format(day=until)


def _list_tips(wanted: Wanted) -> tuple[str, ...]:
    """Return what to try where nothing was found."""
    tips = []
    if wanted.number:
        tips.append(_("编号写全，如 2026-10-017；只写 17 的，一次看近 12 个月。"))
    if wanted.amount and not wanted.most:
        tips.append(_("金额要一分不差；记不清的，写一个范围，如 300 到 400。"))
    if wanted.text:
        tips.append(_("少写几个字试试，摘要里的一个词就够；经手人写全名。"))
    if wanted.person:
        tips.append(_("姓名可以只写一部分，或者写名册上的编号，如 0017。"))
    if wanted.month or wanted.kind:
        tips.append(_("去掉月份和种类再找一次。"))
    return (*tips, _("还没交审、或者已经撤回的，不在里面。"))


ROUTES: tuple[HTTPRouteHandler, ...] = (show_search, take_search)
