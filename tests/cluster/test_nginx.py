"""The nginx configuration that is shipped, in front of applications that tell what reached them."""

import json
import os
import re
import shutil
import socket
import threading
from contextlib import ExitStack
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest

from tests.cluster.running import proxy, wait_until
from tests.served import served
from tests.wire import get, said
from triage.numbers import NUMBERS

if not shutil.which("nginx") and not os.environ.get("CI"):
    pytest.skip("there is no nginx", allow_module_level=True)

HASHED, PLAIN = "/static/css/site.0123456789ab.css", "/static/css/site.css"
CSS = b"body { margin: 0 }\n" * 100
PICTURE = b"\x89PNG"


class Echo(BaseHTTPRequestHandler):
    """Tells what it was asked; below /break/ it hangs up instead, if `breaks` says so."""

    protocol_version = "HTTP/1.1"
    breaks = False

    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.command)
        if self.breaks and self.path.startswith("/break/"):
            self.close_connection = True
            return
        headers = {name.lower(): self.headers.get_all(name) for name in self.headers}
        body = json.dumps({"path": self.path, "headers": headers, "size": len(sent)}).encode()
        fresh = self.headers.get("If-None-Match") == '"tag"'
        self.send_response(304 if fresh else 200)
        self.send_header("ETag", '"tag"')
        if not fresh:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if fresh else body)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


class Breaking(Echo):
    breaks = True


def application(stack: ExitStack, handler) -> ThreadingHTTPServer:
    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
    server.asked, server.daemon_threads = [], True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.shutdown)
    return server


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def port(folder):
    for path in (HASHED, PLAIN):
        file = folder / "var" / path.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(CSS)
        file.with_name(f"{file.name}.br").write_bytes(brotli.compress(CSS))
    (folder / "var" / "media").mkdir()
    (folder / "var" / "media" / "here.png").write_bytes(PICTURE)
    with ExitStack() as stack:
        app = application(stack, Echo)
        yield stack.enter_context(proxy(folder, [app.server_port]))


@pytest.fixture(scope="module")
def outer_port(tmp_path_factory):
    with ExitStack() as stack:
        app = application(stack, Echo)
        yield stack.enter_context(proxy(tmp_path_factory.mktemp("outer"), [app.server_port], outer="127.0.0.1"))


