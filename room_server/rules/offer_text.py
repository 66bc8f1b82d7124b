"""An offer in the words of an agreement: clauses that the mediator may put into the draft."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from room_server.domain.offer import Terms
from room_server.domain.people import Side
from room_server.rules.text import rmb_upper

NAMES = {Side.APPLICANT: "甲方", Side.RESPONDENT: "乙方"}
"""As ``rules.agreement_text`` calls them: the worker is 甲方, the employer 乙方."""


def capitals(amount: Decimal) -> str:
    """The sum in capitals."""
    return rmb_upper(str(amount))


def agreement_clauses(given: Terms) -> tuple[str, ...]:
    """Who pays whom how much, and when each part is due; then the conditions as they were agreed, if there are any."""
    payer = NAMES[given.payer]
    payee = next(name for side, name in NAMES.items() if side is not given.payer)
    whole = f"{payer}向{payee}支付人民币{given.amount:,.2f}元（大写：{capitals(given.amount)}）"
    if len(given.instalments) == 1:
        payment = f"{whole}，于{_day(given.instalments[0].due)}前（含当日）付清。"
    else:
        parts = "；".join(
            f"第{number}期于{_day(part.due)}前（含当日）支付{part.amount:,.2f}元（大写：{capitals(part.amount)}）"
            for number, part in enumerate(given.instalments, start=1)
        )
        payment = f"{whole}，分{len(given.instalments)}期付清：{parts}。"
    return (payment, f"双方同时约定：{_ended(given.conditions)}") if given.conditions else (payment,)


def agreement_sentence(given: Terms) -> str:
    """All of it in one piece."""
    return "".join(agreement_clauses(given))


def _ended(words: str) -> str:
    return words if words.endswith(("。", "！", "？", ".")) else f"{words}。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
