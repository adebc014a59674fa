"""The books taken along: the same from a home and from a copy, proven on the way, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import rich_click as click
from click.testing import CliRunner, Result

from ledger.books.values import get_next_period
from ledger.canonical import format_entry
from ledger.cli import root
from ledger.data import load_reference
from ledger.errors import NotFound, NotProven, Refused, format_fault
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import hash_leaf
from ledger.log.tiles import ENTRIES, MemoryTiles, Tile, format_bundle
from ledger.log.tree import compute_root
from ledger.service.journals import BOOKS_FORMS, BooksForm, open_books, write_books
from ledger.service.workbooks import voucher_tables
from ledger.sources import open_zip
from tests.builders import (
    SIGNER,
    VERIFIER_KEY,
    VILLAGE,
    Discloser,
    EntryChain,
    build_description,
    build_founding,
    build_opening,
    build_postings,
    build_voucher,
)
from tests.homes import VillageHome
from tests.service.test_export_cells import ACTING


@pytest.fixture
def october(village: VillageHome) -> VillageHome:
    """October closed, with a correction; November begun before that."""
    village.open_books()
    wrong = village.record_voucher("=HYPERLINK(样)", 32_500)
    village.correct_voucher(wrong.index, 32_500, 23_500)
    village.go_to("2026-11-02")
    village.record_voucher("购种子", 5, period="2026-11", occurred_on="2026-11-01")
    village.close("2026-10")
    return village


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(root, ["books", *map(str, words)])


def list_told(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.output
    return [format_fault(fault) for fault in result.exception.faults]


@pytest.mark.parametrize("form", BOOKS_FORMS)
def test_a_home_a_zip_and_a_folder_give_the_same(october: VillageHome, tmp_path: Path, form: str) -> None:
    home, copies = str(october.home.path), [tmp_path / "export.zip", tmp_path / "export"]
    for copy in copies:
        assert CliRunner().invoke(root, ["export", "--home", home, "--out", str(copy)]).exit_code == 0

    results = [
        run("--home", home, "--format", form, "--out", tmp_path / "one"),
        *(run(copy, "--format", form, "--out", tmp_path / copy.stem, "--force") for copy in copies[:1]),
        run(copies[1], "--format", form, "--out", tmp_path / "three"),
    ]

    assert [result.exit_code for result in results] == [
        0,
        1,
        0,
    ]  # What is there as a folder is never written over.
    assert list_told(results[1]) == [
        f"文件夹 {tmp_path / 'export'}：现为已经有了，应为还没有的文件名。换一个名字。（file-exists）"
    ]
    assert run(copies[0], "--format", form, "--out", tmp_path / "two").exit_code == 0
    one, two, three = (_read(tmp_path / name, form) for name in ("one", "two", "three"))
    assert one == two == three
    assert "已导出村 371082101201 的账簿，共 8 条记录" in results[0].stderr
    assert not list(tmp_path.glob(".*"))


def _read(path: Path, form: str) -> object:
    """A workbook's dates of making differ; its cells do not."""
    if form != "xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_each_form_says_how_to_open_it(october: VillageHome, tmp_path: Path) -> None:
    told = {}
    for form in BOOKS_FORMS:
        result = run("--home", october.home.path, "--format", form, "--out", tmp_path / form)
        told[form] = result.stderr.splitlines()[-1].replace(str(tmp_path), "")

    assert told == {
        "beancount": "打开：fava /beancount　核对：bean-check /beancount",
        "hledger": "看余额：hledger -f /hledger bal",
        "csv": "用 WPS 或 Excel 打开：/csv",
        "xlsx": "用 WPS 或 Excel 打开：/xlsx",
    }


def test_a_program_is_told_what_was_written(october: VillageHome, tmp_path: Path) -> None:
    out = tmp_path / "books.beancount"

    result = run("--home", october.home.path, "--format", "beancount", "--out", out, "--json")

    assert json.loads(result.stdout) == {
        "entries": 8,
        "format": "beancount",
        "out": str(out),
        "village": VILLAGE,
    }


