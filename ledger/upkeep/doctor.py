"""How well a home is looked after: its last backup, its last reading, how it came back, and whether what it keeps ready
is what its entries give.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ledger.errors import Tampered
from ledger.home import Home
from ledger.limits import DAY_MS
from ledger.service.doctor import Check
from ledger.service.standing import list_known_villages
from ledger.state import get_day
from ledger.store.upkeep import Upkeep, read_upkeep
from ledger.upkeep.facts import check_facts

BACKUP_MAX_DAYS = 8
"""A backup a week, and a day to notice that it failed."""
SCRUB_MAX_DAYS = 31
"""A disk is read through once a month."""
FACTS_MAX_ENTRIES = 20_000
"""Up to here the doctor folds a log again: a few seconds."""
FACTS_SHOWN = 5


def check_upkeep(home: Home) -> Iterator[Check]:
    """Backup and reading are recent; a home that was restored in spite of doubts says so for ever."""
    upkeep = read_upkeep(home.path)
    now_ms = home.clock.now_ms()
    done = upkeep.backup.at_ms if upkeep.backup else 0
    yield _check_age("备份", done, now_ms, BACKUP_MAX_DAYS, "运行 mingbai backup，放到另一块盘上")
    passes = [item.finished_ms for item in upkeep.scrubbed.values()]
    read = min(passes) if len(passes) >= len(list_known_villages(home)) and passes else 0
    yield _check_age("重读全部记录", read, now_ms, SCRUB_MAX_DAYS, "运行 mingbai scrub，看盘有没有坏")
    yield from _check_found(home)
    yield from _check_restored(upkeep)
    for village in home.ledger.list_villages():
        with contextlib.suppress(Tampered):  # A log that cannot be read is told where its head is looked at.
            yield _check_facts(home, village)


def _check_found(home: Home) -> Iterator[Check]:
    """What the last reading found altered or gone stands until a reading comes to its end without it."""
    kept = {village: home.find_scrub_found(village) for village in list_known_villages(home)}
    found = {f"{village} 存着的记录": scrub.found for village, scrub in kept.items()}
    found["各村共用的文件和数据库"] = max((scrub.shared for scrub in kept.values()), default=0)
    for name, count in found.items():
        if count:
            yield Check(
                advice="不要再往上记；运行 mingbai scrub 看是哪几处，用备份和别处的副本找回，再读一遍",
                found=f"最近一次重读发现 {count} 处坏了或被改动过",
                name=name,
                state="wrong",
            )


def _check_facts(home: Home, village: str) -> Check:
    """Of a log that is not long: what pages read is what its entries give."""
    name = f"{village} 的速查数据"
    with home.ledger.read(village) as reader:
        size = reader.size
    if size > FACTS_MAX_ENTRIES:
        found = f"{size} 条，太长，这里没有重算"
        return Check(advice="mingbai scrub 读完一遍时会重算核对", found=found, name=name, state="fine")
    differing = check_facts(home, village, lambda _title, _done, _total: None)
    keys = "、".join(item.field for item in differing[:FACTS_SHOWN])
    return Check(
        advice="账本没有变，网页可能显示错：先弄清是盘坏了还是有人改过，再用 mingbai database rebuild 从记录重算"
        if differing
        else "",
        found=f"和记录算出的不一样：{keys}" if differing else f"和 {size} 条记录算出的一样",
        name=name,
        state="wrong" if differing else "fine",
    )


def _check_age(name: str, at_ms: int, now_ms: int, max_days: int, advice: str) -> Check:
    is_recent = at_ms > 0 and now_ms - at_ms <= max_days * DAY_MS
    return Check(
        advice="" if is_recent else advice,
        found=f"最近一次 {get_day(at_ms)}" if at_ms else "还没有过",
        name=name,
        state="fine" if is_recent else "warning",
    )


def _check_restored(upkeep: Upkeep) -> Iterator[Check]:
    if upkeep.restored is None:
        return
    restored = upkeep.restored
    doubts = "、".join(dict.fromkeys(restored.accepted))
    yield Check(
        advice="有人拿来更新的检查点、导出或公开表，用 mingbai audit --checkpoint 核对" if doubts else "",
        found=f"{get_day(restored.at_ms)} 由 {get_day(restored.backup_ms)} 的备份恢复"
        + (f"，恢复时接受了疑点：{doubts}" if doubts else "，与签名头对照过"),
        name="恢复",
        state="warning" if doubts else "fine",
    )
