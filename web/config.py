"""The constants of the web server, each with its unit and its reason."""

from __future__ import annotations

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

CACHE_MAX_BYTES = 64 * 1024 * 1024
"""Rendered pages kept in memory, all villages together; the least recently used goes first."""

GZIP_LEVEL = 9
"""A page is compressed once for each size of the log, so the best level costs nothing."""

GZIP_MIN_BYTES = 600
"""Below one packet nothing is won."""

REQUEST_MAX_BYTES = 1_024
"""No page takes a body."""

CHECKPOINT_MAX_AGE_S = 2
"""A checkpoint may be this old on its way: it stays true, only not the newest."""

FOREVER_S = 31_536_000
"""For bytes that can never change: tiles, entries, and files with their digest in the name."""

VILLAGES_SHOWN_MAX = 50
"""Villages in one answer of the search."""

QUERY_MAX_CHARS = 40
"""Characters of a search; longer ones are cut."""

ENTRIES_A_PAGE = 50
"""Entries in one page of the list."""

CONTRACTS_A_PAGE = 50
"""Contracts in one page of the register."""

DEBTS_A_PAGE = 50
"""Accounts and contracts in one page of who owes whom."""

ASSETS_A_PAGE = 50
"""Assets or resources in one page of their register."""

LABELS_A_PAGE = 24
"""Labels with codes on one sheet of paper, three beside one another."""

MEETINGS_A_PAGE = 50
"""Meetings in one page of their register."""

CASES_A_PAGE = 30
"""Cases with an answer in one page of their list; those that wait are all on the first."""

VOUCHERS_SHOWN_MAX = 200
"""Vouchers on the page of a resolution or of a fund; older ones are among the entries."""

CONCERNS_A_PAGE = 10
"""Questions in one page of a villager's list: each comes with what it need not mean."""

CONCERNS_SHOWN_MAX = 200
"""Concerns in the auditor's list: a year of a village that has them by the hundred needs another remedy than a list."""

OBJECTIONS_A_PAGE = 20
"""Answered objections in one page of their list; those without an answer are all on the first."""

OBJECTION_MAX_BYTES = 16 * 1_024
"""A form in which somebody objects: a thousand characters, of which each takes nine bytes on its way, and room."""

RECEIVED_MAX_AGE_S = 2
"""How many objections came in may be told so late: it spares a look at the vault for each reader of the board."""

MONTHS_IN_CHART = 12

ENTRY_SHOWN_MAX_BYTES = 3_000
ENTRY_BEGINNING_BYTES = 800
"""Of an entry longer than the first the page shows so much; the whole is one link away. Digests do not compress."""