def test_a_table_has_the_months_asked_for_and_no_cell_that_acts(october: VillageHome, tmp_path: Path) -> None:
    home = october.home.path
    both = ("--from", "2026-10", "--to", "2026-10")
    assert run("--home", home, "--format", "csv", "--out", tmp_path / "all.csv").exit_code == 0
    assert run("--home", home, "--format", "csv", "--out", tmp_path / "month.csv", *both).exit_code == 0

    whole, month = (_read_table(tmp_path / name) for name in ("all.csv", "month.csv"))

    assert whole[0] == list(voucher_tables.HEADERS)
    assert month == [row for row in whole if row[2] != "2026-11"]
    assert len(whole) == 1 + 4 * 2
    paper, cash, red = month[1:4]
    assert paper[:8] == [
        *("2026-10-001", "2026-10-28", "2026-10", "'=HYPERLINK(样)", "513", "管理费用", "325.00", ""),
    ]
    assert cash[4:8] == ["101", "库存现金", "", "325.00"]
    assert (red[3][:18], red[6:8], red[10:12]) == (
        "冲销 2026-10-001 号凭证",
        ["-325.00", ""],
        ["2026-10-001", ""],
    )
    assert month[5][10:12] == ["", "2026-10-001"]


def _read_table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_a_workbook_holds_amounts_as_numbers_and_texts_as_texts(october: VillageHome, tmp_path: Path) -> None:
    out = tmp_path / "all.xlsx"
    assert run("--home", october.home.path, "--format", "xlsx", "--out", out).exit_code == 0

    sheet = openpyxl.load_workbook(out)["凭证"]
    rows = list(sheet.iter_rows())

    assert [cell.value for cell in rows[0]] == list(voucher_tables.HEADERS)
    assert [cell.value for cell in rows[1]][:9] == [
        *("2026-10-001", "2026-10-28", "2026-10", "=HYPERLINK(样)", "513", "管理费用", 325, None, 1),
    ]
    assert rows[3][6].value == -325
    assert {cell.data_type for row in rows[1:] for cell in row[:6]} == {"s"}
    assert {cell.data_type for row in rows[1:] for cell in (*row[6:9], row[12])} == {"n"}
    assert (rows[1][6].number_format, sheet.freeze_panes) == ("#,##0.00", "B2")


def test_amounts_come_out_of_a_workbook_to_the_fen() -> None:
    amounts = [1, 10, 29, 57, 99, 1_005, 123_456_789, 99_999_999_999, 10**12, -(10**12) + 1]
    line = voucher_tables.VoucherLine(*("x",) * 6, None, None, 1, *("",) * 3, 1)
    out = io.BytesIO()

    voucher_tables.write_lines(out, [line._replace(debit_fen=fen) for fen in amounts])

    cells = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["凭证"]["G"][1:]
    assert [round(cell.value * 100) for cell in cells] == amounts
    with zipfile.ZipFile(out) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1234567.89</v>" in text
    assert "<v>-9999999999.99</v>" in text


