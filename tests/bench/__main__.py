"""`./mingbai bench`: the ratios of our goals, in one run."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import click
import msgspec

from ledger.store.engine import get_sqlite_version
from tests.bench import append, auditing, books, branches, jury, pages, proofs, single, statements
from tests.bench.measuring import Row, Spread
from tests.bench.places import Place, open_postgresql, open_sqlite
from tests.postgres import open_cluster

JOBS: dict[str, ModuleType] = {
    "audit": auditing,
    "proof": proofs,
    "page": pages,
    "statements": statements,
    "append": append,
    "single": single,
    "books": books,
    "round": jury,
    "branches": branches,
}
"""In this order: what only reads comes before what makes the log longer."""
APART = {"books", "branches", "round"}
"""Jobs that keep a log of their own."""

SIZES = (10_000, 100_000)
LONG_SIZE = 1_000_000
LENGTH_GOALS = {
    "batch append": 1.4,
    "one entry": 1.4,
    "proof cold": 1.4,
    "page kept / static": 1.1,
    "page rendered": 1.1,
    "statements": 1.1,
}
"""Cost at the larger size against that at the smaller one, by the beginning of the job's name."""


@click.command("bench", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--sizes",
    default=",".join(map(str, SIZES)),
    show_default=True,
    help="Entries in the log, postings in the books, awards of a round, or cards of a county, by commas.",
)
@click.option("--long", "is_long", is_flag=True, help=f"Also {LONG_SIZE:,} entries: an hour and 8 GB.")
@click.option("--only", default=",".join(JOBS), show_default=True, help="Jobs, by commas.")
@click.option("--on", "kinds", default="sqlite,postgresql", show_default=True, help="Databases, by commas.")
@click.option(
    "--rounds", default=5, show_default=True, type=click.IntRange(1, 99), help="Turns of each side."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to work.",
)
@click.option("--json", "is_json", is_flag=True, help="The rows as JSON.")
def main(
    *, sizes: str, is_long: bool, only: str, kinds: str, rounds: int, folder: Path | None, is_json: bool
) -> None:
    """Take our ratios and those against peers, sides alternating: medians, least and most over the turns."""
    wanted = sorted({int(size) for size in sizes.split(",")} | ({LONG_SIZE} if is_long else set()))
    if wanted[0] < 100 or unknown_words(only, JOBS) or unknown_words(kinds, {"sqlite", "postgresql"}):
        raise click.UsageError("sizes are 100 and more; jobs and databases are those that --help names")
    started = time.monotonic()
    rows: list[Row] = []

    def say(text: str) -> None:
        click.echo(f"[{time.monotonic() - started:5.0f} s] {text}", err=True)

    with _make_folder(folder) as work, contextlib.ExitStack() as stack:
        makers: dict[str, Callable[[Path], contextlib.AbstractContextManager[Place]]] = {}
        if "sqlite" in kinds.split(","):
            makers["sqlite"] = open_sqlite
        if "postgresql" in kinds.split(","):
            cluster = stack.enter_context(open_cluster("prepared", is_durable=True))
            makers["postgresql"] = lambda path: open_postgresql(path, cluster)
        for size in wanted:
            for kind, make in makers.items():
                with make(work / f"{kind}-{size}") as place:
                    names = [name for name in JOBS if name in only.split(",")]
                    place.wanted = size
                    if set(names) - APART:
                        place.fill(size, say)
                    for name in names:
                        for row in JOBS[name].run(place, rounds, say):
                            rows.append(row)
                            say(list(format_table([row]))[-1])
                shutil.rmtree(work / f"{kind}-{size}")
    rows += list(compare_sizes(rows, wanted))
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode([_to_dict(row) for row in rows])).decode())
        return
    click.echo(describe_machine(rounds))
    click.echo("\n".join(format_table(rows)))


def unknown_words(text: str, known: Collection[str]) -> list[str]:
    """Return the words of a list by commas that are not known."""
    return [word for word in text.split(",") if word not in known]


def compare_sizes(rows: Sequence[Row], sizes: Sequence[int]) -> Iterator[Row]:
    """Yield what the same thing of ours costs in the largest log against the smallest, by wall."""
    for place in dict.fromkeys(row.place for row in rows):
        mine = [row for row in rows if row.place == place and row.ours is not None]
        for begin, goal in LENGTH_GOALS.items():
            found = [row for row in mine if row.job.startswith(begin)]
            small = [row for row in found if row.size < 2 * sizes[0]][:1]
            large = [row for row in found if row.size >= sizes[-1]][:1]
            if len(sizes) < 2 or not small or not large or not small[0].ours or not large[0].ours:
                continue
            ratio = small[0].ours / large[0].ours
            yield Row(
                job=f"{begin}: cost at {sizes[-1]:,} / at {sizes[0]:,}",
                place=place,
                size=sizes[-1],
                by="wall",
                direction="cost",
                goal=goal,
                wall=Spread(ratio, ratio, ratio),
            )


def describe_machine(rounds: int) -> str:
    """Return a line on what this run was made on."""
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, SQLite "
        f"{'.'.join(map(str, get_sqlite_version()))} (the peer's {sqlite3.sqlite_version}), {rounds} turns a side"
    )


def format_table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table in Markdown; the ratio that a goal speaks of is the one in bold."""
    yield "| job | on | entries | CPU ratio | wall ratio | goal | | ours |"
    yield "| --- | --- | ---: | --- | --- | --- | --- | ---: |"
    for row in rows:
        sign = "≥" if row.direction == "speed" else "≤"
        goal = "" if row.goal is None else f"{sign} {row.goal:g}"
        met = {True: "met", False: "**missed**", None: ""}[row.is_met]
        ours = "" if row.ours is None else f"{row.ours:,.0f}{row.unit}"
        cells = [_format_spread(row.cpu, row.by == "cpu"), _format_spread(row.wall, row.by == "wall")]
        if row.cpu is None and row.wall is None:
            cells, met = [row.note, ""], "not measured" if row.ours is None else ""
        yield "| " + " | ".join([row.job, row.place, f"{row.size:,}", *cells, goal, met, ours]) + " |"


def _format_spread(spread: Spread | None, is_judged: bool) -> str:
    if spread is None:
        return ""
    median = f"**{_format_ratio(spread.median)}**" if is_judged else _format_ratio(spread.median)
    return f"{median} ({_format_ratio(spread.least)}–{_format_ratio(spread.most)})"


def _format_ratio(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _to_dict(row: Row) -> dict[str, object]:
    return dataclasses.asdict(row) | {"is_met": row.is_met}


@contextlib.contextmanager
def _make_folder(given: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-", dir=given) as name:
        yield Path(name)


if __name__ == "__main__":
    sys.exit(main())
