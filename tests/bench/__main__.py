"""Measure the site beside nginx and beside a bare Django: `uv run --group browser python -m tests.bench`.

Each comparison is made in pairs that take turns, and told as a ratio with its least and most, for this machine may be
slow at any moment. `--quick` takes a few minutes and makes no large site; `--keep FOLDER` uses again the databases made
there; `--write` puts the table into the README.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import brotli

from tests.bench import browser, inside, servers
from tests.bench.load import BROTLI, CONNECTIONS, SIGNED_IN, Client, get, rush
from tests.bench.pairs import Ratio, in_turn, ratio
from tests.bench.report import Row, table, write
from tests.served import ROOT, environment, seeded

ARTICLE, FORM, TABLE = "/articles/magnesium-and-twitching/", "/supplements/citrate/", "/supplements/"
GROWING = {
    "an article": ARTICLE,
    "all articles": "/articles/",
    "a form": FORM,
    "the table of forms": TABLE,
    "the front page": "/",
    "a search": "/search/?q=magnesium+cramps",
}
SEEDED_ARTICLES, SEEDED_FORMS = 16, 16
WARM, HELLOS_A_PAGE = 10, 10
PAUSE = 20  # ms that each connection rests between requests where both bear the same load
FILLING, ONCE_MORE = 800, 6  # articles that fill a store, and the connections that then ask each worker for them


@dataclass(frozen=True)
class Extent:
    """How much of everything."""

    rushes: int  # pairs of them, of a second each: the shorter, the more alike is what else the machine does
    pairs: int  # of pages made anew
    starts: int  # pairs of them, and of visits in a browser
    pages: int  # made anew in one half of a pair
    large: tuple[int, int]  # articles and forms of the large site


FULL = Extent(rushes=15, pairs=25, starts=5, pages=10, large=(10_000, 5_000))
QUICK = Extent(rushes=7, pairs=7, starts=5, pages=5, large=(500, 250))


class Bench:
    def __init__(self, folder: Path, extent: Extent):
        self.folder, self.extent = folder, extent
        self.rows: list[Row] = []

    def tell(self, what: str, measured, goal: str = "", reached: bool | None = None) -> None:
        self.rows.append(Row(what, str(measured), goal, reached))
        print(f"{what}: {measured}{f' (goal: {goal}: {reached})' if goal else ''}", flush=True)

    def fresh(self, seeds: Path, name: str) -> Path:
        """A copy of a database for one server, with no stored pages beside it."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copyfile(seeds, folder / "site.sqlite3")
        return folder / "site.sqlite3"

    def run(self) -> None:
        seeds = seeded(self.folder)
        project = self.folder / "hello"
        if not project.exists():
            servers.make_hello(project)
        with servers.site(self.fresh(seeds, "site"), ARTICLE) as site, servers.hello(project) as hello:
            self.stored(site, hello)
            self.made_anew(site, hello)
            self.combinations(site, seeds)
            self.in_a_browser(site)
        self.cold_start(seeds, project)
        self.growth(seeds)

    def stored(self, site, hello) -> None:
        """A published article, as nearly all readers get it."""
        body, headers = smallest(site)
        self.tell("published article: bytes of its body, brotli", f"{len(body):,}")
        with servers.nginx(self.folder / "nginx", body, headers) as nginx:
            ours, theirs = site.address(ARTICLE), nginx.address("/page")
            bare, count = hello.address(), self.extent.rushes

            busy = in_turn(count, lambda: used(site, ours), lambda: used(nginx, theirs))
            rate = ratio(busy, lambda found: found[0].rate)
            self.tell(
                "published article, requests/s against nginx with the same bytes", rate, "≥ 0.40", rate.median >= 0.4
            )
            cpu = ratio(busy, lambda found: found[1])
            self.tell("the same, server CPU a request against nginx", cpu)
            slowest = ratio(busy, lambda found: found[0].p99)
            self.tell("the same, p99 with all busy", slowest, "≤ 2", slowest.median <= 2)
            calm = in_turn(count, lambda: rush(ours, PAUSE), lambda: rush(theirs, PAUSE))
            slowest = ratio(calm, lambda found: found.p99)
            self.tell("the same, p99 where both get as many requests as both bear", slowest, "≤ 2", slowest.median <= 2)

        busy = in_turn(count, lambda: used(site, ours), lambda: used(hello, bare))
        rate = ratio(busy, lambda found: found[0].rate)
        self.tell("published article, requests/s against a bare Django", rate, "≥ 5", rate.median >= 5)
        cpu = ratio(busy, lambda found: found[1])
        self.tell("the same, server CPU a request against a bare Django", cpu)
        calm = in_turn(count, lambda: rush(ours, PAUSE), lambda: rush(bare, PAUSE))
        slowest = ratio(calm, lambda found: found.p99)
        self.tell("the same, p99 where both get as many requests as both bear, against a bare Django", slowest)

    def made_anew(self, site, hello) -> None:
        """An article that Django makes, since a session cookie takes the request past the store."""
        pages = self.extent.pages
        for _ in range(WARM):  # a connection belongs to one worker, and the bare Django has had its requests already
            cpu_of(site, ARTICLE, pages, SIGNED_IN)
        pairs = in_turn(
            self.extent.pairs,
            lambda: cpu_of(site, ARTICLE, pages, SIGNED_IN),
            lambda: cpu_of(hello, "/", pages * HELLOS_A_PAGE, BROTLI),  # as long as the other half of the pair
        )
        cost = ratio(pairs)
        self.tell("article past the store, server CPU against a bare Django", cost, "≤ 12", cost.median <= 12)

    def combinations(self, site, seeds: Path) -> None:
        """The dearest choices in the table beside the table as it is, both made anew."""
        found = inside.ask(seeds, "combinations")
        pages, dearest = self.extent.pages, {}
        for address in found["dearest"]:
            pairs = in_turn(
                self.extent.pairs,
                lambda address=address: cpu_of(site, address, pages, SIGNED_IN),
                lambda: cpu_of(site, TABLE, pages, SIGNED_IN),
            )
            dearest[address] = ratio(pairs)
        address = max(dearest, key=lambda each: dearest[each].median)
        print(f"The dearest choice: {address}")
        worst = dearest[address]
        what = f"dearest of {found['tried']} choices in the table, CPU against the table as it is"
        self.tell(what, worst, "≤ 2", worst.median <= 2)

    def in_a_browser(self, site) -> None:
        try:
            with browser.chromium() as chromium:
                statuses = browser.second_view(chromium, site.address(ARTICLE))
                slow = [browser.on_a_slow_phone(chromium, site.address(ARTICLE)) for _ in range(self.extent.starts)]
        except (ImportError, FileNotFoundError) as missing:
            print(f"Nothing is measured in a browser: {missing}")
            return
        said = f"{len(statuses)} request{'s' if len(statuses) != 1 else ''}: {', '.join(map(str, statuses))}"
        self.tell("second view of an article in a browser", said, "1 request, 304", statuses == [304])
        largest = Ratio(tuple(shown / browser.GOOD for shown, _ in slow))
        what = "largest part shown, slow 4G and a processor slowed down 4 times, as a part of 2.5 s"
        self.tell(what, largest, "≤ 1", largest.median <= 1)
        tasks = [count for _, count in slow]
        self.tell("long tasks meanwhile", f"{min(tasks)} to {max(tasks)}")

    def cold_start(self, seeds: Path, project: Path) -> None:
        """From nothing to the first article, with no page stored from before."""

        def ours() -> float:
            database = self.fresh(seeds, "cold")
            began = time.monotonic()
            with servers.site(database, ARTICLE):
                return time.monotonic() - began

        def theirs() -> float:
            began = time.monotonic()
            with servers.hello(project):
                return time.monotonic() - began

        start = ratio(in_turn(self.extent.starts, ours, theirs))
        self.tell("cold start to the first 200, against a bare Django", start, "≤ 2", start.median <= 2)

    def growth(self, seeds: Path) -> None:
        """The same pages of a small site and of a large one."""
        few, many = (100, SEEDED_FORMS), self.extent.large
        small, large = self.loaded(seeds, "small", *few), self.loaded(seeds, "large", *many)
        before, after = (inside.ask(each, list(GROWING.values())) for each in (small, large))
        sizes = f"{few[0]} to {many[0]:,} articles, {few[1]} to {many[1]:,} forms"
        self.tell(
            "queries of an article past the store", after[ARTICLE], "≤ 5", max(before[ARTICLE], after[ARTICLE]) <= 5
        )
        counts = ", ".join(f"{name} {before[path]} → {after[path]}" for name, path in GROWING.items())
        self.tell(f"{sizes}: queries", counts, "equal", before == after)
        with servers.site(small) as little, servers.site(large) as much:
            for name, path in GROWING.items():
                pairs = in_turn(
                    self.extent.pairs,
                    lambda path=path: cpu_of(much, path, self.extent.pages, SIGNED_IN),
                    lambda path=path: cpu_of(little, path, self.extent.pages, SIGNED_IN),
                )
                grown = ratio(pairs)
                self.tell(f"{sizes}: CPU of {name}", grown, "≤ 1.5", grown.median <= 1.5)
        self.memory(large, min(FILLING, many[0] - SEEDED_ARTICLES))

    def memory(self, large: Path, articles: int) -> None:
        """What a worker takes that has answered nothing but what fills its store."""
        shutil.rmtree(large.parent / "pages", ignore_errors=True)
        with servers.site(large) as site:
            fill(site, articles)
            memory = max(site.memory()) / 1e6
        stored = sum(file.stat().st_size for file in (large.parent / "pages").rglob("*") if file.is_file())
        is_full = stored > 16_000_000  # what a worker may keep; on disk nothing has been pushed out yet
        what = f"memory of a worker with the store {'full' if is_full else 'partly full'} (PSS)"
        self.tell(what, f"{memory:.0f} MB", "≤ 80 MB", memory <= 80 if is_full else None)

    def loaded(self, seeds: Path, name: str, articles: int, forms: int) -> Path:
        """A database with so many articles and forms in all; it is made once in a folder."""
        kept = self.folder / f"{name}-{articles}-{forms}"
        database = kept / "site.sqlite3"
        if not (kept / "made").exists():
            database = self.fresh(seeds, kept.name)
            more = ["--articles", str(articles - SEEDED_ARTICLES), "--supplements", str(forms - SEEDED_FORMS)]
            manage = [sys.executable, "manage.py", "make_load", *more]
            subprocess.run(manage, cwd=ROOT, env=environment(database) | {"DEBUG": "true"}, check=True, timeout=3_600)
            (kept / "made").touch()
        shutil.rmtree(kept / "pages", ignore_errors=True)
        return database


