"""Joint areas: several villages that a township looks at together. Who may, and that it stands in the desk's log.

An area is the township's own setting, and nothing of the books: see decision 0024. Only who has a township seat in
every village of an area sees it, changes it or drops it; to anybody else it is not there.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ledger.books.screening import check_characters, check_private_text, normalise_text
from ledger.desk import Area, DeskReader
from ledger.errors import Fault, NotFound, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.desk_log import log_fact
from ledger.service.accounts.sessions import SignedIn
from ledger.service.pseudonyms import make_pseudonym

NAME_MAX_CHARS = 20
VILLAGES_MIN = 2

_AREA = re.compile(r"r-[a-z2-7]{10}", re.ASCII)


def make_area_id(ports: DeskPorts) -> str:
    """Return a fresh id: a form that is sent twice then makes one area."""
    return make_pseudonym(ports.entropy, "r-", 10)


def list_areas(ports: DeskPorts, allowed: Collection[str]) -> list[Area]:
    """Return the areas of which every village is among those allowed, by name."""
    with ports.desk.read() as desk:
        return _list_areas(desk, allowed)


def get_area(ports: DeskPorts, area: str, allowed: Collection[str]) -> Area:
    """Return an area; NotFound where one of its villages is not allowed, as where there is none."""
    found = next((item for item in list_areas(ports, allowed) if item.area == area), None)
    if found is None:
        raise NotFound("片区")
    return found


def set_area(
    ports: DeskPorts,
    signed_in: SignedIn,
    *,
    area: str,
    name: str,
    villages: Collection[str],
    allowed: Collection[str],
) -> Area:
    """Keep an area, new or changed, and log it; the same again changes nothing and is not logged.

    Raises Refused with every fault; NotFound for a village that is not allowed, and for the id of somebody else's area.
    """
    wanted = Area(area=area, name=normalise_text(name), villages=tuple(sorted(set(villages))))
    if not set(wanted.villages) <= set(allowed) or not _AREA.fullmatch(area):
        raise NotFound("片区")
    with ports.desk.write() as desk:
        mine = _list_areas(desk, allowed)
        if any(item.area == area and item not in mine for item in desk.list_areas()):
            raise NotFound("片区")
        if wanted in mine:
            return wanted
        faults = _check(wanted, mine)
        if faults:
            raise Refused(faults)
        desk.put_area(wanted)
        log_fact(desk, signed_in.build_fact(event="area-set", subject=area), ports.clock.now_ms())
    return wanted


def drop_area(ports: DeskPorts, signed_in: SignedIn, area: str, allowed: Collection[str]) -> None:
    """Forget an area and log it. One that is gone already changes nothing, nor does somebody else's: both are alike."""
    with ports.desk.write() as desk:
        if area not in {item.area for item in _list_areas(desk, allowed)}:
            return
        desk.drop_area(area)
        log_fact(desk, signed_in.build_fact(event="area-dropped", subject=area), ports.clock.now_ms())


def _list_areas(desk: DeskReader, allowed: Collection[str]) -> list[Area]:
    return [area for area in desk.list_areas() if set(area.villages) <= set(allowed)]


def _check(wanted: Area, mine: list[Area]) -> list[Fault]:
    faults = check_characters(wanted.name, "片区名称") + check_private_text(wanted.name, "片区名称")
    if not 0 < len(wanted.name) <= NAME_MAX_CHARS:
        faults.append(
            Fault(
                code="area-name",
                place="片区名称",
                found=f"{len(wanted.name)} 个字",
                expected=f"1 至 {NAME_MAX_CHARS} 个字",
                remedy="写上片区的名称，如东片区",
            )
        )
    if any(item.name == wanted.name and item.area != wanted.area for item in mine):
        faults.append(
            Fault(
                code="area-known",
                place="片区名称",
                found=f"已有片区叫{wanted.name}",
                expected="没有用过的名称",
                remedy="换一个名称，或者去改那个片区",
            )
        )
    if len(wanted.villages) < VILLAGES_MIN:
        faults.append(
            Fault(
                code="area-villages",
                place="片区里的村",
                found=f"{len(wanted.villages)} 个村",
                expected=f"{VILLAGES_MIN} 个村以上",
                remedy="勾选放在一起看的村",
            )
        )
    return faults
