"""What a command line that went wrong says: to a person in Chinese, to a program in one shape; and its status."""

from __future__ import annotations

import errno
import json
import re
from typing import Any

import pytest
import rich_click as click

from ledger import cli
from ledger.cli import HELP, load_command, root
from ledger.commands.refusals import CouldNotRun, explain_os_error, list_faults
from ledger.errors import Fault, InDoubt, NotFound, NotProven, Refused, Tampered, format_fault

FAULT = Fault(code="some-code", place="甲", found="乙", expected="丙", remedy="丁")


def leave(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the program as typed and return the status it leaves with."""
    monkeypatch.setattr("sys.argv", ["mingbai", *words])
    monkeypatch.delenv("MINGBAI_HOME", raising=False)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("close",), "缺少 --home（账本文件夹；也可写在环境变量 MINGBAI_HOME 里）"),
        (("clos",), "没有 clos 这个命令；是不是 close"),
        (("zzz",), "没有 zzz 这个命令"),
        (("users", "lst"), "没有 lst 这个命令；是不是 list"),
        (
            ("demo", "--port", "x"),
            "--port（网页端口；换一个端口就另建一个示例村，因为码里印着网址）写得不对：应为 1 到 65535 的整数",
        ),
        (
            ("template", "foo", "--out", "x"),
            (
                "表格种类写得不对：应为 vouchers、points、scores、opening、households、members、contracts、assets、"
                "resources、stocktakes、resolutions、funds、accounts、conversion、plan、rulebook、shop、"
                "volunteering、honours、grids、visits、assessments、cases、stars、groups 之一"
            ),
        ),
        (("template",), "缺少 表格种类"),
        (("close", "--cheker"), "没有 --cheker 这个选项；是不是 --checker"),
        (("close", "--month"), "--month 后面要写内容"),
        (("audit", "a", "b"), "多写了 b"),
        (("audit",), "写明要核对的文件夹、ZIP、PDF 或网址；核对本机用 --home。"),
    ],
)
def test_words_that_are_wrong_are_explained_in_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert leave(monkeypatch, *words) == 2

    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"命令没有写对：{told}"
    assert re.fullmatch(r"怎么写，看：mingbai( \w+)? --help", said[1])


def test_a_command_without_words_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave(monkeypatch, "users") == 2

    assert "登记和查看在账本里办事的人" in capsys.readouterr().out


ENDINGS: list[tuple[Exception, int, str]] = [
    (Refused([FAULT]), 1, "甲：现为乙，应为丙。丁。（some-code）"),
    (CouldNotRun([FAULT]), 2, "甲：现为乙，应为丙。丁。（some-code）"),
    (NotFound("账本 1"), 2, "账本 1：现为没有找到。核对写的名称或地址。（not-found）"),
    (NotProven("没有签名"), 1, "账本：现为没有签名。这份东西证明不了什么，不能作数。（not-proven）"),
    (
        Tampered(3, "甲", "乙"),
        1,
        "日志第 3 条：现为乙，应为甲。停止记账，保留现场，请运维员和审计员来看。（log-broken）",
    ),
    (
        Tampered(-1, "甲", "乙"),
        1,
        "封存的文件：现为乙，应为甲。停止记账，保留现场，请运维员和审计员来看。（log-broken）",
    ),
    (
        Tampered(-1, "甲", "乙", subject="速查数据 village "),
        1,
        "速查数据 village：现为乙，应为甲。停止记账，保留现场，请运维员和审计员来看。（log-broken）",
    ),
    (
        OSError(errno.ENOSPC, "No space left on device", "表.xlsx"),
        2,
        "文件 表.xlsx：现为磁盘满了。检查文件夹、权限和磁盘空间，再运行一次。（file-failed）",
    ),
    (
        OSError(errno.EIO, "Input/output error"),
        2,
        "文件：现为磁盘读写出错。检查文件夹、权限和磁盘空间，再运行一次。（file-failed）",
    ),
    (InDoubt(FAULT), 2, "甲：现为乙，应为丙。丁。（some-code）"),
    (click.UsageError("二者选一。"), 2, "命令：现为二者选一。用 --help 查看怎么写。（usage）"),
]


@pytest.mark.parametrize(("error", "status", "line"), ENDINGS)
def test_every_ending_has_its_status_its_words_and_its_faults(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
    line: str,
) -> None:
    def fail(*_: Any, obj: Any, **__: Any) -> None:
        obj.as_json = as_json
        raise error

    monkeypatch.setattr(cli.root, "main", fail)
    for as_json in (False, True):
        assert leave(monkeypatch) == status
        out, err = capsys.readouterr()
        assert (err == "") == as_json
    answer = json.loads(out)

    assert [format_fault(fault) for fault in list_faults(error)] == [line]
    assert list(answer) == ["faults"]
    assert [set(fault) for fault in answer["faults"]] == [{"code", "place", "found", "expected", "remedy"}]
    assert format_fault(Fault(**answer["faults"][0])) == line


def test_json_is_remembered_before_anything_else_can_be_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave(monkeypatch, "close", "--home", "/nowhere", "--json") == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["code"] == "home-invalid"
    assert leave(monkeypatch, "drafts", "--json") == 2
    assert json.loads(capsys.readouterr().out)["faults"][0]["code"] == "usage"


def test_a_reason_of_the_system_is_said_in_chinese() -> None:
    assert explain_os_error(FileNotFoundError(errno.ENOENT, "")) == "没有这个文件或文件夹"
    assert explain_os_error(OSError(errno.ENOTBLK, "")) == "系统错误 ENOTBLK"
    assert explain_os_error(OSError()) == "系统错误 0"


@pytest.mark.parametrize("name", HELP)
def test_every_option_says_in_chinese_what_it_is_for(name: str) -> None:
    command = load_command(name)
    assert command is not None
    below = list(command.commands.values()) if isinstance(command, click.Group) else [command]

    for each in below:
        shown = each.get_params(click.Context(each, help_option_names=cli.HELP_OPTIONS))
        silent = [p.name for p in shown if isinstance(p, click.Option) and not _has_chinese(p.help or "")]
        assert silent == []
        assert _has_chinese(each.help or "")


def test_the_list_of_commands_is_chinese_throughout() -> None:
    shown = root.get_params(click.Context(root, help_option_names=cli.HELP_OPTIONS))

    assert all(
        _has_chinese(parameter.help or "") for parameter in shown if isinstance(parameter, click.Option)
    )


def _has_chinese(text: str) -> bool:
    return re.search(r"[一-鿿]", text) is not None
