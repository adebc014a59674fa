"""Who has every stored byte of a home, and knows every code and who held it, learns nothing of who voted what.

Votes are cast with known codes in a known order; then every file of the home is read, byte by byte and table by table,
and backups with it: for codes, their digests in whatever form, receipts before the close, and for the order.
"""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import permutations
from pathlib import Path

import pytest

from ledger.books.ballots import BallotClosed, tally_ballots
from ledger.canonical import encode_value, parse_entry
from ledger.entries import Entry
from ledger.service.ballots import digest_code, list_known_ballots, prepare_ballot_closing
from ledger.service.voting import cast_vote
from ledger.state import fold_entry
from ledger.state.ballots import find_ballot
from ledger.state.facts import MemoryFacts
from ledger.upkeep.backup import make_backup
from tests.ballots import BALLOT
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village
from tests.polls import cast, close_ballot, open_ballot, print_ballot

CHOICES = ("11", "12", "13", "14", "21", "22", "23", "24", "31", "32")
"""Each voter chooses otherwise, so that every ballot would tell whose it is."""


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes, journals and hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def spell(text: str) -> list[bytes]:
    """Return the ways in which somebody might have written a text down."""
    data = text.encode()
    hashed = [digest_code(BALLOT, text).encode(), bytes.fromhex(digest_code(BALLOT, text))]
    ways = [data, data.lower(), data.hex().encode(), base64.b64encode(data), *hashed]
    ways += [base64.b64encode(hashed[1]), base64.urlsafe_b64encode(hashed[1]).rstrip(b"=")]
    # The bits of which the code is made.
    padded = text + "=" * (-len(text) % 8)
    return [*ways, base64.b32decode(padded), text.encode("utf-16-le"), data[:13], data[13:]]


def find_in(files: dict[str, bytes], needles: list[bytes]) -> list[tuple[str, bytes]]:
    return [(name, needle) for name, data in files.items() for needle in needles if needle in data]


def test_after_the_close_nothing_stored_ties_a_ballot_to_a_code(village: VillageHome, tmp_path: Path) -> None:
    home = village.home
    open_ballot(village)
    codes = print_ballot(village)
    held = dict(zip(codes, CHOICES, strict=False))  # Who was handed which sheet, and what they voted.
    receipts: dict[str, str] = {}
    for code, choices in held.items():
        village.clock.advance(61_000)
        receipts[code] = cast(village, code, choices)
        # While it runs, too, no file says in clear what was voted, or which code it was.
        files = read_files(home.path)
        assert find_in(files, [spelt for one in codes for spelt in spell(one)]) == []
        assert find_in(files, [one.encode() for one in receipts.values()]) == []
    make_backup(home, tmp_path / "backup", with_keys=True, progress=lambda *_: None)
    assert [name for name in read_files(tmp_path / "backup") if "urn" in name] == []
    village.go_to("2026-11-02")
    close_ballot(village)
    make_backup(home, tmp_path / "after", with_keys=True, progress=lambda *_: None)

    for folder in (home.path, tmp_path / "backup", tmp_path / "after"):
        files = read_files(folder)
        assert find_in(files, [spelt for code in codes for spelt in spell(code)]) == []
    files = read_files(home.path)
    assert [name for name in files if "urn" in name and not name.endswith(".lock")] == []
    # Receipts stand in the order of their own digits, wherever they stand, and in no other.
    told = sorted(receipts.values())
    assert list(receipts.values()) != told, "an order that could not be told from the other"
    found = 0
    for name, data in files.items():
        places = [(at, one) for one in told for at in find_all(data, one.encode())]
        found += bool(places)
        runs = [one for _, one in sorted(places)]
        assert runs == told * (len(runs) // len(told)), name
    assert found, "the list is not stored at all"


def find_all(data: bytes, needle: bytes) -> Iterator[int]:
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)


