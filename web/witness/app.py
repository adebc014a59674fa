"""The application of a witness: `add-checkpoint`, and what it cosigned last. Source: C2SP tlog-witness 1.0.0.

It knows no village and no page. A body is bounded in size and in time; deciding, remembering and cosigning happen in
one transaction of the store, in a thread, before the first byte of an answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import Any

from litestar import Litestar, Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response

from ledger.limits import WITNESS_BODY_MAX_BYTES
from ledger.log.cosignature import sign_cosignature
from ledger.log.keys import Signer, format_verifier_key
from ledger.log.note import Signature
from ledger.log.witness import PLAIN_TYPE
from ledger.ports import Clock
from ledger.store.witness import WitnessStore
from web.security import add_security_headers

BODY_TIMEOUT_S = 10.0
"""A whole submission, however slowly it comes."""

_logger = logging.getLogger("mingbai.witness")
AnyRequest = Request[Any, Any, Any]


class Witness:
    """A store, a key and a clock: what the handlers share."""

    def __init__(self, store: WitnessStore, signer: Signer, clock: Clock) -> None:
        self.clock = clock
        self.signer = signer
        self.store = store

    def answer(self, body: bytes) -> Response[bytes]:
        """Decide on a submission; what is cosigned is remembered before this returns."""
        decision = self.store.submit(body, self._cosign, self.clock.now_ms())
        if decision.status == 422 and decision.head is not None:
            _logger.warning(
                "a log signed what does not extend what was cosigned: %r size %d",
                decision.head.origin,
                decision.head.size,
            )
        return _answer(decision.body, decision.status, decision.media_type)

    def find_note(self, origin_hash: str) -> bytes | None:
        """Return what was cosigned last of the log whose origin has this SHA-256 in hex."""
        for origin in self.store.list_origins():
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                return self.store.find_note(origin)
        return None

    def _cosign(self, text: str) -> tuple[Signature, int]:
        time_s = self.clock.now_ms() // 1_000
        return sign_cosignature(text, time_s, self.signer), time_s


@post("/add-checkpoint", status_code=200, summary="Cosign a checkpoint that extends the last")
async def add_checkpoint(request: AnyRequest) -> Response[bytes]:
    """Answer by tlog-witness; the framework has refused bodies above the limit with 413."""
    try:
        body = await asyncio.wait_for(request.body(), BODY_TIMEOUT_S)
    except TimeoutError:
        return _answer("送得太慢\n", 408)
    return await sync_to_thread(_get_witness(request).answer, body)


@get("/{origin_hash:str}/checkpoint", summary="The checkpoint cosigned last of a log", sync_to_thread=True)
def show_last(request: AnyRequest, origin_hash: FromPath[str]) -> Response[bytes]:
    """Answer with the log's lines and ours; 404 before the first."""
    note = _get_witness(request).find_note(origin_hash)
    if note is None:
        return _answer("还没有给这份日志签过\n", 404)
    return _answer(note.decode(), 200)


@get("/", summary="The witness's verifier key", sync_to_thread=False)
def show_key(request: AnyRequest) -> Response[bytes]:
    """Answer with the line that goes into a policy."""
    return _answer(f"{format_verifier_key(_get_witness(request).signer.key)}\n", 200)


def create_witness_app(witness: Witness) -> Litestar:
    """Return the application. It sets no cookie and keeps no session."""
    return Litestar(
        route_handlers=[add_checkpoint, show_last, show_key],
        before_send=[add_security_headers],
        debug=False,
        exception_handlers={HTTPException: _answer_refused, Exception: _answer_failure},
        logging_config=None,
        openapi_config=None,
        request_max_body_size=WITNESS_BODY_MAX_BYTES,
        state=State({"witness": witness}),
    )


def _answer_refused(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    return _answer("这样的请求这里不接受\n", error.status_code)


def _answer_failure(_request: AnyRequest, error: Exception) -> Response[bytes]:
    _logger.error("a submission failed", exc_info=error)
    return _answer("见证人这边出错了，什么都没有签\n", 500)


def _answer(body: str, status: int, media_type: str = PLAIN_TYPE) -> Response[bytes]:
    # Named as a header: of a bare text type the framework would add a charset, which the protocol has not.
    headers = {"cache-control": "no-store", "content-type": media_type}
    return Response(body.encode(), status_code=status, media_type=media_type, headers=headers)


def _get_witness(request: AnyRequest) -> Witness:
    witness = request.app.state["witness"]
    assert isinstance(witness, Witness)
    return witness
