"""The container files name commands, options and variables that exist. Nothing here starts a container."""

import ipaddress
import re
import shlex
import shutil
import socketserver
import struct
import subprocess
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import get_commands, load_command_class

from tests.cluster.running import CONFIGURED, LISTEN_LINE, nginx, opens, wait_until
from tests.served import ROOT, free_port
from tests.wire import get, said

COMPOSE, IMAGE = (ROOT / "compose.yaml").read_text(), (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "config" / "settings.py").read_text()
CONTAINER = re.findall(r"manage\.py ([^&\"\n]+)", COMPOSE)
CONTAINER += [" ".join(re.findall(r'"(.*?)"', line)[2:]) for line in IMAGE.splitlines() if line.startswith("CMD ")]


def variables() -> set[str]:
    """What the site's containers are given: the block that is named `environment`."""
    block = COMPOSE.partition("environment: &environment\n")[2].partition("  volumes:")[0]
    return set(re.findall(r"^ {4}([A-Z_]+):", block, re.MULTILINE))


def test_the_start_is_the_documented_one():
    assert {"serve --address 0.0.0.0 --port 8000", "migrate", "seed", "collectstatic --no-input"} == {
        command.strip() for command in CONTAINER
    }


@pytest.mark.parametrize("line", CONTAINER)
def test_each_command_exists_and_takes_its_options(line):
    name, *options = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(options)


def test_each_variable_is_one_that_the_settings_read():
    found = variables()
    assert {"SECRET_KEY", "DATABASE_URL", "CACHE_URL", "TRUSTED_PROXIES"} <= found
    assert not {name for name in found if f'"{name}"' not in SETTINGS}


def proxy_configuration() -> str:
    """What the command of the proxy's container makes of the configuration that is shipped; its shell is asked."""
    command = " ".join(re.search(r"sh -c \"(sed .*?) /site/config/nginx.conf > ", " ".join(COMPOSE.split()))[1].split())
    command = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", command)
    done = subprocess.run(["sh", "-c", f"{command} '{CONFIGURED}'"], check=True, capture_output=True, text=True)
    return done.stdout


def test_the_proxy_of_the_containers_asks_the_site_and_believes_its_gateway():
    changed = proxy_configuration()
    assert changed.count(" server app:8000 resolve ") == 1
    assert "127.0.0.1:" not in changed
    gateway = re.search(r"gateway: (\S+)", COMPOSE)[1]
    assert f"\n    set_real_ip_from {gateway};\n" in changed


class Names(socketserver.BaseRequestHandler):
    """A DNS server that says the same of every name: the address that the test has put there."""

    def handle(self):
        question, socket = self.request
        end = question.index(b"\0", 12) + 5
        answer = question[:2] + b"\x81\x80" + struct.pack("!4H", 1, 1, 0, 0) + question[12:end]
        answer += b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 600, 4) + ipaddress.ip_address(self.server.points_to).packed
        socket.sendto(answer, self.client_address)


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.server_address[0].encode())

    def log_message(self, *_):
        pass


def nginx_version() -> tuple[int, ...]:
    if not shutil.which("nginx"):
        return (0,)
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr
    return tuple(int(part) for part in re.search(r"nginx/([\d.]+)", said)[1].split("."))


@pytest.mark.skipif(
    nginx_version() < (1, 27, 3), reason="this nginx looks up a name once, unlike that of the container"
)
def test_the_proxy_of_the_containers_finds_a_site_that_moves(tmp_path):
    port, app = free_port(), free_port()
    with ExitStack() as stack:
        names = stack.enter_context(socketserver.UDPServer(("127.0.0.1", 0), Names))
        sites = [stack.enter_context(HTTPServer((host, app), Hello)) for host in ("127.0.0.2", "127.0.0.3")]
        for server in (names, *sites):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
        names.points_to = "127.0.0.2"
        configured = proxy_configuration().replace("127.0.0.11", f"127.0.0.1:{names.server_address[1]}")
        configured = configured.replace(" app:8000 ", f" app:{app} ")
        configured = configured.replace(LISTEN_LINE, f"        listen 127.0.0.1:{port} ")
        stack.enter_context(nginx(tmp_path, configured))
        wait_until(lambda: opens(port))
        wait_until(lambda: b"127.0.0.2" in said(port, get()))
        names.points_to = "127.0.0.3"
        wait_until(lambda: b"127.0.0.3" in said(port, get()))


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health():
    last = IMAGE.rpartition("\nFROM ")[2]
    assert "\nUSER site\n" in last
    assert "/healthz" in last
