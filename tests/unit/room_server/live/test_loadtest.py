from __future__ import annotations

from datetime import UTC, datetime

import pytest

from room_server.auth import Tokens
from room_server.live.loadtest import LoadTestPolicy
from signaling.errors import ErrorCode, SignalingError
from signaling.ids import RoomId

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = Tokens("the operator's secret, long enough for HS256", lambda: AT)
ROOM = RoomId("loadtest-1")


async def refusal(token: str) -> ErrorCode:
    with pytest.raises(SignalingError) as caught:
        await LoadTestPolicy(OURS).authenticate(ROOM, token)
    return caught.value.code


async def test_a_token_of_the_secret_lets_in_at_once_and_as_nobody_special() -> None:
    grant = await LoadTestPolicy(OURS).authenticate(ROOM, OURS.room("load7", ROOM))
    assert (grant.participant_id, grant.role, grant.admitted) == ("load7", "party", True)


async def test_a_token_of_another_room_or_another_key_opens_nothing() -> None:
    products = Tokens("the product's own key, long enough for HS256", lambda: AT)
    assert await refusal(OURS.room("load7", "loadtest-2")) == ErrorCode.UNAUTHENTICATED
    assert await refusal(products.room("load7", ROOM)) == ErrorCode.UNAUTHENTICATED
    assert await refusal("nonsense") == ErrorCode.UNAUTHENTICATED


async def test_the_room_has_no_document_and_no_recording() -> None:
    state = await LoadTestPolicy(OURS).open_room(ROOM)
    assert (list(state.documents), state.recording.state, state.board) == ([], "off", {})
