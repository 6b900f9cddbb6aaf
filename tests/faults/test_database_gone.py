"""The database file is not there: at the start that is refused, later the stored pages go on."""

import subprocess
import sys
from itertools import count

from tests.faults.running import ARTICLE, Readers, Running, told, until
from tests.served import ROOT

READ = (ARTICLE, "/", "/supplements/")


def test_a_start_without_a_database_is_refused(tmp_path):
    site = Running(tmp_path)
    command = [sys.executable, "manage.py", "serve", "--port", str(site.port)]
    done = subprocess.run(command, cwd=ROOT, env=site.env, capture_output=True, text=True, timeout=30)
    said = told(f"serve ended with {done.returncode} and said: {done.stderr.strip()}")
    assert done.returncode == 1, said
    assert str(site.database) in done.stderr, said
    assert not site.database.exists(), "nor does it make an empty one"


def test_the_database_goes_away_and_comes_back(site):
    pages = count(1)  # of which none has been stored

    def answers() -> set[int]:
        return {site.get(f"/sources/?page={next(pages)}&since=1900")[0] for _ in range(4)}

    with Readers(site.port, READ, count=3, pause=0.01) as readers:
        readers.wait_for(100)
        away = site.folder / "away"
        away.mkdir()
        files = [file for file in site.folder.glob("site.sqlite3*") if file.is_file()]
        for file in files:
            file.rename(away / file.name)
        gone = until(lambda: answers() == {503})
        readers.wait_for(300)
        for file in files:
            (away / file.name).rename(file)
        back = until(lambda: answers() <= {200, 404})
        readers.wait_for(100)
    said = told(
        f"{len(readers.notes)} stored pages read, {len(readers.failed)} failed; others were 503 after {gone:.1f} s, "
        f"and there again {back:.1f} s after the file; {site.log.read_text().count('Traceback')} tracebacks in the log"
    )
    assert not readers.failed, said
    assert back < 5, said
    assert "Traceback" not in site.log.read_text(), said
