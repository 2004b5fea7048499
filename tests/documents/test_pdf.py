import io
import subprocess
import sys
from dataclasses import replace

import page
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.documents.look import FORM, STANDARD
from kit.documents.model import (
    NOTE_ROOM,
    AnswerLines,
    Box,
    Code,
    Cover,
    Document,
    Emphasis,
    Fields,
    Figure,
    Heading,
    LineBreak,
    ListBlock,
    PageBreak,
    PageCount,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
    text,
)
from kit.documents.pdf import page_count, pdf
from kit.documents.raster import png
from kit.errors import AuthorError, EnvironmentFault

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="900"><rect width="90" height="900"/></svg>'
HOSTILE = '#let x = 1 $y$ *z* _u_ \\ " < > @ref // `r` ] ) } ; = titre #"a" \\u{0} ~ -- \x00\x07\ufffe\ud800'


def a_document(*body, **changes):
    return Document(**{"title": "Essai", "body": body, **changes})


def words(content, *options):
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def flat(shown):
    return " ".join(shown.split())


@pytest.fixture(scope="module")
def printed(paper):
    return pdf(paper)


@pytest.fixture(scope="module")
def opened(printed):
    with pikepdf.open(io.BytesIO(printed)) as file:
        yield file


def structure(file):
    """Yield every structure element of a PDF, in reading order."""

    def below(node):
        children = node.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                yield child
                yield from below(child)

    yield from below(file.Root.StructTreeRoot)


def is_ua(content, tmp_path):
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    report = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    return report.is_compliant, [str(failure) for failure in report.failures]


def test_the_paper_passes_the_pdf_ua_checks(printed, tmp_path):
    assert is_ua(printed, tmp_path) == (True, [])


def test_a_document_of_every_block_without_cover_passes_too(tmp_path):
    table = Table((text("A"), text("B")), ((text("1"), text("2")),), ("left", "right"))
    inner = (Paragraph(text("a")), ListBlock(((Paragraph(text("b")),),), ordered=True, start=4))
    body = (
        Paragraph((Strong(text("a")), LineBreak(), Emphasis((Code("b  c"),)), PageCount())),
        Paragraph(()),
        ListBlock((inner, (), (table,), (Paragraph(text("c")), Paragraph(text("d"))))),
        *(Heading(level, text(f"Niveau {level}")) for level in range(1, 6)),
        Quote((Paragraph(text("q")), table)),
        table,
        replace(table, rows=(), caption="Sans ligne"),
        Figure(SVG, "svg", "un rectangle"),
        Figure(png(SVG), "png", "un rectangle", "Figure", 0.5),
        *(Box(kind, inner, title) for kind in ("notice", "task", "marker", "info") for title in (None, "T")),
        Box("info", (Box("task", (table,), "Dedans"),)),
        Fields((("A", None), ("B", "b"))),
        AnswerLines(60),
        PageBreak(),
    )
    for landscape in (False, True):
        document = a_document(*body, stamp="PROJET", landscape=landscape)
        assert is_ua(pdf(document), tmp_path) == (True, [])


def test_a_reader_finds_title_language_and_tags(opened, paper):
    root = opened.Root
    assert bool(root.MarkInfo.Marked) is True
    assert str(root.Lang) == "fr"
    assert bool(root.ViewerPreferences.DisplayDocTitle) is True
    assert str(opened.docinfo["/Title"]) == paper.title
    assert "/Author" not in opened.docinfo
    assert not [name for name in opened.docinfo if "Date" in name]


def test_tables_have_header_cells_figures_their_text_and_headings_their_level(opened):
    elements = list(structure(opened))
    kinds = [str(element.S) for element in elements]
    assert kinds.count("/TH") == 5 + 4
    assert kinds.count("/TD") == 60 * 5 + 3 * 4
    assert [kind for kind in kinds if kind in ("/H1", "/H2")] == [
        "/H1", "/H1", "/H2", "/H1", "/H2", "/H1", "/H2",
    ]  # fmt: skip
    figures = [element for element in elements if str(element.S) == "/Figure"]
    assert [str(figure.Alt)[:21] for figure in figures] == ["Diagramme en barres d"]
    assert kinds.count("/Caption") == 3


@pytest.mark.needs("pdfinfo")
def test_stamp_and_running_parts_are_not_read_aloud(printed):
    """Headers, footers and backgrounds are artifacts (ISO 14289-1, 7.1 and 7.8)."""
    command = ["pdfinfo", "-struct-text", "-"]
    spoken = subprocess.run(command, input=printed, capture_output=True, check=False).stdout
    assert "Travail à faire".encode() in spoken
    assert "DÉMONSTRATION".encode() not in spoken
    assert b"Page" not in spoken


