"""Witnesses asked beside the pages: a thread that looks every minute whether somebody is due.

It is started only where a policy names witnesses. Pages and recording never wait for it; whoever runs `mingbai witness
ask --due` from a timer needs it not, and both together ask nobody twice.
"""

from __future__ import annotations

import logging
import threading

from ledger.ports import Ports
from ledger.service.witnessing import Send, ask_witnesses, send_submission
from ledger.witnessed import find_witness_policy

ASK_EVERY_S = 60.0

_logger = logging.getLogger("mingbai.web")


def start_asking(
    ports: Ports, stop: threading.Event, send: Send = send_submission, every_s: float = ASK_EVERY_S
) -> threading.Thread | None:
    """Start the thread, which ends when `stop` is set; None where no village's policy names a witness."""
    if not any(_has_witnesses(ports, village) for village in ports.ledger.list_villages()):
        return None
    thread = threading.Thread(
        target=_ask_forever, args=(ports, stop, send, every_s), name="witnesses", daemon=True
    )
    thread.start()
    return thread


def _ask_forever(ports: Ports, stop: threading.Event, send: Send, every_s: float) -> None:
    while True:
        for village in ports.ledger.list_villages():
            try:
                for outcome in ask_witnesses(ports, village, send=send, only_due=True):
                    if outcome.code:
                        _logger.warning("a witness did not cosign: %s %s", village, outcome.code)
            except Exception:
                # Whatever is wrong with one village, the others' witnesses are still asked, and pages go on.
                _logger.exception("witnesses of %s could not be asked", village)
        if stop.wait(every_s):
            return


def _has_witnesses(ports: Ports, village: str) -> bool:
    with ports.ledger.read(village) as reader:
        return find_witness_policy(reader) is not None
