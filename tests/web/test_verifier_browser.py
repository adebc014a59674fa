"""The scripts' own arithmetic, in a real browser, held to what others computed; and the floor that they promise."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page

from ledger.log.keys import make_signer
from tests.builders import VILLAGE
from tests.house.sources import ROOT
from tests.web.browser import MODES, choose_mode, open_page
from web.assets import get_asset_path, list_imports, load_assets

pytestmark = pytest.mark.browser

VECTORS = ROOT / "tests/vectors"
PAGES = {"board.js": f"/v/{VILLAGE}", "check.js": f"/c/{VILLAGE}", "entry.js": f"/v/{VILLAGE}/entries/4"}
TRANSFER_MAX_BYTES = 30 * 1024
SCRIPTS = sorted(name.rpartition("/")[2] for name in load_assets() if name.endswith(".js"))
ORDER = 2**252 + 27742317777372353535851937790883648493
NEWER = re.compile(
    r"\.(at|replaceAll|findLast|toSorted|groupBy)\(|Object\.hasOwn|structuredClone|Promise\.any|AbortSignal\.t"
)
"""What came after Chrome 80 and is no syntax."""

INCLUDED = """async ([folder, proofs]) => {
  const { openCrypto } = await import(`${folder}/crypto.js`);
  const { isIncluded } = await import(`${folder}/tree.js`);
  const { sha256 } = await openCrypto();
  const read = (text) => Uint8Array.from(atob(text || ""), (mark) => mark.charCodeAt(0));
  const said = [];
  for (const { leafHash, leafIdx, proof, root, treeSize } of proofs) {
    const path = (proof || []).map(read);
    said.push(await isIncluded(sha256, read(leafHash), leafIdx, treeSize, path, read(root)));
  }
  return said;
}"""
VERIFIED = """async ([folder, cases]) => {
  const { fromHex } = await import(`${folder}/base.js`);
  const { openCrypto } = await import(`${folder}/crypto.js`);
  const { verify } = await openCrypto();
  const said = [];
  for (const parts of cases) said.push(await verify(...parts.map(fromHex)));
  return said;
}"""


def run(page: Page, address: str, mode: str, program: str, cases: list[Any]) -> list[bool]:
    """Run a program with the page's own scripts."""
    folder = get_asset_path("check.js").rpartition("/")[0]
    page.goto(f"{choose_mode(page, address, mode)}/c/{VILLAGE}")
    said: list[bool] = page.evaluate(program, [folder, cases])
    return said


@pytest.mark.parametrize("mode", MODES)
def test_inclusion_proofs_of_others_are_judged_as_they_say(browser: Browser, address: str, mode: str) -> None:
    vectors = json.loads((VECTORS / "merkle-proofs.json").read_text(encoding="utf-8"))["inclusion"]
    proofs = list(vectors.values()) if isinstance(vectors, dict) else vectors
    with open_page(browser, 360, 740) as (page, _):
        said = run(page, address, mode, INCLUDED, proofs)

    assert len(said) > 90
    assert said == [not proof["wantErr"] for proof in proofs]


