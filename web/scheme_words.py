"""What a scheme says in plain words, of whoever reads its texts: the public page of schemes and the desk's room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.books.scores import (
    OWN_HONOUR_NAMES,
    SCORE_MAX,
    SPAN_NAMES,
    SUBJECT_NAMES,
    Counts,
    SchemeAdopted,
    SchemeComponent,
    SchemeItem,
    Subject,
    get_span,
    get_subject,
)
from ledger.books.values import PublicText
from ledger.figures import GONE, read_text
from ledger.figures.texts import Texts
from reports.words import format_count, format_signed, name_rank
from web.i18n import _

UNITS: dict[Subject, str] = {
    "branch": _("个"),
    "grid": _("个"),
    "grid-worker": _("名"),
    "member": _("名"),
    "secretary": _("名"),
}
"""By what each kind of subject is counted."""
_MEASURES: dict[Counts, str] = {
    "closing-rate": _("办结率到 {target}% 得 {points} 分"),
    "events": _("办理 {target} 件得 {points} 分"),
    "visits": _("走访 {target} 次得 {points} 分"),
}


@dataclass(frozen=True)
class ItemRow:
    """One item: `limit` is the most that it adds or takes."""

    code: str
    item: str
    limit: str
    points: str


@dataclass(frozen=True)
class ComponentRow:
    """One component with its items, or all items where a scheme has no components: then `weight` is empty."""

    how: tuple[str, ...]
    items: tuple[ItemRow, ...]
    name: str
    weight: str


@dataclass(frozen=True)
class RankRow:
    """A grade, or so many stars, and from which score on."""

    name: str
    since: str


@dataclass(frozen=True)
class SchemeTerms:
    """A scheme whole: `short` says it in a line, `sentences` how a score comes about."""

    components: tuple[ComponentRow, ...]
    effects: tuple[str, ...]
    ranks: tuple[RankRow, ...]
    sentences: tuple[str, ...]
    short: str


def tell_terms(texts: Texts, body: SchemeAdopted) -> SchemeTerms:
    """Return what a scheme says, with the texts that `texts` knows."""
    return SchemeTerms(
        components=tuple(_list_components(texts, body)),
        effects=tuple(_tell_effects(texts, body)),
        ranks=tuple(_list_ranks(texts, body)),
        sentences=tuple(_tell(body)),
        short=_tell_short(texts, body),
    )


def name_scheme_rank(texts: Texts, body: SchemeAdopted, stars: int) -> str:
    """Return so many stars, or the grade of that rank, as one reads it."""
    for number, cut in enumerate(body.stars if body.grades else ()):
        if cut.stars == stars and body.grades:
            return read_text(texts, body.grades[number])
    return name_rank("", stars)


def _tell_short(texts: Texts, body: SchemeAdopted) -> str:
    """Return a scheme in a line: how often, by what, and what comes of it."""
    names = [name_scheme_rank(texts, body, cut.stars) for cut in body.stars]
    if body.grades is None:
        ranks = _("{least}到{most}").format(least=names[0], most=names[-1])
    else:
        ranks = "、".join(reversed(names))
    by = "、".join(f"{read_text(texts, one.text)} {one.weight}%" for one in body.components or ())
    return _("每{span}一次，{by}，评{ranks}").format(
        by=by or _("从 {base} 分起，{count} 个项目").format(base=body.base, count=len(body.items)),
        ranks=ranks,
        span=SPAN_NAMES[get_span(body)],
    )


def _tell(body: SchemeAdopted) -> Iterator[str]:
    unit, whom = UNITS[get_subject(body)], SUBJECT_NAMES[get_subject(body)]
    if body.components is None:
        words = _("每{unit}{whom}每{span}从 {base} 分起，按下面的项目加减，最低 0 分，最高 {most} 分。")
    else:
        words = _(
            "每{unit}{whom}每{span}评一次：下面 {parts} 个部分各得 0 到 {most} 分，按比例合成，四舍五入到整分。"
        )
    yield words.format(
        base=body.base,
        most=SCORE_MAX,
        parts=len(body.components or ()),
        span=SPAN_NAMES[get_span(body)],
        unit=unit,
        whom=whom,
    )
    if any(one.source == "ballot" for one in body.components or ()):
        yield _("该测评的没有测评，就不出分数，不当 0 分算。")


def _tell_effects(texts: Texts, body: SchemeAdopted) -> Iterator[str]:
    for effect in body.effects or ():
        yield _("{rank}的，当{span}不参加{honour}；过了这一{span}，重新算。").format(
            honour=OWN_HONOUR_NAMES[effect.loses],
            rank=name_scheme_rank(texts, body, effect.stars),
            span=SPAN_NAMES[effect.lasts],
        )
    yield _("别的什么都不影响。") if body.effects else _("什么都不影响。")


def _list_ranks(texts: Texts, body: SchemeAdopted) -> Iterator[RankRow]:
    for cut in reversed(body.stars):
        yield RankRow(
            name_scheme_rank(texts, body, cut.stars), _("{score} 分起").format(score=cut.from_score)
        )
    if not body.grades and body.stars[0].from_score:
        yield RankRow(
            name_scheme_rank(texts, body, 0), _("不满 {score} 分").format(score=body.stars[0].from_score)
        )


def _list_components(texts: Texts, body: SchemeAdopted) -> Iterator[ComponentRow]:
    if body.components is None:
        yield ComponentRow((), tuple(_build_item(texts, body, item) for item in body.items), "", "")
    for one in body.components or ():
        yield ComponentRow(
            how=tuple(_tell_source(body, one)),
            items=tuple(_build_item(texts, body, item) for item in body.items if item.component == one.code),
            name=read_text(texts, one.text),
            weight=_("占 {weight}%").format(weight=one.weight),
        )


def _tell_source(body: SchemeAdopted, one: SchemeComponent) -> Iterator[str]:
    if one.source == "ballot":
        yield _("民主测评：从公布的票里算，不是谁填的。")
    elif one.source == "marks":
        yield _("按项目记分：从 {base} 分起，照项目加减，最低 0 分，最高 {most} 分。").format(
            base=body.base, most=SCORE_MAX
        )
    else:
        counted = "；".join(
            _MEASURES[row.counts].format(points=row.points, target=row.target) for row in one.measures or ()
        )
        yield _("从账上数：{counted}。不到的按比例得分。").format(counted=counted)


def _build_item(texts: Texts, body: SchemeAdopted, item: SchemeItem) -> ItemRow:
    words = _("每{span}至多加 {cap} 分") if item.points > 0 else _("每{span}至多扣 {cap} 分")
    unit = _read_part(texts, item.text, "unit")
    return ItemRow(
        code=item.code,
        item=_read_part(texts, item.text, "item"),
        limit=words.format(cap=format_count(item.monthly_cap), span=SPAN_NAMES[get_span(body)]),
        points=_("{points} 分／{unit}").format(points=format_signed(item.points), unit=unit),
    )


def _read_part(texts: Texts, public: PublicText, part: str) -> str:
    value = texts(public.text)
    return str(value.get(part, "")) if isinstance(value, dict) else GONE
