"""An audit tells what somebody would ask apart from what does not agree, and its exit status knows the difference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from ledger.audit import Report
from ledger.cli import root
from ledger.log.keys import Signer, parse_signing_key
from tests.audit.conftest import Files, audit_files
from tests.audit.rewriting import chain_entries, read_entries, sign_log
from tests.builders import VILLAGE, Discloser, build_contract_end, build_postings
from tests.homes import open_village

SIZE = 5
"""Founding, description, opening, a payment in cash and a receipt."""


@dataclass(frozen=True)
class Lived:
    """A home that was lived in, its export, and the key that signs it."""

    files: Files
    home: Path
    signer: Signer


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    path = tmp_path_factory.mktemp("concerns") / "home"
    with open_village(path) as village:
        village.open_books()
        village.record_voucher("抢修水渠", 120_000)
        village.record_voucher("收租金", 0, postings=build_postings(50_000, debit="101", credit="501"))
        files = village.export()
    key = (path / "keys" / f"{VILLAGE}.key").read_text().strip()
    return Lived(files, path, parse_signing_key(key))


def run(home: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(root, ["audit", "--home", str(home), *options])
    return result.exit_code, result.output


def rewrite(lived: Lived, index: int, **changes: object) -> Report:
    """Audit the log with one entry changed, well chained and signed."""
    entries = read_entries(lived.files, SIZE)
    entries[index] = msgspec.structs.replace(entries[index], **changes)
    files = sign_log(lived.files, chain_entries(entries), lived.signer)
    return audit_files(files, with_concerns=True)


def test_concerns_are_told_after_the_findings_and_change_no_exit_status_unasked(lived: Lived) -> None:
    status, said = run(lived.home)

    assert status == 0
    assert (
        "？ 关注 大额现金付款：凭证 2026-10-001 用现金付了 1,200.00 元，超过 1,000.00 元。"
        "（cash-limit/2026-10-001）\n     可能是没有问题：发工资、劳务费" in said
    )
    assert said.index("待说明 ") < said.index("结论：全部对得上。")
    assert run(lived.home, "--concerns-too")[0] == 1


def test_a_program_reads_them_apart_from_the_findings(lived: Lived) -> None:
    status, said = run(lived.home, "--json")

    (report,) = json.loads(said)
    assert (status, report["findings"]) == (0, [])
    (asked,) = [item for item in report["concerns"] if item["rule"] == "cash-limit"]
    assert (asked["acknowledged"], asked["amount_fen"], asked["entries"]) == (-1, 120_000, [3])
    assert (asked["severity"], asked["is_public"], asked["key"]) == (
        "attention",
        True,
        "cash-limit/2026-10-001",
    )


def test_they_are_told_only_where_somebody_asked(lived: Lived) -> None:
    assert audit_files(lived.files).concerns == ()
    rules = {item.rule for item in audit_files(lived.files, with_concerns=True).concerns}
    # In the middle of January: three months are over, two of them should hang.
    assert rules == {"cash-limit", "not-published"}


def test_a_log_that_was_not_understood_to_its_end_is_asked_nothing(lived: Lived) -> None:
    """What cannot be folded ends the understanding; a day that there is not is folded and cannot be counted from."""
    meaningless = rewrite(
        lived, 3, kind="contract.ended", body=build_contract_end(Discloser(), contract="HT-0009")
    )
    impossible = rewrite(lived, 3, occurred_on="2026-02-30")

    assert "entry-meaningless" in {finding.code for finding in meaningless.findings}
    assert {finding.code for finding in impossible.findings} >= {"date-impossible"}
    assert meaningless.concerns == impossible.concerns == ()
