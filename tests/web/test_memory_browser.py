"""What a phone remembers of a village's log, in a real browser: growth is told, and no change of the past gets by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from ledger.log.keys import format_verifier_key, make_signer
from ledger.log.note import format_note, parse_note_verifier, sign_note
from ledger.upkeep.loss import Loss
from ledger.upkeep.restore import restore_backup
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.restore.conftest import copy_home
from tests.restore.drill import back_up, ignore, open_later, reopen
from tests.web.browser import MODES, MOST_UNLIKE, choose_mode, fetch, open_afresh, open_page
from tests.web.village import format_digits, live_through_october, rotate_key, serve

pytestmark = pytest.mark.browser

KEY = f"mingbai.head.{VILLAGE}"
PATHS = (f"/v/{VILLAGE}", f"/v/{VILLAGE}/entries/1", f"/c/{VILLAGE}")
NO_STORAGE = """
Object.defineProperty(window, 'localStorage', {get: () => { throw new DOMException('no', 'SecurityError'); }})
"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as built:
        live_through_october(built)
        yield built


def visit(page: Page, address: str, path: str = PATHS[0]) -> str:
    """Open a page and return what it says of the phone's memory."""
    open_afresh(page, address + path)
    page.locator("#remembered:not(:empty)").wait_for()
    return page.inner_text("#remembered")


def read_memory(page: Page) -> dict[str, str]:
    memory: dict[str, str] = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))
    return memory


def remember(page: Page, note: bytes, key: str, day: str = "2026-11-03") -> None:
    """Put a head into the phone's memory, as if it had been seen on `day`."""
    memory = json.dumps({"day": day, "key": key, "note": note.decode()})
    page.evaluate("([name, memory]) => localStorage.setItem(name, memory)", [KEY, memory])


def get_key(village: VillageHome) -> str:
    return village.home.keys.list_signers(VILLAGE)[0].verifier_key


def find_note(village: VillageHome, size: int) -> bytes:
    head = village.home.heads.find_at(VILLAGE, size)
    assert head is not None
    return head.note


def slip_in_key(page: Page, village: VillageHome, size: int, since: int) -> None:
    """Let the pages name a key that the log knows nothing of, and serve the log's own head of `size` signed by it."""
    stranger = make_signer(get_key(village).partition("+")[0], b"\x09" * 32)
    named = f"{since}:{format_verifier_key(stranger.key)}"
    keys = f"0:{get_key(village)} {named}" if since else named
    text = find_note(village, size).decode().partition("\n\n")[0] + "\n"
    signed = format_note(text, [sign_note(text, stranger)])

    def name_it(route: Route) -> None:
        body = re.sub('data-keys="[^"]*"', f'data-keys="{keys}"', fetch(route).text())
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    for path in PATHS:
        page.route(f"**{path}", name_it)
    page.route("**/checkpoint", lambda route: route.fulfill(body=signed))


@pytest.mark.parametrize(
    ("mode", "path"), [*(("own", path) for path in PATHS), *((mode, PATHS[0]) for mode in MODES[1:])]
)
def test_growth_is_told_on_every_page_and_by_every_browser(
    browser: Browser, village: VillageHome, path: str, mode: str
) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
        there = choose_mode(page, address, mode)
        page.clock.install(time="2026-11-03T09:00:00+08:00")
        first = visit(page, there, path)
        village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-12")
        village.record_voucher("付电费", 800, period="2026-11", occurred_on="2026-11-12")
        page.clock.set_fixed_time("2026-11-21T09:00:00+08:00")
        grown, same = visit(page, there, path), visit(page, there, path)

        assert "下次来，会自动看它接不接得上" in first
        assert grown == "和您上次（11月3日）看到的账本接得上：只增加了 2 条，没有改过旧的。"
        assert same == "和您上次（11月21日）看到的账本一模一样：没有添，也没有改。"
        assert complaints == []


def test_only_the_signed_head_the_key_and_the_day_are_kept(browser: Browser, village: VillageHome) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address, f"/c/{VILLAGE}#{format_digits(village)}")
        newest = village.home.heads.find_newest(VILLAGE)

        assert newest is not None
        assert page.evaluate("localStorage.length") == 1
        assert page.evaluate("document.cookie") == ""
        memory = read_memory(page)
        assert memory.keys() == {"day", "key", "note"}
        assert memory["note"].encode() == newest.note
        assert memory["key"] == get_key(village)


