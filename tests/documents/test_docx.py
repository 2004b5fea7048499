import io
import zipfile
from dataclasses import replace

import docx as word
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.documents.docx import docx
from kit.documents.model import (
    Box,
    Code,
    Document,
    Fields,
    Figure,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Table,
    Text,
    text,
)
from kit.errors import AuthorError


def reopened(document):
    return word.Document(io.BytesIO(docx(document)))


def a_document(*body, **changes):
    return Document(**{"title": "Essai", "body": body, **changes})


@pytest.fixture(scope="module")
def file(paper):
    return reopened(paper)


def test_headings_are_real_headings(file, paper):
    found = [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    expected = [(f"Heading {b.level}", b.content[0].text) for b in paper.body if isinstance(b, Heading)]
    assert found == expected
    assert [p.text for p in file.paragraphs if p.style.name == "Title"] == [paper.cover.headline]


def test_data_tables_repeat_their_header_row_and_frames_have_none(file):
    marked = [
        [row._tr.find(qn("w:trPr") + "/" + qn("w:tblHeader")) is not None for row in table.rows]
        for table in file.tables
        if len(table.columns) > 1
    ]
    assert [len(rows) for rows in marked] == [4, 61]
    assert all(rows[0] and not any(rows[1:]) for rows in marked)


def test_pictures_carry_their_replacement_text(file, paper):
    (figure,) = [block for block in paper.body if isinstance(block, Figure)]
    (picture,) = file.inline_shapes
    assert picture._inline.docPr.get("descr") == figure.alt


@pytest.mark.parametrize(("language", "tag"), [("fr", "fr-FR"), ("en", "en-GB"), ("fr-CA", "fr-CA")])
def test_the_language_of_the_text_is_said(language, tag):
    made = reopened(a_document(language=language))
    tags = [node.get(qn("w:val")) for node in made.styles.element.iter(qn("w:lang"))]
    assert tags
    assert set(tags) == {tag}
    assert made.core_properties.language == tag


def test_properties_name_the_document_and_nobody(file, paper):
    known = file.core_properties
    assert (known.title, known.subject) == (paper.title, paper.subject)
    assert known.keywords == "étude de cas, marketing"
    assert known.author == known.last_modified_by == known.comments == ""
    assert known.created == known.modified
    assert known.created.year == 1980


def test_no_part_of_the_model_file_goes_along(paper):
    names = zipfile.ZipFile(io.BytesIO(docx(paper))).namelist()
    assert not [
        name for name in names if "thumbnail" in name or "customXml" in name or name.endswith("app.xml")
    ]


def test_footer_and_header_carry_code_pages_and_stamp(file):
    section = file.sections[0]
    footer = section.footer.paragraphs[0]
    fields = [node.text.strip() for node in footer._p.iter(qn("w:instrText"))]
    assert footer.text.startswith("E4-2026-A\tPage ")
    assert fields == ["PAGE", "NUMPAGES"]
    assert section.header.paragraphs[0].text == "DÉMONSTRATION"


def test_the_cover_counts_the_pages_by_field(file):
    fields = [node.text.strip() for node in file.element.body.iter(qn("w:instrText"))]
    assert fields == ["NUMPAGES"] * 4


def test_lists_are_real_lists_and_start_where_asked():
    made = reopened(
        a_document(ListBlock(((Paragraph(text("a")),), (Paragraph(text("b")),)), ordered=True, start=5))
    )
    items = [p for p in made.paragraphs if p.style.name == "List Number"]
    assert [p.text for p in items] == ["a", "b"]
    assert all(p._p.pPr.numPr is not None for p in items)
    starts = [node.get(qn("w:val")) for node in made.part.numbering_part.element.iter(qn("w:startOverride"))]
    assert starts == ["5"]


def test_headings_keep_their_bold_and_captions_stay_with_their_table():
    table = Table((text("A"),), ((text("1"),),), ("left",), caption="Légende")
    made = reopened(a_document(Heading(1, text("T")), table))
    heading = next(p for p in made.paragraphs if p.text == "T")
    caption = next(p for p in made.paragraphs if p.text == "Légende")
    assert heading.runs[0].bold is None
    assert heading.style.font.bold
    assert heading.style.paragraph_format.keep_with_next
    assert caption.style.name == "Caption"
    assert caption.style.paragraph_format.keep_with_next


def test_a_page_break_leaves_no_empty_line_before_a_heading():
    made = reopened(a_document(Paragraph(text("a")), PageBreak(), Heading(1, text("T"))))
    assert [p.text for p in made.paragraphs] == ["Essai", "a", "T"]
    assert made.paragraphs[-1].paragraph_format.page_break_before


def test_a_landscape_document_turns_the_page():
    section = reopened(a_document(landscape=True)).sections[0]
    assert section.page_width > section.page_height


def test_a_box_keeps_its_title_and_its_blocks():
    box = Box("task", (Paragraph(text("a")), Table((text("A"),), ((text("1"),),), ("left",))), "À faire")
    (frame,) = reopened(a_document(box)).tables
    cell = frame.rows[0].cells[0]
    assert [p.text for p in cell.paragraphs if p.text] == ["À faire", "a"]
    assert cell.tables[0].rows[1].cells[0].text == "1"


def test_the_same_document_gives_the_same_bytes(paper):
    content = docx(paper)
    assert content == docx(replace(paper))
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {1980}


def test_what_check_finds_stops_the_writing():
    with pytest.raises(AuthorError):
        docx(a_document(Heading(2, text("A"))))


@settings(max_examples=12)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_survives(words):
    made = reopened(
        a_document(
            Paragraph((Text(words), Code(words))),
            Box("info", (), words),
            Table((text("A"),), ((text(words),),), ("left",), caption=words),
            title=f"T{words}" * 9,
            code=words,
            stamp=words,
        )
    )
    assert made.core_properties.title.startswith("T")


def test_the_number_of_pages_stands_before_the_word_processor_counts_them(paper):
    made = word.Document(io.BytesIO(docx(paper, pages=6)))
    frame = next(table for table in made.tables if "Le sujet comporte" in table.cell(0, 0).text)
    assert "Le sujet comporte 6 pages, numérotées de 1/6 à 6/6" in frame.cell(0, 0).text
    assert made.sections[0].footer.paragraphs[0].text.endswith("/ 6")
    assert "…" not in frame.cell(0, 0).text


def test_ordinals_are_raised_in_text_and_in_facts():
    made = reopened(a_document(Paragraph(text("Le 1er juin.")), Fields((("Date", "1er mars"),))))
    raised = [run.text for p in made.paragraphs for run in p.runs if run.font.superscript]
    assert raised == ["er", "er"]
    assert [p.text for p in made.paragraphs[1:]] == ["Le 1er juin.", "Date\t1er mars"]


def test_a_source_stays_with_its_table_and_an_introduction_with_its_list():
    table = Table((text("A"),), ((text("1"),), (text("2"),)), ("left",))
    listed = ListBlock(((Paragraph(text("a")),),))
    body = (table, Paragraph(text("Source : enquête"), note=True), Paragraph(text("Voici :")), listed)
    made = reopened(a_document(*body))
    assert [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in made.tables[0].rows] == [
        True
    ] * 3
    kept = {p.text: p.paragraph_format.keep_with_next for p in made.paragraphs}
    assert (kept["Voici :"], kept["Source : enquête"], kept["a"]) == (True, None, None)
