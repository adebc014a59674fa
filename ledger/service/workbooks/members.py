"""The sheet 党员: party branches and their members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.books.scores import BranchRegistered
from ledger.books.screening import check_private_text, format_found
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.screening import check_published
from ledger.service.workbooks.households import check_typed_as_text
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import (
    check_name,
    count_branch,
    fault_twice,
    fault_zero,
    list_branch,
    list_ever,
    read_branch_name,
)
from ledger.service.workbooks.tray import Tray
from ledger.state.party_groups import read_groups
from ledger.vaults import Member


def gather_members(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the list of members and draft a registration for each branch."""
    names: dict[int, Line] = {}
    seen: dict[str, Line] = {}
    for line in lines:
        tray.refuse(_check_line(tray, line, names, seen))
        if line.number("支部") and "支部名称" in line.values:
            names.setdefault(line.number("支部"), line)
        seen.setdefault(line.text("党员编号"), line)
    if tray.faults:
        return
    same = []
    for branch in sorted(names):
        own = [line for line in lines if line.number("支部") == branch]
        members = _build_members(tray, branch, own)
        before = list_branch(tray.desk, tray.facts, branch)
        if _is_unchanged(tray, branch, names[branch].text("支部名称"), before, members):
            same.append(branch)
            continue
        tray.members += members
        _register(tray, branch, names[branch], before, members)
    if len(same) == len(names):
        tray.refuse([_fault_unchanged(names[same[0]], same)])
    else:
        tray.notices += [f"支部 {branch} 的名单和登记的一样，不再登记" for branch in same]


def _build_members(tray: Tray, branch: int, lines: Sequence[Line]) -> list[Member]:
    """Return the members of a branch. A number that was registered before is the same member's, who keeps their name;
    one kept by an import whose drafts were given up gets its old pseudonym again.
    """
    kept = {
        one.number: one
        for one in tray.desk.ports.vault.list_members(tray.desk.village)
        if one.branch == branch
    }
    registered = list_ever(tray.desk, tray.facts, branch)
    members = []
    for line in lines:
        old = kept.get(line.text("党员编号"))
        if old is not None and old.member in registered:
            tray.refuse(check_name(line, "姓名", old.name))
        members.append(
            Member(
                branch=branch,
                member=old.member if old else make_pseudonym(tray.desk.ports.entropy, "m-", 16),
                name=line.text("姓名"),
                number=line.text("党员编号"),
            )
        )
    return members


def _check_line(tray: Tray, line: Line, names: dict[int, Line], seen: dict[str, Line]) -> list[Fault]:
    faults = check_typed_as_text(line, "党员编号")
    if line.has("姓名"):
        faults += check_private_text(line.written("姓名"), line.at("姓名"))
    if line.has("支部名称"):
        faults += check_published(line.written("支部名称"), line.at("支部名称"), tray.desk.names)
    if line.text("支部") == "0":
        faults.append(fault_zero(line, "支部"))
    first = seen.get(line.text("党员编号"))
    if first is not None and line.text("党员编号"):
        faults.append(fault_twice(line, "党员编号", f"党员编号 {line.text('党员编号')}", first))
    named = names.get(line.number("支部"))
    if named is not None and "支部名称" in line.values and line.text("支部名称") != named.text("支部名称"):
        faults.append(
            Fault(
                code="branch-name",
                place=line.at("支部名称"),
                found=format_found(line.text("支部名称")),
                expected=f"{format_found(named.text('支部名称'))}，与{named.place}相同",
                remedy="同一支部写同一个名称，或改正支部序号",
            )
        )
    return faults


def _register(
    tray: Tray, branch: int, first: Line, before: Mapping[str, Member], members: Sequence[Member]
) -> None:
    name = first.text("支部名称")
    tray.refuse(_check_waiting(tray, branch, first))
    texts = Discloser(tray.desk.ports.entropy)
    sealed = [texts.seal("member", {"member": item.member}) for item in members]
    body = BranchRegistered(
        branch=branch,
        members=tuple(sorted(sealed, key=lambda item: item.sealed)),
        name=texts.publish("name", name),
    )
    label = f"支部登记 {branch} {name}，党员 {len(members)} 名"
    faults = tray.check(body, tray.desk.today, tray.desk.today[:7])
    tray.refuse(faults, "工作表「党员」")
    if not faults:
        tray.preview.append(label)
        tray.preview += _tell_change(before, members)
        if read_groups(tray.facts, branch) is not None:
            tray.preview.append("　这个支部分了党小组：名单通过以后，请用「党小组」表再交一次")
        tray.add(body, tray.desk.today, tray.desk.today[:7], label, texts)


def _check_waiting(tray: Tray, branch: int, first: Line) -> list[Fault]:
    """No round waits that was computed from the list before."""
    return [
        Fault(
            code="branch-round-waiting",
            place=first.at("支部"),
            found=f"支部 {branch} {slot[1]} 的评分还在等审核：草稿 {draft.id}",
            expected="没有在等审核的评分：它是照原来的名单算的",
            remedy="请审核的人先通过或退回那份评分，再交名单",
        )
        for slot, draft in tray.desk.waiting.items()
        if slot[0] == "scores" and slot[2] == str(branch)
    ]


def _is_unchanged(
    tray: Tray, branch: int, name: str, before: Mapping[str, Member], members: Sequence[Member]
) -> bool:
    """Whether a branch that is registered has this name and these members. Whoever was erased is still counted: a list
    without them is another one.
    """
    same = before.keys() == {one.number for one in members} and len(members) == count_branch(
        tray.facts, branch
    )
    return bool(before) and same and name == read_branch_name(tray.desk, tray.facts, branch)


def _fault_unchanged(first: Line, branches: Sequence[int]) -> Fault:
    return Fault(
        code="branch-unchanged",
        place=first.at("支部"),
        found=f"支部 {'、'.join(map(str, branches))} 的名称和名单与登记的相同",
        expected="有人加入或离开，或者换了名称",
        remedy="没有变动就不用再交",
    )


def _tell_change(before: Mapping[str, Member], members: Sequence[Member]) -> Iterator[str]:
    """Yield who joins and who leaves a branch that was registered before."""
    numbers = {one.number for one in members}
    joined, left = sorted(numbers - before.keys()), sorted(before.keys() - numbers)
    if before and joined:
        yield f"　新加入：党员 {'、'.join(joined)}"
    if left:
        yield f"　不再是本支部党员：{'、'.join(left)}（以前的评分照旧）"
