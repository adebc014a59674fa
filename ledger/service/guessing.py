"""That cards of households, or voting codes, are guessed at: a line in the desk's log, and for a week what the doctor
says of it.

Nobody finds one by trying. But many that open nothing mean that somebody tries, or that old cards are still about,
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


Guessed = Literal["cards-guessed", "votes-guessed"]
_NAMES: dict[Guessed, tuple[str, str, str]] = {
    "cards-guessed": (
        "户卡",
        "打不开的卡",
        "猜是猜不中的，真卡照常能开，不必停；也问问村里是不是还有人在用旧卡",
    ),
    "votes-guessed": (
        "投票码",
        "打不开的投票码",
        "猜是猜不中的，真票照常能投，不必停；也问问是不是有人重复投",
    ),
}
"""What the doctor calls it, what there was too much of, and what to make of it."""


def log_guessing(ports: DeskPorts, village: str, event: Guessed) -> None:
    """Log that too many cards or voting codes of a village opened nothing within an hour; nothing of who sent them is
    kept.
    """
    with ports.desk.write() as desk:
        log_fact(desk, Fact(event=event, village=village), ports.clock.now_ms())


def check_guessing(ports: DeskPorts) -> Iterator[Check]:
    """In how many hours of the last days cards, or voting codes, were guessed at, by village; one check of each, fine
    where in none.
    """
    now_ms = ports.clock.now_ms()
    since = dt.datetime.fromtimestamp((now_ms - TOLD_DAYS * DAY_MS) // 1_000, dt.UTC)
    with ports.desk.read() as desk:
        logged = list(iterate_facts(desk, f"{since:%Y-%m-%dT%H:%M:%S}"))
    for event, (name, what, advice) in _NAMES.items():
        told = [one for one in logged if one.fact.event == event]
        if not told:
            yield Check(advice="", found=f"近 {TOLD_DAYS} 天没有人猜", name=name, state="fine")
            continue
        hours = Counter(one.fact.village for one in told)
        found = "、".join(f"{village} 有 {count} 个小时" for village, count in sorted(hours.items()))
        yield Check(
            advice=f"{advice}；看是哪里来的，请网络运营商拦住",
            found=f"近 {TOLD_DAYS} 天{found}{what}太多，最近一次 {get_day(told[-1].at_ms)}",
            name=name,
            state="warning",
        )
