"""People who sign in, in a real home: with the clock and the randomness of the tests, and a cheap hash.

door = Door(village)
door.let_in("clerk")                    an account with a password of its own
door.sign_in("clerk")                   what a browser would then hold
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from ledger.books.roles import Role
from ledger.desk import Account
from ledger.home import Home
from ledger.service.accounts.desk_log import LoggedFact, iterate_facts
from ledger.service.accounts.manage import create_account
from ledger.service.accounts.own import change_password, confirm_factor, offer_factor, read_offer
from ledger.service.accounts.passwords import HASHER
from ledger.service.accounts.sessions import Origin, SignedIn, find_signed_in
from ledger.service.accounts.sign_in import give_factor, sign_in
from ledger.service.persons import add_person
from ledger.vaults import Person
from tests.builders import VILLAGE
from tests.homes import VillageHome, open_village

PASSWORD = "huaishu dixia shu xingxing"
HERE = Origin(network="192.0.2.7", device="电脑")
ELSEWHERE = Origin(network="198.51.100.9", device="手机")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Thousands of times faster than the real one; that the real one is used otherwise has a test of its own."""


@contextmanager
def open_door(path: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Iterator[Door]:
    """Found a village whose people sign in, with a cheap hash until the test is over."""
    monkeypatch.setattr(HASHER, "_argon2", CHEAP)
    monkeypatch.setattr(HASHER, "_dummy", "")
    with open_village(path, **changes) as village:
        yield Door(village)


@dataclass
class Door:
    """A village's home and what its people know."""

    village: VillageHome
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return self.village.home

    def register(self, name: str, role: Role = "clerk") -> Person:
        return add_person(self.home, VILLAGE, f"样例{name}", role)

    def make(self, name: str, role: Role | None = "clerk", **changes: str) -> tuple[Account, str]:
        """An account that nobody used yet, with its one-time password; None is the operator's."""
        seat = (VILLAGE, self.register(name, role).user) if role is not None else None
        return create_account(self.home, name, seat=seat, **changes)

    def let_in(self, name: str, role: Role | None = "clerk") -> str:
        """An account that was set up: own password, and a second factor where the role asks for one; the token."""
        _, once = self.make(name, role)
        token, signed_in = sign_in(self.home, name, once, HERE)
        token = change_password(self.home, signed_in, once, PASSWORD, PASSWORD, HERE)
        if role != "clerk":
            token = self.set_up_factor(name, token)
        return token

    def set_up_factor(self, name: str, token: str) -> str:
        offer_factor(self.home, self.find(token))
        offer = read_offer(self.home, self.find(token).account)
        assert offer is not None
        self.secrets[name] = offer.secret.replace(" ", "")
        token, self.codes[name] = confirm_factor(self.home, self.find(token), self.read_phone(name))
        return token

    def read_phone(self, name: str) -> str:
        """The six digits that the app shows now."""
        return pyotp.TOTP(self.secrets[name]).at(self.home.clock.now_ms() // 1_000)

    def sign_in(self, name: str, origin: Origin = HERE) -> str:
        """Sign in with all that is asked for; the clock moves on to a code that was not used."""
        token, signed_in = sign_in(self.home, name, PASSWORD, origin)
        if signed_in.duty == "factor":
            self.village.clock.advance(60_000)
            token, _ = give_factor(self.home, signed_in, self.read_phone(name), origin)
        return token

    def find(self, token: str) -> SignedIn:
        found = find_signed_in(self.home, token)
        assert found is not None
        return found

    def is_in(self, token: str) -> bool:
        return find_signed_in(self.home, token) is not None

    def read_log(self) -> list[LoggedFact]:
        with self.home.desk.read() as desk:
            return list(iterate_facts(desk))

    def list_events(self) -> list[str]:
        return [logged.fact.event for logged in self.read_log()]
