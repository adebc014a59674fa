"""Closing a month: the books say what they add up to, a second person passes it, and nothing later enters it."""

from __future__ import annotations

from ledger.entries import Claim
from ledger.ports import Draft, Ports
from ledger.service.drafts import build_draft, refuse_no_month, refuse_stranger
from ledger.state import get_day
from ledger.state.money import build_closing


def prepare_closing(ports: Ports, village: str, period: str, maker: str) -> Draft:
    """Draft the closing of `period` from the facts as they stand and return it, waiting for a checker.

    Whether the month may be closed is judged when it is passed: every fault then comes at once. Raises Refused where
    the maker is no clerk of the village or the period is no month.
    """
    refuse_stranger(ports, village, maker)
    refuse_no_month(period)
    with ports.ledger.read(village) as reader:
        body = build_closing(reader.facts, period)
    claim = Claim(
        body=body,
        kind="period.closed",
        maker=maker,
        occurred_on=get_day(ports.clock.now_ms()),
        period=period,
        village=village,
    )
    year, month = period.split("-")
    label = f"{year}年{int(month)}月结账：凭证 {body.vouchers} 张"
    draft = build_draft(ports.entropy, claim, label, batch=f"close-{period}")
    known = [item for item in ports.vault.list_drafts(village, "waiting") if item.digest == draft.digest]
    if known:
        return known[0]
    ports.vault.put_drafts([draft])
    return draft
