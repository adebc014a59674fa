"""A process that turns files into pages: `ledger.limited` with a Request in, a Reply out, both as msgpack."""

from __future__ import annotations

import sys

import msgspec
from PIL import JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from ledger.limited.child import serve
from web.attachments.pictures import make_pages
from web.attachments.values import Request

PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Loaded now: once the limits hold, and for what the library would load later. MPO is how some phones write JPEG."""

_REQUEST = msgspec.msgpack.Decoder(Request)


def answer(data: bytes) -> bytes:
    """Return the reply to one request."""
    request = _REQUEST.decode(data)
    return msgspec.msgpack.encode(make_pages(request.data, request.areas))


if __name__ == "__main__":
    sys.exit(serve(answer))
