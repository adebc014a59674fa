"""What the sheets of registers have in common: each row is one thing with a number, said once in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from ledger.entries import Body
from ledger.errors import Fault
from ledger.service.drafts import Discloser
from ledger.service.screening import check_published
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form
from ledger.service.workbooks.people import fault_twice
from ledger.service.workbooks.tray import Tray

T = TypeVar("T")


def take_numbered(
    tray: Tray,
    lines: Iterable[Line],
    header: str,
    texts: Sequence[str] = (),
    check: Callable[[Line], Iterable[Fault]] = lambda _line: (),
    name_next: Callable[[Line], str] | None = None,
) -> Iterator[Line]:
    """Yield each row whose number under `header` stands in none before it; refuse what is wrong with its number, with
    its public texts, by `check`, and that a number stands there again. `name_next` is as in `check_number_form`.
    """
    seen: dict[str, Line] = {}
    for line in lines:
        number = line.text(header)
        tray.refuse(check_number_form(line, header, name_next))
        tray.refuse(check_texts(tray, line, texts))
        tray.refuse(check(line))
        if number in seen:
            tray.refuse([fault_twice(line, header, f"{header} {number}", seen[number])])
            continue
        if number:
            seen[number] = line
        yield line


def check_texts(tray: Tray, line: Line, headers: Sequence[str]) -> Iterator[Fault]:
    """Say what in the texts under these headers may not be published."""
    for header in headers:
        if line.has(header):
            yield from check_published(line.written(header), line.at(header), tray.desk.names)


def find_key(names: Mapping[T, str], name: str) -> T:
    """Return what a choice of a column stands for."""
    return next(key for key, known in names.items() if known == name)


def draft_row(
    tray: Tray, line: Line, body: Body, day: str, label: str, shown: Iterable[str], texts: Discloser
) -> bool:
    """Draft what a row says where nothing speaks against it, and show `shown` of it below its label; return whether
    nothing did.
    """
    period = tray.desk.today[:7]
    faults = tray.check(body, day, period)
    tray.refuse(faults, line.place)
    if faults:
        return False
    tray.preview += [label, *shown]
    tray.add(body, day, period, label, texts)
    return True
