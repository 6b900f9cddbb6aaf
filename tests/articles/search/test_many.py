"""The search of a site with 10,000 articles: what it costs, in queries and in processor time of our own."""

import random
import time
from itertools import batched
from statistics import median, quantiles

import pytest

from articles.models import Findable
from articles.search import index, kinds
from articles.search.finding import find, suggest
from articles.search.kinds import Entry

COMMON = "magnesium twitch muscle leg sleep doctor cramp eyelid night tablet level nerve food test pain".split()  # noqa: SIM905
QUESTIONS = (
    *("magnesium", "twitching", "magnesium twitching legs", "why does my eyelid twitch at night", "m", "ma"),
    *("magnesum", "twiching eyelid", "rare12 magnesium", "rare7", "zebra", "night cramps rare3", "tablet or food"),
    *("can a blood test show a low level", "pain in the nerve of a leg and a cramp at night", "sleep nothing here"),
)


@pytest.fixture
def many(db):
    chance = random.Random(6)  # noqa: S311 - the same each time

    def entry(number):
        words = chance.choices(COMMON, k=20) + [f"rare{chance.randrange(4000)}" for _ in range(20)]
        return Entry(
            source=f"many:{number}",
            address=f"/articles/many-{number}/",
            title=" ".join(chance.sample(COMMON, 3)),
            headings=[" ".join(chance.sample(COMMON, 3))],
            body=[" ".join(words)],
        )

    for some in batched(map(entry, range(10_000)), 1000):
        index.replace(kinds.registered["articles"], some, Findable.objects.none())


@pytest.mark.parametrize(
    ("ask", "queries", "middle", "slow"), [(find, 4, 0.020, 0.050), (suggest, 3, 0.015, 0.030)], ids=["find", "suggest"]
)
def test_a_search_stays_quick(many, ask, queries, middle, slow, django_assert_max_num_queries):
    for question in QUESTIONS:  # the first time also fills what the process remembers of words
        with django_assert_max_num_queries(queries):
            ask(question)
    taken = [min(timed(ask, question) for _ in range(3)) for question in QUESTIONS]
    assert median(taken) < middle, sorted(zip(taken, QUESTIONS, strict=True))
    assert quantiles(taken, n=20)[-1] < slow, sorted(zip(taken, QUESTIONS, strict=True))


def timed(ask, question) -> float:
    before = time.process_time()
    ask(question)
    return time.process_time() - before
