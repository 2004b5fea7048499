"""A build: everything a session needs, all or nothing, and nothing of the answers with the candidates."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kit.errors import CaseFailed, InvalidFile, KitError, UnknownCode
from kit.sessions.build import Build, build_session
from kit.sessions.manifest import read_manifest
from tests.builders import a_session
from tests.case_builders import a_template, changed

TWO_EPREUVES = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
epreuves:
  E2: {template: mon-cas, variants: 2, versions: [principal, secours], id: ecrit, mode: surveille, date: 2026-06-08,
       start: "09:00", duration: 60, anonymous: true}
  E3: {template: mon-plan, id: ecrit, mode: surveille, date: 2026-06-09, start: "09:00", duration: 60,
       anonymous: true}
"""
INSCRIPTIONS = "candidat,epreuve,tentative\nC1,E2,1\nC2,E2,1\nC3,E2,1\nC1,E3,1\n"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of two épreuves, built once, in a folder with spaces and accents."""
    workspace = tmp_path_factory.mktemp("atelier d’été à Nîmes")
    folder = a_session(workspace, session=TWO_EPREUVES, inscriptions=INSCRIPTIONS)
    a_template(workspace, slug="mon-cas")
    a_template(workspace, changed({"epreuve: E2": "epreuve: E3", "Un petit cas": "Un plan"}), slug="mon-plan")
    return folder


@pytest.fixture(scope="module")
def built(session: Path) -> Build:
    return build_session(session, jobs=2)


def snapshot(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_manifest_lists_every_other_file_with_its_hash(built: Build) -> None:
    manifest = json.loads((built.folder / "manifest.json").read_text("utf-8"))
    found = {path: digest for path, digest in snapshot(built.folder).items() if path != "manifest.json"}
    assert {item["path"]: item["sha256"] for item in manifest["files"]} == found
    assert set(manifest) == {"session", "kit", "environment", "referentiel", "reglement", "files"}
    keys = {"path", "audience", "epreuve", "version", "variant", "kind", "format", "sha256", "bytes"}
    for item in manifest["files"]:
        assert set(item) == keys
        assert item["bytes"] == (built.folder / item["path"]).stat().st_size
        assert item["format"] == item["path"].rpartition(".")[2]
        assert item["path"].startswith(
            {"candidate": "candidats/", "marker": "correcteurs/"}[item["audience"]]
        )


def test_each_variant_has_what_candidates_and_markers_need(built: Build) -> None:
    kinds: dict[tuple[str, str, int], set[tuple[str, str]]] = {}
    for entry in built.files:
        key = (str(entry.epreuve), str(entry.version), int(entry.variant or 0))
        kinds.setdefault(key, set()).add((entry.kind, entry.format))
    assert set(kinds) == {
        ("E2", "principal", 1), ("E2", "principal", 2), ("E2", "secours", 1), ("E2", "secours", 2),
        ("E3", "principal", 1),
    }  # fmt: skip
    for found in kinds.values():
        assert found == {
            ("subject", "pdf"), ("subject", "docx"), ("annex_data", "csv"), ("annex_workbook", "xlsx"),
            ("answer_key", "pdf"), ("executed_notebook", "ipynb"), ("grid", "json"), ("grid_notebook", "ipynb"),
            ("grid_workbook", "xlsx"), ("grid_document", "pdf"), ("imprint", "json"),
        }  # fmt: skip


def test_no_two_versions_share_a_sector_and_no_two_variants_a_seed(built: Build) -> None:
    seeds, sectors = set(), {}
    for path in sorted(built.folder.glob("correcteurs/E2/*/*-notebook.ipynb")):
        injected = next(
            cell for cell in json.loads(path.read_text("utf-8"))["cells"]
            if "injected-parameters" in cell["metadata"].get("tags", [])
        )  # fmt: skip
        values: dict[str, object] = {}
        exec("".join(injected["source"]), {}, values)  # noqa: S102 - our own parameters
        seeds.add(values["seed"])
        sectors.setdefault(path.parent.name.partition("-")[0], set()).add(values["sector"])
    assert len(seeds) == 4
    assert sectors["principal"].isdisjoint(sectors["secours"])


def test_the_grid_follows_the_contract(built: Build) -> None:
    grid = json.loads((built.folder / "correcteurs/E2/principal-1/grid.json").read_text("utf-8"))
    assert (grid["epreuve"], grid["version"], grid["variant"], grid["total"]) == ("E2", "principal", 1, "20")
    assert [set(level) >= {"id", "label", "value"} for level in grid["scale"]["levels"]] == [True, True]
    keys = {
        "criterion",
        "competence",
        "part",
        "carrier",
        "evidence",
        "text",
        "weight",
        "questions",
        "observables",
        "expected",
    }
    assert [set(line) for line in grid["lines"]] == [keys]
    assert grid["lines"][0]["weight"] == "4"
    assert grid["lines"][0]["questions"] == ["Q1"]


def test_candidates_get_no_answer_no_seed_no_criterion(built: Build) -> None:
    notebook = (built.folder / "correcteurs/E2/principal-1/JUIN-2026-E2-P1-notebook.ipynb").read_text("utf-8")
    assert "Le total est juste" in notebook
    for path in (built.folder / "candidats").rglob("*"):
        if not path.is_file():
            continue
        content = opened(path)
        for secret in ("Le total est juste", "CE1.1", "ventes totales sont de", "seed", str(Path.home())):
            assert secret not in content, (path.name, secret)


def opened(path: Path) -> str:
    """Return all the text of a file, its packed parts included."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if path.suffix == ".pdf":
        import pikepdf

        with pikepdf.open(path) as pdf:
            pages = [page.Contents.read_bytes().decode("latin-1") for page in pdf.pages]
            return "\n".join([*pages, str(pdf.docinfo), str(pdf.Root)])
    return path.read_bytes().decode("utf-8", "replace")


