"""Who looked at what is kept about somebody, as the desk, the paper and the household's own page tell it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.data import load_masks
from ledger.service.persons import DUTY_NAMES
from ledger.service.readings import MACHINE, Reading
from web.desk.log_words import name_place
from web.i18n import _
from web.words import format_instant


@dataclass(frozen=True)
class LookRow:
    """Somebody looked: when, as what and who, at which page, and why."""

    at: str
    place: str
    purpose: str
    who: str


def build_look(reading: Reading, names: dict[str, str]) -> LookRow:
    """Return one reading in words; `names` are those of the village's persons by pseudonym."""
    at_ms = int(dt.datetime.fromisoformat(reading.at).timestamp() * 1_000)
    roles = "、".join(DUTY_NAMES[role] for role in DUTY_NAMES if role in reading.role.split("/"))
    who = " ".join(part for part in (roles, names.get(reading.user, "")) if part)
    return LookRow(
        at=format_instant(at_ms),
        place=name_place(reading.place),
        purpose=load_masks().name_purposes(reading.purpose),
        who=_("运维员") if reading.purpose == MACHINE else who or _("已不在册的人"),
    )
