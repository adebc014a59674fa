"""One entry: in plain words, who stands behind it, when, and the exact bytes with what proves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.canonical import parse_entry
from ledger.entries import Actor, Entry
from ledger.errors import NotFound
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.proof_file import ProofFile, format_proof_file
from ledger.log.proofs import build_inclusion
from reports.words import format_count, format_day, format_month
from web.config import ENTRIES_A_PAGE, ENTRY_BEGINNING_BYTES, ENTRY_SHOWN_MAX_BYTES
from web.i18n import _
from web.page import Frame
from web.public.explain import Explanation, explain_entry
from web.public.explain.objections import tell_raised
from web.public.verify import LogFacts, build_log_facts
from web.respond import FOREVER, AnyRequest
from web.routing import get_site, route_page
from web.site import JSON, TEXT, VillageView, parse_index
from web.words import format_instant


@dataclass(frozen=True)
class Acting:
    """Somebody who acted: the Chinese name of the role, and the pseudonym."""

    role: str
    user: str


@dataclass(frozen=True)
class EntryPage:
    """An entry's page.

    `data`        the exact bytes as text, or their beginning when `rest` is not empty
    `rest`        how many bytes are not shown
    `checkers`    who passed it; empty where the system itself attests
    `older`, `newer` paths of the entries beside it, empty at the ends
    `raised`      how many objections to it were registered; empty for none
    `proof`       path of the proof file, empty before a checkpoint covers the entry
    """

    checkers: tuple[Acting, ...]
    data: str
    explanation: Explanation
    frame: Frame
    index: int
    json_path: str
    leaf: str
    list_path: str
    log: LogFacts
    maker: Acting
    newer: str
    occurred_on: str
    older: str
    period: str
    proof: str
    raised: str
    recorded_at: str
    rest: str
    telephone: str
    total: str


@dataclass(frozen=True)
class EntryRow:
    """An entry in the list."""

    day: str
    index: str
    path: str
    title: str
    what: str


@dataclass(frozen=True)
class EntriesPage:
    """A page of the list, newest first. `older` and `newer` are paths, empty at the ends."""

    entries: tuple[EntryRow, ...]
    first: str
    frame: Frame
    last: str
    newer: str
    older: str
    total: str


def build_entry_page(view: VillageView, index: int) -> EntryPage:
    """Return the page of an entry; NotFound where the log has none."""
    data = view.reader.get_entry_bytes(index)
    entry = parse_entry(data)
    explanation = explain_entry(view, entry)
    folder = f"/v/{view.code}/entries"
    is_covered = view.newest is not None and index < view.newest.size
    is_long = len(data) > ENTRY_SHOWN_MAX_BYTES
    shown = data[: ENTRY_BEGINNING_BYTES if is_long else None].decode(errors="ignore")
    left = len(data) - len(shown.encode())
    return EntryPage(
        checkers=tuple(_name_actor(view, checker) for checker in entry.checkers),
        data=shown,
        explanation=explanation,
        frame=view.build_frame(explanation.title),
        index=index,
        json_path=f"{folder}/{index}.json",
        leaf=format_hash(hash_leaf(data)),
        list_path=folder,
        log=build_log_facts(view),
        maker=_name_actor(view, entry.maker),
        newer=f"{folder}/{index + 1}" if index + 1 < view.reader.size else "",
        occurred_on=format_day(entry.occurred_on),
        older=f"{folder}/{index - 1}" if index else "",
        period=format_month(entry.period),
        proof=f"{folder}/{index}.tlog-proof" if is_covered else "",
        raised=tell_raised(view, str(index)),
        recorded_at=format_instant(entry.recorded_at),
        rest=format_count(left) if left else "",
        telephone=view.read_telephone(),
        total=format_count(view.reader.size),
    )


def build_entries_page(view: VillageView, before: int | None) -> EntriesPage:
    """Return the entries below index `before`, the newest without it; NotFound beyond the log's end."""
    size = view.reader.size
    stop = size if before is None else before
    if not 0 < stop <= size:
        raise NotFound(_("这么多记录"))
    start = max(0, stop - ENTRIES_A_PAGE)
    entries = [parse_entry(data) for data in view.reader.iterate_entries(start, stop)]
    folder = f"/v/{view.code}/entries"
    return EntriesPage(
        entries=tuple(_build_row(view, entry) for entry in reversed(entries)),
        first=format_count(start),
        frame=view.build_frame(_("全部记录")),
        last=format_count(stop - 1),
        newer=f"{folder}?before={min(stop + ENTRIES_A_PAGE, size)}" if stop < size else "",
        older=f"{folder}?before={start}" if start else "",
        total=format_count(size),
    )


def build_proof(view: VillageView, index: int) -> bytes:
    """Return the entry's proof file under the newest checkpoint; NotFound where none covers it yet."""
    head = view.newest
    if head is None or not index < head.size:
        raise NotFound(_("这一条的证明：还没有检查点覆盖它"))
    path = build_inclusion(view.reader, index, head.size)
    return format_proof_file(ProofFile(index, path, head.note))


def _build_row(view: VillageView, entry: Entry) -> EntryRow:
    told = explain_entry(view, entry)
    return EntryRow(
        day=format_day(entry.occurred_on),
        index=format_count(entry.index),
        path=f"/v/{view.code}/entries/{entry.index}",
        title=told.title,
        what=told.what,
    )


@route_page("/v/{code:str}/entries", summary="The entries of a village, newest first")
def show_entries(
    request: AnyRequest, code: FromPath[str], before: Annotated[str, QueryParameter()] = ""
) -> ASGIApp:
    """Answer with fifty entries below the index `before`, the newest without it."""
    stop = parse_index(before) if before else None
    return get_site(request).serve_page(
        request, code, f"entries?{before}", "entries.html", lambda view: build_entries_page(view, stop)
    )


@route_page("/v/{code:str}/entries/{name:str}", summary="An entry in plain words, its bytes or its proof")
def show_entry(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with an entry's page; with `.json` behind the index its exact bytes, with `.tlog-proof` its proof."""
    site = get_site(request)
    text, _dot, form = name.partition(".")
    index = parse_index(text)
    if form == "json":
        return site.serve_bytes(
            request, code, f"entries/{name}", JSON, lambda view: view.reader.get_entry_bytes(index), FOREVER
        )
    if form == "tlog-proof":
        return site.serve_bytes(request, code, f"entries/{name}", TEXT, lambda view: build_proof(view, index))
    if name != text:
        raise NotFound(name)
    return site.serve_page(
        request, code, f"entries/{index}", "entry.html", lambda view: build_entry_page(view, index)
    )


def _name_actor(view: VillageView, actor: Actor) -> Acting:
    return Acting(role=view.ports.reference.roles.name(actor.role), user=actor.user)
