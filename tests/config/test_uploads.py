"""Uploads in a store that speaks S3: here one of a few lines, on this machine. No real one was asked."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from config import uploads

pytest.importorskip("storages", reason="the extra s3 is not installed")
pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # boto keeps its connection
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
FOUND = (
    "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00Z</LastModified><ETag>e</ETag><Size>1</Size></Contents>"
)


class Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        if not self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=us/er/"):
            return self.answer(403)
        self.server.kept[self.key] = self.rfile.read(int(self.headers["Content-Length"]))
        return self.answer(200)

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "prefix" in query:
            keys = [key for key in self.server.kept if key.startswith(query["prefix"][0])]
            listed = "".join(FOUND.format(key) for key in keys)
            return self.answer(200, f"<ListBucketResult>{listed}</ListBucketResult>".encode())
        body = self.server.kept.get(self.key)
        if body is None:
            return self.answer(404)
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return self.answer(206, body[int(asked[1]) :]) if asked else self.answer(200, body)

    def do_HEAD(self):
        self.answer(200 if self.key in self.server.kept else 404, self.server.kept.get(self.key, b""))

    def do_DELETE(self):
        self.server.kept.pop(self.key, None)
        self.answer(204)

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/pictures/")

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def store(settings):
    """What the store keeps, by its keys; the site keeps its uploads there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        server.kept, server.daemon_threads = {}, True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        url = f"s3://us%2Fer:sec%2Fret@pictures/site?endpoint=http://127.0.0.1:{server.server_port}&region=eu-west-2"
        settings.STORAGES = settings.STORAGES | {"default": uploads.storage_of(url)}
        yield server.kept
        server.shutdown()


def test_without_an_address_uploads_are_in_a_folder():
    assert uploads.storage_of("")["BACKEND"].endswith("FileSystemStorage")


def test_an_upload_goes_there_and_the_site_hands_it_out(store, client):
    name = default_storage.save("figures/a.png", ContentFile(b"a picture"))
    assert store == {"site/figures/a.png": b"a picture"}
    assert default_storage.url(name) == "/media/figures/a.png"
    answer = client.get("/media/figures/a.png")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"a picture")
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]


def test_what_is_not_there_is_404(store, client):
    assert client.get("/media/figures/none.png").status_code == 404
    assert client.get("/media/../secret").status_code in (400, 404)


def test_a_name_is_never_used_twice_and_what_is_there_is_listed_and_deleted(store):
    names = [default_storage.save("figures/a.png", ContentFile(b"one")) for _ in range(2)]
    assert len(set(names)) == 2
    assert default_storage.listdir("figures")[1] == [name.removeprefix("figures/") for name in names]
    assert default_storage.exists(names[0])
    default_storage.delete(names[0])
    assert not default_storage.exists(names[0])


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(uploads.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE_URL needs the extra s3"):
        uploads.storage_of("s3://pictures")


def test_a_refusal_does_not_tell_the_secret():
    with pytest.raises(ImproperlyConfigured) as refused:
        uploads.storage_of("s3://key:hush@bucket?colour=red")
    assert "hush" not in str(refused.value)
