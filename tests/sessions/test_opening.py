"""Opening a session: what stands is read, and everything that does not is told at once, with its place."""

import os
from datetime import date, datetime, time
from pathlib import Path

import pytest

from kit.errors import Finding, InvalidFile, Severity
from kit.sessions.opening import check_session, examine_session, open_session
from kit.sessions.seeds import create_secret
from tests.builders import CANDIDATES, E1, REGISTRATIONS, SESSION, a_referentiel, a_session

GROUPS = "epreuve,groupe,candidat\nE1,G1,C1\nE1,G1,C2\nE1,G2,C3\n"
WITH_E1 = REGISTRATIONS + "C1,E1,1\nC2,E1,1\nC3,E1,1\n"


def problems(folder: Path) -> list[tuple[str, str | None, int | None, str | None]]:
    """Return code, file, line and field of all errors of a session that must not open."""
    with pytest.raises(InvalidFile) as caught:
        open_session(folder)
    return [_brief(finding) for finding in caught.value.findings]


def remarks(folder: Path) -> list[tuple[str, str | None, int | None, str | None]]:
    """Return code, file, line and field of the warnings and information of a session that opens."""
    return [_brief(finding) for finding in open_session(folder).warnings]


def _brief(finding: Finding) -> tuple[str, str | None, int | None, str | None]:
    assert finding.message
    assert finding.remedy
    return (finding.code, finding.where.file, finding.where.line, finding.where.field)


def test_a_sound_session_opens_without_a_word(tmp_path):
    session = open_session(a_session(tmp_path))
    assert session.warnings == ()
    assert session.config.id == "JUIN-2026"
    assert session.workspace == tmp_path
    assert [row.id for row in session.candidates] == ["C1", "C2", "C3"]
    assert session.candidate("C1").birth_date == date(2003, 2, 11)
    assert session.candidate("C2").email is None
    assert [row.attempt for row in session.registered("E2")] == [1, 1, 1]
    part = session.config.epreuves["E2"].parts[0]
    assert (part.date, part.start, part.duration) == (date(2026, 6, 8), time(9), 240)
    assert part.ends == datetime(2026, 6, 8, 13, 0)  # noqa: DTZ001 - local to the centre
    assert session.is_anonymous("E2", "ecrit")
    assert session.reglement.slug == "exemple"


def test_the_text_form_of_a_session_names_nobody(tmp_path):
    assert "Abitbol" not in repr(open_session(a_session(tmp_path)))


