"""Whoever is erased is in no unsent sheet, no step back of one, and no reason for which a draft came back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.service.erase import erase_at_machine
from ledger.service.passing import return_drafts
from ledger.service.traces import GONE_REASON
from ledger.service.unsent import ASIDE, Opened, can_step, open_sheet, save_sheet
from ledger.service.workbooks.columns import WORKBOOKS
from ledger.vaults import Draft, Household, Member
from tests.builders import VILLAGE, build_postings, build_voucher, make_id
from tests.homes import VillageHome, open_village

H, OTHER, M = make_id("h", 1), make_id("h", 2), make_id("m", 1)
NAME, NUMBER = "样大山", "0217"
Rows = list[dict[str, str]]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    with open_village(tmp_path / "home") as opened:
        opened.open_books()
        vault = opened.home.vault
        vault.put_households(
            VILLAGE, [make_household(H, NAME, NUMBER), make_household(OTHER, "样小河", "0218")]
        )
        vault.put_members(VILLAGE, [Member(branch=1, member=M, name="样党生", number="0101")])
        yield opened


def make_household(household: str, name: str, number: str) -> Household:
    return Household(consents=frozenset(), group=1, household=household, name=name, number=number)


def write(kind: str, rows: Rows, sheet: int = 0) -> dict[str, list[tuple[str, ...]]]:
    """Rows of a workbook's table by their headers."""
    table = WORKBOOKS[kind].sheets[sheet]
    return {table.name: [tuple(row.get(column.header, "") for column in table.columns) for row in rows]}


def read(village: VillageHome, kind: str, name: str = "") -> tuple[Rows, int]:
    """What of a sheet is filled in, by its headers, and how many places were emptied."""
    kept = open_sheet(village.home, VILLAGE, village.clerk.user, name or kind)
    table = WORKBOOKS[kind].sheets[0]
    rows = kept.state.tables.get(table.name, ())
    headers = [column.header for column in table.columns]
    return [
        {key: cell for key, cell in zip(headers, row, strict=True) if cell} for row in rows
    ], kept.state.gone


def save(village: VillageHome, kind: str, rows: Rows, start: int = 0) -> Opened:
    tables = write(kind, rows)
    return save_sheet(village.home, VILLAGE, village.clerk.user, kind, tables, start=start)


def return_voucher(village: VillageHome, reason: str) -> Draft:
    body = build_voucher(
        village.texts, chart="2023", number="2026-10-001", postings=build_postings(100, debit="513")
    )
    draft = village.draft(body)
    return_drafts(village.home, VILLAGE, [draft.id], village.supervisor.user, reason)
    return draft


def read_reasons(village: VillageHome) -> list[tuple[str, str]]:
    vault = village.home.vault
    drafts = [*vault.list_drafts(VILLAGE, "waiting"), *vault.list_drafts(VILLAGE, "returned")]
    return [(draft.asked, draft.reason) for draft in drafts]


def test_rows_about_somebody_go_and_cells_that_name_them_are_emptied(village: VillageHome) -> None:
    rows = [
        {"户号": NUMBER, "户主": NAME, "规则编号": "B01", "证据": "照片"},
        {"户号": "0218", "户主": "样小河", "规则编号": "B01", "证据": "帮样 大山家收麦"},
        {"户号": "", "户主": NAME, "规则编号": "B02"},
        {"户号": "０２１７", "规则编号": "B03"},
        {"户号": "0219", "户主": "样石头", "规则编号": "B01", "证据": "照片"},
    ]
    save(village, "points", rows)

    erase_at_machine(village.home, VILLAGE, H)

    assert read(village, "points") == (
        [
            {"户号": "0218", "户主": "样小河", "规则编号": "B01"},
            {"户号": "0219", "户主": "样石头", "规则编号": "B01", "证据": "照片"},
        ],
        4,
    )


def test_what_names_nobody_keeps_its_steps_back(village: VillageHome) -> None:
    first = save(village, "points", [{"户号": "0218"}])
    second = save(village, "points", [{"户号": "0218", "规则编号": "B01"}], first.version)

    erase_at_machine(village.home, VILLAGE, H)

    kept = open_sheet(village.home, VILLAGE, village.clerk.user, "points")
    assert (kept.version, kept.state.gone) == (second.version, 0)
    assert can_step(village.home, VILLAGE, village.clerk.user, "points", "back")


