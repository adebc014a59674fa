"""What a row of the table is, and the one contract that all of them are held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ledger.errors import NotProven
from tests.fuzz.mutants import Mutate

Samples = dict[str, bytes]
"""Bytes by name, what rows start from; `export/…` are the paths of an export."""
Take = Callable[[bytes], object]


@dataclass(frozen=True)
class Room:
    """Where a row works: the samples, a folder of its own, and what must be closed when it is done."""

    samples: Samples
    folder: Path
    closing: ExitStack


@dataclass(frozen=True)
class Target:
    """One way in.

    `covers`    the functions that it is the proof of; a house rule looks for every public `parse_…` of the core here
    `make`      from a room to `take`, which gets one input
    `seeds`     from the samples to the inputs to begin with
    `runs`      inputs of the quick run; the deep one has ten times as many
    `refusals`  what `take` may raise
    `engine`    `atheris`, guided by the coverage of our own code, or `mutants` alone, where one input costs
                milliseconds or where the inside of the parser is another library's
    `mutate`    makes the inputs of `mutants`; under atheris half of them, the other half are its own
    """

    name: str
    covers: tuple[Callable[..., Any], ...]
    make: Callable[[Room], Take]
    seeds: Callable[[Samples], Sequence[bytes]]
    runs: int
    refusals: tuple[type[Exception], ...] = (NotProven,)
    engine: Literal["atheris", "mutants"] = "atheris"
    mutate: Mutate | None = None
    max_bytes: int = 4_096


def examine(target: Target, take: Take, data: bytes) -> None:
    """Hand `data` to a target. Whatever it raises beyond its refusals, and every broken round trip, is a finding."""
    try:
        take(data)
    except target.refusals:
        return


def decode(data: bytes) -> str:
    """Any bytes as text, also such as UTF-8 does not give: the words of a command may hold them."""
    return data.decode("utf-8", "surrogateescape")


def require_same(found: object, given: object) -> None:
    """What was accepted and written again is what was given."""
    assert found == given, f"written again: {found!r:.300}"


def just(take: Take) -> Callable[[Room], Take]:
    """For a row that needs no room."""
    return lambda _room: take


def named(*starts: str) -> Callable[[Samples], list[bytes]]:
    """Seeds are the samples whose names begin so."""
    return lambda samples: [data for start in starts for data in list_samples(samples, start)]


def given(*seeds: bytes) -> Callable[[Samples], list[bytes]]:
    """Seeds are these."""
    return lambda _samples: list(seeds)


def list_samples(samples: Samples, start: str) -> list[bytes]:
    """Return the samples whose names begin so."""
    return [data for name, data in samples.items() if name.startswith(start)]
