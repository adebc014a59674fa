"""What an auditor may type as an address: a village, a page within it, a host's front page, a sheet's PDF."""

from __future__ import annotations

import functools
import http.server
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rich_click as click
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.commands.addresses import _list_boards
from ledger.commands.refusals import CouldNotRun
from ledger.errors import NotFound
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.fakes.renderer import PaperRenderer
from tests.homes import open_village
from tests.web.village import make_client


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host's files: a village's log, a page within it, its sheet, and no front page yet."""
    path = tmp_path_factory.mktemp("site")
    board = path / "www" / "v" / VILLAGE
    with open_village(path / "home", renderer=PaperRenderer()) as village:
        village.open_books()
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
    assert run("export", "--home", str(path / "home"), "--out", str(board)).exit_code == 0
    (path / "www" / "c").mkdir()
    (board / "finance").mkdir()
    for name in ("finance/2026-10", "票据.html"):
        (board / name).write_text("<h1>一页</h1>")
    (path / "www" / "c" / VILLAGE).write_text("<h1>核对</h1>")
    return path / "www"


@pytest.fixture
def host(site: Path) -> Iterator[str]:
    (site / "index.html").unlink(missing_ok=True)
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, arguments)


def link(site: Path, *villages: str) -> None:
    links = "".join(f'<a class="row" href="/v/{village}">村</a>' for village in villages)
    (site / "index.html").write_text(f"<html><body>{links}</body></html>", encoding="utf-8")


@pytest.mark.parametrize("page", ["/v/{}", "/v/{}/", "/v/{}/finance/2026-10", "/c/{}#0123", "/v/{}?x=1"])
def test_every_page_of_a_village_leads_to_its_log(host: str, page: str) -> None:
    result = run("audit", host + page.format(VILLAGE))

    assert result.exit_code == 0, (result.output, result.exception)
    assert f"网上的账本 {VILLAGE}" in result.stdout


def test_a_front_page_with_one_village_is_followed(site: Path, host: str) -> None:
    link(site, VILLAGE)

    result = run("audit", f"{host}/")

    assert result.exit_code == 0, (result.output, result.exception)
    assert f"核对的是 {host}/v/{VILLAGE}" in result.stderr


def test_a_front_page_with_several_villages_lists_them(site: Path, host: str) -> None:
    link(site, VILLAGE, OTHER_VILLAGE, VILLAGE)

    result = run("audit", host)

    assert result.exit_code == 2
    assert "这个网址有 2 个村，写明其中一个" in result.stderr
    assert all(f"{host}/v/{village}" in result.stderr for village in (VILLAGE, OTHER_VILLAGE))


def test_the_front_page_that_we_serve_links_to_its_villages(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village, make_client(village) as client:
        page = client.get("/").content

    assert _list_boards("https://mb.example.cn/", page) == [f"https://mb.example.cn/v/{VILLAGE}"]


def test_an_address_without_a_log_says_what_to_write(site: Path, host: str) -> None:
    link(site)

    for address in (host, f"{host}/none", f"{host}/v/{OTHER_VILLAGE}"):
        result = run("audit", address)
        assert isinstance(result.exception, NotFound)
        assert str(result.exception) == (
            f"{address} 里的账本。写村的网址，如 {host}/v/379900001201（扫公开表上的网页码看到的就是），"
            "或公开表 PDF 的网址；ZIP 先下载再核对"
        )


def test_a_sheet_is_fetched_and_audited(site: Path, host: str) -> None:
    pdf = f"/v/{VILLAGE}/sheets/2026-10-F-1/sheet.pdf"
    shutil.copy(site / pdf.lstrip("/"), site / "sheet")

    for address in (host + pdf, f"{host}/sheet"):
        result = run("audit", address)
        assert result.exit_code == 0, (result.output, result.exception)
        assert "只凭这个文件" in result.stdout


def test_a_sheet_that_is_too_large_or_cut_short_is_refused_in_chinese(
    site: Path, host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = (site / "v" / VILLAGE / "sheets" / "2026-10-F-1" / "sheet.pdf").read_bytes()
    (site / "cut.pdf").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cut.pdf").write_bytes(whole[:-30])
    (tmp_path / "bad.pdf").write_bytes(whole[:100] + b"\0" * 3000 + b"\n%%EOF\n")

    cut = [run("audit", target) for target in (f"{host}/cut.pdf", str(tmp_path / "cut.pdf"))]
    bad = run("audit", str(tmp_path / "bad.pdf"))
    monkeypatch.setattr("ledger.sources.SOURCE_FILE_MAX_BYTES", 1000)
    large = [run("audit", target) for target in (f"{host}/cut.pdf", str(tmp_path / "bad.pdf"))]

    assert [result.exit_code for result in (*cut, bad, *large)] == [1] * 5
    assert not any("EOF marker" in result.stderr for result in (*cut, bad, *large))
    assert "读不成一张公开表的 PDF：文件不完整，多半没有传完（pdf-form）" in cut[0].stdout
    assert "读不成一张公开表的 PDF：文件坏了，或不是 PDF（pdf-form）" in bad.stdout
    assert ["source-file-size" in result.stdout for result in large] == [True, True]


def test_what_cannot_be_reached_says_why_in_chinese() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"

    assert "（连不上：对方没有开这个端口）" in str(run("audit", nobody).exception)
    assert "（找不到这个主机）" in str(run("audit", "http://nowhere.invalid/v/1").exception)
    assert "（网址写得不对，或对方答的不是网页）" in str(run("audit", "http://[x").exception)


def test_an_audit_that_could_not_begin_has_not_found_anything(tmp_path: Path) -> None:
    result = run("audit", "--home", str(tmp_path))

    assert isinstance(result.exception, CouldNotRun)
    assert not isinstance(result.exception, click.ClickException)