def test_an_older_state_and_what_a_second_window_kept_are_gone_through_too(village: VillageHome) -> None:
    home, user = village.home, village.clerk.user
    first = save(village, "points", [{"户号": NUMBER, "户主": NAME}])
    save(village, "points", [{"户号": "0218"}], first.version)
    save_sheet(home, VILLAGE, user, f"points{ASIDE}", write("points", [{"户主": NAME}]), start=0)

    erase_at_machine(home, VILLAGE, H)

    assert read(village, "points") == ([{"户号": "0218"}], 0)
    assert read(village, "points", f"points{ASIDE}") == ([], 1)
    for sheet in ("points", f"points{ASIDE}"):
        assert len(home.vault.list_unsent(VILLAGE, user, sheet)) == 1


def test_a_member_and_a_person_go_the_same_way(village: VillageHome) -> None:
    save(
        village,
        "scores",
        [{"党员编号": "0101", "姓名": "样党生"}, {"党员编号": "0102", "证据": "样党生说的"}],
    )
    person = village.supervisor
    save(village, "vouchers", [{"凭证号": "2026-10-001", "经手人": person.name, "摘要": "购纸"}])

    erase_at_machine(village.home, VILLAGE, M)
    erase_at_machine(village.home, VILLAGE, person.user)

    assert read(village, "scores") == ([{"党员编号": "0102"}], 2)
    assert read(village, "vouchers") == ([{"凭证号": "2026-10-001", "摘要": "购纸"}], 1)


def test_a_reason_that_names_somebody_goes_wherever_it_stands(village: VillageHome) -> None:
    home = village.home
    draft = return_voucher(village, f"{NAME[0]} {NAME[1:]} 家的不对")
    again = msgspec.structs.replace(
        draft, id="d-bbbbbbbbbb", answers=draft.id, asked=f"{NAME}家的不对", state="waiting"
    )
    home.vault.put_drafts(VILLAGE, [again], answers=[draft.id])
    assert read_reasons(village) == [(f"{NAME}家的不对", "")]
    return_drafts(home, VILLAGE, [again.id], village.supervisor.user, f"还是{NAME}的不对")

    erase_at_machine(home, VILLAGE, H)

    assert read_reasons(village) == [(GONE_REASON, GONE_REASON)]
    found = home.vault.find_draft(VILLAGE, again.id)
    assert found is not None
    assert (found.state, found.answers) == ("returned", draft.id)


def test_a_reason_about_others_stays(village: VillageHome) -> None:
    return_voucher(village, "样小河家的不对")

    erase_at_machine(village.home, VILLAGE, H)

    assert read_reasons(village) == [("", "样小河家的不对")]


def test_again_changes_nothing(village: VillageHome) -> None:
    save(village, "points", [{"户号": NUMBER, "户主": NAME}, {"户号": "0218"}])
    erase_at_machine(village.home, VILLAGE, H)
    before = open_sheet(village.home, VILLAGE, village.clerk.user, "points")

    erase_at_machine(village.home, VILLAGE, H)

    assert open_sheet(village.home, VILLAGE, village.clerk.user, "points") == before


def test_nothing_of_it_can_be_read_out_of_any_table_or_file_afterwards(village: VillageHome) -> None:
    """What was kept is encrypted under keys that stay: so its very bytes must be gone, from the write-ahead log too."""
    home = village.home
    first = save(village, "points", [{"户号": NUMBER, "户主": NAME, "证据": "照片"}])
    save(village, "points", [{"户号": NUMBER, "户主": NAME}], first.version)
    return_voucher(village, f"{NAME}家的不对")
    kept = list_bytes(village)
    assert len(kept) == 3
    assert all(data in read_files(home.path) for data in kept)

    erase_at_machine(home, VILLAGE, H)

    assert home.vault.clean(VILLAGE)
    left = read_files(home.path)
    assert not any(data in left for data in kept)
    assert NAME.encode() not in left
    assert not any(NAME.encode() in value for value in open_all(village))


def list_bytes(village: VillageHome) -> list[bytes]:
    with village.home.engines["vault"].connect() as connection:
        rows = connection.exec_driver_sql("SELECT data FROM ciphertexts WHERE kind IN ('unsent', 'reason')")
        return [bytes(data) for (data,) in rows]


def read_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def open_all(village: VillageHome) -> Iterator[bytes]:
    """Every value that the vault can still decrypt; of a sheet, its rows."""
    user = village.clerk.user
    for sheet in village.home.vault.find_unsent(VILLAGE, user):
        for state in open_states(village, sheet):
            yield repr(state).encode()
    yield repr(read_reasons(village)).encode()


def open_states(village: VillageHome, sheet: str) -> list[Opened]:
    return [open_sheet(village.home, VILLAGE, village.clerk.user, sheet)]