def test_the_reader_deletes_it(browser: Browser, village: VillageHome) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.click("#forget")

        assert page.inner_text("#remembered") == "已从这部手机里删掉。"
        assert page.evaluate("localStorage.length") == 0
        assert page.is_hidden("#kept")


@pytest.mark.parametrize("path", PATHS)
def test_a_log_that_became_shorter_is_accused_with_both_heads(
    browser: Browser, village: VillageHome, path: str
) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.fulfill(body=find_note(village, newest.size - 3)))
        said = visit(page, address, path)

        assert said.startswith("✘ 和您上次（")
        assert f"那时有 {newest.size} 条，现在只有 {newest.size - 3} 条" in said
        _assert_evidence(page, village, [newest.note, find_note(village, newest.size - 3)])


def test_an_answer_that_is_only_a_little_old_accuses_nobody(browser: Browser, village: VillageHome) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    stale = find_note(village, newest.size - 1)
    answers = iter([stale, newest.note])
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.fulfill(body=next(answers)))

        assert "一模一样" in visit(page, address)
        assert list(answers) == []


@pytest.mark.parametrize(("mode", "added"), [("own", 0), *((mode, 5) for mode in MODES)])
def test_a_rewritten_past_is_accused_at_the_same_size_and_later(
    browser: Browser, village: VillageHome, mode: str, added: int
) -> None:
    """The village's own key signed another history: only whoever remembers can tell."""
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    origin = parse_checkpoint(newest.note.decode().partition("\n\n")[0] + "\n").origin
    size = newest.size - added
    other = village.home.keys.get_signer(VILLAGE).sign_note(f"{origin}\n{size}\n{'A' * 43}=\n")
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        there = choose_mode(page, address, mode)
        visit(page, there)
        remember(page, other, get_key(village))
        said = visit(page, there)

        assert said.startswith("✘ 和您上次（11月3日）看到的账本接不上")
        assert f"旧账被改过：那时的前 {size} 条" in said
        _assert_evidence(page, village, [other, newest.note])
        assert read_memory(page)["note"].encode() == other


def test_two_views_that_were_seen_once_stay_evidence_until_they_are_deleted(
    browser: Browser, village: VillageHome
) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    short = find_note(village, newest.size - 1)
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.fulfill(body=short))
        visit(page, address)
        page.unroute("**/checkpoint")
        again = visit(page, address)

        assert again.startswith("✘")
        _assert_evidence(page, village, [newest.note, short])
        page.click("#forget")
        assert page.is_hidden("#evidence")
        assert "记下了今天的账本" in visit(page, address)


def test_the_evidence_is_copied_and_saved(browser: Browser, village: VillageHome, tmp_path: Path) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.fulfill(body=find_note(village, newest.size - 1)))
        visit(page, address)
        with page.expect_download() as saving:
            page.click("#save")
        saving.value.save_as(tmp_path / "evidence.txt")
        page.click("#copy")

        assert (tmp_path / "evidence.txt").read_text(encoding="utf-8") == page.evaluate(
            "document.getElementById('evidence-text').textContent"
        )
        assert "已复制" in page.inner_text("#copied")


def test_a_change_of_key_accuses_nobody(browser: Browser, village: VillageHome) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
        visit(page, address)
        rotate_key(village)
        village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-12")

        assert "只增加了 2 条，没有改过旧的" in visit(page, address)
        assert complaints == []


def test_a_new_key_is_remembered_once_the_log_names_it_and_costs_the_next_visit_nothing(
    browser: Browser, village: VillageHome
) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        before = read_memory(page)
        rotate_key(village)
        page.route("**/entries/*.json", lambda route: route.abort())
        said = visit(page, address)

        assert said.startswith("没能和上次看到的比：网络不通")
        assert read_memory(page) == before

        page.unroute("**/entries/*.json")
        assert "只增加了 1 条，没有改过旧的" in visit(page, address)
        memory = read_memory(page)
        assert memory["key"] == village.home.keys.list_signers(VILLAGE)[1].verifier_key != before["key"]

        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition(PATHS[0])[2]))
        assert "一模一样" in visit(page, address)
        assert [path for path in asked if path] == ["/checkpoint"]


