"""What the desk's forms refuse, told whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import NotFound, Refused, format_fault
from ledger.service.areas import set_area
from ledger.service.handing_in import Sent, hand_in, look_again, look_at
from tests.builders import OTHER_VILLAGE, VILLAGE, build_limits
from tests.desk.people import open_door
from tests.homes import open_village
from tests.service.importing import PAPER, PAPER_PAID, make_book
from web.desk.imports import build_missing
from web.desk.write import build_sibling

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


def test_an_area_says_all_that_is_wrong_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_door(tmp_path / "home", monkeypatch) as door:
        home, who = door.home, door.find(door.let_in("shen", "township"))
        allowed = [VILLAGE, OTHER_VILLAGE]
        set_area(home, who, area="r-aaaaaaaaaa", name="东片区", villages=allowed, allowed=allowed)

        def refuse(name: str, *villages: str) -> list[str]:
            with pytest.raises(Refused) as refused:
                set_area(home, who, area="r-bbbbbbbbbb", name=name, villages=villages, allowed=allowed)
            return [format_fault(fault) for fault in refused.value.faults]

        few = "片区里的村：现为1 个村，应为2 个村以上。勾选放在一起看的村。（area-villages）"
        assert refuse("", VILLAGE) == [
            "片区名称：现为0 个字，应为1 至 20 个字。写上片区的名称，如东片区。（area-name）",
            few,
        ]
        assert refuse("东片区", VILLAGE) == [
            "片区名称：现为已有片区叫东片区，应为没有用过的名称。换一个名称，或者去改那个片区。（area-known）",
            few,
        ]


def test_what_is_not_returned_any_more_is_not_answered(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village, pytest.raises(Refused) as refused:
        village.home.vault.put_drafts(VILLAGE, [], answers=["d-aaaaaaaaaa"])

    assert str(refused.value) == (
        "草稿 d-aaaaaaaaaa：现为已经不是退回来的，应为退回来、还没有改好重交的。"
        "在“待审记录”里看它现在怎样；已经重交过的不用再交。（draft-unreturned）"
    )


def test_a_part_of_a_list_that_still_waits_is_named(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        draft = village.draft(build_limits(village.texts), period="2026-10", occurred_on="2026-10-12")

    assert format_fault(build_sibling(draft)) == (
        f"同一份名册：现为「{draft.label}」还在待审，应为同时交的都退回了，或撤回了。"
        "先在“待审记录”里撤回那一条，再交这一张。（draft-sibling）"
    )
