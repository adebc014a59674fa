"""Every way into the web application, and everybody who could try it.

`list_ways` reads them from the routes of a built application, so that a page that is added tomorrow is among them
without a word here. What somebody may do is read from `roles.toml` as it lies there, not through the program's own
reading of it: the table is the oracle.

A `Place` is a home with two villages where everybody in `CAST` has an account.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from sqlalchemy import Engine

from ledger.books.roles import ROLES
from ledger.desk import Area
from ledger.home import Home
from ledger.service.accounts.manage import create_account, set_last_day
from ledger.service.accounts.own import change_password
from ledger.service.accounts.sign_in import sign_in
from ledger.service.documents import find_target
from ledger.service.objections import Sent, receive_objection
from ledger.service.persons import add_person
from ledger.service.reporting import Sent as SentReport
from ledger.service.reporting import receive_report
from ledger.service.trays import SentFile, add_to_tray
from ledger.vaults import Household, Member
from tests.attachments.files import noisy, save
from tests.builders import (
    OTHER_VILLAGE,
    VILLAGE,
    build_asset,
    build_contract,
    build_fund,
    build_limits,
    build_resolution,
    build_resource,
    make_id,
)
from tests.desk.people import HERE, PASSWORD, Door, open_door
from tests.web.desk import DeskBrowser
from tests.web.townships import seat
from tests.web.village import describe, live_through_october
from web.app import create_app
from web.desk.routing import Desk, Method, route_desk
from web.respond import Answer, AnyRequest
from web.routing import route_page
from web.sessions import SESSION_COOKIE, make_form_token

ALLOWED: dict[str, frozenset[str]] = {
    row["id"]: frozenset(row["allow"])
    for row in tomllib.loads(resources.files("ledger.data").joinpath("roles.toml").read_text("utf-8"))[
        "action"
    ]
}
"""Who may do what, by action."""

ANYBODYS = frozenset({"anyone", "signed-in"})
"""What a route of the desk may say in place of an action."""

SIGN_OUT = ("POST", "/desk/sign-out")
DUE: dict[str, tuple[str, frozenset[tuple[str, str]]]] = {
    "factor": (
        "/desk/factor",
        frozenset(
            {
                *((method, "/desk/factor") for method in ("GET", "HEAD", "POST")),
                ("POST", "/desk/factor/passkey"),
                SIGN_OUT,
            }
        ),
    ),
    "password": (
        "/desk/password",
        frozenset(
            {("GET", "/desk/password"), ("HEAD", "/desk/password"), ("POST", "/desk/password"), SIGN_OUT}
        ),
    ),
    "enrol": (
        "/desk/factor/set-up",
        frozenset(
            {
                *((method, "/desk/factor/set-up") for method in ("GET", "HEAD", "POST")),
                *((method, "/desk/factor/code.svg") for method in ("GET", "HEAD")),
                ("POST", "/desk/factor/offer"),
                SIGN_OUT,
            }
        ),
    ),
}
"""What may still be due after a password was given: where it is done, and the only ways that are open until then."""

ANONYMOUS = "anonymous"
OPERATOR = "operator"
OUTSIDER = "outsider"
"""A clerk, but of the other village."""
CAST: dict[str, tuple[frozenset[str], str]] = {
    ANONYMOUS: (frozenset(), ""),
    **{role: (frozenset({role}), "") for role in ROLES},
    OPERATOR: (frozenset({OPERATOR}), ""),
    OUTSIDER: (frozenset({"clerk"}), ""),
    "factor-due": (frozenset({"supervisor"}), "factor"),
    "password-due": (frozenset({"clerk"}), "password"),
    "enrol-due": (frozenset({"secretary"}), "enrol"),
}
"""Everybody who tries a way: their roles, and what is still due from them."""

NUMBER = "2026-10-001"
Rows = dict[str, list[tuple[object, ...]]]
"""The rows of every table."""

METHODS: tuple[Method, ...] = ("GET", "POST")
SPECIMENS = "/desk/specimens/"
BROKEN = "/specimens/broken"


@dataclass(frozen=True)
class Way:
    """A method and a path of the application; `allow` is empty where the route is public."""

    allow: str
    method: str
    path: str

    def fill(self, values: dict[str, str]) -> str:
        """The path with a value for each parameter: what the village really has where there is such, else invented."""
        return re.sub(r"{(\w+)(:\w+)?}", lambda found: values.get(found[1], "x-invented"), self.path)


@dataclass
class Place:
    """Two villages behind one application. `values` are the parameters that lead to something of the first one."""

    app: Litestar
    client: TestClient
    door: Door
    once: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def enter(self, name: str) -> DeskBrowser:
        """A browser in which somebody has just signed in, as far as they come; its forms carry the right token."""
        token = self._sign_in(name)
        if not token:
            return DeskBrowser(self.client)
        return DeskBrowser(self.client, cookies={SESSION_COOKIE: token}, token=make_form_token(token))

    def dump(self) -> Rows:
        """Every row of every database, but the desk's log and when a session was last seen."""
        return {
            f"{name}.{table}": rows
            for name, engine in self.door.home.engines.items()
            for table, rows in _dump_tables(engine)
        }

    def _sign_in(self, name: str) -> str:
        duty = CAST[name][1]
        if name == ANONYMOUS:
            return ""
        if not duty:
            return self.door.sign_in(name)
        token, signed_in = sign_in(self.door.home, name, self.once.get(name, PASSWORD), HERE)
        assert signed_in.duty == duty
        return token