@pytest.mark.parametrize("mode", MODES)
def test_signatures_of_others_and_every_kind_of_bad_one_are_judged_alike(
    browser: Browser, address: str, mode: str
) -> None:
    good = _list_signatures()
    bad = [case for parts in good[:2] for case in _spoil(*parts)]
    with open_page(browser, 360, 740) as (page, _):
        said = run(page, address, mode, VERIFIED, [[part.hex() for part in parts] for parts in (*good, *bad)])

    assert said == [True] * len(good) + [False] * len(bad)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_its_style_and_every_script_it_may_ask_for_is_small(
    visitor: TestClient, name: str
) -> None:
    page = visitor.get(PAGES[name]).text
    style = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    parts = [PAGES[name], *style, get_asset_path(name), *list_imports(name), get_asset_path("fallback.js")]

    weights = {part: len(gzip.compress(visitor.get(part).content, 9)) for part in parts}

    assert sum(weights.values()) <= TRANSFER_MAX_BYTES, weights


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_all_scripts_at_once_and_loads_the_fallback_only_where_it_is_needed(
    browser: Browser, address: str, name: str
) -> None:
    named = {get_asset_path(name), *list_imports(name)}
    for mode, more in (("own", set()), ("no-ed25519", {get_asset_path("fallback.js")})):
        asked: set[str] = set()
        with open_page(browser, 360, 740) as (page, complaints):
            page.on("request", lambda request, asked=asked: asked.add(request.url.partition("/static/")[2]))
            page.goto(choose_mode(page, address, mode) + PAGES[name])
            page.locator("#remembered:not(:empty)").wait_for()

            assert {f"/static/{path}" for path in asked if path.endswith(".js")} == named | more
            assert set(re.findall(r'(?:src|href)="(/static/scripts[^"]+)"', page.content())) == named
            assert complaints == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_asks_for_more_than_chrome_80(name: str) -> None:
    """esbuild writes for Chrome 80 just what it writes for the newest: there was nothing to put in older words."""
    source = resources.files("web").joinpath("static", name).read_text(encoding="utf-8")
    (program,) = (ROOT / "web/browser/node_modules/.deno").glob(
        "@esbuild+*/node_modules/@esbuild/*/bin/esbuild"
    )

    old, new = (
        subprocess.run(
            [program, f"--target={target}", "--format=esm"],
            input=source,
            capture_output=True,
            text=True,
            check=True,
        )
        for target in ("chrome80", "esnext")
    )

    assert old.stdout == new.stdout
    assert old.stderr == ""
    assert NEWER.findall(source) == []


def test_the_fallback_is_bundled_from_the_pinned_packages(tmp_path: Path) -> None:
    """What is served is what the lock names: bundled again, it comes out the same."""
    folder = ROOT / "web/browser"
    (program,) = (folder / "node_modules/.deno").glob("@esbuild+*/node_modules/@esbuild/*/bin/esbuild")
    words = json.loads((folder / "package.json").read_text(encoding="utf-8"))["scripts"]["bundle"].split()
    subprocess.run(
        [program, *words[1:-1], f"--outfile={tmp_path}/again.js"], cwd=folder, check=True, capture_output=True
    )

    served = (ROOT / "web/static/fallback.js").read_bytes()
    assert (tmp_path / "again.js").read_bytes() == served
    assert served.count(b"MIT License") == 2


def _list_signatures() -> list[tuple[bytes, bytes, bytes]]:
    """Return (key, signature, message) of every signature among the vectors, and of keys made here."""
    note = json.loads((VECTORS / "sumdb-note.json").read_text(encoding="utf-8"))
    example = json.loads((VECTORS / "c2sp-examples.json").read_text(encoding="utf-8"))
    text, _, line = example["note"].partition("\n\n")
    keys = {
        note["keys"][f"{name}_vkey"].split("+", 2)[0]: note["keys"][f"{name}_vkey"]
        for name in ("peter", "enoch")
    }
    found = [(keys[line.split(" ")[1]], line, note["text"]) for line in note["valid_signature_lines"]]
    found.append((example["vkey"], line, f"{text}\n"))
    cases = [
        (
            base64.b64decode(key.split("+", 2)[2])[1:],
            base64.b64decode(line.split(" ")[2])[4:],
            message.encode(),
        )
        for key, line, message in found
    ]
    for seed in range(8):
        signer, message = make_signer("example.org/log", bytes([seed]) * 32), bytes([seed]) * (seed * 40)
        cases.append((signer.key.public_key, signer.sign_bytes(message), message))
    return cases


def _spoil(key: bytes, signature: bytes, message: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield the case with each byte of key and signature flipped, cut short, and with its scalar's larger twin."""
    for at in range(64):
        yield key, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :], message
    for at in range(32):
        yield key[:at] + bytes([key[at] ^ 1]) + key[at + 1 :], signature, message
    larger = int.from_bytes(signature[32:], "little") + ORDER
    yield key, signature[:32] + larger.to_bytes(32, "little"), message
    yield key, signature[:-1], message
    yield key, signature + b"\0", message
    yield key[:-1], signature, message
    yield key, bytes(64), message
    yield key, signature, message + b"\n"
