"""Builds the demo villages through the product's own import, pass, close and seal, with injected clocks and seeds.

The same program gives the same logs, but for the bytes of sheets, which a machine's own fonts and libraries shape, and
for the ciphertexts of receipts, under nonces that never come again: time comes from the script below, salts and
pseudonyms from seeded streams, one for each village. That is for a demo only; a real home draws from the system.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ledger.books.values import MONTH_KINDS, SPAN_MONTHS, SheetKind, get_next_period, list_span
from ledger.config import Config
from ledger.home import Home, create_home
from ledger.ports import PaperJob, Renderer
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.annexes import seal_annex
from ledger.service.answering import prepare_answer, register_objection
from ledger.service.ballots import BallotPaper, ask_ballot, prepare_ballot_closing, print_codes
from ledger.service.close import prepare_closing
from ledger.service.concerns import prepare_acknowledgement, read_concerns
from ledger.service.found import found_village, make_origin
from ledger.service.import_ import apply_import, import_workbook
from ledger.service.limits import prepare_limits
from ledger.service.objections import Sent, receive_objection
from ledger.service.passing import pass_drafts
from ledger.service.persons import add_person
from ledger.service.sheets import SealedSheet, seal_sheet
from ledger.service.voting import cast_vote
from ledger.service.workbooks.columns import WorkbookKind
from ledger.state import BEIJING
from ledger.vaults import Draft
from web.demo.asked import EXPLAINED, LATE, LATE_ON, Explained
from web.demo.attaching import RECORDED, attach_papers
from web.demo.books import MONTHS, list_vouchers
from web.demo.contracts import ENTERED_ON
from web.demo.draw import (
    FOLDER,
    GROUPED_NAME,
    name_register,
    write_households,
    write_opening,
    write_points,
    write_vouchers,
)
from web.demo.grids import (
    ASKED_ON,
    BALLOT,
    CLOSED_ON,
    PRINTED_ON,
    SCHEMES,
    SCHEMES_RESOLUTION,
    VOTED_ON,
    list_votes,
)
from web.demo.neighbours import NEIGHBOURS, Month, Neighbour
from web.demo.people import (
    AUDITOR,
    NAME,
    STAFF,
    TELEPHONE,
    TOWNSHIP,
    TOWNSHIP_BOOKKEEPER,
    VILLAGE,
    Staff,
)
from web.demo.registers import BOOKS, NAMES, OPENED, QUESTIONS

SEED = b"mingbai demo village"
STEPS = 3 + len(MONTHS) + len(NEIGHBOURS)


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


class Hands:
    """A village's clerk and supervisor at work: what one hands in, the other passes."""

    def __init__(self, home: Home, renderer: Renderer, village: str) -> None:
        self._home = home
        self._renderer = renderer
        self._village = village
        self.auditor = ""
        self.clerk = ""
        self._supervisor = ""
        self._township = ""

    def found(self, staff: Staff) -> None:
        """Make the log's key and begin the log."""
        home, village = self._home, self._village
        home.keys.create(village, make_origin(home.entropy), home.entropy.take(32))
        self.clerk = add_person(home, village, staff.clerk, "clerk").user
        self._supervisor = add_person(home, village, staff.supervisor, "supervisor").user
        if village == VILLAGE:
            self._township = add_person(home, village, TOWNSHIP_BOOKKEEPER, "township").user
        self.auditor = add_person(home, village, AUDITOR, "auditor").user if village == VILLAGE else ""
        found_village(home, village, home.keys.get_signer(village).origin, "2023", self.clerk)

    def hand_in(self, kind: WorkbookKind, data: bytes, filename: str) -> None:
        """The clerk hands a workbook in; some hours later somebody passes what it became: assessments and stars are the
        township's, all else the supervisor's.
        """
        home = self._home
        result = import_workbook(
            home, village=self._village, kind=kind, data=data, filename=filename, maker=self.clerk
        )
        apply_import(home, result)
        self.pass_(result.drafts, self._township if kind in ("assessments", "stars") else "")

    def close(self, month: str) -> None:
        self.pass_([prepare_closing(self._home, self._village, month, self.clerk)])

    def pass_(self, drafts: Sequence[Draft], checker: str = "") -> None:
        pass_drafts(self._home, self._village, [draft.id for draft in drafts], checker or self._supervisor)

    def seal(self, kind: SheetKind, month: str) -> SealedSheet:
        config = self._home.config
        sealed, _receipt = seal_sheet(
            self._home,
            self._renderer,
            self._village,
            kind,
            month,
            maker=self.clerk,
            base_url=config.public_base_url,
            is_demo=config.is_demo,
        )
        if kind == "points":
            seal_annex(self._home, self._village, month, maker=self.clerk)
        return sealed


