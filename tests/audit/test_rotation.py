"""A log that changed its key: what still proves, and what a thief of the old key cannot pass off."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_evidence
from ledger.books.village import KeyRotated
from ledger.canonical import encode_value
from ledger.data import load_reference
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.evidence import parse_evidence, verify_evidence
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.keys import Signer, format_verifier_key, make_signer, parse_signing_key
from ledger.log.proofs import build_inclusion
from ledger.log.tiles import MemoryTiles
from ledger.log.tree import compute_root
from ledger.service.rotate import prepare_rotation
from ledger.sources import open_home_log, read_pdf
from tests.audit.conftest import audit_files, audit_source, find
from tests.audit.rewriting import Files, chain_entries, read_entries, sign_log
from tests.builders import VILLAGE
from tests.fakes.renderer import PaperRenderer
from tests.homes import VillageHome, open_village

NEW_SEED = bytes([8]) * 32


@dataclass
class Rotated:
    """October sealed under the old key, the key changed, November sealed under the new one."""

    at: int  # index of the rotation
    early: Files  # an export from before it
    files: Files
    folder: Path
    new: Signer
    old: Signer
    size: int

    def read_entries(self) -> list[Entry]:
        return read_entries(self.files, self.size)

    def forge(self, signer: Signer, entries: list[Entry] | None = None) -> Files:
        """Return the copy with these entries, its newest checkpoint signed and its key named by `signer`."""
        data = chain_entries(entries or self.read_entries())
        key = format_verifier_key(signer.key).encode() + b"\n"
        return sign_log(self.files, data, signer, [5]) | {"log.vkey": key}

    def read_sheet(self, number: str) -> tuple[bytes, str]:
        """Return what a sheet's PDF carries and what is printed on it."""
        path = self.folder / f"{number}.pdf"
        path.write_bytes(self.files[f"sheets/{number}/sheet.pdf"])
        return read_pdf(path)


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Rotated:
    folder = tmp_path_factory.mktemp("village")
    with open_village(folder / "home", renderer=PaperRenderer()) as village:
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        early = village.export()
        file = folder / "home" / "keys" / f"{VILLAGE}.key"
        old = parse_signing_key(file.read_text(encoding="utf-8").removesuffix("\n"))
        at = _rotate(village, old.key.name)
        village.record_voucher("修水渠", 120_000, period="2026-11", occurred_on="2026-11-02")
        village.go_to("2026-12-02")
        village.close("2026-11")
        village.seal("finance", "2026-11")
        with open_home_log(village.home, VILLAGE) as source:
            report = audit_source(source)
        assert report.findings == ()
        new = make_signer(old.key.name, NEW_SEED)
        return Rotated(at, early, village.export(), folder, new, old, report.entries)


def _rotate(village: VillageHome, origin: str) -> int:
    new_key = village.home.keys.add(VILLAGE, origin, NEW_SEED).verifier_key
    draft = prepare_rotation(
        village.home, VILLAGE, maker=village.clerk.user, reason="换了电脑", new_key=new_key
    )
    return village.pass_(draft)[0].index


def list_codes(files: Files) -> set[str]:
    return {finding.code for finding in find(files)}


def refuse(data: bytes, **options: str) -> str:
    with pytest.raises(NotProven) as error:
        verify_evidence(data, load_reference(), **options)
    return error.value.code


def test_a_log_that_changed_its_key_agrees_and_so_does_every_kept_checkpoint(rotated: Rotated) -> None:
    known = [rotated.early["checkpoint"], rotated.files["checkpoint"]]

    report = audit_files(rotated.files, known=known)

    assert report.findings == ()
    assert rotated.files["log.vkey"] == format_verifier_key(rotated.new.key).encode() + b"\n"
    assert rotated.early["log.vkey"] == format_verifier_key(rotated.old.key).encode() + b"\n"
    assert audit_files(rotated.early).findings == ()


def test_any_key_of_the_log_may_be_the_one_that_an_auditor_trusts(rotated: Rotated) -> None:
    for signer in (rotated.old, rotated.new):
        assert audit_files(rotated.files, trusted_key=format_verifier_key(signer.key)).findings == ()
    with pytest.raises(NotProven) as error:
        audit_files(rotated.early, trusted_key=format_verifier_key(rotated.new.key))
    assert (error.value.code, error.value.reason) == (
        "key-differs",
        "这份账本的公钥不是 --key 给出的那一把",
    )


