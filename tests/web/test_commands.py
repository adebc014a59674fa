"""`mingbai serve`: what it says when it cannot."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.errors import Refused, format_fault
from tests.homes import open_village
from web.commands import open_listener, serve


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