def smallest(site) -> tuple[bytes, list]:
    """The article as small as it gets: the site squeezes it while nobody waits. Every worker has to have it."""
    whole = get(site.port, ARTICLE, {"Accept-Encoding": "identity"})[1]
    size = len(brotli.compress(whole, quality=11))
    deadline = time.monotonic() + 60
    in_a_row = 0
    while time.monotonic() < deadline:
        answer, body = get(site.port, ARTICLE)
        in_a_row = in_a_row + 1 if len(body) <= size else 0
        if in_a_row > 20:
            return body, answer.getheaders()
    raise AssertionError(f"{len(body)} bytes have not become {size}.")


def used(server, address: str) -> tuple:
    """What came of a rush, and the processor seconds of the server for each answer."""
    before = server.cpu()
    found = rush(address)
    return found, (server.cpu() - before) / found.requests


def cpu_of(server, path: str, count: int, headers: dict[str, str]) -> float:
    """Processor seconds of the server for each of `count` answers, asked for one after the other."""
    client = Client(server.port)
    try:
        for _ in range(servers.WORKERS):
            client.get(path, headers)  # whatever is read once only
        before = server.cpu()
        for _ in range(count):
            client.get(path, headers)
        return (server.cpu() - before) / count
    finally:
        client.close()


def fill(site, articles: int) -> None:
    """Ask for more pages than the store of a worker holds, and wait until they have been squeezed."""
    paths = [f"/articles/load-{number}/" for number in range(1, articles + 1)]
    paths += [f"{TABLE}?sort={sort}&page={page}" for sort in ("elemental", "evidence") for page in range(1, 101)]
    for _ in range(1 + ONCE_MORE):
        client = Client(site.port)
        for path in paths:
            client.get(path, BROTLI)
        client.close()
    deadline, before = time.monotonic() + 300, site.cpu()
    while time.monotonic() < deadline:
        time.sleep(1)
        now = site.cpu()
        if now - before < 0.05:
            return
        before = now
    raise AssertionError("The workers do not come to rest.")


def introduction(extent: Extent) -> str:
    return (
        f"Medians of pairs in turn ({extent.rushes} of requests/s, {extent.pairs} of pages made anew, {extent.starts} "
        f"of starts), least and most in brackets. Servers and load generator share {os.cpu_count()} cores; `wrk` keeps "
        f"{CONNECTIONS} connections "
        f"alive; each server has {servers.WORKERS} workers; CPU is what all processes of a server used. nginx sends "
        "the same bytes and headers from a file. The bare Django is what `startproject` makes, with one view that says "
        "Hello, on the same server as it comes. A session cookie takes a request past the store."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few minutes; no large site")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where databases are kept for the next run")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    options = parser.parse_args()
    extent = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, extent)
        bench.run()
    text = f"{introduction(extent)}\n\n{table(bench.rows)}"
    print(f"\n{text}")
    if options.write:
        write(ROOT / "README.md", text)


if __name__ == "__main__":
    main()
