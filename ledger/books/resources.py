"""Land and other resources of the collective: the bodies of their kinds, and their rules.

What stands in the register is what the collective owns: where it lies, how large it is, what it is used for. Who uses
it, a contract says. A certificate is the collective's own; a household's stands nowhere here.
"""

from __future__ import annotations

from ledger.books.money import format_yuan
from ledger.books.values import Count, LandClass, Positive, PublicText, ResourceNumber, Value
from ledger.errors import Fault

AREA_MAX_HUNDREDTHS = 100_000_00
"""A hundred thousand mu: more than a village has."""


class ResourceRegistered(Value, frozen=True):
    """`resource.registered`: a plot enters the register. `area_mu_hundredths` in hundredths of a mu."""

    area_mu_hundredths: Positive
    certificate: PublicText
    east: PublicText  # what it borders on
    land_class: LandClass
    name: PublicText
    north: PublicText
    number: ResourceNumber
    place: PublicText
    south: PublicText
    use: PublicText
    west: PublicText


class ResourceChanged(Value, frozen=True):
    """`resource.changed`: its class, area and use from now on; an area of nothing says that it is the collective's no
    more.
    """

    area_mu_hundredths: Count
    certificate: PublicText
    land_class: LandClass
    reason: PublicText
    resource: ResourceNumber
    use: PublicText


def check_area(area_mu_hundredths: int, place: str, *, is_new: bool) -> list[Fault]:
    """An area is of a village's size; of what is registered there is some."""
    least = 1 if is_new else 0
    if least <= area_mu_hundredths <= AREA_MAX_HUNDREDTHS:
        return []
    return [
        Fault(
            code="resource-area",
            place=f"{place}的面积",
            found=f"{format_yuan(area_mu_hundredths)} 亩",
            expected=f"{'大于零，' if is_new else ''}不超过 {format_yuan(AREA_MAX_HUNDREDTHS)} 亩",
            remedy="核对面积，单位是亩",
        )
    ]
