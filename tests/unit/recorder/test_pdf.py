import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.pdf import MissingGlyph, PdfError, SignatureSlot, UnknownContent, prepare, render, short_code
from recorder.signatures import agreement_digest
from recorder.typeface import covered
from tests.support.evidence_case import agreement, document, heading, paragraph, row, text


def words(pdf: bytes, folder: Path) -> str:
    """The text as poppler reads it, without white space."""
    (folder / "a.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", folder / "a.pdf", "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def test_the_same_agreement_gives_the_same_bytes() -> None:
    assert render(agreement()).pdf == render(agreement()).pdf


def test_a_changed_word_gives_other_bytes() -> None:
    assert render(agreement()).pdf != render(agreement(document(paragraph(text("别的话"))))).pdf


def test_everything_that_was_written_is_on_the_page(tmp_path: Path) -> None:
    paper = agreement()
    found = words(render(paper).pdf, tmp_path)
    for expected in (
        "调解协议书",
        "甲方（劳动者）：",
        "林小满（演示）。",
        "第一条",
        "第二条",
        "17,000.00",
        "期次",
        "双方再无其他争议。",
    ):
        assert expected in found
    for expected in (
        paper.digest,
        paper.organisation,
        "".join(short_code(paper.digest).split()),
        "2026-09-1612:00:00",
        "乙方委托代理人何平（演示）",
    ):
        assert expected in found
    assert found.count("调解协议书") == 1


def test_a_text_without_its_title_gets_it(tmp_path: Path) -> None:
    assert "调解协议书" in words(render(agreement(document(paragraph(text("正文"))))).pdf, tmp_path)


def test_poppler_and_qpdf_read_the_file_as_tagged_pdf_a(tmp_path: Path) -> None:
    rendered = render(agreement())
    (tmp_path / "a.pdf").write_bytes(prepare(rendered))
    assert subprocess.run(["qpdf", "--check", tmp_path / "a.pdf"], capture_output=True, check=False).returncode == 0
    information = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], capture_output=True, check=True).stdout.decode()
    assert "Tagged:          yes" in information
    assert "Title:           调解协议书" in information
    metadata = subprocess.run(["pdfinfo", "-meta", tmp_path / "a.pdf"], capture_output=True, check=True).stdout.decode()
    for claim in ('pdfaid:part="2"', 'pdfaid:conformance="A"', 'pdfuaid:part="1"'):
        assert claim in metadata


def test_the_file_names_the_digest_of_the_text() -> None:
    paper = agreement()
    assert agreement_digest(render(paper).pdf) == paper.digest


def test_there_is_a_box_for_every_slot_and_the_seal_last() -> None:
    boxes = render(agreement()).boxes
    assert [box.field for box in boxes] == ["applicant", "respondent", "mediator", "seal"]
    for box in boxes:
        assert 0 < box.left < box.right < 595.3
        assert 0 < box.bottom < box.top < 841.9


def test_twelve_signers_spread_over_pages() -> None:
    slots = [SignatureSlot(f"worker_{number}", "劳动者", f"演示{number}") for number in range(12)]
    boxes = render(agreement(slots=slots)).boxes
    assert len(boxes) == 13
    assert boxes[-1].page >= boxes[0].page


def test_a_character_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(MissingGlyph, match=r"U\+2A6D6") as caught:
        render(agreement(document(paragraph(text("姓名𪛖")))))
    assert caught.value.characters == "𪛖"


def test_a_rare_name_in_a_slot_is_checked_too() -> None:
    with pytest.raises(MissingGlyph):
        render(agreement(slots=[SignatureSlot("applicant", "甲方", "\U0002a6d6")]))