class DemoBuilder:
    """Plays the year through. Each method is what people did on a day."""

    def __init__(self, home: Home, clock: DemoClock, renderer: Renderer) -> None:
        self._home = home
        self._clock = clock
        self._renderer = renderer
        self._hands = Hands(home, renderer, VILLAGE)

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
        self._attach()
        yield "附上单据，党员分组"
        for neighbour in NEIGHBOURS:
            NeighbourBuilder(self._home, self._renderer, neighbour).build()
            yield f"邻村{neighbour.name}"

    def _found(self) -> None:
        home, hands = self._home, self._hands
        hands.found(STAFF)
        maker = hands.clerk
        drafts = [
            prepare_description(
                home, VILLAGE, maker=maker, name=NAME, township=TOWNSHIP, telephone=TELEPHONE
            ),
            prepare_rulebook(
                home,
                VILLAGE,
                maker=maker,
                period="2026-01",
                resolution="2025年12月28日村民代表会议通过",
            ),
            prepare_scheme(
                home, VILLAGE, maker=maker, period="2026-01", resolution="2025年12月29日党员大会通过"
            ),
        ]
        self._clock.set("2026-01-02", 15)
        hands.pass_(drafts)
        self._import("opening", "立账/期初余额.xlsx")
        self._clock.set(ENTERED_ON)
        self._keep_registers(OPENED)
        self._import("contracts", "立账/合同.xlsx")

    def _adopt_schemes(self, month: str) -> None:
        """Branches, secretaries, grids and their workers are scored too, from autumn on."""
        home, hands = self._home, self._hands
        hands.pass_(
            [
                prepare_scheme(
                    home,
                    VILLAGE,
                    maker=hands.clerk,
                    period=month,
                    resolution=SCHEMES_RESOLUTION,
                    name=name,
                )
                for name in SCHEMES.get(month, ())
            ]
        )

    def _vote(self) -> None:
        """What people think of the micro-grids: asked, printed, cast one after another, and listed at the end."""
        home, hands = self._home, self._hands
        self._clock.set(ASKED_ON, 10)
        draft = ask_ballot(home, VILLAGE, hands.clerk, BALLOT)
        hands.pass_([draft])
        number = draft.slot.removeprefix("ballot/")
        printed: list[PaperJob] = []

        def lay_out(job: PaperJob) -> bytes:
            printed.append(job)
            return self._renderer.render_paper(job)

        self._clock.set(PRINTED_ON, 15)
        print_codes(home, VILLAGE, number, home.config.public_base_url, lay_out)
        codes = msgspec.json.decode(printed[0].content, type=BallotPaper).codes
        self._clock.set(VOTED_ON)
        for code, choices in zip(codes, list_votes(), strict=False):
            cast_vote(home, VILLAGE, code, choices)
        self._clock.set(CLOSED_ON, 10)
        hands.pass_([prepare_ballot_closing(home, VILLAGE, number, hands.clerk)])

    def _enrol(self) -> None:
        self._clock.set("2026-01-12")
        self._import("households", "立账/农户和积分契约.xlsx")
        self._import("members", "立账/党员名册.xlsx")

    def _play_month(self, month: str) -> list[SealedSheet]:
        """Vouchers at the end of the month, rounds and closing at the start of the next, sheets on the fourth."""
        self._adopt_schemes(month)
        self._answer(month)
        if month != LATE_ON[:7]:
            self._explain(month)
        if ASKED_ON.startswith(month):
            self._vote()
        after = get_next_period(month)
        late = self._hang_late() if LATE_ON.startswith(after) else []
        self._clock.set("2026-11-20" if month == MONTHS[-1] else f"{after}-01", 10)
        self._keep_registers(month)
        if (FOLDER / month / "合同.xlsx").exists():
            self._import("contracts", f"{month}/合同.xlsx")
        self._import("vouchers", f"{month}/凭证.xlsx")
        if (FOLDER / month / "凭证-蓝字更正.xlsx").exists():
            self._import("vouchers", f"{month}/凭证-蓝字更正.xlsx")
        if (FOLDER / month / "折旧.xlsx").exists():
            self._import("vouchers", f"{month}/折旧.xlsx")
        if month == MONTHS[-1]:
            return []
        self._clock.set(f"{after}-02", 14)
        self._import("points", f"{month}/积分.xlsx")
        self._import("scores", f"{month}/党员评分.xlsx")
        self._clock.set(f"{after}-03", 16)
        self._hands.close(month)
        self._clock.set(f"{after}-04")
        kinds = [*MONTH_KINDS, *(kind for kind in SPAN_MONTHS if list_span(kind, month))]
        hung = [kind for kind in kinds if (kind, month) != ("finance", LATE)]
        return [*late, *(self._hands.seal(kind, month) for kind in hung)]

    def _hang_late(self) -> list[SealedSheet]:
        """An auditor asks after the sheet that does not hang, is told why, and it is hung."""
        self._explain(LATE_ON[:7])
        return [self._hands.seal("finance", LATE)]

    def _explain(self, month: str) -> None:
        """What an auditor looked into in a month and found explained; somebody else passes it."""
        home, hands = self._home, self._hands
        for item in (one for one in EXPLAINED if one.on.startswith(month)):
            self._clock.set(item.on, 9)
            with home.ledger.read(VILLAGE) as reader:
                stands = read_concerns(reader, home.reference, item.on)
            about = find_subject(item)
            concern = next(stand.concern for stand in stands if stand.concern.key == f"{item.rule}/{about}")
            draft = prepare_acknowledgement(
                home,
                VILLAGE,
                maker=hands.auditor,
                key=concern.key,
                entries=concern.entries,
                amount_fen=concern.amount_fen,
                reason=item.reason,
            )
            hands.pass_([draft])

    def _keep_registers(self, folder: str) -> None:
        for kind in NAMES:
            if (folder, kind) in BOOKS:
                self._import(kind, name_register(folder, kind))

    def _answer(self, month: str) -> None:
        """What villagers asked on the page in a month, registered the day after, and answered where it was."""
        home, hands = self._home, self._hands
        for question in (one for one in QUESTIONS if one.came_on.startswith(month)):
            self._clock.set(question.came_on, 19)
            receipt = receive_objection(home, VILLAGE, Sent(question.about, "", question.wording))
            draft = register_objection(home, VILLAGE, receipt.item, hands.clerk)
            hands.pass_([draft])
            if question.answered_on:
                self._clock.set(question.answered_on, 10)
                answer = prepare_answer(
                    home,
                    VILLAGE,
                    draft.slot.partition("/")[2],
                    hands.clerk,
                    answer=question.answer,
                    followed_by=(),
                    outcome=question.outcome,
                )
                hands.pass_([answer])

    def _attach(self) -> None:
        """Receipts come last: on them hangs no voucher, and also those of a closed month may still be attached.
        So do the branches' party groups, on which nothing hangs either.
        """
        self._clock.set("2026-11-20", 15)
        self._hands.pass_([attach_papers(self._home, voucher, self._hands.clerk) for voucher in RECORDED])
        self._import("groups", GROUPED_NAME)

    def _import(self, kind: WorkbookKind, name: str) -> None:
        self._hands.hand_in(kind, (FOLDER / name).read_bytes(), name)


