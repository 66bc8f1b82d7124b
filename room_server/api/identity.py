"""Who sends a request: a party by the room token, staff by their cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from room_server.api.pace import ASKED, KEPT, Pace
from room_server.auth import STAFF_LIFETIME
from room_server.domain.errors import Forbidden, NotFound, Unauthenticated
from room_server.domain.people import Role
from room_server.services.access import RoomGrant
from room_server.services.everything import Services
from room_server.services.staff import COURT_OFFICER, MEDIATOR
from room_server.store.staff import StaffMember

STAFF_COOKIE = "staff"
DEVICE_LIFETIME_DAYS = 30
READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Identity:
    """Finds out who asks. ``secure``: cookies only over HTTPS."""

    services: Services
    secure: bool
    asked: Pace = field(default_factory=lambda: Pace(ASKED))
    kept: Pace = field(default_factory=lambda: Pace(KEPT))

    async def party(self, request: Request) -> RoomGrant:
        """The bearer of the room token.

        Raises:
            Unauthenticated: no token, or one that is not good any more. RateLimited: they ask too much.
        """
        token = bearer(request)
        self.asked.take(self.services.access.bearer(token))
        grant = await self.services.access.read_token(token)
        if request.method not in READING:
            self.kept.take(grant.participant_id)
        return grant

    async def admitted(self, request: Request) -> RoomGrant:
        """The bearer of the room token, once the mediator has let them in: whoever waits learns nothing of the text.

        Raises:
            Unauthenticated: as ``party``. Forbidden: still in the waiting room.
        """
        return _inside(await self.party(request))

    async def ticket_holder(self, ticket: str) -> RoomGrant:
        """Whoever was let in and got a ticket for papers, under whichever browser comes with it.

        Raises:
            Unauthenticated: as ``party``. RateLimited: it is asked for too often. Forbidden: not let in any more.
        """
        tickets = self.services.paper_tickets
        self.asked.take(tickets.bearer(ticket))
        return _inside(await tickets.holder(ticket))

    async def staff(self, request: Request) -> StaffMember:
        """Whoever is signed in.

        Raises:
            Unauthenticated: nobody is.
        """
        token = request.cookies.get(STAFF_COOKIE)
        if not token:
            raise Unauthenticated("unauthenticated")
        return await self.services.staff.read_token(token)

    async def mediator(self, request: Request, session_id: str) -> str:
        """The participant id under which the mediator who asks holds this session.

        Raises:
            Unauthenticated: nobody is signed in. Forbidden: not this mediator's session.
        """
        member = await self.staff(request)
        if member.role != MEDIATOR:
            raise Forbidden("forbidden")
        return await self.services.staff.host_id(member.staff_id, session_id)

    async def court_officer(self, request: Request) -> StaffMember:
        """The court officer who asks.

        Raises:
            Unauthenticated: nobody is signed in. Forbidden: somebody else.
        """
        member = await self.staff(request)
        if member.role != COURT_OFFICER:
            raise Forbidden("forbidden")
        return member

    async def participant(self, request: Request, session_id: str) -> str:
        """The participant id of whoever asks, party or mediator, within one session.

        Raises:
            Unauthenticated: nobody is known. Forbidden: the session is not theirs.
        """
        if "authorization" not in request.headers:
            return await self.mediator(request, session_id)
        grant = await self.party(request)
        if grant.session_id != session_id:
            raise Forbidden("forbidden")
        return grant.participant_id

    async def in_session(self, request: Request) -> tuple[str, str]:
        """Session and participant id of whoever asks: a party who was let in, or the mediator of ``?session_id=``.

        Raises:
            Unauthenticated: nobody is known. Forbidden: they wait, or the session is not theirs.
        """
        if "authorization" in request.headers:
            grant = await self.admitted(request)
            return grant.session_id, grant.participant_id
        session_id = request.query_params.get("session_id", "")
        return session_id, await self.mediator(request, session_id)

    async def insider(self, request: Request, session_of: Callable[[], Awaitable[str]]) -> str:
        """The participant id of whoever asks about a thing of some session, whether or not they may know of it.

        Raises:
            Unauthenticated: nobody is known. Forbidden: they wait. NotFound: a mediator of another session asks, who
            gets the same answer as for a thing that is not.
        """
        if "authorization" in request.headers:
            return (await self.admitted(request)).participant_id
        await self.staff(request)
        try:
            return await self.mediator(request, await session_of())
        except Forbidden as error:
            raise NotFound("not_found") from error

    def device(self, request: Request, link_id: str) -> str | None:
        """This device's secret for a link, if it has one."""
        return request.cookies.get(_device_cookie(link_id))

    def keep_device(self, response: Response, link_id: str, device: str) -> None:
        """Let the browser keep the device's secret for this link."""
        response.set_cookie(
            _device_cookie(link_id),
            device,
            max_age=DEVICE_LIFETIME_DAYS * 86400,
            path="/api/links",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def keep_staff(self, response: Response, token: str) -> None:
        """Let the browser keep the staff cookie."""
        response.set_cookie(
            STAFF_COOKIE,
            token,
            max_age=int(STAFF_LIFETIME.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def forget_staff(self, response: Response) -> None:
        """Take the staff cookie away."""
        response.delete_cookie(STAFF_COOKIE, path="/", secure=self.secure, httponly=True, samesite="strict")


def bearer(request: Request) -> str:
    """The room token as it was sent.

    Raises:
        Unauthenticated: there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("unauthenticated")
    return token.strip()


def _inside(grant: RoomGrant) -> RoomGrant:
    if not grant.admitted and grant.role != Role.HOST:
        raise Forbidden("forbidden")
    return grant


def _device_cookie(link_id: str) -> str:
    # One a link: two people who share a browser (as in the demonstration) must not overwrite each other.
    return f"device_{link_id}"
