"""Who records at once is recorded together, and answered each about their own claims."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from ledger.errors import Fault, Refused
from ledger.service.queue import GROUP_MAX_CLAIMS, Queue

REFUSED = Refused([Fault(code="wrong", place="", found="", expected="", remedy="")])


class Log:
    """Records numbers; refuses those below zero, breaks on a hundred, loses its disk on a hundred and one. Waits in its
    first group until told.
    """

    def __init__(self) -> None:
        self.go, self.begun = Event(), Event()
        self.groups: list[list[list[int]]] = []

    def record(self, group: Sequence[Sequence[int]]) -> list[list[int] | Refused]:
        self.begun.set()
        assert self.go.wait(60)
        self.groups.append([list(claims) for claims in group])
        if any(101 in claims for claims in group):
            raise OSError("power")
        if any(100 in claims for claims in group):
            raise ValueError("a hundred")
        return [REFUSED if min(claims) < 0 else [10 * claim for claim in claims] for claims in group]


def record_at_once(log: Log, *claims: list[int]) -> list[Future[list[int]]]:
    """Let the first caller record while all others come one after another; return everybody's answer."""
    queue: Queue[int, int] = Queue()
    with ThreadPoolExecutor(len(claims)) as pool:
        answers = [pool.submit(queue.record, claims[0], log.record)]
        assert log.begun.wait(60)
        for place, item in enumerate(claims[1:], 1):
            answers.append(pool.submit(queue.record, item, log.record))
            while len(queue) < place:
                pass
        log.go.set()
    return answers


def test_all_who_wait_are_recorded_together_in_the_order_in_which_they_came() -> None:
    log = Log()

    answers = record_at_once(log, [1], [2, 3], [4], [5])

    assert log.groups == [[[1]], [[2, 3], [4], [5]]]
    assert [answer.result() for answer in answers] == [[10], [20, 30], [40], [50]]


def test_whoever_waits_is_recorded_in_groups_however_often_they_come() -> None:
    """Fought for, the turn goes to the thread that runs already, and most are recorded alone."""
    groups: list[int] = []
    queue: Queue[int, int] = Queue()
    writers, claims = 8, 20

    def wait_for_the_disk(group: Sequence[Sequence[int]]) -> list[list[int] | Refused]:
        groups.append(len(group))
        time.sleep(0.005)
        return [list(claims) for claims in group]

    def write(_writer: int) -> None:
        for number in range(claims):
            assert queue.record([number], wait_for_the_disk) == [number]

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))

    assert sum(groups) == writers * claims
    # One begins alone and the others gather behind it: two groups for a claim of each, 40. By a lock it was 79 to 102.
    assert len(groups) <= 60


def test_who_is_interrupted_once_called_leaves_the_line_to_the_next() -> None:
    log = Log()
    queue: Queue[int, int] = Queue()

    def interrupt(_group: Sequence[Sequence[int]]) -> list[list[int] | Refused]:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(queue.record, [1], log.record)
        assert log.begun.wait(60)
        second = pool.submit(queue.record, [2], interrupt)
        while len(queue) < 1:
            pass
        third = pool.submit(queue.record, [3], log.record)
        while len(queue) < 2:
            pass
        log.go.set()

        assert (first.result(60), third.result(60)) == ([10], [30])
        with pytest.raises(KeyboardInterrupt):
            second.result(60)
    assert log.groups == [[[1]], [[3]]]


def test_one_who_is_refused_leaves_the_others_untouched() -> None:
    log = Log()

    answers = record_at_once(log, [1], [2], [-3], [4])

    assert [answers[place].result() for place in (0, 1, 3)] == [[10], [20], [40]]
    with pytest.raises(Refused):
        answers[2].result()


def test_a_group_that_somebody_s_claim_breaks_is_tried_one_by_one() -> None:
    log = Log()

    answers = record_at_once(log, [1], [2], [100], [4])

    assert log.groups == [[[1]], [[2], [100], [4]], [[2]], [[100]], [[4]]]
    assert [answers[place].result() for place in (0, 1, 3)] == [[10], [20], [40]]
    with pytest.raises(ValueError, match="a hundred"):
        answers[2].result()


def test_a_disk_that_fails_is_told_to_the_whole_group_and_not_written_to_again() -> None:
    log = Log()

    answers = record_at_once(log, [1], [2], [101], [4])

    assert log.groups == [[[1]], [[2], [101], [4]]]
    assert answers[0].result() == [10]
    for answer in answers[1:]:
        with pytest.raises(OSError, match="power"):
            answer.result()


def test_a_group_has_a_bound_and_one_caller_of_any_length_goes_through() -> None:
    log = Log()
    long = list(range(200, 200 + GROUP_MAX_CLAIMS))

    answers = record_at_once(log, [1], [2], long, [3])

    assert [len(group) for group in log.groups] == [1, 1, 1, 1]
    assert [len(answer.result()) for answer in answers] == [1, 1, GROUP_MAX_CLAIMS, 1]


def test_an_interrupted_caller_leaves_the_others_to_the_next_and_is_not_recorded_later() -> None:
    log = Log()
    log.go.set()
    queue: Queue[int, int] = Queue()

    def interrupt(_group: Sequence[Sequence[int]]) -> list[list[int] | Refused]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queue.record([1], interrupt)

    assert queue.record([2], log.record) == [20]
    assert log.groups == [[[2]]]


def test_who_records_while_it_records_is_served_within_its_turn() -> None:
    log = Log()
    log.go.set()
    queue: Queue[int, int] = Queue()

    def record_another_first(group: Sequence[Sequence[int]]) -> list[list[int] | Refused]:
        assert queue.record([7], log.record) == [70]
        return log.record(group)

    assert queue.record([1], record_another_first) == [10]
    assert log.groups == [[[7]], [[1]]]
