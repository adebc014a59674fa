"""The demo's receipts: drawn papers as a clerk would have photographed them: `python -m web.demo.papers`.

The pictures under version control, in `documents/`, are what the demo attaches; this module says where they came from,
and a test holds them to it. Each says across its face that it is a sample; sellers, people and numbers are invented.
Figures and days are those of the vouchers in `books`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

from ledger.books.money import format_capitals, format_yuan
from ledger.service.documents import Area
from ledger.service.trays import SCALE
from web.demo.pen import FORM, INK, PRINT, SEAL, Box, Colour, Sheet
from web.demo.people import NAME

FOLDER = Path(__file__).parent / "documents"
MARGIN = 44
"""Pixels of the table that a paper lies on, at each edge of its photograph."""
QUALITY = 74

TABLE: Colour = (112, 96, 80)


class Paper(NamedTuple):
    """A paper: for which voucher, what its file is called, the amounts in fen that its lines add up to a total from,
    how large it is, how it lay when it was photographed, in degrees, what of it nobody may see, and how it is drawn.
    """

    voucher: str
    filename: str
    parts: tuple[int, ...]
    size: tuple[int, int]
    turned: float
    private: tuple[Box, ...]
    draw: Callable[[Sheet], None]

    def list_areas(self) -> tuple[Area, ...]:
        """Return what is blacked out of the photograph, as the attaching service takes it."""
        width, height = self.size[0] + 2 * MARGIN, self.size[1] + 2 * MARGIN
        return tuple(
            (
                1,
                left * SCALE // width,
                top * SCALE // height,
                -(-right * SCALE // width),
                -(-bottom * SCALE // height),
            )
            for left, top, right, bottom in map(self._turn, self.private)
        )

    def _turn(self, box: Box) -> Box:
        """Return what a box of the paper covers of the photograph."""
        middle_x, middle_y = self.size[0] / 2, self.size[1] / 2
        angle = math.radians(-self.turned)
        corners = [
            (
                middle_x + (x - middle_x) * math.cos(angle) - (y - middle_y) * math.sin(angle) + MARGIN,
                middle_y + (x - middle_x) * math.sin(angle) + (y - middle_y) * math.cos(angle) + MARGIN,
            )
            for x in box[::2]
            for y in box[1::2]
        ]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))


class Item(NamedTuple):
    """A line of what was bought, with the price of one in fen."""

    name: str
    unit: str
    quantity: int
    fen: int


def list_papers() -> tuple[Paper, ...]:
    """Return every paper: those of recorded vouchers first, then those of the one that waits."""
    return (
        Paper("2026-11-001", "劳务费发放表.jpg", _ROLL_PARTS, (1400, 860), 0.5, _ROLL_PRIVATE, _draw_roll),
        Paper("2026-11-001", "银行回单.jpg", _SLIP_PARTS, (1400, 760), -0.4, _SLIP_PRIVATE, _draw_slip),
        Paper(
            "2026-11-017",
            "收据.jpg",
            _sum_lines(_RECEIPT),
            (1200, 720),
            -1.1,
            _RECEIPT_PRIVATE,
            _draw_receipt,
        ),
        Paper(
            "2026-10-036",
            "冷库维修发票.jpg",
            _sum_lines(_REPAIR),
            (1400, 900),
            0.7,
            _REPAIR_PRIVATE,
            _draw_repair,
        ),
        Paper("2026-04-014", "租金回单.jpg", _RENT_PARTS, (1400, 760), 0.6, _SLIP_PRIVATE, _draw_rent),
        Paper(
            "2026-04-016",
            "工程款发票.jpg",
            _sum_lines(_CANAL),
            (1400, 900),
            -0.5,
            _INVOICE_SELLER,
            _draw_canal,
        ),
        Paper(
            "2026-04-033",
            "电脑发票.jpg",
            _sum_lines(_COMPUTERS),
            (1400, 900),
            0.4,
            _INVOICE_SELLER,
            _draw_computers,
        ),
        Paper(
            "2026-11-022",
            "桌椅发票.jpg",
            _sum_lines(_CHAIRS),
            (1400, 900),
            -0.6,
            _CHAIRS_PRIVATE,
            _draw_chairs,
        ),
        Paper("2026-11-022", "送货单.jpg", (), (1200, 800), 1.0, _DELIVERY_PRIVATE, _draw_delivery),
    )


_ROLL_PRIVATE: tuple[Box, ...] = ((332, 268, 658, 542), (668, 268, 962, 542))


_ROLL_PARTS = (90_200, 86_100, 79_500)


def _draw_roll(sheet: Sheet) -> None:
    """What the street's cleaners were paid: 2,558.00 yuan, voucher 2026-11-001."""
    sheet.write(700, 66, f"{NAME}街道保洁劳务费发放表", 46, anchor="mm", bold=True)
    sheet.write(80, 136, "2026年10月", 28)
    sheet.write(1320, 136, "单位：元", 28, anchor="rm")
    rows = [
        ("姓名", "身份证号", "银行卡号", "天数", "金额", "签名"),
        ("王样甲", "000000190001010000", "0000 0000 0000 001", "22", format_yuan(_ROLL_PARTS[0]), ""),
        ("李样乙", "000000190002020000", "0000 0000 0000 002", "21", format_yuan(_ROLL_PARTS[1]), ""),
        ("张样丙", "000000190003030000", "0000 0000 0000 003", "19", format_yuan(_ROLL_PARTS[2]), ""),
        ("合计", "", "", "62", format_yuan(sum(_ROLL_PARTS)), ""),
    ]
    sheet.table((80, 170, 1320, 640), (26, 35, 32, 9, 13, 15), rows, colour=PRINT)
    for place, name in enumerate(("王样甲", "李样乙", "张样丙")):
        sheet.pen(1188, 311 + place * 94, name, 40)
    sheet.write(80, 700, f"合计（大写）：{format_capitals(sum(_ROLL_PARTS))}", 30)
    sheet.write(80, 766, "制表：", 28)
    sheet.pen(168, 766, "吴经手", 40)
    sheet.write(560, 766, "审批：", 28)
    sheet.pen(648, 766, "钱主任", 40)
    sheet.seal(1190, 736, "样例石榴河村集体", "财务章", 96)


