"""To ask for a code that is on paper: a form in which it is typed where nobody can scan it, and what is said of a wrong
one.

What opens nothing is answered alike, whatever it is, and counted; a right code is looked up before anything is. See
decisions 0040, 0045 and 0049.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.service.cards import CARD_CHARS
from ledger.service.guessing import Guessed, log_guessing
from web.desk.frame import NO_FAULTS, Faults
from web.desk.routing import get_desk_ports
from web.page import Frame
from web.public.gate import CardGate
from web.respond import Answer, AnyRequest
from web.routing import get_site
from web.sessions import find_network, is_private
from web.site import VillageView, check_village


@dataclass(frozen=True)
class AskPage:
    """The form by which a code is typed. `closed` says why nothing can be opened now, empty where it can."""

    chars: int
    closed: str
    faults: Faults
    frame: Frame
    telephone: str


@dataclass(frozen=True)
class Asking:
    """What is asked for.

    `closed`    why nothing can be opened now: `open` over plain http, `stranger` from a page not ours, `vault` where it
                is locked
    `guessed`   the line of the desk's log when too many wrong ones came
    `template`  of the page with the form
    `too_many`  said in place of `wrong` to a network that sent too many wrong ones
    """

    closed: Mapping[str, str]
    guessed: Guessed
    template: str
    title: str
    too_many: str
    wrong: str

    def find_closed(self, request: AnyRequest, code: str) -> str:
        """Return why nothing can be opened from this request; empty where it can."""
        site = get_site(request)
        check_village(code)
        if not is_private(request, site.settings):
            return self.closed["open"]
        return "" if site.can_read(code) else self.closed["vault"]

    def ask(
        self,
        request: AnyRequest,
        code: str,
        closed: str = "",
        *,
        faults: Faults = NO_FAULTS,
        status: int = 200,
        retry_s: int = 0,
    ) -> Answer:
        """Answer with the form."""

        def build(view: VillageView) -> AskPage:
            return AskPage(
                chars=CARD_CHARS,
                closed=closed,
                faults=faults,
                frame=view.build_frame(self.title),
                telephone=view.read_telephone(),
            )

        headers = {"retry-after": str(retry_s)} if retry_s else None
        return get_site(request).serve_fresh(
            request, code, self.template, build, status=status, headers=headers
        )

    def refuse(self, request: AnyRequest, code: str, gate: CardGate) -> Answer:
        """Answer what opens nothing, whatever it is, and count it."""
        site = get_site(request)
        wait_s, is_to_tell = gate.count(code, find_network(request, site.settings))
        faults = Faults(others=(self.too_many if wait_s else self.wrong,))
        answer = self.ask(request, code, faults=faults, status=429 if wait_s else 422, retry_s=wait_s)
        if is_to_tell:
            # After the answer was made: there is such a village.
            log_guessing(get_desk_ports(site), code, self.guessed)
        return answer
