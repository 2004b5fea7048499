"""Mock exams leave exams alone; a burned form is never drawn for an exam again."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kit.authoring.approving import approve
from kit.cases import find_template, load_template
from kit.cases.burned import FILE, Burned, burn, burned_forms, read_burned
from kit.cases.uses import use_of_seed
from kit.errors import AuthorError, InvalidFile, KitError, MarkingError
from kit.jury.papers import stamp_of
from kit.jury.signing import sign
from kit.marking.store_address import session_book
from kit.sessions.build import build_session
from kit.sessions.issuing import issue_session
from kit.sessions.manifest import read_manifest
from kit.sessions.new import new_session
from kit.sessions.opening import Session, check_session, open_session
from kit.sessions.register import Imprint
from kit.sessions.seeds import obtain_secret, seed_of
from kit.sessions.uses import session_stamp
from kit.sessions.variants import check_cases, session_variants
from tests.builders import a_session
from tests.case_builders import a_template, changed
from tests.commands import run

E2 = "e2-recommandations-strategiques"
E8 = "e8-communication-commerciale"
EPREUVES = ("E2", "E8")


def a_new(folder: Path, *, mock: bool = False) -> Session:
    (folder / "kit.yaml").write_text("", "utf-8")
    return open_session(new_session(folder / "juin", mock=mock))


def forms(session: Session, epreuve: str) -> set[tuple[str, str]]:
    drawn = session_variants(session, obtain_secret(session.root), [epreuve])
    return {item for variant in drawn for item in variant.drawn.forms.items()}


def test_a_mock_exam_shares_no_form_and_no_seed_with_an_exam(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    exam, mock = a_new(tmp_path / "a"), a_new(tmp_path / "b", mock=True)
    secret = obtain_secret(exam.root)
    uses = {}
    for session in (exam, mock):
        drawn = session_variants(session, secret, EPREUVES)
        assert len(drawn) > 2
        uses[session.config.mock] = {use_of_seed(variant.drawn.seed) for variant in drawn}
        assert len({variant.drawn.seed for variant in drawn}) == len(drawn)
    assert uses == {False: {"exam"}, True: {"mock"}}
    for epreuve in EPREUVES:
        assert forms(exam, epreuve) & forms(mock, epreuve) == set()


def test_a_mock_exam_is_stamped_and_is_neither_issued_nor_signed(tmp_path: Path) -> None:
    session = a_new(tmp_path, mock=True)
    build_session(session.root, only=["E8"])
    manifest = read_manifest(session.root / "build")
    assert manifest is not None
    texts = [
        (session.root / "build" / entry.path).read_bytes()
        for entry in manifest.files
        if entry.path.endswith(".docx") and entry.audience == "candidate"
    ]
    assert texts
    assert stamp_of(session) == "EXAMEN BLANC"
    with pytest.raises(AuthorError, match="examen blanc"):
        issue_session(session.root, date(2026, 6, 1))
    with pytest.raises(MarkingError, match="examen blanc"):
        sign(session, session_book(session), [])


def test_a_burned_form_is_never_drawn_again(tmp_path: Path) -> None:
    session = a_new(tmp_path)
    both = {*load_template(find_template(E2)).forms("examen")["D2"]}
    drawn = {form for dossier, form in forms(session, "E2") if dossier == "D2"}
    assert len(both) == 2
    assert len(drawn) == 1
    code, told = run(
        "case", "burn", E2, "D2", *drawn, "--reason", "Publiée par un candidat", "--on", "2026-06-30"
    )
    assert code == 0, told
    assert {form for dossier, form in forms(session, "E2") if dossier == "D2"} == both - drawn


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_WORKSPACE", str(tmp_path))


def test_a_dossier_without_a_form_left_is_named_before_anything_is_built(tmp_path: Path) -> None:
    session = a_new(tmp_path)
    alone = {"epreuves": {"E2": session.config.epreuves["E2"]}}
    session = replace(session, config=session.config.model_copy(update=alone))
    template = load_template(find_template(E2))
    for form in template.forms("examen")["D2"]:
        burn(tmp_path, template, Burned(E2, "D2", form, "Fuite", date(2026, 6, 30)))
    found = [(finding.code, finding.fields["dossier"]) for finding in check_cases(session)]
    assert found == [("case.nothing_left", "D2")]
    with pytest.raises(KitError, match="D2"):
        session_variants(session, obtain_secret(session.root), ["E2"])
    assert check_cases(a_mock(session)) == []


def a_mock(session: Session) -> Session:
    return replace(session, config=session.config.model_copy(update={"mock": True}))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("D2", "z"), "formes d’examen de ce dossier"),
        (("D2", "p"), "formes d’examen de ce dossier"),
        (("D9", "a"), "ses dossiers"),
        (("D2", "a", "--reason", " "), "raison"),
    ],
)
def test_what_cannot_be_burned_is_told(words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    reason = () if "--reason" in words else ("--reason", "Fuite")
    exit_code, told = run("case", "burn", E2, *words, *reason)
    assert exit_code in (1, 2)
    assert code in told.lower().replace("\u00a0", " ")
    assert not (tmp_path / FILE).exists()


def test_a_form_is_burned_once_and_the_list_keeps_its_rows(tmp_path: Path) -> None:
    template = load_template(find_template(E8))
    form = template.forms("examen")["D1"][0]
    new = Burned(E8, "D1", form, "Copie publiée; « en ligne »", date(2026, 5, 2))
    burn(tmp_path, template, new)
    assert read_burned(tmp_path) == (new,)
    assert burned_forms(tmp_path, E8) == {("D1", form)}
    assert burned_forms(tmp_path, E2) == frozenset()
    with pytest.raises(AuthorError, match="02/05/2026"):
        burn(tmp_path, template, new)


def test_a_list_that_cannot_be_read_is_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        f"modele,dossier,forme,raison,date\n{E2},D2,a,x,hier\n,D2,a,x,2026-01-01\n", "utf-8"
    )
    with pytest.raises(InvalidFile) as refused:
        read_burned(tmp_path)
    assert [(finding.code, finding.where.line) for finding in refused.value.findings] == [
        ("burned.row", 2),
        ("burned.row", 3),
    ]


def test_a_new_session_is_no_mock_exam(tmp_path: Path) -> None:
    session = a_new(tmp_path)
    assert not session.config.mock
    assert check_session(session.root) == []


# What follows guards the wall where somebody changes a file or a day between two acts.

SMALL = """\
id: "JUIN-2026"
centre: Lyon
timezone: Europe/Paris
referentiel: petit-titre
{more}
epreuves:
  E2: {{template: petit-cas, id: ecrit, mode: surveille, date: 2026-06-08, start: "09:00", duration: 60,
       anonymous: true, parameters: {{sector: bois}}}}
