"""The sockets of a room on Starlette: text frames for commands and events, binary ones for shared documents."""

from __future__ import annotations

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from signaling.hub import Hub
from signaling.ids import DocumentId, RoomId
from signaling.messages import CloseCode

SUBPROTOCOL = "mediation-room"
BEARER = "bearer."


class StarletteSocket:
    """A Starlette socket as the room's ``SocketPort``."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._over = False
        self._close_code: int | None = None

    @property
    def close_code(self) -> int | None:
        """The code with which the browser closed; None when it gave none or the connection broke."""
        return self._close_code

    async def receive(self) -> str | bytes | None:
        """The next message; None when the connection is over, and from then on."""
        if self._over:
            return None
        try:
            message = await self._socket.receive()
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: closed from this side while waiting
            self._over = True
            return None
        if message["type"] == "websocket.disconnect":
            self._over = True
            self._close_code = message.get("code")
            return None
        text: str | None = message.get("text")
        data: bytes | None = message.get("bytes")
        return text if text is not None else data

    async def send(self, message: str | bytes) -> None:
        """Send one message; waits while the network is slow.

        Raises:
            OSError: the connection is over.
        """
        try:
            if isinstance(message, str):
                await self._socket.send_text(message)
            else:
                await self._socket.send_bytes(message)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionResetError("the browser is gone") from error

    async def close(self, code: int, reason: str) -> None:
        """Close, once; closing again does nothing."""
        if self._socket.application_state is WebSocketState.DISCONNECTED:
            return
        try:
            await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            self._over = True


def routes(hub: Hub) -> list[BaseRoute]:
    """The two kinds of sockets."""

    async def room(socket: WebSocket) -> None:
        await socket.accept()
        await hub.serve(RoomId(socket.path_params["room_id"]), StarletteSocket(socket))

    async def document(socket: WebSocket) -> None:
        token = bearer(socket.scope.get("subprotocols", []))
        await socket.accept(SUBPROTOCOL if token is not None else None)
        port = StarletteSocket(socket)
        if token is None:
            await port.close(CloseCode.UNAUTHENTICATED, "no token")
            return
        room_id, document_id = RoomId(socket.path_params["room_id"]), DocumentId(socket.path_params["document_id"])
        await hub.serve_document(room_id, document_id, port, token)

    return [
        WebSocketRoute("/rooms/{room_id}/socket", room),
        WebSocketRoute("/rooms/{room_id}/documents/{document_id}", document),
    ]


def bearer(subprotocols: list[str]) -> str | None:
    """The token that a browser hands over among its subprotocols, so that it is in no address and no log."""
    if SUBPROTOCOL not in subprotocols:
        return None
    return next((name.removeprefix(BEARER) for name in subprotocols if name.startswith(BEARER)), None)
