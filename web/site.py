"""What handlers share: the home, the page cache, and the way from a village's state to an answer."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from ledger.books.accounts import Chart
from ledger.books.village import ChartVersion, LogRefounded, VillageDescribed
from ledger.errors import NotFound, Refused, Tampered
from ledger.figures import read_text
from ledger.figures.charts import collect_version
from ledger.log.confirmation import Confirmation, format_confirmation
from ledger.ports import Head, Ports, Reader, Version
from ledger.reported import ReceivedCounts
from ledger.service.concerns import read_concerns
from ledger.service.objections import count_received
from ledger.service.sheets import read_texts
from ledger.service.standing import LOOK_BACK, Standing, examine
from ledger.state import get_day
from ledger.state.charts import get_version
from ledger.state.concerns import Stand
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.money import list_book_months
from ledger.witnessed import read_confirmation
from web.cache import PageBytes, PageCache, build_page_bytes
from web.config import RECEIVED_MAX_AGE_S
from web.directory import Directory, VillageName
from web.earlier import EarlierLogs
from web.page import Frame, render_page
from web.public.epochs import tell_loss
from web.respond import NEVER, REVALIDATE, Answer, AnyRequest, respond

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
OCTETS = "application/octet-stream"
PDF = "application/pdf"
JPEG = "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_VILLAGE = re.compile(r"[0-9]{12}", re.ASCII)
_PERIOD = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)


class Settings(Protocol):
    """The settings of a home that pages need; `ledger.config.Config` has them."""

    @property
    def is_demo(self) -> bool: ...

    @property
    def public_base_url(self) -> str: ...

    @property
    def trusted_proxy(self) -> str: ...


_Versions = tuple[Version | None, Version | None]
"""Of the ledger and of the heads."""


class _State(NamedTuple):
    """What of a village's state its pages are kept by, and when it was looked at."""

    versions: _Versions
    size: int
    signed: int  # size of the newest head, 0 before the first
    mark: int  # of what witnesses said


