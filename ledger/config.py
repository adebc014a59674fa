"""Where a home keeps what, its settings, and the system's own clock and randomness.

A home is one folder that can be moved as a whole. `mingbai.toml` in it is the only file a person edits; every other
name here is the program's.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
import time
import tomllib
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from ledger.disk import write_durably
from ledger.errors import Fault, Refused

SETTINGS_FILE = "mingbai.toml"
DEFAULT_BASE_URL = "http://127.0.0.1:8000"
BASE_URL_MAX_CHARS = 40
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?\Z")


@dataclass(frozen=True, kw_only=True)
class Pkcs11Config:
    """Where log keys are made and sign, instead of in files: see `keys.token`.

    `module`  path of the token's library
    `token`   the token's label
    `key`     the label of this home's keys in it
    """

    key: str
    module: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a home.

    `date_checked`     the day, YYYY-MM-DD, for which a person vouched that the clock is right; "" where nobody had to
    `database`         "" for files in the home; or the libpq address of a PostgreSQL, without a password
    `public_base_url`  printed in every code; trusted to be the villagers' way in, never taken from a request. 24
                       characters at most keep the check code at 57 modules; more makes it denser.
    `is_demo`          an invented village: pages and sheets say so
    `pkcs11`           the token that holds the log keys, the table [pkcs11]; None: they are files
    `trusted_proxy`    the address of the one proxy that is believed when it says where a request comes from and whether
                       it came encrypted; "" for none. Trusted for: that guessing is slowed by network, and that nobody
                       signs in over a line that can be read. Of anybody else these headers are forged at will.
    """

    database: str = ""
    date_checked: str = ""
    is_demo: bool = False
    pkcs11: Pkcs11Config | None = None
    public_base_url: str = DEFAULT_BASE_URL
    trusted_proxy: str = ""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class SystemEntropy:
    """The machine's random bytes."""

    def take(self, size_bytes: int) -> bytes:
        return os.urandom(size_bytes)


def write_config(home: Path, config: Config) -> None:
    """Write the settings of a new home, durably: without them its folder is none."""
    text = (
        "# 村民扫码打开的网址，印在每张公开表上；改动后只影响以后打印的表。\n"
        f'public_base_url = "{config.public_base_url}"\n'
        f"is_demo = {str(config.is_demo).lower()}\n"
        "# 账本放在哪里：留空就放在这个文件夹里；也可写 PostgreSQL 的地址，如 postgresql://mingbai@/mingbai，\n"
        "# 口令放在 PGPASSFILE 或服务文件里，不写在这里。\n"
        f'database = "{config.database}"\n'
        "# 前面有反向代理（如 nginx、Caddy）时写它的地址，如 127.0.0.1；只有它转告的来访地址和 https 才算数。\n"
        f'trusted_proxy = "{config.trusted_proxy}"\n'
    )
    write_durably(home / SETTINGS_FILE, text.encode())


def read_config(home: Path) -> Config:
    """Read the settings; raises Refused naming every setting that cannot be used."""
    path = home / SETTINGS_FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (
        ValueError,
        RecursionError,
    ) as error:  # Neither TOML nor UTF-8, or beyond what the parser can hold.
        raise Refused([_setting_fault("全文", str(error), "TOML 格式")]) from error
    faults = [
        _setting_fault(name, values[name], "没有这个设置项")
        for name in sorted(
            values.keys()
            - {"database", "date_checked", "public_base_url", "is_demo", "pkcs11", "trusted_proxy"}
        )
    ]
    base_url = values.get("public_base_url", DEFAULT_BASE_URL)
    faults += check_base_url(base_url) + check_database(values.get("database", ""))
    if not isinstance(values.get("is_demo", False), bool):
        faults.append(_setting_fault("is_demo", values["is_demo"], "true 或 false"))
    date_checked = str(values.get("date_checked", ""))  # TOML also has days without quotes.
    if not re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?", date_checked, re.ASCII):
        faults.append(_setting_fault("date_checked", date_checked, "年-月-日，如 2026-11-02"))
    faults += _check_proxy(values.get("trusted_proxy", ""))
    table = values.get("pkcs11")
    faults += _check_pkcs11(table)
    if faults:
        raise Refused(faults)
    return Config(
        database=values.get("database", ""),
        date_checked=date_checked,
        is_demo=values.get("is_demo", False),
        pkcs11=None if table is None else Pkcs11Config(**table),
        public_base_url=base_url,
        trusted_proxy=values.get("trusted_proxy", ""),
    )