def test_every_font_is_embedded(opened):
    fonts = [
        o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert any("Lato" in str(font.FontName) for font in fonts)


@pytest.mark.needs("pdftotext")
def test_each_page_says_its_code_and_number_and_the_cover_says_how_many(printed, opened):
    total = len(opened.pages)
    assert total == 6
    pages = words(printed, "-layout").split("\f")[:total]
    for number, shown in enumerate(pages, 1):
        assert f"Page {number} / {total}" in shown
        assert "E4-2026-A" in shown
        assert "DÉMONSTRATION" in shown
    assert f"comporte {total} pages, numérotées de 1/{total} à {total}/{total}" in flat(pages[0])


@pytest.mark.needs("pdftotext")
def test_the_header_of_a_long_table_is_repeated_on_each_page(printed):
    pages = words(printed, "-layout").split("\f")
    assert ["Semaine" in shown and "Prix unitaire" in shown for shown in pages[:6]] == [
        False, False, True, True, True, False,
    ]  # fmt: skip


@pytest.mark.needs("pdftotext")
def test_captions_and_headings_never_stand_alone_at_the_foot_of_a_page():
    rows = tuple((text(f"r{i}"),) for i in range(40))
    table = Table((text("Colonne"),), rows, ("left",), caption="Légende du tableau")
    for filler in range(24, 36):
        lines = tuple(Paragraph(text(f"ligne {i}")) for i in range(filler))
        content = pdf(a_document(*lines, Heading(1, text("Titre du dossier")), table))
        (holder,) = [shown for shown in words(content).split("\f") if "Titre du dossier" in shown]
        assert "Légende du tableau" in holder
        assert "r0" in holder


@pytest.mark.needs("pdftotext")
def test_hostile_text_is_only_text_everywhere():
    table = Table((text(HOSTILE),), ((text(HOSTILE),),), ("left",), caption=HOSTILE)
    body = (
        Heading(1, text(HOSTILE)),
        Paragraph((Text(HOSTILE), Code(HOSTILE), Strong(text(HOSTILE)))),
        table,
        Figure(SVG, "svg", HOSTILE, HOSTILE),
        Box("task", (), HOSTILE),
        Fields(((HOSTILE, HOSTILE),)),
    )
    cover = Cover(HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))
    changes = {
        "title": HOSTILE,
        "code": HOSTILE,
        "stamp": HOSTILE,
        "subject": HOSTILE,
        "keywords": (HOSTILE,),
    }
    shown = "".join(words(pdf(a_document(*body, cover=cover, **changes))).split())
    assert shown.count("#letx=1$y$*z*_u_") > 12
    assert "@ref//`r`])};=titre#" in shown


def test_smileys_right_to_left_text_and_long_words_are_printed():
    long_word, long_text = "a" * 10_000, "mot " * 2_500
    body = tuple(Paragraph(text(words)) for words in ("😀 ✓ →", "שלום العربية", long_word, long_text))
    assert pdf(a_document(*body)).startswith(b"%PDF-")


def test_characters_that_no_font_draws_are_named_with_the_words_around_instead_of_printed_as_boxes():
    box = Box("task", (Paragraph(text("→ ✓ 漢")),), "Question 3")
    cover = Cover("École", "Cas", notices=(Paragraph(text("Lancez la campagne 🚀 demain")),))
    with pytest.raises(AuthorError) as caught:
        pdf(a_document(box, Heading(1, text("漢")), cover=cover))
    found = [(item.code, item.where.item, item.fields["characters"]) for item in caught.value.findings]
    assert found == [
        ("text.glyph_missing", "« Lancez la campagne 🚀 demain »", ["🚀 (U+1F680)"]),
        ("text.glyph_missing", "« → ✓ 漢 »", ["漢 (U+6F22)"]),
        ("text.glyph_missing", "« 漢 »", ["漢 (U+6F22)"]),
    ]


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(), max_size=60), st.text(max_size=20))
def test_any_text_is_printed_or_its_undrawn_characters_are_named(one, two):
    document = a_document(
        Heading(1, text(f"T{one}")),
        Paragraph((Text(one), Emphasis(text(two)), Code(one))),
        Table((text("A"),), ((text(two),),), ("left",), caption=one),
        Box("task", (ListBlock(((Paragraph(text(one)),),)),), two),
        title=f"T{two}",
        code=one,
    )
    try:
        printed = pdf(document)
    except AuthorError as error:
        told = {finding.code for finding in error.findings}
    else:
        told = set() if printed.startswith(b"%PDF-") else {"no PDF"}
    assert told <= {"text.glyph_missing"}


