"""A clock that runs ahead dates nothing: no entry can be dated anew, and time never runs backwards in a log."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from ledger.config import SETTINGS_FILE, read_config
from ledger.errors import Refused
from ledger.home import open_home
from ledger.limits import DAY_MS
from ledger.log.cosignature import sign_cosignature
from ledger.log.note import format_signature, parse_note
from ledger.log.witness import parse_submission
from ledger.ports import Cosignatures
from ledger.service.clock import measure_ahead
from ledger.service.doctor import Check, check_villages
from ledger.service.outbound import Reply
from ledger.service.witnessing import ask_witnesses
from ledger.state import get_day
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.witness.processes import adopt
from tests.witness.test_shown import SIGNERS, URLS, make_policy


@pytest.fixture
def village(village: VillageHome) -> VillageHome:
    village.open_books()
    return village


def ask(village: VillageHome, behind_days: Mapping[str, float], *, only_due: bool = False) -> int:
    """Have witnesses cosign, each so many days behind the village's clock; return how many were asked."""
    signers = {URLS[name]: (SIGNERS[name], days) for name, days in behind_days.items()}

    def send(url: str, body: bytes) -> Reply:
        signer, days = signers[url]
        text = parse_note(parse_submission(body).note).unproven_text
        time_s = int(village.clock.now_ms() - days * DAY_MS) // 1_000
        return Reply(format_signature(sign_cosignature(text, time_s, signer)).encode(), 200)

    return len(ask_witnesses(village.home, VILLAGE, send=send, only_due=only_due))


def look(village: VillageHome) -> list[Check]:
    return [check for check in check_villages(village.home) if "时" in check.name]


def test_after_long_silence_the_date_is_recorded_under_only_once_somebody_vouched_for_it(
    village: VillageHome,
) -> None:
    village.clock.advance(3_653 * DAY_MS)
    today = get_day(village.clock.now_ms())

    with pytest.raises(Refused) as caught:
        village.record_voucher("购办公用纸", 32_500)

    assert str(caught.value) == (
        "这台机器的时钟：现为2036-10-28，比最后一次记账和见证晚 3653 天，应为真实的日期。时钟快了的，校准后用 mingbai"
        ' witness ask 再问一次见证人；日期没有错的，在 mingbai.toml 开头写一行 date_checked = "2036-10-28"，'
        "今天就能记。日期记错了，到那天以前都不能再记账。（clock-ahead）"
    )
    village.home = dataclasses.replace(village.home, date_checked=today)
    assert village.record_voucher("购办公用纸", 32_500).index == 3


def test_an_invented_village_lives_in_its_own_year(village: VillageHome) -> None:
    settings = village.home.path / SETTINGS_FILE
    settings.write_text(settings.read_text().replace("is_demo = false", "is_demo = true"))
    village.clock.advance(3_653 * DAY_MS)
    village.home.close()
    village.home = open_home(village.home.path, clock=village.clock, entropy=village.home.entropy)

    assert village.home.config.is_demo
    assert village.record_voucher("购办公用纸", 32_500).index == 3


def test_a_quarter_of_silence_asks_nobody_to_vouch(village: VillageHome) -> None:
    village.clock.advance(99 * DAY_MS)

    assert village.record_voucher("购办公用纸", 32_500).index == 3


def test_who_recorded_nothing_but_was_cosigned_lately_need_not_vouch(village: VillageHome) -> None:
    adopt(village, make_policy(1, "镇"))
    village.clock.advance(150 * DAY_MS)
    ask(village, {"镇": 0})

    village.record_voucher("购办公用纸", 32_500)


def test_a_clock_that_every_witness_contradicts_dates_nothing_until_it_is_set_right(
    village: VillageHome,
) -> None:
    adopt(village, make_policy(1, "镇", "邻村"))
    village.clock.advance(30 * DAY_MS)
    ask(village, {"镇": 30, "邻村": 29.5})

    with pytest.raises(Refused, match=r"2026-11-27，比见证人的时间快 708 小时.*（clock-ahead）"):
        village.record_voucher("购办公用纸", 32_500)

    assert [(check.state, check.found) for check in look(village)] == [
        ("warning", "这里的时钟比见证人的快 42480 分钟")
    ]
    village.clock.advance(-28 * DAY_MS)
    assert measure_ahead(village.home, VILLAGE) is None
    assert ask(village, {"镇": 0, "邻村": 0}, only_due=True) == 2
    assert [(check.state, check.found) for check in look(village)] == [("fine", "和见证人的差不多")]
    village.record_voucher("购办公用纸", 32_500)


def test_one_slow_witness_stops_no_village(village: VillageHome) -> None:
    adopt(village, make_policy(1, "镇", "邻村"))
    village.clock.advance(3 * DAY_MS)
    ask(village, {"镇": 300, "邻村": 0})

    village.record_voucher("购办公用纸", 32_500)


def test_a_village_that_records_daily_does_not_wait_for_what_witnesses_said(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_store: Cosignatures, _village: str) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(type(village.home.cosignatures), "list_attempts", fail)
    village.clock.advance(DAY_MS)

    village.record_voucher("购办公用纸", 32_500)


def test_the_doctor_says_until_when_a_log_dated_ahead_takes_nothing(village: VillageHome) -> None:
    village.clock.advance(-2 * DAY_MS)

    assert [(check.state, check.found) for check in look(village)] == [
        ("wrong", "最后一条记录写的是 2026-10-28，这里的时钟是 2026-10-26")
    ]


@pytest.mark.parametrize("written", ['"2036-10-28"', "2036-10-28"], ids=["text", "day"])
def test_the_date_is_vouched_for_in_the_settings(village: VillageHome, written: str) -> None:
    settings = village.home.path / SETTINGS_FILE
    settings.write_text(settings.read_text() + f"date_checked = {written}\n")

    assert read_config(village.home.path).date_checked == "2036-10-28"


def test_a_date_that_is_none_is_a_setting_that_cannot_be_used(village: VillageHome) -> None:
    settings = village.home.path / SETTINGS_FILE
    settings.write_text(settings.read_text() + 'date_checked = "明天"\n')

    with pytest.raises(Refused, match=r"mingbai\.toml 的 date_checked：现为明天，应为年-月-日"):
        read_config(village.home.path)
