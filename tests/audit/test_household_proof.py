"""What a household carries away: held against the card, and against every change of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from ledger.audit import audit_household
from ledger.canonical import encode_value
from ledger.cli import root
from ledger.config import Config
from ledger.entries import Actor, Claim
from ledger.errors import NotProven
from ledger.evidence import open_texts
from ledger.figures.households import AnnexedAt, HouseholdYear, collect_household
from ledger.home import create_home
from ledger.household_proof import parse_household_proof, verify_household_proof
from ledger.limits import EVIDENCE_MAX_BYTES
from ledger.log.commitments import Json, make_disclosure
from ledger.service.cards import describe_household, prove_household
from ledger.service.found import found_village, make_origin
from ledger.service.persons import add_person
from ledger.service.record import Passed, record_claims
from ledger.service.sheets import read_texts
from ledger.service.withdrawing import withdraw_consents
from ledger.state.awards import list_added
from ledger.vaults import Household
from tests.builders import VILLAGE, make_id
from tests.fakes import FakeClock, SeededEntropy
from tests.homes import VillageHome, open_village
from tests.rewards import build_annex

H = [make_id("h", number) for number in range(4)]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    """October's round: three households with a line each, of which one was taken back; the first has a deduction."""
    with open_village(tmp_path_factory.mktemp("cards") / "home") as opened:
        opened.record_named_points()
        yield opened


def prove(village: VillageHome, household: str = H[0], year: str = "2026") -> bytes:
    with village.home.ledger.read(VILLAGE) as reader:
        return prove_household(village.home, reader, VILLAGE, household, year)


def change(data: bytes, **changes: object) -> bytes:
    return encode_value(msgspec.structs.replace(parse_household_proof(data), **changes))


def refuse(data: bytes, **options: str) -> str:
    with pytest.raises(NotProven) as error:
        verify_household_proof(data, **options)
    return error.value.code


def test_the_file_proves_the_households_lines_and_no_others(village: VillageHome) -> None:
    data = prove(village)

    proven = verify_household_proof(data)
    with village.home.ledger.read(VILLAGE) as reader:
        assert proven.year == describe_household(village.home, reader, VILLAGE, H[0], "2026").year
    assert (proven.village, proven.household) == (VILLAGE, H[0])
    for other in H[1:3]:
        assert other.encode() not in data
    said = audit_household(data).proven
    assert any("D01" in line and "-2 分" in line and "依据：照片" in line for line in said)
    assert said[-1] == f"2026 年一共 {proven.year.points} 分，已冲销的不算"


def test_a_year_without_rounds_proves_the_agreement_alone(village: VillageHome) -> None:
    proven = verify_household_proof(prove(village, year="2025"))

    assert proven.year.lines == ()
    assert len(proven.year.agreements) == 1
    assert proven.year.registered_at > 0


def test_every_change_of_the_file_is_found(village: VillageHome) -> None:
    data, other = prove(village), prove(village, H[1])
    proof, strange = parse_household_proof(data), parse_household_proof(other)

    assert refuse(data.replace(b'"v":1', b'"v":1 ')) == "evidence-form"
    assert refuse(b"[]") == "evidence-form"
    with pytest.raises(NotProven, match=r"^文件里的内容 \S+ 不是这一户的$"):
        verify_household_proof(change(data, household=H[1]))
    assert refuse(change(data, disclosures=strange.disclosures)) == "proof-household"
    assert refuse(change(data, disclosures=(*proof.disclosures, make_strange()))) == "evidence-text"
    assert refuse(change(data, entries=proof.entries[:-1])) in {"evidence-missing", "evidence-text"}
    assert refuse(change(data, texts=proof.texts[1:])) == "evidence-text"
    assert refuse(change(data, disclosures=())) == "evidence-missing"
    shifted = msgspec.structs.replace(
        proof.entries[-1], bytes=proof.entries[-1].bytes.replace("2026-10-28", "2026-10-27")
    )
    assert refuse(change(data, entries=(*proof.entries[:-1], shifted))) == "inclusion-root"
    assert refuse(data, trusted_key="strange+00000000+AAAA") == "key-differs"


def test_a_file_too_large_is_not_read(village: VillageHome) -> None:
    assert refuse(prove(village) + b" " * EVIDENCE_MAX_BYTES) == "evidence-size"


def test_what_folds_into_nothing_proves_nothing(village: VillageHome) -> None:
    """Without the founding there is no log that the lines could be of."""
    proof = parse_household_proof(prove(village))

    assert refuse(change(prove(village), entries=(), texts=(), disclosures=())) == "evidence-figures"
    assert proof.entries[0].index == 0
    assert refuse(change(prove(village), entries=proof.entries[1:])) == "evidence-figures"


