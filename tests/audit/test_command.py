"""`mingbai audit` as a person runs it: every kind of target, every exit status, and what it says."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import re
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from click.testing import CliRunner, Result

from ledger import cli
from ledger.audit.findings import Finding, PaperFingerprint, Report
from ledger.cli import root
from ledger.commands.common import print_report
from ledger.commands.refusals import CouldNotRun
from ledger.errors import NotFound, Refused
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import EMPTY_ROOT
from ledger.log.keys import parse_signing_key
from ledger.sources import read_pdf
from tests.builders import VILLAGE
from tests.fakes.renderer import PaperRenderer
from tests.homes import open_village


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose October hangs, with its export as folder and zip and its sheet beside it."""
    path = tmp_path_factory.mktemp("command")
    with open_village(path / "home", renderer=PaperRenderer()) as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        (path / "sheet.pdf").write_bytes(village.export()["sheets/2026-10-F-1/sheet.pdf"])
    for out in ("export", "export.zip"):
        assert run("export", "--home", str(path / "home"), "--out", str(path / out)).exit_code == 0
    return path


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(root, arguments, **options)


def spoil(path: Path, folder: Path) -> Path:
    """Copy an export and change an amount in its entries."""
    target = folder / "spoiled"
    for file in (item for item in path.rglob("*") if item.is_file()):
        copy = target / file.relative_to(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes().replace(b'"amount_fen":32500', b'"amount_fen":32501'))
    return target


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The export served over HTTP."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_GET(self) -> None:
            if "broken" in self.path:
                self.send_error(500)
            else:
                super().do_GET()

    handler = functools.partial(Quiet, directory=str(home / "export"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def read_fingerprint(pdf: Path) -> str:
    """Return the fingerprint that a sheet's paper shows."""
    (printed,) = re.findall(r"^(?:[0-9]{4} ){3}[0-9]{4}$", read_pdf(pdf)[1], re.MULTILINE)
    return str(printed)


@pytest.mark.parametrize("name", ["export", "export.zip", "sheet.pdf"])
def test_a_whole_copy_agrees(home: Path, name: str) -> None:
    result = run("audit", str(home / name))

    assert result.exit_code == 0
    assert "结论：全部对得上。" in result.stdout
    assert "指纹码" in result.stdout
    assert "记下的事是否属实，要靠人监督" in result.stderr


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_of_a_log_the_fingerprint_on_each_paper_is_told_and_the_newest_not_held_against_it(
    home: Path, name: str
) -> None:
    printed = read_fingerprint(home / "sheet.pdf")

    said = run("audit", str(home / name)).stdout
    told = json.loads(run("audit", str(home / name), "--json").stdout)

    assert told["papers"] == [{"fingerprint": printed, "number": "2026-10-F-1"}]
    assert told["fingerprint"] != printed
    assert f"公开表 2026-10-F-1 纸上应印 {printed}\n" in said
    newest = told["fingerprint"]
    assert f"最新检查点的指纹码 {newest}（与别处核对到同样多记录时看到的比一比）\n" in said
    assert "公开表上印的" not in said


def test_of_a_lone_sheet_the_fingerprint_is_the_paper_s(home: Path) -> None:
    said = run("audit", str(home / "sheet.pdf")).stdout

    printed = read_fingerprint(home / "sheet.pdf")
    assert f"指纹码 {printed}（与公开表上印的、别处看到的比一比）\n" in said
    assert "纸上应印" not in said


def test_of_many_sheets_the_newest_are_told_and_the_others_counted() -> None:
    papers = [
        PaperFingerprint(fingerprint=f"1510 2346 1684 {n:04}", number=f"2026-10-F-{n}") for n in range(9)
    ]

    said = print_and_read(papers=(*papers[:5], PaperFingerprint(fingerprint="", number="2"), *papers[6:]))

    assert [line for line in said.splitlines() if "纸上应印" in line] == [
        *(f"公开表 2026-10-F-{n} 纸上应印 1510 2346 1684 {n:04}" for n in range(5)),
        "公开表 2 纸上应印什么，从这份里看不出",
    ]
    assert "……还有更早的 3 张，用 mingbai audit --json 看全部。\n" in said


def test_a_log_is_read_over_http(address: str) -> None:
    result = run("audit", address)

    assert (result.exit_code, "网上的账本" in result.stdout) == (0, True)


def test_a_home_is_audited_whole_or_one_village(home: Path) -> None:
    assert run("audit", "--home", str(home / "home")).exit_code == 0
    assert run("audit", env={"MINGBAI_HOME": str(home / "home")}).exit_code == 0
    result = run("audit", "--home", str(home / "home"), "--village", VILLAGE, "--json")
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 1)


def test_a_finding_is_told_in_words_a_villager_understands(home: Path, tmp_path: Path) -> None:
    result = run("audit", str(spoil(home / "export", tmp_path)))

    assert result.exit_code == 1
    assert "✗ 1. 第 3 条 原文：应为 公布时的样子（叶哈希" in result.stdout
    assert "对村民来说：这条记录在公布以后被改动过；以手里的公开表和别处的副本为准。" in result.stdout
    assert "只核对了前 3 条的含义" in result.stdout
    assert "处对不上。" in result.stdout
    assert result.stderr.endswith("上面列出的地方不能作数。把这份留好，交监督委员会或审计员。\n")
    assert "没有被改过" not in result.output


def test_a_program_gets_the_report_as_json(home: Path, tmp_path: Path) -> None:
    fine = run("audit", str(home / "export.zip"), "--json")
    wrong = run("audit", str(spoil(home / "export", tmp_path)), "--json")

    assert json.loads(fine.stdout)["findings"] == []
    report = json.loads(wrong.stdout)
    assert (wrong.exit_code, report["findings"][0]["code"], report["findings"][0]["entry"]) == (
        1,
        "entry-altered",
        3,
    )


def print_and_read(**changes: Any) -> str:
    """Print a report that is nobody's and return what stands on the screen."""
    fields = {
        "entries": 3,
        "erased": 2,
        "examined": 3,
        "findings": (),
        "fingerprint": "",
        "origin": "某",
        "root": "",
        "sheets": 0,
        "source": "某",
        "village": "",
    }
    with CliRunner().isolation() as (out, _, _):
        print_report(Report(**{**fields, **changes}))
        return out.getvalue().decode()


def test_many_findings_are_counted_and_not_all_told() -> None:
    finding = Finding(code="x", entry=-1, expected="甲", field="乙", found="丙", meaning="丁")

    shown = print_and_read(findings=(finding,) * 60)

    assert "……还有 10 处，用 --json 看全部。" in shown
    assert "有 2 处属于已删除的隐私内容" in shown
    assert "结论：有 60 处对不上。" in shown


def test_only_the_key_from_elsewhere_is_believed(home: Path) -> None:
    key = (home / "export" / "log.vkey").read_text()
    for name in ("export", "export.zip", "sheet.pdf"):
        assert run("audit", str(home / name), "--key", key).exit_code == 0
        wrong = run("audit", str(home / name), "--key", "x+y+z")
        assert (wrong.exit_code, "key-differs" in wrong.stdout) == (1, True)
    assert run("audit", "--home", str(home / "home"), "--key", key).exit_code == 0
    assert run("audit", "--home", str(home / "home"), "--key", "x").exit_code == 1


@pytest.mark.parametrize("kind", ["proof", "folder", "zip", "pdf"])
def test_what_a_villager_kept_is_held_against_the_log(home: Path, tmp_path: Path, kind: str) -> None:
    note = (home / "export" / "checkpoint").read_bytes()
    proof = tmp_path / "5.tlog-proof"
    proof.write_bytes(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note)
    kept = {
        "folder": home / "export",
        "pdf": home / "sheet.pdf",
        "proof": proof,
        "zip": home / "export.zip",
    }[kind]

    same = run("audit", str(home / "export"), "--checkpoint", str(kept))
    other = run("audit", str(found_other(tmp_path)), "--checkpoint", str(kept), "--json")

    assert same.exit_code == 0
    assert other.exit_code == 1
    assert [item["field"] for item in json.loads(other.stdout)["findings"]] == ["您手里的检查点"]


def found_other(folder: Path) -> Path:
    """Export another village's log."""
    with open_village(folder / "other") as village:
        village.open_books()
        path = village.home.path
    out = folder / "other-export"
    assert run("export", "--home", str(path), "--out", str(out)).exit_code == 0
    return out


def test_what_was_kept_and_holds_no_checkpoint_is_told_whole(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "空.zip"
    with zipfile.ZipFile(path, "w"):
        pass

    result = run("audit", str(home / "export"), "--checkpoint", str(path))

    assert isinstance(result.exception, CouldNotRun)
    assert str(result.exception) == (
        f"--checkpoint {path}：现为导出的压缩包里没有 log.vkey，应为里面有检查点的证明文件、公开表 PDF 或导出。"
        "换一份完整的；检查点也可以单独存成文件。（checkpoint-kept）"
    )


def test_a_checkpoint_kept_from_earlier_must_be_extended(home: Path, tmp_path: Path) -> None:
    kept = home / "export" / "sheets" / "2026-10-F-1" / "checkpoint"
    (tmp_path / "other").write_bytes(b"nonsense")

    assert run("audit", str(home / "export"), "--checkpoint", str(kept)).exit_code == 0
    assert run("audit", str(home / "export"), "--checkpoint", str(tmp_path / "other")).exit_code == 1
    missing = run("audit", str(home / "export"), "--checkpoint", str(tmp_path / "none"))
    assert isinstance(missing.exception, Refused)


def test_who_only_looks_at_a_home_does_not_wait_for_who_writes(home: Path) -> None:
    with contextlib.ExitStack() as stack:
        for name in ("heads.db", "ledger.db", "vault.db"):
            writer = stack.enter_context(closing(sqlite.connect(str(home / "home" / name))))
            writer.execute("BEGIN IMMEDIATE")

        results = [
            run("audit", "--home", str(home / "home")),
            run("users", "list", "--home", str(home / "home")),
        ]

    assert [(result.exit_code, result.exception) for result in results] == [(0, None), (0, None)]


def test_a_sheet_alone_cannot_be_held_against_a_checkpoint_and_says_so(home: Path) -> None:
    kept = home / "export" / "checkpoint"

    result = run("audit", str(home / "sheet.pdf"), "--checkpoint", str(kept))

    assert isinstance(result.exception, CouldNotRun)
    assert str(result.exception) == (
        "--checkpoint：现为核对的只是一张公开表，应为整本账：账本文件夹、导出的文件夹或 ZIP、网址。"
        "反过来：核对整本账，--checkpoint 后面写这张表。（checkpoint-needs-log）"
    )


@pytest.mark.parametrize("data", [b"", b"nonsense", b"%PDF-1.7 nonsense", b"PK\x03\x04"])
def test_a_file_that_is_nothing_of_ours_is_refused_with_a_report(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)

    result = run("audit", str(path))

    assert result.exit_code == 1
    assert "证明不了什么" in result.stdout


def test_a_zip_with_a_name_twice_or_a_broken_member_is_refused(home: Path, tmp_path: Path) -> None:
    twice, broken = tmp_path / "twice.zip", tmp_path / "broken.zip"
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("checkpoint", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("checkpoint", "2")
    data = bytearray((home / "export.zip").read_bytes())
    with zipfile.ZipFile(home / "export.zip") as archive:
        start = archive.getinfo("checkpoint").header_offset
    data[start + 60] ^= 1
    broken.write_bytes(data)

    for path in (twice, broken):
        result = run("audit", str(path))
        assert (result.exit_code, "source-zip" in result.stdout) == (1, True)


@pytest.mark.parametrize("limit", [10, 50])
def test_a_file_beyond_the_limit_is_refused_wherever_it_lies(
    home: Path, address: str, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("ledger.sources.SOURCE_FILE_MAX_BYTES", limit)

    for target in (str(home / "export"), str(home / "export.zip"), address):
        result = run("audit", target)
        assert (result.exit_code, "source-file-size" in result.stdout) == (1, True)


def test_answers_beyond_the_room_for_them_are_fetched_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.sources.ANSWERS_KEPT_MAX_BYTES", 300)

    assert run("audit", address).exit_code == 0


def test_a_key_file_of_two_lines_is_refused(home: Path, tmp_path: Path) -> None:
    folder = spoil(home / "export", tmp_path)
    (folder / "log.vkey").write_text("a\nb\n")

    assert "source-key" in run("audit", str(folder)).stdout
    (folder / "log.vkey").unlink()
    assert "source-missing" in run("audit", str(folder)).stdout


def test_what_cannot_run_says_so(home: Path, tmp_path: Path, address: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    for arguments in (
        (str(tmp_path / "none"),),
        (nobody,),
        (f"{address}broken",),
        ("http://",),
    ):
        assert isinstance(run("audit", *arguments).exception, NotFound)
    assert run("audit", env={"MINGBAI_HOME": ""}).exit_code == 2
    assert isinstance(run("audit", "--home", str(home / "home"), "--village", "1").exception, Refused)


@pytest.mark.parametrize("name", ["export", "export.zip", "sheet.pdf", ""])
def test_a_copy_of_another_village_than_the_one_asked_for_is_refused(
    home: Path, address: str, name: str
) -> None:
    target = str(home / name) if name else address

    assert run("audit", target, "--village", VILLAGE).exit_code == 0
    other = run("audit", target, "--village", "999999999999")

    assert isinstance(other.exception, CouldNotRun)
    assert str(other.exception) == (
        f"--village 999999999999：现为给的是村 {VILLAGE} 的，应为同一个村的账本或公开表。"
        "换成这个村的；就要核对给的这一份，不写 --village。（village-other）"
    )
    assert other.stdout == ""


def test_a_log_without_an_entry_is_no_village_s(home: Path, tmp_path: Path) -> None:
    signer = parse_signing_key((home / "home" / "keys" / f"{VILLAGE}.key").read_text().strip())
    (tmp_path / "log.vkey").write_bytes((home / "export" / "log.vkey").read_bytes())
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(signer.key.name, 0, EMPTY_ROOT), signer))

    refused = run("audit", str(tmp_path), "--village", VILLAGE)

    assert run("audit", str(tmp_path)).exit_code == 0
    assert str(refused.exception).startswith(f"--village {VILLAGE}：现为给的一份里没有记录，应为同一个村的")


def test_a_copy_that_does_not_say_whose_it_is_keeps_its_findings(home: Path, tmp_path: Path) -> None:
    target = spoil(home / "export", tmp_path)
    for bundle in target.glob("tile/entries/*/*"):
        bundle.write_bytes(bundle.read_bytes().replace(b"log.founded", b"log.foundad"))

    result = run("audit", str(target), "--village", "999999999999")

    assert (result.exit_code, "核对对象：导出的文件夹 \n" in result.stdout) == (1, True)


def test_an_empty_home_has_nothing_to_audit(tmp_path: Path) -> None:
    assert run("init", "--home", str(tmp_path / "new")).exit_code == 0

    assert isinstance(run("audit", "--home", str(tmp_path / "new")).exception, NotFound)


@pytest.mark.parametrize(("least", "told"), [(1, True), (1_000, False)])
def test_progress_is_told_on_long_work_only(
    home: Path, monkeypatch: pytest.MonkeyPatch, least: int, told: bool
) -> None:
    """On a terminal, beside what a program reads."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("ledger.commands.common.PROGRESS_MIN_ENTRIES", least)

    result = run("audit", str(home / "export"), "--json")

    assert ("核对记录" in result.stderr) is told
    assert json.loads(result.stdout)["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("audit", "{home}/export"), 0),
        (("audit", "{home}/home/mingbai.toml"), 1),
        (("audit", "{home}/none"), 2),
        (("audit", "--no-such-option"), 2),
        (("export", "--home", "{home}/home", "--out", "{home}/export"), 1),
        (("export", "--home", "{home}/home", "--out", "/dev/null/x/y"), 1),
        (("export", "--home", "{home}/home", "--out", "/dev/null/x.zip"), 1),
        (("export", "--home", "{home}/home", "--out", "{home}/export.zip"), 1),
        (("export", "--home", "{home}/home", "--out", "{home}/export.zip", "--force"), 0),
    ],
)
def test_the_program_leaves_with_the_status_it_promises(
    home: Path, arguments: tuple[str, ...], status: int
) -> None:
    program = [sys.executable, "-m", "ledger.cli", *(item.format(home=home) for item in arguments)]

    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_and_tampering_end_with_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from click import Abort

    from ledger.errors import Fault, InDoubt, Tampered

    doubt = InDoubt(Fault(code="doubt", place="甲", found="断了", expected="连着", remedy="再做一次"))
    for error, status, word in (
        (Abort(), 2, "已中止"),
        (Tampered(3, "甲", "乙"), 1, "账本对不上"),
        (doubt, 2, "甲：现为断了，应为连着。再做一次。（doubt）\n"),
    ):

        def fail(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr(cli.root, "main", fail)
        with pytest.raises(SystemExit) as left:
            cli.main()
        assert left.value.code == status
        assert word in capsys.readouterr().err