def find_subject(item: Explained) -> str:
    """Return what a concern is about: what stands there, or the number of the voucher with this 摘要."""
    numbers = (one.number for month in MONTHS for one in list_vouchers(month) if one.summary == item.about)
    return next(numbers, item.about)


class NeighbourBuilder:
    """Plays the months of another village through, by a clock and a seed of its own: no log hangs on another's."""

    def __init__(self, home: Home, renderer: Renderer, neighbour: Neighbour) -> None:
        self._clock = DemoClock()
        self._home = replace(home, clock=self._clock, entropy=SeededEntropy(SEED + neighbour.code.encode()))
        self._hands = Hands(self._home, renderer, neighbour.code)
        self._neighbour = neighbour

    def build(self) -> None:
        self._found()
        for month in self._neighbour.months:
            self._play_month(month)
        self._adopt_limits()

    def _found(self) -> None:
        home, hands, one = self._home, self._hands, self._neighbour
        self._clock.set(one.founded_on)
        hands.found(one.staff)
        first = one.months[0].period
        about = prepare_description(
            home, one.code, maker=hands.clerk, name=one.name, township=TOWNSHIP, telephone=one.telephone
        )
        rulebook = prepare_rulebook(
            home,
            one.code,
            maker=hands.clerk,
            period=first,
            resolution=one.resolution,
        )
        self._clock.set(one.founded_on, 15)
        hands.pass_([about, rulebook])
        hands.hand_in("opening", write_opening(first, one.opening, one.name), "期初余额.xlsx")
        if one.households:
            data = write_households(one.households, one.founded_on, one.name)
            hands.hand_in("households", data, "农户.xlsx")

    def _play_month(self, month: Month) -> None:
        hands, one = self._hands, self._neighbour
        self._clock.set(month.passed_on, 10)
        hands.hand_in("vouchers", write_vouchers(month.vouchers, one.staff, one.name), "凭证.xlsx")
        if month.awards:
            hands.hand_in("points", write_points(month.period, month.awards, village=one.name), "积分.xlsx")
        if month.closed_on:
            self._clock.set(month.closed_on, 16)
            hands.close(month.period)
        if month.sealed_on:
            self._clock.set(month.sealed_on)
            hands.seal("finance", month.period)
            if month.awards:
                hands.seal("points", month.period)

    def _adopt_limits(self) -> None:
        one = self._neighbour
        if one.limits is None:
            return
        self._clock.set(one.limits.adopted_on)
        draft = prepare_limits(
            self._home,
            one.code,
            maker=self._hands.clerk,
            second_fen=one.limits.second_fen,
            third_fen=one.limits.third_fen,
            resolution=one.limits.resolution,
        )
        self._hands.pass_([draft])


def create_demo(path: Path, base_url: str, renderer: Renderer) -> tuple[Home, DemoBuilder]:
    """Make an empty demo home and the builder that fills it."""
    clock = DemoClock()
    config = Config(is_demo=True, public_base_url=base_url)
    home = create_home(path, config, clock=clock, entropy=SeededEntropy(SEED))
    return home, DemoBuilder(home, clock, renderer)
