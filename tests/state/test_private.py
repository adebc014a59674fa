"""Whom a private value is about, and a vault that gives something else than what it kept."""

from __future__ import annotations

import base64

import pytest

from ledger.errors import NotProven, Tampered
from ledger.log.commitments import Json, make_disclosure
from ledger.state.private import AwardSubject, find_subject, open_private
from tests.builders import make_id

HOUSEHOLD, MEMBER = make_id("h", 1), make_id("m", 1)
PERSON = "u-aaaaaaaaaa"
COUNTERPARTY = make_id("p", 1)

ABOUT: dict[str, tuple[Json, str | None]] = {
    "a household": ({"group": 1, "household": HOUSEHOLD}, HOUSEHOLD),
    "a member": ({"evidence": "签到表", "member": MEMBER}, MEMBER),
    "a person": ({"person": PERSON}, PERSON),
    "a counterparty": ({"counterparty": COUNTERPARTY, "name": "样大山"}, COUNTERPARTY),
    "nobody": ({"evidence": "签到表"}, None),
    "a text": ("签到表", None),
    "a list": ([HOUSEHOLD], None),
    "a number": ({"household": 7}, None),
    "an empty name": ({"household": ""}, None),
    "a name that is none": ({"household": "甲 户"}, None),
    "a name too long": ({"household": "h" * 65}, None),
}


@pytest.mark.parametrize(("value", "subject"), ABOUT.values(), ids=ABOUT)
def test_a_private_value_says_whom_it_is_about(value: Json, subject: str | None) -> None:
    assert find_subject(make_disclosure(bytes(32), "subject", value)) == subject


@pytest.mark.parametrize(
    "text", ["", "!", "A", "W10", "WyJ4Il0", base64.urlsafe_b64encode(b"[" * 9_000).decode().rstrip("=")]
)
def test_what_is_no_disclosure_is_about_nobody(text: str) -> None:
    assert find_subject(text) is None


def test_a_value_that_does_not_open_is_not_proven() -> None:
    def find(_digest: str) -> str | None:
        raise Tampered(-1, expected="写进去时的密文", found="改动过", subject="隐私库的一行")

    with pytest.raises(NotProven, match="隐私库的一行前后矛盾") as caught:
        open_private(find, "A" * 43, AwardSubject)

    assert caught.value.code == "private-form"
