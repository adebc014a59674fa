"""The demo's workbooks in another program than ours: LibreOffice opens and saves them, and every row reads the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.reading import Line, read_workbook
from web.demo.draw import FOLDER

KINDS: dict[str, WorkbookKind] = {
    "期初余额": "opening",
    "农户和积分契约": "households",
    "党员名册": "members",
    "凭证": "vouchers",
    "凭证-蓝字更正": "vouchers",
    "积分": "points",
    "党员评分": "scores",
}


def read_lines(path: Path, kind: WorkbookKind) -> dict[str, tuple[Line, ...]]:
    lines, faults = read_workbook(path.read_bytes(), kind, path.name)
    assert faults == [], path
    return lines


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_what_libreoffice_saves_again_reads_as_before(tmp_path: Path) -> None:
    kept = {f"{path.parent.name}_{path.name}": path for path in FOLDER.rglob("*.xlsx")}
    for name, path in kept.items():
        shutil.copyfile(path, tmp_path / name)

    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
            *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved"),
            *(tmp_path / name for name in kept),
        ],
        check=True,
        capture_output=True,
        timeout=500,
    )

    assert {path.name for path in (tmp_path / "saved").iterdir()} == kept.keys()
    for name, path in kept.items():
        kind = KINDS[path.stem]
        assert (tmp_path / "saved" / name).read_bytes() != path.read_bytes()
        assert read_lines(tmp_path / "saved" / name, kind) == read_lines(path, kind)
