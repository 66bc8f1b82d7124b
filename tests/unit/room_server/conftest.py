from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.product_room import Product, opened_product


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    async with opened_product(tmp_path) as opened:
        yield opened
