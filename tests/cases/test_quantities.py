from decimal import Decimal
from fractions import Fraction

import pytest
from jinja2 import Environment

from kit.cases.quantities import FILTERS, Money, Percent, Points, fraction
from kit.errors import AuthorError
from kit.french import MINUS, NBSP, NNBSP


def ht(amount):
    return Money(amount, "HT")


def ttc(amount):
    return Money(amount, "TTC")


def codes(caught):
    return [finding.code for finding in caught.value.findings]


# Money ----------------------------------------------------------------------------------------------------


def test_amounts_of_one_tax_add_subtract_and_sum_exactly():
    assert ht("0.1") + ht("0.2") == ht("0.3")
    assert ht(5) - ht(7) == ht(-2)
    assert sum([ht(1), ht(2), ht(3)]) == ht(6)


@pytest.mark.parametrize(
    "operation",
    [
        lambda: ht(1) + ttc(1),
        lambda: ht(1) - ttc(1),
        lambda: ht(1) < ttc(1),
        lambda: ht(1) / ttc(1),
        lambda: Percent.of(ht(1), ttc(2)),
    ],
)
def test_ht_and_ttc_never_mix(operation):
    with pytest.raises(AuthorError) as caught:
        operation()
    assert codes(caught) == ["quantity.mixed_tax"]
    assert "HT" in str(caught.value)
    assert "TTC" in str(caught.value)


def test_ht_and_ttc_of_the_same_amount_are_not_equal():
    assert ht(10) != ttc(10)


@pytest.mark.parametrize("operation", [lambda: ht(1) + 1, lambda: 1 + ht(1), lambda: ht(1) > 0])
def test_an_amount_and_a_bare_number_never_mix(operation):
    with pytest.raises(AuthorError) as caught:
        operation()
    assert codes(caught) == ["quantity.bare_number"]


def test_two_amounts_never_multiply():
    with pytest.raises(AuthorError) as caught:
        ht(2) * ht(3)
    assert codes(caught) == ["quantity.money_times_money"]


def test_vat_is_added_and_taken_off_exactly():
    assert ht(100).ttc(0.2) == ttc(120)
    assert ttc("59.90").ht(Percent("0.2")).rounded() == ht("49.92")
    assert ttc("59.90").ht("0.2").ttc("0.2") == ttc("59.90")


@pytest.mark.parametrize(
    "operation", [lambda: ttc(1).ttc(0.2), lambda: ht(1).ht(0.2), lambda: format(ttc(1), "HT")]
)
def test_an_amount_is_not_converted_or_labelled_twice(operation):
    with pytest.raises(AuthorError) as caught:
        operation()
    assert codes(caught) == ["quantity.wrong_tax"]


def test_an_unknown_tax_is_refused():
    with pytest.raises(AuthorError) as caught:
        Money(1, "hors taxe")
    assert codes(caught) == ["quantity.unknown_tax"]


def test_a_finite_amount_is_a_decimal_and_another_a_fraction():
    assert isinstance((ht(10) / 4).amount, Decimal)
    assert (ht(10) / 3).amount == Fraction(10, 3)


def test_dividing_by_nothing_is_refused():
    for divisor in (0, ht(0)):
        with pytest.raises(AuthorError) as caught:
            ht(10) / divisor
        assert codes(caught) == ["quantity.division_by_zero"]


def test_an_amount_is_written_in_french_and_rounded_only_there():
    amount = ht("1234567.895")
    assert str(amount) == f"1{NNBSP}234{NNBSP}567,90{NBSP}€"
    assert f"{amount:0}" == f"1{NNBSP}234{NNBSP}568{NBSP}€"
    assert amount.k() == f"{amount:k}" == f"1{NNBSP}235{NBSP}k€"
    assert f"{amount:k1}" == f"1{NNBSP}234,6{NBSP}k€"
    assert amount.m() == f"{amount:M}" == f"1,23{NBSP}M€"
    assert f"{amount:HT}" == f"1{NNBSP}234{NNBSP}567,90{NBSP}€{NBSP}HT"
    assert amount.amount == Decimal("1234567.895")


