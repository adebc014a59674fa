"""How a handler becomes a route of the desk.

Whoever adds a page says with `allow` what it takes: `anyone` before a sign-in, `signed-in` for whatever somebody does
with their own account, or an action of the table of roles. Then, before the handler runs, in this order: nobody may be
able to read along; a form must come from our own page; somebody must be signed in, must have done what is due first,
must have the role; and the form must carry the session's token. What is refused for want of a right is logged.

Handlers run in threads of the desk's own, so that readers of public pages never wait for whoever is signing in.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from ledger.desk import Account
from ledger.errors import NotFound, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import Event, check_remembered, log_fact
from ledger.service.accounts.own import prove_password
from ledger.service.accounts.rights import find_allowed_roles
from ledger.service.accounts.sessions import Duty, Origin, SignedIn
from ledger.service.persons import DUTY_NAMES
from web.cache import PageBytes, build_page_bytes
from web.desk.forms import FIELDS_MAX, ROWS_FIELDS_MAX, FormT, Pairs, build_form, find_token, read_pairs
from web.desk.frame import NOT_REFUSED, DeskFrame, Refusal, tell_fault
from web.desk.rooms import list_rooms
from web.i18n import _
from web.page import render_page
from web.respond import NEVER, Answer, AnyRequest
from web.routing import get_site
from web.sessions import (
    build_ended_cookie,
    comes_from_us,
    find_session_token,
    find_who,
    is_form_token,
    is_private,
    make_form_token,
    read_origin,
)
from web.site import HTML, Site

FORM_MAX_BYTES = 64 * 1_024
"""A form that is typed: a voucher of a hundred lines has a tenth of it."""
ROWS_MAX_BYTES = 5 * 512 * 1_024
"""A form of rows: 500 rows of 500 characters, of which each takes nine bytes on its way; usual is a tenth of it."""
UPLOAD_MAX_BYTES = 12 * 1_024 * 1_024
"""A form with a file: a workbook, or a photograph of a voucher as phones take it."""
DESK_THREADS = 10
"""More than may wait for a password to be hashed, so that those who are signed in go on."""

HOME = "/desk"
SIGN_IN = "/desk/sign-in"
DUTY_PATHS: dict[Duty, str] = {
    "": HOME,
    "factor": "/desk/factor",
    "password": "/desk/password",
    "enrol": "/desk/factor/set-up",
}
_NEXT = re.compile(r"/(?:desk|audit|township)(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&-]*)?", re.ASCII)
_POOL = ThreadPoolExecutor(DESK_THREADS, thread_name_prefix="desk")

Method = Literal["GET", "POST"]
Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Rule:
    """What a route of the desk takes.

    `allow`   `anyone`, `signed-in`, or an action of the table of roles
    `duties`  what may still be due: the page is where it is done
    """

    allow: str
    duties: frozenset[Duty]
    method: Method
    takes_files: bool
    takes_rows: bool


@dataclass(frozen=True)
class Desk:
    """What a handler of the desk works with: who asks, from where, what they sent, and how they are answered."""

    origin: Origin
    pairs: Pairs
    ports: DeskPorts
    request: AnyRequest
    signed_in: SignedIn | None
    site: Site

    @property
    def who(self) -> SignedIn:
        """Whoever is signed in; only on routes that are not for anyone."""
        assert self.signed_in is not None
        return self.signed_in

    @property
    def account(self) -> Account:
        return self.who.account

    @property
    def village(self) -> str:
        """The village that the session acts in; NotFound for an account without a seat."""
        if self.who.seat is None:
            raise NotFound("村")
        return self.who.seat.village

    @property
    def user(self) -> str:
        """The pseudonym under which the session acts; NotFound for an account without a seat."""
        if self.who.seat is None:
            raise NotFound("人员")
        return self.who.seat.person

    @property
    def roles(self) -> frozenset[str]:
        """What whoever is signed in may act as; nothing before the second factor was given."""
        return self.who.roles if self.signed_in is not None and self.who.session.is_whole else frozenset()

    @cached_property
    def csrf(self) -> str:
        """What every form on the page carries; empty where nobody is signed in."""
        return make_form_token(find_session_token(self.request)) if self.signed_in is not None else ""

    def may(self, action: str) -> bool:
        """Say whether whoever is signed in may do something, so that a page offers nothing else."""
        return not self.roles.isdisjoint(find_allowed_roles(action))

    def parse_form(self, kind: type[FormT]) -> FormT:
        """Return the fields that were sent as the page's frozen dataclass; answered with 400 where they do not fit."""
        return build_form(kind, self.pairs)

    def prove_password(self, password: str) -> None:
        """Check that whoever sits there knows the password of the session's account; raises one of FORM_REFUSALS."""
        prove_password(self.ports, self.who, password, self.origin)

    def choose_notice(self, notices: Mapping[str, str]) -> str:
        """Return what the page says was just done: the first of `notices` that the address names, empty for none."""
        return next((said for name, said in notices.items() if name in self.request.query_params), "")

    def log(self, event: Event, **fields: str) -> None:
        """Append a fact to the desk's log, with who and where; `fields` are those of `desk_log.Fact`."""
        with self.ports.desk.write() as desk:
            log_fact(desk, self.who.build_fact(event=event, **fields), self.ports.clock.now_ms())

    def build_frame(self, title: str, *, token: str = "") -> DeskFrame:
        """Return what every page of the desk shares; `token` is the session's where it was just turned over."""
        is_demo = self.site.settings.is_demo
        if self.signed_in is None or not self.signed_in.session.is_whole:
            # Who gave a password alone is not told whose it is.
            return DeskFrame(csrf=self.csrf, title=title, is_demo=is_demo)
        seat = self.signed_in.seat
        person = self.ports.vault.find_person(seat.village, seat.person) if seat is not None else None
        return DeskFrame(
            csrf=make_form_token(token) if token else self.csrf,
            is_demo=is_demo,
            name=person.name if person is not None else self.account.sign_in,
            roles=name_roles(self.roles),
            rooms=list_rooms(self.request.scope["path"], self.may),
            title=title,
            village=seat.village if seat is not None else "",
            village_name=name_village(self.site, seat.village) if seat is not None else "",
        )

    def render(
        self,
        template: str,
        page: object,
        *,
        cookies: tuple[str, ...] = (),
        refusal: Refusal = NOT_REFUSED,
        status: int = 200,
    ) -> Answer:
        """Answer with a page of the desk, which nobody keeps; with `refusal`, a form that is shown again."""
        body = build_page_bytes(render_page(template, page), HTML)
        status = status if refusal is NOT_REFUSED else refusal.status
        return answer(self.request, body, status=status, cookies=cookies, headers=dict(refusal.headers))

    def redirect(self, path: str, *, next_: str = HOME, cookies: tuple[str, ...] = ()) -> Answer:
        """Answer with 303 to a path of the desk, from where it goes on to `next_`; ValueError for any other."""
        if choose_next(path) != path or choose_next(next_) != next_:
            raise ValueError(f"not a path of the desk: {path} {next_}")
        # A question mark within would end the query too early; such a page is found again from the desk.
        query = f"?next={next_}" if next_ != HOME and "?" not in next_ else ""
        return self.send_to(path + query, cookies=cookies)

    def send_to(self, location: str, *, cookies: tuple[str, ...] = ()) -> Answer:
        """Answer with 303 to a location that is written in our own code."""
        empty = PageBytes(b"", b"", "", "text/plain; charset=utf-8")
        return answer(self.request, empty, status=303, cookies=cookies, headers={"location": location})


