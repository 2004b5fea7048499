"""The shipped référentiel says what its source says, and finds its elements by code."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from kit.errors import UnknownCode
from kit.referentiel import Link, Referentiel, natural_key
from kit.referentiel.model import Criterion, Source

PER_BLOC = {
    # bloc: tasks per activity, competences, criteria, épreuves
    "B1": ([3, 3, 1], 8, 23, 2),
    "B2": ([2, 5, 2], 9, 21, 2),
    "B3": ([3, 2, 1], 7, 16, 1),
    "B4": ([3, 2, 3], 10, 31, 5),
}
PRINCIPAL_PER_EPREUVE = [11, 12, 19, 2, 16, 12, 3, 6, 7, 3]


def test_the_certification_has_4_blocs_12_activities_30_tasks_34_competences_91_criteria_10_epreuves(
    referentiel: Referentiel,
):
    activities = [activity for bloc in referentiel.blocs for activity in bloc.activities]
    tasks = [task for activity in activities for task in activity.tasks]
    counted = (referentiel.blocs, activities, tasks, referentiel.competences, referentiel.criteria)
    assert [len(items) for items in counted] == [4, 12, 30, 34, 91]
    assert len(referentiel.epreuves) == 10


@pytest.mark.parametrize("bloc", PER_BLOC)
def test_each_bloc_has_its_own_counts(referentiel: Referentiel, bloc: str):
    tasks, competences, criteria, epreuves = PER_BLOC[bloc]
    assert [len(activity.tasks) for activity in referentiel.bloc(bloc).activities] == tasks
    assert len(referentiel.competences_of(bloc)) == competences
    assert sum(referentiel.bloc_of(item.id) == bloc for item in referentiel.criteria) == criteria
    assert sum(epreuve.bloc == bloc for epreuve in referentiel.epreuves) == epreuves


def test_codes_run_without_a_gap_and_a_criterion_bears_the_number_of_its_competence(referentiel: Referentiel):
    assert [item.id for item in referentiel.competences] == [f"C{n}" for n in range(1, 35)]
    for competence in referentiel.competences:
        expected = [f"CE{competence.id[1:]}.{i}" for i in range(1, 5)]
        found = [item.id for item in referentiel.criteria_of(competence.id)]
        assert found == expected[: len(found)]
        assert len(found) >= 2
    sizes = Counter(len(referentiel.criteria_of(item.id)) for item in referentiel.competences)
    assert sizes == {2: 12, 3: 21, 4: 1}


def test_every_competence_names_an_activity_and_a_task_of_its_own_bloc(referentiel: Referentiel):
    for item in referentiel.competences:
        assert item.activity is not None
        assert item.activity.startswith(f"{item.bloc}.")
        assert [link.task.startswith(f"{item.activity}.") for link in item.tasks] == [True]
        assert all(link.why for link in item.tasks if link.confidence not in {"proved", "strong"})


def test_each_epreuve_has_its_principal_criteria_and_together_they_cover_every_criterion_once(
    referentiel: Referentiel,
):
    counts = [len(epreuve.criteria("principal")) for epreuve in referentiel.epreuves]
    assert counts == PRINCIPAL_PER_EPREUVE
    assert all(len(referentiel.principal_epreuves(item.id)) == 1 for item in referentiel.criteria)


def test_a_competence_has_one_principal_epreuve_and_a_link_never_leaves_its_bloc(referentiel: Referentiel):
    for item in referentiel.competences:
        codes = [criterion.id for criterion in referentiel.criteria_of(item.id)]
        assert len({referentiel.principal_epreuves(code) for code in codes}) == 1
    for epreuve in referentiel.epreuves:
        assert {referentiel.bloc_of(code) for code in epreuve.criteria()} == {epreuve.bloc}


def test_a_link_that_is_not_sure_says_why_and_agrees_with_its_part(referentiel: Referentiel):
    for epreuve in referentiel.epreuves:
        assert epreuve.note
        for link in epreuve.links:
            part = epreuve.part(link.part)
            assert (link.carrier, link.evidence) == (part.carrier, part.evidence)
            assert link.why or link.confidence in {"proved", "strong"}, (epreuve.id, link.criterion)


def test_nobody_has_said_which_criteria_are_the_heart_of_the_profession(referentiel: Referentiel):
    assert {item.core for item in referentiel.criteria} == {None}


def test_tags_are_the_frameworks_the_wording_names(referentiel: Referentiel):
    tagged = {item.id: item.tags for item in referentiel.criteria if item.tags}
    assert tagged == {
        "CE3.3": ("RSE",), "CE9.2": ("RSE",), "CE12.1": ("RSE",), "CE12.3": ("RGAA", "RGPD"),
        "CE26.3": ("RGPD",), "CE27.3": ("RGAA",),
    }  # fmt: skip


def test_the_shared_criteria_of_the_cahier_des_charges_depend_on_the_order_drawn(referentiel: Referentiel):
    shared = [link for link in referentiel.epreuve("E4").links if link.role == "shared"]

    def seen(order: str) -> set[str]:
        return {link.criterion for link in shared if link.holds({"order": order})}

    always = {"CE10.1", "CE10.2", "CE16.1"}
    assert seen("campagne_digitale") == always | {"CE14.1", "CE14.2"}
    assert seen("lancement_produit") == always | {"CE11.1", "CE11.2"}
    assert seen("operation_promotionnelle") == always | {"CE13.1", "CE13.2", "CE14.1", "CE14.2"}
    assert seen("autre") == always


def test_titles_lose_their_kind_and_full_stop_when_they_are_shortened(referentiel: Referentiel):
    assert referentiel.epreuve("E1").short_title == "analyse du marché et analyse concurrentielle"
    assert referentiel.epreuve("E10").short_title == "Communication commerciale en anglais"


def test_the_corrected_wording_is_shown_beside_the_official_one(referentiel: Referentiel):
    criterion = referentiel.criterion("CE19.1")
    assert criterion.source_text.startswith("Le rétroplanning établit est réaliste")
    assert criterion.text.startswith("Le rétroplanning établi est réaliste")
    untouched = referentiel.criterion("CE1.1")
    assert untouched.text == untouched.source_text


def test_a_corrected_wording_without_a_note_is_refused():
    with pytest.raises(ValidationError, match=r"shown_text\.note|note"):
        Criterion(id="CE1.1", competence="C1", source_text="a", lines=("1",), shown_text="b")


def test_an_unknown_code_names_the_nearest_ones(referentiel: Referentiel):
    with pytest.raises(UnknownCode) as caught:
        referentiel.criterion("CE4.9")
    assert {"CE4.1", "CE4.2", "CE4.3"} & set(caught.value.findings[0].fields["near"])


def test_a_certification_whose_title_is_unknown_is_a_specimen(referentiel: Referentiel):
    assert referentiel.is_specimen
    known = {"title": "Titre", "rncp": "RNCP00000", "level": "6"}
    assert not referentiel.model_copy(update=known).is_specimen
    assert referentiel.model_copy(update={**known, "rncp": None}).is_specimen


def test_a_copy_with_other_criteria_does_not_remember_the_old_ones(referentiel: Referentiel):
    assert referentiel.criterion("CE1.1")
    with pytest.raises(UnknownCode):
        referentiel.model_copy(update={"criteria": ()}).criterion("CE1.1")


def test_codes_sort_as_people_count():
    assert sorted(["CE1.10", "E10", "CE1.2", "E9", "C9", "B1.A2"], key=natural_key) == [
        "B1.A2", "C9", "CE1.2", "CE1.10", "E9", "E10",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12)))
@example(["²", "1", "a"])
def test_any_text_can_be_sorted(codes: list[str]):
    assert Counter(sorted(codes, key=natural_key)) == Counter(codes)


def test_a_link_without_condition_always_holds():
    link = Link(criterion="C", part="p", carrier="group", evidence="written", confidence="weak")
    assert link.holds({})
    assert not link.model_copy(update={"when": {"order": ("a",)}}).holds({})


def test_a_label_that_is_not_a_regular_expression_is_refused():
    with pytest.raises(ValidationError):
        Source(file="a", sha256="0" * 64, certifier="x", attribution="y", label="(")
