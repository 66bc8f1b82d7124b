"""The room in which all of these tests meet."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.room_ports import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as opened:
        yield opened
