"""The lines of 资产负债表 and 收益及收益分配表, read from data and proven against the chart of accounts.

What is proven here holds for whatever the file says: every account of the chart stands in exactly one line, 内部往来 in
one for each side; every line stands with its right sign in exactly one of the totals that must agree. So no balance can
be left out of a statement, and none can count twice. `statements` calculates from these lines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from ledger.books.accounts import Chart
from ledger.books.values import Side, Value
from ledger.books.village import ChartVersion

ASSETS, SOURCES = "assets", "sources"
"""The two totals of 资产负债表 that are equal."""
KEPT = "kept"
"""年末未分配收益, in which every line of 收益及收益分配表 ends."""

_RESULT = ("income", "expense")
_HEADERS = {"[[form.position]]": "position", "[[form.result]]": "result"}


class StatementLine(Value, frozen=True, kw_only=True):
    """One line of a statement, as the head of the data file words its keys."""

    accounts: tuple[str, ...] = ()  # codes; an account under one of them counts with it
    counters: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    id: str
    label: str
    minus: tuple[str, ...] = ()
    part: str
    plus: tuple[str, ...] = ()
    side: Side | Literal[""] = ""  # empty for totals and for what was there before
    takes: Literal["", "opening", "rest", "unclosed"] = ""

    @property
    def is_total(self) -> bool:
        return bool(self.plus or self.minus)

    @property
    def is_distribution(self) -> bool:
        """Whether it tells of 收益分配, not of what accounts hold."""
        return bool(self.counters) or self.takes in ("opening", "rest")


class StatementForm(Value, frozen=True):
    """Both statements of one chart of accounts; lines in the order of the form."""

    chart: ChartVersion
    document: str
    label: str  # what stands beside every statement made by it
    position: tuple[StatementLine, ...]
    result: tuple[StatementLine, ...]
    status: Literal["V", "R", "P"]


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form as the file has it, its lines still to be read."""

    chart: ChartVersion
    document: str
    label: str
    position: list[dict[str, Any]]
    result: list[dict[str, Any]]
    status: Literal["V", "R", "P"]


class _Placed(NamedTuple):
    """A line, and the line of the file that it begins on."""

    line: StatementLine
    place: int

    def tell(self, said: str) -> str:
        return f"statements line {self.place} ({self.line.id}): {said}"


def parse_statements(text: str, charts: Mapping[str, Chart]) -> dict[str, StatementForm]:
    """Read the TOML text of the forms and return them by chart version.

    Raises ValueError with every mistake, one a line, each with the line of the file that it is on: the file ships with
    the program, so a mistake in it is the program's own.
    """
    try:
        heads = [msgspec.convert(form, _Head) for form in tomllib.loads(text).get("form", [])]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"statements: {error}") from error
    places = _find_places(text)
    wrong: list[str] = [] if heads else ["statements: no form"]
    forms: dict[str, StatementForm] = {}
    for head in heads:
        if head.chart in forms:
            wrong.append(f"statements: two forms for the chart of {head.chart}")
        position = _read_lines(head.position, places["position"], wrong)
        result = _read_lines(head.result, places["result"], wrong)
        wrong += _check_form(position, result, charts[head.chart])
        forms[head.chart] = StatementForm(
            chart=head.chart,
            document=head.document,
            label=head.label,
            position=tuple(placed.line for placed in position),
            result=tuple(placed.line for placed in result),
            status=head.status,
        )
    if wrong:
        raise ValueError("\n".join(wrong))
    return forms


def stands_under(code: str, codes: Sequence[str]) -> bool:
    """Say whether an account is one of `codes`, or details one of them."""
    return code.startswith(tuple(codes))


def _find_places(text: str) -> dict[str, Iterator[int]]:
    """Return on which lines of the file the lines of both statements begin, from 1, in its order."""
    places: dict[str, list[int]] = {"position": [], "result": []}
    for number, row in enumerate(text.splitlines(), start=1):
        if row.strip() in _HEADERS:
            places[_HEADERS[row.strip()]].append(number)
    return {name: iter(numbers) for name, numbers in places.items()}


def _read_lines(rows: Sequence[dict[str, Any]], places: Iterator[int], wrong: list[str]) -> list[_Placed]:
    lines = []
    for row in rows:
        place = next(places, 0)
        try:
            lines.append(_Placed(msgspec.convert(row, StatementLine), place))
        except msgspec.ValidationError as error:
            wrong.append(f"statements line {place}: {error}")
    return lines