def test_the_annexes_hold_the_same_numbers_in_every_format(built: Build) -> None:
    folder = built.folder / "candidats/E2/principal-1"
    csv = (folder / "annexes/JUIN-2026-E2-P1-A1.csv").read_text("utf-8-sig").splitlines()
    book = openpyxl.load_workbook(folder / "JUIN-2026-E2-P1-annexes.xlsx")
    rows = [[cell.value for cell in row] for row in book["A1"].iter_rows(min_row=4)]
    assert csv[0] == "Produit;Ventes (€)"
    assert rows[0] == ["Produit", "Ventes (€)"]
    assert [line.split(";") for line in csv[1:]] == [[row[0], str(row[1])] for row in rows[1:]]


def test_the_same_session_gives_the_same_bytes(built: Build, session: Path) -> None:
    before = snapshot(built.folder)
    again = build_session(session, jobs=1, cache=False)
    assert again.reused == 0
    assert snapshot(built.folder) == before


def test_both_engines_make_the_same_bytes(built: Build, session: Path) -> None:
    before = snapshot(built.folder)
    build_session(session, only=["E3"], jobs=2, engine="plain", cache=False)
    assert snapshot(built.folder) == before


def test_what_has_not_changed_is_not_made_again(built: Build, session: Path) -> None:
    before = snapshot(built.folder)
    build_session(session, jobs=2)
    again = build_session(session, jobs=2)
    assert again.reused == 5
    assert snapshot(built.folder) == before
    kept = [path for path in (session / ".cache" / "produits").rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_build_that_changes_nothing_leaves_the_folder_as_it_stands(built: Build, session: Path) -> None:
    build_session(session, jobs=2)
    folder = session / "build"
    before = folder.stat().st_ino
    build_session(session, jobs=2)
    assert folder.stat().st_ino == before
    subject = next(folder.rglob("*-sujet.pdf"))
    sound = subject.read_bytes()
    for damage in (
        lambda: subject.write_bytes(sound[:-1] + b"x"),
        lambda: (folder / "en trop").write_text("x"),
    ):
        damage()
        build_session(session, jobs=2)
        assert folder.stat().st_ino != before
        assert subject.read_bytes() == sound
        assert not (folder / "en trop").exists()
        before = folder.stat().st_ino


@pytest.mark.parametrize("what", ["template", "date", "damage", "data"])
def test_what_has_changed_is_made_again(what: str, built: Build, session: Path) -> None:
    build_session(session, jobs=2)
    before = snapshot(built.folder)
    template = session.parent / "case_templates" / "mon-plan" / "case.ipynb"
    data = template.with_name("données.csv")
    changed_file = {"template": template, "date": session / "session.yaml"}.get(what)
    sound = changed_file.read_text("utf-8") if changed_file else ""
    if what == "template":
        template.write_text(sound.replace("Calculez les ventes", "Donnez les ventes"), "utf-8")
    elif what == "date":
        (session / "session.yaml").write_text(sound.replace("2026-06-0", "2026-06-1"), "utf-8")
    elif what == "data":
        data.write_text("1")
    else:
        for path in (session / ".cache" / "produits").glob("*/0"):
            path.write_bytes(b"x")
    again = build_session(session, jobs=2)
    assert again.reused == {"template": 4, "data": 4, "date": 0, "damage": 0}[what]
    assert (snapshot(again.folder) == before) is (what in ("damage", "data"))
    data.unlink(missing_ok=True)
    if changed_file:
        changed_file.write_text(sound, "utf-8")
        build_session(session, jobs=2)


def test_restricted_files_are_for_their_owner_alone(built: Build, session: Path) -> None:
    for name in ("attribution.csv", "tirages.csv", "secret.key"):
        assert (session / name).stat().st_mode & 0o077 == 0, name
    rows = (session / "attribution.csv").read_text("utf-8").splitlines()
    assert rows[0] == "epreuve,partie,groupe,candidat,version,variant,copie"
    assert len(rows) == 5


def test_only_keeps_the_files_and_entries_of_the_other_epreuves(built: Build, session: Path) -> None:
    before = snapshot(built.folder)
    again = build_session(session, only=["E3"], jobs=1)
    assert snapshot(again.folder) == before
    manifest = read_manifest(again.folder)
    assert manifest is not None
    assert {entry.epreuve for entry in manifest.files} == {"E2", "E3"}


def test_an_epreuve_that_is_not_in_the_session_is_refused(session: Path) -> None:
    with pytest.raises(UnknownCode, match="E9"):
        build_session(session, only=["E9"])


def test_a_case_that_fails_leaves_the_previous_build_and_says_where(built: Build, session: Path) -> None:
    before = snapshot(built.folder)
    template = session.parent / "case_templates" / "mon-cas" / "case.ipynb"
    sound = template.read_text("utf-8")
    a_template(session.parent, changed({"2 * ventes]": "1 / 0]"}), slug="mon-cas")
    try:
        with pytest.raises(CaseFailed, match="cellule 5") as caught:
            build_session(session, jobs=2)
    finally:
        template.write_text(sound, "utf-8")
    assert "ZeroDivisionError" in str(caught.value)
    assert len(caught.value.findings) == 4
    assert snapshot(built.folder) == before
    kept = sorted(path.name for path in (session / "echecs").iterdir())
    assert kept == [f"JUIN-2026-E2-{name}.ipynb" for name in ("P1", "P2", "S1", "S2")]
    assert not list(session.glob(".build-*"))


@pytest.mark.parametrize(
    ("change", "extra", "said"),
    [
        ({}, ["%%question Q1 CE1.1=1\nEncore ?"], "existe déjà"),
        ({"%%corrige Q1": "%%accepte Q1"}, [], "corrigé"),
        ({"(annexe A1)": "(annexe A7)"}, [], "A7"),
        ({"CE1.1=4": "CE9.9=4"}, [], "CE9.9"),
        ({"%%corrige Q1\n": "%%corrige Q1\n{{ absent }}"}, [], "absent"),
        ({'total = attendu("Q1"': 'raise SystemExit\ntotal = attendu("Q1"'}, [], "cellule"),
    ],
)
def test_what_the_checks_of_a_template_refuse_is_not_built(
    session: Path, built: Build, change: dict[str, str], extra: list[str], said: str
) -> None:
    before = snapshot(built.folder)
    template = session.parent / "case_templates" / "mon-cas" / "case.ipynb"
    sound = template.read_text("utf-8")
    a_template(session.parent, changed(change, extra), slug="mon-cas")
    try:
        with pytest.raises(KitError, match=re.escape(said)) as caught:
            build_session(session)
    finally:
        template.write_text(sound, "utf-8")
    assert all(finding.where.file for finding in caught.value.findings)
    assert any(finding.where.cell for finding in caught.value.findings)
    assert snapshot(built.folder) == before


def test_points_that_do_not_add_up_stop_the_build(session: Path, built: Build) -> None:
    template = session.parent / "case_templates" / "mon-cas" / "case.ipynb"
    sound = template.read_text("utf-8")
    a_template(session.parent, changed({'points: "4"': 'points: "40"'}), slug="mon-cas")
    try:
        with pytest.raises(KitError, match="40"):
            build_session(session, only=["E2"])
    finally:
        template.write_text(sound, "utf-8")


def test_a_template_of_another_epreuve_is_refused(session: Path, built: Build) -> None:
    config = session / "session.yaml"
    sound = config.read_text("utf-8")
    config.write_text(sound.replace("template: mon-plan", "template: mon-cas"), "utf-8")
    try:
        with pytest.raises(InvalidFile, match="E3"):
            build_session(session)
    finally:
        config.write_text(sound, "utf-8")


def test_a_kept_file_that_was_changed_is_refused(built: Build, session: Path) -> None:
    kept = session / "build" / "candidats/E2/principal-1/JUIN-2026-E2-P1-sujet.pdf"
    sound = kept.read_bytes()
    kept.write_bytes(sound[:-2] + b"xx")
    try:
        with pytest.raises(InvalidFile, match="modifié"):
            build_session(session, only=["E3"])
    finally:
        kept.write_bytes(sound)


def set_aside(build: Build) -> list[str]:
    return [finding.message for finding in build.warnings if finding.code == "build.set_aside"]


def test_what_markers_put_in_a_build_stays_beside_a_grid_that_is_the_same(
    built: Build, session: Path
) -> None:
    notes = session / "build/correcteurs/E2/principal-1/notes.json"
    notes.write_text("{}", "utf-8")
    try:
        for only in ([], ["E3"]):
            again = build_session(session, only=only)
            assert notes.read_text("utf-8") == "{}"
            assert set_aside(again) == []
            assert not list((session / "build").glob("*/*/*/.*"))
    finally:
        notes.unlink()


def test_what_people_changed_in_a_build_is_set_aside(built: Build, session: Path) -> None:
    before = snapshot(session / "build")
    folder = session / "build/correcteurs/E2/principal-1"
    workbook = folder / "JUIN-2026-E2-P1-grille.xlsx"
    sound = workbook.read_bytes()
    workbook.write_bytes(b"des notes")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "grille.ipynb").touch()
    again = build_session(session)
    assert len(set_aside(again)) == 1
    aside = max((session / "mis-de-cote").iterdir(), key=lambda folder: int(folder.name))
    kept = aside / "correcteurs/E2/principal-1" / workbook.name
    assert kept.read_bytes() == b"des notes"
    assert kept.stat().st_mode & 0o077 == 0
    assert workbook.read_bytes() == sound
    assert snapshot(session / "build") == before


