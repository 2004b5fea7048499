"""A realistic exam paper, shared by the tests of the writers."""

import io

import pytest

from kit.documents.model import (
    AnswerLines,
    Box,
    Code,
    Cover,
    Document,
    Fields,
    Figure,
    Heading,
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
from kit.french import euros, number


def bar_chart() -> bytes:
    """Return a small bar chart as SVG, the same bytes each time."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Chart

    with mpl.rc_context({"svg.hashsalt": "kit", "font.size": 10}):
        chart = Chart(figsize=(6.4, 2.9), layout="constrained")
        axes = chart.add_subplot()
        axes.bar(["2022", "2023", "2024", "2025"], [412, 455, 498, 470], color="#17365d", width=0.55)
        axes.set_ylabel("Chiffre d’affaires (k€)")
        axes.spines[["top", "right"]].set_visible(False)
        buffer = io.BytesIO()
        chart.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def question(code: str, points: int, words: str) -> tuple:
    mark = f" ({points} points)"
    return (Paragraph((Strong(text(f"Question {code}")), Text(mark), Text(f" — {words}"))),)


def a_paper(**changes) -> Document:
    """Return a five-page subject: cover, context, two dossiers, a 60-row table, a chart, answer lines."""
    cover = Cover(
        organisation="École de démonstration — Certification professionnelle",
        headline="Bloc 2 — Déployer la stratégie marketing",
        subtitle="Épreuve E4 : étude de cas individuelle écrite",
        facts=(
            ("Session", "juin 2026"),
            ("Durée", "4 h 00"),
            ("Coefficient", "3"),
            ("Documents autorisés", "aucun"),
            ("Matériel", "calculatrice autonome, sans mémoire de texte"),
        ),
        notices=(
            Box(
                "notice",
                (
                    Paragraph(
                        (
                            Text("Le sujet comporte "),
                            PageCount(),
                            Text(" pages, numérotées de 1/"),
                            PageCount(),
                            Text(" à "),
                            PageCount(),
                            Text("/"),
                            PageCount(),
                            Text(". Assurez-vous qu’il est complet dès qu’il vous est remis."),
                        )
                    ),
                    ListBlock(
                        (
                            (Paragraph(text("L’annexe 3 est à rendre, agrafée dans la copie anonymée.")),),
                            (Paragraph(text("Toute réponse doit être justifiée par les annexes.")),),
                        )
                    ),
                ),
                "Consignes",
            ),
        ),
    )
    sales = Table(
        header=(
            text("Semaine"),
            text("Produit"),
            text("Quantité"),
            text("Prix unitaire"),
            text("Chiffre d’affaires"),
        ),
        rows=tuple(
            (
                text(f"S{week:02d}"),
                text(("Shampoing solide", "Savon à l’argile", "Baume à lèvres")[week % 3]),
                text(number(120 + 7 * week % 83)),
                text(euros(8.5)),
                text(euros((120 + 7 * week % 83) * 8.5)),
            )
            for week in range(1, 61)
        ),
        align=("left", "left", "right", "right", "right"),
        caption="Annexe 2 — Ventes hebdomadaires de la boutique en ligne",
        row_headers=True,
    )
    segments = Table(
        header=(text("Segment"), text("Effectif"), text("Panier moyen"), text("Attentes relevées dans l’enquête")),
        rows=(
            (text("Urbains engagés"), text(number(1840)), text(euros(42.3)), text("traçabilité, emballage rechargeable, livraison à vélo")),
            (text("Familles"), text(number(2315)), text(euros(35.9)), text("prix au lavage, formats économiques, sécurité pour les enfants")),
            (text("Voyageurs"), text(number(760)), text(euros(28.4)), text("formats sans liquide, étui compact")),
        ),
        align=("left", "right", "right", "left"),
        caption="Segments de clientèle (enquête de janvier 2026)",
        row_headers=True,
    )  # fmt: skip
    body = (
        Heading(1, text("Contexte")),
        Paragraph(
            text(
                "Vous êtes assistant marketing auprès de la direction commerciale de Galet & Mousse, une entreprise "
                "familiale installée à Quimper qui fabrique et vend des cosmétiques solides depuis 2017. Elle emploie "
                "34 personnes et réalise les deux tiers de ses ventes en ligne. Depuis l’arrivée de deux concurrents "
                "nationaux, la croissance s’est interrompue et la directrice souhaite repositionner la gamme."
            )
        ),
        Paragraph(
            (
                Text("L’action se déroule au "),
                Strong(text("2 mars 2026")),
                Text(". Vous disposez des annexes 1 à 3. Le taux de marge se calcule par "),
                Code("=(PV-CA)/CA"),
                Text("."),
            )
        ),
        Quote((Paragraph(text("« Nous avons grandi par le bouche-à-oreille ; il nous faut maintenant une promesse claire, tenue partout. » — la directrice commerciale")),)),
        Heading(1, text("Dossier 1 — Comprendre la clientèle")),
        Heading(2, text("Situation")),
        Paragraph(text("Une enquête a été conduite auprès de 4 915 clients. Ses principaux résultats figurent ci-dessous.")),
        segments,
        Box(
            "task",
            (
                *question("1.1", 4, "Comparez les trois segments et retenez celui que vous proposez de servir en priorité. Justifiez votre choix par au moins trois arguments chiffrés."),
                *question("1.2", 3, "Rédigez le profil type (persona) du segment retenu."),
                *question("1.3", 3, "Formulez la promesse de la marque pour ce segment, en une phrase."),
            ),
            "Travail à faire",
        ),
        Box("info", (Paragraph(text("Le positionnement s’apprécie selon sa clarté, sa différence et sa crédibilité.")),), "Rappel"),
        Heading(1, text("Dossier 2 — Analyser les ventes")),
        Heading(2, text("Situation")),
        Paragraph(text("Les ventes annuelles (annexe 1) et hebdomadaires (annexe 2) vous sont remises par le contrôle de gestion.")),
        Figure(bar_chart(), "svg", "Diagramme en barres du chiffre d’affaires : 412 k€ en 2022, 455 en 2023, 498 en 2024, 470 en 2025.", "Annexe 1 — Chiffre d’affaires annuel, en milliers d’euros", 0.85),
        Box(
            "task",
            (
                *question("2.1", 5, "Calculez l’évolution annuelle du chiffre d’affaires, puis commentez-la."),
                ListBlock((question("2.2", 3, "Repérez les semaines faibles."), question("2.3", 2, "Proposez une action."))),
            ),
            "Travail à faire",
        ),
        sales,
        PageBreak(),
        Heading(1, text("Annexe 3 — Fiche à rendre")),
        Fields((("Numéro de copie", None), ("Repère du sujet", "E4-2026-A"))),
        Heading(2, text("Proposition d’action")),
        AnswerLines(14),
        Box("marker", (Paragraph(text("Cadre réservé aux correcteurs.")),)),
    )  # fmt: skip
    values = {
        "title": "E4 — Étude de cas, session de juin 2026",
        "body": body,
        "code": "E4-2026-A",
        "stamp": "DÉMONSTRATION",
        "cover": cover,
        "subject": "Étude de cas",
        "keywords": ("étude de cas", "marketing"),
    }
    return Document(**{**values, **changes})


@pytest.fixture(scope="session")
def paper() -> Document:
    return a_paper()
