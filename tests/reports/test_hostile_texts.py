"""Texts that people enter reach paper as texts; nothing in a sheet loads a file or an address."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from reports.failure import RenderFailed
from reports.fetcher import STYLE, AssetFetcher
from reports.pdf import write_pdf
from reports.render import render_html, render_sheet
from reports.texts import show_hidden
from tests.reports.printed import read_text
from tests.reports.samples import make_finance, make_head, make_job, make_move, make_points, make_scores

CANARY = "canary-of-a-local-file"
MADE_ON = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
HOSTILE = (
    "<b>粗</b>",
    "</td></tr></table><script>alert(1)</script>",
    "${7*7}{{7*7}}{%x%}#{7*7}",
    "&lt;&amp;&#x41;",
    "<link rel=attachment href=file:///etc/passwd>",
    "%s%(x)s%%",
    "\\(\\) Tj ET endstream endobj",
    "'\"`;--",
)


def test_hostile_texts_in_any_field_appear_as_they_were_entered() -> None:
    together = " ".join(HOSTILE)
    moves = tuple(
        make_move(line, summary=text, account_name=text, handler=text) for line, text in enumerate(HOSTILE, 1)
    )
    head = make_head("finance", village_name=together, township=together, telephone=together)
    figures = msgspec.structs.replace(make_finance(moves=1), moves=moves, head=head)

    printed = read_text(render_sheet(make_job(figures)))

    for line, text in enumerate((text.replace(" ", "") for text in HOSTILE), 1):
        assert f"{line}5日{line:03d}{text}{text}325.001,000,000.00{text}1" in printed
    assert printed.count(together.replace(" ", "")) >= 3


def test_hostile_texts_in_rules_and_branches_appear_as_they_were_entered() -> None:
    text = "<i>&{{1}}"
    points, scores = make_points(), make_scores()
    rule = msgspec.structs.replace(points.groups[0].rules[0], item=text, unit=text)
    group = msgspec.structs.replace(points.groups[0], group=text, rules=(rule,))
    branch = msgspec.structs.replace(scores.branches[0], name=text)

    for figures in (
        msgspec.structs.replace(points, groups=(group,)),
        msgspec.structs.replace(scores, branches=(branch,), title=text),
    ):
        assert read_text(render_sheet(make_job(figures))).count(text) >= 2


def test_characters_that_reorder_or_hide_are_written_out() -> None:
    move = make_move(1, summary="收款\u202e00.521\u202c元\u200b\x07\n完")
    figures = msgspec.structs.replace(make_finance(moves=1), moves=(move,))

    text = read_text(render_sheet(make_job(figures)))

    assert "收款〔U+202E〕00.521〔U+202C〕元〔U+200B〕〔U+0007〕〔U+000A〕完" in text


def test_every_text_of_the_html_is_escaped() -> None:
    figures = show_hidden(
        msgspec.structs.replace(make_points(), head=make_head("points", village_name="<x-evil>"))
    )

    html = render_html(make_job(figures), figures)

    assert "<x-evil>" not in html
    assert html.count("&lt;x-evil&gt;") >= 3


VECTORS = (
    '<img src="{0}">',
    '<img srcset="{0} 2x">',
    '<link rel="stylesheet" href="{0}">',
    '<link rel="attachment" href="{0}">',
    '<a rel="attachment" href="{0}">x</a>',
    '<style>@import url("{0}");</style>',
    '<style>@import "{0}";</style>',
    '<style>p {{ background: url("{0}") }}</style>',
    '<p style="background-image: url({0})">x</p>',
    '<p style="border-image: url({0}) 1">x</p>',
    '<p style="content: url({0})">x</p>',
    '<style>p::before {{ content: url("{0}") }}</style>',
    '<style>li {{ list-style-image: url("{0}") }}</style><ul><li>x</li></ul>',
    '<style>@font-face {{ font-family: Evil; src: url("{0}") }} p {{ font-family: Evil }}</style>',
    '<style>@color-profile --x {{ src: url("{0}") }}</style>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{0}" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="{0}#a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>@import url("{0}");</style></svg>',
    '<object data="{0}" type="image/svg+xml"></object>',
    '<embed src="{0}" type="image/svg+xml">',
    '<iframe src="{0}"></iframe>',
    '<base href="{0}"><img src="x">',
)


def _read_streams(pdf: bytes) -> bytes:
    """Return every stream of the file, unpacked, as one."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return b"".join(obj.read_bytes() for obj in opened.objects if isinstance(obj, pikepdf.Stream))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that nobody may knock at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("vector", VECTORS)
def test_no_way_of_loading_reaches_a_file_or_an_address(
    vector: str, tmp_path: Path, listener: socket.socket
) -> None:
    local = tmp_path / "secret.svg"
    local.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{CANARY}</text></svg>')
    web = f"http://127.0.0.1:{listener.getsockname()[1]}/x.svg"

    for url in (local.as_uri(), web, f"FILE://{local}", f"data:image/svg+xml,<svg>{CANARY}</svg>"):
        html = f'<html lang="zh-CN"><head><title>x</title></head><body>{vector.format(url)}<p>正文</p></body></html>'
        try:
            pdf = write_pdf(html, None, MADE_ON)
        except RenderFailed:
            continue
        assert CANARY.encode() not in _read_streams(pdf)
        assert b"/EmbeddedFile" not in pdf

    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://example.com/",
        "data:text/css,p{}",
        "mingbai:/../sheet.css",
        "sheet.css",
        "",
        "ftp://x/",
    ],
)
def test_the_fetcher_serves_its_own_table_and_nothing_else(url: str) -> None:
    with pytest.raises(FatalURLFetchingError, match="loads nothing from elsewhere"):
        AssetFetcher().fetch(url)


def test_the_fetcher_serves_the_style_sheet() -> None:
    assert b"@page" in AssetFetcher().fetch(STYLE).read()


def test_what_the_layout_cannot_follow_fails_the_sheet() -> None:
    style = "<style>p { colour: red }</style>"
    html = f'<html lang="zh-CN"><head><title>x</title>{style}</head><body><p>x</p></body></html>'

    with pytest.raises(RenderFailed, match="unknown property"):
        write_pdf(html, None, MADE_ON)
