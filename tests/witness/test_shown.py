"""What people see of witnesses: on the board, on the check page, on paper, in an audit, in an entry's explanation."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from ledger.audit import Report, audit_log
from ledger.data import load_reference
from ledger.limits import DAY_MS
from ledger.log.cosignature import sign_cosignature
from ledger.log.keys import ED25519_COSIGNATURE, Signer, format_verifier_key, make_signer
from ledger.log.note import format_signature, parse_note
from ledger.log.witness import parse_submission
from ledger.ports import KeptCosignature, SheetJob, WitnessAttempt
from ledger.service.outbound import Reply, Unreachable
from ledger.service.witnessing import ask_witnesses
from ledger.sources import FileSource, open_home_log
from reports.render import render_sheet
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.web.test_pages import read_words
from tests.web.village import make_client
from tests.witness.processes import adopt, write_policy

SIGNERS = {
    name: make_signer(f"{key}.example/w", key.encode().ljust(32, b"."), ED25519_COSIGNATURE)
    for name, key in (("镇", "town"), ("邻村", "next"), ("学校", "school"))
}
URLS = {name: f"https://{signer.key.name}" for name, signer in SIGNERS.items()}


def make_policy(quorum: int, *names: str) -> bytes:
    return write_policy(
        [(name, format_verifier_key(SIGNERS[name].key), URLS[name]) for name in names or SIGNERS], quorum
    )


def ask(village: VillageHome, *names: str) -> None:
    """Ask all; those named cosign whatever they get, by the village's own clock."""
    willing = {URLS[name]: SIGNERS[name] for name in names}

    def send(url: str, body: bytes) -> Reply:
        signer: Signer | None = willing.get(url)
        if signer is None:
            raise Unreachable("到时间还没有回答")
        text = parse_note(parse_submission(body).note).unproven_text
        line = sign_cosignature(text, village.clock.now_ms() // 1_000, signer)
        return Reply(format_signature(line).encode(), 200)

    ask_witnesses(village.home, VILLAGE, send=send)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        yield village


@pytest.fixture
def client(village: VillageHome) -> Iterator[TestClient]:
    with make_client(village) as client:
        yield client


def audit(village: VillageHome, *, days: int = 0) -> Report:
    with open_home_log(village.home, VILLAGE) as source:
        return audit_log(source, load_reference(), now_ms=village.clock.now_ms() + days * DAY_MS)


def audit_files(files: dict[str, bytes], now_ms: int) -> Report:
    return audit_log(FileSource("文件", files.get), load_reference(), now_ms=now_ms)


def list_codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_where_no_policy_was_adopted_nothing_is_said(village: VillageHome, client: TestClient) -> None:
    for path in (f"/v/{VILLAGE}", f"/c/{VILLAGE}"):
        assert "见证人" not in client.get(path).text
    report = audit(village, days=100)
    assert (report.witnesses, list_codes(report)) == ("", [])
    assert "witnessed" not in village.export()
    assert client.get(f"/v/{VILLAGE}/witnessed").status_code == 404


def test_board_and_check_page_say_who_confirmed_and_when(village: VillageHome, client: TestClient) -> None:
    adopt(village, make_policy(2))
    for path in (f"/v/{VILLAGE}", f"/c/{VILLAGE}"):
        assert "3 位见证人都还没有确认过这本账。" in client.get(path).text
    ask(village, "镇", "学校")

    village.clock.advance(3 * 3_600_000)
    for path in (f"/v/{VILLAGE}", f"/c/{VILLAGE}"):
        page = client.get(path).text
        assert "3 位见证人中有 2 位确认过这本账，最近一次是 3 小时前。" in page
        assert "旧账没有被改动过，才给新账签字" in page

    village.record_voucher("购办公用纸", 32_500)
    assert "之后新记的 1 条还在等他们确认。" in client.get(f"/v/{VILLAGE}").text
    village.clock.advance(6 * DAY_MS)
    assert "但最近一次已经是 6 天前" in client.get(f"/v/{VILLAGE}").text


def test_the_served_checkpoint_carries_the_lines_as_soon_as_they_are_there(
    village: VillageHome, client: TestClient
) -> None:
    adopt(village, make_policy(2))
    before = client.get(f"/v/{VILLAGE}/checkpoint").content
    ask(village, "镇", "学校")

    after = client.get(f"/v/{VILLAGE}/checkpoint").content

    assert after.startswith(before)
    assert [line.name for line in parse_note(after).signatures][1:] == ["school.example/w", "town.example/w"]
    assert client.get(f"/v/{VILLAGE}/witnessed").content == after
    assert client.get(f"/v/{VILLAGE}/policy").content == village.export()["policy"]


def test_a_sheet_s_checkpoint_carries_the_lines_as_soon_as_they_are_there(
    village: VillageHome, client: TestClient
) -> None:
    adopt(village, make_policy(2))
    village.go_to("2026-11-02")
    village.close("2026-10")
    sheet, _receipt = village.seal("finance", "2026-10")
    address = f"/v/{VILLAGE}/sheets/{sheet.number}/checkpoint"
    before = client.get(address).content
    # A witness that was asked before the sealing answers after it.
    text, signer = parse_note(before).unproven_text, SIGNERS["镇"]
    time_s = village.clock.now_ms() // 1_000
    line = format_signature(sign_cosignature(text, time_s, signer))
    key = format_verifier_key(signer.key)
    village.home.cosignatures.keep(
        VILLAGE, KeptCosignature(line=line, size=sheet.size, time_s=time_s, witness=key)
    )
    answered = WitnessAttempt(
        answered_at=time_s * 1_000, asked_at=time_s * 1_000, outcome="", reason="", witness=key
    )
    village.home.cosignatures.note_attempt(VILLAGE, answered)
    after = client.get(address).content

    assert after == before + line.encode()


def test_the_adoption_is_explained_with_whether_it_asks_for_more(
    village: VillageHome, client: TestClient
) -> None:
    first = adopt(village, make_policy(2))
    second = adopt(village, make_policy(1, "镇"))

    page = read_words(client, f"/v/{VILLAGE}/entries/{first}")
    assert "请 3 位见证人，至少 2 位确认才算数。" in page
    assert "这是第一份见证办法，以前没有请见证人。" in page
    assert format_verifier_key(SIGNERS["邻村"].key) in page
    page = read_words(client, f"/v/{VILLAGE}/entries/{second}")
    assert "比以前松：以前至少 2 位。" in page


def test_an_audit_says_what_was_confirmed_and_counts_three_days(village: VillageHome) -> None:
    adopted = adopt(village, make_policy(2))
    ask(village, "镇")
    assert list_codes(audit(village, days=2)) == []
    missed = audit(village, days=4)
    assert [(item.code, item.entry) for item in missed.findings] == [("witness-quorum-missed", adopted)]
    assert missed.witnesses.startswith("3 位见证人中只有 1 位确认过这本账")

    ask(village, "镇", "学校")
    confirmed = audit(village, days=4)
    assert list_codes(confirmed) == []
    assert confirmed.witnesses == "3 位见证人中有 2 位确认过这本账，但最近一次已经是 4 天前。"

    village.record_voucher("购办公用纸", 32_500)
    later = audit(village, days=4)
    assert [(item.code, item.entry) for item in later.findings] == [("witness-quorum-missed", adopted + 1)]


def test_a_policy_is_not_changed_where_those_before_do_not_look(village: VillageHome) -> None:
    adopt(village, make_policy(2))
    ask(village, "镇", "学校")
    changed = adopt(village, make_policy(1, "邻村"))
    ask(village, "邻村")

    report = audit(village, days=4)
    assert [(item.code, item.entry) for item in report.findings] == [("policy-unconfirmed", changed)]

    ask(village, "镇", "学校", "邻村")
    assert list_codes(audit(village)) == []
    files = village.export()
    assert f"policies/{changed}/checkpoint" in files
    now_ms = village.clock.now_ms() + 4 * DAY_MS
    assert list_codes(audit_files(files, now_ms)) == []
    del files[f"policies/{changed}/checkpoint"]
    assert list_codes(audit_files(files, now_ms)) == ["policy-unconfirmed"]


def test_another_policy_or_a_forged_line_beside_the_log_is_found(village: VillageHome) -> None:
    adopt(village, make_policy(2))
    ask(village, "镇", "学校")
    files, now_ms = village.export(), village.clock.now_ms()

    assert list_codes(audit_files(files | {"policy": make_policy(1)}, now_ms)) == ["policy-differs"]
    note = bytearray(files["checkpoint"])
    note[-20] = ord("A") if note[-20] != ord("A") else ord("B")
    assert list_codes(audit_files(files | {"checkpoint": bytes(note)}, now_ms)) == ["signature"]


@pytest.mark.no_cover  # It lays out real sheets, which takes twice as long when it is traced.
def test_a_sheet_carries_and_says_what_witnesses_had_confirmed(village: VillageHome, tmp_path: Path) -> None:
    printed: dict[str, str] = {}

    class Paper:
        """The real renderer, keeping what it printed."""

        def render(self, job: SheetJob) -> bytes:
            data = render_sheet(job)
            assert data == render_sheet(job)
            path = tmp_path / "sheet.pdf"
            path.write_bytes(data)
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
            printed["text"] = "".join(done.stdout.decode().split())
            return data

        def describe_toolchain(self) -> bytes:
            return b'{"test":"1"}'

    adopt(village, make_policy(2))
    village.record_voucher("购办公用纸", 32_500)
    village.go_to("2026-11-02")
    village.close("2026-10")
    ask(village, "镇", "学校")
    village.renderer = Paper()

    sealed, _ = village.seal("finance", "2026-10")

    assert "封存（数字从此定住）时，三位村外见证人中有两位确认过这本账。" in printed["text"]
    note = village.export()[f"sheets/{sealed.number}/checkpoint"]
    assert len(parse_note(note).signatures) == 3
    assert list_codes(audit(village)) == []
