from __future__ import annotations

from pathlib import Path

import pytest
import segno

from room_server import cli, settings
from room_server.services.demo import DemoAccess, DemoAccount, DemoLink

ACCESS = DemoAccess(
    "se_1",
    (DemoLink("pa_1", "林小满", "applicant", "http://127.0.0.1:8080/j/secret", "0001"),),
    (DemoAccount("zhouhe", "周和", "mediator", "correct horse"),),
)


def test_the_terminal_shows_every_link_and_the_passwords_once() -> None:
    text = cli.welcome(settings.load({}), ACCESS, coloured=False)
    assert "applicant      http://127.0.0.1:8080/j/secret" in text
    assert "mediator       http://127.0.0.1:8080/staff/sessions/se_1" in text
    assert "court officer  http://127.0.0.1:8080/court" in text
    assert text.count("correct horse") == 1


def test_who_tries_it_in_firefox_is_told_why_there_is_no_picture() -> None:
    assert cli.ONLY_THIS_MACHINE in cli.welcome(settings.load({}), ACCESS, coloured=False)
    assert cli.ONLY_THIS_MACHINE not in cli.welcome(settings.load({}, host="192.0.2.5"), ACCESS, coloured=False)


def test_a_qr_code_in_the_terminal_has_every_module_of_the_real_one() -> None:
    modules = [
        [bool(module) for module in row] for row in segno.make("http://x.example/j/1", error="l").matrix_iter(border=4)
    ]
    halves = {" ": (True, True), "▄": (True, False), "▀": (False, True), "█": (False, False)}
    read: list[list[bool]] = []
    for line in cli.qr_code("http://x.example/j/1", coloured=False).splitlines():
        pairs = [halves[block] for block in line]
        read += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    assert read[: len(modules)] == modules


def test_the_children_read_the_same_settings_as_their_parent(tmp_path: Path) -> None:
    loaded = settings.load({}, data_dir=tmp_path, port=1234, demo=True, announced_ips=("192.0.2.1", "192.0.2.2"))
    assert settings.load(cli.environment(loaded, {})) == loaded


def test_each_media_worker_has_a_name_ports_and_a_control_socket_of_its_own() -> None:
    loaded = settings.load({}, host="192.0.2.5", media_port=41000, media_workers=2)
    stages = [{each.name: " ".join(each.arguments) for each in stage} for stage in cli.stages(loaded)]
    assert [set(stage) for stage in stages] == [{"recorder"}, {"media worker 0", "media worker 1"}, {"web"}]
    first, second = stages[1]["media worker 0"], stages[1]["media worker 1"]
    assert "--listen 192.0.2.5 --port 41000 --tcp-port 41000 --announce 192.0.2.5" in first
    assert "--listen 192.0.2.5 --port 41001 --tcp-port 41001 --announce 192.0.2.5" in second
    assert f"--control {loaded.media[0].control} " in first and f"--control {loaded.media[1].control} " in second
    assert all(f"--feed {loaded.recorder_feed}" in each for each in (first, second))


def test_an_unusable_setting_ends_with_status_two_and_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as status:
        cli.main(["web", "--port", "many"])
    assert status.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_the_settings_command_explains_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["settings"]) == 0
    assert "MEDIATION_ROOM_MEDIA_PORT" in capsys.readouterr().out


def test_a_new_password_for_nobody_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["password", "nobody", "--data-dir", str(tmp_path / "data")]
    assert cli.main(asked) == 2
    assert "organisation" in capsys.readouterr().err
    monkeypatch.setenv("MEDIATION_ROOM_ORGANISATION", "甲调解中心")
    assert cli.main(asked) == 1
    assert "nobody" in capsys.readouterr().err
    monkeypatch.delenv("MEDIATION_ROOM_ORGANISATION")
    assert cli.main(asked) == 1, "the keys say whose they are"


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_nothing_starts_under_an_invented_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert cli.main([command, "--data-dir", str(tmp_path / "data")]) == 2
    assert "organisation: the name" in capsys.readouterr().err and not (tmp_path / "data").exists()


def test_a_load_test_that_makes_no_sense_or_has_no_secret_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["loadtest", "http://127.0.0.1:9", "--rooms", "0"]) == 2
    assert "rooms: 1 to" in capsys.readouterr().err
    assert cli.main(["loadtest", "http://127.0.0.1:9"]) == 2
    assert "LOAD_TEST_SECRET is not set here" in capsys.readouterr().err