def test_semicolons_a_byte_order_mark_and_accents_are_read(tmp_path):
    folder = a_session(tmp_path)
    text = CANDIDATES.replace(",", ";")
    (folder / "candidats.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert open_session(folder).candidate("C3").last_name == "Le Cœur"


@pytest.mark.parametrize(
    "parts",
    [
        'mode: surveille\n    date: 2026-06-08\n    start: "09:00"\n    duration: 240',
        "id: ecrit\n    mode: surveille\n    date: 2026-06-08\n    start: 9:00\n    duration: 4:00",
        "parts:\n      mode: surveille\n      date: 2026-06-08\n      start: 09h00\n      duration: 4 h 00",
        "parts:\n      - {mode: surveille, date: 08/06/2026, start: 9:00, duration: 4h}",
    ],
)
def test_a_single_part_may_be_written_in_short_form(tmp_path, parts):
    text = SESSION.split("    parts:")[0] + f"    {parts}\n"
    part = open_session(a_session(tmp_path, session=text)).config.epreuves["E2"].parts[0]
    assert (part.id, part.date, part.start, part.duration) == ("ecrit", date(2026, 6, 8), time(9), 240)


def test_an_afternoon_hour_without_quotes_is_read_as_written(tmp_path):
    text = SESSION.replace('start: "09:00"', "start: 14:30")
    part = open_session(a_session(tmp_path, session=text)).config.epreuves["E2"].parts[0]
    assert part.start == time(14, 30)


@pytest.mark.parametrize("start", ["1400", "14", "true", '"25:00"', '"9"', "[]"])
def test_a_start_that_is_not_an_hour_is_refused(tmp_path, start):
    text = SESSION.replace('start: "09:00"', f"start: {start}")
    assert problems(a_session(tmp_path, session=text)) == [
        ("session.value.time", "session.yaml", 14, "epreuves.E2.parts.0.start")
    ]


def test_a_problem_of_the_short_form_has_the_line_and_the_name_the_author_wrote(tmp_path):
    head = SESSION.split("    parts:")[0]
    text = head + '    mode: surveille\n    date: 2026-06-31x\n    start: "09:00"\n    duration: zéro\n'
    assert problems(a_session(tmp_path, session=text)) == [
        ("session.value.date", "session.yaml", 11, "epreuves.E2.date"),
        ("session.value.duration", "session.yaml", 13, "epreuves.E2.duration"),
    ]


def test_all_the_problems_of_all_files_come_at_once(tmp_path):
    folder = a_session(
        tmp_path,
        session=SESSION.replace("Europe/Paris", "Europe/Pari").replace("variants: 2", "variants: 0"),
        candidats=CANDIDATES + "C4,,Léa,2001-02-31,,,\n",
        inscriptions="candidat,epreuve\nC1,E2\n",
        presences="epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,malade,,\n",
    )
    found = problems(folder)
    assert ("session.value.timezone", "session.yaml", 3, "timezone") in found
    assert ("session.value.count", "session.yaml", 9, "epreuves.E2.variants") in found
    assert ("session.cell.empty", "candidats.csv", 5, "nom") in found
    assert ("session.value.date", "candidats.csv", 5, "naissance") in found
    assert ("csv.missing_columns", "inscriptions.csv", 1, None) in found
    assert ("field.choice", "presences.csv", 2, "etat") in found
    assert len(found) == 6


def test_rows_that_name_what_does_not_exist_are_told_with_line_and_column(tmp_path):
    folder = a_session(
        tmp_path,
        inscriptions=REGISTRATIONS + "C9,E2,1\nC1,E3,1\n",
        groupes="epreuve,groupe,candidat\nE9,G1,C1\nE2,G1,C8\n",
        intervenants="id,nom,role,qualite,externe,centre\nP1,Ana,correctrice,,oui,\n",
        affectations="intervenant,role,epreuve,rang,candidat\nP2,correcteur,E2,1,\nP1,correcteur,E4,1,C7\n",
        presences="epreuve,partie,candidat,etat,version,incident\nE2,oral,C1,present,,\nE2,ecrit,C9,present,secours,\n",
    )
    assert sorted(problems(folder)) == sorted([
        ("session.candidate.unknown", "inscriptions.csv", 5, "candidat"),
        ("session.epreuve.unplanned", "inscriptions.csv", 6, "epreuve"),
        ("session.epreuve.unplanned", "groupes.csv", 2, "epreuve"),
        ("session.candidate.unknown", "groupes.csv", 3, "candidat"),
        ("session.person.unknown", "affectations.csv", 2, "intervenant"),
        ("session.epreuve.unplanned", "affectations.csv", 3, "epreuve"),
        ("session.candidate.unknown", "affectations.csv", 3, "candidat"),
        ("part.unknown", "presences.csv", 2, "partie"),
        ("session.candidate.unknown", "presences.csv", 3, "candidat"),
        ("session.version.unplanned", "presences.csv", 3, "version"),
    ])  # fmt: skip


def test_an_unknown_candidate_is_answered_with_the_id_that_differs_by_zeros_or_case(tmp_path):
    folder = a_session(tmp_path, inscriptions=REGISTRATIONS + "c001,E2,1\n")
    with pytest.raises(InvalidFile) as caught:
        open_session(folder)
    assert "C1" in caught.value.findings[0].remedy


def test_a_candidate_whose_row_is_wrong_is_not_unknown_elsewhere(tmp_path):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("2003-02-11", "2003-02-30"))
    assert problems(folder) == [("session.value.date", "candidats.csv", 2, "naissance")]


def test_candidates_that_cannot_be_read_do_not_make_every_row_wrong(tmp_path):
    folder = a_session(tmp_path)
    (folder / "candidats.csv").write_bytes(CANDIDATES.encode("latin-1", "replace"))
    assert problems(folder) == [("file.encoding", "candidats.csv", 2, None)]


