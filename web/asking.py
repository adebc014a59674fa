"""Witnesses asked beside the pages: a thread that looks every minute whether somebody is due.

It is started only where a policy names witnesses. Pages and recording never wait for it; whoever runs `mingbai witness
ask --due` from a timer needs it not, and both together ask nobody twice.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Sequence

from ledger.errors import NotFound, Tampered
from ledger.ports import Ports
from ledger.service.sightings import ACCUSING, Fetch, fetch_last, look_at_witnesses
from ledger.service.standing import Standing, build_forked
from ledger.service.witnessing import Send, ask_witnesses, send_submission
from ledger.witnessed import find_witness_policy

ASK_EVERY_S = 60.0

_logger = logging.getLogger("mingbai.web")


def look_around(ports: Ports, villages: Sequence[str], *, fetch: Fetch = fetch_last) -> dict[str, Standing]:
    """Ask the witnesses of these villages what they saw; return those logs of which one showed another history.

    A log that is only behind is not among them: its heads say so from now on. Witnesses of whom nothing is known are
    told, and stop nothing.
    """
    halted = {}
    for village, sightings in look_at_witnesses(ports, villages, fetch=fetch).items():
        for sighting in sightings:
            if sighting.code:
                _logger.warning("witness %s of %s: %s", sighting.name, village, sighting.code)
            if sighting.code == "witness-inconsistent" and sighting.head is not None:
                with ports.ledger.read(village) as reader:
                    halted[village] = build_forked(village, reader.size, sighting.size, sighting.reason)
    return halted


def start_asking(
    ports: Ports,
    stop: threading.Event,
    send: Send = send_submission,
    every_s: float = ASK_EVERY_S,
    halted: dict[str, Standing] | None = None,
) -> threading.Thread | None:
    """Start the thread, which ends when `stop` is set; None where no village's policy names a witness.

    A log that a witness will not go on with is looked at again, and added to `halted` where it forked.
    """
    if not any(_has_witnesses(ports, village) for village in ports.ledger.list_villages()):
        return None
    thread = threading.Thread(
        target=_ask_forever,
        args=(ports, stop, send, every_s, {} if halted is None else halted),
        name="witnesses",
        daemon=True,
    )
    thread.start()
    return thread


def _ask_forever(
    ports: Ports, stop: threading.Event, send: Send, every_s: float, halted: dict[str, Standing]
) -> None:
    while True:
        for village in ports.ledger.list_villages():
            try:
                outcomes = ask_witnesses(ports, village, send=send, only_due=True)
                for outcome in outcomes:
                    if outcome.code:
                        _logger.warning("a witness did not cosign: %s %s", village, outcome.code)
                if {outcome.code for outcome in outcomes} & ACCUSING:
                    halted.update(look_around(ports, [village]))
            except Exception:
                # Whatever is wrong with one village, the others' witnesses are still asked, and pages go on.
                _logger.exception("witnesses of %s could not be asked", village)
        if stop.wait(every_s):
            return


def _has_witnesses(ports: Ports, village: str) -> bool:
    with contextlib.suppress(NotFound, Tampered), ports.ledger.read(village) as reader:
        return find_witness_policy(reader) is not None
    return False  # It is read-only, and says so; the others' are asked.
