from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from room_server.domain.errors import Invalid
from room_server.domain.offer import MOST_INSTALMENTS, Offer, State, Terms, terms
from room_server.domain.people import Side
from room_server.rules.offer_text import agreement_sentence

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 28)
ONE = [(date(2026, 12, 1), "18000.00")]


def made(amount: str = "18000.00", parts: list[tuple[date, str]] | None = None, hours: int = 24) -> Terms:
    return terms(Side.RESPONDENT, amount, ONE if parts is None else parts, " 开具离职证明。 ", hours, NOON, TODAY)


def test_what_is_offered_is_kept_to_the_cent() -> None:
    given = made("18000", [(TODAY, "8000.5"), (date(2027, 1, 1), "9999.50")])
    assert (given.amount, [each.amount for each in given.instalments]) == (
        Decimal("18000.00"),
        [Decimal("8000.50"), Decimal("9999.50")],
    )
    assert given.conditions == "开具离职证明。"
    assert given.expires_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.005", "NaN", "Infinity", "1e12", "一万", "1,000"])
def test_an_amount_is_a_positive_number_of_yuan_and_cents(amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(amount)
    assert refused.value.code == "offer_amount"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [(date(2026, 11, 27), "18000")],
        [(TODAY, "17999.99")],
        [(date(2026, 12, 2), "9000"), (date(2026, 12, 1), "9000")],
        [(TODAY, "9000"), (TODAY, "9000")],
        [(TODAY + timedelta(days=day), "500") for day in range(MOST_INSTALMENTS + 1)],
    ],
)
def test_instalments_are_days_in_order_that_make_the_whole_sum(parts: list[tuple[date, str]]) -> None:
    with pytest.raises(Invalid) as refused:
        made("18000", parts)
    assert refused.value.code == "offer_instalments"


@pytest.mark.parametrize("hours", [0, -1, 721])
def test_an_offer_stands_for_some_time_but_not_for_ever(hours: int) -> None:
    with pytest.raises(Invalid):
        made(hours=hours)


def test_time_alone_ends_an_offer_at_the_very_moment() -> None:
    offer = Offer("of_1", "se_1", "pa_1", Side.APPLICANT, made(hours=1), NOON, "00", shared_at=NOON)
    end = offer.terms.expires_at
    assert offer.state([offer], end - timedelta(microseconds=1)) is State.OPEN
    assert offer.state([offer], end) is State.EXPIRED


def test_the_sentence_for_the_agreement_names_every_payment_in_figures_and_capitals() -> None:
    assert agreement_sentence(made()) == (
        "乙方向甲方支付人民币18,000.00元（大写：壹万捌仟元整），于2026年12月1日前（含当日）付清。"
        "双方同时约定：开具离职证明。"
    )
    two = made("18000", [(date(2026, 12, 1), "8000"), (date(2027, 1, 1), "10000")])
    assert "分2期付清：第1期于2026年12月1日前（含当日）支付8,000.00元（大写：捌仟元整）" in agreement_sentence(two)
