"""Templates: each takes one frozen dataclass under the name `page`, escapes everything, and computes nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.loaders import ChoiceLoader
from markupsafe import Markup, escape

from web.assets import get_asset_path, list_imports
from web.i18n import TRANSLATIONS


@dataclass(frozen=True)
class Frame:
    """What every page shares. Texts of the village are empty on pages of no village.

    `title`    of the browser's tab, without the village's name
    `is_demo`  an invented village; the page says so
    `base_url` the configured public address, never the request's
    `epoch`    what of the log before this one was lost, in one sentence; empty in the first epoch
    `notice`   why the village's log stands still, in one sentence; empty where it goes on
    """

    title: str
    base_url: str = ""
    epoch: str = ""
    is_demo: bool = False
    notice: str = ""
    township: str = ""
    village: str = ""
    village_name: str = ""


_PLAIN = re.compile(r"[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uff60]*")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def show_hidden(value: Any) -> Any:
    """Return a text with control, formatting and private characters written out, e.g. `〔U+202E〕`, as paper has it.

    What is about to stand on a page passes here, so that no text can reorder or hide its neighbours.
    """
    if not isinstance(value, str) or isinstance(value, Markup) or _PLAIN.fullmatch(value):
        return value
    return "".join(
        f"〔U+{ord(mark):04X}〕" if mark not in "\t\n\r" and unicodedata.category(mark) in _HIDDEN else mark
        for mark in value
    )


_WHOLE = re.compile(
    r"((?:[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[0-9]{1,2}月[0-9]{1,2}日|[0-9A-Z]+(?:-[0-9A-Z]+)+"
    r"|[+−]?[0-9][0-9,.]* (?:万元|[\u4e00-\u9fff]))[，。；：、）”]*)"
)
"""Dates, numbers with dashes and numbers with their unit, each with the mark that ends it."""


def show_as_typed(value: str) -> Markup:
    """Return a text, escaped, for a field in which it is typed on: what is written out there would be sent as typed.

    A field keeps its text apart from its neighbours, whatever is in it.
    """
    return escape(value)


def split_whole(text: str) -> list[tuple[str, bool]]:
    """Return a text in its parts; those marked True are read as one and should not be torn at a line's end."""
    return [(part, number % 2 == 1) for number, part in enumerate(_WHOLE.split(text)) if part]


def render_page(template: str, page: Any) -> bytes:
    """Return the HTML of a page's dataclass in UTF-8."""
    return _get_environment().get_template(template).render(page=page).encode()


@cache
def _get_environment() -> Environment:
    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        extensions=["jinja2.ext.i18n"],
        finalize=show_hidden,
        loader=ChoiceLoader([PackageLoader("web", "templates"), PackageLoader("web", "components")]),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(TRANSLATIONS, newstyle=False)  # type: ignore[attr-defined]  # i18n adds it.
    environment.filters["as_typed"] = show_as_typed
    environment.filters["split_whole"] = split_whole
    environment.globals["asset"] = get_asset_path
    environment.globals["imports"] = list_imports
    return environment
