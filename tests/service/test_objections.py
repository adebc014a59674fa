"""Objections through the use cases: received once, looked up by the receipt alone, registered, answered, set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.books.objections import Came, ObjectionAnswered, ObjectionRaised
from ledger.canonical import parse_claim
from ledger.errors import NotFound, Refused, format_fault
from ledger.limits import DAY_MS
from ledger.service.answering import (
    AsideShown,
    agree_aside,
    ask_aside,
    find_returned_answer,
    prepare_answer,
    refuse_aside,
    register_objection,
    split_references,
)
from ledger.service.objections import (
    VILLAGE_DAY_MAX,
    Sent,
    can_receive,
    count_pending,
    count_received,
    get_received,
    list_objection_subjects,
    list_unregistered,
    look_up,
    read_wording,
    receive_objection,
)
from ledger.service.passing import discard_drafts, pass_drafts, return_drafts
from ledger.service.persons import add_person, declare_kin
from ledger.service.receipts import Receipt, make_once
from ledger.state import get_day
from ledger.state.objections import find_objection
from ledger.state.private import Objection
from ledger.vaults import Approval, Draft, Person
from tests.builders import VILLAGE, build_postings, build_reversal, build_voucher
from tests.homes import VillageHome, open_village

WORDING = "十月那笔电费，路灯坏了半个月，怎么还是这么多？"
SENT = Sent("", "三组槐树底下", WORDING)


class Office:
    """A village whose voucher, entry 3, the clerk prepared and the supervisor passed; a secretary besides."""

    def __init__(self, village: VillageHome) -> None:
        self.village, self.home = village, village.home
        village.open_books()
        self.wrong = village.record_voucher("付路灯电费", 12_000).index
        self.secretary: Person = add_person(village.home, VILLAGE, "样例丙", "secretary")

    def receive(self, sent: Sent = SENT, *, came: Came = "page", received_on: str = "") -> Receipt:
        return receive_objection(self.home, VILLAGE, sent, came=came, received_on=received_on)

    def register(self, receipt: Receipt) -> Draft:
        return register_objection(self.home, VILLAGE, receipt.item, self.village.clerk.user)

    def pass_(self, draft: Draft, person: Person | None = None) -> None:
        pass_drafts(self.home, VILLAGE, [draft.id], (person or self.village.supervisor).user)

    def answer(
        self,
        answer: str = "查过了，电表没有错",
        *,
        followed_by: Sequence[str] = (),
        outcome: str = "explained",
    ) -> Draft:
        return prepare_answer(
            self.home,
            VILLAGE,
            "YY-2026-0001",
            self.village.clerk.user,
            answer=answer,
            followed_by=followed_by,
            outcome=outcome,
        )

    def count(self) -> tuple[int, int, str, str]:
        with self.home.ledger.read(VILLAGE) as reader:
            pending = count_pending(self.home, reader, VILLAGE, get_day(self.home.clock.now_ms()))
        return pending.open, pending.late, pending.due_on, pending.missed_on


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_village(tmp_path / "home") as village:
        yield Office(village)


def _say_moved_on(found: str, expected: str = "还没有人办的") -> str:
    return (
        f"收件号 0001 的异议：现为{found}，应为{expected}。"
        "重新打开这一件，看它现在怎样。（objection-moved-on）"
    )


def stop(*_told: object) -> None:
    raise OSError("no power")


def tell(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [format_fault(fault) for fault in error.value.faults]


def test_a_receipt_leads_to_what_became_of_it_and_to_nothing_else(office: Office) -> None:
    receipt, other = office.receive(), office.receive()

    assert (receipt.number, other.number, receipt.due_on) == (1, 2, "2026-11-02")
    assert receipt.code != other.code
    found = look_up(office.home, VILLAGE, f"{receipt.number:04d}", receipt.code)
    assert found is not None
    assert (found.objection, found.why, found.due_on) == (None, "", "2026-11-02")
    typed = f"{receipt.code[:4].lower()}-{receipt.code[4:8]} {receipt.code[8:]}".replace("O", "0").replace(
        "I", "1"
    )
    assert look_up(office.home, VILLAGE, "１", typed) is not None
    for number, code in (
        ("1", other.code),
        ("3", receipt.code),
        ("", ""),
        ("一", "A"),
        ("9" * 30, receipt.code),
    ):
        assert look_up(office.home, VILLAGE, number, code) is None
    assert look_up(office.home, "990000000018", "1", receipt.code) is None


def test_the_same_form_again_is_one_objection_and_another_text_in_it_another(office: Office) -> None:
    once = make_once(office.home)
    sent = SENT._replace(once=once)

    first = office.receive(sent)
    assert office.receive(sent) == first
    assert office.receive(sent._replace(wording=f"{WORDING}\r\n")) == first
    another = office.receive(sent._replace(wording="另一件"))

    assert (another.number, another.item != first.item) == (2, True)
    assert office.home.vault.count_received(VILLAGE).received == 2
    found = office.home.vault.find_received(VILLAGE, another.item)
    assert found is not None
    assert read_wording(office.home, VILLAGE, found.digest, found.item) == Objection(
        contact="三组槐树底下", objection=another.item, wording="另一件"
    )


def test_a_form_whose_objection_was_erased_can_be_sent_again(office: Office) -> None:
    sent = SENT._replace(once=make_once(office.home))
    first = office.receive(sent)
    office.home.vault.erase_subject(VILLAGE, first.item)

    second = office.receive(sent)
    assert (second.number, second.item != first.item, second.code != first.code) == (2, True, True)
    assert office.receive(sent) == second
    office.home.vault.erase_subject(VILLAGE, second.item)
    third = office.receive(sent)

    assert third.number == 3
    assert look_up(office.home, VILLAGE, "1", first.code) is not None
    kept = get_received(office.home, VILLAGE, third.item)
    assert read_wording(office.home, VILLAGE, kept.digest, kept.item) == Objection(
        contact="三组槐树底下", objection=third.item, wording=WORDING
    )


def test_what_cannot_be_taken_is_told_at_once_and_nothing_is_kept(office: Office) -> None:
    with pytest.raises(Refused) as error:
        office.receive(Sent("HT-0009", "一" * 61, "字" * 1_001), received_on="2026-10-29")
    with pytest.raises(Refused) as other:
        office.receive(Sent("13800001234", "", "我的身份证 11010519491231002X"), received_on="2026-02-30")

    assert tell(error) == [
        (
            "异议：现为1001 个字，应为1 至 1000 个字。写哪一笔、哪里不对；太长的分两次写，或者写在纸上交给监督委员。"
            "（objection-length）"
        ),
        (
            "联系方式：现为61 个字，应为0 至 60 个字。写哪一笔、哪里不对；太长的分两次写，或者写在纸上交给监督委员。"
            "（objection-length）"
        ),
        (
            "收到的日期：现为2026-10-29，应为2026-10-28 至 2026-10-28 的一天。写收到纸条、听到口头异议的那一天；"
            "更早收到的写 2026-10-28，在异议里写明是哪天收到的。（objection-day）"
        ),
        (
            "关于哪一项：现为账本里没有 HT-0009，应为封存过的公开表编号（如 2026-10-F-1）、合同编号（如 HT-0001），"
            "或记录的序号（如 17）。核对编号；说不清是哪一项的，选“别的事”。（objection-about）"
        ),
    ]
    assert [fault.code for fault in other.value.faults] == [
        "text-identity-number",
        "objection-day",
        "objection-about",
    ]
    assert office.home.vault.count_received(VILLAGE).received == 0
    with pytest.raises(Refused):
        office.receive(Sent("", "", " \u0000 "))


def test_a_village_takes_so_many_by_the_page_in_a_day_and_paper_always(office: Office) -> None:
    for number in range(VILLAGE_DAY_MAX):
        assert can_receive(office.home, VILLAGE), number
        office.receive()
        office.receive(came="paper") if number % 50 == 0 else None

    assert not can_receive(office.home, VILLAGE)
    office.village.clock.advance(DAY_MS)
    assert can_receive(office.home, VILLAGE)


def test_what_is_registered_and_answered_is_an_entry_whose_wording_is_nowhere_in_clear(
    office: Office,
) -> None:
    receipt = office.receive(SENT._replace(about=str(office.wrong)))
    assert office.count() == (1, 0, "2026-11-02", "")
    draft = office.register(receipt)
    assert draft.label == f"登记异议 YY-2026-0001：关于第 {office.wrong} 条记录，网页"
    office.pass_(draft, office.secretary)
    assert office.count() == (1, 0, "2026-11-02", "")

    found = look_up(office.home, VILLAGE, "1", receipt.code)
    assert found is not None
    assert found.objection is not None
    assert found.objection.raised.number == "YY-2026-0001"
    body = parse_claim(draft.claim).body
    assert isinstance(body, ObjectionRaised)
    assert read_wording(office.home, VILLAGE, body.wording.sealed) == Objection(
        contact="三组槐树底下", objection=receipt.item, wording=WORDING
    )
    with office.home.ledger.read(VILLAGE) as reader:
        kept = b"".join(reader.iterate_entries(0, reader.size)).decode()
        texts = "".join(reader.list_texts(reader.size - 1))
    assert WORDING not in kept
    assert receipt.item not in kept
    assert not texts

    office.pass_(office.answer(), office.secretary)
    assert office.count() == (0, 0, "", "")
    again = office.answer("又查了一次，红字冲销了", outcome="upheld", followed_by=[str(office.wrong)])
    office.pass_(again, office.secretary)
    with office.home.ledger.read(VILLAGE) as reader:
        objection = find_objection(reader.facts, office.home.reference, "YY-2026-0001")
    assert objection is not None
    assert [body.outcome for _, body in objection.answers] == ["explained", "upheld"]


def test_whoever_passed_what_is_objected_to_does_not_pass_the_objection(office: Office) -> None:
    draft = office.register(office.receive(SENT._replace(about=str(office.wrong))))

    with pytest.raises(Refused) as error:
        office.pass_(draft)

    assert tell(error) == [
        (
            f"待审记录 {draft.id}（登记异议 YY-2026-0001：关于第 {office.wrong} 条记录，网页），"
            f"审核人 {office.village.supervisor.user}："
            "现为就是被提异议的那一项的经办人或审核人，应为另一个人，或乡镇记账员。"
            "请没有经手过那一项的监督委员、村书记或乡镇记账员来审核。（objection-own）"
        )
    ]
    waiting = office.home.vault.find_draft(VILLAGE, draft.id)
    assert waiting is not None
    assert not waiting.approvals
    office.pass_(draft, office.secretary)


def test_where_all_of_a_village_passed_it_the_way_out_is_told_and_is_one(office: Office) -> None:
    village, home = office.village, office.home
    pass_drafts(home, VILLAGE, [office.register(office.receive()).id], office.secretary.user)
    draft = office.register(office.receive(SENT._replace(about=str(office.wrong))))
    # The only other one who passes entries is a near relative of who hands in.
    declare_kin(home, VILLAGE, office.secretary.user, village.clerk.user)

    with pytest.raises(Refused) as error:
        office.pass_(draft)

    assert tell(error) == [
        (
            f"待审记录 {draft.id}（登记异议 YY-2026-0002：关于第 {office.wrong} 条记录，网页），"
            f"审核人 {village.supervisor.user}：现为村里能审核的人都经手过被提异议的那一项，"
            "应为没有经手过的人，或乡镇记账员。请村书记再登记一位没有经手过的监督委员，"
            "或登记乡镇记账员，由他来审核。（objection-all-own）"
        )
    ]
    another = add_person(home, VILLAGE, "样例戊", "supervisor")
    with pytest.raises(Refused) as error:
        office.pass_(draft)
    assert [fault.code for fault in error.value.faults] == ["objection-own"]
    office.pass_(draft, another)
    found = home.vault.find_draft(VILLAGE, draft.id)
    assert found is not None
    assert found.state == "recorded"


@pytest.mark.parametrize("is_answer", [False, True])
def test_an_approval_that_no_objection_may_have_hinders_nothing_else(
    office: Office, *, is_answer: bool
) -> None:
    village, vault = office.village, office.home.vault
    draft = office.register(office.receive(SENT._replace(about=str(office.wrong))))
    if is_answer:
        office.pass_(draft, office.secretary)
        draft = office.answer()
    # As a machine leaves it that stopped between keeping it and taking it back.
    left = Approval(approved_at=1, checker=village.supervisor.user, digest=draft.digest, role="supervisor")
    vault.keep_approvals(VILLAGE, {draft.id: left})

    receipt = village.record_voucher("修水泵", 9_900)

    assert receipt.index > office.wrong
    kept = vault.find_draft(VILLAGE, draft.id)
    assert kept is not None
    assert (kept.state, kept.approvals) == ("waiting", (left,))
    with pytest.raises(Refused) as error:
        office.pass_(draft)
    assert [fault.code for fault in error.value.faults] == ["objection-own"]


def test_the_township_passes_an_objection_to_what_it_passed(office: Office) -> None:
    village, home = office.village, office.home
    township = add_person(home, VILLAGE, "样例丁", "township")
    paid = build_voucher(
        village.texts,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(9_900, debit="513"),
        summary=village.texts.publish("修水泵"),
    )
    pass_drafts(home, VILLAGE, [village.draft(paid).id], township.user)
    with home.ledger.read(VILLAGE) as reader:
        about = str(reader.size - 1)

    draft = office.register(office.receive(SENT._replace(about=about)))
    office.pass_(draft, township)

    found = home.vault.find_draft(VILLAGE, draft.id)
    assert found is not None
    assert found.state == "recorded"


def test_a_correction_is_linked_from_the_answer(office: Office) -> None:
    office.pass_(office.register(office.receive()))
    reversal = build_reversal(
        office.village.texts,
        chart="2023",
        number="2026-10-002",
        postings=build_postings(-12_000, debit="513"),
        reverses=office.wrong,
    )
    reversed_ = office.village.record(reversal)

    draft = office.answer("多记了", outcome="upheld", followed_by=[str(reversed_.index)])
    body = parse_claim(draft.claim).body

    assert isinstance(body, ObjectionAnswered)
    assert body.followed_by == (str(reversed_.index),)
    office.pass_(draft)


def test_a_registration_that_came_back_is_handed_in_again(office: Office) -> None:
    receipt = office.receive()
    first = office.register(receipt)
    with pytest.raises(Refused) as error:
        office.register(receipt)
    assert tell(error) == [_say_moved_on("已经交审登记，在等审核")]
    with pytest.raises(Refused) as error:
        ask_aside(office.home, VILLAGE, receipt.item, office.secretary.user, "spam")
    assert tell(error) == [_say_moved_on("已经交审登记，在等审核")]

    return_drafts(office.home, VILLAGE, [first.id], office.village.supervisor.user, "等一等")
    assert office.home.vault.count_received(VILLAGE).unregistered == 1
    second = office.register(receipt)
    before = office.home.vault.find_draft(VILLAGE, first.id)
    assert before is not None
    assert before.state == "discarded"
    discard_drafts(office.home, VILLAGE, [second.id], office.village.clerk.user)
    third = office.register(receipt)
    office.pass_(third)

    counts = office.home.vault.count_received(VILLAGE)
    assert (counts.unregistered, counts.received) == (0, 1)
    with pytest.raises(Refused) as error:
        office.register(receipt)
    assert tell(error) == [_say_moved_on("已经登记")]


def test_two_clicks_at_once_leave_one_draft_of_one_objection(office: Office) -> None:
    receipt = office.receive()

    def click(_number: int) -> str:
        try:
            return office.register(receipt).id
        except Refused as error:
            return error.faults[0].code

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(click, range(4)))

    (waiting,) = office.home.vault.list_drafts(VILLAGE, "waiting")
    assert sorted(told) == [waiting.id, *["objection-moved-on"] * 3]
    office.pass_(waiting)
    assert office.home.vault.count_received(VILLAGE).unregistered == 0


def test_what_the_log_has_is_registered_whatever_the_vault_knows_of_its_draft(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, other = office.receive(), office.receive()
    draft = office.register(receipt)
    # The machine stops after the entry is written, and before the vault knows of it.
    with monkeypatch.context() as stopped:
        stopped.setattr(office.home.vault, "mark_draft", stop)
        with pytest.raises(OSError, match="no power"):
            office.pass_(draft)
    assert office.home.vault.count_received(VILLAGE).unregistered == 2

    with office.home.ledger.read(VILLAGE) as reader:
        left = list_unregistered(office.home, reader.facts, VILLAGE)
        counts = count_received(office.home, reader.facts, VILLAGE)
    assert [item.item for item in left] == [other.item]
    assert (counts.open, counts.received) == ((("2026-10-28", 1),), 2)
    assert office.count()[0] == 2
    found = look_up(office.home, VILLAGE, "1", receipt.code)
    assert found is not None
    assert found.objection is not None
    assert found.objection.raised.number == "YY-2026-0001"
    assert get_received(office.home, VILLAGE, receipt.item).is_registered
    with pytest.raises(Refused) as error:
        office.register(receipt)
    assert [fault.code for fault in error.value.faults] == ["objection-moved-on"]
    with pytest.raises(Refused) as error:
        ask_aside(office.home, VILLAGE, receipt.item, office.village.clerk.user, "spam")
    assert [fault.code for fault in error.value.faults] == ["objection-moved-on"]


def test_two_that_wait_have_two_numbers(office: Office) -> None:
    labels = [office.register(office.receive()).label for _ in range(2)]

    assert [label[5:17] for label in labels] == ["YY-2026-0001", "YY-2026-0002"]


def test_setting_aside_takes_a_reason_and_two_persons_of_whom_it_is_not(office: Office) -> None:
    village, home = office.village, office.home
    receipt = office.receive(SENT._replace(about=str(office.wrong)))
    with pytest.raises(Refused) as error:
        ask_aside(home, VILLAGE, receipt.item, village.clerk.user, "dislike")
    assert tell(error) == [
        "为什么不登记：现为没有选，应为列出的一种。选一种再提出；各种原因有几件，会公开。（objection-why）"
    ]
    with pytest.raises(Refused) as error:
        agree_aside(home, VILLAGE, receipt.item, office.secretary.user)
    assert tell(error) == [_say_moved_on("没有人提出不登记", "有人提出不登记、等人同意的")]

    ask_aside(home, VILLAGE, receipt.item, village.clerk.user, "repeated")
    for user, codes in (
        (village.clerk.user, ["person-role", "objection-same-person", "objection-own"]),
        (village.supervisor.user, ["objection-own"]),
    ):
        with pytest.raises(Refused) as error:
            agree_aside(home, VILLAGE, receipt.item, user)
        assert [fault.code for fault in error.value.faults] == codes
    with pytest.raises(Refused) as error:
        office.register(receipt)
    assert tell(error) == [_say_moved_on("已经有人提出不登记，在等人同意")]
    refuse_aside(home, VILLAGE, receipt.item)
    refuse_aside(home, VILLAGE, receipt.item)
    ask_aside(home, VILLAGE, receipt.item, village.clerk.user, "spam")
    agree_aside(home, VILLAGE, receipt.item, office.secretary.user)

    found = look_up(home, VILLAGE, "1", receipt.code)
    assert found is not None
    assert found.why == "spam"
    assert office.count() == (0, 0, "", "")
    assert home.vault.count_received(VILLAGE).aside == (("spam", 1),)
    with pytest.raises(Refused) as error:
        agree_aside(home, VILLAGE, receipt.item, office.secretary.user)
    assert tell(error)[0] == _say_moved_on("已经定为不登记", "有人提出不登记、等人同意的")
    with pytest.raises(NotFound):
        refuse_aside(home, VILLAGE, "y-" + "z" * 16)


def test_whoever_asked_that_it_be_set_aside_does_not_agree_to_it(office: Office) -> None:
    receipt, user = office.receive(), office.village.supervisor.user
    ask_aside(office.home, VILLAGE, receipt.item, user, "spam")

    with pytest.raises(Refused) as error:
        agree_aside(office.home, VILLAGE, receipt.item, user)

    assert tell(error) == [
        (
            f"人员 {user}：现为就是提出不登记的人，应为另一个人。"
            "请另一位监督委员、村书记或乡镇记账员来同意。（objection-same-person）"
        )
    ]
    assert office.home.vault.count_received(VILLAGE).set_aside == 0


def test_the_township_may_agree_to_what_it_passed_itself(office: Office) -> None:
    receipt = office.receive(SENT._replace(about=str(office.wrong)))
    township = add_person(office.home, VILLAGE, "样例丁", "township")
    ask_aside(office.home, VILLAGE, receipt.item, office.village.clerk.user, "spam")

    agree_aside(office.home, VILLAGE, receipt.item, township.user)

    assert office.home.vault.count_received(VILLAGE).set_aside == 1


def test_setting_aside_is_agreed_to_by_no_relative_and_only_as_it_was_shown(office: Office) -> None:
    home, clerk = office.home, office.village.clerk.user
    receipt = office.receive()
    ask_aside(home, VILLAGE, receipt.item, clerk, "withdrawn")
    declare_kin(home, VILLAGE, clerk, office.secretary.user)
    secretary = home.vault.find_person(VILLAGE, office.secretary.user)
    assert secretary is not None

    # Of one who was entered again, it may stand with the other alone.
    for kept in (secretary, office.secretary):
        home.vault.replace_persons(VILLAGE, [kept])
        with pytest.raises(Refused) as error:
            agree_aside(home, VILLAGE, receipt.item, office.secretary.user)
        assert tell(error) == [
            (
                f"人员 {office.secretary.user}：现为提出不登记的人是其近亲属，应为另一个人。"
                "请不是近亲属的监督委员、村书记或乡镇记账员来同意。（objection-kin）"
            )
        ]
    supervisor = office.village.supervisor.user
    for shown in (AsideShown(clerk, "repeated"), AsideShown(office.secretary.user, "withdrawn")):
        with pytest.raises(Refused) as error:
            agree_aside(home, VILLAGE, receipt.item, supervisor, shown=shown)
        assert tell(error) == [
            (
                "提出不登记的人和原因：现为与看过的不一样，应为看过以后没有改动。"
                "重新打开这一件，看清谁提出、为什么，再定。（objection-changed）"
            )
        ]
    agree_aside(home, VILLAGE, receipt.item, supervisor, shown=AsideShown(clerk, "withdrawn"))
    assert home.vault.count_received(VILLAGE).aside == (("withdrawn", 1),)


def test_what_lies_unregistered_becomes_late_like_what_is_not_answered(office: Office) -> None:
    office.village.go_to("2026-11-08")
    office.receive(came="spoken", received_on="2026-10-30")
    office.receive()
    assert office.count() == (2, 1, "2026-11-13", "2026-11-04")

    office.pass_(office.register(office.receive()))
    office.village.go_to("2026-11-14")

    assert office.count() == (3, 3, "", "2026-11-04")


def test_a_day_that_nobody_believes_is_refused_before_anything_is_kept(office: Office) -> None:
    def refuse(day: str) -> list[str]:
        with pytest.raises(Refused) as error:
            office.receive(came="paper", received_on=day)
        return tell(error)

    # The log was founded on the 28th.
    assert [len(refuse(day)) for day in ("2000-01-01", "2026-10-27")] == [1, 1]
    office.village.go_to("2027-01-10")
    assert refuse("2026-11-10") == [
        (
            "收到的日期：现为2026-11-10，应为2026-11-11 至 2027-01-10 的一天。写收到纸条、听到口头异议的那一天；"
            "更早收到的写 2026-11-11，在异议里写明是哪天收到的。（objection-day）"
        )
    ]
    assert len(refuse("2027-11-01")) == 1
    assert office.home.vault.count_received(VILLAGE).received == 0

    office.receive(came="paper", received_on="2026-11-11")

    assert office.count() == (1, 1, "", "2026-11-16")


def test_erasing_takes_the_wording_before_and_after_it_is_an_entry(office: Office) -> None:
    first, second = office.receive(), office.receive()
    office.pass_(office.register(second))
    for receipt in (first, second):
        office.home.vault.erase_subject(VILLAGE, receipt.item)

    for receipt in (first, second):
        kept = office.home.vault.find_received(VILLAGE, receipt.item)
        assert kept is not None
        assert read_wording(office.home, VILLAGE, kept.digest, kept.item) is None
    with pytest.raises(Refused) as error:
        office.register(first)
    assert tell(error) == [
        (
            "收件号 1：现为写的内容已按要求删除，应为内容还在的异议。"
            "选“本人撤回，或本人要求删除”，由两个人定为不登记。（objection-erased）"
        )
    ]
    assert look_up(office.home, VILLAGE, "2", second.code) is not None
    ask_aside(office.home, VILLAGE, first.item, office.village.clerk.user, "withdrawn")


def test_an_answer_is_screened_and_waits_once_and_comes_back_as_it_was(office: Office) -> None:
    with pytest.raises(NotFound):
        office.answer()
    office.pass_(office.register(office.receive()))

    with pytest.raises(Refused) as error:
        office.answer(" \n", outcome="", followed_by=["HT-0009"])
    length, outcome, about = tell(error)
    assert length == (
        "答复：现为没有写字，应为1 至 500 个字。写清查了什么、结果怎样；细节留在原件上。（answer-length）"
    )
    assert outcome == (
        "结果：现为没有选，应为成立、已说明、不成立。"
        "选一种：查实记错了的选“成立”，没有记错、说清楚了的选“已说明”。（answer-outcome）"
    )
    assert about.endswith("（objection-about）")
    with pytest.raises(Refused) as error:
        office.answer("查" * 501)
    assert tell(error) == [
        "答复：现为501 个字，应为1 至 500 个字。写清查了什么、结果怎样；细节留在原件上。（answer-length）"
    ]
    with pytest.raises(Refused) as error:
        office.answer("打 13800001234 问", followed_by=["1"])
    assert [fault.code for fault in error.value.faults] == ["text-telephone", "answer-followed-outcome"]
    draft = office.answer("第一句\n第二句")
    assert draft.label == "答复异议 YY-2026-0001：已说明"
    with pytest.raises(Refused) as error:
        office.answer("再答一次")
    assert [fault.code for fault in error.value.faults] == ["draft-waiting"]

    return_drafts(office.home, VILLAGE, [draft.id], office.village.supervisor.user, "写清楚")
    returned = find_returned_answer(office.home, VILLAGE, "YY-2026-0001", office.village.clerk.user)
    assert returned is not None
    assert returned.reason == "写清楚"
    assert find_returned_answer(office.home, VILLAGE, "YY-2026-0002", office.village.clerk.user) is None
    again = office.answer("写清楚了")
    assert again.id != draft.id
    assert find_returned_answer(office.home, VILLAGE, "YY-2026-0001", office.village.clerk.user) is None


def test_what_is_kept_of_objections_can_be_listed_for_whoever_erases(office: Office) -> None:
    first, second = office.receive(), office.receive()
    office.pass_(office.register(second))

    assert list_objection_subjects(office.home, VILLAGE) == [
        ("收件号 0001 的异议", first.item),
        ("异议 YY-2026-0001", second.item),
    ]
    office.home.vault.erase_subject(VILLAGE, second.item)
    assert list_objection_subjects(office.home, VILLAGE) == [("收件号 0001 的异议", first.item)]


def test_names_of_several_are_taken_apart() -> None:
    assert split_references(" 41，42、2026-10-F-2 ;HT-0001\n") == ["41", "42", "2026-10-F-2", "HT-0001"]
    assert split_references("  ") == []
