"""The sheet 党小组: the groups of registered branches, each branch whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.books.party_groups import (
    GROUP_MAX,
    BranchGrouped,
    Grouped,
    PartyGroup,
    check_grouped,
    count_members,
)
from ledger.books.screening import check_private_text, format_found
from ledger.errors import Fault
from ledger.log.commitments import Json
from ledger.service.drafts import Discloser
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import (
    check_name,
    fault_branch_unknown,
    fault_zero,
    find_by_number,
    find_private,
    list_branch,
    read_text,
)
from ledger.service.workbooks.tray import Tray
from ledger.state.facts import find_branch
from ledger.state.party_groups import open_groups, read_groups
from ledger.vaults import Member

_SHEET = "工作表「党小组」"
_ENDED = "不再分组"
_OF_ONE = ("党小组序号", "党小组名称", "党员编号", "姓名")
"""What a row says of one member; empty where the branch has groups no more."""


class _Row(NamedTuple):
    """A row with the member whom it is about."""

    line: Line
    member: Member

    @property
    def group(self) -> int:
        return self.line.number("党小组序号")

    @property
    def is_head(self) -> bool:
        return self.line.text("组长") == "是"


def gather_groups(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the groups of a file, all at once, and draft those of each branch."""
    known: dict[int, dict[str, Member]] = {}
    names: dict[tuple[int, int], Line] = {}
    rows: dict[int, list[_Row]] = defaultdict(list)
    ended: dict[int, Line] = {}
    for line in lines:
        tray.refuse(_check_line(tray, line, names))
        branch = line.number("支部")
        if not branch:
            continue
        if branch not in known:
            known[branch] = list_branch(tray.desk, tray.facts, branch)
            if find_branch(tray.facts, branch) is None:
                tray.refuse([fault_branch_unknown(line, branch)])
        if line.text(_ENDED) == "是":
            ended.setdefault(branch, line)
        elif (member := _find_member(tray, line, branch, known[branch])) and tray.is_ready(line):
            rows[branch].append(_Row(line, member))
    for branch, line in ended.items():
        tray.refuse(_check_ended(line, branch, [row for row in lines if row.number("支部") == branch]))
    for branch, some in rows.items():
        members = [member.member for member in known[branch].values()]
        opened = [Grouped(row.group, row.is_head, row.member.member, row.line.place) for row in some]
        tray.refuse(check_grouped(opened, branch, members))
    if tray.faults:
        return
    branches = sorted({*rows, *ended})
    changed = [
        branch for branch in branches if branch in ended or not _is_unchanged(tray, branch, rows[branch])
    ]
    if branches and not changed:
        tray.refuse([_fault_unchanged(branches)])
        return
    same = [branch for branch in branches if branch not in changed]
    tray.notices += [f"支部 {branch} 的党小组和现在的一样，不再登记" for branch in same]
    for branch in changed:
        _draft_branch(tray, branch, rows[branch], known[branch])


def _check_line(tray: Tray, line: Line, names: dict[tuple[int, int], Line]) -> Iterator[Fault]:
    if line.has("姓名"):
        yield from check_private_text(line.written("姓名"), line.at("姓名"))
    if line.has("党小组名称"):
        yield from check_published(line.written("党小组名称"), line.at("党小组名称"), tray.desk.names)
    for header in ("支部", "党小组序号"):
        if line.text(header) == "0":
            yield fault_zero(line, header)
    if line.number("党小组序号") > GROUP_MAX:
        yield Fault(
            code="party-group-number",
            place=line.at("党小组序号"),
            found=line.text("党小组序号"),
            expected=f"1–{GROUP_MAX}",
            remedy="给党小组一个较小的序号",
        )
    if line.text(_ENDED) != "是" and line.can_read(_ENDED):
        yield from (_fault_empty(line, header) for header in _OF_ONE if line.lacks(header))
    key = (line.number("支部"), line.number("党小组序号"))
    if "党小组名称" in line.values and all(key):
        named = names.setdefault(key, line)
        if line.text("党小组名称") != named.text("党小组名称"):
            yield _fault_name(line, named)


def _find_member(tray: Tray, line: Line, branch: int, known: Mapping[str, Member]) -> Member | None:
    """Return whom a row is about; None where that is refused, or cannot be told."""
    if "党员编号" not in line.values or find_branch(tray.facts, branch) is None:
        return None
    found = find_by_number(line, "党员编号", known, "本支部党员")
    if isinstance(found, Fault):
        tray.refuse([found])
        return None
    tray.refuse(check_name(line, "姓名", found.name))
    return found


def _check_ended(line: Line, branch: int, lines: Sequence[Line]) -> Iterator[Fault]:
    """A branch that has groups no more says nothing else."""
    said = [header for header in (*_OF_ONE, "组长") if line.has(header)]
    if said:
        yield _fault_ended(line, f"写了{'、'.join(said)}")
    if len(lines) > 1:
        yield _fault_ended(line, f"支部 {branch} 还有 {len(lines) - 1} 行")


