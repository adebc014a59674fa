"""Drafts: claims prepared by a clerk, with their salts, waiting for another person.

The salts are drawn here, once: the digest that the checker sees is the digest that is recorded.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Sequence

from ledger.books.values import PublicText, Sealed
from ledger.canonical import digest_claim, format_claim, parse_claim
from ledger.entries import Claim, Entry
from ledger.errors import Fault, NotProven, Refused, Tampered
from ledger.evidence import list_public_digests, list_sealed_digests
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import SALT_BYTES, Json, digest_disclosure, make_disclosure, parse_disclosure
from ledger.log.hashing import format_hash
from ledger.ports import Draft, Entropy, Person, Ports
from ledger.service.record import Passed, Receipt, record_claims

CHECKER_ROLES = ("supervisor", "secretary", "township")
MAKER_ROLES = ("clerk",)


MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])")


class Discloser:
    """Draws a salt for every field and collects the disclosures of one draft."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self.public: list[str] = []
        self.private: list[str] = []

    def publish(self, name: str, value: Json) -> PublicText:
        """Keep a public text and return what stands for it in the entry."""
        self.public.append(make_disclosure(self._entropy.take(SALT_BYTES), name, value))
        return PublicText(text=digest_disclosure(self.public[-1]))

    def seal(self, name: str, value: Json) -> Sealed:
        """Keep a private value and return what stands for it in the entry."""
        self.private.append(make_disclosure(self._entropy.take(SALT_BYTES), name, value))
        return Sealed(sealed=digest_disclosure(self.private[-1]))

    def find(self, digest: str) -> Json | None:
        """Return the public text that a digest stands for; None where it is none of these."""
        return next(
            (parse_disclosure(text)[1] for text in self.public if digest_disclosure(text) == digest), None
        )


def make_pseudonym(entropy: Entropy, prefix: str, chars: int) -> str:
    """Return a random name such as u-4m2kq7wx3a, or h- and m- with sixteen characters."""
    return prefix + base64.b32encode(entropy.take(chars)).decode()[:chars].lower()


def build_draft(
    entropy: Entropy, claim: Claim, label: str, batch: str, texts: Discloser | None = None
) -> Draft:
    """Return a waiting draft of `claim`; `label` is what lists show and holds no personal data."""
    return Draft(
        batch=batch,
        claim=format_claim(claim),
        digest=digest_claim(claim),
        id=make_pseudonym(entropy, "d-", 10),
        index=-1,
        label=label,
        private=tuple(texts.private) if texts else (),
        public=tuple(texts.public) if texts else (),
        state="waiting",
        village=claim.village,
    )


def build_trial(claim: Claim, index: int, now_ms: int) -> Entry:
    """Return the entry that `claim` would be if somebody passed it now: what `check_entry` judges beforehand."""
    somebody = "u-aaaaaaaaaa" if claim.maker != "u-aaaaaaaaaa" else "u-bbbbbbbbbb"
    return Entry(
        body=claim.body,
        checkers=(somebody,),
        index=index,
        kind=claim.kind,
        maker=claim.maker,
        occurred_on=claim.occurred_on,
        period=claim.period,
        previous=format_hash(ZERO_HASH),
        recorded_at=now_ms,
        v=1,
        village=claim.village,
    )


def pass_drafts(ports: Ports, village: str, draft_ids: Sequence[str], checker: str) -> list[Receipt]:
    """Record the drafts in the given order, passed by `checker`; all of them or none.

    Passing a draft again gives its first receipt. Raises Refused with every fault of the drafts and the person.
    """
    drafts, faults = find_drafts(ports, village, draft_ids)
    faults += check_person(ports.vault.find_person(village, checker), checker, CHECKER_ROLES)
    passed = [
        Passed(
            checkers=(checker,),
            claim=open_draft(draft),
            place=name_draft(draft),
            private=draft.private,
            public=draft.public,
        )
        for draft in drafts
    ]
    faults += [_build_erased(draft) for draft in drafts if _has_erased(draft)]
    faults += [
        _build_same_person(item.place, checker)
        for item in passed
        if _is_same_person(ports, item.claim, checker)
    ]
    if faults:
        raise Refused(faults)
    receipts = record_claims(ports, village, passed)
    for draft, receipt in zip(drafts, receipts, strict=True):
        ports.vault.mark_draft(village, draft.id, "recorded", receipt.index)
    return receipts


def discard_drafts(ports: Ports, village: str, draft_ids: Sequence[str], user: str) -> None:
    """Give up drafts that nobody passed yet; all of them or none.

    A clerk withdraws what that clerk prepared; whoever may pass may also return what another person prepared. Raises
    Refused with every fault of the drafts and the person.
    """
    drafts, faults = find_drafts(ports, village, draft_ids)
    person = ports.vault.find_person(village, user)
    faults += check_person(person, user, MAKER_ROLES + CHECKER_ROLES)
    if person is not None and person.role in MAKER_ROLES:
        makers = {draft.id: parse_claim(draft.claim).maker for draft in drafts}
        faults += [_build_other_maker(id_, maker) for id_, maker in makers.items() if maker != user]
    faults += [
        Fault(
            code="draft-recorded",
            place=f"待审记录 {draft.id}",
            found=f"已记入第 {draft.index} 条",
            expected="还没通过的记录",
            remedy="已入账的记录不能作废；要更正请用红字冲销",
        )
        for draft in drafts
        if draft.state == "recorded"
    ]
    if faults:
        raise Refused(faults)
    for draft in drafts:
        ports.vault.mark_draft(village, draft.id, "discarded", -1)


