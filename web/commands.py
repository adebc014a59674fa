"""`mingbai serve`: the pages of a home over HTTP."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator

import rich_click as click

from ledger.commands.common import home_option, print_notice
from ledger.commands.refusals import explain_os_error
from ledger.errors import Fault, Refused, format_fault
from ledger.home import Home
from ledger.service.doctor import Check
from ledger.service.standing import list_known_villages, list_standings
from web.app import create_app
from web.asking import look_around, start_asking
from web.assets import has_fallback
from web.config import DEFAULT_HOST, DEFAULT_PORT
from web.serving import make_room, run_server


@click.command("serve")
@home_option
@click.option(
    "--host",
    default=DEFAULT_HOST,
    show_default=True,
    metavar="地址",
    help="在哪个地址上听；0.0.0.0 是所有网卡。",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="端口号",
    help="网页端口。",
)
def serve(home: Home, host: str, port: int) -> None:
    """打开网页：村民扫码看到的就是它。"""
    serve_home(home, host=host, port=port)


def serve_home(home: Home, *, host: str, port: int, listener: socket.socket | None = None) -> None:
    """Serve a home until interrupted, on `listener` where the caller has one.

    Refused when the port cannot be had, or too few files be opened.

    First every village's log is held against what its witnesses saw, for a few seconds at most, and against its newest
    head; then what a crash left unsigned is signed.
    """
    room = make_room()
    halted = look_around(home, list_known_villages(home))
    for standing in list_standings(home, halted):
        if standing.fault is not None:
            print_notice(f"只能看：{format_fault(standing.fault)}")
    listener = listener or open_listener(host, port)
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104  # Compared, not bound.
    print_notice(f"网页已打开：http://{shown}:{port}/ （按 Ctrl-C 停止）")
    stop, app = threading.Event(), create_app(home, home.config, halted)
    start_asking(home, stop, halted=halted)
    try:
        run_server(app, listener, room)
    finally:
        stop.set()
        listener.close()


def open_listener(host: str, port: int) -> socket.socket:
    """Return a bound socket; raises Refused saying what to do when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or the event loop does not switch Nagle off and each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Refused([_listen_fault(host, port, error)]) from error
    return listener


def _listen_fault(host: str, port: int, error: OSError) -> Fault:
    if error.errno == errno.EADDRINUSE:
        return Fault(
            code="port-taken",
            place=f"端口 {port}",
            found="已被别的程序占用",
            expected="空闲的端口",
            remedy=f"换一个端口，例如 --port {port + 1 if port < 65535 else port - 1}，或先停掉占用它的程序",
        )
    return Fault(
        code="address-unusable",
        place=f"地址 {host}:{port}",
        found=explain_os_error(error),
        expected="本机的地址和有权使用的端口",
        remedy="检查 --host 和 --port；1024 以下的端口要管理员权限",
    )


def list_checks() -> Iterator[Check]:
    """What the doctor looks at for this package: the library by which old phones verify."""
    is_there = has_fallback()
    yield Check(
        advice="" if is_there else "用 ./mingbai 装一次，它会做好；不装，老手机上的网页会说没能核对",
        found="做好了" if is_there else "没有 web/static/fallback.js",
        name="老手机的验签程序",
        state="fine" if is_there else "warning",
    )
