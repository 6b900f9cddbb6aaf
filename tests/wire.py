"""Requests byte by byte, for what no well-behaved client would send."""

import socket
from contextlib import suppress


def status(port: int, request: bytes) -> int:
    """The status of the first answer to these bytes; 0 where the connection ended without one."""
    answer = said(port, request)
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def said(port: int, request: bytes) -> bytes:
    """Everything that is answered until the other side closes; the request should ask for that."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        answer = b""
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent: the answer is there
            connection.sendall(request)
        with suppress(ConnectionResetError):
            while piece := connection.recv(65_536):
                answer += piece
        return answer


def get(path: str = "/", *headers: str, method: str = "GET") -> bytes:
    """The head of a request to this machine that asks for one answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")
