"""What holds for every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# No test is a race: how long an example takes says something about the machine, not about us. The same examples
# everywhere: a failure on one machine fails on every other.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

TESTS = Path(__file__).parent
MEASURED = frozenset(
    (
        *("audit", "books", "canonical", "errors", "figures", "log", "state", "vectors"),
        *("restore/test_documents.py", "restore/test_evidence.py", "restore/test_loss.py"),
        "service/test_annexes.py",
        *("witness/test_policies_audited.py", "witness/test_rotation.py", "witness/test_shown.py"),
    )
)
"""The rooms and files whose tests account for the coverage of the pure modules."""

LONGEST = (
    "web/test_desk_pages.py",
    "web/test_access_browser.py",
    "journeys/test_demo.py",
    "witness/test_attacks.py",
    "attacks/test_doors.py",
    "witness/test_sightings.py",
    "naughty/test_browser.py",
    "faults/test_power_cuts.py",
    "audit/test_flips.py",
    "web/test_check_browser.py",
    "web/test_memory_browser.py",
    "store/test_crowd.py",
    "web/test_entry_browser.py",
)
"""Begun first: a file is one worker's, and a long one begun last leaves the others idle."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop what pytest-cov 7.1 starts in each worker before it knows that it is one: whenever `no_cover` paused the
    worker's own measuring, that one went on tracing in its place, and all tests took twice as long.
    """
    plugin = session.config.pluginmanager.getplugin("_cov")
    if hasattr(session.config, "workerinput") and plugin is not None and plugin.cov_controller is not None:
        plugin.cov_controller.cov.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spare the other rooms the tracing: it makes whatever reads a log half as slow again, and nobody reads it."""
    for item in items:
        path = item.path.relative_to(TESTS)
        if MEASURED.isdisjoint((path.parts[0], path.as_posix())):
            item.add_marker("no_cover")
    order = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))
