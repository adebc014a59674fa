"""The clock that dates entries, held against the newest entry and against what witnesses say of the time.

Time never runs backwards in a log: an entry dated far ahead, by a mistyped year, could never be taken back, and nothing
could be recorded until that day. So where a day or more has passed since the newest entry, the clock must be borne out:
no witness that answered lately may have said a time a day behind it, and a log of which nobody heard anything for
`CLOCK_UNSEEN_MAX_MS` waits until a person vouches for today's date in the settings. A clock that runs ahead by less
costs that much waiting, once it is set right.
"""

from __future__ import annotations

from ledger.errors import Fault, Refused
from ledger.limits import (
    CLOCK_AHEAD_MAX_MS,
    CLOCK_BEHIND_MAX_MS,
    CLOCK_UNSEEN_MAX_MS,
    COSIGNED_SIZES_LOOKED_AT,
    DAY_MS,
)
from ledger.ports import Newest, Ports
from ledger.state import get_day

HOUR_MS = 3_600_000


def read_time(ports: Ports, village: str, last: Newest | None) -> int:
    """Return the time of the next entry, UTC milliseconds, never before the newest's.

    Raises Refused where the clock is far behind the newest entry, or ahead of all that is known of the time.
    """
    now_ms = ports.clock.now_ms()
    if last is None:
        return now_ms
    if last.recorded_at - now_ms > CLOCK_BEHIND_MAX_MS:
        raise Refused(
            [
                Fault(
                    code="clock-behind",
                    place="这台机器的时钟",
                    found=f"比最后一条记录早 {(last.recorded_at - now_ms) // 1000} 秒",
                    expected="不早于最后一条记录",
                    remedy="校准系统时间后再记账",
                )
            ]
        )
    # What witnesses said is read only where it can matter: nobody who records daily waits for it.
    is_long = now_ms - last.recorded_at > CLOCK_AHEAD_MAX_MS and not ports.is_demo
    if is_long and get_day(now_ms) != ports.date_checked:
        _refuse_ahead(ports, village, last, now_ms)
    return max(now_ms, last.recorded_at)


def measure_ahead(ports: Ports, village: str) -> int | None:
    """Return by how many milliseconds our clock was ahead of each witness that answered lately, at the least.

    Negative where it was behind. None where none answered: never, or only after what the clock shows now, which was set
    back since. A single witness whose clock is right or ahead outweighs the others: a slow one stops no village.
    """
    return _measure(_list_answers(ports, village, ports.clock.now_ms()))


def _measure(answers: list[tuple[int, int]]) -> int | None:
    newest = max((answered_at for answered_at, _ in answers), default=0)
    lately = (answered_at - said for answered_at, said in answers if newest - answered_at <= DAY_MS)
    return min(lately, default=None)


def _list_answers(ports: Ports, village: str, now_ms: int) -> list[tuple[int, int]]:
    """Return of each witness when it cosigned last by our clock and by its own, milliseconds."""
    answered = {
        item.witness: item.answered_at
        for item in ports.cosignatures.list_attempts(village)
        if 0 < item.answered_at <= now_ms
    }
    said: dict[str, int] = {}
    sizes = ports.cosignatures.list_sizes(village) if answered else []
    for size in sizes[:COSIGNED_SIZES_LOOKED_AT]:
        for item in ports.cosignatures.list_at(village, size):
            said[item.witness] = max(said.get(item.witness, 0), item.time_s * 1_000)
        if answered.keys() <= said.keys():
            break
    return [(answered[witness], said[witness]) for witness in answered if witness in said]


def _refuse_ahead(ports: Ports, village: str, last: Newest, now_ms: int) -> None:
    answers = _list_answers(ports, village, now_ms)
    ahead_ms = _measure(answers) or 0
    seen_ms = max([last.recorded_at, *(said for _, said in answers)])
    today = get_day(now_ms)
    if ahead_ms > CLOCK_AHEAD_MAX_MS:
        raise Refused([_ahead_fault(today, f"比见证人的时间快 {ahead_ms // HOUR_MS} 小时")])
    if now_ms - seen_ms > CLOCK_UNSEEN_MAX_MS:
        days = (now_ms - seen_ms) // DAY_MS
        raise Refused([_ahead_fault(today, f"比最后一次记账和见证晚 {days} 天")])


def _ahead_fault(today: str, found: str) -> Fault:
    return Fault(
        code="clock-ahead",
        place="这台机器的时钟",
        found=f"{today}，{found}",
        expected="真实的日期",
        remedy="时钟快了的，校准后用 mingbai witness ask 再问一次见证人；日期没有错的，"
        f'在 mingbai.toml 开头写一行 date_checked = "{today}"，今天就能记。日期记错了，到那天以前都不能再记账',
    )