@pytest.mark.parametrize(("path", "added"), [*((path, 2) for path in PATHS), (PATHS[0], 0), (PATHS[0], -3)])
def test_a_key_that_only_the_page_names_changes_no_memory_and_leaves_no_accusation(
    browser: Browser, village: VillageHome, path: str, added: int
) -> None:
    """Who holds the server can go on with the log, but not make this phone take their key for the village's."""
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address, path)
        before = read_memory(page)
        for _ in range(added):
            village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-12")
        slip_in_key(page, village, newest.size + added, newest.size + added)
        said = visit(page, address, path)

        assert said.startswith("✘ 没能和上次看到的比：签名用的钥匙，账本里查不到来历")
        assert "以前记下的没有动" in said
        assert "接得上" not in said
        assert page.is_hidden("#evidence")
        assert read_memory(page) == before

        page.unroute_all()
        assert ("接得上：只增加了 2 条" if added == 2 else "一模一样") in visit(page, address, path)


@pytest.mark.parametrize("is_founding", [True, False])
def test_a_first_visit_keeps_no_key_that_only_the_page_names(
    browser: Browser, village: VillageHome, is_founding: bool
) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        slip_in_key(page, village, newest.size, 0 if is_founding else newest.size)
        said = visit(page, address)

        assert "签名用的钥匙，账本里查不到来历。这一次看到的没有记下" in said
        assert page.evaluate("localStorage.length") == 0

        page.unroute_all()
        assert "记下了今天的账本" in visit(page, address)


def test_what_the_pages_own_check_refused_is_compared_but_not_remembered(
    browser: Browser, village: VillageHome
) -> None:
    refused = f"{PATHS[2]}#{'0' * 256}"
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        assert visit(page, address, refused) == "上面没有对上，所以这一次看到的没有记进手机。"
        assert page.evaluate("localStorage.length") == 0
        assert page.is_hidden("#kept")

        visit(page, address)
        before = read_memory(page)
        village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-12")
        said = visit(page, address, refused)

        assert "接得上：只增加了 1 条" in said
        assert said.endswith("上面没有对上，所以这一次看到的没有记进手机。")
        assert read_memory(page) == before
        assert "接得上：只增加了 1 条" in visit(page, address)


def test_a_contradiction_stays_evidence_where_the_pages_own_check_said_no_too(
    browser: Browser, village: VillageHome
) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    short = find_note(village, newest.size - 1)
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.fulfill(body=short))
        visit(page, address, f"{PATHS[2]}#{'0' * 256}")
        page.unroute("**/checkpoint")

        assert visit(page, address).startswith("✘")
        _assert_evidence(page, village, [newest.note, short])
        assert read_memory(page)["note"].encode() == newest.note


def test_a_head_by_a_key_that_the_log_does_not_know_is_accused(
    browser: Browser, village: VillageHome
) -> None:
    """Who takes over a server with a key and a history of its own meets the phone's memory."""
    origin = get_key(village).partition("+")[0]
    stranger = make_signer(origin, b"\x09" * 32)
    note = sign_checkpoint(Checkpoint(origin, 5, bytes(32)), stranger)
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        remember(page, note, format_verifier_key(stranger.key))
        assert "签名的钥匙对不上" in visit(page, address)


