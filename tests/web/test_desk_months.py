"""The end of a month at the desk: closed by two people, looked at before it is sealed, sealed once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar.testing import TestClient

from ledger.errors import Fault, Refused, format_fault
from ledger.ports import Renderer, SheetJob
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.sheets import list_sheets
from tests.builders import VILLAGE
from tests.desk.people import Door
from tests.fakes.renderer import PlainRenderer
from tests.homes import BASE_URL
from tests.web.desk import DeskBrowser, tell
from web.app import create_app
from web.desk.sheet_runs import Sheet, SheetRun

MONTHS = "/desk/months"
NOVEMBER = f"{MONTHS}/2026-11"
SHEET = f"{NOVEMBER}/finance"
THREADS = ("sheet preview", "sheet seal")


class Held:
    """A renderer that waits until it is let go, and then lays out, or refuses."""

    def __init__(self) -> None:
        self.jobs: list[SheetJob] = []
        self.may = threading.Event()
        self.refusal: Refused | None = None
        self._inner = PlainRenderer()

    def render(self, job: SheetJob) -> bytes:
        assert self.may.wait(30)
        self.jobs.append(job)
        if self.refusal is not None:
            raise self.refusal
        return self._inner.render(job)

    def describe_toolchain(self) -> bytes:
        return self._inner.describe_toolchain()


@dataclass
class Desk:
    browser: DeskBrowser
    door: Door
    renderer: Held

    def let_go(self) -> None:
        """Let what is being made come to its end."""
        self.renderer.may.set()
        for thread in threading.enumerate():
            if thread.name in THREADS:
                thread.join(30)
                assert not thread.is_alive()

    def list_numbers(self) -> list[str]:
        with self.door.home.ledger.read(VILLAGE) as reader:
            return [sheet.number for sheet in list_sheets(reader, "finance")]

    def close(self) -> None:
        self.browser.get(NOVEMBER)
        self.browser.post(f"{NOVEMBER}/close")
        (draft,) = self.door.home.vault.list_drafts(VILLAGE, "waiting")
        pass_drafts(self.door.home, VILLAGE, [draft.id], self.door.village.supervisor.user)


@pytest.fixture
def desk(door: Door) -> Iterator[Desk]:
    """A clerk at the desk on the second of December, November's one voucher being recorded."""
    door.let_in("wen")
    door.village.go_to("2026-12-02")
    renderer = Held()
    checked: Renderer = renderer
    with TestClient(create_app(door.home, door.home.config, renderer=checked)) as client:
        browser = DeskBrowser(client)
        browser.sign_in(door, "wen")
        opened = Desk(browser, door, renderer)
        yield opened
        opened.let_go()


def test_the_list_names_the_one_next_step_of_the_oldest_month_with_something_to_do(desk: Desk) -> None:
    page = desk.browser.get(MONTHS).text

    assert re.findall(r'class="row" href="(/desk/months/[^"]*)"', page) == [
        f"{MONTHS}/{month}" for month in ("2026-12", "2026-11", "2026-10")
    ]
    assert re.search(r'<h2 id="next">下一步</h2>\s*<p><b class="whole">2026年11月</b>', page)
    assert page.count("要办") == 1
    assert f'class="button" href="{NOVEMBER}"' in page


def test_a_month_is_told_in_the_order_of_its_work(desk: Desk) -> None:
    page = desk.browser.get(NOVEMBER).text

    assert re.findall(r'<span class="row-main">([^<]*)</span>', page) == [
        *("记账凭证", "村民积分评议", "党员评分", "结账"),
        *("财务公开表", "村民积分公开表", "党员评分公开表"),
    ]
    assert "已记入 1 张" in page
    assert "这个月还没有：村民积分评议、党员评分。" in page


def test_a_month_is_closed_by_two_people_however_often_it_is_asked_for(desk: Desk) -> None:
    desk.browser.get(NOVEMBER)

    for day in ("2026-12-03", "2026-12-04"):
        assert desk.browser.post(f"{NOVEMBER}/close").headers["location"] == NOVEMBER
        desk.door.village.go_to(day)
        desk.browser.sign_in(desk.door, "wen")
        desk.browser.get(NOVEMBER)

    (draft,) = desk.door.home.vault.list_drafts(VILLAGE, "waiting")
    assert "等另一位审核" in desk.browser.get(NOVEMBER).text
    pass_drafts(desk.door.home, VILLAGE, [draft.id], desk.door.village.supervisor.user)
    told = desk.browser.get(NOVEMBER).text
    assert "下一步看样张、封存：财务公开表" in told
    assert "2026年12月4日 结账" in told
    assert desk.browser.post(f"{NOVEMBER}/close").headers["location"] == NOVEMBER
    assert desk.door.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_a_closing_that_was_sent_back_is_said_so_and_can_be_asked_for_again(desk: Desk) -> None:
    desk.browser.get(NOVEMBER)
    desk.browser.post(f"{NOVEMBER}/close")
    (draft,) = desk.door.home.vault.list_drafts(VILLAGE, "waiting")

    return_drafts(
        desk.door.home, VILLAGE, [draft.id], desk.door.village.supervisor.user, "还有一张凭证没有记"
    )

    assert "有 1 条退回来了" in desk.browser.get(NOVEMBER).text
    desk.browser.post(f"{NOVEMBER}/close")
    assert len(desk.door.home.vault.list_drafts(VILLAGE, "waiting")) == 1