_SLIP_PRIVATE: tuple[Box, ...] = ((290, 252, 690, 312), (890, 252, 1310, 312))


_SLIP_PARTS = (255_800,)


_RENT_PARTS = (680_000,)


def _draw_slip(sheet: Sheet) -> None:
    """What the bank says of the same payment."""
    village, others = (
        (f"{NAME}股份经济合作社", "0000 0000 0000 0000"),
        ("代发 3 笔（见名单）", "0000 0000 0000 001 等"),
    )
    _draw_bank_slip(sheet, "2026-11-01", (village, others), sum(_SLIP_PARTS), "10月街道保洁劳务费")


def _draw_rent(sheet: Sheet) -> None:
    """What the bank says of the shops' rent: 6,800.00 yuan, voucher 2026-04-014."""
    village, payer = (
        (f"{NAME}股份经济合作社", "0000 0000 0000 0000"),
        ("样例县果满园食品店", "0000 0000 0000 004"),
    )
    _draw_bank_slip(sheet, "2026-04-09", (payer, village), sum(_RENT_PARTS), "4月沿街门面租金")


def _draw_bank_slip(
    sheet: Sheet, day: str, sides: tuple[tuple[str, str], tuple[str, str]], fen: int, use: str
) -> None:
    """`sides` are who pays and who is paid, each with an account."""
    (payer, paid_from), (payee, paid_to) = sides
    blue: Colour = (36, 74, 128)
    sheet.write(80, 70, "样例农村银行", 40, bold=True, colour=blue)
    sheet.write(760, 70, "网上转账  电子回单", 40, anchor="mm", bold=True)
    sheet.write(1320, 70, day, 28, anchor="rm")
    sheet.line(80, 112, 1320, 112, colour=blue, width=4)
    cells = (
        ("付款人", payer, "收款人", payee),
        ("账  号", paid_from, "账  号", paid_to),
        ("开户行", "样例农村银行石榴支行", "开户行", "样例农村银行"),
        ("金  额", f"{format_yuan(fen)} 元", "大  写", format_capitals(fen)),
        ("用  途", use, "流水号", "0000000001"),
    )
    for place, row in enumerate(cells):
        top = 160 + place * 84
        sheet.line(80, top + 84, 1320, top + 84, colour=blue)
        for x, text in zip((100, 300, 700, 900), row, strict=True):
            sheet.write(x, top + 42, text, 30, colour=blue if text in row[::2] else PRINT)
    sheet.line(80, 160, 1320, 160, colour=blue)
    sheet.write(80, 640, "本回单不作收款方发货依据。重复打印无效。", 24, colour=blue)
    sheet.seal(1160, 610, "样例农村银行石榴支行", "回单章", 104)


