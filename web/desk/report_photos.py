"""Photos of reports at the desk: handed out to a page of the same session that showed the words, and to no other."""

from __future__ import annotations

import hmac

from ledger.reported import Reported
from ledger.service.reporting import find_drafted
from ledger.vaults import Draft
from web.desk.reading import count_shown_photos
from web.desk.routing import Desk
from web.desk.seen import WHOLE, make_proof

REPORTS = "/desk/reports"


def list_photos(desk: Desk, reported: Reported, count: int) -> tuple[str, ...]:
    """Return the addresses of a report's photos, for a page that shows its words and logged that."""
    seen = _prove(desk, reported)
    return tuple(f"{REPORTS}/{reported.item}/photos/{at}.jpg?seen={seen}" for at in range(1, 1 + count))


def find_report(desk: Desk, draft: Draft, *, is_asked: bool) -> tuple[str, tuple[str, ...]]:
    """Return the page of the report that a waiting draft would make a case, and its photos for a page that shows the
    draft's words; empty of any other draft. While somebody is asked why they look, there are no photos.
    """
    reported = find_drafted(desk.ports, desk.village, draft) if draft.state == "waiting" else None
    if reported is None:
        return "", ()
    count = 0 if is_asked else count_shown_photos(desk, reported.item)
    return f"{REPORTS}/{reported.item}", list_photos(desk, reported, count)


def was_shown(desk: Desk, reported: Reported, seen: str) -> bool:
    """Whether `seen` is the proof that a page of this session showed what was reported, and logged that."""
    return hmac.compare_digest(_prove(desk, reported).encode(), seen.encode())


def _prove(desk: Desk, reported: Reported) -> str:
    return make_proof(desk, reported.item, str(reported.number), WHOLE)
