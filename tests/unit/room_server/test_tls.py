from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

from room_server.tls import self_signed

NOW = datetime.datetime.now(datetime.UTC)


def test_the_certificate_names_the_address_and_openssl_accepts_it_as_its_own_root(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, ["192.0.2.9", "room.example"], NOW)
    command = ["openssl", "verify", "-CAfile", str(certificate), "-verify_ip", "192.0.2.9", str(certificate)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_is_kept_while_it_holds_and_made_again_for_another_address(tmp_path: Path) -> None:
    first = self_signed(tmp_path, ["192.0.2.9"], NOW)[0].read_bytes()
    assert self_signed(tmp_path, ["192.0.2.9"], NOW)[0].read_bytes() == first
    assert self_signed(tmp_path, ["192.0.2.10"], NOW)[0].read_bytes() != first


def test_it_is_made_again_when_it_is_about_to_end(tmp_path: Path) -> None:
    first = self_signed(tmp_path, ["192.0.2.9"], NOW)[0].read_bytes()
    later = NOW + datetime.timedelta(days=90)
    assert self_signed(tmp_path, ["192.0.2.9"], later)[0].read_bytes() != first