def test_a_household_that_nothing_is_known_of_proves_whose_log_it_is(tmp_path: Path) -> None:
    """Before a description the village's code stands for its name."""
    home = create_home(tmp_path / "home", Config(), clock=FakeClock(), entropy=SeededEntropy("home"))
    with closing(home):
        home.keys.create(VILLAGE, make_origin(home.entropy), home.entropy.take(32))
        clerk = add_person(home, VILLAGE, "样例甲", "clerk")
        found_village(home, VILLAGE, home.keys.get_signer(VILLAGE).origin, "2023", clerk.user)
        home.vault.put_households(
            VILLAGE, [Household(consents=frozenset(), group=1, household=H[0], name="样例", number="0001")]
        )
        with home.ledger.read(VILLAGE) as reader:
            data = prove_household(home, reader, VILLAGE, H[0], "2026")
    proven, said = verify_household_proof(data), audit_household(data)

    assert (proven.village_name, proven.year.registered_at, proven.year.agreements) == (VILLAGE, 0, ())
    assert said.proven == ("2026 年一共 0 分，已冲销的不算",)


def test_a_value_of_another_shape_is_no_line(village: VillageHome) -> None:
    """Whatever is kept under a digest of the log, only what FORMAT.md calls a line is one."""
    data = prove(village)
    opened = open_texts(parse_household_proof(data).disclosures)
    with village.home.ledger.read(VILLAGE) as reader:
        found = collect_household(reader.facts, read_texts(reader), dict.fromkeys(opened, "strange"), "2026")

    assert found == HouseholdYear((), (), 0, (), "2026")


def test_what_a_household_withdrew_is_told_in_its_place(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.record_named_points()
        at = withdraw_consents(village.home, VILLAGE, H[0], ("display",), village.clerk.user).index
        again = withdraw_consents(village.home, VILLAGE, H[0], ("scoring",), village.clerk.user).index
        data = prove(village)

    told = audit_household(data).proven
    assert told[2:4] == (f"第 {at} 条：撤回了同意公示", f"第 {again} 条：撤回了同意积分、同意公示、同意署名")
    assert {at, again} <= set(verify_household_proof(data).indexes)


def make_strange() -> str:
    """A value of the household that is in no entry."""
    return make_disclosure(bytes(32), "subject", {"household": H[0]})


def test_the_command_says_what_the_file_proves(village: VillageHome, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    path.write_bytes(prove(village))

    result = CliRunner().invoke(root, ["audit", str(path)])
    assert result.exit_code == 0, result.output
    assert "D01" in result.output
    assert "全部对得上" in result.output
    assert "不能说没有漏" in result.output

    path.write_bytes(path.read_bytes().replace(b'"year":"2026"', b'"year":"2025"'))
    assert CliRunner().invoke(root, ["audit", str(path)]).exit_code == 1
    with_log = CliRunner().invoke(root, ["audit", str(path), "--checkpoint", str(path)])
    assert "checkpoint-needs-log" in str(with_log.exception)


def test_a_line_of_an_annex_is_proven_and_a_wrong_one_refused(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        village.open_books()
        village.record_named_points()
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("points", "2026-10")
        with village.home.ledger.read(VILLAGE) as reader:
            find = partial(village.home.vault.find_private, VILLAGE)
            added, size = list_added(reader.facts, "2026-10", reader.size, find)[0], reader.size
        points = [added[one] for one in H[:3]]
        values: list[Json] = [
            {"household": one, "number": f"00{at}", "points": points[at] + 2 * (at == 1)}
            for at, one in enumerate(H[:3])
        ]
        lines = tuple(
            sorted((village.texts.seal(value, "line") for value in values), key=lambda line: line.sealed)
        )
        body = build_annex(village.texts, bands=(), households=3, lines=lines, size=size)
        claim = Claim(
            body=body,
            kind="points.annexed",
            maker=Actor(role="clerk", user=village.clerk.user),
            occurred_on="2026-11-02",
            period="2026-10",
            village=VILLAGE,
        )
        passed = Passed(checkers=(), claim=claim, private=village.texts.take_private())
        (receipt,) = record_claims(village.home, VILLAGE, [passed])

        (annexed,) = verify_household_proof(prove(village)).year.annexed
        assert annexed == AnnexedAt(receipt.index, "000", "2026-10", points[0], "2026-10-P-1")
        assert f"第 {receipt.index} 条：2026-10 公开表 2026-10-P-1 的附页列了这一户：户号 000" in "".join(
            audit_household(prove(village)).proven
        )
        with pytest.raises(NotProven) as error:
            verify_household_proof(prove(village, H[1]))
        assert (error.value.code, error.value.reason) == (
            "proof-annex",
            f"第 {receipt.index} 条附页上的 {points[1] + 2} 分，由各笔加分算出是 {points[1]} 分",
        )
        assert verify_household_proof(prove(village, year="2025")).year.annexed == ()
