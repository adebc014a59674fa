"""A scheme as the file that a village edits: `read_scheme_file` reads it back to the same template."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from ledger.data.templates import SchemeTemplate

_HEAD = """\
# 考评办法。改好存成纯文本，再到“考评办法”页上传；也可以整份粘贴。井号后面是说明，不用改。
# title 名称；base 起始分；stars 各等次从几分起（from_score），从低到高；grades 是等次的名称，没有就叫几星。
# subject 评谁：member 党员，branch 支部，secretary 支部书记，grid 网格，grid-worker 网格员。
# every 多久一评：month 月，quarter 季，year 年。
# marker 谁记分：clerk 村文书，jury 评议小组，secretary 村书记，township 乡镇。
# components 各部分：weight 是百分比，合计 100；source 从哪里来：marks 按项目记分，ballot 测评，counts 从账上数。
# items 项目：points 是一次加减几分，monthly_cap 是一期至多几分；加分的编号 P 打头，扣分的 N 打头。
# effects 分低了影响什么：只能是本组织自己的荣誉，commendation 评优表彰，exemplar 先进典型。
"""
_ORDER = (
    *("title", "scheme", "subject", "every", "marker", "base", "grades", "stars"),
    *("components", "effects", "steps", "items"),
)
"""Every field but those that say where a shipped scheme is from."""


def format_scheme_file(template: SchemeTemplate) -> str:
    """Return a template as TOML, one row a line; what it leaves to the default is not written."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(template)}
    lines: list[str] = []
    for name in _ORDER:
        value = getattr(template, name)
        if value != defaults[name]:
            lines += _format_field(name, msgspec.to_builtins(value))
    return f"{_HEAD}\n" + "\n".join(lines) + "\n"


def _format_field(name: str, value: object) -> Iterator[str]:
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        yield f"{name} = ["
        for row in value:
            yield f"  {_format_value(row)},"
        yield "]"
    else:
        yield f"{name} = {_format_value(value)}"


def _format_value(value: object) -> str:
    if isinstance(value, dict):
        pairs = (
            f"{key} = {_format_value(said)}"
            for key, said in value.items()
            if key != "basis" and said not in ("", (), [])
        )
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_format_value, value)) + "]"
    # A string of JSON is one of TOML: both escape quotes, backslashes and control characters alike.
    return json.dumps(value, ensure_ascii=False)
