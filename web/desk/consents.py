"""A household takes back what it agreed to, told to a clerk; and its agreement on paper, to be signed.

Taking back is two pages without a script: the first says what it does and what it leaves alone, its button does it.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.consents import complete_withdrawn
from ledger.books.points import CONSENT_NAMES, Consent
from ledger.errors import NotFound, Refused
from ledger.service.agreements import Signer, build_agreement_job
from ledger.service.withdrawing import withdraw_consents
from web.audit.view import read_query
from web.cache import PageBytes
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.households import HOUSEHOLDS
from web.desk.reading import read_about, read_head
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.respond import Answer
from web.site import PDF

_CHOICES: dict[str, tuple[Consent, ...]] = {
    "all": tuple(CONSENT_NAMES),
    **{name: (name,) for name in CONSENT_NAMES},
}
"""What may be withdrawn at once, by the word for it in an address."""


@dataclass(frozen=True)
class WithdrawPage:
    """What is about to be withdrawn. `titles` are those of what is in force and goes; empty where nothing does."""

    choice: str
    faults: Faults
    frame: DeskFrame
    name: str
    number: str
    path: str
    takes_scoring: bool
    titles: tuple[str, ...]


@dataclass(frozen=True)
class WithdrawForm:
    """`consent` is what is withdrawn: `all`, or the name of one."""

    consent: str = ""


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/withdraw", allow="consent.withdraw", summary="What withdrawing a consent does"
)
def show_withdraw(desk: Desk, h: str) -> Answer:
    return _show(desk, h, read_query(desk, "consent"))


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/withdraw",
    allow="consent.withdraw",
    method="POST",
    summary="Withdraw a household's consent, at once",
)
def take_withdraw(desk: Desk, h: str) -> Answer:
    choice = desk.parse_form(WithdrawForm).consent
    try:
        withdraw_consents(desk.ports, desk.village, h, _choose(choice), desk.user)
    except Refused as error:
        return _show(desk, h, choice, explain_refusal(error, {}))
    return desk.redirect(f"{HOUSEHOLDS}/{h}?withdrawn=1")


@route_desk(
    "/desk/agreement.pdf", allow="sheet.print", summary="The agreement on paper, with lines to fill in"
)
def show_agreement(desk: Desk) -> Answer:
    return _print(desk, None, "agreement")


@route_desk(
    f"{HOUSEHOLDS}/{{h:str}}/agreement.pdf",
    allow="sheet.print",
    summary="The agreement on paper for one household",
)
def show_own_agreement(desk: Desk, h: str) -> Answer:
    head, asked = read_head(desk, h)
    if asked:
        return desk.redirect(f"{HOUSEHOLDS}/{h}")
    return _print(desk, head, "agreement-own")


def _choose(choice: str) -> tuple[Consent, ...]:
    if choice not in _CHOICES:
        raise NotFound(_("这一项同意"))
    return _CHOICES[choice]


def _show(desk: Desk, h: str, choice: str, refusal: Refusal = NOT_REFUSED) -> Answer:
    taken = complete_withdrawn(_choose(choice))
    about, asked = read_about(desk, h, place="withdraw")
    if about.is_member:
        raise NotFound(_("这一户"))
    if asked:
        return desk.redirect(f"{HOUSEHOLDS}/{h}")
    page = WithdrawPage(
        choice=choice,
        faults=refusal.faults,
        frame=desk.build_frame(_("撤回同意")),
        name=about.name,
        number=about.number,
        path=f"{HOUSEHOLDS}/{h}",
        takes_scoring="scoring" in taken,
        titles=tuple(line.title for line in about.consents if line.is_given and line.name in taken),
    )
    return desk.render("desk/withdraw.html", page, refusal=refusal)


def _print(desk: Desk, signer: Signer | None, name: str) -> Answer:
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        job = build_agreement_job(desk.ports, reader, desk.village, base_url, signer)
    headers = {"content-disposition": f'attachment; filename="{name}-{desk.village}.pdf"'}
    return answer(
        desk.request, PageBytes(get_papers(desk.request).make_once(job), b"", "", PDF), headers=headers
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_withdraw,
    take_withdraw,
    show_agreement,
    show_own_agreement,
)
