"""A new version of the rules against the one before it: what was added, changed and taken away, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.books.revisions import Change, compare_versions

BEFORE = {
    "A01": {"名称": "探望老人", "分值": "2 分／次"},
    "A02": {"名称": "邻里互助", "分值": "1 分／次"},
    "A03": {"名称": "志愿服务", "分值": "1 分／次"},
}
RULEBOOKS = st.dictionaries(
    st.sampled_from(["A01", "A02", "B01", "C10"]),
    st.dictionaries(st.sampled_from(["名称", "分值"]), st.sampled_from(["甲", "乙"])),
)


def test_what_is_new_changed_and_gone_is_told_apart() -> None:
    after = {
        "A01": {"名称": "探望老人", "分值": "3 分／次"},
        "A03": BEFORE["A03"],
        "B01": {"名称": "应征入伍", "分值": "10 分／次"},
    }

    revision = compare_versions(BEFORE, after)

    assert revision.added == ("B01",)
    assert revision.changed == {"A01": (Change(name="分值", before="2 分／次", after="3 分／次"),)}
    assert revision.removed == ("A02",)


def test_every_part_that_changed_is_told_and_one_that_is_only_in_one_version_too() -> None:
    after = {"A01": {"名称": "照料老人", "证据": "照片"}}

    revision = compare_versions({"A01": BEFORE["A01"]}, after)

    assert revision.changed == {
        "A01": (
            Change(name="名称", before="探望老人", after="照料老人"),
            Change(name="分值", before="2 分／次", after=""),
            Change(name="证据", before="", after="照片"),
        )
    }


@given(RULEBOOKS, RULEBOOKS)
def test_every_rule_stands_in_one_place(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> None:
    revision = compare_versions(before, after)

    same = {code for code in before if code in after and before[code] == after[code]}
    assert sorted((*revision.added, *revision.changed, *revision.removed, *same)) == sorted(before | after)


@given(RULEBOOKS, RULEBOOKS)
def test_read_backwards_what_was_added_is_what_was_removed(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> None:
    there, back = compare_versions(before, after), compare_versions(after, before)

    assert sorted(there.added) == sorted(back.removed)
    assert set(there.changed) == set(back.changed)
