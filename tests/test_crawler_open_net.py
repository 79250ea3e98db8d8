"""An outlet cannot send a crawl into the network that it runs in, whatever its name leads to."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from corpus.store import Corpus
from crawler.connect import PublicResolver, is_public
from tests.command import ROOT
from tests.nights import night
from tests.small_paper import HOST, TOML, running, write_source

# The name of an outlet is looked up by the operating system, here by a table.
CRAWL = """
import socket, sys
from pathlib import Path
leads = {"baodongsuoi.example": sys.argv[3]}
real = socket.gethostbyname
socket.gethostbyname = lambda name: leads.get(name) or real(name)
from crawler.night import crawl
from crawler.source import load_sources
home, mapped = Path(sys.argv[1]), dict([sys.argv[4].split("=", 1)]) if sys.argv[4:] else {}
crawl(load_sources(home / "sources").values(), {
    "CONNECT_TO": mapped, "ARCHIVE_DIR": str(home / "archive"), "CORPUS_PATH": str(home / "corpus.sqlite"),
    "TINTINH_CONTACT": "a@b.example", "LOG_LEVEL": "ERROR", "DOWNLOAD_TIMEOUT": 5,
})
"""


@contextmanager
def inner_server(at: str = "127.0.0.1") -> Iterator[tuple[int, list[str]]]:
    """A server of the inner network: its port, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"User-agent: *\nAllow: /\n")

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in at else socket.AF_INET

    server = Server((at, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def findings(home: Path, host: str, port: int, leads_to: str, *more: str) -> str:
    """What a crawl finds whose outlet is ``host``, a name that leads where it is told."""
    (home / "sources").mkdir()
    toml = TOML.replace(f"https://{HOST}/", f"http://{host}:{port}/").replace(HOST, host.strip("[]"))
    (home / "sources" / "bao_dong_suoi.toml").write_text(toml, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CRAWL, str(home), str(port), leads_to, *more],
        cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with Corpus.open(home / "corpus.sqlite", read_only=True) as corpus:
        return "\n".join(corpus.nights()[0].findings)


@pytest.mark.parametrize(
    ("host", "at"),
    [
        ("baodongsuoi.example", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),  # never looked up: what checks names does not see it
    ],
)
def test_a_host_that_leads_inside_is_not_asked(tmp_path: Path, host: str, at: str) -> None:
    with inner_server(at) as (port, asked):
        said = findings(tmp_path, host, port, "127.0.0.1")
    assert asked == []
    assert "private_address" in said
    assert f"leads to {at}, which is no address of the open net" in said


def test_a_person_may_name_an_address_inside(tmp_path: Path) -> None:
    with inner_server() as (port, asked):
        findings(tmp_path, "baodongsuoi.example", port, "10.0.0.1", f"baodongsuoi.example=http://localhost:{port}")
    assert "/robots.txt" in asked


def test_a_name_that_changes_is_checked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.216.34", "169.254.169.254", "93.184.216.34"])
    monkeypatch.setattr(
        "scrapy.resolver.CachingThreadedResolver.getHostByName", lambda *given: defer.succeed(next(answers))
    )
    resolver = PublicResolver(None, 0, 1)  # type: ignore[arg-type]  # no reactor is needed to check an answer
    found: list[str] = []
    refused: list[str] = []
    for _ in range(3):
        resolver.getHostByName("bao.example").addCallbacks(
            found.append, lambda failure: refused.append(str(failure.trap(DNSLookupError) and failure.value))
        )
    assert found == ["93.184.216.34"] * 2
    assert len(refused) == 1
    assert "bao.example leads to 169.254.169.254" in refused[0]


def self_signed(path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(written + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with running(self_signed(tmp_path / "server.pem")) as paper:
        account = night(tmp_path / "checked", paper)
        said = "\n".join(account.findings)
        assert account.stored == 0
        assert "certificate verify failed" in said
        assert "unverified_tls = true" in said

        source = write_source(tmp_path / "unchecked" / "sources") / "bao_dong_suoi.toml"
        source.write_text(source.read_text("utf-8") + "\n[polite]\nunverified_tls = true\n", encoding="utf-8")
        assert night(tmp_path / "unchecked", paper).stored == 12


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_addresses_inside(inside: str) -> None:
    assert not is_public(inside)


@pytest.mark.parametrize("outside", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_open_net(outside: str) -> None:
    assert is_public(outside)
