"""A ticket belongs to the talk in which it was asked: also a clerk who was not there finds none."""

from __future__ import annotations

import pytest

from room_server.domain.errors import Conflict, Forbidden
from room_server.domain.people import Authority
from room_server.domain.ticket import TicketState
from tests.support.product_room import Product


async def test_a_clerk_who_was_outside_neither_delivers_nor_withdraws_it(product: Product) -> None:
    tickets, session = product.services.tickets, product.session_id
    details = await product.services.sessions.get(session)
    people = {each.seat: each.participant_id for each in details.people}
    (clerk,) = [each.participant_id for each in details.people if each.authority is Authority.CLERK]
    for side in ("applicant", "respondent"):
        await product.let_in(people[side])
    await product.services.caucuses.open(session, "cau_1", [people["applicant"], people["mediator"]])
    ticket = await tickets.ask(session, people["mediator"], "可以分两期付。")
    await tickets.answer(session, ticket.ticket_id, people["applicant"], yes=True, digest=ticket.digest)
    # later in the same talk: who comes in then does not read what was asked before either
    await product.services.caucuses.host_moved(session, "cau_1", clerk, entered=True)
    for act in (tickets.deliver, tickets.withdraw):
        with pytest.raises(Forbidden):
            await act(session, ticket.ticket_id, clerk)
    await tickets.deliver(session, ticket.ticket_id, people["mediator"])
    with pytest.raises(Conflict):
        await tickets.deliver(session, ticket.ticket_id, people["mediator"])
    async with product.ports.unit_of_work() as unit:
        assert (await unit.tickets.get(session, ticket.ticket_id)).state is TicketState.DELIVERED
