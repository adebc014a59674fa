"""Drafts of schemes: what each says, and what of it is otherwise than in the subject's scheme before."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.revisions import Terms
from ledger.books.scores import (
    COUNTS_NAMES,
    MARKER_NAMES,
    OWN_HONOUR_NAMES,
    SOURCE_NAMES,
    SPAN_NAMES,
    SUBJECT_NAMES,
    SchemeAdopted,
    SchemeItem,
    get_span,
    get_subject,
)
from ledger.service.opened_drafts import OpenedDraft
from ledger.service.preview import preview_rank, preview_revision, preview_setting
from ledger.state.schemes import list_schemes


def tell_scheme(opened: OpenedDraft, body: SchemeAdopted) -> Iterator[str]:
    yield opened.draft.label
    yield f"　怎样通过：{opened.read(body.resolution)}"
    before = _find_before(opened, body)
    yield from _tell_settings(opened, before or body, body)
    if before is not None:
        yield from _tell_revision(opened, before, body)
        yield f"　全部 {len(body.items)} 条："
    yield from (_format_item(opened, body, item) for item in body.items)


def list_scheme_changes(opened: OpenedDraft, body: SchemeAdopted) -> list[str]:
    """Return what a scheme says otherwise than its subject's one before; nothing where it is the first."""
    before = _find_before(opened, body)
    if before is None:
        return []
    same = set(_tell_settings(opened, body, body))
    changed = [line for line in _tell_settings(opened, before, body) if line not in same]
    counted, *items = _tell_revision(
        opened, before, body
    )  # The first says how many items differ, were it none.
    return [line.strip() for line in (*changed, *((counted, *items) if items else ()))]


def _find_before(opened: OpenedDraft, body: SchemeAdopted) -> SchemeAdopted | None:
    versions = list_schemes(opened.reader.facts, get_subject(body))
    return next((book for book in versions if book.version == body.version - 1), None)


def _tell_settings(opened: OpenedDraft, before: SchemeAdopted, body: SchemeAdopted) -> Iterator[str]:
    if opened.read(before.title) != opened.read(body.title):
        yield preview_setting("名称", opened.read(before.title), opened.read(body.title))
    yield preview_setting("基础分", str(before.base), str(body.base))
    cuts = (_format_cuts(opened, before), _format_cuts(opened, body))
    yield preview_setting("等次" if body.grades else "星级", *cuts)
    yield from _tell_later(opened, before, body)


def _tell_later(opened: OpenedDraft, before: SchemeAdopted, body: SchemeAdopted) -> Iterator[str]:
    """Yield what older schemes do not say, where this one or the one before it does."""
    if get_subject(body) != "member":
        yield f"　考评对象：{SUBJECT_NAMES[get_subject(body)]}"
    old, new = (
        {
            "多久一评": f"每{SPAN_NAMES[get_span(one)]}",
            "谁记分": MARKER_NAMES[one.marker] if one.marker else "没有写",
            "分几部分": "；".join(_list_components(opened, one)) or "不分",
            "影响": "；".join(_list_effects(opened, one)) or "没有",
            "步骤": "、".join(opened.read(step) for step in one.steps or ()) or "没有写",
        }
        for one in (before, body)
    )
    plain = {"多久一评": "每月", "谁记分": "没有写", "分几部分": "不分", "影响": "没有", "步骤": "没有写"}
    for title, said in new.items():
        if (old[title], said) != (plain[title], plain[title]):
            yield preview_setting(title, old[title], said)


def _list_components(opened: OpenedDraft, scheme: SchemeAdopted) -> Iterator[str]:
    for one in scheme.components or ():
        counted = "，".join(
            f"{COUNTS_NAMES[row.counts]}到 {row.target} 得 {row.points} 分" for row in one.measures or ()
        )
        source = f"{SOURCE_NAMES[one.source]}（{counted}）" if counted else SOURCE_NAMES[one.source]
        yield f"{one.code} {opened.read(one.text)} 占 {one.weight}%，{source}"


def _list_effects(opened: OpenedDraft, scheme: SchemeAdopted) -> Iterator[str]:
    for effect in scheme.effects or ():
        name = preview_rank(scheme, effect.stars, opened.read)
        yield f"{name}的，当{SPAN_NAMES[effect.lasts]}不参加{OWN_HONOUR_NAMES[effect.loses]}"


def _format_cuts(opened: OpenedDraft, scheme: SchemeAdopted) -> str:
    return "、".join(
        f"{cut.from_score} 分起 {preview_rank(scheme, cut.stars, opened.read)}" for cut in scheme.stars
    )


def _format_item(opened: OpenedDraft, scheme: SchemeAdopted, item: SchemeItem) -> str:
    title, unit = (opened.read_part(item.text, part) for part in ("item", "unit"))
    component = f"（{item.component}）" if item.component else ""
    most = f"每{SPAN_NAMES[get_span(scheme)]}至多 {item.monthly_cap} 分"
    return f"　{item.code}{component} {title} {item.points} 分／{unit}，{most}"


def _tell_revision(opened: OpenedDraft, before: SchemeAdopted, body: SchemeAdopted) -> Iterator[str]:
    """Yield what the items of a new version say otherwise than those of the one before."""
    old, new = ({item.code: _list_terms(opened, one, item) for item in one.items} for one in (before, body))
    yield from preview_revision(before.version, old, new)


def _list_terms(opened: OpenedDraft, scheme: SchemeAdopted, item: SchemeItem) -> Terms:
    """Return what a scheme's item says."""
    unit = opened.read_part(item.text, "unit")
    component = {"部分": item.component} if item.component else {}
    return {
        "名称": opened.read_part(item.text, "item"),
        "分值": f"{item.points} 分／{unit}",
        f"每{SPAN_NAMES[get_span(scheme)]}至多": f"{item.monthly_cap} 分",
        "分类": opened.read_part(item.text, "group"),
        **component,
    }
