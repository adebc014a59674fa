"""A village's log is founded once, under an opaque name, by two persons."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ledger.data.templates import load_rules, load_scheme
from ledger.errors import Refused, format_fault
from ledger.keys import KeyFolder
from ledger.log.policy import parse_policy
from ledger.service import adopt
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.doctor import check_python, check_villages
from ledger.service.found import check_village_code, found_village, make_origin
from ledger.service.screening import check_description
from ledger.vaults import Draft
from ledger.witnessed import build_policy
from tests.builders import VILLAGE
from tests.fakes import MemoryHeads, SeededEntropy
from tests.homes import VillageHome

DETAILS = {
    "clerk": "样例甲",
    "name": "石榴河村",
    "supervisor": "样例乙",
    "telephone": "0000-0000000",
    "township": "样例县石榴镇",
}


def test_the_same_founding_again_gives_the_first_receipt_and_another_is_refused(village: VillageHome) -> None:
    origin = village.home.get_signer(VILLAGE).origin

    assert found_village(village.home, VILLAGE, origin, "2023", village.clerk.user).index == 0
    with pytest.raises(Refused) as error:
        found_village(village.home, VILLAGE, origin, "2004", village.clerk.user)

    assert [fault.code for fault in error.value.faults] == ["log-founded-twice"]


def test_details_of_a_founding_are_all_judged_at_once() -> None:
    assert check_village_code(VILLAGE, DETAILS) == []
    faults = check_village_code("3710", DETAILS | {"name": " ", "clerk": "样例乙"})
    assert [fault.place for fault in faults] == ["--village", "--name", "--supervisor"]
    assert [fault.code for fault in faults] == ["founding-detail", "text-blank", "founding-detail"]


@pytest.mark.parametrize(
    "telephone",
    ["0000-0000000", "12345", "+86 531 12345678", "（0531）12345678 转 801", "13800000000", "0531—12345678"],
)
def test_a_supervision_telephone_may_be_written_as_offices_write_theirs(telephone: str) -> None:
    assert check_description("石榴河村", "样例县石榴镇", telephone, frozenset()) == []


@pytest.mark.parametrize(
    "telephone",
    [
        "1234",
        "1" * 21,
        "张三 0531-12345678",
        "0531-12345678🙂",
        "12345\n",
        "１２３４５６７",
        "1" + " " * 50 + "2345",
    ],
)
def test_what_is_no_telephone_is_refused(telephone: str) -> None:
    faults = check_description("石榴河村", "样例县石榴镇", telephone, frozenset())

    assert [fault.code for fault in faults] == ["telephone-form"]


def test_an_adoption_is_refused_with_every_fault_at_once(village: VillageHome) -> None:
    supervisor = village.supervisor.user
    for prepare in (prepare_rulebook, prepare_scheme):
        with pytest.raises(Refused) as error:
            prepare(village.home, VILLAGE, maker=supervisor, period="2026-13", resolution=" ")
        assert [fault.code for fault in error.value.faults] == ["text-blank", "month-form", "person-role"]
    with pytest.raises(Refused) as error:
        prepare_description(
            village.home, VILLAGE, maker=supervisor, name="石榴河村🙂", township="", telephone=""
        )
    assert [fault.code for fault in error.value.faults] == [
        "glyph-missing",
        "text-blank",
        "text-blank",
        "person-role",
    ]
    assert village.home.vault.list_drafts(VILLAGE, "waiting") == []


ADOPTIONS: list[tuple[Callable[..., Draft], str, str]] = [
    (
        prepare_rulebook,
        (
            "积分细则：现为与第 1 版相同，应为有改动的积分细则。"
            "没有改动就不必再采用；再采用一次，各户签过的积分契约会失效。（rulebook-unchanged）"
        ),
        "积分细则第 2 版：58 条，2026-10 起用，起用后各户要重新签积分契约",
    ),
    (
        prepare_scheme,
        "考评办法：现为与第 1 版相同，应为有改动的考评办法。没有改动就不必再采用。（scheme-unchanged）",
        "党员月度考评办法（基础分 60，五星）第 2 版，2026-10 起用",
    ),
]


@pytest.mark.parametrize(("prepare", "unchanged", "label"), ADOPTIONS)
def test_only_what_says_something_new_is_a_new_version(
    village: VillageHome,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[..., Draft],
    unchanged: str,
    label: str,
) -> None:
    def prepare_again() -> Draft:
        return prepare(
            village.home, VILLAGE, maker=village.clerk.user, period="2026-10", resolution="村民代表会议通过"
        )

    def refuse() -> list[str]:
        with pytest.raises(Refused) as error:
            prepare_again()
        return [format_fault(fault) for fault in error.value.faults]

    first = prepare_again()
    (waiting,) = refuse()
    village.pass_(first)
    (same,) = refuse()
    _say_other_words(monkeypatch)
    second = prepare_again()

    assert waiting == (
        f"待审记录：现为已有一份在等审核：草稿 {first.id}（{first.label}），应为没有提交过的内容。同一份不用再提交；"
        f"要换成这一份，先撤回那份草稿，命令是 mingbai discard {first.id}。（draft-waiting）"
    )
    assert (same, second.label) == (unchanged, label)


def _say_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change one word of a rule and of an item: their codes and points stay."""
    replace = msgspec.structs.replace
    rules, scheme = load_rules(), load_scheme("member-60")
    worded = replace(rules.rules[0], unit="每一次")
    monkeypatch.setattr(adopt, "load_rules", lambda: replace(rules, rules=(worded, *rules.rules[1:])))
    item = replace(scheme.items[0], unit="每一次")
    monkeypatch.setattr(adopt, "load_scheme", lambda _: replace(scheme, items=(item, *scheme.items[1:])))


