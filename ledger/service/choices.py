"""What a column of a sheet that is typed may be chosen from: a template's drop-downs, and the village's people.

Each choice has what stands beside it on the paper, so that a code is found by its name; and where two columns say the
same, code and name, one gives the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ledger.books import star_steps
from ledger.books.assets import AssetRegistered
from ledger.books.cases import FOLLOWING, STAGE_NAMES
from ledger.books.resources import ResourceRegistered
from ledger.books.star_steps import name_subject
from ledger.figures.charts import collect_chart
from ledger.log.commitments import open_disclosure
from ledger.ports import Ports, Reader
from ledger.service.sheets import read_texts
from ledger.service.slots import find_next_case, find_next_number, list_waiting_slots
from ledger.service.workbooks.columns import WORKBOOKS, WorkbookKind
from ledger.state import get_day
from ledger.state.assets import iterate_assets, read_asset
from ledger.state.cases import get_stage, list_case_facts
from ledger.state.charts import iterate_own
from ledger.state.contracts import iterate_contracts
from ledger.state.facts import BranchFacts, VillageFacts, get_fact, read_body, scan_facts
from ledger.state.funds import find_fund, list_fund_numbers
from ledger.state.grids import read_units
from ledger.state.money import get_next_number
from ledger.state.register_facts import ContractFacts
from ledger.state.resolutions import find_resolution, list_forum_numbers, list_resolution_numbers
from ledger.state.resources import iterate_resources
from ledger.state.rulebooks import list_rulebooks
from ledger.state.schemes import list_schemes
from ledger.state.shops import find_newest_shop
from ledger.state.star_steps import get_star_facts, get_star_stage, list_star_numbers


class Choice(NamedTuple):
    """`value` is what is typed; `beside` tells a person what it means, and may be empty."""

    value: str
    beside: str


Choices = Mapping[str, tuple[Choice, ...]]
"""Choices by the header of a column."""

HOUSEHOLD_COLUMN, MEMBER_COLUMN = "户号", "党员编号"
"""Columns whose choices name villagers."""
PAIRS: Mapping[str, str] = {
    "科目代码": "科目名称",
    HOUSEHOLD_COLUMN: "户主",
    "规则编号": "规则名称",
    "项目编号": "项目名称",
    MEMBER_COLUMN: "姓名",
    "商品编号": "商品名称",
}
"""Columns of codes, and the columns that say the same in words."""
_LISTS: frozenset[WorkbookKind] = frozenset({"households", "members"})
"""Sheets in which people are registered: to choose who is registered already would mislead."""
_REGISTERS: frozenset[WorkbookKind] = frozenset({"resolutions", "funds"})
_NAMED = frozenset({"决议编号", "专款编号"})
_NAMED_MAX = 100
"""The newest resolutions are offered: older ones are typed."""
_FUNCTIONS = ("经手人", "审批人", "记账员")


def list_choices(ports: Ports, village: str, kind: WorkbookKind) -> dict[str, tuple[Choice, ...]]:
    """Return what the columns of a sheet may be chosen from; columns without choices are left out."""
    headers = {column.header for sheet in WORKBOOKS[kind].sheets for column in sheet.columns}
    with ports.ledger.read(village) as reader:
        found = {
            **list_account_choices(ports, reader),
            **_list_rules(reader),
            **_list_items(reader),
            **_list_branches(reader),
            **_list_goods(reader),
            **(_list_people(ports, village, headers) if kind not in _LISTS else {}),
            "凭证号": _list_numbers(ports, village, reader),
            **({"合同编号": _list_contracts(ports, village, reader, kind)} if "合同编号" in headers else {}),
            **({"资产编号": _list_assets(ports, village, reader, kind)} if "资产编号" in headers else {}),
            **({"资源编号": _list_resources(ports, village, reader, kind)} if "资源编号" in headers else {}),
            **({"标的编号": _list_subjects(ports, village, reader)} if "标的编号" in headers else {}),
            **({"网格编号": list_unit_choices(reader)} if "网格编号" in headers and kind != "grids" else {}),
            **({"诉求编号": _list_cases(ports, village, reader)} if "诉求编号" in headers else {}),
            **({"申报编号": _list_stars(ports, village, reader)} if "申报编号" in headers else {}),
            **(_list_meetings(ports, village, reader, kind) if headers & _NAMED else {}),
        }
    persons = sorted({person.name for person in ports.vault.list_persons(village)})
    found |= dict.fromkeys(_FUNCTIONS, tuple(Choice(name, "") for name in persons))
    found |= {
        column.header: tuple(Choice(option, "") for option in column.options)
        for sheet in WORKBOOKS[kind].sheets
        for column in sheet.columns
        if column.form == "choice"
    }
    return {header: choices for header, choices in found.items() if header in headers and choices}


def complete(kind: WorkbookKind, sheet: str, row: tuple[str, ...], choices: Choices) -> tuple[str, ...]:
    """Return a row with the empty one of each pair filled in by the other: a code's name, a name's only code."""
    (columns,) = (item.columns for item in WORKBOOKS[kind].sheets if item.name == sheet)
    places = {column.header: number for number, column in enumerate(columns)}
    texts = list(row)
    for code, name in PAIRS.items():
        if code not in places or name not in places:
            continue
        for given, wanted in ((places[code], places[name]), (places[name], places[code])):
            header = columns[given].header
            meant = {
                choice.beside for choice in choices.get(header, ()) if choice.value == texts[given].strip()
            }
            if not texts[wanted] and texts[given] and len(meant) == 1:
                texts[wanted] = meant.pop()
    return tuple(texts)


def _pair(header: str, other: str, pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[Choice, ...]]:
    """Return the choices of a column of codes and of that of their names."""
    known = list(pairs)
    return {
        header: tuple(Choice(code, name) for code, name in known),
        other: tuple(Choice(name, code) for code, name in known),
    }


def list_account_choices(ports: Ports, reader: Reader) -> dict[str, tuple[Choice, ...]]:
    """Return the accounts that vouchers of this month may post to, by code and by name; empty before a log is."""
    facts = get_fact(reader.facts, "village", VillageFacts)
    if facts is None:
        return {}
    month = get_day(ports.clock.now_ms())[:7]
    chart = collect_chart(reader.facts, ports.reference, read_texts(reader), month)
    shut = {code for code, known in iterate_own(reader.facts, chart.version) if known.closed}
    accounts = [account for account in chart.accounts.values() if account.code not in shut]
    return _pair("科目代码", "科目名称", ((account.code, account.name) for account in accounts))


def _list_rules(reader: Reader) -> dict[str, tuple[Choice, ...]]:
    books = list_rulebooks(reader.facts)
    rules = books[0].rules if books else ()
    return _pair("规则编号", "规则名称", ((rule.code, _read_item(reader, rule.text.text)) for rule in rules))


def _list_items(reader: Reader) -> dict[str, tuple[Choice, ...]]:
    schemes = list_schemes(reader.facts)
    items = schemes[0].items if schemes else ()
    return _pair("项目编号", "项目名称", ((item.code, _read_item(reader, item.text.text)) for item in items))


def _list_goods(reader: Reader) -> dict[str, tuple[Choice, ...]]:
    shop = find_newest_shop(reader.facts)
    goods = shop.goods if shop is not None else ()
    return _pair("商品编号", "商品名称", ((item.code, _read_text(reader, item.name.text)) for item in goods))


def _list_branches(reader: Reader) -> dict[str, tuple[Choice, ...]]:
    branches = [key.rpartition("/")[2] for key, _ in scan_facts(reader.facts, "branch/", BranchFacts)]
    return {"支部": tuple(Choice(str(int(branch)), "") for branch in branches)}


def _list_people(ports: Ports, village: str, headers: Collection[str]) -> dict[str, tuple[Choice, ...]]:
    """Return the households and members whom a sheet names by their numbers; of another sheet nobody's name is shown:
    the 姓名 of a grid's holder is whoever it is, no member of the party in particular.
    """
    found: dict[str, tuple[Choice, ...]] = {}
    if HOUSEHOLD_COLUMN in headers:
        households = ((item.number, item.name) for item in ports.vault.list_households(village))
        found |= _pair(HOUSEHOLD_COLUMN, PAIRS[HOUSEHOLD_COLUMN], households)
    if MEMBER_COLUMN in headers:
        members = ((item.number, item.name) for item in ports.vault.list_members(village))
        found |= _pair(MEMBER_COLUMN, PAIRS[MEMBER_COLUMN], members)
    return found


def _list_numbers(ports: Ports, village: str, reader: Reader) -> tuple[Choice, ...]:
    """Return the number that the month's next voucher has, after those that wait."""
    month = get_day(ports.clock.now_ms())[:7]
    number = int(get_next_number(reader.facts, month)[8:])
    waiting = [
        int(slot[1][8:])
        for slot in list_waiting_slots(ports.vault, village)
        if slot[0] == "voucher" and slot[1].startswith(f"{month}-")
    ]
    return (Choice(f"{month}-{max(number, *(one + 1 for one in waiting), 1):03d}", "接下来的编号"),)


