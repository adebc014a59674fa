"""A loss declared: what survives of a log is laid aside for good, and the next epoch begins.

In the folder that a restore is filling, before anybody else sees it:

1. the old log's surviving entries become an export under `epochs/<village>/e<n>/`, with the old key's checkpoint
2. ledger, vault and heads are written anew without the old log: people, households and private values stay, drafts
   that still wait stay, objections that the old log answered stay answered, other villages stay whole
3. the old key is not taken along: nothing here can sign for the old origin again; a new one is made
4. entry 0 of the new log says what was lost and why, prepared by one person and passed by another, and entry 1 what
   the village is called, as before

A failure anywhere leaves nothing: the folder is not there yet. The books begin again with an opening balance, which
people prepare from the last closing that survives.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from ledger.books.village import ChartVersion, LogRefounded, VillageDescribed
from ledger.disk import write_durably
from ledger.entries import KIND_OF_BODY, Body, Claim, name_clerk
from ledger.errors import Fault, NotProven, Refused
from ledger.home import Home
from ledger.log.hashing import format_hash
from ledger.log.keys import format_verifier_key
from ledger.log.note import parse_note
from ledger.log.policy import digest_policy
from ledger.log.rotation import KeyHistory, find_verifier, open_by_history
from ledger.ports import Head
from ledger.service.drafts import Discloser, build_draft
from ledger.service.export import list_export_at
from ledger.service.passing import pass_drafts
from ledger.service.persons import refuse_stranger
from ledger.service.screening import refuse_texts
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.charts import get_version
from ledger.state.epochs import name_epoch
from ledger.state.facts import Facts, VillageFacts, get_fact
from ledger.state.keys import build_history
from ledger.state.objections import find_objection, list_numbers
from ledger.store import migrate, open_engine
from ledger.store.copying import copy_rows, list_copied
from ledger.store.epochs import FOLDER
from ledger.store.migrations import Which
from ledger.vaults import Draft
from ledger.witnessed import build_policy

OpenHome = Callable[[Path], Home]
DESCRIBED = ("name", "telephone", "township")


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What a person declares of a village's log."""

    checker: str
    is_plain: bool = False  # the new key lies open, for a trial
    maker: str
    reason: str
    village: str


class OldLog(msgspec.Struct, frozen=True, kw_only=True):
    """What the new epoch takes from the old log; `surviving` is the newest head whose entries are all here."""

    answered: dict[str, str]  # numbers of the objections that were, by the digest of the sealed wording
    chart: ChartVersion
    description: dict[str, str]  # empty where the village was not described yet
    epoch: int
    key: str  # the verifier key of what signed `known`
    known: Head  # the largest proven
    origin: str
    signature: bytes  # of `known`, raw
    surviving: Head
    waiting: list[Draft]


def refuse_loss(home: Home, loss: Loss) -> None:
    """Raise Refused unless the village's log is here and those who declare its loss may."""
    refuse_stranger(home, loss.village, loss.maker)
    refuse_texts(home, loss.village, {"--reason": loss.reason})


def declare_loss(folder: Path, loss: Loss, open_with: OpenHome) -> OldLog:
    """Begin the next epoch of one village in the home at `folder`; return what is known of the old log."""
    with closing(open_with(folder)) as home:
        refuse_loss(home, loss)
        old = _read_old(home, loss.village)
        _lay_aside(home, loss.village, old)
    _rewrite(folder, loss.village)
    for path in (folder / "keys").glob(f"{loss.village}.*key"):
        path.unlink()
    with closing(open_with(folder)) as home:
        _found_epoch(home, loss, old)
    return old


def _read_old(home: Home, village: str) -> OldLog:
    with home.ledger.read(village) as reader:
        facts = get_fact(reader.facts, "village", VillageFacts)
        history = build_history(reader.facts)
        proven = [head for head in home.heads.iterate(village) if _is_proven(head, history)]
        surviving = [head for head in proven if head.size <= reader.size]
        if facts is None or not surviving:
            raise Refused([_build_unproven(village)])
        described = reader.facts.read_entry(facts.described).body
        texts = read_texts(reader)
        answered = _list_answered(home, reader.facts)
        version = get_version(reader.facts, get_day(home.clock.now_ms())[:7])
        description = (
            {name: str(texts(getattr(described, name).text) or "") for name in DESCRIBED}
            if isinstance(described, VillageDescribed)
            else {}
        )
    known = proven[-1]
    key = find_verifier(history, known.size).key
    lines = parse_note(known.note).signatures
    return OldLog(
        answered=answered,
        chart=version,
        description=description,
        epoch=facts.epoch,
        key=format_verifier_key(key),
        known=known,
        origin=facts.origin,
        signature=next(line.signature for line in lines if line.key_id == key.key_id),
        surviving=surviving[-1],
        waiting=home.vault.list_drafts(village, "waiting"),
    )