@contextmanager
def open_place(path: Path, **changes: Any) -> Iterator[Place]:
    """Found two villages, with everybody's account; `changes` are of `tests.homes.open_village`.

    The auditor stays for as long as the longest tests take: what is guessed wrong makes the next one wait, for decades
    in all.
    """
    with pytest.MonkeyPatch.context() as patch, open_door(path, patch, **changes) as door:
        live_through_october(door.village)
        put_people(door.home, VILLAGE)
        describe(door.village, OTHER_VILLAGE, "样例邻村")
        app = build_app(door.home)
        with TestClient(app, raise_server_exceptions=False) as client:
            place = Place(app, client, door, values=_find_values(door) | {"draft": _draft(door)})
            _let_everybody_in(place)
            set_last_day(door.home, "auditor", "2099-12-31")
            place.values["account"] = _find_account(door, "clerk")
            _join(place)
            _attach(place)
            place.values["objection"] = receive_objection(door.home, VILLAGE, Sent("", "", "样例异议")).item
            sent = SentReport(group="C", wording="样例反映", place="村东")
            place.values["report"] = receive_report(door.home, VILLAGE, sent).item
            yield place


def put_people(home: Home, village: str) -> None:
    """Keep the households that got October's points, and a party member, in the vault."""
    names = ("样大山", "样小河", "样石头")
    home.vault.put_households(
        village,
        [
            Household(
                consents=frozenset({"scoring", "display"}),
                group=number + 1,
                household=make_id("h", number),
                name=name,
                number=f"{number + 11:04d}",
            )
            for number, name in enumerate(names)
        ],
    )
    member = Member(branch=1, member=make_id("m", 0), name="样党生", number="0101")
    home.vault.put_members(village, [member])


def build_app(home: Home) -> Litestar:
    """Return the application with the specimens beside its own routes; for one server, or one client, alone."""
    app = create_app(home, home.config)
    for handler in build_specimens():
        app.register(handler)
    return app


def list_ways(app: Litestar) -> list[Way]:
    """Every method of every path, but the OPTIONS that the framework answers itself."""
    found = {
        Way(handler.opt.get("allow", ""), str(method), path)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler)
        for path in handler.paths
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    return sorted(found, key=lambda way: (way.path, way.method))


def judge(way: Way, name: str) -> str:
    """What has to happen, by the table alone: `open`, `denied`, `sign-in`, or the path where something is due."""
    roles, duty = CAST[name]
    if way.allow in {"", "anyone"}:
        return "open"
    if name == ANONYMOUS:
        return "sign-in"
    if duty:
        return "open" if (way.method, way.path) in DUE[duty][1] else DUE[duty][0]
    return "open" if way.allow == "signed-in" or roles & ALLOWED[way.allow] else "denied"


