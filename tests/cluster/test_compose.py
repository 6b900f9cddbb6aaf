"""The container files name commands, options and variables that exist. Nothing here starts a container."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from tests.cluster.running import APP_LINE, CONFIGURED
from tests.served import ROOT

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


def test_the_proxy_of_the_containers_asks_the_site():
    before, after = re.search(r"sed 's/(.*?)/(.*?)/'", COMPOSE).groups()
    assert APP_LINE.strip() == before.strip()
    changed = re.sub(before, after, CONFIGURED.read_text())
    assert changed.count("server app:8000 ") == 1
    assert "127.0.0.1" not in changed


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health():
    last = IMAGE.rpartition("\nFROM ")[2]
    assert "\nUSER site\n" in last
    assert "/healthz" in last
