"""From what a reader types to what has to be found: stems, slips, synonyms, and the word that is still being typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log1p, sqrt

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from articles.models import KnownWord, Synonym
from articles.search import words

LONGEST_QUESTION = 200  # characters; the rest is not looked at
MOST_WORDS = 10
MOST_SAID = 40
SHORTEST_ALARM_WITH_SLIPS = 6  # letters
A_SLIP = 0.7  # what a word counts that was not typed quite like this
MOST_ENDINGS = 12  # ways to go on with the last word
MOST_SLIPS = 3  # words that a misspelt one may stand for
SHORTEST_START = 2  # letters of the last word that are taken for a beginning
UNUSUAL = 0.25  # of all things: a word that stands in no more of them can stand for the whole question


@dataclass(frozen=True)
class Way:
    """One way to meet a need: all of these stems, and how much that counts."""

    stems: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Need:
    """What one word of the question asks for, or a few that belong together; `worth` is more, the rarer it is."""

    ways: tuple[Way, ...]
    worth: float = 1.0
    is_unusual: bool = True

    @property
    def stems(self) -> set[str]:
        return {stem for way in self.ways for stem in way.stems}


@dataclass
class Question:
    """A reader's question, and what is known of its words."""

    text: str
    needs: list[Need] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)  # a misspelt word, and the word it is taken for
    unknown: list[str] = field(default_factory=list)  # words that stand nowhere
    asks_for_meaning: bool = False
    first: str = ""  # what has to stand before everything that is found: see Synonym.First

    @property
    def stems(self) -> set[str]:
        return {stem for need in self.needs for stem in need.stems}


@dataclass(frozen=True)
class Look:
    """What a database is asked for, in one query: up to `limit` candidates of each place and each kind in `among` that
    have all of the needs there, or with `is_strict` off any; and how many there are of each kind in `counted`."""

    needs: Sequence[Need]
    is_strict: bool
    places: Sequence[int]
    among: Sequence[str]
    counted: Sequence[str]
    limit: int


def read(text: str, is_typing: bool = True) -> Question:
    """Understand a question. Two queries: the words that are known, and the synonyms.

    With `is_typing` the last word may be the beginning of one.
    """
    text = " ".join(text[:LONGEST_QUESTION].replace("\0", " ").split())
    typed = words.folded(text)
    said = list(dict.fromkeys(words.all_stems(text)))[:MOST_SAID]
    asks = bool(words.MEANING.intersection(typed))
    typed = [word for word in dict.fromkeys(typed) if word not in words.MEANING][:MOST_WORDS]
    question = Question(text, asks_for_meaning=asks)
    if said:
        understand(question, typed, said, is_typing)
    return question


def understand(question: Question, typed: list[str], said: list[str], is_typing: bool) -> None:
    if is_typing and len(typed) > 1 and len(typed[-1]) < SHORTEST_START:
        typed = typed[:-1]  # the first letter of another word
    start = typed[-1] if is_typing and typed and len(typed[-1]) >= SHORTEST_START else ""
    known = look_up(typed, start) if typed else []
    total = next((row.occurrences for row in known if not row.word), 0)
    often: dict[str, int] = {}  # in how many things the words of a stem stand, about
    for row in known:
        often[row.stem] = max(often.get(row.stem, 0), row.occurrences)
    meant = [meanings(word, known, often, question, start if word == typed[-1] else "") for word in typed]
    taken: list[Need] = []
    place = 0
    rows = synonyms_of({stem for ways in meant for way in ways for stem in way.stems}, typed)
    question.first = first_of(rows, said)
    synonyms = [(row.stems.split(), Way(tuple(words.stems(row.meant)), 0.9)) for row in rows if row.meant]
    while place < len(typed):
        length, others = longest_match(synonyms, typed, meant, place)
        own = meant[place] if length <= 1 else together(meant[place : place + length])
        if others:  # what it means is known, so it is no slip of something else
            for word in typed[place : place + length]:
                question.corrected.pop(word, None)
            own = [way for way in own if way.weight != A_SLIP]
        if ways := [*own, *others]:
            count = max((min(often.get(stem, 0) for stem in way.stems) for way in own), default=0) or total / 10
            taken.append(Need(best_of_each(ways), sqrt(log1p(total / (count or 1))), count <= total * UNUSUAL))
        else:
            question.unknown.append(typed[place])
        place += max(length, 1)
    question.needs = taken