def _list_answered(home: Home, facts: Facts) -> dict[str, str]:
    numbers = list_numbers(facts, "")
    found = (find_objection(facts, home.reference, number) for number in numbers)
    return {one.raised.wording.sealed: one.raised.number for one in found if one is not None and one.answers}


def _is_proven(head: Head, history: KeyHistory) -> bool:
    """Where an entry that is lost names the key, nobody can tell any more; what is declared must be provable."""
    try:
        open_by_history(head.note, history)
    except NotProven:
        return False
    return True


def _lay_aside(home: Home, village: str, old: OldLog) -> None:
    """Write what survives as an export under the old key's own checkpoint."""
    folder = home.path / FOLDER / village / f"e{old.epoch}"
    for path, data in list_export_at(home, village, old.surviving):
        (folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(folder / path, data)


def _rewrite(folder: Path, village: str) -> None:
    """Write the three databases anew without the village's log and heads, and without drafts that were of it."""
    databases: tuple[tuple[Which, frozenset[str]], ...] = (
        ("ledger", frozenset({"*"})),
        ("heads", frozenset({"*"})),
        ("vault", frozenset({"approvals", "drafts"})),
    )
    for which, left_out in databases:
        source, copy = open_engine(folder / f"{which}.db"), open_engine(folder / f".{which}.new")
        try:
            migrate(copy, which)
            for other in list_copied(source, which):
                copy_rows(source, copy, which, other, left_out=left_out if other == village else frozenset())
        finally:
            source.dispose()
            copy.dispose()
        for path in folder.glob(f"{which}.db*"):
            path.unlink()
        (folder / f".{which}.new").replace(folder / f"{which}.db")


def _found_epoch(home: Home, loss: Loss, old: OldLog) -> None:
    """Record entry 0 of the new log, and what the village is called; drafts that waited wait again."""
    origin, epoch = name_epoch(old.origin)
    is_plain = loss.is_plain or home.keys.token is not None
    passphrase = "" if is_plain else home.keys.passphrases.choose(f"村 {loss.village} 新的签名私钥")
    key = home.keys.create(loss.village, origin, home.entropy.take(32), passphrase).verifier_key
    texts = Discloser(home.entropy)
    body = LogRefounded(
        chart=old.chart,
        epoch=epoch,
        hash="sha-256",
        lost_from=old.surviving.size,
        old_key=old.key,
        old_origin=old.origin,
        old_root=format_hash(old.known.root),
        old_signature=base64.b64encode(old.signature).decode(),
        old_size=old.known.size,
        origin=origin,
        policy=digest_policy(build_policy(key)),
        reason=texts.publish("reason", loss.reason),
        verifier_key=key,
    )
    drafts = [_draft(home, loss, body, texts, f"重新立账：第 {epoch} 册")]
    if old.description:
        names = Discloser(home.entropy)
        described = VillageDescribed(
            **{name: names.publish(name, old.description[name]) for name in DESCRIBED}
        )
        drafts.append(_draft(home, loss, described, names, "村情说明：与旧账相同"))
    home.vault.put_drafts(loss.village, drafts)
    pass_drafts(home, loss.village, [draft.id for draft in drafts], loss.checker)
    now_ms = home.clock.now_ms()
    again = [msgspec.structs.replace(draft, approvals=(), submitted_at=now_ms) for draft in old.waiting]
    home.vault.put_drafts(loss.village, again)
    home.vault.close_received(loss.village, old.answered)


def _draft(home: Home, loss: Loss, body: Body, texts: Discloser, label: str) -> Draft:
    day = get_day(home.clock.now_ms())
    claim = Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=name_clerk(loss.maker),
        occurred_on=day,
        period=day[:7],
        village=loss.village,
    )
    return build_draft(home, claim, label, "loss", texts)


def _build_unproven(village: str) -> Fault:
    return Fault(
        code="loss-unproven",
        place=f"村 {village} 的旧账",
        found="一个能证实的检查点也没有",
        expected="旧钥匙签过的检查点，和它所管的记录",
        remedy="用 --heads、--from 给出旧账的检查点；旧账一条也不剩的，另行立账",
    )
