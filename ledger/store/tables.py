"""Every table of the four databases. What is true of a row stands beside its column.

The ledger holds what was recorded and what follows from it; the heads are what was signed; the vault holds
what is personal or not yet passed; the desk holds who may sign in, who did, and what was done there. They are
separate files so that each can be kept, backed up and erased by its own rule.

`migrations` build the same tables step by step; a test holds both to each other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

LEDGER = MetaData()
HEADS = MetaData()
VAULT = MetaData()
DESK = MetaData()
"""Of the whole home, always in a file. An account may have seats in many villages: no village begins these keys."""
WITNESS = MetaData()
"""A witness's own database, in a folder that is no home: see `store.witness`."""

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
# Keys are compared byte by byte everywhere, so that a range of keys is the same range in every database.
_KEY = Text().with_variant(Text(collation="C"), "postgresql")


def _key(name: str, kind: Any = _KEY) -> Column[Any]:
    return Column(name, kind, primary_key=True, nullable=False)


def _column(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _table(name: str, metadata: MetaData, *parts: Any, rowid: bool = False) -> Table:
    """`rowid` is for wide rows: without one, SQLite stores rows in the key's tree, which suits small rows."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


# In whose log something is recorded. A register of codes: the one table that is read for all villages at once.
villages = _table("villages", LEDGER, _key("village"))

entries = _table(
    "entries",
    LEDGER,
    _key("village"),
    _key("entry_index", _NUMBER),
    _column("leaf", LargeBinary),  # RFC 6962 leaf hash of `data`
    _column("previous", LargeBinary),  # leaf of the entry before; unique, so that the log cannot fork
    _column("claim", LargeBinary),  # SHA-256 of the claim; unique, so that a retry finds the first try
    _column("kind", Text),
    _column("recorded_at", _NUMBER),  # UTC milliseconds, never decreasing
    _column("data", LargeBinary),  # the hashed bytes
    UniqueConstraint("village", "previous", name="entries_previous"),
    UniqueConstraint("village", "claim", name="entries_claim"),
    CheckConstraint("entry_index >= 0", name="entries_index_range"),
    CheckConstraint(
        "length(leaf) = 32 AND length(previous) = 32 AND length(claim) = 32", name="entries_hashes"
    ),
    CheckConstraint("length(data) BETWEEN 2 AND 65535", name="entries_data_length"),
    rowid=True,
)

texts = _table(
    "texts",
    LEDGER,
    _key("village"),
    _key("entry_index", _NUMBER),
    _key("digest"),
    _column("disclosure", Text),  # may be deleted, never altered
    UniqueConstraint("village", "digest", name="texts_digest"),
)

tiles = _table(
    "tiles",
    LEDGER,
    _key("village"),
    _key("level", Integer),
    _key("number", _NUMBER),
    _column("data", LargeBinary),  # 256 hashes; a full tile never changes
    CheckConstraint("length(data) = 8192", name="tiles_data_length"),
    rowid=True,
)

growing_tiles = _table(
    "growing_tiles",
    LEDGER,
    _key("village"),
    _key("level", Integer),  # 1 and up; those of level 0 stand in `entries`
    _column("number", _NUMBER),
    _column("data", LargeBinary),  # the first 0 to 255 hashes of tile `number`
    CheckConstraint("length(data) % 32 = 0 AND length(data) < 8192", name="growing_tiles_data_length"),
)

logs = _table(
    "logs",
    LEDGER,
    _key("village"),
    _column("size", _NUMBER),
    _column("frontier", LargeBinary),  # tree.format_frontier
    _column("leaf", LargeBinary),  # of the newest entry
    _column("recorded_at", _NUMBER),  # of the newest entry
)

facts = _table(
    "facts",
    LEDGER,
    _key("village"),
    _key("fact"),
    _column("value", LargeBinary),  # a cache: may be dropped and folded again from the entries
)

heads = _table(
    "heads",
    HEADS,
    _key("village"),
    _key("size", _NUMBER),
    _column("root", LargeBinary),
    _column("note", LargeBinary),  # the signed note, verbatim
    CheckConstraint("size > 0", name="heads_size_range"),
    CheckConstraint("length(root) = 32", name="heads_root_length"),
)

cosignatures = _table(
    "cosignatures",
    HEADS,
    _key("village"),
    _key("size", _NUMBER),
    _key("witness"),  # its verifier key
    _key("time_s", _NUMBER),
    _column("line", Text),  # the signature line, verbatim
    CheckConstraint("size > 0 AND time_s > 0", name="cosignatures_range"),
)

witness_attempts = _table(
    "witness_attempts",
    HEADS,
    _key("village"),
    _key("witness"),
    _column("answered_at", _NUMBER),  # UTC milliseconds, 0 before the first cosignature
    _column("asked_at", _NUMBER),
    _column("outcome", Text),
    _column("reason", Text),
)

accounts = _table(
    "accounts",
    DESK,
    _key("account"),
    _column("created_at", _NUMBER),  # UTC milliseconds
    _column("expires_on", Text),  # the last day on which it can be used; empty for never
    _column("is_disabled", Integer),
    _column("is_operator", Integer),
    _column("must_change", Integer),
    _column("password", Text),  # Argon2id, with parameters and salt
    _column("sign_in", Text),  # folded
    _column("totp", LargeBinary),  # sealed; empty for none
    _column("totp_offered", LargeBinary),  # sealed; shown, not yet confirmed
    _column("totp_step", _NUMBER),  # the newest one used
    UniqueConstraint("sign_in", name="accounts_sign_in"),
    rowid=True,
)

recovery_codes = _table(
    "recovery_codes",
    DESK,
    _key("account"),
    _key("digest", LargeBinary),  # SHA-256 of account and code
    _column("used_at", _NUMBER),  # UTC milliseconds; 0 before
)

seats = _table(
    "seats",
    DESK,
    _key("account"),
    _key("village"),
    _column("person", Text),  # in the vault of the village
    UniqueConstraint("village", "person", name="seats_person"),
)

sessions = _table(
    "sessions",
    DESK,
    _key("session"),
    _column("account", Text),
    _column("created_at", _NUMBER),  # UTC milliseconds, of the sign-in
    _column("device", Text),  # 手机, 电脑
    _column("digest", LargeBinary),  # SHA-256 of the token, which is in the browser's cookie alone
    _column("is_whole", Integer),  # 0 between the password and the second factor
    _column("network", Text),  # keyed hash
    _column("proved_at", _NUMBER),  # when a password or a code was given last
    _column("roles", Text),  # of the person when it was opened
    _column("seen_at", _NUMBER),
    _column("village", Text),  # of the seat taken; empty for none
    UniqueConstraint("digest", name="sessions_digest"),
)
Index("sessions_account", sessions.c.account, sessions.c.created_at)

# Why those who must say so read about whom, while their session lasts: pseudonyms and codes of `masks.toml`.
reading_purposes = _table(
    "reading_purposes",
    DESK,
    _key("session"),
    _key("village"),
    _key("subject"),
    _column("purpose", Text),
)

attempts = _table(
    "attempts",
    DESK,
    _key("counter"),  # a kind and a keyed hash
    _column("at", _NUMBER),  # UTC milliseconds of the newest
    _column("failures", Integer),
)

passkeys = _table(
    "passkeys",
    DESK,
    _key("account"),
    _key("credential", LargeBinary),
    _column("created_at", _NUMBER),
    _column("label", Text),  # what its owner calls it
    _column("public_key", LargeBinary),  # COSE
    _column("sign_count", _NUMBER),
    _column("used_at", _NUMBER),
)

Index("passkeys_credential", passkeys.c.credential, unique=True)

last_sign_ins = _table(
    "last_sign_ins",
    DESK,
    _key("account"),
    _column("at", _NUMBER),  # UTC milliseconds
)

used_challenges = _table(
    "used_challenges",
    DESK,
    _key("digest", LargeBinary),  # SHA-256 of the challenge
    _column("used_at", _NUMBER),  # UTC milliseconds
)

areas = _table("areas", DESK, _key("area"), _column("name", Text))

area_villages = _table("area_villages", DESK, _key("area"), _key("village"))

audits = _table(
    "audits",
    DESK,
    _key("village"),
    _column("ended_at", _NUMBER),  # UTC milliseconds
    _column("found", _NUMBER),
    _column("has_private", Integer),
    _column("report", LargeBinary),  # JSON of the report, with some of its findings
    _column("started_at", _NUMBER),
    _column("person", Text),  # who began it
    rowid=True,
)

desk_log = _table(
    "desk_log",
    DESK,
    _key("number", _NUMBER),  # from 1, without gaps
    _column("digest", LargeBinary),  # SHA-256 over number, previous and line
    _column("line", Text),  # one JSON object; village and subject are taken from it
    _column("previous", LargeBinary),  # digest of the row before
    _column("subject", Text),
    _column("village", Text),
    CheckConstraint("length(digest) = 32 AND length(previous) = 32", name="desk_log_hashes"),
)
Index("desk_log_about", desk_log.c.village, desk_log.c.subject, desk_log.c.number)

# Whom a row of the desk's log is about, where that is more than one; the row holds their number and their digest.
desk_log_subjects = _table(
    "desk_log_subjects",
    DESK,
    _key("village"),
    _key("subject"),
    _key("number", _NUMBER),  # of the row
)
Index("desk_log_subjects_row", desk_log_subjects.c.number)

desk_log_end = _table(
    "desk_log_end",
    DESK,
    _key("one", Integer),
    _column("digest", LargeBinary),
    _column("number", _NUMBER),
    CheckConstraint("one = 1 AND length(digest) = 32", name="desk_log_end_one"),
)

witnessed_logs = _table(
    "witnessed_logs",
    WITNESS,
    _key("origin"),
    _key("verifier_key"),  # trusted for the origin; a log may have more than one
    _column("added_at", _NUMBER),
    _column("label", Text),  # what the operator calls it
)

witnessed = _table(
    "witnessed",
    WITNESS,
    _key("origin"),
    _column("size", _NUMBER),  # of the checkpoint cosigned last
    _column("root", LargeBinary),
    _column("time_s", _NUMBER),  # when it was cosigned
    _column("note", LargeBinary),  # with the log's lines and ours
    CheckConstraint("size >= 0 AND length(root) = 32", name="witnessed_head"),
)

conflicts = _table(
    "conflicts",
    WITNESS,
    _key("origin"),
    _key("size", _NUMBER),
    _key("root", LargeBinary),
    _column("seen_at", _NUMBER),
    _column("note", LargeBinary),  # signed by the log, and no extension of what was cosigned
)

ciphertexts = _table(
    "ciphertexts",
    VAULT,
    _key("village"),
    _key("kind"),  # see `store.ciphertexts`
    _key("name"),
    _column("subject", _KEY),  # under whose data key it is; with it everything about one is erased
    _column("data", LargeBinary),  # see `store.sealing`
)
Index("ciphertexts_subject", ciphertexts.c.village, ciphertexts.c.subject)

# Who asks for an erasure and who agrees to it, by pseudonym, until it is done: in clear, since the database itself
# holds that they are two. When and why is in `ciphertexts`.
erasures = _table(
    "erasures",
    VAULT,
    _key("village"),
    _key("subject"),
    _column("asked_by", Text),
    _column("agreed_by", Text),  # empty before
    CheckConstraint("asked_by <> '' AND agreed_by <> asked_by", name="erasures_two"),
)

# What came in as an objection, before it is an entry. Nothing personal: the wording is in `ciphertexts`. In clear, so
# that everybody is told how many wait without anybody being asked for a passphrase.
received_objections = _table(
    "received_objections",
    VAULT,
    _key("village"),
    _key("number", _NUMBER),  # of the receipt, from 1 without gaps
    _column("about", Text),
    _column("aside", Text),  # why it is not to be registered; empty for none
    _column("aside_agreed", Text),  # u-…; empty before
    _column("aside_by", Text),  # u-…; empty for none
    _column("came", Text),
    _column("closed", Text),  # its number in an earlier log, which answered it; empty for none
    _column("code", LargeBinary),  # SHA-256 of item and code
    _column("digest", Text),  # of the sealed wording
    _column("draft", Text),  # empty before
    _column("item", Text),  # y-…
    _column("received_at", _NUMBER),  # UTC milliseconds
    _column("received_on", Text),
    UniqueConstraint("village", "item", name="received_objections_item"),
    CheckConstraint(
        "(aside = '' AND aside_by = '' AND aside_agreed = '') OR (aside <> '' AND aside_by <> '')",
        name="received_objections_aside",
    ),
    CheckConstraint("aside_agreed = '' OR aside_agreed <> aside_by", name="received_objections_two"),
    CheckConstraint("number > 0 AND length(code) = 32", name="received_objections_range"),
)
Index("received_objections_day", received_objections.c.village, received_objections.c.received_at)

# What villagers reported by the page, before it is a case; what it says and shows and whose it is are in `ciphertexts`.
received_reports = _table(
    "received_reports",
    VAULT,
    _key("village"),
    _key("number", _NUMBER),  # of the receipt, from 1 without gaps
    _column("about", Text),  # the letter of a group of categories
    _column("aside", Text),  # why it becomes no case of its own; empty for none
    _column("aside_by", Text),  # u-…; empty for none
    _column("code", LargeBinary),  # SHA-256 of item and code
    _column("draft", Text),  # empty before
    _column("item", Text),  # q-…
    _column("joined", Text),  # the case that it belongs to; empty for none
    _column("received_at", _NUMBER),  # UTC milliseconds
    _column("received_on", Text),
    UniqueConstraint("village", "item", name="received_reports_item"),
    CheckConstraint(
        "(aside = '' AND aside_by = '' AND joined = '') OR (aside <> '' AND aside_by <> '')",
        name="received_reports_aside",
    ),
    CheckConstraint("number > 0 AND length(code) = 32", name="received_reports_range"),
)
Index("received_reports_day", received_reports.c.village, received_reports.c.received_at)

# As they were before the vault was encrypted, and the column `private` of `drafts`: empty since.
persons = _table(
    "persons", VAULT, _key("village"), _key("person"), _column("name", Text), _column("role", Text)
)

households = _table(
    "households",
    VAULT,
    _key("village"),
    _key("household"),
    _column("consents", Text),  # sorted, separated by spaces
    _column("group_number", Integer),
    _column("name", Text),
    _column("number", Text),
)

members = _table(
    "members",
    VAULT,
    _key("village"),
    _key("member"),
    _column("branch", Integer),
    _column("name", Text),
    _column("number", Text),
)

disclosures = _table("disclosures", VAULT, _key("village"), _key("digest"), _column("disclosure", Text))

drafts = _table(
    "drafts",
    VAULT,
    _key("village"),
    _key("draft"),
    _column("ordinal", _NUMBER),  # the order in which the village's drafts were put, from 0
    _column("batch", Text),
    _column("claim", LargeBinary),
    _column("digest", Text),
    _column("entry_index", _NUMBER),  # -1 before it is recorded
    _column("label", Text),
    _column("private", Text),  # empty, see above
    _column("public", Text),  # disclosures, separated by spaces
    _column("state", Text),
    _column("maker", Text),  # u-…: whom no approval may name
    _column("slot", Text),  # of what only one may wait; empty for what there can be several of
    _column("submitted_at", _NUMBER),  # UTC milliseconds
    CheckConstraint(
        "state IN ('waiting', 'returned', 'recorded', 'discarded', 'expired')", name="drafts_state"
    ),
    UniqueConstraint("village", "ordinal", name="drafts_ordinal"),
    rowid=True,
)
Index("drafts_listed", drafts.c.village, drafts.c.state, drafts.c.ordinal)
Index("drafts_batch", drafts.c.village, drafts.c.batch, drafts.c.ordinal)
_IS_KEPT = text("state IN ('waiting', 'recorded')")
Index(
    "drafts_digest",
    drafts.c.village,
    drafts.c.digest,
    unique=True,
    sqlite_where=_IS_KEPT,
    postgresql_where=_IS_KEPT,
)
_WAITS_ALONE = text("state = 'waiting' AND slot != ''")
Index(
    "drafts_slot",
    drafts.c.village,
    drafts.c.slot,
    unique=True,
    sqlite_where=_WAITS_ALONE,
    postgresql_where=_WAITS_ALONE,
)

# Who passed a draft so far. Guards hold each to the draft: not its maker, its very digest, and only while it waits.
approvals = _table(
    "approvals",
    VAULT,
    _key("village"),
    _key("draft"),
    _key("checker"),
    _column("approved_at", _NUMBER),  # UTC milliseconds
    _column("digest", Text),
    _column("role", Text),
    CheckConstraint("role IN ('supervisor', 'secretary', 'township')", name="approvals_role"),
    # So that they are copied after what they are about.
    ForeignKeyConstraint(["village", "draft"], ["drafts.village", "drafts.draft"], name="approvals_draft"),
)
