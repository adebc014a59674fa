"""What is typed and not handed in: kept state by state, stepped back and forth, and never lost between two windows."""

from __future__ import annotations

import pytest

from ledger.errors import Refused
from ledger.service.unsent import (
    ONE_STATE_MS,
    STATES_KEPT,
    can_step,
    drop_aside,
    drop_sheet,
    list_sheets,
    open_aside,
    open_sheet,
    save_sheet,
    step,
    take_aside,
)
from tests.builders import VILLAGE
from tests.fakes import FakeClock
from tests.service.importing import ImportDesk

SHEET = "vouchers"


class Window:
    """One window in which a clerk types a single word."""

    def __init__(self, desk: ImportDesk) -> None:
        self.desk = desk
        self.version = open_sheet(desk.ports, VILLAGE, desk.clerk, SHEET).version

    def type(self, text: str, *, is_auto: bool = False) -> None:
        desk = self.desk
        kept = save_sheet(
            desk.ports,
            VILLAGE,
            desk.clerk,
            SHEET,
            {"凭证": [(text,), ("",)]},
            start=self.version,
            is_auto=is_auto,
        )
        self.version = kept.version

    def go(self, way: str) -> str:
        kept = step(
            self.desk.ports,
            VILLAGE,
            self.desk.clerk,
            SHEET,
            "back" if way == "back" else "forth",
            start=self.version,
        )
        self.version = kept.version
        return read(self.desk)

    def can(self, way: str) -> bool:
        return can_step(
            self.desk.ports, VILLAGE, self.desk.clerk, SHEET, "back" if way == "back" else "forth"
        )


def read(desk: ImportDesk) -> str:
    rows = open_sheet(desk.ports, VILLAGE, desk.clerk, SHEET).state.tables.get("凭证", (("",),))
    assert len(rows) == 1  # Without the empty one below.
    return rows[0][0]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(clock: FakeClock) -> ImportDesk:
    return ImportDesk(clock=clock)


def test_what_was_typed_is_there_again(desk: ImportDesk) -> None:
    window = Window(desk)

    window.type('𠮷"\t=1+1\n\u202e x')

    assert read(desk) == '𠮷"\t=1+1\n\u202e x'
    assert [(name, opened.rows) for name, opened in list_sheets(desk.ports, VILLAGE, desk.clerk).items()] == [
        (SHEET, 1)
    ]


def test_the_same_again_is_no_new_state(desk: ImportDesk) -> None:
    window = Window(desk)
    window.type("一")
    before = window.version
    window.type("一")

    assert window.version == before


def test_one_steps_back_to_the_beginning_and_forth_again(desk: ImportDesk) -> None:
    window = Window(desk)
    for text in ("一", "二", "三"):
        window.type(text)

    back = [window.go("back") for _ in range(4)]
    assert not window.can("back")
    forth = [window.go("forth") for _ in range(4)]

    assert back == ["二", "一", "", ""]
    assert forth == ["一", "二", "三", "三"]
    assert not window.can("forth")


def test_what_is_typed_after_a_step_back_goes_on_from_there(desk: ImportDesk) -> None:
    window = Window(desk)
    window.type("一")
    window.type("二")
    window.go("back")
    window.type("丙")

    assert not window.can("forth")
    assert [window.go("back"), window.go("back")] == ["一", ""]


def test_what_keeps_itself_is_one_state_for_a_minute(desk: ImportDesk, clock: FakeClock) -> None:
    window = Window(desk)
    window.type("一")
    for text in ("二", "二三", "二三四"):
        window.type(text, is_auto=True)
        clock.advance(1_000)
    clock.advance(ONE_STATE_MS)
    window.type("二三四五", is_auto=True)

    assert [window.go("back"), window.go("back")] == ["二三四", "一"]


def test_of_two_windows_the_late_one_is_told_and_loses_nothing(desk: ImportDesk) -> None:
    first, second = Window(desk), Window(desk)
    first.type("先")

    with pytest.raises(Refused) as refused:
        second.type("后")

    assert [fault.code for fault in refused.value.faults] == ["typed-elsewhere"]
    assert read(desk) == "先"
    aside = open_aside(desk.ports, VILLAGE, desk.clerk, SHEET)
    assert aside.state.tables["凭证"] == (("后",),)

    take_aside(desk.ports, VILLAGE, desk.clerk, SHEET, start=first.version)
    third = Window(desk)
    assert read(desk) == "后"
    assert third.go("back") == "先"
    assert open_aside(desk.ports, VILLAGE, desk.clerk, SHEET).version == 0


def test_a_window_that_was_overtaken_and_brings_nothing_new_loses_nothing(desk: ImportDesk) -> None:
    first = Window(desk)
    first.type("一")
    second = Window(desk)
    start = second.version
    second.type("二")
    first.type("一")  # As it was when this window was opened.
    assert read(desk) == "二"

    second.type("三")
    second.version = start
    second.type("二")  # The form of before, sent again.
    assert read(desk) == "三"
    assert open_aside(desk.ports, VILLAGE, desk.clerk, SHEET).version == 0


def test_a_late_step_back_is_refused(desk: ImportDesk) -> None:
    first, second = Window(desk), Window(desk)
    first.type("先")

    with pytest.raises(Refused):
        second.go("back")

    assert read(desk) == "先"


def test_a_window_from_before_a_sheet_was_handed_in_never_fits_the_next(
    desk: ImportDesk, clock: FakeClock
) -> None:
    old = Window(desk)
    old.type("旧")
    drop_sheet(desk.ports, VILLAGE, desk.clerk, SHEET, old.version)
    clock.advance(1)
    Window(desk).type("新")

    with pytest.raises(Refused):
        old.type("旧的又来")

    assert read(desk) == "新"


def test_a_sheet_is_thrown_away_only_as_it_was_shown(desk: ImportDesk) -> None:
    window = Window(desk)
    window.type("一")
    shown = window.version
    window.type("二")

    with pytest.raises(Refused):
        drop_sheet(desk.ports, VILLAGE, desk.clerk, SHEET, shown)
    drop_sheet(desk.ports, VILLAGE, desk.clerk, SHEET, window.version)
    drop_aside(desk.ports, VILLAGE, desk.clerk, SHEET)

    assert list_sheets(desk.ports, VILLAGE, desk.clerk) == {}


def test_only_so_many_states_are_kept(desk: ImportDesk) -> None:
    window = Window(desk)
    for number in range(STATES_KEPT + 5):
        window.type(str(number))

    assert len(desk.ports.vault.list_unsent(VILLAGE, desk.clerk, SHEET)) == STATES_KEPT
    for _ in range(STATES_KEPT):
        window.go("back")
    assert read(desk) != ""  # The beginning is forgotten; one stands at the oldest state that is kept.
