"""When something is not there, or went wrong: a plain page that says what to do, and a line for whoever runs this.

A refusal to show is better than showing what nobody can vouch for: where the log contradicts itself the page says so.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from litestar.exceptions import HTTPException
from litestar.response import Response

from ledger.errors import NotFound, NotProven, Tampered
from web.cache import build_page_bytes
from web.i18n import _
from web.page import Frame, render_page
from web.respond import NEVER, Answer, AnyRequest, respond
from web.security import is_desk_path, is_form_path
from web.site import HTML

_logger = logging.getLogger("mingbai.web")

_IN_VILLAGE = re.compile(r"/v/([0-9]{12})/.", re.ASCII)
"""A page within a village: a mistake there leads back to its board. The board itself cannot be where to go back to."""


@dataclass(frozen=True)
class ErrorPage:
    """What went wrong in a sentence, and what to do. `board` is the path of the village asked for, empty for none."""

    board: str
    frame: Frame
    remedy: str
    sentence: str
    status: int


def answer_not_found(request: AnyRequest, _error: Exception) -> Response[bytes]:
    """Answer 404: the address leads nowhere."""
    return _build_answer(
        request,
        404,
        _("没有这个网页"),
        _("网址可能抄错了一个字，或者这个月还没有账。请回到首页找您的村，或重新扫公开栏上的码。"),
    )


def answer_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework refused: a wrong method, a malformed query, a body too large."""
    if error.status_code == 404:
        return answer_not_found(request, error)
    if error.status_code >= 500:
        return answer_failure(request, error)
    if error.status_code == 413 and is_desk_path(request.scope["path"]):
        return _build_answer(
            request,
            413,
            _("一次交来的太多，没有收下"),
            _("以前存过的都在。请按浏览器的“后退”回去，分成几次：行数多的表用“导入表格”，照片缩小一些。"),
        )
    if error.status_code == 413 and request.scope["path"].endswith("/cases/new"):
        remedy = _("照片太大。请按浏览器的“后退”回去，少选一张，或者先在手机里把照片缩小；写的字一般还在。")
        return _build_answer(request, 413, _("一次交来的太多，没有收下"), remedy)
    if error.status_code == 413 and is_form_path(request.scope["path"]):
        remedy = _("请按浏览器的“后退”回去写短一些，或者写在纸上交给监督委员。")
        return _build_answer(request, 413, _("写得太长，没有收下"), remedy)
    headers = {"allow": _list_methods(request, error)} if error.status_code == 405 else {}
    return _build_answer(
        request,
        error.status_code,
        _("这样的请求这里不接受"),
        _("请回到首页，从那里重新打开。"),
        headers,
    )


def _list_methods(request: AnyRequest, error: HTTPException) -> str:
    """Return what an address takes: at the desk, and where a form is sent, that differs."""
    if not is_desk_path(request.scope["path"]) and not is_form_path(request.scope["path"]):
        return "GET, HEAD"
    given = {name.lower(): value for name, value in (error.headers or {}).items()}.get("allow", "")
    return ", ".join(sorted({*given.split(", ")} - {"", "OPTIONS"}))


def answer_tampered(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer 500 where our own log contradicts itself: nothing is shown that nobody can vouch for."""
    _logger.error("the log contradicts itself: %r %r", request.scope["path"], str(error))
    return _build_answer(
        request,
        500,
        _("账本自己核对不上，已停止显示"),
        _(
            "程序发现这部分账和原来的记录对不上，所以宁可不显示。请打公开栏上的监督电话，并以纸上的公开表为准。"
        ),
    )


def answer_failure(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer 500: our own mistake."""
    _logger.error("a page failed: %r", request.scope["path"], exc_info=error)
    return _build_answer(
        request,
        500,
        _("网页出错了"),
        _("不是您的问题，账本没有受影响。请过一会儿再打开；急用请看公开栏上的纸。"),
    )


EXCEPTION_HANDLERS = {
    NotFound: answer_not_found,
    HTTPException: answer_http_error,
    Tampered: answer_tampered,
    NotProven: answer_tampered,
    Exception: answer_failure,
}


def _build_answer(
    request: AnyRequest, status: int, sentence: str, remedy: str, headers: dict[str, str] | None = None
) -> Response[bytes]:
    found = _IN_VILLAGE.match(request.scope["path"])
    page = ErrorPage(
        board=f"/v/{found[1]}" if found and status != 500 else "",
        frame=Frame(title=sentence),
        remedy=remedy,
        sentence=sentence,
        status=status,
    )
    return _Sent(
        respond(
            request,
            build_page_bytes(render_page("error.html", page), HTML),
            cache_control=NEVER,
            headers=headers,
            status=status,
        )
    )


class _Sent(Response[bytes]):
    """An answer in the shape in which the framework takes it from an exception handler."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(b"", status_code=answer.status)
        self._answer = answer

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> Any:
        """Return the answer itself, in place of what the framework would build."""
        return self._answer