def test_the_pages_of_a_pdf_are_counted(printed, opened):
    assert page_count(printed) == len(opened.pages)


@pytest.mark.needs("pdftotext")
def test_a_table_too_high_for_the_rest_of_a_page_is_cut_rather_than_moved_with_its_heading():
    rows = tuple((text(f"r{number}"), text("mot " * 30)) for number in range(20))
    table = Table((text("A"), text("B")), rows, ("left", "left"))
    body = (Heading(1, text("Titre")), table, Paragraph(text("Source : enquête"), note=True))
    first, *_ = words(pdf(a_document(*(Paragraph(text(f"ligne {n}")) for n in range(12)), *body))).split("\f")
    assert "ligne 11" in first
    assert "Titre" in first
    assert "r3" in first


@pytest.mark.needs("pdftotext")
def test_a_source_never_parts_from_what_it_speaks_of_and_an_introduction_from_what_it_introduces():
    listed = ListBlock(tuple((Paragraph(text(f"point {number}")),) for number in range(4)))
    body = (listed, Paragraph(text("Source : enquête"), note=True))
    table = Table((text("A"),), tuple((text(f"r{number}"),) for number in range(4)), ("left",))
    for filler in range(24, 36):
        lines = tuple(Paragraph(text(f"ligne {number}")) for number in range(filler))
        content = pdf(a_document(*lines, *body, *lines[: filler - 12], Paragraph(text("Voici.")), table))
        pages = words(content).split("\f")
        (holder,) = [shown for shown in pages if "Source" in shown]
        assert "point 3" in holder
        (holder,) = [shown for shown in pages if "Voici" in shown]
        assert "r0" in holder


def to_sign(*names):
    header = (text("Nom"), text("Signature"))
    return Table(header, tuple((text(name), ()) for name in names), ("left", "left"), form=16.0)


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("caption", [None, "Compétences attestées"])
def test_signatures_share_their_page_with_the_last_row_of_the_table_before(caption):
    introduction = Paragraph(text("Fait en séance."))
    note = Paragraph(text("Empreinte : 0"), note=True)
    for count in range(10, 34):
        rows = tuple((text(f"r{number}"), text("mot " * 40)) for number in range(count))
        table = Table((text("A"), text("B")), rows, ("left", "left"), caption)
        content = pdf(
            a_document(table, Heading(1, text("Paraphes")), introduction, to_sign("Moi", "Toi"), note)
        )
        (holder,) = [shown for shown in words(content).split("\f") if "Paraphes" in shown]
        for word in (f"r{count - 1}", "Fait en séance", "Moi", "Toi", "Empreinte"):
            assert word in holder, (count, word)


@pytest.mark.needs("pdftotext")
def test_signatures_share_their_page_with_a_word_before_and_long_lists_of_them_are_cut():
    heading = Heading(1, text("Paraphes"))
    for filler in range(24, 36):
        lines = tuple(Paragraph(text(f"ligne {number}")) for number in range(filler))
        said = (Heading(1, text("Incidents")), Paragraph(text("Néant.")))
        content = pdf(a_document(*lines, *said, heading, to_sign("Moi", "Toi")))
        (holder,) = [shown for shown in words(content).split("\f") if "Paraphes" in shown]
        assert all(word in holder for word in ("Incidents", "Néant", "Moi", "Toi"))
    first, *_ = words(pdf(a_document(heading, to_sign(*map(str, range(100, 130)))))).split("\f")
    assert "Paraphes" in first
    assert "105" in first


def test_a_table_that_shares_the_page_of_signatures_passes_the_pdf_ua_checks(tmp_path):
    rows = tuple((text(f"r{number}"), text("mot " * 40)) for number in range(20))
    table = Table((text("A"), text("B")), rows, ("left", "left"), "Compétences", row_headers=True)
    assert is_ua(pdf(a_document(table, Heading(1, text("Paraphes")), to_sign("Moi"))), tmp_path) == (True, [])