def test_repeated_rows_and_ids_name_the_first_line(tmp_path):
    folder = a_session(
        tmp_path,
        candidats=CANDIDATES + "c1,Double,Dan,,,,\n",
        inscriptions=REGISTRATIONS + "C1,E2,2\n",
        presences="epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,present,,\nE2,ecrit,C1,exempt,,\n",
    )
    with pytest.raises(InvalidFile) as caught:
        open_session(folder)
    assert [(f.code, f.where.line, f.fields["first"]) for f in caught.value.findings] == [
        ("session.row.id_twice", 5, 2), ("session.row.twice", 5, 2), ("session.row.twice", 3, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "bad", ["a b", "é1", "../x", "C1.", "x" * 41, "=1+1", "-C1", "C\u202e1", "nul", "COM1.a"]
)
def test_an_id_that_could_not_name_a_file_is_refused(tmp_path, bad):
    folder = a_session(tmp_path, candidats=CANDIDATES + f'"{bad}",Nom,Prénom,,,,\n')
    assert problems(folder) == [("session.value.id", "candidats.csv", 5, "id")]


def test_a_name_that_looks_like_a_formula_is_kept_as_text_with_a_warning(tmp_path):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("Abitbol", "=1+1"))
    assert remarks(folder) == [("session.cell.formula", "candidats.csv", 2, "nom")]
    assert open_session(folder).candidate("C1").last_name == "=1+1"


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x07", "\u2066"])
def test_a_character_that_shows_nothing_is_refused_in_a_name(tmp_path, hidden):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("Abitbol", f"Abit{hidden}bol"))
    assert problems(folder) == [("session.value.hidden", "candidats.csv", 2, "nom")]


def test_a_name_on_two_lines_is_refused_and_an_incident_on_two_lines_is_not(tmp_path):
    rows = 'epreuve,partie,candidat,etat,version,incident\nE2,ecrit,C1,present,,"Retard.\nFin à 13 h 10."\n'
    folder = a_session(tmp_path, presences=rows)
    assert open_session(folder).attendances[0].incident == "Retard.\nFin à 13 h 10."
    folder = a_session(tmp_path, presences=rows, candidats=CANDIDATES.replace("Abitbol", '"Abit\nbol"'))
    assert problems(folder)[0] == ("session.value.hidden", "candidats.csv", 2, "nom")


def test_a_name_is_kept_in_composed_form_and_has_a_limit(tmp_path):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("Zoé", "Zoe\u0301"))
    assert open_session(folder).candidate("C1").first_name == "Zoé"
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("Zoé", "Z" * 201))
    assert problems(folder) == [("session.value.too_long", "candidats.csv", 2, "prenom")]


def test_a_birth_date_in_the_session_or_in_another_century_is_refused(tmp_path):
    rows = CANDIDATES.replace("2003-02-11", "08/06/2026").replace(
        "C2,d’Aubenas,Côme,,", "C2,d’Aubenas,Côme,1203-01-01,"
    )
    assert problems(a_session(tmp_path, candidats=rows)) == [
        ("session.candidate.birth", "candidats.csv", 2, "naissance"),
        ("session.candidate.birth", "candidats.csv", 3, "naissance"),
    ]


def test_odd_addresses_and_routes_are_only_remarked(tmp_path):
    rows = CANDIDATES.replace("zoe@example.org", "zoe").replace("formation", "parrainage")
    assert remarks(a_session(tmp_path, candidats=rows)) == [
        ("session.candidate.email", "candidats.csv", 2, "email"),
        ("session.candidate.route", "candidats.csv", 2, "voie"),
    ]


# Groups


def test_groups_are_read_with_their_members(tmp_path):
    session = open_session(a_session(tmp_path, session=SESSION + E1, inscriptions=WITH_E1, groupes=GROUPS))
    assert session.members("E1", "G1") == ("C1", "C2")
    assert session.group_of("E1")["C3"] == "G2"
    assert not session.is_anonymous("E1", "dossier")
    assert session.is_anonymous("E1", "synthese")


