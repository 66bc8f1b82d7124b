from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pycrdt import Doc, XmlFragment

import room_server.rules.notices
from room_server.domain.rollcall import Item
from room_server.rules import demo_case
from room_server.rules.agreement_text import (
    NUMBERED,
    ChosenClause,
    clause_text,
    further_clauses,
    initial_content,
    paragraph,
)
from room_server.rules.flow import effect_text, ending_reasons
from room_server.rules.messages import message
from room_server.rules.notices import MONTHS, notices, texts
from room_server.rules.package import page, table
from room_server.rules.rollcall import roll_text
from room_server.rules.text import MissingFieldError, fill, ordinal, rmb_upper
from room_server.services.draft_document import initial_update
from signaling.prosemirror import to_json
from signaling.sharedtext import FRAGMENT


def demo_text() -> dict[str, Any]:
    demo = demo_case.load("ca_1")
    return initial_content(demo.case, "号", demo.clauses, [demo.agent.name], demo.place)


def test_the_first_text_has_the_five_parts_that_the_law_asks_for() -> None:
    nodes = demo_text()["content"]
    headings = [node["content"][0]["text"] for node in nodes if node["type"] == "heading"]  # type: ignore[attr-defined]
    assert headings == [
        "调解协议书",
        "一、当事人",
        "二、调解请求事项",
        "三、主要事实和争议事项",
        "四、协议内容",
        "五、生效",
    ]


def test_the_first_text_has_no_hole_and_sums_in_capitals() -> None:
    text = json.dumps(demo_text(), ensure_ascii=False)
    assert "人民币18000.00元（大写：壹万捌仟元整）" in text
    assert "第一条" in text
    assert "[[" not in text.replace('[{"', "")
    assert "{" not in text.replace('{"', "")
    assert "000000199001010001" not in text


def test_the_text_survives_the_way_through_the_shared_document() -> None:
    document: Doc[object] = Doc()
    content = demo_text()
    document.apply_update(initial_update(content))
    assert to_json(document.get(FRAGMENT, type=XmlFragment)) == content


def with_clauses(content: dict[str, Any], *texts: str) -> list[str]:
    """The words of every node once these clauses are in it."""
    place, nodes = further_clauses(content, texts)
    old = content.get("content", [])
    whole = [*old[:place], *nodes, *old[place:]]
    return ["".join(part.get("text", "") for part in node.get("content", [])) for node in whole]


def test_further_clauses_go_to_the_end_of_the_terms_and_count_on() -> None:
    words = with_clauses(demo_text(), "甲。", "乙。")
    last = next(index for index, word in enumerate(words) if word.endswith("甲。"))
    numbers = [word.split("　")[0] for word in words if NUMBERED.match(word)]
    assert numbers == [f"第{ordinal(number)}条" for number in range(1, len(numbers) + 1)]
    assert words[last + 1].endswith("乙。") and words[last].startswith(numbers[-2])
    assert [node["type"] for node in demo_text()["content"]][last] == "heading", "the last part begins after them"


def test_further_clauses_find_a_place_in_a_text_whose_headings_are_gone() -> None:
    bare = {"type": "doc", "content": [paragraph("　一。", bold="第一条"), paragraph("别的。")]}
    assert with_clauses(bare, "甲。") == ["第一条　一。", "别的。", "第二条　甲。"]
    assert with_clauses({"type": "doc"}, "甲。") == ["第一条　甲。"]
    full = {"type": "doc", "content": [paragraph("", bold="第一条")] * 99}
    assert with_clauses(full, "甲。")[-1] == "甲。"


def test_equal_text_gives_an_equal_update() -> None:
    assert initial_update(demo_text()) == initial_update(demo_text())


def test_every_clause_of_the_library_refuses_to_be_written_without_its_fields() -> None:
    for entry in table("clauses")["clause"]:
        if any(field["required"] for field in entry["fields"]):
            with pytest.raises(LookupError):
                clause_text(ChosenClause(entry["id"], {}))


def test_optional_pieces_go_when_a_field_is_empty() -> None:
    assert fill("甲[[、{b}]]。", {}) == "甲。"
    assert fill("甲[[、{b}]]。", {"b": "乙"}) == "甲、乙。"
    with pytest.raises(MissingFieldError):
        fill("{a}", {"a": ""})


