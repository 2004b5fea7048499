import pytest

from kit.documents.check import check
from kit.documents.model import Box, Cover, Document, Figure, Heading, PageBreak, Table, text

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


def found(*body, **changes):
    return [finding.code for finding in check(Document(**{"title": "T", "body": body, **changes}))]


def test_the_realistic_paper_has_no_finding(paper):
    assert check(paper) == []


@pytest.mark.parametrize("title", ["", " \u00a0", "\u200b\n"])
def test_a_document_without_visible_title_is_found(title):
    assert found(title=title) == ["document.title_missing"]
    assert found(cover=Cover("École", title)) == ["document.title_missing"]


@pytest.mark.parametrize("language", ["", "français", "FR", "fr_FR"])
def test_an_unknown_language_code_is_found(language):
    assert found(language=language) == ["document.language_unknown"]


@pytest.mark.parametrize("language", ["fr", "en", "fr-FR"])
def test_language_codes_pass(language):
    assert found(language=language) == []


def test_skipped_heading_levels_are_found_each_once():
    headings = (Heading(2, text("A")), Heading(1, text("B")), Heading(3, text("C")), Heading(4, text("D")))
    assert found(*headings) == ["heading.skipped", "heading.skipped"]


def test_headings_inside_boxes_count():
    assert found(Box("info", (Heading(2, text("A")),))) == ["heading.skipped"]
    assert found(Heading(1, ())) == ["heading.empty"]


def test_a_figure_without_replacement_text_is_found():
    assert found(Figure(SVG, "svg", " ")) == ["figure.alt_missing"]


@pytest.mark.parametrize("figure", [Figure(b"GIF89a", "png", "x"), Figure(b"\xff\xfe", "svg", "x")])
def test_a_picture_of_another_format_is_found(figure):
    assert found(figure) == ["figure.unreadable"]


def test_a_table_without_header_or_with_uneven_rows_is_found():
    empty = Table(((), text(" ")), ((text("1"), text("2")),), ("left", "left"))
    assert found(empty) == ["table.header_missing"]
    uneven = Table((text("A"), text("B")), ((text("1"),), (text("1"), text("2"))), ("left", "left"))
    assert found(uneven) == ["table.ragged"]


def test_a_page_break_inside_a_box_is_found():
    assert found(PageBreak(), Box("info", (PageBreak(),))) == ["page_break.nested"]


def test_all_problems_are_told_at_once_with_sentences():
    body = (Heading(2, text("A")), Table((), (), ()), Figure(SVG, "svg", ""))
    findings = check(Document("", body, language="?"))
    assert [finding.code for finding in findings] == [
        "document.title_missing",
        "document.language_unknown",
        "heading.skipped",
        "table.header_missing",
        "figure.alt_missing",
    ]
    assert all(finding.message and finding.remedy for finding in findings)
