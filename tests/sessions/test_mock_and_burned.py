"""Mock exams leave exams alone; a burned form is never drawn for an exam again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

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
from kit.sessions.seeds import obtain_secret
from kit.sessions.variants import check_cases, session_variants
from tests.commands import run

E2 = "e2-recommandations-strategiques"
E8 = "e8-communication-commerciale"
EPREUVES = ("E2", "E8")


def a_new(folder: Path, *, mock: bool = False) -> Session:
    (folder / "kit.yaml").write_text("", "utf-8")
    found = new_session(folder / "juin")
    config = found / "session.yaml"
    if mock:
        config.write_text(f"mock: true\n{config.read_text('utf-8')}", "utf-8")
    return open_session(found)


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
