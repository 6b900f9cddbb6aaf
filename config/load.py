"""Many published articles and forms that nobody wrote, to see how the site bears them. For developing only.

Their words follow each other as in the articles that the site begins with, so that they are found, marked and
compressed much as real ones are. The same number always gives the same words. They are stored in bulk, past everything
that a publication asks for, and the search's index is made anew at the end.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from itertools import batched

from django.db import transaction
from django.utils import timezone

from articles import markdown
from articles.citations import cited_keys
from articles.editions import Document, State, public_change
from articles.models import Article, ArticleEdition, ArticleReview, Citation, Faq, Reference, Term, Topic
from articles.search import index
from articles.seeding.reading import HERE
from supplements.models import (
    Bioavailability,
    Evidence,
    Gut,
    Route,
    Supplement,
    SupplementEdition,
    SupplementReview,
    Use,
)

AT_ONCE = 250
PREFIX = "load-"
SOURCES = 60  # made where the site has none
SECTIONS, PARAGRAPHS, SENTENCES = 4, 2, 4  # of a body: about 450 words
FAQS, KEY_POINTS = 4, 5
CITED = 0.25  # of the sentences
LAST_YEARS = 2 * 365  # days over which the publications are spread
PUBLISHED = {"number": 1, "state": State.PUBLISHED, "waiver": "Load content.", "change_note": "First published."}
NOT_WORDS = re.compile(r"\[\^[^\]]*\]|\]\([^)]*\)|[^\w\s’.?!-]|\d")

Progress = Callable[[str], None]


@cache
def followers() -> dict[str, list[str]]:
    """What comes after each word in the articles that the site begins with; after a full stop, what begins one."""
    found = defaultdict(list)
    for path in sorted(HERE.glob("*.md")):
        before = "."
        text = NOT_WORDS.sub(" ", path.read_text(encoding="utf-8").split("+++")[2])
        for word in re.findall(r"[\w’-]+|[.?!]", text):
            found[before].append(word)
            before = "." if word in "?!" else word
    return dict(found)


class Writer:
    """Writes one article or form; `number` decides every word."""

    def __init__(self, number: int, keys: list[str]):
        self.chance = random.Random(number)  # noqa: S311 - the same each time, and no secret
        self.keys = keys

    def words(self, fewest: int, most: int) -> str:
        """So many words that could follow each other."""
        said, word = [], "."
        for _ in range(self.chance.randint(fewest, most)):
            word = self.chance.choice(followers().get(word) or followers()["."])
            while word in ".?!":
                word = self.chance.choice(followers()["."])
            said.append(word.lower())
        return " ".join(said).capitalize()

    def sentence(self) -> str:
        return f"{self.words(7, 16)}."

    def claim(self) -> str:
        """A sentence with its source."""
        return f"{self.sentence()}[^{self.chance.choice(self.keys)}]"

    def paragraph(self, sentences: int = SENTENCES) -> str:
        return " ".join(self.claim() if self.chance.random() < CITED else self.sentence() for _ in range(sentences))

    def body(self) -> str:
        parts = []
        for _ in range(SECTIONS):
            parts += [f"## {self.words(3, 6)}", *(self.paragraph() for _ in range(PARAGRAPHS))]
        return "\n\n".join([*parts, "\n".join(f"- {self.claim()}" for _ in range(KEY_POINTS))])

    def moment(self):
        return timezone.now() - timedelta(days=self.chance.uniform(0, LAST_YEARS))


def make(articles: int, forms: int, progress: Progress = lambda message: None) -> None:
    """Add so many published articles and forms to those that there are, and make the search's index anew."""
    keys = source_keys()
    for model, count, store in ((Article, articles, store_articles), (Supplement, forms, store_forms)):
        numbers = range(begin := next_number(model), begin + count)
        for some in batched(numbers, AT_ONCE):
            store(some, keys)
            progress(f"{model._meta.verbose_name_plural.capitalize()}: {some[-1] - begin + 1:,} of {count:,}")
    index.rebuild(progress)
    for model in (Article, Supplement):
        if newest := model.objects.order_by("pk").last():
            public_change.send(model, document=newest)  # whoever keeps pages is told once for all


def next_number(model: type[Document]) -> int:
    slugs = model.objects.filter(slug__startswith=PREFIX).values_list("slug", flat=True)
    return (
        max((int(slug.removeprefix(PREFIX)) for slug in slugs if slug.removeprefix(PREFIX).isdecimal()), default=0) + 1
    )


def source_keys() -> list[str]:
    """The keys of the sources to cite; without any, some are made."""
    if not Reference.objects.exists():
        values = {"authors": "Nobody", "publisher": "Load content", "kind": Reference.Kind.TRIAL, "year": 2020}
        Reference.objects.bulk_create(
            Reference(key=f"{PREFIX}{n}", title=Writer(n, []).words(6, 12), url="https://example.org/", **values)
            for n in range(SOURCES)
        )
    return list(Reference.objects.values_list("key", flat=True))


