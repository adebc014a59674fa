"""What stands in the vault's database: ciphertext in its place, and nothing that was there before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Engine

from ledger.errors import Refused, Tampered
from ledger.keys import VaultKeyFolder
from ledger.log.commitments import digest_disclosure, make_disclosure
from ledger.store import SqlVault, ciphertexts, migrate, open_engine, plain
from ledger.store.postgresql import open_postgresql
from ledger.vaults import Household, Member, Person, Vault
from tests.builders import MAKER, OTHER_VILLAGE, VILLAGE, make_id
from tests.postgres import LOGIN, Cluster
from tests.store.conftest import Store
from tests.store.test_vault_contract import make_draft, make_household, make_member, make_value

Attack = Callable[..., list[Any]]
HOUSEHOLDS = [make_id("h", number) for number in range(2)]
NAME = "石榴河甲乙丙"
"""Stands nowhere but in a test."""


def open_vault(folder: Path) -> tuple[SqlVault, Engine]:
    engine = open_engine(folder / "vault.db", secure_delete=True)
    migrate(engine, "vault")
    return SqlVault(engine, VaultKeyFolder(folder / "keys")), engine


def read_files(folder: Path) -> bytes:
    """Return all that the database has on the disk, its journals too."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("vault.db*")))


def list_spellings(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]


def keep_two(vault: Vault) -> list[str]:
    texts = [make_value("照片", household) for household in HOUSEHOLDS]
    texts += [make_value("签名", HOUSEHOLDS[0])]
    vault.keep_private(VILLAGE, texts)
    return texts


def read_all(vault: Vault, texts: list[str]) -> list[str | None]:
    return [vault.find_private(VILLAGE, digest_disclosure(text)) for text in texts]


def test_no_table_holds_a_private_text(sqlite_store: Store, tmp_path: Path) -> None:
    vault = sqlite_store.vault
    vault.add_person(VILLAGE, Person(name=NAME, roles=frozenset({"clerk"}), user=MAKER))
    vault.put_households(VILLAGE, [msgspec.structs.replace(make_household(1), name=NAME, number="07831")])
    vault.put_members(VILLAGE, [msgspec.structs.replace(make_member(1), name=NAME, number="07831")])
    text = make_disclosure(bytes(32), "subject", {"evidence": NAME, "household": HOUSEHOLDS[0]})
    vault.keep_private(VILLAGE, [text])
    vault.put_drafts(VILLAGE, [make_draft("a", private=(text,))])

    stored = read_files(tmp_path)

    for secret in (NAME, "07831", text, text[50:90]):
        assert not [found for found in list_spellings(secret) if found in stored]
    assert read_all(vault, [text]) == [text]


def test_every_flipped_byte_of_a_value_is_noticed_and_named(sqlite_store: Store, attack: Attack) -> None:
    texts = keep_two(sqlite_store.vault)
    digest = digest_disclosure(texts[0])
    ((data,),) = attack("vault", f"SELECT data FROM ciphertexts WHERE name = '{digest}'")

    for place in range(len(data)):
        spoilt = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        attack("vault", f"UPDATE ciphertexts SET data = x'{spoilt.hex()}' WHERE name = '{digest}'")
        with pytest.raises(Tampered) as caught:
            sqlite_store.vault.find_private(VILLAGE, digest)
        assert str(caught.value) == (
            f"隐私库 ciphertexts 表 disclosure {digest} 一行前后矛盾："
            "应为 写进去时的密文，实为 改动过，或从别的行搬来的"
        )


@pytest.mark.parametrize("cut", [0, 1, 12, 13, 28])
def test_a_value_cut_short_is_noticed(sqlite_store: Store, attack: Attack, cut: int) -> None:
    texts = keep_two(sqlite_store.vault)
    attack("vault", f"UPDATE ciphertexts SET data = substr(data, 1, {cut}) WHERE kind = 'disclosure'")

    with pytest.raises(Tampered):
        read_all(sqlite_store.vault, texts)


SWAPS = {
    "of one household": (2, 0),
    "of two households": (1, 0),
}


@pytest.mark.parametrize(("one", "other"), SWAPS.values(), ids=SWAPS)
def test_values_that_changed_places_are_noticed(
    sqlite_store: Store, attack: Attack, one: int, other: int
) -> None:
    texts = keep_two(sqlite_store.vault)
    first, second = digest_disclosure(texts[one]), digest_disclosure(texts[other])
    for digest, name in ((first, "away"), (second, first), ("away", second)):
        attack("vault", f"UPDATE ciphertexts SET name = '{name}' WHERE name = '{digest}'")

    for digest in (first, second):
        with pytest.raises(Tampered):
            sqlite_store.vault.find_private(VILLAGE, digest)