def test_a_fork_signed_with_the_stolen_old_key_is_refused_by_name(rotated: Rotated) -> None:
    """The thief has everything but the new key: the log grows by an entry of his and he signs it."""
    entries = rotated.read_entries()
    forged = [*entries, msgspec.structs.replace(entries[3], index=len(entries))]

    [finding] = [item for item in find(rotated.forge(rotated.old, forged)) if item.code == "key-retired"]

    assert (finding.entry, finding.expected, finding.found) == (
        rotated.at,
        format_verifier_key(rotated.new.key),
        format_verifier_key(rotated.old.key),
    )
    assert finding.meaning == "这一份由已经换下的旧钥匙签名：可能是拿到旧钥匙的人另造的账"


def test_the_stolen_old_key_under_the_new_key_s_name_is_refused_by_name(rotated: Rotated) -> None:
    forged = rotated.forge(rotated.old) | {"log.vkey": rotated.files["log.vkey"]}

    with pytest.raises(NotProven) as error:
        audit_files(forged)

    assert error.value.code == "key-retired"
    assert error.value.reason == (
        f"检查点 {rotated.size} 条，签名的公钥 {rotated.old.key.key_id.hex()} 这时已经换下，"
        f"应为 {rotated.new.key.key_id.hex()}"
    )


def test_a_stranger_s_signature_is_a_stranger_s(rotated: Rotated) -> None:
    stranger = make_signer(rotated.old.key.name, bytes([9]) * 32)
    forged = rotated.forge(stranger)

    assert "founding-differs" in list_codes(forged)
    assert list_codes(forged | {"log.vkey": rotated.files["log.vkey"]}) == {"note-unsigned"}
    spoilt = forged | {
        "log.vkey": rotated.files["log.vkey"],
        "tile/entries/000.p/" + str(rotated.size): b"\0\1x",
    }
    assert list_codes(spoilt) == {"note-unsigned"}
    assert list_codes(forged | {"checkpoint": b"x\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n"}) == {"checkpoint-form"}


def test_every_kept_checkpoint_is_held_to_the_key_of_its_size(rotated: Rotated) -> None:
    tiles = MemoryTiles([hash_leaf(data) for data in chain_entries(rotated.read_entries())])
    for size in range(1, rotated.size + 1):
        root = compute_root(MemoryTiles(tiles_leaves(tiles, size)).frontier)
        right = rotated.old if size <= rotated.at else rotated.new
        for signer in (rotated.old, rotated.new):
            known = [sign_checkpoint(Checkpoint(signer.key.name, size, root), signer)]
            codes = {item.code for item in audit_files(rotated.files, known=known).findings}
            wrong = "key-retired" if signer is rotated.old else "key-early"
            assert codes == (set() if signer is right else {wrong}), size


def tiles_leaves(tiles: MemoryTiles, size: int) -> list[bytes]:
    data = tiles.read_tile(0, 0, size)
    return [data[at : at + 32] for at in range(0, len(data), 32)]


@pytest.mark.parametrize("field", ["old_signature", "new_signature", "from_size", "new_key", "old_key"])
def test_a_rotation_that_both_keys_did_not_sign_so_hands_over_to_nobody(rotated: Rotated, field: str) -> None:
    """The owner of the new key alone writes the rotation otherwise and signs the whole log with it."""
    entries = rotated.read_entries()
    body = entries[rotated.at].body
    assert isinstance(body, KeyRotated)
    other = format_verifier_key(make_signer(rotated.old.key.name, bytes([5]) * 32).key)
    changes = {
        "from_size": body.from_size + 1,
        "new_key": other,
        "new_signature": base64.b64encode(bytes(64)).decode(),
        "old_key": other,
        "old_signature": body.new_signature,
    }
    forged_body = msgspec.structs.replace(body, **{field: changes[field]})
    entries[rotated.at] = msgspec.structs.replace(entries[rotated.at], body=forged_body)

    codes = list_codes(rotated.forge(rotated.new, entries))

    assert "founding-differs" in codes
    assert codes & {"rotation-signature", "rotation-size", "rotation-old-key"}


def test_a_fork_from_before_the_rotation_is_caught_by_any_later_checkpoint(rotated: Rotated) -> None:
    """Such a fork agrees with itself: the old key was in force. Paper, heads and witnesses say otherwise."""
    entries = rotated.read_entries()[: rotated.at]
    key = format_verifier_key(rotated.old.key).encode() + b"\n"
    fork = sign_log(rotated.early, chain_entries(entries), rotated.old, [5]) | {"log.vkey": key}

    assert audit_files(fork).findings == ()
    codes = {item.code for item in audit_files(fork, known=[rotated.files["checkpoint"]]).findings}
    assert codes == {"note-unsigned"}