def test_another_log_in_the_villages_name_is_accused(
    browser: Browser, village: VillageHome, tmp_path: Path
) -> None:
    origin = "mingbai/anotherlogsname"
    signer = make_signer(origin, b"\x09" * 32)
    note = sign_checkpoint(Checkpoint(origin, 5, bytes(32)), signer)
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        remember(page, note, format_verifier_key(signer.key))
        assert "换成了另一本账，而那时旧账已有 5 条" in visit(page, address)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (0, "您上次（11月3日）看到的是前一册账，共 5 条。村里已公开声明前一册丢了一部分"),
        (1, "换成了另一本账，而那时旧账已有 6 条，新账没有如实说明"),
    ],
)
def test_a_declared_loss_is_told_and_one_that_hides_more_is_accused(
    browser: Browser, tmp_path: Path, more: int, told: str
) -> None:
    with open_village(tmp_path / "living") as lost:
        lost.open_books()
        lost.record_voucher("购办公用纸", 32_500)
        back_up(lost, tmp_path / "backup")
        lost.record_voucher("付水费", 700)
        newest, key = lost.home.heads.find_newest(VILLAGE), lost.home.keys.get_signer(VILLAGE)
        heads = copy_home(lost.home.path, tmp_path / "heads")
        assert newest is not None
        seen = newest.note
        if more:  # The village signed one entry that its own heads no longer know.
            seen = key.sign_note(f"{key.origin}\n{newest.size + more}\n{'A' * 43}=\n")
    said = Loss(
        checker=lost.supervisor.user,
        is_plain=True,
        maker=lost.clerk.user,
        reason="电脑被雷击坏",
        village=VILLAGE,
    )
    restore_backup(
        tmp_path / "backup",
        tmp_path / "home",
        accept=False,
        evidence=[],
        heads=heads,
        loss=said,
        open_with=open_later,
        progress=ignore,
    )
    with reopen(tmp_path / "home") as home:
        epoch = VillageHome(clerk=lost.clerk, clock=lost.clock, home=home, supervisor=lost.supervisor)
        with serve(epoch) as address, open_page(browser, 360, 740) as (page, _):
            visit(page, address)
            remember(page, seen, key.verifier_key)

            assert told in visit(page, address)
            assert page.is_visible("#evidence") == bool(more)


@pytest.mark.parametrize(
    "kept",
    ["not json", "null", "{}", '{"day":1,"key":2,"note":3}', '{"day":"2026-11-03","key":"x","note":"y"}'],
)
def test_what_nobody_signed_accuses_nobody(browser: Browser, village: VillageHome, kept: str) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
        visit(page, address)
        page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [KEY, kept])

        assert "记下了今天的账本" in visit(page, address)
        assert complaints == []


def test_a_remembered_head_with_a_bad_signature_accuses_nobody(
    browser: Browser, village: VillageHome
) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        remember(page, newest.note.replace(b"\n%d\n" % newest.size, b"\n999\n"), get_key(village))

        assert "记下了今天的账本" in visit(page, address)


@pytest.mark.parametrize("script", [NO_STORAGE, FULL])
def test_where_nothing_can_be_kept_nothing_is_claimed(
    browser: Browser, village: VillageHome, script: str
) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, complaints):
        page.add_init_script(script)
        for _ in range(2):
            assert visit(page, address).startswith("这个浏览器不让网页记东西")
        assert page.is_hidden("#kept")
        assert complaints == []


def test_without_a_network_nothing_is_said_of_the_past(browser: Browser, village: VillageHome) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        visit(page, address)
        page.route("**/checkpoint", lambda route: route.abort())
        said = visit(page, address)

        assert said.startswith("没能和上次看到的比：网络不通")
        page.unroute("**/checkpoint")
        assert "一模一样" in visit(page, address)


@pytest.mark.parametrize("mode", MOST_UNLIKE)
def test_a_tile_that_does_not_lead_to_the_head_is_no_growth(
    browser: Browser, village: VillageHome, mode: str
) -> None:
    with serve(village) as address, open_page(browser, 360, 740) as (page, _):
        there = choose_mode(page, address, mode)
        visit(page, there)
        village.record_voucher("付水费", 700, period="2026-11", occurred_on="2026-11-12")
        page.route("**/tile/**", lambda route: route.fulfill(body=bytes(len(fetch(route).body()))))
        said = visit(page, there)

        assert said == "✘ 没能和上次看到的比：网上的账本自己前后对不上。"


def _assert_evidence(page: Page, village: VillageHome, notes: list[bytes]) -> None:
    """Both notes stand there byte for byte, and each is the village's by its own signature."""
    text = page.evaluate("document.getElementById('evidence-text').textContent")
    found = [f"{part}\n".lstrip("\n") for part in text.split("----------")[1::2]]
    assert [part.rstrip("\n") + "\n" for part in found] == [note.decode() for note in notes]
    for note in found:
        open_checkpoint((note.rstrip("\n") + "\n").encode(), parse_note_verifier(get_key(village)))
    assert page.evaluate("document.getElementById('main').firstElementChild.id") == "memory"
    assert "监督委员会" in page.inner_text("#evidence")
    assert "0000-0000000" in page.inner_text("#evidence")