def test_a_candidate_in_two_groups_of_one_epreuve_is_refused(tmp_path):
    folder = a_session(tmp_path, session=SESSION + E1, inscriptions=WITH_E1, groupes=GROUPS + "E1,G2,C1\n")
    assert problems(folder) == [("session.group.twice", "groupes.csv", 5, "candidat")]


def test_a_group_epreuve_wants_a_group_for_each_candidate_and_members_who_are_registered(tmp_path):
    folder = a_session(
        tmp_path, session=SESSION + E1, inscriptions=REGISTRATIONS + "C1,E1,1\nC2,E1,1\n",
        groupes="epreuve,groupe,candidat\nE1,G1,C1\nE1,G1,C3\n",
    )  # fmt: skip
    assert problems(folder) == [
        ("session.candidate.unregistered", "groupes.csv", 3, "candidat"),
        ("session.group.missing", "groupes.csv", None, None),
    ]


def test_a_group_epreuve_carried_by_candidates_only_can_do_without_groups(tmp_path):
    text = SESSION + (
        "  E7:\n    template: nego\n    parts:\n"
        '      - {id: proposition, mode: depot, deadline: "2026-06-30T18:00"}\n'
        '      - {id: entretien, mode: oral, date: 2026-07-01, start: "09:00", slot: 45 min}\n'
    )
    folder = a_session(tmp_path, session=text, inscriptions=REGISTRATIONS + "C1,E7,1\n")
    assert remarks(folder) == [("session.group.missing", "groupes.csv", None, None)]


def test_groups_in_an_individual_epreuve_are_remarked(tmp_path):
    folder = a_session(tmp_path, groupes="epreuve,groupe,candidat\nE2,G1,C1\n")
    assert remarks(folder) == [("session.group.individual", "groupes.csv", None, None)]


# Markers and jury

PEOPLE = "id,nom,role,qualite,externe,centre\nP1,Ana,correctrice,,oui,\nP2,Bob,Président du jury,,,\n"
HEAD = "intervenant,role,epreuve,rang,candidat\n"


def test_roles_are_read_however_they_are_written_and_a_jury_must_say_who_is_external(tmp_path):
    folder = a_session(tmp_path, intervenants=PEOPLE)
    assert [person.role for person in open_session(folder).people] == ["correcteur", "jury_president"]
    assert remarks(folder) == [("session.person.external", "intervenants.csv", 3, "externe")]


def test_an_unknown_role_is_answered_with_the_roles(tmp_path):
    folder = a_session(tmp_path, intervenants=PEOPLE.replace("correctrice", "chef"))
    with pytest.raises(InvalidFile) as caught:
        open_session(folder)
    assert "examinateur" in caught.value.findings[0].remedy


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("P1,correcteur,,1,\n", [("session.assignment.epreuve", 2)]),
        ("P1,correcteur,E2,1,\nP1,correcteur,E2,2,\n", [("session.assignment.both_ranks", 3)]),
        ("P1,correcteur,E2,1,C1\nP1,correcteur,E2,2,\nP2,correcteur,E2,1,\n",
         [("session.assignment.both_ranks", 3)]),
        ("P1,correcteur,E2,1,\nP2,correcteur,E2,1,\n", [("session.assignment.same_rank", 3)]),
        ("P1,examinateur,E2,,C1\nP2,examinateur,E2,1,C1\n", [("session.assignment.same_rank", 3)]),
        ("P1,correcteur,E2,4,\n", [("field.range", 2)]),
        ("P1,correcteur,E2,1,\nP1,correcteur,E2,,\n", [("session.row.twice", 3)]),
    ],
)  # fmt: skip
def test_assignments_that_cannot_work_are_refused(tmp_path, rows, expected):
    folder = a_session(tmp_path, intervenants=PEOPLE.replace(",,,\n", ",,oui,\n"), affectations=HEAD + rows)
    assert [(code, line) for code, _, line, _ in problems(folder)] == expected


def test_one_person_may_mark_some_copies_first_and_others_second(tmp_path):
    rows = "P1,correcteur,E2,1,C1\nP1,correcteur,E2,2,C2\nP2,correcteur,E2,1,C2\nP2,correcteur,E2,2,C1\n"
    folder = a_session(tmp_path, intervenants=PEOPLE.replace(",,,\n", ",,oui,\n"), affectations=HEAD + rows)
    assert open_session(folder).warnings == ()