@transaction.atomic
def store_articles(numbers: Iterable[int], keys: list[str]) -> None:
    topics = list(Topic.objects.all()) or [Topic.objects.create(slug="load", name="Load content")]
    sources = dict(Reference.objects.values_list("key", "pk"))
    terms = Term.objects.to_mark()
    documents = Article.objects.bulk_create(Article(slug=f"{PREFIX}{number}") for number in numbers)
    editions, faqs, citations = [], [], []
    for number, document in zip(numbers, documents, strict=True):
        writer = Writer(number, keys)
        edition = article_by(writer, document, topics)
        answers = [Faq(edition=edition, position=n, **faq_by(writer)) for n in range(FAQS)]
        cited = typeset(edition, answers, keys, terms)
        editions.append(edition)
        faqs += answers
        citations += [Citation(edition=edition, reference_id=sources[key], number=n) for n, key in enumerate(cited, 1)]
    ArticleEdition.objects.bulk_create(editions)
    for rows in (faqs, citations):
        for row in rows:
            row.edition_id = row.edition.pk
    Faq.objects.bulk_create(faqs)
    Citation.objects.bulk_create(citations)
    ArticleReview.objects.bulk_create(review_of(edition, ArticleReview) for edition in editions)


def article_by(writer: Writer, document: Article, topics: list[Topic]) -> ArticleEdition:
    return ArticleEdition(
        document=document,
        topic=writer.chance.choice(topics),
        title=writer.words(4, 8)[:80],
        description=writer.sentence()[:160],
        quick_answer=writer.paragraph(3),
        key_points="\n".join(writer.claim() for _ in range(KEY_POINTS)),
        body=writer.body(),
        published_at=writer.moment(),
        **PUBLISHED,
    )


def faq_by(writer: Writer) -> dict[str, str]:
    return {"question": f"{writer.words(5, 9)}?"[-160:], "answer": writer.paragraph(3)}


def typeset(edition: ArticleEdition, faqs: list[Faq], keys: list[str], terms: list[dict]) -> list[str]:
    """Render what is not stored yet, as `ArticleEdition.typeset` does what is; returns the keys that it cites."""
    points = "\n".join(f"- {point}" for point in edition.key_point_list)
    texts = [edition.quick_answer, points, edition.body, *(faq.answer for faq in faqs)]
    rendered = markdown.render(texts, keys, terms=terms)
    edition.quick_answer_html, edition.key_points_html, edition.body_html, *answers = rendered.html
    edition.contents, edition.terms = rendered.contents, rendered.terms
    edition.word_count = sum(len(text.split()) for text in texts)
    for faq, answer in zip(faqs, answers, strict=True):
        faq.answer_html = answer
    return rendered.cited


def review_of(edition, model):
    day = edition.published_at.date()
    return model(edition=edition, reviewed_on=day, next_due=day + timedelta(days=365))


@transaction.atomic
def store_forms(numbers: Iterable[int], keys: list[str]) -> None:
    uses = list(Use.objects.all()) or [Use.objects.create(slug="load", name="load content")]
    sources = dict(Reference.objects.values_list("key", "pk"))
    documents = Supplement.objects.bulk_create(Supplement(slug=f"{PREFIX}{number}") for number in numbers)
    writers = [Writer(number, keys) for number in numbers]
    editions = SupplementEdition.objects.bulk_create(map(form_by, writers, documents))
    used, cited = SupplementEdition.uses.through, SupplementEdition.references.through
    used.objects.bulk_create(
        used(supplementedition=edition, use=use)
        for writer, edition in zip(writers, editions, strict=True)
        for use in writer.chance.sample(uses, min(2, len(uses)))
    )
    cited.objects.bulk_create(
        cited(supplementedition=edition, reference_id=sources[key])
        for edition in editions
        for key in set(cited_keys(edition, SupplementEdition.cited_fields))
    )
    SupplementReview.objects.bulk_create(review_of(edition, SupplementReview) for edition in editions)


def form_by(writer: Writer, document: Supplement) -> SupplementEdition:
    choose = writer.chance.choice
    percent = sorted(round(writer.chance.uniform(5, 60), 1) for _ in range(3))
    return SupplementEdition(
        document=document,
        name=f"Magnesium {writer.words(1, 2).lower()}",
        formula=f"Mg{choose('23')}(C{writer.chance.randint(2, 12)}H{writer.chance.randint(2, 20)}O{choose('2467')})2",
        elemental_low=percent[0],
        elemental_percent=percent[1],
        elemental_high=percent[2],
        hydrate_note=writer.sentence()[:200],
        route=choose(Route.values),
        solubility=writer.words(2, 4),
        bioavailability=choose(Bioavailability.values),
        gut=choose(Gut.values),
        evidence=choose(Evidence.values),
        published_at=writer.moment(),
        **{field: writer.claim() for field in SupplementEdition.cited_fields},
        **PUBLISHED,
    )
