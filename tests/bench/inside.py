"""What cannot be seen from outside: queries of a page, and which choice in the table costs most.

Runs in a process of its own with the site's production settings: `python -m tests.bench.inside`, which reads a list of
addresses as JSON from its input and answers with JSON. "combinations" in the place of the list asks for the dearest
choices in the table.
"""

import itertools
import json
import logging
import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.load import SIGNED_IN
from tests.served import ROOT, environment

TABLE = "/supplements/"
TIMES = 7  # each of the dearest is measured again; the least of so many is what it costs
DEAREST = 3


def ask(database: Path, question) -> dict:
    """Ask a process that has `database` open."""
    command = [sys.executable, "-m", "tests.bench.inside"]
    environ = environment(database) | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command,
        input=json.dumps(question),
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    )
    return json.loads(run.stdout.splitlines()[-1])


def answer(application, address: str) -> None:
    """Have Django make a page, past the page store; raises AssertionError where it is not 200."""
    path, _, query = address.partition("?")
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1"}
    environ |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SCRIPT_NAME": "", "REMOTE_ADDR": "127.0.0.1"}
    environ |= {"wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "HTTP_COOKIE": SIGNED_IN["Cookie"]}
    said = []
    pieces = application(environ, lambda status, headers, exc_info=None: said.append(status))
    b"".join(pieces)
    pieces.close()
    assert said == ["200 OK"], f"{address}: {said}"


def queries(application, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer(application, address)  # whatever is read once only
    with CaptureQueriesContext(connection) as captured:
        answer(application, address)
    return len(captured)


def combinations() -> list[str]:
    """Choices in the table: each value alone and with each of another facet, all of a facet, and all at once.

    The whole would be thousands of millions: the boxes of a facet are ticked in any number.
    """
    from supplements.filters import COLUMNS, FACETS, SORTS
    from supplements.models import Use

    values = {name: list(choices.values) for name, (_, choices) in FACETS.items()}
    values["use"] = list(Use.objects.values_list("slug", flat=True))
    single = [(name, value) for name in values for value in values[name]]
    everything = [*single, *(("columns", column) for column in COLUMNS)]
    chosen = [[pair] for pair in single]
    chosen += [list(two) for two in itertools.combinations(single, 2) if two[0][0] != two[1][0]]
    chosen += [[(name, value) for value in values[name]] for name in values]
    chosen += [[*chosen, ("sort", sort)] for sort in SORTS for chosen in ([], single)]
    chosen += [single, everything, [*everything, ("sort", "evidence")]]
    return [f"{TABLE}?{urlencode(pairs)}" for pairs in chosen]


def cost(application, address: str, times: int) -> float:
    """Processor seconds."""
    found = []
    for _ in range(times):
        began = time.process_time()
        answer(application, address)
        found.append(time.process_time() - began)
    return min(found)


def dearest(application) -> dict:
    addresses = combinations()
    cost(application, TABLE, 3)
    by_cost = sorted(addresses, key=lambda address: cost(application, address, 1), reverse=True)
    again = sorted(by_cost[: DEAREST * 4], key=lambda address: cost(application, address, TIMES), reverse=True)
    return {"tried": len(addresses), "dearest": again[:DEAREST]}


def main() -> None:
    import django

    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    logging.disable(logging.CRITICAL)
    application, question = WSGIHandler(), json.load(sys.stdin)
    if question == "combinations":
        found = dearest(application)
    else:
        found = {address: queries(application, address) for address in question}
    print(json.dumps(found))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # nothing here has to be put in order
