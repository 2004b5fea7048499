"""The copies of a session: numbers, no name, an order of one's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kit.errors import InvalidFile
from kit.marking.copies import CopyKey, copies_of, copy_grid, find_copy, holder_of, markers_of, session_copies
from kit.sessions.opening import open_session
from tests.builders import E1, SESSION
from tests.marking.sessions import NAMES, a_session_to_mark, copies_in

SECRET = bytes(range(32))


def test_a_copy_says_its_number_and_its_subject_and_nobody_s_name(tmp_path: Path) -> None:
    session = a_session_to_mark(tmp_path)
    copies = session_copies(session)
    assert len(copies) == 3 + 2 + 3
    assert not any(name in repr(copies) for name in NAMES)
    written = copies_in(session, "E2", "ecrit")
    assert all(copy.hides_names and copy.members == () for copy in written)
    assert {holder_of(session, copy.key).candidate for copy in written} == {"C1", "C2", "C3"}


def test_a_group_s_copy_names_its_members(tmp_path: Path) -> None:
    session = a_session_to_mark(tmp_path)
    assert sorted(copy.members for copy in copies_in(session, "E1", "dossier")) == [("C1", "C2"), ("C3",)]


def test_a_number_stands_for_one_copy_of_an_epreuve(tmp_path: Path) -> None:
    session = a_session_to_mark(tmp_path)
    numbers = [copy.key.number for copy in session_copies(session) if copy.key.epreuve == "E1"]
    assert len(set(numbers)) == len(numbers) == 5
    assert find_copy(session, "E1", numbers[0]).key.number == numbers[0]
    with pytest.raises(InvalidFile, match="pas de copie"):
        find_copy(session, "E1", 1)


def test_the_order_is_stable_and_another_for_each_marker(tmp_path: Path) -> None:
    candidates = "id,nom,prenom,naissance,email,voie,centre\n" + "".join(
        f"C{n},Nom{n},P,,,,\n" for n in range(30)
    )
    inscriptions = "candidat,epreuve,tentative\n" + "".join(f"C{n},E2,1\n" for n in range(30))
    session = a_session_to_mark(
        tmp_path, candidats=candidates, inscriptions=inscriptions, groupes="epreuve,groupe,candidat\n"
    )
    first, second = copies_of(session, "P1", SECRET), copies_of(session, "P2", SECRET)
    assert set(first) == set(second)
    assert first != second
    assert first != tuple(sorted(first, key=lambda copy: copy.key))
    assert first == copies_of(open_session(session.root), "P1", SECRET)


def test_copies_come_part_by_part(tmp_path: Path) -> None:
    copies = copies_of(a_session_to_mark(tmp_path), "P1", SECRET)
    places = [(copy.key.epreuve, copy.key.part) for copy in copies]
    assert places == [("E1", "dossier")] * 2 + [("E1", "synthese")] * 3 + [("E2", "ecrit")] * 3


def test_the_grid_of_a_copy_has_the_lines_of_its_part(tmp_path: Path) -> None:
    session = a_session_to_mark(tmp_path)
    dossier, synthese = copies_in(session, "E1", "dossier")[0], copies_in(session, "E1", "synthese")[0]
    assert [line.key for line in copy_grid(session.root, dossier).lines] == ["CE1.1@dossier", "CE1.2@dossier"]
    assert [line.key for line in copy_grid(session.root, synthese).lines] == ["CE1.1@synthese"]


def test_without_a_build_the_grid_is_asked_for(tmp_path: Path) -> None:
    session = a_session_to_mark(tmp_path)
    copy = copies_in(session, "E2", "ecrit")[0]
    (session.root / copy.grid).unlink()
    with pytest.raises(InvalidFile, match="kit build"):
        copy_grid(session.root, copy)


def test_an_absent_candidate_has_no_copy_and_a_group_needs_one_present(tmp_path: Path) -> None:
    presences = (
        "epreuve,partie,candidat,etat,version,incident\n"
        "E2,ecrit,C1,absent_unexcused,,\nE1,dossier,C1,absent_excused,,\nE1,dossier,C3,exempt,,\n"
    )
    session = a_session_to_mark(tmp_path, presences=presences)
    assert len(copies_in(session, "E2", "ecrit")) == 2
    assert [copy.members for copy in copies_in(session, "E1", "dossier")] == [("C1", "C2")]


def test_the_version_handed_out_on_the_day_is_the_one_marked(tmp_path: Path) -> None:
    presences = "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C2,present,secours,\n"
    both = (SESSION + E1).replace("versions: [principal]", "versions: [principal, secours]")
    session = a_session_to_mark(tmp_path, presences=presences, session=both)
    versions = {
        holder_of(session, copy.key).candidate: copy.version for copy in copies_in(session, "E2", "ecrit")
    }
    assert versions == {"C1": "principal", "C2": "secours", "C3": "principal"}


def test_a_marker_given_some_candidates_has_their_copies_only(tmp_path: Path) -> None:
    affectations = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,C1\nP2,correcteur,E2,1,C2\nP2,correcteur,E2,2,C1\n"
    session = a_session_to_mark(tmp_path, affectations=affectations)
    (mine,) = copies_of(session, "P1", SECRET)
    assert holder_of(session, mine.key).candidate == "C1"
    assert markers_of(session, mine.key) == {1: "P1", 2: "P2"}


def test_who_is_named_for_a_candidate_comes_before_who_has_them_all(tmp_path: Path) -> None:
    affectations = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\nP2,correcteur,E2,1,C2\n"
    session = a_session_to_mark(tmp_path, affectations=affectations)
    found = {
        holder_of(session, copy.key).candidate: markers_of(session, copy.key)
        for copy in copies_in(session, "E2", "ecrit")
    }
    assert found == {"C1": {1: "P1"}, "C2": {1: "P2"}, "C3": {1: "P1"}}


def test_an_oral_is_the_examiner_s_and_what_is_written_the_corrector_s(tmp_path: Path) -> None:
    affectations = "intervenant,role,epreuve,rang,candidat\nP1,examinateur,E1,1,\nP2,correcteur,E1,1,\n"
    session = a_session_to_mark(tmp_path, affectations=affectations)
    (copy,) = (
        one for one in session_copies(session) if one.key == copies_in(session, "E1", "synthese")[0].key
    )
    assert markers_of(session, copy.key) == {1: "P2"}
    plan = session.config.epreuves["E1"]
    oral = plan.model_copy(
        update={"parts": tuple(part.model_copy(update={"mode": "oral"}) for part in plan.parts)}
    )
    config = session.config.model_copy(update={"epreuves": {"E1": oral}})
    assert markers_of(dataclasses.replace(session, config=config), copy.key) == {1: "P1"}


@pytest.mark.parametrize(
    ("marker", "words"), [("P9", "personne ne corrige"), ("P404", "personne ne corrige")]
)
def test_somebody_who_marks_nothing_is_told(tmp_path: Path, marker: str, words: str) -> None:
    with pytest.raises(InvalidFile, match=f"(?i){words}"):
        copies_of(a_session_to_mark(tmp_path), marker, SECRET)


def test_a_copy_that_is_not_there_has_no_holder(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile):
        holder_of(a_session_to_mark(tmp_path), CopyKey("E2", "ecrit", 1))
