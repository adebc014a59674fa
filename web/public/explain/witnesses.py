"""The adoption of a witness policy in plain words: who watches, how many must agree, what changed."""

from __future__ import annotations

from ledger.books.witnesses import PolicyAdopted
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.figures import read_text
from ledger.log.keys import format_verifier_key
from ledger.log.policy import PolicyWitness, parse_policy
from ledger.state.policies import find_policy
from reports.words import format_day
from web.i18n import _
from web.public.explain.telling import Explanation, Fact
from web.site import VillageView


def explain_policy(view: VillageView, entry: Entry, body: PolicyAdopted) -> Explanation:
    witnesses = _list_witnesses(view, body)
    return Explanation(
        what=_("见证办法"),
        title=_("见证办法第 {version} 版").format(version=body.version),
        sentences=(
            _("{day}，村里定下见证办法：").format(day=format_day(entry.occurred_on)) + _say_quorum(body),
            _compare(view, entry, body),
            _("见证人是村外的人：他记住见过的账，旧账没有被改动过，才给新账签字。"),
        ),
        facts=(
            Fact(_("由谁定的"), read_text(view.texts, body.resolution)),
            *([Fact(_("见证人"), _("、").join(witness.name for witness in witnesses))] if witnesses else []),
        ),
        checks=(
            *(
                Fact(
                    _("见证人 {name} 的公钥").format(name=witness.name),
                    format_verifier_key(witness.verifier.key),
                )
                for witness in witnesses
            ),
            Fact(_("见证办法原文的指纹（SHA-256）"), body.policy),
        ),
        quoted=read_text(view.texts, body.text),
    )


def _say_quorum(body: PolicyAdopted) -> str:
    if body.quorum == 0:
        return _("不要求见证人确认。")
    return _("请 {witnesses} 位见证人，至少 {quorum} 位确认才算数。").format(
        witnesses=body.witnesses, quorum=body.quorum
    )


def _compare(view: VillageView, entry: Entry, body: PolicyAdopted) -> str:
    """Say whether it asks for more or for fewer than the one before."""
    before = find_policy(view.reader.facts, entry.index)
    if before is None:
        return _("这是第一份见证办法，以前没有请见证人。")
    least = before.quorum
    if body.quorum == least:
        return _("至少要几位确认，和以前一样。")
    text = _("比以前严：以前至少 {old} 位。") if body.quorum > least else _("比以前松：以前至少 {old} 位。")
    return text.format(old=least)


def _list_witnesses(view: VillageView, body: PolicyAdopted) -> tuple[PolicyWitness, ...]:
    """Return the witnesses, where the policy's text is there and is one."""
    text = view.texts(body.text.text)
    try:
        policy = parse_policy(str(text or "").encode())
    except NotProven:
        return ()
    return tuple(policy.witnesses)
