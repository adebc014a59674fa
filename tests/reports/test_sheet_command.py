"""`mingbai sheet`: before sealing a draft, after it the very bytes that were sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import rich_click as click
from click.testing import CliRunner, Result

from ledger.books.sheets import SheetSealed
from ledger.books.values import SheetKind
from ledger.canonical import parse_entry
from ledger.commands.audit import audit_command
from ledger.commands.common import write_beside, write_whole
from ledger.config import Config, write_config
from ledger.entries import KIND_OF_BODY, Body, Claim
from ledger.errors import Refused
from ledger.evidence import parse_evidence
from ledger.home import Home, create_home
from ledger.limits import DAY_MS
from ledger.service.found import found_village
from ledger.service.record import Passed, record_claims
from ledger.service.sheets import list_sheets, seal_sheet
from ledger.vaults import Person
from reports.commands import seal, sheet
from reports.worker import WorkerRenderer
from tests.builders import (
    MADE_BY,
    MAKER,
    PASSED_BY,
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


@pytest.fixture(scope="module")
def renderer() -> Iterator[WorkerRenderer]:
    with WorkerRenderer() as made:
        yield made


@pytest.fixture(autouse=True)
def _commands_share_it(renderer: WorkerRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker takes two seconds until its first sheet; `journeys` starts the commands as they are."""
    monkeypatch.setattr("reports.commands.WorkerRenderer", lambda: nullcontext(renderer))


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
    made.vault.add_person(VILLAGE, Person(name="样例甲", roles=frozenset({"clerk"}), user=MAKER))
    texts = Discloser()
    for body in (build_description(texts), build_opening(), build_voucher(texts)):
        _record(made, body, texts, "2026-10-28")
    _record(made, build_closing(), texts, "2026-11-01")
    return made