def test_a_month_that_is_not_over_is_not_closed_and_the_page_says_why(desk: Desk) -> None:
    page = desk.browser.get(f"{MONTHS}/2026-12")
    answer = desk.browser.post(f"{MONTHS}/2026-12/close")

    assert "/close" not in page.text
    assert "接着记账" in page.text
    assert answer.status_code == 422
    assert "结账" in answer.text
    assert "alert" in answer.text


def test_a_preview_is_laid_out_in_the_background_and_kept(desk: Desk) -> None:
    assert desk.browser.get(f"{SHEET}/preview.pdf").status_code == 404
    desk.browser.get(SHEET)

    assert desk.browser.post(f"{SHEET}/preview").headers["location"] == SHEET
    running = desk.browser.get(SHEET).text
    desk.browser.post(f"{SHEET}/preview", token=desk.browser.token)
    desk.let_go()
    done = desk.browser.get(SHEET).text
    pdf = desk.browser.get(f"{SHEET}/preview.pdf")

    assert '<meta http-equiv="refresh" content="2">' in running
    assert "refresh" not in done
    assert len(desk.renderer.jobs) == 1
    assert desk.renderer.jobs[0].note == b""  # Nothing of it is signed.
    assert pdf.content == PlainRenderer().render(desk.renderer.jobs[0])
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["cache-control"] == "no-store"
    assert desk.list_numbers() == ["2026-10-F-1"]
    assert "这个月还没有结账" in done


def test_what_was_recorded_since_the_preview_is_told(desk: Desk) -> None:
    desk.renderer.may.set()
    desk.browser.get(SHEET)
    desk.browser.post(f"{SHEET}/preview")
    desk.let_go()
    before = desk.browser.get(SHEET).text

    desk.close()

    assert "账上又记了新的" not in before
    assert "账上又记了新的" in desk.browser.get(SHEET).text


def test_a_sheet_is_sealed_once_however_often_it_is_asked_for(desk: Desk) -> None:
    desk.close()
    desk.browser.get(SHEET)
    for _again in range(2):
        assert desk.browser.post(f"{SHEET}/seal").headers["location"] == SHEET
    assert "正在封存" in desk.browser.get(SHEET).text
    desk.let_go()
    first = desk.browser.get(SHEET).text
    desk.browser.post(f"{SHEET}/seal")
    desk.let_go()

    assert desk.list_numbers() == ["2026-11-F-1", "2026-10-F-1"]
    assert [job.base_url for job in desk.renderer.jobs] == [BASE_URL]
    for page in (first, desk.browser.get(SHEET).text):
        assert "2026-11-F-1" in page
        assert "2026年12月2日至12月17日一直挂着" in page
        assert "alert" not in page
    paper = re.search(r'class="button" href="([^"]*)"', first)
    assert paper is not None
    assert desk.browser.get(paper[1]).content.startswith(b"%PDF")


def test_a_sheet_that_cannot_be_laid_out_leaves_nothing_sealed_and_says_why(desk: Desk) -> None:
    desk.close()
    desk.renderer.refusal = Refused(
        [Fault(code="sheet-limit", place="打印公开表", found="时间用完", expected="60 秒", remedy="再做一次")]
    )
    desk.browser.get(SHEET)
    desk.browser.post(f"{SHEET}/seal")
    desk.let_go()
    refused = desk.browser.get(SHEET).text
    desk.renderer.refusal = None
    desk.browser.post(f"{SHEET}/seal")
    desk.let_go()

    assert "打印公开表时间用完" in refused
    assert desk.list_numbers() == ["2026-11-F-1", "2026-10-F-1"]


def test_an_open_month_is_not_sealed_even_by_a_form_that_no_page_has(desk: Desk) -> None:
    desk.browser.get(SHEET)
    desk.browser.post(f"{SHEET}/seal")
    desk.let_go()

    assert "未结账" in desk.browser.get(SHEET).text
    assert desk.list_numbers() == ["2026-10-F-1"]


def test_a_program_that_breaks_off_is_told_without_a_claim(desk: Desk) -> None:
    desk.close()
    desk.renderer.refusal = AssertionError("broken")  # What nobody foresaw.
    desk.browser.get(SHEET)
    desk.browser.post(f"{SHEET}/seal")
    desk.let_go()

    assert "半路出错" in desk.browser.get(SHEET).text
    run = get_run(desk)
    assert format_fault(run.faults[0]) == (
        "这张表：现为半路出错，没有做成，应为排好的表。没有封存一半的：封存了，这一页会写明编号；没有，再做一次。"
        "还不行的，请运维员看程序的日志。（sheet-broken-off）"
    )
    assert desk.list_numbers() == ["2026-10-F-1"]


def get_run(desk: Desk) -> SheetRun:
    run = desk.browser.client.app.state["sheets"].find(Sheet(VILLAGE, "2026-11", "finance"))
    assert isinstance(run, SheetRun)
    return run


@pytest.mark.parametrize("path", ["2026-13", "2031-01", "nonsense", "2026-11/nothing", "2031-01/finance"])
def test_there_is_no_other_month_and_no_other_sheet(desk: Desk, path: str) -> None:
    assert desk.browser.get(f"{MONTHS}/{path}").status_code == 404
    done = "seal" if "/" in path else "close"
    assert desk.browser.post(f"{MONTHS}/{path}/{done}").status_code == 404


def test_the_desk_leads_there(desk: Desk) -> None:
    assert f'href="{MONTHS}"' in desk.browser.get("/desk").text
    assert tell(desk.browser.get(MONTHS)) == "结账和公开表"
