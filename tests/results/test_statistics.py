"""How a session went: every figure found again by hand, small groups masked, nobody named in the class report."""

from __future__ import annotations

import dataclasses
import json
import statistics
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kit.cli.app import app
from kit.documents.model import Figure, all_blocks, all_words
from kit.grids import Mark
from kit.jury.neutralising import Decision, neutralise
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, session_copies
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, find_referentiel, load_reglement
from kit.results.statistics import (
    SMALLEST,
    _half_masked,
    _masked,
    bloc_decisions,
    chance_of,
    session_statistics,
    spread,
)
from kit.results.statistics_document import class_report, heat_maps, statistics_report
from kit.sessions.model import Assignment, Person
from kit.sessions.opening import Session, open_session
from kit.sessions.seeds import read_secret
from kit.ui.statistics_panel import StatisticsPanel
from tests.marking.sessions import a_session_to_mark

COUNT = 9
WHO = [f"K{rank}" for rank in range(1, COUNT + 1)]
CANDIDATES = "id,nom,prenom,naissance,email,voie,centre\n" + "".join(
    f"{who},Nom-{who},Prénom-{who},,,,\n" for who in WHO
)
REGISTRATIONS = "candidat,epreuve,tentative\n" + "".join(f"{who},E2,1\n" for who in WHO)
DOUBLE = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\nP2,correcteur,E2,2,\n"
SINGLE = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\n"
LEVELS = ("non_acquis", "en_cours", "acquis", "maitrise")
VALUE = {
    "non_acquis": Fraction(0),
    "en_cours": Fraction(1, 3),
    "acquis": Fraction(2, 3),
    "maitrise": Fraction(1),
}


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


def a_class(workspace: Path, assigned: str = SINGLE, config: str | None = None) -> Session:
    files = {"candidats": CANDIDATES, "inscriptions": REGISTRATIONS, "groupes": "epreuve,groupe,candidat\n"}
    session = a_session_to_mark(workspace, **files, affectations=assigned)
    root = session.root
    if config:
        (root / "session.yaml").write_text(config, "utf-8")
    return open_session(root)


def ruled_by_the_example(session: Session) -> Session:
    example = load_reglement(find_referentiel(DEFAULT) / "reglement.yaml")
    return dataclasses.replace(session, reglement=example)


def say(session: Session, book: MarkBook, marker: str, copy_rank: int, first: Mark, second: Mark) -> None:
    copy = session_copies(session)[copy_rank]
    grid = copy_grid(session.root, copy)
    keys = [line.key for line in grid.lines]
    book.say(marker, [Saying(copy.key, keys[0], first), Saying(copy.key, keys[1], second)], {copy.key: grid})


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Session, MarkBook, list[tuple[str, str]]]:
    """Nine copies with one marker: the levels of CE1.1 (weight 3) and CE1.2 (weight 1)."""
    session = a_class(tmp_path)
    book = session_book(session, {})
    given_levels = [(LEVELS[rank % 4], LEVELS[(rank * 3 + 1) % 4]) for rank in range(COUNT)]
    for rank, (first, second) in enumerate(given_levels):
        say(session, book, "P1", rank, Mark(level=first), Mark(level=second))
    return session, book, given_levels


