"""The wording is the source's to the character, and every line of the source is accounted for once."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Finding, InvalidFile, Place
from kit.referentiel import Referentiel
from kit.referentiel.source import Claim, check_claims, claims, fold, verify

MAIN, EXAMS, TEXT = "referentiel.yaml", "epreuves.yaml", "source/referentiel-source.txt"


@pytest.fixture(scope="module")
def lines(shipped_folder: Path) -> list[str]:
    return (shipped_folder / TEXT).read_bytes().decode("utf-8").split("\n")


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_the_shipped_referentiel_agrees_with_its_source(shipped_folder: Path):
    assert verify(shipped_folder) == []


def test_every_wording_is_in_the_source_as_a_run_of_its_words(referentiel: Referentiel, lines: list[str]):
    """Checked without the code that builds wordings from lines: only white space is removed on both sides."""
    text = "".join("".join(lines).split())
    cut = {"C14", "CE17.1"}
    wordings = [(claim.item, claim.text, len(claim.lines)) for claim in claims(referentiel) if claim.text]
    assert len(wordings) == 4 + 12 + 30 + 34 + 91 + 3 * 10 + 8
    missing = {
        item for item, wording, pieces in wordings if "".join(wording.split()) not in text and pieces == 1
    }
    assert missing == set()
    in_two = {item for item, _, pieces in wordings if pieces == 2}
    assert in_two == cut | {"E4", "E7", "E9", "E10"}


def test_every_line_that_is_not_blank_is_claimed_exactly_once(referentiel: Referentiel, lines: list[str]):
    counted = Counter(number for claim in claims(referentiel) for number in claim.numbers)
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    assert {number: counted[number] for number in filled} == dict.fromkeys(filled, 1)


def test_the_source_is_the_one_that_was_read(
    shipped_folder: Path, referentiel: Referentiel, lines: list[str]
):
    digest = hashlib.sha256((shipped_folder / TEXT).read_bytes()).hexdigest()
    assert referentiel.source.sha256 == digest
    assert len(lines) == 1491


CUT = {
    "C14": "en sélectionnant les canaux et supports de diffusion y compris digitaux",
    "CE17.1": "de performance sont pertinents et présentés sous la forme d’un tableau de bord.",
    "CE6.2": "(socio-démographiques, comportementaux",
    "CE27.2": "référencement (naturelles/payantes) sont",
    "C12": "(Responsabilité sociétale des entreprises / Responsabilité numérique des entreprises)",
    "CE10.2": "avec les actions envisagées. Les compétences",
    "CE33.4": "Un cadre descriptif des modalités d’échanges directs",
    "C28": "Piloter la mise en œuvre des actions de prospection",
}


@pytest.mark.parametrize("code", CUT)
def test_texts_cut_by_a_page_or_a_line_are_joined(referentiel: Referentiel, code: str):
    item = referentiel.criterion(code) if code.startswith("CE") else referentiel.competence(code)
    assert CUT[code] in item.source_text


def test_an_activity_whose_title_stands_alone_at_a_page_foot_keeps_its_tasks(referentiel: Referentiel):
    activity = referentiel.bloc("B2").activities[1]
    assert activity.source_text == "Contribution à l’optimisation du mix marketing"
    assert [task.id for task in activity.tasks] == [f"B2.A2.T{n}" for n in range(1, 6)]


JOINED = {
    "E2": ("À partir d’un cas d’entreprise conçu", "d’en retenir une en particulier."),
    "E4": ("Il est demandé au candidat de démontrer", "sous la forme d’un tableau de bord."),
    "E7": (
        "À partir d’une commande et de données réelles ou reconstituées",
        "entre un vendeur et un client.",
    ),
    "E9": (
        "À partir de données réelles ou reconstituées d’un cas d’entreprise",
        "charte éditoriale digitale.",
    ),
    "E10": ("Écrit : compréhension de textes", "test de compréhension orale et entretien professionnel."),
}


@pytest.mark.parametrize("code", JOINED)
def test_briefs_cut_by_a_page_are_joined_and_hold_the_body_only(referentiel: Referentiel, code: str):
    epreuve = referentiel.epreuve(code)
    opening, ending = JOINED[code]
    assert epreuve.brief.startswith(opening)
    assert epreuve.brief.endswith(ending)
    assert epreuve.form not in epreuve.brief


def test_the_form_of_the_ninth_epreuve_is_read_across_the_page(referentiel: Referentiel):
    assert referentiel.epreuve("E9").form == "Travail en groupe. Production écrite."


@pytest.mark.parametrize(
    ("cut", "joined"),
    [
        (["a ", "", "  b  c"], "a b c"),
        (["(socio-", "démographiques)"], "(socio-démographiques)"),
        (["(naturelles/ ", "payantes)"], "(naturelles/payantes)"),
        (["RSE / ", "RNE"], "RSE / RNE"),
        (["A1 -", "Analyse"], "A1 - Analyse"),
        (["1-", "2"], "1- 2"),
        ([], ""),
    ],
)
def test_lines_fold_into_one_text(cut: list[str], joined: str):
    assert fold(cut) == joined


@given(st.lists(st.text(max_size=20)))
def test_folding_loses_nothing_but_white_space(pieces: list[str]):
    assert "".join(fold(pieces).split()) == "".join("".join(pieces).split())
    assert fold([fold(pieces)]) == fold(pieces)


def test_a_changed_character_of_the_wording_is_found_at_its_line(folder: Path, replace):
    replace(MAIN, "La synthèse rédigée est précise", "La synthèse rédigée est precise")
    (found,) = verify(folder)
    assert (found.code, found.where.item) == ("source.text", "CE3.1")
    path = folder / MAIN
    assert "id: CE3.1" in path.read_text("utf-8").split("\n")[found.where.line - 1]
    assert "precise" in found.message
    assert "précise" in found.message


def test_a_changed_title_form_or_brief_is_found(folder: Path, replace):
    replace(EXAMS, 'form: "Travail en groupe. Production écrite."\n    form_lines: ["1213", "1326"]',
            'form: "Travail en groupe."\n    form_lines: ["1213", "1326"]')  # fmt: skip
    replace(EXAMS, 'title: "Cas pratique : communication commerciale"', 'title: "Communication commerciale"')
    replace(EXAMS, "Sur la base d’un cahier", "À partir d’un cahier")
    findings = verify(folder)
    assert sorted((item.code, item.where.item) for item in findings) == [
        ("source.text", "E8"), ("source.text", "E8"), ("source.text", "E9"),
    ]  # fmt: skip
    assert {item.where.file for item in findings} == {str(folder / EXAMS)}


def test_a_changed_source_is_found_even_where_nobody_reads_it(folder: Path):
    (folder / TEXT).write_bytes((folder / TEXT).read_bytes() + b"\n")
    assert codes(verify(folder)) == ["source.changed"]


def test_an_unclaimed_line_is_found_with_its_text(folder: Path, replace):
    replace(
        MAIN, '    - lines: ["31-32"]\n      why: "Adresses Légifrance avec identifiants de session."\n', ""
    )
    (found,) = verify(folder)
    assert (found.code, found.where.line) == ("source.unclaimed", 31)
    assert found.fields["lines"] == "31-32"
    assert found.where.file == str(folder / TEXT)


def test_a_line_claimed_twice_is_found_with_both_claimants(folder: Path, replace):
    replace(MAIN, '- lines: ["6"]', '- lines: ["6", "181"]')
    (found,) = verify(folder)
    assert (found.code, found.where.line) == ("source.claimed_twice", 181)
    assert set(found.fields["items"]) == {"CE3.1", "furniture"}


@pytest.mark.parametrize("wrong", ["0", "187-186", "9999", "1480-1492", '186-187", "9-8'])
def test_lines_the_source_does_not_have_are_found(folder: Path, replace, wrong: str):
    replace(MAIN, 'lines: ["186-187"]', f'lines: ["{wrong}"]')
    assert "source.range" in codes(verify(folder))


def test_a_wording_under_another_code_is_found(folder: Path, replace):
    replace(MAIN, "  - id: CE3.3\n", "  - id: CE3.30\n")
    text = (folder / EXAMS).read_text("utf-8").replace("CE3.3,", "CE3.30,")
    (folder / EXAMS).write_text(text, "utf-8")
    (found,) = verify(folder)
    assert (found.code, found.fields["found"]) == ("source.code", "CE3.3")


def test_a_code_is_not_taken_for_the_end_of_a_longer_number():
    claim = Claim("B11", ("1",), ("blocs", 0), "Vendre", labelled=True)
    label = r"^Bloc (?P<code>\d+) : "
    assert codes(list(check_claims([claim], ["Bloc 1 : Vendre"], label, lambda _: Place()))) == [
        "source.code"
    ]
    assert list(check_claims([claim], ["Bloc 11 : Vendre"], label, lambda _: Place())) == []


def test_lines_that_no_code_opens_are_found(folder: Path, replace):
    replace(MAIN, 'lines: ["186-187"]', 'lines: ["187"]')
    assert codes(verify(folder)) == ["source.label", "source.unclaimed"]


def test_a_source_out_of_the_folder_is_refused(folder: Path, replace):
    (folder.parent / "ailleurs.txt").write_bytes((folder / TEXT).read_bytes())
    replace(MAIN, f"file: {TEXT}", "file: ../ailleurs.txt")
    with pytest.raises(InvalidFile) as caught:
        verify(folder)
    assert codes(list(caught.value.findings)) == ["source.outside"]


def test_a_missing_source_is_refused(folder: Path):
    (folder / TEXT).unlink()
    with pytest.raises(InvalidFile) as caught:
        verify(folder)
    assert codes(list(caught.value.findings)) == ["file.missing"]


def test_every_finding_about_a_source_has_its_french_sentence(folder: Path, replace):
    replace(MAIN, '- lines: ["6"]', '- lines: ["181"]')
    replace(MAIN, 'lines: ["186-187"]', 'lines: ["0"]')
    (folder / TEXT).write_bytes((folder / TEXT).read_bytes() + b"x")
    findings = verify(folder)
    assert {"source.changed", "source.range", "source.unclaimed", "source.claimed_twice"} <= set(
        codes(findings)
    )
    assert all(str(item).endswith(".") and item.remedy for item in findings)