def test_who_is_named_for_a_candidate_may_stand_beside_who_has_them_all(tmp_path):
    rows = "P1,correcteur,E2,1,\nP2,correcteur,E2,1,C2\nP2,examinateur,E2,1,\n"
    folder = a_session(tmp_path, intervenants=PEOPLE.replace(",,,\n", ",,oui,\n"), affectations=HEAD + rows)
    assert open_session(folder).warnings == ()


def test_a_second_marker_without_a_first_is_remarked(tmp_path):
    folder = a_session(
        tmp_path,
        intervenants=PEOPLE.replace(",,,\n", ",,oui,\n"),
        affectations=HEAD + "P1,correcteur,E2,2,\n",
    )
    assert remarks(folder) == [("session.assignment.no_first", "affectations.csv", 2, "rang")]


# Schedule


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("- id: ecrit", "- id: oral", "part.unknown"),
        ("mode: surveille", "mode: depot", "session.part.needs"),
        ("duration: 4h00", "deadline: 2026-06-09T10:00", "session.part.needs"),
        ("duration: 4h00", "duration: 4h00\n        deadline: 2026-06-09T10:00", "session.part.excludes"),
        ("duration: 4h00", "slot: 30", "session.part.needs"),
        ("duration: 4h00", "duration: 0", "session.value.duration"),
        ("duration: 4h00", "duration: 4h75", "session.value.duration"),
        ("mode: surveille", "mode: oral", "session.part.needs"),
        ("mode: surveille", "mode: distanciel", "field.choice"),
        ("date: 2026-06-08", "date: 2026-02-30", "yaml.value"),
        ("  E2:", "  E12:", "epreuve.unknown"),
        ("template: mon-cas", "template: ../autre", "field.pattern"),
        ("versions: [principal]", "versions: [principal, principal]", "session.value.twice"),
        ("versions: [principal]", "versions: []", "session.value.none"),
        ("variants: 2", "variants: 5001", "field.range"),
        ("variants: 2", "variantes: 2", "field.unknown"),
        ("centre: Lyon", "centre: 69", "session.value.text"),
        ('id: "JUIN-2026"', "id: 2026", "session.value.id_quotes"),
        ("centre: Lyon", "centre: Lyon\nreglement: /etc/passwd", "session.value.path"),
        ("referentiel: petit-titre", "referentiel: petit-titres", "referentiel.unknown"),
        ("variants: 2", "variants: 2\n    parameters: {sector: [a]}", "session.value.scalar"),
    ],
)
def test_a_schedule_that_cannot_be_held_is_refused(tmp_path, old, new, code):
    assert old in SESSION
    folder = a_session(tmp_path, session=SESSION.replace(old, new))
    found = problems(folder)
    assert code in {item[0] for item in found}
    assert all(file == "session.yaml" and line for item, file, line, _ in found if item == code)


def test_each_part_of_an_epreuve_is_scheduled_once(tmp_path):
    text = SESSION + E1.replace("id: synthese", "id: dossier").replace("anonymous: true", "anonymous: false")
    folder = a_session(tmp_path, session=text)
    assert [code for code, *_ in problems(folder)] == ["session.part.missing", "session.part.twice"]