@pytest.mark.needs("pdftotext")
def test_french_ordinals_are_raised_and_read_as_before():
    shown = pdf(a_document(Paragraph(text("lundi 1er juin, 1re année"))))
    assert "1er juin, 1re année" in flat(words(shown))

    def drawn(line, language):
        with pikepdf.open(io.BytesIO(pdf(a_document(Paragraph(text(line)), language=language)))) as file:
            return file.pages[0].Contents.read_bytes()

    assert drawn("lundi 1er juin", "fr") != drawn("lundi 1er juin", "en")
    assert drawn("lundi 2 juin", "fr") == drawn("lundi 2 juin", "en")


def test_a_form_is_ruled_has_room_to_write_and_passes_the_pdf_ua_checks(tmp_path):
    rows = ((Strong(text("CE1.1")),), (Text("☐ Acquis"), LineBreak(), Text("☐ Non évalué")), ())
    form = Table(
        (text("Critère"), text("Niveau"), text("Commentaire")), (rows,) * 12, (), None, (2, 2, 3), form=True
    )
    body = (Heading(1, text("C1")), form, Fields((("Copie", None), ("Session", "S"), ("Centre", "Lyon"))))
    printed = pdf(a_document(*body, landscape=True), FORM)
    assert is_ua(printed, tmp_path) == (True, [])
    assert page_count(printed) >= 12 * NOTE_ROOM // FORM.text_height(landscape=True) + 1


def test_the_same_document_gives_the_same_bytes_in_another_process(printed, tmp_path):
    assert pdf(a_document(Paragraph(text("a")), stamp="PROJET")) == pdf(
        a_document(Paragraph(text("a")), stamp="PROJET")
    )
    program = (
        "import sys; from kit.documents.pdf import pdf; from kit.documents.model import *; "
        "sys.stdout.buffer.write(pdf(Document('Essai', (Paragraph(text('a')),), stamp='PROJET')))"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert other == pdf(a_document(Paragraph(text("a")), stamp="PROJET"))


def test_a_tall_figure_stays_on_one_page():
    content = pdf(a_document(Figure(SVG, "svg", "un rectangle", "Haute figure")))
    with pikepdf.open(io.BytesIO(content)) as file:
        assert len(file.pages) == 1


@pytest.mark.needs("pdftotext")
def test_a_cell_longer_than_a_page_loses_no_word():
    rows = ((text(" ".join(f"mot{i}" for i in range(2_000))), text("fin")),)
    table = Table((text("A"), text("B")), rows, ("left", "left"), widths=(1, 1))
    shown = words(pdf(a_document(table)))
    assert all(f"mot{i}" in shown for i in range(2_000))


def test_the_look_changes_the_page_and_nothing_else(paper):
    large = replace(STANDARD, size=16, line_height=1.6, justify=False, hyphenate=False, watermark=None)
    with pikepdf.open(io.BytesIO(pdf(paper, large))) as file:
        assert len(file.pages) > 6


def test_what_check_finds_stops_the_printing():
    with pytest.raises(AuthorError) as caught:
        pdf(a_document(Figure(SVG, "svg", ""), Heading(2, text("A")), title=""))
    found = [finding.code for finding in caught.value.findings]
    assert found == ["document.title_missing", "heading.skipped", "figure.alt_missing"]


def test_a_broken_picture_is_the_author_s_to_mend():
    with pytest.raises(AuthorError) as caught:
        pdf(
            a_document(
                Figure(b"<svg xmlns='http://www.w3.org/2000/svg'><rect</svg>", "svg", "x", "Graphique 1")
            )
        )
    (finding,) = caught.value.findings
    assert finding.code == "figure.unreadable"
    assert finding.where.item == "Graphique 1"


def test_a_font_that_is_not_installed_is_named():
    with pytest.raises(EnvironmentFault) as caught:
        pdf(a_document(), replace(STANDARD, font="Latto"))
    assert caught.value.findings[0].fields == {"font": "Latto", "near": ["Lato"]}


def test_the_model_is_imported_without_any_writer():
    program = (
        "import sys, kit.documents.model; print(sorted({'typst', 'docx', 'markdown_it'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.needs("pdftotext")
def test_a_table_cuts_no_word_that_its_column_can_hold():
    wide = "Détergents concentrés fabriqués, établissements médico-sociaux, télévente et réassort. " * 3
    rows = tuple((text(wide[start:]), text("12")) for start in range(0, 60, 4))
    shown = words(pdf(a_document(Table((text("A"), text("B")), rows, ("left", "right"), widths=(1, 4)))))
    assert "\u00ad" not in shown
    endless = ((text("anticonstitutionnellement" * 3), text("12")),)
    shown = words(pdf(a_document(Table((text("A"), text("B")), endless, ("left", "right"), widths=(1, 9)))))
    assert "\u00ad" in shown
