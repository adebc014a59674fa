"""Concerns for whoever looks at a village's books: those of the last year, those of a draft, and an auditor's word.

What is asked about a year costs a look at each of its vouchers, so pages that show only how many there are keep the
answer for as long as log and day stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.books.concerns.table import SEVERITIES, Severity
from ledger.books.concerns.values import ConcernAcknowledged
from ledger.books.roles import ACKNOWLEDGER_ROLES
from ledger.books.values import get_previous_period
from ledger.canonical import parse_claim
from ledger.entries import KIND_OF_BODY, Actor, Claim
from ledger.errors import Fault, NotFound, Refused
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.ports import Ports, Reader
from ledger.service.drafts import Discloser, build_draft, build_trial, open_draft
from ledger.service.passing import discard_drafts
from ledger.service.persons import check_person
from ledger.service.screening import check_texts, list_names
from ledger.service.sheets import read_texts
from ledger.service.slots import check_slot, list_waiting_slots, slot_of_concern
from ledger.state import check_entry, get_day
from ledger.state.concerns import Stand, list_concerns, list_concerns_of, name_concern
from ledger.state.reference import Reference
from ledger.vaults import Draft

WINDOW_MONTHS = 12
"""Months that are looked through at once: a year's vouchers are some hundreds, at most twelve times 999."""
REASON = "理由"


@dataclass(frozen=True)
class Counted:
    """How many concerns are open, by severity, and how many of all are of the public kinds."""

    notice: int = 0
    attention: int = 0
    serious: int = 0
    public: int = 0

    @property
    def total(self) -> int:
        return self.notice + self.attention + self.serious


def find_first_month(last: str) -> str:
    """Return the first of the `WINDOW_MONTHS` months that end with `last`."""
    first = last
    for _ in range(WINDOW_MONTHS - 1):
        first = get_previous_period(first)
    return first


def read_concerns(reader: Reader, reference: Reference, today: str, last: str = "") -> list[Stand]:
    """Return what would be asked on a day about the year that ends with the month `last`, without it the present one;
    the acknowledged ones too.
    """
    first = find_first_month(last or today[:7])
    return list_concerns(reader.facts, reference, read_texts(reader), first=first, today=today, last=last)


def count_open(stands: Iterable[Stand]) -> Counted:
    """Return how many are open."""
    found = [stand.rule for stand in stands if stand.acknowledged < 0]
    by: dict[Severity, int] = {name: sum(rule.severity == name for rule in found) for name in SEVERITIES}
    return Counted(**by, public=sum(rule.is_public for rule in found))


def list_warnings(ports: Ports, draft: Draft) -> list[Stand]:
    """Return what would be asked about a waiting draft once it is an entry, so that its checker can ask before.

    Nothing where its log is not founded yet; a draft that was altered is told elsewhere.
    """
    claim = open_draft(draft)
    texts = {digest_disclosure(text): parse_disclosure(text)[1] for text in draft.public}
    try:
        with ports.ledger.read(draft.village) as reader:
            find = read_texts(reader)
            trial = build_trial(claim, reader.size, ports.clock.now_ms())
            found = list_concerns_of(
                reader.facts, ports.reference, lambda digest: texts.get(digest) or find(digest), trial
            )
    except NotFound:
        return []
    return found


def find_stand(stands: Sequence[Stand], key: str) -> Stand:
    """Return a concern by its key; NotFound where nobody would raise it any more."""
    found = next((stand for stand in stands if stand.concern.key == key), None)
    if found is None:
        raise NotFound("这件待说明的事")
    return found


def find_waiting(ports: Ports, village: str, key: str) -> Draft | None:
    """Return the draft that acknowledges a concern and waits, or came back; None for neither."""
    slot = "/".join(slot_of_concern(key))
    drafts = [*ports.vault.list_drafts(village, "waiting"), *ports.vault.list_drafts(village, "returned")]
    return next((draft for draft in drafts if draft.slot == slot), None)


def prepare_acknowledgement(
    ports: Ports,
    village: str,
    *,
    maker: str,
    key: str,
    entries: Sequence[int],
    amount_fen: int,
    reason: str,
    last: str = "",
) -> Draft:
    """Draft that an auditor looked into a concern and why it may rest; what came back of it before is given up.

    `entries` and `amount_fen` are what was shown of the year that ends with `last`: the concern must still be that.
    Raises Refused with every fault.
    """
    faults = check_person(ports.vault.find_person(village, maker), maker, ACKNOWLEDGER_ROLES)
    faults += check_texts({REASON: reason}, list_names(ports, village))
    faults += check_slot(list_waiting_slots(ports.vault, village), slot_of_concern(key))
    now_ms = ports.clock.now_ms()
    today = get_day(now_ms)
    texts = Discloser(ports.entropy)
    with ports.ledger.read(village) as reader:
        stands = read_concerns(reader, ports.reference, today, last)
        faults += _check_shown(ports.reference, stands, key, tuple(entries), amount_fen)
        body = ConcernAcknowledged(
            amount_fen=amount_fen,
            concern=key,
            entries=tuple(entries),
            reason=texts.publish("reason", reason.strip()),
        )
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[ConcernAcknowledged],
            maker=Actor(role=ACKNOWLEDGER_ROLES[0], user=maker),
            occurred_on=today,
            period=today[:7],
            village=village,
        )
        faults += check_entry(reader.facts, ports.reference, build_trial(claim, reader.size, now_ms))
    if faults:
        raise Refused(faults)
    rule = find_stand(stands, key).rule
    returned = find_waiting(ports, village, key)
    label = f"认可说明：{rule.title}（{key.partition('/')[2]}）"
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    ports.vault.put_drafts(village, [draft])
    if returned is not None and parse_claim(returned.claim).maker.user == maker:
        discard_drafts(ports, village, [returned.id], maker)
    return draft


def _check_shown(
    reference: Reference, stands: Sequence[Stand], key: str, entries: tuple[int, ...], amount_fen: int
) -> list[Fault]:
    """The concern is there, and what was shown of it."""
    stand = next((stand for stand in stands if stand.concern.key == key), None)
    is_same = stand is not None and (stand.concern.entries, stand.concern.amount_fen) == (entries, amount_fen)
    if is_same:
        return []
    return [
        Fault(
            code="concern-changed",
            place=name_concern(reference, key),
            found="已经没有这件事" if stand is None else "情形与看过的不一样",
            expected="看过以后没有变",
            remedy="回到“待说明的事”，看现在怎样再办",
        )
    ]
