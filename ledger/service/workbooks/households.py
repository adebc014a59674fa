"""The sheet 农户: households with their pseudonyms, and the agreements they signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.books.consents import Standing
from ledger.books.points import CONSENT_NAMES, AgreementsSigned, Consent, GroupCount, HouseholdsRegistered
from ledger.books.screening import check_private_text, hide_numbers
from ledger.errors import Fault
from ledger.limits import ENTRY_MAX_LINES
from ledger.service.drafts import Discloser
from ledger.service.pseudonyms import make_pseudonym
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.people import (
    check_name,
    fault_twice,
    fault_zero,
    find_private,
    list_registered,
    list_waiting,
)
from ledger.service.workbooks.tray import Desk, Tray, split_parts
from ledger.state.consents import list_withdrawals, read_standings
from ledger.state.facts import RulebookFacts, get_fact
from ledger.vaults import Household

_OF_DAYS = frozenset({"date-future", "period-closed", "period-future"})
"""Faults that a day of signing has whoever signs."""


def gather_households(tray: Tray, lines: Sequence[Line]) -> None:
    """Judge the list of households and draft their registration, then the agreements by day of signing.

    A household registered before may stand in the list again to sign what it has not signed yet.
    """
    desk = tray.desk
    registered = list_registered(desk, tray.facts)
    kept = {item.number: item for item in desk.ports.vault.list_households(desk.village)}
    waiting = list_waiting(desk)
    rulebook = get_fact(tray.facts, "rulebook", RulebookFacts)
    version = rulebook.version if rulebook else 0
    standings = read_standings(tray.facts, tray.facts.next_index, find_private(desk), version=version)
    withdrawn = _list_days(tray)
    seen: dict[str, Line] = {}
    for line in lines:
        number = line.text("户号")
        tray.refuse(_check_line(line, seen.get(number) if number else None))
        known = registered.get(number)
        if known is not None:
            given = _list_given(standings.get(known.household, {}))
            tray.refuse(_check_known(line, known, given, withdrawn.get(known.household, "")))
        elif number in kept and kept[number].household in waiting:
            tray.refuse([_fault_known(line, "的登记正在待审")])
        seen.setdefault(number, line)
    if not version and any(line.has("签约日期") for line in lines):
        tray.refuse([_fault_no_rulebook(next(line for line in lines if line.has("签约日期")))])
    if tray.faults:
        # What is signed in the future or in a closed month is said in the same go as everything else.
        for line in _list_first_of_days(lines):
            tray.refuse(_check_day(tray, line, version), line.at("签约日期"))
        return
    # A household kept by an import whose drafts were given up gets its old pseudonym again.
    households = [_build_household(desk, line, kept.get(line.text("户号"))) for line in lines]
    tray.households += households
    _register(tray, [item for item in households if item.number not in registered])
    for first in _list_first_of_days(lines):
        pairs = zip(households, lines, strict=True)
        day = first.text("签约日期")
        agreed = [item for item, line in pairs if line.text("签约日期") == day]
        # Of what is in force already nothing is given a second time.
        fresh = {
            item.household: item.consents - _list_given(standings.get(item.household, {})) for item in agreed
        }
        _sign(tray, fresh, first, version)


def check_typed_as_text(line: Line, header: str) -> list[Fault]:
    """A code typed as a number may have lost the zeros before it, and nobody can tell."""
    if header not in line.typed_numbers or header in line.bad:
        return []
    return [
        Fault(
            code="code-typed-as-number",
            place=line.at(header),
            found=f"数字 {hide_numbers(line.text(header))}",
            expected="文本格式的编号",
            remedy="把这一列设为文本格式，重新输入编号，前面的 0 不要丢",
        )
    ]


def _check_line(line: Line, first: Line | None) -> list[Fault]:
    faults = check_typed_as_text(line, "户号")
    faults += check_private_text(line.written("户主"), line.at("户主")) if line.has("户主") else []
    if first is not None:
        faults.append(fault_twice(line, "户号", f"户号 {line.text('户号')}", first))
    if line.text("村民小组") == "0":
        faults.append(fault_zero(line, "村民小组"))
    chosen = [header for header in CONSENT_NAMES.values() if line.text(header) == "是"]
    if line.text("同意积分") == "否" and chosen:
        faults.append(
            Fault(
                code="consent-without-scoring",
                place=line.at(chosen[0]),
                found=f"「{chosen[0]}」是，「同意积分」否",
                expected="不同意积分的，公示和署名也是否",
                remedy="对照积分契约改正",
            )
        )
    consents_known = all(line.can_read(header) for header in CONSENT_NAMES.values())
    if consents_known and "签约日期" not in line.unknown and bool(chosen) != line.has("签约日期"):
        faults.append(
            Fault(
                code="agreement-day",
                place=line.at("签约日期"),
                found="空" if chosen else "有日期，但三项都不同意",
                expected="同意积分的有签约日期，不同意的留空",
                remedy="对照积分契约，补上日期或改正选项",
            )
        )
    return faults


def _check_known(line: Line, known: Household, given: frozenset[Consent], withdrawn_on: str) -> list[Fault]:
    """A household registered before is the same one, and signs what it has not signed, or withdrew before."""
    chosen = {name for name, header in CONSENT_NAMES.items() if line.text(header) == "是"}
    if line.lacks("签约日期") or (given and chosen <= given):
        return [_fault_known(line, "已经登记、签约" if given else "已经登记")]
    faults = check_name(line, "户主", known.name)
    if line.text("签约日期") < withdrawn_on and "签约日期" in line.values:
        faults.append(
            Fault(
                code="consent-outdated",
                place=line.at("签约日期"),
                found=f"{line.text('签约日期')}，这一户 {withdrawn_on} 撤回过同意",
                expected="撤回以后重新签的契约",
                remedy="删去这一行；这一户愿意再同意的，请重新签，写新的签约日期",
            )
        )
    if line.number("村民小组") != known.group and "村民小组" in line.values:
        faults.append(
            Fault(
                code="household-group",
                place=line.at("村民小组"),
                found=line.text("村民小组"),
                expected=f"{known.group}，与登记时相同",
                remedy="对照名册改正户号或村民小组",
            )
        )
    return faults


def _fault_known(line: Line, why: str) -> Fault:
    return Fault(
        code="household-known",
        place=line.at("户号"),
        found=f"户号 {hide_numbers(line.text('户号'))} {why}",
        expected="还没有登记的农户，或者新签契约的农户",
        remedy="删去这一行；名册只登记一次，契约只签一次",
    )


def _fault_no_rulebook(line: Line) -> Fault:
    return Fault(
        code="rulebook-missing",
        place=line.at("签约日期"),
        found="本村还没有通过的积分细则",
        expected="先有积分细则，再签积分契约",
        remedy="先用 mingbai adopt rulebook 采用细则并由另一人通过，再导入农户",
    )


def _build_household(desk: Desk, line: Line, known: Household | None) -> Household:
    return Household(
        consents=frozenset(name for name, header in CONSENT_NAMES.items() if line.text(header) == "是"),
        group=line.number("村民小组"),
        household=known.household if known else make_pseudonym(desk.ports.entropy, "h-", 16),
        name=line.text("户主"),
        number=line.text("户号"),
    )


def _register(tray: Tray, households: Sequence[Household]) -> None:
    if not households:
        return
    parts = split_parts(households, ENTRY_MAX_LINES)
    for number, (start, stop) in enumerate(parts, 1):
        texts = Discloser(tray.desk.ports.entropy)
        sealed = [
            texts.seal("household", {"group": item.group, "household": item.household})
            for item in households[start:stop]
        ]
        counts = Counter(item.group for item in households[start:stop])
        body = HouseholdsRegistered(
            groups=tuple(
                GroupCount(group=group, households=count) for group, count in sorted(counts.items())
            ),
            # In order of digest, so that the place in the list tells nothing of the household.
            households=tuple(sorted(sealed, key=lambda item: item.sealed)),
        )
        part = f"（第 {number}/{len(parts)} 部分）" if len(parts) > 1 else ""
        label = f"农户登记 {stop - start} 户，{len(counts)} 个村民小组{part}"
        faults = tray.check(body, tray.desk.today, tray.desk.today[:7])
        tray.refuse(faults, "工作表「农户」")
        if not faults:
            tray.preview.append(label)
            tray.add(body, tray.desk.today, tray.desk.today[:7], label, texts)


def _list_first_of_days(lines: Sequence[Line]) -> list[Line]:
    """Return the first line of each day of signing, by day."""
    firsts: dict[str, Line] = {}
    for line in lines:
        firsts.setdefault(line.text("签约日期"), line)
    return [line for day, line in sorted(firsts.items()) if day]


def _check_day(tray: Tray, line: Line, version: int) -> list[Fault]:
    """Return what is wrong with a day of signing, whoever signs."""
    day = line.text("签约日期")
    body = AgreementsSigned(agreements=(), display=0, naming=0, scoring=0, version=version)
    return [fault for fault in tray.check(body, day, day[:7]) if fault.code in _OF_DAYS]


def _list_given(standing: Standing) -> frozenset[Consent]:
    return frozenset(name for _, name in standing)


def _list_days(tray: Tray) -> dict[str, str]:
    """Return the day on which each household withdrew anything last."""
    found = list_withdrawals(tray.facts, tray.facts.next_index, find_private(tray.desk))
    return {household: tray.facts.read_entry(at).occurred_on for household, at in found.items()}


def _sign(tray: Tray, fresh: Mapping[str, frozenset[Consent]], first: Line, version: int) -> None:
    """Draft what the households newly agreed to on one day, that of the line `first`."""
    day = first.text("签约日期")
    agreed = tuple(fresh.items())
    for start, stop in split_parts(agreed, ENTRY_MAX_LINES):
        texts = Discloser(tray.desk.ports.entropy)
        part = agreed[start:stop]
        sealed = [
            texts.seal(
                "agreement",
                {"household": household, **{name: name in given for name in CONSENT_NAMES}},
            )
            for household, given in part
        ]
        counts = {name: sum(name in given for _, given in part) for name in CONSENT_NAMES}
        body = AgreementsSigned(
            agreements=tuple(sorted(sealed, key=lambda item: item.sealed)),
            display=counts["display"],
            naming=counts["naming"],
            scoring=counts["scoring"],
            version=version,
        )
        label = (
            f"积分契约 {day} 签 {len(part)} 户：同意积分 {counts['scoring']}、公示 {counts['display']}、"
            f"署名 {counts['naming']}"
        )
        faults = tray.check(body, day, day[:7])
        tray.refuse(faults, first.at("签约日期"))
        if not faults:
            tray.preview.append(label)
            tray.add(body, day, day[:7], label, texts)
