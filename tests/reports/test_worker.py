"""Sheets made in child processes: the same bytes, limits that hold, and a next sheet after every failure."""

from __future__ import annotations

import dataclasses
import json
import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from ledger.errors import NotProven, Refused
from ledger.limited.child import MEMORY_EXIT, Limits
from ledger.limited.pool import ChildDied
from reports.failure import RenderFailed
from reports.toolchain import describe_toolchain
from reports.worker import DEFAULT_LIMITS, WorkerRenderer, _explain_death
from tests.reports.printed import get_sheet
from tests.reports.samples import make_empty_finance, make_fullest, make_head, make_job, make_points

SHEETS_IN_A_SECOND = 100
"""More than any processor makes."""


def test_a_worker_gives_the_same_bytes_and_survives_refusals() -> None:
    points = make_points()
    missing = msgspec.structs.replace(points, head=make_head("points", village_name="𪚥村"))

    with WorkerRenderer() as renderer:
        assert renderer.render(make_job(points)) == get_sheet("points")
        first_s = _get_cpu_limit_s(renderer)
        with pytest.raises(Refused, match="glyph-missing"):
            renderer.render(make_job(missing))
        with pytest.raises(NotProven) as unproven:
            renderer.render(make_job(points, note=b"no note"))
        with pytest.raises(RenderFailed, match="ValueError: a points sheet of finance figures"):
            renderer.render(
                make_job(msgspec.structs.replace(points, head=make_head("finance")), kind="points")
            )
        # Whole seconds are counted, and a sheet takes a part of one.
        for _ in range(SHEETS_IN_A_SECOND):
            assert renderer.render(make_job(points)) == get_sheet("points")
            if first_s < _get_cpu_limit_s(renderer):
                break
        else:
            pytest.fail("processor time is counted anew for every sheet")

    assert unproven.value.code.startswith("note")


def test_workers_are_replaced_after_their_number_of_sheets_and_work_side_by_side() -> None:
    with WorkerRenderer(2, sheets_per_worker=2) as renderer, ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: renderer.render(make_job(make_empty_finance())), range(5)))

    assert set(made) == {get_sheet("empty")}


def test_a_sheet_that_takes_too_long_is_refused_and_the_next_is_made() -> None:
    with WorkerRenderer(limits=_limit(cpu_s=4)) as renderer:
        with pytest.raises(Refused) as caught:
            renderer.render(make_job(make_fullest()))
        assert renderer.render(make_job(make_points())) == get_sheet("points")

    assert _list_found(caught.value) == [("sheet-limit", "时间用完")]


def test_a_sheet_that_takes_too_long_by_the_clock_is_refused() -> None:
    begun = time.monotonic()

    with WorkerRenderer(limits=_limit(wall_s=1)) as renderer, pytest.raises(Refused) as caught:
        renderer.render(make_job(make_fullest()))

    assert _list_found(caught.value) == [("sheet-limit", "时间用完")]
    assert time.monotonic() - begun >= 1


def test_a_sheet_that_takes_too_much_memory_is_refused_and_the_next_is_made() -> None:
    points = make_points()

    with WorkerRenderer(limits=_limit(memory_bytes=400 << 20)) as renderer:
        with pytest.raises(Refused) as caught:
            renderer.render(make_job(points, evidence=bytes(150 << 20)))
        assert renderer.render(make_job(points)) == get_sheet("points")

    assert _list_found(caught.value) == [("sheet-limit", "内存用完")]


@pytest.mark.deep
def test_the_fullest_sheet_that_is_let_through_stays_within_the_limits() -> None:
    with WorkerRenderer() as renderer:
        assert renderer.render(make_job(make_fullest())).startswith(b"%PDF")


def _limit(**changes: int) -> Limits:
    return dataclasses.replace(DEFAULT_LIMITS, **changes)


def _get_cpu_limit_s(renderer: WorkerRenderer) -> int:
    """Return at which processor time the one worker ends."""
    return resource.prlimit(renderer._pool._idle[0].process.pid, resource.RLIMIT_CPU)[0]


def _list_found(error: Refused) -> list[tuple[str, str]]:
    return [(fault.code, fault.found) for fault in error.faults]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MEMORY_EXIT, "内存用完"),
        (-signal.SIGABRT, "内存用完"),
        (-signal.SIGXCPU, "时间用完"),
        (-signal.SIGKILL, "时间用完"),
    ],
)
def test_a_limit_is_told_in_words(status: int, words: str) -> None:
    death = _explain_death(ChildDied(status), DEFAULT_LIMITS)

    assert str(death) == (
        f"打印公开表：现为{words}，应为至多 60 秒处理器时间、1024 MiB 内存。"
        "这张表没有打印，原来的公开表不受影响；请联系运维员分册打印。（sheet-limit）"
    )


def test_any_other_death_is_told_as_a_refusal_that_names_it() -> None:
    death = _explain_death(ChildDied(1), DEFAULT_LIMITS)

    assert isinstance(death, RenderFailed)
    assert str(death) == (
        "打印公开表：现为打印程序出了错（the worker ended with status 1），应为排得出的公开表。"
        "这张表没有打印，原来的公开表不受影响；再做一次，还是不行的，用 mingbai doctor 检查磁盘和字体。（sheet-failed）"
    )


def test_the_toolchain_names_programs_fonts_and_our_own_files() -> None:
    with WorkerRenderer() as renderer:
        described = renderer.describe_toolchain()
        assert renderer.describe_toolchain() is described

    listed = json.loads(described)
    assert described == describe_toolchain()
    assert set(listed["fonts"]) == {"NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"}
    assert all(len(digest) == 64 for digest in [*listed["fonts"].values(), listed["reports"]])
    assert {"weasyprint", "pydyf", "qrcode", "fonttools"} <= set(listed["packages"])
    assert {"pango", "harfbuzz", "fontconfig"} <= set(listed["libraries"])
