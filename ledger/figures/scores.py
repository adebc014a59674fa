"""The score sheet's figures gathered: every branch's month under the scheme, with their texts."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.books.components import ComponentShare
from ledger.books.figures import ScoreFigures, SheetHead
from ledger.books.score_figures import BranchMonth, ItemTally, SchemeText, build_score_figures
from ledger.books.scores import BranchRegistered, SchemeAdopted, SchemeItem
from ledger.errors import NotProven
from ledger.figures.texts import GONE, Texts, read_text
from ledger.state.facts import BranchFacts, Facts, Tally, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.schemes import find_scheme, get_score_month

_NO_SCHEME = SchemeText(base=0, cuts=(), items={}, scheme="", title="", version=0)


class _Disclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: str
    item: str
    unit: str


def collect_scores(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> ScoreFigures:
    """Return the figures of a month's score sheet.

    Every registered branch is there, also one without a round. Raises NotProven where an item's text is of
    another shape than {group, item, unit}.
    """
    del reference  # Scores follow the branches' own scheme; the law's clocks are in the head.
    scheme = find_scheme(facts, head.period)
    return build_score_figures(
        head,
        _read_scheme(texts, scheme) if scheme else _NO_SCHEME,
        [
            _read_branch(facts, texts, head.period, int(branch), known)
            for branch, known in scan_facts(facts, "branch/", BranchFacts)
        ],
    )


def _read_scheme(texts: Texts, scheme: SchemeAdopted) -> SchemeText:
    return SchemeText(
        base=scheme.base,
        components=tuple(
            ComponentShare(
                code=one.code,
                title=read_text(texts, one.text),
                voted=one.source == "ballot",
                weight=one.weight,
            )
            for one in scheme.components or ()
        ),
        cuts=scheme.stars,
        every=scheme.every or "",
        grades=tuple(read_text(texts, name) for name in scheme.grades or ()),
        items={item.code: read_item(texts, item) for item in scheme.items},
        scheme=scheme.scheme,
        title=read_text(texts, scheme.title),
        version=scheme.version,
    )


def read_item(texts: Texts, item: SchemeItem) -> str:
    """Return what an item is for, GONE where it was deleted by law; NotProven where it is of another shape."""
    value: Any = texts(item.text.text)
    if value is None:
        return GONE
    try:
        return msgspec.convert(value, _Disclosed).item
    except msgspec.ValidationError as error:
        raise NotProven(f"考评项目 {item.code} 公开的文字不成样子：{error}", code="text-kind") from error


def _read_branch(facts: Facts, texts: Texts, period: str, branch: int, known: BranchFacts) -> BranchMonth:
    month = get_score_month(facts, period, branch)
    at = known.find_before(month.rounds[0]) if month.rounds else known.index
    body = read_body(facts, at, BranchRegistered)
    return BranchMonth(
        branch=branch,
        items=tuple(
            ItemTally(code=code, marks=tally.lines, points=tally.points, quantity=tally.quantity)
            for code, tally in scan_facts(facts, f"mark/{period}/{branch:02d}/", Tally)
        ),
        members=len(body.members),
        name=read_text(texts, body.name),
        rounds=len(month.rounds),
        sealed_marks=month.sealed_marks,
        sealed_points=month.sealed_points,
        stars=dict(month.stars),
    )