def _is_unchanged(tray: Tray, branch: int, rows: Sequence[_Row]) -> bool:
    """Whether the groups that hold now are the same in every part; where somebody of them was erased they are not."""
    body = read_groups(tray.facts, branch)
    if body is None:
        return False
    now = open_groups(tray.facts, branch, find_private(tray.desk))
    names = {(group.number, read_text(tray.desk, group.name.text)) for group in body.groups}
    return (
        len(now) == count_members(body)
        and names == {(row.group, row.line.text("党小组名称")) for row in rows}
        and {one[:3] for one in now} == {(row.group, row.is_head, row.member.member) for row in rows}
    )


def _draft_branch(tray: Tray, branch: int, rows: Sequence[_Row], known: Mapping[str, Member]) -> None:
    texts = Discloser(tray.desk.ports.entropy)
    together: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        together[row.group].append(row)
    groups = tuple(_build_group(texts, number, some) for number, some in sorted(together.items()))
    body, period = BranchGrouped(branch=branch, groups=groups), tray.desk.today[:7]
    label = name_draft(body)
    faults = tray.check(body, tray.desk.today, period)
    tray.refuse(faults, _SHEET)
    if faults:
        return
    tray.preview.append(label)
    for number, some in sorted(together.items()):
        tray.preview.append(preview_group(number, some[0].line.text("党小组名称"), len(some)))
        said = ((row.member.number, row.member.name, row.is_head) for row in some)
        tray.preview += [
            preview_member(f"{number_} {name}", is_head) for number_, name, is_head in sorted(said)
        ]
    left = len(known) - len(rows)
    if groups and left:
        tray.notices.append(
            f"支部 {branch} 有 {left} 名党员没有写上，不在任何党小组，按党小组测评时评不到：请再看一眼"
        )
    tray.add(body, tray.desk.today, period, label, texts)


def _build_group(texts: Discloser, number: int, rows: Sequence[_Row]) -> PartyGroup:
    sealed = [texts.seal("member", _tell_member(row)) for row in rows]
    return PartyGroup(
        members=tuple(sorted(sealed, key=lambda item: item.sealed)),
        name=texts.publish("name", rows[0].line.text("党小组名称")),
        number=number,
    )


def _tell_member(row: _Row) -> Json:
    """Return what is sealed of a member; that one is the head is left out of all others."""
    said: dict[str, Json] = {"group": row.group, "member": row.member.member}
    return said | ({"head": True} if row.is_head else {})


def name_draft(body: BranchGrouped) -> str:
    """Return how a draft of a branch's groups is called; it names nobody."""
    if not body.groups:
        return f"党小组 支部 {body.branch}：不再分党小组"
    return f"党小组 支部 {body.branch}：{len(body.groups)} 个，党员 {count_members(body)} 名"


def preview_group(number: int, name: str, members: int) -> str:
    """Return the line of a group; it names nobody."""
    return f"　第 {number} 党小组 {name}：{members} 名党员"


def preview_member(name: str, is_head: bool) -> str:
    """Return the line of a member of a group."""
    return f"　　{name}{'（组长）' if is_head else ''}"


def fill_row(branch: int, number: int, name: str, member: Member | None, *, is_head: bool) -> dict[str, str]:
    """Return a member of a group as a row of the sheet; without number and name where they were erased."""
    return {
        "支部": str(branch),
        "党小组序号": str(number),
        "党小组名称": name,
        "党员编号": member.number if member is not None else "",
        "姓名": member.name if member is not None else "",
        "组长": "是" if is_head else "",
    }


def _fault_empty(line: Line, header: str) -> Fault:
    return Fault(
        code="cell-empty",
        place=line.at(header),
        found="空",
        expected=f"填写「{header}」；支部不再分党小组的，「{_ENDED}」选 是",
        remedy=f"补填{header}",
    )


def _fault_name(line: Line, named: Line) -> Fault:
    return Fault(
        code="party-group-name",
        place=line.at("党小组名称"),
        found=format_found(line.text("党小组名称")),
        expected=f"{format_found(named.text('党小组名称'))}，与{named.place}相同",
        remedy="同一党小组写同一个名称，或改正党小组序号",
    )


def _fault_unchanged(branches: Sequence[int]) -> Fault:
    named = "、".join(map(str, branches))
    return Fault(
        code="party-group-unchanged",
        place=_SHEET,
        found=f"支部 {named} 的党小组和现在的一样",
        expected="有改动的党小组",
        remedy="没有改动就不必再登记",
    )


def _fault_ended(line: Line, found: str) -> Fault:
    return Fault(
        code="party-group-ended",
        place=line.place,
        found=f"「{_ENDED}」选了 是，{found}",
        expected="不再分党小组的支部只有一行，只写支部",
        remedy=f"还分党小组的，「{_ENDED}」留空；不分了的，删去别的",
    )
