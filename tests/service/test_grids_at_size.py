"""Two places as published reports count them, with invented people: their workbooks load, and give the same totals.

Songyanghu: 6 grids of the first level, 25 of the second, 133 micro-grids, 6,297 households. Baita: 20 villages with 44
grids, 90 groups, 62 heads and 2,051 workers. What no report says is made up: which unit lies in which, that a group is
a micro-grid, that the heads beyond the grids' own look after groups, and how many households each has.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.data import load_grids
from ledger.figures.grids import GridFigures, collect_grids
from ledger.service.sheets import read_texts
from ledger.service.workbooks.grid_columns import POST_NAMES
from tests.builders import VILLAGE
from tests.service.importing import ImportDesk, Row, make_book

FIRST, SECOND, MICRO, HOUSEHOLDS = 6, 25, 133, 6_297
FIVE = ("head", "worker", "police", "doctor", "supervisor", "helper")
VILLAGES, GRIDS, GROUPS, HEADS, WORKERS = 20, 44, 90, 62, 2_051


def share(total: int, parts: int) -> list[int]:
    """A total in so many whole parts, no two further apart than one."""
    return [total * (part + 1) // parts - total * part // parts for part in range(parts)]


def name_person(number: int) -> str:
    """A name that looks invented: its surname is none, and it counts."""
    return f"{'样例某'[number % 3]}第{number}人"


def write_unit(number: int, level: str, name: str, parent: int, households: int = 0) -> Row:
    return {
        "网格编号": f"WG-{number:04d}",
        "级别": level,
        "名称": name,
        "上级编号": f"WG-{parent:04d}" if parent else None,
        "户数": households or None,
    }


def write_post(unit: int, post: str, person: int) -> Row:
    return {"网格编号": f"WG-{unit:04d}", "职务": POST_NAMES[post], "姓名": name_person(person)}


def make_songyanghu() -> bytes:
    """131 of the 133 micro-grids have a worker, as the report counts them."""
    units = [write_unit(number, "一级网格", f"样湖{number}片", 0) for number in range(1, FIRST + 1)]
    units += [write_unit(100 + at, "二级网格", f"样湖第{at + 1}网格", at % FIRST + 1) for at in range(SECOND)]
    counts = share(HOUSEHOLDS, MICRO)
    people = []
    for at in range(MICRO):
        units.append(write_unit(200 + at, "微网格", f"样湖第{at + 1}微网格", 100 + at % SECOND, counts[at]))
        posts = [post for post in FIVE if post != "worker" or at < 131]
        people += [write_post(200 + at, post, at * 10 + place) for place, post in enumerate(posts)]
    return make_book("grids", units, others={"网格人员": people})


def make_baita() -> Iterator[bytes]:
    """A workbook for each village: its grids with a head each, its groups, some with one, and its workers."""
    grids, groups, workers = share(GRIDS, VILLAGES), share(GROUPS, VILLAGES), share(WORKERS, VILLAGES)
    heads = share(HEADS - GRIDS, VILLAGES)
    for at in range(VILLAGES):
        units = [
            write_unit(1 + one, "三级网格", f"样塔{at + 1}村第{one + 1}网格", 0) for one in range(grids[at])
        ]
        people = [write_post(1 + one, "head", one) for one in range(grids[at])]
        for one in range(groups[at]):
            parent = 1 + one % grids[at]
            units.append(write_unit(100 + one, "微网格", f"样塔{at + 1}村第{one + 1}组", parent, 40))
        people += [write_post(100 + one, "head", 50 + one) for one in range(heads[at])]
        people += [write_post(100 + one % groups[at], "worker", 100 + one) for one in range(workers[at])]
        yield make_book("grids", units, others={"网格人员": people})


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def collect(desk: ImportDesk) -> GridFigures:
    with desk.ports.ledger.read(VILLAGE) as reader:
        return collect_grids(reader.facts, read_texts(reader), load_grids(), "2026-10")


def test_songyanghu_loads_in_several_entries_and_gives_its_totals(desk: ImportDesk) -> None:
    imported = desk.read("grids", make_songyanghu())
    assert imported.faults == ()
    assert len(imported.drafts) > 1  # 164 units with 796 people are more than one entry holds.

    desk.record("grids", make_songyanghu())

    figures = collect(desk)
    assert dict(figures.levels) == {"first": 6, "second": 25, "third": 0, "micro": 133, "lane": 0}
    assert figures.households == HOUSEHOLDS
    assert figures.posts["worker"] == 131
    assert {figures.posts[post] for post in FIVE if post != "worker"} == {133}
    assert figures.short == 131  # Nobody was visited yet.
    assert sum(unit.households for unit in figures.units if unit.level == "first") == HOUSEHOLDS
    assert sum(unit.households for unit in figures.units if unit.level == "second") == HOUSEHOLDS


def test_baita_loads_village_by_village_and_gives_its_totals() -> None:
    levels = {"third": 0, "micro": 0}
    posts = {"head": 0, "worker": 0}
    for data in make_baita():
        desk = ImportDesk()
        desk.open_books()
        desk.record("grids", data)
        figures = collect(desk)
        assert figures.households == 40 * figures.levels["micro"]
        for level in ("third", "micro"):
            levels[level] += figures.levels[level]
        for post in posts:
            posts[post] += figures.posts[post]

    assert levels == {"third": GRIDS, "micro": GROUPS}
    assert posts == {"head": HEADS, "worker": WORKERS}
