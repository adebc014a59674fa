"""After a declared loss: what is kept of the old log is served, and old paper gets a plain answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, Route

from ledger.books.values import SHEET_CODES
from ledger.cli import root
from ledger.home import Home
from ledger.log.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from ledger.log.keys import VerifierKey, format_verifier_key, make_signer, parse_signing_key
from ledger.log.note import format_note, parse_note, parse_note_verifier, sign_note
from ledger.log.receipt import build_receipt, format_receipt
from ledger.upkeep.loss import Loss
from ledger.upkeep.restore import restore_backup
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.homes import VillageHome, open_village
from tests.restore.conftest import copy_home
from tests.restore.drill import LATER_MS, ignore, open_later, outlive_backup
from tests.web.browser import choose_mode, open_afresh, open_page, refuse_fallback
from tests.web.village import format_digits, make_client, serve

OCTOBER = (2026 - 2000) * 12 + 9
KEEP = "这张纸是凭证，请留好"


class Old(NamedTuple):
    """The log before: 12 entries are kept, 14 were signed."""

    files: dict[str, bytes]
    key: Path
    newest: bytes

    def sign(self, size: int, root_: bytes, seed: bytes = b"") -> str:
        """Return the digits of an October finance sheet printed over this tree."""
        signer = parse_signing_key(self.key.read_text().strip())
        signer = make_signer(signer.key.name, seed) if seed else signer
        text = format_checkpoint(Checkpoint(signer.key.name, size, root_))
        return build_digits(format_note(text, [sign_note(text, signer)]), signer.key)

    def read_root(self, path: str = "") -> tuple[int, bytes]:
        note = self.files[path] if path else self.newest
        checkpoint = parse_checkpoint(parse_note(note).unproven_text)
        return checkpoint.size, checkpoint.root


def build_digits(note: bytes, key: VerifierKey) -> str:
    verifier = parse_note_verifier(format_verifier_key(key))
    return format_receipt(build_receipt(note, verifier, SHEET_CODES["finance"], OCTOBER, 1))


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[VillageHome, Old]]:
    """The village in its second epoch, with a sealed month of its own."""
    folder = tmp_path_factory.mktemp("lost")
    with open_village(folder / "living") as village:
        files, newest = outlive_backup(village, folder / "backup")
        key = village.home.path / "keys" / f"{VILLAGE}.key"
        people = {"checker": village.supervisor.user, "maker": village.clerk.user}
        restore_backup(
            folder / "backup",
            folder / "home",
            accept=False,
            evidence=[],
            heads=copy_home(village.home.path, folder / "heads"),
            loss=Loss(is_plain=True, reason="电脑被雷击坏", village=VILLAGE, **people),
            open_with=open_later,
            progress=ignore,
        )
        home = open_later(folder / "home")
        second = begin_again(home, village)
        yield second, Old(files, key, newest.note)
        home.close()


def begin_again(home: Home, before: VillageHome) -> VillageHome:
    village = VillageHome(
        clerk=before.clerk, clock=FakeClock(LATER_MS), home=home, supervisor=before.supervisor
    )
    village.pass_(*home.vault.list_drafts(VILLAGE, "waiting"))
    village.close("2026-11")
    village.seal("finance", "2026-11")
    return village


@pytest.fixture(scope="module")
def address(lost: tuple[VillageHome, Old]) -> Iterator[str]:
    with serve(lost[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(lost: tuple[VillageHome, Old]) -> Iterator[TestClient]:
    with make_client(lost[0]) as opened:
        yield opened


def check(page: Page, address: str, digits: str) -> tuple[str, str]:
    open_afresh(page, f"{address}/c/{VILLAGE}#{digits}")
    page.locator("#verdict:not(:has-text('正在核对'))").wait_for()
    return page.inner_text("#verdict"), page.inner_text("#check")


def test_what_is_kept_is_served_to_the_byte(lost: tuple[VillageHome, Old], client: TestClient) -> None:
    base = f"/v/{VILLAGE}/epochs/e1"

    for path, data in lost[1].files.items():
        assert client.get(f"{base}/{path}").content == data, path
    entry = client.get(f"{base}/entries/0.json")
    assert (entry.status_code, entry.headers["content-type"]) == (200, "application/json")
    assert entry.json()["kind"] == "log.founded"


@pytest.mark.parametrize(
    "path",
    [
        "e1/entries/12.json",
        "e1/entries/00.json",
        "e1/heads.db",
        "e1/.hidden",
        "e1/tile/entries/001",
        "e1/%2e%2e/e1/checkpoint",
        "e1/tile",
        "e01/checkpoint",
        "e2/checkpoint",
        "x/checkpoint",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/v/{VILLAGE}/epochs/{path}").status_code == 404


def test_an_auditor_audits_the_old_log_by_its_address(address: str) -> None:
    done = CliRunner().invoke(root, ["audit", f"{address}/v/{VILLAGE}/epochs/e1"])

    assert done.exit_code == 0
    assert "12 条记录，1 张公开表" in done.output
    assert "结论：全部对得上。" in done.output


def test_without_a_script_the_page_says_what_was_lost_and_where_the_rest_is(client: TestClient) -> None:
    page = client.get(f"/c/{VILLAGE}").text

    assert "前一册从第 12 条起的记录丢失了（已知签过 14 条）。原因：电脑被雷击坏" in page
    assert f"mingbai audit https://mb.example.cn/v/{VILLAGE}/epochs/e1" in page


@pytest.mark.browser
def test_paper_from_before_the_loss_is_proven_against_what_is_kept(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    size, root_ = lost[1].read_root("sheets/2026-10-F-1/checkpoint")
    with open_page(browser, 360, 740) as (page, complaints):
        verdict, words = check(page, address, lost[1].sign(size, root_))

        assert verdict == "✔ 码是真的，是本村第 1 册账的"
        assert "码里有本村第 1 册账的签名" in words
        assert "前一册从第 12 条起的记录丢失了" in words
        assert f"印表时的前 {size} 条记录都还留着，一条没改" in words
        assert "48,475.00 元" in words
        assert "没能核对：" not in words
        assert complaints == []


@pytest.mark.browser
def test_paper_over_what_was_lost_is_not_called_forged(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    size, root_ = lost[1].read_root()
    with open_page(browser, 360, 740) as (page, complaints):
        last, words = check(page, address, lost[1].sign(size, root_))
        assert last == "？ 签名是真的，那一段账丢了"
        assert "和声明里写的、旧账最后签过的那一份一模一样" in words
        assert KEEP in words

        before, words = check(page, address, lost[1].sign(13, bytes(32)))
        assert before == "？ 签名是真的，那一段账丢了"
        assert "一模一样" not in words
        assert complaints == []


@pytest.mark.browser
def test_paper_that_contradicts_the_declaration_or_what_is_kept_is_evidence(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    with open_page(browser, 360, 740) as (page, complaints):
        for size, told, why in (
            (15, "✘ 丢的比声明的多", "声明里说前一册只签过 14 条，这个码却签着 15 条"),
            (14, "✘ 对不上", "和声明里写的不一样"),
            (9, "✘ 对不上", "和留存的旧账不一样"),
        ):
            verdict, words = check(page, address, lost[1].sign(size, bytes(32)))
            assert verdict == told, size
            assert why in words
            assert KEEP in words
            assert "别信" not in words
        assert complaints == []


@pytest.mark.browser
def test_a_forged_code_and_one_of_the_new_log_are_told_as_before(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    size, root_ = lost[1].read_root("sheets/2026-10-F-1/checkpoint")
    with open_page(browser, 360, 740) as (page, complaints):
        verdict, words = check(page, address, lost[1].sign(size, root_, seed=b"\x09" * 32))
        assert (verdict, "先别信这张纸" in words) == ("✘ 对不上", True)
        assert check(page, address, format_digits(lost[0]))[0] == "✔ 码是真的，和网上的账是同一份"
        assert complaints == []


@pytest.mark.browser
def test_a_phone_that_verifies_no_signature_accuses_no_old_paper(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    size, root_ = lost[1].read_root("sheets/2026-10-F-1/checkpoint")
    with open_page(browser, 360, 740) as (page, _):
        address = choose_mode(page, address, "no-ed25519")
        refuse_fallback(page)

        verdict, words = check(page, address, lost[1].sign(size, root_))
        assert verdict == "？ 别的都对上了，签名没能核对"
        assert "一条没改" in words
        verdict, words = check(page, address, lost[1].sign(13, bytes(32)))
        assert verdict == "？ 没能核对完"
        assert "分不清这张纸是不是以前那一册账的" in words
        assert check(page, address, format_digits(lost[0]))[0] == "？ 别的都对上了，签名没能核对"


@pytest.mark.browser
def test_where_the_old_log_was_not_kept_the_signature_alone_is_told(
    lost: tuple[VillageHome, Old], browser: Browser, tmp_path: Path
) -> None:
    path = copy_home(lost[0].home.path, tmp_path / "home")
    (path / "epochs").rename(tmp_path / "gone")
    home = open_later(path)
    village = VillageHome(clerk=lost[0].clerk, clock=lost[0].clock, home=home, supervisor=lost[0].supervisor)
    size, root_ = lost[1].read_root("sheets/2026-10-F-1/checkpoint")
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        verdict, words = check(page, address, lost[1].sign(size, root_))
        assert verdict == "？ 没能核对完"
        assert "码里有本村第 1 册账的签名" in words
        assert "这个网站没有留" in words
        assert "第 1 册账这个网站没有留" in page.inner_text("main")
    home.close()


@pytest.mark.browser
def test_a_page_that_claims_another_loss_than_the_log_declares_is_caught(
    lost: tuple[VillageHome, Old], browser: Browser, address: str
) -> None:
    stranger = make_signer("mingbai/other", b"\x09" * 32)
    text = format_checkpoint(Checkpoint("mingbai/other", 5, bytes(32)))
    digits = build_digits(format_note(text, [sign_note(text, stranger)]), stranger.key)
    own, other = lost[1].files["log.vkey"].decode().strip(), format_verifier_key(stranger.key)

    def lie(route: Route) -> None:
        answer = route.fetch()
        body = (
            answer.text().replace(own, other).replace(own.partition("+")[0] + "&#34;", "mingbai/other&#34;")
        )
        route.fulfill(response=answer, body=body)

    with open_page(browser, 360, 740) as (page, _):
        page.route(f"**/c/{VILLAGE}", lie)
        verdict, words = check(page, address, digits)
        assert verdict == "✘ 对不上"
        assert "和网页说的不一样" in words