"""
ONE = "candidat,epreuve,tentative\nC1,E2,1\n"
PRACTICE = (
    '%%dossier D1 "Ventes" forme=p pool=entrainement points=4\nVoir l’annexe A1.',
    "%%question Q1 CE1.1=4\nCalculez le total des ventes (annexe A1).",
    'total = attendu("Q1", 3 * ventes, label="Ventes totales", unit="€", places=0, formula="somme")',
    "%%corrige Q1\nLe total est de {{ total }}.",
    "%%indicateurs Q1 CE1.1\n- Le total est juste.",
)
SECOND = tuple(cell.replace("forme=p pool=entrainement", "forme=b") for cell in PRACTICE)


def a_small(folder: Path, more: str = "") -> Path:
    """Return a session of one subject whose dossier has two exam forms and a practice one, approved."""
    path = a_template(folder, changed({}, (*SECOND, *PRACTICE)))
    made = a_session(folder, session=SMALL.format(more=more), inscriptions=ONE)
    approve(path, "Directrice", date(2026, 5, 4), folder)
    return made


def imprint(session: Path) -> Imprint:
    path = session / "build/correcteurs/E2/principal-1/empreinte.json"
    return Imprint.model_validate_json(path.read_bytes())


def reset(session: Path, more: str = "") -> None:
    (session / "session.yaml").write_text(SMALL.format(more=more), "utf-8")


def test_subjects_of_a_mock_exam_certify_nothing_even_once_the_session_says_otherwise(tmp_path: Path) -> None:
    folder = a_small(tmp_path, "mock: true")
    build_session(folder)
    assert (imprint(folder).use, imprint(folder).forms) == ("mock", {"D1": "p"})
    reset(folder)
    with pytest.raises(InvalidFile, match="examen blanc"):
        issue_session(folder, date(2026, 6, 1))
    session = open_session(folder)
    with pytest.raises(MarkingError, match="certifie rien"):
        sign(session, session_book(session), [])
    build_session(folder)
    assert imprint(folder).use == "exam"
    assert imprint(folder).forms["D1"] in ("a", "b")
    assert issue_session(folder, date(2026, 6, 1))[0] == 1


def test_every_document_of_a_mock_exam_says_so(tmp_path: Path) -> None:
    folder = a_small(tmp_path, "mock: true")
    assert build_session(folder).warnings == ()
    papers = sorted((folder / "build").rglob("*.docx"))
    assert len(papers) == 1
    assert "EXAMEN BLANC" in text_of(papers[0])
    assert session_stamp(open_session(folder)) == "EXAMEN BLANC"
    reset(folder, "mock: true\ndemo: true")
    build_session(folder, cache=False)
    assert "EXAMEN BLANC" not in text_of(papers[0])
    assert "DÉMONSTRATION" in text_of(papers[0])


def test_a_case_that_is_not_approved_still_says_so_in_a_mock_exam(tmp_path: Path) -> None:
    folder = a_small(tmp_path, "mock: true")
    a_template(tmp_path, changed({"Un petit cas": "Un autre"}, (*SECOND, *PRACTICE)))
    assert [finding.code for finding in build_session(folder).warnings] == ["approval.draft"]
    (paper,) = (folder / "build").rglob("*.docx")
    assert "EXAMEN BLANC · PROJET" in text_of(paper)


def test_the_seed_of_a_mock_exam_says_nothing_of_the_exam_of_the_same_secret() -> None:
    secret = bytes(range(32))
    asked = ("JUIN", "E2", "principal", 1, 1)
    exam, mock = seed_of(secret, *asked), seed_of(secret, *asked, "mock")
    assert (use_of_seed(exam), use_of_seed(mock)) == ("exam", "mock")
    assert mock % 2**61 != exam % 2**61


def test_a_mock_exam_is_no_rattrapage(tmp_path: Path) -> None:
    resits = f'mock: true\nresits: {{session: MARS-2026, deliberated: 2026-03-30, pv: "{"0" * 64}"}}'
    found = check_session(a_small(tmp_path, resits))
    assert "session.mock_resits" in {finding.code for finding in found}


def test_a_new_mock_exam_is_one(tmp_path: Path) -> None:
    assert run("session", "new", tmp_path / "blanc", "--mock")[0] == 0
    assert open_session(tmp_path / "blanc").config.mock
    assert check_session(tmp_path / "blanc") == []


def test_a_template_without_practice_forms_gives_no_mock_exam(tmp_path: Path) -> None:
    folder = a_small(tmp_path, "mock: true")
    a_template(tmp_path)
    found = check_cases(open_session(folder))
    assert [(finding.code, finding.fields["pool"]) for finding in found] == [
        ("case.nothing_drawn", "entrainement")
    ]


def test_a_form_burned_before_the_exam_is_replaced_and_what_was_built_with_it_is_not_issued(
    tmp_path: Path,
) -> None:
    folder = a_small(tmp_path)
    build_session(folder)
    given = imprint(folder).forms["D1"]
    template = load_template(find_template("petit-cas", tmp_path))
    burn(tmp_path, template, Burned("petit-cas", "D1", given, "Fuite", date(2026, 6, 8)))
    with pytest.raises(InvalidFile, match="grillées"):
        issue_session(folder, date(2026, 6, 8))
    build_session(folder)
    assert {given, imprint(folder).forms["D1"]} == {"a", "b"}
    assert issue_session(folder, date(2026, 6, 8))[0] == 1


def test_an_exam_that_was_sat_before_its_form_was_published_is_built_again_as_it_was(tmp_path: Path) -> None:
    """Its copies are being marked on the grid of that form."""
    folder = a_small(tmp_path)
    build_session(folder)
    before = imprint(folder)
    template = load_template(find_template("petit-cas", tmp_path))
    new = Burned("petit-cas", "D1", before.forms["D1"], "Publié après l’épreuve", date(2026, 6, 9))
    burn(tmp_path, template, new)
    build_session(folder, cache=False)
    assert imprint(folder) == before


def test_a_list_with_a_slip_keeps_every_exam_from_being_drawn_and_no_mock_exam(tmp_path: Path) -> None:
    folder = a_small(tmp_path)
    (tmp_path / FILE).write_text(
        "modele,dossier,forme,raison,date\npetit-ca,D1,a,Fuite,2026-06-01\n", "utf-8"
    )
    session = open_session(folder)
    assert [(finding.code, finding.where.line) for finding in check_cases(session)] == [("case.not_found", 2)]
    with pytest.raises(InvalidFile, match="petit-cas"):
        build_session(folder)
    assert check_cases(a_mock(session)) == []


def test_a_register_written_before_uses_were_told_is_an_exam_s() -> None:
    assert Imprint.model_fields["use"].default == "exam"


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        parts = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    return "\n".join(parts).replace("\u00a0", " ")
