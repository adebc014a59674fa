"""The workbooks of opening balances, households and members."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.books.points import AgreementsSigned, GroupCount, HouseholdsRegistered
from ledger.books.scores import BranchRegistered
from ledger.books.vouchers import AccountsOpened
from ledger.canonical import parse_claim
from ledger.errors import NotFound
from ledger.service.erase import erase_subject
from ledger.service.import_ import Import
from ledger.service.laid_sheets import lay_sheet
from ledger.service.withdrawing import withdraw_consents
from ledger.state import get_day
from tests.builders import VILLAGE
from tests.service.importing import HOUSEHOLDS, MARK, MEMBERS, OPENING, ImportDesk, Row, make_book


@pytest.fixture
def desk() -> ImportDesk:
    return ImportDesk()


def _bodies(imported: Import) -> list[Any]:
    assert imported.faults == ()
    return [parse_claim(draft.claim).body for draft in imported.drafts]


def _number(row: Row, number: Any) -> Row:
    return row | {"户号": number}


def test_opening_balances_leave_out_accounts_without_one(desk: ImportDesk) -> None:
    (body,) = _bodies(desk.read("opening", make_book("opening", OPENING)))

    assert isinstance(body, AccountsOpened)
    assert [posting.account for posting in body.postings] == ["101", "102", "301"]


def test_a_village_that_the_home_does_not_have_is_no_persons_mistake(desk: ImportDesk) -> None:
    with pytest.raises(NotFound):
        desk.read("opening", make_book("opening", OPENING), village="999999999999")


def test_opening_balances_that_do_not_balance(desk: ImportDesk) -> None:
    assert desk.say("opening", make_book("opening", OPENING[:3])) == [
        (
            "工作表「期初余额」：现为借方 100,000.50、贷方 0.00，应为借贷相等。贷方还差 100,000.50，"
            "请补上或改正分录。（voucher-unbalanced）"
        )
    ]


def test_opening_rows_with_slips_are_all_said(desk: ImportDesk) -> None:
    both = OPENING[0] | {"贷方余额": 1}
    other_month = OPENING[1] | {"月份": "2026-11"}
    wrong_name = OPENING[3] | {"科目名称": "资本公积", "月份": "十月"}

    assert desk.say("opening", make_book("opening", [both, other_month, OPENING[2], wrong_name])) == [
        (
            "工作表「期初余额」A5：现为「十月」，应为一个月份，如 2026-10。按 年-月 重新输入。"
            "（month-impossible）"
        ),
        (
            "工作表「期初余额」第 2 行「借方余额」「贷方余额」：现为两边都填了，应为只填一边。"
            "留下余额所在的一边，清空另一边。（posting-sides）"
        ),
        (
            "工作表「期初余额」A3：现为2026-11，应为各行都是 2026-10。期初余额只有一个月份，改成一致。"
            "（opening-months）"
        ),
        (
            "工作表「期初余额」C5：现为「资本公积」，应为301 资本。科目代码和名称对不上，改正其中一个。"
            "（account-name）"
        ),
    ]


def test_an_account_twice_in_the_opening(desk: ImportDesk) -> None:
    assert desk.say(
        "opening", make_book("opening", [*OPENING, OPENING[0], OPENING[3] | {"贷方余额": 20000}])
    ) == [
        (
            "工作表「期初余额」：现为科目 101 出现 2 次，应为每个科目只有一个期初余额。"
            "把同一科目的金额合成一行。（opening-account-twice）"
        ),
        (
            "工作表「期初余额」：现为科目 301 出现 2 次，应为每个科目只有一个期初余额。"
            "把同一科目的金额合成一行。（opening-account-twice）"
        ),
    ]


def test_a_negative_opening_balance(desk: ImportDesk) -> None:
    rows = [OPENING[0] | {"借方余额": -5}, OPENING[3] | {"贷方余额": -5}]

    assert desk.say("opening", make_book("opening", rows)) == [
        (
            "工作表「期初余额」第 2 行：现为-5.00，应为正数。金额写正数，方向用借贷表示；"
            "要冲销就另做红字冲销凭证。（posting-sign）"
        ),
        (
            "工作表「期初余额」第 3 行：现为-5.00，应为正数。金额写正数，方向用借贷表示；"
            "要冲销就另做红字冲销凭证。（posting-sign）"
        ),
    ]


def test_books_are_opened_once(desk: ImportDesk) -> None:
    desk.open_books()

    assert desk.say("opening", make_book("opening", [*OPENING[:2], OPENING[3]])) == [
        (
            "工作表「期初余额」：现为第 1 条已记过期初余额，应为只记一次。期初有错的，用凭证在当月更正，"
            "不能重新开账。（books-opened-twice）"
        )
    ]


def test_an_opening_in_a_month_to_come(desk: ImportDesk) -> None:
    rows = [row | {"月份": "2026-11"} for row in OPENING]

    assert desk.say("opening", make_book("opening", rows)) == [
        (
            "工作表「期初余额」，发生日期：现为2026-11-01，应为2026-10-28 或更早的一天。"
            "改成实际发生的日期。（date-future）"
        ),
        (
            "工作表「期初余额」，会计期间：现为2026-11，应为2026-10 或更早的月份。还没到的月份不能记账。"
            "（period-future）"
        ),
    ]


def test_an_opening_whose_months_cannot_be_read(desk: ImportDesk) -> None:
    assert len(desk.say("opening", make_book("opening", [row | {"月份": "年初"} for row in OPENING]))) == 4


def test_households_are_registered_and_agree_by_day(desk: ImportDesk) -> None:
    desk.adopt_rules()
    later = HOUSEHOLDS[1] | {"签约日期": "2026-10-09", "同意署名": "是"}

    imported = desk.read("households", make_book("households", [HOUSEHOLDS[0], later, HOUSEHOLDS[2]]))

    registered, first, second = _bodies(imported)
    assert isinstance(registered, HouseholdsRegistered)
    assert registered.groups == (GroupCount(group=1, households=2), GroupCount(group=2, households=1))
    assert len(registered.households) == 3
    assert isinstance(first, AgreementsSigned)
    assert (first.scoring, first.display, first.naming, first.version) == (1, 1, 0, 1)
    assert (second.scoring, second.display, second.naming) == (1, 1, 1)
    assert [parse_claim(draft.claim).occurred_on for draft in imported.drafts[1:]] == [
        "2026-10-08",
        "2026-10-09",
    ]


def test_households_reach_the_vault_only_when_applied(desk: ImportDesk) -> None:
    desk.adopt_rules()
    data = make_book("households", HOUSEHOLDS)

    desk.read("households", data)
    before = desk.ports.vault.list_households(VILLAGE)
    desk.keep("households", data)

    kept = desk.ports.vault.list_households(VILLAGE)
    assert before == []
    assert [(item.number, item.name, item.group) for item in kept] == [
        ("0217", "样大山", 1),
        ("0218", "例小河", 1),
        ("0219", "某老井", 2),
    ]
    assert kept[0].consents == {"scoring", "display"}
    assert len({item.household for item in kept}) == 3


def test_no_draft_shows_whom_it_is_about(desk: ImportDesk) -> None:
    desk.adopt_rules()

    imported = desk.read("households", make_book("households", HOUSEHOLDS))

    shown = "".join(draft.label + draft.claim.decode() for draft in imported.drafts)
    assert not any(secret in shown for secret in ("样大山", "0217", imported.households[0].household))


def test_a_long_list_is_split_into_entries_that_fit(desk: ImportDesk) -> None:
    desk.adopt_rules()
    rows = [HOUSEHOLDS[0] | {"户号": f"{number:04d}", "户主": f"样{number}"} for number in range(1, 1002)]

    bodies = _bodies(desk.read("households", make_book("households", rows)))

    assert [len(body.households) for body in bodies[:3]] == [500, 500, 1]
    assert [len(body.agreements) for body in bodies[3:]] == [500, 500, 1]


def test_households_without_any_agreement_need_no_rulebook(desk: ImportDesk) -> None:
    assert len(_bodies(desk.read("households", make_book("households", [HOUSEHOLDS[2]])))) == 1


def test_agreements_need_a_rulebook(desk: ImportDesk) -> None:
    assert desk.say("households", make_book("households", HOUSEHOLDS)) == [
        (
            "工作表「农户」G2：现为本村还没有通过的积分细则，应为先有积分细则，再签积分契约。"
            "先用 mingbai adopt rulebook 采用细则并由另一人通过，再导入农户。（rulebook-missing）"
        )
    ]


def test_slips_in_the_list_of_households_are_all_said(desk: ImportDesk) -> None:
    desk.adopt_rules()
    rows = [
        HOUSEHOLDS[0] | {"户号": 217},
        HOUSEHOLDS[1] | {"村民小组": 0, "户主": "例110101199003070000"},
        HOUSEHOLDS[2] | {"同意署名": "是", "户号": "0218"},
        HOUSEHOLDS[0] | {"户号": "0220", "签约日期": None},
        HOUSEHOLDS[2] | {"户号": "0221", "签约日期": "2026-10-08"},
        HOUSEHOLDS[2] | {"户号": "0222", "同意积分": "同意", "户主": None},
    ]

    assert desk.say("households", make_book("households", rows)) == [
        (
            "工作表「农户」B7：现为空，应为户主：户主姓名，只存隐私库。补填这一格；整行不要就删去整行。"
            "（cell-empty）"
        ),
        "工作表「农户」D7：现为「同意」，应为是 或 否。从下拉选项里选 是 或 否。（choice-form）",
        (
            "工作表「农户」A2：现为数字 217，应为文本格式的编号。把这一列设为文本格式，重新输入编号，"
            "前面的 0 不要丢。（code-typed-as-number）"
        ),
        (
            "工作表「农户」B3：现为一个身份证号码，应为没有证件号和卡号。删去号码；证件号不进账本，"
            "留在原始凭证上。（text-identity-number）"
        ),
        "工作表「农户」C3：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        (
            "工作表「农户」A4：现为户号 0218，又出现一次（工作表「农户」第 3 行已有），应为各行不重复。"
            "删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「农户」F4：现为「同意署名」是，「同意积分」否，应为不同意积分的，公示和署名也是否。"
            "对照积分契约改正。（consent-without-scoring）"
        ),
        (
            "工作表「农户」G4：现为空，应为同意积分的有签约日期，不同意的留空。对照积分契约，"
            "补上日期或改正选项。（agreement-day）"
        ),
        (
            "工作表「农户」G5：现为空，应为同意积分的有签约日期，不同意的留空。对照积分契约，"
            "补上日期或改正选项。（agreement-day）"
        ),
        (
            "工作表「农户」G6：现为有日期，但三项都不同意，应为同意积分的有签约日期，不同意的留空。"
            "对照积分契约，补上日期或改正选项。（agreement-day）"
        ),
    ]


def test_an_agreement_signed_in_the_future(desk: ImportDesk) -> None:
    desk.adopt_rules()

    assert desk.say("households", make_book("households", [HOUSEHOLDS[0] | {"签约日期": "2026-12-01"}])) == [
        (
            "工作表「农户」G2，发生日期：现为2026-12-01，应为2026-10-28 或更早的一天。改成实际发生的日期。"
            "（date-future）"
        ),
        (
            "工作表「农户」G2，会计期间：现为2026-12，应为2026-10 或更早的月份。还没到的月份不能记账。"
            "（period-future）"
        ),
    ]


def test_a_household_is_registered_once(desk: ImportDesk) -> None:
    desk.register()
    again = [HOUSEHOLDS[0], HOUSEHOLDS[2], _number(HOUSEHOLDS[0], "0299")]

    assert desk.say("households", make_book("households", again)) == [
        (
            "工作表「农户」A2：现为户号 0217 已经登记、签约，应为还没有登记的农户，或者新签契约的农户。"
            "删去这一行；名册只登记一次，契约只签一次。（household-known）"
        ),
        (
            "工作表「农户」A3：现为户号 0219 已经登记，应为还没有登记的农户，或者新签契约的农户。"
            "删去这一行；名册只登记一次，契约只签一次。（household-known）"
        ),
    ]


def test_a_household_waiting_to_be_passed_does_not_wait_twice(desk: ImportDesk) -> None:
    desk.adopt_rules()
    desk.keep("households", make_book("households", HOUSEHOLDS))

    assert desk.say(
        "households", make_book("households", [HOUSEHOLDS[0], _number(HOUSEHOLDS[0], "0299")])
    ) == [
        (
            "工作表「农户」A2：现为户号 0217 的登记正在待审，应为还没有登记的农户，或者新签契约的农户。"
            "删去这一行；名册只登记一次，契约只签一次。（household-known）"
        )
    ]


def test_a_household_may_sign_later(desk: ImportDesk) -> None:
    desk.register()
    signs = HOUSEHOLDS[2] | {"同意积分": "是", "签约日期": "2026-10-20"}

    desk.record("households", make_book("households", [signs]))

    kept = desk.ports.vault.list_households(VILLAGE)
    assert [item.consents for item in kept if item.number == "0219"] == [frozenset({"scoring"})]
    assert len(kept) == 3


def test_a_household_signs_again_what_it_withdrew_and_only_that(desk: ImportDesk) -> None:
    desk.register()
    (known,) = (one for one in desk.ports.vault.list_households(VILLAGE) if one.number == "0217")
    withdraw_consents(desk.ports, VILLAGE, known.household, ("display",), desk.clerk)
    today = get_day(desk.ports.clock.now_ms())
    before = HOUSEHOLDS[0]["签约日期"]

    assert desk.say("households", make_book("households", [HOUSEHOLDS[0]])) == [
        (
            f"工作表「农户」G2：现为{before}，这一户 {today} 撤回过同意，应为撤回以后重新签的契约。"
            "删去这一行；这一户愿意再同意的，请重新签，写新的签约日期。（consent-outdated）"
        )
    ]
    desk.record("households", make_book("households", [HOUSEHOLDS[0] | {"签约日期": today}]))

    with desk.ports.ledger.read(VILLAGE) as reader:
        body = reader.facts.read_entry(reader.size - 1).body
    assert isinstance(body, AgreementsSigned)
    assert (body.scoring, body.display) == (0, 1)


def test_a_household_that_signs_later_is_the_same_one(desk: ImportDesk) -> None:
    desk.register()
    signs = HOUSEHOLDS[2] | {"同意积分": "是", "签约日期": "2026-10-20", "户主": "某新井", "村民小组": 3}

    assert desk.say("households", make_book("households", [signs])) == [
        (
            "工作表「农户」B2：现为与名册上的姓名不同，应为编号和姓名是同一人。对照名册改正编号或姓名。"
            "（person-name）"
        ),
        "工作表「农户」C2：现为3，应为2，与登记时相同。对照名册改正户号或村民小组。（household-group）",
    ]


def test_a_household_whose_drafts_were_given_up_keeps_its_pseudonym(desk: ImportDesk) -> None:
    desk.adopt_rules()
    for draft in desk.keep("households", make_book("households", HOUSEHOLDS)):
        desk.ports.vault.mark_draft(VILLAGE, draft, "discarded", -1)
    before = desk.ports.vault.list_households(VILLAGE)

    corrected = HOUSEHOLDS[0] | {"户主": "样大川"}
    desk.record("households", make_book("households", [corrected, *HOUSEHOLDS[1:]]))

    after = desk.ports.vault.list_households(VILLAGE)
    assert [item.household for item in after] == [item.household for item in before]
    assert after[0].name == "样大川"


def test_members_are_registered_by_branch(desk: ImportDesk) -> None:
    first, second = _bodies(desk.read("members", make_book("members", MEMBERS)))

    assert isinstance(first, BranchRegistered)
    assert (first.branch, len(first.members)) == (1, 2)
    assert (second.branch, len(second.members)) == (2, 1)


def test_members_whose_drafts_were_given_up_keep_their_pseudonyms(desk: ImportDesk) -> None:
    for draft in desk.keep("members", make_book("members", MEMBERS)):
        desk.ports.vault.mark_draft(VILLAGE, draft, "discarded", -1)
    before = desk.ports.vault.list_members(VILLAGE)

    desk.record("members", make_book("members", [*MEMBERS[1:], MEMBERS[0]]))

    assert desk.ports.vault.list_members(VILLAGE) == before


def test_slips_in_the_list_of_members_are_all_said(desk: ImportDesk) -> None:
    rows = [
        MEMBERS[0] | {"支部": 0},
        MEMBERS[1] | {"党员编号": 104, "支部名称": "样小兰支部"},
        MEMBERS[2],
        MEMBERS[2] | {"支部名称": "二支部"},
        MEMBERS[2] | {"党员编号": "0202", "姓名": "某6222020000000000000"},
    ]
    desk.keep("members", make_book("members", MEMBERS))

    assert desk.say("members", make_book("members", rows)) == [
        "工作表「党员」A2：现为0，应为至少 1。改成实际的数；不要的就删去整行。（quantity-zero）",
        (
            "工作表「党员」C3：现为数字 104，应为文本格式的编号。把这一列设为文本格式，重新输入编号，"
            "前面的 0 不要丢。（code-typed-as-number）"
        ),
        (
            "工作表「党员」B3：现为村民姓名 样*兰，应为会公开的文字里没有村民姓名。"
            "改写成「村民」「某户」等说法，姓名留在原始凭证上。（text-name）"
        ),
        (
            "工作表「党员」C5：现为党员编号 0201，又出现一次（工作表「党员」第 4 行已有），应为各行不重复。"
            "删去重复的一行，或改正填错的一格。（row-duplicate）"
        ),
        (
            "工作表「党员」B5：现为「二支部」，应为「第二党支部」，与工作表「党员」第 4 行相同。"
            "同一支部写同一个名称，或改正支部序号。（branch-name）"
        ),
        (
            "工作表「党员」D6：现为一个银行卡号，应为没有证件号和卡号。删去号码；收款账户留在原始凭证上。"
            "（text-bank-card）"
        ),
    ]


def test_a_list_that_changes_nothing_is_told(desk: ImportDesk) -> None:
    desk.record("members", make_book("members", MEMBERS))

    assert desk.say("members", make_book("members", MEMBERS[2:])) == [
        (
            "工作表「党员」A2：现为支部 2 的名称和名单与登记的相同，应为有人加入或离开，或者换了名称。"
            "没有变动就不用再交。（branch-unchanged）"
        )
    ]


def test_members_join_and_leave_by_a_new_list_and_keep_who_they_are(desk: ImportDesk) -> None:
    desk.enrol()
    before = {one.number: one.member for one in desk.ports.vault.list_members(VILLAGE)}
    joined = MEMBERS[0] | {"党员编号": "0105", "姓名": "某新枝"}

    found = desk.read("members", make_book("members", [MEMBERS[0], joined]))

    assert found.faults == ()
    assert list(found.preview) == [
        "支部登记 1 第一党支部，党员 2 名",
        "　新加入：党员 0105",
        "　不再是本支部党员：0104（以前的评分照旧）",
    ]
    desk.record("members", make_book("members", [MEMBERS[0], joined]))
    after = {one.number: one.member for one in desk.ports.vault.list_members(VILLAGE)}
    assert after | before == after
    assert desk.say("scores", make_book("scores", [MARK | {"党员编号": "0104", "姓名": "例大海"}]))
    assert desk.say("scores", make_book("scores", [MARK | {"党员编号": "0105", "姓名": "某新枝"}])) == []


def test_a_clerk_begins_with_the_lists_that_hold_now_and_changes_one(desk: ImportDesk) -> None:
    assert lay_sheet(desk.ports, VILLAGE, "members") == {}
    desk.enrol()

    laid = lay_sheet(desk.ports, VILLAGE, "members")["党员"]
    assert laid == tuple(tuple(str(value) for value in row.values()) for row in MEMBERS)
    assert lay_sheet(desk.ports, VILLAGE, "households") == {}
    rows = [dict(zip(MEMBERS[0], row, strict=True)) for row in laid]
    imported = desk.read("members", make_book("members", [*rows[:1], *rows[2:]]))

    assert imported.faults == ()
    assert imported.notices == ("支部 2 的名单和登记的一样，不再登记",)
    assert [draft.label for draft in imported.drafts] == ["支部登记 1 第一党支部，党员 1 名"]


def test_a_number_that_was_somebodys_is_not_given_to_another(desk: ImportDesk) -> None:
    desk.enrol()
    other = MEMBERS[1] | {"姓名": "某新枝"}

    assert [fault.code for fault in desk.read("members", make_book("members", [other])).faults] == [
        "person-name"
    ]


def test_a_list_and_the_rounds_computed_from_it_do_not_wait_side_by_side(desk: ImportDesk) -> None:
    desk.enrol()
    (waiting,) = desk.keep("scores", make_book("scores", [MARK]))
    changed = make_book("members", MEMBERS[:1])

    assert desk.say("members", changed) == [
        (
            f"工作表「党员」A2：现为支部 1 2026-10 的评分还在等审核：草稿 {waiting}，"
            "应为没有在等审核的评分：它是照原来的名单算的。"
            "请审核的人先通过或退回那份评分，再交名单。（branch-round-waiting）"
        )
    ]
    (listed,) = desk.keep("members", make_book("members", [MEMBERS[2], MEMBERS[2] | {"党员编号": "0202"}]))
    row = MARK | {"支部": 2, "党员编号": "0201", "姓名": "某长青"}
    assert desk.say("scores", make_book("scores", [row])) == [
        (
            f"工作表「党员评分」B2：现为支部 2 的新名单还在等审核：草稿 {listed}，应为通过了的名单。"
            "请审核的人先通过或退回名单，再评分。（branch-waiting）"
        )
    ]


def test_after_an_erasure_the_list_is_handed_in_again(desk: ImportDesk) -> None:
    desk.enrol()
    gone = next(one for one in desk.ports.vault.list_members(VILLAGE) if one.number == "0104")
    erase_subject(desk.ports, VILLAGE, gone.member)

    assert desk.say("scores", make_book("scores", [MARK])) == [
        (
            "工作表「党员评分」B2：现为支部 1 登记的党员有 1 名的资料已经删除，应为名单里只有现在的党员。"
            "先用「党员」表把这个支部的名单重新交一次，通过以后再评分。（branch-erased）"
        )
    ]
    desk.record("members", make_book("members", MEMBERS[:1]))
    desk.record("scores", make_book("scores", [MARK]))
