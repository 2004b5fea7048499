"""Practice cases: drawn from practice forms alone, the same everywhere, and refused when they show an exam's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kit.cases import find_template, load_template
from kit.cases.uses import USES, seed_for, use_of_seed
from kit.errors import InvalidFile, KitError, MarkingError, UnknownCode
from kit.practice.cases import NUMBERS, fresh_number, practice_case, practice_templates, template_for
from kit.practice.firewall import answer_words, exam_words, refuse_exam, refuse_leaks
from kit.practice.learner_store import (
    LearnerStore,
    asked_figures,
    bare_grid,
    open_learner_store,
    refuse_changed,
)
from kit.practice.values import Asked, Judgement, Outside, PracticeCase

E10 = "e10-anglais-commercial"


@pytest.fixture(scope="module")
def case() -> PracticeCase:
    return practice_case(Asked(E10, 4217))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LearnerStore]:
    found = open_learner_store(tmp_path / "carnet.entrainement")
    yield found
    found.close()


def test_every_epreuve_can_be_practised() -> None:
    epreuves = [template.header.epreuve for template in practice_templates()]
    assert epreuves == [f"E{number}" for number in range(1, 11)]
    assert template_for("E10").slug == E10


def test_an_epreuve_without_practice_is_named_with_those_that_have_some() -> None:
    with pytest.raises(UnknownCode, match=r"E42.*E1"):
        template_for("E42")


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("number", [0, 1, 999_999, 2**61 - 1, 2**63 - 1])
def test_each_use_has_seeds_of_its_own(use: str, number: int) -> None:
    assert use_of_seed(seed_for(use, number)) == use  # type: ignore[arg-type]


def test_the_same_number_gives_the_same_case_and_another_another(case: PracticeCase) -> None:
    again, other = practice_case(Asked(E10, 4217)), practice_case(Asked(E10, 4218))
    assert again == case
    assert other.signature != case.signature
    assert set(case.subject.forms.values()) == {"p"}


def test_fresh_numbers_are_not_those_done() -> None:
    done = set(NUMBERS) - {7}
    assert fresh_number(done) == 7


def test_a_case_with_an_exam_form_or_an_exam_seed_is_refused(case: PracticeCase) -> None:
    template = load_template(find_template(E10))
    refuse_exam(case, template)
    exam_form = {**case.subject.forms, "D2": "a"}
    for update, code in (({"forms": exam_form}, "practice.wall.form"), ({"seed": 12}, "practice.wall.seed")):
        subject = case.subject.model_copy(update=update)
        with pytest.raises(InvalidFile) as refused:
            refuse_exam(replace(case, subject=subject), template)
        assert [finding.code for finding in refused.value.findings] == [code]


def test_files_that_say_too_much_are_refused_each_leak_once(case: PracticeCase) -> None:
    template = load_template(find_template(E10))
    _, exam = next(exam_words(template, case.seen))
    _, answer = next(answer_words(case))
    files = {
        "sujet.md": case.seen.context,
        "examen.md": f"# {exam}",
        "corrige.md": f"- **{answer}**",
        "chemin.md": "voir /home/ecole/modeles/case.ipynb",
        "graine.md": f"seed = {case.subject.seed}",
    }
    with pytest.raises(InvalidFile) as refused:
        refuse_leaks(case, template, files)
    found = {(finding.where.file, finding.code) for finding in refused.value.findings}
    assert found == {
        ("examen.md", "practice.wall.exam_words"),
        ("corrige.md", "practice.wall.answer"),
        ("chemin.md", "practice.wall.path"),
        ("graine.md", "practice.wall.seed"),
    }


def test_a_book_keeps_all_that_is_said_and_gives_it_back(case: PracticeCase, store: LearnerStore) -> None:
    work = store.begin(case)
    assert store.begin(case) == work
    line = case.grid.lines[0].key
    judged = Judgement(line, "acquis", "Le devis est juste.", "low", "Relire les conditions.")
    store.keep_try(work.id, "Q2", "total-devis", "12", "wrong")
    store.keep_try(work.id, "Q2", "total-devis", "13", "right")
    store.keep_try(work.id, "Q2", "total-devis", "14", "wrong")
    store.keep_text(work.id, "Q1", "Dear Ms. O’Neill")
    store.keep_text(work.id, "Q1", "Dear Ms. Ołowska")
    store.keep_hint(work.id, "Q2", "total-devis", 2)
    store.keep_opened(work.id, "Q2")
    store.keep_opened(work.id, "Q2")
    store.judge(work.id, Judgement(line, "en_cours"))
    store.judge(work.id, judged)
    said = Outside(line, "trainer", "Mme B.", "acquis", "Oui.", work.begun)
    store.keep_outside(work.id, (said,))
    store.keep_outside(work.id, (said,))
    store.finish(work.id)
    again = open_learner_store(store.path)
    record = again.record(work.id)
    again.close()
    assert record.outcome_of("Q2", "total-devis") == "right"
    assert record.outcome_of("Q5", "montant-echu") is None
    assert [item.typed for item in record.tries] == ["12", "13", "14"]
    assert record.texts == {"Q1": "Dear Ms. Ołowska"}
    assert record.hints == {("Q2", "total-devis"): 2}
    assert record.opened == {"Q2"}
    assert record.judgements == {line: judged}
    assert record.outside == (said,)
    assert record.work.finished is not None
    copied = store.add(record)
    assert store.record(copied.id) == replace(record, work=copied)
    store.forget(work.id)
    assert [item.id for item in store.works()] == [copied.id]
    assert store.begin(case).id > copied.id  # a finished case may be done again


def test_a_book_says_nothing_of_the_key(case: PracticeCase, store: LearnerStore) -> None:
    store.begin(case)
    store.close()
    kept = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert case.grid.lines[0].text.encode() in kept
    assert [words for _, words in answer_words(case) if words.encode() in kept] == []
    assert bare_grid(case.grid).lines[0].observables == ()
    assert {item.name for item in asked_figures(case)} == {item.name for item in case.subject.expected}


def test_a_changed_template_and_bad_texts_are_refused(case: PracticeCase, store: LearnerStore) -> None:
    work = store.begin(case)
    changed = replace(case, signature="0" * 64)
    for attempt in (
        lambda: store.begin(changed),
        lambda: refuse_changed(work, changed),
        lambda: store.keep_text(work.id, "Q1", "a" * 20_001),
        lambda: store.keep_text(work.id, "Q1", "\ud800"),
        lambda: store.record(99),
    ):
        with pytest.raises(MarkingError):
            attempt()
    assert store.record(work.id).texts == {}


def test_a_file_that_is_no_book_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("ce n’est pas un carnet" * 50, "utf-8")
    with pytest.raises(KitError):
        open_learner_store(other)
