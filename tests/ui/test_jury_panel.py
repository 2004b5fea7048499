"""The jury's room: what is proposed and why, decisions with their reason, neutralisation, signature, rectificatif."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from kit.grids import Mark
from kit.jury.deciding import decisions
from kit.jury.neutralising import neutralised
from kit.jury.pv import signed
from kit.marking.book import Saying
from kit.marking.copies import copy_grid, holders_of, session_copies
from kit.marking.locking import lock_marks
from kit.marking.store_address import session_book
from kit.package_data import shipped
from kit.referentiel import DEFAULT, find_referentiel
from kit.sessions.opening import Session, open_session
from kit.sessions.seeds import read_secret
from kit.ui.jury_panel import JuryPanel
from kit.writing import write_text
from tests.jury.test_jury import ALONE, JURY, SEATS
from tests.marking.sessions import PEOPLE, a_session_to_mark
from tests.ui.jupyter import app_page, lab, run_notebook

INCIDENTS = (
    "date,epreuve,partie,candidat,recit\n2026-06-08,E2,ecrit,,Sujet distribué avec dix minutes de retard.\n"
)


def a_jury(workspace: Path) -> Session:
    """Return a marked session where C1 acquires the bloc, C3 does not, and nothing can be said of C2."""
    session = a_session_to_mark(
        workspace, intervenants=PEOPLE + JURY, affectations=ALONE + SEATS, incidents=INCIDENTS
    )
    shutil.copy(find_referentiel(DEFAULT) / "reglement.yaml", session.root / "reglement.yaml")
    config = session.root / "session.yaml"
    config.write_text(f"{config.read_text('utf-8')}reglement: reglement.yaml\n", "utf-8")
    session = open_session(session.root)
    book = session_book(session, {})
    for copy in session_copies(session):
        grid, holders = copy_grid(session.root, copy), holders_of(session, copy.key)
        mark = Mark(level="non_acquis" if holders == ("C3",) else "acquis")
        if copy.key.epreuve == "E2" and holders == ("C2",):
            mark = Mark(state="not_assessed", comment="Copie égarée")
        said = [Saying(copy.key, line.key, mark) for line in grid.lines]
        book.say("P1", said, {copy.key: grid})
    for epreuve in session.config.epreuves:
        lock_marks(session, book, epreuve, "P1", read_secret(session.root))
    return session


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIT_STORE", raising=False)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return a_jury(tmp_path)


@pytest.fixture
def panel(session: Session) -> JuryPanel:
    return JuryPanel(session.root)


def send(panel: JuryPanel, action: str = "", **values: Any) -> None:
    """Do as the page does: send all values, and maybe a button."""
    seq = panel.answered["seq"] + 1
    asked = {"seq": seq, "name": action} if action else None
    panel.input = {"seq": seq, "values": {**panel.values, **values}, "action": asked}


def test_a_dossier_says_what_is_proposed_why_and_what_happened(panel: JuryPanel) -> None:
    assert [item.open_blocs for item in panel.dossiers] == [(), ("B1",), ()]
    assert "1 dossier sans proposition" in panel.regions["identity"].replace("\u00a0", " ")
    dossier = panel.regions["dossier"]
    assert "dix minutes de retard" in dossier
    assert "B1 acquis" in panel.regions["verdicts"].replace("\u00a0", " ")
    send(panel, "next_open")
    assert panel.dossier.candidate.id == "C2"
    assert "Bastien Orgeval" in panel.regions["dossier"]
    assert "sans proposition" in panel.regions["verdicts"].replace("\u00a0", " ")


def test_one_goes_from_dossier_to_dossier_and_round(panel: JuryPanel) -> None:
    seen = [panel.dossier.candidate.id]
    for action in ("next", "next", "next", "previous"):
        send(panel, action)
        seen.append(panel.dossier.candidate.id)
    assert seen == ["C1", "C2", "C3", "C1", "C3"]
    send(panel, candidate="C2")
    assert panel.dossier.candidate.id == "C2"


def test_a_departure_without_its_reason_is_refused_and_one_with_it_is_kept(
    panel: JuryPanel, session: Session
) -> None:
    send(panel, "decide:B1", **{"choice|C1|B1": "refused", "reason|C1|B1": " "})
    assert "s’écarte de la proposition" in panel.regions["findings"]
    assert decisions(session_book(session, {})) == {}
    send(panel, "decide:B1", **{"reason|C1|B1": "Plagiat établi par la commission"})
    assert panel.regions["findings"] == ""
    kept = decisions(session_book(session, {}))["C1", "B1"]
    assert (kept.choice, kept.author, kept.reason) == ("refused", "J1", "Plagiat établi par la commission")
    assert "Plagiat établi" in panel.regions["verdicts"]


def test_what_is_typed_for_one_bloc_survives_a_decision_elsewhere(panel: JuryPanel) -> None:
    send(panel, "next", **{"reason|C1|B1": "Brouillon"})
    send(panel, "previous")
    assert "Brouillon" in panel.regions["verdicts"]


def test_a_list_put_in_another_order_does_not_change_the_dossier_that_is_shown(
    panel: JuryPanel, session: Session
) -> None:
    send(panel, "next_open")
    file = session.root / "candidats.csv"
    title, *rows = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([title, *reversed(rows)]) + "\n", "utf-8")
    send(panel, "decide:B1", **{"choice|C2|B1": "deferred", "reason|C2|B1": "Copie à retrouver"})
    assert panel.dossier.candidate.id == "C2"
    assert "Copie à retrouver" in panel.regions["verdicts"]
    assert "reason|C2|B1" not in panel.values


def test_no_choice_is_no_decision(panel: JuryPanel) -> None:
    send(panel, "decide:B1", **{"choice|C1|B1": ""})
    assert "aucune décision n’est choisie" in panel.regions["findings"].lower()


def test_the_member_who_taught_a_candidate_cannot_write_for_him(panel: JuryPanel) -> None:
    send(panel, author="J3", candidate="C2")
    send(panel, "decide:B1", **{"choice|C2|B1": "validated", "reason|C2|B1": "Bon oral"})
    assert "ne siège pas pour ce candidat" in panel.regions["findings"]


def test_a_neutralisation_needs_both_conditions_and_shows_its_reference_alone(
    panel: JuryPanel, session: Session
) -> None:
    given = {"criterion": "CE1.2", "reference": "DEC-7", "decided_on": "2026-06-01", "not_relevant": True}
    send(panel, "neutralise", **given)
    assert "cœur de l’activité" in panel.regions["findings"]
    send(panel, "neutralise", not_core=True)
    assert panel.regions["findings"] == ""
    assert {item.reference for item in neutralised(session_book(session, {}))} == {"DEC-7"}
    assert "DEC-7" in panel.regions["dossier"]
    send(panel, "neutralise", decided_on="hier")
    assert "n’est pas une date" in panel.regions["findings"]


def test_the_signature_waits_for_open_blocs_then_freezes(panel: JuryPanel, session: Session) -> None:
    present = {"present|J1": True, "present|J2": True}
    send(panel, "sign", **present)
    assert "C2, B1" in panel.regions["findings"]
    send(panel, candidate="C2")
    send(
        panel, "decide:B1", **{"choice|C2|B1": "deferred", "reason|C2|B1": "Copie égarée, épreuve à repasser"}
    )
    send(panel, "sign", **present)
    assert panel.regions["findings"] == ""
    (pv,) = signed(session_book(session, {}))
    assert pv.digest in panel.regions["signing"]
    send(panel, "decide:B1", **{"choice|C2|B1": "validated", "reason|C2|B1": "Copie retrouvée et notée"})
    assert [one.number for one in signed(session_book(session, {}))] == [1, 2]
    send(panel, "check")
    assert "rien n’a changé" in panel.regions["progress"].lower() or panel.regions["progress"]
    assert panel.regions["findings"] == ""
    (session.root / "candidats.csv").write_text("id,nom\n", "utf-8")
    send(panel, "check")
    assert "candidats.csv" in panel.regions["findings"]


def test_the_documents_are_written_from_the_panel(panel: JuryPanel, session: Session) -> None:
    send(panel, "documents")
    assert "PV" in panel.regions["findings"]
    assert not (session.root / "documents").exists()


def test_names_are_escaped(tmp_path: Path) -> None:
    session = a_session_to_mark(
        tmp_path, intervenants=PEOPLE + JURY, affectations=ALONE + SEATS,
        candidats="id,nom,prenom,naissance,email,voie,centre\nC1,<b>Zoé</b>,A,,,,\nC2,B,B,,,,\nC3,C,C,,,,\n",
    )  # fmt: skip
    panel = JuryPanel(session.root)
    assert "<b>Zoé" not in json.dumps(dict(panel.regions), ensure_ascii=False)


def test_a_folder_that_is_no_session_is_told(tmp_path: Path) -> None:
    panel = JuryPanel(tmp_path / "absent")
    assert panel.regions["findings"]
    send(panel, "next")


@pytest.fixture(params=["lab", "voila"])
def server(request: pytest.FixtureRequest, session: Session) -> Iterator[tuple[str, str]]:
    notebook = (shipped("notebooks") / "06_jury.ipynb").read_text("utf-8")
    here = notebook.replace('dossier = \\"\\"', 'dossier = \\"session\\"')
    write_text(session.root.parent / "jury.ipynb", here)
    shown = lab(session.root.parent) if request.param == "lab" else app_page("jury", session.root)
    with shown as address:
        yield request.param, address


@pytest.mark.needs("chromium")
def test_a_decision_is_taken_with_the_keyboard_alone(
    page: Page, server: tuple[str, str], session: Session
) -> None:
    kind, address = server
    if kind == "lab":
        run_notebook(page, address, "jury.ipynb")
    else:
        page.goto(address)
    panel = page.locator(".kit-page")
    expect(panel.get_by_role("heading", name="(C1)")).to_be_visible(timeout=20_000)
    panel.get_by_role("button", name="Prochain à décider").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="(C2)")).to_be_visible()
    panel.get_by_role("combobox", name="Décision").focus()
    page.keyboard.type("ajourné")
    page.keyboard.press("Tab")
    page.keyboard.type("Copie égarée : b, x et dd ne sont pas des ordres.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-region=progress]")).to_contain_text("ajourné")
    expect(panel.get_by_role("button", name="Inscrire la décision sur B1")).to_be_focused()
    kept = decisions(session_book(session, {}))["C2", "B1"]
    assert (kept.choice, kept.reason) == ("deferred", "Copie égarée : b, x et dd ne sont pas des ordres.")
    page.evaluate("document.querySelectorAll('.kit-page details').forEach((one) => one.open = true)")
    found = Axe().run(page, context=".kit-page").response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:120]) for item in found] == []


@pytest.mark.needs("chromium")
def test_statistics_are_readable_by_everyone(page: Page, session: Session) -> None:
    notebook = (shipped("notebooks") / "08_statistiques.ipynb").read_text("utf-8")
    here = notebook.replace('dossier = \\"\\"', 'dossier = \\"session\\"')
    write_text(session.root.parent / "statistiques.ipynb", here)
    with lab(session.root.parent) as address:
        run_notebook(page, address, "statistiques.ipynb")
        panel = page.locator(".kit-page")
        expect(panel.get_by_role("heading", name="Statistiques de la session")).to_be_visible(timeout=20_000)
        found = Axe().run(page, context=".kit-page").response["violations"]
        assert [(item["id"], item["nodes"][0]["html"][:120]) for item in found] == []
