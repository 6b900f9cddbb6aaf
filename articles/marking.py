"""Mark the first use of each term of the glossary in HTML that is clean already.

Pure: no database and no Markdown. A mark is a button around words that stay as they are; what it opens stands after the
article. Whole words count, the longest name wins, and a term is marked once however many texts a page has.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from unicodedata import normalize

BUTTON = '<button type="button" class="term" popovertarget="term-{}">{}</button>'
SHUT = {"a", "button", "h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "th", "caption", "figcaption", "sup", "dt"}
SHUT_CLASS = "admonition-title"  # of care cards too
JOINING = {"a", "em", "strong", "span", "code"}  # a word goes on across their tags
WITHOUT_END = {"br", "hr", "img"}
INSIDE_WORD = r"[\w\u0300-\u036f\u2010\u2011-]"  # letters, accents that stand apart, hyphens
HYPHEN = "[\u2010\u2011-]"


@dataclass
class Piece:
    """A tag as it was written, or words; words that may be marked know where in the text they begin."""

    html: str
    words: str = ""
    start: int = -1


class Reader(HTMLParser):
    """Takes HTML apart so that `"".join` of its pieces is the same HTML again."""

    def __init__(self):
        super().__init__()
        self.pieces: list[Piece] = []
        self.open: list[bool] = []  # of each open tag, whether it shuts out marks
        self.text: list[str] = []  # all words, with a break where a tag ends a word
        self.length = 0
        self.waiting = ""

    def handle_starttag(self, tag, attrs):
        self.end_words()
        self.break_word(tag)
        self.pieces.append(Piece(self.get_starttag_text()))
        if tag not in WITHOUT_END:
            classes = (dict(attrs).get("class") or "").split()
            self.open.append(tag in SHUT or SHUT_CLASS in classes)

    def handle_endtag(self, tag):
        self.end_words()
        self.break_word(tag)
        self.pieces.append(Piece(f"</{tag}>"))
        self.open.pop()

    def handle_data(self, data):
        self.waiting += data

    def end_words(self):
        if words := self.waiting:
            self.pieces.append(Piece(written(words), words, -1 if any(self.open) else self.length))
            self.add(words)
        self.waiting = ""

    def break_word(self, tag):
        if tag not in JOINING:
            self.add("\n")

    def add(self, words):
        self.text.append(words)
        self.length += len(words)


class Marker:
    """Marks the texts of one page, in reading order; `used` are the terms that were marked so far, in theirs.

    A term has a slug, a name, a definition, and `names`: every name that stands for it in a text.
    """

    def __init__(self, terms: Iterable[Mapping]):
        self.terms = list(terms)
        self.used: dict[str, Mapping] = {}
        named = [(name, term) for term in self.terms for name in term["names"]]
        named.sort(key=lambda pair: -len(pair[0]))
        self.named = [term for _, term in named]
        self.pattern = pattern([name for name, _ in named])

    def mark(self, html: str) -> str:
        """The HTML with a button around the first use of each term that has none yet."""
        if not self.named:
            return html
        reader = Reader()
        reader.feed(html)
        reader.close()
        reader.end_words()
        chosen = self.chosen("".join(reader.text), [piece for piece in reader.pieces if piece.start >= 0])
        return "".join(
            marked(piece, chosen[piece.start]) if piece.start in chosen else piece.html for piece in reader.pieces
        )

    def chosen(self, text: str, pieces: list[Piece]) -> dict[int, list[tuple[re.Match, str]]]:
        """What to mark, with the slug of its term: by the start of the piece that holds all of it."""
        starts = [piece.start for piece in pieces]
        chosen: dict[int, list[tuple[re.Match, str]]] = {}
        for match in self.pattern.finditer(text):
            term = self.named[match.lastindex - 1]
            place = bisect_right(starts, match.start()) - 1
            if term["slug"] in self.used or place < 0 or match.end() > starts[place] + len(pieces[place].words):
                continue
            self.used[term["slug"]] = term
            chosen.setdefault(starts[place], []).append((match, term["slug"]))
        return chosen


def marked(piece: Piece, chosen: list[tuple[re.Match, str]]) -> str:
    done, at = [], piece.start
    for match, slug in chosen:
        done += [written(piece.words[at - piece.start : match.start() - piece.start])]
        done += [BUTTON.format(slug, written(match[0]))]
        at = match.end()
    return "".join([*done, written(piece.words[at - piece.start :])])


def pattern(names: list[str]) -> re.Pattern:
    """What finds every name as a whole word; each has a group of its own."""
    spelled = "|".join(f"({'|'.join(dict.fromkeys(spellings(name)))})" for name in names)
    return re.compile(f"(?<!{INSIDE_WORD})(?:{spelled})(?!{INSIDE_WORD})")


def spellings(name: str) -> list[str]:
    """A name with its accents as one sign and as two."""
    return [spelling(normalize(form, name)) for form in ("NFC", "NFD")]


def spelling(name: str) -> str:
    """A name as a pattern: any space and hyphen for one, and small letters for capitals but in abbreviations."""
    return r"\s+".join(one_word(word) for word in name.split())


def one_word(word: str) -> str:
    letters = HYPHEN.join(re.sub("['’]", "['’]", re.escape(part)) for part in re.split(HYPHEN, word))
    return letters if is_abbreviation(word) else f"(?i:{letters})"


def is_abbreviation(word: str) -> bool:
    """Whether it is typed with two capitals or more: such a word is found only as it is typed."""
    return sum(map(str.isupper, word)) > 1


def written(words: str) -> str:
    """Words as nh3 writes them into HTML."""
    return escape(words, quote=False).replace("\xa0", "&nbsp;")
