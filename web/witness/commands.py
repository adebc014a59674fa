"""`mingbai witness serve`: a witness over HTTP."""

from __future__ import annotations

import rich_click as click

from ledger.commands.common import passphrase_option, print_notice
from ledger.commands.witness import folder_option, warn_unprotected
from ledger.config import SystemClock
from ledger.log.keys import format_verifier_key
from ledger.witness_home import WitnessHome
from web.commands import open_listener
from web.config import DEFAULT_HOST
from web.serving import make_room, run_server
from web.witness.app import Witness, create_witness_app

DEFAULT_PORT = 8010
REQUESTS_MAX = 256
"""Open requests at once; further ones are answered 503 without being read."""


@click.command("serve")
@folder_option
@passphrase_option
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="在哪个地址上听；0.0.0.0 是所有网卡。")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="端口。")
def serve(witness: WitnessHome, host: str, port: int) -> None:
    """开着见证服务：账本来请求确认，没改过旧账的才签。"""
    room = make_room()
    # A server has nobody to ask later, and is not to look open while it can sign nothing.
    witness.key.unlock()
    warn_unprotected(witness)
    listener = open_listener(host, port)
    print_notice(f"见证服务已打开：http://{host}:{port}/ （按 Ctrl-C 停止）")
    print_notice(f"公钥 {format_verifier_key(witness.signer.key)}")
    app = create_witness_app(Witness(witness.store, witness.signer, SystemClock()))
    try:
        run_server(app, listener, room, requests_max=REQUESTS_MAX)
    finally:
        listener.close()
        witness.close()