def _record(home: Home, body: Body, texts: Discloser, day: str) -> None:
    claim = Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=MADE_BY,
        occurred_on=day,
        period=MONTH,
        village=VILLAGE,
    )
    record_claims(
        home,
        VILLAGE,
        [
            Passed(
                checkers=(PASSED_BY,), claim=claim, private=texts.take_private(), public=texts.take_public()
            )
        ],
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
    assert "依据会计制度（财会〔2004〕12号）" in text
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
    told = json.loads(CliRunner().invoke(audit_command, ["--home", str(home.path), "--json"]).stdout)
    (paper,) = told[0]["papers"]
    assert paper["number"] == sealed.number
    for page in read_pages(pdf):
        assert f"编号{sealed.number}指纹码{paper['fingerprint'].replace(' ', '')}" in page


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
@pytest.mark.parametrize("command", [sheet, seal])
def test_what_is_no_month_is_refused_by_the_one_rule(
    home: Home, tmp_path: Path, month: str, command: click.Command
) -> None:
    words = ["--home", str(home.path), "--month", month, "--kind", "finance", "--out", str(tmp_path / "x")]

    result = CliRunner().invoke(command, [*words, *(["--maker", MAKER] if command is seal else [])])

    assert list_codes(result) == ["month-form"]


def test_a_file_that_is_there_is_written_over_only_when_told_to(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "draft.pdf"
    path.write_bytes(b"old")

    assert list_codes(_run(home, path)) == ["file-exists"]
    assert path.read_bytes() == b"old"
    answer = json.loads(_run(home, path, "--force", "--json").stdout)

    assert answer == {
        "file": str(path),
        "kind": "finance",
        "month": MONTH,
        "number": "",
        "pdf": hashlib.sha256(path.read_bytes()).hexdigest(),
        "village": VILLAGE,
    }
    assert list_codes(_run(home, tmp_path, "--force")) == ["file-exists"]


def test_nothing_is_drafted_of_what_the_village_did_not_adopt(home: Home, tmp_path: Path) -> None:
    assert list_codes(_run(home, tmp_path / "draft.pdf", kind="points")) == ["sheet-nothing"]


@pytest.mark.parametrize("month", ["2020-10", "2031-10"])
def test_nothing_is_drafted_of_a_month_that_nothing_was_recorded_in(
    home: Home, tmp_path: Path, month: str
) -> None:
    result = _run(home, tmp_path / "draft.pdf", "--month", month)

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == (
        f"--month：现为{month} 没有记过账，应为记过账的月份：2026-10 到 2026-10。"
        "改成要打印的月份，或先导入这个月的账。（sheet-month）"
    )
    assert not (tmp_path / "draft.pdf").exists()


def test_sealing_takes_what_the_village_has_and_says_what_was_left_out(home: Home, tmp_path: Path) -> None:
    result = _seal(home, "--out", str(tmp_path / "打印" / "十月"))

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("2026-10-F-1  第 5 条  PDF ")
    assert result.stderr.splitlines() == [
        "2026-10 已封存 1 张。打印张贴用 mingbai sheet，或 --out 写出的 PDF。",
        "没有封存村民积分公开表：2026-10 没有起用的积分细则。",
        "没有封存党员评分公开表：2026-10 没有起用的考评办法。",
    ]
    assert [path.name for path in (tmp_path / "打印" / "十月").iterdir()] == ["2026-10-F-1.pdf"]
    assert list_codes(_seal(home)) == ["sheet-unchanged"]
    assert list_codes(_seal(home, kinds=("points", "scores"))) == ["sheet-nothing", "sheet-nothing"]


def test_sealing_says_when_the_codes_lead_nowhere_but_here(home: Home) -> None:
    settings = home.path / "mingbai.toml"
    settings.write_text(settings.read_text().replace("https://mb.example.cn", "http://127.0.0.1:8000"))

    result = _seal(home)

    assert result.exit_code == 0, result.output
    assert "码里印的网址是 http://127.0.0.1:8000，只有这台机器打得开。" in result.stderr


def test_programs_read_what_was_sealed_and_what_was_not(home: Home, tmp_path: Path) -> None:
    (tmp_path / "2026-10-F-1.pdf").write_bytes(b"another home's")

    result = _seal(home, "--kind", "points", "--kind", "finance", "--out", str(tmp_path), "--json")

    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert [item["number"] for item in answer["sealed"]] == ["2026-10-F-1"]
    assert [fault["code"] for fault in answer["faults"]] == ["sheet-nothing", "file-exists"]
    assert [fault["code"] for fault in answer["left_out"]["points"]] == ["sheet-nothing"]
    assert (tmp_path / "2026-10-F-1.pdf").read_bytes() == b"another home's"


def test_what_was_asked_for_and_not_sealed_is_said_after_what_was(home: Home) -> None:
    result = _seal(home, "--kind", "finance", "--kind", "scores")

    assert result.exit_code == 1
    assert result.stdout.startswith("2026-10-F-1")
    assert "没有做成：党员评分公开表：现为2026-10 没有起用的考评办法" in result.stderr


def test_an_open_month_is_one_fault_and_a_folder_that_cannot_be_made_stops_before_sealing(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    assert list_codes(_seal(home, "--out", str(tmp_path / "file"))) == ["file-unwritable"]
    assert list_codes(_seal(home, month="2026-11", kinds=("finance",))) == ["sheet-period-open"]
    with home.ledger.read(VILLAGE) as reader:
        assert list_sheets(reader, "finance") == []


def test_a_clerk_seals_by_code(home: Home) -> None:
    result = _seal(home, maker="样例甲")

    assert list_codes(result) == ["person-code"]
    assert f"  {MAKER}  村文书  样例甲" in result.stderr


def _seal(
    home: Home, *options: str, month: str = MONTH, maker: str = MAKER, kinds: tuple[str, ...] = ()
) -> Result:
    chosen = [word for kind in kinds for word in ("--kind", kind)]
    words = ["--home", str(home.path), "--month", month, "--maker", maker, *chosen, *options]
    return CliRunner().invoke(seal, words)


def list_codes(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), (result.output, result.exception)
    return [fault.code for fault in result.exception.faults]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "sheet.pdf"
    old.write_bytes(b"old")

    def write_half() -> None:
        with write_beside(old, force=True) as part:
            part.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert list(tmp_path.iterdir()) == [old]
    assert old.read_bytes() == b"old"


def test_a_file_in_no_folder_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "no" / "sheet.pdf"

    with pytest.raises(Refused) as caught:
        write_whole(path, b"new")

    assert str(caught.value) == (
        f"文件 {path}：现为没有这个文件或文件夹，应为可以写的文件。"
        "检查文件夹是否存在、是否有权限和空间。（file-unwritable）"
    )


def test_the_homes_settings_mark_draft_and_sealed_paper_of_an_invented_village(
    home: Home, tmp_path: Path
) -> None:
    plain = _run(home, tmp_path / "plain.pdf")
    write_config(home.path, Config(is_demo=True, public_base_url="https://mb.example.cn"))

    draft = _run(home, tmp_path / "draft.pdf")
    sealed = _seal(home, "--kind", "finance", "--out", str(tmp_path))

    assert [plain.exit_code, draft.exit_code, sealed.exit_code] == [0, 0, 0]
    assert "示例" not in read_text((tmp_path / "plain.pdf").read_bytes())
    for name in ("draft.pdf", "2026-10-F-1.pdf"):
        assert "示例，非真实村庄" in read_text((tmp_path / name).read_bytes())
