"""Finds what a question asks for, ranks it, and says why it was found.

The database chooses: what has all of the needs in its title, then in its headings too, and so on, or, where hardly
anything has all, what has any. The order among those is made here, so that it is the same on every database.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from articles.search import asking, backend, kinds, words
from articles.search.asking import Look, Need, Question

WORTH = (8.0, 4.0, 2.5, 1.0)  # of a match in the title, a heading, the summary, the body
ALSO = 0.3  # of the worth of a place, where a better one has the word as well
MEANT = 2.0  # times the weight of the glossary, where somebody asks what a word means
ENOUGH = 10  # results that have all of the words; with fewer, those that have some of them are shown as well
OF_EACH_KIND = 5  # shown while all kinds are
CANDIDATES = 15  # of each kind and place
A_PAGE = 20
DEEPEST = 200  # results of one kind, so many of which can be leafed through
SUGGESTIONS = 8
EXCERPT = 220  # characters


class Found(NamedTuple):
    """What is read of a Findable."""

    kind: str
    address: str
    title: str
    label: str
    summary: str
    headings: str
    body: str
    title_stems: str
    heading_stems: str
    summary_stems: str
    body_stems: str


@dataclass
class Hit:
    """One result: what was found, how well it fits, and why."""

    found: Found
    score: float
    title: list[tuple[str, bool]] = field(default_factory=list)  # (text, is it a word of the question)
    excerpt: list[tuple[str, bool]] = field(default_factory=list)
    where: str = ""  # the part of the page that the excerpt is from

    @property
    def kind(self) -> kinds.Kind:
        return kinds.registered[self.found.kind]


@dataclass
class Group:
    kind: kinds.Kind
    hits: list[Hit]
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.hits)


@dataclass
class Results:
    """What was found, grouped by kind, the kind with the best hit first; `apart` stands outside of the groups."""

    question: Question
    groups: list[Group] = field(default_factory=list)
    apart: Hit | None = None
    apart_comes_first: bool = False
    totals: dict[str, int] = field(default_factory=dict)
    with_all: int = 0  # how many have all words of the question
    page: int = 1
    pages: int = 1

    @property
    def total(self) -> int:
        return sum(self.totals.values())

    @property
    def kinds(self) -> list[tuple[kinds.Kind, int]]:
        """The kinds of which something was found, and how much; those that count most come first."""
        found = [(kinds.registered[slug], total) for slug, total in self.totals.items()]
        return sorted(found, key=lambda each: (-each[0].weight, each[0].name))

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def is_cut(self) -> bool:
        """Whether there are more of the chosen kind than can be leafed through."""
        return self.pages > 1 and self.groups[0].total > DEEPEST


def find(text: str, kind: str = "", page: int = 1) -> Results:
    """Everything that fits a question, or only what is of one kind. At most four queries."""
    question = asking.read(text)
    results = Results(question)
    if not question.needs:
        return results
    chosen = [slug for slug, each in kinds.registered.items() if not kind or slug == kind or each.stands_apart]
    limit = DEEPEST if kind else CANDIDATES
    rows, totals = candidates(question.needs, True, chosen, limit)
    results.with_all = sum(total for slug, total in totals.items() if not kinds.registered[slug].stands_apart)
    if results.with_all < ENOUGH and len(question.needs) > 1:
        more, totals = candidates(asking.without_common(question), False, chosen, limit)
        rows |= more
    hits = sorted((scored(row, question) for row in rows.values()), key=lambda hit: (-hit.score, hit.found.title))
    results.totals = {slug: total for slug, total in totals.items() if not kinds.registered[slug].stands_apart}
    arrange(results, hits, kind, page)
    return results


def candidates(needs: list[Need], is_strict: bool, chosen: list[str], limit: int):
    look = Look(needs, is_strict, range(len(WORTH)), chosen, list(kinds.registered), limit)
    return ask(look)


def ask(look: Look) -> tuple[dict[int, Found], dict[str, int]]:
    """Candidates by their keys, and how many there are of each kind. One query."""
    columns = ", ".join(f"articles_findable.{column}" for column in ("id", *Found._fields))
    found, totals = {}, Counter()
    for slug, total, key, *values in backend().find(look, columns):
        if total is None:
            found[key] = Found._make(values)
        else:
            totals[slug] += total
    return found, +totals


def scored(row: Found, question: Question) -> Hit:
    """How well a candidate fits: what of the question it has, and where; a title that says little else is better."""
    texts = [f" {stems} " for stems in (row.title_stems, row.heading_stems, row.summary_stems, row.body_stems)]
    asked = covered = score = in_title = 0.0
    for need in question.needs:
        best = max([way.weight * worth_of(way.stems, texts) for way in need.ways], default=0.0)
        asked += need.worth
        covered += need.worth * bool(best)
        score += need.worth * best
        in_title += need.worth * any(contains(texts[0], way.stems) for way in need.ways)
    others = len(set(row.title_stems.split()) - question.stems)
    said = in_title / (in_title + others) if in_title else 0.0
    weight = kinds.registered[row.kind].weight
    if question.asks_for_meaning and row.kind == "glossary":
        weight *= MEANT
    return Hit(row, score * covered / asked**2 * (1 + said) * weight)


def worth_of(stems: Iterable[str], texts: list[str]) -> float:
    """The worth of the best place that has all of the stems, and a part of that of the others that have them, too.

    Stems that only all places together have count as in the last.
    """
    worths = [worth for worth, text in zip(WORTH, texts) if contains(text, stems)]  # noqa: B905 - as many of each
    if worths:
        return worths[0] + ALSO * sum(worths[1:])
    return WORTH[-1] if contains("".join(texts), stems) else 0.0


def contains(text: str, stems: Iterable[str]) -> bool:
    for stem in stems:  # noqa: SIM110 - all() takes three times as long, and this is asked a thousand times
        if f" {stem} " not in text:
            return False
    return True


def arrange(results: Results, hits: list[Hit], kind: str, page: int) -> None:
    """Group the hits, mark the words in those that are shown, and decide where the answer that stands apart goes."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.found.kind, []).append(hit)
    for slug, found in groups.items():
        if kinds.registered[slug].stands_apart:
            results.apart = found[0]
            results.apart_comes_first = bool(results.question.first) or is_called_for(found[0], results.question)
            continue
        total = results.totals[slug]
        if kind:
            found = found[:DEEPEST]
            results.pages = -(-len(found) // A_PAGE)
            results.page = min(max(page, 1), results.pages)
            found = found[(results.page - 1) * A_PAGE : results.page * A_PAGE]
        else:
            found = found[:OF_EACH_KIND]
        results.groups.append(Group(kinds.registered[slug], found, total))
    for group in results.groups:
        for hit in group.hits:
            explain(hit, results.question)


def is_called_for(apart: Hit, question: Question) -> bool:
    """Whether the question is mostly about its signs: two of their words at least, beside what all of it is about."""
    subject = {*apart.found.title_stems.split(), *apart.found.summary_stems.split()}
    signs = set(apart.found.heading_stems.split()) - subject
    worths = [need.worth for need in question.needs if any(signs.issuperset(way.stems) for way in need.ways)]
    return len(worths) > 1 and sum(worths) >= sum(need.worth for need in question.needs) / 2


def explain(hit: Hit, question: Question) -> None:
    """Mark the words in the title, and choose the passage that has most of them."""
    hit.title = marked(hit.found.title, question.stems)
    places = [("", hit.found.summary), ("In a heading", hit.found.headings), ("On the page", hit.found.body)]
    if not hit.found.body:  # what it says is all in its summary, and its headings are other names
        del places[1:]
    asked = [pattern_of(need) for need in question.needs]
    best, most = "", -1
    for where, text in places:
        for line in text.split("\n"):
            count = sum(pattern.search(line) is not None for pattern in asked)
            if count > most:
                best, most, hit.where = line, count, where
    hit.excerpt = marked(cut(best, asked), question.stems)


def pattern_of(need: Need) -> re.Pattern:
    """Finds, quickly and nearly always rightly, a word that meets the need."""
    return re.compile(rf"\b(?:{'|'.join(sorted(map(beginning, need.stems)))})", re.IGNORECASE)


def beginning(stem: str) -> str:
    """What the forms of a word have in common to the letter: worry and worries are both stemmed to worri."""
    return stem[:-1] if len(stem) > 3 and stem[-1] in "ie" else stem


def cut(line: str, asked: list[re.Pattern]) -> str:
    """About EXCERPT characters of a line, from a little before the first word that was asked for."""
    if len(line) <= EXCERPT:
        return line
    first = min((found.start() for pattern in asked if (found := pattern.search(line))), default=0)
    start = line.rfind(" ", 0, first - EXCERPT // 3) + 1 if first > EXCERPT // 2 else 0
    end = line.rfind(" ", start, start + EXCERPT)
    end = end if end > start else start + EXCERPT
    return f"{'… ' if start else ''}{line[start:end]}{' …' if end < len(line) else ''}"


def marked(text: str, stems: set[str]) -> list[tuple[str, bool]]:
    """The text in pieces, and of each whether it is a word that was asked for."""
    return list(pieces(text, stems)) if text else []


def pieces(text: str, stems: set[str]) -> Iterator[tuple[str, bool]]:
    done = 0
    for found in words.TOKEN.finditer(text):
        if words.stem(words.fold(found[0])) in stems:
            if found.start() > done:
                yield text[done : found.start()], False
            yield found[0], True
            done = found.end()
    if done < len(text):
        yield text[done:], False


def suggest(text: str) -> dict:
    """The titles that fit what is being typed, the best first, and what has to stand before them. Three queries."""
    question = asking.read(text)
    hits: list[Hit] = []
    if question.needs:
        shown = [slug for slug, kind in kinds.registered.items() if not kind.stands_apart]
        rows, _ = ask(Look(question.needs, True, range(3), shown, [], SUGGESTIONS))
        hits = sorted((scored(row, question) for row in rows.values()), key=lambda hit: (-hit.score, hit.found.title))
    for hit in hits[:SUGGESTIONS]:
        hit.title = marked(hit.found.title, question.stems)
    return {"hits": hits[: SUGGESTIONS - bool(question.first)], "first": question.first}
