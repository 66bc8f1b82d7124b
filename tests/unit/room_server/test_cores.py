"""Cores that a process may use, from the files of its control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from room_server import cores


@pytest.fixture(autouse=True)
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may run on eight."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))


def usable(folder: Path, membership: str, files: dict[str, str]) -> int:
    (folder / "cgroup").write_text(membership)
    for name, text in files.items():
        file = folder / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return cores.usable(folder / "cgroup", folder / "groups")


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "250000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "1600000 100000\n"}, 8),
        ({"system.slice/mediation-room.service/cpu.max": "300000 100000\n"}, 3),
        ({"system.slice/mediation-room.service/cpu.max": "max 100000\n", "system.slice/cpu.max": "400000 100000\n"}, 4),
        ({"cpu.max": "not a number\n"}, 8),
        ({"cpu.max": "100000 0\n"}, 8),
    ],
)
def test_a_quota_of_a_group_or_of_one_around_it_bounds_them(tmp_path: Path, files: dict[str, str], number: int) -> None:
    assert usable(tmp_path, "0::/system.slice/mediation-room.service\n", files) == number


def test_groups_of_version_1_are_read_too(tmp_path: Path) -> None:
    membership = "5:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n1:name=systemd:/docker/a\n"
    quota = {"cpu,cpuacct/docker/a/cpu.cfs_quota_us": "200000\n", "cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000\n"}
    assert usable(tmp_path, membership, quota) == 2
    none = {"cpu,cpuacct/docker/a/cpu.cfs_quota_us": "-1\n"}
    assert usable(tmp_path, membership, none) == 8


def test_without_control_groups_all_are_usable(tmp_path: Path) -> None:
    assert cores.usable(tmp_path / "not there", tmp_path) == 8