def test_notes_on_a_subject_that_is_no_more_are_set_aside(tmp_path: Path) -> None:
    folder = a_session(tmp_path, session=TWO_EPREUVES, inscriptions=INSCRIPTIONS)
    a_template(tmp_path, slug="mon-cas")
    template = a_template(tmp_path, changed({"epreuve: E2": "epreuve: E3"}), slug="mon-plan")
    build_session(folder)
    (folder / "build/correcteurs/E3/principal-1/notes.json").write_text("{}", "utf-8")
    template.write_text(
        template.read_text("utf-8").replace("Calculez les ventes", "Donnez les ventes"), "utf-8"
    )
    again = build_session(folder)
    assert len(set_aside(again)) == 1
    assert (folder / "mis-de-cote/1/correcteurs/E3/principal-1/notes.json").exists()
    assert not (folder / "build/correcteurs/E3/principal-1/notes.json").exists()


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_file_or_a_link_named_build_is_never_replaced(what: str, built: Build, session: Path) -> None:
    build, elsewhere = session / "build", session / "ailleurs"
    build.rename(elsewhere)
    if what == "file":
        build.write_text("à moi", "utf-8")
    else:
        build.symlink_to(elsewhere)
    before = snapshot(elsewhere)
    try:
        with pytest.raises(InvalidFile, match="build"):
            build_session(session)
        assert build.is_symlink() if what == "link" else build.read_text("utf-8") == "à moi"
        assert snapshot(elsewhere) == before
    finally:
        build.unlink()
        elsewhere.rename(build)


