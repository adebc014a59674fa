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
    SUBJECT_NAMES,
    Subject,
    get_subject,
)
from ledger.figures import read_text
from ledger.figures.schemes import SUBJECTS, SchemeVersion, list_scheme_versions
from reports.words import format_count, format_month
from web.i18n import _
from web.page import Frame
from web.public.explain.telling import Fact, get_entry_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.scheme_words import ComponentRow, tell_terms
from web.site import VillageView

_SHOWN: dict[Subject, str] = {
    "branch": _("支部得几分、几星，网页上都看得到。"),
    "grid": _("网格得几分、排第几，网页上都看得到。"),
    "grid-worker": _("网页上只公布各等次有多少名网格员，不说是谁，也不说几分。"),
    "member": _("网页上只公布各星级、各等次有多少名党员，不说是谁；本人拿党员卡看自己的每一笔。"),
    "secretary": _("书记是公开的职务，按支部公布星级；分数和扣分不公开。"),
}


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
    title, terms = read_text(view.texts, body.title), tell_terms(view.texts, body)
    return SchemeCard(
        components=terms.components,
        effects=terms.effects,
        facts=tuple(_list_facts(view, shown)),
        id=subject,
        name=SUBJECT_NAMES[subject],
        ranks=tuple(Fact(rank.name, rank.since) for rank in terms.ranks),
        sentences=(*terms.sentences, _SHOWN[subject]),
        short=terms.short,
        title=_("{title}（第 {version} 版）").format(title=title, version=body.version),
        versions=tuple(_list_versions(view, versions[1:])),
    )


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
