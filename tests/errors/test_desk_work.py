"""What the desk's forms refuse, told whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import NotFound, Refused, format_fault
from ledger.service.handing_in import Sent, hand_in, look_again, look_at
from tests.builders import VILLAGE
from tests.homes import open_village
from tests.service.importing import PAPER, PAPER_PAID, make_book
from web.desk.imports import build_missing

SENT = Sent(data=make_book("vouchers", [PAPER, PAPER_PAID]), filename="凭证.xlsx", kind="vouchers")


def test_a_form_without_a_kind_or_a_table_says_both() -> None:
    assert [format_fault(fault) for fault in build_missing(None, b"  ")] == [
        "表格种类：现为没有选，应为选一种。补上再点“看一遍”。（import-kind）",
        "表格：现为没有文件，也没有粘贴，应为一个文件，或粘贴的几行。补上再点“看一遍”。（import-nothing）",
    ]


def test_what_was_shown_is_handed_in_once_or_not_at_all(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        home, clerk = village.home, village.clerk.user
        looked = look_at(home, VILLAGE, clerk, SENT)

        with pytest.raises(Refused) as changed:
            hand_in(home, VILLAGE, clerk, "0" * 64)
        assert str(changed.value) == (
            "文件「凭证.xlsx」：现为和看过的不一样了：这中间账上有了变动，应为看过以后没有变动。"
            "再看一遍，没有问题就交审。（import-changed）"
        )
        assert look_again(home, VILLAGE, clerk).digest == looked.digest
        assert hand_in(home, VILLAGE, clerk, looked.digest) == 1
        with pytest.raises(NotFound):
            hand_in(home, VILLAGE, clerk, looked.digest)
        assert len(home.vault.list_drafts(VILLAGE, "waiting")) == 1


def test_what_has_faults_is_not_kept(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        looked = look_at(village.home, VILLAGE, village.clerk.user, SENT)

        assert looked.imported.faults
        with pytest.raises(NotFound):
            look_again(village.home, VILLAGE, village.clerk.user)
