"""Trays and drafts of documents: what is kept while nobody has passed it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from ledger.errors import NotFound, Refused, Tampered, format_fault
from ledger.limits import DAY_MS, DOCUMENT_AREAS_MAX, TRAY_EXPIRES_DAYS
from ledger.service import trays
from ledger.service.documents import (
    Target,
    build_gone,
    find_target,
    list_attached,
    list_originals,
    open_recorded,
    open_waiting,
    read_documents,
    sweep,
)
from ledger.service.erase import erase_subject
from ledger.service.passing import pass_drafts, return_drafts, tell_held
from ledger.service.showing import show_drafts
from ledger.service.trays import (
    SentFile,
    add_to_tray,
    find_tray,
    hand_in_tray,
    mark_page,
    open_item,
    remove_from_tray,
    take_up_returned,
)
from ledger.state.documents import list_documents
from ledger.vaults import Draft
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.homes import VillageHome, open_village

NUMBER = "2026-10-001"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        yield opened


def process(files: Sequence[SentFile]) -> list[tuple[bytes, ...]]:
    """Two pages of each file; what is black is written on them."""
    return [(b"1 " + file.data, f"2 {file.areas}".encode()) for file in files]


def draft_voucher(village: VillageHome, summary: str = "购办公用纸") -> Draft:
    body = build_voucher(
        village.texts,
        chart="2023",
        number=NUMBER,
        postings=build_postings(100, debit="513"),
        summary=village.texts.publish(summary),
    )
    return village.draft(body)


def find(village: VillageHome) -> Target:
    return find_target(village.home, VILLAGE, NUMBER)


def add(village: VillageHome, *names: str) -> trays.Tray:
    files = [SentFile(data=name.encode(), filename=f"{name}.jpg") for name in names]
    return add_to_tray(village.home, VILLAGE, village.clerk.user, find(village), files, process)


def hand_in(village: VillageHome) -> Draft:
    target = find(village)
    digest = find_tray(village.home, VILLAGE, village.clerk.user, target).digest
    return hand_in_tray(village.home, VILLAGE, village.clerk.user, target, digest)


def tell(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [format_fault(fault) for fault in caught.value.faults]


def count_files(village: VillageHome) -> int:
    return len(village.home.documents.list_kept(VILLAGE))


def test_what_is_in_a_tray_is_kept_encrypted_until_it_is_handed_in(village: VillageHome) -> None:
    draft_voucher(village)
    tray = add(village, "甲", "乙")
    kept = [open_item(village.home, VILLAGE, item) for item in tray.items]

    assert [(one.data.decode(), len(one.plain_pages)) for one in kept] == [("甲", 2), ("乙", 2)]
    assert "甲".encode() not in b"".join(
        path.read_bytes() for path in (village.home.path / "documents").rglob("*") if path.is_file()
    )
    draft = hand_in(village)

    assert count_files(village) == 2
    waiting = [open_waiting(village.home, draft, position)[1] for position in range(2)]
    assert [(one.data.decode(), one.plain_pages) for one in waiting] == [("甲", ()), ("乙", ())]
    assert find_tray(village.home, VILLAGE, village.clerk.user, find(village)).items == ()
    with pytest.raises(NotFound):
        open_waiting(village.home, draft, 2)


def test_marking_changes_one_page_and_leaves_one_file(village: VillageHome) -> None:
    draft_voucher(village)
    (item,) = add(village, "甲").items
    user, target = village.clerk.user, find(village)

    def mark(page: int, *areas: tuple[int, int, int, int, int]) -> trays.Tray:
        return mark_page(village.home, VILLAGE, user, target, item.document, page, areas, process)

    first = mark(2, (2, 0, 0, 10, 10))
    second = mark(1, (9, 5, 5, 10, 10))

    assert second.items[0].areas == ((1, 5, 5, 10, 10), (2, 0, 0, 10, 10))
    assert first.items[0].pages != item.pages
    assert second.items[0].document == item.document
    assert count_files(village) == 1
    with pytest.raises(Refused) as wrong:
        mark(1, (1, 10, 0, 10, 10))
    many = [(1, 0, number, 10, number + 1) for number in range(DOCUMENT_AREAS_MAX)]
    with pytest.raises(Refused) as too_many:
        mark(1, *many)
    with pytest.raises(NotFound):
        mark(3)
    assert tell(wrong) == [
        "涂黑的地方：现为框在页面外面，或没有大小，应为页面里的一块。重新框出要涂黑的地方。（attachment-area）"
    ]
    assert tell(too_many) == [
        "涂黑的地方：现为401 块，应为不超过 400 块。挨在一起的，框成一大块。（documents-areas）"
    ]


def test_what_is_taken_away_is_gone(village: VillageHome) -> None:
    draft_voucher(village)
    item, _ = add(village, "甲", "乙").items

    for _ in range(2):
        tray = remove_from_tray(village.home, VILLAGE, village.clerk.user, find(village), item.document)

    assert [one.filename for one in tray.items] == ["乙.jpg"]
    assert count_files(village) == 1
    with pytest.raises(NotFound):
        open_item(village.home, VILLAGE, item)


def test_a_tray_is_for_exactly_one_voucher_and_not_for_ever(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    user = village.clerk.user
    assert find_tray(village.home, VILLAGE, village.supervisor.user, find(village)).items == ()

    village.clock.advance(TRAY_EXPIRES_DAYS * DAY_MS + 60_000)
    assert find_tray(village.home, VILLAGE, user, find(village)).items == ()
    assert sweep(village.home, VILLAGE) == []  # A file lives a day longer than its tray.
    village.clock.advance(DAY_MS)
    add(village, "乙")

    assert count_files(village) == 1
    return_drafts(village.home, VILLAGE, [voucher.id], village.supervisor.user, "日期不对")
    village.home.vault.mark_draft(VILLAGE, voucher.id, "discarded", -1)
    draft_voucher(village, "购墨")
    assert find_tray(village.home, VILLAGE, user, find(village)).items == ()


def test_nothing_that_waits_or_is_recorded_is_swept(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    draft = hand_in(village)
    village.clock.advance(20 * DAY_MS)
    assert sweep(village.home, VILLAGE) == []
    pass_drafts(village.home, VILLAGE, [voucher.id, draft.id], village.supervisor.user)
    village.clock.advance(400 * DAY_MS)
    assert sweep(village.home, VILLAGE) == []
    assert count_files(village) == 1

    village.home.documents.keep(VILLAGE, b"\0" * 32, b"stray", 0)
    assert len(sweep(village.home, VILLAGE)) == 1
    assert count_files(village) == 1


def test_too_many_and_too_much_are_refused_whole(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_voucher(village)
    with pytest.raises(Refused) as many:
        add(village, *"一二三四五六七八九十百")
    monkeypatch.setattr(trays, "DOCUMENTS_MONTH_MAX_BYTES", 300)
    add(village, "甲")
    with pytest.raises(Refused) as month:
        add(village, "乙" * 100)

    assert tell(many) == ["附上的单据：现为11 份单据，应为1 至 10 份。多的分几次附上。（documents-count）"]
    assert tell(month) == [
        (
            "附上的单据：现为本月已存 0 MB，再加 1 MB，应为一个月不超过 0 MB。"
            "把照片缩小再附，或下个月再附。（documents-month）"
        )
    ]
    assert count_files(village) == 1
    village.clock.advance(10 * DAY_MS)  # Another month.
    add(village, "乙" * 50)


def test_a_disk_that_fills_up_midway_keeps_nothing(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_voucher(village)
    keep, calls = village.home.documents.keep, []

    def fail_third(*given: object) -> str:
        calls.append(given)
        if len(calls) == 3:
            raise Refused([build_gone(draft_of(village))])
        return keep(*given)

    monkeypatch.setattr(village.home.documents, "keep", fail_third)
    with pytest.raises(Refused):
        add(village, "甲", "乙", "丙")
    assert count_files(village) == 0
    calls[:] = []
    add(village, "甲", "乙")
    with pytest.raises(Refused):
        hand_in(village)

    assert count_files(village) == 2
    assert [
        item.filename for item in find_tray(village.home, VILLAGE, village.clerk.user, find(village)).items
    ] == [
        "甲.jpg",
        "乙.jpg",
    ]


def draft_of(village: VillageHome) -> Draft:
    return village.home.vault.list_drafts(VILLAGE, "waiting")[0]


def test_what_was_shown_is_handed_in_or_nothing(village: VillageHome) -> None:
    draft_voucher(village)
    tray = add(village, "甲")
    add(village, "乙")

    with pytest.raises(Refused) as caught:
        hand_in_tray(village.home, VILLAGE, village.clerk.user, find(village), tray.digest)

    assert tell(caught) == [
        (
            f"{find(village).label}的单据：现为和看过的不一样了：另一个页面里改动过，应为看过以后没有改动。"
            "再看一遍，没有问题就交审。（documents-changed）"
        )
    ]


def test_documents_wait_for_their_voucher_and_follow_it(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    draft = hand_in(village)
    passed = village.supervisor.user

    assert pass_drafts(village.home, VILLAGE, [draft.id], passed) == [None]
    assert tell_held(village.home, VILLAGE, draft.id) == "它的凭证还没记入账本"
    (receipt,) = pass_drafts(village.home, VILLAGE, [voucher.id], passed)

    assert receipt is not None
    with village.home.ledger.read(VILLAGE) as reader:
        ((index, body),) = list_documents(reader.facts, NUMBER)
    assert index == receipt.index + 1
    assert [village.home.archive.find(page) for page in body.documents[0].pages] == [
        "1 甲".encode(),
        b"2 ()",
    ]
    assert open_recorded(village.home, VILLAGE, index, 0)[1].filename == "甲.jpg"
    for wrong in ((index, 1), (0, 0)):
        with pytest.raises(NotFound):
            open_recorded(village.home, VILLAGE, *wrong)
    # Given first, recorded second: a try that is made again gives the same.
    again = pass_drafts(village.home, VILLAGE, [draft.id, voucher.id], passed)
    assert [one.index for one in again if one] == [index, receipt.index]


def test_documents_of_a_voucher_that_changed_are_not_passed(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    draft = hand_in(village)
    village.home.vault.mark_draft(VILLAGE, voucher.id, "discarded", -1)
    draft_voucher(village, "购墨")

    with pytest.raises(Refused) as caught:
        pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)

    assert tell(caught) == [
        (
            f"待审记录 {draft.id}（{draft.label}）：现为交审时看到的那张凭证改过或作废了，应为还是那张凭证。"
            "退回，请村文书对着现在的凭证重新附上。（documents-voucher）"
        )
    ]


def test_documents_that_nobody_can_pass_hold_up_no_others(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    draft = hand_in(village)
    pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user)
    village.home.vault.mark_draft(VILLAGE, voucher.id, "discarded", -1)
    other = draft_voucher(village, "购墨")

    (receipt,) = pass_drafts(village.home, VILLAGE, [other.id], village.supervisor.user)

    assert receipt is not None
    assert [one.id for one in village.home.vault.list_drafts(VILLAGE, "waiting")] == [draft.id]


def test_documents_go_back_with_their_voucher_and_come_again(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    (item,) = add(village, "甲").items
    user = village.clerk.user
    mark_page(village.home, VILLAGE, user, find(village), item.document, 2, [(2, 0, 0, 9, 9)], process)
    draft = hand_in(village)
    assert [one.id for one in list_attached(village.home, VILLAGE, {voucher.digest})] == [draft.id]

    return_drafts(village.home, VILLAGE, [voucher.id], village.supervisor.user, "日期不对")
    village.home.vault.mark_draft(VILLAGE, voucher.id, "discarded", -1)
    draft_voucher(village, "购墨")
    tray = take_up_returned(village.home, VILLAGE, user, find(village), process)

    assert [one.areas for one in tray.items] == [((2, 0, 0, 9, 9),)]
    hand_in(village)
    assert village.home.vault.list_drafts(VILLAGE, "returned") == []


def test_a_draft_whose_file_is_gone_or_another_is_not_recorded(village: VillageHome) -> None:
    voucher = draft_voucher(village)
    add(village, "甲")
    draft = hand_in(village)
    body = read_documents(draft)
    assert body is not None
    (document,) = body.documents
    path = village.home.path / "documents" / VILLAGE / document.encrypted[:2] / document.encrypted
    good = path.read_bytes()

    assert pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user) == [None]
    path.write_bytes(good[:-1])
    with pytest.raises(Tampered):
        pass_drafts(village.home, VILLAGE, [voucher.id, draft.id], village.supervisor.user)
    path.unlink()
    with pytest.raises(Refused) as caught:
        pass_drafts(village.home, VILLAGE, [voucher.id, draft.id], village.supervisor.user)
    assert tell(caught) == [
        (
            f"待审记录 {draft.id}（{draft.label}）：现为有单据的文件不在了，应为交审时的文件都在。"
            "退回，请村文书重新附上；备份恢复以后才这样的，从备份里找回 documents 文件夹。（documents-gone）"
        )
    ]
    assert (
        len(village.home.vault.list_drafts(VILLAGE, "waiting")) == 2
    )  # All or nothing: not the voucher alone.
    path.write_bytes(good)
    assert None not in pass_drafts(village.home, VILLAGE, [voucher.id, draft.id], village.supervisor.user)


def test_a_draft_tells_pages_and_what_was_erased(village: VillageHome) -> None:
    draft_voucher(village)
    (item,) = add(village, "甲").items
    draft = hand_in(village)

    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,))
    assert shown.lines[:2] == (f"凭证 {NUMBER} 的单据 1 份", "　第 1 份，2 页")
    assert len([line for line in shown.lines if "SHA-256" in line]) == 2
    assert erase_subject(village.home, VILLAGE, item.document).drafts == (draft.id,)
    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,))
    assert shown.lines[-1] == "　另有 1 处隐私内容已删除"


def test_an_original_is_erased_by_its_own_pseudonym(village: VillageHome) -> None:
    village.record_voucher("购办公用纸", 32_500)
    kept = village.attach(NUMBER)
    gone = village.attach(NUMBER, b"other", data=b"other original")
    originals = list_originals(village.home, VILLAGE)
    assert [number for number, _ in originals] == [NUMBER, NUMBER]
    subject, _ = open_recorded(village.home, VILLAGE, gone.index, 0)

    erase_subject(village.home, VILLAGE, subject)

    assert list_originals(village.home, VILLAGE) == [one for one in originals if one[1] != subject]
    assert open_recorded(village.home, VILLAGE, kept.index, 0)[1].data == b"original"
    with pytest.raises(NotFound):
        open_recorded(village.home, VILLAGE, gone.index, 0)
    assert count_files(village) == 1


def test_a_key_that_is_another_is_tampering(village: VillageHome) -> None:
    draft_voucher(village)
    add(village, "甲", "乙")
    draft = hand_in(village)
    swapped = msgspec.structs.replace(draft, private=draft.private[::-1])
    assert open_waiting(village.home, swapped, 0)[1].filename == "甲.jpg"  # Found by digest, not by place.
