"""The malware scan, against a daemon that speaks clamd's language: well, slowly, cut off, and in riddles."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.operations.models import Operation
from backoffice.security.clamd import Clamd
from backoffice.security.scanning import ScanResult
from backoffice.security.uploads import accept_file
from customers.forms import new_submission
from customers.models import Customer, Document

from .files import PDF_FILE, PNG_FILE

pytestmark = pytest.mark.django_db
EICAR = b"%PDF- X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR %%EOF"


class Daemon:
    """A little clamd: answers what it is told to, and remembers the files it was sent."""

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.answer: Callable[[bytes], bytes] = self.judge
        self.hears = True
        self.over = threading.Event()

    @staticmethod
    def judge(content: bytes) -> bytes:
        """As the real one does."""
        return b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0"

    def serve(self, connection: socket.socket) -> None:
        """One conversation."""
        if not self.hears:
            return
        file = connection.makefile("rb")
        assert file.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", file.read(4))[0]:
            content += file.read(length)
        self.files.append(content)
        connection.sendall(self.answer(content))

    def silence(self, _content: bytes) -> bytes:
        """Say nothing until the test is over."""
        self.over.wait(20)
        return b""


@pytest.fixture(params=["port", "unix"])
def daemon(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that the product is configured for, on loopback and on a Unix socket."""
    spoken = Daemon()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            spoken.serve(self.request)

    if request.param == "unix":
        server: Any = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd"), Handler)
        settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        settings.CLAMD_SOCKET = f"127.0.0.1:{server.server_address[1]}"
    server.daemon_threads = True
    settings.CLAMD_TIMEOUT_SECONDS = 5
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield spoken
    spoken.over.set()
    server.shutdown()
    server.server_close()


def upload(content: bytes = PDF_FILE) -> SimpleUploadedFile:
    return SimpleUploadedFile("salary.pdf", content, "application/pdf")


def test_a_clean_file_is_scanned_whole_and_accepted(daemon: Daemon) -> None:
    content = b"%PDF-" + b"0123456789" * 30_000 + b"%%EOF"
    file = upload(content)
    assert accept_file(file).scan_result == ScanResult.CLEAN
    assert daemon.files == [content]
    assert file.tell() == 0


def test_malware_is_refused_with_its_name_and_on_record_without_the_files(daemon: Daemon) -> None:
    with pytest.raises(ValidationError, match="Eicar-Test-Signature") as caught:
        accept_file(upload(EICAR))
    assert caught.value.code == "infected"
    record = AuditRecord.objects.get(action="upload.infected")
    assert record.details == {"malware": "Eicar-Test-Signature", "size": len(EICAR)}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",  # cut off: no end
        b"\0",
        b"stream: FOUND\0",
        b"stream: OK FOUND maybe\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xfe\0",
        b"stream: OK\0stream: Eicar FOUND\0",
        b"x" * 10_000,
        b"stream: <script>\x1b[2J FOUND\0",
    ],
)
@pytest.mark.parametrize("is_required", [False, True])
def test_an_answer_that_cannot_be_trusted_is_none(
    daemon: Daemon, settings: Any, answer: bytes, is_required: bool
) -> None:
    settings.CLAMD_REQUIRED = is_required
    daemon.answer = lambda _content: answer
    check_that_nothing_was_scanned(is_required)


@pytest.mark.parametrize("is_required", [False, True])
def test_a_silent_one_is_not_waited_for_and_one_that_hangs_up_is_none(
    daemon: Daemon, settings: Any, is_required: bool
) -> None:
    settings.CLAMD_REQUIRED = is_required
    settings.CLAMD_TIMEOUT_SECONDS = 0.2
    daemon.answer = daemon.silence
    check_that_nothing_was_scanned(is_required)
    daemon.hears = False
    check_that_nothing_was_scanned(is_required)


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", "127.0.0.1:1", "nobody.invalid:3310"])
@pytest.mark.parametrize("is_required", [False, True])
def test_one_that_is_not_there_is_none(settings: Any, address: str, is_required: bool) -> None:
    settings.CLAMD_SOCKET, settings.CLAMD_REQUIRED, settings.CLAMD_TIMEOUT_SECONDS = address, is_required, 2
    check_that_nothing_was_scanned(is_required)


def check_that_nothing_was_scanned(is_required: bool) -> None:
    file = upload()
    if is_required:
        with pytest.raises(ValidationError, match="does not answer") as caught:
            accept_file(file)
        assert caught.value.code == "scanner_away"
    else:
        assert accept_file(file).scan_result == ScanResult.NOT_SCANNED
        assert file.read() == PDF_FILE


@pytest.mark.parametrize("address", ["clamd", "clamd:", ":3310", "clamd:none", "clamd:70000", "clamd:0"])
def test_a_malformed_address_is_a_mistake_at_start(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CLAMD_SOCKET"):
        Clamd.parse(address, timeout=1)


@pytest.mark.parametrize("daemon", ["port"], indirect=True)
def test_what_was_found_stands_on_the_documents_page_and_malware_is_never_stored(
    daemon: Daemon, settings: Any, client: Client, clara: User
) -> None:
    now = timezone.now()
    marta = Customer.objects.create(remote_id="1", name="Marta", read_at=now, first_seen_at=now, changed_at=now)
    client.force_login(clara)

    def hand_in(content: bytes, name: str = "salary.pdf") -> str:
        form = {"type": "payslip", "submission": new_submission(), "file": SimpleUploadedFile(name, content)}
        address = reverse("admin:customers_customer_upload-document", args=[marta.pk])
        return client.post(address, form).content.decode()

    assert "holds malware (Eicar-Test-Signature)" in hand_in(EICAR)
    assert not Document.objects.exists()
    assert not Operation.objects.exists()
    assert not [*Path(settings.MEDIA_ROOT).rglob("*.pdf")]
    hand_in(PDF_FILE)
    daemon.answer = lambda _content: b""
    hand_in(PNG_FILE, "card.png")
    for document, words in zip(Document.objects.order_by("pk"), ("no malware found", "not scanned"), strict=True):
        shown = client.get(reverse("admin:customers_document_change", args=[document.pk])).content.decode()
        assert words in shown
