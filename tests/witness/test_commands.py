"""The commands of a witness and of a village that asks one, as people type them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ledger.errors import Refused, format_fault
from ledger.log.keys import parse_verifier_key
from ledger.service.policies import prepare_policy
from ledger.witness_home import open_witness_home
from tests.builders import VILLAGE
from tests.homes import VillageHome
from tests.witness.conftest import Run
from tests.witness.processes import WitnessProcess, get_log_key, run_witnesses, write_policy


def list_faults(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as raised:
        act()
    return [format_fault(fault) for fault in raised.value.faults]


def fail(result: Result) -> list[str]:
    assert isinstance(result.exception, Refused), result.exception
    return [format_fault(fault) for fault in result.exception.faults]


def test_a_witness_is_made_with_a_key_that_only_it_can_read(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "w"

    result = run("witness", "init", "--folder", folder, "--name", "town.example/mingbai", "--no-passphrase")

    key = parse_verifier_key(result.stdout.splitlines()[0])
    assert (key.name, key.algorithm) == ("town.example/mingbai", 4)
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    home = open_witness_home(folder)
    assert home.signer.key == key
    home.close()
    assert fail(run("witness", "init", "--folder", folder, "--name", "town.example/other")) == [
        (
            f"文件夹 {folder}：现为已有别的文件，应为空文件夹。"
            "用 --folder 指明见证人的文件夹；新建用 mingbai witness init。（witness-folder）"
        )
    ]
    assert fail(run("witness", "init", "--folder", tmp_path / "x", "--name", "a b")) == [
        (
            "--name：现为a b，应为没有空格和加号的英文名，如 town.example/mingbai。"
            "用 --folder 指明见证人的文件夹；新建用 mingbai witness init。（witness-name）"
        )
    ]


def test_a_log_is_added_by_its_key_or_by_the_file_that_holds_it(
    tmp_path: Path, run: Run, village: VillageHome
) -> None:
    witness = WitnessProcess(tmp_path / "w", "town.example/w")
    key = get_log_key(village.home)
    (tmp_path / "log.vkey").write_text(f"{key}\n", encoding="utf-8")

    assert run("witness", "add-log", "--folder", witness.path, tmp_path / "log.vkey").exit_code == 0
    assert run("witness", "add-log", "--folder", witness.path, key, "--label", "石榴河村").exit_code == 0
    status = json.loads(run("witness", "status", "--folder", witness.path, "--json").stdout)
    assert [log["verifier_key"] for log in status[0]["logs"]] == [key]
    assert "还没有确认过" in run("witness", "status", "--folder", witness.path).stdout
    assert fail(run("witness", "add-log", "--folder", witness.path, "a+b")) == [
        (
            "公钥：现为验证公钥应写作「名称+8 位编号+base64」，应为账本的公钥，如 mingbai/…+8 位编号+base64。"
            "从村的网页 /v/村代码/log.vkey 或导出的 log.vkey 取。（witness-log-key）"
        )
    ]


def test_a_policy_that_cannot_be_used_is_told_whole(village: VillageHome) -> None:
    def prepare(text: bytes) -> object:
        return prepare_policy(
            village.home, VILLAGE, maker=village.clerk.user, text=text, resolution="会议通过"
        )

    told = list_faults(lambda: prepare(b"quorum any\n"))

    assert told == [
        (
            "见证办法的文件：现为见证办法第 1 行：quorum 所指 'any' 还没有定义，应为按 tlog-policy 写的见证办法。"
            "照 README「见证人」一节改好文件再运行。（policy-unusable）"
        )
    ]


def test_a_witness_is_asked_over_https_unless_it_is_on_this_machine(
    tmp_path: Path, village: VillageHome
) -> None:
    key = WitnessProcess(tmp_path / "w", "town.example/w").vkey

    def prepare(url: str) -> object:
        policy = write_policy([("镇", key, url)], 1)
        return prepare_policy(
            village.home, VILLAGE, maker=village.clerk.user, text=policy, resolution="会议通过"
        )

    for url in ("http://town.example", "ftp://127.0.0.1", "https://a@town.example", "https://:0", ""):
        assert list_faults(lambda url=url: prepare(url)) == [
            (
                f"见证人 镇 的网址：现为{url or '没有写'}，应为https:// 开头的网址。"
                "向见证人要他的送交网址，写在公钥后面。（witness-address）"
            )
        ]
    assert prepare("https://town.example/w")


def test_a_village_adopts_and_asks_by_commands(tmp_path: Path, run: Run, village: VillageHome) -> None:
    home = village.home.path
    nobody = run("witness", "ask", "--home", home)
    assert nobody.exit_code == 0
    assert "没有定下见证办法" in nobody.stderr
    with run_witnesses(tmp_path, "town") as (witness,):
        policy = tmp_path / "policy"
        policy.write_bytes(write_policy([("镇", witness.vkey, witness.url)], 1))
        words = ("--home", home, "--maker", village.clerk.user, "--resolution", "会议通过")
        draft = run("adopt", "policy", *words, "--file", policy).stdout.split()[0]
        assert run("pass", draft, "--home", home, "--checker", village.supervisor.user).exit_code == 0
        strange = run("witness", "ask", "--home", home)
        assert strange.exit_code == 1
        assert "镇：见证人还没有登记这本账（witness-unknown-log）" in strange.stderr
        witness.watch(get_log_key(village.home))

        asked = run("witness", "ask", "--home", home, "--json")

        assert asked.exit_code == 0
        report = json.loads(asked.stdout)[0]
        assert report["outcomes"][0]["code"] == ""
        assert report["sentence"].startswith("1 位见证人中有 1 位确认过这本账")
        assert run("witness", "ask", "--home", home, "--due").exit_code == 0
        assert "确认到 3 条" in run("witness", "status", "--folder", witness.path).stdout