_RECEIPT_PRIVATE: tuple[Box, ...] = ((890, 560, 1130, 634),)


_RECEIPT: tuple[Item, ...] = (Item("A4复印纸", "包", 1, 2_400), Item("打印机墨盒", "个", 1, 4_000))


def _draw_receipt(sheet: Sheet) -> None:
    """A shop's receipt for paper and ink: 64.00 yuan, voucher 2026-11-017."""
    sheet.write(600, 74, "收  款  收  据", 58, anchor="mm", bold=True, colour=FORM)
    sheet.line(420, 114, 780, 114, colour=FORM, width=3)
    sheet.line(420, 121, 780, 121, colour=FORM)
    sheet.write(1130, 72, "№ 0000017", 38, anchor="rm", colour=SEAL)
    sheet.pen(760, 168, "2026", 36)
    sheet.write(850, 168, "年", 28, colour=FORM)
    sheet.pen(888, 168, "11", 36)
    sheet.write(940, 168, "月", 28, colour=FORM)
    sheet.pen(978, 168, "15", 36)
    sheet.write(1030, 168, "日", 28, colour=FORM)
    sheet.write(70, 168, "交款单位", 30, colour=FORM)
    sheet.pen(216, 166, NAME, 42)
    sheet.line(206, 196, 640, 196, colour=FORM)
    rows = [
        ("品名", "数量", "单价", "金额"),
        *(
            (
                item.name,
                f"{item.quantity}{item.unit}",
                format_yuan(item.fen),
                format_yuan(item.quantity * item.fen),
            )
            for item in _RECEIPT
        ),
        ("", "", "", ""),
    ]
    sheet.table((70, 216, 1130, 456), (44, 18, 19, 19), rows, colour=FORM, handwritten=True)
    sheet.line(700, 430, 1110, 412, colour=INK, width=3)
    sheet.write(70, 508, "人民币（大写）", 30, colour=FORM)
    sheet.pen(290, 506, format_capitals(sum(_sum_lines(_RECEIPT))).removeprefix("人民币"), 44)
    sheet.write(800, 508, "￥", 36, colour=FORM)
    sheet.pen(846, 506, format_yuan(sum(_sum_lines(_RECEIPT))), 44)
    sheet.line(276, 536, 1130, 536, colour=FORM)
    sheet.write(70, 598, "收款单位（章）", 28, colour=FORM)
    sheet.write(560, 598, "收款人", 28, colour=FORM)
    sheet.pen(656, 598, "样小满", 44)
    sheet.write(820, 598, "电话", 28, colour=FORM)
    sheet.pen(896, 598, "00000000000", 36)
    sheet.write(1166, 340, "第\n二\n联\n交\n款\n人", 22, anchor="mm", colour=FORM)
    sheet.seal(380, 580, "样例县样例文具店", "收款专用章", 104)


_INVOICE_SELLER: tuple[Box, ...] = ((276, 692, 560, 742), (276, 748, 830, 796))
_REPAIR_PRIVATE: tuple[Box, ...] = _INVOICE_SELLER
_CHAIRS_PRIVATE: tuple[Box, ...] = _INVOICE_SELLER


