"""Ballots from the question to the list: what is refused, what is told to nobody, and what is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.books.ballots import BallotClosed, BallotOpened, check_closed, tally_ballots
from ledger.canonical import parse_claim
from ledger.data import load_masks
from ledger.entries import KINDS
from ledger.errors import NotFound, Refused, format_fault
from ledger.home import open_home
from ledger.limits import ENTRY_MAX_BYTES
from ledger.service.ballots import (
    ask_ballot,
    digest_code,
    list_known_ballots,
    prepare_ballot_closing,
    print_codes,
)
from ledger.service.cards import fold_code
from ledger.service.drafts import build_draft
from ledger.service.passing import discard_drafts, pass_drafts, return_drafts
from ledger.service.persons import add_person
from ledger.service.showing import show_drafts
from ledger.service.voting import cast_vote, open_code
from ledger.state.ballots import find_ballot
from ledger.urns import make_urn, seal_urn
from ledger.vaults import Draft, Member
from tests.ballots import BALLOT, build_ballot_closed
from tests.builders import VILLAGE, build_branch, make_id
from tests.homes import BASE_URL, VillageHome, open_village
from tests.party_groups import build_grouped
from tests.polls import ASKING, cast, close_ballot, open_ballot, print_ballot

STRANGE = "A" * 26


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        yield opened


def refuse(village: VillageHome, **changes: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        ask_ballot(village.home, VILLAGE, village.clerk.user, ASKING._replace(**changes))
    return [format_fault(fault) for fault in refused.value.faults]


def find(village: VillageHome, number: str = BALLOT) -> tuple[BallotOpened, BallotClosed]:
    with village.home.ledger.read(VILLAGE) as reader:
        found = find_ballot(reader.facts, number)
    assert found is not None
    assert found.closed is not None
    return found.opened, found.closed


def test_a_ballot_is_asked_printed_voted_and_counted(village: VillageHome) -> None:
    assert open_ballot(village) == BALLOT
    codes = print_ballot(village)
    assert len({*codes}) == 12

    receipts = [
        cast(village, code, choices) for code, choices in zip(codes, ("12", "12", "30"), strict=False)
    ]
    village.go_to("2026-11-02")
    close_ballot(village)

    opened, closed = find(village)
    assert check_closed(closed, opened) == []
    assert [one.receipt for one in closed.ballots] == sorted(receipts)
    assert {one.receipt: one.choices for one in closed.ballots} == dict(
        zip(receipts, ("12", "12", "30"), strict=True)
    )
    assert closed.unused == 9
    tally = tally_ballots(opened, closed)
    assert tally.cells == (((2, 0, 1, 0, 0),), ((0, 2, 0, 0, 1),))
    assert (tally.cast, tally.percent, tally.enough) == (3, 25, False)
    assert village.home.urns.list_numbers(VILLAGE) == []


def test_what_a_voter_is_shown(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)

    form = open_code(village.home, VILLAGE, f" {codes[0][:5].lower()}-{codes[0][5:]} ")

    assert form is not None
    assert (form.title, form.number, form.closes, form.cells) == ("网格民主测评", BALLOT, "2026-11-02", 2)
    assert form.units == ("第一网格", "第二网格")
    assert form.choices == ("优秀", "称职", "基本称职", "不称职")
    with pytest.raises(ValueError, match="another ballot"):
        cast_vote(village.home, VILLAGE, codes[0], "15")
    with pytest.raises(ValueError, match="another ballot"):
        cast_vote(village.home, VILLAGE, codes[0], "1")


def test_what_is_used_forged_early_late_or_sealed_opens_nothing(village: VillageHome) -> None:
    open_ballot(village, opens="2026-10-29")
    codes = print_ballot(village)
    home = village.home
    assert open_code(home, VILLAGE, codes[0]) is None  # Before its first day.
    village.go_to("2026-10-29")
    cast(village, codes[0])
    for code in (codes[0], STRANGE, "", codes[1][:-1]):
        assert open_code(home, VILLAGE, code) is None
        assert cast_vote(home, VILLAGE, code, "12") is None
    village.go_to("2026-11-02")
    assert open_code(home, VILLAGE, codes[1]) is not None
    village.go_to("2026-11-03")
    assert open_code(home, VILLAGE, codes[1]) is None  # After its last.
    village.clock.advance(-86_400_000)
    home.urns.change(VILLAGE, BALLOT, seal_urn)
    assert cast_vote(home, VILLAGE, codes[1], "12") is None


def test_whatever_opens_nothing_takes_the_same_work(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every urn is opened for each code, right or wrong, and as many digests are made."""
    for _ in range(3):
        open_ballot(village)
    codes = [print_ballot(village, f"CP-2026-00{number}") for number in (1, 2, 3)]
    cast(village, codes[1][0])
    read, hashed = [], []
    find_urn, digest = village.home.urns.find, digest_code
    monkeypatch.setattr(village.home.urns, "find", lambda *of: read.append(of) or find_urn(*of))
    monkeypatch.setattr("ledger.service.voting.digest_code", lambda *of: hashed.append(of) or digest(*of))
    counts = set()
    for code in (codes[1][0], STRANGE, codes[0][0], codes[2][0]):
        read.clear()
        hashed.clear()
        open_code(village.home, VILLAGE, code)
        counts.add((len(read), len(hashed)))

    assert counts == {(3, 3)}


