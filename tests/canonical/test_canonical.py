"""One value, one text: entries of every kind to bytes and back, held to another encoder of RFC 8785."""

from __future__ import annotations

import json
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.reconciliation import build_item
from ledger.books.scores import SchemeEffect
from ledger.books.values import Value
from ledger.canonical import (
    digest_claim,
    encode_value,
    find_written,
    format_claim,
    format_entry,
    parse_claim,
    parse_entry,
)
from ledger.entries import KINDS, Entry, get_claim
from ledger.errors import NotProven
from ledger.limits import ENTRY_MAX_BYTES
from tests.assessments import build_assessment
from tests.ballots import build_ballot, build_ballot_closed
from tests.books.case_ledger import build_confided, build_moved, build_opened, build_rated
from tests.books.star_ledger import build_declared, build_star_move
from tests.builders import (
    Discloser,
    EntryChain,
    build_accounts_closed,
    build_acknowledged,
    build_added,
    build_agreements,
    build_amendment,
    build_answer,
    build_asset,
    build_asset_change,
    build_asset_disposal,
    build_branch,
    build_closing,
    build_contract,
    build_contract_end,
    build_contract_void,
    build_conversion,
    build_description,
    build_documents,
    build_forum,
    build_founding,
    build_fund,
    build_households,
    build_limits,
    build_objection,
    build_opening,
    build_outcome,
    build_plan,
    build_points_line,
    build_points_reversal,
    build_points_round,
    build_policy,
    build_reconciliation,
    build_refounding,
    build_replacement,
    build_resolution,
    build_resource,
    build_resource_change,
    build_reversal,
    build_rotation,
    build_rulebook,
    build_scheme,
    build_score_round,
    build_seal,
    build_stocktake,
    build_voucher,
    build_weighed_scheme,
    build_withdrawal,
)
from tests.grids import build_grids, build_unnaming, build_visits
from tests.honours import build_granted, build_withdrawn
from tests.log.evidence import require_one_spelling, spoil
from tests.party_groups import build_grouped
from tests.rewards import (
    build_annex,
    build_claims,
    build_hours,
    build_redeemed,
    build_return,
    build_shop,
    build_task,
)


def make_entries() -> list[Entry]:
    """One entry of every kind."""
    texts, chain = Discloser(), EntryChain()
    line = build_points_line(texts)
    voucher = EntryChain().append(build_voucher(texts))
    redeemed, granted, grids = build_redeemed(texts), build_granted(texts), build_grids(texts)
    for body in (
        build_founding(),
        build_description(texts),
        build_opening(),
        build_voucher(texts),
        build_reversal(texts, reverses=3),
        build_replacement(texts, replaces=3),
        build_closing(),
        build_rulebook(texts),
        build_households(texts),
        build_agreements(texts),
        build_points_round(texts),
        build_points_reversal(texts, line, reverses=10),
        build_scheme(texts),
        build_branch(texts),
        build_score_round(texts),
        build_seal(3),
        build_rotation(texts, 2),
        build_policy(texts),
        build_limits(texts),
        build_refounding(texts),
        build_documents(texts, voucher),
        build_contract(texts),
        build_amendment(texts),
        build_contract_end(texts),
        build_contract_void(texts),
        build_asset(texts),
        build_asset_change(texts),
        build_asset_disposal(texts),
        build_resource(texts),
        build_resource_change(texts),
        build_stocktake(texts),
        build_resolution(texts),
        build_outcome(texts),
        build_forum(texts),
        build_fund(texts),
        build_added(texts),
        build_accounts_closed(texts),
        build_conversion(),
        build_plan(texts),
        build_acknowledged(texts),
        build_reconciliation(items=(build_item(-50_000, "books", "2026-10-09", "2026-10-002"),)),
        build_objection(texts),
        build_answer(texts),
        build_shop(texts),
        redeemed,
        build_return(texts, redeemed, reverses=3),
        build_task(texts),
        build_claims(texts),
        build_hours(texts),
        build_withdrawal(texts),
        granted,
        build_withdrawn(texts, granted, reverses=3),
        build_annex(texts),
        grids,
        build_visits(texts),
        build_opened(texts),
        build_moved(texts),
        build_confided(texts),
        build_rated(texts),
        build_ballot(texts),
        build_ballot_closed({"00000007": "13"}),
        build_declared(texts, "secretary"),
        build_star_move(texts),
        build_assessment(texts),
        build_unnaming(grids),
        build_grouped(texts),
    ):
        chain.append(body)
    return chain.entries


