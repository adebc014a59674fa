"""Which versions run here: floors of safety as data, and locks that name exactly what is installed."""

from __future__ import annotations

import ast
import csv
import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from pysqlite3 import dbapi2 as sqlite

from tests.house.sources import ROOT, parse_modules

SQLITE_FLOOR = Version(
    "3.51.3"
)  # Below it a crash while the write-ahead log is reset can lose committed entries.
LOCKS = ("requirements.txt", "requirements-test.txt")
SIDE_LOCKS = ("requirements-browser.txt", "requirements-bench.txt", "requirements-journals.txt")
"""What is installed in folders of its own, outside of the environment that the product and its tests run in."""


def read_floors() -> list[tuple[str, str]]:
    with Path(__file__).with_name("floors.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["package"], row["floor"]) for row in csv.DictReader(lines)]


def read_pins(lock: str) -> dict[str, tuple[str, int]]:
    """Name to (version, number of hashes) for every pin of a lock."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pins = [(re.match(r"([\w.-]+)==([^\s;\\]+)", block), block.count("--hash=sha256:")) for block in blocks]
    return {pin[1]: (pin[2], hashes) for pin, hashes in pins if pin}


def read_requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    lists = [project["project"]["dependencies"], *extras, *groups]
    return [Requirement(text) for texts in lists for text in texts if isinstance(text, str)]


@pytest.mark.parametrize(("package", "floor"), read_floors())
def test_no_library_is_below_its_floor(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)


def test_sqlite_is_free_of_the_defect_that_loses_commits() -> None:
    assert Version(sqlite.sqlite_version) >= SQLITE_FLOOR


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_carries_hashes(lock: str) -> None:
    pins = read_pins(lock)

    assert len(pins) > 50
    assert [name for name, (_, hashes) in pins.items() if not hashes] == []


def test_both_locks_pin_the_same_versions() -> None:
    run, test = (read_pins(lock) for lock in LOCKS)

    assert {name: pin for name, pin in run.items() if test.get(name) != pin} == {}


def test_the_lock_answers_every_requirement() -> None:
    found = {name: pin for lock in (*LOCKS[1:], *SIDE_LOCKS) for name, pin in read_pins(lock).items()}
    pins = {name: Version(pin) for name, (pin, _) in found.items()}

    unmet = [
        str(need)
        for need in read_requirements()
        if need.name not in pins or pins[need.name] not in need.specifier
    ]

    assert unmet == []


@pytest.mark.parametrize("lock", SIDE_LOCKS)
def test_every_pin_of_a_side_lock_carries_hashes(lock: str) -> None:
    pins = read_pins(lock)

    assert pins
    assert all(hashes for _, hashes in pins.values())


@pytest.mark.parametrize(
    ("peer", "lock", "importer"),
    [
        ("pymerkle", "requirements-bench.txt", "tests/bench/peers.py"),
        ("beancount", "requirements-journals.txt", "tests/journals/beancount_reader.py"),
    ],
)
def test_a_peer_under_another_licence_is_kept_apart_and_imported_in_one_place(
    peer: str, lock: str, importer: str
) -> None:
    shipped = read_pins("requirements.txt").keys() | read_pins("requirements-test.txt").keys()
    imported = {
        str(path)
        for path, tree in parse_modules("ledger", "reports", "web", "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if re.search(rf"\b(?:import|from) {peer}\b", ast.unparse(node))
    }

    assert peer in read_pins(lock)
    assert peer not in shipped
    assert imported == {importer}


def test_browser_code_is_pinned_with_its_digest_and_names_no_registry() -> None:
    wanted = json.loads((ROOT / "web/browser/package.json").read_text(encoding="utf-8"))
    text = (ROOT / "web/browser/deno.lock").read_text(encoding="utf-8")
    packages = json.loads(text)["npm"]

    named = {
        f"{name}@{pin}"
        for group in ("dependencies", "devDependencies")
        for name, pin in wanted[group].items()
    }
    assert named <= packages.keys()
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in text
