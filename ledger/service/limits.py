"""The draft of a village's limits, above which more persons must pass a voucher."""

from __future__ import annotations

from ledger.books.limits import LimitsAdopted
from ledger.books.money import format_yuan, parse_yuan
from ledger.entries import KIND_OF_BODY, Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft, build_trial
from ledger.service.persons import refuse_stranger
from ledger.service.screening import refuse_texts
from ledger.state import check_entry, get_day
from ledger.state.limits import find_limits
from ledger.vaults import Draft


def prepare_limits(
    ports: Ports,
    village: str,
    *,
    maker: str,
    second_fen: int,
    third_fen: int,
    resolution: str,
    resolution_fen: int = 0,
) -> Draft:
    """Draft limits, by the meeting that `resolution` names; 0 for no limit, `resolution_fen` that from which spending
    needs a resolution. Raises Refused with every fault.
    """
    refuse_stranger(ports, village, maker)
    refuse_texts(ports, village, {"--resolution": resolution})
    now_ms = ports.clock.now_ms()
    today = get_day(now_ms)
    texts = Discloser(ports.entropy)
    with ports.ledger.read(village) as reader:
        before = find_limits(reader.facts)
        body = LimitsAdopted(
            resolution=texts.publish("resolution", resolution),
            resolution_fen=resolution_fen,
            second_fen=second_fen,
            third_fen=third_fen,
            version=before.version + 1 if before else 1,
        )
        claim = Claim(
            body=body,
            kind=KIND_OF_BODY[LimitsAdopted],
            maker=name_clerk(maker),
            occurred_on=today,
            period=today[:7],
            village=village,
        )
        faults = check_entry(reader.facts, ports.reference, build_trial(claim, reader.size, now_ms))
    if faults:
        raise Refused(faults)
    draft = build_draft(ports, claim, name_limits(body), batch=claim.kind, texts=texts)
    ports.vault.put_drafts(village, [draft])
    return draft


def read_limits(second: str, third: str, decided: str = "0") -> tuple[int, int, int]:
    """Return limits in fen as a person types them in yuan. Raises Refused with every one that is no amount."""
    typed_in = (second, third, decided)
    read = dict(
        zip(("--second", "--third", "--decided"), (parse_yuan(typed) for typed in typed_in), strict=True)
    )
    faults = [
        Fault(
            code="limits-amount",
            place=place,
            found=typed,
            expected="以元为单位的金额，不小于零，如 5000",
            remedy="改正金额；不设限额的不写",
        )
        for (place, amount), typed in zip(read.items(), typed_in, strict=True)
        if isinstance(amount, str) or amount < 0
    ]
    if faults:
        raise Refused(faults)
    first, last, decided_fen = (amount for amount in read.values() if isinstance(amount, int))
    return first, last, decided_fen


def name_limits(body: LimitsAdopted) -> str:
    """Return the limits in one line, as lists and previews show them."""
    second, third = (
        f"{format_yuan(fen)} 元起" if fen else "不设" for fen in (body.second_fen, body.third_fen)
    )
    decided = f"，开支 {format_yuan(body.resolution_fen)} 元起要有决议" if body.resolution_fen else ""
    return f"审核限额第 {body.version} 版：第二人 {second}，第三人 {third}{decided}"