def _check_form(position: Sequence[_Placed], result: Sequence[_Placed], chart: Chart) -> list[str]:
    wrong = _check_lines(position) + _check_lines(result)
    wrong += [
        placed.tell("tells of 收益分配, which 资产负债表 does not")
        for placed in position
        if placed.line.is_distribution
    ]
    wrong += _check_standing(position, chart, is_result=False) + _check_standing(
        result, chart, is_result=True
    )
    wrong += _check_rest(result)
    if not wrong:  # A total of lines that are wrong themselves says nothing more.
        wrong += _check_totals(position, {ASSETS: "debit", SOURCES: "credit"})
        wrong += _check_totals(result, {KEPT: "credit"})
    return wrong


def _check_lines(lines: Sequence[_Placed]) -> list[str]:
    """Say of each line what is wrong with it alone and with what it names."""
    wrong: list[str] = []
    above: set[str] = set()
    for placed in lines:
        line = placed.line
        if line.id in above:
            wrong.append(placed.tell("this id stands above already"))
        ways = [bool(line.accounts or line.details), line.is_total, line.is_distribution]
        if ways.count(True) != 1 or (line.counters and line.takes):
            wrong.append(placed.tell("expected accounts, a total or a part of the distribution, one of them"))
        needs_side = not line.is_total and line.takes != "opening"
        if needs_side != bool(line.side):
            wrong.append(placed.tell("no side" if needs_side else f"side {line.side!r}, expected none"))
        if line.takes == "unclosed" and not line.accounts:
            wrong.append(placed.tell("unclosed results without accounts beside them"))
        wrong += [
            placed.tell(f"{name!r} is no line above it")
            for name in (*line.plus, *line.minus)
            if name not in above
        ]
        above.add(line.id)
    return wrong


def _check_standing(lines: Sequence[_Placed], chart: Chart, *, is_result: bool) -> list[str]:
    """Every account stands in exactly one line of its statement; one that is never netted in one for each side."""
    wrong = [
        placed.tell(f"account {code} is not in the chart of {chart.version}")
        for placed in lines
        for code in (*placed.line.accounts, *placed.line.details, *placed.line.counters)
        if code not in chart.accounts
    ]
    for account in chart.accounts.values():
        belongs = (account.class_ in _RESULT) == is_result
        whole = [placed for placed in lines if stands_under(account.code, placed.line.accounts)]
        sides = [placed for placed in lines if stands_under(account.code, placed.line.details)]
        if not belongs:
            wrong += [
                placed.tell(f"account {account.code} belongs to the other statement")
                for placed in whole + sides
            ]
        elif not whole and not sides:
            wrong.append(f"statements: account {account.code} {account.name} stands in no line")
        elif whole and len(whole) + len(sides) > 1:
            wrong.append((whole + sides)[1].tell(f"account {account.code} stands in another line, too"))
        elif not whole and sorted(placed.line.side for placed in sides) != ["credit", "debit"]:
            wrong.append(sides[0].tell(f"account {account.code} stands not once on each side"))
    return wrong


def _check_rest(result: Sequence[_Placed]) -> list[str]:
    """Whatever was distributed, and whatever came in, has a line: one for each side takes what no other does."""
    wrong = []
    for side in ("debit", "credit"):
        found = [
            placed.line.id for placed in result if placed.line.takes == "rest" and placed.line.side == side
        ]
        if len(found) != 1:
            wrong.append(f"statements: {found} take the rest of the {side} side, expected one line")
    return wrong


def _check_totals(lines: Sequence[_Placed], totals: Mapping[str, Side]) -> list[str]:
    """Every line counts once in one of `totals`: added where it stands on that total's side, else taken off."""
    by_id = {placed.line.id: placed.line for placed in lines}
    missing = [name for name in totals if name not in by_id]
    if missing:
        return [f"statements: no line {name}" for name in missing]
    found: dict[str, list[tuple[Side, int]]] = {}
    for name, side in totals.items():
        for id_, sign in _expand(by_id, name, 1):
            found.setdefault(id_, []).append((side, sign))
    wrong = []
    for placed in lines:
        line = placed.line
        if line.is_total:
            continue
        counts = found.get(line.id, [])
        if [sign if side == (line.side or side) else -sign for side, sign in counts] != [1]:
            wrong.append(
                placed.tell(f"counts {counts} in {' and '.join(totals)}, expected once with its sign")
            )
    return wrong


def _expand(by_id: Mapping[str, StatementLine], name: str, sign: int) -> Iterator[tuple[str, int]]:
    """Yield the lines that a total comes down to, each with the sign it has there."""
    line = by_id[name]
    if not line.is_total:
        yield name, sign
    for part in line.plus:
        yield from _expand(by_id, part, sign)
    for part in line.minus:
        yield from _expand(by_id, part, -sign)