def test_marks_spread_as_found_by_hand(marked: tuple[Session, MarkBook, list[tuple[str, str]]]) -> None:
    session, book, levels = marked
    by_hand = sorted(20 * (3 * VALUE[one] + VALUE[two]) / 4 for one, two in levels)
    (epreuve,) = session_statistics(session, book).epreuves
    assert epreuve.marks == tuple(by_hand)
    assert epreuve.spread is not None
    assert (epreuve.spread.mean, epreuve.spread.median) == (sum(by_hand) / COUNT, by_hand[COUNT // 2])
    assert (epreuve.spread.least, epreuve.spread.most) == (by_hand[0], by_hand[-1])
    deviation = (
        sum((float(mark) - float(epreuve.spread.mean)) ** 2 for mark in by_hand) / (COUNT - 1)
    ) ** 0.5
    assert epreuve.spread.deviation == pytest.approx(deviation)


def test_facility_and_discrimination_are_found_by_hand(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, book, levels = marked
    first, second = session_statistics(session, book).lines
    assert first.facility == sum(VALUE[one] for one, _ in levels) / COUNT
    assert second.facility == sum(VALUE[two] for _, two in levels) / COUNT
    ones, twos = [float(VALUE[one]) for one, _ in levels], [float(VALUE[two]) for _, two in levels]
    assert first.discrimination == pytest.approx(statistics.correlation(ones, twos))
    assert first.discrimination == pytest.approx(second.discrimination)


def test_a_criterion_that_separates_nobody_has_no_discrimination(tmp_path: Path) -> None:
    session = a_class(tmp_path)
    book = session_book(session, {})
    for rank in range(COUNT):
        say(session, book, "P1", rank, Mark(level="acquis"), Mark(level=LEVELS[rank % 4]))
    first, second = session_statistics(session, book).lines
    assert (first.discrimination, second.discrimination) == (None, None)
    assert first.facility == Fraction(2, 3)


def test_what_nobody_could_observe_is_named(tmp_path: Path) -> None:
    session = a_class(tmp_path)
    book = session_book(session, {})
    for rank in range(COUNT):
        say(
            session, book, "P1", rank, Mark(level="acquis"), Mark(state="not_assessed", comment="Non demandé")
        )
    found = session_statistics(session, book)
    assert [line.criterion for line in found.never_observed] == ["CE1.2"]
    words = " ".join(all_words(statistics_report(session, found)))
    assert "jamais observé" in words.replace("\u00a0", " ")


def test_a_neutralised_criterion_is_counted_as_one_that_could_not_be_assessed(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    """All marked but one, and nobody unobserved, would tell of the one who is left."""
    session, book, _ = marked
    (one, *_), other = session.candidates, "CE1.2"
    people = (Assignment(person="J1", role="jury_president"),)
    jury = dataclasses.replace(session, assignments=(*session.assignments, *people), people=(
        *session.people, Person(id="J1", name="Hélène Vauquelin", external=True)))  # fmt: skip
    decision = Decision(one.id, other, "2026-07", date(2026, 6, 30), "J1", not_relevant=True, not_core=True)
    neutralise(jury, book, decision)
    counts = {
        line.criterion: (line.count, line.unobserved) for line in session_statistics(session, book).lines
    }
    assert counts == {"CE1.1": (COUNT, 0), "CE1.2": (COUNT - 1, 1)}


def test_a_version_whose_mean_would_give_another_s_away_is_not_compared() -> None:
    marks = [Fraction(10)] * 10
    found = {("principal", 1): marks, ("principal", 2): marks[:2], ("secours", 1): marks[:8]}
    assert _masked(found) == {("principal", 2), ("secours", 1)}
    assert _half_masked(found) == {"principal"}
    assert (
        _half_masked({("principal", 1): marks[:3], ("principal", 2): marks[:3], ("secours", 1): marks})
        == set()
    )


def test_fewer_than_five_are_masked_everywhere(tmp_path: Path) -> None:
    session = a_class(tmp_path)
    book = session_book(session, {})
    for rank in range(SMALLEST - 1):
        say(session, book, "P1", rank, Mark(level=LEVELS[rank]), Mark(level="acquis"))
    found = session_statistics(session, book)
    (epreuve,) = found.epreuves
    assert (epreuve.marks, epreuve.spread, epreuve.marked) == ((), None, 4)
    assert {(line.facility, line.discrimination) for line in found.lines} == {(None, None)}
    assert {variant.mean for variant in found.variants} == {None}
    assert not [block for block in all_blocks(class_report(session, found)) if isinstance(block, Figure)]


def test_a_class_of_four_has_no_heat_map(tmp_path: Path) -> None:
    session = a_class(tmp_path)
    few = dataclasses.replace(session, candidates=session.candidates[:4])
    found = session_statistics(few, session_book(few, {}))
    assert (found.competences, list(heat_maps(found))) == ({}, [])


def test_two_markers_are_compared_once_both_have_locked(tmp_path: Path) -> None:
    session = a_class(tmp_path, DOUBLE)
    book = session_book(session, {})
    for rank in range(COUNT):
        say(session, book, "P1", rank, Mark(level="maitrise"), Mark(level="acquis"))
        say(session, book, "P2", rank, Mark(level="acquis"), Mark(level="acquis"))
    before = session_statistics(session, book)
    assert (before.pairs, before.markers) == ((), ())
    for marker in ("P1", "P2"):
        lock_marks(session, book, "E2", marker, read_secret(session.root))
    found = session_statistics(session, book)
    (pair,) = found.pairs
    assert (pair.copies, pair.gap, pair.same) == (COUNT, Fraction(20 * 3, 3 * 4), Fraction(1, 2))
    assert {item.marker: item.severity for item in found.markers} == {"P1": -pair.gap / 2, "P2": pair.gap / 2}


def test_variants_are_compared_and_a_small_one_is_masked(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, book, _ = marked
    found = session_statistics(session, book)
    counts = {(item.version, item.variant): item.count for item in found.variants}
    assert sum(counts.values()) == COUNT
    assert min(counts.values()) < SMALLEST
    assert {item.mean for item in found.variants} == {None}, (
        "the other's mean would give the small one's away"
    )
    assert found.gaps == ()


def test_whoever_did_not_sit_it_as_usual_is_no_measure_of_an_epreuve(tmp_path: Path) -> None:
    session = a_class(tmp_path)
    text = "epreuve,partie,candidat,etat,version,incident\nE2,ecrit,K1,absent_unexcused,,\n"
    (session.root / "presences.csv").write_text(text, "utf-8")
    session = ruled_by_the_example(open_session(session.root))
    book = session_book(session, {})
    for rank in range(len(session_copies(session))):
        say(session, book, "P1", rank, Mark(level="acquis"), Mark(level="maitrise"))
    found = session_statistics(session, book)
    assert (found.epreuves[0].marked, found.epreuves[0].without_mark) == (COUNT - 1, 1)
    assert {line.count for line in found.lines} == {COUNT - 1}
    assert min(found.epreuves[0].marks) > 0


@given(
    st.lists(st.integers(0, 40), min_size=5, max_size=12),
    st.lists(st.integers(0, 40), min_size=5, max_size=12),
)
def test_chance_is_a_share_that_does_not_depend_on_the_order(one: list[int], other: list[int]) -> None:
    first, second = [Fraction(mark, 2) for mark in one], [Fraction(mark, 2) for mark in other]
    found = chance_of(first, second)
    assert 0 < found <= 1
    if sorted(one) == sorted(other):
        assert found == 1


def test_chance_tells_a_true_gap_from_none() -> None:
    low, high = [Fraction(mark) for mark in range(5, 13)], [Fraction(mark) for mark in range(12, 20)]
    assert chance_of(low, high) < 0.01
    assert chance_of(low, [mark + Fraction(1, 10) for mark in low]) > 0.8


def test_a_spread_of_too_few_is_none() -> None:
    assert spread([Fraction(10)] * 4) is None


def test_the_class_report_says_how_the_jury_decided_and_masks_small_groups(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, book, _ = marked
    found = session_statistics(session, book)
    choices = ("validated",) * 4 + ("refused",) * 3 + ("deferred",)
    decided = {(who, "B1"): choice for who, choice in zip(WHO, choices, strict=False)}
    decided |= {(who, "B10"): "validated" for who in WHO[:SMALLEST]}
    decided |= {(who, "B2"): "refused" for who in WHO[: SMALLEST - 1]}
    assert [(item.bloc, item.count) for item in bloc_decisions(decided)] == [("B1", 8), ("B2", 4), ("B10", 5)]
    assert [item.by_choice for item in bloc_decisions(decided)] == [
        {"validated": 4, "refused": 3, "deferred": 1}, None, {"validated": 5},
    ]  # fmt: skip
    (bloc,) = session.referentiel.blocs
    blocs = tuple(bloc.model_copy(update={"id": code}) for code in ("B10", "B2", "B1"))
    session = dataclasses.replace(
        session, referentiel=session.referentiel.model_copy(update={"blocs": blocs})
    )
    for report in (class_report, statistics_report):
        words = " ".join(all_words(report(session, found, decided))).replace("\u00a0", " ")
        assert "8 4 (50 %) 3 (38 %) 1 (13 %)" in words
        assert "4 moins de 5 moins de 5 moins de 5" in words
        assert "décisions du jury" not in " ".join(all_words(report(session, found)))


def test_criteria_are_told_in_natural_order(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, book, _ = marked
    found = session_statistics(session, book)
    one, two = found.lines
    lines = tuple(
        dataclasses.replace(line, line=f"{code}@{part}", criterion=code)
        for line, code, part in ((one, "CE2.1", "a"), (two, "CE1.2", "b"), (one, "CE1.1", "b"))
    )
    words = " ".join(all_words(statistics_report(session, dataclasses.replace(found, lines=lines))))
    places = [words.index(f"{code} – ") for code in ("CE1.1", "CE1.2", "CE2.1")]
    assert places == sorted(places)


def test_the_class_report_names_nobody(marked: tuple[Session, MarkBook, list[tuple[str, str]]]) -> None:
    session, book, _ = marked
    found = session_statistics(session, book)
    words = " ".join(all_words(class_report(session, found)))
    pictures = b"".join(
        block.content for block in all_blocks(class_report(session, found)) if isinstance(block, Figure)
    )
    for who in WHO:
        assert f"Nom-{who}" not in words
        assert f" {who} " not in words
        assert who.encode() not in pictures
    everything = " ".join(all_words(statistics_report(session, found)))
    assert not [who for who in WHO if f"Nom-{who}" in everything]


def test_every_picture_says_in_words_what_it_shows(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, book, _ = marked
    report = statistics_report(session, session_statistics(session, book))
    figures = [block for block in all_blocks(report) if isinstance(block, Figure)]
    assert len(figures) == 3
    assert all(len(figure.alt) > 10 and figure.caption for figure in figures)
    assert "moyenne" in figures[0].alt


def test_the_command_writes_both_and_the_panel_shows_the_same(
    marked: tuple[Session, MarkBook, list[tuple[str, str]]],
) -> None:
    session, _, _ = marked
    done = CliRunner().invoke(app, ["statistics", str(session.root)])
    assert done.exit_code == 0, done.output
    written = sorted(path.name for path in (session.root / "statistiques").iterdir())
    assert written == ["bilan.pdf", "statistiques.pdf"]
    panel = StatisticsPanel(session.root)
    shown = panel.regions["report"]
    assert shown.count("<img") == 3
    assert "Discrimination" in shown
    assert StatisticsPanel(session.root / "absent").regions["findings"]
    assert json.dumps(dict(panel.regions))