@pytest.mark.parametrize(
    ("epreuve", "parts", "code"),
    [
        ("E7", ('proposition, mode: depot, deadline: "2026-06-30T18:00"',
                'entretien, mode: depot, deadline: "2026-06-30T18:00"'), "session.part.mode_oral"),
        ("E5", ('conduite, mode: depot, deadline: "2026-06-30T18:00"',
                'rapport, mode: depot, deadline: "2026-06-30T18:00"'), "session.part.mode_observed"),
        ("E7", ('proposition, mode: depot, deadline: "2026-06-30T18:00"',
                'entretien, mode: oral, date: 2026-07-01, start: "09:00", slot: 30, anonymous: true'),
         "session.part.oral_anonymous"),
        ("E7", ('proposition, mode: depot, deadline: "2026-06-30T18:00", date: 2026-07-01, start: "09:00"',
                'entretien, mode: oral, date: 2026-07-01, start: "09:00", slot: 30'),
         "session.part.deadline_first"),
        ("E7", ('proposition, mode: depot, deadline: "2026-06-30T18:00+02:00"',
                'entretien, mode: oral, date: 2026-07-01, start: "09:00", slot: 30'),
         "session.value.moment_zone"),
        ("E7", ('proposition, mode: depot, deadline: "2026-06-30"',
                'entretien, mode: oral, date: 2026-07-01, start: "09:00", slot: 30'), "session.value.moment"),
    ],
)  # fmt: skip
def test_the_mode_of_a_part_lets_its_evidence_be_seen(tmp_path, epreuve, parts, code):
    lines = "".join(f"      - {{id: {part}}}\n" for part in parts)
    folder = a_session(tmp_path, session=SESSION + f"  {epreuve}:\n    template: cas\n    parts:\n{lines}")
    assert [item[0] for item in problems(folder)] == [code]


def test_parts_at_the_same_time_for_the_same_candidates_are_remarked(tmp_path):
    e3 = SESSION.split("epreuves:\n")[1].replace("E2", "E3").replace('"09:00"', '"12:30"')
    folder = a_session(tmp_path, session=SESSION + e3, inscriptions=REGISTRATIONS + "C1,E3,1\nC3,E3,1\n")
    (finding,) = open_session(folder).warnings
    assert finding.code == "session.part.overlap"
    assert finding.fields["candidates"] == ["C1", "C3"]


def test_parts_that_follow_one_another_or_share_nobody_do_not_overlap(tmp_path):
    e3 = SESSION.split("epreuves:\n")[1].replace("E2", "E3").replace('"09:00"', '"13:00"')
    folder = a_session(tmp_path, session=SESSION + e3, inscriptions=REGISTRATIONS + "C1,E3,1\n")
    assert remarks(folder) == []
    same_time = e3.replace('"13:00"', '"09:00"')
    alone = "candidat,epreuve,tentative\nC1,E2,1\nC2,E3,1\n"
    assert remarks(a_session(tmp_path, session=SESSION + same_time, inscriptions=alone)) == []


def test_what_is_odd_but_possible_in_a_schedule_is_only_remarked(tmp_path):
    text = SESSION.replace("        anonymous: true\n", "").replace('"09:00"', '"22:00"')
    assert [code for code, *_ in remarks(a_session(tmp_path, session=text))] == [
        "session.part.anonymous_unsaid", "session.part.past_midnight",
    ]  # fmt: skip
    text = SESSION + E1.replace('18:00"}', '18:00", anonymous: true}')
    folder = a_session(tmp_path, session=text, inscriptions=WITH_E1, groupes=GROUPS)
    assert [code for code, *_ in remarks(folder)] == ["session.part.group_anonymous"]
    assert not open_session(folder).is_anonymous("E1", "dossier")


# The folder as a whole


def test_a_folder_without_a_session_says_so(tmp_path):
    assert problems(tmp_path) == [("file.missing", "session.yaml", None, None)]


def test_only_session_yaml_is_needed(tmp_path):
    folder = a_session(tmp_path)
    (folder / "candidats.csv").unlink()
    (folder / "inscriptions.csv").unlink()
    assert open_session(folder).warnings == ()


def test_a_file_others_refer_to_must_be_there(tmp_path):
    folder = a_session(tmp_path, affectations=HEAD + "P1,correcteur,E2,1,\n")
    (folder / "candidats.csv").unlink()
    assert problems(folder) == [
        ("session.file.needed", "candidats.csv", None, None),
        ("session.file.needed", "intervenants.csv", None, None),
    ]  # fmt: skip


def test_candidates_without_inscriptions_are_remarked(tmp_path):
    folder = a_session(tmp_path)
    (folder / "inscriptions.csv").unlink()
    assert remarks(folder) == [("session.registration.absent", "inscriptions.csv", None, None)]
    folder = a_session(tmp_path, session=SESSION + E1)
    assert remarks(folder) == [("session.registration.none", "inscriptions.csv", None, None)]