def test_a_vote_changes_the_urn_alone(village: VillageHome) -> None:
    """No database grows by a vote, no log, no other file: what is not written cannot tell."""
    open_ballot(village)
    codes = print_ballot(village)
    cast(village, codes[0])
    before = read_files(village.home.path)

    village.clock.advance(3_600_000)
    cast(village, codes[1])
    assert cast_vote(village.home, VILLAGE, codes[1], "12") is None
    assert cast_vote(village.home, VILLAGE, "A" * 26, "12") is None

    after = read_files(village.home.path)
    assert [name for name in after if after[name] != before.get(name)] == [f"urns/{VILLAGE}-{BALLOT}.urn"]
    assert after.keys() == before.keys()
    assert {len(files[f"urns/{VILLAGE}-{BALLOT}.urn"]) for files in (before, after)} == {
        len(after[f"urns/{VILLAGE}-{BALLOT}.urn"])
    }


def test_whatever_the_order_of_votes_the_entry_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same ballots in another order make the same bytes: so no order is in them."""
    made = set()
    for number, order in enumerate(permutations(range(3))):
        with open_village(tmp_path / str(number)) as village:
            open_ballot(village)
            codes = print_ballot(village)
            drawn = {0: 500, 1: 20, 2: 9_000}
            for at in order:
                with monkeypatch.context() as patched:
                    patched.setattr(village.home.entropy, "take", partial(int.to_bytes, drawn[at]))
                    cast(village, codes[at], CHOICES[at])
            village.go_to("2026-11-02")
            draft = prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)
            village.pass_(draft)
            (found,) = list_known_ballots(village.home, VILLAGE)
            assert found.closed is not None
            made.add(encode_value(found.closed))

    assert len(made) == 1


def test_no_two_runs_of_the_count_from_the_log_differ(village: VillageHome) -> None:
    open_ballot(village)
    for code, choices in zip(print_ballot(village), CHOICES, strict=False):
        cast(village, code, choices)
    village.go_to("2026-11-02")
    close_ballot(village)
    tallies = set()
    for _ in range(5):
        with village.home.ledger.read(VILLAGE) as reader:
            entries: list[Entry] = [parse_entry(data) for data in reader.iterate_entries(0, reader.size)]
        facts = MemoryFacts(entries.__getitem__)
        for entry in entries:
            fold_entry(facts, entry)
        found = find_ballot(facts, BALLOT)
        assert found is not None
        assert isinstance(found.closed, BallotClosed)
        tallies.add(tally_ballots(found.opened, found.closed))

    assert len(tallies) == 1


def test_a_disk_that_keeps_every_old_block_opens_no_urn(village: VillageHome) -> None:
    """Whoever copied the urn at every vote, and has every key that is left after the close, opens none of them."""
    open_ballot(village)
    codes = print_ballot(village)
    path = village.home.path / "urns" / f"{VILLAGE}-{BALLOT}.urn"
    kept = []
    for code, choices in zip(codes, CHOICES, strict=False):
        kept.append(path.read_bytes())
        cast(village, code, choices)
    key = path.with_suffix(".key").read_bytes()
    village.go_to("2026-11-02")
    close_ballot(village)

    files = read_files(village.home.path)
    assert find_in(files, [key, key.hex().encode(), base64.b64encode(key)]) == []
    for data in kept:
        path.write_bytes(data)
        assert village.home.urns.find(VILLAGE, BALLOT) is None
    # What was kept is noise: no two looks have anything in common, and nothing in them can be made shorter.
    bodies = [data[13:] for data in kept]
    shared = sum(one == other for one, other in zip(bodies[0], bodies[1], strict=True))
    assert shared < len(bodies[0]) / 64
    assert all(len(zlib.compress(body, 9)) >= len(body) for body in bodies)
    path.unlink()


def test_files_tell_no_time_after_the_close(village: VillageHome) -> None:
    open_ballot(village)
    cast(village, print_ballot(village)[0])
    path = village.home.path / "urns" / f"{VILLAGE}-{BALLOT}.urn"
    voted_at = 1_600_000_000
    os.utime(path, (voted_at, voted_at))
    village.go_to("2026-11-02")
    close_ballot(village)

    times = {int(item.stat().st_mtime) for item in village.home.path.rglob("*")}
    assert voted_at not in times
