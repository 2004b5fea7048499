"""The demo session, as `make demo` makes it: complete, readable, tagged, without answers for candidates."""

from __future__ import annotations

import json
import re
import wave
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pytest

from kit.cli import main
from kit.referentiel import find_referentiel, load_referentiel
from kit.sessions.manifest import Manifest, read_manifest


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("démo") / "session"
    with pytest.raises(SystemExit) as left:
        main(["demo", "--out", str(folder)])
    assert left.value.code == 0
    return folder


@pytest.fixture(scope="module")
def manifest(demo: Path) -> Manifest:
    found = read_manifest(demo / "build")
    assert found is not None
    return found


def files(demo: Path, manifest: Manifest, kind: str, form: str) -> list[Path]:
    return [demo / "build" / item.path for item in manifest.files if (item.kind, item.format) == (kind, form)]


def studies(demo: Path, manifest: Manifest, form: str) -> list[Path]:
    """Return the subjects of the two études de cas."""
    return [path for path in files(demo, manifest, "subject", form) if re.search(r"-E[23]-", path.name)]


def pdfs(demo: Path) -> list[Path]:
    return sorted((demo / "build").rglob("*.pdf"))


def test_the_demo_has_two_variants_of_each_epreuve(manifest: Manifest) -> None:
    subjects = {(f.epreuve, f.version, f.variant) for f in manifest.files if f.kind == "subject"}
    for epreuve in ("E2", "E3"):
        assert {(epreuve, "principal", 1), (epreuve, "principal", 2)} <= subjects


def test_every_pdf_is_tagged_titled_and_valid_pdf_ua(demo: Path) -> None:
    import page

    found = pdfs(demo)
    assert len(found) >= 12
    for path in found:
        report = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
        assert report.is_compliant, (path.name, [str(failure) for failure in report.failures])
        with pikepdf.open(path) as pdf:
            assert bool(pdf.Root.MarkInfo.Marked)
            english = "-E10-" in path.name and "candidats" in path.parts
            assert str(pdf.Root.Lang).startswith("en" if english else "fr"), path.name
            assert "/StructTreeRoot" in pdf.Root


def test_the_cover_tells_the_true_number_of_pages(demo: Path, manifest: Manifest) -> None:
    for path in studies(demo, manifest, "pdf"):
        with pikepdf.open(path) as pdf:
            assert len(pdf.pages) >= 8, path.name


@pytest.mark.needs("pdftotext")
def test_every_page_carries_the_code_the_page_number_and_the_stamp(demo: Path, manifest: Manifest) -> None:
    import subprocess

    for path in files(demo, manifest, "subject", "pdf"):
        text = subprocess.run(
            ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
        ).stdout
        pages = text.split("\f")[:-1]
        code = path.name.rpartition("-")[0]
        for number, words in enumerate(pages, start=1):
            assert code in words
            assert re.search(rf"Page\s+{number}\s*/\s*{len(pages)}", words)
            assert "DÉMONSTRATION" in words
        assert re.search(rf"Le sujet comporte\s+{len(pages)}\s+pages", text)


def test_every_docx_opens_with_headings_header_rows_and_alt_texts(demo: Path, manifest: Manifest) -> None:
    for path in files(demo, manifest, "subject", "docx"):
        document = docx.Document(str(path))
        assert any(paragraph.style.name.startswith("Heading") for paragraph in document.paragraphs)
        assert document.tables
        pictures = document.element.body.xpath(".//wp:docPr")
        assert pictures or path not in studies(demo, manifest, "docx")
        assert all(len(picture.get("descr") or "") > 20 for picture in pictures)
        assert document.core_properties.author in ("", None)


def test_every_subject_has_8_to_12_annexes_and_4_to_5_dossiers(demo: Path, manifest: Manifest) -> None:
    for path in studies(demo, manifest, "docx"):
        headings = [p.text for p in docx.Document(str(path)).paragraphs if p.style.name.startswith("Heading")]
        annexes = {match[1] for text in headings if (match := re.match(r"Annexe (A\d+)", text))}
        dossiers = {match[1] for text in headings if (match := re.match(r"Dossier (\d+)", text))}
        assert 8 <= len(annexes) <= 12, (path.name, annexes)
        assert 4 <= len(dossiers) <= 5, (path.name, dossiers)


def test_every_grid_covers_the_principal_criteria_with_weights_and_signs(
    demo: Path, manifest: Manifest
) -> None:
    referentiel = load_referentiel(find_referentiel("fede-marketing-commercial"))
    for path in files(demo, manifest, "grid", "json"):
        grid = json.loads(path.read_text("utf-8"))
        principal = set(referentiel.epreuve(grid["epreuve"]).criteria("principal"))
        assert {line["criterion"] for line in grid["lines"]} >= principal
        for line in grid["lines"]:
            assert line["weight"] != "0", line["criterion"]
            assert line["questions"]
            assert line["observables"]


def test_every_grid_workbook_offers_the_levels(demo: Path, manifest: Manifest) -> None:
    for path in files(demo, manifest, "grid_workbook", "xlsx"):
        book = openpyxl.load_workbook(path)
        assert book.worksheets[0].protection.sheet
        assert book.worksheets[0].data_validations.dataValidation


def test_two_variants_are_two_companies(demo: Path, manifest: Manifest) -> None:
    for epreuve in ("E2", "E3"):
        seen = [
            "\n".join(p.text for p in docx.Document(str(path)).paragraphs[:80])
            for path in files(demo, manifest, "subject", "docx")
            if f"-{epreuve}-" in path.name
        ]
        assert len(set(seen)) == len(seen) >= 2


def test_the_public_secret_is_refused_outside_the_demo(demo: Path, tmp_path: Path) -> None:
    import shutil

    from kit.errors import KitError
    from kit.sessions.build import build_session

    real = tmp_path / "vraie"
    shutil.copytree(demo, real, ignore=shutil.ignore_patterns("build"))
    config = real / "session.yaml"
    config.write_text(config.read_text("utf-8").replace("demo: true", "demo: false"), "utf-8")
    with pytest.raises(KitError, match="démonstration"):
        build_session(real)


@pytest.mark.needs("espeak-ng")
def test_the_listening_test_has_a_recording_for_examiners_alone(demo: Path, manifest: Manifest) -> None:
    recordings = [item for item in manifest.files if item.format == "wav"]
    assert [(item.epreuve, item.audience, item.kind) for item in recordings] == [
        ("E10", "examiner", "recording")
    ]
    with wave.open(str(demo / "build" / recordings[0].path)) as heard:
        assert 60 < heard.getnframes() / heard.getframerate() < 300
