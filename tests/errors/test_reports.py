"""What is refused of reports that villagers send by the page, and of what the village does with them, told whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.errors import Refused, format_fault
from ledger.service.erase import erase_at_machine
from ledger.service.reporting import Sent, check_report, receive_report
from ledger.service.taking_up import join_case, set_aside, take_up
from tests.attachments.files import pdf, picture, save
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from web.desk.forms import Upload
from web.public.reporting import build_card, read_photos

SENT = Sent(group="C", wording="电线垂到路上", place="村东")


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def tell(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return [format_fault(fault) for fault in error.value.faults]


def test_what_was_written_is_told_whole(village: VillageHome) -> None:
    faults = check_report(village.home, Sent(group="", wording="长" * 301, place=""))

    assert [format_fault(fault) for fault in faults] == [
        "哪一类事：现为没有选，应为列出的一类。选最像的一类；拿不准的随便选一类，村文书会改。（report-group）",
        "什么事：现为301 个字，应为1 至 300 个字。写短一些；几件事分几次写。（report-length）",
        "在哪里：现为没有写字，应为1 至 60 个字。写上再交。（report-length）",
    ]
    assert format_fault(build_card()) == (
        "户卡上的码：现为这张卡打不开，应为户卡上的 26 个字母和数字。"
        "照着卡再抄一次，或者空着不填，一样收。（report-card）"
    )


def test_photos_are_told_whole() -> None:
    photo = Upload(data=save(picture()), name="a.jpg")

    assert tell(lambda: read_photos([photo] * 4)) == [
        "照片：现为4 张，应为不超过 3 张。挑看得最清楚的几张。（report-photos）"
    ]
    assert tell(lambda: read_photos([photo, Upload(data=pdf("一"), name="b.pdf")])) == [
        "照片：现为第 2 张是PDF，应为JPEG、PNG 或 WebP 照片。拍一张照片，或截一张图再交。（report-photo-type）"
    ]


def test_what_the_village_does_is_told_whole(village: VillageHome) -> None:
    home, clerk = village.home, village.clerk.user
    item = receive_report(home, VILLAGE, SENT).item
    gone = receive_report(home, VILLAGE, SENT).item
    erase_at_machine(home, VILLAGE, gone)

    assert tell(lambda: take_up(home, VILLAGE, item, clerk, category="C00", grid="三组")) == [
        "类别：现为没有选，应为列出的一个类别。看过写的话和照片，选最像的一个；办理期限按它算。（report-category）",
        "网格：现为不是列出的网格，应为列出的一个网格。重新选；不知道的不选。（case-unit）",
    ]
    assert tell(lambda: take_up(home, VILLAGE, gone, clerk, category="C06")) == [
        (
            "收件号 0002 的反映：现为写的内容已按要求删除，应为内容还在的反映。"
            "选“本人撤回，或本人要求删除”，定为不另登记。（report-erased）"
        )
    ]
    assert tell(lambda: set_aside(home, VILLAGE, item, clerk, "")) == [
        "为什么不另登记：现为没有选，应为列出的一种。选一种；反映的人凭收条看得到，各种原因有几件会公开。（report-why）"
    ]
    assert tell(lambda: join_case(home, VILLAGE, item, clerk, "AL-2026-009")) == [
        (
            "并到哪一件：现为没有这个编号的诉求件，应为还在办的诉求件，如 AL-2026-001。"
            "核对编号；那一件已经办完的，这一件另登记。（report-joined）"
        )
    ]
    take_up(home, VILLAGE, item, clerk, category="C06")
    assert tell(lambda: set_aside(home, VILLAGE, item, clerk, "spam")) == [
        (
            "收件号 0001 的反映：现为已经交审，在等审核，应为还没有人办的。"
            "重新打开这一件，看它现在怎样。（report-moved-on）"
        )
    ]
