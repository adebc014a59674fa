"""The agreement that a household signs: one page, each consent apart, the code read back, lines to fill in."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import zxingcpp

from ledger.canonical import encode_value
from ledger.errors import Refused
from ledger.ports import PaperJob
from ledger.service.agreements import AgreementPaper, Signer
from reports.paper import render_paper
from reports.worker import WorkerRenderer
from tests.reports.printed import draw_page, read_pages
from tests.reports.samples import BASE_URL, VILLAGE

SIGNER = Signer(group=3, name="样大山", number="0217")


def make_job(signer: Signer = SIGNER, **changes: Any) -> PaperJob:
    paper = AgreementPaper(
        made_on="2026-11-22",
        signer=signer,
        since="2026-01",
        telephone="0000-1234567",
        township="样例县样例镇",
        version=2,
        village=VILLAGE,
        village_name="石榴河村",
    )
    fields: dict[str, Any] = {"kind": "agreement", "content": encode_value(paper), "base_url": BASE_URL}
    return PaperJob(**(fields | changes))


@cache
def get_paper() -> bytes:
    return render_paper(make_job())


def test_one_page_says_what_is_asked_how_to_withdraw_and_that_nothing_is_lost() -> None:
    (page,) = read_pages(get_paper())

    said = (
        *("石榴河村", "村民积分契约", "积分细则第2版", "2026年1月起用", "mb.example.cn"),
        *("0217", "样大山", "第3村民小组", "一、同意积分", "二、同意公示", "三、同意署名"),
        *("都不少您家一分钱、一样待遇", "随时可以撤回", "不用讲理由，不用谁批", "监督电话0000-1234567"),
        *("签名或按手印", "2026年11月22日印"),
    )
    assert [one for one in said if one not in page.replace("\n", "")] == []


def test_the_code_leads_to_the_version_that_is_agreed_to() -> None:
    codes = {code.text for code in zxingcpp.read_barcodes(draw_page(get_paper(), 1, 150))}

    assert codes == {f"{BASE_URL}/v/{VILLAGE}/rules/2"}


def test_without_an_address_and_a_household_there_are_lines_and_no_code() -> None:
    pdf = render_paper(make_job(Signer(), base_url="", is_demo=True))
    (page,) = read_pages(pdf)

    assert zxingcpp.read_barcodes(draw_page(pdf, 1, 150)) == []
    assert "样大山" not in page
    assert "细则印成了册子" in page.replace("\n", "")
    assert "示例，非真实村庄" in page


def test_a_long_name_stays_on_the_one_page() -> None:
    pages = read_pages(
        render_paper(make_job(Signer(group=12, name="样" * 24, number="0" * 12), is_demo=True))
    )

    assert len(pages) == 1


def test_a_worker_makes_the_very_same_and_what_cannot_be_printed_is_refused() -> None:
    with pytest.raises(ValueError, match="no agreement"):
        render_paper(make_job(content=b"{}"))
    with WorkerRenderer() as renderer:
        assert renderer.render_paper(make_job()) == get_paper()
        with pytest.raises(Refused) as refused:
            renderer.render_paper(make_job(Signer(name="样\U0001f600")))
    assert [fault.code for fault in refused.value.faults] == ["glyph-missing"]