ENTRIES = make_entries()
NAMES = [entry.kind for entry in ENTRIES]


def test_there_is_an_entry_of_every_kind() -> None:
    assert list(KINDS) == NAMES


@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_a_random_entry_is_written_as_jcs_and_read_back(data: st.DataObject, kind: str) -> None:
    body = data.draw(_values(KINDS[kind].body))
    entry = msgspec.structs.replace(data.draw(_values(Entry, body=body)), kind=kind)

    written = format_entry(entry)

    assert written == rfc8785.dumps(msgspec.to_builtins(entry))
    assert parse_entry(written) == entry
    verify_look(written)
    claim = get_claim(entry)
    assert parse_claim(format_claim(claim)) == claim
    assert len(digest_claim(claim)) == 64


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_byte_flipped_is_refused_or_another_entry(entry: Entry) -> None:
    written = format_entry(entry)

    for place, byte in enumerate(written):
        for other in (byte ^ 1, byte ^ 0x20, byte ^ 0x80):
            flipped = written[:place] + bytes([other]) + written[place + 1 :]
            assert _read(flipped) != entry
            verify_look(flipped)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_byte_of_a_claim_flipped_or_cut_off_is_refused_or_another_claim(entry: Entry) -> None:
    claim = get_claim(entry)

    require_one_spelling(claim, spoil(format_claim(claim)), parse_claim, format_claim)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_one_look_is_enough_for_an_entry_of_every_kind(entry: Entry) -> None:
    written = format_entry(entry)

    assert find_written(written) is not None
    verify_look(written)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_truncation_is_refused(entry: Entry) -> None:
    written = format_entry(entry)

    for size in range(len(written)):
        assert find_written(written[:size]) is None
        with pytest.raises(NotProven):
            parse_entry(written[:size])


DEFORMED: dict[str, Any] = {
    "a space": lambda data: data.replace(b'"v":1', b'"v": 1'),
    "a newline after": lambda data: data + b"\n",
    "a mark before": lambda data: b"\xef\xbb\xbf" + data,
    "a key twice": lambda data: data.replace(b'"v":1', b'"v":1,"v":1'),
    "a key twice in the body": lambda data: data.replace(
        b'"attachments":1', b'"attachments":1,"attachments":1'
    ),
    "an unknown key": lambda data: data.replace(b'"v":1', b'"v":1,"w":1'),
    "an unknown key in the body": lambda data: data.replace(b'"attachments":1', b'"attachments":1,"b":1'),
    "a key left out": lambda data: data.replace(b'"attachments":1,', b""),
    "keys in another order": lambda data: json.dumps(
        dict(reversed(json.loads(data).items())), separators=(",", ":")
    ).encode(),
    "body keys in another order": lambda data: json.dumps(
        json.loads(data) | {"body": dict(reversed(json.loads(data)["body"].items()))}, separators=(",", ":")
    ).encode(),
    "a float": lambda data: data.replace(b'"attachments":1', b'"attachments":1.0'),
    "an exponent": lambda data: data.replace(b'"attachments":1', b'"attachments":1e0'),
    "a negative zero": lambda data: data.replace(b'"amount_fen":32500', b'"amount_fen":-0', 1),
    "a leading zero": lambda data: data.replace(b'"attachments":1', b'"attachments":01'),
    "null": lambda data: data.replace(b'"attachments":1', b'"attachments":null'),
    "an integer too large": lambda data: data.replace(b"32500", b"9007199254740992", 1),
    "an escape": lambda data: data.replace(b"voucher.recorded", b"voucher.\\u0072ecorded"),
    "an unknown kind": lambda data: data.replace(b"voucher.recorded", b"voucher.invented"),
    "another kind's body": lambda data: data.replace(b"voucher.recorded", b"voucher.replaced"),
    "no UTF-8": lambda data: data.replace(b"u-aaaaaaaaaa", b"u-aaaaaaaaa\xff"),
    "depth": lambda data: b"[" * 30_000 + b"]" * 30_000,
    "nothing": lambda data: b"",
    "a list": lambda data: b"[]",
}


