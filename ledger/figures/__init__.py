"""The figures of a sheet gathered: from facts, entries and public texts to the values that `books`
calculates.

Nothing is calculated here. The same collectors serve the page, the sealing of a sheet and its audit, so
that all three read one number from one place. They need no entry older than those named in `books.figures`.
"""

from __future__ import annotations

from ledger.books.figures import Figures, SheetHead
from ledger.books.law import Deadline, count_days, find_days
from ledger.books.values import SPAN_MONTHS, SheetKind
from ledger.errors import NotFound
from ledger.figures.finance import collect_finance
from ledger.figures.points import collect_points
from ledger.figures.scores import collect_scores
from ledger.figures.spans import collect_span
from ledger.figures.texts import GONE, Texts, read_text
from ledger.figures.villages import describe_village
from ledger.state.facts import Facts, VillageFacts, get_fact
from ledger.state.reference import Reference

__all__ = ["GONE", "Texts", "build_head", "collect_figures", "read_text"]

_DISPLAYS: dict[SheetKind, Deadline] = {
    "finance": "display",
    "points": "display",
    "scores": "branch-display",
    "quarter": "display",
    "year": "display",
}


def build_head(  # noqa: PLR0913  # a head has as many parts; all but three are named
    facts: Facts,
    reference: Reference,
    texts: Texts,
    *,
    kind: SheetKind,
    period: str,
    number: str,
    size: int,
    hung_on: str,
    follows: str,
    replaces: str,
) -> SheetHead:
    """Return the head of a sheet hung on a day, its dates as the law of the village's province asks that day.

    With an empty `number` it is a draft and has no dates; `hung_on` is then ignored. Raises NotFound where
    the log has no founding yet.
    """
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise NotFound("本村的账本（log.founded）")
    described = describe_village(facts, texts, village.code)
    province = village.code[:2]
    return SheetHead(
        display_from=hung_on if number else "",
        display_to=_count(reference, _DISPLAYS[kind], province, hung_on) if number else "",
        follows=follows,
        kind=kind,
        number=number,
        objections_until=_count(reference, "objection", province, hung_on) if number else "",
        period=period,
        replaces=replaces,
        size=size,
        telephone=described.telephone,
        township=described.township,
        village=village.code,
        village_name=described.name,
    )


def collect_figures(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> Figures:
    """Return the figures of the sheet that `head` names."""
    if head.kind == "finance":
        return collect_finance(facts, reference, texts, head)
    if head.kind == "points":
        return collect_points(facts, reference, texts, head)
    if head.kind in SPAN_MONTHS:
        return collect_span(facts, reference, texts, head)
    return collect_scores(facts, reference, texts, head)


def _count(reference: Reference, what: Deadline, province: str, hung_on: str) -> str:
    days = find_days(reference.law, what, province, hung_on)
    if days is None:
        raise NotFound(f"{hung_on} 起公示的期限（{what}）")
    return count_days(hung_on, days)