def _build_other_maker(draft_id: str, maker: str) -> Fault:
    return Fault(
        code="draft-other-maker",
        place=f"待审记录 {draft_id}",
        found=f"村文书是 {maker}",
        expected="自己交审的记录",
        remedy="请那位村文书自己作废，或请监督委员退回",
    )


def find_drafts(ports: Ports, village: str, draft_ids: Sequence[str]) -> tuple[list[Draft], list[Fault]]:
    """Return the drafts that are there, and a fault for each that is not, or was given up."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for draft_id in draft_ids:
        draft = ports.vault.find_draft(village, draft_id)
        if draft is not None and draft.state != "discarded":
            drafts.append(draft)
            continue
        faults.append(
            Fault(
                code="draft-unknown",
                place=f"待审记录 {draft_id}",
                found="没有，或已作废",
                expected="本村待审的一条",
                remedy="用 mingbai drafts 查看待审的记录",
            )
        )
    return drafts, faults


def refuse_stranger(ports: Ports, village: str, maker: str) -> None:
    """Raise Refused unless `maker` is a clerk of this village."""
    faults = check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)
    if faults:
        raise Refused(faults)


def refuse_no_month(period: str) -> None:
    """Raise Refused unless `period` is a month, YYYY-MM, as a person types it."""
    faults = check_month(period)
    if faults:
        raise Refused(faults)


def check_month(period: str) -> list[Fault]:
    """`period` is a month, YYYY-MM, as a person types it."""
    if MONTH.fullmatch(period):
        return []
    return [
        Fault(
            code="month-form",
            place="月份",
            found=period,
            expected="四位年份、横杠、两位月份，如 2026-11",
            remedy="改正月份",
        )
    ]


def check_person(person: Person | None, user: str, roles: Sequence[str]) -> list[Fault]:
    """The user is known in this village and has one of `roles`."""
    if person is not None and person.role in roles:
        return []
    return [
        Fault(
            code="person-role",
            place=f"人员 {user}",
            found="本村没有此人" if person is None else ROLE_NAMES[person.role],
            expected="、".join(ROLE_NAMES[role] for role in roles),
            remedy="用 mingbai users list 查看人员，或用 mingbai users add 登记",
        )
    ]


ROLE_NAMES = {
    "clerk": "村文书",
    "supervisor": "监督委员",
    "secretary": "村书记",
    "township": "乡镇记账员",
    "auditor": "审计员",
}


def _is_same_person(ports: Ports, claim: Claim, checker: str) -> bool:
    """Whether maker and checker bear one name under two pseudonyms; one pseudonym is refused by `check_entry`."""
    maker, other = (ports.vault.find_person(claim.village, user) for user in (claim.maker, checker))
    if maker is None or other is None or maker.user == other.user:
        return False
    return _fold_name(maker.name) == _fold_name(other.name)


def _fold_name(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _build_same_person(place: str, checker: str) -> Fault:
    return Fault(
        code="checker-same-person",
        place=f"{place}，审核人 {checker}",
        found="与村文书同名",
        expected="另一个人",
        remedy="请另一位有审核职责的人来通过；真是重名的，登记时写明区别",
    )


def _has_erased(draft: Draft) -> bool:
    """Whether a draft that waits has lost some of its private texts: whom they were about was erased."""
    sealed = list_sealed_digests(parse_claim(draft.claim).body) if draft.state == "waiting" else frozenset()
    return not sealed <= {digest_disclosure(text) for text in draft.private}


def _build_erased(draft: Draft) -> Fault:
    return Fault(
        code="draft-erased",
        place=name_draft(draft),
        found="其中有人的隐私内容已删除",
        expected="内容都在的记录",
        remedy="用 mingbai discard 作废，去掉这一户或这个人以后重新导入",
    )


def name_draft(draft: Draft) -> str:
    """Return what a fault calls a draft."""
    return f"待审记录 {draft.id}（{draft.label}）"


def open_draft(draft: Draft) -> Claim:
    """Return the draft's claim; its bytes, and its texts, must still be what the digest signed off."""
    try:
        claim = parse_claim(draft.claim)
    except NotProven as error:
        raise Tampered(-1, expected=f"待审记录 {draft.id} 的原字节", found=error.reason) from error
    if digest_claim(claim) != draft.digest:
        raise Tampered(-1, expected=draft.digest, found=digest_claim(claim))
    public, private = ({digest_disclosure(text) for text in texts} for texts in (draft.public, draft.private))
    # Private ones are gone where somebody was erased; a recorded draft's are the vault's.
    if public != list_public_digests(claim.body) or not private <= list_sealed_digests(claim.body):
        raise Tampered(-1, expected=f"待审记录 {draft.id} 所指的文字", found="多了、少了或被换过")
    return claim