def test_a_receipt_is_drawn_again_where_it_is_taken(
    village: VillageHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ballot(village)
    codes = print_ballot(village)
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr(village.home.entropy, "take", lambda size: next(drawn).to_bytes(size), raising=False)

    assert cast(village, codes[0]) == "00000007"
    assert cast(village, codes[1]) == "00000008"


def test_codes_are_printed_once(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)

    def lay_out(_job: object) -> bytes:
        raise AssertionError("laid out again")

    with pytest.raises(Refused) as refused:
        print_codes(village.home, VILLAGE, BALLOT, BASE_URL, lay_out)
    assert [format_fault(fault) for fault in refused.value.faults] == [
        (
            "测评 CP-2026-001：现为票已经印过，应为没有印过票的测评。"
            "票码不留底，不能再印；票丢了、没印好的，等截止后结束这一次，另开一次测评。（ballot-printed）"
        )
    ]
    with pytest.raises(NotFound):
        print_codes(village.home, VILLAGE, "CP-2026-009", BASE_URL, lay_out)
    village.go_to("2026-11-03")
    open_ballot(village, closes="2026-11-03")
    village.go_to("2026-11-04")
    with pytest.raises(Refused) as refused:
        print_codes(village.home, VILLAGE, "CP-2026-002", BASE_URL, lay_out)
    assert [format_fault(fault) for fault in refused.value.faults] == [
        "测评 CP-2026-002：现为已经截止，应为没有截止的测评。另开一次测评。（ballot-over）"
    ]
    assert len(codes) == 12


def test_many_codes_take_several_printings_and_each_is_printed_once(village: VillageHome) -> None:
    open_ballot(village, issued="401")
    printed = [print_ballot(village)]
    cast(village, printed[0][7])
    printed += [print_ballot(village), print_ballot(village)]

    assert [len(codes) for codes in printed] == [134, 134, 133]
    codes = [code for part in printed for code in part]
    assert len({*codes}) == 401
    assert codes != sorted(codes)
    with pytest.raises(Refused) as refused:
        print_ballot(village)
    assert [fault.code for fault in refused.value.faults] == ["ballot-printed"]
    urn = village.home.urns.find(VILLAGE, BALLOT)
    assert urn is not None
    assert urn.unprinted == 0
    assert urn.codes == tuple(sorted(digest_code(BALLOT, code) for code in codes if code != printed[0][7]))
    for code in (printed[0][0], printed[1][0], printed[2][-1]):
        cast(village, code)


def test_of_two_who_print_the_next_part_at_once_one_has_codes(village: VillageHome) -> None:
    open_ballot(village, issued="401")
    first = print_ballot(village)
    second: list[str] = []

    def lay_out(_job: object) -> bytes:
        second.extend(print_ballot(village))
        return b""

    with pytest.raises(Refused) as refused:
        print_codes(village.home, VILLAGE, BALLOT, BASE_URL, lay_out)

    assert [fault.code for fault in refused.value.faults] == ["ballot-printed"]
    assert len({*first, *second, *print_ballot(village)}) == 401


def test_what_is_unprinted_when_the_urn_is_sealed_stays_so_and_counts_as_unused(village: VillageHome) -> None:
    open_ballot(village, issued="401")
    cast(village, print_ballot(village)[0])
    village.go_to("2026-11-02")
    draft = prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)

    with pytest.raises(Refused) as refused:
        print_ballot(village)
    assert [fault.code for fault in refused.value.faults] == ["ballot-printed"]
    village.pass_(draft)
    assert find(village)[1].unused == 400


