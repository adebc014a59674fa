"""What only a home can check: its stored facts, and with the vault the private lines of every round."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import Finding, HomeSource
from ledger.audit.meaning import MeaningReader
from ledger.books.points import PointsRound
from ledger.books.scores import ScoreRound
from ledger.state.points import check_rounds_privately
from ledger.state.scores import check_score_rounds_privately