def test_a_value_said_to_be_about_another_is_noticed(sqlite_store: Store, attack: Attack) -> None:
    texts = keep_two(sqlite_store.vault)
    attack("vault", f"UPDATE ciphertexts SET subject = '{HOUSEHOLDS[1]}'")

    with pytest.raises(Tampered):
        sqlite_store.vault.find_private(VILLAGE, digest_disclosure(texts[0]))


def test_a_value_of_an_entry_put_into_a_draft_is_noticed(sqlite_store: Store, attack: Attack) -> None:
    sqlite_store.vault.put_drafts(VILLAGE, [make_draft("a", id="d-aaaaaaaaaa", private=())])
    digest = digest_disclosure(keep_two(sqlite_store.vault)[0])
    moved = "kind = 'draft', name = 'd-aaaaaaaaaa/000000'"
    attack("vault", f"UPDATE ciphertexts SET {moved} WHERE name = '{digest}'")

    with pytest.raises(Tampered, match="d-aaaaaaaaaa/000000"):
        sqlite_store.vault.list_drafts(VILLAGE, "waiting")


def test_a_text_of_a_draft_given_out_as_another_is_noticed(sqlite_store: Store, attack: Attack) -> None:
    draft = make_draft("a", private=(make_value("照片", HOUSEHOLDS[0]),))
    sqlite_store.vault.put_drafts(VILLAGE, [draft])
    name = f"{draft.id}/000000/{digest_disclosure(make_value('签名', HOUSEHOLDS[0]))}"
    attack("vault", f"UPDATE ciphertexts SET name = '{name}' WHERE kind = 'draft'")
    sqlite_store.vault.keep_drafted(VILLAGE, [draft.id])

    with pytest.raises(Tampered):
        sqlite_store.vault.list_drafts(VILLAGE, "waiting")
    with pytest.raises(Tampered):
        sqlite_store.vault.find_private(VILLAGE, name.rpartition("/")[2])


def test_a_draft_from_before_is_read_and_not_copied(tmp_path: Path) -> None:
    vault, engine = open_vault(tmp_path)
    draft, text = make_draft("a", private=()), make_value("照片", HOUSEHOLDS[0])
    vault.put_drafts(VILLAGE, [draft])
    with ciphertexts.begin_writing(
        engine, VaultKeyFolder(tmp_path / "keys"), VILLAGE, {HOUSEHOLDS[0]}
    ) as view:
        name = f"{draft.id}/000000"
        view.keep([ciphertexts.Value(ciphertexts.DRAFT, name, HOUSEHOLDS[0], text.encode())], replace=False)

    assert vault.keep_drafted(VILLAGE, [draft.id]) == {draft.id: 0}
    assert vault.find_draft(VILLAGE, draft.id) == msgspec.structs.replace(draft, private=(text,))
    assert read_all(vault, [text]) == [None]
    engine.dispose()


def test_the_same_value_is_never_the_same_ciphertext(sqlite_store: Store, attack: Attack) -> None:
    household = make_household(1)
    seen = set()
    for _ in range(3):
        sqlite_store.vault.put_households(VILLAGE, [household])
        ((data,),) = attack("vault", "SELECT data FROM ciphertexts WHERE kind = 'household'")
        seen.add(data[:13])

    assert len(seen) == 3


def test_without_the_keys_nothing_is_read_and_everything_said(tmp_path: Path) -> None:
    vault, engine = open_vault(tmp_path)
    texts = keep_two(vault)
    (tmp_path / "keys" / f"{VILLAGE}.vault").unlink()
    stranger = SqlVault(engine, VaultKeyFolder(tmp_path / "keys"))

    with pytest.raises(Refused) as caught:
        read_all(stranger, texts)

    assert str(caught.value) == (
        f"村 {VILLAGE} 的隐私库：现为没有 {HOUSEHOLDS[0]} 的钥匙，"
        f"应为keys 文件夹里有最新的 home.vault 和 {VILLAGE}.vault。"
        "从钥匙副本或原机器的 keys 文件夹放回这两个文件。（vault-key-missing）"
    )
    assert stranger.list_locked(VILLAGE) == HOUSEHOLDS
    engine.dispose()


