"""Gathering: heads with the law's dates, texts that are gone, handlers masked, corrections as known at a size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.books.figures import SheetHead
from ledger.books.law import Law
from ledger.books.values import SHEET_KINDS, PublicText, SheetKind
from ledger.data import load_reference
from ledger.errors import NotFound, NotProven
from ledger.figures import GONE, build_head, collect_figures, read_text
from ledger.figures.finance import collect_finance
from ledger.log.commitments import open_disclosure
from ledger.state import MemoryFacts, Reference, fold_entry
from ledger.state.facts import EntryAt, key_at, put_fact
from tests.books.text_ledger import TextLedger
from tests.builders import VILLAGE, Discloser, EntryChain, build_description, build_founding

STORY = """
2026-10-01 open | debit 101 库存现金 2,000.00 | credit 301 资本 2,000.00 | accepted
2026-10-03 voucher 001 | debit 51302 办公费 352.00 | credit 101 库存现金 352.00 | 购办公用纸 | accepted
2026-11-02 close 2026-10 | accepted
2026-11-03 reversal 001 of 2026-10-001 | debit 51302 -352.00 | credit 101 -352.00 | 金额录错 | accepted
"""


def tell_story() -> TextLedger:
    ledger = TextLedger()
    assert ledger.run(STORY) == []
    return ledger


def build(facts: MemoryFacts, texts: dict[str, object], **changes: object) -> SheetHead:
    values: dict[str, object] = {
        "kind": "finance",
        "period": "2026-10",
        "number": "2026-10-F-1",
        "size": 5,
        "hung_on": "2026-11-05",
        "follows": "",
        "replaces": "",
    }
    return build_head(facts, load_reference(), texts.get, **(values | changes))


def test_a_head_has_the_dates_of_the_law_as_the_document_works_them_out() -> None:
    document = (Path(__file__).parents[2] / "reports" / "SHEETS.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\d{4}-\d\d-\d\d) \| (\d{4}-\d\d-\d\d) \|$", document, re.MULTILINE)
    heads = [build(tell_story().facts, {}, kind=kind, hung_on="2026-11-05") for kind in SHEET_KINDS]

    assert told == [(head.kind, head.display_to, head.objections_until) for head in heads]


@pytest.mark.parametrize(("kind", "display_to"), [("points", "2026-11-20"), ("scores", "2026-11-10")])
def test_a_head_names_its_sheet_and_those_before_it(kind: SheetKind, display_to: str) -> None:
    head = build(tell_story().facts, {}, kind=kind, follows="2026-09-F-1", replaces="2026-10-F-1")

    assert (head.display_from, head.display_to, head.objections_until) == (
        "2026-11-05",
        display_to,
        "2026-11-10",
    )
    assert (head.kind, head.period, head.number, head.size) == (kind, "2026-10", "2026-10-F-1", 5)
    assert (head.follows, head.replaces, head.village) == ("2026-09-F-1", "2026-10-F-1", VILLAGE)


def test_a_draft_has_no_dates() -> None:
    head = build(tell_story().facts, {}, number="", hung_on="2026-11-05")

    assert (head.number, head.display_from, head.display_to, head.objections_until) == ("", "", "", "")


def test_before_the_first_description_the_code_stands_for_the_name() -> None:
    head = build(tell_story().facts, {})

    assert (head.village_name, head.township, head.telephone) == (VILLAGE, "", "")


def test_the_newest_description_is_shown_and_deleted_texts_say_so() -> None:
    texts, chain = Discloser(), EntryChain()
    facts = MemoryFacts(chain.entries.__getitem__)
    bodies = [
        build_founding(),
        build_description(texts),
        build_description(texts, name=texts.publish("石榴新村")),
    ]
    for body in bodies:
        fold_entry(facts, chain.append(body))
    disclosures = texts.take_public()
    known = {digest: open_disclosure(text, digest)[1] for text, digest in _pair(disclosures, chain)}

    full = build(facts, known)
    gone = build(facts, {})

    assert (full.village_name, full.township, full.telephone) == (
        "石榴新村",
        "样例县石榴镇",
        "0000-0000000",
    )
    assert (gone.village_name, gone.township, gone.telephone) == (GONE, GONE, GONE)


def _pair(disclosures: tuple[str, ...], chain: EntryChain) -> list[tuple[str, str]]:
    """Each disclosure with the digest that a description names."""
    pairs = []
    for entry in chain.entries[1:]:
        for name in ("name", "township", "telephone"):
            digest = getattr(entry.body, name).text
            for text in disclosures:
                try:
                    open_disclosure(text, digest)
                except NotProven:
                    continue
                pairs.append((text, digest))
    return pairs


def test_a_log_without_founding_has_no_sheet() -> None:
    facts = MemoryFacts([].__getitem__)
    head = build(tell_story().facts, {})

    with pytest.raises(NotFound):
        build(facts, {})
    with pytest.raises(NotFound):
        collect_finance(facts, load_reference(), {}.get, head)


def test_a_law_without_a_clock_hangs_no_sheet() -> None:
    known = load_reference()
    reference = Reference(charts=known.charts, law=Law(rules=()), roles=known.roles)

    with pytest.raises(NotFound, match="2026-11-05"):
        build_head(
            tell_story().facts,
            reference,
            {}.get,
            kind="finance",
            period="2026-10",
            number="2026-10-F-1",
            size=5,
            hung_on="2026-11-05",
            follows="",
            replaces="",
        )


def test_deleted_texts_say_so_on_every_line() -> None:
    ledger = tell_story()
    for digest in list(ledger.texts):
        del ledger.texts[digest]

    october, november = ledger.get_figures("2026-10"), ledger.get_figures("2026-11")

    assert [(move.handler, move.summary) for move in october.moves] == [(GONE, GONE)]
    assert [move.summary for move in november.moves] == [f"冲销 2026-10-001 号凭证：{GONE}"]
    assert [correction.reason for correction in october.corrections] == [GONE]


def test_what_is_disclosed_must_be_a_text() -> None:
    with pytest.raises(NotProven) as caught:
        read_text({"a": 5}.get, PublicText(text="a"))

    assert caught.value.code == "text-kind"
    assert str(caught.value) == "承诺值 a 公开的不是一段文字"


def test_a_later_correction_counts_only_from_its_size_on() -> None:
    ledger = tell_story()

    assert ledger.get_figures("2026-10", size=4).corrections == ()
    assert len(ledger.get_figures("2026-10", size=5).corrections) == 1


def test_facts_that_point_at_another_kind_are_a_mistake_of_ours() -> None:
    ledger = tell_story()
    put_fact(ledger.facts, f"correction/2026-10/{key_at(2)}", EntryAt(index=2))

    with pytest.raises(TypeError, match="entry 2 corrects nothing"):
        ledger.get_figures("2026-10")

    put_fact(ledger.facts, "voucher/2026-10-002", EntryAt(index=3))
    with pytest.raises(TypeError, match=r"period\.closed is no voucher"):
        ledger.get_figures("2026-10")


@pytest.mark.parametrize("kind", ["points", "scores"])
def test_every_kind_has_its_collector(kind: SheetKind) -> None:
    ledger = tell_story()
    head = build(ledger.facts, {}, kind=kind)

    try:
        figures = collect_figures(ledger.facts, load_reference(), ledger.texts.get, head)
    except NotFound:  # Nothing of this kind was adopted in this village.
        return

    assert figures.head == head
