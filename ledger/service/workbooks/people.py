"""Who is registered, as entries and vault say together, and how a line's number and name lead to them.

The vault alone would not do: it also keeps people of imports whose drafts were given up later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TypeVar

from ledger.books.points import HouseholdsRegistered
from ledger.books.scores import BranchRegistered
from ledger.books.screening import format_found, hide_numbers
from ledger.books.values import Sealed, fold_text
from ledger.canonical import parse_claim
from ledger.errors import Fault
from ledger.log.commitments import index_disclosures, open_disclosure
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.tray import Desk
from ledger.state.facts import EntryAt, Facts, find_branch, read_body, scan_facts
from ledger.state.marks import list_branch_members
from ledger.state.private import FindPrivate, RegisteredHousehold, open_private
from ledger.vaults import Household, Member

T = TypeVar("T")


def list_registered(desk: Desk, facts: Facts) -> dict[str, Household]:
    """Return the households that entries register, by number."""
    found: set[str] = set()
    for _, at in scan_facts(facts, "registered/", EntryAt):
        body = facts.read_entry(at.index).body
        if isinstance(body, HouseholdsRegistered):
            opened = _open_all(desk, body.households, RegisteredHousehold)
            found |= {item.household for item in opened}
    vault = desk.ports.vault
    return {item.number: item for item in vault.list_households(desk.village) if item.household in found}


def list_waiting(desk: Desk) -> frozenset[str]:
    """Return the pseudonyms of households whose registration waits to be passed."""
    found: set[str] = set()
    for draft in desk.ports.vault.list_drafts(desk.village, "waiting"):
        body = parse_claim(draft.claim).body
        if isinstance(body, HouseholdsRegistered):
            kept = index_disclosures(draft.private)
            opened = (open_private(kept.get, item.sealed, RegisteredHousehold) for item in body.households)
            found |= {item.household for item in opened if item is not None}
    return frozenset(found)


def list_branch(desk: Desk, facts: Facts, branch: int) -> dict[str, Member]:
    """Return the members that the newest registration of a branch names, by number."""
    if find_branch(facts, branch) is None:
        return {}
    found = set(list_branch_members(facts, branch, find_private(desk)))
    members = desk.ports.vault.list_members(desk.village)
    return {item.number: item for item in members if item.branch == branch and item.member in found}


def count_branch(facts: Facts, branch: int) -> int:
    """Return how many members the newest registration of a branch has, erased ones too."""
    known = find_branch(facts, branch)
    return known.members if known is not None else 0


def list_ever(desk: Desk, facts: Facts, branch: int) -> set[str]:
    """Return the pseudonyms of all that any registration of a branch names."""
    known, find = find_branch(facts, branch), find_private(desk)
    registrations = known.registrations if known is not None else ()
    return {one for at in registrations for one in list_branch_members(facts, branch, find, at + 1)}


def read_branch_name(desk: Desk, facts: Facts, branch: int) -> str:
    """Return what a branch is called by its newest registration; empty where there is none."""
    known = find_branch(facts, branch)
    return (
        read_text(desk, read_body(facts, known.index, BranchRegistered).name.text)
        if known is not None
        else ""
    )


def fault_branch_unknown(line: Line, branch: int) -> Fault:
    """Say that a row names a branch that is not registered."""
    return Fault(
        code="branch-unknown",
        place=line.at("支部"),
        found=f"支部 {branch}",
        expected="已经登记党员的支部",
        remedy="改正支部序号；新支部先用 mingbai import members 登记并通过审核",
    )


def find_by_number(line: Line, header: str, known: Mapping[str, T], what: str) -> T | Fault:
    """Return whom a line's number means, or a fault; where zeros were lost it names the number with them."""
    number = line.text(header)
    if number in known:
        return known[number]
    near = sorted(other for other in known if other.lstrip("0") == number.lstrip("0"))
    if near:
        return Fault(
            code="code-zeros-lost",
            place=line.at(header),
            found=format_found(number),
            expected=f"「{near[0]}」",
            remedy=f"前面的 0 丢了：把「{header}」这一列设为文本格式，重新输入",
        )
    return Fault(
        code="person-unknown",
        place=line.at(header),
        found=f"{header}{format_found(number)}",
        expected=f"已经登记的{what}",
        remedy=f"对照名册改正{header}；新的{what}先登记并通过审核",
    )


def check_name(line: Line, header: str, name: str) -> list[Fault]:
    """The name beside the number is that person's; neither name is repeated in the fault."""
    if not line.has(header) or header in line.bad or fold_text(line.text(header)) == fold_text(name):
        return []
    return [
        Fault(
            code="person-name",
            place=line.at(header),
            found="与名册上的姓名不同",
            expected="编号和姓名是同一人",
            remedy="对照名册改正编号或姓名",
        )
    ]


def check_title(line: Line, header: str, title: str, code: str) -> list[Fault]:
    """The title beside the code of a rule or an item is its own."""
    if not line.has(header) or header in line.bad or fold_text(line.text(header)) == fold_text(title):
        return []
    return [
        Fault(
            code="rule-name",
            place=line.at(header),
            found=format_found(line.text(header)),
            expected=f"「{title}」（{code}）",
            remedy="编号和名称对不上，改正其中一个",
        )
    ]


def fault_rule_unknown(line: Line, header: str, known: Iterable[str], book: str) -> Fault:
    """Say that a code is not in the rulebook or scheme, with the range of those that are."""
    codes = sorted(known)
    code = line.text(header)
    near = f"；是不是 {code.upper()}" if code.upper() in codes else ""
    return Fault(
        code="rule-unknown",
        place=line.at(header),
        found=format_found(code),
        expected=f"{book}里的编号，{codes[0]} 至 {codes[-1]}",
        remedy=f"对照{book}改正编号{near}",
    )


def fault_zero(line: Line, header: str) -> Fault:
    """Say that a count of nothing was typed."""
    return Fault(
        code="quantity-zero",
        place=line.at(header),
        found="0",
        expected="至少 1",
        remedy="改成实际的数；不要的就删去整行",
    )


def fault_twice(line: Line, header: str, what: str, first: Line) -> Fault:
    """Say that a row repeats an earlier one."""
    return Fault(
        code="row-duplicate",
        place=line.at(header),
        found=f"{hide_numbers(what)}，又出现一次（{first.place}已有）",
        expected="各行不重复",
        remedy="删去重复的一行，或改正填错的一格",
    )


def read_title(desk: Desk, digest: str) -> str:
    """Return the item's name behind a rule's public text, empty where it was redacted."""
    disclosure = desk.reader.find_text(digest)
    if disclosure is None:
        return ""
    _, value = open_disclosure(disclosure, digest)
    return str(value["item"]) if isinstance(value, dict) else ""


def read_text(desk: Desk, digest: str) -> str:
    """Return a public text, empty where it was redacted."""
    disclosure = desk.reader.find_text(digest)
    return str(open_disclosure(disclosure, digest)[1]) if disclosure is not None else ""


def find_private(desk: Desk) -> FindPrivate:
    """Return the look-up of a private disclosure by its digest, in the desk's village."""
    return partial(desk.ports.vault.find_private, desk.village)


def _open_all(desk: Desk, sealed: Iterable[Sealed], kind: type[T]) -> list[T]:
    opened = (open_private(find_private(desk), item.sealed, kind) for item in sealed)
    return [item for item in opened if item is not None]
