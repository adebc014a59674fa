"""A log that changes its key under a witness's eyes: what comes after is confirmed, what was before holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.audit import Report, audit_evidence
from ledger.cli import root
from ledger.data import load_reference
from ledger.errors import Refused, format_fault
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.keys import Signer, format_verifier_key, parse_signing_key
from ledger.log.note import parse_note, parse_note_verifier
from ledger.log.policy import parse_policy
from ledger.log.tree import append_leaves, compute_root
from ledger.log.witness import Submission, format_submission
from ledger.service.rotate import prepare_rotation
from ledger.service.witnessing import ask_witnesses, send_submission
from ledger.sources import open_home_log, parse_pdf
from ledger.vaults import Draft
from tests.audit.conftest import audit_files, audit_source
from tests.builders import VILLAGE
from tests.fakes.renderer import PaperRenderer
from tests.homes import VillageHome, open_village
from tests.web.browser import open_browser, open_page
from tests.web.village import format_digits, serve
from tests.witness.processes import WitnessProcess, adopt, get_log_key, write_policy

NEW_SEED = b"\x07" * 32


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home", renderer=PaperRenderer()) as village:
        yield village


def ask(village: VillageHome) -> list[str]:
    return [outcome.code for outcome in ask_witnesses(village.home, VILLAGE)]


def draft_rotation(village: VillageHome) -> tuple[Draft, str]:
    """Make a new key and draft the handing over; returns the draft and the new key."""
    origin = get_log_key(village.home).partition("+")[0]
    new_key = village.home.keys.add(VILLAGE, origin, NEW_SEED).verifier_key
    draft = prepare_rotation(
        village.home, VILLAGE, maker=village.clerk.user, reason="换了电脑", new_key=new_key
    )
    return draft, new_key


def rotate(village: VillageHome, witness: WitnessProcess) -> str:
    """Hand over as decision 0014 has it: the witness gets the new key first."""
    draft, new_key = draft_rotation(village)
    witness.watch(new_key)
    village.pass_(draft)
    return new_key


def seal_month(village: VillageHome, period: str, day: str) -> bytes:
    """Close a month, seal its sheet and return the PDF."""
    village.go_to(day)
    village.close(period)
    village.seal("finance", period)
    return next(
        data for name, data in village.export().items() if name.endswith("sheet.pdf") and period in name
    )


def audit_home(village: VillageHome) -> Report:
    with open_home_log(village.home, VILLAGE) as source:
        return audit_source(source)


def audit_pdf(pdf: bytes) -> Report:
    return audit_evidence(*parse_pdf(pdf), load_reference())


def run(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def read_old_signer(village: VillageHome) -> Signer:
    text = (village.home.path / "keys" / f"{VILLAGE}.key").read_text("ascii")
    return parse_signing_key(text.removesuffix("\n"))


def build_theft(village: VillageHome, old: Signer) -> bytes:
    """What a thief of the old key submits: the log with an entry more, signed by the key that handed over."""
    with village.home.ledger.read(VILLAGE) as reader:
        size, growth = reader.size, append_leaves(reader.get_frontier(), [b"\x01" * 32])
    note = sign_checkpoint(Checkpoint(old.key.name, size + 1, compute_root(growth.frontier)), old)
    return format_submission(
        Submission(note, size, ())
    )  # A proof would be asked for only after the signature.


@pytest.mark.browser
def test_a_witnessed_log_changes_its_key_and_everything_before_and_after_agrees(
    village: VillageHome, witness: WitnessProcess
) -> None:
    old_key = get_log_key(village.home)
    witness.watch(old_key)
    adopt(village, write_policy([("镇", witness.vkey, witness.url)], 1))
    village.open_books()
    village.record_voucher("购办公用纸", 32_500)
    before = seal_month(village, "2026-10", "2026-11-02")
    digits = format_digits(village)
    witness.set_clock(village.home.clock.now_ms())
    assert ask(village) == [""]
    early = village.export()

    new_key = rotate(village, witness)
    village.record_voucher("修水渠", 120_000, period="2026-11", occurred_on="2026-11-02")
    assert ask(village) == [""]
    after = seal_month(village, "2026-11", "2026-12-02")
    witness.set_clock(village.home.clock.now_ms())
    assert ask(village) == [""]

    files = village.export()
    assert files["log.vkey"].decode() == f"{new_key}\n"
    assert [line.key_id for line in parse_note(files["witnessed"]).signatures] == [
        parse_note_verifier(new_key).key.key_id,
        bytes.fromhex(witness.vkey.split("+")[1]),
    ]
    report = audit_files(files, known=[early["checkpoint"], early["witnessed"]])
    assert report.findings == ()
    assert report.witnesses.startswith("1 位见证人中有 1 位确认过这本账")
    assert audit_home(village).findings == ()
    assert audit_files(files, trusted_key=old_key).findings == ()
    assert [audit_pdf(pdf).findings for pdf in (before, after)] == [(), ()]
    with open_browser() as browser, serve(village) as address:
        for code in (digits, format_digits(village)):
            with open_page(browser, 360, 740) as (page, complaints):
                page.goto(f"{address}/c/{VILLAGE}#{code}")
                page.locator("#verdict:not(:has-text('正在核对'))").wait_for()
                assert page.inner_text("#verdict") == "✔ 码是真的，和网上的账是同一份"
                assert complaints == []


def test_after_the_change_the_policy_is_adopted_again_and_names_the_new_key(
    village: VillageHome, witness: WitnessProcess
) -> None:
    witness.watch(get_log_key(village.home))
    policy = write_policy([("镇", witness.vkey, witness.url)], 1)
    adopt(village, policy)
    assert ask(village) == [""]
    new_key = rotate(village, witness)
    assert ask(village) == [""]
    assert audit_home(village).findings == ()

    adopt(village, policy)
    assert ask(village) == [""]

    files = village.export()
    assert [format_verifier_key(log.verifier.key) for log in parse_policy(files["policy"]).logs] == [new_key]
    assert audit_files(files).findings == ()
    assert audit_home(village).findings == ()


def test_a_witness_that_was_not_told_says_so_and_confirms_once_it_is(
    village: VillageHome, witness: WitnessProcess
) -> None:
    witness.watch(get_log_key(village.home))
    adopt(village, write_policy([("镇", witness.vkey, witness.url)], 1))
    assert ask(village) == [""]
    draft, new_key = draft_rotation(village)
    village.pass_(draft)

    assert ask(village) == ["witness-key"]
    assert run("witness", "add-log", "--folder", witness.path, new_key).exit_code == 0
    assert ask(village) == [""]


def test_once_the_old_key_is_dropped_a_thief_of_it_gets_nothing_confirmed(
    village: VillageHome, witness: WitnessProcess
) -> None:
    old_key = get_log_key(village.home)
    witness.watch(old_key)
    adopt(village, write_policy([("镇", witness.vkey, witness.url)], 1))
    new_key = rotate(village, witness)
    assert ask(village) == [""]

    dropped = run("witness", "drop-key", "--folder", witness.path, old_key)

    assert (dropped.exit_code, dropped.stderr) == (0, f"已不再认这把公钥：{old_key}\n")
    logs = json.loads(run("witness", "status", "--folder", witness.path, "--json").stdout)[0]["logs"]
    assert [log["verifier_key"] for log in logs] == [new_key]
    theft = build_theft(village, read_old_signer(village))
    assert send_submission(witness.url, theft).status == 403
    village.open_books()
    assert ask(village) == [""]


def test_the_last_key_of_a_log_is_not_dropped(witness: WitnessProcess, village: VillageHome) -> None:
    key = get_log_key(village.home)
    witness.watch(key)

    def drop(text: str) -> list[str]:
        result = run("witness", "drop-key", "--folder", witness.path, text)
        assert isinstance(result.exception, Refused)
        return [format_fault(fault) for fault in result.exception.faults]

    assert drop(key) == [
        (
            "公钥：现为这本账只有这一把，应为还认着新的一把。"
            "先用 mingbai witness add-log 登记新的公钥，见证过一次再去掉旧的。（witness-drop-key）"
        )
    ]
    stranger = witness.vkey
    assert drop(stranger)[0].startswith("公钥：现为没有登记过，应为登记过的公钥，见 mingbai witness status。")


def test_the_desk_is_told_to_give_witnesses_the_new_key_first(
    village: VillageHome, witness: WitnessProcess
) -> None:
    home = ("--home", village.home.path)
    words = ("keys", "rotate", *home, "--maker", village.clerk.user, "--reason", "换了电脑")
    adopt(village, write_policy([("镇", witness.vkey, witness.url)], 1))

    told = run(*words, "--no-passphrase")

    new_key = village.home.keys.list_signers(VILLAGE)[1].verifier_key
    assert f"新的公钥：{new_key}" in told.stderr
    assert "通过以前，先把新的公钥交给各位见证人：镇。" in told.stderr
