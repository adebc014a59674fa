"""Rounds of assessment in plain words: organisations with their scores, persons by how many have which grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.books.assessments import AssessmentRound, is_person, name_assessed
from ledger.books.scores import SUBJECT_NAMES
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.assessments import read_scheme
from reports.words import format_count, format_month
from web.i18n import _
from web.public.explain.scores import name_rank
from web.public.explain.telling import Explanation, Fact, Link, Table
from web.site import VillageView


def explain_assessment(view: VillageView, entry: Entry, body: AssessmentRound) -> Explanation:
    scheme, whom = read_scheme(view.reader.facts, body), SUBJECT_NAMES[body.subject]
    sentences = [
        _("按{title}第 {version} 版考评{whom}，到{month}为止。").format(
            month=format_month(entry.period),
            title=read_text(view.texts, scheme.title),
            version=body.version,
            whom=whom,
        )
    ]
    if is_person(body.subject):
        sentences.append(_("考评的是个人：是谁、多少分、扣了什么都不公开，只公开等次。"))
    else:
        sentences.append(_("记分、计数和分数都写在这一条里，谁都可以重新算一遍。"))
    if body.parts > 1:
        sentences.append(
            _("分 {parts} 部分记，这是第 {part} 部分。").format(part=body.part, parts=body.parts)
        )
    counted = Counter(card.stars for card in body.cards)
    return Explanation(
        what=_("考评"),
        title=_("{whom}考评：{count} 张评分卡").format(count=format_count(len(body.cards)), whom=whom),
        sentences=tuple(sentences),
        facts=(
            *(
                Fact(
                    name_rank(view, scheme, stars), _("{count} 个").format(count=format_count(counted[stars]))
                )
                for stars in sorted(counted, reverse=True)
            ),
            *(Fact(_("测评"), one.number, f"/v/{view.code}/ballots/{one.number}") for one in body.ballots),
        ),
        tables=_list_tables(body) if not is_person(body.subject) else (),
        links=tuple(_list_links(f"/v/{view.code}/assessments", entry, body)),
    )


def _list_links(path: str, entry: Entry, body: AssessmentRound) -> Iterator[Link]:
    if body.is_last:
        yield Link(_("这次考评的结果"), f"{path}?subject={body.subject}&month={entry.period}")
    yield Link(_("各项最近的考评"), path)


def _list_tables(body: AssessmentRound) -> tuple[Table, ...]:
    scores = tuple((name_assessed(card.of), str(card.score)) for card in body.cards)
    counts = tuple(
        (name_assessed(one.unit), str(one.events), str(one.closed), str(one.visits)) for one in body.counts
    )
    found = [Table(title=_("分数"), columns=(_("考评谁"), _("分")), rows=scores)] if scores else []
    if counts:
        columns = (_("网格"), _("受理"), _("办结"), _("走访"))
        found.append(Table(title=_("计数"), columns=columns, rows=counts))
    return tuple(found)