def test_erasing_leaves_nothing_in_the_files(tmp_path: Path) -> None:
    vault, engine = open_vault(tmp_path)
    texts = keep_two(vault)
    vault.put_households(VILLAGE, [make_household(0)])
    with sqlite.connect(tmp_path / "vault.db") as connection:
        rows = connection.execute("SELECT data FROM ciphertexts WHERE subject = ?", (HOUSEHOLDS[0],))
        values = [data for (data,) in rows]
    connection.close()
    assert [data in read_files(tmp_path) for data in values] == [True] * 3

    vault.erase_subject(VILLAGE, HOUSEHOLDS[0])

    assert [data in read_files(tmp_path) for data in values] == [False] * 3
    assert read_all(vault, texts) == [None, texts[1], None]
    engine.dispose()


def test_a_crash_after_the_key_is_gone_is_made_good_when_the_vault_is_opened(tmp_path: Path) -> None:
    vault, engine = open_vault(tmp_path)
    texts = keep_two(vault)
    VaultKeyFolder(tmp_path / "keys").erase(VILLAGE, HOUSEHOLDS[0])
    assert read_all(vault, texts) == [None, texts[1], None]

    again = SqlVault(engine, VaultKeyFolder(tmp_path / "keys"))
    assert read_all(again, texts) == [None, texts[1], None]

    with sqlite.connect(tmp_path / "vault.db") as connection:
        left = connection.execute("SELECT DISTINCT subject FROM ciphertexts").fetchall()
    connection.close()
    assert left == [(HOUSEHOLDS[1],)]
    engine.dispose()


def test_what_another_process_keeps_from_being_cleaned_is_cleaned_later(tmp_path: Path) -> None:
    vault, engine = open_vault(tmp_path)
    texts = keep_two(vault)
    reading = sqlite.connect(tmp_path / "vault.db", isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM ciphertexts").fetchall()

    vault.erase_subject(VILLAGE, HOUSEHOLDS[0])
    assert not vault.clean(VILLAGE)
    reading.close()

    again = SqlVault(engine, VaultKeyFolder(tmp_path / "keys"))
    assert read_all(again, texts) == [None, texts[1], None]
    assert again.clean(VILLAGE)
    with sqlite.connect(tmp_path / "vault.db") as connection:
        assert connection.execute("SELECT 1 FROM ciphertexts WHERE kind = 'cleaning'").fetchall() == []
    connection.close()
    engine.dispose()


PLAIN = {
    "persons": (VILLAGE, MAKER, NAME, "clerk"),
    "households": (VILLAGE, HOUSEHOLDS[0], "display scoring", 1, NAME, "0001"),
    "members": (VILLAGE, make_id("m", 1), 1, NAME, "001"),
}
TEXTS = [make_value(NAME, HOUSEHOLDS[0]), make_disclosure(bytes(32), "note", NAME)]


def write_plain(
    run: Callable[[str, tuple[object, ...]], object], mark: str, *, is_migrated: bool = False
) -> None:
    """Fill the tables as a release before encryption did; `is_migrated`: brought up to this one since."""
    for table, row in PLAIN.items():
        run(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(row))})", row)
    for text in TEXTS:
        run(
            f"INSERT INTO disclosures VALUES ({mark}, {mark}, {mark})",
            (VILLAGE, digest_disclosure(text), text),
        )
    draft = make_draft("a")
    row = (
        *(VILLAGE, draft.id, 0, draft.batch, draft.claim, draft.digest, -1, draft.label),
        *(" ".join(TEXTS), " ".join(draft.public), "waiting"),
        *(("", "", 0) if is_migrated else ()),
    )
    run(f"INSERT INTO drafts VALUES ({', '.join([mark] * len(row))})", row)


