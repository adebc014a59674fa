"""Files of schemes: what ships can be taken out, edited and read back; what is wrong in a file is told in Chinese."""

from __future__ import annotations

import re

import msgspec
import pytest

from ledger.data.templates import SchemeTemplate, load_schemes
from ledger.errors import Refused
from ledger.service.drafts import Discloser
from ledger.service.scheme_files import format_scheme_file
from ledger.service.schemes import build_scheme, check_template, read_scheme_file
from tests.fakes import SeededEntropy


def drop_basis(template: SchemeTemplate) -> object:
    """A template without where it is from, which a file of one's own does not say."""

    def drop(value: object) -> object:
        if isinstance(value, dict):
            return {key: drop(said) for key, said in value.items() if key not in ("basis", "origin")}
        return [drop(said) for said in value] if isinstance(value, list | tuple) else value

    return drop(msgspec.to_builtins(template))


@pytest.mark.parametrize("name", load_schemes())
def test_each_shipped_scheme_is_a_file_that_reads_back(name: str) -> None:
    template = load_schemes()[name]

    read = read_scheme_file(format_scheme_file(template).encode())

    assert drop_basis(read) == drop_basis(template)
    assert read.basis == "village"


@pytest.mark.parametrize("name", load_schemes())
def test_what_is_said_of_where_a_scheme_is_from_agrees_with_its_data(name: str) -> None:
    template = load_schemes()[name]

    assert ("proposal" in template.basis) == ("建议稿" in template.origin)
    assert ("published practice" in template.basis) == ("公开" in template.origin)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_as_editors_save_it(encoding: str) -> None:
    template = load_schemes()["micro-grid"]
    data = format_scheme_file(template).replace("\n", "\r\n").encode(encoding)

    assert drop_basis(read_scheme_file(data)) == drop_basis(template)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (("weight = 60", 'weight = "60"'), "weight 写成了文字，不是整数"),
        (('code = "A", ', ""), "没有写 code"),
        (("base = 60", "base = 60\nfine = 5"), "多了 fine"),
        (("from_score = 60", "from_score = -1"), "from_score 小于 0"),
        (("base = 60", "base = 2026-01-01"), "base 写成了日期，不是整数"),
        (("base = 60", "base = "), "个字附近写法不对"),
        (("items = [", "items = ["), "有一处没有写完"),
        (("base = 60", f"base = {'9' * 5000}"), "有一处没有写完"),
        (("base = 60", f"base = {'[' * 2000}"), "有一处没有写完"),
    ],
)
def test_what_does_not_fit_is_told_in_chinese(spoilt: tuple[str, str], said: str) -> None:
    text = format_scheme_file(load_schemes()["branch-stars"]).replace("weight = 40", "weight = 60")
    text = text.replace(*spoilt) if spoilt[0] != spoilt[1] else text.rstrip().removesuffix("]")

    with pytest.raises(Refused) as error:
        read_scheme_file(text.encode())

    assert said in "".join(fault.found for fault in error.value.faults)
    assert not any("Expected" in fault.found for fault in error.value.faults)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (("monthly_cap = 30", f"monthly_cap = {10**25}"), "items monthly_cap 大于 9007199254740991"),
        (
            (
                'title = "支部',
                'steps = ["一", "一", "一", "一", "一", "一", "一", "一", "一", "一", "一"]\ntitle = "支部',
            ),
            "steps 多于 10 条",
        ),
        ((re.compile(r"(?s)stars = \[.*?\n\]"), "stars = []"), "一条也没有"),
    ],
)
def test_what_no_entry_holds_is_told_in_chinese(spoilt: tuple[str | re.Pattern[str], str], said: str) -> None:
    text = format_scheme_file(load_schemes()["branch-stars"])
    pattern = spoilt[0] if isinstance(spoilt[0], re.Pattern) else re.compile(re.escape(spoilt[0]))
    template = read_scheme_file(pattern.sub(spoilt[1], text, count=1).encode())
    body = build_scheme(template, Discloser(SeededEntropy()), resolution="会议通过", version=1)

    (fault,) = check_template(template, body)

    assert (fault.code, fault.found) == ("scheme-form", said)
