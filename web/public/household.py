"""A household's own page: whoever holds its card sees what is kept about it, line by line, and takes the proof along.
A party member's card opens the member's page instead.

The card's code is scanned or typed and sent in a form; it stands in no address that reaches the server, sets no cookie,
and nothing remembers it between two pages. Whatever opens nothing is answered alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ledger.books.cases import STAGE_NAMES
from ledger.books.points import CONSENT_NAMES, Consent
from ledger.books.points_figures import count_units, name_span
from ledger.figures.cases import OwnCase
from ledger.figures.households import HeldConsent, HouseholdLine, OwnHonour
from ledger.service.cards import (
    HouseholdCard,
    describe_household,
    is_member,
    open_card,
    prove_household,
)
from ledger.state.redeeming import Redeemed
from reports.words import format_day, format_month
from web.desk.forms import Pairs, build_form
from web.desk.looks import LookRow
from web.i18n import _
from web.page import Frame
from web.public.asking import Asking
from web.public.gate import get_gates
from web.public.member import list_looks, serve_member
from web.respond import NEVER, Answer, AnyRequest
from web.routing import get_site, route_form, route_form_page
from web.site import JSON, VillageView

YEAR_MAX_CHARS = 4
ASKING = Asking(
    closed={
        "open": _(
            "这个网址不是 https，户卡上的码在路上会被人看见，所以这里不查。请到村里看，或者打监督电话。"
        ),
        "stranger": _("没有查：这一步不是从本站的网页点的。请再扫一次户卡，或从本村公开栏打开“查自家积分”。"),
        "vault": _("网上现在查不了：存放内容的地方没有打开。请过一会儿再查，或者打监督电话。"),
    },
    guessed="cards-guessed",
    template="card.html",
    title=_("查自家积分"),
    too_many=_(
        "这张卡打不开。刚才试错的太多：照着卡上的字慢慢抄，抄对了马上就打开；卡丢了，找村文书补一张。"
    ),
    wrong=_("这张卡打不开。照着卡上的字再抄一次；换过新卡的，旧卡就打不开了。卡丢了，找村文书补一张。"),
)
"""What is asked for, and what is said of what opens nothing."""
_CONSENT_ABOUT: dict[Consent, str] = {
    "scoring": _("评议小组每月给您家记分"),
    "display": _("村公开栏的附页上列您家的户号和加分，不上网"),
    "naming": _("受表彰时，户主的名字写在村公开栏，不上网"),
}
"""What each consent allows, as the agreement that was signed says it."""


@dataclass(frozen=True)
class LineRow:
    """One line: `entry` leads to its record, `wording` is how an objection to it begins."""

    entry: str
    evidence: str
    hidden: bool
    item: str
    number: str
    points: str
    quantity: str
    rule: str
    taken_back: str  # why and where, empty for a line that stands
    wording: str


@dataclass(frozen=True)
class ConsentRow:
    """One consent: `about` says what it allows, `since` when it was given or taken back, empty where it never was."""

    about: str
    is_given: bool
    since: str
    title: str


@dataclass(frozen=True)
class MonthRows:
    month: str
    points: str
    rows: tuple[LineRow, ...]


@dataclass(frozen=True)
class RedeemedRow:
    """Something taken from the points shop: `entry` leads to its record."""

    day: str
    entry: str
    number: str
    points: str
    receipt: str
    taken_back: bool


@dataclass(frozen=True)
class HonourRow:
    """An honour of the household: `check` is the code on its certificate, `path` where that is checked; `taken` says
    why it was taken back, empty while it holds.
    """

    check: str
    day: str
    name: str
    path: str
    span: str
    taken: str
    title: str


@dataclass(frozen=True)
class AnnexRow:
    """The household's line on a month's annex: `entry` leads to the record that has it."""

    entry: str
    index: str
    month: str
    number: str
    points: str
    sheet: str


@dataclass(frozen=True)
class OwnCaseRow:
    """A case that the household reported: what it said, and each step as (day, which, words). `path` is empty where it
    has no page.
    """

    day: str
    number: str
    path: str
    stage: str
    steps: tuple[tuple[str, str, str], ...]
    title: str
    wording: str


@dataclass(frozen=True)
class OwnPage:
    """What a card shows. `code` goes along in the forms of the page, for another year or the proof."""

    annexed: tuple[AnnexRow, ...]  # newest month first
    balance: str  # points that may still be redeemed; empty where there is no shop
    base_points: str
    cases: tuple[OwnCaseRow, ...]
    code: str
    consents: tuple[ConsentRow, ...]
    frame: Frame
    group: int
    honours: tuple[HonourRow, ...]
    left_out: int
    looks: tuple[LookRow, ...]
    months: tuple[MonthRows, ...]
    name: str
    number: str
    older: str  # the deductions that are shown line by line no more; empty for none
    points: str
    redeemed: tuple[RedeemedRow, ...]
    telephone: str
    until: str  # the last month in which they may
    year: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class CardForm:
    code: str
    year: str = ""


@route_form_page("/v/{code:str}/card", summary="The form in which a household's card is typed")
def show_asking(request: AnyRequest, code: str) -> Answer:
    """Answer with the form; a script sends what the card's code has behind the number sign."""
    return ASKING.ask(request, code, ASKING.find_closed(request, code))


