"""The log itself, for programs: checkpoint, tiles, verifier key, policy, public texts. The very paths of an export.

Source: C2SP tlog-tiles. A partial tile of any width up to the newest checkpoint is cut on demand; a tile never changes,
so it may be kept for ever.
"""

from __future__ import annotations

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.canonical import encode_value
from ledger.errors import NotFound, NotProven, Tampered
from ledger.log.tiles import Tile, count_tile_width, parse_tile_path
from ledger.ports import Head
from ledger.service.export import build_tile
from ledger.service.standing import list_known_villages
from ledger.state.keys import get_key_at
from ledger.witnessed import cosign_head, find_handover, find_witnessed, read_policy
from web.cache import build_page_bytes
from web.respond import FOREVER, SECONDS, AnyRequest, respond
from web.routing import get_site, route_page
from web.site import JSON, OCTETS, TEXT, Site, VillageView, parse_index


@route_page("/v/{code:str}/checkpoint", media_type=TEXT, summary="The newest signed checkpoint")
def show_checkpoint(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the newest signed head."""
    return get_site(request).serve_bytes(
        request, code, "checkpoint", TEXT, _read_checkpoint, SECONDS, by_witnesses=True
    )


@route_page("/v/{code:str}/tile/{path:path}", media_type=OCTETS, summary="A tile of hashes or entries")
def show_tile(request: AnyRequest, code: FromPath[str], path: FromPath[str]) -> ASGIApp:
    """Answer with a tile of the log as its newest checkpoint covers it; 404 beyond."""
    try:
        tile = parse_tile_path(f"tile{path}")
    except NotProven as error:
        raise NotFound("tile") from error
    return get_site(request).serve_bytes(
        request, code, f"tile{path}", OCTETS, lambda view: _read_tile(view, tile), FOREVER
    )


@route_page("/v/{code:str}/log.vkey", media_type=TEXT, summary="The log's verifier key")
def show_key(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the key that signed the newest checkpoint, one line; those before it are in the log."""
    return get_site(request).serve_bytes(
        request,
        code,
        "log.vkey",
        TEXT,
        lambda view: f"{get_key_at(view.reader.facts, _get_head(view).size)}\n".encode(),
    )


@route_page("/v/{code:str}/policy", media_type=TEXT, summary="The witness policy in force")
def show_policy(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the witness policy."""
    return get_site(request).serve_bytes(
        request, code, "policy", TEXT, lambda view: read_policy(view.reader, _get_head(view).size)
    )


@route_page(
    "/v/{code:str}/witnessed", media_type=TEXT, summary="The newest checkpoint that witnesses confirmed"
)
def show_witnessed(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with that checkpoint; 404 where no witness confirmed any."""
    return get_site(request).serve_bytes(
        request, code, "witnessed", TEXT, _read_witnessed, SECONDS, by_witnesses=True
    )


@route_page(
    "/v/{code:str}/policies/{index:str}/checkpoint",
    media_type=TEXT,
    summary="The checkpoint by which the witnesses before saw a policy adopted",
)
def show_handover(request: AnyRequest, code: FromPath[str], index: FromPath[str]) -> ASGIApp:
    """Answer with that checkpoint; 404 where there is none."""
    at = parse_index(index)
    return get_site(request).serve_bytes(
        request,
        code,
        f"policies/{at}/checkpoint",
        TEXT,
        lambda view: _read_handover(view, at),
        by_witnesses=True,
    )


@route_page("/v/{code:str}/texts/{name:str}", media_type=JSON, summary="The public texts of an entry")
def show_texts(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with the public disclosures beside an entry: `17.json`."""
    index = parse_index(name.removesuffix(".json"))
    if not name.endswith(".json"):
        raise NotFound("texts")
    return get_site(request).serve_bytes(
        request, code, f"texts/{index}.json", JSON, lambda view: _read_texts(view, index)
    )


@route_page("/healthz", media_type=TEXT, summary="Whether the ledger can be read, and every log can go on")
def show_health(request: AnyRequest) -> ASGIApp:
    """Answer `ok` once the database of the ledger answered, or name the villages whose log is read-only.

    Pages are served all the same, so the status stays 200: whoever watches reads the text.
    """
    ports = get_site(request).ports
    halted = []
    for village in list_known_villages(ports):
        newest = ports.heads.find_newest(village)
        if _is_halted(get_site(request), village, newest):
            halted.append(f"read-only {village}\n")
    body = "".join(halted) or "ok\n"
    return respond(request, build_page_bytes(body.encode(), TEXT), cache_control="no-store")


def _is_halted(site: Site, village: str, newest: Head | None) -> bool:
    try:
        with site.ports.ledger.read(village) as reader:
            return site.get_standing(village, reader, newest).fault is not None
    except (NotFound, Tampered):
        return True


def _read_checkpoint(view: VillageView) -> bytes:
    return cosign_head(view.ports, view.code, _get_head(view))


def _read_witnessed(view: VillageView) -> bytes:
    note = find_witnessed(view.ports, view.code, view.reader, view.newest)
    if note is None:
        raise NotFound("witnessed")
    return note


def _read_handover(view: VillageView, index: int) -> bytes:
    note = find_handover(view.ports, view.code, view.reader, index, _get_head(view).size)
    if note is None:
        raise NotFound("policies")
    return note


def _get_head(view: VillageView) -> Head:
    if view.newest is None:
        raise NotFound("checkpoint")
    return view.newest


def _read_tile(view: VillageView, tile: Tile) -> bytes:
    size = min(view.reader.size, view.newest.size if view.newest else 0)
    if tile.width > count_tile_width(tile.level, tile.index, size):
        raise NotFound("tile")
    return build_tile(view.reader, tile)


def _read_texts(view: VillageView, index: int) -> bytes:
    texts = view.reader.list_texts(index)
    if not texts:
        raise NotFound("texts")
    return encode_value({"disclosures": sorted(texts), "index": index}) + b"\n"
