"""Each sector's file: complete, in careful French, and naming nobody real."""

import re
import shutil
from itertools import islice

import pytest
import yaml

from kit.cases.company import company
from kit.cases.company.names import NEAR_BRAND, bare, brands, is_free, nearest_likeness, possible_names
from kit.cases.company.sector import FOLDER, find_sector, read_sector, sectors
from kit.errors import InvalidFile

ALL = pytest.mark.parametrize("code", sectors())
LETTERED = re.compile(r"[A-Za-zÀ-ÿ]")


def texts(value):
    """Yield every text of a sector, except codes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key) if " " in str(key) else ()
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def prose(code):
    found = list(texts(yaml.safe_load((FOLDER / f"{code}.yaml").read_text("utf-8"))))
    assert len(found) > 250
    return [text for text in found if LETTERED.search(text)]


def test_there_are_at_least_eight_sectors_of_all_kinds():
    known = [find_sector(code) for code in sectors()]
    assert len(known) >= 8
    assert {sector.clientele for sector in known} >= {"B2B", "B2B et B2C"}
    assert {sector.nature for sector in known} == {"industrie", "commerce", "service"}
    assert {sector.digital.goal for sector in known} == {"order", "lead"}


@ALL
def test_the_file_is_named_after_its_code(code):
    assert find_sector(code).code == code


@ALL
def test_a_sector_is_rich_enough_for_a_four_hour_case(code):
    sector = find_sector(code)
    assert 6 <= len(sector.products) <= 10
    assert len(sector.orientations) >= 4
    assert len(sector.competitors) >= 6
    assert len(sector.verbatims) >= 24
    families = sector.pestel.model_dump()
    assert len(families) == 6
    assert all(len(facts) >= 2 for facts in families.values())
    assert {v.tone for v in sector.verbatims} == {"positif", "neutre", "négatif"}
    assert len({v.text for v in sector.verbatims}) == len(sector.verbatims)
    assert len({v.theme for v in sector.verbatims}) >= 8


@ALL
def test_typography_is_french(code):
    for text in prose(code):
        assert "'" not in text, text
        assert '"' not in text, text
        assert "  " not in text, text
        assert "..." not in text, text
        assert not re.search(r"[^\s«( ][;!?»]", text.replace(" ", " ")), text
        assert not re.search(r"«[^\s ]", text), text
        assert not re.search(r"\s[,.]", text), text


@ALL
def test_capitals_keep_their_accents(code):
    for text in prose(code):
        assert not re.match(r"(Etude|Ecole|Etat|Eco|A la|Equipe|Etape|Evolution|Ethique)\b", text), text


@ALL
def test_verbatims_are_sentences_and_are_varied(code):
    sector = find_sector(code)
    for verbatim in sector.verbatims:
        assert verbatim.text[0].isupper(), verbatim.text
        assert verbatim.text[-1] in ".!?", verbatim.text
        assert 15 <= len(verbatim.text) <= 220, verbatim.text
    starts = {" ".join(verbatim.text.split()[:2]) for verbatim in sector.verbatims}
    assert len(starts) >= 0.75 * len(sector.verbatims)


@ALL
def test_no_sector_invents_an_article_number_or_a_statistic(code):
    for text in prose(code):
        assert not re.search(r"\b[LRD]\.? ?\d{3,}", text), text
        assert not re.search(r"\b(INSEE|Xerfi|Statista|Kantar|Nielsen|Ipsos)\b", text), text


@ALL
def test_figures_of_the_market_are_said_to_be_reconstructed(code):
    assert "données reconstituées" in find_sector(code).market.scope


@ALL
def test_names_are_many_and_none_is_near_a_brand(code):
    sector = find_sector(code)
    names = set(possible_names(sector.names))
    assert len(names) >= 400
    free = [name for name in islice(sorted(names), 0, None, 7) if is_free(name)]
    assert len(free) > 0.8 * len(names) / 7
    for name in free:
        for word in {bare(name), *(bare(part) for part in name.split())}:
            assert nearest_likeness(word, map(bare, brands()), NEAR_BRAND) == 0, name


def test_names_equal_or_near_a_brand_are_refused():
    for name in ("Lush", "L'Oréal", "Loréal", "Maison Lavazza", "Decatlon", "Lavezza", "Hermes"):
        assert not is_free(name), name
    assert is_free("Brumadoue")


def test_the_list_of_brands_is_long_and_without_doubles():
    assert len(brands()) >= 300
    assert len({bare(brand) for brand in brands()}) >= 300


def test_towns_are_many_and_have_a_region():
    from kit.cases.company.identity import towns

    assert len(towns()) >= 60
    assert len({town.region for town in towns()}) == 12
    assert all(town.name and town.department and re.fullmatch(r"\d{2}", town.code) for town in towns())


@ALL
def test_the_offer_studied_says_for_whom_it_is_made(code):
    sector = find_sector(code)
    studied = next(p for p in sector.products if p.code == sector.survey.price_product)
    resellers = {channel.buyer for channel in sector.channels}
    assert len(set(studied.segments) - resellers) >= 2


def test_an_offer_for_teams_is_not_aimed_at_those_who_work_alone():
    sector = find_sector("logiciel_planning_artisans")
    studied = next(p for p in sector.products if p.code == sector.survey.price_product)
    aimed = [segment for segment in sector.segments if segment.code in studied.segments]
    assert "Jusqu’à six utilisateurs" in studied.description
    assert not [s.label for s in aimed if "seul" in s.label or "sans salarié" in s.profile]
    low, _ = studied.price
    assert all(segment.basket[1] > low for segment in aimed)


@ALL
def test_no_two_channels_are_described_alike(code):
    notes = [channel.note for channel in find_sector(code).channels]
    assert len(set(notes)) == len(notes)
    assert all(" ; " in note for note in notes)


# Refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "put", "code"),
    [
        ("family: corps, names: [Savon", "family: corp, names: [Savon", "sector.reference"),
        ("buyer: detaillants", "buyer: detaillant", "sector.reference"),
        ("price_product: creme", "price_product: cremes", "sector.reference"),
        ("segments: [engages, sensibles]", "segments: [engages, sensible]", "sector.reference"),
        ("segments: [engages, sensibles]", "segments: [engages]", "sector.targets"),
        ("segments: [engages, sensibles]", "segments: [engages, detaillants]", "sector.targets"),
        ("share: 0.34, finding", "share: 0.44, finding", "sector.sum"),
        ("Charges de personnel: 0.64", "Salaires: 0.64", "sector.reference"),
        ("share: 0.38, drift", "share: 0.48, drift", "sector.sum"),
        ("season: [0.85,", "season: [1.85,", "sector.season"),
        ("revenue: [1250000, 2900000]", "revenue: [2900000, 1250000]", "sector.range"),
        ("when: nps_high", "when: nps_hight", "sector.fact"),
        ("aux yeux des clients, mix: prix", "aux yeux des clients, mix: produit", "sector.mix"),
        (
            'en boutique et sur les salons", mix: prix',
            'en boutique et sur les salons", mix: prices',
            "field.choice",
        ),
        ("Le site est gelé {closed}", "Le site est gelé en novembre", "sector.closed"),
        ("closed: [11-16, 11-30]", "closed: [11-16, 11-31]", "sector.day"),
        ("closed: [11-16, 11-30]", "closed: [01-01, 12-31]", "sector.never_open"),
        ("closed: [11-16, 11-30]", "closed: [11-16, 11-30], only: [visages]", "sector.reference"),
        ("closed: [11-16, 11-30]", "close: [11-16, 11-30]", "field.unknown"),
        ("activity: >-", "activites: >-", "field.missing"),
    ],
)
def test_a_sector_that_does_not_hold_together_is_refused_at_its_line(tmp_path, found, put, code):
    path = tmp_path / "cosmetique_solide.yaml"
    shutil.copy(FOLDER / "cosmetique_solide.yaml", path)
    text = path.read_text("utf-8")
    assert found in text
    path.write_text(text.replace(found, put), "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_sector(path)
    findings = [finding for finding in caught.value.findings if finding.code == code]
    assert findings
    assert code == "field.missing" or findings[0].where.line > 1


def test_all_the_problems_of_a_sector_are_told_at_once(tmp_path):
    path = tmp_path / "x.yaml"
    text = (FOLDER / "cosmetique_solide.yaml").read_text("utf-8")
    text = text.replace("buyer: detaillants", "buyer: detaillant").replace(
        "when: nps_high", "when: nps_hight"
    )
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_sector(path)
    assert {finding.code for finding in caught.value.findings} >= {"sector.reference", "sector.fact"}


@ALL
def test_three_products_known_in_english_are_always_on_offer(code):
    named = {product.code for product in find_sector(code).english.products}
    assert named <= {product.code for product in find_sector(code).products}
    for seed in range(1, 13):
        offered = {product.code for product in company(seed, code).offer.products}
        assert len(named & offered) >= 3, seed


@ALL
def test_english_clauses_fit_into_sentences(code):
    english = find_sector(code).english
    clauses = [*english.trends, *english.selling_points, *english.objections]
    clauses += [text for incident in english.incidents for text in (incident.cause, incident.remedy)]
    assert [text for text in clauses if text[0].isupper() or text.endswith(".")] == []
    sentences = [english.carriage, *(incident.problem for incident in english.incidents)]
    assert [text for text in sentences if not (text[0].isupper() and text.endswith("."))] == []
