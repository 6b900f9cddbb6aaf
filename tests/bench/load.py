"""Those who ask: `wrk`, which keeps many connections busy, and one patient client whose requests can be counted."""

import json
import os
import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("wrk.lua")
BROTLI = {"Accept-Encoding": "br"}
SIGNED_IN = BROTLI | {"Cookie": "sessionid=nobody"}  # past the page store, though it opens nothing


@dataclass(frozen=True)
class Rush:
    """What came of so many seconds of requests. `p99` is in milliseconds, from sending to the whole answer."""

    requests: int
    seconds: float
    p99: float
    errors: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def rush(address: str, pause: int = 0) -> Rush:
    """Keep connections busy for a second; with a `pause` in ms after each answer, for a load that all can bear.

    Raises AssertionError where anything but 200 came back.
    """
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", "1s"]
    command += ["--timeout", "5s", "--script", str(SCRIPT), "--header", "Accept-Encoding: br", address]
    pauses = {"BENCH_PAUSES": "1"} if pause else {}
    said = subprocess.run(
        [*command, "--", str(pause)],
        env=os.environ | pauses,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    found = Rush(**json.loads(said.strip().splitlines()[-1]))
    assert found.errors == 0, f"{address}: {found}"
    assert found.requests, f"{address}: {found}"
    return found


class Client:
    """One connection that stays open. Each answer is read whole before the next request."""

    def __init__(self, port: int):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, headers: dict[str, str]):
        """The answer and its body; raises AssertionError where it is not 200."""
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer, body

    def close(self) -> None:
        self.connection.close()


def get(port: int, path: str, headers: dict[str, str] = BROTLI):
    """One answer on a new connection."""
    client = Client(port)
    try:
        return client.get(path, headers)
    finally:
        client.close()
