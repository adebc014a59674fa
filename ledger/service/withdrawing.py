"""A household takes back what it agreed to.

A withdrawal waits for nobody: the clerk who is told of it records it, and no second person has to pass it, so that none
can keep it waiting. It takes nothing from anybody but from what is shown; the household can agree again.
"""

from __future__ import annotations

from collections.abc import Collection

from ledger.books.consents import list_withdrawn
from ledger.books.points import CONSENT_NAMES, Consent, ConsentsWithdrawn, WithdrawnFrom
from ledger.entries import Claim, name_clerk
from ledger.errors import Fault, NotFound, Refused
from ledger.log.commitments import index_disclosures
from ledger.ports import Ports
from ledger.service.about import find_known
from ledger.service.drafts import Discloser
from ledger.service.persons import refuse_stranger
from ledger.service.record import Passed, Receipt, record_claims
from ledger.state import get_day
from ledger.state.consents import read_standings
from ledger.vaults import Household


def withdraw_consents(
    ports: Ports, village: str, household: str, consents: Collection[Consent], maker: str
) -> Receipt:
    """Record that a household takes consents back, under every version of the rulebook; at once, by a clerk.

    Raises NotFound for a household that there is not, Refused where nothing of them is in force and where the maker is
    no clerk of the village.
    """
    refuse_stranger(ports, village, maker)
    if not isinstance(find_known(ports, village, household), Household):
        raise NotFound("这一户")
    own = index_disclosures(ports.vault.list_private(village, household))
    with ports.ledger.read(village) as reader:
        standing = read_standings(reader.facts, reader.size, own.get).get(household, {})
    taken = list_withdrawn(standing, consents)
    if not taken:
        raise Refused([_build_nothing(consents)])
    texts = Discloser(ports.entropy)
    # Sorted: the value is the same however it was asked for.
    withdrawal = texts.seal("withdrawal", {"household": household, "withdrawn": [*sorted(consents)]})
    day = get_day(ports.clock.now_ms())
    claim = Claim(
        body=ConsentsWithdrawn(
            versions=tuple(
                WithdrawnFrom(consents=names, version=version) for version, names in sorted(taken.items())
            ),
            withdrawal=withdrawal,
        ),
        kind="consents.withdrawn",
        maker=name_clerk(maker),
        occurred_on=day,
        period=day[:7],
        village=village,
    )
    (receipt,) = record_claims(
        ports, village, [Passed(checkers=(), claim=claim, private=tuple(texts.private))]
    )
    return receipt


def _build_nothing(consents: Collection[Consent]) -> Fault:
    named = "、".join(title for name, title in CONSENT_NAMES.items() if name in consents)
    return Fault(
        code="withdrawal-nothing",
        place="撤回同意",
        found=f"这一户的{named or '哪一项'}现在没有在起作用",
        expected="签过的、还没有撤回的",
        remedy="不用撤回；没有签约、已经撤回的，本来就不算同意",
    )
