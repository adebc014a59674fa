"""What the command line and the machine are told, whole: homes, settings, files, ports."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import cli
from ledger.commands.common import get_village, read_file
from ledger.commands.export import export_command
from ledger.commands.users import users_group
from ledger.config import SETTINGS_FILE, Config, read_config, write_config
from ledger.errors import Refused
from ledger.home import create_home, open_home
from tests.builders import VILLAGE
from tests.homes import open_village
from web.commands import open_listener

HOME_REMEDY = "用 --home 指明账本文件夹；新建用 mingbai init。（home-invalid）"
SETTING_REMEDY = "改好 mingbai.toml 再运行。（setting-invalid）"


def refuse(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value).splitlines()


def test_a_command_whose_extra_is_not_installed_is_told_whole() -> None:
    point = EntryPoint(name="serve", value="absent.commands:serve", group="mingbai.commands")

    assert refuse(lambda: cli._load_above(point)) == [
        (
            "命令 serve：现为没有装 absent，应为装了 mingbai[absent]。"
            "用 pip install 'mingbai[absent]' 装全，或用 ./mingbai 运行。（extra-missing）"
        )
    ]


def test_a_folder_that_is_no_home_is_told_whole(tmp_path: Path) -> None:
    assert refuse(lambda: open_home(tmp_path)) == [
        f"文件夹 {tmp_path}：现为没有 mingbai.toml，应为mingbai init 建立的文件夹。{HOME_REMEDY}"
    ]
    (tmp_path / "照片").touch()
    assert refuse(lambda: create_home(tmp_path, Config())) == [
        f"文件夹 {tmp_path}：现为已有别的文件，应为空文件夹，或已有的账本文件夹。{HOME_REMEDY}"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('is_demo = "yes"', "mingbai.toml 的 is_demo：现为yes，应为true 或 false。"),
        ("colour = 1", "mingbai.toml 的 colour：现为1，应为没有这个设置项。"),
        ("pkcs11 = 1", "mingbai.toml 的 [pkcs11]：现为1，应为一节，写 module、token、key。"),
        (
            '[pkcs11]\nmodule = "a"\ntoken = "b"\nkey = "c"\npin = 1',
            "mingbai.toml 的 [pkcs11] pin：现为1，应为没有这个设置项。",
        ),
        (
            '[pkcs11]\nmodule = "a"\ntoken = ""\nkey = "c"',
            "mingbai.toml 的 [pkcs11] token：应为一段文字。",
        ),
        (
            'public_base_url = "https://mb.example.cn/"',
            (
                "mingbai.toml 的 public_base_url：现为https://mb.example.cn/，"
                "应为如 https://mb.example.cn，至多 40 个字符，末尾没有斜杠。"
            ),
        ),
        ("=", "mingbai.toml 的 全文：现为Invalid statement (at line 1, column 1)，应为TOML 格式。"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_whole(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(text, encoding="utf-8")

    assert refuse(lambda: read_config(tmp_path)) == [told + SETTING_REMEDY]


def test_settings_that_are_unknown_are_told_in_order(tmp_path: Path) -> None:
    names = ["alpha", "colour", "database_url", "size", "zeta"]
    (tmp_path / SETTINGS_FILE).write_text("".join(f"{name} = 1\n" for name in reversed(names)), "utf-8")

    told = refuse(lambda: read_config(tmp_path))

    assert [line.partition("：")[0] for line in told] == [f"mingbai.toml 的 {name}" for name in names]


def test_settings_wait_for_the_disk_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: steps.append("sync") or real_sync(number))
    monkeypatch.setattr(
        Path, "replace", lambda path, target: steps.append("name") or real_replace(path, target)
    )

    write_config(tmp_path, Config(is_demo=True))

    assert steps == ["sync", "name", "sync"]
    assert read_config(tmp_path) == Config(is_demo=True)
    assert stat.S_IMODE((tmp_path / SETTINGS_FILE).stat().st_mode) == 0o600


def test_a_home_that_is_closed_leaves_no_journal_behind(tmp_path: Path) -> None:
    with open_village(tmp_path / "home") as village:
        with village.home.ledger.read(VILLAGE) as reader:
            assert reader.size == 2
        path = village.home.path

    assert sorted(item.name for item in path.glob("*.db*")) == [
        "desk.db",
        "heads.db",
        "ledger.db",
        "vault.db",
    ]


@pytest.mark.parametrize("name", ["", " ", "\t", "\u3000", "\u200b \u3000"])
def test_a_person_without_a_name_is_told_whole(tmp_path: Path, name: str) -> None:
    with open_village(tmp_path / "home") as village:
        before = village.home.vault.list_persons(VILLAGE)
        words = ["--home", str(village.home.path), "--name", name, "--role", "clerk"]

        result = CliRunner().invoke(users_group, ["add", *words])

        assert isinstance(result.exception, Refused)
        assert str(result.exception) == (
            "--name：现为没有写字，应为这个人的姓名，40 个字以内。重新写上姓名；姓名只存在隐私库里。（person-unnamed）"
        )
        assert village.home.vault.list_persons(VILLAGE) == before


def test_a_village_that_is_not_there_is_told_whole(tmp_path: Path) -> None:
    remedy = "用 --village 写明 12 位村代码。（village-unknown）"
    home = create_home(tmp_path / "empty", Config())
    assert refuse(lambda: get_village(home, None)) == [
        f"--village：现为没有写，应为先用 mingbai init 建立一个村的账本。{remedy}"
    ]
    home.close()
    with open_village(tmp_path / "home") as village:
        assert refuse(lambda: get_village(village.home, "371082101299")) == [
            f"--village：现为371082101299，应为{VILLAGE}。{remedy}"
        ]


def test_a_file_that_cannot_be_read_is_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"

    assert refuse(lambda: read_file(str(path))) == [
        (
            f"文件 {path}：现为没有这个文件或文件夹，应为可以读取的文件。"
            f"核对文件名和所在的文件夹（找的是 {path}）。（file-unreadable）"
        )
    ]


def test_an_export_onto_something_is_told_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "照片").touch()
    with open_village(tmp_path / "home") as village:
        arguments = ["--home", str(village.home.path), "--out", str(out)]

        result = CliRunner().invoke(export_command, arguments)

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == (
        f"--out {out}：现为已有内容，应为空文件夹，或还没有的名字。换一个名字，或先清空。（export-target）"
    )


def test_a_port_that_is_taken_is_told_whole() -> None:
    with open_listener("127.0.0.1", 0) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        other = port + 1 if port < 65535 else port - 1

        assert refuse(lambda: open_listener("127.0.0.1", port)) == [
            (
                f"端口 {port}：现为已被别的程序占用，应为空闲的端口。"
                f"换一个端口，例如 --port {other}，或先停掉占用它的程序。（port-taken）"
            )
        ]


def test_an_address_that_is_not_ours_is_told_whole() -> None:
    # 192.0.2.0/24 is set aside for documents (RFC 5737): no machine has it.
    assert refuse(lambda: open_listener("192.0.2.1", 8000)) == [
        (
            "地址 192.0.2.1:8000：现为不是这台机器的地址，应为本机的地址和有权使用的端口。"
            "检查 --host 和 --port；1024 以下的端口要管理员权限。（address-unusable）"
        )
    ]
