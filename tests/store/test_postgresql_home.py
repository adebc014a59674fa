"""A home whose ledger is in a PostgreSQL: set up by commands, looked at by the doctor, audited; secrets stay out."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli import load_command
from ledger.commands.database import check_postgresql
from ledger.config import SETTINGS_FILE, check_database, read_config
from ledger.errors import Refused, format_fault
from ledger.store.roles import Server
from tests.builders import VILLAGE
from tests.homes import found_home
from tests.postgres import LOGIN, Cluster

EXPECTED = "postgresql:// 开头的地址，如 postgresql://mingbai@/mingbai"


def run(*words: str) -> Result:
    command = load_command(words[0])
    assert command is not None
    return CliRunner().invoke(command, list(words[1:]))


def test_an_administrator_prepares_and_a_village_lives_in_the_server(
    cluster: Cluster, tmp_path: Path
) -> None:
    name = cluster.create_database()
    home = str(tmp_path / "home")
    details = ["--name", "石榴河村", "--township", "样例县石榴镇", "--telephone", "0000-0000000"]
    persons = ["--clerk", "样例甲", "--supervisor", "样例乙"]
    address = ["--database", cluster.make_url(name, "mingbai_home")]

    prepared = run("database", "prepare", "--admin-url", cluster.make_url(name), "--login", "mingbai_home")
    founded = run(
        "init", "--home", home, "--village", VILLAGE, "--no-passphrase", *details, *persons, *address
    )
    checker = founded.output.rpartition("--checker ")[2].strip()
    passed = run("pass", "--home", home, "--all", "--checker", checker)
    audited = run("audit", "--home", home)
    doctor = run("doctor", "--home", home)

    results = (prepared, founded, passed, audited)
    assert [result.exit_code for result in results] == [0, 0, 0, 0], [
        (result.output, result.exception) for result in results
    ]
    assert "全部对得上" in audited.output
    # The tests' server does not wait for the disk: the doctor says so.
    assert doctor.exit_code == 1
    assert "fsync 应为 on，实为 off" in doctor.output
    assert "✓ 正常  PostgreSQL：" in doctor.output
    assert not list(Path(home).glob("ledger.db*"))
    assert cluster.run(name, "SELECT count(*) FROM ledger.entries") == [(2,)]
    assert cluster.run(name, "SELECT count(*) FROM vault.ciphertexts WHERE kind = 'person'") == [(2,)]
    cluster.drop_database(name)


def test_a_month_is_lived_through_alike(cluster: Cluster, database: str, tmp_path: Path) -> None:
    """Vouchers, closing, sealed sheets, export: the very same files from both databases."""
    exports = []
    for address in ("", cluster.make_url(database, "mingbai")):
        village = found_home(tmp_path / ("server" if address else "files"), database=address)
        village.open_books()
        village.record_voucher("购办公用纸", 32_500)
        village.go_to("2026-11-02")
        village.close("2026-10")
        village.seal("finance", "2026-10")
        exports.append(village.export())
        village.home.close()

    assert exports[0] == exports[1]
    assert len(exports[0]) > 8


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mysql://127.0.0.1/village", f"别的写法，应为{EXPECTED}"),
        ('postgresql://a"/village', f"别的写法，应为{EXPECTED}"),
        ("postgresql://[/village", f"别的写法，应为{EXPECTED}"),
        (7, f"别的写法，应为{EXPECTED}"),
        (
            "postgresql://mingbai:geheim@db.example.cn/village",
            "地址里写了口令，应为不带口令的地址，口令放在 PGPASSFILE 或服务文件里",
        ),
        (
            "postgresql://mingbai@db.example.cn/village?password=geheim",
            "地址里写了口令，应为不带口令的地址，口令放在 PGPASSFILE 或服务文件里",
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_secrets(address: object, told: str) -> None:
    (from_settings,), (from_option,) = check_database(address), check_database(address, "--admin-url")

    assert format_fault(from_settings) == (
        f"mingbai.toml 的 database：现为{told}。改好 mingbai.toml 再运行。（setting-invalid）"
    )
    assert format_fault(from_option) == f"--admin-url：现为{told}。改好再运行。（setting-invalid）"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "postgresql://mingbai@/village?host=/run/postgresql",
        "postgres://a,b:5433/v?target_session_attrs=rw",
    ],
)
def test_addresses_of_libpq_are_taken_as_they_are(tmp_path: Path, address: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(f'database = "{address}"', encoding="utf-8")

    assert read_config(tmp_path).database == address


def test_a_home_and_a_command_refuse_an_address_with_a_password(tmp_path: Path) -> None:
    secret = "postgresql://mingbai:geheim@db.example.cn/village"

    results = [
        run("init", "--home", str(tmp_path / "home"), "--database", secret),
        run("database", "prepare", "--admin-url", secret),
    ]

    for result in results:
        assert isinstance(result.exception, Refused)
        assert "geheim" not in str(result.exception) + result.output
    assert not (tmp_path / "home").exists()


def test_the_doctor_warns_where_no_page_carries_a_checksum(
    database: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = found_home(tmp_path / "home", database=cluster.make_url(database, LOGIN))
    with closing(village.home):
        fine = next(check_postgresql(village.home))
        monkeypatch.setattr("ledger.commands.database.read_server", lambda _: Server("15.9", False))
        bare = next(check_postgresql(village.home))

    assert (fine.state, fine.advice) == ("fine", "")
    assert fine.found.endswith("数据页校验和开着")
    assert (bare.state, bare.found) == ("warning", "15.9，数据页校验和没有开")
    assert "pg_checksums --enable" in bare.advice