@route_form("/v/{code:str}/card", summary="What a household's card shows")
def take_card(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with the household's own page, or with the form again."""
    opened = _open(request, pairs, refused, code)
    if isinstance(opened, Answer):
        return opened
    form, household = opened
    if is_member(household):
        return serve_member(request, code, household, form.code, form.year[:YEAR_MAX_CHARS])

    def build(view: VillageView) -> OwnPage:
        card = describe_household(view.ports, view.reader, code, household, form.year[:YEAR_MAX_CHARS])
        return _build_page(view, card, form.code, *list_looks(request, code, household))

    return get_site(request).serve_fresh(request, code, "own.html", build)


@route_form("/v/{code:str}/card/proof", summary="The file in which a household carries its own lines away")
def take_proof(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with the file, which `mingbai audit` reads offline."""
    opened = _open(request, pairs, refused, code)
    if isinstance(opened, Answer):
        return opened
    form, household = opened
    ports = get_site(request).ports
    with ports.ledger.read(code) as reader:
        year = describe_household(ports, reader, code, household, form.year[:YEAR_MAX_CHARS]).year.year
        body = prove_household(ports, reader, code, household, year)
    headers = {
        "cache-control": NEVER,
        "content-disposition": f'attachment; filename="mingbai-{code}-{year}.json"',
        "content-type": JSON,
    }
    return Answer(body, headers, False, 200)


def _open(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> tuple[CardForm, str] | Answer:
    """Return the form and whose card it is, or the answer for what opens nothing.

    The card is looked up before anything is counted, see `gate.CardGate`.
    """
    if refused:
        return ASKING.ask(request, code, ASKING.closed[refused], status=403)
    form = build_form(CardForm, pairs)
    site = get_site(request)
    closed = ASKING.find_closed(request, code)
    if closed:
        return ASKING.ask(request, code, closed, status=503)
    household = open_card(site.ports, code, form.code)
    return (
        (form, household) if household is not None else ASKING.refuse(request, code, get_gates(request).cards)
    )


def _build_page(
    view: VillageView, card: HouseholdCard, code: str, looks: tuple[LookRow, ...], left_out: int
) -> OwnPage:
    months = [
        MonthRows(
            month=format_month(period),
            points=str(sum(line.points for line in lines if not line.reversed_at)),
            rows=tuple(_build_row(view, line, card.number) for line in lines),
        )
        for period, lines in (
            (period, list(found)) for period, found in groupby(card.lines, lambda line: line.period)
        )
    ]
    older = _("{month}以前的扣分 {count} 笔，合计 {points} 分，不再逐笔列出，仍算在全年里。")
    return OwnPage(
        annexed=tuple(
            AnnexRow(
                entry=f"/v/{view.code}/entries/{line.entry}",
                index=str(line.entry),
                month=format_month(line.period),
                number=line.number,
                points=f"{line.points:+d}",
                sheet=line.sheet,
            )
            for line in card.year.annexed[::-1]
        ),
        balance=str(card.balance.left) if card.balance is not None else "",
        base_points=str(card.base_points),
        cases=tuple(_build_case(view, own) for own in card.cases),
        code=code,
        consents=tuple(_build_consent(view, held) for held in card.consents),
        frame=view.build_frame(_("自家积分")),
        group=card.group,
        honours=tuple(_build_honour(view, item) for item in card.year.honours),
        left_out=left_out,
        looks=looks,
        months=tuple(months),
        name=card.name,
        number=card.number,
        older=older.format(
            count=card.hidden, month=format_month(card.hidden_before), points=card.hidden_points
        )
        if card.hidden
        else "",
        points=str(card.year.points),
        redeemed=tuple(_build_redeemed(view, item) for item in card.redeemed),
        telephone=view.read_telephone(),
        until=format_month(card.redeemable_to) if card.redeemable_to else "",
        year=card.year.year,
        years=card.years,
    )


def _build_consent(view: VillageView, held: HeldConsent) -> ConsentRow:
    day = format_day(view.reader.facts.read_entry(held.at).occurred_on) if held.at else ""
    since = _("{day}撤回").format(day=day) if day else ""
    if held.is_given:
        since = _("{day}起，按细则第 {version} 版").format(day=day, version=held.version)
    return ConsentRow(
        about=_CONSENT_ABOUT[held.name],
        is_given=held.is_given,
        since=since,
        title=CONSENT_NAMES[held.name].removeprefix("同意"),
    )


def _build_row(view: VillageView, line: HouseholdLine, household: str) -> LineRow:
    points, quantity = f"{line.points:+d}", count_units(line.quantity, line.unit)
    taken = _("已冲销：{why}").format(why=line.why) if line.reversed_at else ""
    return LineRow(
        entry=f"/v/{view.code}/entries/{line.entry}",
        evidence=line.evidence,
        hidden=line.is_sealed,
        item=line.item,
        number=str(line.entry),
        points=points,
        quantity=quantity,
        rule=line.rule,
        taken_back=taken,
        wording=_("户号 {household}，{month} {rule} {item}，{quantity}，{points} 分。我知道的是：").format(
            household=household,
            month=format_month(line.period),
            rule=line.rule,
            item=line.item,
            quantity=quantity,
            points=points,
        ),
    )


def _build_case(view: VillageView, own: OwnCase) -> OwnCaseRow:
    body, name = own.case.body, view.ports.reference.cases.name
    return OwnCaseRow(
        day=format_day(own.case.known.received_on),
        number=body.number,
        path=f"/v/{view.code}/cases/{body.number}" if own.case.has_page else "",
        stage=STAGE_NAMES[own.case.stage],
        steps=tuple((format_day(step.day), STAGE_NAMES[step.stage], step.words) for step in own.steps),
        title=name(own.kind),
        wording=own.wording,
    )


def _build_honour(view: VillageView, item: OwnHonour) -> HonourRow:
    return HonourRow(
        check=f"{item.check[:4]} {item.check[4:]}",
        day=format_day(item.day),
        name=item.name,
        path=f"/v/{view.code}/honours/{item.number}#{item.check}",
        span=name_span(item.span, item.until),
        taken=_("发错了，已撤销：{why}").format(why=item.why) if item.reversed_at else "",
        title=item.title,
    )


def _build_redeemed(view: VillageView, item: Redeemed) -> RedeemedRow:
    return RedeemedRow(
        day=format_day(item.redemption.day),
        entry=f"/v/{view.code}/entries/{item.at}",
        number=str(item.at),
        points=str(item.redemption.points),
        receipt=item.redemption.receipt,
        taken_back=bool(item.taken),
    )
