"""What the store of accounts, sessions and the desk's log promises, also against somebody with the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.desk import (
    Account,
    Area,
    Attempt,
    Audited,
    DeskEnd,
    DeskWriter,
    Passkey,
    Seat,
    Session,
    digest_desk_line,
)
from ledger.log.chain import ZERO_HASH
from ledger.store import SqlDesk, migrate, open_engine
from ledger.store.desk import forget_sign_ins
from tests.builders import OTHER_VILLAGE, VILLAGE

ACCOUNT = Account(
    account="a-aaaaaaaaaa",
    created_at=1,
    expires_on="",
    is_disabled=False,
    is_operator=True,
    must_change=True,
    password="$argon2id$",
    sign_in="wang",
    totp=b"",
    totp_offered=b"\x00\x01",
    totp_step=0,
)
SESSION = Session(
    account=ACCOUNT.account,
    created_at=5,
    device="手机",
    digest=b"\x01" * 32,
    is_whole=False,
    network="net",
    proved_at=5,
    roles="clerk supervisor",
    seen_at=6,
    session="s-aaaaaaaaaa",
    village=VILLAGE,
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SqlDesk]:
    engine = open_engine(tmp_path / "desk.db", secure_delete=True)
    migrate(engine, "desk")
    yield SqlDesk(engine)
    engine.dispose()


def test_an_account_comes_back_as_it_was_put(desk: SqlDesk) -> None:
    changed = msgspec.structs.replace(ACCOUNT, is_disabled=True, sign_in="zhao", totp=b"sealed")
    with desk.write() as writer:
        writer.put_account(ACCOUNT)
        writer.put_account(changed)

    with desk.read() as reader:
        assert reader.find_account(ACCOUNT.account) == changed
        assert reader.find_by_name("zhao") == changed
        assert reader.find_by_name("wang") is None
        assert reader.list_accounts() == [changed]


def test_a_sign_in_name_is_one_accounts(desk: SqlDesk) -> None:
    with desk.write() as writer:
        writer.put_account(ACCOUNT)

    with pytest.raises(ValueError, match="another account's"), desk.write() as writer:
        writer.put_account(msgspec.structs.replace(ACCOUNT, account="a-bbbbbbbbbb"))


def test_a_person_has_one_seat_and_an_account_one_in_each_village(desk: SqlDesk) -> None:
    seats = [
        Seat(account="a-1", person="u-1", village=VILLAGE),
        Seat(account="a-1", person="u-1", village=OTHER_VILLAGE),
    ]
    with desk.write() as writer:
        for seat in seats:
            writer.add_seat(seat)

    for account, person in (("a-2", "u-1"), ("a-1", "u-2")):
        with pytest.raises(ValueError, match="has a seat"), desk.write() as writer:
            writer.add_seat(Seat(account=account, person=person, village=VILLAGE))
    with desk.read() as reader:
        assert reader.list_seats("a-1") == sorted(seats, key=lambda seat: seat.village)
        assert reader.find_seat(VILLAGE, "u-1") == seats[0]
        assert reader.find_seat(VILLAGE, "u-2") is None


def test_a_session_is_found_by_the_hash_of_its_token_alone(desk: SqlDesk) -> None:
    turned = msgspec.structs.replace(SESSION, digest=b"\x02" * 32, is_whole=True)
    with desk.write() as writer:
        writer.put_session(SESSION)
        assert writer.find_session(SESSION.digest) == SESSION
        writer.put_session(turned)

    with desk.write() as writer:
        assert writer.find_session(SESSION.digest) is None
        assert writer.list_sessions(ACCOUNT.account) == [turned]
        writer.drop_session(SESSION.session)
        assert writer.list_sessions(ACCOUNT.account) == []


def test_why_somebody_reads_is_kept_as_long_as_their_session(desk: SqlDesk) -> None:
    other = msgspec.structs.replace(SESSION, session="s-bbbbbbbbbb", digest=b"\x02" * 32, created_at=9)
    with desk.write() as writer:
        for session in (SESSION, other):
            writer.put_session(session)
            writer.put_purposes(session.session, VILLAGE, ["h-a", "h-b"], "audit")
        writer.put_purposes(SESSION.session, VILLAGE, ["h-b"], "request")
        writer.put_purposes(SESSION.session, OTHER_VILLAGE, ["h-a"], "check")
        writer.put_session(msgspec.structs.replace(SESSION, digest=b"\x03" * 32))  # Its token is exchanged.

    def find(session: Session, village: str = VILLAGE) -> dict[str, str]:
        with desk.read() as reader:
            return reader.find_purposes(session.session, village)

    assert find(SESSION) == {"h-a": "audit", "h-b": "request"}
    assert find(SESSION, OTHER_VILLAGE) == {"h-a": "check"}
    with desk.write() as writer:
        writer.drop_session(SESSION.session)
    assert find(SESSION) == find(SESSION, OTHER_VILLAGE) == {}
    assert find(other) == {"h-a": "audit", "h-b": "audit"}
    with desk.write() as writer:
        writer.prune(sessions_before=10, attempts_before=0)
    assert find(other) == {}


def test_areas_are_replaced_whole_and_listed_by_name(desk: SqlDesk) -> None:
    east = Area(area="r-aaaaaaaaaa", name="东片区", villages=(VILLAGE, OTHER_VILLAGE))
    other = Area(area="r-bbbbbbbbbb", name="A 片区", villages=(OTHER_VILLAGE,))
    smaller = msgspec.structs.replace(east, villages=(OTHER_VILLAGE,))
    with desk.write() as writer:
        for area in (east, other, smaller):
            writer.put_area(area)
        assert writer.list_areas() == [other, smaller]
        writer.drop_area(other.area)
        writer.drop_area("r-cccccccccc")

    with desk.read() as reader:
        assert reader.list_areas() == [smaller]


def test_what_an_audit_said_takes_the_place_of_the_one_before(desk: SqlDesk) -> None:
    said = Audited(
        ended_at=9,
        found=2,
        has_private=True,
        report=b"{}",
        started_at=5,
        user="u-aaaaaaaaaa",
        village=VILLAGE,
    )
    newer = msgspec.structs.replace(said, ended_at=12, found=0, has_private=False)
    with desk.write() as writer:
        writer.put_audited(said)
        writer.put_audited(newer)

    with desk.read() as reader:
        assert reader.find_audited(VILLAGE) == newer
        assert reader.find_audited(OTHER_VILLAGE) is None


def test_counters_are_kept_dropped_and_pruned(desk: SqlDesk) -> None:
    with desk.write() as writer:
        for number in range(3):
            writer.put_attempt(Attempt(at=number, counter=f"c{number}", failures=1))
        writer.put_attempt(Attempt(at=2, counter="c2", failures=7))
        writer.drop_attempt("c1")
        writer.put_session(SESSION)
        writer.prune(attempts_before=2, sessions_before=6)

    with desk.read() as reader:
        assert [reader.find_attempt(f"c{number}") for number in range(2)] == [None, None]
        assert reader.find_attempt("c2") == Attempt(at=2, counter="c2", failures=7)
        assert reader.find_session(SESSION.digest) is None


def test_a_recovery_code_is_used_once_by_its_own_account(desk: SqlDesk) -> None:
    with desk.write() as writer:
        writer.put_recovery_codes("a-1", [b"one", b"two"])

        assert not writer.use_recovery_code("a-2", b"one", 5)
        assert writer.use_recovery_code("a-1", b"one", 5)
        assert not writer.use_recovery_code("a-1", b"one", 6)
        assert writer.count_recovery_codes("a-1") == 1
        writer.put_recovery_codes("a-1", [b"three"])
        assert not writer.use_recovery_code("a-1", b"two", 7)


def test_lines_are_numbered_without_gaps_and_chained(desk: SqlDesk) -> None:
    for number in range(3):
        with desk.write() as writer:
            writer.add_line(f'{{"n":{number}}}', village=VILLAGE, subject=f"u-{number}")

    with desk.read() as reader:
        rows = list(reader.iterate_lines())
        end = reader.get_end()
        assert [row.number for row in reader.iterate_lines(2)] == [2, 3]
        assert reader.list_lines_about(VILLAGE, "u-1") == [rows[1]]
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [ZERO_HASH, rows[0].digest, rows[1].digest]
    assert all(row.digest == digest_desk_line(row.number, row.previous, row.line) for row in rows)
    assert end == DeskEnd(digest=rows[2].digest, number=3)


def add_and_fail(writer: DeskWriter) -> None:
    writer.add_line("{}", village="", subject="")
    writer.put_account(msgspec.structs.replace(ACCOUNT, sign_in=None))


def test_a_transaction_that_fails_leaves_no_line_and_no_gap(desk: SqlDesk) -> None:
    with pytest.raises(sqlite.IntegrityError), desk.write() as writer:
        add_and_fail(writer)

    with desk.write() as writer:
        writer.add_line("{}", village="", subject="")
    with desk.read() as reader:
        assert [row.number for row in reader.iterate_lines()] == [1]


def test_a_line_about_several_is_found_by_each_of_them(desk: SqlDesk) -> None:
    with desk.write() as writer:
        writer.add_line("{}", village=VILLAGE, subject="h-1")
        writer.add_line("{}", village=VILLAGE, subject="", subjects=("h-2", "h-1", "h-2"))
        writer.add_line("{}", village=OTHER_VILLAGE, subject="", subjects=("h-1", "h-2"))

    with desk.read() as reader:
        numbers = [[row.number for row in reader.list_lines_about(VILLAGE, name)] for name in ("h-1", "h-2")]
        assert numbers == [[1, 2], [2]]
        assert reader.list_lines_about(VILLAGE, "") == list(reader.iterate_lines(2))[:1]
        assert [reader.list_subjects(number) for number in (1, 2, 3)] == [[], ["h-1", "h-2"], ["h-1", "h-2"]]
        assert reader.count_subjects() == 4


SUBJECT_ATTACKS = {
    "update": "UPDATE desk_log_subjects SET subject = 'h-9'",
    "delete": "DELETE FROM desk_log_subjects",
    "replace": "REPLACE INTO desk_log_subjects SELECT * FROM desk_log_subjects",
    "of no row": f"INSERT INTO desk_log_subjects VALUES ('{VILLAGE}', 'h-9', 7)",
    "of another village": f"INSERT INTO desk_log_subjects VALUES ('{OTHER_VILLAGE}', 'h-9', 1)",
}


@pytest.mark.parametrize("statement", SUBJECT_ATTACKS.values(), ids=SUBJECT_ATTACKS.keys())
def test_whom_a_line_is_about_stays(desk: SqlDesk, tmp_path: Path, statement: str) -> None:
    with desk.write() as writer:
        writer.add_line("{}", village=VILLAGE, subject="", subjects=("h-1", "h-2"))
    connection = sqlite.connect(tmp_path / "desk.db", isolation_level=None)
    before = connection.execute("SELECT * FROM desk_log_subjects").fetchall()
    connection.execute("PRAGMA recursive_triggers = 0")

    with pytest.raises(sqlite.IntegrityError, match=r"^desk_log_subjects: "):
        connection.execute(statement)

    assert connection.execute("SELECT * FROM desk_log_subjects").fetchall() == before
    connection.close()


def test_every_line_is_iterated_however_many(desk: SqlDesk) -> None:
    with desk.write() as writer:
        for _ in range(1_003):
            writer.add_line("{}", village="", subject="")

    with desk.read() as reader:
        assert len(list(reader.iterate_lines())) == 1_003


NEXT = "(SELECT digest FROM desk_log WHERE number = 2)"
ATTACKS = {
    "update": "UPDATE desk_log SET line = 'evil'",
    "update or replace": "UPDATE OR REPLACE desk_log SET number = 1 WHERE number = 2",
    "delete": "DELETE FROM desk_log",
    "delete the newest": "DELETE FROM desk_log WHERE number = 2",
    "replace": "REPLACE INTO desk_log SELECT number, digest, 'evil', previous, subject, village FROM desk_log",
    "gap": f"INSERT INTO desk_log VALUES (4, randomblob(32), 'evil', {NEXT}, '', '')",
    "fork": "INSERT INTO desk_log VALUES (3, randomblob(32), 'evil', zeroblob(32), '', '')",
    "number twice": "INSERT INTO desk_log SELECT 2, digest, 'evil', previous, '', '' FROM desk_log WHERE number = 2",
    "end shrinks": "UPDATE desk_log_end SET number = 1",
    "end of the same size changes": "UPDATE desk_log_end SET digest = zeroblob(32)",
    "end goes": "DELETE FROM desk_log_end",
    "end is replaced": "REPLACE INTO desk_log_end VALUES (1, zeroblob(32), 1)",
}


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_log_refuses(desk: SqlDesk, tmp_path: Path, statement: str) -> None:
    with desk.write() as writer:
        for _ in range(2):
            writer.add_line("{}", village=VILLAGE, subject="")
    connection = sqlite.connect(tmp_path / "desk.db", isolation_level=None)
    before = connection.execute("SELECT * FROM desk_log").fetchall()
    connection.execute("PRAGMA recursive_triggers = 0")

    with pytest.raises(sqlite.IntegrityError, match=r"^desk_log(_end)?: "):
        connection.execute(statement)

    assert connection.execute("SELECT * FROM desk_log").fetchall() == before
    connection.close()


def test_a_line_that_continues_the_log_passes_so_the_attacks_fail_for_their_own_reason(
    desk: SqlDesk, tmp_path: Path
) -> None:
    with desk.write() as writer:
        for _ in range(2):
            writer.add_line("{}", village=VILLAGE, subject="")
    connection = sqlite.connect(tmp_path / "desk.db", isolation_level=None)

    connection.execute(f"INSERT INTO desk_log VALUES (3, randomblob(32), 'more', {NEXT}, '', '')")

    connection.close()


def test_a_copy_forgets_who_was_signed_in_and_keeps_everything_else(desk: SqlDesk, tmp_path: Path) -> None:
    with desk.write() as writer:
        writer.put_account(ACCOUNT)
        writer.put_session(SESSION)
        writer.put_attempt(Attempt(at=1, counter="c", failures=1))
        writer.add_line("{}", village="", subject="")
    desk._engine.dispose()

    forget_sign_ins(tmp_path / "desk.db")

    with desk.read() as reader:
        assert reader.find_account(ACCOUNT.account) == ACCOUNT
        assert reader.list_sessions(ACCOUNT.account) == []
        assert reader.find_attempt("c") is None
        assert reader.get_end().number == 1


PASSKEY = Passkey(
    account=ACCOUNT.account,
    created_at=1,
    credential=b"\x01\x00",
    label="我的手机",
    public_key=b"\xa5",
    sign_count=0,
    used_at=0,
)


def test_a_passkey_is_one_accounts_and_is_found_by_its_credential(desk: SqlDesk) -> None:
    used = msgspec.structs.replace(PASSKEY, sign_count=7, used_at=9)
    second = msgspec.structs.replace(PASSKEY, created_at=0, credential=b"\x02")
    with desk.write() as writer:
        for passkey in (PASSKEY, second, used):
            writer.put_passkey(passkey)
    with pytest.raises(ValueError, match="another account's"), desk.write() as writer:
        writer.put_passkey(msgspec.structs.replace(PASSKEY, account="a-bbbbbbbbbb"))

    with desk.write() as writer:
        assert writer.find_passkey(b"\x01\x00") == used
        assert writer.find_passkey(b"\x03") is None
        assert writer.list_passkeys(ACCOUNT.account) == [second, used]
        writer.drop_passkeys("a-bbbbbbbbbb")
        writer.drop_passkeys(ACCOUNT.account, b"\x02")
        assert writer.list_passkeys(ACCOUNT.account) == [used]
        writer.drop_passkeys(ACCOUNT.account)
        assert writer.list_passkeys(ACCOUNT.account) == []


def test_a_challenge_is_used_once_until_it_is_forgotten(desk: SqlDesk) -> None:
    with desk.write() as writer:
        assert writer.use_challenge(b"a", at_ms=10, before_ms=0)
        assert not writer.use_challenge(b"a", at_ms=11, before_ms=10)
        assert writer.use_challenge(b"b", at_ms=12, before_ms=11)
        assert writer.use_challenge(b"a", at_ms=13, before_ms=12)


def test_when_somebody_came_in_last_is_kept(desk: SqlDesk) -> None:
    with desk.write() as writer:
        assert writer.find_last_sign_in("a-1") == 0
        writer.put_sign_in("a-1", 5)
        writer.put_sign_in("a-1", 7)
        assert (writer.find_last_sign_in("a-1"), writer.find_last_sign_in("a-2")) == (7, 0)


def test_lines_are_read_backwards_some_at_a_time(desk: SqlDesk) -> None:
    with desk.write() as writer:
        for number in range(5):
            writer.add_line(f'{{"n":{number}}}', village="", subject="")

    with desk.read() as reader:
        assert [row.number for row in reader.list_lines_before(5, 3)] == [4, 3, 2]
        assert [row.number for row in reader.list_lines_before(2, 3)] == [1]
        assert reader.list_lines_before(1, 3) == []
        line = reader.find_line(3)
        assert line is not None
        assert line.line == '{"n":2}'
        assert reader.find_line(6) is None
