"""That cards of households are guessed at: a line in the desk's log, and what the doctor says of it for a week.

Nobody finds a card by trying. But many that open nothing mean that somebody tries, or that old cards are still about,
and both are for a person to look into.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from ledger.limits import DAY_MS
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import Fact, iterate_facts, log_fact
from ledger.service.doctor import Check
from ledger.state import get_day

TOLD_DAYS = 7
"""How long the doctor speaks of it: whoever looks once a week hears of every attack."""


def log_guessing(
    ports: DeskPorts, village: str, event: Literal["cards-guessed", "votes-guessed"] = "cards-guessed"
) -> None:
    """Log that too many cards or voting codes of a village opened nothing within an hour; nothing of who sent them is
    kept.
    """
    with ports.desk.write() as desk:
        log_fact(desk, Fact(event=event, village=village), ports.clock.now_ms())


def check_guessing(ports: DeskPorts) -> Iterator[Check]:
    """In how many hours of the last days cards were guessed at, by village; one check, fine where in none."""
    now_ms = ports.clock.now_ms()
    since = dt.datetime.fromtimestamp((now_ms - TOLD_DAYS * DAY_MS) // 1_000, dt.UTC)
    with ports.desk.read() as desk:
        told = [
            logged
            for logged in iterate_facts(desk, f"{since:%Y-%m-%dT%H:%M:%S}")
            if logged.fact.event == "cards-guessed"
        ]
    name = "户卡"
    if not told:
        yield Check(advice="", found=f"近 {TOLD_DAYS} 天没有人猜", name=name, state="fine")
        return
    hours = Counter(logged.fact.village for logged in told)
    found = "、".join(f"{village} 有 {count} 个小时" for village, count in sorted(hours.items()))
    yield Check(
        advice="猜是猜不中的，真卡照常能开，不必停；看是哪里来的，请网络运营商拦住；也问问村里是不是还有人在用旧卡",
        found=f"近 {TOLD_DAYS} 天{found}打不开的卡太多，最近一次 {get_day(told[-1].at_ms)}",
        name=name,
        state="warning",
    )