@pytest.mark.parametrize(("number", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")])
def test_ordinals(number: int, word: str) -> None:
    assert ordinal(number) == word


def test_sums_in_capitals() -> None:
    assert rmb_upper("5517.24") == "伍仟伍佰壹拾柒元贰角肆分"


def test_the_notices_are_filled_in_and_keep_their_sources() -> None:
    for text in texts(demo_case.load("ca_1").case, 183, ""):
        assert "{" not in text.body
        assert text.sources
        assert text.notice.version.startswith("2026.")
    required = {
        item.item_id for text in texts(demo_case.load("x").case, 183, "") for item in text.notice.items if item.required
    }
    undertaken = {"truth_undertaking", "confidentiality", "no_recording"}
    assert required == {"mediation", "online", "personal_data", *undertaken}


def test_every_notice_has_an_english_version_of_the_text_as_it_stands() -> None:
    for text in texts(demo_case.load("ca_1").case, 183, ""):
        assert text.reading is not None, f"{text.notice.notice_id}: the Chinese text changed, the English one did not"
        assert "{" not in text.reading and text.source_en
        assert shape(text.reading) == shape(text.body), text.notice.notice_id
        assert len(POINT.findall(text.short_en)) == len(POINT.findall(text.short_zh)), text.notice.notice_id
        assert dates(text.reading) == [
            f"{MONTHS[int(m) - 1]} {int(d)}, {y}" for y, m, d in CHINESE_DATE.findall(text.body)
        ]


CHINESE_DATE = re.compile(r"(\d+)年(\d+)月(\d+)日")
POINT = re.compile(r"[。！？]|[.!?](?=\s|$)")
MARK = re.compile(r"^(#+|\d+\.|\||□)")


def shape(text: str) -> list[str]:
    """What each line is: a heading, a numbered point, a row, a box to tick, or words."""
    return [mark[1] if (mark := MARK.match(line)) else "words" for line in text.splitlines() if line]


def dates(text: str) -> list[str]:
    return [found[0] for found in re.finditer(rf"(?:{'|'.join(MONTHS)}) \d+, \d{{4}}", text)]


@pytest.mark.parametrize("phone", ["", "023-00000000"])
def test_notices_and_invitations_name_a_number_only_where_there_is_one(phone: str) -> None:
    found = {text.notice.notice_id: text for text in texts(demo_case.load("ca_1").case, 183, phone)}
    named = {"online_mediation", "personal_data_general", "personal_data_sensitive", "recording_consent"}
    for notice_id in (*named, "rights_and_duties"):
        body, reading = found[notice_id].body, found[notice_id].reading or ""
        assert [("023-" in words) for words in (body, reading)] == [bool(phone)] * 2, notice_id
        assert "[[" not in body + reading
    assert ("向主持本案的调解员提出" in found["personal_data_general"].body) == (not phone)
    values = {"org": "示例街道调解中心", "link": "https://m.example/Ab9Cd", "phone": phone}
    ends = (" 核实请拨023-00000000", " Verify: 023-00000000") if phone else ("/Ab9Cd", "/Ab9Cd")
    zh, en = message("invitation", values)
    assert zh.endswith(ends[0]) and en.endswith(ends[1]) and len(zh) <= 70


def test_an_english_version_of_another_text_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def amended(name: str) -> tuple[dict[str, Any], str]:
        head, body = page(name)
        return head, body + "修改" if name == "notices/esign_terms" else body

    monkeypatch.setattr(room_server.rules.notices, "page", amended)
    readings = {text.notice.notice_id: text.reading for text in texts(demo_case.load("ca_1").case, 183, "")}
    assert readings.pop("esign_terms") is None
    assert None not in readings.values()


def test_a_page_that_is_only_read_asks_for_nothing_that_one_may_refuse() -> None:
    for notice in notices():
        if notice.kind in ("notice", "undertaking"):
            assert all(item.required for item in notice.items), notice.notice_id


def test_the_eight_reasons_to_end_and_the_effective_moment() -> None:
    assert len(ending_reasons()) == 8
    assert "调解组织印章" in effect_text("labour_organisation")


def test_a_text_message_fits_into_seventy_characters() -> None:
    values = {"org": "示例街道调解中心", "code": "000000", "minutes": 5}
    assert len(message("one_time_code", values)[0]) <= 70
    assert len(message("identity_code", values)[0]) <= 70


@pytest.mark.parametrize("item", [Item.DISCIPLINE, Item.SHAM_WARNING, Item.RECUSAL_ASKED])
def test_what_is_read_at_the_roll_call_has_a_version_and_articles_and_no_hole(item: Item) -> None:
    text = roll_text(item, demo_case.load("ca_1").case)
    assert text.version.startswith("2026.")
    assert text.source_zh
    assert text.source_en
    assert "{" not in text.text_zh + text.text_en