@pytest.mark.parametrize(("issued", "units", "answers"), [(1_700, 1, "4"), (666, 30, "41" * 30)])
def test_the_largest_ballot_is_one_entry(village: VillageHome, issued: int, units: int, answers: str) -> None:
    open_ballot(
        village,
        issued=str(issued),
        units="\n".join(f"第{number}网格" for number in range(units)),
        questions="\n".join(["今年干得怎么样", "服务态度"][: len(answers) // units]),
    )
    print_ballot(village)
    cast_all = tuple((f"{number * 57_001:08d}", answers) for number in range(issued))
    village.home.urns.change(
        VILLAGE, BALLOT, lambda urn: msgspec.structs.replace(urn, ballots=cast_all, codes=(), unprinted=0)
    )
    village.go_to("2026-11-02")

    index = close_ballot(village)

    with village.home.ledger.read(VILLAGE) as reader:
        (data,) = reader.iterate_entries(index, index + 1)
    assert len(find(village)[1].ballots) == issued
    assert 60_000 < len(data) <= ENTRY_MAX_BYTES


def test_what_cannot_be_laid_out_leaves_no_codes(village: VillageHome) -> None:
    open_ballot(village)

    def fail(_job: object) -> bytes:
        raise RuntimeError("no paper")

    with pytest.raises(RuntimeError):
        print_codes(village.home, VILLAGE, BALLOT, BASE_URL, fail)

    assert village.home.urns.list_numbers(VILLAGE) == []
    assert len(print_ballot(village)) == 12


def test_of_two_who_print_at_once_one_has_codes(village: VillageHome) -> None:
    open_ballot(village)

    def lay_out(_job: object) -> bytes:
        print_ballot(village)
        return b""

    with pytest.raises(Refused) as refused:
        print_codes(village.home, VILLAGE, BALLOT, BASE_URL, lay_out)

    assert [fault.code for fault in refused.value.faults] == ["ballot-printed"]


def test_before_the_last_day_nothing_is_sealed(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)
    cast(village, codes[0])

    with pytest.raises(Refused) as refused:
        prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)

    assert [fault.code for fault in refused.value.faults] == ["ballot-early"]
    # What the refusal says tells not even how many voted.
    assert "1 张" not in "".join(format_fault(fault) for fault in refused.value.faults)
    assert cast(village, codes[1])


def test_a_ballot_is_over_when_every_code_is_used(village: VillageHome) -> None:
    open_ballot(village, issued="5")
    for code in print_ballot(village):
        cast(village, code)

    close_ballot(village)

    assert find(village)[1].unused == 0


def test_a_list_that_came_back_is_made_again_from_the_same_urn(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)
    cast(village, codes[0])
    village.go_to("2026-11-02")
    home, clerk = village.home, village.clerk.user
    first = prepare_ballot_closing(home, VILLAGE, BALLOT, clerk)
    assert cast_vote(home, VILLAGE, codes[1], "12") is None  # Sealed.
    with pytest.raises(Refused) as refused:
        prepare_ballot_closing(home, VILLAGE, BALLOT, clerk)
    assert [fault.code for fault in refused.value.faults] == ["draft-waiting"]

    return_drafts(home, VILLAGE, [first.id], village.supervisor.user, "再核对一遍")
    second = prepare_ballot_closing(home, VILLAGE, BALLOT, clerk)
    discard_drafts(home, VILLAGE, [second.id], clerk)
    third = prepare_ballot_closing(home, VILLAGE, BALLOT, clerk)

    assert parse_claim(first.claim).body == parse_claim(second.claim).body == parse_claim(third.claim).body
    assert village.home.vault.find_draft(VILLAGE, second.id) is not None
    village.pass_(third)
    assert village.home.urns.list_numbers(VILLAGE) == []


def test_a_ballot_whose_codes_nobody_printed_is_closed_as_empty(village: VillageHome) -> None:
    open_ballot(village)
    village.go_to("2026-11-03")

    close_ballot(village)

    assert find(village)[1] == BallotClosed(ballots=(), number=BALLOT, unused=12)
    with pytest.raises(NotFound):
        prepare_ballot_closing(village.home, VILLAGE, "CP-2026-009", village.clerk.user)


def test_a_list_that_is_not_the_urns_is_not_passed(village: VillageHome) -> None:
    open_ballot(village)
    cast(village, print_ballot(village)[0])
    village.go_to("2026-11-02")
    honest = prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)
    discard_drafts(village.home, VILLAGE, [honest.id], village.clerk.user)
    body = build_ballot_closed({"00000001": "44"}, issued=12)
    claim = msgspec.structs.replace(parse_claim(honest.claim), body=body)
    forged = build_draft(village.home, claim, "x", batch="x")
    village.home.vault.put_drafts(VILLAGE, [forged])

    with pytest.raises(Refused) as refused:
        village.pass_(forged)

    assert [format_fault(fault) for fault in refused.value.faults] == [
        (
            "测评 CP-2026-001：现为交审的票和票箱里的不一样，应为就是票箱里的票。"
            "退回，请村文书从票箱重新结束这次测评。（ballot-urn）"
        )
    ]


