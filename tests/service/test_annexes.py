"""The annex from sealing to paper: who stands there, who proves the own line, and who is taken down again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.audit import audit_household, audit_log
from ledger.books.honours import HonoursGranted
from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven, Refused, format_fault
from ledger.household_proof import parse_household_proof, verify_household_proof
from ledger.service.annexes import AnnexPaper, build_annex_job, seal_annex
from ledger.service.cards import describe_household, prove_household
from ledger.service.erase import erase_subject
from ledger.service.withdrawing import withdraw_consents
from ledger.sources import open_home_log
from reports.annex import render_annex
from tests.builders import (
    VILLAGE,
    build_agreements,
    build_postings,
    build_rule,
    build_rulebook,
    build_voucher,
)
from tests.homes import VillageHome, open_village
from tests.reports.printed import read_text
from tests.rewards import ANNEXED as H
from tests.rewards import DISPLAYED, NUMBERS, live_with_points

MONTH = "2026-10"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[VillageHome]:
    """Eighteen households agreed to scoring, twelve have two points in October, six of these agreed to be displayed."""
    with open_village(tmp_path / "home") as opened:
        live_with_points(opened)
        yield opened


def seal(village: VillageHome) -> None:
    village.seal("points", MONTH)
    assert seal_annex(village.home, VILLAGE, MONTH, maker=village.clerk.user) is not None


def read_paper(village: VillageHome) -> AnnexPaper:
    with village.home.ledger.read(VILLAGE) as reader:
        laid = build_annex_job(village.home, reader, VILLAGE, MONTH, "https://mb.example.cn")
    return msgspec.json.decode(laid.job.content, type=AnnexPaper)


def prove(village: VillageHome, household: str = H[0]) -> bytes:
    with village.home.ledger.read(VILLAGE) as reader:
        return prove_household(village.home, reader, VILLAGE, household, "2026")


def list_findings(village: VillageHome) -> list[str]:
    with open_home_log(village.home, VILLAGE) as source:
        report = audit_log(source, village.home.reference, now_ms=village.clock.now_ms())
        return [finding.code for finding in report.findings]


def test_the_annex_comes_after_its_sheet_and_once(village: VillageHome) -> None:
    with pytest.raises(Refused) as refused:
        seal_annex(village.home, VILLAGE, MONTH, maker=village.clerk.user)
    assert [format_fault(fault) for fault in refused.value.faults] == [
        (
            "2026-10 村民积分公开表的附页：现为公开表还没有封存，应为先封存公开表。"
            "附页同公开表一起挂：先封存当月的村民积分公开表。（annex-unsealed）"
        )
    ]
    with pytest.raises(NotFound):
        read_paper(village)

    seal(village)
    with village.home.ledger.read(VILLAGE) as reader:
        size = reader.size
    seal_annex(village.home, VILLAGE, MONTH, maker=village.clerk.user)
    with village.home.ledger.read(VILLAGE) as reader:
        assert reader.size == size
    with pytest.raises(Refused):
        seal_annex(village.home, VILLAGE, MONTH, maker="u-aaaaaaaaaa")


def test_the_paper_has_lines_by_number_and_the_log_none_of_it(village: VillageHome) -> None:
    seal(village)
    paper = read_paper(village)

    assert [(line.number, line.points) for line in paper.lines] == [
        (number, 2) for number in NUMBERS[:DISPLAYED]
    ]
    assert [(band.name, band.households) for band in paper.bands] == [("0 分", 6), ("1 分及以上", 12)]
    assert (paper.households, paper.taken_down) == (18, 0)
    with village.home.ledger.read(VILLAGE) as reader:
        data = b"".join(reader.iterate_entries(0, reader.size))
    for secret in (*NUMBERS, *H, "样例"):
        assert secret.encode() not in data
    assert list_findings(village) == []


def test_the_household_proves_its_own_line_offline(village: VillageHome) -> None:
    seal(village)
    data = prove(village)
    (annexed,) = verify_household_proof(data).year.annexed
    assert (annexed.number, annexed.points, annexed.sheet) == (NUMBERS[0], 2, "2026-10-P-1")
    assert any(NUMBERS[0] in said and "附页" in said for said in audit_household(data).proven)
    with village.home.ledger.read(VILLAGE) as reader:
        card = describe_household(village.home, reader, VILLAGE, H[0], "2026")
        assert card.year.annexed == (annexed,)
        assert describe_household(village.home, reader, VILLAGE, H[DISPLAYED], "2026").year.annexed == ()

    proof = parse_household_proof(data)
    for place, item in enumerate(proof.entries):
        shifted = msgspec.structs.replace(
            item, bytes=item.bytes.replace('"households":18', '"households":19')
        )
        if shifted == item:
            continue
        entries = (*proof.entries[:place], shifted, *proof.entries[place + 1 :])
        with pytest.raises(NotProven):
            verify_household_proof(encode_value(msgspec.structs.replace(proof, entries=entries)))
        break
    else:
        raise AssertionError("the annex is not in the file")
    for place in range(len(proof.disclosures)):
        text = proof.disclosures[place]
        changed = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
        disclosures = (*proof.disclosures[:place], changed, *proof.disclosures[place + 1 :])
        with pytest.raises(NotProven):
            verify_household_proof(encode_value(msgspec.structs.replace(proof, disclosures=disclosures)))


def test_whoever_is_erased_is_taken_down_and_the_audit_stays_clean(village: VillageHome) -> None:
    seal(village)
    erase_subject(village.home, VILLAGE, H[2])

    paper = read_paper(village)
    assert [line.number for line in paper.lines] == [*NUMBERS[:2], *NUMBERS[3:DISPLAYED]]
    assert paper.taken_down == 1
    assert list_findings(village) == []


def test_whoever_agrees_no_more_is_taken_down(village: VillageHome) -> None:
    seal(village)
    november = {"period": "2026-11", "occurred_on": "2026-11-02"}
    village.record(build_rulebook(village.texts, rules=(build_rule(village.texts),), version=2), **november)
    no = {"display": False, "household": H[0], "naming": False, "scoring": True}
    village.record(
        build_agreements(
            village.texts,
            1,
            agreements=(village.texts.seal(no, "agreement"),),
            display=0,
            naming=0,
            scoring=1,
            version=2,
        ),
        **november,
    )

    paper = read_paper(village)
    assert [line.number for line in paper.lines] == NUMBERS[1:DISPLAYED]
    assert paper.taken_down == 1
    assert list_findings(village) == []


def test_the_printed_annex_shows_what_stands_and_what_was_taken_down(village: VillageHome) -> None:
    seal(village)
    erase_subject(village.home, VILLAGE, H[1])
    with village.home.ledger.read(VILLAGE) as reader:
        laid = build_annex_job(village.home, reader, VILLAGE, MONTH, "https://mb.example.cn")
    assert laid.households == {H[at] for at in (0, 2, 3, 4, 5)}

    text = read_text(render_annex(laid.job))
    assert all(number in text for number in (NUMBERS[0], *NUMBERS[2:DISPLAYED]))
    assert all(number not in text for number in (NUMBERS[1], *NUMBERS[DISPLAYED:]))
    for said in ("2026-10-P-1", "已取下", "同意公示的各户", "1分及以上"):
        assert said in text


def list_printed(village: VillageHome) -> frozenset[str]:
    """The households about whom the annex says something, as it would be printed now."""
    with village.home.ledger.read(VILLAGE) as reader:
        return build_annex_job(village.home, reader, VILLAGE, MONTH, "").households


def test_the_printed_annex_names_who_was_honoured_and_agreed_to_be_named(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as praised:

        def grant() -> HonoursGranted:
            paid = build_postings(500, debit="513", credit="102")
            # Months before the first voucher are over.
            praised.record(build_voucher(praised.texts, chart="2023", postings=paid))
            holders = [
                praised.texts.seal({"household": one, "name": "", "naming": False}, "holder") for one in H[:3]
            ]
            return HonoursGranted(
                granted_to="household",
                holders=tuple(sorted(holders, key=lambda item: item.sealed)),
                honour="H01",
                number="RY-2026-001",
                span="quarter",
                title=praised.texts.publish("季度积分优胜户"),
                until="2026-09",
            )

        live_with_points(praised, grant=grant)
        seal(praised)
        (honour,) = read_paper(praised).honours
        assert (honour.names, honour.others, honour.title) == (("样例0",), 2, "季度积分优胜户")
        with praised.home.ledger.read(VILLAGE) as reader:
            laid = build_annex_job(praised.home, reader, VILLAGE, MONTH, "https://mb.example.cn")
        text = read_text(render_annex(laid.job))
        for said in ("这个月表彰的", "样例0", "季度积分优胜户还有2户没有同意署名，不写名字。"):
            assert said in text
        assert not any(f"样例{at}" in text for at in range(1, len(H)))

        # Whoever is named is among those about whom it is printed, also without a line.
        withdraw_consents(praised.home, VILLAGE, H[0], ("display",), praised.clerk.user)
        assert H[0] in list_printed(praised)

        withdraw_consents(praised.home, VILLAGE, H[0], ("naming",), praised.clerk.user)

        assert H[0] not in list_printed(praised)
        (honour,) = read_paper(praised).honours
        assert (honour.names, honour.others) == ((), 3)
        assert list_findings(praised) == []


def test_too_few_have_no_annex(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as few:
        few.open_books()
        few.record_points()
        few.go_to("2026-11-02")
        few.close(MONTH)
        few.seal("points", MONTH)
        assert seal_annex(few.home, VILLAGE, MONTH, maker=few.clerk.user) is None
