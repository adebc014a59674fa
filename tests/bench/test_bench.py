"""The benchmark says what it measured: directions of ratios, goals, missing peers. No time is judged here."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from ledger.state.money import get_balances, list_book_months
from tests.bench import books, branches, jury, peers
from tests.bench.__main__ import format_table, main
from tests.bench.measuring import Cost, Row, compare
from tests.builders import VILLAGE
from tests.homes import found_home


def make_costs(*seconds: float) -> list[Cost]:
    return [Cost(cpu_s=value, wall_s=2 * value) for value in seconds]


def make_row(**changes: object) -> Row:
    fields = {"job": "ours / theirs", "place": "SQLite", "size": 10, "count": 30}
    return compare(make_costs(1, 2, 4), make_costs(2, 2, 2), **(fields | changes))


def test_a_speed_is_their_time_over_ours_pair_by_pair() -> None:
    row = make_row(goal=1.0)

    assert row.cpu is not None
    assert (row.cpu.least, row.cpu.median, row.cpu.most) == (0.5, 1.0, 2.0)
    assert row.is_met
    assert not make_row(goal=1.1).is_met
    assert row.ours == 30 / 4


def test_a_cost_is_our_time_over_theirs() -> None:
    row = make_row(goal=1.0, direction="cost")

    assert row.cpu is not None
    assert (row.cpu.least, row.cpu.median, row.cpu.most) == (0.5, 1.0, 2.0)
    assert row.is_met
    assert not make_row(goal=0.9, direction="cost").is_met


def test_sides_that_did_another_number_of_things_are_compared_by_the_thing() -> None:
    row = make_row(share=3.0)

    assert row.wall is not None
    assert row.wall.median == 3.0


def test_a_row_without_a_peer_says_what_to_install() -> None:
    row = Row(job="ours / theirs", place="SQLite", size=10, goal=1.5, note=peers.MISSING)

    (line,) = list(format_table([row]))[2:]

    assert "`./mingbai bench` installs it" in line
    assert "not measured" in line
    assert row.is_met is None


@pytest.mark.parametrize("words", [["--sizes", "10"], ["--only", "nothing"], ["--on", "oracle"]])
def test_a_mistyped_word_is_refused(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)

    assert result.exit_code == 2
    assert "--help" in result.output


def test_a_small_run_measures_every_job_of_a_database_and_leaves_nothing(tmp_path: Path) -> None:
    """The story's own audit is in it: an entry that the books refuse would be a finding."""
    words = ["--sizes", "1200", "--rounds", "1", "--on", "sqlite", "--only", "audit,proof,append"]

    result = CliRunner().invoke(main, [*words, "--folder", str(tmp_path), "--json"], catch_exceptions=False)

    rows = msgspec.json.decode(result.stdout)
    assert {row["job"].split()[0] for row in rows} == {"audit", "proof", "batch"}
    assert all(row["wall"]["median"] > 0 for row in rows if not row["note"])
    assert list(tmp_path.iterdir()) == []


def test_books_of_their_own_are_added_up_by_us_and_by_others(tmp_path: Path) -> None:
    """Every turn holds what is added up anew to what is kept, and every program to the number of accounts."""
    words = ["--sizes", "3100", "--rounds", "1", "--only", "books", "--folder", str(tmp_path), "--json"]

    result = CliRunner().invoke(main, [*words, "--on", "sqlite"], catch_exceptions=False)

    rows = msgspec.json.decode(result.stdout)
    assert [row["job"].split(" / ")[0] for row in rows] == [
        "trial balance kept",
        "both statements kept",
        *["balances anew"] * 3,
    ]
    assert all(row["wall"]["median"] > 0 for row in rows if not row["note"])
    assert list(tmp_path.iterdir()) == []


def test_a_month_of_awards_goes_from_its_workbook_to_its_sheet(tmp_path: Path) -> None:
    """Every turn holds preview, parts, households and receipts to what the workbook says."""
    words = ["--sizes", "510", "--rounds", "1", "--only", "round", "--folder", str(tmp_path), "--json"]

    result = CliRunner().invoke(main, [*words, "--on", "sqlite"], catch_exceptions=False)

    rows = msgspec.json.decode(result.stdout)
    assert [row["job"].removeprefix("round: ") for row in rows] == [
        *jury.STEPS.values(),
        "recorded / the same rows written raw",
    ]
    assert all(row["ours"] > 0 and row["size"] == 510 for row in rows)
    assert all("of a processor" in row["note"] for row in rows[:-1])
    assert rows[-1]["wall"]["median"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_countys_cards_are_recorded_closed_and_counted(tmp_path: Path) -> None:
    """Every village's figures are held to its members."""
    words = ["--sizes", "280", "--rounds", "1", "--only", "branches", "--folder", str(tmp_path), "--json"]

    result = CliRunner().invoke(main, [*words, "--on", "sqlite"], catch_exceptions=False)

    rows = msgspec.json.decode(result.stdout)
    assert [row["job"].removeprefix("branches: ") for row in rows[:-1:2]] == [*branches.STEPS.values()]
    assert all(row["size"] == 280 for row in rows)
    assert all(row["ours"] > 0 for row in rows[:-1:2])
    assert all(row["cpu"]["median"] > 0 for row in rows[1:-1:2])
    assert rows[-1]["job"].startswith("branches: memory")
    assert list(tmp_path.iterdir()) == []


def test_what_is_added_up_is_every_posting(tmp_path: Path) -> None:
    village = found_home(tmp_path / "home")
    try:
        count = books.fill(village, 9_500, lambda _text: None)
        with village.home.ledger.read(VILLAGE) as reader:
            months = list_book_months(reader.facts)
            year_end = get_balances(reader.facts, "2026-12")
            kept = get_balances(reader.facts, months[0])

        assert count >= 9_500
        assert books.add_up(village) == kept
        assert months[0] == "2027-01"
        assert not [code for code in year_end if code[0] == "5"]
    finally:
        village.home.close()
