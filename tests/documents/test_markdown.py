import pytest

from kit.documents.markdown import blocks, inlines
from kit.documents.model import (
    Code,
    Emphasis,
    Heading,
    LineBreak,
    ListBlock,
    PageBreak,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
    plain,
    text,
)
from kit.errors import AuthorError, Place

NBSP, NNBSP = "\u00a0", "\u202f"


def levels(markdown, **options):
    return [block.level for block in blocks(markdown, **options) if isinstance(block, Heading)]


def codes(markdown, **options):
    with pytest.raises(AuthorError) as caught:
        blocks(markdown, **options)
    return [(finding.code, finding.where.line) for finding in caught.value.findings]


def test_the_highest_heading_becomes_the_base_level():
    assert levels("# A\n## B\n# C", base_level=2) == [2, 3, 2]
    assert levels("# A", base_level=1) == [1]


def test_no_heading_level_is_skipped_and_siblings_stay_siblings():
    assert levels("# A\n#### B\n#### C\n## D\n# E") == [2, 3, 3, 3, 2]
    assert levels("### A\n### B\n# C") == [2, 2, 2]


def test_headings_stop_at_the_deepest_level():
    assert levels("# A\n## B\n### C\n#### D\n##### E", base_level=3) == [3, 4, 5, 5, 5]


def test_emphasis_code_and_breaks_keep_their_meaning():
    assert inlines("Un *mot* **très `net`**\\\nici\nlà") == (
        Text("Un "),
        Emphasis(text("mot")),
        Text(" "),
        Strong((Text("très "), Code("net"))),
        LineBreak(),
        Text("ici là"),
    )


def test_lists_nest_and_keep_their_first_number():
    found = blocks("3. a\n   - b\n4. c")
    inner = ListBlock(((Paragraph(text("b")),),))
    items = ((Paragraph(text("a")), inner), (Paragraph(text("c")),))
    assert found == (ListBlock(items, ordered=True, start=3),)


def test_a_table_keeps_its_alignment_and_its_escaped_bars():
    (table,) = blocks("| A | B | C |\n|:--|--:|:-:|\n| 1 \\| 2 | **x** | |")
    assert isinstance(table, Table)
    assert table.align == ("left", "right", "center")
    assert [plain(cell) for cell in table.header] == ["A", "B", "C"]
    assert table.rows == ((text("1 | 2"), (Strong(text("x")),), ()),)


def test_a_quote_holds_blocks_and_a_fence_is_code_line_by_line():
    quote, fence = blocks("> cité\n\n```\n=A1\n  x\n```")
    assert quote == Quote((Paragraph(text("cité")),))
    assert fence == Paragraph((Code("=A1"), LineBreak(), Code("  x")))


def test_a_rule_in_the_body_is_a_page_break_and_nothing_elsewhere():
    assert blocks("a\n\n---\n\nb")[1] == PageBreak()
    assert blocks("> a\n>\n> ---") == (Quote((Paragraph(text("a")),)),)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[le site](https://a.fr/x)", "le site (https://a.fr/x)"),
        ("<https://b.fr>", "https://b.fr"),
        ("[b.fr](https://b.fr/)", "b.fr"),
        ("<contact@b.fr>", "contact@b.fr"),
        ("[écrivez](mailto:contact@b.fr)", "écrivez (contact@b.fr)"),
        ("[a][r]\n\n[r]: http://x.fr 'titre'", "a (http://x.fr)"),
    ],
)
def test_a_link_keeps_its_text_and_its_address_where_it_differs(markdown, shown):
    (paragraph,) = blocks(markdown)
    assert plain(paragraph.content) == shown


def test_french_spaces_do_not_break_even_around_emphasis():
    assert plain(inlines("**Total** : « *vingt* » ; **20** € !")) == (
        f"Total{NBSP}: «{NBSP}vingt{NBSP}»{NNBSP}; 20{NBSP}€{NNBSP}!"
    )


def test_code_and_other_languages_keep_their_spaces():
    assert inlines("`a : b`") == (Code("a : b"),)
    assert inlines("What : yes", language="en") == text("What : yes")


def test_images_and_html_are_all_refused_at_their_line():
    markdown = "texte\n\n![x](y.png)\n\nun <b>mot</b> et <!-- note -->\n\n<div>\nz\n</div>"
    found = codes(markdown, where=Place(file="case.ipynb", line=10))
    assert found == [
        ("markdown.image", 12),
        ("markdown.html", 14),
        ("markdown.html", 14),
        ("markdown.html", 16),
    ]


def test_a_lone_closing_tag_is_refused_too():
    assert codes("un mot</b>") == [("markdown.html", 1)]


def test_a_comparison_is_not_html():
    assert plain(inlines("a < b et c <3 & d")) == "a < b et c <3 & d"


def test_inline_content_refuses_the_same_things():
    with pytest.raises(AuthorError):
        inlines("<i>x</i>")


def test_empty_markdown_has_no_block():
    assert blocks("") == ()
    assert inlines("") == ()


def test_a_guillemet_that_ends_bold_text_is_written_once():
    from kit.documents.model import plain

    (paragraph,) = blocks("**offre « Essentiel »** (1 €), « *Plus* » ; fin")
    assert (
        plain(paragraph.content) == "offre «\u00a0Essentiel\u00a0» (1\u00a0€), «\u00a0Plus\u00a0»\u202f; fin"
    )


def test_a_line_of_the_source_that_ends_after_a_title_keeps_it_with_its_name():
    assert inlines("Écrivez à M.\nDupont le 12\nmars.") == (
        Text(f"Écrivez à M.{NBSP}Dupont le 12{NBSP}mars."),
    )
