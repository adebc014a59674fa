"""A home put together: the folder's files behind the ports that use cases know.

| in the folder | what | trusted for; its loss or forgery would cost |
| --- | --- | --- |
| `mingbai.toml` | settings | the address in printed codes |
| `ledger.db` * | entries, trees, public texts, facts | everything a page shows; lost: read-only until restored |
| `heads.db` | signed heads, and what witnesses said | that no restored backup signs a second history; never restored |
| `vault.db` * | people, private disclosures, drafts, encrypted | who is who; lost: totals stay provable only |
| `desk.db` | who may sign in, who did, the desk's log | that only they act; lost: accounts are made anew |
| `desk.end` | how far the desk's log had come | that an older `desk.db` in its place shows; in no backup |
| `keys/*.key` | log keys | the signature under every head |
| `keys/*.vault` | the vault's keys, in no backup | reading the vault; lost: as the vault itself; erased one by one |
| `keys/desk.secret` | the desk's own secret | see `keys.desk_key` |
| `archive/` | sealed files, and the public copies of source documents, by digest | the exact bytes that were hung |
| `documents/` | originals of source documents, encrypted | nothing that is public; lost: the public copies stay |
| `urns/` | secret ballots while they run, in no backup | what was voted and is not recorded yet; lost: voted again |
| `upkeep.json` | last backup and reading, and what that found | advice; lost: the doctor asks for both |
| `epochs/` | what survived of logs that were lost | what old paper is held against; never written again |

* in a PostgreSQL where the settings name one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from ledger.config import SETTINGS_FILE, Config, SystemClock, SystemEntropy, read_config, write_config
from ledger.data import load_reference
from ledger.errors import Fault, Refused
from ledger.keys import DeskKey, KeyFolder, Passphrases, Token, VaultKeyFolder
from ledger.ports import Clock, DeskPorts, Entropy
from ledger.store import FileArchive, FileDocuments, SqlCosignatures, SqlDesk, SqlHeads, SqlLedger, SqlVault
from ledger.store.databases import open_databases
from ledger.store.desk import END_FILE
from ledger.store.documents import FOLDER as DOCUMENTS_FOLDER
from ledger.store.epochs import FOLDER as EPOCHS_FOLDER
from ledger.store.epochs import FileEpochs
from ledger.store.upkeep import read_scrub_found
from ledger.store.urns import FOLDER as URNS_FOLDER
from ledger.store.urns import FileUrns


@dataclass(frozen=True, kw_only=True)
class Home(DeskPorts):
    """The ports over one folder."""

    config: Config
    engines: Mapping[str, Engine]
    keys: KeyFolder
    path: Path
    vault: SqlVault
    vault_keys: VaultKeyFolder

    def close(self) -> None:
        """Close every database connection; the folder can then be moved."""
        # The last to close a file writes its journal back and removes it, which one that only reads may not.
        for name in sorted(self.engines, key=lambda name: name != "reading"):
            self.engines[name].dispose()


def create_home(
    path: Path,
    config: Config,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    passphrases: Passphrases | None = None,
) -> Home:
    """Make the folder with its settings and empty databases; an existing home is opened, its settings kept."""
    path.mkdir(parents=True, exist_ok=True)
    if not (path / SETTINGS_FILE).exists():
        if any(path.iterdir()):
            raise Refused([_home_fault(path, "已有别的文件", "空文件夹，或已有的账本文件夹")])
        path.chmod(0o700)
        write_config(path, config)
    return open_home(path, clock=clock, entropy=entropy, passphrases=passphrases)


def open_home(
    path: Path,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    passphrases: Passphrases | None = None,
) -> Home:
    """Open an existing home, bringing the databases in it to this program's revision.

    `passphrases` are asked when a key first signs; without them a protected key signs nothing. Raises Refused when
    the folder is no home or its settings cannot be used.
    """
    if not (path / SETTINGS_FILE).is_file():
        raise Refused([_home_fault(path, f"没有 {SETTINGS_FILE}", "mingbai init 建立的文件夹")])
    config = read_config(path)
    keys = _build_keys(path, config, passphrases or Passphrases())
    vault_keys = VaultKeyFolder(path / "keys", keys)
    engines = open_databases(path, config.database)
    entropy = entropy or SystemEntropy()
    return Home(
        archive=FileArchive(path / "archive"),
        clock=clock or SystemClock(),
        config=config,
        cosignatures=SqlCosignatures(engines["heads"]),
        date_checked=config.date_checked,
        desk=SqlDesk(engines["desk"], path / END_FILE),
        documents=FileDocuments(path / DOCUMENTS_FOLDER),
        engines=engines,
        entropy=entropy,
        epochs=FileEpochs(path / EPOCHS_FOLDER),
        find_scrub_found=lambda village: read_scrub_found(path, village),
        get_desk_key=DeskKey(path / "keys", entropy).get,
        get_signer=keys.get_signer,
        heads=SqlHeads(engines["heads"]),
        is_demo=config.is_demo,
        keys=keys,
        ledger=SqlLedger(engines["ledger"], engines["reading"]),
        path=path,
        reference=load_reference(),
        urns=FileUrns(path / URNS_FOLDER, vault_keys),
        vault=SqlVault(engines["vault"], vault_keys),
        vault_keys=vault_keys,
    )


def _build_keys(path: Path, config: Config, passphrases: Passphrases) -> KeyFolder:
    place = config.pkcs11
    token = Token(place.module, place.token, place.key, passphrases) if place is not None else None
    return KeyFolder(path / "keys", passphrases, token)


def _home_fault(path: Path, found: str, expected: str) -> Fault:
    return Fault(
        code="home-invalid",
        place=f"文件夹 {path}",
        found=found,
        expected=expected,
        remedy="用 --home 指明账本文件夹；新建用 mingbai init",
    )
