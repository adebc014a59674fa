"""Builds the demo village through the product's own import, pass, close and seal, with an injected clock and seed.

The same program gives the same log, byte for byte: time comes from the script below, salts and pseudonyms from a seeded
stream. That is for a demo only; a real home draws from the system.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.books.values import SHEET_KINDS, SheetKind, get_next_period
from ledger.config import Config
from ledger.home import Home, create_home
from ledger.ports import Renderer
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.close import prepare_closing
from ledger.service.found import found_village, make_origin
from ledger.service.import_ import apply_import, import_workbook
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.sheets import SealedSheet, seal_sheet
from ledger.service.workbooks.columns import WorkbookKind
from ledger.state import BEIJING
from web.demo.books import MONTHS
from web.demo.draw import FOLDER
from web.demo.people import CLERK, NAME, SUPERVISOR, TELEPHONE, TOWNSHIP, VILLAGE

SEED = b"mingbai demo village"
STEPS = 2 + len(MONTHS)
Say = Callable[[str], None]


class DemoClock:
    """A clock that is set by the script and moves a second each time it is read."""

    def __init__(self) -> None:
        self._now = dt.datetime(2026, 1, 2, 9, 0, tzinfo=BEIJING)

    def set(self, day: str, hour: int = 9) -> None:
        """Go on to an hour of a day; never backwards."""
        self._now = max(self._now, dt.datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00"))

    def now_ms(self) -> int:
        self._now += dt.timedelta(seconds=1)
        return int(self._now.timestamp() * 1000)


class SeededEntropy:
    """A stream of SHA-256 blocks from a seed: never for a real village."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def take(self, size_bytes: int) -> bytes:
        data = b""
        while len(data) < size_bytes:
            data += hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
            self._count += 1
        return data[:size_bytes]


class DemoBuilder:
    """Plays the year through. Each method is what people did on a day."""

    def __init__(self, home: Home, clock: DemoClock, renderer: Renderer) -> None:
        self._home = home
        self._clock = clock
        self._renderer = renderer
        self._clerk = ""
        self._supervisor = ""

    def build(self) -> Iterator[str]:
        """Play the whole year, yielding a line after each step, for the progress bar; STEPS lines."""
        self._found()
        yield "立账"
        self._enrol()
        yield "农户签约、党员登记"
        for month in MONTHS:
            sheets = self._play_month(month)
            year, number = month.split("-")
            done = f"封存 {len(sheets)} 张公开表" if sheets else "还没到月底，未结账"
            yield f"{year}年{int(number)}月：{done}"

    def _found(self) -> None:
        home = self._home
        home.keys.create(VILLAGE, make_origin(home.entropy), home.entropy.take(32))
        self._clerk = add_person(home, VILLAGE, CLERK, "clerk").user
        self._supervisor = add_person(home, VILLAGE, SUPERVISOR, "supervisor").user
        found_village(home, VILLAGE, home.keys.get_signer(VILLAGE).origin, "2023", self._clerk)
        maker = self._clerk
        drafts = [
            prepare_description(
                home, VILLAGE, maker=maker, name=NAME, township=TOWNSHIP, telephone=TELEPHONE
            ),
            prepare_rulebook(
                home, VILLAGE, maker=maker, period="2026-01", resolution="2025年12月28日村民代表会议通过"
            ),
            prepare_scheme(
                home, VILLAGE, maker=maker, period="2026-01", resolution="2025年12月29日党员大会通过"
            ),
        ]
        self._clock.set("2026-01-02", 15)
        pass_drafts(home, VILLAGE, [draft.id for draft in drafts], self._supervisor)
        self._import("opening", "立账/期初余额.xlsx")

    def _enrol(self) -> None:
        self._clock.set("2026-01-12")
        self._import("households", "立账/农户和积分契约.xlsx")
        self._import("members", "立账/党员名册.xlsx")

    def _play_month(self, month: str) -> list[SealedSheet]:
        """Vouchers at the end of the month, rounds and closing at the start of the next, sheets on the fourth."""
        after = get_next_period(month)
        self._clock.set("2026-11-20" if month == MONTHS[-1] else f"{after}-01", 10)
        self._import("vouchers", f"{month}/凭证.xlsx")
        if (FOLDER / month / "凭证-蓝字更正.xlsx").exists():
            self._import("vouchers", f"{month}/凭证-蓝字更正.xlsx")
        if month == MONTHS[-1]:
            return []
        self._clock.set(f"{after}-02", 14)
        self._import("points", f"{month}/积分.xlsx")
        self._import("scores", f"{month}/党员评分.xlsx")
        self._clock.set(f"{after}-03", 16)
        closing = prepare_closing(self._home, VILLAGE, month, self._clerk)
        pass_drafts(self._home, VILLAGE, [closing.id], self._supervisor)
        self._clock.set(f"{after}-04")
        return [self._seal(kind, month) for kind in SHEET_KINDS]

    def _seal(self, kind: SheetKind, month: str) -> SealedSheet:
        config = self._home.config
        sealed, _receipt = seal_sheet(
            self._home,
            self._renderer,
            VILLAGE,
            kind,
            month,
            maker=self._clerk,
            base_url=config.public_base_url,
            is_demo=config.is_demo,
        )
        return sealed

    def _import(self, kind: WorkbookKind, name: str) -> None:
        """The clerk hands a workbook in; some hours later the supervisor passes what it became."""
        home = self._home
        result = import_workbook(
            home,
            village=VILLAGE,
            kind=kind,
            data=(FOLDER / name).read_bytes(),
            filename=name,
            maker=self._clerk,
        )
        apply_import(home, result)
        pass_drafts(home, VILLAGE, [draft.id for draft in result.drafts], self._supervisor)


def create_demo(path: Path, base_url: str, renderer: Renderer) -> tuple[Home, DemoBuilder]:
    """Make an empty demo home and the builder that fills it."""
    clock = DemoClock()
    config = Config(is_demo=True, public_base_url=base_url)
    home = create_home(path, config, clock=clock, entropy=SeededEntropy(SEED))
    return home, DemoBuilder(home, clock, renderer)
