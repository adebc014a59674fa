"""What a finance sheet tells of besides money, in words: the same on paper, on the page and where paper is audited.

Chinese for readers who never saw a register; amounts in yuan. A sentence stands only where there is something to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.books.contracts import PARTY_NAMES, Direction
from ledger.books.figures import ContractLine, FinanceFigures, ObjectionCounts, RegisterChange
from ledger.books.money import format_yuan
from ledger.books.periods import format_day

EVENT_WORDS = {
    "": "",
    "signed": "新登记",
    "amended": "有变更",
    "ended": "提前终止",
    "voided": "作废",
}
"""What happened to a contract in the month, as it is marked."""
REGISTER_WORDS = {
    "asset-registered": "新登记资产",
    "asset-changed": "资产变动",
    "asset-sold": "资产出售",
    "asset-scrapped": "资产报废",
    "asset-donated": "资产捐出",
    "asset-lost": "资产毁损丢失",
    "resource-registered": "新登记资源",
    "resource-changed": "资源变动",
    "stocktake": "盘点",
}
"""What an entry of a register did."""
_GONE = ("asset-donated", "asset-lost", "asset-scrapped", "asset-sold")
_OPEN_WORDS: dict[Direction, str] = {
    "receives": "到月底，别人按合同还欠村里",
    "pays": "到月底，村里按合同还欠别人",
}
_NAMED_MOST = 3
"""How many contracts that end soon the summary names."""


def list_contracts(figures: FinanceFigures, direction: Direction) -> tuple[ContractLine, ...]:
    """Return the contracts by which the village receives, or pays."""
    return tuple(line for line in figures.contracts if line.direction == direction)


def sum_contracts(lines: Iterable[ContractLine]) -> tuple[int, int, int]:
    """Return what contracts asked in the month, what was paid of them in it, and what is unpaid in all, in fen."""
    lines = list(lines)
    return (
        sum(line.due_fen for line in lines),
        sum(line.paid_fen for line in lines),
        sum(line.unpaid_fen for line in lines),
    )


def tell_party(line: ContractLine) -> str:
    """Return what kind of party the other side is: `对方：本村农户`."""
    return f"对方：{PARTY_NAMES[line.party]}"


def tell_late(line: ContractLine) -> str:
    """Return how long a contract is overdue: `38 天`, empty where it is not."""
    return f"{line.late_days:,} 天" if line.late_days else ""


def tell_quiet(quiet: int, has_lines: bool) -> str:
    """Return the sentence about the contracts of which the month has nothing to tell; empty for none."""
    if not quiet:
        return ""
    other = "另" if has_lines else ""
    return f"{other}有 {quiet:,} 份合同，这个月没有收付，没有到期没付的，九十天内也不到期，在合同台账里看。"


def tell_change(change: RegisterChange) -> str:
    """Return what became of an asset or plot, or what a stock-take found: `出售，2 台：换了新水泵`."""
    if change.kind == "stocktake":
        found = f"，{change.differing:,} 件数目对不上" if change.differing else "，数目都对得上"
        return f"{change.name}盘点 {change.count:,} 件{found}"
    parts = []
    if change.kind.startswith("resource"):
        area = f"面积 {format_yuan(change.area_mu_hundredths)} 亩"
        parts.append(area if change.area_mu_hundredths else "不再归村集体")
    elif change.count:
        parts.append(f"{change.count:,} {change.unit}")
    if change.reason:
        parts.append(change.reason)
    return "，".join(parts)


def tell_taken_over(figures: FinanceFigures) -> str:
    """Return the sentence about assets that stood in the opening balances; empty for none."""
    taken = figures.taken_over
    if taken is None:
        return ""
    cost = format_yuan(taken.amount_fen)
    return f"开账时已有的资产，这个月登记进台账 {taken.assets:,} 件，原值共 {cost} 元，不算新增。"


def tell_objections(counts: ObjectionCounts | None) -> tuple[str, ...]:
    """Return the sentences about the month's objections; none where none came and none was answered."""
    if counts is None:
        return ()
    sentences = []
    if counts.raised:
        upheld = f"，其中 {counts.upheld:,} 件成立" if counts.upheld else ""
        left = f"，还有 {len(counts.open):,} 件没有答复（{'、'.join(counts.open)}）" if counts.open else ""
        sentences.append(
            f"这个月收到异议 {len(counts.raised):,} 件，已经答复 {counts.answered:,} 件{upheld}{left}。"
        )
    if counts.earlier:
        earlier = "、".join(counts.earlier)
        sentences.append(f"这个月还答复了以前收到的异议 {len(counts.earlier):,} 件（{earlier}）。")
    return tuple(sentences)


def tell_contracts(figures: FinanceFigures) -> tuple[str, ...]:
    """Return the summary's sentences about contracts: who owes how much for how long, and which end soon."""
    if not figures.contracts:
        return ()
    sentences = [
        sentence
        for direction in _OPEN_WORDS
        for sentence in _tell_open(direction, list_contracts(figures, direction))
    ]
    if not sentences:
        sentences = ["按合同到了日子该收该付的，都收了付了。"]
    return (*sentences, *_tell_ending([line for line in figures.contracts if line.ends_soon]))


def tell_registers(figures: FinanceFigures) -> tuple[str, ...]:
    """Return the summary's sentence about assets and resources; none where nothing is to be told of them."""
    changes = figures.registers
    new = [change for change in changes if change.kind == "asset-registered"]
    total = format_yuan(sum(change.amount_fen for change in new))
    counted = [
        (len(new), f"新登记资产 {{}} 件，原值共 {total} 元"),
        (_count(changes, *_GONE), "资产处置 {} 件"),
        (_count(changes, "asset-changed"), "资产变动 {} 件"),
        (_count(changes, "resource-registered"), "新登记土地等资源 {} 块"),
        (_count(changes, "resource-changed"), "土地等资源变动 {} 块"),
        (_count(changes, "stocktake"), "盘点 {} 次" + _tell_differing(changes)),
    ]
    told = [words.format(f"{count:,}") for count, words in counted if count]
    return (f"这个月{'；'.join(told)}。",) if told else ()


def _tell_open(direction: Direction, lines: Sequence[ContractLine]) -> tuple[str, ...]:
    owing = [line for line in lines if line.unpaid_fen]
    if not owing:
        return ()
    total = format_yuan(sum(line.unpaid_fen for line in owing))
    longest = max(owing, key=lambda line: line.late_days)
    late = f"，最久的过期 {tell_late(longest)}：{longest.title}" if longest.late_days else ""
    return (f"{_OPEN_WORDS[direction]} {total} 元（{len(owing):,} 份）{late}。",)


def _tell_ending(lines: Sequence[ContractLine]) -> tuple[str, ...]:
    if not lines:
        return ()
    first = sorted(lines, key=lambda line: line.ends_on)[:_NAMED_MOST]
    told = "；".join(f"{line.title}，{format_day(line.ends_on)}" for line in first)
    return (f"九十天内到期的合同 {len(lines):,} 份{'，最早的' if len(first) < len(lines) else ''}：{told}。",)


def _count(changes: Iterable[RegisterChange], *kinds: str) -> int:
    return sum(change.kind in kinds for change in changes)


def _tell_differing(changes: Iterable[RegisterChange]) -> str:
    differing = sum(change.differing for change in changes)
    return f"，{differing:,} 件数目对不上" if differing else ""
