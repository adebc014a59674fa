"""`mingbai sheet`: before sealing a draft, after it the very bytes that were sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from ledger.books.sheets import SheetSealed
from ledger.books.values import SheetKind
from ledger.canonical import parse_entry
from ledger.config import Config
from ledger.entries import KIND_OF_BODY, Body, Claim
from ledger.errors import Refused
from ledger.evidence import parse_evidence
from ledger.home import Home, create_home
from ledger.ports import Person
from ledger.service.found import found_village
from ledger.service.record import Passed, record_claims
from ledger.service.sheets import seal_sheet
from reports.commands import check_month, sheet, write_whole
from reports.worker import WorkerRenderer
from tests.builders import (
    CHECKER,
    MAKER,
    VILLAGE,
    Discloser,
    build_closing,
    build_description,
    build_opening,
    build_voucher,
)
from tests.fakes.clock import START_MS, FakeClock, SeededEntropy
from tests.reports.printed import read_pages, read_text

MONTH = "2026-10"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def renderer() -> Iterator[WorkerRenderer]:
    with WorkerRenderer() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A village with one voucher in its only month, which is closed."""
    made = create_home(
        tmp_path / "home",
        Config(public_base_url="https://mb.example.cn"),
        clock=FakeClock(START_MS + 5 * DAY_MS),
        entropy=SeededEntropy(),
    )
    made.keys.create(VILLAGE, "example.org/m/00000000/e1", b"\x07" * 32)
    found_village(made, VILLAGE, "example.org/m/00000000/e1", "2004", MAKER)
    made.vault.add_person(VILLAGE, Person(name="样例甲", role="clerk", user=MAKER))
    texts = Discloser()
    for body in (build_description(texts), build_opening(), build_voucher(texts)):
        _record(made, body, texts, "2026-10-28")
    _record(made, build_closing(), texts, "2026-11-01")
    return made


def _record(home: Home, body: Body, texts: Discloser, day: str) -> None:
    claim = Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=MAKER,
        occurred_on=day,
        period=MONTH,
        village=VILLAGE,
    )
    record_claims(
        home,
        VILLAGE,
        [Passed(checkers=(CHECKER,), claim=claim, private=texts.take_private(), public=texts.take_public())],
    )


def _run(home: Home, out: Path, *options: str, kind: SheetKind = "finance") -> Result:
    words = ["--home", str(home.path), "--month", MONTH, "--kind", kind, "--out", str(out), *options]
    return CliRunner().invoke(sheet, words)


def test_before_sealing_a_draft_is_written(home: Home, tmp_path: Path) -> None:
    result = _run(home, tmp_path / "draft.pdf")

    assert result.exit_code == 0, result.output
    assert "草稿已写到" in result.stderr
    text = read_text((tmp_path / "draft.pdf").read_bytes())
    assert "草稿·未封存" in text
    assert "49,675.00" in text
    assert "购办公用纸" in text


def test_after_sealing_the_archived_bytes_are_written(
    home: Home, renderer: WorkerRenderer, tmp_path: Path
) -> None:
    sealed, _ = seal_sheet(
        home, renderer, VILLAGE, "finance", MONTH, maker=MAKER, base_url=home.config.public_base_url
    )

    result = _run(home, tmp_path / "sheet.pdf")

    assert result.exit_code == 0, result.output
    assert "2026-10-F-1 的原件" in result.stderr
    pdf = (tmp_path / "sheet.pdf").read_bytes()
    assert hashlib.sha256(pdf).hexdigest() == sealed.pdf
    assert f"编号{sealed.number}指纹码" in read_pages(pdf)[0]


def test_the_log_names_figures_paper_and_toolchain_and_the_paper_carries_its_evidence(
    home: Home, renderer: WorkerRenderer
) -> None:
    sealed, receipt = seal_sheet(
        home, renderer, VILLAGE, "finance", MONTH, maker=MAKER, base_url="https://x.example"
    )
    with home.ledger.read(VILLAGE) as reader:
        body = parse_entry(reader.get_entry_bytes(receipt.index)).body

    assert isinstance(body, SheetSealed)
    assert home.archive.find(body.toolchain) == renderer.describe_toolchain()
    assert json.loads(renderer.describe_toolchain())["packages"]["weasyprint"]
    data = home.archive.find(body.pdf)
    assert data is not None
    with pikepdf.open(BytesIO(data)) as pdf:
        attached = pdf.attachments[f"mingbai-{sealed.number}.json"].get_file().read_bytes()
    assert parse_evidence(attached).head.number == sealed.number


def test_a_draft_can_be_printed_of_a_sealed_month(
    home: Home, renderer: WorkerRenderer, tmp_path: Path
) -> None:
    seal_sheet(home, renderer, VILLAGE, "finance", MONTH, maker=MAKER, base_url="https://x.example")

    result = _run(home, tmp_path / "draft.pdf", "--draft")

    assert result.exit_code == 0, result.output
    assert "草稿·未封存" in read_text((tmp_path / "draft.pdf").read_bytes())


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-01", "２026-01", "2026-01 ", "x"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(Refused) as caught:
        check_month(month)

    assert str(caught.value) == f"--month：现为{month}，应为如 2026-11。写四位年、两位月。（month-invalid）"


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "folder"
    old.mkdir()

    with pytest.raises(Refused, match="file-unwritable"):
        write_whole(old, b"new")

    assert list(tmp_path.iterdir()) == [old]


def test_a_file_in_no_folder_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "no" / "sheet.pdf"

    with pytest.raises(Refused) as caught:
        write_whole(path, b"new")

    assert str(caught.value) == (
        f"文件 {path}：现为No such file or directory，应为可以写的文件。"
        "检查文件夹是否存在、是否有权限和空间。（file-unwritable）"
    )
