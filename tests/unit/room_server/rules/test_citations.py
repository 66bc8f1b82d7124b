"""Articles are cited by the names of their laws, never by this product's own short codes."""

from __future__ import annotations

import pytest

from room_server.rules.citations import citation
from room_server.rules.clocks import agreement_clocks


def test_the_articles_of_one_law_stand_together() -> None:
    zh, en = citation(["ZC:74", "ZC:75(3)", "QY:27"])
    assert zh == "仲裁办案规则第74条、第75条（3）；企业劳动争议协商调解规定第27条"
    assert en.startswith("Rules of procedure for labour and personnel dispute arbitration, arts. 74, 75(3); ")
    assert en.endswith(", art. 27")


def test_a_whole_law_is_cited_by_its_name_alone() -> None:
    assert citation(["QY:*"])[0] == "企业劳动争议协商调解规定"


@pytest.mark.parametrize(("reference", "named"), [("ZC", "ZC"), ("NOWHERE:1", "NOWHERE"), ("ZC:x", "ZC:x")])
def test_a_reference_to_nothing_is_refused(reference: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        citation([reference])


def test_every_window_that_a_party_sees_has_a_source_in_both_languages() -> None:
    for clock in agreement_clocks():
        assert all(citation(clock.source))
