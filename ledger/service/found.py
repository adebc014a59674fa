"""Founding a village's log, and the people who act in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from ledger.books.values import Village
from ledger.books.village import ChartVersion, LogFounded
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault
from ledger.log.policy import digest_policy
from ledger.ports import Entropy, Ports
from ledger.service.record import Passed, Receipt, record_claims
from ledger.service.screening import check_description
from ledger.state import get_day
from ledger.witnessed import build_policy


def check_village_code(village: str, details: Mapping[str, str]) -> list[Fault]:
    """The code has twelve digits, every detail of a founding is given and may be published, and the two persons are not
    the same.
    """
    faults = []
    if not re.fullmatch(r"[0-9]{12}", village):
        faults.append(_founding_fault("--village", village, "12 位数字的区划代码"))
    # Nobody is in the vault yet whose name they could hold.
    faults += check_description(details["name"], details["township"], details["telephone"], frozenset())
    faults += [
        _founding_fault(f"--{name}", "没有写", "立账时写明")
        for name in ("clerk", "supervisor")
        if not details[name].strip()
    ]
    if details["clerk"].strip() and details["clerk"].strip() == details["supervisor"].strip():
        faults.append(_founding_fault("--supervisor", "与村文书同名", "另一个人"))
    return faults


def _founding_fault(place: str, found: str, expected: str) -> Fault:
    return Fault(
        code="founding-detail",
        place=place,
        found=found,
        expected=expected,
        remedy="补全后再运行 mingbai init",
    )


def make_origin(entropy: Entropy) -> str:
    """Return an opaque permanent name for a log: no host, no place, so that neither can outdate it."""
    return "mingbai/" + base64.b32encode(entropy.take(10)).decode().lower()


def found_village(ports: Ports, village: Village, origin: str, chart: ChartVersion, maker: str) -> Receipt:
    """Record entry 0 of `village`. The same founding again gives the first receipt."""
    verifier_key = ports.get_signer(village).verifier_key
    day = get_day(ports.clock.now_ms())
    body = LogFounded(
        chart=chart,
        epoch=1,
        hash="sha-256",
        origin=origin,
        policy=digest_policy(build_policy(verifier_key)),
        verifier_key=verifier_key,
    )
    claim = Claim(
        body=body,
        kind="log.founded",
        maker=name_clerk(maker),
        occurred_on=day,
        period=day[:7],
        village=village,
    )
    return record_claims(ports, village, [Passed(checkers=(), claim=claim)])[0]
