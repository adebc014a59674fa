"""The limits of the auditor's room, each with its unit and its reason."""

from __future__ import annotations

ROWS_A_PAGE = 50
"""Entries or checkpoints in one page."""

LOOKED_AT_MAX = 1_000
"""Entries that one request with a filter looks at: some tenths of a second, however long the log. The page goes on."""

CHUNK_ENTRIES = 100
"""Entries read at once on the way down the log."""

FOLDED_MAX = 20_000
"""Entries that one request folds: some seconds. Beyond it the page names the command that does it at home."""

FINDINGS_SHOWN_MAX = 200
"""Findings of a run that are kept and shown; a broken log has thousands, and the first tell what happened."""

REFRESH_S = 3
"""Seconds after which the page of a run under way loads itself again."""
