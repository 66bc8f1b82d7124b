import pytest

from recorder.bag import BadPath, check_path, information, order


@pytest.mark.parametrize("path", ["a", "agreement/agreement.pdf", "录音/申请人.webm", "a b/c-d_e.txt"])
def test_plain_paths_are_fine(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "../a",
        "a/../b",
        "./a",
        "a//b",
        "a/",
        "a\nb",
        "a\0b",
        "a\\b",
        "C:a",
        "a%0Ab",
        "a.",
        "a /b",
        "e\u0301",
        "x" * 501,
    ],
)
def test_paths_that_could_surprise_are_refused(path: str) -> None:
    with pytest.raises(BadPath):
        check_path(path)


def test_the_payload_comes_sorted_and_the_tag_files_after_it() -> None:
    names = order(["data/b", "data/a", "data/录"])
    assert names[:4] == ["data/a", "data/b", "data/录", "bagit.txt"]
    assert names[-1] == "tagmanifest-sha256.txt.p7s.tst"


def test_a_line_of_the_information_stays_one_line() -> None:
    text = information(organisation="甲\nX-Evil: 1", case_no="1", title="t", date="2026-09-16", size=1, files=1)
    assert "甲 X-Evil: 1\n" in text
    assert len(text.splitlines()) == 6
