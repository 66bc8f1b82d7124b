import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import tsp

from recorder.timestamp import HttpTimeStamper, LocalTimeStamper, TimeStampError
from recorder.trust import Trust, Untrusted, check_stamp
from tests.support.evidence_case import NOON, Keys


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "pki")


def openssl(folder: Path, token: bytes, data: bytes, root: bytes) -> subprocess.CompletedProcess[str]:
    for name, content in (("token", token), ("data", data), ("root.pem", root)):
        (folder / name).write_bytes(content)
    at = str(int(NOON.timestamp()))
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "data", "-CAfile", "root.pem"]
    return subprocess.run([*command, "-attime", at], cwd=folder, capture_output=True, text=True, check=False)


def test_openssl_accepts_a_local_token(tmp_path: Path, keys: Keys) -> None:
    token = keys.stamper.token(b"words")
    assert openssl(tmp_path, token, b"words", keys.authority.root_certificate).stdout.strip() == "Verification: OK"


def test_openssl_refuses_a_token_for_other_data(tmp_path: Path, keys: Keys) -> None:
    token = keys.stamper.token(b"words")
    assert openssl(tmp_path, token, b"other words", keys.authority.root_certificate).returncode != 0


def test_our_own_check_agrees_and_names_a_development_time_stamp(keys: Keys) -> None:
    root = [keys.authority.root]
    stamp = check_stamp(keys.stamper.token(b"words"), b"words", Trust(root, root))
    assert stamp.at == NOON
    assert stamp.development
    assert "DEVELOPMENT" in stamp.authority


def test_a_token_for_other_data_is_not_trusted(keys: Keys) -> None:
    root = [keys.authority.root]
    with pytest.raises(Untrusted, match="does not fit"):
        check_stamp(keys.stamper.token(b"words"), b"other words", Trust(root, root))


def test_a_token_of_another_authority_is_not_trusted(tmp_path: Path, keys: Keys) -> None:
    stranger = Keys(tmp_path / "pki")
    root = [keys.authority.root]
    with pytest.raises(Untrusted, match="not trusted"):
        check_stamp(stranger.stamper.token(b"words"), b"words", Trust(root, root))


class Service(BaseHTTPRequestHandler):
    keys: Keys
    answer_garbage = False

    def do_POST(self) -> None:
        request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        stamper = LocalTimeStamper(self.keys.authority)
        body = b"<html>" if self.answer_garbage else stamper.answer(request).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def service(keys: Keys) -> Iterator[str]:
    Service.keys, Service.answer_garbage = keys, False
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_token_comes_over_http(service: str, keys: Keys) -> None:
    root = [keys.authority.root]
    token = HttpTimeStamper(service, root).token(b"words")
    assert check_stamp(token, b"words", Trust(root, root)).at == NOON


def test_an_answer_that_is_no_token_is_an_error(service: str, keys: Keys) -> None:
    Service.answer_garbage = True
    with pytest.raises(TimeStampError):
        HttpTimeStamper(service, [keys.authority.root]).token(b"words")


def test_a_service_that_cannot_be_reached_is_an_error() -> None:
    with pytest.raises(TimeStampError):
        HttpTimeStamper("http://127.0.0.1:1/", [], timeout=1).token(b"words")


def test_only_web_addresses_are_accepted() -> None:
    with pytest.raises(ValueError, match="https"):
        HttpTimeStamper("file:///etc/passwd", [])