def test_a_session_may_have_its_own_reglement(tmp_path):
    other = a_referentiel(tmp_path / "ailleurs", reglement={"slug": "ecole"})
    a_referentiel(tmp_path)
    (tmp_path / "ecole.yaml").write_bytes((other / "reglement.yaml").read_bytes())
    text = SESSION.replace("centre: Lyon", "centre: Lyon\nreglement: ../ecole.yaml")
    session = open_session(a_session(tmp_path, session=text))
    assert session.reglement.slug == "ecole"
    missing = SESSION.replace("centre: Lyon", "centre: Lyon\nreglement: absent.yaml")
    assert problems(a_session(tmp_path, session=missing)) == [("file.missing", "absent.yaml", None, None)]


@pytest.mark.parametrize(
    "store", ["postgresql+psycopg://ana:mot-de-passe@serveur/notes", "sqlite:///notes.db"]
)
def test_the_password_of_a_store_is_shown_nowhere(tmp_path, store):
    text = SESSION.replace("centre: Lyon", f"centre: Lyon\nstore: {store}")
    config = open_session(a_session(tmp_path, session=text)).config
    assert config.store is not None
    assert config.store.get_secret_value() == store
    assert "mot-de-passe" not in repr(config)
    assert "mot-de-passe" not in str(config.model_dump())
    assert "mot-de-passe" not in config.model_dump_json()


@pytest.mark.parametrize("store", ["mysql://ana:mot-de-passe@serveur", "[mot-de-passe]", "{a: mot-de-passe}"])
def test_the_password_of_a_wrong_store_is_not_repeated(tmp_path, store):
    folder = a_session(tmp_path, session=SESSION.replace("centre: Lyon", f"centre: Lyon\nstore: {store}"))
    with pytest.raises(InvalidFile) as caught:
        open_session(folder)
    assert [finding.code for finding in caught.value.findings] == ["session.value.store"]
    assert "mot-de-passe" not in str(caught.value)
    assert "mot-de-passe" not in repr(caught.value.findings[0])


def test_checking_tells_what_opening_does_and_about_the_secret(tmp_path):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("zoe@example.org", "zoe"))
    found = [(finding.code, finding.severity) for finding in check_session(folder)]
    assert found == [
        ("session.candidate.email", Severity.WARNING), ("session.secret.absent", Severity.INFO),
    ]  # fmt: skip
    (folder / "session.yaml").unlink()
    assert [finding.code for finding in check_session(folder)] == [
        "file.missing", "session.candidate.email",
    ]  # fmt: skip


def test_a_relative_folder_is_named_from_the_session_too(tmp_path, monkeypatch):
    folder = a_session(tmp_path, candidats=CANDIDATES.replace("Zoé", ""))
    monkeypatch.chdir(tmp_path)
    assert problems(Path(folder.name)) == [("session.cell.empty", "candidats.csv", 2, "prenom")]


def test_a_long_file_of_wrong_rows_is_told_quickly(tmp_path):
    rows = "".join(f"X{i},E2,1\n" for i in range(20_000))
    folder = a_session(tmp_path, inscriptions="candidat,epreuve,tentative\n" + rows)
    assert len(problems(folder)) == 20_000


def test_a_fault_of_the_configuration_hides_nothing_of_the_other_files(tmp_path):
    folder = a_session(
        tmp_path,
        session=SESSION.replace("Europe/Paris", "Lyon") + "  E9:\n    template: [x]\n",
        inscriptions=REGISTRATIONS + "C9,E2,1\nC1,E9,1\nC1,E4,1\n",
        presences="epreuve,partie,candidat,etat,version,incident\nE2,oral,C1,present,,\n",
    )
    found = problems(folder)
    assert ("session.value.timezone", "session.yaml", 3, "timezone") in found
    assert ("session.candidate.unknown", "inscriptions.csv", 5, "candidat") in found
    assert ("session.epreuve.unplanned", "inscriptions.csv", 7, "epreuve") in found
    assert ("part.unknown", "presences.csv", 2, "partie") in found
    assert not [item for item in found if item[1:3] == ("inscriptions.csv", 6)]
    assert {file for _, file, _, _ in found} == {"session.yaml", "inscriptions.csv", "presences.csv"}