def _list_contracts(ports: Ports, village: str, reader: Reader, kind: WorkbookKind) -> tuple[Choice, ...]:
    """Return the contracts that go on, with their titles; where contracts are typed, the next number before them."""
    found: list[Choice] = []
    today = get_day(ports.clock.now_ms())
    numbers = [key.rpartition("/")[2] for key, _ in scan_facts(reader.facts, "contract/", ContractFacts)]
    if kind == "contracts":
        waiting = [slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "contract"]
        found.append(Choice(find_next_number("HT-", (*numbers, *waiting), 4), "接下来的编号"))
    # Of one that is over, what is still owed may be paid.
    found += [
        Choice(contract.signed.number, _read_text(reader, contract.signed.title.text))
        for contract in iterate_contracts(reader.facts)
        if contract.is_in_force(today) or any(item.unpaid_fen for item in contract.matched.dues)
    ]
    return tuple(found)


def _list_assets(ports: Ports, village: str, reader: Reader, kind: WorkbookKind) -> tuple[Choice, ...]:
    """Return the assets that are still there, with their names; where they are typed, the next number before them."""
    found = [_build_next(ports, village, reader, "asset", "ZC")] if kind == "assets" else []
    for number, known in iterate_assets(reader.facts):
        if not known.disposed or (kind == "vouchers" and not read_asset(reader.facts, known).is_settled):
            body = read_body(reader.facts, known.registered, AssetRegistered)
            found.append(Choice(number, _read_text(reader, body.name.text)))
    return tuple(found)