def test_an_origin_is_opaque_and_a_policy_names_the_key(village: VillageHome) -> None:
    assert re.fullmatch(r"mingbai/[a-z2-7]{16}", make_origin(SeededEntropy()))
    key = village.home.get_signer(VILLAGE).verifier_key
    assert build_policy(key) == f"log {key}\nquorum none\n".encode()
    assert parse_policy(build_policy(key)).quorum == "none"


def test_what_a_village_adopts_waits_for_another_person(village: VillageHome) -> None:
    for prepare, label in ((prepare_rulebook, "58 条"), (prepare_scheme, "第 1 版")):
        draft = prepare(
            village.home, VILLAGE, maker=village.clerk.user, period="2026-10", resolution="村民代表会议通过"
        )
        assert label in draft.label
        village.pass_(draft)
    with pytest.raises(Refused) as error:
        prepare_description(
            village.home, VILLAGE, maker=village.supervisor.user, name="甲", township="乙", telephone="00000"
        )
    assert [fault.code for fault in error.value.faults] == ["person-role"]


def test_a_doctor_sees_a_healthy_village(village: VillageHome) -> None:
    assert {check.state for check in check_villages(village.home)} == {"fine"}
    assert check_python().state in ("fine", "warning")


def test_a_doctor_sees_heads_that_are_missing_behind_or_contradicted(village: VillageHome) -> None:
    newest = village.home.heads.find_newest(VILLAGE)
    assert newest is not None
    for kept, state, found in (
        ((), "wrong", "签名头一个也没有"),
        ((village.home.heads.find_at(VILLAGE, 1),), "warning", "签到 1 条，共 2 条"),
        ((msgspec.structs.replace(newest, root=bytes(32)),), "wrong", "接不上"),
        ((msgspec.structs.replace(newest, size=9),), "wrong", "至少 9 条"),
    ):
        heads = MemoryHeads()
        for head in kept:
            assert head is not None
            heads.advance(VILLAGE, head)
        check = next(iter(check_villages(dataclasses.replace(village.home, heads=heads))))
        assert (check.state, found in check.found) == (state, True)


def test_a_doctor_sees_a_key_that_is_not_the_village_s(village: VillageHome, tmp_path: Path) -> None:
    other = KeyFolder(tmp_path / "other")
    other.create(VILLAGE, "mingbai/anotherorigin", bytes(32))

    checks = list(check_villages(dataclasses.replace(village.home, get_signer=other.get_signer)))

    assert (checks[1].state, checks[1].found) == ("wrong", "与立账时公布的公钥不符")
    assert other.create(VILLAGE, "mingbai/yetanother", bytes(32)).origin == "mingbai/anotherorigin"