@pytest.mark.parametrize("name", DEFORMED)
def test_other_spellings_of_an_entry_and_a_claim_are_refused(name: str) -> None:
    entry = ENTRIES[3]
    written, claimed = format_entry(entry), format_claim(get_claim(entry))
    assert DEFORMED[name](written) != written

    assert find_written(DEFORMED[name](written)) is None
    with pytest.raises(NotProven):
        parse_entry(DEFORMED[name](written))
    if DEFORMED[name](claimed) != claimed:  # A claim has no version to spoil.
        with pytest.raises(NotProven):
            parse_claim(DEFORMED[name](claimed))


ABOUT = {
    "asset": ("ZC-0007", b'"attachments":', (b'"ZC-007"', b'"HT-0007"')),
    "contract": ("HT-0007", b'"handler":', (b'"HT-007"', b'"ht-0007"')),
}
"""What a voucher may be about: a number, the key that stands behind it, and what is no such number."""


@pytest.mark.parametrize("key", ABOUT)
@pytest.mark.parametrize(
    "build", [build_voucher, lambda texts, **more: build_replacement(texts, replaces=3, **more)]
)
def test_what_a_voucher_is_about_is_left_out_where_it_says_nothing(build: Any, key: str) -> None:
    number, behind, misspelt = ABOUT[key]
    silent, telling = (
        format_entry(EntryChain().append(build(Discloser(), **more))) for more in ({}, {key: number})
    )
    said = f'"{key}":"{number}",'.encode()

    assert key.encode() not in silent
    assert telling == silent.replace(behind, said + behind)
    for data in (silent, telling):
        assert format_entry(parse_entry(data)) == data
        assert find_written(data) is not None
        verify_look(data)
    for wrong in (b'""', b"null", *misspelt, b'"370101199003070000"'):
        data = telling.replace(f'"{number}"'.encode(), wrong)
        assert find_written(data) is None
        with pytest.raises(NotProven) as error:
            parse_entry(data)
        assert error.value.code == "entry-form"


@pytest.mark.parametrize(
    ("build", "more", "added", "wrong"),
    [
        (build_voucher, {"recipients": 12}, b'"recipients":12,', (b"0", b"-1", b'"12"', b"12.0")),
        (build_voucher, {"resolution": "JY-2026-003"}, b'"resolution":"JY-2026-003",', (b'""', b'"JY-3"')),
        (build_voucher, {"fund": "ZX-0001"}, b'"fund":"ZX-0001",', (b'""', b'"zx-0001"')),
        (build_scheme, {"every": "year"}, b'"every":"year",', (b'"month"', b'""', b"null")),
        (build_scheme, {"marker": "jury"}, b'"marker":"jury",', (b'"auditor"', b"null")),
        (build_scheme, {"subject": "grid"}, b'"subject":"grid",', (b'"member"', b'"household"', b"null")),
        (
            build_scheme,
            {"effects": (SchemeEffect(lasts="year", loses="commendation", stars=0),)},
            b'"effects":[{"lasts":"year","loses":"commendation","stars":0}],',
            (b"[]", b"null", b'[{"lasts":"year","loses":"pension","stars":0}]'),
        ),
        (build_limits, {"resolution_fen": 5}, b'"resolution_fen":5,', (b"0", b"null")),
        (
            build_contract,
            {"resolution_number": "JY-2026-003"},
            b'"resolution_number":"JY-2026-003",',
            (b'""',),
        ),
        (
            build_contract,
            {"subject_number": "ZC-0001"},
            b'"subject_number":"ZC-0001",',
            (b'""', b'"HT-0001"'),
        ),
    ],
)
def test_what_came_later_is_left_out_where_it_says_nothing(
    build: Any, more: dict[str, Any], added: bytes, wrong: tuple[bytes, ...]
) -> None:
    silent, telling = (
        format_entry(EntryChain().append(build(Discloser(), **given_))) for given_ in ({}, more)
    )

    assert telling.replace(added, b"") == silent
    assert telling != silent
    for data in (silent, telling):
        assert format_entry(parse_entry(data)) == data
        assert find_written(data) is not None
        verify_look(data)
    key, _, value = added.rstrip(b",").partition(b":")
    for other in wrong:
        data = telling.replace(key + b":" + value, key + b":" + other)
        assert find_written(data) is None
        with pytest.raises(NotProven):
            parse_entry(data)


