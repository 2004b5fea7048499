"""The papers of a jury: forty people with the names people have, every page readable, tagged, and within its margins."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest

from kit.documents.model import Document, Heading, Table, all_words, plain
from kit.french import long_date
from kit.grids import Mark
from kit.jury.deciding import Verdict, decide
from kit.jury.feedback import feedback_document
from kit.jury.issuing import write_documents
from kit.jury.minutes import amendment_document, pv_document
from kit.jury.neutralising import Decision, neutralise
from kit.jury.papers import attestation_document, stamp_of, statement_document
from kit.jury.pv import SignedPv, deliberated_on, signed
from kit.jury.signing import amend, sign
from kit.marking.book import MarkBook, Saying
from kit.marking.copies import copy_grid, session_copies
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.referentiel import DEFAULT, find_referentiel
from kit.results.evidence import session_evidence
from kit.sessions.opening import Session, open_session
from kit.sessions.seeds import read_secret
from tests.jury.test_jury import JURY, SEATS
from tests.marking.sessions import PEOPLE, a_session_to_mark

NAMES = (
    ("de La Fresnaye-Kerguénéal d’Aubenas-Montmorillon", "Marie-Anne-Élisabeth Joséphine"),
    ("Rakotondramboahirana Andriamampianina", "Haingotiana Miorasoa"),
    ("بن عبد الرحمن الأمين الحسيني", "محمد الطاهر"),
    ("בן־דוד אברהמי", "שׁוֹשַׁנָּה"),
    ("O’Shaughnessy-N’Guessan", "Aïssatou-Léopoldine"),
    ("Nguyễn Thị Thanh Hương", "Ngọc Ánh"),
    ("Żółkiewska-Brzęczyszczykiewicz", "Łucja Świętosława"),
    ("Константинопольский", "Владислав"),
    ("Παπαδημητρακοπούλου", "Αικατερίνη"),
    ("Gündoğdu-İnönü", "Işıl"),
)
WHO = [f"C{rank:02d}" for rank in range(1, 41)]
CANDIDATES = "id,nom,prenom,naissance,email,voie,centre\n" + "".join(
    f"{who},{NAMES[rank % 10][0]},{NAMES[rank % 10][1]},{'2001-02-03' if rank else ''},,{('formation', 'contrat_pro', 'vae')[rank % 3]},\n"
    for rank, who in enumerate(WHO)
)
REGISTRATIONS = "candidat,epreuve,tentative\n" + "".join(f"{who},E2,1\n" for who in WHO)
ASSIGNED = "intervenant,role,epreuve,rang,candidat\nP1,correcteur,E2,1,\n" + SEATS.replace("C2", "C02")
INCIDENT = "Le sujet a été distribué avec dix minutes de retard ; l’épreuve a été prolongée d’autant."
INCIDENTS = f"date,epreuve,partie,candidat,recit\n2026-06-08,E2,ecrit,,{INCIDENT}\n"
REASON = "Le jury a réentendu le candidat ; « l’oral » confirme la maîtrise. " * 12
HEALTH = ("dyslexi", "handicap", "tiers-temps", "malentendant", "médical")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    workspace = tmp_path_factory.mktemp("forty")
    found = a_session_to_mark(
        workspace, candidats=CANDIDATES, inscriptions=REGISTRATIONS, groupes="epreuve,groupe,candidat\n",
        intervenants=PEOPLE + JURY, affectations=ASSIGNED, incidents=INCIDENTS,
    )  # fmt: skip
    shutil.copy(find_referentiel(DEFAULT) / "reglement.yaml", found.root / "reglement.yaml")
    config = found.root / "session.yaml"
    config.write_text(f"{config.read_text('utf-8')}reglement: reglement.yaml\n", "utf-8")
    (found.root / "amenagements.yaml").write_text(
        "candidates:\n  C03:\n    - {kind: room, detail: Salle à part, decision: D-1}\n", "utf-8"
    )
    return open_session(found.root)


@pytest.fixture(scope="module")
def book(session: Session) -> MarkBook:
    return session_book(session, {})


@pytest.fixture(scope="module")
def papers(session: Session, book: MarkBook) -> dict[str, Path]:
    """All documents of the session once it is signed and once corrected, by name."""
    neutralise(
        session, book, Decision("C04", "CE1.2", "DEC-2026-17", _day(), "J1", not_relevant=True, not_core=True)
    )
    for rank, copy in enumerate(session_copies(session)):
        grid = copy_grid(session.root, copy)
        mark = Mark(
            level=("acquis", "non_acquis")[rank % 2], comment="Analyse juste ; conclusion à étayer. " * 6
        )
        book.say("P1", [Saying(copy.key, line.key, mark) for line in grid.lines], {copy.key: grid})
    for who in ("C01", "C05", "C09", "C13"):
        decide(session, book, Verdict(who, "B1", "deferred", "J1", REASON))
    lock_marks(session, book, "E2", "P1", read_secret(session.root))
    sign(session, book, ["J1", "J2"], ["J3"])
    amend(session, book, Verdict("C05", "B1", "validated", "J1", REASON), ["J2"])
    root = session.root / "documents"
    return {str(path.relative_to(root)): path for path in write_documents(session, book)}


def _day():  # type: ignore[no-untyped-def]
    from datetime import date

    return date(2026, 6, 30)


def words(path: Path) -> str:
    told = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return told.stdout.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_every_paper_is_there(papers: dict[str, Path]) -> None:
    kinds = {"releves": 40, "retours": 40}
    for kind, count in kinds.items():
        assert sum(name.startswith(f"{kind}/") for name in papers) == count
    assert {"pv.pdf", "pv-rectificatif-1.pdf", "bilan.pdf"} <= set(papers)
    assert "attestations/C05-B1.pdf" in papers
    assert "attestations/C01-B1.pdf" not in papers


@pytest.mark.needs("pdftotext")
def test_the_pv_says_who_decided_what_and_why(papers: dict[str, Path]) -> None:
    told = words(papers["pv.pdf"])
    flat = re.sub(r"\s+", " ", told)
    for who in WHO:
        assert f"{who})" in told
    for seat in ("Hélène Vauquelin", "Ömer Aksoy", "Bastien Orgeval"):
        assert seat in told
    assert "excusé" in flat
    assert "dix minutes de retard" in flat
    assert "DEC-2026-17" in flat
    assert "CE1.2" not in flat
    assert "Règlement d’exemple" in flat
    pages = len(pikepdf.open(papers["pv.pdf"]).pages)
    assert f"Page {pages} / {pages}" in flat


@pytest.mark.needs("pdftotext")
def test_no_paper_says_anything_of_anybody_s_health(papers: dict[str, Path]) -> None:
    for name, path in papers.items():
        told = words(path).lower()
        assert not [word for word in HEALTH if word in told], name
        if name != "pv.pdf":
            assert "dec-2026-17" not in told, name


@pytest.mark.needs("pdftotext")
def test_everything_is_within_the_page(papers: dict[str, Path]) -> None:
    shown = [
        "pv.pdf",
        "pv-rectificatif-1.pdf",
        "bilan.pdf",
        "releves/C03.pdf",
        "retours/C01.pdf",
        "releves/C04.pdf",
    ]
    for name in shown:
        told = subprocess.run(
            ["pdftotext", "-bbox", str(papers[name]), "-"], capture_output=True, check=True
        ).stdout.decode()
        for page in re.split(r"<page ", told)[1:]:
            width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
            for box in re.findall(
                r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', page
            ):
                left, top, right, bottom = map(float, box)
                assert left >= 20, (name, box)
                assert right <= width - 20, (name, box)
                assert top >= 10, (name, box)
                assert bottom <= height - 10, (name, box)


def test_papers_are_tagged_and_say_their_language(papers: dict[str, Path]) -> None:
    for name in (
        "pv.pdf",
        "pv-rectificatif-1.pdf",
        "releves/C03.pdf",
        "attestations/C05-B1.pdf",
        "retours/C01.pdf",
        "bilan.pdf",
    ):
        with pikepdf.open(papers[name]) as found:
            assert found.Root.MarkInfo.Marked
            assert str(found.Root.Lang).startswith("fr")
            assert found.Root.StructTreeRoot is not None


def test_right_to_left_names_are_drawn_with_true_letters(papers: dict[str, Path]) -> None:
    told = words(papers["releves/C03.pdf"])
    assert re.search("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]{3}", told)
    assert re.search("[\u0590-\u05ff\ufb1d-\ufb4f]{3}", words(papers["releves/C04.pdf"]))


def test_the_papers_are_the_centre_s_alone(papers: dict[str, Path]) -> None:
    for path in papers.values():
        assert path.stat().st_mode & 0o077 == 0


Pvs = tuple[SignedPv, ...]


@pytest.fixture
def pvs(book: MarkBook, papers: dict[str, Path]) -> Pvs:
    return signed(book)


def said(document: Document) -> str:
    return re.sub(r"\s+", " ", " ".join(all_words(document)))


def with_more(session: Session, *codes: str) -> Session:
    """Return the session of a référentiel that has these blocs too, and competences of B1 numbered like them."""
    referentiel = session.referentiel
    blocs = [referentiel.blocs[0].model_copy(update={"id": code, "text": f"Bloc {code}"}) for code in codes]
    more = [referentiel.competences[0].model_copy(update={"id": f"C{code[1:]}"}) for code in codes]
    update = {"blocs": (*blocs, *referentiel.blocs), "competences": (*more, *referentiel.competences)}
    return dataclasses.replace(session, referentiel=referentiel.model_copy(update=update))


def with_content(pv: SignedPv, **changes: object) -> SignedPv:
    return dataclasses.replace(pv, content={**pv.content, **changes})


def statement(session: Session, pvs: Pvs, who: str) -> str:
    result = next(item for item in pvs[0].content["results"] if item["id"] == who)
    return said(statement_document(session, result, pvs))


def section(document: Document, title: str) -> str:
    """Return what stands between a heading and the next."""
    titles = [plain(block.content) if isinstance(block, Heading) else "" for block in document.body]
    start = titles.index(title)
    end = next((n for n in range(start + 1, len(titles)) if titles[n]), len(titles))
    return said(
        dataclasses.replace(document, title="", code="", stamp=None, body=document.body[start + 1 : end])
    )


def test_relevé_and_attestation_say_who_what_where_and_who_signs(session: Session, pvs: Pvs) -> None:
    day = long_date(deliberated_on(session, pvs[0]), weekday=True).replace("\u00a0", " ")
    for told in (
        statement(session, pvs, "C05"), said(attestation_document(session, "C05", "B1", pvs[0], pvs[1])),
    ):  # fmt: skip
        assert "Date de naissance 3 février 2001" in told
        assert f"Certificateur {session.referentiel.source.certifier}" in told
        assert f"Centre {session.config.centre}" in told
        assert "Numéro RNCP non communiqué" in told
        assert "Niveau non communiqué" in told
        assert f"Date de la délibération {day}" in told
        assert "Hélène Vauquelin, présidence du jury" in told
        assert told.startswith(("Relevé", "Attestation"))
    assert "Date de naissance" not in statement(session, pvs, "C01")


def test_a_known_level_is_said(session: Session, pvs: Pvs) -> None:
    known = session.referentiel.model_copy(update={"title": "Un titre", "rncp": "RNCP1", "level": "6"})
    told = statement(dataclasses.replace(session, referentiel=known), pvs, "C02")
    assert "Certification Un titre Numéro RNCP RNCP1 Niveau 6" in told
    assert "SPÉCIMEN" not in told


def test_a_corrected_decision_says_the_rectificatif_it_rests_on(session: Session, pvs: Pvs) -> None:
    day = long_date(deliberated_on(session, pvs[1])).replace("\u00a0", " ")
    assert f"validé (rectificatif n° 1 du {day})" in statement(session, pvs, "C05")
    assert "rectificatif" not in statement(session, pvs, "C09")
    told = said(attestation_document(session, "C05", "B1", pvs[0], pvs[1]))
    assert f"Rectificatif n° 1 du {day}" in told
    assert "Rectificatif" not in said(attestation_document(session, "C05", "B1", pvs[0], pvs[0]))


def test_a_relevé_says_whether_the_whole_is_obtained(session: Session, pvs: Pvs) -> None:
    assert "Ensemble de la certification : obtenue." in statement(session, pvs, "C05")
    assert "Ensemble de la certification : non obtenue." in statement(session, pvs[:1], "C05")
    assert "Ensemble de la certification : non obtenue." in statement(with_more(session, "B2"), pvs, "C05")


def test_papers_are_specimens_of_a_demonstration_when_both_are_true(session: Session) -> None:
    demo = dataclasses.replace(session, config=session.config.model_copy(update={"demo": True}))
    known = session.referentiel.model_copy(update={"title": "T", "rncp": "RNCP1", "level": "6"})
    assert stamp_of(session) == "SPÉCIMEN"
    assert stamp_of(demo) == "SPÉCIMEN DE DÉMONSTRATION"
    assert stamp_of(dataclasses.replace(demo, referentiel=known)) == "DÉMONSTRATION"
    assert stamp_of(dataclasses.replace(session, referentiel=known)) is None


def test_the_pv_says_who_presides_and_whether_they_were_enough(session: Session, pvs: Pvs) -> None:
    told = section(pv_document(session, pvs[0]), "Composition du jury")
    assert "La séance est présidée par Hélène Vauquelin." in told
    assert "prépondérante" in told
    assert "Membres qui délibèrent : 2 sur 3 ; quorum exigé par le règlement : 2." in told
    reglement = pvs[0].content["reglement"]
    rule = reglement["jury"] | {"casting_vote": False, "quorum": "1/3"}
    jury = [seat | {"present": not seat["president"]} for seat in pvs[0].content["jury"]]
    other = with_content(pvs[0], reglement=reglement | {"jury": rule}, jury=jury)
    told = section(pv_document(session, other), "Composition du jury")
    assert "Hélène Vauquelin, qui préside le jury, ne siège pas à cette séance." in told
    assert "prépondérante" not in told
    assert "quorum exigé par le règlement : 1." in told


def test_the_pv_counts_what_was_decided(session: Session, pvs: Pvs) -> None:
    told = section(pv_document(session, pvs[0]), "Récapitulatif")
    choices = [item["decision"] for item in pvs[0].content["decisions"]]
    counts = [choices.count(choice) for choice in ("validated", "refused", "deferred")]
    assert counts[2] == 4
    assert f"Candidats présentés au jury : 40. Certifications obtenues : {counts[0]}." in told
    assert told.endswith(" ".join(map(str, (40, *counts))))
    told = section(pv_document(with_more(session, "B2"), pvs[0]), "Récapitulatif")
    assert "Certifications obtenues : 0." in told


def test_the_pv_closes_with_its_moment_and_says_how_the_rest_was_decided(session: Session, pvs: Pvs) -> None:
    document = pv_document(session, pvs[0])
    assert re.search(r"Délibération close le \w+ \d.* à \d+ h \d\d\. ", section(document, "Signatures"))
    assert "sans raison écrite suivent la proposition" in section(document, "Décisions motivées")
    assert f"Centre {session.config.centre}" in said(document)


EMPTY = ("Récusations", "Décisions motivées", "Absences, dispenses, fraudes", "Critères neutralisés",
         "Incidents de session")  # fmt: skip


def test_the_pv_says_néant_rather_than_nothing(session: Session, pvs: Pvs) -> None:
    content = pvs[0].content
    bare = with_content(
        pvs[0], recused={}, neutralised=[], incidents=[],
        decisions=[item | {"reason": ""} for item in content["decisions"]],
        results=[
            item | {"epreuves": {code: one | {"state": None} for code, one in item["epreuves"].items()}}
            for item in content["results"]
        ],
    )  # fmt: skip
    for title in EMPTY:
        assert section(pv_document(session, bare), title).endswith("Néant."), title
    full = pv_document(session, pvs[0])
    told = [section(full, title).endswith("Néant.") for title in EMPTY]
    assert told == [False, False, True, False, False]


def test_neutralised_criteria_agree_in_number(session: Session, pvs: Pvs) -> None:
    one = section(pv_document(session, pvs[0]), "Critères neutralisés")
    assert one.strip() == "Décision DEC-2026-17, versée au dossier confidentiel du jury."
    two = with_content(pvs[0], neutralised=["A-1", "A-2"])
    told = section(pv_document(session, two), "Critères neutralisés")
    assert told.strip() == "Décisions A-1 et A-2, versées au dossier confidentiel du jury."


def test_each_recusal_has_its_line(session: Session, pvs: Pvs) -> None:
    """Two names written from right to left, one after the other in a line, would change places."""
    both = with_content(pvs[0], recused={"C10": ["J2"], "C02": ["J1", "J3"]})
    found = [block for block in pv_document(session, both).body if isinstance(block, Table)]
    (table,) = [block for block in found if plain(block.header[-1]) == "Membre qui ne siège pas"]
    told = [(plain(row[0])[-4:-1], plain(row[1])) for row in table.rows]
    assert told == [("C02", "Hélène Vauquelin"), ("C02", "Bastien Orgeval"), ("C10", "Ömer Aksoy")]


def test_feedback_tells_criteria_in_natural_order(session: Session, book: MarkBook, pvs: Pvs) -> None:
    evidence = session_evidence(session, book, {"C02"})["C02"]["E2"]
    backwards = evidence.grid.model_copy(update={"lines": tuple(reversed(evidence.grid.lines))})
    turned = dataclasses.replace(evidence, grid=backwards)
    assert [line.criterion for line in backwards.lines] == ["CE1.2", "CE1.1"]
    told = said(feedback_document(session, "C02", {"E2": turned}))
    assert told.index("CE1.1") < told.index("CE1.2")


def test_reasons_follow_the_list_of_candidates(session: Session, pvs: Pvs) -> None:
    shuffled = with_content(pvs[0], decisions=[*reversed(pvs[0].content["decisions"])])
    told = section(pv_document(session, shuffled), "Décisions motivées")
    assert re.findall(r"\((C\d\d)\)", told) == ["C01", "C05", "C09", "C13"]


def test_a_rectificatif_says_what_it_corrects_by_whom_and_to_what_effect(session: Session, pvs: Pvs) -> None:
    told = said(amendment_document(session, pvs[:1], pvs[1]))
    for words_ in (
        f"Certificateur {session.referentiel.source.certifier}", "Certification intitulé non communiqué",
        "Numéro RNCP non communiqué", f"Centre {session.config.centre}", f"Session {session.config.id}",
        "Règlement exemple", "Hélène Vauquelin directrice commerciale présidence du jury hors de l’organisme",
        "Ömer Aksoy chef de produit membre", "Décision corrigée ajourné", "Décision nouvelle validé",
        "Membres qui délibèrent : 2 sur 3 ; quorum exigé par le règlement : 2.", "Règlement d’exemple",
    ):  # fmt: skip
        assert words_ in told, words_
    day = long_date(deliberated_on(session, pvs[0]), weekday=True).replace("\u00a0", " ")
    assert f"Procès-verbal corrigé {day} à" in told
    assert "Bastien Orgeval" not in told
    assert "Rectificatif remplacé" not in told


def test_a_rectificatif_says_whether_the_certification_is_gained_or_lost(session: Session, pvs: Pvs) -> None:
    gained = said(amendment_document(session, pvs[:1], pvs[1]))
    assert "Certification avant non obtenue Certification après obtenue" in gained
    two = with_more(session, "B2")
    unchanged = said(amendment_document(two, pvs[:1], pvs[1]))
    assert "Certification avant non obtenue Certification après non obtenue" in unchanged
    acquired = [{"candidate": "C05", "code": "B2", "on": "2025-06-01", "session": "S0"}]
    before = with_content(pvs[0], acquired=acquired)
    gained = said(amendment_document(two, (before,), pvs[1]))
    assert "Certification avant non obtenue Certification après obtenue" in gained


def test_a_second_rectificatif_says_which_it_replaces(session: Session, pvs: Pvs) -> None:
    after = pvs[1].content["after"]
    content = pvs[1].content | {"before": after, "after": after | {"decision": "refused"}}
    told = said(amendment_document(session, pvs, dataclasses.replace(pvs[1], number=3, content=content)))
    assert "Rectificatif remplacé n° 1 du" in told
    assert "Certification avant obtenue Certification après non obtenue" in told


@pytest.mark.needs("pdftotext")
def test_signatures_are_never_alone_on_a_page(papers: dict[str, Path]) -> None:
    before = {
        "pv.pdf": "Incidents de session", "releves/C03.pdf": "Note de chaque épreuve",
        "attestations/C05-B1.pdf": "Compétences attestées", "pv-rectificatif-1.pdf": "Membres qui ont décidé",
    }  # fmt: skip
    for name, expected in before.items():
        (holder,) = [
            page
            for page in words(papers[name]).split("\f")
            if re.search(r"^ *Signatures?$", page, re.MULTILINE)
        ]
        assert expected in holder, name


def test_competences_and_blocs_are_in_natural_order(session: Session, pvs: Pvs) -> None:
    more = with_more(session, "B10", "B9", "B2")
    body = attestation_document(more, "C05", "B1", pvs[0], pvs[0]).body
    (table,) = [block for block in body if isinstance(block, Table) and not block.form]
    codes = [plain(row[0]) for row in table.rows]
    assert codes[0] == "C1"
    assert codes[-2:] == ["C9", "C10"]
    acquired = [
        {"candidate": "C05", "code": code, "on": "2025-06-01", "session": "S0"}
        for code in ("B10", "B2", "B9")
    ]
    before = with_content(pvs[0], acquired=acquired)
    told = statement(more, (before,), "C05")
    assert re.findall(r"(B\d+) (?:Un bloc|Bloc)", told) == ["B1", "B2", "B9", "B10"], told
    assert "B1 B2 B9 B10 Certification" in said(pv_document(more, before))
