"""The demo's desk: people of the first village who can sign in, a township's bookkeeper who sees all three, and work
that waits for them.

Made last and with the system's own randomness and time: nothing of it is in the log, which is the same on every
machine, and no two demos have a password in common. Passwords and recovery codes stand in a file that only its owner
reads.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

import pyotp

from ledger.home import Home
from ledger.service.accounts.manage import create_account, give_seat
from ledger.service.accounts.own import change_password, confirm_factor, offer_factor, read_offer
from ledger.service.accounts.passwords import make_one_time_password
from ledger.service.accounts.sessions import Origin, SignedIn, find_signed_in
from ledger.service.accounts.sign_in import sign_in, sign_out
from ledger.service.areas import make_area_id, set_area
from ledger.service.cards import make_card
from ledger.service.import_ import apply_import, import_workbook
from ledger.service.passing import pass_drafts, return_drafts
from ledger.service.persons import add_person
from ledger.vaults import Person
from web.audit.runs import AuditRuns
from web.demo.attaching import WAITING, attach_papers
from web.demo.draw import FOLDER, WAITING_NAME, write_vouchers
from web.demo.neighbours import AREA, AREA_NAME, NEIGHBOURS, PUNCTUAL, Neighbour
from web.demo.people import AUDITOR, SECRETARY, TOWNSHIP_BOOKKEEPER, VILLAGE

PEOPLE_FILE = "desk.txt"
HERE = Origin(network="127.0.0.1", device="电脑")
REASON = "慰问的名单没有附上，请补一张再交"

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("clerk", "feng", "村文书"),
    ("supervisor", "sun", "监督委员"),
    ("secretary", "qian", "村书记"),
    ("township", "shen", "乡镇记账员"),
    ("auditor", "han", "审计员"),
    ("operator", "chen", "运维员"),
)


class Card(NamedTuple):
    """What one person needs to sign in; `secret` and `codes` are empty for the clerk, who needs no second factor."""

    codes: tuple[str, ...]
    duty: str
    password: str
    secret: str
    sign_in: str


def furnish_desk(home: Home) -> None:
    """Let people of every role sign in, hand in what waits, return one of it, and write down how to sign in."""
    add_person(home, VILLAGE, SECRETARY, "secretary")
    persons = {role: person for person in home.vault.list_persons(VILLAGE) for role in person.roles}
    _hand_in(home, persons["clerk"], persons["supervisor"])
    cards = []
    for duty_id, name, duty in _ROWS:
        seat = (VILLAGE, persons[duty_id].user) if duty_id in persons else None
        card, token = _let_in(home, name, duty, seat)
        if duty_id == "township":
            _furnish_township(home, name, token)
        sign_out(home, _find(home, token))
        cards.append(card)
    _write(home.path / PEOPLE_FILE, cards, _make_household_card(home, persons["clerk"]))


def _make_household_card(home: Home, clerk: Person) -> str:
    """Return the address that a household's card opens: of the first that agreed to be scored and has lines."""
    agreed = [one for one in home.vault.list_households(VILLAGE) if "scoring" in one.consents]
    code = make_card(home, VILLAGE, agreed[0].household, clerk.user)
    return f"{home.config.public_base_url}/v/{VILLAGE}/card#{code}"


def _hand_in(home: Home, clerk: Person, supervisor: Person) -> None:
    data = (FOLDER / WAITING_NAME).read_bytes()
    result = import_workbook(
        home, village=VILLAGE, kind="vouchers", data=data, filename=WAITING_NAME, maker=clerk.user
    )
    apply_import(home, result)
    return_drafts(home, VILLAGE, [result.drafts[-1].id], supervisor.user, REASON)
    attach_papers(home, WAITING, clerk.user)


def _furnish_township(home: Home, name: str, token: str) -> None:
    """Give the township's bookkeeper the other villages too, what waits in them, an area and an audit to look at."""
    for neighbour in NEIGHBOURS:
        person = add_person(home, neighbour.code, TOWNSHIP_BOOKKEEPER, "township")
        give_seat(home, name, neighbour.code, person.user)
        if neighbour.waiting:
            _hand_in_above(home, neighbour)
    villages = (VILLAGE, *(neighbour.code for neighbour in NEIGHBOURS))
    area = make_area_id(home)
    set_area(home, _find(home, token), area=area, name=AREA_NAME, villages=AREA, allowed=villages)
    _audit(home, PUNCTUAL)


def _hand_in_above(home: Home, neighbour: Neighbour) -> None:
    """Hand in vouchers above the township's limit and pass them as supervisor and as secretary."""
    secretary = add_person(home, neighbour.code, neighbour.staff.secretary, "secretary")
    persons = {role: person for person in home.vault.list_persons(neighbour.code) for role in person.roles}
    result = import_workbook(
        home,
        village=neighbour.code,
        kind="vouchers",
        data=write_vouchers(neighbour.waiting, neighbour.staff, neighbour.name),
        filename="凭证-还没审核.xlsx",
        maker=persons["clerk"].user,
    )
    apply_import(home, result)
    for checker in (persons["supervisor"], secretary):
        pass_drafts(home, neighbour.code, [draft.id for draft in result.drafts], checker.user)


def _audit(home: Home, neighbour: Neighbour) -> None:
    """Have a village's log audited as an auditor would from the room, and wait for the answer."""
    auditor = add_person(home, neighbour.code, AUDITOR, "auditor")
    runs = AuditRuns()
    runs.begin(home, neighbour.code, auditor.user)
    while (run := runs.find(home, neighbour.code)) is not None and not run.ended_at:
        time.sleep(0.02)


def _let_in(home: Home, name: str, duty: str, seat: tuple[str, str] | None) -> tuple[Card, str]:
    """Make an account and go the way that its owner goes: own password, then the second factor where it is asked.

    Returns what its owner needs, and the token of the session, which is open.
    """
    _account, once = create_account(home, name, seat=seat)
    token, signed_in = sign_in(home, name, once, HERE)
    password = make_one_time_password(home.entropy)
    token = change_password(home, signed_in, once, password, password, HERE)
    secret = ""
    codes: tuple[str, ...] = ()
    if _find(home, token).duty == "enrol":
        offer_factor(home, _find(home, token))
        offer = read_offer(home, _find(home, token).account)
        assert offer is not None
        secret = offer.secret
        code = pyotp.TOTP(secret.replace(" ", "")).at(home.clock.now_ms() // 1_000)
        token, codes = confirm_factor(home, _find(home, token), code)
    card = Card(codes=codes, duty=duty, password=password, secret=secret, sign_in=name)
    return card, token


def _find(home: Home, token: str) -> SignedIn:
    found = find_signed_in(home, token)
    assert found is not None
    return found


def _write(path: Path, cards: list[Card], household_card: str) -> None:
    lines = [
        "示例村的登录名和密码。都是这一次现编的，只在这台机器上的示例村里有用。",
        "除了村文书，登录还要第二步：输入一个恢复码（用一个少一个）；或者把密钥输进手机上的验证器，输入它显示的数字。",
    ]
    for card in cards:
        lines += ["", f"{card.duty}  登录名 {card.sign_in}  密码 {card.password}"]
        if card.secret:
            lines += [f"    恢复码 {' '.join(card.codes[:5])}", f"           {' '.join(card.codes[5:])}"]
            lines += [f"    验证器密钥 {card.secret}"]
    lines += ["", f"一户的户卡（手机扫到的网址）  {household_card}"]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
