"""The production server over the wire, with no proxy in front of it."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.served import served
from tests.wire import get, said, status

FROM_A_PROXY = ("X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https")
CHUNK = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"


@pytest.fixture(scope="module")
def site(seeded_database, tmp_path_factory):
    """(port, log) of a server as it is in production: whoever comes without HTTPS is sent there."""
    with served(seeded_database, tmp_path_factory.mktemp("serve"), SSL_REDIRECT="true") as (address, log, _):
        yield int(address.rpartition(":")[2]), log


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_without_https(site, path):
    assert status(site[0], get(path)) == 200


def test_readers_are_sent_to_https_unless_a_proxy_of_ours_ended_it(site):
    assert status(site[0], get()) == 301
    assert status(site[0], get("/", *FROM_A_PROXY)) == 200


@pytest.mark.parametrize(
    ("expected", "request_bytes"),
    [
        (400, get("/", "Host: localhost", *FROM_A_PROXY)),
        (400, get("/", "Content-Length: 1", "Content-Length: 2")),
        (400, b"GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        (414, get("/" + "a" * 9_000)),
        (414, get("/" + "a" * 100_000)),
        (431, get("/", "X-Long: " + "a" * 40_000)),
        (431, get("/", "X-Long: " + "a" * 1_000_000)),
        (431, get("/", *(f"X-{number}: 1" for number in range(150)))),
        (413, get("/check/twitching/1/", "Content-Length: 3000000", method="POST")),
        (413, get("/check/twitching/1/", "Transfer-Encoding: chunked", method="POST") + CHUNK * 40 + b"0\r\n\r\n"),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_bad_input_is_refused(site, expected, request_bytes):
    assert status(site[0], request_bytes) == expected


def test_nothing_tells_of_more_than_http_1(site):
    """The timeout for headers holds for no other protocol, so that none is spoken."""
    assert b"\0\0" not in said(site[0], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


def test_workers_that_are_killed_again_and_again_are_replaced(site):
    port, log = site
    server = int(next(line for line in lines(log) if "main PID" in line["message"])["message"].split()[-1].rstrip(")"))
    for _ in range(3):
        (worker,) = workers_of(server)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while workers_of(server) in ([], [worker]) or not answers(port):
            assert time.monotonic() < deadline, "no other worker came"


def test_each_line_of_the_log_is_json(site):
    assert status(site[0], get("/robots.txt", "Host: a stranger's", *FROM_A_PROXY)) == 400
    assert any(line["logger"].startswith("_granian") for line in lines(site[1]))


def lines(log) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def workers_of(server: int) -> list[int]:
    done = subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


def answers(port: int) -> bool:
    try:
        return status(port, get("/healthz")) == 200
    except OSError:
        return False
