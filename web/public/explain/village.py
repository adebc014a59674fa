"""The founding, what a village says of itself, and the seal of a sheet, in plain words."""

from __future__ import annotations

from ledger.books.limits import LimitsAdopted
from ledger.books.money import format_yuan
from ledger.books.sheets import SheetSealed
from ledger.books.village import KeyRotated, LogFounded, LogRefounded, VillageDescribed
from ledger.entries import Entry
from ledger.figures import read_text
from reports.words import format_count, format_day
from web.i18n import _
from web.public.epochs import tell_loss
from web.public.explain.telling import Explanation, Fact, Link
from web.public.months import find_fingerprint, get_sheet_path
from web.site import VillageView
from web.words import name_sheet


def explain_founding(_view: VillageView, entry: Entry, body: LogFounded) -> Explanation:
    return Explanation(
        what=_("立账"),
        title=_("这本账的开头"),
        sentences=(
            _("{day}，本村的账本立账。从这一条起，每一条记录都写着前一条的指纹，谁也不能在中间添改。").format(
                day=format_day(entry.occurred_on)
            ),
        ),
        facts=(
            Fact(_("会计科目表"), _("{year} 年制度").format(year=body.chart)),
            Fact(_("本村的第几册账"), _tell_epoch(body.epoch)),
        ),
        checks=(
            Fact(_("账本的名字"), body.origin),
            Fact(_("核对签名的公钥"), body.verifier_key),
        ),
    )


def _tell_epoch(epoch: int) -> str:
    first = _("第 1 册；丢了账、另立新账的才有第 2 册")
    return first if epoch == 1 else _("第 {epoch} 册").format(epoch=epoch)


def explain_refounding(view: VillageView, entry: Entry, body: LogRefounded) -> Explanation:
    founding = explain_founding(view, entry, body)
    reason = read_text(view.texts, body.reason)
    return Explanation(
        what=_("重新立账"),
        title=_("前一册账丢了一部分，另立新的一册"),
        sentences=(tell_loss(body, reason), *founding.sentences),
        facts=(
            *founding.facts,
            Fact(_("前一册还在的"), _("从头起 {count} 条").format(count=format_count(body.lost_from))),
        ),
        checks=(
            *founding.checks,
            Fact(_("前一册的名字"), body.old_origin),
            Fact(_("前一册核对签名的公钥"), body.old_key),
        ),
    )


def explain_rotation(view: VillageView, entry: Entry, body: KeyRotated) -> Explanation:
    return Explanation(
        what=_("换钥"),
        title=_("换了签名的钥匙"),
        sentences=(
            _("{day}，这本账换了签名用的钥匙，新旧两把都签字认可。").format(
                day=format_day(entry.occurred_on)
            ),
            _("账本记满 {size} 条以后由新钥匙签名；在那以前打印的公开表仍用旧钥匙核对，照样有效。").format(
                size=format_count(body.from_size)
            ),
        ),
        facts=(Fact(_("原因"), read_text(view.texts, body.reason)),),
        checks=(
            Fact(_("换上的公钥"), body.new_key),
            Fact(_("换下的公钥"), body.old_key),
        ),
    )


def explain_description(view: VillageView, _entry: Entry, body: VillageDescribed) -> Explanation:
    name = read_text(view.texts, body.name)
    return Explanation(
        what=_("村情"),
        title=_("村名和监督电话"),
        sentences=(
            _("这本账属于{township}{name}，监督电话 {telephone}。").format(
                township=read_text(view.texts, body.township),
                name=name,
                telephone=read_text(view.texts, body.telephone),
            ),
        ),
    )


def explain_seal(view: VillageView, entry: Entry, body: SheetSealed) -> Explanation:
    sheet = name_sheet(body.sheet, entry.period)
    sentences = [
        _("{day}，{sheet}（编号 {number}）封存公开：数字从此定住，有错只能公开更正。").format(
            day=format_day(entry.occurred_on), sheet=sheet, number=body.number
        ),
        _("表上的数字，由当时账本的全部 {size} 条记录算出来。").format(size=format_count(body.size)),
    ]
    if body.replaces:
        sentences.append(_("它换下了同月的 {number}，因为其中有更正。").format(number=body.replaces))
    return Explanation(
        what=_("封存 {number}").format(number=body.number),
        title=_("封存{sheet}").format(sheet=sheet),
        sentences=tuple(sentences),
        facts=(
            Fact(_("编号"), body.number),
            Fact(_("纸上的指纹码"), find_fingerprint(view, body.size)),
            Fact(_("接上一张"), body.follows or _("没有，是第一张")),
        ),
        checks=(
            Fact(_("数据文件的指纹（SHA-256）"), body.figures),
            Fact(_("PDF 原件的指纹（SHA-256）"), body.pdf),
        ),
        links=(
            Link(
                _("看这张表：{sheet}").format(sheet=sheet),
                get_sheet_path(view.code, body.sheet, entry.period),
            ),
        ),
    )


def explain_limits(view: VillageView, entry: Entry, body: LimitsAdopted) -> Explanation:
    return Explanation(
        what=_("审核限额"),
        title=_("审核限额第 {version} 版").format(version=body.version),
        sentences=(
            _("{day}，村里定下：每张凭证都要监督委员等一位审核人通过。").format(
                day=format_day(entry.occurred_on)
            ),
            _("{amount} 元起的，监督委员和村书记都要通过。").format(amount=format_yuan(body.second_fen))
            if body.second_fen
            else _("不论多少，都不另要第二位审核人。"),
            _("{amount} 元起的，还要乡镇记账员通过。").format(amount=format_yuan(body.third_fen))
            if body.third_fen
            else _("不另要乡镇记账员通过。"),
            *(
                (
                    _("开支 {amount} 元起的，没有通过的决议就不能记账。").format(
                        amount=format_yuan(body.resolution_fen)
                    ),
                )
                if body.resolution_fen
                else ()
            ),
        ),
        facts=(Fact(_("由谁定的"), read_text(view.texts, body.resolution)),),
    )
