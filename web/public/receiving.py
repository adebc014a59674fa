"""What the forms share by which anybody sends something to a village, and sees later by a receipt what became of it:
when nothing can be taken, how much one network may send, and the page on which number and code are typed.

Nothing personal stands in an address, and nothing of who sent something is kept but what they wrote themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ledger.ports import Ports
from ledger.service.receipts import CODE_CHARS, Receipt
from reports.words import format_day
from web.desk.forms import Pairs, build_form
from web.desk.frame import NO_FAULTS, Faults
from web.i18n import _
from web.page import Frame
from web.public.gate import get_gates
from web.public.objections import ObjectionRow
from web.respond import Answer, AnyRequest
from web.routing import get_site
from web.sessions import find_network, is_private
from web.site import VillageView, check_village

FoundT = TypeVar("FoundT")


class Became(NamedTuple):
    """What became of something, for the page: its receipt's number, sentences, a row of the list of objections, and the
    page of what it became. None and empty where there is none.
    """

    number: int
    said: tuple[str, ...]
    row: ObjectionRow | None = None
    path: str = ""


@dataclass(frozen=True)
class LookUpPage:
    """The form by which a receipt is looked up, and what became of it: `row` of a registered objection, `said` in
    sentences, `path` of its own page. `folder` is that of the list to which it belongs.
    """

    all: str
    faults: Faults
    folder: str
    frame: Frame
    is_found: bool
    number: str
    path: str
    row: ObjectionRow | None
    said: tuple[str, ...]
    telephone: str


@dataclass(frozen=True)
class Term:
    """Until when at the latest something is done, in words."""

    name: str
    words: str


@dataclass(frozen=True)
class ReceiptPage:
    """What the writer takes along, shown once; `is_carded` where a household's card shows what was sent, too."""

    code: str
    frame: Frame
    is_carded: bool
    number: str
    received: str
    telephone: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class LookUpForm:
    number: str
    code: str


@dataclass(frozen=True)
class LookUp(Generic[FoundT]):
    """How receipts of one kind are looked up.

    `all`     how the link to the whole list is called, in `folder` of the village
    `find`    what became of it by village, number and code, None where these do not belong together
    `reasons` why nothing can be taken, by code
    `tell`    the same for the page
    """

    all: str
    find: Callable[[Ports, str, str, str], FoundT | None]
    folder: str
    reasons: Mapping[str, str]
    tell: Callable[[VillageView, FoundT], Became]
    title: str

    def show(
        self,
        request: AnyRequest,
        code: str,
        *,
        number: str = "",
        found: FoundT | None = None,
        faults: Faults = NO_FAULTS,
        status: int = 200,
        retry_s: int = 0,
    ) -> Answer:
        """Answer with the form, and what became of what was found."""

        def build(view: VillageView) -> LookUpPage:
            became = self.tell(view, found) if found is not None else None
            return LookUpPage(
                all=self.all,
                faults=faults,
                folder=f"/v/{code}/{self.folder}",
                frame=view.build_frame(self.title),
                is_found=became is not None,
                number=format_receipt(became.number) if became is not None else number,
                path=became.path if became is not None else "",
                row=became.row if became is not None else None,
                said=became.said if became is not None else (),
                telephone=view.read_telephone(),
            )

        return get_site(request).serve_fresh(
            request, code, "look_up.html", build, status=status, headers=build_retry(retry_s)
        )

    def take(self, request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
        """Answer with what became of it; whatever does not fit is answered alike."""
        site, gate = get_site(request), get_gates(request).tried
        check_village(code)
        if refused:
            return self.show(request, code, faults=Faults(others=(self.reasons[refused],)), status=403)
        form = build_form(LookUpForm, pairs)
        network = find_network(request, site.settings)
        wait_s = gate.enter(network)
        if wait_s:
            said = _("试的次数太多，请过 {count} 秒再试。").format(count=wait_s)
            faults = Faults(others=(said,))
            return self.show(request, code, number=form.number, faults=faults, status=429, retry_s=wait_s)
        found = self.find(site.ports, code, form.number, form.code)
        if found is None:
            said = _("收件号和查询码对不上。请照着收条再抄一次；收条丢了的，可以问监督委员。")
            return self.show(request, code, number=form.number, faults=Faults(others=(said,)), status=422)
        gate.leave(network)
        return self.show(request, code, found=found)


def find_closed(
    request: AnyRequest, code: str, reasons: Mapping[str, str], can_receive: Callable[[Ports, str], bool]
) -> str:
    """Return why nothing can be taken from this request; empty where it can."""
    site = get_site(request)
    check_village(code)
    if not is_private(request, site.settings):
        return reasons["open"]
    if not site.can_read(code):
        return reasons["vault"]
    return "" if can_receive(site.ports, code) else reasons["full"]


def build_receipt(
    view: VillageView, receipt: Receipt, terms: tuple[Term, ...], *, is_carded: bool = False
) -> ReceiptPage:
    """Return the page of a receipt."""
    return ReceiptPage(
        code=format_code(receipt.code),
        frame=view.build_frame(_("收到了")),
        is_carded=is_carded,
        number=format_receipt(receipt.number),
        received=format_day(receipt.received_on),
        telephone=view.read_telephone(),
        terms=terms,
    )


def tell_wait(wait_s: int) -> Faults:
    """Say that a network sent too much, and how long to wait."""
    said = _("从这个网络刚交来的太多，请过 {count} 分钟再交。写的还在下面。").format(count=-(-wait_s // 60))
    return Faults(others=(said,))


def build_retry(retry_s: int) -> dict[str, str] | None:
    """Return the header that says in how many seconds to try again; None where one need not wait."""
    return {"retry-after": str(retry_s)} if retry_s else None


def format_receipt(number: int) -> str:
    """Return a receipt's number as people read it."""
    return f"{number:04d}"


def format_code(code: str) -> str:
    """Return a receipt's code as people copy it, four characters at a time."""
    return " ".join(code[at : at + 4] for at in range(0, CODE_CHARS, 4))