def test_an_urn_that_outlived_its_entry_is_destroyed_by_whoever_looks_next(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)
    village.go_to("2026-11-02")
    close_ballot(village)
    # As a crash between the entry and the file would leave it.
    village.home.urns.make(VILLAGE, BALLOT, make_urn([digest_code(BALLOT, fold_code(codes[0]))]))

    assert open_code(village.home, VILLAGE, codes[0]) is None
    assert village.home.urns.list_numbers(VILLAGE) == []
    village.home.urns.make(VILLAGE, BALLOT, make_urn(["0" * 64]))
    assert [found.opened.number for found in list_known_ballots(village.home, VILLAGE)] == [BALLOT]
    assert village.home.urns.list_numbers(VILLAGE) == []


def test_passing_again_what_is_an_entry_gives_the_first_receipt(village: VillageHome) -> None:
    open_ballot(village)
    cast(village, print_ballot(village)[0])
    village.go_to("2026-11-02")
    draft = prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)

    first = village.pass_(draft)
    # As after a crash before the draft was marked: the urn is gone, the log has the entry.
    assert pass_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user) == first


def test_every_fault_of_what_is_asked_comes_at_once(village: VillageHome) -> None:
    assert refuse(
        village,
        title="",
        appraised="dog",
        units="第一网格\n第一网格",
        questions="",
        scale="x",
        issued="4",
        opens="2026-02-30",
        closes="soon",
        turnout_min="101",
    ) == [
        "测评名称：现为没有写字，应为会公开的文字。写上再运行。（text-blank）",
        "问题：现为0 行，应为1 至 6 行，各不相同。一行写一个。（ballot-form）",
        "选项：现为x，应为列出的一种。选一种。（ballot-form）",
        "测评什么：现为dog，应为列出的一种。选一种。（ballot-form）",
        "测评对象：现为2 行，有重复，应为1 至 30 行，各不相同。一行写一个。（ballot-form）",
        "印多少张票：现为4，应为5 至 1700 的整数。改成这个范围里的数。（ballot-form）",
        "至少百分之几投票：现为101，应为0 至 100 的整数。改成这个范围里的数。（ballot-form）",
        "开始：现为2026-02-30，应为日历上有的一天，如 2026-11-20。改正日期。（ballot-form）",
        "截止：现为soon，应为日历上有的一天，如 2026-11-20。改正日期。（ballot-form）",
    ]
    late = "截止：现为2026-11-02，应为2026-11-03 或以后。改正日期。（ballot-form）"
    assert refuse(village, opens="2026-11-03", issued="200") == [late]
    past = refuse(village, opens="2026-10-01", closes="2026-10-20", issued="4")
    assert [line.partition("，")[0] for line in past] == ["印多少张票：现为4", "截止：现为2026-10-20"]
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