def test_a_lost_rotation_is_one_finding_and_not_one_for_every_checkpoint_after(rotated: Rotated) -> None:
    path = f"tile/entries/000.p/{rotated.size}"
    text = b'"kind":"key.rotated"'
    spoilt = rotated.files | {path: rotated.files[path].replace(text, b'"kind":"key.rotatee"')}

    codes = list_codes(spoilt)

    assert "entry-altered" in codes
    assert not codes & {"key-retired", "key-early", "note-unsigned", "founding-differs"}


def test_a_log_without_a_founding_is_read_by_the_key_it_names(rotated: Rotated) -> None:
    entries = rotated.read_entries()
    for body in (
        entries[1].body,
        msgspec.structs.replace(entries[0].body, verifier_key="x" * 30),
    ):
        kind = "village.described" if body is entries[1].body else "log.founded"
        forged = [msgspec.structs.replace(entries[0], body=body, kind=kind), *entries[1:]]
        assert "key-retired" not in list_codes(rotated.forge(rotated.new, forged))


def test_sheets_from_before_and_after_prove_themselves_by_every_key_that_led_to_theirs(
    rotated: Rotated,
) -> None:
    old_key, new_key = (format_verifier_key(signer.key) for signer in (rotated.old, rotated.new))
    before, after = rotated.read_sheet("2026-10-F-1"), rotated.read_sheet("2026-11-F-1")

    for (attached, printed), keys in ((before, [None, old_key]), (after, [None, old_key, new_key])):
        for key in keys:
            assert audit_evidence(attached, printed, load_reference(), trusted_key=key).findings == ()
    assert refuse(before[0], trusted_key=new_key) == "key-differs"
    assert rotated.at not in [item.index for item in parse_evidence(before[0]).entries]
    assert rotated.at in [item.index for item in parse_evidence(after[0]).entries]


def test_a_sheet_that_leaves_its_rotation_out_or_names_another_key_proves_nothing(rotated: Rotated) -> None:
    evidence = parse_evidence(rotated.read_sheet("2026-11-F-1")[0])
    rest = tuple(item for item in evidence.entries if item.index != rotated.at)
    texts = tuple(text for text in evidence.texts if not _is_reason(text))

    left_out = msgspec.structs.replace(evidence, entries=rest, texts=texts)
    no_founding = msgspec.structs.replace(evidence, entries=evidence.entries[1:])

    assert refuse(encode_value(left_out)) == "evidence-founding"
    assert refuse(encode_value(no_founding)) == "evidence-figures"


def test_a_sheet_whose_rotation_was_not_signed_by_both_proves_nothing(rotated: Rotated) -> None:
    """A thief of the new key alone cannot make the paper of a log that he founded say that it took over."""
    entries = rotated.read_entries()
    body = entries[rotated.at].body
    assert isinstance(body, KeyRotated)
    forged_body = msgspec.structs.replace(body, old_signature=body.new_signature)
    entries[rotated.at] = msgspec.structs.replace(entries[rotated.at], body=forged_body)
    data = chain_entries(entries)
    evidence = parse_evidence(rotated.read_sheet("2026-11-F-1")[0])
    size = evidence.head.size
    tiles = MemoryTiles([hash_leaf(item) for item in data[:size]])
    proven = tuple(
        msgspec.structs.replace(
            item,
            bytes=data[item.index].decode(),
            proof=tuple(format_hash(value) for value in build_inclusion(tiles, item.index, size)),
        )
        for item in evidence.entries
    )
    checkpoint = Checkpoint(rotated.new.key.name, size, compute_root(tiles.frontier))
    note = sign_checkpoint(checkpoint, rotated.new).decode()
    forged = msgspec.structs.replace(evidence, checkpoint=note, entries=proven)

    with pytest.raises(NotProven) as error:
        verify_evidence(encode_value(forged), load_reference())

    assert error.value.code == "evidence-rotation"
    assert error.value.reason.startswith(f"附件里的第 {rotated.at} 条换钥不成立：换钥声明：")


def _is_reason(disclosure: str) -> bool:
    padded = disclosure + "=" * (-len(disclosure) % 4)
    return '"reason"' in base64.urlsafe_b64decode(padded).decode()


def test_a_copy_that_names_another_origin_or_a_signature_that_is_wrong_is_said_so(rotated: Rotated) -> None:
    entries = rotated.read_entries()
    body = msgspec.structs.replace(entries[0].body, origin="mingbai/another")
    forged = rotated.forge(rotated.new, [msgspec.structs.replace(entries[0], body=body), *entries[1:]])
    note = rotated.files["checkpoint"]
    spoilt = rotated.files | {"checkpoint": note.replace(f"\n{rotated.size}\n".encode(), b"\n1\n")}

    assert "founding-differs" in list_codes(forged)
    assert list_codes(spoilt) == {"signature"}
