"""Urns: one at a time, whole or not at all, the same length and place whoever voted, and gone for good."""

from __future__ import annotations

import os
import signal
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from ledger.errors import NotFound, Tampered
from ledger.keys import VaultKeyFolder
from ledger.store import urns as store
from ledger.store.urns import FileUrns
from ledger.urns import Urn, Urns, add_codes, cast_ballot, make_urn, seal_urn
from tests.builders import VILLAGE
from tests.fakes import MemoryUrns

NUMBER = "CP-2026-001"
OTHER = "371082101202"
DIGESTS = tuple(f"{number:064x}" for number in range(40))
RECEIPTS = tuple(f"{(number * 48_271 + 7) % 10**8:08d}" for number in range(40))


def open_urns(path: Path) -> FileUrns:
    return FileUrns(path / "urns", VaultKeyFolder(path / "keys"))


@pytest.fixture(params=["memory", "file"])
def urns(request: pytest.FixtureRequest, tmp_path: Path) -> Urns:
    return MemoryUrns() if request.param == "memory" else open_urns(tmp_path)


def vote(number: int, choices: str = "12") -> Callable[[Urn], Urn | None]:
    return lambda urn: cast_ballot(urn, DIGESTS[number], RECEIPTS[number], choices)


def test_an_urn_is_made_once_and_kept_as_it_is(urns: Urns) -> None:
    assert urns.find(VILLAGE, NUMBER) is None
    assert urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    assert not urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[5:9]))

    found = urns.find(VILLAGE, NUMBER)
    assert found == Urn(codes=DIGESTS[:5], issued=5)
    assert urns.list_numbers(VILLAGE) == [NUMBER]
    assert urns.list_numbers(OTHER) == []
    assert urns.find(OTHER, NUMBER) is None


def test_a_code_is_exchanged_for_a_ballot_once(urns: Urns) -> None:
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))

    assert urns.change(VILLAGE, NUMBER, vote(3))
    assert not urns.change(VILLAGE, NUMBER, vote(3, "34"))  # Used.
    assert not urns.change(VILLAGE, NUMBER, vote(9))  # Of no code.
    assert not urns.change(VILLAGE, "CP-2026-002", vote(1))  # Of no urn.
    taken = cast_ballot(urns.find(VILLAGE, NUMBER) or make_urn(()), DIGESTS[1], RECEIPTS[3], "11")
    assert taken is None  # No two ballots have one number.

    found = urns.find(VILLAGE, NUMBER)
    assert found == Urn(
        ballots=((RECEIPTS[3], "12"),), codes=(*DIGESTS[:3], DIGESTS[4]), issued=5, is_sealed=False
    )
    assert found.unused == 4


def test_no_code_of_a_sealed_urn_counts(urns: Urns) -> None:
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    urns.change(VILLAGE, NUMBER, vote(0))

    assert urns.change(VILLAGE, NUMBER, seal_urn)

    assert not urns.change(VILLAGE, NUMBER, vote(1))
    assert urns.find(VILLAGE, NUMBER) == Urn(
        ballots=((RECEIPTS[0], "12"),), codes=(), is_sealed=True, issued=5
    )


def test_what_is_destroyed_is_gone_and_again_changes_nothing(urns: Urns) -> None:
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))

    urns.destroy(VILLAGE, NUMBER)
    urns.destroy(VILLAGE, NUMBER)

    assert urns.find(VILLAGE, NUMBER) is None
    assert urns.list_numbers(VILLAGE) == []
    assert not urns.change(VILLAGE, NUMBER, vote(0))


def test_nothing_is_read_without_both_keys(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    data = (tmp_path / "urns" / f"{VILLAGE}-{NUMBER}.urn").read_bytes()
    key = tmp_path / "urns" / f"{VILLAGE}-{NUMBER}.key"

    assert all(digest.encode() not in data for digest in DIGESTS)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "urns").glob("[!.]*")} == {0o600}
    other = VaultKeyFolder(tmp_path / "other")
    other.make(VILLAGE, {"village"})
    with pytest.raises(Tampered):
        FileUrns(tmp_path / "urns", other).find(VILLAGE, NUMBER)
    key.write_bytes(bytes(32))
    with pytest.raises(Tampered):
        urns.find(VILLAGE, NUMBER)


