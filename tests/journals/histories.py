"""Histories of a village's books, drawn: late vouchers, early ones, corrections, months open and closed, and texts that
want to be more than text.
"""

from __future__ import annotations

from hypothesis import strategies as st

from ledger.books.vouchers import (
    AccountsOpened,
    Voucher,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
    negate_postings,
)
from ledger.state.money import build_closing, get_next_number
from tests.books.test_finance_figures import draw_lines, make_postings
from tests.books.text_ledger import TextLedger
from tests.naughty import texts

MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01")
BEANCOUNT = (
    '购纸"',
    '购纸" #闹 ^v-2026-10-001',
    "购纸\\",
    '\\"\n2026-10-01 open Assets:Evil CNY\n',
    '购纸"\n2026-10-02 * "空" \n  Assets:101-库存现金  100.00 CNY\n  Equity:301-资本  -100.00 CNY\n',
    'plugin "beancount.plugins.auto"',
    'include "/etc/passwd"',
    "\\n\\t\\u202e",
    "2026-10-31 balance Assets:101-库存现金  1.00 CNY",
    '"""',
    '\\\\"',
    "pushtag #evil",
)
HLEDGER = (
    "购纸 ; date:2030-01-01, type:A",
    "购纸;[2030-01-01]",
    "收款人 | 另一半",
    "购纸  Assets:101-库存现金  100",
    "购纸\tAssets:101-库存现金\t100",
    "include /etc/passwd",
    "! 未定",
    "* 已定",
    "(2026-10-999) 假号",
    "= 自动 ^Assets",
    "~ monthly",
    "= 100.00 CNY",
    "comment",
    "end comment",
    "购纸\n    Assets:101-库存现金  100.00 CNY",
    "购纸\r\n; 完",
    "购纸\x0b\x0c\x1c\x85\u2028\u2029完",
    "a:: 1+1",
    ":标签:",
    "@ 100 CNY",
    "{1 CNY}",
    "https://例.example/；?a=1&b=[2]",
    "P 2026-10-01 CNY $1",
    "D 1000.00 USD",
    "%%",
    "#",
    "",
    " ",
)
HOSTILE = (
    *BEANCOUNT,
    *HLEDGER,
    *texts.CHINESE,
    *texts.CLASSICS,
)
TEXTS = st.one_of(
    st.just("购办公用纸"),
    st.sampled_from(HOSTILE),
    st.text(max_size=30),
    st.text('购纸";\\|[]():=*!#^@{}~%&,.2026-10 \n\t', max_size=30),
)


class History:
    """One village's books as they came about, and which vouchers may still be put right."""

    def __init__(self, opening: tuple) -> None:
        self.ledger = TextLedger()
        self.open_month = 0
        self.vouchers: list[int] = []
        self.reversed: list[int] = []
        self._add(AccountsOpened(chart="2023", postings=opening), MONTHS[0])

    def record(
        self, body_of: type[Voucher], month: int, words: tuple[str, str], day: int, late: bool, **own: object
    ) -> None:
        """Record a voucher of a month, not before the earliest open one; `words` are what it says and its handler."""
        period = MONTHS[max(month, self.open_month)]
        summary, handler = words
        text = "reason" if body_of is VoucherReversed else "summary"
        # Judging persons is for drafts; an entry may say anything, and so may its handler.
        body = body_of(
            approver=self.ledger.publish("样例甲"),
            attachments=1,
            bookkeeper=self.ledger.publish("样例乙"),
            chart="2023",
            handler=self.ledger.publish(handler),
            number=get_next_number(self.ledger.facts, period),
            **{text: self.ledger.publish(summary)},
            **own,
        )
        occurred_on = f"{MONTHS[0] if late else period}-{day:02d}"
        self.vouchers.append(self._add(body, period, occurred_on))

    def close(self) -> None:
        """Close the earliest open month."""
        period = MONTHS[self.open_month]
        self._add(build_closing(self.ledger.facts, period), period)
        self.open_month += 1

    def _add(self, body: object, period: str, occurred_on: str = "") -> int:
        codes = self.ledger.record(body, "2027-06-01", period, occurred_on or f"{period}-01")
        assert codes == []
        return self.ledger.entries[-1].index


@st.composite
def draw_history(draw: st.DrawFn) -> TextLedger:
    """A history of up to a dozen vouchers over four months, up to three of them closed; every entry is lawful."""
    history = History(make_postings(*draw(draw_lines())))
    for _ in range(draw(st.integers(0, 12))):
        step = draw(st.sampled_from(["voucher", "voucher", "voucher", "correction", "closing"]))
        words, day = (draw(TEXTS), draw(TEXTS)), draw(st.integers(1, 28))
        month, late = draw(st.integers(0, len(MONTHS) - 1)), draw(st.booleans())
        answerable = [index for index in history.vouchers if index not in history.reversed]
        if step == "closing" and history.open_month < len(MONTHS) - 1:
            history.close()
        elif step == "correction" and answerable:
            wrong = draw(st.sampled_from(answerable))
            body = history.ledger.entries[wrong].body
            red = negate_postings(body.postings)
            history.record(VoucherReversed, month, words, day, late, postings=red, reverses=wrong)
            history.reversed += [wrong, history.vouchers[-1]]  # A red voucher is not taken back.
            if draw(st.booleans()):
                right = make_postings(*draw(draw_lines()))
                history.record(VoucherReplaced, month, words, day, late, postings=right, replaces=wrong)
        else:
            postings = make_postings(*draw(draw_lines()))
            history.record(VoucherRecorded, month, words, day, late, postings=postings)
    return history.ledger
