"""Drafts of members' rounds: marks, cards, and what each component of a card is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger.books.components import Marked, assess
from ledger.books.scores import ScoreRound
from ledger.service.opened_drafts import OpenedDraft, OpenedLine
from ledger.service.preview import preview_cards, preview_components, preview_mark, preview_rank
from ledger.state.appraisals import read_ballots
from ledger.state.marks import weigh_member
from ledger.state.private import CardSubject
from ledger.state.schemes import list_items, list_schemes


def tell_scores(opened: OpenedDraft, body: ScoreRound) -> Iterator[str]:
    yield opened.draft.label
    items = list_items(opened.reader.facts, body.version)
    lines = opened.list_marks(body)
    for whose, code, quantity, evidence in opened.show_lines(lines):
        title = opened.read_part(items[code].text, "item")
        yield preview_mark(whose, items[code], title, quantity, evidence)
    yield from opened.tell_sealed(len(body.sealed_lines))
    for one in body.ballots or ():
        yield f"　部分 {one.component} 用测评 {one.number}"
    if opened.view.is_whole("sealed"):
        yield from _tell_cards(opened, body, lines)


def _tell_cards(opened: OpenedDraft, body: ScoreRound, lines: Sequence[OpenedLine]) -> Iterator[str]:
    scheme = next(one for one in list_schemes(opened.reader.facts) if one.version == body.version)
    titles = {one.code: opened.read(one.text) for one in scheme.components or ()}
    ballots = read_ballots(opened.reader.facts, body.ballots or ())
    points = {item.code: item.points for item in scheme.items}
    marks: defaultdict[str, list[Marked]] = defaultdict(list)
    for line in lines:
        marks[line.about].append(Marked(line.code, points[line.code] * line.quantity))
    told = []
    for card in body.cards:
        for item in opened.open(card.subject.sealed, CardSubject):
            earned = preview_rank(scheme, card.stars, opened.read)
            given = weigh_member(item.rows, ballots)
            # Marks of a round in parts may stand in another one.
            if titles and body.parts == 1 and given is not None:
                earned += preview_components(assess(scheme, marks[item.member], given.ballots), titles)
            told.append((opened.name(item.member), item.score, earned))
    marked = {opened.name(line.about) for line in lines} if body.parts == 1 else {one[0] for one in told}
    yield from preview_cards(sorted(told), marked)