def test_an_urn_that_was_altered_or_exchanged_is_refused(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    path = tmp_path / "urns" / f"{VILLAGE}-{NUMBER}.urn"
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))

    with pytest.raises(Tampered, match="CP-2026-001"):
        urns.find(VILLAGE, NUMBER)
    # Nor does one ballot's urn stand for another's.
    urns.make(VILLAGE, "CP-2026-002", make_urn(DIGESTS[5:9]))
    for suffix in ("urn", "key"):
        source = tmp_path / "urns" / f"{VILLAGE}-CP-2026-002.{suffix}"
        path.with_suffix(f".{suffix}").write_bytes(source.read_bytes())
    with pytest.raises(Tampered, match="CP-2026-001"):
        urns.find(VILLAGE, NUMBER)


def test_a_name_that_is_none_reaches_no_file(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)

    for village, number in ((VILLAGE, "../../etc"), ("x", NUMBER), (VILLAGE, f"{NUMBER}.key")):
        with pytest.raises(NotFound):
            urns.find(village, number)


def test_further_codes_count_from_their_printing_on_and_no_more_than_there_are(urns: Urns) -> None:
    assert urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[20:25], unprinted=10))
    assert not urns.change(VILLAGE, NUMBER, vote(1))

    assert urns.change(VILLAGE, NUMBER, lambda urn: add_codes(urn, DIGESTS[:5], 10))
    assert not urns.change(
        VILLAGE, NUMBER, lambda urn: add_codes(urn, DIGESTS[5:10], 10)
    )  # Printed meanwhile.
    assert urns.change(VILLAGE, NUMBER, vote(1))
    found = urns.find(VILLAGE, NUMBER)
    assert found is not None
    assert (found.issued, found.unprinted, found.unused) == (15, 5, 14)
    assert found.codes == (DIGESTS[0], *DIGESTS[2:5], *DIGESTS[20:25])

    assert urns.change(VILLAGE, NUMBER, seal_urn)
    assert not urns.change(VILLAGE, NUMBER, lambda urn: add_codes(urn, DIGESTS[5:10], 5))


def test_a_file_has_one_length_whatever_was_printed_of_it(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)
    assert urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5], unprinted=1_695))
    path = tmp_path / "urns" / f"{VILLAGE}-{NUMBER}.urn"
    length = path.stat().st_size

    assert urns.change(VILLAGE, NUMBER, vote(1, "6" * 60))
    assert urns.change(VILLAGE, NUMBER, lambda urn: add_codes(urn, DIGESTS[5:], 1_695))
    assert urns.change(VILLAGE, NUMBER, vote(9, "6" * 60))

    assert path.stat().st_size == length


def test_an_urn_from_before_there_were_several_printings_is_all_printed() -> None:
    kept = b'{"ballots":[],"codes":["00"],"is_sealed":false,"issued":1}'

    assert msgspec.json.decode(kept, type=Urn).unprinted == 0


def test_looking_for_the_urns_of_many_villages_leaves_nothing_in_memory(tmp_path: Path) -> None:
    """A pattern of each village's own, once compiled, would be kept: 0.7 KB for every village of a county."""
    urns = open_urns(tmp_path)
    assert urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    assert urns.list_numbers(VILLAGE) == [NUMBER]
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(200):
            assert urns.list_numbers(f"{number:012d}") == []

        assert tracemalloc.get_traced_memory()[0] - before < 200 * 100
    finally:
        tracemalloc.stop()


def test_a_file_has_one_length_and_leaves_none_beside_it_whoever_voted(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS))
    folder = tmp_path / "urns"
    seen = set()
    for number in range(len(DIGESTS)):
        seen.add(tuple((path.name, path.stat().st_size) for path in sorted(folder.iterdir())))
        assert urns.change(VILLAGE, NUMBER, vote(number, "6" * 60))
    urns.change(VILLAGE, NUMBER, seal_urn)
    seen.add(tuple((path.name, path.stat().st_size) for path in sorted(folder.iterdir())))

    assert len(seen) == 1
    assert [name for name, _ in seen.pop()] == [
        ".lock",
        f"{VILLAGE}-{NUMBER}.key",
        f"{VILLAGE}-{NUMBER}.urn",
    ]


