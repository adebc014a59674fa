"""The score cards' kinds in plain words. Nothing here names or follows a member."""

from __future__ import annotations

from ledger.books.scores import BranchRegistered, SchemeAdopted, ScoreRound
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.facts import BranchFacts, get_fact
from ledger.state.schemes import list_items
from reports.words import format_count, format_month, format_signed, format_small
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Table, read_part
from web.site import VillageView


def explain_scheme(view: VillageView, _entry: Entry, body: SchemeAdopted) -> Explanation:
    title = read_text(view.texts, body.title)
    return Explanation(
        what=_("考评办法"),
        title=_("{title}第 {version} 版").format(title=title, version=body.version),
        sentences=(
            _("通过了党员考评办法：每名党员每月从 {base} 分起，按下面的项目加减。").format(base=body.base),
            _("党员评分与村民积分无关，不能兑换。"),
        ),
        facts=(
            Fact(_("怎样通过"), read_text(view.texts, body.resolution)),
            *(
                Fact(
                    _("{stars}星").format(stars=format_small(cut.stars)),
                    _("{score} 分以上").format(score=cut.from_score),
                )
                for cut in reversed(body.stars)
            ),
        ),
        tables=(
            Table(
                title=_("项目"),
                columns=(_("项目"), _("分数"), _("每月至多")),
                rows=tuple(
                    (
                        f"{item.code} {read_part(view, item.text, 'item')}",
                        f"{format_signed(item.points)}／{read_part(view, item.text, 'unit')}",
                        format_count(item.monthly_cap),
                    )
                    for item in body.items
                ),
            ),
        ),
    )


def explain_branch(view: VillageView, _entry: Entry, body: BranchRegistered) -> Explanation:
    name = read_text(view.texts, body.name)
    return Explanation(
        what=_("党支部登记"),
        title=_("登记{name}").format(name=name),
        sentences=(
            _("登记了{name}，党员 {count} 名。是谁不在网上公开。").format(
                name=name, count=format_count(len(body.members))
            ),
        ),
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
    tables = (
        Table(
            title=_("星级人数"),
            columns=(_("星级"), _("党员")),
            rows=tuple(
                (
                    _("{stars}星").format(stars=format_small(count)) if count else _("未评星"),
                    format_count(members),
                )
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
    facts = get_fact(view.reader.facts, f"branch/{branch:02d}", BranchFacts)
    body = view.reader.facts.read_entry(facts.index).body if facts else None
    return read_text(view.texts, body.name) if isinstance(body, BranchRegistered) else str(branch)
