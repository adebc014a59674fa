"""Source documents through the real routes: sent, blacked out, handed in, passed with their voucher, and public."""

from __future__ import annotations

import hashlib
import io
import re
from random import Random
from typing import Any

import pytest
from litestar.testing import TestClient
from PIL import Image

from ledger.books.documents import DOCUMENTS_MAX, DocumentsAttached
from ledger.canonical import parse_entry
from ledger.service.documents import find_target, list_document_subjects
from ledger.service.erase import erase_subject
from ledger.state.documents import list_documents
from ledger.vaults import Draft
from tests.attachments.files import SECRET, marked, noisy, pdf, photo_that_tells, save
from tests.builders import VILLAGE, build_postings, build_voucher
from tests.desk.people import Door
from tests.fuzz.mutants import mutate_bytes
from tests.web.desk import DeskBrowser, vouch

NUMBER = "2026-11-002"
OLD = "2026-10-001"
PAGE = f"/desk/documents/{NUMBER}"
RECORDED = f"/desk/documents/{OLD}"


@pytest.fixture
def door(door: Door) -> Door:
    for name, role in (("wen", "clerk"), ("li", "clerk"), ("jian", "supervisor"), ("shen", "auditor")):
        door.let_in(name, role)
    return door


@pytest.fixture
def clerk(door: Door, client: TestClient) -> DeskBrowser:
    return come_in(door, client, "wen")


def come_in(door: Door, client: TestClient, name: str) -> DeskBrowser:
    browser = DeskBrowser(client)
    browser.sign_in(door, name)
    return browser


def hand_in_voucher(door: Door, name: str = "wen", number: str = NUMBER) -> Draft:
    """A voucher of November that waits, prepared by whoever has this account."""
    (maker,) = (one for one in door.home.vault.list_persons(VILLAGE) if one.name == f"样例{name}")
    body = build_voucher(
        door.village.texts, chart="2023", number=number, postings=build_postings(100, debit="513")
    )
    return door.village.draft(body, period="2026-11", occurred_on="2026-11-10", maker=maker.user)


def list_trays(door: Door) -> int:
    return len(door.home.documents.list_kept(VILLAGE))


def read_marks(clerk: DeskBrowser, path: str = PAGE) -> list[str]:
    """Where each page in the tray is blacked out."""
    return re.findall(rf'href="({path}/o-[a-z2-7]+/\d+)"', clerk.get(path).text)


def hand_in(clerk: DeskBrowser, path: str = PAGE) -> None:
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', clerk.get(path).text)
    assert digest is not None
    answer = clerk.post(f"{path}/hand-in", {"digest": digest[1], "looked": "1"})
    assert answer.headers["location"] == "/desk/drafts?sent=1"


def attach(clerk: DeskBrowser, *files: tuple[str, bytes], path: str = PAGE) -> None:
    clerk.get(path)
    answer = clerk.send_files(path, *files)
    assert answer.status_code == 303, tell_faults(answer.text)


def tell_faults(page: str) -> list[str]:
    found = re.findall(r"field-wrong[^>]*>(.*?)</div>", page, re.DOTALL) + re.findall(
        r'role="alert">(.*?)</div>', page, re.DOTALL
    )
    return [re.sub(r"<[^>]+>|✗|\s", "", one) for one in found]


def find_attached(door: Door) -> Draft:
    (draft,) = (d for d in door.home.vault.list_drafts(VILLAGE, "waiting") if "单据" in d.label)
    return draft


def pass_(door: Door, client: TestClient, *drafts: Draft) -> None:
    boss = come_in(door, client, "jian")
    boss.get("/desk/drafts")
    fields = "&".join(f"drafts={vouch(door, boss, draft)}" for draft in drafts)
    answer = boss.post("/desk/drafts", f"{fields}&csrf={boss.token}")
    assert answer.status_code == 303, answer.text


def read_attached(door: Door, number: str) -> DocumentsAttached:
    with door.home.ledger.read(VILLAGE) as reader:
        ((_, body),) = list_documents(reader.facts, number)
    return body


