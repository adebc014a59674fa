"""The score cards' kinds in plain words. Nothing here names or follows a member."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books.scores import (
    COUNTS_NAMES,
    MARKER_NAMES,
    OWN_HONOUR_NAMES,
    SOURCE_NAMES,
    SPAN_NAMES,
    SUBJECT_NAMES,
    BranchRegistered,
    SchemeAdopted,
    ScoreRound,
    get_span,
    get_subject,
)
from ledger.books.values import PublicText
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.facts import find_branch
from ledger.state.schemes import list_items, list_schemes
from reports.words import format_count, format_month, format_signed
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Table, read_part
from web.scheme_words import UNITS, name_scheme_rank
from web.site import VillageView


def explain_scheme(view: VillageView, _entry: Entry, body: SchemeAdopted) -> Explanation:
    title, whom = read_text(view.texts, body.title), SUBJECT_NAMES[get_subject(body)]
    each = SPAN_NAMES[get_span(body)]
    return Explanation(
        what=_("考评办法"),
        title=_("{title}第 {version} 版").format(title=title, version=body.version),
        sentences=(
            _("通过了{whom}考评办法：每{unit}{whom}每{each}从 {base} 分起，按下面的项目加减。").format(
                whom=whom, unit=UNITS[get_subject(body)], each=each, base=body.base
            ),
            *_tell_rounding(body),
            _("{whom}评分与村民积分无关，不能兑换。").format(whom=whom),
        ),
        facts=(
            Fact(_("怎样通过"), read_text(view.texts, body.resolution)),
            *([Fact(_("谁记分"), MARKER_NAMES[body.marker])] if body.marker else []),
            *([Fact(_("步骤"), _list_names(view, body.steps))] if body.steps else []),
            *(
                Fact(name_rank(view, body, cut.stars), _("{score} 分以上").format(score=cut.from_score))
                for cut in reversed(body.stars)
            ),
            *(
                Fact(
                    name_rank(view, body, effect.stars),
                    _("当{lasts}不参加{honour}，以后重新算").format(
                        lasts=SPAN_NAMES[effect.lasts], honour=OWN_HONOUR_NAMES[effect.loses]
                    ),
                )
                for effect in body.effects or ()
            ),
        ),
        tables=(*_build_components(view, body), _build_items(view, body)),
    )


def _tell_rounding(body: SchemeAdopted) -> tuple[str, ...]:
    if body.components is None:
        return ()
    return (_("各部分各得 0 到 100 分，按比例合成，最后四舍五入到整分，中间不取整。"),)


def _list_names(view: VillageView, texts: Sequence[PublicText]) -> str:
    return "、".join(read_text(view.texts, text) for text in texts)


def name_rank(view: VillageView, body: SchemeAdopted, stars: int) -> str:
    """Return so many stars, or the grade of that rank, as the public reads it."""
    return name_scheme_rank(view.texts, body, stars)


def _build_components(view: VillageView, body: SchemeAdopted) -> tuple[Table, ...]:
    """Return the components with their shares and sources; of a scheme without any none."""
    if body.components is None:
        return ()
    rows = tuple(
        (
            f"{one.code} {read_text(view.texts, one.text)}",
            f"{one.weight}%",
            "；".join(
                (
                    SOURCE_NAMES[one.source],
                    *(
                        _("{counts}到 {target} 得 {points} 分").format(
                            counts=COUNTS_NAMES[row.counts], target=row.target, points=row.points
                        )
                        for row in one.measures or ()
                    ),
                )
            ),
        )
        for one in body.components
    )
    return (Table(title=_("各部分"), columns=(_("部分"), _("占"), _("怎么来")), rows=rows),)


def _build_items(view: VillageView, body: SchemeAdopted) -> Table:
    return Table(
        title=_("项目"),
        columns=(_("项目"), _("分数"), _("每{each}至多").format(each=SPAN_NAMES[get_span(body)])),
        rows=tuple(
            (
                " ".join(filter(None, (item.code, item.component, read_part(view, item.text, "item")))),
                f"{format_signed(item.points)}／{read_part(view, item.text, 'unit')}",
                format_count(item.monthly_cap),
            )
            for item in body.items
        ),
    )


def explain_branch(view: VillageView, entry: Entry, body: BranchRegistered) -> Explanation:
    name, count = read_text(view.texts, body.name), format_count(len(body.members))
    known = find_branch(view.reader.facts, body.branch)
    is_first = known is None or entry.index == known.registrations[0]
    said = (
        _("登记了{name}，党员 {count} 名。") if is_first else _("{name}的名单重新登记，现有党员 {count} 名。")
    )
    return Explanation(
        what=_("党支部登记"),
        title=(_("登记{name}") if is_first else _("{name}的名单有变动")).format(name=name),
        sentences=(said.format(name=name, count=count) + _("是谁不在网上公开。"),),
    )


def explain_score_round(view: VillageView, entry: Entry, body: ScoreRound) -> Explanation:
    month, branch = format_month(entry.period), _name_branch(view, body.branch)
    points = sum(line.points for line in body.lines)
    part = _("（第 {part} 部分，共 {parts} 部分）").format(part=body.part, parts=body.parts)
    sentences = [
        _("{branch}{month}评分通过：公开 {lines} 笔，合计 {points} 分。").format(
            branch=branch, month=month, lines=format_count(len(body.lines)), points=format_signed(points)
        ),
    ]
    if body.sealed_lines:
        sentences.append(
            _("另有 {lines} 笔负面项目只公布合计：{points} 分。").format(
                lines=format_count(len(body.sealed_lines)), points=format_signed(body.sealed_points)
            )
        )
    sentences.append(_("哪一名党员得了多少分不在网上公开。"))
    return Explanation(
        what=_("党员评分"),
        title=_("{month}党员评分：{branch}").format(month=month, branch=branch)
        + (part if body.parts > 1 else ""),
        sentences=tuple(sentences),
        facts=tuple(
            Fact(_("测评"), one.number, f"/v/{view.code}/ballots/{one.number}") for one in body.ballots or ()
        ),
        tables=_build_tables(view, body),
    )


def _build_tables(view: VillageView, body: ScoreRound) -> tuple[Table, ...]:
    """Return the stars counted and the lines added up by item; of an empty part none."""
    stars: dict[int, int] = {}
    for card in body.cards:
        stars[card.stars] = stars.get(card.stars, 0) + 1
    sums: dict[str, tuple[int, int]] = {}
    for line in body.lines:
        count, points = sums.get(line.item, (0, 0))
        sums[line.item] = (count + 1, points + line.points)
    items = list_items(view.reader.facts, body.version)
    names = {code: read_part(view, item.text, "item") for code, item in items.items()}
    schemes = list_schemes(view.reader.facts)
    scheme = next(known for known in schemes if known.version == body.version)
    title, column = (_("等次人数"), _("等次")) if scheme.grades else (_("星级人数"), _("星级"))
    tables = (
        Table(
            title=title,
            columns=(column, _("党员")),
            rows=tuple(
                (name_rank(view, scheme, count), format_count(members))
                for count, members in sorted(stars.items(), reverse=True)
            ),
        ),
        Table(
            title=_("按项目合计"),
            columns=(_("项目"), _("笔数"), _("分数")),
            rows=tuple(
                (f"{code} {names.get(code, '')}", format_count(count), format_signed(points))
                for code, (count, points) in sorted(sums.items())
            ),
        ),
    )
    return tuple(table for table in tables if table.rows)


def _name_branch(view: VillageView, branch: int) -> str:
    facts = find_branch(view.reader.facts, branch)
    body = view.reader.facts.read_entry(facts.index).body if facts else None
    return read_text(view.texts, body.name) if isinstance(body, BranchRegistered) else str(branch)
