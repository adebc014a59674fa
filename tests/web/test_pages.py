"""What the pages say, read as a villager reads them: by their words."""

from __future__ import annotations

import html
import re
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from ledger.books.values import SheetKind
from ledger.canonical import parse_entry
from ledger.entries import KINDS
from ledger.log.hashing import hash_leaf
from ledger.log.note import parse_note_verifier
from ledger.log.proof_file import open_proof_file, parse_proof_file
from ledger.service.rotate import prepare_rotation
from tests.builders import OTHER_VILLAGE, VILLAGE, build_postings
from tests.homes import VillageHome, open_village
from tests.web.village import KINDS as SHEETS
from tests.web.village import find_match, find_sealed, live_through_october, make_client
from web.public.explain import EXPLAINERS

BOARD = f"/v/{VILLAGE}"
FORBIDDEN = re.compile("哈希|区块链|hash|Merkle", re.IGNORECASE)


def read_words(visitor: TestClient, path: str) -> str:
    """Return the words of a page, without markup."""
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    text = re.sub(
        r'<span class="whole">([^<]*)</span>', r"\1", answer.text
    )  # Keeps words together, parts none.
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_the_board_answers_first_what_came_in_went_out_and_is_left(visitor: TestClient) -> None:
    words = read_words(visitor, BOARD)

    answer = words[words.index("2026年10月，村里的钱") :]
    assert re.match(
        r"2026年10月，村里的钱 月初有 50,000.00 元 ＋ 收入 0.00 元 － 支出 535.00 元 "
        r"＝ 结余 49,465.00 元 月底账上还有的钱",
        answer,
    )


def test_the_board_says_of_the_open_month_what_is_recorded_so_far(visitor: TestClient) -> None:
    assert "11月还没有结账：截至11月12日收入 0.00 元，支出 48.00 元" in read_words(visitor, BOARD)


def test_the_board_shows_points_stars_corrections_telephone_and_fingerprint(visitor: TestClient) -> None:
    words = read_words(visitor, BOARD)

    assert "3 户签了积分契约" in words
    assert "党员 1 名，各星级人数" in words
    assert "红字冲销 金额录错" in words
    assert "打监督电话 0000-0000000" in words
    assert re.search(r"指纹码 ([0-9]{4} ){4}", words)