def fetch(port, path="/", method="GET", body=None, source="127.0.0.1", **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def test_the_application_is_told_what_nginx_saw_and_not_what_a_client_says(port):
    lies = {"X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example"}
    lies |= {"Forwarded": "for=6.6.6.6", "X_Real_IP": "6.6.6.6", "X_Request_ID": "mine", "X_Forwarded_Port": "1"}
    _, _, body = fetch(port, "/a%2Fb//c?d=%20e", Host="example.org:81", **lies)
    told = json.loads(body)
    assert told["path"] == "/a%2Fb//c?d=%20e"
    headers = told["headers"]
    assert headers["host"] == ["example.org:81"]
    assert headers["x-forwarded-for"] == ["127.0.0.1"]
    assert headers["x-forwarded-proto"] == ["http"]
    assert len(headers.pop("x-request-id")[0]) == 32
    assert not {"forwarded", "x-forwarded-host", "x-forwarded-port", "x-real-ip"} & set(headers)


@pytest.mark.parametrize(
    ("source", "sent", "expected"),
    [
        ("127.0.0.1", {"X_Forwarded_Proto": "https"}, ("203.0.113.9", "https")),
        ("127.0.0.1", {"X_Forwarded_Proto": "http"}, ("203.0.113.9", "http")),
        ("127.0.0.1", {"X_Forwarded_Proto": "gopher"}, ("203.0.113.9", "http")),
        ("127.0.0.1", {}, ("203.0.113.9", "http")),
        ("127.0.0.2", {"X_Forwarded_Proto": "https"}, ("127.0.0.2", "http")),
    ],
)
def test_a_proxy_that_is_named_tells_of_https_and_of_the_reader(outer_port, source, sent, expected):
    """And nobody else does: 127.0.0.2 is not named. Of several addresses the last one is what the proxy itself saw."""
    _, _, body = fetch(outer_port, source=source, X_Forwarded_For="6.6.6.6, 203.0.113.9", **sent)
    headers = json.loads(body)["headers"]
    assert (*headers["x-forwarded-for"], *headers["x-forwarded-proto"]) == expected


def test_the_way_to_https_ends_behind_a_proxy_that_is_named(seeded_database, tmp_path):
    """Without its word the site would send readers to the address where they are."""
    with ExitStack() as stack:
        address, *_ = stack.enter_context(served(seeded_database, tmp_path, SSL_REDIRECT="true"))
        app = int(address.rpartition(":")[2])
        port = stack.enter_context(proxy(tmp_path, [app], outer="127.0.0.1"))
        told = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https"}
        assert fetch(port, **told)[0] == 200
        assert fetch(port, source="127.0.0.2", **told)[0] == 301


SMUGGLED = b"GET /admin/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("expected", "request_bytes"),
    [
        (400, get("/", "Host: example.org")),
        (400, get("/", "Host: localhost")),
        (400, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (400, get("/", "Content-Length: 5", CHUNKED, method="POST") + b"0\r\n\r\n" + SMUGGLED),
        (400, get("/", CHUNKED, "Content-Length: 5", method="POST") + b"0\r\n\r\n" + SMUGGLED),
        (400, get("/", CHUNKED, CHUNKED, method="POST") + b"0\r\n\r\n" + SMUGGLED),
        (501, get("/", "Transfer-Encoding: xchunked", method="POST") + b"0\r\n\r\n" + SMUGGLED),
        (400, get("/", "Transfer-Encoding : chunked", method="POST") + b"0\r\n\r\n" + SMUGGLED),
        (400, get("/", "Content-Length: 1", "Content-Length: 2", method="POST") + b"a"),
        (400, get("/", "Content-Length: -1", method="POST")),
        (400, get("/", "X-Long: " + "a" * 9_000)),
        (414, get("/" + "a" * 9_000)),
        (413, get("/check/twitching/1/", "Content-Length: 2500001", method="POST")),
        (413, get("/admin/", "Content-Length: 20000001", method="POST")),
        (405, get("/", method="DELETE")),
        (405, get("/", method="TRACE")),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_bad_input_is_refused(port, expected, request_bytes):
    answer = said(port, request_bytes)
    assert int(answer.split(b" ", 2)[1]) == expected
    assert answer.count(b"HTTP/1.1 ") == 1, "nothing that was smuggled in was answered"
    assert has_numbers(answer)


def has_numbers(page: bytes) -> bool:
    """Whether a page of nginx's own has each number that the site knows, to call at a touch."""
    return set(re.findall(r"href='tel:(\d+)'", page.decode())) == {number.emergency for number in NUMBERS.values()}


def test_a_body_in_chunks_arrives_with_its_length(port):
    request = get("/", CHUNKED, method="POST") + b"5\r\n12345\r\n0\r\n\r\n"
    assert json.loads(said(port, request).partition(b"\r\n\r\n")[2])["size"] == 5


def test_pictures_may_be_as_large_as_the_site_takes(port):
    assert fetch(port, "/admin/", "POST", b"a" * 5_000_000)[0] == 200


def test_a_repeated_visit_gets_304(port):
    assert fetch(port, If_None_Match='"tag"')[0] == 304


@pytest.mark.parametrize(("path", "kept"), [(HASHED, "immutable"), (PLAIN, "max-age=60")])
def test_static_files_are_kept_as_long_as_their_name_allows(port, path, kept):
    code, headers, body = fetch(port, path)
    assert (code, body) == (200, CSS)
    assert kept in headers["Cache-Control"]
    assert fetch(port, path, If_None_Match=headers["ETag"])[0] == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br, zstd", "br"), ("br;q=0.5", "br"), ("br;q=0, gzip", None), ("vbr", None), ("gzip", None)],
)
def test_static_files_are_sent_as_they_were_compressed(port, accepted, coding):
    _, headers, body = fetch(port, HASHED, Accept_Encoding=accepted)
    assert headers["Content-Encoding"] == coding
    assert headers["Content-Type"] == "text/css"
    assert headers["Vary"] == "Accept-Encoding"
    assert (brotli.decompress(body) if coding else body) == CSS


def test_uploads_come_from_the_folder_or_from_the_site(port):
    assert fetch(port, "/media/here.png")[2] == PICTURE
    assert json.loads(fetch(port, "/media/elsewhere.png")[2])["path"] == "/media/elsewhere.png"
    assert b"upstream" not in fetch(port, "/media/../../nginx.conf")[2]


def test_no_version_is_told(port):
    for path in ("/", HASHED, "/static/nothing.css"):
        _, headers, body = fetch(port, path)
        assert headers["Server"] == "nginx"
        assert b"nginx/" not in body


def test_the_log_has_the_path_and_nothing_of_who_asked_or_for_what(port, folder):
    fetch(port, "/articles/toes/?q=hush", Cookie="a=hush", Referer="http://hush.example/")
    for path in ("/check/twitching/hush/", "/preview/hush/articles/", "/admin/password_reset/hush/"):
        fetch(port, path)
    fetch(port, "/" + "hush" * 3_000)
    fetch(port, "/check/?hush", "POST", b"a" * 3_000_000)
    refused = '"method":"POST","path":"/check/...","status":413'
    wait_until(lambda: refused in (folder / "nginx.log").read_text())  # once what was sent too much has gone by
    log = (folder / "nginx.log").read_text()
    assert '"path":"/articles/toes/"' in log
    assert "hush" not in log
    assert "127.0.0.1" not in log
    assert all(json.loads(line) for line in log.splitlines() if line.startswith("{"))


def test_only_what_changes_nothing_is_tried_on_the_next_machine(tmp_path):
    """Both hang up: a POST is tried on one only, and whoever sent it is told in words whom to call."""
    with ExitStack() as stack:
        apps = [application(stack, Breaking) for _ in range(2)]
        port = stack.enter_context(proxy(tmp_path, [app.server_port for app in apps]))
        code, headers, body = fetch(port, "/break/", "POST", b"a=1")
        assert (code, headers["Retry-After"]) == (503, "30")
        assert has_numbers(body)
        assert [command for app in apps for command in app.asked] == ["POST"]


def test_whoever_waits_for_a_site_that_takes_nobody_is_told_whom_to_call(tmp_path):
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # more than may wait: whoever comes later gets no connection
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        port = stack.enter_context(proxy(tmp_path, [deaf.getsockname()[1]]))
        code, headers, body = fetch(port, "/check/twitching/1/")
        assert (code, headers["Cache-Control"]) == (503, "no-store")
        assert has_numbers(body)


def test_a_reader_is_sent_to_a_machine_that_works(tmp_path):
    with ExitStack() as stack:
        apps = [application(stack, handler) for handler in (Breaking, Echo)]
        port = stack.enter_context(proxy(tmp_path, [app.server_port for app in apps]))
        assert {fetch(port, "/break/")[0] for _ in range(20)} == {200}
        assert apps[0].asked, "the broken one was asked as well"
