"""The sheets of rounds of assessment: who is scored, by which row of which ballot, and their marks."""

from __future__ import annotations

from ledger.books.scores import SUBJECT_NAMES, OtherSubject
from ledger.limits import EVIDENCE_MAX_CHARS
from ledger.service.workbooks.layout import Column, Sheet, Workbook, WorkbookKind

ASSESSED_NAMES: dict[OtherSubject, str] = {
    "branch": SUBJECT_NAMES["branch"],
    "secretary": SUBJECT_NAMES["secretary"],
    "grid": SUBJECT_NAMES["grid"],
    "grid-worker": SUBJECT_NAMES["grid-worker"],
}
"""Who may be scored, as it is chosen."""

_MONTH = Column("月份", "month", "这段时间的最后一个月，如 2026-12", needed=True)
_SUBJECT = Column("考评对象", "choice", "从选项里选", needed=True, options=tuple(ASSESSED_NAMES.values()))
_MEMBER = Column("党员编号", "code", "考评书记时填，保留前面的 0；别的留空")
_NAME = Column("姓名", "text", "考评网格员、书记时填，与登记的一致；只存隐私库")
_WHO = "支部写序号，网格写 WG-0001；网格员写他在的一个网格，书记写支部序号"

_CARDS = Sheet(
    name="考评",
    columns=(
        _MONTH,
        _SUBJECT,
        Column("编号", "code", f"{_WHO}；不靠测评的，留空就是登记过的都评"),
        _MEMBER,
        _NAME,
        Column("测评编号", "code", "办法有测评的部分时填，如 CP-2026-001"),
        Column("第几个", "quantity", "在那次测评的票上排第几"),
    ),
    example=("2026-10", SUBJECT_NAMES["grid-worker"], "WG-0005", "", "样小梅", "CP-2026-001", "2"),
    note="一行一张评分卡。件数、办结率、走访和测评的分都由程序算，不用填。",
)
_MARKS = Sheet(
    name="考评记分",
    columns=(
        _MONTH,
        _SUBJECT,
        Column("编号", "code", _WHO, needed=True),
        _MEMBER,
        _NAME,
        Column("项目编号", "code", "考评办法里的编号，如 P01", needed=True),
        Column("项目名称", "text", "与考评办法一致，只用来核对"),
        Column("数量", "quantity", "至少 1", needed=True),
        Column("证据", "text", "只存隐私库，不公开", needed=True, max_chars=EVIDENCE_MAX_CHARS),
    ),
    example=("2026-10", SUBJECT_NAMES["grid-worker"], "WG-0005", "", "样小梅", "P02", "", "2", "签到表"),
    optional=True,
    note="加分、扣分一行一项。单位的明示；个人的扣分整行密封。",
)
ASSESSMENT_BOOKS: dict[WorkbookKind, Workbook] = {"assessments": Workbook("考评打分", (_CARDS, _MARKS))}
