"""A whole journey on the production server: what a reader answers is in no log line and in no row."""

import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.served import served

ANSWERS = {"too-much-magnesium": "feel-well", "weakness": "over-weeks", "where": "eyelid", "medicines": "lithium"}


@pytest.fixture
def site(seeded_database, tmp_path):
    with served(seeded_database, tmp_path) as found:
        yield found


def dump(database) -> list[str]:
    with sqlite3.connect(database) as connection:
        return list(connection.iterdump())


def test_a_journey_leaves_nothing_behind(site):
    address, log, database = site
    before = dump(database)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(f"{address}/check/twitching/1/")
    seen = []
    for _ in range(60):
        text = page.read().decode()
        seen.append(page.url)
        if 'name="question"' not in text:
            break
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
        offered = re.findall(r'name="option"[^>]*? value="([\w-]+)"', text)
        usual = next((slug for slug in ("none", "no") if slug in offered), offered[0])
        answer = hidden | {"option": ANSWERS.get(hidden["question"], usual)}
        page = opener.open(page.url, urllib.parse.urlencode(answer).encode())
    assert seen[-1].endswith("/result/")
    assert "Urgent advice:" in text
    opener.open(f"{address}/check/twitching/summary/")
    with pytest.raises(urllib.error.HTTPError):
        opener.open(f"{address}/check/twitching/nothing/")
    assert dump(database) == before
    said = log.read_text()
    assert "/check/twitching/summary/" in said, "the log is the one that the server writes"
    for answer in ANSWERS.values():
        assert answer not in said
        assert not any(answer in url for url in seen)
