from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from recorder.pages import MadePages, PageLimits, PagesRefusedError, make_pages
from tests.support import evidence_files as files

pytestmark = pytest.mark.alone

SMALL = PageLimits(memory=512 * 1024 * 1024, processor_seconds=1)


async def made(tmp_path: Path, data: bytes, limits: PageLimits | None = None, name: str = "file") -> MadePages:
    source, folder = tmp_path / name, tmp_path / "pages"
    source.write_bytes(data)
    folder.mkdir()
    return await make_pages(source, folder, limits)


def opened(made: MadePages, index: int = 0) -> Image.Image:
    with Image.open(made.pages[index].file, formats=["JPEG"]) as page:
        page.load()
        return page.copy()


async def refusal(tmp_path: Path, data: bytes, limits: PageLimits | None = None) -> str:
    with pytest.raises(PagesRefusedError) as caught:
        await made(tmp_path, data, limits)
    return caught.value.reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_one_page_of_its_own_size(tmp_path: Path, form: str) -> None:
    pages = await made(tmp_path, files.picture(form=form), name="wrong.exe")
    assert (pages.kind, len(pages.pages)) == (form.lower(), 1)
    assert opened(pages).size == (400, 300) == (pages.pages[0].width, pages.pages[0].height)


async def test_a_camera_held_sideways_gives_an_upright_page_that_tells_no_place(tmp_path: Path) -> None:
    pages = await made(tmp_path, files.rotated_picture())
    page = opened(pages)
    assert page.size == (300, 400)
    red = page.convert("RGB").getpixel((250, 50))  # upper left before, upper right once it is turned
    assert isinstance(red, tuple)
    assert red[0] > 150 > red[1]
    assert dict(page.getexif()) == {}
    assert b"where it was taken" not in pages.pages[0].file.read_bytes()


async def test_each_page_of_a_pdf_is_a_picture_of_it(tmp_path: Path) -> None:
    pages = await made(tmp_path, files.picture_pdf(["one", "two", "three"]))
    assert (pages.kind, len(pages.pages)) == ("pdf", 3)
    assert len({page.file.read_bytes() for page in pages.pages}) == 3


async def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    pages = await made(tmp_path, files.picture(4000, 3000))
    assert opened(pages).size == (2000, 1500)


async def test_a_long_screenshot_becomes_several_pages_on_which_no_line_is_lost(tmp_path: Path) -> None:
    pages = await made(tmp_path, files.picture(600, 4000, "PNG"))
    heights = [page.height for page in pages.pages]
    assert {page.width for page in pages.pages} == {600}
    assert sum(heights) - 48 * (len(heights) - 1) == 4000


async def test_what_is_transparent_or_deep_is_put_on_white_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert opened(await made(tmp_path, files.saved(clear, "PNG"))).convert("L").getextrema()[0] > 250


async def test_sixteen_bits_of_grey_keep_their_shade(tmp_path: Path) -> None:
    deep = Image.new("I;16", (50, 50), 0x8000)
    shade = opened(await made(tmp_path, files.saved(deep, "PNG"))).convert("L").getpixel((20, 20))
    assert isinstance(shade, int)
    assert 120 < shade < 136


HOSTILE = {
    "nothing": (b"", "empty"),
    "a_program": (b"\x7fELF" + bytes(200), "kind"),
    "a_page_of_the_web": (b"<!doctype html><script>alert(1)</script>", "kind"),
    "a_drawing_that_runs": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "kind"),
    "a_moving_picture": (
        files.saved(Image.new("L", (9, 9)), "WEBP", save_all=True, append_images=[Image.new("L", (9, 9), 255)]),
        "kind",
    ),
    "half_a_picture": (files.picture(800, 600, mark="x")[:3000], "damaged"),
    "half_a_png": (files.picture(form="PNG")[:200], "damaged"),
    "only_a_head": (b"%PDF-1.7\n", "damaged"),
    "only_a_picture_s_head": (b"\xff\xd8\xff\xe0", "damaged"),
    "a_locked_pdf": (files.encrypted_pdf(), "encrypted"),
    "a_picture_of_too_many_pixels": (files.bomb_png(), "pixels"),
    "a_pdf_of_too_many_pages": (files.pdf(101), "pages"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_not_shown_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    data, reason = HOSTILE[name]
    assert await refusal(tmp_path, data) == reason


async def test_a_picture_that_is_also_something_else_gives_a_page_of_the_picture_alone(tmp_path: Path) -> None:
    pages = await made(tmp_path, files.picture() + b"<script>alert(1)</script>" + files.pdf(1))
    assert pages.kind == "jpeg"
    assert b"script" not in pages.pages[0].file.read_bytes()


async def test_half_a_pdf_ends_in_pages_or_in_a_refusal(tmp_path: Path) -> None:
    whole = files.picture_pdf(["one", "two"])
    assert await refusal(tmp_path, whole[: len(whole) // 3]) == "damaged"


@pytest.mark.parametrize("hostile", [files.bomb_pdf, files.endless_pdf])
async def test_a_file_that_wants_too_much_costs_no_more_than_its_limits(tmp_path: Path, hostile: object) -> None:
    assert callable(hostile)
    try:
        pages = await made(tmp_path, hostile(), SMALL)
    except PagesRefusedError as refused:
        assert refused.reason in ("effort", "damaged")
    else:
        assert len(pages.pages) == 1  # the library found its own way out


async def test_a_process_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    assert await refusal(tmp_path, files.pdf(100), PageLimits(wall_seconds=0.05)) == "effort"
