"""The file: made as PDF/A-3a, tagged, titled, carrying its own data, the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import msgspec
import pikepdf
import pytest

from reports.render import render_sheet
from tests.reports.printed import SHEETS, get_draft, get_sheet
from tests.reports.samples import EVIDENCE, make_job

ROOT = Path(__file__).resolve().parents[2]


def _open(name: str) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(get_sheet(name)))


def _list_tags(element: pikepdf.Object, found: list[str]) -> list[str]:
    if isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            found.append(str(element["/S"]))
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary):
                _list_tags(kid, found)
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_qpdf_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(get_sheet(name))

    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", SHEETS)
def test_the_data_is_attached_as_the_source_of_the_figures(name: str) -> None:
    with _open(name) as pdf:
        number = SHEETS[name]().head.number
        attached = pdf.attachments[f"mingbai-{number}.json"]

        assert attached.get_file().read_bytes() == EVIDENCE
        assert attached.get_file().mime_type == "application/json"
        assert {str(spec["/AFRelationship"]) for spec in pdf.Root["/AF"]} == {"/Source"}


def test_a_draft_attaches_nothing() -> None:
    with pikepdf.open(BytesIO(get_draft())) as pdf:
        assert len(pdf.attachments) == 0


@pytest.mark.parametrize("name", SHEETS)
def test_the_file_says_it_is_archival_chinese_and_what_it_is(name: str) -> None:
    with _open(name) as pdf:
        metadata = pdf.open_metadata()

        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata.pdfa_status == "3A"
        assert str(pdf.Root["/Lang"]) == "zh-CN"
        assert str(pdf.docinfo["/Title"]).startswith("石榴河村 2026年11月 ")
        assert str(pdf.Root["/OutputIntents"][0]["/S"]) == "/GTS_PDFA1"
        assert bool(pdf.Root["/MarkInfo"]["/Marked"])
        assert str(pdf.docinfo["/CreationDate"]) == str(pdf.docinfo["/ModDate"]) == "D:20261201000000+08'00"


def test_tables_and_headings_are_tagged_and_codes_described() -> None:
    with _open("busy") as pdf:
        tree = pdf.Root["/StructTreeRoot"]["/K"][0]
        tags = _list_tags(tree, [])

        assert tags.count("/H1") == 1
        assert tags.count("/H2") >= 9
        assert tags.count("/Figure") == 2
        assert {"/Table", "/THead", "/TBody", "/TR", "/TH", "/TD", "/P"} <= set(tags)
        described = [
            obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and obj.get("/S") == "/Figure"
        ]
        assert all("扫" in str(obj["/Alt"]) or "码：" in str(obj["/Alt"]) for obj in described)


def test_only_our_two_faces_are_embedded_and_all_of_them() -> None:
    for name in SHEETS:
        with _open(name) as pdf:
            fonts = [
                obj
                for obj in pdf.objects
                if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font"
            ]
            names = {str(font["/BaseFont"]).partition("+")[2] for font in fonts}

            assert names <= {"Noto-Sans-CJK-SC", "Noto-Sans-CJK-SC-Bold"}
            descriptors = [
                obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and "/FontName" in obj
            ]
            assert all("/FontFile3" in obj or "/FontFile2" in obj for obj in descriptors)


def test_no_action_no_script_and_no_link_is_in_the_file() -> None:
    for name in SHEETS:
        with _open(name) as pdf:
            keys = {
                key for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) for key in obj.as_dict()
            }

            assert not keys & {"/JS", "/JavaScript", "/AA", "/OpenAction", "/URI", "/Launch", "/AcroForm"}


def test_the_same_job_gives_the_same_bytes_again_and_in_another_process(tmp_path: Path) -> None:
    """Another start of the interpreter, order of sets, time zone, language, folder and cache of fonts."""
    jobs = {name: make_job(make()) for name, make in SHEETS.items()}
    (tmp_path / "jobs").write_bytes(msgspec.json.encode(jobs))
    program = """
import sys, msgspec
from pathlib import Path
from ledger.ports import SheetJob
from reports.render import render_sheet
jobs = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=dict[str, SheetJob])
for name in sorted(jobs, reverse=True):
    Path(name + ".pdf").write_bytes(render_sheet(jobs[name]))
"""
    environment = {
        "HOME": str(tmp_path),
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "POSIX",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(ROOT),
        "TZ": "America/Lima",
    }

    subprocess.run(
        [sys.executable, "-P", "-c", program, str(tmp_path / "jobs")],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )

    assert render_sheet(jobs["points"]) == get_sheet("points")
    for name in SHEETS:
        assert (tmp_path / f"{name}.pdf").read_bytes() == get_sheet(name), name