def check_base_url(base_url: object) -> list[Fault]:
    """The public address is a scheme and a host, without a slash at the end, short enough to print."""
    if isinstance(base_url, str) and len(base_url) <= BASE_URL_MAX_CHARS and _BASE_URL.match(base_url):
        return []
    return [
        _setting_fault(
            "public_base_url",
            base_url,
            f"如 https://mb.example.cn，至多 {BASE_URL_MAX_CHARS} 个字符，末尾没有斜杠",
        )
    ]


def check_database(address: object, option: str = "") -> list[Fault]:
    """The address is empty or a PostgreSQL's, and holds no password: what is found is told without one.

    `option` is the option that gave it, where it does not stand in the settings.
    """
    if address == "":
        return []
    try:
        parts = urllib.parse.urlsplit(address) if isinstance(address, str) else None
        has_password = parts is not None and parts.password is not None
    except ValueError:
        parts, has_password = None, False
    # Written into a file between quotes, and handed to libpq as it is.
    if parts is None or parts.scheme not in {"postgresql", "postgres"} or re.search(r'["\\\s]', str(address)):
        found, expected = "别的写法", "postgresql:// 开头的地址，如 postgresql://mingbai@/mingbai"
    elif has_password or {"password", "sslpassword"} & urllib.parse.parse_qs(parts.query).keys():
        found, expected = "地址里写了口令", "不带口令的地址，口令放在 PGPASSFILE 或服务文件里"
    else:
        return []
    place = option or f"{SETTINGS_FILE} 的 database"
    remedy = "改好再运行" if option else f"改好 {SETTINGS_FILE} 再运行"
    return [Fault(code="setting-invalid", place=place, found=found, expected=expected, remedy=remedy)]


def _check_proxy(address: object) -> list[Fault]:
    """The proxy is one address, of which there is one spelling, or none."""
    try:
        is_fine = address == "" or (
            isinstance(address, str) and str(ipaddress.ip_address(address)) == address
        )
    except ValueError:
        is_fine = False
    return [] if is_fine else [_setting_fault("trusted_proxy", address, "一个地址，如 127.0.0.1，或留空")]


def _check_pkcs11(table: object) -> list[Fault]:
    """The table names library, token and key, and nothing else."""
    if table is None:
        return []
    if not isinstance(table, dict):
        return [_setting_fault("[pkcs11]", table, "一节，写 module、token、key")]
    names = [field.name for field in dataclasses.fields(Pkcs11Config)]
    faults = [
        _setting_fault(f"[pkcs11] {name}", table[name], "没有这个设置项")
        for name in sorted(table.keys() - set(names))
    ]
    return faults + [
        _setting_fault(f"[pkcs11] {name}", table.get(name, "没有写"), "一段文字")
        for name in names
        if not isinstance(table.get(name), str) or not table[name]
    ]


def _setting_fault(name: str, found: object, expected: str) -> Fault:
    try:
        text = str(found)
    except (ValueError, RecursionError):
        text = "写不出来的值"  # Python writes out neither every number that TOML can hold nor every nesting.
    return Fault(
        code="setting-invalid",
        place=f"{SETTINGS_FILE} 的 {name}",
        found=text,
        expected=expected,
        remedy=f"改好 {SETTINGS_FILE} 再运行",
    )
