"""Cases as a small text ledger, run by the rules of the books.

    2026-10-08 open AL-2026-001 B04 WG-0001 | accepted
    2026-10-09 verified AL-2026-001 | accepted
    2026-10-10 assigned AL-2026-001 | accepted
    2026-10-12 handled AL-2026-001 | accepted
    2026-10-13 closed AL-2026-001 | accepted
    2026-10-14 satisfied AL-2026-001 | accepted
    2026-10-14 verified AL-2026-002 | case-unknown

The last field is `accepted`, or the codes of the faults expected. What is private of a case is sealed by itself, and
the days until it is verified and answered are those of its clock. `plainly verified` publishes what is private.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.books.cases import (
    STEP_NAMES,
    CaseConfided,
    CaseMoved,
    CaseOpened,
    CaseRated,
    Rating,
    Step,
    count_terms,
    hide_category,
)
from ledger.data import load_reference
from ledger.entries import Body, Entry
from ledger.errors import Fault
from ledger.log.commitments import Json, digest_disclosure, parse_disclosure
from ledger.state import MemoryFacts, check_entry, fold_entry
from tests.builders import Discloser, EntryChain, build_description, build_founding, make_id
from tests.grids import build_grids

CASE = make_id("q", 0)
RECORDED_AT = 1_798_732_800_000
"""1 January 2027 in Beijing: the year that the stories tell of is over."""
DEFAULT_TERMS = ("2026-10-31", "2026-10-31")


def build_opened(
    texts: Discloser, number: str = "AL-2026-001", code: str = "B04", on: str = "2026-10-28", **changes: Any
) -> CaseOpened:
    """A case as the desk prepares it, of a category by its own code."""
    table = load_reference().cases
    clock = table.find_clock(code, on)
    terms = count_terms(clock, on) if clock is not None else DEFAULT_TERMS
    report = {"case": CASE, "contact": "晚上在家", "kind": code, "wording": "村东路灯不亮"}
    fields: dict[str, Any] = {
        "category": hide_category(table, code),
        "handle_by": terms[1],
        "number": number,
        "report": texts.seal(report, "report"),
        "source": "clerk",
        "verify_by": terms[0],
    }
    return CaseOpened(**(fields | changes))


def build_moved(texts: Discloser, step: Step = "verified", number: str = "AL-2026-001") -> CaseMoved:
    return CaseMoved(case=number, step=step, words=texts.publish(f"{STEP_NAMES[step]}：换了灯泡"))


def build_confided(texts: Discloser, step: Step = "verified", number: str = "AL-2026-002") -> CaseConfided:
    words = texts.seal({"case": CASE, "words": "双方谈过了"}, "words")
    return CaseConfided(case=number, step=step, words=words)


def build_rated(texts: Discloser, number: str = "AL-2026-001", rating: Rating = "satisfied") -> CaseRated:
    return CaseRated(case=number, rater=texts.seal({"case": CASE}, "rater"), rating=rating)


def build_story(texts: Discloser) -> Iterator[Body]:
    """Yield an entry of every kind about cases, each of which may follow the one before on one day."""
    steps: tuple[Step, ...] = ("verified", "assigned", "handled", "closed")
    yield build_opened(texts)
    for step in steps:
        yield build_moved(texts, step)
    yield build_rated(texts)
    yield build_opened(texts, "AL-2026-002", "E01")
    yield build_confided(texts)


class CaseLedger:
    """A village whose cases are told line by line."""

    def __init__(self) -> None:
        self.texts = Discloser("cases")
        self._chain = EntryChain()
        self._public: list[str] = []
        self._private: list[str] = []
        self.facts = MemoryFacts(lambda index: self._chain.entries[index])
        for body in (build_founding(), build_description(self.texts), build_grids(self.texts)):
            fold_entry(self.facts, self._chain.append(body, period="2026-01"))

    def run(self, story: str) -> list[str]:
        """Run the lines; return those that came out otherwise than they say, with what came out."""
        wrong = []
        for line in filter(None, map(str.strip, story.splitlines())):
            told, verdict = line.rsplit("|", 1)
            found = " ".join(fault.code for fault in self.try_line(told)) or "accepted"
            if found != verdict.strip():
                wrong.append(f"{line} -> {found}")
        return wrong

    def try_line(self, told: str) -> list[Fault]:
        """Record a line unless it has faults, which are returned."""
        day, verb, *words = told.split()
        return self.try_body(self._build(day, verb, words), day)

    def try_body(self, body: Body, on: str) -> list[Fault]:
        entry = self.envelop(body, on)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self._chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return faults

    def envelop(self, body: Body, on: str) -> Entry:
        """Return the body as the next entry, prepared after the year is over."""
        return self._chain.append(body, occurred_on=on, period=on[:7], recorded_at=RECORDED_AT)

    def list_texts(self) -> dict[str, Json]:
        """Return the public texts so far, by digest."""
        self._public += self.texts.take_public()
        return _open(self._public)

    def list_opened(self) -> dict[str, Json]:
        """Return the private values so far, by digest."""
        self._private += self.texts.take_private()
        return _open(self._private)

    def _build(self, day: str, verb: str, words: list[str]) -> Body:
        number = words[0]
        if verb == "open":
            grid = words[2] if len(words) > 2 else ""
            return build_opened(self.texts, number, words[1], day, grid=grid)
        match verb:
            case "satisfied" | "unsatisfied":
                return build_rated(self.texts, number, verb)
        is_plain = verb == "plainly"
        step: Any = words[0] if is_plain else verb
        number = words[-1]
        build = build_confided if _is_private(self.facts, number) is not is_plain else build_moved
        return build(self.texts, step, number)


def _open(disclosures: list[str]) -> dict[str, Json]:
    return {digest_disclosure(text): parse_disclosure(text)[1] for text in disclosures}


def _is_private(facts: MemoryFacts, number: str) -> bool:
    return b'"E00"' in (facts.get(f"case/{number}") or b"")