@pytest.mark.parametrize(
    "session", ["id: [", "- 1", "epreuves: 3\nreferentiel: [x]\n", "referentiel: ailleurs\n", ""]
)
def test_whatever_the_configuration_is_the_other_files_are_held_against_one_another(tmp_path, session):
    folder = a_session(tmp_path, session=session, inscriptions=REGISTRATIONS + "C9,E2,1\nC1,E2,1\n")
    found = problems(folder)
    assert ("session.candidate.unknown", "inscriptions.csv", 5, "candidat") in found
    assert ("session.row.twice", "inscriptions.csv", 6, None) in found
    assert not [code for code, *_ in found if code == "session.epreuve.unplanned"]
    assert any(file == "session.yaml" for _, file, _, _ in found)


def test_an_epreuve_whose_plan_cannot_stand_makes_no_copy_an_orphan(tmp_path):
    text = "epreuve,partie,groupe,candidat,version,variant,copie\nE2,ecrit,,C1,principal,1,1\n"
    folder = a_session(tmp_path, session=SESSION.replace("variants: 2", "variants: x"), attribution=text)
    codes = {finding.code for finding in check_session(folder)}
    assert "session.value.count" in codes
    assert "session.attribution.orphan" not in codes


def test_a_row_of_the_wrong_length_hides_no_other_row_and_keeps_its_id_known(tmp_path):
    folder = a_session(
        tmp_path, candidats=CANDIDATES.replace("C2,d’Aubenas,Côme,,,,", "C2,d’Aubenas\nC4,,Léa,hier,,,")
    )
    assert problems(folder) == [
        ("csv.row_length", "candidats.csv", 3, None),
        ("session.cell.empty", "candidats.csv", 4, "nom"),
        ("session.value.date", "candidats.csv", 4, "naissance"),
    ]


def test_an_unknown_key_of_an_epreuve_or_a_part_is_answered_with_the_known_ones(tmp_path):
    text = SESSION.replace("variants: 2", "variants: 2\n    zzz: 1").replace("anonymous: true", "zzz: 1")
    with pytest.raises(InvalidFile) as caught:
        open_session(a_session(tmp_path, session=text))
    known = {finding.where.line: finding.fields["known"] for finding in caught.value.findings}
    assert known == {
        10: "parameters, parts, template, variants, versions",
        17: "anonymous, date, deadline, duration, id, mode, slot, start",
    }


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31", "2200-01-01"])
def test_a_part_outside_the_years_of_an_examination_is_told(tmp_path, day):
    text = SESSION.replace("2026-06-08", day).replace("09:00", "23:30")
    ((code, _, _, field),) = problems(a_session(tmp_path, session=text))
    assert (code, field) == ("session.part.year", "epreuves.E2.parts.0")
    late = E1.replace("2026-06-30", day)
    folder = a_session(tmp_path, session=SESSION + late, groupes=GROUPS, inscriptions=WITH_E1)
    assert [code for code, *_ in problems(folder)] == ["session.part.year"]


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX systems")
def test_a_secret_that_others_may_read_is_told_whenever_the_session_is_opened(tmp_path):
    folder = a_session(tmp_path)
    create_secret(folder)
    assert remarks(folder) == []
    (folder / "secret.key").chmod(0o644)
    assert remarks(folder) == [("session.rights", "secret.key", None, None)]
    (finding,) = check_session(folder)
    assert "chmod 600 secret.key" in finding.remedy


def test_a_link_that_leads_nowhere_is_no_absent_file(tmp_path):
    folder = a_session(tmp_path)
    (folder / "groupes.csv").symlink_to("nulle-part.csv")
    assert problems(folder) == [("file.missing", "groupes.csv", None, None)]


def test_the_cases_of_a_session_are_checked_although_another_file_is_wrong(tmp_path):
    folder = a_session(tmp_path, inscriptions=REGISTRATIONS + "C9,E2,1\n")
    examined = examine_session(folder)
    assert examined.session is not None
    assert [finding.code for finding in examined.findings] == [
        "session.candidate.unknown",
        "session.secret.absent",
    ]
