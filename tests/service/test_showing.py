"""Whoever is to pass a draft sees all of it, in the lines that the import showed the clerk."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from ledger.data.templates import load_rules, load_scheme
from ledger.entries import KINDS
from ledger.errors import Refused, Tampered, format_fault
from ledger.limits import DAY_MS
from ledger.service import adopt
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.close import prepare_closing
from ledger.service.passing import discard_drafts, pass_drafts
from ledger.service.showing import _TELLERS, Shown, show_drafts
from tests.builders import VILLAGE, build_policy, build_refounding, build_rotation
from tests.fakes import FakeClock
from tests.homes import VillageHome
from tests.service.importing import (
    AWARD,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    ImportDesk,
    make_book,
)

DEDUCTION = AWARD | {"户号": "0218", "户主": "例小河", "规则编号": "C01", "规则名称": "乱堆柴草", "数量": 1}
ABSENT = MARK | {"党员编号": "0104", "姓名": "例大海", "项目编号": "N01", "项目名称": "无故缺席"}


@pytest.fixture
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.open_books()
    return desk


def show(desk: ImportDesk, *ids: str) -> list[Shown]:
    return show_drafts(desk.ports, VILLAGE, ids)


def show_import(desk: ImportDesk, kind: Any, data: bytes) -> tuple[list[str], list[Shown]]:
    """Return what the import showed the clerk, and what the drafts show whoever is to pass them."""
    preview = list(desk.read(kind, data).preview)
    return preview, show(desk, *desk.keep(kind, data))


def test_a_voucher_is_shown_as_the_import_showed_it(desk: ImportDesk) -> None:
    preview, (shown,) = show_import(desk, "vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))

    assert list(shown.lines) == preview
    assert (shown.maker, shown.maker_name) == (desk.clerk, "样办事")
    assert (shown.kind, shown.period, shown.occurred_on) == ("voucher.recorded", "2026-10", "2026-10-20")
    assert shown.body == {
        "approver": "例审批",
        "attachments": 2,
        "bookkeeper": "某记账",
        "chart": "2023",
        "handler": "样经手",
        "number": "2026-10-001",
        "postings": [
            {"account": "513", "amount_fen": 32_500, "side": "debit"},
            {"account": "101", "amount_fen": 32_500, "side": "credit"},
        ],
        "summary": "购办公用纸",
    }


def test_corrections_and_opening_balances_are_shown_as_the_import_showed_them(desk: ImportDesk) -> None:
    fresh = ImportDesk()
    preview, (shown,) = show_import(fresh, "opening", make_book("opening", OPENING))
    assert list(shown.lines) == preview
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    red = {"凭证号": "2026-10-002", "日期": "2026-10-21", "冲销凭证号": "2026-10-001", "原因": "记错"}
    persons = {name: PAPER[name] for name in ("经手人", "审批人", "记账员")}
    blue = PAPER | {"凭证号": "2026-10-003", "日期": "2026-10-21", "更正凭证号": "2026-10-001"}
    rows = [red | persons, blue, PAPER_PAID]

    preview, corrections = show_import(desk, "vouchers", make_book("vouchers", rows))

    assert [line for item in corrections for line in item.lines] == preview
    assert len(corrections) == 2


def test_every_line_of_a_round_is_shown(desk: ImportDesk) -> None:
    desk.register()
    preview, (shown,) = show_import(desk, "points", make_book("points", [AWARD, DEDUCTION]))

    assert shown.lines[0] == shown.label
    assert list(shown.lines[1:]) == preview[1:]
    assert "h-" in json.dumps(shown.body)

    pass_drafts(desk.ports, VILLAGE, [shown.id], desk.supervisor)
    for row in (AWARD, DEDUCTION):
        taken = {"原月份": "2026-10", "月份": "2026-10", "户号": row["户号"]}
        taken |= {"规则编号": row["规则编号"], "原因": "看错"}
        book = make_book("points", [], others={"冲销": [taken]})
        preview, (reversal,) = show_import(desk, "points", book)
        assert list(reversal.lines) == preview


def test_every_mark_and_card_is_shown(desk: ImportDesk) -> None:
    desk.enrol()
    preview, (shown,) = show_import(desk, "scores", make_book("scores", [MARK, ABSENT]))

    assert shown.lines[0] == shown.label
    assert list(shown.lines[1:]) == preview[1:]


def test_people_are_shown_by_number_and_name(desk: ImportDesk) -> None:
    desk.adopt_rules()
    _, shown = show_import(desk, "households", make_book("households", HOUSEHOLDS))
    _, branches = show_import(desk, "members", make_book("members", MEMBERS))

    assert [item.lines for item in shown] == [
        (
            "农户登记 3 户，2 个村民小组",
            "　户 0217 样大山，第 1 村民小组",
            "　户 0218 例小河，第 1 村民小组",
            "　户 0219 某老井，第 2 村民小组",
        ),
        (
            "积分契约 2026-10-08 签 2 户：同意积分 2、公示 2、署名 0",
            "　积分细则第 1 版",
            "　户 0217 样大山：同意积分、同意公示",
            "　户 0218 例小河：同意积分、同意公示",
        ),
    ]
    assert branches[0].lines == (
        "支部登记 1 第一党支部，党员 2 名",
        "　党员 0103 样小兰",
        "　党员 0104 例大海",
    )


def test_a_changed_list_of_members_says_first_who_joins_and_how_many_leave(desk: ImportDesk) -> None:
    desk.record("members", make_book("members", MEMBERS[:2]))
    changed = [MEMBERS[0], MEMBERS[1] | {"党员编号": "0105", "姓名": "例新人"}]

    (id_,) = desk.keep("members", make_book("members", changed))

    assert show(desk, id_)[0].lines == (
        "支部登记 1 第一党支部，党员 2 名",
        "　新加入：0105 例新人",
        "　原来的名单上有 1 名这次没有写上，不再是本支部党员",
        "　党员 0103 样小兰",
        "　党员 0105 例新人",
    )


def test_a_description_shows_what_it_changes() -> None:
    desk = ImportDesk()
    texts = {"name": "石榴河村", "township": "样例县石榴镇", "telephone": "0000-0000000"}
    first = prepare_description(desk.ports, VILLAGE, maker=desk.clerk, **texts)
    assert show(desk, first.id)[0].lines == (
        "村情说明：样例县石榴镇石榴河村",
        "　村名：石榴河村",
        "　县和乡镇：样例县石榴镇",
        "　监督电话：0000-0000000",
    )
    pass_drafts(desk.ports, VILLAGE, [first.id], desk.supervisor)
    again = texts | {"telephone": "0000-0000001"}
    second = prepare_description(desk.ports, VILLAGE, maker=desk.clerk, **again)

    (shown,) = show(desk, second.id)

    assert shown.lines[1:] == (
        "　村名：石榴河村",
        "　县和乡镇：样例县石榴镇",
        "　监督电话：原为 0000-0000000，改为 0000-0000001",
    )
    assert shown.body == again


def test_what_is_adopted_is_shown_rule_by_rule(desk: ImportDesk) -> None:
    given = {"maker": desk.clerk, "period": "2026-10", "resolution": "村民代表会议通过"}
    rulebook = prepare_rulebook(desk.ports, VILLAGE, **given)
    scheme = prepare_scheme(desk.ports, VILLAGE, **given)

    rules, items = show(desk, rulebook.id, scheme.id)

    assert rules.lines[1:3] == ("　怎样通过：村民代表会议通过", "　每户起点分：100")
    assert len(rules.lines) == 3 + 58
    assert sum(line.endswith("（整行密封）") for line in rules.lines) > 0
    assert items.lines[1:4] == (
        "　怎样通过：村民代表会议通过",
        "　基础分：60",
        "　星级：60 分起 一星、70 分起 二星、80 分起 三星、90 分起 四星、96 分起 五星",
    )
    assert not any("第 1 版" in line for line in rules.lines[1:] + items.lines[1:])


def test_a_new_rulebook_shows_what_it_changes(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"maker": desk.clerk, "period": "2026-10", "resolution": "村民代表会议通过"}
    first = prepare_rulebook(desk.ports, VILLAGE, **given)
    pass_drafts(desk.ports, VILLAGE, [first.id], desk.supervisor)
    template, replace = load_rules(), msgspec.structs.replace
    visit, gone, sealed, *others = template.rules
    rules = (
        replace(visit, points=3, monthly_cap=9, subject="person"),
        replace(sealed, sensitive=not sealed.sensitive),
        *others,
        replace(visit, code="A99", item="陪护住院老人"),
    )
    monkeypatch.setattr(adopt, "load_rules", lambda: replace(template, base_points=120, rules=rules))
    second = prepare_rulebook(desk.ports, VILLAGE, **given)

    (shown,) = show(desk, second.id)

    assert shown.lines[:8] == (
        "积分细则第 2 版：58 条，2026-10 起用，起用后各户要重新签积分契约",
        "　怎样通过：村民代表会议通过",
        "　每户起点分：原为 100，改为 120",
        "　与第 1 版比：新增 1 条，改动 2 条，删去 1 条，55 条没有变",
        "　新增 A99 陪护住院老人 2 分／次，每月至多 8 分",
        (
            "　改动 A01 探望照料独居/高龄老人：分值原为 2 分／次，改为 3 分／次；"
            "每月至多原为 8 分，改为 9 分；记分对象原为 户，改为 个人"
        ),
        f"　改动 {sealed.code} {sealed.item}：整行密封原为 否，改为 是",
        f"　删去 {gone.code} {gone.item} {gone.points} 分／{gone.unit}，每月至多 {gone.monthly_cap} 分",
    )
    assert shown.lines[8] == "　全部 58 条："
    assert len(shown.lines) == 9 + 58
    pass_drafts(desk.ports, VILLAGE, [second.id], desk.supervisor)
    assert show(desk, second.id) == [shown]


def test_a_new_scheme_shows_what_it_changes(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"maker": desk.clerk, "period": "2026-10", "resolution": "党员大会通过"}
    first = prepare_scheme(desk.ports, VILLAGE, **given)
    pass_drafts(desk.ports, VILLAGE, [first.id], desk.supervisor)
    template, replace = load_scheme("member-60"), msgspec.structs.replace
    other = replace(template, title="党员季度办法", base=50, stars=template.stars[:2])
    monkeypatch.setattr(adopt, "load_scheme", lambda _: other)
    second = prepare_scheme(desk.ports, VILLAGE, **given)

    (shown,) = show(desk, second.id)

    items = len(template.items)
    assert shown.lines[2:7] == (
        f"　名称：原为 {template.title}，改为 党员季度办法",
        "　基础分：原为 60，改为 50",
        (
            "　星级：原为 60 分起 一星、70 分起 二星、80 分起 三星、90 分起 四星、96 分起 五星，"
            "改为 60 分起 一星、70 分起 二星"
        ),
        f"　与第 1 版比：{items} 条没有变",
        f"　全部 {items} 条：",
    )


def test_a_closing_shows_the_balances_it_fixes() -> None:
    clock = FakeClock()
    desk = ImportDesk(clock=clock)
    desk.open_books()
    desk.record("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    clock.advance(10 * DAY_MS)

    (shown,) = show(desk, prepare_closing(desk.ports, VILLAGE, "2026-10", desk.clerk).id)

    assert shown.lines == (
        "2026年10月结账：凭证 1 张",
        "　最后一张凭证 2026-10-001",
        "　借方发生额 325.00，贷方发生额 325.00",
        "　月末余额：",
        "　借 101 库存现金 19,675.00",
        "　借 102 银行存款 80,000.50",
        "　贷 301 资本 100,000.50",
        "　借 513 管理费用 325.00",
    )


def test_a_recorded_draft_can_still_be_looked_at(desk: ImportDesk) -> None:
    desk.register()
    _, (shown,) = show_import(desk, "points", make_book("points", [AWARD, DEDUCTION]))
    pass_drafts(desk.ports, VILLAGE, [shown.id], desk.supervisor)

    assert show(desk, shown.id) == [shown]


def test_what_is_not_there_is_said_of_each(desk: ImportDesk) -> None:
    with pytest.raises(Refused) as error:
        show(desk, "d-none", "d-else")

    assert [fault.code for fault in error.value.faults] == ["draft-unknown", "draft-unknown"]


def test_an_altered_draft_is_not_shown(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    (draft,) = desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID]))
    waiting = desk.ports.vault.find_draft(VILLAGE, draft)
    assert waiting is not None
    altered = type(waiting)(
        **{name: getattr(waiting, name) for name in waiting.__struct_fields__}
        | {"claim": waiting.claim.replace(b"32500", b"52500")}
    )
    monkeypatch.setattr(desk.ports.vault, "find_draft", lambda _village, _id: altered)

    with pytest.raises(Tampered):
        show(desk, draft)


def test_a_refusal_says_which_of_several_drafts_it_is(desk: ImportDesk) -> None:
    second = PAPER | {"凭证号": "2026-10-002", "摘要": "购打印纸"}
    drafts = desk.keep("vouchers", make_book("vouchers", [PAPER, PAPER_PAID, second, PAPER_PAID]))

    discard_drafts(desk.ports, VILLAGE, drafts[:1], desk.clerk)
    with pytest.raises(Refused) as error:
        pass_drafts(desk.ports, VILLAGE, drafts[1:], desk.supervisor)

    assert [format_fault(fault) for fault in error.value.faults] == [
        (
            f"待审记录 {drafts[1]}（凭证 2026-10-002 325.00 元 购打印纸），凭证 2026-10-002：现为2026-10-002，"
            "应为2026-10-001。凭证编号按月从 001 起连续，不跳号、不重号。（voucher-number-gap）"
        )
    ]


def test_who_signs_and_who_watches_is_shown(village: VillageHome) -> None:
    texts = village.texts
    policy = village.draft(build_policy(texts))
    body = build_rotation(texts, 2)
    rotation = village.draft(body)
    refounding = village.draft(build_refounding(texts))

    shown = show_drafts(village.home, VILLAGE, (policy.id, rotation.id, refounding.id))

    assert [item.lines[1:] for item in shown] == [
        ("　怎样通过：村民代表会议通过", "　quorum none"),
        ("　原因：换了电脑", f"　换下的公钥：{body.old_key}", f"　换上的公钥：{body.new_key}"),
        ("　原因：雷击坏了电脑", "　旧账 example.org/m/00000000/e1 签过 14 条，还在 12 条"),
    ]


def test_every_kind_that_a_person_passes_can_be_shown() -> None:
    assert set(_TELLERS) == {kind.body for kind in KINDS.values() if kind.checkers}
