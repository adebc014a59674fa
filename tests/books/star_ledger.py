"""Applications for stars as a small text ledger, run by the rules of the books.

    2026-10-08 declare XJ-2026-001 branch 1 3 2026 | accepted
    2026-10-09 reviewed XJ-2026-001 3 | accepted
    2026-10-10 displayed XJ-2026-001 3 | accepted
    2026-10-15 confirmed XJ-2026-001 3 | star-display
    2026-10-16 confirmed XJ-2026-001 3 | accepted
    2026-12-20 adjusted XJ-2026-001 4 | accepted
    2026-10-12 object YY-2026-0001 XJ-2026-001 | accepted
    2026-10-13 answer YY-2026-0001 | accepted
    2026-10-13 scheme branch | accepted

The last field is `accepted`, or the codes of the faults expected. A supervisor passes each line, the township what is
the township's, and objections; `as secretary declare …` has another one pass it. Somebody objects to an
application's newest entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.books.star_steps import STEP_NAMES, StarDeclared, StarMoved, StarStep, StarSubject
from ledger.data import load_reference
from ledger.entries import Actor, Body, Entry
from ledger.errors import Fault
from ledger.log.commitments import Json, digest_disclosure, parse_disclosure
from ledger.state import MemoryFacts, check_entry, fold_entry
from ledger.state.star_steps import get_star_facts
from tests.builders import (
    CHECKER,
    PASSED_BY,
    Discloser,
    EntryChain,
    build_answer,
    build_branch,
    build_description,
    build_founding,
    build_objection,
    build_scheme,
    make_id,
)

RECORDED_AT = 1_830_268_800_000
"""1 January 2028 in Beijing: the years that the stories tell of are over."""
TOWNSHIP = Actor(role="township", user=CHECKER)
FILE = "ab" * 32


def build_declared(texts: Discloser, subject: StarSubject = "branch", **changes: Any) -> StarDeclared:
    """An application as the desk prepares it."""
    fields: dict[str, Any] = {
        "branch": 1,
        "evidence": texts.publish("支部工作总结、主题党日记录 12 份"),
        "number": "XJ-2026-001",
        "secretary": texts.publish("样大山") if subject == "secretary" else None,
        "stars": 3,
        "subject": subject,
        "words": texts.publish("三会一课全部按期开，办成修路、装路灯两件实事。"),
        "year": "2026",
    }
    return StarDeclared(**(fields | changes))


def build_star_move(texts: Discloser, step: StarStep = "reviewed", **changes: Any) -> StarMoved:
    fields: dict[str, Any] = {
        "by": texts.publish("党员大会"),
        "number": "XJ-2026-001",
        "stars": 3,
        "step": step,
        "words": texts.publish(f"{STEP_NAMES[step]}：材料属实。"),
    }
    return StarMoved(**(fields | changes))


def build_star_story(texts: Discloser) -> Iterator[tuple[Body, dict[str, Any]]]:
    """Yield the five steps of a secretary's star, and the envelope of each."""
    yield build_declared(texts, "secretary", files=(FILE,)), {"occurred_on": "2026-10-08"}
    yield build_star_move(texts, evidence=texts.publish("会议记录")), {"occurred_on": "2026-10-09"}
    yield build_star_move(texts, "displayed"), {"occurred_on": "2026-10-10"}
    yield build_star_move(texts, "confirmed"), {"occurred_on": "2026-10-16", "checkers": (TOWNSHIP,)}
    yield (
        build_star_move(texts, "adjusted", stars=2),
        {"occurred_on": "2026-10-20", "checkers": (TOWNSHIP,)},
    )


class StarLedger:
    """A village with two branches, whose stars are told line by line."""

    def __init__(self) -> None:
        self.texts = Discloser("stars")
        self._chain = EntryChain()
        self._public: list[str] = []
        self.facts = MemoryFacts(lambda index: self._chain.entries[index])
        second = build_branch(self.texts, branch=2, name=self.texts.publish("榴园党支部"))
        for body in (build_founding(), build_description(self.texts), build_branch(self.texts), second):
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
        day, *words = told.split()
        checker = PASSED_BY
        if words[0] in ("confirmed", "adjusted", "object", "answer"):
            checker = TOWNSHIP
        if words[0] == "as":
            role: Any = words[1]
            checker = Actor(role=role, user=CHECKER)
            words = words[2:]
        return self.try_body(self._build(words[0], words[1:]), day, checker)

    def try_body(self, body: Body, on: str, checker: Actor = PASSED_BY) -> list[Fault]:
        entry = self.envelop(body, on, checker)
        faults = check_entry(self.facts, load_reference(), entry)
        if faults:
            self._chain.entries.pop()
        else:
            fold_entry(self.facts, entry)
        return faults

    def envelop(self, body: Body, on: str, checker: Actor = PASSED_BY) -> Entry:
        """Return the body as the next entry, prepared after the years are over."""
        return self._chain.append(
            body, checkers=(checker,), occurred_on=on, period=on[:7], recorded_at=RECORDED_AT
        )

    def list_texts(self) -> dict[str, Json]:
        """Return the public texts so far, by digest."""
        self._public += self.texts.take_public()
        return {digest_disclosure(text): parse_disclosure(text)[1] for text in self._public}

    def _build(self, verb: str, words: list[str]) -> Body:
        step: Any = verb
        match verb:
            case "declare":
                number, subject, branch, stars, year = words
                own: Any = subject
                return build_declared(
                    self.texts, own, branch=int(branch), number=number, stars=int(stars), year=year
                )
            case "object":
                known = get_star_facts(self.facts, words[1])
                index = known.moves[-1].index if known.moves else known.declared
                said = {"contact": "", "objection": make_id("y", index), "wording": "没有这回事"}
                sealed = self.texts.seal(said, "wording")
                return build_objection(self.texts, about=str(index), number=words[0], wording=sealed)
            case "answer":
                return build_answer(self.texts, objection=words[0])
            case "scheme":
                return build_scheme(self.texts, subject=words[0])
            case _:
                return build_star_move(self.texts, step, number=words[0], stars=int(words[1]))