def test_members_are_sealed_and_named_to_voters_alone(village: VillageHome) -> None:
    members = [
        Member(branch=1 + at // 2, member=make_id("m", at), name=f"样党员{at}", number=f"00{at}")
        for at in range(3)
    ]
    village.home.vault.put_members(VILLAGE, members)
    village.record(build_branch(village.texts, members=2))
    assert refuse(village, appraised="member", branch="7") == [
        (
            "支部：现为没有支部 7，或者支部里没有党员，应为1 至 30 名党员的支部。"
            "写对支部编号；多于 30 名的，写党小组，一个党小组测评一次。（ballot-form）"
        )
    ]
    (unsaid,) = refuse(village, appraised="member", branch=" ")
    assert unsaid.startswith("支部：现为没有写支部，")
    open_ballot(village, appraised="member", branch="1")
    codes = print_ballot(village)

    form = open_code(village.home, VILLAGE, codes[0])

    assert form is not None
    assert sorted(form.units) == ["样党员0", "样党员1"]
    with village.home.ledger.read(VILLAGE) as reader:
        found = find_ballot(reader.facts, BALLOT)
        texts = [text for index in range(reader.size) for text in reader.list_texts(index)]
    assert found is not None
    assert (len(found.opened.members), found.opened.units) == (2, ())
    assert texts
    # Whoever is erased stands on the ballot as somebody without a name.
    village.home.vault.erase_subject(VILLAGE, make_id("m", 0))
    form = open_code(village.home, VILLAGE, codes[0])
    assert form is not None
    assert sorted(form.units) == ["", "样党员1"]


def test_whoever_is_appraised_passes_neither_the_question_nor_the_list_alone(village: VillageHome) -> None:
    home = village.home
    secretary = add_person(home, VILLAGE, "样例丙", "secretary")
    names = (village.supervisor.name, "样党员1")
    members = [
        Member(branch=1, member=make_id("m", at), name=name, number=f"00{at}")
        for at, name in enumerate(names)
    ]
    home.vault.put_members(VILLAGE, members)
    village.record(build_branch(village.texts, members=2))
    asked = ask_ballot(home, VILLAGE, village.clerk.user, ASKING._replace(appraised="member", branch="1"))

    village.pass_(asked)
    assert list_known_ballots(home, VILLAGE) == []
    pass_drafts(home, VILLAGE, [asked.id], secretary.user)
    for code in print_ballot(village):
        cast(village, code)
    listed = prepare_ballot_closing(home, VILLAGE, BALLOT, village.clerk.user)
    village.pass_(listed)
    assert [known.closed for known in list_known_ballots(home, VILLAGE)] == [None]
    pass_drafts(home, VILLAGE, [listed.id], secretary.user)
    assert find(village)[1].unused == 0


def test_one_party_group_of_a_branch_may_be_appraised(village: VillageHome) -> None:
    members = [
        Member(branch=1, member=make_id("m", at), name=f"样党员{at}", number=f"00{at}") for at in range(3)
    ]
    village.home.vault.put_members(VILLAGE, members)
    village.record(build_branch(village.texts, members=3))
    village.record(build_grouped(village.texts, members=3))
    village.record(
        build_branch(village.texts, members=2)
    )  # The third one left and stands in the groups still.
    assert refuse(village, appraised="member", branch="1", group="3") == [
        (
            "党小组：现为支部 1 没有第 3 党小组，或者组里没有党员，应为1 至 30 名党员的党小组。"
            "写对党小组序号；没有分党小组的，先用「党小组」表登记。（ballot-form）"
        )
    ]

    open_ballot(village, appraised="member", branch="1", group="2")

    form = open_code(village.home, VILLAGE, print_ballot(village)[0])
    assert form is not None
    assert form.units == ("样党员1",)


def test_numbers_go_on_after_what_waits(village: VillageHome) -> None:
    ask_ballot(village.home, VILLAGE, village.clerk.user, ASKING)

    assert open_ballot(village) == "CP-2026-002"


def test_who_passes_reads_what_is_asked_and_how_many_voted(village: VillageHome) -> None:
    draft = ask_ballot(village.home, VILLAGE, village.clerk.user, ASKING)
    said = tell(village, draft)
    for words in ("网格民主测评", "第二网格", "今年干得怎么样", "优秀、称职、基本称职、不称职", "50%"):
        assert words in said
    village.pass_(draft)
    cast(village, print_ballot(village)[0])
    village.go_to("2026-11-02")
    closing = prepare_ballot_closing(village.home, VILLAGE, BALLOT, village.clerk.user)
    assert "印了 12 张票，收回 1 张，没用 11 张" in tell(village, closing)


def tell(village: VillageHome, draft: Draft) -> str:
    (shown,) = show_drafts(village.home, VILLAGE, (draft.id,), load_masks().find_view(["supervisor"]))
    return "\n".join(shown.lines)


def test_two_persons_open_and_two_close() -> None:
    assert (KINDS["ballot.opened"].checkers, KINDS["ballot.closed"].checkers) == (1, 1)


def test_another_process_of_the_home_takes_the_same_codes(village: VillageHome) -> None:
    open_ballot(village)
    codes = print_ballot(village)
    other = open_home(village.home.path, clock=village.clock)
    try:
        assert cast_vote(other, VILLAGE, codes[0], "12") is not None
    finally:
        other.close()

    assert cast_vote(village.home, VILLAGE, codes[0], "12") is None