def check_encrypted(vault: Vault) -> None:
    assert vault.list_persons(VILLAGE) == [Person(name=NAME, roles=frozenset({"clerk"}), user=MAKER)]
    (household,) = vault.list_households(VILLAGE)
    assert household == msgspec.structs.replace(make_household(0), name=NAME, number="0001")
    assert isinstance(household, Household)
    assert vault.list_members(VILLAGE) == [Member(branch=1, member=make_id("m", 1), name=NAME, number="001")]
    assert read_all(vault, TEXTS) == TEXTS
    assert [draft.private for draft in vault.list_drafts(VILLAGE, "waiting")] == [tuple(TEXTS)]
    assert vault.list_persons(OTHER_VILLAGE) == []


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A vault of the revision before, with everything in it."""
    engine = open_engine(tmp_path / "vault.db", secure_delete=True)
    migrate(engine, "vault", "vault_0003")
    engine.dispose()
    connection = sqlite.connect(tmp_path / "vault.db", isolation_level=None)
    write_plain(connection.execute, "?")
    connection.close()
    return tmp_path


def test_a_vault_from_before_is_encrypted_once_and_nothing_plain_is_left(old: Path) -> None:
    assert any(spelling in read_files(old) for spelling in list_spellings(NAME))
    vault, engine = open_vault(old)
    assert vault.is_plain(VILLAGE)

    check_encrypted(vault)

    stored = read_files(old)
    assert not [text for text in (NAME, *TEXTS) for found in list_spellings(text) if found in stored]
    assert not vault.is_plain(VILLAGE)
    vault.make_ready(VILLAGE, again=True)
    check_encrypted(vault)
    engine.dispose()


def test_free_pages_are_written_anew(old: Path) -> None:
    connection = sqlite.connect(old / "vault.db", isolation_level=None)
    connection.execute("PRAGMA secure_delete = 0")
    for table in (*PLAIN, "disclosures", "drafts"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()
    assert any(spelling in read_files(old) for spelling in list_spellings(NAME))
    vault, engine = open_vault(old)

    assert vault.clean(VILLAGE)

    assert not [found for found in list_spellings(NAME) if found in read_files(old)]
    engine.dispose()


def test_a_crash_while_a_vault_is_encrypted_loses_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    for module, name in ((plain, "note_cleaning"), (plain, "clean")):
        vault, engine = open_vault(old)
        with monkeypatch.context() as patch:
            patch.setattr(module, name, crash)
            with pytest.raises(KeyboardInterrupt):
                vault.list_persons(VILLAGE)
        engine.dispose()

    vault, engine = open_vault(old)
    check_encrypted(vault)
    assert not [found for found in list_spellings(NAME) if found in read_files(old)]
    engine.dispose()


def test_who_was_erased_does_not_come_back_with_a_vault_from_before(old: Path) -> None:
    VaultKeyFolder(old / "keys").erase(VILLAGE, HOUSEHOLDS[0])
    vault, engine = open_vault(old)

    assert vault.list_households(VILLAGE) == []
    assert read_all(vault, TEXTS) == [None, TEXTS[1]]
    assert [draft.private for draft in vault.list_drafts(VILLAGE, "waiting")] == [(TEXTS[1],)]
    assert not vault.is_plain(VILLAGE)
    engine.dispose()


def test_a_vault_in_a_server_is_encrypted_alike(cluster: Cluster, database: str, tmp_path: Path) -> None:
    with psycopg.connect(cluster.make_url(database), autocommit=True) as connection:
        connection.execute("SET search_path = vault")
        write_plain(connection.execute, "%s", is_migrated=True)
    engine = open_postgresql(cluster.make_url(database, LOGIN), "vault")
    vault = SqlVault(engine, VaultKeyFolder(tmp_path / "keys"))

    check_encrypted(vault)
    vault.erase_subject(VILLAGE, HOUSEHOLDS[0])

    for table in (*PLAIN, "disclosures"):
        assert cluster.run(database, f"SELECT * FROM vault.{table}") == []
    assert cluster.run(database, "SELECT private FROM vault.drafts") == [("",)]
    assert read_all(vault, TEXTS) == [None, TEXTS[1]]
    rows = cluster.run(database, "SELECT kind, count(*) FROM vault.ciphertexts GROUP BY 1 ORDER BY 1")
    assert rows == [("disclosure", 1), ("draft", 1), ("member", 1), ("person", 1)]
    engine.dispose()


def test_a_view_reads_each_key_once(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = keep_two(sqlite_store.vault)
    asked = []
    find = ciphertexts.AESGCM

    def count(key: bytes) -> object:
        asked.append(key)
        return find(key)

    monkeypatch.setattr(ciphertexts, "AESGCM", count)
    with sqlite_store.vault.read_private(VILLAGE) as read:
        for text in texts * 5:
            assert read(digest_disclosure(text)) == text

    assert len(asked) == len(set(asked)) == len(HOUSEHOLDS)


def test_subjects_are_told_by_pseudonym_alone(sqlite_store: Store, attack: Attack) -> None:
    keep_two(sqlite_store.vault)
    sqlite_store.vault.put_members(VILLAGE, [make_member(3)])

    subjects = attack("vault", "SELECT DISTINCT subject FROM ciphertexts")

    assert all(re.fullmatch("[hm]-[a-z2-7]{16}", subject) for (subject,) in subjects)