def test_who_got_what_changes_with_the_build_or_not_at_all(
    built: Build, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (session / "attribution.csv").read_bytes()
    rows = session / "inscriptions.csv"
    sound = rows.read_text("utf-8")
    rows.write_text(sound + "C2,E3,1\n", "utf-8")

    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    try:
        with monkeypatch.context() as patch:
            patch.setattr("kit.sessions.swap._put_in_place", refused)
            patch.setattr("kit.sessions.build._same", lambda *_: False)
            with pytest.raises(KitError):
                build_session(session)
        assert (session / "attribution.csv").read_bytes() == before
        build_session(session)
        assert (session / "attribution.csv").read_bytes().startswith(before[:60])
        assert (session / "attribution.csv").read_bytes() != before
    finally:
        rows.write_text(sound, "utf-8")


def test_whoever_opens_a_session_finishes_an_exchange_cut_short(built: Build, session: Path) -> None:
    from kit.sessions.opening import open_session

    before = snapshot(session / "build")
    (session / "build").rename(session / ".build-old-00000000-build")
    open_session(session)
    assert snapshot(session / "build") == before


def test_an_epreuve_can_leave_a_session_and_come_back(built: Build, session: Path) -> None:
    config, rows = session / "session.yaml", session / "inscriptions.csv"
    sound, registered = config.read_text("utf-8"), rows.read_text("utf-8")
    draws = (session / "tirages.csv").read_text("utf-8")
    config.write_text(sound[: sound.index("  E3:")], "utf-8")
    rows.write_text(registered.replace("C1,E3,1\n", ""), "utf-8")
    try:
        assert {entry.epreuve for entry in build_session(session).files} == {"E2"}
    finally:
        config.write_text(sound, "utf-8")
        rows.write_text(registered, "utf-8")
    build_session(session)
    assert (session / "tirages.csv").read_text("utf-8") == draws


def test_the_checks_of_a_session_see_its_templates(session: Path) -> None:
    from kit.sessions.opening import open_session
    from kit.sessions.variants import check_cases

    assert check_cases(open_session(session)) == []
    config = session / "session.yaml"
    sound = config.read_text("utf-8")
    broken = sound.replace("template: mon-plan", "template: absent", 1).replace(
        "duration: 60", "duration: 45", 1
    )
    config.write_text(broken, "utf-8")
    try:
        codes = {finding.code for finding in check_cases(open_session(session))}
    finally:
        config.write_text(sound, "utf-8")
    assert codes == {"case.not_found", "build.duration"}
