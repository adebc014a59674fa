"""The sheets 兑换, 商品, 超市, 退回: the points shop, and what households take for their points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger.books.money import format_yuan
from ledger.books.screening import format_found, hide_numbers
from ledger.books.shops import (
    LINES_MAX,
    Goods,
    PointsRedeemed,
    RedeemedLine,
    Redemption,
    RedemptionReversed,
    ShopAdopted,
)
from ledger.errors import Fault
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.service.drafts import Discloser
from ledger.service.preview import name_known, preview_redeemed, preview_shop
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.numbers import check_number_form
from ledger.service.workbooks.people import (
    check_name,
    check_title,
    fault_twice,
    fault_zero,
    find_by_number,
    find_private,
    list_registered,
    read_text,
)
from ledger.service.workbooks.registers import check_texts, take_numbered
from ledger.service.workbooks.tray import Tray
from ledger.state.redeeming import MonthDay, check_redemption, list_redeemed
from ledger.state.shops import find_current_shop, find_newest_shop, find_shop
from ledger.vaults import Household


def gather_shop(
    tray: Tray,
    redeemed: Sequence[Line],
    goods: Sequence[Line],
    terms: Sequence[Line],
    returned: Sequence[Line],
) -> None:
    """Judge what a file says of the shop and draft it: first its goods and terms, then what was taken and returned."""
    _gather_version(tray, goods, terms)
    known = list_registered(tray.desk, tray.facts)
    by_month: dict[str, list[Line]] = defaultdict(list)
    for line in redeemed:
        tray.refuse(check_number_form(line, "收据号"))
        tray.refuse(_check_counted(line, "数量"))
        by_month[line.text("日期")[:7]].append(line)
    for period in sorted(by_month):
        _gather_month(tray, known, period, by_month[period])
    for line in returned:
        tray.refuse(check_number_form(line, "收据号"))
        _gather_return(tray, known, line)


def _gather_version(tray: Tray, goods: Sequence[Line], terms: Sequence[Line]) -> None:
    """Draft the next version of the shop, where a file changes anything of it."""
    rows = list(take_numbered(tray, goods, "商品编号", ("商品名称",), _check_goods))
    for line in terms:
        tray.refuse([*check_number_form(line, "决议编号"), *_check_paid(line, "预算")])
    if len(terms) > 1:
        tray.refuse([fault_twice(terms[1], "开始月份", "超市", terms[0])])
    place = (*goods, *terms)
    if not place or not all(tray.is_ready(line) for line in place):
        return
    before = find_newest_shop(tray.facts)
    if before is None and not terms:
        tray.refuse([_fault_no_terms(goods[0])])
        return
    texts = Discloser(tray.desk.ports.entropy)
    body = _build_shop(tray, before, rows, terms, texts)
    if body is None:
        tray.refuse([_fault_no_goods(terms[0])])
        return
    today = tray.desk.today
    faults = tray.check(body, today, today[:7])
    for fault in faults:
        # The year, the budget and the resolution are typed on the sheet of the terms, whatever else the file has.
        tray.refuse([fault], "工作表「商品」" if fault.code.startswith("goods-") else "工作表「超市」")
    if not faults:
        label = (
            f"积分超市第 {body.version} 版：{body.first_period} 至 {body.last_period}，"
            f"商品 {len(body.goods)} 种，预算 {format_yuan(body.budget_fen)} 元"
        )
        names = {item.code: str(texts.find(item.name.text)) for item in body.goods}
        tray.preview += [label, *preview_shop(body, names)]
        tray.add(body, today, today[:7], label, texts)


def _build_shop(
    tray: Tray, before: ShopAdopted | None, rows: Sequence[Line], terms: Sequence[Line], texts: Discloser
) -> ShopAdopted | None:
    """Return the shop as its newest version with these rows; a new points year begins with these rows alone."""
    first, last, budget_fen, resolution = _read_terms(before, terms)
    goods = {
        item.code: (item.points, item.cost_fen, item.stock, read_text(tray.desk, item.name.text))
        for item in (before.goods if before is not None and before.first_period == first else ())
    }
    for line in rows:
        goods[line.text("商品编号")] = (
            line.number("兑换积分"),
            line.number("成本"),
            line.number("进货总数"),
            line.text("商品名称"),
        )
    if not goods:
        return None
    return ShopAdopted(
        budget_fen=budget_fen,
        first_period=first,
        goods=tuple(
            Goods(code=code, cost_fen=cost, name=texts.publish("name", name), points=points, stock=stock)
            for code, (points, cost, stock, name) in sorted(goods.items())
        ),
        last_period=last,
        resolution=resolution,
        version=before.version + 1 if before is not None else 1,
    )


def _read_terms(before: ShopAdopted | None, terms: Sequence[Line]) -> tuple[str, str, int, str]:
    """Return first and last month, budget and resolution: those typed, else those of the version before."""
    if terms:
        row = terms[0]
        return row.text("开始月份"), row.text("结束月份"), row.number("预算"), row.text("决议编号")
    assert before is not None, "asked before"
    return before.first_period, before.last_period, before.budget_fen, before.resolution


def _gather_month(tray: Tray, known: dict[str, Household], period: str, lines: Sequence[Line]) -> None:
    """Draft what was taken in a month as one entry."""
    shop = find_shop(tray.facts, period) if period else None
    if shop is None:
        # Lines whose day cannot be read have their fault already.
        tray.refuse([_fault_closed(lines[0], period)] if period else [])
    goods = {item.code: item for item in shop.goods} if shop is not None else {}
    rows: list[tuple[Line, Household, Goods]] = []
    seen: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.text("收据号"), line.text("商品编号"))
        if all(key) and key in seen:
            tray.refuse([fault_twice(line, "商品编号", "同一收据、同一商品", seen[key])])
        seen.setdefault(key, line)
        household, faults = _find_household(line, known)
        item = goods.get(line.text("商品编号"))
        if "商品编号" in line.values and shop is not None:
            faults += _check_item(tray, line, item)
        tray.refuse(faults)
        if household is not None and item is not None and tray.is_ready(line):
            rows.append((line, household, item))
    if shop is None or not rows:
        return
    opened = [_open(line, household, item) for line, household, item in rows]
    index = tray.facts.next_index
    if len(rows) > LINES_MAX:  # Said first: a file lists so many faults only, and each row may have one.
        tray.refuse([_fault_lines(rows[LINES_MAX][0], len(rows))])
    day = tray.desk.get_day_in(period)
    tray.refuse(check_redemption(tray.facts, MonthDay(period, day), index, opened, find_private(tray.desk)))
    if len(rows) <= LINES_MAX:
        _draft_redeemed(tray, day, shop.version, rows)


def _draft_redeemed(
    tray: Tray, day: str, version: int, rows: Sequence[tuple[Line, Household, Goods]]
) -> None:
    texts, period = Discloser(tray.desk.ports.entropy), day[:7]
    lines = [
        RedeemedLine(
            cost_fen=item.cost_fen * line.number("数量"),
            goods=item.code,
            points=item.points * line.number("数量"),
            quantity=line.number("数量"),
            subject=texts.seal(
                "subject",
                {
                    "day": line.text("日期"),
                    "household": household.household,
                    "receipt": line.text("收据号"),
                },
            ),
        )
        for line, household, item in rows
    ]
    body = PointsRedeemed(lines=tuple(sorted(lines, key=lambda line: line.subject.sealed)), version=version)
    faults = tray.check(body, day, period)
    tray.refuse(faults, f"工作表「{rows[0][0].sheet}」")
    if faults or tray.faults:
        return
    points, cost_fen = sum(line.points for line in lines), sum(line.cost_fen for line in lines)
    label = f"积分兑换 {period}：{len(lines)} 笔，{points} 分，成本 {format_yuan(cost_fen)} 元"
    tray.preview.append(label)
    tray.preview += [
        preview_redeemed(
            (name_known(household), line.text("日期"), line.text("收据号")),
            f"{item.code} {line.text('商品名称')}",
            line.number("数量"),
            item.points * line.number("数量"),
        )
        for line, household, item in rows
    ]
    tray.add(body, day, period, label, texts)


def _gather_return(tray: Tray, known: dict[str, Household], line: Line) -> None:
    tray.refuse(check_texts(tray, line, ("原因",)))
    household, faults = _find_household(line, known)
    tray.refuse(faults)
    if household is None or not tray.is_ready(line):
        return
    day, receipt, code = line.text("日期"), line.text("收据号"), line.text("商品编号")
    shop = find_current_shop(tray.facts, day[:7])
    lines = list_redeemed(tray.facts, shop, find_private(tray.desk)) if shop is not None else []
    named = (household.household, receipt, code)
    found = next(
        (
            item
            for item in lines
            if (item.redemption.household, item.redemption.receipt, item.goods) == named and not item.taken
        ),
        None,
    )
    if found is None or not tray.facts.is_recorded(found.at):
        tray.refuse([_fault_no_line(line)])
        return
    texts = Discloser(tray.desk.ports.entropy)
    reason = line.text("原因")
    body = RedemptionReversed(line=found.digest, reason=texts.publish("reason", reason), reverses=found.at)
    more = tray.check(body, day, day[:7])
    tray.refuse(more, line.place)
    if not more:
        label = f"退回积分兑换 {day[:7]}：{code}，还 {found.redemption.points} 分，{reason}"
        tray.preview += [label, f"　户 {name_known(household)} 收据 {receipt}"]
        tray.add(body, day, day[:7], label, texts)


def _open(line: Line, household: Household, item: Goods) -> Redemption:
    return Redemption(
        day=line.text("日期"),
        household=household.household,
        place=line.place,
        points=item.points * line.number("数量"),
        receipt=line.text("收据号"),
    )


def _find_household(line: Line, known: dict[str, Household]) -> tuple[Household | None, list[Fault]]:
    if "户号" not in line.values:
        return None, []
    found = find_by_number(line, "户号", known, "农户")
    return (None, [found]) if isinstance(found, Fault) else (found, check_name(line, "户主", found.name))


def _check_item(tray: Tray, line: Line, item: Goods | None) -> list[Fault]:
    """The goods are in the catalogue, under the name beside the code."""
    if item is not None:
        name = read_text(tray.desk, item.name.text) or _read_new(tray, item.name.text)
        return check_title(line, "商品名称", name, item.code)
    return [
        Fault(
            code="goods-unknown",
            place=line.at("商品编号"),
            found=format_found(hide_numbers(line.text("商品编号"))),
            expected="商品目录里有的编号",
            remedy="对照商品目录改正；新的商品先写进「商品」",
        )
    ]


def _read_new(tray: Tray, digest: str) -> str:
    """Return a public text of a draft of this file."""
    texts = (text for draft in tray.drafts for text in draft.public)
    return next((str(parse_disclosure(text)[1]) for text in texts if digest_disclosure(text) == digest), "")


def _check_goods(line: Line) -> Iterator[Fault]:
    yield from _check_counted(line, "兑换积分")
    yield from _check_paid(line, "成本")


def _check_counted(line: Line, header: str) -> Iterator[Fault]:
    if header in line.values and line.number(header) < 1:
        yield fault_zero(line, header)


def _check_paid(line: Line, header: str) -> Iterator[Fault]:
    if header in line.values and line.number(header) < 1:
        yield Fault(
            code="shop-amount",
            place=line.at(header),
            found=f"{format_yuan(line.number(header))} 元",
            expected="大于零的金额",
            remedy="写实际的金额，最少 0.01 元",
        )


def _fault_no_terms(line: Line) -> Fault:
    return Fault(
        code="shop-terms",
        place=line.place,
        found="还没有积分超市",
        expected="先在「超市」写上积分年度、预算和决议",
        remedy="补上「超市」的一行，再一起交",
    )


def _fault_no_goods(line: Line) -> Fault:
    return Fault(
        code="shop-goods",
        place=line.place,
        found="没有商品",
        expected="至少一种商品",
        remedy="在「商品」写上可以换什么，再一起交",
    )


def _fault_lines(line: Line, count: int) -> Fault:
    return Fault(
        code="redeemed-lines",
        place=line.place,
        found=f"{line.text('日期')[:7]} 有 {count} 行",
        expected=f"一个月一次不超过 {LINES_MAX} 行",
        remedy="分两次交：先交的通过审核以后再交后面的",
    )


def _fault_closed(line: Line, period: str) -> Fault:
    return Fault(
        code="shop-closed",
        place=line.at("日期"),
        found=f"{period} 没有积分超市",
        expected="积分年度里的日期",
        remedy="先办积分超市并通过审核；上一个积分年度的积分已经清零，不能再换",
    )


def _fault_no_line(line: Line) -> Fault:
    return Fault(
        code="redemption-line",
        place=line.place,
        found=f"收据 {line.text('收据号')} 没有可退的 {line.text('商品编号')}",
        expected="已经记入账本、还没有退回的一行兑换",
        remedy="核对收据号、户号和商品编号；刚交的先让它通过审核",
    )
