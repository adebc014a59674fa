"""What holds for any rows of a workbook: vouchers come through unchanged, caps hold in every order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.money import format_yuan
from ledger.books.points import PointsRound
from ledger.books.vouchers import Posting, VoucherRecorded
from ledger.canonical import parse_claim
from ledger.data import load_reference
from ledger.log.commitments import digest_disclosure, index_disclosures, open_disclosure
from ledger.service.import_ import Import
from ledger.service.workbooks.rounds import PlainDrawn, SealedDrawn, split_round
from ledger.state.private import AwardLine, AwardSubject, open_private
from tests.builders import VILLAGE
from tests.service.importing import PERSONS, ImportDesk, make_book, make_date

CHART = load_reference().charts["2023"]
MONEY = ("101", "102")
NAMES = {"0217": "样大山", "0218": "例小河"}
RULES = {"B01": ("打扫门前", 2), "B02": ("帮扶困难户", 4), "C01": ("乱堆柴草", -3)}
CAP = 8
"""Of every rule that `ImportDesk` adopts, for a household and a month."""
OTHER = sorted(set(CHART.accounts) - set(MONEY))
AMOUNTS = st.integers(1, 10**11)


@st.composite
def _vouchers(draw: st.DrawFn) -> tuple[tuple[Posting, ...], str, int, int]:
    """Postings of a voucher that pays or receives, its summary, attachments and day."""
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=4))
    side = draw(st.sampled_from(["debit", "credit"]))
    accounts = draw(st.lists(st.sampled_from(OTHER), min_size=len(amounts), max_size=len(amounts)))
    money: Any = "credit" if side == "debit" else "debit"
    postings = [
        Posting(account=account, amount_fen=amount, side=side)
        for account, amount in zip(accounts, amounts, strict=True)
    ]
    postings.append(Posting(account=draw(st.sampled_from(MONEY)), amount_fen=sum(amounts), side=money))
    summary = draw(st.text("购买种子化肥修路、（）2箱 ", min_size=1, max_size=30)).strip() or "购种子"
    return tuple(draw(st.permutations(postings))), summary, draw(st.integers(1, 99)), draw(st.integers(1, 28))


def _write_amount(amount_fen: int, way: int) -> object:
    """Return an amount in one of the ways clerks leave it in a cell."""
    return (format_yuan(amount_fen), amount_fen / 100, f"{amount_fen // 100}.{amount_fen % 100:02d}")[way]


@settings(max_examples=40)
@given(st.lists(_vouchers(), min_size=1, max_size=4), st.integers(0, 2), st.booleans())
def test_a_workbook_of_valid_vouchers_imports_to_the_same_bodies(
    vouchers: list[tuple[tuple[Posting, ...], str, int, int]], way: int, as_dates: bool
) -> None:
    desk = ImportDesk()
    desk.open_books()
    rows: list[dict[str, Any]] = []
    for number, (postings, summary, attachments, day) in enumerate(vouchers, 1):
        date = f"2026-10-{day:02d}"
        first = {
            "凭证号": f"2026-10-{number:03d}",
            "日期": make_date(date) if as_dates else date,
            "摘要": summary,
            "附件张数": attachments,
            **PERSONS,
        }
        for line, posting in enumerate(postings):
            cells = {
                "科目代码": int(posting.account) if way else posting.account,
                "科目名称": CHART.accounts[posting.account].name,
                "借方金额" if posting.side == "debit" else "贷方金额": _write_amount(posting.amount_fen, way),
            }
            rows.append((first if line == 0 else {}) | cells)

    imported = desk.read("vouchers", make_book("vouchers", rows))

    assert imported.faults == ()
    for draft, (postings, summary, attachments, day) in zip(imported.drafts, vouchers, strict=True):
        claim = parse_claim(draft.claim)
        assert isinstance(claim.body, VoucherRecorded)
        assert (claim.body.postings, claim.body.attachments) == (postings, attachments)
        assert claim.occurred_on == f"2026-10-{day:02d}"
        texts = dict(open_disclosure(text, digest_disclosure(text)) for text in draft.public)
        assert texts["summary"] == summary


@st.composite
def _awards(draw: st.DrawFn) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """Households, rules and quantities of a month, and the same in another order."""
    award = st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(RULES)), st.integers(1, 3))
    awards = draw(st.lists(award, min_size=1, max_size=7))
    return awards, draw(st.permutations(awards))


def _import_awards(awards: list[tuple[str, str, int]]) -> tuple[Import, ImportDesk]:
    desk = ImportDesk()
    desk.register()
    rows = [
        {
            "月份": "2026-10",
            "户号": number,
            "户主": NAMES[number],
            "规则编号": rule,
            "规则名称": RULES[rule][0],
            "数量": quantity,
            "证据": f"照片第 {place} 张",
        }
        for place, (number, rule, quantity) in enumerate(awards)
    ]
    return desk.read("points", make_book("points", rows)), desk


def _sum_awards(awards: Iterable[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    totals: Counter[tuple[str, str]] = Counter()
    for number, rule, quantity in awards:
        totals[number, rule] += quantity * RULES[rule][1]
    return totals


@settings(max_examples=30)
@given(_awards())
def test_caps_hold_whatever_the_order_of_the_rows(
    orders: tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]],
) -> None:
    totals = _sum_awards(orders[0])
    is_within = all(abs(points) <= CAP for points in totals.values())

    for awards in orders:
        imported, desk = _import_awards(awards)
        assert {fault.code for fault in imported.faults} == (set() if is_within else {"award-cap"})
        numbers = {item.household: item.number for item in desk.ports.vault.list_households(VILLAGE)}
        kept = index_disclosures(text for draft in imported.drafts for text in draft.private)
        found: Counter[tuple[str, str]] = Counter()
        for draft in imported.drafts:
            body = parse_claim(draft.claim).body
            assert isinstance(body, PointsRound)
            for line in body.lines:
                subject = open_private(kept.get, line.subject.sealed, AwardSubject)
                assert subject is not None
                found[numbers[subject.household], line.rule] += line.points
            for sealed in body.sealed_lines:
                hidden = open_private(kept.get, sealed.sealed, AwardLine)
                assert hidden is not None
                found[numbers[hidden.household], hidden.rule] += hidden.points
        assert found == (totals if is_within else {})


@given(st.sets(st.text("abc", min_size=1, max_size=6)), st.integers(0, 60), st.integers(0, 9))
def test_parts_of_a_round_hold_every_line_once_and_in_order(
    digests: set[str], plain: int, first_max: int
) -> None:
    listed = sorted(digests, reverse=True)
    lines = [PlainDrawn(digest, f"d{digest}", digest) for digest in listed[:plain]]
    sealed = [SealedDrawn(digest, f"d{digest}", -1) for digest in listed[plain:]]

    parts = split_round(lines, sealed, first_max)

    assert [line for part in parts for line in part.lines] == sorted(listed[:plain])
    assert [item.sealed for part in parts for item in part.sealed_lines] == sorted(listed[plain:])
    assert sum(part.sealed_points for part in parts) == -len(sealed)
    assert sorted(text for part in parts for text in part.private) == sorted(
        f"d{digest}" for digest in digests
    )
    assert len(parts[0].private) <= first_max
    assert all(part.private for part in parts[1:])