def test_rounding_is_half_up_in_both_directions():
    assert ht("2.5").rounded(0) == ht(3)
    assert ht("-2.5").rounded(0) == ht(-3)
    assert ht(1499).rounded(-3) == ht(1000)


def test_an_unknown_format_is_refused():
    with pytest.raises(AuthorError) as caught:
        format(ht(1), "kk")
    assert codes(caught) == ["quantity.unknown_format"]


def test_a_template_field_shows_an_amount_and_a_filter_labels_it():
    environment = Environment(autoescape=True)
    environment.filters.update(FILTERS)
    shown = environment.from_string("{{ ca }} / {{ ca | ht }} / {{ part | pourcent }}")
    text = shown.render(ca=ht("1234.5"), part=Fraction(1, 3))
    assert text == f"1{NNBSP}234,50{NBSP}€ / 1{NNBSP}234,50{NBSP}€{NBSP}HT / 33,3{NBSP}%"


def test_the_label_filters_refuse_what_is_not_an_amount_of_their_kind():
    with pytest.raises(AuthorError):
        FILTERS["ttc"](ht(1))
    with pytest.raises(AuthorError) as caught:
        FILTERS["ht"](12)
    assert codes(caught) == ["quantity.not_money"]


# Percent and Points ---------------------------------------------------------------------------------------


def test_a_difference_of_percentages_is_points_and_never_a_percentage():
    gap = Percent("0.153") - Percent("0.121")
    assert gap == Points("3.2")
    assert str(gap) == f"+3,2{NBSP}points"
    assert "%" not in str(gap)


def test_points_added_to_a_percentage_give_a_percentage():
    assert Percent("0.12") + Points(3) == Percent("0.15")


def test_a_percentage_of_an_amount_is_an_amount():
    assert ht(200) * Percent("0.15") == Percent("0.15") * ht(200) == ht(30)


def test_percentages_are_shares_of_numbers_or_amounts():
    assert Percent.of(ht(3), ht(20)) == Percent.of(3, 20) == Percent("0.15")
    with pytest.raises(AuthorError) as caught:
        Percent.of(3, 0)
    assert codes(caught) == ["quantity.division_by_zero"]


def test_percentages_are_written_with_one_decimal_unless_told():
    share = Percent(Fraction(1, 3))
    assert str(share) == f"33,3{NBSP}%"
    assert f"{share:0}" == f"33{NBSP}%"
    assert f"{share:+2}" == f"+33,33{NBSP}%"
    assert f"{-share:+1}" == f"{MINUS}33,3{NBSP}%"


@pytest.mark.parametrize(
    ("value", "text"),
    [(33, "+33 points"), ("-1.5", "−1,5 point"), (0, "0 point"), (Fraction(100, 3), "+33,3 points")],
)
def test_points_carry_their_sign_and_agree(value, text):
    assert str(Points(value)) == text.replace(" ", NBSP)


@pytest.mark.parametrize(
    "operation",
    [
        lambda: Percent("0.1") + 1,
        lambda: Percent("0.1") - Points(1),
        lambda: Percent("0.1") > 0.05,
        lambda: Points(1) + Percent("0.1"),
        lambda: Points(1) < 2,
    ],
)
def test_percentages_points_and_numbers_never_mix(operation):
    with pytest.raises(AuthorError):
        operation()


# Numbers --------------------------------------------------------------------------------------------------


def test_a_float_is_read_as_its_shortest_writing():
    assert fraction(0.1) == Fraction(1, 10)


def test_numbers_of_numpy_are_welcome():
    import numpy as np

    assert fraction(np.int64(3)) == 3
    assert fraction(np.float64(0.1)) == Fraction(1, 10)


@pytest.mark.parametrize("value", ["abc", None, True, float("nan"), float("inf"), [1]])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(AuthorError) as caught:
        fraction(value)
    assert codes(caught) == ["quantity.not_a_number"]
