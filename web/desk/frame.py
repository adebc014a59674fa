"""What every page of the desk shares, and how faults come to stand beside their fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.errors import Fault, Refused
from ledger.service.accounts.passwords import Busy
from ledger.service.accounts.sign_in import Slowed
from web.desk.rooms import Room
from web.i18n import _

BUSY_RETRY_S = 3
"""Passwords that were waiting are hashed by then."""


@dataclass(frozen=True)
class DeskFrame:
    """What every page of the desk shares.

    `csrf`      for every form; empty where nobody is signed in
    `is_demo`   an invented village; the page says so
    `name`      of the person who is signed in; empty for none
    `roles`     in words, e.g. 村文书; empty for none
    `rooms`     where this person can go; empty before they are signed in
    `village`   code of the village that the session acts in; empty for none
    """

    title: str
    csrf: str = ""
    is_demo: bool = False
    name: str = ""
    roles: str = ""
    rooms: tuple[Room, ...] = ()
    village: str = ""
    village_name: str = ""


@dataclass(frozen=True)
class Faults:
    """What was wrong with a form: beside its fields, and what belongs to none.

    `fields`  by the name of a field in the form
    `others`  what stands above the form
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields) or bool(self.others)

    def find(self, name: str) -> tuple[str, ...]:
        """Return what is wrong with a field; nothing where all is well."""
        return self.fields.get(name, ())

    def gather(self) -> Faults:
        """Return all of them as belonging to no field."""
        return Faults(others=(*self.others, *(said for found in self.fields.values() for said in found)))


NO_FAULTS = Faults()


@dataclass(frozen=True)
class Refusal:
    """How a form that was refused is shown again: with its faults, a status, and when to try again."""

    faults: Faults = NO_FAULTS
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


NOT_REFUSED = Refusal()
"""A form that is shown for the first time."""


FORM_REFUSALS = (Refused, Slowed, Busy)
"""Why a form with a password is shown again: `explain_refusal` says which."""


def explain_refusal(
    error: Refused | Slowed | Busy, places: Mapping[str, str], *, status: int = 422
) -> Refusal:
    """Return how a form is shown again; `places` says by the place of a fault which field it is of."""
    if isinstance(error, Refused):
        return Refusal(faults=place_faults(error.faults, places), status=status)
    if isinstance(error, Busy):
        said = _("正在登录的人多，请过几秒再试一次。")
        return Refusal(Faults(others=(said,)), {"retry-after": str(BUSY_RETRY_S)}, 503)
    seconds = -(-error.wait_ms // 1_000)
    shown = _("{count} 秒").format(count=seconds)
    if seconds > 90:
        shown = _("{count} 分钟").format(count=-(-seconds // 60))
    said = _("试的次数太多，请过 {shown}再试。别的人、别的村不受影响。").format(shown=shown)
    return Refusal(Faults(others=(said,)), {"retry-after": str(seconds)}, 429)


def place_faults(faults: Iterable[Fault], places: Mapping[str, str]) -> Faults:
    """Return faults beside their fields; `places` says by the place of a fault which field it is of."""
    fields: dict[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = ()
    for fault in faults:
        name = places.get(fault.place, "")
        if name:
            fields[name] = (*fields.get(name, ()), tell_fault(fault))
        else:
            others = (*others, _join(fault.place, tell_fault(fault)))
    return Faults(fields=fields, others=others)


def _join(place: str, said: str) -> str:
    """Return both as one sentence; a number that ends the one does not run into a day that begins the other."""
    touching = place[-1:] + said[:1]
    return f"{place}：{said}" if touching.isascii() and touching.isalnum() else place + said


def tell_fault(fault: Fault) -> str:
    """Return what is wrong and what to do, as one says it to somebody who sees the field."""
    wanted = fault.expected
    beside = " " if wanted[:1].isascii() and wanted[:1].isalnum() else ""
    said = "，".join(part for part in (fault.found, wanted and f"应为{beside}{wanted}") if part)
    return f"{said}。{fault.remedy}。"