def build_specimens() -> list[HTTPRouteHandler]:
    """A page and a form for each action of the table, also for those that no real page asks for yet; and a page that
    fails, since its answer has headers too.
    """

    def build(action: str, method: Method) -> HTTPRouteHandler:
        @route_desk(SPECIMENS + action, allow=action, method=method, summary="A specimen")
        def show(desk: Desk) -> Answer:
            return desk.redirect("/desk")

        return show

    @route_page(BROKEN, summary="A page that fails")
    def fail(request: AnyRequest) -> Answer:
        raise RuntimeError(request.scope["path"])

    return [fail, *(build(action, method) for action in ALLOWED for method in METHODS)]


def _let_everybody_in(place: Place) -> None:
    door = place.door
    for role in (*ROLES, None):
        door.let_in(role or OPERATOR, role)
    person = add_person(door.home, OTHER_VILLAGE, "样例外", "clerk")
    _, once = create_account(door.home, OUTSIDER, seat=(OTHER_VILLAGE, person.user))
    _own_password(door, OUTSIDER, once)
    door.let_in("factor-due", "supervisor")
    _, place.once["password-due"] = door.make("password-due", "clerk")
    _own_password(door, "enrol-due", door.make("enrol-due", "secretary")[1])


def _join(place: Place) -> None:
    """Let the township's bookkeeper act in both villages, and put them into an area."""
    door = place.door
    seat(door, "township", OTHER_VILLAGE)
    with door.home.desk.write() as desk:
        desk.put_area(Area(area=place.values["area"], name="样例片区", villages=(VILLAGE, OTHER_VILLAGE)))


def _attach(place: Place) -> None:
    """A document that is recorded, and one in the tray of the clerk."""
    door = place.door
    photo = save(noisy((64, 64)))
    place.values["entry"] = str(door.village.attach(NUMBER, photo, data=photo).index)
    contract = build_contract(door.village.texts)
    door.village.record(contract)
    place.values["contract"] = contract.number
    place.values |= {"rule": "cash-limit", "subject": NUMBER}
    for name, build in (("asset", build_asset), ("resource", build_resource)):
        body = build(door.village.texts)
        door.village.record(body)
        place.values[name] = body.number
    resolution = build_resolution(door.village.texts)
    door.village.record(resolution)
    fund = build_fund(door.village.texts)
    door.village.record(fund)
    place.values |= {"resolution": resolution.number, "fund": fund.number}
    place.values["year"] = "2026"
    clerk = next(one.user for one in door.home.vault.list_persons(VILLAGE) if one.name == "样例clerk")
    target = find_target(door.home, VILLAGE, NUMBER)
    sent = [SentFile(data=photo, filename="收据.jpg")]
    tray = add_to_tray(door.home, VILLAGE, clerk, target, sent, lambda files: [(photo,) for _ in files])
    place.values |= {"document": tray.items[0].document, "number": NUMBER}
    place.values |= {"page": "1", "picture": "plain.jpg", "position": "1"}


def _own_password(door: Door, name: str, once: str) -> None:
    _, signed_in = sign_in(door.home, name, once, HERE)
    change_password(door.home, signed_in, once, PASSWORD, PASSWORD, HERE)


def _draft(door: Door) -> str:
    """Something that waits in the first village; its kind takes no number and no place from what a test drafts."""
    body = build_limits(door.village.texts)
    return door.village.draft(body, period="2026-11", occurred_on="2026-11-11").id


def _find_values(door: Door) -> dict[str, str]:
    return {
        "area": "r-aaaaaaaaaa",
        "code": VILLAGE,
        "h": make_id("h", 0),
        "index": "0",
        "kind": "finance",
        "month": "2026-10",
        "name": "finance",
        "person": door.village.supervisor.user,
        "sheet": "vouchers",
        "village": VILLAGE,
        "what": "waiting",
    }


def _find_account(door: Door, name: str) -> str:
    with door.home.desk.read() as desk:
        account = desk.find_by_name(name)
    assert account is not None
    return account.account


def _dump_tables(engine: Engine) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    with engine.connect() as connection, connection.begin():
        names = (
            connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
        )
        for table in sorted(set(names) - {"desk_log", "desk_log_end", "desk_log_subjects"}):
            found = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            kept = [place for place, column in enumerate(found.keys()) if column != "seen_at"]
            yield table, sorted((tuple(row[place] for place in kept) for row in found), key=repr)
