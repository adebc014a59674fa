"""Every byte that a home's ledger and heads store, altered by whoever has the files: found, and its row named.

What is run is what an auditor and an operator run: `audit` of the home and `scrub`. A home is opened once for all of
them, since to open it costs as much as to audit it; what opening itself looks at is opened anew.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner

from ledger.audit import Report
from ledger.audit.findings import Finding
from ledger.books.grids import GridsRegistered
from ledger.books.plans import PlanLine
from ledger.canonical import parse_claim
from ledger.cli import root
from ledger.commands import audit, common
from ledger.commands.refusals import CouldNotRun
from ledger.entries import KINDS, Actor, Claim
from ledger.errors import Refused
from ledger.home import Home, open_home
from ledger.log.tiles import TILE_WIDTH
from ledger.service.persons import add_person
from ledger.service.record import Passed, record_claims
from ledger.store.tables import HEADS, LEDGER
from ledger.upkeep.scrub import Scrub
from ledger.urns import Urn
from tests.assessments import build_assessment, build_branch_scheme
from tests.audit.stored import Cell, OpenFiles
from tests.ballots import build_ballot, build_ballot_closed
from tests.books.case_ledger import build_story
from tests.books.star_ledger import build_star_story
from tests.builders import (
    VILLAGE,
    build_accounts_closed,
    build_acknowledged,
    build_added,
    build_amendment,
    build_answer,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_contract,
    build_contract_end,
    build_contract_void,
    build_description,
    build_forum,
    build_fund,
    build_limits,
    build_objection,
    build_outcome,
    build_plan,
    build_reconciliation,
    build_resolution,
    build_resource,
    build_resource_change,
    build_stocktake,
    build_withdrawal,
    name_supervisor,
)
from tests.grids import build_grids, build_unnaming, build_visits
from tests.homes import VillageHome, open_village
from tests.honours import build_granted, build_withdrawn
from tests.party_groups import build_grouped
from tests.rewards import (
    build_annex,
    build_claims,
    build_hours,
    build_redeemed,
    build_return,
    build_shop,
    build_task,
)
from tests.service.test_rotate import rotate
from tests.web.village import make_client
from tests.witness.processes import adopt
from tests.witness.test_shown import ask, make_policy

pytestmark = pytest.mark.no_cover

PLACES = 4
"""Bytes of each column that the quick set alters, the first and the last among them; the deep one alters all."""

REVISION = "alembic_version"
TILE_PLACES = 1_024
"""Bytes of a full tile that the deep set alters, of 8,192: four in each hash, spread over its bytes."""

SILENT = {"witness_attempts": "when each witness is asked again; nothing of it is shown, printed or exported"}
"""The tables that say nothing of the books, and why."""

Change = tuple[Cell, bytes]
T = TypeVar("T")


class KeptOpen(Home):
    """A home that the commands leave open."""

    def close(self) -> None:
        pass


@dataclasses.dataclass(frozen=True)
class Laboratory:
    """A home that `files` alters, and what the commands say of it."""

    files: OpenFiles
    path: Path
    village: VillageHome

    def audit(self) -> list[Finding]:
        return [finding for report in self._run("audit", list[Report]) for finding in report.findings]

    def scrub(self) -> list[Finding]:
        return list(self._run("scrub", Scrub).findings)

    def show(self) -> list[bytes]:
        """Return what villagers, machines and auditors get to see."""
        board = f"/v/{VILLAGE}"
        paths = (board, f"{board}/sheets", f"{board}/checkpoint", f"{board}/witnessed", f"/c/{VILLAGE}")
        months = [f"{board}/sheets/2026-10/{kind}" for kind in ("finance", "points", "scores")]
        with make_client(self.village) as client:
            pages = [client.get(path).content for path in (*paths, *months)]
        return [*pages, msgspec.json.encode(self._run("audit", list[Report]))]

    def _run(self, command: str, kind: type[T]) -> T:
        result = CliRunner().invoke(root, [command, "--home", str(self.path), "--json"])
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert result.exit_code in (0, 1), result.output
        return msgspec.json.decode(result.stdout, type=kind)


@contextmanager
def open_laboratory(path: Path, fill: Callable[[VillageHome], None]) -> Iterator[Laboratory]:
    with open_village(path) as village, pytest.MonkeyPatch.context() as patch:
        fill(village)
        fields = {field.name: getattr(village.home, field.name) for field in dataclasses.fields(Home)}
        kept = KeptOpen(**fields)
        for module in (audit, common):
            patch.setattr(
                module, "open_home", lambda at, **words: kept if at == path else open_home(at, **words)
            )
        with OpenFiles(path, "ledger", "heads") as files:
            yield Laboratory(files, path, village)


def fill_small(village: VillageHome) -> None:
    """An entry of every kind, three sheets, two keys, two of three witnesses: entries 0 to 60."""
    adopt(village, make_policy(2))
    ask(village, "镇", "学校")
    rotate(village)
    village.record(build_limits(village.texts, second_fen=0, third_fen=0))
    village.record_october()
    village.attach("2026-10-001")
    for build in (build_contract, build_amendment, build_contract_end, build_objection, build_answer):
        village.record(build(village.texts))
    for build in (build_asset, build_asset_change):
        village.record(build(village.texts))
    for build in (build_stocktake, build_asset_disposal, build_resource, build_resource_change):
        village.record(build(village.texts))
    village.record(build_contract(village.texts, number="HT-0002"))
    village.record(build_contract_void(village.texts, contract="HT-0002"))
    for build in (build_resolution, build_outcome, build_forum, build_fund):
        village.record(build(village.texts))
    november = {"period": "2026-11", "occurred_on": "2026-11-02"}
    village.record(build_added(village.texts, chart="2023"), **november)
    village.record(build_accounts_closed(village.texts, chart="2023"), **november)
    lines = (PlanLine(account="501", amount_fen=100),)
    village.record(build_plan(village.texts, chart="2023", lines=lines), **november)
    village.record(build_reconciliation())
    village.record(build_shop(village.texts), **november)
    taken = village.record(redeemed := build_redeemed(village.texts), **november)
    village.record(build_return(village.texts, redeemed, reverses=taken.index), **november)
    for build_reward in (build_task, build_claims, build_hours):
        village.record(build_reward(village.texts), **november)
    given = village.record(granted := build_granted(village.texts), **november)
    village.record(build_withdrawn(village.texts, granted, reverses=given.index), **november)
    village.record(registered := build_grids(village.texts), **november)
    village.record(build_visits(village.texts), **november)
    village.record(build_grouped(village.texts), **november)
    for body in build_story(village.texts):
        village.record(body)
    for body, envelope in build_star_story(village.texts):
        village.record(body, **envelope)
    ballot = build_ballot(village.texts, closes="2026-11-02")
    village.record(ballot, **november)
    village.home.urns.make(VILLAGE, ballot.number, Urn(ballots=(("00000007", "13"),), codes=(), issued=5))
    village.record(build_ballot_closed({"00000007": "13"}), **november)
    village.record(build_branch_scheme(village.texts), occurred_on="2026-10-28", period="2026-10")
    village.record(build_assessment(village.texts), occurred_on="2026-11-02", period="2026-10")
    annex(village)
    unname(village, registered)
    acknowledge(village)
    withdraw(village)
    ask(village, "镇", "邻村")


def annex(village: VillageHome) -> None:
    """One of the two kinds that nobody passes: what a seal is of, is there already."""
    body = build_annex(village.texts, bands=(), households=3, lines=())
    clerk = Actor(role="clerk", user=village.clerk.user)
    claim = Claim(
        body=body,
        kind="points.annexed",
        maker=clerk,
        occurred_on="2026-11-02",
        period="2026-10",
        village=VILLAGE,
    )
    record_claims(village.home, VILLAGE, [Passed(checkers=(), claim=claim)])


def acknowledge(village: VillageHome) -> None:
    """The one kind that an auditor makes."""
    auditor = add_person(village.home, VILLAGE, "样例审", "auditor").user
    draft = village.draft(build_acknowledged(village.texts))
    claim = msgspec.structs.replace(parse_claim(draft.claim), maker=Actor(role="auditor", user=auditor))
    passed = Passed(checkers=(name_supervisor(village.supervisor.user),), claim=claim, public=draft.public)
    record_claims(village.home, VILLAGE, [passed])


def unname(village: VillageHome, registered: GridsRegistered) -> None:
    """As `withdraw`: whose whole name stands on a board takes it back."""
    draft = village.draft(build_unnaming(registered), period="2026-11", occurred_on="2026-11-02")
    record_claims(village.home, VILLAGE, [Passed(checkers=(), claim=parse_claim(draft.claim))])


def withdraw(village: VillageHome) -> None:
    """One of the two kinds of a clerk that nobody passes."""
    draft = village.draft(build_withdrawal(village.texts))
    claim = parse_claim(draft.claim)
    record_claims(village.home, VILLAGE, [Passed(checkers=(), claim=claim, private=draft.private)])


def fill_tiled(village: VillageHome) -> None:
    """Descriptions that fill a tile and begin the next: entries 0 to 256."""
    passed = []
    for number in range(TILE_WIDTH - 1):
        name = village.texts.publish(f"石榴河村{number}")
        draft = village.draft(build_description(village.texts, name=name), occurred_on="2026-10-28")
        claim = parse_claim(draft.claim)
        passed.append(
            Passed(checkers=(name_supervisor(village.supervisor.user),), claim=claim, public=draft.public)
        )
    record_claims(village.home, VILLAGE, passed)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with open_laboratory(tmp_path_factory.mktemp("small") / "home", fill_small) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with open_laboratory(tmp_path_factory.mktemp("tiled") / "home", fill_tiled) as laboratory:
        yield laboratory


def flip(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def list_flips(cells: list[Cell], *bits: int, places: int = 0) -> Iterator[list[Change]]:
    """Yield, for each byte of a column's values or for so many of them, its changes in the order to be tried.

    Where a flip gives the key of another row there is no such database; another bit of the byte is flipped then.
    """
    bytes_ = [(cell, place) for cell in cells for place in range(len(cell.data))]
    last = len(bytes_) - 1
    chosen = (
        {round(last * number / (places - 1)) for number in range(places)} if places else range(len(bytes_))
    )
    for number in sorted(chosen):
        cell, place = bytes_[number]
        for bit in bits or (number % 8,):
            yield [(cell, flip(cell.data, place, (bit + other) % 8)) for other in range(8)]


def list_cuts(cells: list[Cell]) -> Iterator[list[Change]]:
    """Yield each value cut to nothing, to its half and by its last byte; an integer's zeros cut off are no change."""
    for cell in cells:
        for size in sorted({0, len(cell.data) // 2, len(cell.data) - 1} - {-1}):
            if cell.parse(cell.data[:size]) != cell.parse(cell.data):
                yield [(cell, cell.data[:size])]


def group_cells(files: OpenFiles, *, tables: Container[str]) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of the tables by (table, column)."""
    groups = defaultdict(list)
    for cell in files.iterate_cells():
        if cell.table in tables:
            groups[cell.table, cell.column].append(cell)
    return groups


def refuse_unnamed(laboratory: Laboratory, changes: Iterable[list[Change]]) -> int:
    """Make each change, look, and take it back; returns how many there were. A change that another row's key forbids
    is none.
    """
    done = 0
    for choice in changes:
        for cell, data in choice:
            if not laboratory.files.put(cell, data):
                continue
            try:
                looks = (laboratory.audit, laboratory.scrub)
                if cell.table in ("cosignatures", "tiles", "growing_tiles"):
                    looks = looks[::-1]  # Whichever finds it sooner.
                assert any(is_named(cell, data, look()) for look in looks), (cell.place, cell.data, data)
            finally:
                assert laboratory.files.put(cell, cell.data, instead_of=data)
            done += 1
            break
    return done


def is_named(cell: Cell, data: bytes, findings: list[Finding]) -> bool:
    """Whether one of the findings names the row: by what stood in its key, or stands there now."""
    keys = [dict(cell.key), dict(cell.key) | {cell.column: cell.parse(data)}]
    return any(NAMED[cell.table](finding, key) for finding in findings for key in keys)


def _tells(finding: Finding, text: object) -> bool:
    return str(text) in f"{finding.field} {finding.expected} {finding.found}"


Key = Mapping[str, Any]
NAMED: dict[str, Callable[[Finding, Key], bool]] = {
    "entries": lambda finding, key: finding.entry == key["entry_index"],
    "texts": lambda finding, key: finding.entry == key["entry_index"],
    "facts": lambda finding, key: finding.field == key["fact"],
    "tiles": lambda finding, key: (
        _tells(finding, f"第 {key['level']} 层第 {key['number']} 块") or finding.code == "entry-altered"
    ),
    "growing_tiles": lambda finding, key: _tells(finding, f"第 {key['level']} 层"),
    "heads": lambda finding, key: (
        _tells(finding, f"检查点 {key['size']}")
        or _tells(finding, f"{key['size']} 条")
        or (finding.code == "log-missing" and _tells(finding, key["village"]))
    ),
    "cosignatures": lambda finding, key: (
        _tells(finding, f"见证人 {key['witness']} 对 {key['size']} 条的确认")
        or (finding.code == "log-missing" and _tells(finding, key["village"]))
    ),
    # One row a village: what is found of the village is found of it.
    "logs": lambda finding, key: finding.code in LOG_CODES,
    "villages": lambda finding, key: finding.code == "log-missing",
}
LOG_CODES = ("column-differs", "frontier-differs", "log-broken", "log-missing")


def test_the_small_ledger_holds_every_kind_and_nothing_is_found(small: Laboratory) -> None:
    with small.village.home.ledger.read(VILLAGE) as reader:
        kinds = {entry.kind for entry in map(reader.facts.read_entry, range(reader.size))}

    # A later epoch's first, in place of log.founded; and what only a village of 2004 records.
    assert kinds == set(KINDS) - {"log.refounded", "accounts.converted"}
    assert (small.audit(), small.scrub()) == ([], [])


def test_every_table_is_altered_here_or_said_to_be_silent(small: Laboratory, tiled: Laboratory) -> None:
    filled = {cell.table for files in (small.files, tiled.files) for cell in files.iterate_cells()}

    assert filled == {table.name for data in (LEDGER, HEADS) for table in data.sorted_tables} | {REVISION}
    assert filled == NAMED.keys() | SILENT.keys() | {REVISION}


SMALL = ("entries", "texts", "facts", "logs", "villages", "heads", "cosignatures")
TILED = ("tiles", "growing_tiles")


@pytest.mark.parametrize("table", SMALL)
def test_bytes_of_every_column_flipped_name_their_row(small: Laboratory, table: str) -> None:
    for cells in group_cells(small.files, tables=[table]).values():
        assert refuse_unnamed(small, list_flips(cells, places=PLACES)) >= 2


@pytest.mark.parametrize("table", TILED)
def test_bytes_of_tiles_flipped_name_them(tiled: Laboratory, table: str) -> None:
    for cells in group_cells(tiled.files, tables=[table]).values():
        assert refuse_unnamed(tiled, list_flips(cells, places=2)) == 2


@pytest.mark.parametrize("table", SMALL)
def test_the_last_value_of_every_column_cut_off_names_its_row(small: Laboratory, table: str) -> None:
    for cells in group_cells(small.files, tables=[table]).values():
        cell = cells[-1]
        done = refuse_unnamed(small, [[(cell, cell.data[:-1])]])
        assert done or (cell.is_key and cell.kind is int)  # The key of an earlier row.


@pytest.mark.deep
@pytest.mark.parametrize("table", SMALL)
def test_every_byte_of_every_value_flipped_twice_names_its_row(small: Laboratory, table: str) -> None:
    for cells in group_cells(small.files, tables=[table]).values():
        size = sum(len(cell.data) for cell in cells)
        assert (
            refuse_unnamed(small, list_flips(cells)) + refuse_unnamed(small, list_flips(cells, 0)) == 2 * size
        )


@pytest.mark.deep
@pytest.mark.parametrize("table", SMALL)
def test_every_value_cut_off_names_its_row(small: Laboratory, table: str) -> None:
    for cells in group_cells(small.files, tables=[table]).values():
        done = refuse_unnamed(small, list_cuts(cells))
        assert done >= len(cells) or (cells[0].is_key and cells[0].kind is int)


@pytest.mark.deep
@pytest.mark.parametrize("table", TILED)
def test_bytes_of_every_hash_of_a_tile_flipped_and_every_value_cut_off_names_it(
    tiled: Laboratory, table: str
) -> None:
    for cells in group_cells(tiled.files, tables=[table]).values():
        places = min(TILE_PLACES, sum(len(cell.data) for cell in cells))
        assert refuse_unnamed(tiled, list_flips(cells, places=places)) == places
        assert refuse_unnamed(tiled, list_cuts(cells)) or cells[0].kind is int  # Most of them are 0 already.


def test_bytes_that_say_nothing_change_nothing_that_is_shown(small: Laboratory) -> None:
    refuse_shown(small, lambda cells: list(list_flips(cells, places=2))[-1:])


@pytest.mark.deep
def test_no_byte_that_says_nothing_changes_anything_that_is_shown(small: Laboratory) -> None:
    refuse_shown(small, list_flips)
    refuse_shown(small, list_cuts)


def refuse_shown(
    laboratory: Laboratory, list_changes: Callable[[list[Cell]], Iterable[list[Change]]]
) -> None:
    shown = laboratory.show()
    for cells in group_cells(laboratory.files, tables=SILENT).values():
        for (cell, data), *_ in list_changes(cells):
            assert laboratory.files.put(cell, data)
            assert laboratory.show() == shown, cell.place
            assert laboratory.files.put(cell, cell.data, instead_of=data)


def test_a_revision_that_no_program_wrote_is_refused_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with open_village(path):
        pass
    with OpenFiles(path, "ledger", "heads") as files:
        for cell in (cell for cell in files.iterate_cells() if cell.table == REVISION):
            for data in [
                *(flip(cell.data, place, place % 8) for place in range(len(cell.data))),
                cell.data[:-1],
            ]:
                assert files.put(cell, data)
                with pytest.raises(Refused) as error:
                    open_home(path)
                assert f"数据库 {cell.database}：" in str(error.value)
                assert files.put(cell, cell.data, instead_of=data)
    with closing(open_home(path)) as home:
        assert home.ledger.list_villages() == [VILLAGE]


def test_what_is_said_of_a_revision_that_is_unknown_or_another_than_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with open_village(path):
        pass
    for statement, found in (
        ("UPDATE alembic_version SET version_num = 'ledger_9999'", "版本 ledger_9999"),
        ("UPDATE alembic_version SET version_num = 'ledger_0001'", "版本 ledger_0001，数据表却不是"),
        ("DELETE FROM alembic_version", "有数据表，没有版本"),
    ):
        with closing(sqlite.connect(path / "ledger.db", isolation_level=None)) as connection:
            connection.execute(statement)

        result = CliRunner().invoke(root, ["audit", "--home", str(path)])

        assert isinstance(result.exception, CouldNotRun)
        assert str(result.exception) == (
            f"数据库 ledger：现为{found}，应为ledger_0001 到 ledger_0005。"
            "更新的程序用过的，换成那一版程序；不是的，是文件坏了：停止记账，从备份找回。（database-revision）"
        )