def test_a_village_without_a_sealed_sheet_says_so(visitor: TestClient, tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as fresh, make_client(fresh) as opened:
        assert "还没有公开的账" in read_words(opened, BOARD)
        assert "还没有公开表" in read_words(opened, f"{BOARD}/sheets")
        assert "还没有封存的公开表" in read_words(opened, f"/c/{VILLAGE}")


def test_the_finance_sheet_opens_every_line_to_its_entry(visitor: TestClient) -> None:
    page = visitor.get(f"{BOARD}/sheets/2026-10/finance").text

    rows = re.findall(
        rf'<a href="{BOARD}/entries/(\d+)">(?:<span class="mark">[^<]*</span> )?([^<]*)</a>', page
    )
    assert [summary for _, summary in rows] == [
        "购办公用纸",
        "付会议室电费",
        "冲销 2026-10-002 号凭证：金额录错",
        "购办公用纸",
        "封存它的那条记录",
    ]
    for index, summary in rows[:-1]:
        assert summary.split("：")[-1] in read_words(visitor, f"{BOARD}/entries/{index}")


def test_every_account_of_the_sheet_opens_to_the_vouchers_it_is_made_of(visitor: TestClient) -> None:
    page = visitor.get(f"{BOARD}/sheets/2026-10/finance").text

    account = page[page.index("管理费用</span>") :]
    lines = re.findall(r'<span class="n">([−0-9.,]+)</span></a>', account[: account.index("</details>")])
    assert lines == ["325.00", "120.00", "−120.00", "210.00"]


def test_a_sheet_tells_what_vouchers_do_to_an_amount_and_never_says_that_something_was_borrowed(
    tmp_path: Path,
) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_voucher(
            "购水泵，先欠着", 0, postings=build_postings(90_000, debit="151", credit="211")
        )
        village.record_voucher("计提折旧", 0, postings=build_postings(1_000, debit="51304", credit="152"))
        village.record_voucher("还欠款", 0, postings=build_postings(40_000, debit="211", credit="101"))
        with make_client(village) as client:
            words = read_words(client, f"{BOARD}/sheets/2026-10/finance")

    assert words.count("购水泵，先欠着 ＋900.00") == 2
    assert "还欠款 －400.00" in words
    assert "计提折旧 ＋10.00" in words
    assert "计提折旧 10.00" in words
    assert not re.search(r"[借贷] [−0-9]", words)


def test_a_month_without_a_round_shows_no_block_of_noughts(visitor: TestClient) -> None:
    points, scores = (read_words(visitor, f"{BOARD}/sheets/2026-11/{kind}") for kind in ("points", "scores"))

    assert "还没有评议积分" in points
    assert not re.search(r"(?<![0-9])0 (分|笔|户)", points)
    assert "还没有评分" in scores
    assert not re.search(r"(?<![0-9])0 人", scores)


@pytest.mark.parametrize("kind", SHEETS)
def test_a_sealed_sheet_shows_number_days_telephone_and_fingerprint(
    visitor: TestClient, kind: SheetKind
) -> None:
    words = read_words(visitor, f"{BOARD}/sheets/2026-10/{kind}")

    assert "已封存公开" in words
    assert re.search(r"编号 2026-10-[FPS]-1 公示时间 2026年11月2日至", words)
    assert "提异议截止" in words
    assert "监督电话 0000-0000000" in words
    assert re.search(r"指纹码 ([0-9]{4} ){4}", words)
    assert "下载 PDF 原件" in words


@pytest.mark.parametrize("kind", SHEETS)
def test_an_open_month_says_that_it_is_for_reference_only_and_has_no_paper(
    visitor: TestClient, kind: str
) -> None:
    path = f"{BOARD}/sheets/2026-11/{kind}"

    assert "未结账·仅供参考" in read_words(visitor, path)
    assert ".pdf" not in visitor.get(path).text
    assert visitor.get(f"{path}.pdf").status_code == 404


def test_a_closed_month_that_is_not_sealed_says_so(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        with make_client(village) as opened:
            assert "已结账，还没公开" in read_words(opened, f"{BOARD}/sheets/2026-10/finance")
            assert "10月已结账，还没公开" in read_words(opened, BOARD)


def test_from_month_to_month_and_from_the_list_to_each(tmp_path: Path) -> None:
    months = ("2026-10", "2026-11", "2026-12")
    with open_village(tmp_path / "home") as village:
        village.open_books()
        for month, day in zip(months, ("2026-11-02", "2026-12-02", "2027-01-02"), strict=True):
            village.go_to(f"{month}-29")
            # No expense: December would ask for the year's end.
            paid = build_postings(1_000, "112", "101")
            village.record_voucher("垫付水费", 1_000, period=month, occurred_on=f"{month}-28", postings=paid)
            village.go_to(day)
            village.close(month)
            village.seal("finance", month)
        with make_client(village) as opened:
            pages = {month: opened.get(f"{BOARD}/sheets/{month}/finance").text for month in months}
            listed = re.findall(
                f'href="({BOARD}/sheets/[0-9]{{4}}-[0-9]{{2}}/finance)"', opened.get(f"{BOARD}/sheets").text
            )

    assert listed == [f"{BOARD}/sheets/{month}/finance" for month in reversed(months)]
    for month in months:
        beside = {other for other in months if f'href="{BOARD}/sheets/{other}/finance"' in pages[month]}
        place = months.index(month)
        assert beside - {month} == {*months[max(0, place - 1) : place], *months[place + 1 : place + 2]}, month


@pytest.mark.parametrize("kind", SHEETS)
def test_the_pdf_is_the_archived_one(visitor: TestClient, village: VillageHome, kind: SheetKind) -> None:
    answer = visitor.get(f"{BOARD}/sheets/2026-10/{kind}.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == village.home.archive.find(find_sealed(village, kind).pdf)


@pytest.mark.parametrize("kind", SHEETS)
def test_the_short_addresses_lead_to_the_sheets(visitor: TestClient, kind: SheetKind) -> None:
    answer = visitor.get(f"{BOARD}/{kind}/2026-10", follow_redirects=False)

    assert answer.status_code == 308
    assert answer.headers["location"] == f"{BOARD}/sheets/2026-10/{kind}"


def test_there_is_an_explanation_for_every_kind() -> None:
    assert EXPLAINERS.keys() == KINDS.keys()


def test_every_entry_is_explained_with_who_when_bytes_and_proof(
    visitor: TestClient, village: VillageHome
) -> None:
    seen = set()
    with village.home.ledger.read(VILLAGE) as reader:
        size = reader.size
    for index in range(size):
        words = read_words(visitor, f"{BOARD}/entries/{index}")
        data = visitor.get(f"{BOARD}/entries/{index}.json").content
        entry = parse_entry(data)
        seen.add(entry.kind)
        assert f"交审人 村文书 {entry.maker.user}" in words
        assert all(f"监督委员 {checker.user}" in words for checker in entry.checkers) or "由系统记下" in words
        assert data.decode()[:200] in words.replace("  ", " ")
        assert f"序号 {index}" in words

    elsewhere = {
        "asset.changed",
        "asset.disposed",
        "asset.registered",
        "accounts.added",
        "accounts.closed",
        "accounts.converted",
        "assessment.round",
        "ballot.closed",
        "ballot.opened",
        "branch.grouped",
        "concern.acknowledged",
        "consents.withdrawn",
        "bank.reconciled",
        "case.confided",
        "case.moved",
        "case.opened",
        "case.rated",
        "contract.amended",
        "contract.ended",
        "contract.signed",
        "contract.voided",
        "documents.attached",
        "forum.held",
        "grids.registered",
        "honour.reversed",
        "visits.recorded",
        "naming.withdrawn",
        "honours.granted",
        "hours.booked",
        "fund.opened",
        "key.rotated",
        "limits.adopted",
        "objection.answered",
        "objection.raised",
        "log.refounded",
        "plan.adopted",
        "points.annexed",
        "points.redeemed",
        "policy.adopted",
        "redemption.reversed",
        "star.declared",
        "star.moved",
        "resource.changed",
        "resource.registered",
        "shop.adopted",
        "stocktake.recorded",
        "task.claimed",
        "task.offered",
        "resolution.reported",
        "resolution.recorded",
    }  # Below, in test_documents, _contracts, _registers, _meetings, _concerns, _bank, tests/{service,restore,witness}.
    assert seen == KINDS.keys() - elsewhere


def test_a_change_of_key_is_told_and_the_log_is_served_with_the_key_in_force(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as changed:
        old = changed.home.keys.get_signer(VILLAGE)
        new = changed.home.keys.add(VILLAGE, old.origin, b"\x08" * 32)
        draft = prepare_rotation(
            changed.home, VILLAGE, maker=changed.clerk.user, reason="换了电脑", new_key=new.verifier_key
        )
        changed.pass_(draft)
        with make_client(changed) as served:
            words = read_words(served, f"{BOARD}/entries/2")
            key = served.get(f"{BOARD}/log.vkey").text

    assert "账本记满 3 条以后由新钥匙签名" in words
    assert all(text in words for text in ("换了电脑", old.verifier_key, new.verifier_key))
    assert key == f"{new.verifier_key}\n"


def test_a_corrected_voucher_leads_to_its_corrections_and_back(visitor: TestClient) -> None:
    page = visitor.get(f"{BOARD}/sheets/2026-10/finance").text
    wrong = int(find_match(rf'{BOARD}/entries/(\d+)">付会议室电费', page))

    assert "这张凭证后来被红字冲销了" in read_words(visitor, f"{BOARD}/entries/{wrong}")
    assert f'href="{BOARD}/entries/{wrong + 1}"' in visitor.get(f"{BOARD}/entries/{wrong}").text
    assert f'href="{BOARD}/entries/{wrong}"' in visitor.get(f"{BOARD}/entries/{wrong + 1}").text
    assert f'href="{BOARD}/entries/{wrong + 1}"' in visitor.get(f"{BOARD}/entries/{wrong + 2}").text


def test_the_proof_of_every_entry_holds_under_the_newest_checkpoint(
    visitor: TestClient, village: VillageHome
) -> None:
    log = parse_note_verifier(visitor.get(f"{BOARD}/log.vkey").text.strip())
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None

    for index in range(newest.size):
        proof = parse_proof_file(visitor.get(f"{BOARD}/entries/{index}.tlog-proof").content)
        leaf = hash_leaf(visitor.get(f"{BOARD}/entries/{index}.json").content)
        assert open_proof_file(proof, leaf, log).size == newest.size


def test_the_list_of_entries_leads_to_the_first(visitor: TestClient, village: VillageHome) -> None:
    path, titles = f"{BOARD}/entries", 0
    while path:
        page = visitor.get(path).text
        titles += len(re.findall(r'class="row" href', page))
        older = re.search(r'href="([^"]*\?before=\d+)"><span aria-hidden="true">‹', page)
        path = older[1] if older else ""

    with village.home.ledger.read(VILLAGE) as reader:
        assert titles == reader.size


def test_names_of_people_who_act_are_masked(visitor: TestClient, village: VillageHome) -> None:
    with village.home.ledger.read(VILLAGE) as reader:
        size = reader.size

    for index in range(size):
        assert not re.search("样例[甲乙丙]", read_words(visitor, f"{BOARD}/entries/{index}"))


def test_no_public_page_speaks_of_hashes_or_chains(visitor: TestClient) -> None:
    for path in ("/", BOARD, f"{BOARD}/sheets", f"{BOARD}/sheets/2026-10/finance", f"/c/{VILLAGE}"):
        assert not FORBIDDEN.search(read_words(visitor, path)), path


def test_no_public_page_asks_for_anything_but_a_village(visitor: TestClient) -> None:
    for path in (
        BOARD,
        f"{BOARD}/sheets",
        f"{BOARD}/sheets/2026-10/finance",
        f"{BOARD}/entries/3",
        f"/c/{VILLAGE}",
    ):
        assert not re.search(r"<(?:input|form|textarea|select)\b", visitor.get(path).text), path


def test_the_check_page_names_every_seal_and_shows_the_newest_sheets_without_a_script(
    visitor: TestClient, village: VillageHome
) -> None:
    words = read_words(visitor, f"/c/{VILLAGE}")
    page = visitor.get(f"/c/{VILLAGE}").text

    seals = find_match(r'data-seals="([^"]*)"', page).split()
    assert seals == [
        f"{find_sealed(village, kind).number}:{find_sealed(village, kind).index}" for kind in SHEETS
    ]
    assert "结余 49,465.00 元" in words
    assert "没有替您核对" in words
    assert "mb.example.cn" in words


def test_the_search_finds_a_village_by_name_township_or_code(visitor: TestClient) -> None:
    for query in ("", "石榴", "样例县 石榴河", VILLAGE[:6]):
        assert "石榴河村" in read_words(visitor, f"/?q={query}"), query


def test_the_search_says_when_nothing_is_found(visitor: TestClient) -> None:
    words = read_words(visitor, "/?q=没有的村")

    assert "没有找到“没有的村”" in words
    assert "石榴河村" not in words


@pytest.mark.parametrize(
    "path",
    [
        f"/v/{OTHER_VILLAGE}",
        "/v/abc",
        "/v/37108210120１",
        f"/c/{OTHER_VILLAGE}",
        f"{BOARD}/sheets/2026-09/finance",
        f"{BOARD}/sheets/2026-13/finance",
        f"{BOARD}/sheets/2026-10/wages",
        f"{BOARD}/sheets/2026-10/finance.PDF",
        f"{BOARD}/sheets/2026-10-F-2/figures.json",
        f"{BOARD}/finance/2026-1",
        f"{BOARD}/entries/999",
        f"{BOARD}/entries/03",
        f"{BOARD}/entries/-1",
        f"{BOARD}/entries/3.txt",
        f"{BOARD}/entries/3.",
        f"{BOARD}/entries/999.tlog-proof",
        f"{BOARD}/entries?before=9999",
        f"{BOARD}/entries?before=x",
        f"{BOARD}/texts/0.json",
        f"{BOARD}/texts/1",
        f"{BOARD}/../../etc/passwd",
        "/static/style.css",
        "/static/..%2fapp.py",
        "/wp-login.php",
    ],
)
def test_what_is_not_there_answers_404_in_plain_chinese(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 404
    assert "没有这个网页" in answer.text
    assert "重新扫公开栏上的码" in answer.text


def test_figures_that_the_archive_lost_are_not_made_up(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        live_through_october(village)
        digest = find_sealed(village, "finance").figures
        file = tmp_path / "home" / "archive" / digest[:2] / digest
        file.write_bytes(file.read_bytes().replace(b"49465", b"59465"))
        with make_client(village) as opened:
            answer = opened.get(BOARD)

    assert answer.status_code == 500
    assert "账本自己核对不上" in answer.text


def test_the_sealed_figures_are_served_as_they_were_sealed(visitor: TestClient, village: VillageHome) -> None:
    sheet = find_sealed(village, "finance")

    data = visitor.get(f"{BOARD}/sheets/{sheet.number}/figures.json").content

    assert data == village.home.archive.find(sheet.figures)
    assert msgspec.json.decode(data)["head"]["number"] == sheet.number
