"""Storage: the ports kept in SQLite files or a PostgreSQL, and sealed files beside them.

Leaves to others: what an entry means (`books`, `state`), how it is hashed (`log`), who may record it
(`service`).

| module | subject |
| --- | --- |
| `databases` | the databases of a home, by its settings |
| `engine` | how a database file is opened: journal, durability, what a connection may not do |
| `postgresql` | how a server is reached: settings of a connection, a transaction of one village, errors |
| `roles` | what an administrator prepares there, and what the doctor looks at |
| `transactions` | one open transaction; statements written in Core, run at the driver's level |
| `tables` | every table of the four databases |
| `guards` | triggers that refuse to change what was recorded |
| `migrations` | a database from any earlier release to this one |
| `ledger` | all villages' logs of a home, opened for reading or writing |
| `reading`, `append` | one log within a transaction: read, and grown in this one place |
| `projections` | facts as rows, written back at commit |
| `watching` | whether anything was committed to a file since it was last asked |
| `heads` | signed checkpoints, in a file that no restore touches |
| `cosignatures` | what witnesses said of them, in the same file |
| `witness` | a witness's own memory of the logs it watches, in a folder of its own |
| `vault`, `drafts` | what is personal or not yet passed, in a file of its own |
| `desk`, `desk_log` | who may sign in and who did, in a file of its own, and the desk's log |
| `archive` | sealed files under their digests |
| `urns` | secret ballots while they run, in a folder of their own that no backup has |
| `documents` | originals of source documents, encrypted, likewise |

Rules that always hold: every key begins with the village (the desk's rows are the home's, and do not); rows
never leave as rows; no query of one village touches another's rows; a person's words reach neither a file
name nor the program's logger.

What the guards are worth: they stop mistakes and whoever has only this program's connection. The owner of the
file, or the server's superuser, can drop a trigger or edit a page; against the owner stand the hashes, the signed
heads and the witnesses.
"""

from ledger.store.archive import FileArchive
from ledger.store.cosignatures import SqlCosignatures
from ledger.store.desk import SqlDesk
from ledger.store.documents import FileDocuments
from ledger.store.engine import open_engine
from ledger.store.heads import SqlHeads
from ledger.store.ledger import SqlLedger
from ledger.store.migrations import migrate
from ledger.store.vault import SqlVault

__all__ = [
    "FileArchive",
    "FileDocuments",
    "SqlCosignatures",
    "SqlDesk",
    "SqlHeads",
    "SqlLedger",
    "SqlVault",
    "migrate",
    "open_engine",
]
