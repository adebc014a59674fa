"""Real evidence to start from: a lived-in village's export, papers and workbooks, and notes that witnesses cosigned.

Made once by a test and handed to the fuzzing process as bytes, so that what is under test is not what made it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl.workbook import Workbook

from ledger.canonical import format_claim, parse_entry
from ledger.entries import Claim
from ledger.log.checkpoint import format_checkpoint
from ledger.log.cosignature import sign_cosignature
from ledger.log.hashing import Hash
from ledger.log.keys import ED25519_COSIGNATURE, format_signing_key, format_verifier_key
from ledger.log.note import format_note, format_signature, sign_note
from ledger.log.proof_file import ProofFile, format_proof_file
from ledger.log.proofs import build_consistency, build_inclusion
from ledger.log.receipt import build_receipt, format_receipt
from ledger.log.tiles import MemoryTiles, parse_bundle
from ledger.log.tree import format_frontier
from ledger.log.witness import Submission, format_submission
from ledger.service.cards import prove_household
from ledger.sources import read_pdf
from ledger.vaults import Household
from tests.builders import VILLAGE, make_id
from tests.fakes.renderer import PaperRenderer
from tests.fuzz.contract import Samples
from tests.homes import open_village
from tests.log.evidence import (
    LOG,
    LOG_SIGNER,
    ORIGIN,
    make_checkpoint,
    make_checkpoint_note,
    make_leaves,
    make_witness,
)
from tests.service.importing import (
    ACCOUNT,
    ASSESSED,
    ASSESSED_MARK,
    ASSET,
    AWARD,
    CASE,
    CASE_STEP,
    CLAIM,
    CONTRACT,
    CONVERSION,
    COUNTED,
    FUND,
    GOODS,
    GRANTED,
    GROUPED,
    HOLDER,
    HOUSEHOLDS,
    MARK,
    MEMBERS,
    OPENING,
    PAPER,
    PAPER_PAID,
    PLAN,
    POST,
    RESOLUTION,
    RESOURCE,
    RETURNED,
    RULE,
    SHOP,
    SIGNED,
    STAR,
    STAR_STEP,
    STEPS,
    TAKEN,
    TASK,
    UNIT,
    VISIT,
    make_book,
    make_date,
)

SHEETS = ("F", "P", "S")
WITNESSES = 3
TREE = 7


def build_samples(folder: Path) -> Samples:
    """Return everything that the targets start from; `folder` takes the village's home."""
    with open_village(folder / "home", renderer=PaperRenderer()) as village:
        village.record_october()
        files = {f"export/{path}": data for path, data in village.export().items()}
        household = Household(
            consents=frozenset(), group=1, household=make_id("h", 0), name="样例户", number="0000"
        )
        village.home.vault.put_households(VILLAGE, [household])
        with village.home.ledger.read(VILLAGE) as reader:
            proof = prove_household(village.home, reader, VILLAGE, household.household, "2026")
            claims = [_format_claim(reader.get_entry_bytes(index)) for index in range(reader.size)]
            texts = [text for index in range(reader.size) for text in reader.list_texts(index)]
        key = (folder / "home" / "keys" / f"{VILLAGE}.key").read_bytes().strip()
    samples = files | _build_papers(folder, files) | _build_notes() | _build_books()
    samples |= {f"claim/{index}": data for index, data in enumerate(claims)}
    samples |= {f"text/{index}": text.encode() for index, text in enumerate(texts)}
    for index, data in enumerate(list_entries(samples)):
        samples[f"entry/{index}"] = data
    return samples | {"household": proof, "signing key": key}


def list_entries(samples: Samples) -> list[bytes]:
    """Return the bytes of the export's entries."""
    name = max(name for name in samples if name.startswith("export/tile/entries/"))
    size = max(int(name.rpartition("/")[2]) for name in samples if name.startswith("export/tile/entries/"))
    name = f"export/tile/entries/000.p/{size}"
    return parse_bundle(samples[name], size)


def _format_claim(data: bytes) -> bytes:
    entry = parse_entry(data)
    names = ("body", "kind", "maker", "occurred_on", "period", "village")
    return format_claim(Claim(**{name: getattr(entry, name) for name in names}))


def _build_papers(folder: Path, files: Samples) -> Samples:
    """Return each sheet's PDF, its attachment and its printed text."""
    papers: Samples = {}
    for letter in SHEETS:
        pdf = files[f"export/sheets/2026-10-{letter}-1/sheet.pdf"]
        (folder / "sheet.pdf").write_bytes(pdf)
        attached, printed = read_pdf(folder / "sheet.pdf")
        papers |= {
            f"pdf/{letter}": pdf,
            f"evidence/{letter}": attached,
            f"printed/{letter}": printed.encode(),
        }
    return papers


