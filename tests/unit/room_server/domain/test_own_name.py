from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room_server.domain.errors import Invalid
from room_server.domain.own_name import require_same_name

SPACE = st.text(alphabet=" \t\n\u3000\u00a0", max_size=3)


@pytest.mark.parametrize(
    ("typed", "on_file"),
    [
        ("林小满", "林小满"),
        ("　林 小满 ", "林小满"),
        ("Ｗａｎｇ　Ｌｉ", "Wang Li"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_what_keyboards_do_to_a_name_makes_no_difference(typed: str, on_file: str) -> None:
    require_same_name(typed, on_file)


@pytest.mark.parametrize("typed", ["林小", "林小满满", "林大满", "何平", "lin xiaoman", "林小满" * 100])
def test_another_name_is_refused_and_the_one_on_file_is_named(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        require_same_name(typed, "林小满")
    assert (caught.value.code, caught.value.detail) == ("name_differs", {"name": "林小满"})


@pytest.mark.parametrize("typed", ["", " \u3000\n"])
def test_no_name_is_no_name(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        require_same_name(typed, "林小满")
    assert caught.value.code == "name_missing"


@given(st.text(alphabet="林小满何平abc·", min_size=1, max_size=8), st.lists(SPACE, min_size=9, max_size=9))
def test_white_space_anywhere_makes_no_difference(name: str, gaps: list[str]) -> None:
    spaced = "".join(gap + mark for gap, mark in zip(gaps, name, strict=False)) + gaps[-1]
    require_same_name(spaced, name)
    with pytest.raises(Invalid):
        require_same_name(spaced + "满", name)
