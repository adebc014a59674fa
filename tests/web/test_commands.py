"""`mingbai serve` and `demo`: what they say when they cannot, and when they were told not to."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.errors import Refused, format_fault
from tests.builders import VILLAGE
from tests.homes import open_village
from web.commands import open_listener, serve
from web.demo.commands import DONE_FILE, demo


def test_a_taken_port_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Refused) as refused:
            open_listener("127.0.0.1", port)

    assert format_fault(refused.value.faults[0]) == (
        f"端口 {port}：现为已被别的程序占用，应为空闲的端口。"
        f"换一个端口，例如 --port {port + 1 if port < 65535 else port - 1}，或先停掉占用它的程序。（port-taken）"
    )


def test_answers_do_not_wait_for_more_to_send() -> None:
    with open_listener("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_an_address_of_another_machine_says_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        open_listener("192.0.2.1", 8000)

    assert format_fault(refused.value.faults[0]) == (
        "地址 192.0.2.1:8000：现为不是这台机器的地址，应为本机的地址和有权使用的端口。"
        "检查 --host 和 --port；1024 以下的端口要管理员权限。（address-unusable）"
    )


def test_serving_a_taken_port_is_a_refusal_of_the_command(tmp_path: Path) -> None:
    with open_village(tmp_path / "home"):
        pass
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(
            serve, ["--home", str(tmp_path / "home"), "--port", str(taken.getsockname()[1])]
        )

    assert isinstance(result.exception, Refused)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo that was built before, of another village and address."""
    monkeypatch.setattr("web.demo.commands.VILLAGE", VILLAGE)
    with open_village(tmp_path / "示例 村") as village:
        (village.home.path / DONE_FILE).touch()
    return tmp_path / "示例 村"


def test_a_demo_that_is_not_served_says_how_to_open_it(built: Path) -> None:
    result = CliRunner().invoke(demo, ["--home", str(built), "--port", "8001", "--no-serve"])

    assert result.exit_code == 0, (result.output, result.exception)
    assert f"网址：http://127.0.0.1:8001/v/{VILLAGE}\n" in result.stdout
    assert result.stdout.splitlines()[-1] == (
        f"网页还没有打开；要看，运行 mingbai demo --port 8001 --home '{built}'，再用浏览器打开上面的网址。"
    )
    assert "码印的是 https://mb.example.cn，在这个端口上扫不开" in result.stderr


def test_a_demo_asks_for_its_port_before_it_builds_anything(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = ["--home", str(tmp_path / "demo"), "--port", str(taken.getsockname()[1])]
        result = CliRunner().invoke(demo, words)

    assert isinstance(result.exception, Refused)
    assert list(tmp_path.iterdir()) == []