def test_the_bytes_before_a_vote_are_overwritten_and_so_are_those_of_both_files_at_the_end(
    tmp_path: Path,
) -> None:
    urns = open_urns(tmp_path)
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    folder = tmp_path / "urns"
    # Hard links keep what a disk would keep of a file that has no name any more.
    os.link(folder / f"{VILLAGE}-{NUMBER}.urn", tmp_path / "first")
    urns.change(VILLAGE, NUMBER, vote(0))
    os.link(folder / f"{VILLAGE}-{NUMBER}.urn", tmp_path / "second")
    os.link(folder / f"{VILLAGE}-{NUMBER}.key", tmp_path / "key")
    assert set((tmp_path / "first").read_bytes()) == {0}
    assert set((tmp_path / "second").read_bytes()) != {0}

    urns.destroy(VILLAGE, NUMBER)

    assert set((tmp_path / "second").read_bytes()) == set((tmp_path / "key").read_bytes()) == {0}


def test_the_same_votes_leave_the_same_urn_in_whatever_order_they_came(tmp_path: Path) -> None:
    found = []
    for name, order in (("one", range(40)), ("other", reversed(range(40)))):
        urns = open_urns(tmp_path / name)
        urns.make(VILLAGE, NUMBER, make_urn(DIGESTS))
        for number in order:
            urns.change(VILLAGE, NUMBER, vote(number))
        found.append(urns.find(VILLAGE, NUMBER))

    assert found[0] == found[1]
    assert [receipt for receipt, _ in (found[0] or make_urn(())).ballots] == sorted(RECEIPTS)


def test_of_many_at_once_each_code_brings_one_ballot(tmp_path: Path) -> None:
    open_urns(tmp_path).make(VILLAGE, NUMBER, make_urn(DIGESTS[:8]))

    def try_it(number: int) -> bool:
        # Each in its own hands, as in other processes: the lock is the file's.
        urns = open_urns(tmp_path)
        assert urns.find(VILLAGE, NUMBER) is not None
        return urns.change(
            VILLAGE, NUMBER, lambda urn: cast_ballot(urn, DIGESTS[number % 8], RECEIPTS[number], "1")
        )

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(try_it, range(32)))

    found = open_urns(tmp_path).find(VILLAGE, NUMBER)
    assert sum(done) == 8
    assert found is not None
    assert (len(found.ballots), found.codes) == (8, ())


@pytest.mark.parametrize("step", ["write_part", "sync", "overwrite"])
def test_who_is_killed_leaves_the_urn_before_the_vote_or_after_it(tmp_path: Path, step: str) -> None:
    """A process dies at each step of a vote: the code and the ballot are never both gone, nor both there."""
    open_urns(tmp_path).make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    child = os.fork()
    if child == 0:
        done = getattr(store, step)

        def die(*args: object) -> None:
            if step == "write_part":
                done(*args)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(store, step, die)
        open_urns(tmp_path).change(VILLAGE, NUMBER, vote(2))
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL

    urns = open_urns(tmp_path)
    found = urns.find(VILLAGE, NUMBER)

    assert found is not None
    was_cast = step != "write_part"
    assert (DIGESTS[2] in found.codes, dict(found.ballots)) == (
        not was_cast,
        {RECEIPTS[2]: "12"} if was_cast else {},
    )
    # Whoever comes next finds everything as it should be, and nothing lies about.
    assert urns.change(VILLAGE, NUMBER, vote(2)) is not was_cast
    assert urns.change(VILLAGE, NUMBER, vote(3))
    assert list((tmp_path / "urns").glob(".*.part")) == []


def test_an_urn_whose_destruction_was_interrupted_opens_for_nobody(tmp_path: Path) -> None:
    urns = open_urns(tmp_path)
    urns.make(VILLAGE, NUMBER, make_urn(DIGESTS[:5]))
    (tmp_path / "urns" / f"{VILLAGE}-{NUMBER}.key").unlink()

    assert urns.find(VILLAGE, NUMBER) is None
    assert urns.list_numbers(VILLAGE) == [NUMBER]  # So that it is found and removed.
    urns.destroy(VILLAGE, NUMBER)
    assert urns.list_numbers(VILLAGE) == []
