"""What a learner is given: readable, whole or not at all, and nothing that a candidate would not see."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from kit.cases import CaseTemplate
from kit.errors import AuthorError, InvalidFile
from kit.practice import learner_files as files_module
from kit.practice.cases import practice_case, template_for
from kit.practice.firewall import refuse_leaks
from kit.practice.learner_files import learner_files, notebook_name, texts_of, write_learner_files
from kit.practice.values import Asked, PracticeCase


@pytest.fixture(scope="module")
def template() -> CaseTemplate:
    return template_for("E10")


@pytest.fixture(scope="module")
def case(template: CaseTemplate) -> PracticeCase:
    return practice_case(Asked(template.slug, 12))


def test_the_notebook_is_valid_and_ends_on_the_panel_of_its_case(case: PracticeCase) -> None:
    notebook = json.loads(learner_files(case)[notebook_name(case)])
    nbformat.validate(notebook)
    last = "".join(notebook["cells"][-1]["source"])
    ast.parse(last)
    assert last.endswith('PracticePanel(epreuve="E10", number=12)')
    assert all(not cell.get("outputs") for cell in notebook["cells"])


def test_every_question_stands_in_the_notebook_and_every_link_leads_to_a_file(case: PracticeCase) -> None:
    files = learner_files(case)
    said = texts_of(files)[notebook_name(case)]
    for dossier in case.seen.dossiers:
        for question in dossier.questions:
            assert question.text.strip().splitlines()[0] in said
    links = re.findall(r"\]\((annexes/[^)\s]+)\)", said)
    assert links
    assert set(links) <= set(files)


def test_a_picture_carries_its_text(case: PracticeCase) -> None:
    drawn = [content.decode() for name, content in learner_files(case).items() if name.endswith(".svg")]
    assert drawn
    assert all("<title>" in svg and "<desc>" in svg and 'role="img"' in svg for svg in drawn)


def test_the_files_pass_the_wall_and_the_same_case_gives_the_same_bytes(
    case: PracticeCase, template: CaseTemplate
) -> None:
    refuse_leaks(case, template, texts_of(learner_files(case)))
    assert learner_files(case) == learner_files(case)


def test_nothing_is_written_when_a_file_says_too_much(
    case: PracticeCase, template: CaseTemplate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = case.key.answers[0].text
    told = {**learner_files(case), "annexes/A9.md": answer.encode()}
    monkeypatch.setattr(files_module, "learner_files", lambda _: told)
    with pytest.raises(InvalidFile) as refused:
        write_learner_files(case, template, tmp_path / "cas")
    assert "practice.wall.answer" in {finding.code for finding in refused.value.findings}
    assert list(tmp_path.iterdir()) == []


def test_a_seed_hidden_in_the_notebooks_own_data_is_seen(case: PracticeCase, template: CaseTemplate) -> None:
    files = learner_files(case)
    notebook = json.loads(files[notebook_name(case)])
    notebook["metadata"]["kit"] = {"seed": case.subject.seed}
    files[notebook_name(case)] = json.dumps(notebook).encode()
    with pytest.raises(InvalidFile):
        refuse_leaks(case, template, texts_of(files))


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_is_new_or_empty(
    there: bool, case: PracticeCase, template: CaseTemplate, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "cas"
    if there:
        folder.mkdir(parents=True)
    names = write_learner_files(case, template, folder)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == set(names)
    assert [path.name for path in folder.parent.iterdir()] == ["cas"]
    with pytest.raises(AuthorError) as refused:
        write_learner_files(case, template, folder)
    assert refused.value.findings[0].code == "practice_report.not_empty"