def _build_notes() -> Samples:
    """Return a cosigned checkpoint and what stands around it: keys, policy, proof, receipt, tree."""
    leaves = make_leaves(TREE)
    tiles = MemoryTiles(leaves)
    text = format_checkpoint(make_checkpoint(leaves))
    signers = [make_witness(number)[0] for number in range(WITNESSES)]
    cosigned = [sign_cosignature(text, 1_793_000_000 + number, one) for number, one in enumerate(signers)]
    note = format_note(text, [sign_note(text, LOG_SIGNER), *cosigned])
    proof = ProofFile(5, build_inclusion(tiles, 5, TREE), note)
    keys = [format_verifier_key(signer.key) for signer in (LOG_SIGNER, *signers)]
    assert all(signer.key.algorithm == ED25519_COSIGNATURE for signer in signers)
    policy = "".join(
        [
            f"# 见证办法\nlog {keys[0]} https://log.example\n",
            *(f"witness w{number} {key} https://w{number}.example\n" for number, key in enumerate(keys[1:])),
            "group pair any w0 w1\ngroup\tall2 all  pair w2\n\nquorum all2\n",
        ]
    )
    return {
        "note": note,
        "log note": format_note(text, [sign_note(text, LOG_SIGNER)]),
        **_build_submissions(leaves),
        "witness answer/size": b"20852014\n",
        "witness answer/line": "".join(map(format_signature, cosigned)).encode(),
        "checkpoint": text.encode(),
        "proof": format_proof_file(proof),
        "proof with extra": format_proof_file(ProofFile(5, proof.path, note, b"\x00extra")),
        "policy": policy.encode(),
        "receipt": format_receipt(build_receipt(note, LOG, 1, 321, 1)).encode(),
        "frontier": format_frontier(tiles.frontier),
        "test signing key": format_signing_key(ORIGIN, bytes(range(32))).encode(),
        **{f"verifier key/{number}": key.encode() for number, key in enumerate(keys)},
    }


def _build_submissions(leaves: Sequence[Hash]) -> Samples:
    """Return what a log asks a witness: of its first checkpoint, and of one that extends three entries."""
    tiles = MemoryTiles(leaves)
    note = make_checkpoint_note(list(leaves))
    return {
        f"submission/{size}": format_submission(
            Submission(note, size, build_consistency(tiles, size, len(leaves)))
        )
        for size in (0, 3)
    }


def _build_books() -> Samples:
    """Return a clerk's workbooks, without the theme: most of the bytes, and nothing that a cell rests on."""
    books = {
        "vouchers": make_book("vouchers", [PAPER, PAPER_PAID], change=_adorn),
        "opening": make_book("opening", OPENING),
        "households": make_book("households", HOUSEHOLDS),
        "members": make_book("members", MEMBERS),
        "contracts": make_book("contracts", [CONTRACT]),
        "assets": make_book("assets", [ASSET]),
        "resources": make_book("resources", [RESOURCE]),
        "stocktakes": make_book("stocktakes", [COUNTED]),
        "resolutions": make_book("resolutions", [RESOLUTION], others={"会议经过": STEPS}),
        "funds": make_book("funds", [FUND]),
        "accounts": make_book("accounts", [ACCOUNT]),
        "conversion": make_book("conversion", [CONVERSION]),
        "plan": make_book("plan", [PLAN]),
        "rulebook": make_book("rulebook", [RULE]),
        "grids": make_book("grids", [UNIT], others={"网格人员": [POST]}),
        "visits": make_book("visits", [VISIT]),
        "groups": make_book("groups", [GROUPED]),
        "stars": make_book("stars", [STAR], others={"评星": [STAR_STEP]}),
        "assessments": make_book("assessments", [ASSESSED], others={"考评记分": [ASSESSED_MARK]}),
        "cases": make_book("cases", [CASE], others={"办理": [CASE_STEP]}),
        "honours": make_book("honours", [HOLDER], others={"表彰": [GRANTED]}),
        "volunteering": make_book("volunteering", [SIGNED], others={"任务": [TASK], "报名": [CLAIM]}),
        "shop": make_book("shop", [TAKEN], others={"商品": [GOODS], "超市": [SHOP], "退回": [RETURNED]}),
        "points": make_book("points", [AWARD]),
        "scores": make_book("scores", [MARK], change=lambda book: book.worksheets[0].merge_cells("A8:B9")),
    }
    return {f"workbook/{kind}": _drop_theme(data) for kind, data in books.items()}


def _adorn(book: Workbook) -> None:
    """Give the sheet what the reader looks at beside cells: a date, widths, hidden rows and columns with nothing in."""
    sheet = book.worksheets[0]
    sheet["B2"] = make_date("2026-10-20")
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["Z"].hidden = True
    sheet.row_dimensions[9].height = 0


def _drop_theme(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if "theme" in name or "docProps" in name:
                continue
            part = old.read(name)
            if name.endswith((".rels", "Types].xml")):
                part = re.sub(rb"<(Relationship|Override) [^>]*(theme|docProps)[^>]*>", b"", part)
            new.writestr(name, part)
    return out.getvalue()
