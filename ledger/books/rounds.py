"""What every round shares, of villagers' points and of members' scores: order, uniqueness, parts, products.

A line is plain but for its subject, or sealed whole. Within an entry every digest stands once and in
ascending order, so that neither the order of a list nor a repetition says whom it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from ledger.books.values import Sealed
from ledger.errors import Fault


class PlainLine(NamedTuple):
    """A plain line as rules judge it: villagers' and members' alike."""

    code: str
    points: int
    quantity: int


class Worth(NamedTuple):
    """What a rule or an item is worth, whether its lines may stand in plain, and for which time (`span`) its cap holds:
    of a rulebook a month, of a scheme what one score looks back on.
    """

    monthly_cap: int
    plain: bool
    points: int
    span: str = "月"


class Opened(Protocol):
    """A line with what is sealed in it, as rules judge it: a villager's award and a member's mark alike."""

    @property
    def place(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def sealed(self) -> bool: ...


class Part(Protocol):
    """A round's entry, or a part of it."""

    @property
    def part(self) -> int: ...
    @property
    def parts(self) -> int: ...


class OpenedFault(NamedTuple):
    """What one kind of round says of a wrong opened line beside the figures."""

    code: str
    remedy: str


class OpenedWords(NamedTuple):
    """How one kind of round speaks of its opened lines: `who` a line is about, `each` of whom a cap holds for."""

    cap: OpenedFault
    each: str
    product: OpenedFault
    sealed: OpenedFault
    who: str


def build_fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    """Return a fault from its five parts, in the order in which they are read."""
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)


def check_order(sealed: Iterable[Sealed], place: str) -> list[Fault]:
    """Return a fault where the digests are not strictly ascending: out of order, or one stands twice."""
    digests = [item.sealed for item in sealed]
    for number, (before, after) in enumerate(pairwise(digests), 2):
        if before >= after:
            return [
                build_fault(
                    "digests-order",
                    f"{place}第 {number} 行",
                    "重复的摘要" if before == after else "比上一行小的摘要",
                    "摘要从小到大，各不相同",
                    "按摘要从小到大排好，同一摘要只留一次",
                )
            ]
    return []


def check_apart(plain: Iterable[Sealed], sealed: Iterable[Sealed], place: str) -> list[Fault]:
    """Return a fault where a digest stands for a plain and a sealed line: a reversal could mean either."""
    both = {item.sealed for item in plain} & {item.sealed for item in sealed}
    if not both:
        return []
    return [
        build_fault(
            "digests-shared",
            place,
            f"{len(both)} 个摘要既在明示行又在密封行",
            "每个摘要只用一次",
            "每一行都重新取随机盐，再生成摘要",
        )
    ]


def check_part(part: int, parts: int, place: str) -> list[Fault]:
    """Return a fault where a part's number is above how many parts there are."""
    if part <= parts:
        return []
    return [
        build_fault(
            "round-part", place, f"第 {part} 部分，共 {parts} 部分", f"第 1–{parts} 部分", "改正部分的序号"
        )
    ]


def check_sequence(place: str, done: int, parts: int, body: Part, once: str) -> list[Fault]:
    """Return a fault unless a part is the next of its round, and says of it what part 1 said.

    `done` parts of `parts` are recorded already; `once` says how often there is such a round.
    """
    if done and done == parts:
        return [build_fault("round-twice", place, tell_recorded(parts), once, "漏记的下一轮补记")]
    if body.part != done + 1:
        found, expected = f"第 {body.part} 部分", f"第 {done + 1} 部分"
        return [build_fault("round-next-part", place, found, expected, "各部分从 1 起依次通过")]
    if done and body.parts != parts:
        found, expected = f"共 {body.parts} 部分", f"与第 1 部分相同：共 {parts} 部分"
        remedy = "整个评议重新生成后再提交"
        return [build_fault("round-differs", f"{place}第 {body.part} 部分", found, expected, remedy)]
    return []


def tell_recorded(parts: int) -> str:
    """Return that a round of so many parts is recorded whole, as people say it."""
    return "这一轮已经记过" if parts == 1 else f"已有全部 {parts} 部分"


def check_lines(lines: Sequence[PlainLine], worths: dict[str, Worth], place: str, book: str) -> list[Fault]:
    """Return every fault of plain lines under what rules or items are worth; `book` names their source."""
    faults = []
    for number, line in enumerate(lines, 1):
        at = f"{place}第 {number} 行"
        worth = worths.get(line.code)
        if worth is None:
            faults.append(build_fault("line-code", at, line.code, f"{book}里有的编号", f"对照{book}改正编号"))
        elif not worth.plain:
            faults.append(
                build_fault(
                    "line-plain",
                    at,
                    f"{line.code} 明示",
                    "整行密封",
                    "扣分和关系到各家私事的加分一律整行密封",
                )
            )
        else:
            faults += _check_product(line, worth, at)
    return faults


def _check_product(line: PlainLine, worth: Worth, at: str) -> list[Fault]:
    faults = []
    product = worth.points * line.quantity
    if line.points != product:
        faults.append(
            build_fault(
                "line-points",
                at,
                f"{line.points} 分",
                f"{worth.points} 分 × {line.quantity} = {product} 分",
                "分值等于条目的分值乘以数量",
            )
        )
    if product > worth.monthly_cap:
        faults.append(
            build_fault(
                "line-cap",
                at,
                f"{product} 分",
                f"每{worth.span}不超过 {worth.monthly_cap} 分",
                "超过封顶的不计分",
            )
        )
    return faults


def check_sealed_sum(lines: int, points: int, place: str) -> list[Fault]:
    """Return a fault where a sum is given for sealed lines that are not there."""
    if lines or not points:
        return []
    return [build_fault("sealed-sum", place, f"没有密封行，合计却是 {points} 分", "0 分", "重新合计密封行")]


def check_opened(line: Opened, code: str, worth: Worth, before: int, words: OpenedWords) -> list[Fault]:
    """Return every fault of an opened line: points that are no product, a cap exceeded, a wrong sealing.

    `before` is what the same person already has by this code in the time that its cap holds for, without sign.
    """
    faults = []
    product = worth.points * line.quantity
    if line.quantity < 1 or line.points != product:
        faults.append(
            build_fault(
                words.product.code,
                line.place,
                f"{line.points} 分",
                f"{worth.points} 分 × {line.quantity} = {product} 分，数量至少 1",
                words.product.remedy,
            )
        )
    total = before + abs(line.points)
    if total > worth.monthly_cap:
        faults.append(
            build_fault(
                words.cap.code,
                line.place,
                f"{words.who}本{worth.span} {code} 累计 {total} 分",
                f"每{words.each}每{worth.span}不超过 {worth.monthly_cap} 分",
                words.cap.remedy,
            )
        )
    if line.sealed == worth.plain:
        faults.append(
            build_fault(
                words.sealed.code,
                line.place,
                "整行密封" if line.sealed else "明示",
                "明示" if worth.plain else "整行密封",
                words.sealed.remedy,
            )
        )
    return faults


def check_opened_sum(lines: Iterable[Opened], claimed: int, place: str) -> list[Fault]:
    """Return a fault where the lines sealed whole do not add up to the points that their entry claims."""
    total = sum(line.points for line in lines if line.sealed)
    if total == claimed:
        return []
    return [build_fault("private-sum", place, f"{claimed} 分", f"{total} 分", "按隐私库重新合计密封行")]