def _list_resources(ports: Ports, village: str, reader: Reader, kind: WorkbookKind) -> tuple[Choice, ...]:
    found = [_build_next(ports, village, reader, "resource", "ZY")] if kind == "resources" else []
    for number, known in iterate_resources(reader.facts):
        body = read_body(reader.facts, known.registered, ResourceRegistered)
        found.append(Choice(number, _read_text(reader, body.name.text)))
    return tuple(found)


def _list_subjects(ports: Ports, village: str, reader: Reader) -> tuple[Choice, ...]:
    """Return what a contract may be about: the assets that are there, and the resources."""
    return (
        *_list_assets(ports, village, reader, "contracts"),
        *_list_resources(ports, village, reader, "contracts"),
    )


def _build_next(ports: Ports, village: str, reader: Reader, family: str, letters: str) -> Choice:
    """Return the number that the register's next line has, after those that wait."""
    numbers = [key.rpartition("/")[2] for key, _ in reader.facts.scan(f"{family}/")]
    waiting = [slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == family]
    return Choice(find_next_number(f"{letters}-", (*numbers, *waiting), 4), "接下来的编号")


def list_unit_choices(reader: Reader) -> tuple[Choice, ...]:
    """Return the units that are still there, with their names."""
    return tuple(
        Choice(number, _read_text(reader, unit.name.text))
        for number, unit in read_units(reader.facts).items()
        if not unit.ended
    )


