"""The points shop and volunteering in plain words. Nothing here names or follows a household."""

from __future__ import annotations

from ledger.books.shops import PointsRedeemed, RedeemedLine, RedemptionReversed, ShopAdopted
from ledger.books.volunteering import HoursBooked, TaskClaimed, TaskOffered
from ledger.entries import Entry
from ledger.figures import read_text
from ledger.service.preview import format_hours
from ledger.state.facts import read_body
from ledger.state.shops import list_versions
from ledger.state.volunteering import find_points, find_task
from reports.words import format_amount, format_count, format_day, format_month
from web.i18n import _
from web.public.explain.telling import Explanation, Fact, Link, Table, get_entry_path
from web.site import VillageView


def explain_shop(view: VillageView, _entry: Entry, body: ShopAdopted) -> Explanation:
    year = _("{first}至{last}").format(
        first=format_month(body.first_period), last=format_month(body.last_period)
    )
    return Explanation(
        what=_("积分超市"),
        title=_("积分超市第 {version} 版").format(version=body.version),
        sentences=(
            _("{year}挣的积分可以在积分超市换东西，到时没换的清零；历史都留着。").format(year=year),
            _("换走的东西成本一共不超过 {budget} 元，1 分最多值 1 元。").format(
                budget=format_amount(body.budget_fen)
            ),
        ),
        facts=(
            Fact(_("准许这笔钱的决议"), body.resolution, f"/v/{view.code}/resolutions/{body.resolution}"),
        ),
        links=(_link_shop(view),),
        tables=(
            Table(
                title=_("商品"),
                columns=(_("商品"), _("要多少分"), _("成本（元）"), _("一共进货（件）")),
                rows=tuple(
                    (
                        f"{item.code} {read_text(view.texts, item.name)}",
                        format_count(item.points),
                        format_amount(item.cost_fen),
                        format_count(item.stock),
                    )
                    for item in body.goods
                ),
            ),
        ),
    )


def explain_redeemed(view: VillageView, entry: Entry, body: PointsRedeemed) -> Explanation:
    sums: dict[str, tuple[int, int, int]] = {}
    for line in body.lines:
        quantity, points, cost_fen = sums.get(line.goods, (0, 0, 0))
        sums[line.goods] = (quantity + line.quantity, points + line.points, cost_fen + line.cost_fen)
    return Explanation(
        what=_("积分兑换"),
        title=_("{month}积分兑换").format(month=format_month(entry.period)),
        sentences=(
            _("换走了 {lines} 笔，用了 {points} 分，东西的成本 {cost} 元。").format(
                cost=format_amount(sum(line.cost_fen for line in body.lines)),
                lines=format_count(len(body.lines)),
                points=format_count(sum(line.points for line in body.lines)),
            ),
            _("哪一户换了什么不公开；自己家的，可以找村文书查。"),
        ),
        links=(_link_shop(view),),
        tables=(
            Table(
                title=_("按商品合计"),
                columns=(_("商品"), _("件数"), _("积分"), _("成本（元）")),
                rows=tuple(
                    (
                        _name_goods(view, entry.period, body.version, code),
                        format_count(quantity),
                        format_count(points),
                        format_amount(cost_fen),
                    )
                    for code, (quantity, points, cost_fen) in sorted(sums.items())
                ),
            ),
        ),
    )


def explain_returned(view: VillageView, _entry: Entry, body: RedemptionReversed) -> Explanation:
    original = view.reader.facts.read_entry(body.reverses)
    redeemed = read_body(view.reader.facts, body.reverses, PointsRedeemed)
    (line,) = (line for line in redeemed.lines if line.subject.sealed == body.line)
    name = _name_goods(view, original.period, redeemed.version, line.goods)
    return Explanation(
        what=_("退回积分兑换"),
        title=_("退回 {name}").format(name=name),
        sentences=(
            _("换走的 {quantity} 件退回了，还给那一户 {points} 分。原因：{reason}。").format(
                points=format_count(line.points),
                quantity=format_count(line.quantity),
                reason=read_text(view.texts, body.reason).rstrip("。"),
            ),
        ),
        facts=tuple(_list_line_facts(name, line)),
        links=(Link(_("原来的兑换"), get_entry_path(view, body.reverses)), _link_shop(view)),
    )


def explain_task(view: VillageView, _entry: Entry, body: TaskOffered) -> Explanation:
    title = read_text(view.texts, body.title)
    return Explanation(
        what=_("志愿服务 {number}").format(number=body.number),
        title=title,
        sentences=(
            _("{day}要 {needed} 位志愿者：{title}。").format(
                day=format_day(body.held_on), needed=format_count(body.needed), title=title.rstrip("。")
            ),
            _("每 {hours} 小时 {points} 分（积分细则 {rule}），由每月评议加上。").format(
                hours=format_hours(body.unit_hours_hundredths),
                points=format_count(find_points(view.reader.facts, body)),
                rule=body.rule,
            ),
        ),
        facts=(Fact(_("地点"), read_text(view.texts, body.place)),),
        links=(_link_volunteering(view),),
    )


def explain_claimed(view: VillageView, _entry: Entry, body: TaskClaimed) -> Explanation:
    return Explanation(
        what=_("志愿服务 {number} 的报名").format(number=body.task),
        title=_("{title}：报名 {count} 人").format(
            count=format_count(len(body.claims)), title=_name_task(view, body.task)
        ),
        sentences=(_("又有 {count} 人报了名。是谁不公开。").format(count=format_count(len(body.claims))),),
        links=(_link_volunteering(view),),
    )


def explain_hours(view: VillageView, _entry: Entry, body: HoursBooked) -> Explanation:
    hours = format_hours(sum(line.hours_hundredths for line in body.lines))
    told = _("照签到表，{people} 人干了 {hours} 小时。谁干了多久不公开；够数的，由每月评议加分。").format(
        hours=hours, people=format_count(len(body.lines))
    )
    again = (_("这是第 {version} 张签到表，换下了前面那一张。").format(version=body.version),)
    return Explanation(
        what=_("志愿服务 {number} 的签到").format(number=body.task),
        title=_("{title}：{hours} 小时").format(hours=hours, title=_name_task(view, body.task)),
        sentences=(told, *(again if body.version > 1 else ())),
        links=(_link_volunteering(view),),
    )


def _name_task(view: VillageView, number: str) -> str:
    task = find_task(view.reader.facts, number)
    return read_text(view.texts, task.body.title) if task is not None else number


def _link_volunteering(view: VillageView) -> Link:
    return Link(_("志愿服务：有哪些、还缺几人"), f"/v/{view.code}/volunteering")


def _list_line_facts(name: str, line: RedeemedLine) -> tuple[Fact, ...]:
    return (
        Fact(_("商品"), name),
        Fact(_("成本"), _("{amount} 元").format(amount=format_amount(line.cost_fen))),
    )


def _name_goods(view: VillageView, period: str, version: int, code: str) -> str:
    versions = list_versions(view.reader.facts, period)
    goods = next((shop.goods for shop in versions if shop.version == version), ())
    name = next((read_text(view.texts, item.name) for item in goods if item.code == code), "")
    return f"{code} {name}".rstrip()


def _link_shop(view: VillageView) -> Link:
    return Link(_("积分超市：有什么、预算用了多少"), f"/v/{view.code}/shop")
