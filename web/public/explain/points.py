"""The points ledger's kinds in plain words. Nothing here names or follows a household."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.books.annexes import PointsAnnexed, name_bands
from ledger.books.points import (
    CONSENT_NAMES,
    AgreementsSigned,
    ConsentsWithdrawn,
    HouseholdsRegistered,
    PointsLine,
    PointsReversed,
    PointsRound,
    RulebookAdopted,
)
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.state.rulebooks import list_rules
from reports.words import format_count, format_month, format_signed
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, get_entry_path, read_part
from web.site import VillageView


def explain_rulebook(view: VillageView, _entry: Entry, body: RulebookAdopted) -> Explanation:
    adds = sum(rule.points > 0 for rule in body.rules)
    return Explanation(
        what=_("积分细则"),
        title=_("积分细则第 {version} 版").format(version=body.version),
        sentences=(
            _("村里通过了积分细则：{adds} 条加分，{takes} 条扣分。").format(
                adds=adds, takes=len(body.rules) - adds
            ),
            _("不签积分契约的农户不记分，也不受任何影响。"),
        ),
        facts=(
            Fact(_("怎样通过"), read_text(view.texts, body.resolution)),
            *_list_number(view, body),
            Fact(_("每户起点分"), _("{points} 分，不能兑换").format(points=format_count(body.base_points))),
        ),
        links=(
            Link(
                _("积分细则第 {version} 版").format(version=body.version),
                f"/v/{view.code}/rules/{body.version}",
            ),
        ),
        tables=(
            Table(
                title=_("条目"),
                columns=(_("条目"), _("分数"), _("每月至多")),
                rows=tuple(
                    (
                        f"{rule.code} {read_part(view, rule.text, 'item')}",
                        f"{format_signed(rule.points)}／{read_part(view, rule.text, 'unit')}",
                        format_count(rule.monthly_cap),
                    )
                    for rule in body.rules
                ),
            ),
        ),
    )


def _list_number(view: VillageView, body: RulebookAdopted) -> Iterable[Fact]:
    if body.resolution_number:
        path = f"/v/{view.code}/resolutions/{body.resolution_number}"
        yield Fact(_("决议"), body.resolution_number, path)


def explain_households(_view: VillageView, _entry: Entry, body: HouseholdsRegistered) -> Explanation:
    total = sum(group.households for group in body.groups)
    return Explanation(
        what=_("农户登记"),
        title=_("登记农户 {count} 户").format(count=format_count(total)),
        sentences=(
            _("登记了 {count} 户农户。每户是谁不公开；这里留下一串看不出是谁的指纹，以后谁也换不掉。").format(
                count=format_count(total)
            ),
        ),
        tables=(
            Table(
                title=_("各村民小组"),
                columns=(_("小组"), _("户数")),
                rows=tuple(
                    (_("第 {group} 组").format(group=group.group), format_count(group.households))
                    for group in body.groups
                ),
            ),
        ),
    )


def explain_agreements(_view: VillageView, _entry: Entry, body: AgreementsSigned) -> Explanation:
    return Explanation(
        what=_("积分契约"),
        title=_("签订积分契约 {count} 户").format(count=format_count(len(body.agreements))),
        sentences=(
            _(
                "{count} 户签了积分契约（细则第 {version} 版）。同意记分、公示、署名是分开问的，哪样不同意都行。"
            ).format(count=format_count(len(body.agreements)), version=body.version),
        ),
        facts=(
            Fact(_("同意记分"), _("{count} 户").format(count=format_count(body.scoring))),
            Fact(_("同意按卡号公示"), _("{count} 户").format(count=format_count(body.display))),
            Fact(_("同意表彰署名"), _("{count} 户").format(count=format_count(body.naming))),
        ),
    )


def explain_withdrawal(_view: VillageView, _entry: Entry, body: ConsentsWithdrawn) -> Explanation:
    return Explanation(
        what=_("撤回同意"),
        title=_("一户撤回同意"),
        sentences=(
            _("一户撤回了签积分契约时同意的事。是哪一户，这里不写；从这一条起就不算了。"),
            _(
                "撤回不用讲理由，也不用谁批。已经挣的分不收回，到这个积分年度结束都能兑换；想再同意的，重新签就行。"
            ),
        ),
        facts=tuple(
            Fact(
                _("细则第 {version} 版").format(version=item.version),
                "、".join(CONSENT_NAMES[name] for name in CONSENT_NAMES if name in item.consents),
            )
            for item in body.versions
        ),
    )


def explain_points_round(view: VillageView, entry: Entry, body: PointsRound) -> Explanation:
    month = format_month(entry.period)
    points = sum(line.points for line in body.lines)
    part = _("（第 {part} 部分，共 {parts} 部分）").format(part=body.part, parts=body.parts)
    return Explanation(
        what=_("积分评议"),
        title=_("{month}积分评议").format(month=month) + (part if body.parts > 1 else ""),
        sentences=(
            _("{month}评议通过：有记录的 {households} 户；这里公开 {lines} 笔，合计 {points} 分。").format(
                month=month,
                households=format_count(body.households),
                lines=format_count(len(body.lines)),
                points=format_signed(points),
            ),
            _("另有 {lines} 笔是扣分或关系到各家私事的加分，只公布合计：{points} 分。").format(
                lines=format_count(len(body.sealed_lines)), points=format_signed(body.sealed_points)
            )
            if body.sealed_lines
            else _("这里没有扣分。"),
            _("哪一户得了多少分不公开；自己家的，可以找村文书查。"),
        ),
        tables=(_build_rules(view, body.version, body.lines),) if body.lines else (),
    )


def explain_points_reversed(view: VillageView, _entry: Entry, body: PointsReversed) -> Explanation:
    facts = [Fact(_("分数变化"), _("{points} 分").format(points=format_signed(body.points)))]
    if body.rule:
        answered = view.reader.facts.read_entry(body.reverses).body
        names = _name_rules(view, answered.version) if isinstance(answered, PointsRound) else {}
        facts.insert(0, Fact(_("条目"), f"{body.rule} {names.get(body.rule, '')}".rstrip()))
    return Explanation(
        what=_("积分更正"),
        title=_("更正一笔积分：{points} 分").format(points=format_signed(body.points)),
        sentences=(
            _("以前评的一笔积分收回了。原因：{reason}。").format(
                reason=read_text(view.texts, body.reason).rstrip("。")
            ),
        ),
        facts=tuple(facts),
        links=(Link(_("原来的评议"), get_entry_path(view, body.reverses)),),
    )


def _build_rules(view: VillageView, version: int, lines: Iterable[PointsLine]) -> Table:
    """Return the lines added up by rule."""
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        count, points = sums.get(line.rule, (0, 0))
        sums[line.rule] = (count + 1, points + line.points)
    names = _name_rules(view, version)
    return Table(
        title=_("按条目合计"),
        columns=(_("条目"), _("笔数"), _("分数")),
        rows=tuple(
            (f"{code} {names.get(code, '')}", format_count(count), format_signed(points))
            for code, (count, points) in sorted(sums.items())
        ),
    )


def _name_rules(view: VillageView, version: int) -> dict[str, str]:
    """Return what each rule of a version of the rulebook is about, by its code."""
    rules = list_rules(view.reader.facts, version)
    return {code: read_part(view, rule.text, "item") for code, rule in rules.items()}


def explain_annex(view: VillageView, entry: Entry, body: PointsAnnexed) -> Explanation:
    month = format_month(entry.period)
    part = _("（第 {part} 部分，共 {parts} 部分）").format(part=body.part, parts=body.parts)
    return Explanation(
        what=_("积分公开表的附页"),
        title=_("{month}村民积分公开表的附页").format(month=month) + (part if body.parts > 1 else ""),
        sentences=(
            _("参加积分的 {households} 户，按这个月公开的加分分了档；每一档不少于 5 户。").format(
                households=format_count(body.households)
            ),
            _("同意公示的，各有一行密封在这里：{lines} 行。哪一行是谁家，只有自家看得出、证明得了。").format(
                lines=format_count(len(body.lines))
            ),
        ),
        facts=(
            Fact(_("同哪张公开表一起挂"), body.sheet, f"/v/{view.code}/sheets/{entry.period}/points"),
            Fact(_("由账本的前多少条算出"), format_count(body.size)),
        ),
        tables=(
            Table(
                title=_("各档有多少户"),
                columns=(_("这个月加了多少分"), _("户数")),
                rows=tuple(
                    (name, format_count(band.households))
                    for name, band in zip(name_bands(body.bands), body.bands, strict=True)
                ),
            ),
        )
        if body.bands
        else (),
    )