@dataclass(frozen=True)
class RefusedPage:
    """Why somebody may not, in a sentence, and what to do."""

    frame: DeskFrame
    remedy: str
    sentence: str


def route_desk(
    path: str,
    *,
    allow: str,
    summary: str,
    method: Method = "GET",
    during: tuple[Duty, ...] = (),
    takes_files: bool = False,
    files_max_bytes: int = UPLOAD_MAX_BYTES,
    takes_rows: bool = False,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Return a decorator that registers a handler for `path`, GET with HEAD or POST.

    It is called with a `Desk` and the path's parameters, all `str`. `during` names duties that may still be due;
    `takes_files` lets a form bring files, up to `files_max_bytes` in all, `takes_rows` as many fields as a sheet that
    is typed has. ValueError for an action that nobody may do.
    """
    if allow not in {"anyone", "signed-in"}:
        find_allowed_roles(allow)
    max_bytes = ROWS_MAX_BYTES if takes_rows else FORM_MAX_BYTES
    max_bytes = files_max_bytes if takes_files else max_bytes
    rule = Rule(allow, frozenset(during), method, takes_files=takes_files, takes_rows=takes_rows)

    def register(handler: Handler) -> HTTPRouteHandler:
        async def serve(request: AnyRequest) -> ASGIApp:
            # Before the body: what another page sent is not even read.
            refusal = _refuse_stranger(request, rule)
            if refusal is not None:
                return refusal
            pairs: Pairs = ()
            if rule.method == "POST":
                fields_max = ROWS_FIELDS_MAX if rule.takes_rows else FIELDS_MAX
                pairs = await read_pairs(request, takes_files=rule.takes_files, fields_max=fields_max)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(_POOL, _serve, request, rule, pairs, handler)

        return HTTPRouteHandler(
            path,
            http_method=[HttpMethod.GET, HttpMethod.HEAD] if method == "GET" else [HttpMethod.POST],
            media_type=HTML,
            name=f"{method} {path}",
            opt={"allow": allow},
            request_max_body_size=max_bytes,
            status_code=200,
            summary=summary,
        )(serve)

    return register


def answer(
    request: AnyRequest,
    page: PageBytes,
    *,
    status: int = 200,
    cookies: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
) -> Answer:
    """Return an answer that nobody keeps, whole and uncompressed: a page that holds a secret is not to be guessed at
    by its compressed length.
    """
    sent = {"content-type": page.media_type, "cache-control": NEVER, **(headers or {})}
    return Answer(page.body, sent, request.method == "HEAD", status, cookies)


def choose_next(path: str) -> str:
    """Return where somebody wanted to go, if that is a page of the desk; else the desk itself."""
    is_ours = _NEXT.fullmatch(path) is not None and not path.startswith((SIGN_IN, "/desk/sign-out"))
    return path if is_ours else HOME


def get_desk_ports(site: Site) -> DeskPorts:
    """Return the ports of a home; NotFound where the pages stand over something that has no desk."""
    if not isinstance(site.ports, DeskPorts):
        raise NotFound("办事")
    return site.ports


def name_roles(roles: frozenset[str]) -> str:
    """Return roles in words."""
    names: dict[str, str] = {**DUTY_NAMES, "operator": "运维员"}
    return "、".join(names[role] for role in names if role in roles)


def choose_page(text: str) -> int:
    """Return the page of a list that an address asks for, from 1; NotFound where it is none."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 4) or int(text) == 0:
        raise NotFound(_("这一页"))
    return int(text)


def name_village(site: Site, village: str) -> str:
    """Return what a village calls itself; its code where that cannot be read."""
    try:
        return site.read_village(village).name
    except NotFound:
        return village


def _refuse_stranger(request: AnyRequest, rule: Rule) -> Answer | None:
    """Return the refusal of what can be read by others, or was not sent by a page of ours; None for all else."""
    site = get_site(request)
    if not is_private(request, site.settings):
        remedy = _(
            "密码在路上会被人看见。请用 https 开头的网址打开；在这台机器上，用 http://127.0.0.1 打开。"
        ) + _("还没有 https 的，请运维员装好证书，并在 mingbai.toml 里写好 trusted_proxy。")
        return _refuse(request, site, _("这里不能办事：网址不是 https"), remedy)
    if rule.method == "POST" and not comes_from_us(request, site.settings):
        remedy = _("可能是别的网站替您点的，什么也没有改。请从本站的网页重新打开再做一次。")
        return _refuse(request, site, _("这一步没有做：不是从本站的网页点的"), remedy)
    return None


def _serve(request: AnyRequest, rule: Rule, pairs: Pairs, handler: Handler) -> Answer:
    site = get_site(request)
    ports = get_desk_ports(site)
    if faults := check_remembered(ports.desk):
        # An older database: whoever was disabled since is not in it.
        return _refuse(request, site, _("现在不能登录办事"), tell_fault(faults[0]), status=503)
    signed_in = find_who(request, ports)
    desk = Desk(
        origin=read_origin(request, ports, site.settings),
        pairs=pairs,
        ports=ports,
        request=request,
        signed_in=signed_in,
        site=site,
    )
    if rule.allow != "anyone":
        if signed_in is None:
            return _send_to_sign_in(desk, rule)
        if signed_in.duty and signed_in.duty not in rule.duties:
            return desk.redirect(DUTY_PATHS[signed_in.duty])
        if rule.allow != "signed-in" and not desk.may(rule.allow):
            return _deny(desk, rule.allow, _("您没有办这件事的职责"), _("要办的，请有这项职责的人来办。"))
        if rule.method == "POST" and not is_form_token(find_session_token(request), find_token(pairs)):
            sentence, remedy = _("这一步没有做：网页太旧了"), _("什么也没有改。请重新打开网页再做一次。")
            return _deny(desk, "form-token", sentence, remedy)
    try:
        return handler(desk, **request.path_params)
    except Refused as error:
        # What no field of the page is to blame for: a log that is read-only, a vault whose keys are elsewhere.
        sentence = _("这一步没有做")
        remedy = " ".join(fault.place + "：" + tell_fault(fault) for fault in error.faults)
        page = RefusedPage(frame=desk.build_frame(sentence), remedy=remedy, sentence=sentence)
        return desk.render("desk/refused.html", page, status=409)


def _send_to_sign_in(desk: Desk, rule: Rule) -> Answer:
    """Ask whoever is not signed in, or not any more, to sign in; then they come back to the page they asked for."""
    path = desk.request.scope["path"] if rule.method == "GET" else ""
    had_session = bool(find_session_token(desk.request))
    query = [f"next={path}"] if choose_next(path) == path != HOME else []
    query += ["ended=1"] if had_session else []
    cookies = (build_ended_cookie(),) if had_session else ()
    return desk.send_to(SIGN_IN + ("?" + "&".join(query) if query else ""), cookies=cookies)


def _deny(desk: Desk, reason: str, sentence: str, remedy: str) -> Answer:
    desk.log("denied", reason=reason)
    page = RefusedPage(frame=desk.build_frame(sentence), remedy=remedy, sentence=sentence)
    return desk.render("desk/refused.html", page, status=403)


def _refuse(request: AnyRequest, site: Site, sentence: str, remedy: str, *, status: int = 403) -> Answer:
    frame = DeskFrame(title=sentence, is_demo=site.settings.is_demo)
    page = RefusedPage(frame=frame, remedy=remedy, sentence=sentence)
    return answer(request, build_page_bytes(render_page("desk/refused.html", page), HTML), status=status)
