"""The one table of what reads bytes from outside: what each may refuse with, and what it starts from.

The contract of every row: `take` returns, or raises one of the row's refusals; nothing else, and it ends. Where a
format is canonical, what was accepted is written again and must be the very same bytes. Not here, since nobody outside
can reach them: the charts and the law (`parse_chart`, `parse_law`), which ship with the program, and the frames
between it and its own renderer.
"""

from __future__ import annotations

from tests.fuzz.parsers import PARSERS
from tests.fuzz.ways import WAYS

TARGETS = (*PARSERS, *WAYS)