def test_a_scheme_that_says_everything_is_written_in_one_way() -> None:
    written = format_entry(EntryChain().append(build_weighed_scheme(Discloser())))

    assert format_entry(parse_entry(written)) == written
    assert find_written(written) is not None
    verify_look(written)
    silent = format_entry(EntryChain().append(build_scheme(Discloser())))
    later = (b"component", b"effects", b"every", b"grades", b"marker", b"steps", b"subject")
    assert [key for key in later if b'"' + key in silent] == []
    assert [key for key in later if b'"' + key not in written] == []


def test_an_entry_beyond_its_limit_is_neither_written_nor_read() -> None:
    texts = Discloser()
    lines = tuple(build_points_line(texts, number) for number in range(700))
    entry = msgspec.structs.replace(ENTRIES[10], body=build_points_round(texts, lines=lines))

    with pytest.raises(ValueError, match=str(ENTRY_MAX_BYTES)):
        format_entry(entry)
    with pytest.raises(NotProven) as error:
        parse_entry(encode_value(entry))
    assert error.value.code == "entry-size"
    assert find_written(encode_value(entry)) is None


def verify_look(data: bytes) -> None:
    """What one look takes for an entry is one, and the look read it right."""
    written = find_written(data)
    if written is None:
        return
    entry = parse_entry(data)
    assert written.claim == format_claim(get_claim(entry))
    assert (written.index, written.kind, written.recorded_at) == (entry.index, entry.kind, entry.recorded_at)
    assert (written.previous.decode(), written.village.decode()) == (entry.previous, entry.village)


def _read(data: bytes) -> Entry | None:
    try:
        return parse_entry(data)
    except NotProven:
        return None


def _values(kind: type[Value], **given_: Any) -> st.SearchStrategy[Any]:
    """Values of a struct, its fields drawn from what their types allow."""
    fields = {
        field.name: given_[field.name] if field.name in given_ else _of_field(field)
        for field in msgspec.structs.fields(kind)
    }
    return st.builds(
        kind,
        **{
            name: item if isinstance(item, st.SearchStrategy) else st.just(item)
            for name, item in fields.items()
        },
    )


def _of_field(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    """Values of a field; what may be left out is so half the time."""
    values = _of_type(field.type)
    return values if field.required else st.just(field.default) | values


def _of_type(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of one field: the few shapes that bodies are made of."""
    meta = [item for item in getattr(annotation, "__metadata__", ()) if isinstance(item, msgspec.Meta)]
    base = get_args(annotation)[0] if meta else annotation
    limits = {
        name: getattr(item, name) for item in meta for name in _LIMITS if getattr(item, name) is not None
    }
    if base is bool:
        return st.booleans()
    if base is int:
        return st.integers(limits.get("ge"), limits.get("le"))
    if base is str:
        return (
            st.from_regex(limits["pattern"])
            if "pattern" in limits
            else st.text("abc+/=0", min_size=20, max_size=44)
        )
    if isinstance(base, type) and issubclass(base, Value):
        return _values(base)
    arguments = get_args(base)
    if isinstance(base, UnionType) or get_origin(base) is Union:
        return st.one_of(st.none() if one is type(None) else _of_type(one) for one in arguments)
    if getattr(base, "__origin__", None) is tuple:
        item = _of_type(arguments[0])
        return st.lists(item, min_size=limits.get("min_length", 0), max_size=3).map(tuple)
    return st.sampled_from(arguments)


_LIMITS = ("ge", "le", "min_length", "pattern")
