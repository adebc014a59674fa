"""How everybody is assessed: the scheme in force of members, branches, secretaries, grids and grid workers, whole and
in plain words. It is the measure alone; who got what stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.scores import (
    MARKER_NAMES,
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
from ledger.figures import read_text
from ledger.figures.schemes import SUBJECTS, SchemeVersion, list_scheme_versions
from reports.words import format_count, format_month, format_signed
from web.i18n import _
from web.page import Frame
from web.public.explain.scores import UNITS, name_rank
from web.public.explain.telling import Fact, get_entry_path, read_part
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

_MEASURES: dict[Counts, str] = {
    "closing-rate": _("办结率到 {target}% 得 {points} 分"),
    "events": _("办理 {target} 件得 {points} 分"),
    "visits": _("走访 {target} 次得 {points} 分"),
}
_SHOWN: dict[Subject, str] = {
    "branch": _("支部得几分、几星，网页上都看得到。"),
    "grid": _("网格得几分、排第几，网页上都看得到。"),
    "grid-worker": _("网页上只公布各等次有多少名网格员，不说是谁，也不说几分。"),
    "member": _("网页上只公布各星级、各等次有多少名党员，不说是谁；本人拿党员卡看自己的每一笔。"),
    "secretary": _("书记是公开的职务，按支部公布星级；分数和扣分不公开。"),
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
class VersionRow:
    """A version before the one that is told, from when to when it was in force; `path` leads to its entry."""

    name: str
    path: str
    since: str


@dataclass(frozen=True)
class SchemeCard:
    """The scheme of one kind of subject. `short` says the whole of it in a line; `versions` are those before it, the
    newest first.
    """

    components: tuple[ComponentRow, ...]
    effects: tuple[str, ...]
    facts: tuple[Fact, ...]
    id: str
    name: str
    ranks: tuple[Fact, ...]
    sentences: tuple[str, ...]
    short: str
    title: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class SchemesPage:
    """All schemes in force, each kind of subject once."""

    cards: tuple[SchemeCard, ...]
    frame: Frame
    sentences: tuple[str, ...]
    telephone: str


@route_page("/v/{code:str}/schemes", summary="How members, branches, secretaries and grids are assessed")
def show_schemes(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the scheme in force of each kind of subject."""
    return get_site(request).serve_page(request, code, "schemes", "schemes.html", build_schemes_page)


def build_schemes_page(view: VillageView) -> SchemesPage:
    """Return the scheme in force of each kind of subject that has one."""
    cards = []
    for subject in SUBJECTS:
        versions = list_scheme_versions(view.reader.facts, subject)
        if versions:
            cards.append(_build_card(view, versions))
    return SchemesPage(
        cards=tuple(cards),
        frame=view.build_frame(_("考评办法")),
        sentences=tuple(_summarize(cards)),
        telephone=view.read_telephone(),
    )


def _summarize(cards: list[SchemeCard]) -> Iterator[str]:
    if not cards:
        yield _("村里还没有通过考评办法，现在不给谁考评打分。")
        return
    yield _("评什么、怎么算，先由会议定下办法再评。现在有 {count} 套：").format(count=len(cards))


def _build_card(view: VillageView, versions: list[SchemeVersion]) -> SchemeCard:
    shown = versions[0]
    body = shown.body
    subject = get_subject(body)
    title = read_text(view.texts, body.title)
    return SchemeCard(
        components=tuple(_list_components(view, body)),
        effects=tuple(_tell_effects(view, body)),
        facts=tuple(_list_facts(view, shown)),
        id=subject,
        name=SUBJECT_NAMES[subject],
        ranks=tuple(_list_ranks(view, body)),
        sentences=(*_tell(body), _SHOWN[subject]),
        short=_tell_short(view, body),
        title=_("{title}（第 {version} 版）").format(title=title, version=body.version),
        versions=tuple(_list_versions(view, versions[1:])),
    )


def _tell_short(view: VillageView, body: SchemeAdopted) -> str:
    """Return a scheme in a line: how often, by what, and what comes of it."""
    names = [name_rank(view, body, cut.stars) for cut in body.stars]
    if body.grades is None:
        ranks = _("{least}到{most}").format(least=names[0], most=names[-1])
    else:
        ranks = "、".join(reversed(names))
    by = "、".join(f"{read_text(view.texts, one.text)} {one.weight}%" for one in body.components or ())
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


def _list_facts(view: VillageView, shown: SchemeVersion) -> Iterator[Fact]:
    body = shown.body
    yield Fact(_("从什么时候起"), format_month(shown.since))
    yield Fact(_("怎样通过"), read_text(view.texts, body.resolution))
    if body.marker:
        yield Fact(_("谁记分"), MARKER_NAMES[body.marker])
    if body.steps:
        yield Fact(_("步骤"), "、".join(read_text(view.texts, step) for step in body.steps))
    index = _("第 {index} 条").format(index=format_count(shown.at))
    yield Fact(_("账本里的记录"), index, get_entry_path(view, shown.at))


def _tell_effects(view: VillageView, body: SchemeAdopted) -> Iterator[str]:
    for effect in body.effects or ():
        yield _("{rank}的，当{span}不参加{honour}；过了这一{span}，重新算。").format(
            honour=OWN_HONOUR_NAMES[effect.loses],
            rank=name_rank(view, body, effect.stars),
            span=SPAN_NAMES[effect.lasts],
        )
    yield _("别的什么都不影响。") if body.effects else _("什么都不影响。")


def _list_ranks(view: VillageView, body: SchemeAdopted) -> Iterator[Fact]:
    for cut in reversed(body.stars):
        yield Fact(name_rank(view, body, cut.stars), _("{score} 分起").format(score=cut.from_score))
    if not body.grades and body.stars[0].from_score:
        yield Fact(name_rank(view, body, 0), _("不满 {score} 分").format(score=body.stars[0].from_score))


def _list_components(view: VillageView, body: SchemeAdopted) -> Iterator[ComponentRow]:
    if body.components is None:
        yield ComponentRow((), tuple(_build_item(view, body, item) for item in body.items), "", "")
    for one in body.components or ():
        yield ComponentRow(
            how=tuple(_tell_source(body, one)),
            items=tuple(_build_item(view, body, item) for item in body.items if item.component == one.code),
            name=read_text(view.texts, one.text),
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


def _build_item(view: VillageView, body: SchemeAdopted, item: SchemeItem) -> ItemRow:
    words = _("每{span}至多加 {cap} 分") if item.points > 0 else _("每{span}至多扣 {cap} 分")
    unit = read_part(view, item.text, "unit")
    return ItemRow(
        code=item.code,
        item=read_part(view, item.text, "item"),
        limit=words.format(cap=format_count(item.monthly_cap), span=SPAN_NAMES[get_span(body)]),
        points=_("{points} 分／{unit}").format(points=format_signed(item.points), unit=unit),
    )


def _list_versions(view: VillageView, versions: list[SchemeVersion]) -> Iterator[VersionRow]:
    for version in versions:
        since = _("{month}起用").format(month=format_month(version.since))
        if version.until and version.was_in_force:
            since += _("，用到{month}").format(month=format_month(version.until))
        elif version.until:
            since += _("，没有用过就换了")
        yield VersionRow(
            name=_("第 {version} 版").format(version=version.body.version),
            path=get_entry_path(view, version.at),
            since=since,
        )
