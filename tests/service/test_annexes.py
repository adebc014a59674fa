"""The annex from sealing to paper: who stands there, who proves the own line, and who is taken down again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_home, audit_household
from ledger.books.annexes import PointsAnnexed
from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven, Refused, format_fault
from ledger.household_proof import parse_household_proof, verify_household_proof
from ledger.log.commitments import Json, make_disclosure
from ledger.service.annexes import AnnexPaper, build_annex_job, seal_annex
from ledger.service.cards import describe_household, prove_household
from ledger.vaults import Household
from reports.annex import render_annex
from tests.builders import (
    VILLAGE,
    build_agreements,
    build_households,
    build_points_line,
    build_points_reversal,
    build_points_round,
    build_rule,
    build_rulebook,
    make_id,
)
from tests.builders import Discloser
from tests.homes import VillageHome, open_village

MONTH = "2026-10"
COUNT = 12
SHOWN = 5
H = [make_id("h", number) for number in range(COUNT)]