class Site:
    """One home as the web sees it. `ports` is only read from.

    `halted` are logs of which a witness showed another history, by village; whoever asks witnesses adds to it.
    """

    def __init__(
        self, ports: Ports, settings: Settings, halted: Mapping[str, Standing] | None = None
    ) -> None:
        self._halted = {} if halted is None else halted
        self.ports = ports
        self.settings = settings
        self.earlier = EarlierLogs(ports)
        self.names = Directory()
        self.pages = PageCache()
        self._standings: dict[str, Standing] = {}
        self._states: dict[str, _State] = {}
        self._concerns: dict[str, tuple[tuple[str, int, str], list[Stand]]] = {}
        self._received: dict[tuple[str, str], tuple[float, ReceivedCounts | None]] = {}
        self._shut: dict[str, float] = {}
        self._confirmations: dict[str, tuple[tuple[int, int, int], Confirmation | None]] = {}

    def get_standing(self, village: str, reader: Reader, newest: Head | None) -> Standing:
        """Return how the village's log stands to its newest head; looked at once for each state of it.

        Some way back the first time, then only at what is new.
        """
        if village in self._halted:
            return self._halted[village]
        known = self._standings.get(village)
        if known is None or (known.size, known.signed) != (reader.size, newest.size if newest else 0):
            look_back = LOOK_BACK if known is None else 0
            known = self._standings[village] = examine(village, reader, newest, look_back=look_back)
        return known

    def read_concerns(self, village: str, reader: Reader, today: str = "") -> list[Stand]:
        """Return what would be asked today about the village's last year; looked through once for each state of the
        log and day.
        """
        today = today or get_day(self.ports.clock.now_ms())
        state = (get_village_facts(reader).origin, reader.size, today)
        known = self._concerns.get(village)
        if known is None or known[0] != state:
            known = self._concerns[village] = (state, read_concerns(reader, self.ports.reference, today))
        return known[1]

    def serve_page(
        self,
        request: AnyRequest,
        village: str,
        path: str,
        template: str,
        build: Callable[[VillageView], object],
        *,
        by_witnesses: bool = False,
    ) -> Answer:
        """Answer with the HTML of the dataclass that `build` returns; see `serve_bytes`.

        A page also says what a day means today (a deadline that is over), so it is made anew each day of +08:00.
        """
        today = get_day(self.ports.clock.now_ms())
        return self.serve_bytes(
            request,
            village,
            path,
            HTML,
            lambda view: render_page(template, build(view)),
            today=today,
            by_witnesses=by_witnesses,
        )

    def serve_bytes(
        self,
        request: AnyRequest,
        village: str,
        path: str,
        media_type: str,
        build: Callable[[VillageView], bytes],
        cache_control: str = REVALIDATE,
        *,
        today: str = "",
        by_witnesses: bool = False,
    ) -> Answer:
        """Answer with what `build` makes of the village's log, made once for each state of it.

        `path` names the page among those of the village, `today` is the day that it speaks of. With `by_witnesses` it
        is made anew when they said something; a page also when what they said has become older in words. NotFound for
        a village that this home has not.
        """
        check_village(village)
        path += "!" if village in self._halted else ""
        # Before anything is read: after a commit in between, the next request looks again.
        versions = (self.ports.ledger.read_version(), self.ports.heads.read_version())
        page = self._find_kept(village, path, today, versions, by_witnesses=by_witnesses)
        if page is None:
            page = self._look(village, path, media_type, build, today, versions, by_witnesses=by_witnesses)
        return respond(request, page, cache_control=cache_control)

    def _find_kept(
        self, village: str, path: str, today: str, versions: _Versions, *, by_witnesses: bool
    ) -> PageBytes | None:
        """Return the page if it is kept and nothing was committed since the village was looked at."""
        state = self._states.get(village)
        if state is None or None in versions or state.versions != versions:
            return None
        if not by_witnesses:
            return self.pages.find((village, state.size, state.signed, today, path))
        known = self._confirmations.get(village)
        if today and (known is None or known[0] != (state.size, state.signed, state.mark)):
            return None
        words = self._tell(known[1]) if today and known else ""
        return self.pages.find(
            (village, state.size, state.signed, today, _name_witnessed(path, state.mark, words))
        )

    def _look(
        self,
        village: str,
        path: str,
        media_type: str,
        build: Callable[[VillageView], bytes],
        today: str,
        versions: _Versions,
        *,
        by_witnesses: bool,
    ) -> PageBytes:
        """Return the page of the village's state now, made if it is not kept."""
        # Before the view is opened: a head signed in between would promise more than the view holds.
        newest = self.ports.heads.find_newest(village)
        with contextlib.ExitStack() as stack:
            try:
                reader = stack.enter_context(self.ports.ledger.read(village))
            except NotFound as error:
                if newest is None:
                    raise
                # No address that somebody mistyped: a log that was signed is gone.
                raise Tampered(0, f"签过名的 {newest.size} 条", "账本里一条也没有") from error
            mark = self.ports.cosignatures.get_mark(village) if by_witnesses or None not in versions else 0
            signed, words = newest.size if newest else 0, ""
            if by_witnesses:
                words = self._describe_witnesses(village, reader, newest, mark) if today else ""
                path = _name_witnessed(path, mark, words)
            key = (village, reader.size, signed, today, path)
            page = self.pages.find(key)
            if page is None:
                view = VillageView(self, village, reader, newest, today, words)
                page = build_page_bytes(build(view), media_type)
                self.pages.keep(key, page)
                self.names.remember(read_name(reader, village))
            self._states[village] = _State(versions, reader.size, signed, mark)
        return page

    def _describe_witnesses(self, village: str, reader: Reader, newest: Head | None, mark: int) -> str:
        """Return what witnesses confirmed, in words of this minute; verified once for each state of it."""
        state = (reader.size, newest.size if newest else 0, mark)
        known = self._confirmations.get(village)
        if known is None or known[0] != state:
            known = (state, read_confirmation(self.ports, village, reader, newest))
            self._confirmations[village] = known
        return self._tell(known[1])

    def _tell(self, confirmation: Confirmation | None) -> str:
        if confirmation is None:
            return ""
        return format_confirmation(confirmation, self.ports.clock.now_ms() // 1_000)

    def serve_fresh(
        self,
        request: AnyRequest,
        village: str,
        template: str,
        build: Callable[[VillageView], object],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Answer with a page that is made for this one request and that nobody keeps: a form, or what came of it. It is
        not compressed, so that no secret in it can be guessed at by its length.
        """
        check_village(village)
        newest = self.ports.heads.find_newest(village)
        with self.ports.ledger.read(village) as reader:
            view = VillageView(self, village, reader, newest, get_day(self.ports.clock.now_ms()))
            body = render_page(template, build(view))
        sent = {"content-type": HTML, "cache-control": NEVER, **(headers or {})}
        return Answer(body, sent, request.method == "HEAD", status)

    def count_received(self, village: str) -> ReceivedCounts | None:
        """Return how many objections came in, as of some seconds ago; None where that cannot be read now."""
        return self._count(village, "objections", self._count_objections)

    def count_reported(self, village: str) -> ReceivedCounts | None:
        """Return how many reports came in by the page, as of some seconds ago; None where that cannot be read now."""
        return self._count(village, "reports", self.ports.vault.count_reported)

    def _count_objections(self, village: str) -> ReceivedCounts:
        counts = self.ports.vault.count_received(village)
        if counts.open:
            with self.ports.ledger.read(village) as reader:
                counts = count_received(self.ports, reader.facts, village)
        return counts

    def _count(
        self, village: str, what: str, count: Callable[[str], ReceivedCounts]
    ) -> ReceivedCounts | None:
        known = self._received.get((village, what))
        now_s = time.monotonic()
        if known is not None and now_s - known[0] < RECEIVED_MAX_AGE_S:
            return known[1]
        try:
            counts: ReceivedCounts | None = count(village)
        except (Refused, Tampered):
            counts = None  # Public pages do not fall with the vault.
        if known is None and (counts is None or not counts.received):
            return counts  # Of addresses that somebody made up nothing is remembered.
        self._received[village, what] = (now_s, counts)
        return counts

    def can_read(self, village: str) -> bool:
        """Whether private values of a village can be read; that they cannot holds for some seconds."""
        now_s = time.monotonic()
        if now_s - self._shut.get(village, -RECEIVED_MAX_AGE_S) < RECEIVED_MAX_AGE_S:
            return False
        if self.ports.vault.can_read(village):
            return True
        # Of addresses that somebody made up as well, where no key is at hand: no more than are asked for in that time.
        self._shut = {one: at for one, at in self._shut.items() if now_s - at < RECEIVED_MAX_AGE_S}
        self._shut[village] = now_s
        return False

    def forget_received(self, village: str) -> None:
        """Count anew: something came in, or was dealt with, in this very process."""
        for what in ("objections", "reports"):
            self._received.pop((village, what), None)

    def read_village(self, village: str) -> VillageName:
        """Return what a village calls itself now, and remember it."""
        with self.ports.ledger.read(village) as reader:
            named = read_name(reader, village)
        self.names.remember(named)
        return named

    def serve_once(self, request: AnyRequest, body: bytes, media_type: str) -> Answer:
        """Answer with bytes that are not kept."""
        return respond(request, PageBytes(body, b"", build_page_bytes(body, media_type).etag, media_type))


class VillageView:
    """One village's log at one moment, as the builders of pages read it.

    `today` is empty for what speaks of no day, `witnesses` where nobody was asked to confirm or the page does not say.
    """

    def __init__(
        self,
        site: Site,
        village: str,
        reader: Reader,
        newest: Head | None,
        today: str = "",
        witnesses: str = "",
    ) -> None:
        self.code = village
        self._site = site
        self.earlier = site.earlier
        self.newest = newest
        self.ports = site.ports
        self.reader = reader
        self.settings = site.settings
        self.standing = site.get_standing(village, reader, newest)
        self.texts = read_texts(reader)
        self.today = today
        self.village = get_village_facts(reader)
        self.witnesses = witnesses
        self._charts: dict[str, Chart] = {}

    def get_chart(self, version: str) -> Chart:
        """Return a version of the chart of accounts with the titles of the village's own sub-accounts."""
        if version not in self._charts:
            facts, reference = self.reader.facts, self.ports.reference
            self._charts[version] = collect_version(facts, reference, self.texts, version)
        return self._charts[version]

    def get_version(self, period: str) -> ChartVersion:
        """Return which version of the chart a month is booked under."""
        return get_version(self.reader.facts, period)

    def get_newest_version(self) -> ChartVersion:
        """Return under which version of the chart the newest month of the books is; before them the first one's."""
        months = list_book_months(self.reader.facts)
        return self.get_version(months[0] if months else "")

    def build_frame(self, title: str) -> Frame:
        """Return what this village's pages share."""
        named = read_name(self.reader, self.code)
        return Frame(
            base_url=self.settings.public_base_url,
            epoch=self._tell_epoch(),
            is_demo=self.settings.is_demo,
            notice=self.standing.notice,
            title=title,
            township=named.township,
            village=self.code,
            village_name=named.name,
        )

    def read_concerns(self) -> list[Stand]:
        """Return what would be asked today about the village's last year."""
        return self._site.read_concerns(self.code, self.reader, self.today)

    def _tell_epoch(self) -> str:
        body = self.reader.facts.read_entry(0).body if self.village.epoch > 1 else None
        return tell_loss(body, read_text(self.texts, body.reason)) if isinstance(body, LogRefounded) else ""

    def read_telephone(self) -> str:
        """Return the supervision committee's telephone, empty before the village is described."""
        body = self.reader.facts.read_entry(self.village.described).body
        return read_text(self.texts, body.telephone) if isinstance(body, VillageDescribed) else ""

    def find_head(self, size: int) -> Head | None:
        """Return the signed checkpoint of a size."""
        return self.ports.heads.find_at(self.code, size)


def _name_witnessed(path: str, mark: int, words: str) -> str:
    return f"{path}@{mark}@{words}"


def read_name(reader: Reader, code: str) -> VillageName:
    """Return what a village calls itself in its newest description; its code before the first."""
    body = reader.facts.read_entry(get_village_facts(reader).described).body
    if not isinstance(body, VillageDescribed):
        return VillageName(code, code, "")
    texts = read_texts(reader)
    return VillageName(code, read_text(texts, body.name), read_text(texts, body.township))


def get_village_facts(reader: Reader) -> VillageFacts:
    """Return what the log's founding says; NotFound before it."""
    facts = get_fact(reader.facts, "village", VillageFacts)
    if facts is None:
        raise NotFound("村的账本")
    return facts


def check_village(code: str) -> None:
    """Raise NotFound for what is no village's code, before anything is asked of the database."""
    if not _VILLAGE.fullmatch(code):
        raise NotFound("村代码")


def check_period(period: str) -> None:
    """Raise NotFound for what is no month."""
    if not _PERIOD.fullmatch(period):
        raise NotFound("月份")


def parse_index(text: str) -> int:
    """Return an entry's index from a path, spelled the one way; NotFound for anything else."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,11}", text, re.ASCII):
        raise NotFound("序号")
    return int(text)
