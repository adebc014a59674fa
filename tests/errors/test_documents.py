"""What the pages for source documents refuse, told whole."""

from __future__ import annotations

from ledger.errors import format_fault
from web.desk.documents import build_not_looked, build_nothing, build_unknown
from web.desk.marking import build_edges


def test_what_is_missing_or_misshapen_is_said_with_what_to_do() -> None:
    faults = [build_nothing(), build_not_looked(), build_unknown(), build_edges()]

    assert "\n".join(map(format_fault, faults)) == (
        "照片或 PDF：现为没有选文件，应为至少一张照片或一个 PDF。拍一张或选一个，再点“附上”。（documents-nothing）\n"
        "看过每一页：现为没有打勾，应为每一页都看过，该涂黑的都涂了。看一遍再打勾。（documents-looked）\n"
        "凭证编号：现为没有这张凭证，或不是您交审的，应为四位年份-两位月份-三位序号，如 2026-11-017。"
        "对着凭证再写一遍。（documents-number）\n"
        "涂黑的地方：现为四个数没有写全，或不是数，应为左、上、右、下各一个 0 到 100 的数。"
        "四个都写上，或都空着。（documents-edges）"
    )
