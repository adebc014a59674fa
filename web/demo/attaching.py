"""The demo's receipts attached as a clerk does it: sent, blacked out, handed in; another person passes them."""

from __future__ import annotations

from ledger.home import Home
from ledger.service.documents import find_target
from ledger.service.trays import SentFile, add_to_tray, hand_in_tray
from ledger.vaults import Draft
from web.demo.papers import list_papers, read_picture
from web.demo.people import VILLAGE
from web.desk.documents import process

RECORDED = ("2026-04-014", "2026-04-016", "2026-04-033", "2026-10-036", "2026-11-001", "2026-11-017")
"""Vouchers whose receipts are passed: of months that were closed before they came, and of the open one. Of April's
large payments most have theirs, so that somebody would ask for the others.
"""
WAITING = "2026-11-022"
"""A voucher that waits, and its receipts with it."""


def attach_papers(home: Home, voucher: str, maker: str) -> Draft:
    """Hand in all papers of a voucher, each blacked out as it has to be; return the draft."""
    files = [
        SentFile(areas=paper.list_areas(), data=read_picture(paper), filename=paper.filename)
        for paper in list_papers()
        if paper.voucher == voucher
    ]
    target = find_target(home, VILLAGE, voucher)
    tray = add_to_tray(home, VILLAGE, maker, target, files, process)
    return hand_in_tray(home, VILLAGE, maker, target, tray.digest)
