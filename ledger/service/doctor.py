"""What is wrong with this installation, and what to do: nothing here changes anything."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Literal

import msgspec

from ledger.errors import NotFound, NotProven, Tampered
from ledger.limits import CLOCK_BEHIND_MAX_MS
from ledger.ports import Head, Ports, Reader
from ledger.service.clock import measure_ahead
from ledger.service.publish import verify_extends
from ledger.service.standing import list_known_villages
from ledger.state import get_day
from ledger.state.facts import VillageFacts, get_fact

State = Literal["fine", "warning", "wrong"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `advice` is empty when it is fine."""

    advice: str
    found: str
    name: str
    state: State


def check_villages(ports: Ports) -> Iterator[Check]:
    """Each village's log against its newest head and its key, and the clock against what the log and witnesses say."""
    for village in list_known_villages(ports):
        yield _check_head(ports, village)
        with contextlib.suppress(NotFound, Tampered):  # Of a log that cannot be read the first check tells.
            yield _check_key(ports, village)
            yield from _check_clock(ports, village)


def check_python() -> Check:
    """Python below 3.11.8 does not see overlapping members in a zip (CVE-2024-0450); our own check then stands alone.

    Debian 12 has no newer one, and needs none: workbooks pass our check before Python's zip reader sees them.
    """
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11, 8)
    return Check(
        advice=""
        if fine
        else "可以照常使用，Debian 12 带的就是这样的：3.11.8 以前不查压缩包里重叠的文件，由程序自己查",
        found=version,
        name="Python",
        state="fine" if fine else "warning",
    )


def _check_head(ports: Ports, village: str) -> Check:
    name = f"{village} 的检查点"
    head = ports.heads.find_newest(village)
    reason = ""
    try:
        with ports.ledger.read(village) as reader:
            size = reader.size
            if head is not None:
                reason = _find_difference(reader, head)
    except (NotFound, Tampered) as error:
        gone = f"签过名的有 {head.size if head else 0} 条，账本里一条也没有"
        return Check(
            advice="不要再记账，保留现场，用 mingbai restore 从备份和别处的副本找回",
            found=gone if isinstance(error, NotFound) else f"读不出：{error}",
            name=name,
            state="wrong",
        )
    if head is None and size > 1:
        return Check(
            advice="heads.db 丢了或换过：不要再记账，找回原来的，或用 mingbai restore 接回",
            found=f"{size} 条，签名头一个也没有",
            name=name,
            state="wrong",
        )
    if head is None:
        return Check(
            advice="再记一条，或重新启动，程序会补签",
            found=f"{size} 条，还没有签名",
            name=name,
            state="warning",
        )
    if reason:
        return Check(
            advice="数据库和签过的名对不上，多半是恢复了旧备份：不要再记账，找回原来的记录，运行 mingbai audit",
            found=reason,
            name=name,
            state="wrong",
        )
    state: State = "fine" if head.size == size else "warning"
    return Check(
        advice="" if state == "fine" else "再记一条，或重新启动，程序会补签",
        found=f"签到 {head.size} 条，共 {size} 条",
        name=name,
        state=state,
    )


def _find_difference(reader: Reader, head: Head) -> str:
    """Return in what the log differs from what was signed, empty where it extends it."""
    try:
        verify_extends(reader, head)
    except Tampered as error:
        return str(error)
    return ""


def _check_key(ports: Ports, village: str) -> Check:
    name = f"{village} 的签名私钥"
    with ports.ledger.read(village) as reader:
        facts = get_fact(reader.facts, "village", VillageFacts)
    published = facts.verifier_key if facts is not None else ""
    try:
        ports.get_signer(village, published)
    except (NotFound, NotProven, Tampered) as error:
        if not _has_another_key(ports, village):
            return Check(
                advice="从保管处取回 keys 文件夹；没有它不能再记账",
                found=str(error),
                name=name,
                state="wrong",
            )
        return Check(
            advice="放回立账时的私钥文件；这一把签的没有人认",
            found="与立账时公布的公钥不符",
            name=name,
            state="wrong",
        )
    return Check(advice="", found="与公布的公钥相符", name=name, state="fine")


def _check_clock(ports: Ports, village: str) -> Iterator[Check]:
    """Whether the next entry can be dated, and how the clock stood to the witnesses' when they answered last."""
    name = f"{village} 的时间"
    now_ms = ports.clock.now_ms()
    with ports.ledger.read(village) as reader:
        last_ms = reader.facts.read_entry(reader.size - 1).recorded_at if reader.size else 0
    if last_ms - now_ms > CLOCK_BEHIND_MAX_MS:
        yield Check(
            advice="时钟慢了就校准；没有慢的，是记那一条时快了：到那天以前不能再记账，请运维员和审计员来看",
            found=f"最后一条记录写的是 {get_day(last_ms)}，这里的时钟是 {get_day(now_ms)}",
            name=name,
            state="wrong",
        )
    ahead_ms = measure_ahead(ports, village)
    if ahead_ms is None:
        return
    is_near = ahead_ms <= CLOCK_BEHIND_MAX_MS
    advice = (
        "先不要记账：记下的日期改不回来。校准时钟，再用 mingbai witness ask 问一次；"
        "时钟没有错的，请见证人校准他们的"
    )
    yield Check(
        advice="" if is_near else advice,
        found="和见证人的差不多" if is_near else f"这里的时钟比见证人的快 {ahead_ms // 60_000} 分钟",
        name=f"{village} 的时钟",
        state="fine" if is_near else "warning",
    )


def _has_another_key(ports: Ports, village: str) -> bool:
    try:
        ports.get_signer(village)
    except (NotFound, NotProven, Tampered):
        return False
    return True
