"""The draft of a village's witness policy."""

from __future__ import annotations

from urllib.parse import urlsplit

from ledger.books.witnesses import PolicyAdopted
from ledger.entries import KIND_OF_BODY, Claim, name_clerk
from ledger.errors import Fault, NotFound, NotProven, Refused
from ledger.limits import ADOPTED_POLICY_MAX_BYTES, WITNESSES_MAX
from ledger.log.note import parse_note_verifier
from ledger.log.policy import Policy, PolicyLog, count_least, digest_policy, format_policy, parse_policy
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft
from ledger.service.persons import refuse_stranger
from ledger.service.screening import refuse_texts
from ledger.state import get_day
from ledger.state.facts import VillageFacts, get_fact
from ledger.state.policies import find_policy
from ledger.vaults import Draft

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


def prepare_policy(ports: Ports, village: str, *, maker: str, text: bytes, resolution: str) -> Draft:
    """Draft the adoption of the policy `text` (tlog-policy), by the meeting that `resolution` names.

    Lines of logs may be left out: this log's own takes their place. Raises Refused with every fault.
    """
    refuse_stranger(ports, village, maker)
    policy = _parse_adopted(text)
    names = {f"见证人 {witness.name}": witness.name for witness in policy.witnesses}
    refuse_texts(ports, village, {"--resolution": resolution, **names})
    with ports.ledger.read(village) as reader:
        facts = get_fact(reader.facts, "village", VillageFacts)
        before = find_policy(reader.facts)
    if facts is None:
        raise NotFound("立账记录")
    own = (PolicyLog(parse_note_verifier(facts.verifier_key)),)
    data = format_policy(Policy(own, policy.witnesses, policy.groups, policy.quorum))
    texts = Discloser(ports.entropy)
    body = PolicyAdopted(
        policy=digest_policy(data),
        quorum=count_least(policy),
        resolution=texts.publish("resolution", resolution),
        text=texts.publish("policy", data.decode()),
        version=before.version + 1 if before else 1,
        witnesses=len(policy.witnesses),
    )
    today = get_day(ports.clock.now_ms())
    claim = Claim(
        body=body,
        kind=KIND_OF_BODY[PolicyAdopted],
        maker=name_clerk(maker),
        occurred_on=today,
        period=today[:7],
        village=village,
    )
    label = f"见证办法第 {body.version} 版：{body.witnesses} 位见证人，至少 {body.quorum} 位"
    draft = build_draft(ports, claim, label, batch=claim.kind, texts=texts)
    ports.vault.put_drafts(village, [draft])
    return draft


def is_loopback(url: str) -> bool:
    """Tell whether an address leads nowhere but to the machine that opens it."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def check_address(url: str | None, place: str) -> list[Fault]:
    """A witness is asked over https; over http only on this machine."""
    try:
        parts = urlsplit(url or "")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
    is_plain = not parts.query and not parts.fragment and not parts.username and port != 0
    if is_safe and parts.hostname and is_plain:
        return []
    return [
        Fault(
            code="witness-address",
            place=place,
            found=url or "没有写",
            expected="https:// 开头的网址",
            remedy="向见证人要他的送交网址，写在公钥后面",
        )
    ]


def _parse_adopted(text: bytes) -> Policy:
    if len(text) > ADOPTED_POLICY_MAX_BYTES:
        raise Refused([_policy_fault(f"{len(text)} 字节", f"至多 {ADOPTED_POLICY_MAX_BYTES} 字节")])
    try:
        policy = parse_policy(text)
    except NotProven as error:
        raise Refused([_policy_fault(error.reason, "按 tlog-policy 写的见证办法")]) from error
    faults = [
        fault
        for witness in policy.witnesses
        for fault in check_address(witness.url, f"见证人 {witness.name} 的网址")
    ]
    if len(policy.witnesses) > WITNESSES_MAX:
        faults.append(_policy_fault(f"{len(policy.witnesses)} 位见证人", f"至多 {WITNESSES_MAX} 位"))
    if faults:
        raise Refused(faults)
    return policy


def _policy_fault(found: str, expected: str) -> Fault:
    return Fault(
        code="policy-unusable",
        place="见证办法的文件",
        found=found,
        expected=expected,
        remedy="照 README「见证人」一节改好文件再运行",
    )
