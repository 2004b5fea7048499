import pytest

from kit.documents.model import (
    Code,
    Document,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Strong,
    Table,
    Text,
    text,
)
from kit.documents.typst_source import main_source, typst_files
from kit.documents.typst_text import literal, literal_code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('a "b" \\c', '"a \\"b\\" \\\\c"'),
        ("#x $y$ *z* @r //", '"#x $y$ *z* @r //"'),
        ("a \n\t b", '"a b"'),
        ("a\u00a0\u202fb", '"a\u00a0\u202fb"'),
        ("\x00a\x07\ud800\uffff", '"a"'),
    ],
)
def test_a_literal_is_one_quoted_string(words, expected):
    assert literal(words) == expected


def test_literal_code_keeps_its_spaces():
    assert literal_code("a  b\nc") == '"a  b c"'


def test_each_block_is_one_call():
    body = (
        Heading(1, text("Titre")),
        Paragraph((Text("un "), Strong(text("mot")), Code("=A1"))),
        ListBlock(((Paragraph(text("a")),),), ordered=True, start=3),
        Table((text("A"),), ((text("1"),),), ("right",), caption="T", row_headers=True),
    )
    table = "data-table(columns: (1fr,), align: (right,), row-headers: true, whole-rows: true, whole: true, stay: false, "
    assert main_source(Document("D", body)).splitlines()[4:] == [
        '#heading(level: 1, { "Titre" })',
        '#stay(par({ "un "; strong({ "mot" }); raw("=A1") }))',
        '#enum(start: 3, tight: true, { { "a" } })',
        f'#{table}caption: "T", header: ({{ "A" }},), rows: (({{ "1" }},),))',
    ]


def test_a_picture_shown_twice_is_one_file():
    figure = Figure(b"<svg/>", "svg", "x")
    files = typst_files(Document("D", (figure, figure)), ("Lato",), "Mono")
    assert [name for name in files if name.endswith(".svg")] != []
    assert len(files) == 4