_REPAIR: tuple[Item, ...] = (
    Item("制冷机维修工时", "工时", 7, 9_000),
    Item("压缩机密封件", "套", 1, 96_300),
    Item("制冷剂", "瓶", 2, 24_000),
)
_CANAL: tuple[Item, ...] = (
    Item("混凝土渠身", "米", 500, 14_400),
    Item("土方开挖", "方", 1_000, 2_000),
)
_COMPUTERS: tuple[Item, ...] = (Item("台式电脑", "台", 2, 380_000),)
_CHAIRS: tuple[Item, ...] = (Item("会议桌", "张", 1, 90_000), Item("靠背椅", "把", 12, 8_000))


def _draw_repair(sheet: Sheet) -> None:
    """What mending the cold store cost: 2,073.00 yuan, voucher 2026-10-036."""
    _draw_invoice(sheet, "2026年10月26日", "样例冷柜维修部", _REPAIR)


def _draw_canal(sheet: Sheet) -> None:
    """The first part of the ditch: 92,000.00 yuan, voucher 2026-04-016."""
    _draw_invoice(sheet, "2026年4月10日", "样例渠通水利施工队", _CANAL)


def _draw_computers(sheet: Sheet) -> None:
    """Two computers: 7,600.00 yuan, voucher 2026-04-033."""
    _draw_invoice(sheet, "2026年4月24日", "样例电脑门市部", _COMPUTERS)


def _draw_chairs(sheet: Sheet) -> None:
    """A table and chairs for the meeting room: 1,860.00 yuan, voucher 2026-11-022, which waits."""
    _draw_invoice(sheet, "2026年11月18日", "样例木器家具店", _CHAIRS)


def _draw_invoice(sheet: Sheet, day: str, seller: str, items: Sequence[Item]) -> None:
    total = sum(_sum_lines(items))
    lines = [
        (
            item.name,
            item.unit,
            str(item.quantity),
            format_yuan(item.fen),
            format_yuan(item.quantity * item.fen),
        )
        for item in items
    ]
    sheet.write(700, 72, "样例普通发票", 52, anchor="mm", bold=True, colour=FORM)
    sheet.line(520, 110, 880, 110, colour=FORM, width=3)
    sheet.line(520, 117, 880, 117, colour=FORM)
    sheet.write(1330, 60, "发票号码：00000000", 26, anchor="rm")
    sheet.write(1330, 104, f"开票日期：{day}", 26, anchor="rm")
    sheet.scatter(76, 24, 25, 4)
    top, bottom = 146, 800
    sheet.line(70, top, 1330, top, colour=FORM, width=4)
    for y in (246, 560, 640, bottom):
        sheet.line(70, y, 1330, y, colour=FORM, width=4 if y == bottom else 2)
    for x in (70, 1330):
        sheet.line(x, top, x, bottom, colour=FORM, width=4)
    sheet.write(90, 178, "购买方", 26, colour=FORM)
    sheet.write(210, 178, f"名  称：{NAME}股份经济合作社", 28)
    sheet.write(210, 220, "代  码：N0000000000000000X", 28)
    columns = ((90, "l"), (600, "m"), (760, "m"), (980, "r"), (1300, "r"))
    heads = ("项目名称", "单位", "数量", "单价", "金额")
    for number, row in enumerate((heads, *lines)):
        for (x, anchor), text in zip(columns, row, strict=True):
            colour = PRINT if number else FORM
            sheet.write(x, 284 + number * 58, text, 28, anchor=f"{anchor}m", colour=colour)
    sheet.write(90, 600, "价税合计（大写）", 28, colour=FORM)
    sheet.write(330, 600, f"⊗ {format_capitals(total)}", 30)
    sheet.write(980, 600, "（小写）", 28, colour=FORM)
    sheet.write(1300, 600, f"￥{format_yuan(total)}", 32, anchor="rm", bold=True)
    sheet.write(90, 720, "销售方", 26, colour=FORM)
    for place, (name, text) in enumerate(
        (("名  称", seller), ("电  话", "0000-0000000"), ("账  号", "样例农村银行 0000 0000 0000 0000"))
    ):
        sheet.write(180, 664 + place * 54, f"{name}：", 26, colour=FORM)
        sheet.write(284, 664 + place * 54, text, 28)
    sheet.write(90, 832, "收款人：样小满    复核：样立春    开票人：样谷雨", 26, colour=FORM)
    sheet.seal(1120, 716, f"样例县{seller}", "发票专用章")