def _list_cases(ports: Ports, village: str, reader: Reader) -> tuple[Choice, ...]:
    """Return the number that this year's next case has, after those that wait, then the cases that are not closed."""
    waiting, year = list_waiting_slots(ports.vault, village), get_day(ports.clock.now_ms())[:4]
    upcoming = find_next_case(reader.facts, waiting, year)
    known = list_case_facts(reader.facts)
    still = [(number, case) for number, case in known if FOLLOWING[get_stage(case)] or not case.rated]
    name = ports.reference.cases.name
    return (
        Choice(upcoming, "接下来的编号"),
        *(
            Choice(number, f"{name(case.category)}，{STAGE_NAMES[get_stage(case)]}")
            for number, case in still[:_NAMED_MAX]
            if get_stage(case) != "rejected"
        ),
    )


def _list_stars(ports: Ports, village: str, reader: Reader) -> tuple[Choice, ...]:
    """Return the number that this year's next application has, after those that wait, then those of two years that may
    go on.
    """
    year = get_day(ports.clock.now_ms())[:4]
    head = f"XJ-{year}-"
    known = [
        number for one in (year, str(int(year) - 1)) for number in list_star_numbers(reader.facts, one)[::-1]
    ]
    waiting = [slot[1] for slot in list_waiting_slots(ports.vault, village) if slot[0] == "star"]
    found = [(number, get_star_facts(reader.facts, number)) for number in known]
    return (
        Choice(find_next_number(head, (*known, *waiting)), "接下来的编号"),
        *(
            Choice(
                number,
                f"支部 {star.branch} {name_subject(star.subject)}，{star_steps.STAGE_NAMES[get_star_stage(star)]}",
            )
            for number, star in found[:_NAMED_MAX]
            if star_steps.FOLLOWING[get_star_stage(star)]
        ),
    )


def _list_meetings(
    ports: Ports, village: str, reader: Reader, kind: WorkbookKind
) -> dict[str, tuple[Choice, ...]]:
    """Return the resolutions and funds that may be named, with their titles, and the next numbers of the registers."""
    today, facts = get_day(ports.clock.now_ms()), reader.facts
    names = {"resolution": f"JY-{today[:4]}-", "forum": f"KT-{today[:4]}-", "fund": "ZX-"}
    known = {
        "resolution": list_resolution_numbers(facts),
        "forum": list_forum_numbers(facts),
        "fund": list_fund_numbers(facts),
    }
    upcoming: dict[str, tuple[Choice, ...]] = {}
    if kind in _REGISTERS:
        waiting = [slot for slot in list_waiting_slots(ports.vault, village) if slot[0] in names]
        for what, head in names.items():
            taken = (*known[what], *(slot[1] for slot in waiting if slot[0] == what))
            number = find_next_number(head, taken, 4 if what == "fund" else 3)
            upcoming[what] = (Choice(number, "接下来的编号"),)
    found = (find_resolution(facts, number) for number in known["resolution"][:_NAMED_MAX])
    resolutions = tuple(
        Choice(item.body.number, _read_text(reader, item.body.title.text))
        for item in found
        if item is not None and item.body.outcome == "adopted"
    )
    funds = (find_fund(facts, number) for number in known["fund"])
    return {
        "决议编号": (*(upcoming.get("resolution", ()) if kind == "resolutions" else ()), *resolutions),
        "恳谈编号": upcoming.get("forum", ()),
        "专款编号": upcoming.get("fund", ())
        or tuple(Choice(item.body.number, _read_text(reader, item.body.name.text)) for item in funds if item),
    }


def _read_text(reader: Reader, digest: str) -> str:
    disclosure = reader.find_text(digest)
    return str(open_disclosure(disclosure, digest)[1]) if disclosure is not None else ""


def _read_item(reader: Reader, digest: str) -> str:
    disclosure = reader.find_text(digest)
    value = open_disclosure(disclosure, digest)[1] if disclosure is not None else None
    return str(value["item"]) if isinstance(value, dict) else ""