def look_up(typed: Sequence[str], start: str) -> list[KnownWord]:
    """Every known word that the typed ones may be, in one query: themselves, their other forms, slips, endings."""
    shortened = {letters for word in typed for letters in words.shortened(word)}
    stems = {words.stem(word) for word in typed}
    readable = KnownWord.objects.filter(starts_at__lte=timezone.now())
    close, slips = readable.filter(word__in=shortened), readable.filter(slips__letters__in={*shortened, *typed})
    found = [readable.filter(Q(word__in=["", *typed]) | Q(stem__in=stems)), close, slips]
    if start:
        endings = readable.filter(begins_with(start)).order_by("-occurrences", "word").values("pk")
        found.append(readable.filter(pk__in=endings[:MOST_ENDINGS]))
    return list(found[0].union(*found[1:]))


def begins_with(start: str) -> Q:
    """A condition that both databases answer from an index."""
    if connection.vendor == "sqlite":  # whose LIKE knows no case and so no index
        return Q(word__gte=start, word__lt=f"{start}\U0010ffff")
    return Q(word__startswith=start)


def meanings(word: str, known: Iterable[KnownWord], often: dict, question: Question, start: str) -> list[Way]:
    """The ways to take one typed word: as it is, as a beginning, or else as a slip of another."""
    stem = words.stem(word)
    ways = [Way((stem,))] if stem in often else []
    if start:
        endings = {row.stem for row in known if row.word.startswith(start)} - {stem}
        ways += [Way((ending,), 0.8) for ending in sorted(endings)]
    if ways or len(word) < words.SHORTEST_WITH_SLIPS:
        return ways
    slips = sorted(
        (row for row in known if words.is_one_slip_away(word, row.word)), key=lambda row: (-row.occurrences, row.word)
    )[:MOST_SLIPS]
    if slips:
        question.corrected[word] = slips[0].word
    return [Way((stem,), A_SLIP) for stem in dict.fromkeys(row.stem for row in slips)]


def synonyms_of(stems: set[str], typed: Sequence[str]) -> list[Synonym]:
    """What readers call otherwise, if its first word is among `stems` or the typed ones; and all that comes first."""
    first = ~Q(first="")
    for stem in sorted(stems | {words.stem(word) for word in typed}):
        first |= Q(stems=stem) | Q(stems__startswith=f"{stem} ")
    return list(Synonym.objects.filter(first))


def first_of(rows: Iterable[Synonym], said: Sequence[str]) -> str:
    """What has to come first, if all words of something alarming were said, each with a slip at most."""
    alarms = {row.first for row in rows if row.first and all(is_said(word, said) for word in words.all_stems(row.said))}
    return next((first for first in (Synonym.First.CRISIS, Synonym.First.CHECK) if first in alarms), "")


def is_said(word: str, said: Sequence[str]) -> bool:
    return word in said or (
        len(word) >= SHORTEST_ALARM_WITH_SLIPS and any(words.is_one_slip_away(other, word) for other in said)
    )


def best_of_each(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways without those that ask for the same for less: a synonym often means what was typed. To look for it
    twice would take twice as long."""
    best: dict[tuple[str, ...], Way] = {}
    for way in ways:
        if way.stems not in best or best[way.stems].weight < way.weight:
            best[way.stems] = way
    return tuple(best.values())


def longest_match(synonyms, typed: Sequence[str], meant: Sequence[list[Way]], place: int) -> tuple[int, list[Way]]:
    """The synonyms for the longest run of words from `place`, and how many words that takes."""
    found: dict[int, list[Way]] = {}
    for said, way in synonyms:
        run = range(place, min(place + len(said), len(typed)))
        is_said = len(run) == len(said) and all(
            stem == words.stem(typed[at]) or any(way.stems == (stem,) for way in meant[at])
            for stem, at in zip(said, run, strict=True)
        )
        if is_said:
            found.setdefault(len(said), []).append(way)
    longest = max(found, default=0)
    return longest, found.get(longest, [])


def together(meant: Sequence[list[Way]]) -> list[Way]:
    """The best way of each word in a row, as one way; none where a word is unknown."""
    if not all(meant):
        return []
    best = [ways[0] for ways in meant]
    return [Way(tuple(dict.fromkeys(stem for way in best for stem in way.stems)), min(way.weight for way in best))]


def without_common(question: Question) -> list[Need]:
    """The needs that can stand for the question when nothing has all of its words."""
    return [need for need in question.needs if need.is_unusual] or question.needs
