"""The register of resources: which plots there are, of which class, how large, and what they add up to.

Rules that always hold: a number is given once; what is changed was registered before, and differs. What the plots of a
class add up to is kept beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ledger.books.resources import ResourceChanged, ResourceRegistered, check_area
from ledger.books.values import Value
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import Facts, get_fact, put_fact, read_body, scan_facts
from ledger.state.reference import Reference
from ledger.state.register_facts import LandSums, ResourceFacts

_NOTHING = LandSums(area_mu_hundredths=0, resources=0)


class Resource(Value, frozen=True):
    """A plot as its entries add up; `current` is what of it may change, as it is now."""

    current: ResourceRegistered | ResourceChanged
    facts: ResourceFacts
    registered: ResourceRegistered


def check_resources(facts: Facts, reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why an entry about a resource may not follow these facts."""
    body = entry.body
    if isinstance(body, ResourceRegistered):
        place = f"资源 {body.number}"
        faults = check_area(body.area_mu_hundredths, place, is_new=True)
        known = get_fact(facts, f"resource/{body.number}", ResourceFacts)
        if known is None:
            return faults
        remedy = "同一块地不用再登记；是另一块，就换一个编号，用过的编号永远不再用"
        found = f"第 {known.registered} 条已用这个编号"
        return [*faults, _fault("resource-number-used", place, found, "没有用过的编号", remedy)]
    if isinstance(body, ResourceChanged):
        place = f"资源 {body.resource} 的变动"
        faults = check_area(body.area_mu_hundredths, place, is_new=False)
        if get_fact(facts, f"resource/{body.resource}", ResourceFacts) is not None:
            return faults
        found, remedy = f"资源 {body.resource} 没有登记", "核对编号；是新的地块，先登记资源并通过审核"
        return [*faults, _fault("resource-unknown", place, found, "资源台账里有的编号", remedy)]
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is about no resource")


def fold_resources(facts: Facts, entry: Entry) -> None:
    """Apply an entry about a resource, already checked."""
    body = entry.body
    if isinstance(body, ResourceRegistered):
        known = ResourceFacts(
            area_mu_hundredths=body.area_mu_hundredths,
            changes=(),
            land_class=body.land_class,
            registered=entry.index,
        )
        put_fact(facts, f"resource/{body.number}", known)
        _add(facts, known, 1)
    elif isinstance(body, ResourceChanged):
        before = get_resource_facts(facts, body.resource)
        after = msgspec.structs.replace(
            before,
            area_mu_hundredths=body.area_mu_hundredths,
            changes=(*before.changes, entry.index),
            land_class=body.land_class,
        )
        put_fact(facts, f"resource/{body.resource}", after)
        _add(facts, before, -1)
        _add(facts, after, 1)


def get_resource_facts(facts: Facts, number: str) -> ResourceFacts:
    """Return what is known of a plot; ValueError where the register has none of this number."""
    known = get_fact(facts, f"resource/{number}", ResourceFacts)
    if known is None:
        raise ValueError(f"no resource {number}")
    return known


def find_resource(facts: Facts, number: str) -> Resource | None:
    """Return a resource by its number; None where the register has none."""
    known = get_fact(facts, f"resource/{number}", ResourceFacts)
    return None if known is None else read_resource(facts, known)


def read_resource(facts: Facts, known: ResourceFacts) -> Resource:
    """Return the resource of these facts with what its entries say."""
    registered = read_body(facts, known.registered, ResourceRegistered)
    current = read_body(facts, known.changes[-1], ResourceChanged) if known.changes else registered
    return Resource(current=current, facts=known, registered=registered)


def iterate_resources(facts: Facts) -> Iterator[tuple[str, ResourceFacts]]:
    """Yield every resource's number and facts, by number."""
    for key, known in scan_facts(facts, "resource/", ResourceFacts):
        yield key.rpartition("/")[2], known


def get_land(facts: Facts, land_class: str) -> LandSums:
    """Return what the resources of a class add up to; those that are the collective's no more do not count."""
    return get_fact(facts, f"land/{land_class}", LandSums) or _NOTHING


def _add(facts: Facts, known: ResourceFacts, sign: int) -> None:
    sums = get_land(facts, known.land_class)
    counted = 1 if known.area_mu_hundredths else 0
    changed = LandSums(
        area_mu_hundredths=sums.area_mu_hundredths + sign * known.area_mu_hundredths,
        resources=sums.resources + sign * counted,
    )
    put_fact(facts, f"land/{known.land_class}", changed)


def _fault(code: str, place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code=code, place=place, found=found, expected=expected, remedy=remedy)
