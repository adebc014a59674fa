"""The sheets of stars: applications of branches and their secretaries, and the steps that follow each."""

from __future__ import annotations

from ledger.books.star_steps import FILES_MAX, STEP_NAMES, StarSubject, name_subject
from ledger.limits import SUMMARY_MAX_CHARS, WORDING_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook

APPLICANT_NAMES: dict[StarSubject, str] = {
    "branch": name_subject("branch"),
    "secretary": name_subject("secretary"),
}

DIGEST_CHARS = 64
_NUMBER = Column("申报编号", "code", "XJ-、申报的年份和三位数，如 XJ-2026-001", needed=True)
_FILES = Column(
    "材料指纹",
    "text",
    "没有就空着；文件的 SHA-256，64 位，几个的用空格隔开，最多 20 个",
    max_chars=FILES_MAX * (DIGEST_CHARS + 1),
)

_DECLARED = Sheet(
    name="申报",
    columns=(
        _NUMBER,
        Column("申报日期", "day", "申报创星的那天", needed=True),
        Column("谁申报", "choice", "党支部或支部书记", needed=True, options=tuple(APPLICANT_NAMES.values())),
        Column("支部", "quantity", "支部序号，如 1", needed=True),
        Column("书记姓名", "text", "支部书记申报的才填；公开时隐去一个字"),
        Column("年度", "quantity", "哪一年的星，如 2026", needed=True),
        Column("申报几星", "quantity", "1 到 5；有评星办法的照办法", needed=True),
        Column(
            "事迹",
            "text",
            "会公开，做了什么、凭什么评；不写姓名、电话",
            needed=True,
            max_chars=WORDING_MAX_CHARS,
        ),
        Column(
            "材料",
            "text",
            "会公开，有哪些材料，如 主题党日记录 12 份",
            needed=True,
            max_chars=SUMMARY_MAX_CHARS,
        ),
        _FILES,
    ),
    example=(
        "XJ-2026-001",
        "2026-10-08",
        "党支部",
        "1",
        "",
        "2026",
        "3",
        "三会一课全部按期开，办成修路、装路灯两件实事。",
        "支部工作总结、主题党日记录 12 份",
        "",
    ),
    note="一次申报一行。审核、公示、验星、调星填在「评星」。",
)
_STEPS = Sheet(
    name="评星",
    columns=(
        _NUMBER,
        Column("步骤", "choice", "办了哪一步", needed=True, options=tuple(STEP_NAMES.values())),
        Column("日期", "day", "办这一步的那天；公示写贴出来的那天", needed=True),
        Column("几星", "quantity", "审核评星、动态调星要写，0 是没有评上、摘掉；公示、验星照前一步，可以不写"),
        Column("由谁", "text", "会公开，哪个会议或单位，如 党员大会、镇党委；不写姓名", needed=True,
               max_chars=SUMMARY_MAX_CHARS),
        Column("说明", "text", "会公开，为什么；不写姓名", needed=True, max_chars=WORDING_MAX_CHARS),
        Column("材料", "text", "会公开，有才填", max_chars=SUMMARY_MAX_CHARS),
        _FILES,
    ),
    example=("XJ-2026-001", "审核评星", "2026-10-09", "3", "党员大会", "对照办法，材料属实。", "会议记录", ""),
    optional=True,
    note="登记过的申报又办了一步，填在这里；先办的写在上面。验星、调星由乡镇记账员审核通过。",
)  # fmt: skip

STARS = Workbook("评星", (_DECLARED, _STEPS))