def test_documents_and_their_voucher_are_passed_as_one_and_public_blacked_out(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    voucher = hand_in_voucher(door)
    secret = marked([((64, 48, 128, 96), "red")])
    attach(clerk, ("收据.jpg", save(secret)), ("发票.pdf", pdf("发票")))
    (photo, *_) = read_marks(clerk)
    marks = clerk.get(photo)
    assert marks.text.count('name="cells"') == 140
    # 64 to 128 of 640 and 48 to 96 of 480: a tenth from a tenth on.
    answer = clerk.post(photo, {"left": "10", "top": "10", "right": "20", "bottom": "20"})
    assert answer.headers["location"] == PAGE
    hand_in(clerk)

    boss = come_in(door, client, "jian")
    page = boss.get(f"/desk/drafts/{voucher.id}").text
    attached = find_attached(door)
    assert f"{voucher.id}:{voucher.digest}" in page
    assert f"{attached.id}:{attached.digest}" in page
    shown = re.findall(r'<img src="(/desk/drafts/[^"]+)"', page)
    assert len(shown) == 2
    seen = boss.get(shown[0]).content
    pass_(door, client, voucher, attached)

    body = read_attached(door, NUMBER)
    assert body.voucher == voucher.digest
    public = client.get(f"/v/{VILLAGE}/documents/{body.documents[0].pages[0]}.jpg")
    assert public.content == seen
    assert hashlib.sha256(seen).hexdigest() == body.documents[0].pages[0]
    with Image.open(io.BytesIO(public.content)) as picture:
        assert picture.getpixel((96, 72)) < (8, 8, 8)
        assert max(max(picture.getpixel((x, y))) for x in range(66, 126) for y in range(50, 94)) < 16
        assert picture.getpixel((300, 300)) == (255, 255, 255)
    with door.home.ledger.read(VILLAGE) as reader:
        kinds = [parse_entry(data).kind for data in reader.iterate_entries(reader.size - 2, reader.size)]
    assert kinds == ["voucher.recorded", "documents.attached"]


def test_a_grid_of_squares_blacks_out_without_a_script(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    hand_in_voucher(door)
    attach(clerk, ("收据.png", save(marked([((0, 0, 640, 480), "yellow")]), "PNG")))
    (mark,) = read_marks(clerk)
    clerk.get(mark)
    clerk.post(mark, f"cells=0-0&cells=0-1&cells=13-9&csrf={clerk.token}")
    (picture,) = re.findall(rf'src="({PAGE}[^"]+)"', clerk.get(PAGE).text)
    page = clerk.get(mark).text

    with Image.open(io.BytesIO(clerk.get(picture).content)) as shown:
        corners = [shown.getpixel(at) for at in ((3, 3), (100, 20), (635, 475), (200, 200))]
    assert [max(colour) < 16 for colour in corners] == [True, True, True, False]
    assert page.count('name="areas"') == 2  # Squares beside each other are one.
    values = re.findall(r'name="areas" value="([0-9,]+)"', page)
    clerk.post(mark, {"areas": values[1]})
    assert clerk.get(mark).text.count('name="areas"') == 1


def test_a_photo_loses_all_that_it_tells_and_the_original_keeps_it(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    original = photo_that_tells()
    attach(clerk, ("手机.jpg", original), path=RECORDED)
    hand_in(clerk, RECORDED)
    pass_(door, client, find_attached(door))
    body = read_attached(door, OLD)
    (page,) = body.documents[0].pages

    public = client.get(f"/v/{VILLAGE}/documents/{page}.jpg").content
    small = client.get(f"/v/{VILLAGE}/documents/{page}-small.jpg").content

    for data in (public, small):
        assert SECRET not in data
        assert b"Exif" not in data
        assert list_segments(data) <= {
            0xE0,
            0xDB,
            0xC0,
            0xC4,
            0xDA,
        }  # JFIF, tables, frame, scan: nothing else.
        with Image.open(io.BytesIO(data)) as picture:
            assert not picture.getexif()
            assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(small) < 20_000
    auditor = come_in(door, client, "shen")
    with door.home.ledger.read(VILLAGE) as reader:
        ((index, _),) = list_documents(reader.facts, OLD)
    shown = auditor.get(f"/desk/originals/{index}").text
    assert SECRET.decode() not in shown
    before = door.list_events().count("read-personal")
    auditor.post(f"/desk/originals/{index}/open", {"purpose": "audit"})
    given = auditor.get(f"/desk/originals/{index}/1")
    assert given.content == original
    assert given.headers["content-disposition"].startswith('attachment; filename="o-')
    assert given.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["cache-control"] == "no-store"
    assert door.list_events().count("read-personal") == before + 1


def list_segments(data: bytes) -> set[int]:
    """The markers of a JPEG up to its picture, read by hand."""
    assert data[:2] == b"\xff\xd8"
    found, at = set(), 2
    while True:
        assert data[at] == 0xFF
        found.add(data[at + 1])
        if data[at + 1] == 0xDA:
            assert data[-2:] == b"\xff\xd9"
            assert data.count(b"\xff\xd8") == 1  # No second picture behind or within it.
            return found
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def test_public_pictures_are_kept_for_ever_and_are_of_their_own_village_alone(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    attach(clerk, ("收据.jpg", save(noisy())), path=RECORDED)
    hand_in(clerk, RECORDED)
    draft = find_attached(door)
    waiting = re.findall(r"[0-9a-f]{64}", draft.claim.decode())
    assert {client.get(f"/v/{VILLAGE}/documents/{one}.jpg").status_code for one in waiting} == {404}
    pass_(door, client, draft)
    (page,) = read_attached(door, OLD).documents[0].pages

    answer = client.get(f"/v/{VILLAGE}/documents/{page}.jpg")
    entry = client.get(f"/v/{VILLAGE}/entries/{find_target(door.home, VILLAGE, OLD).entry}").text

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in answer.headers
    assert f'href="/v/{VILLAGE}/documents/{page}.jpg"' in entry
    assert f'src="/v/{VILLAGE}/documents/{page}-small.jpg"' in entry
    again = client.get(
        f"/v/{VILLAGE}/documents/{page}.jpg", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert client.get(f"/v/371082101202/documents/{page}.jpg").status_code == 404
    with door.home.ledger.read(VILLAGE) as reader:
        sealed = next(iter(reader.facts.scan("sheet/")))[1]
    pdf_digest = re.findall(rb'"pdf":"([0-9a-f]{64})"', sealed)[0].decode()
    assert client.get(f"/v/{VILLAGE}/documents/{pdf_digest}.jpg").status_code == 404


def test_a_second_click_adds_nothing_and_hands_in_nothing_twice(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    photo = ("收据.jpg", save(noisy()))
    attach(clerk, photo, path=RECORDED)
    attach(clerk, photo, path=RECORDED)
    assert len(read_marks(clerk, RECORDED)) == 1
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', clerk.get(RECORDED).text)
    assert digest is not None
    for _ in range(2):
        answer = clerk.post(f"{RECORDED}/hand-in", {"digest": digest[1], "looked": "1"})
        assert answer.headers["location"] == "/desk/drafts?sent=1"
    assert find_attached(door)
    assert list_trays(door) == 1


def test_what_is_handed_in_is_what_was_shown_and_somebody_looked(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    attach(clerk, ("收据.jpg", save(noisy())), path=RECORDED)
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', clerk.get(RECORDED).text)
    assert digest is not None
    (mark,) = read_marks(clerk, RECORDED)
    clerk.post(mark, {"cells": "3-3"})

    changed = clerk.post(f"{RECORDED}/hand-in", {"digest": digest[1], "looked": "1"})
    unseen = clerk.post(f"{RECORDED}/hand-in", {"digest": digest[1]})

    assert (changed.status_code, unseen.status_code) == (409, 422)
    assert "另一个页面里改动过" in changed.text
    assert "没有打勾" in unseen.text
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_nobody_attaches_to_what_another_handed_in_nor_sees_their_tray(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    hand_in_voucher(door)
    attach(clerk, ("收据.jpg", save(noisy())))
    (mark,) = read_marks(clerk)
    other = come_in(door, client, "li")

    assert other.get(PAGE).status_code == 404
    assert other.get(mark).status_code == 404
    assert other.get(f"{mark}/plain.jpg").status_code == 404
    assert other.get(RECORDED).status_code == 200
    assert "没有这张凭证" in other.get(f"/desk/documents?number={NUMBER}").text


def test_documents_go_back_with_their_voucher_and_are_taken_up_again(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    voucher = hand_in_voucher(door)
    attach(clerk, ("收据.jpg", save(marked([((0, 0, 640, 480), "red")]))))
    (mark,) = read_marks(clerk)
    clerk.post(mark, {"left": "0", "top": "0", "right": "50", "bottom": "50"})
    hand_in(clerk)
    attached = find_attached(door)
    boss = come_in(door, client, "jian")
    boss.get(f"/desk/drafts/{voucher.id}")
    boss.post(f"/desk/drafts/{voucher.id}/return", {"reason": "日期不对"})
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []
    clerk.get(f"/desk/drafts/{voucher.id}")
    clerk.post(f"/desk/drafts/{voucher.id}/withdraw")
    again = hand_in_voucher(door)

    assert "接着用上次附的" in clerk.get(PAGE).text
    clerk.post(f"{PAGE}/returned")
    (mark,) = read_marks(clerk)
    assert clerk.get(mark).text.count('name="areas"') == 1
    hand_in(clerk)
    new = find_attached(door)

    assert new.id != attached.id
    found = door.home.vault.find_draft(VILLAGE, attached.id)
    assert found is not None
    assert found.state == "discarded"
    pass_(door, client, again, new)
    assert read_attached(door, NUMBER).voucher == again.digest


def test_documents_passed_before_their_voucher_wait_for_it(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    voucher = hand_in_voucher(door)
    attach(clerk, ("收据.jpg", save(noisy())))
    hand_in(clerk)
    attached = find_attached(door)

    pass_(door, client, attached)
    page = come_in(door, client, "jian").get("/desk/drafts").text
    assert "它的凭证还没记入账本" in page
    pass_(door, client, voucher)

    assert read_attached(door, NUMBER).voucher == voucher.digest
    assert door.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_what_is_no_photo_is_refused_with_every_fault_and_nothing_is_kept(
    door: Door, clerk: DeskBrowser
) -> None:
    clerk.get(RECORDED)
    answer = clerk.send_files(
        RECORDED, ("好.jpg", save(noisy())), ("表.zip", b"PK\x03\x04"), ("网页.jpg", b"<svg onload=alert(1)>")
    )

    assert answer.status_code == 422
    assert answer.text.count("应为 JPEG、PNG、WebP 照片或 PDF") == 2
    assert list_trays(door) == 0
    assert read_marks(clerk, RECORDED) == []


def test_limits_are_said_before_and_hold(door: Door, clerk: DeskBrowser) -> None:
    page = clerk.get(RECORDED).text
    photos = [(f"{number}.jpg", save(noisy((40, 40)))) for number in range(DOCUMENTS_MAX + 1)]

    assert all(
        said in page for said in ("至多 20 MB", "至多 32 MB", f"最多 {DOCUMENTS_MAX} 份", "最多 20 页")
    )
    assert clerk.send_files(RECORDED, *photos).status_code == 422
    assert list_trays(door) == 0
    assert clerk.send_files(RECORDED).status_code in (400, 422)
    assert clerk.send_files(RECORDED, ("大.jpg", b"\xff\xd8\xff" + bytes(40 << 20))).status_code == 413


NAMES = (
    *("../" * depth + name for depth in (1, 3, 9) for name in ("etc/passwd", "ledger.db", "keys/home.vault")),
    *("..\\" * depth + "windows\\win.ini" for depth in (1, 4)),
    *(
        "/etc/passwd",
        "//etc/passwd",
        "C:\\boot.ini",
        "C:boot.ini",
        "\\\\server\\share\\a.jpg",
        "file:///etc/passwd",
    ),
    *(
        "..",
        ".",
        "...",
        "./.",
        "~",
        "~root/.ssh/id",
        "-rf",
        "--help",
        "|id",
        ";id",
        "$(id)",
        "`id`",
        "&id",
        "a\tb",
    ),
    *("CON", "NUL.jpg", "AUX", "COM1.jpg", "LPT1", "a.jpg:stream", "a.jpg::$DATA", "a ", "a.", "desktop.ini"),
    *("%2e%2e%2fetc%2fpasswd", "..%2f..%2f", "%00.jpg", "a%00.jpg", "..%c0%af", "%252e%252e%252f", "..%5c"),
    *("\u202egpj.exe", "\u200b..\u200b/", "．．／etc", "‥/", "𠮷·样.jpg", "<script>alert(1)</script>.jpg"),
    *(
        "'; DROP TABLE entries; --",
        "{{7*7}}",
        "a" * 300 + ".jpg",
        "%s%s%n",
        "\ufeff.jpg",
        "=cmd|' /C calc'!A0",
    ),
)


def test_no_name_of_a_file_becomes_a_path_or_markup(door: Door, clerk: DeskBrowser) -> None:
    assert len(NAMES) >= 55
    photo = save(noisy((30, 30)))
    before = sorted(path.relative_to(door.home.path) for path in door.home.path.rglob("*"))
    clerk.get(RECORDED)
    for name in NAMES:
        answer = clerk.send_files(RECORDED, (name.replace('"', "%22").replace("\r", ""), photo))
        assert answer.status_code in (303, 400, 422), (name, answer.status_code)
        page = clerk.get(RECORDED).text
        assert "<script>alert" not in page
        for mark in read_marks(clerk, RECORDED):
            clerk.post(f"{mark.rpartition('/')[0]}/remove")
    after = sorted(path.relative_to(door.home.path) for path in door.home.path.rglob("*"))
    new = [path for path in after if path not in before]

    assert all(
        path.parts[0] == "documents" for path in new if "-wal" not in path.name and "-shm" not in path.name
    )
    assert list_trays(door) == 0


STEPS = (
    "..",
    "%2e%2e",
    "..%2f..%2fledger.db",
    "%2e%2e%2f%2e%2e%2fkeys%2fhome.vault",
    "%00",
    "....//",
    "..\\..\\",
)


def test_no_address_leads_out_of_the_archive(door: Door, client: TestClient, clerk: DeskBrowser) -> None:
    digest = "0" * 64
    tried = [
        *(f"/v/{VILLAGE}/documents/{step}" for step in STEPS),
        *(
            f"/v/{VILLAGE}/documents/{step}.jpg"
            for step in (*STEPS, *NAMES[:20], digest.upper(), digest[:63])
        ),
        *(f"/v/{step}/documents/{digest}.jpg" for step in STEPS),
    ]
    signed_in = [
        *(f"/desk/originals/{step}/1" for step in STEPS),
        *(f"/desk/originals/0/{step}" for step in STEPS),
        *(f"/desk/drafts/{step}/pages/{digest}.jpg" for step in STEPS),
        *(f"{RECORDED}/{step}/1/plain.jpg" for step in STEPS),
        *(f"{RECORDED}/o-{'a' * 16}/{step}/plain.jpg" for step in STEPS),
    ]

    answers = [
        client.get(path.replace("\\", "%5c").replace("\u202e", "").replace("\t", "")) for path in tried
    ]
    answers += [clerk.get(path.replace("\\", "%5c")) for path in signed_in]

    assert len(answers) > 60
    assert {answer.status_code for answer in answers} <= {200, 303, 400, 404}
    found = [
        answer for answer in answers if answer.status_code == 200
    ]  # Steps up that the client took by itself.
    assert {answer.headers["content-type"] for answer in found} <= {"text/html; charset=utf-8"}
    assert not any(b"SQLite format" in answer.content or b"root:" in answer.content for answer in answers)


def test_a_link_in_place_of_an_original_is_not_followed(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    attach(clerk, ("收据.jpg", save(noisy())), path=RECORDED)
    hand_in(clerk, RECORDED)
    pass_(door, client, find_attached(door))
    (document,) = read_attached(door, OLD).documents
    path = door.home.path / "documents" / VILLAGE / document.encrypted[:2] / document.encrypted
    elsewhere = door.home.path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with door.home.ledger.read(VILLAGE) as reader:
        ((index, _),) = list_documents(reader.facts, OLD)

    assert clerk.get(f"/desk/originals/{index}/1").status_code == 500
    path.unlink()
    assert clerk.get(f"/desk/originals/{index}/1").status_code == 404


def test_an_erased_document_stays_public_and_its_original_is_gone(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    attach(clerk, ("收据.jpg", save(noisy())), path=RECORDED)
    hand_in(clerk, RECORDED)
    pass_(door, client, find_attached(door))
    with door.home.ledger.read(VILLAGE) as reader:
        ((index, body),) = list_documents(reader.facts, OLD)
    given = clerk.get(f"/desk/originals/{index}/1")
    (subject,) = re.findall(r"o-[a-z2-7]{16}", given.headers["content-disposition"])

    erase_subject(door.home, VILLAGE, subject)

    assert clerk.get(f"/desk/originals/{index}/1").status_code == 404
    assert door.home.documents.find(VILLAGE, body.documents[0].encrypted) is None
    assert client.get(f"/v/{VILLAGE}/documents/{body.documents[0].pages[0]}.jpg").status_code == 200


@pytest.mark.parametrize("mutants", [200, pytest.param(5_000, marks=pytest.mark.deep)])
@pytest.mark.timeout(3_600)
def test_no_spoilt_file_fails_the_page(door: Door, clerk: DeskBrowser, mutants: int) -> None:
    random = Random(20_261_122)
    good = [
        save(noisy((64, 64))),
        save(noisy((64, 64)), "PNG"),
        save(noisy((64, 64)), "WEBP"),
        pdf("样", acts=True),
    ]
    statuses = set()
    clerk.get(RECORDED)
    for number in range(mutants):
        data = mutate_bytes(random, good[number % len(good)])
        answer = clerk.send_files(RECORDED, (f"{number}.jpg", data))
        statuses.add(answer.status_code)
        if answer.status_code == 303:
            for mark in read_marks(clerk, RECORDED):
                clerk.post(f"{mark.rpartition('/')[0]}/remove")
    assert statuses == {303, 422}
    assert list_trays(door) == 0


def list_readings_of_originals(door: Door) -> list[tuple[str, str, str]]:
    """Of each: as what, where, and why; every one is about a document, by its pseudonym."""
    facts = [line.fact for line in door.read_log() if line.fact.place.startswith("original:")]
    assert all(
        fact.event == "read-personal" and re.fullmatch("o-[a-z2-7]{16}", fact.subject) for fact in facts
    )
    return [(fact.role, fact.place, fact.reason) for fact in facts]


def attach_recorded(door: Door) -> int:
    photo = save(noisy())
    return door.village.attach(OLD, photo, data=photo).index


@pytest.mark.parametrize("role", ["auditor", "township"])
def test_whoever_must_say_why_they_read_says_so_before_an_original(
    door: Door, client: TestClient, role: Any
) -> None:
    index = attach_recorded(door)
    path = f"/desk/originals/{index}"
    door.let_in("asked", role)
    asked = come_in(door, client, "asked")

    page = asked.get(path).text
    early = asked.get(f"{path}/1")
    refused = [asked.post(f"{path}/open", {"purpose": purpose}) for purpose in ("", "duty", "nonsense")]

    assert "要下载原件，先写明为什么" in page
    assert " download>" not in page
    assert (early.status_code, early.headers["location"]) == (303, path)
    assert [answer.status_code for answer in refused] == [422] * 3
    assert "没有选" in refused[0].text
    assert list_readings_of_originals(door) == []

    said = asked.post(f"{path}/open", {"purpose": "objection"})
    after = asked.get(path).text
    given = asked.get(f"{path}/1")

    assert said.headers["location"] == path
    assert "先写明为什么" not in after
    assert f'href="{path}/1" download>' in after
    assert given.headers["content-disposition"].startswith('attachment; filename="o-')
    assert list_readings_of_originals(door) == [(role, f"original:{index}", "objection")]
    again = come_in(door, client, "asked")
    assert again.get(f"{path}/1").status_code == 303
    assert asked.get(f"{path}/2").status_code == 404


def test_an_original_that_waits_is_asked_for_on_the_page_of_its_draft(
    door: Door, client: TestClient, clerk: DeskBrowser
) -> None:
    voucher = hand_in_voucher(door)
    attach(clerk, ("收据.jpg", save(noisy())))
    hand_in(clerk)
    attached = find_attached(door)
    path = f"/desk/drafts/{attached.id}"
    auditor, boss = come_in(door, client, "shen"), come_in(door, client, "jian")

    assert f'href="{path}#ask"' in auditor.get(f"/desk/drafts/{voucher.id}").text
    assert auditor.get(f"{path}/originals/1").headers["location"] == path
    assert "要下载原件，先写明为什么" in auditor.get(path).text
    assert auditor.post(f"{path}/open", {"purpose": "audit"}).status_code == 303
    assert f'href="{path}/originals/1" download>' in auditor.get(path).text
    assert auditor.get(f"{path}/originals/1").status_code == 200
    assert "先写明为什么" not in boss.get(f"/desk/drafts/{voucher.id}").text + boss.get(path).text
    assert boss.get(f"{path}/originals/1").status_code == 200

    assert list_readings_of_originals(door) == [
        ("auditor", f"original:{attached.id}", "audit"),
        ("supervisor", f"original:{attached.id}", "duty"),
    ]


def test_an_erased_original_asks_nobody_anything(door: Door, client: TestClient) -> None:
    index = attach_recorded(door)
    (subject,) = list_document_subjects(door.home, VILLAGE, index)
    erase_subject(door.home, VILLAGE, subject)
    auditor = come_in(door, client, "shen")

    page = auditor.get(f"/desk/originals/{index}").text

    assert "先写明为什么" not in page
    assert auditor.get(f"/desk/originals/{index}/1").status_code == 404
    assert list_document_subjects(door.home, VILLAGE, 0) == frozenset()
    assert list_readings_of_originals(door) == []