@pytest.mark.parametrize("text", ACTING)
def test_what_a_spreadsheet_would_run_is_a_text_in_both_tables(text: str) -> None:
    line = voucher_tables.VoucherLine(*(text,) * 6, 1, None, 1, *(text,) * 3, 1)
    out = io.BytesIO()

    voucher_tables.write_lines(out, [line])
    separated = b"".join(voucher_tables.format_lines([line])).decode("utf-8-sig")

    cells = [
        cell for row in openpyxl.load_workbook(io.BytesIO(out.getvalue()))["凭证"].iter_rows() for cell in row
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    (_, row) = csv.reader(io.StringIO(separated, newline=""))
    assert all(value.startswith("'") for value in row if value not in {"0.01", "1", ""})


def test_more_rows_than_a_spreadsheet_opens_are_refused(
    october: VillageHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voucher_tables, "WORKBOOK_ROWS_MAX", 7)
    words = ("--home", october.home.path, "--format", "xlsx", "--out", tmp_path / "x.xlsx")

    assert list_told(run(*words)) == [
        (
            "表格：现为超过 7 行，应为最多 7 行，再多表格软件打不开。"
            "用 --from、--to 少选几个月，分几次导出；或导出 csv。（table-too-long）"
        )
    ]
    assert not (tmp_path / "x.xlsx").exists()
    assert run(*words, "--to", "2026-10").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--format", "csv", "--from", "2026-13"),
            "月份：现为2026-13，应为四位年份、横杠、两位月份，如 2026-11。改正月份。（month-form）",
        ),
        (
            ("--format", "csv", "--from", "2026-11", "--to", "2026-10"),
            "--from、--to：现为从 2026-11 到 2026-10，应为从早的月份到晚的月份。把两个月份对调。（months-order）",
        ),
        (
            ("--format", "csv", "--village", "999999999999"),
            "--village：现为999999999999，应为371082101201。用 --village 写明 12 位村代码。（village-unknown）",
        ),
    ],
)
def test_a_wrong_word_is_refused_with_what_to_do(
    october: VillageHome, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    assert list_told(run("--home", october.home.path, "--out", tmp_path / "x", *words)) == [told]
    assert not (tmp_path / "x").exists()


def test_a_journal_has_all_months_or_none(october: VillageHome, tmp_path: Path) -> None:
    words = ("--home", october.home.path, "--format", "hledger", "--out", tmp_path / "x", "--from", "2026-10")

    assert isinstance(run(*words).exception, SystemExit)
    assert "账目缺了前面的月份" in run(*words).output
    assert "写明导出的文件夹、ZIP 或网址" in run("--format", "csv", "--out", tmp_path / "x").output


def test_a_copy_is_of_the_village_that_was_named(october: VillageHome, tmp_path: Path) -> None:
    copy = tmp_path / "export"
    CliRunner().invoke(root, ["export", "--home", str(october.home.path), "--out", str(copy)])
    words = (copy, "--format", "csv", "--out", tmp_path / "x.csv", "--village")

    assert list_told(run(*words, "999999999999")) == [
        (
            "--village 999999999999：现为给的是村 371082101201 的，应为同一个村的账本。"
            "换成这个村的；就要导出给的这一份，不写 --village。（village-other）"
        )
    ]
    assert run(*words, VILLAGE).exit_code == 0
    assert isinstance(run(tmp_path / "none", *words[1:-1]).exception, NotFound)


def test_progress_is_shown_on_long_work_only(
    october: VillageHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    words = ("--home", october.home.path, "--format", "csv", "--force", "--out", tmp_path / "x.csv")

    assert "读账本" not in run(*words).stderr
    monkeypatch.setattr("ledger.commands.common.PROGRESS_MIN_ENTRIES", 1)
    assert "读账本" in run(*words).stderr


@pytest.mark.parametrize("what", ["entry", "bundle", "text"])
def test_a_copy_that_was_changed_gives_nothing(october: VillageHome, tmp_path: Path, what: str) -> None:
    files = october.export()
    path = tmp_path / "changed.zip"
    for name, data in files.items():
        if what == "entry" and name.startswith("tile/entries"):
            files[name] = data.replace(b'"amount_fen":5000000', b'"amount_fen":5000001')
        elif what == "bundle" and name.startswith("tile/entries"):
            files[name] = data[:-600]
        elif what == "text" and name.startswith("texts/3"):
            files[name] = data.replace(b'"index":3', b'"index":4')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)

    result = run(path, "--format", "beancount", "--out", tmp_path / "x")

    if what == "text":  # It belongs to nothing: as good as deleted, which is what the books then say.
        assert "（文字已依法删除）" in (tmp_path / "x").read_text(encoding="utf-8")
        return
    assert isinstance(result.exception, NotProven)
    assert not (tmp_path / "x").exists()


class MemorySource:
    """A signed log in memory, entries made as they are asked for: what takes memory is the reader."""

    title = "样例"
    verifier_key = VERIFIER_KEY

    def __init__(self, entries: list[bytes]) -> None:
        self._entries = entries
        tiles = MemoryTiles([hash_leaf(data) for data in entries])
        self._note = sign_checkpoint(
            Checkpoint(SIGNER.key.name, len(entries), compute_root(tiles.frontier)), SIGNER
        )
        self.texts: dict[int, tuple[str, ...]] = {}

    def read_checkpoint(self) -> bytes:
        return self._note

    def read_tile(self, tile: Tile) -> bytes | None:
        assert tile.level == ENTRIES
        return format_bundle(self._entries[tile.index * 256 : tile.index * 256 + tile.width])

    def list_texts(self, index: int) -> tuple[str, ...]:
        return self.texts.get(index, ())

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def make_log(vouchers: int) -> MemorySource:
    """A log of months of 300 vouchers, none closed: all but the first month's wait until everything was read."""
    texts, chain = Discloser(), EntryChain()
    opening = build_opening(chart="2023", postings=build_postings(100, debit="101", credit="301"))
    entries = [chain.append(build_founding(chart="2023")), chain.append(opening)]
    named: dict[int, tuple[str, ...]] = {}
    period = "2026-10"
    for number in range(vouchers):
        if number and number % 300 == 0:
            period = get_next_period(period)
        fields = {"chart": "2023", "postings": build_postings(1 + number, debit="513")}
        body = build_voucher(texts, number=f"{period}-{number % 300 + 1:03d}", **fields)
        entry = chain.append(body, period=period, occurred_on=f"{period}-28")
        named[entry.index] = texts.take_public()
        entries.append(entry)
    source = MemorySource([format_entry(entry) for entry in entries])
    source.texts = named
    return source


class Sink(io.RawIOBase):
    """Takes everything and keeps nothing."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


@pytest.fixture(scope="module")
def logs() -> tuple[MemorySource, MemorySource]:
    """A log of four full bundles, and one of twice its length."""
    return make_log(4 * 256 - 2), make_log(8 * 256 - 2)


@pytest.mark.parametrize("form", ["beancount", "csv"])
def test_memory_does_not_grow_with_the_log(
    logs: tuple[MemorySource, MemorySource], monkeypatch: pytest.MonkeyPatch, form: BooksForm
) -> None:
    monkeypatch.setattr("ledger.audit.entries.BUNDLES_KEPT", 2)
    peaks, sizes = [], []
    for source in logs:
        sink = Sink()
        tracemalloc.start()
        write_books(sink, form, open_books(source, load_reference()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(sink.size)

    assert sizes[1] > 1.9 * sizes[0]
    # A voucher with its texts takes two kilobytes; of one whose month has not come the index is kept, eight bytes.
    assert peaks[1] - peaks[0] < 4 * 256 * 64


def test_a_log_that_founds_nothing_has_no_books() -> None:
    with pytest.raises(NotProven, match="没有第 0 条"):
        open_books(MemorySource([]), load_reference())
    chain = EntryChain()
    strange = format_entry(chain.append(build_description(Discloser())))
    with pytest.raises(NotProven, match="第 0 条不是立账"):
        open_books(MemorySource([strange]), load_reference())


def test_an_entry_in_anothers_place_ends_it() -> None:
    chain = EntryChain()
    founding = format_entry(chain.append(build_founding()))
    books = open_books(MemorySource([founding, founding]), load_reference())

    with pytest.raises(NotProven, match="第 1 条自称第 0 条"):
        list(books.steps)


def test_a_sheet_holds_no_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.commands.journals.find_copy", lambda address: (address, b"%PDF-"))

    result = run("https://mb.example.cn/x.pdf", "--format", "csv", "--out", tmp_path / "x")

    assert "公开表里没有整本账" in result.output


def test_an_address_is_read_as_a_copy(
    october: VillageHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "export.zip"
    CliRunner().invoke(root, ["export", "--home", str(october.home.path), "--out", str(copy)])
    monkeypatch.setattr("ledger.commands.journals.find_copy", lambda address: (address, None))
    monkeypatch.setattr("ledger.commands.journals.open_url", lambda _address: open_zip(copy))

    assert run("https://mb.example.cn/v/1", "--format", "csv", "--out", tmp_path / "x").exit_code == 0
    assert len(_read_table(tmp_path / "x")) == 9


def test_the_command_lists_its_forms() -> None:
    command = root.get_command(click.Context(root), "books")

    assert command is not None
    assert "会计软件" in (command.help or "")
