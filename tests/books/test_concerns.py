"""Every rule by which somebody would ask about honest books: what it must catch, and a near miss that it must not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ledger.books.concerns.table import NEEDED, SEVERITIES, parse_concerns
from ledger.books.concerns.values import ConcernAcknowledged, check_acknowledged_body
from ledger.books.values import PublicText
from ledger.data import load_reference, read_data
from ledger.errors import format_fault
from tests.books.concern_ledger import ASKS, ConcernLedger

LEDGERS = sorted((Path(__file__).parent / "concerns").glob("*.ledger"))


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_the_rules_ask_what_the_ledger_says(path: Path) -> None:
    chart = "2004" if path.stem.endswith("2004") else "2023"
    assert ConcernLedger(chart).run(path.read_text(encoding="utf-8")) == []


def test_every_rule_catches_something_and_lets_something_be() -> None:
    lines = [line for path in LEDGERS for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [(match[2], line) for line in lines if (match := ASKS.match(line))]

    assert {code for code, line in asked if not line.endswith("| nothing")} == set(NEEDED)
    # A near miss of a rule is a voucher or contract beside the one that it catches, or nothing asked at all.
    assert {code for code, line in asked if line.endswith("| nothing")} | {"cash-limit"} == set(NEEDED)


def test_what_is_said_is_plain_and_names_nobody() -> None:
    ledger = ConcernLedger()
    ledger.run(next(path for path in LEDGERS if "people" in path.stem).read_text(encoding="utf-8"))

    (stand, _) = [item for item in ledger.list_asked("2026-11-30") if item.rule.code == "several-roles"]

    assert stand.concern.said == (
        "2026年11月里同一个人在凭证 2026-11-003 上是经手人，在凭证 2026-11-001 上是审批人。"
    )
    assert stand.concern.since == "2026-11-06"


def test_many_vouchers_are_named_by_the_first_of_them() -> None:
    ledger = ConcernLedger()
    lines = ["2026-10-01 open | debit 102 银行存款 9,000.00 | credit 301 资本 9,000.00 | accepted"]
    lines += [
        f"2026-10-02 voucher {number:03d} | debit 51302 办公费 60.00 | credit 102 银行存款 60.00 | 订报 | accepted"
        for number in range(1, 31)
    ]
    assert ledger.run("\n".join(lines)) == []

    (stand,) = [item for item in ledger.list_asked("2026-10-31") if item.rule.code == "same-twice"]

    assert stand.concern.said == (
        "凭证 2026-10-001、2026-10-002、2026-10-003、2026-10-004 等 30 张：都是2026年10月2日的 60.00 元，摘要也一样。"
    )
    assert len(stand.concern.entries) == 20


def test_nothing_is_asked_before_the_books_are_opened() -> None:
    assert ConcernLedger().list_asked("2026-11-30") == []


def test_a_text_that_is_gone_is_no_reason_to_ask() -> None:
    ledger = ConcernLedger()
    ledger.run(next(path for path in LEDGERS if "people" in path.stem).read_text(encoding="utf-8"))
    ledger.texts.clear()

    assert [item for item in ledger.list_asked("2026-11-30") if item.rule.code == "several-roles"] == []


def test_a_split_is_seen_without_the_name_of_who_paid() -> None:
    ledger = ConcernLedger()
    ledger.run(next(path for path in LEDGERS if "money" in path.stem).read_text(encoding="utf-8"))
    ledger.texts.clear()

    found = [
        item.concern.subject for item in ledger.list_asked("2026-10-20") if item.rule.code == "split-payment"
    ]

    # Those of one account are still there; those of one person alone are not.
    assert found == ["2026-10-016", "2026-10-019", "2026-10-021"]


def test_a_split_says_below_which_limit() -> None:
    said = []
    for name in ("money", "split"):
        ledger = ConcernLedger()
        ledger.run(next(path for path in LEDGERS if path.stem == name).read_text(encoding="utf-8"))
        asked = [item for item in ledger.list_asked("2026-10-20") if item.rule.code == "split-payment"]
        said.append(asked[0].concern.said)

    assert said == [
        (
            "凭证 2026-10-016、2026-10-017：2026年10月16日分 2 笔付出，每笔不到 5,000.00 元的审核限额，"
            "合起来 5,000.00 元。"
        ),
        (
            "凭证 2026-10-001、2026-10-002：2026年10月3日分 2 笔付出，每笔不到 20,000.00 元（这个数起要有决议），"
            "合起来 37,000.00 元。"
        ),
    ]


def test_an_acknowledgement_names_earlier_entries_once_and_in_order() -> None:
    reason = PublicText(text="t" * 43)

    def check(*entries: int) -> list[str]:
        body = ConcernAcknowledged(
            amount_fen=0, concern="cash-limit/2026-10-001", entries=entries, reason=reason
        )
        return [format_fault(fault) for fault in check_acknowledged_body(body, 9, "这件事")]

    assert check() == check(3, 8) == []
    for wrong, found in (
        ((8, 3), "第 8 条、第 3 条"),
        ((3, 3), "第 3 条、第 3 条"),
        ((3, 9), "第 3 条、第 9 条"),
    ):
        assert check(*wrong) == [
            (
                f"这件事所指的记录：现为{found}，应为前面已有的记录，从小到大，各一次。"
                "从“待说明的事”的网页重新办理。（concern-entries）"
            )
        ]


def test_the_nearest_place_has_the_say() -> None:
    text = read_data("concerns.toml").replace(
        '[[concern.thresholds]]\nname = "above_fen"\nplace = "00"\n',
        '[[concern.thresholds]]\nname = "above_fen"\nplace = "37"\nvalue = 2\nstatus = "P"\nsource = "省"\n'
        '[[concern.thresholds]]\nname = "above_fen"\nplace = "371082101201"\nvalue = 3\nstatus = "P"\nsource = "村"\n'
        '[[concern.thresholds]]\nname = "above_fen"\nplace = "00"\n',
    )
    rule = parse_concerns(text).find("cash-limit")

    assert rule is not None
    places = ("371082101201", "371082101202", "110101001001")
    assert [rule.get_threshold("above_fen", place) for place in places] == [3, 2, 100_000]
    with pytest.raises(KeyError):
        rule.get_threshold("days", "371082101201")
    assert rule.list_items("words") == ()


def test_the_table_says_of_every_rule_what_a_reader_must_know() -> None:
    table = load_reference().concerns

    assert {rule.code for rule in table.rules} == set(NEEDED)
    for rule in table.rules:
        assert rule.severity in SEVERITIES
        assert all((rule.title, rule.statement, rule.may_mean, rule.need_not_mean)), rule.code
        assert all(item.source for item in rule.thresholds), rule.code
    assert table.find("nobody") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "cash-short"', 'code = "cash-shirt"', "expected"),
        ('severity = "notice"', 'severity = "mild"', "concern "),
        ('name = "keep_fen"\nplace = "00"', 'name = "keep_fen"\nplace = "37"', "thresholds"),
        (
            'name = "keep_fen"\nplace = "00"',
            'name = "days"\nplace = "00"',
            "thresholds",
        ),
        ('name = "words"', 'name = "worts"', "lists"),
        ('place = "00"\nvalue = 15', 'place = "0"\nvalue = 15', "thresholds"),
        ("value = 15", "value = -1", "out of range"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_name(old: str, new: str, said: str) -> None:
    text = read_data("concerns.toml")
    assert old in text

    with pytest.raises(ValueError, match=said):
        parse_concerns(text.replace(old, new, 1))


def test_a_rule_without_a_source_a_wrong_place_and_a_threshold_twice_are_refused() -> None:
    data = tomllib.loads(read_data("concerns.toml"))
    assert data["concern"]
    row = '[[concern.thresholds]]\nname = "keep_fen"\nplace = "{}"\nvalue = 1\nstatus = "P"\nsource = "x"\n'
    mark = '[[concern.thresholds]]\nname = "keep_fen"\n'

    for places, said in ((("371",), "place"), (("37", "37"), "twice")):
        more = "".join(row.format(place) for place in places)
        with pytest.raises(ValueError, match=said):
            parse_concerns(read_data("concerns.toml").replace(mark, more + mark, 1))
    whole = read_data("concerns.toml")
    at = whole.index("[[concern.cites]]")
    to = whole.index("[[concern]]", at)
    with pytest.raises(ValueError, match="no source"):
        parse_concerns(whole[:at] + "cites = []\n" + whole[to:])
