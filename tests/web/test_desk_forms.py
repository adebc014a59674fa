"""What a form brought: as the page's dataclass, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ledger.errors import Fault
from web.desk.forms import FIELDS_MAX, FormRefused, Upload, build_form, find_token, parse_fields
from web.desk.frame import place_faults
from web.desk.set_up import draw_code


@dataclass(frozen=True)
class Form:
    name: str
    note: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileForm:
    file: Upload


def test_a_form_becomes_the_pages_dataclass() -> None:
    pairs = parse_fields(b"csrf=t&name=%E6%A0%B7%E4%BE%8B&marks=1&marks=2")

    assert build_form(Form, pairs) == Form(name="样例", marks=("1", "2"))
    assert find_token(pairs) == "t"


@pytest.mark.parametrize(
    "body",
    [b"", b"name=1&name=2", b"name=1&role=admin", b"note=1", b"name=1&note=1&note=2", b"csrf=1"],
    ids=["empty", "doubled", "unknown", "missing", "doubled optional", "only a token"],
)
def test_a_field_that_is_unknown_doubled_or_missing_is_refused(body: bytes) -> None:
    with pytest.raises(FormRefused):
        build_form(Form, parse_fields(body))


@pytest.mark.parametrize(
    "body",
    [b"a", b"a=%ff", b"a=1&&b", b"\xff=1", b"a=\xe6\xa0\xb7", b"&", b"a=1;b=2&c", b"=&" * (FIELDS_MAX + 1)],
)
def test_a_body_that_is_not_urlencoded_is_refused(body: bytes) -> None:
    with pytest.raises(FormRefused):
        parse_fields(body)


@given(st.binary(max_size=300))
def test_no_body_does_anything_but_become_fields_or_be_refused(body: bytes) -> None:
    try:
        pairs = parse_fields(body)
    except FormRefused:
        return
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in pairs)


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=20))
def test_what_a_browser_encodes_comes_back_as_it_was_typed(pairs: list[tuple[str, str]]) -> None:
    clean = [
        (name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode())
        for name, value in pairs
    ]

    assert list(parse_fields(urlencode(clean).encode())) == clean


def test_a_file_is_no_text_and_a_text_no_file() -> None:
    upload = Upload(data=b"x", name="../../etc/x.png")

    assert build_form(FileForm, (("file", upload),)).file.data == b"x"
    for kind, pairs in (
        (FileForm, (("file", "x"),)),
        (Form, (("name", upload),)),
        (Form, (("name", "x"), ("marks", upload))),
    ):
        with pytest.raises(FormRefused):
            build_form(kind, pairs)


def test_a_token_that_comes_twice_or_as_a_file_is_none() -> None:
    assert find_token((("csrf", "a"), ("csrf", "a"))) == ""
    assert find_token((("csrf", Upload(data=b"a", name="a")),)) == ""
    assert find_token(()) == ""


def test_faults_stand_beside_their_fields_and_the_others_above() -> None:
    one = Fault(code="x", place="新密码", found="甲", expected="乙", remedy="丙")
    other = Fault(code="y", place="账号", found="", expected="乙", remedy="丙")

    faults = place_faults([one, one, other], {"新密码": "new"})

    assert faults.find("new") == ("甲，应为乙。丙。",) * 2
    assert faults.find("old") == ()
    assert faults.others == ("账号应为乙。丙。",)
    assert faults
    early = Fault(code="z", place="测评 CP-2026-001", found="2026-11-04", expected="", remedy="丙")
    assert place_faults([early], {}).others == ("测评 CP-2026-001：2026-11-04。丙。",)


def test_the_code_on_the_screen_is_what_an_app_reads() -> None:
    address = "otpauth://totp/x?secret=ABC"
    svg = draw_code(address).decode()
    side = int(svg.partition('viewBox="0 0 ')[2].partition(" ")[0])
    image = Image.new("L", (side, side), 255)
    for run in svg.rpartition('d="')[2].partition('"')[0].split("M")[1:]:
        x, y, length = map(int, re.findall(r"[0-9]+", run)[:3])
        for place in range(length):
            image.putpixel((x + place, y), 0)

    (code,) = zxingcpp.read_barcodes(image.resize((side * 6, side * 6), Image.Resampling.NEAREST))

    assert code.text == address
