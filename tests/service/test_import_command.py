"""`mingbai template` and `mingbai import`, as a clerk types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.config import Config
from ledger.errors import Refused
from ledger.home import create_home
from ledger.service.found import found_village, make_origin
from ledger.service.persons import add_person
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import OPENING, make_book


class Desk:
    """A home in a folder, with a clerk, and a workbook beside it."""

    def __init__(self, folder: Path) -> None:
        self.home = create_home(folder / "home", Config(), clock=FakeClock())
        self.home.keys.create(VILLAGE, make_origin(self.home.entropy), self.home.entropy.take(32))
        self.clerk = add_person(self.home, VILLAGE, "样办事", "clerk").user
        found_village(self.home, VILLAGE, self.home.keys.get_signer(VILLAGE).origin, "2023", self.clerk)
        self.file = folder / "期初.xlsx"
        self.file.write_bytes(make_book("opening", OPENING))

    def run(self, *words: str) -> Result:
        """Run `mingbai import opening FILE` with further words."""
        command = [
            "import",
            "opening",
            str(self.file),
            "--home",
            str(self.home.path),
            "--maker",
            self.clerk,
            *words,
        ]
        return CliRunner().invoke(root, command)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_dry_run_prints_what_would_be_posted_and_keeps_nothing(desk: Desk) -> None:
    result = desk.run()

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "期初余额 2026-10 借贷各 100,000.50 元，3 个科目",
        "　借 101 库存现金 20,000.00",
        "　借 102 银行存款 80,000.50",
        "　贷 301 资本 100,000.50",
    ]
    assert result.stderr == "试算：共 1 条，没有要改的。加 --apply 存为草稿。\n"
    assert desk.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_notices_are_printed_for_people_and_listed_for_programs(desk: Desk) -> None:
    rows = [OPENING[0] | {"借方余额": None, "贷方余额": 5}, OPENING[1] | {"借方余额": 5}]
    desk.file.write_bytes(make_book("opening", rows))

    shown, listed = desk.run(), desk.run("--json")

    assert (shown.exit_code, listed.exit_code) == (0, 0)
    notice = (
        "期初余额里，101 库存现金在贷方（5.00 元），就是少于零；现金和存款不会少于零，请核对是不是借贷填反了"
    )
    assert shown.stderr.splitlines()[0] == f"请核对：{notice}"
    assert json.loads(listed.stdout)["notices"] == [notice]


def test_applying_prints_the_drafts(desk: Desk) -> None:
    result = desk.run("--apply")

    (draft,) = desk.home.vault.list_drafts(VILLAGE, "waiting")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"{draft.id}  期初余额 2026-10 借贷各 100,000.50 元，3 个科目"


def test_faults_are_a_refusal_and_keep_nothing(desk: Desk) -> None:
    desk.file.write_bytes(make_book("opening", OPENING[:3]))

    result = desk.run("--apply")

    assert isinstance(result.exception, Refused)
    assert desk.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_programs_read_drafts_and_faults(desk: Desk) -> None:
    kept = desk.run("--apply", "--json")
    again = desk.run("--json")

    assert (kept.exit_code, again.exit_code) == (0, 1)
    first, second = json.loads(kept.stdout), json.loads(again.stdout)
    assert (first["applied"], len(first["drafts"]), first["faults"]) == (True, 1, [])
    assert (second["applied"], second["drafts"]) == (False, [])
    assert second["faults"][0]["code"] == "import-duplicate"
    assert set(second["faults"][0]) == {"code", "place", "found", "expected", "remedy"}


def test_a_workbook_that_is_not_there_is_told_whole(desk: Desk) -> None:
    desk.file.unlink()

    result = desk.run()

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == (
        f"文件 {desk.file}：现为没有这个文件或文件夹，应为可以读取的文件。"
        f"核对文件名和所在的文件夹（找的是 {desk.file}）。（file-unreadable）"
    )


def test_a_name_in_place_of_a_code_is_told_and_the_clerks_are_listed(desk: Desk) -> None:
    result = desk.run("--maker", "样办事")

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == (
        "--maker：现为不是代号，应为u- 开头的代号，如 u-4m2kq7wx3a。"
        "写这个人的代号，不写姓名；代号用 mingbai users list 查看。（person-code）"
    )
    assert result.stderr.splitlines() == ["本村可以写在 --maker 的人：", f"  {desk.clerk}  村文书  样办事"]


def test_a_template_is_written_over_a_file_only_when_told_to(tmp_path: Path) -> None:
    out = tmp_path / "凭证.xlsx"

    first = CliRunner().invoke(root, ["template", "vouchers", "--out", str(out)])
    kept = out.read_bytes()
    again = CliRunner().invoke(root, ["template", "points", "--out", str(out)])

    assert first.exit_code == 0
    assert out.read_bytes() == kept
    assert str(again.exception) == (
        f"文件 {out}：现为已经有了，应为还没有的文件名。换一个名字；要换掉原来的文件，加 --force。（file-exists）"
    )
    assert CliRunner().invoke(root, ["template", "points", "--out", str(out), "--force"]).exit_code == 0
    assert out.read_bytes() != kept


def test_a_template_that_cannot_be_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(root, ["template", "vouchers", "--out", str(tmp_path / "没有" / "a.xlsx")])

    assert isinstance(result.exception, Refused)
    assert [fault.code for fault in result.exception.faults] == ["file-unwritable"]
