"""One month by hand, as a clerk and a supervisor type it: from an empty folder to an audited export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.desk import Desk
from web.demo.draw import FOLDER


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("month") / "home")
    desk.found()
    for what in ("rulebook", "scheme"):
        words = ("--maker", desk.clerk, "--month", "2026-01", "--resolution", "2025年12月村民代表会议通过")
        desk.run("adopt", what, *words)
    desk.run("pass", "--all", "--checker", desk.supervisor)
    desk.hand_in("opening", FOLDER / "立账/期初余额.xlsx")
    desk.hand_in("households", FOLDER / "立账/农户和积分契约.xlsx")
    desk.hand_in("members", FOLDER / "立账/党员名册.xlsx")
    desk.hand_in("contracts", FOLDER / "立账/合同.xlsx")
    desk.hand_in("vouchers", FOLDER / "2026-01/凭证.xlsx")
    desk.hand_in("points", FOLDER / "2026-01/积分.xlsx")
    desk.hand_in("scores", FOLDER / "2026-01/党员评分.xlsx")
    desk.run("close", "--month", "2026-01", "--maker", desk.clerk, "--checker", desk.supervisor)
    desk.run("seal", "--month", "2026-01", "--maker", desk.clerk)
    return desk


def test_the_sealed_sheet_is_handed_out_and_audits_clean(desk: Desk, tmp_path: Path) -> None:
    for kind in ("finance", "points", "scores"):
        path = tmp_path / f"{kind}.pdf"

        desk.run("sheet", "--month", "2026-01", "--kind", kind, "--out", str(path))

        assert path.read_bytes().startswith(b"%PDF-")
        assert "全部对得上" in desk.run("audit", str(path))


def test_folder_zip_and_home_audit_alike(desk: Desk, tmp_path: Path) -> None:
    folder, archive = tmp_path / "export", tmp_path / "export.zip"
    desk.run("export", "--out", str(folder))
    desk.run("export", "--out", str(archive))

    reports = [json.loads(desk.run("audit", str(target), "--json")) for target in (folder, archive)]
    [home] = json.loads(desk.run("audit", "--json"))

    for report in (*reports, home):
        assert report["findings"] == []
        assert report["sheets"] == 3
        assert report["root"] == home["root"]


def test_an_export_with_a_changed_byte_is_refused_by_name(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    desk.run("export", "--out", str(folder))
    size = json.loads(desk.run("audit", str(folder), "--json"))["entries"]
    bundle = folder / "tile" / "entries" / "000.p" / str(size)
    data = bytearray(bundle.read_bytes())
    place = data.index(b'"amount_fen":')
    data[place + 13] = ord("9") if data[place + 13] != ord("9") else ord("8")
    bundle.write_bytes(bytes(data))

    report = json.loads(desk.run("audit", str(folder), "--json", status=1))

    opened = 4  # founding, description, rulebook, scheme, then the opening balances
    assert {finding["entry"] for finding in report["findings"]} == {opened}


def test_the_same_workbook_again_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    path = str(FOLDER / "2026-01" / "凭证.xlsx")

    said = desk.run("import", "vouchers", path, "--maker", desk.clerk, "--apply", status=1)

    assert "import-duplicate" in said
    assert json.loads(desk.run("drafts", "--json")) == []


def test_sealing_again_without_news_is_refused(desk: Desk) -> None:
    words = ("--month", "2026-01", "--kind", "finance", "--maker", desk.clerk)

    assert "sheet-unchanged" in desk.run("seal", *words, status=1)


def test_doctor_finds_nothing_wrong(desk: Desk) -> None:
    checks = json.loads(desk.run("doctor", "--json"))

    assert [check for check in checks if check["state"] == "wrong"] == []


def test_a_resolution_that_would_publish_a_villager_is_refused(desk: Desk) -> None:
    words = ("--maker", desk.clerk, "--month", "2026-02", "--resolution", "王立春家提议，村民代表会议通过")

    said = desk.run("adopt", "rulebook", *words, status=1)

    assert "村民姓名 王*春" in said
    assert json.loads(desk.run("drafts", "--json")) == []