_DELIVERY_PRIVATE: tuple[Box, ...] = ((700, 166, 1120, 226), (300, 606, 560, 680))


def _draw_delivery(sheet: Sheet) -> None:
    """What came with the table and the chairs; it waits with them."""
    sheet.write(600, 76, "送  货  单", 56, anchor="mm", bold=True)
    sheet.write(1130, 76, "№ 0000022", 34, anchor="rm", colour=SEAL)
    sheet.write(70, 146, "收货单位", 30)
    sheet.pen(216, 144, f"{NAME}委会", 42)
    sheet.write(70, 200, "日期", 30)
    sheet.pen(160, 198, "2026年11月18日", 36)
    sheet.write(640, 198, "电话", 30)
    sheet.pen(716, 196, "00000000000", 38)
    rows = [
        ("货名", "数量", "备注"),
        ("会议桌", "1张", "已装好"),
        ("靠背椅", "12把", "点过，没有坏的"),
        ("", "", ""),
    ]
    sheet.table((70, 250, 1130, 560), (40, 22, 38), rows, colour=PRINT, handwritten=True)
    sheet.write(70, 640, "送货人", 30)
    sheet.write(190, 640, "（签名）", 26)
    sheet.pen(316, 642, "样大暑", 46)
    sheet.write(640, 640, "收货人（签名）", 28)
    sheet.pen(860, 642, "周采办", 48)


def photograph(paper: Paper) -> bytes:
    """Return a paper as a phone takes it: on a table, not quite straight, one corner lighter than the others."""
    sheet = Sheet(paper.size, paper.filename, (250, 248, 242))
    paper.draw(sheet)
    sheet.mark()
    size = paper.size[0] + 2 * MARGIN, paper.size[1] + 2 * MARGIN
    mask = Image.new("L", size, 0)
    mask.paste(255, (MARGIN, MARGIN, size[0] - MARGIN, size[1] - MARGIN))
    mask = mask.rotate(paper.turned, Image.Resampling.BICUBIC)
    face = Image.new("RGB", size, TABLE)
    face.paste(sheet.image, (MARGIN, MARGIN))
    face = face.rotate(paper.turned, Image.Resampling.BICUBIC)
    picture = Image.new("RGB", size, TABLE)
    shadow = (
        ImageChops.offset(mask, 7, 9).filter(ImageFilter.GaussianBlur(9)).point(lambda level: level * 5 // 10)
    )
    picture.paste((38, 32, 26), (0, 0), shadow)
    picture.paste(face, (0, 0), mask)
    light = (
        Image.linear_gradient("L").rotate(35, Image.Resampling.BICUBIC).crop((40, 40, 216, 216)).resize(size)
    )
    picture.paste((60, 56, 60), (0, 0), light.point(lambda level: level * 26 // 255))
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, subsampling="4:2:0", optimize=True)
    return out.getvalue()


def list_pictures() -> Iterator[tuple[str, bytes]]:
    """Yield the name of every picture in the folder with its bytes."""
    for paper in list_papers():
        yield paper.filename, photograph(paper)


def read_picture(paper: Paper) -> bytes:
    """Return a paper's picture as it is kept."""
    return (FOLDER / paper.filename).read_bytes()


def _sum_lines(items: Sequence[Item]) -> tuple[int, ...]:
    return tuple(item.quantity * item.fen for item in items)


if __name__ == "__main__":
    for name, data in list_pictures():
        (FOLDER / name).write_bytes(data)
