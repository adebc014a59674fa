import pytest

from ledger.errors import Fault, NotProven, Refused, Tampered, format_fault

UNBALANCED = Fault(
    code="voucher-unbalanced",
    place="凭证 2026-11-017",
    found="借方 1,200.00、贷方 1,020.00",
    expected="借贷相等",
    remedy="请补记或改正 180.00 元的分录",
)
MISSING = Fault(code="date-missing", place="第 3 行「日期」列", found="", expected="", remedy="请填写日期")
BARE = Fault(code="bare", place="第 3 行", found="空白", expected="", remedy="")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (
            UNBALANCED,
            (
                "凭证 2026-11-017：现为借方 1,200.00、贷方 1,020.00，应为借贷相等。"
                "请补记或改正 180.00 元的分录。（voucher-unbalanced）"
            ),
        ),
        (MISSING, "第 3 行「日期」列。请填写日期。（date-missing）"),
        (BARE, "第 3 行：现为空白。（bare）"),
    ],
)
def test_a_fault_reads_as_one_line_without_its_empty_parts(fault, line):
    assert format_fault(fault) == line


def test_a_refusal_carries_every_fault():
    refusal = Refused(iter([UNBALANCED, MISSING]))

    assert refusal.faults == (UNBALANCED, MISSING)
    assert str(refusal).splitlines() == [format_fault(UNBALANCED), format_fault(MISSING)]


def test_a_refusal_without_a_fault_is_our_own_mistake():
    with pytest.raises(ValueError, match="at least one fault"):
        Refused([])


def test_what_is_not_proven_has_a_reason_and_a_code():
    assert NotProven("没有签名").code == "not-proven"
    assert str(NotProven("没有签名", code="note-unsigned")) == "没有签名"


def test_tampering_says_index_expected_and_found():
    assert str(Tampered(3, expected="甲", found="乙")) == "日志第 3 条前后矛盾：应为 甲，实为 乙"