@pytest.mark.parametrize(
    "attack",
    [
        '#eval("1+1")',
        '"); #panic("x") //',
        '#include "/etc/passwd" #read("/etc/passwd")',
        "$x^2$ *bold* _it_ `raw` <label> @ref https://a.example",
        "= heading\n- list\n+ enum\n/ term: x",
        "\\ #{ ] [ } ${sys.inputs}",
        "\u202e\u2066 bidi",
    ],
)
def test_text_never_becomes_code(tmp_path: Path, attack: str) -> None:
    shown = "".join(mark for mark in attack if mark in covered() or mark == "\n")
    found = words(render(agreement(document(paragraph(text(shown))))).pdf, tmp_path)
    assert "".join(shown.split()) in found


SAFE = st.text(
    st.sampled_from(
        sorted(covered() - {chr(number) for number in range(32)} - {"\x7f"})[:300] + list('#$*_`<>@\\"[]{}中国')
    )
)


@given(
    SAFE,
    st.sampled_from(["paragraph", "heading", "codeBlock"]),
    st.sets(st.sampled_from(["bold", "italic", "underline"])),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_can_be_laid_out(written: str, kind: str, marks: set[str]) -> None:
    node = {"type": kind, "content": [text(written, *marks)] if written else []}
    assert render(agreement(document(node))).pdf.startswith(b"%PDF")


@pytest.mark.parametrize(
    "content",
    [
        {"type": "paragraph"},
        document({"type": "image", "attrs": {"src": "x"}}),
        document(paragraph({"type": "mention", "attrs": {"id": "x"}})),
        document(paragraph(text("a", "link"))),
        document({"type": "bulletList", "content": [paragraph(text("a"))]}),
        document({"type": "table", "content": [paragraph(text("a"))]}),
        document({"type": "paragraph", "content": "a"}),
    ],
)
def test_what_cannot_be_put_on_paper_faithfully_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(UnknownContent):
        render(agreement(content))


def test_bottomless_nesting_is_refused() -> None:
    node = paragraph(text("a"))
    for _ in range(60):
        node = {"type": "blockquote", "content": [node]}
    with pytest.raises(UnknownContent, match="deep"):
        render(agreement(document(node)))


def test_levels_of_headings_may_jump_in_the_text(tmp_path: Path) -> None:
    jumping = render(agreement(document(heading(3, "甲款"), heading(1, "乙款"), heading(6, "丙款"), paragraph())))
    printed = words(jumping.pdf, tmp_path)
    assert printed.index("甲款") < printed.index("乙款") < printed.index("丙款")
    assert "丁款" in words(render(agreement(document(heading(1, "调解协议书"), heading(4, "丁款")))).pdf, tmp_path)


def test_tables_may_span_cells_and_be_uneven(tmp_path: Path) -> None:
    cells = [{"type": "tableCell", "attrs": {"colspan": 2.0, "rowspan": 1}, "content": [paragraph(text("宽"))]}]
    table = {"type": "table", "content": [{"type": "tableRow", "content": cells}, row("左", "右"), row("独")]}
    printed = words(render(agreement(document(table))).pdf, tmp_path)
    assert all(cell in printed for cell in "宽左右独")


@pytest.mark.parametrize("field", ["seal", "", "applicant"])
def test_field_names_must_be_their_own(field: str) -> None:
    slots = [SignatureSlot("applicant", "甲方", "林小满"), SignatureSlot(field, "乙方", "何平")]
    with pytest.raises(PdfError):
        render(agreement(slots=slots))


def test_the_bundled_fonts_cover_the_common_characters() -> None:
    everyday = "一丁七万壹贰叁肆伍陆柒捌玖拾佰仟亿元角分整〔〕（）《》、，。；：“”‘’—…￥¥％①②③㎡×÷°"
    assert not set(everyday) - covered()
    # GB 2312 level 1 and 2: the 6,763 characters of everyday Chinese.
    common = {bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    assert not common - {""} - covered()


def test_the_moment_of_freezing_is_part_of_the_file() -> None:
    paper = agreement()
    later = replace(paper, frozen_at=paper.frozen_at.replace(minute=1))
    assert render(paper).pdf != render(later).pdf
