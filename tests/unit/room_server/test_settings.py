from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from room_server import settings
from room_server.settings import SettingsError


def test_the_defaults_serve_this_machine_only_without_tls() -> None:
    loaded = settings.load({})
    assert (loaded.url, loaded.tls, loaded.announced) == ("http://127.0.0.1:8080", False, ("127.0.0.1",))


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    config = tmp_path / "room.toml"
    config.write_text('port = 1\nmedia_port = 2\nroom_listeners = 3\nannounced_ips = ["192.0.2.7"]\n')
    environment = {
        "MEDIATION_ROOM_CONFIG": str(config),
        "MEDIATION_ROOM_MEDIA_PORT": "20",
        "MEDIATION_ROOM_ROOM_CAPACITY": "30",
    }
    loaded = settings.load(environment, room_listeners=300)
    assert (loaded.port, loaded.media_port, loaded.room_listeners) == (1, 20, 300)
    assert loaded.announced == ("192.0.2.7",)


def test_listening_on_a_network_turns_https_on_and_announces_that_address() -> None:
    loaded = settings.load({}, host="192.0.2.9")
    assert (loaded.url, loaded.announced) == ("https://192.0.2.9:8080", ("192.0.2.9",))


def test_listening_everywhere_announces_an_address_that_a_phone_can_reach() -> None:
    loaded = settings.load({}, host="0.0.0.0")
    assert loaded.announced == (settings.own_address(),)
    assert "0.0.0.0" not in loaded.url
    assert loaded.media_listen == settings.own_address()


def test_behind_nat_the_media_socket_listens_everywhere_because_the_announced_address_is_not_ours() -> None:
    loaded = settings.load({}, host="0.0.0.0", announced_ips="198.51.100.1")
    assert (loaded.media_listen, loaded.announced) == ("0.0.0.0", ("198.51.100.1",))
    assert settings.load({}, host="0.0.0.0", media_host="127.0.0.1").media_listen == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MEDIATION_ROOM_PORT": "many"}, "port"),
        ({"MEDIATION_ROOM_DEMO": "perhaps"}, "demo"),
        ({"MEDIATION_ROOM_ANNOUNCED_IPS": "example"}, "announced_ips"),
        ({"MEDIATION_ROOM_CONFIG": "missing.toml"}, "missing.toml"),
        ({"MEDIATION_ROOM_MEDIA_WORKERS": "-1"}, "media_workers"),
        ({"MEDIATION_ROOM_MEDIA_WORKERS": "65"}, "media_workers"),
        ({"MEDIATION_ROOM_MEDIA_WORKERS": "2", "MEDIATION_ROOM_MEDIA_PORT": "65535"}, "65536"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings.load(environment)


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "room.toml"
    config.write_text("prot = 1\n")
    with pytest.raises(SettingsError, match="prot"):
        settings.load({"MEDIATION_ROOM_CONFIG": str(config)})


def test_the_key_of_all_tokens_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    loaded = settings.load({}, data_dir=tmp_path)
    key = loaded.token_key()
    assert len(key) == 64
    assert loaded.token_key() == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_every_setting_is_explained() -> None:
    assert all(len(line.split()) > 4 for line in settings.describe().splitlines())


def test_a_key_that_was_cut_off_or_is_too_short_is_refused_instead_of_signing_tokens_with_it(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(SettingsError, match=r"secret\.key"):
        settings.load({}, data_dir=tmp_path).token_key()
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        settings.load({"MEDIATION_ROOM_SECRET_KEY": "short"}, data_dir=tmp_path).token_key()


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    loaded = settings.load({}, data_dir=tmp_path)
    with ThreadPoolExecutor(8) as starting:
        keys = set(starting.map(lambda _: loaded.token_key(), range(8)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize(
    ("urls", "secret", "named"), [("turn:r.example", "", "turn_secret"), ("stun:r.example", "s", "stun:r.example")]
)
def test_a_relay_that_nobody_could_use_is_refused(urls: str, secret: str, named: str) -> None:
    environment = {"MEDIATION_ROOM_TURN_URLS": urls, "MEDIATION_ROOM_TURN_SECRET": secret}
    with pytest.raises(SettingsError, match=named):
        settings.load(environment)
    if secret:
        environment["MEDIATION_ROOM_TURN_URLS"] = "turn:a.example:3478, turns:a.example:5349?transport=tcp"
        assert settings.load(environment).turn_urls == ("turn:a.example:3478", "turns:a.example:5349?transport=tcp")


def test_several_announced_addresses_are_listened_on_together() -> None:
    several = settings.load({}, announced_ips=("192.0.2.1", "2001:db8::1"))
    assert several.media_listen == "::"
    assert (
        settings.load({}, announced_ips=("192.0.2.1", "192.0.2.2"), media_host="192.0.2.1").media_listen == "192.0.2.1"
    )
    assert settings.load({}, host="0.0.0.0", announced_ips=("192.0.2.1",)).media_listen == "0.0.0.0"


@pytest.mark.parametrize(("usable", "workers"), [(1, 1), (2, 1), (3, 2), (8, 7), (128, 64)])
def test_one_core_is_left_to_the_others_where_nobody_says_how_many_media_workers_run(
    monkeypatch: pytest.MonkeyPatch, usable: int, workers: int
) -> None:
    monkeypatch.setattr("room_server.cores.usable", lambda: usable)
    assert len(settings.load({}).media) == workers
    assert [(each.name, each.port) for each in settings.load({}, media_workers=2).media] == [("0", 40000), ("1", 40001)]


def test_load_tests_are_refused_by_default_and_a_short_secret_is_none() -> None:
    assert settings.load({}).load_test_secret == ""
    with pytest.raises(SettingsError, match="load_test_secret"):
        settings.load({"MEDIATION_ROOM_LOAD_TEST_SECRET": "short"})


def test_only_the_demonstration_has_an_invented_organisation_and_number() -> None:
    demo = settings.load({}, demo=True)
    assert "演示" in demo.require_organisation() and demo.phone == "023-00000000"
    real = settings.load({"MEDIATION_ROOM_ORGANISATION": "甲调解中心"})
    assert (real.require_organisation(), real.phone) == ("甲调解中心", "")
    assert settings.load({"MEDIATION_ROOM_CONTACT_PHONE": "12348"}, demo=True).phone == "12348"
    with pytest.raises(SettingsError, match="organisation"):
        settings.load({}).require_organisation()
