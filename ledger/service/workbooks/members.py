"""The sheet 党员: party branches and their members."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.scores import BranchRegistered
from ledger.books.screening import check_private_text, format_found
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.screening import check_published
from ledger.service.workbooks.households import check_typed_as_text
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import fault_twice, fault_zero
from ledger.service.workbooks.tray import Tray
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
    known = {
        (item.branch, item.number): item for item in tray.desk.ports.vault.list_members(tray.desk.village)
    }
    for branch in sorted(names):
        members = []
        for line in (line for line in lines if line.number("支部") == branch):
            old = known.get((branch, line.text("党员编号")))
            members.append(
                Member(
                    branch=branch,
                    member=old.member if old else make_pseudonym(tray.desk.ports.entropy, "m-", 16),
                    name=line.text("姓名"),
                    number=line.text("党员编号"),
                )
            )
        tray.members += members
        _register(tray, branch, names[branch].text("支部名称"), members)


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


def _register(tray: Tray, branch: int, name: str, members: Sequence[Member]) -> None:
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
        tray.add(body, tray.desk.today, tray.desk.today[:7], label, texts)
