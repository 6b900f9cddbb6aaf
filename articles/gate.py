"""What stands against words before they are published: broken links, headings, care cards, hard sentences.

Everything is asked of the page as it will be rendered, not of its Markdown: `read` takes in one rendered text, and each
function below turns what it read into findings. Only links need the database, to learn whether a document is live.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from articles.editions import Document, Finding
from articles.markdown import KINDS, LEVELS

HARDEST_GRADE = 8  # years of school
FEWEST_WORDS = 100  # a grade of less says little
LONGEST_SENTENCE = 25  # words
MOST_NAMED = 5

BLOCKS = {"p", "li", "dt", "dd", "blockquote", "figcaption", "div", "ul", "ol", "dl", "table", "pre", "h2", "h3", "h4"}
NOT_PROSE = ("table", "pre", "code", "sup", "h2", "h3", "h4")
WITHOUT_END = {"br", "hr", "img"}
SENTENCE_END = re.compile(r"(?<=[.!?…])[”’\"')\]]*\s+(?=[“‘\"'(]*[A-Z0-9])")
CONTRACTION = re.compile(r"\b\w+n[’']t\b", re.IGNORECASE)
NO_TEXT_EQUIVALENT = re.compile(r"\S+\.\w{3,4}|(img|dsc|image|picture|photo|figure|screenshot)[\W_\d]*", re.IGNORECASE)
SAYS_NOTHING = {"here", "click here", "this", "this page", "link", "this link", "more", "read more"}
LOOKS_LIKE_ADDRESS = re.compile(r"(https?:|www\.)\S*|/\S+/?", re.IGNORECASE)


@dataclass
class Link:
    address: str | None
    words: str = ""


@dataclass
class Passage:
    """A run of prose: one paragraph or list item. `warns` where it stands in a caution or a care card."""

    words: str
    warns: bool = False


@dataclass
class Text:
    """What `read` found in one rendered text; `field` is where an editor mends it."""

    headings: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    ids: set[str] = dataclasses.field(default_factory=set)
    links: list[Link] = dataclasses.field(default_factory=list)
    boxes: list[set[str]] = dataclasses.field(default_factory=list)  # the classes of each
    pictures: set[str] = dataclasses.field(default_factory=set)
    passages: list[Passage] = dataclasses.field(default_factory=list)
    field: str = ""


class Reader(HTMLParser):
    """Reads HTML that `markdown.render` made, so that every tag is closed and in its place."""

    def __init__(self, text: Text):
        super().__init__()
        self.text = text
        self.open: list[tuple[str, bool]] = []  # each open tag, and whether it is a box that warns
        self.inside: Counter[str] = Counter()
        self.warnings = 0
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        if attributes.get("id"):
            self.text.ids.add(attributes["id"])
        if tag in BLOCKS:
            self.end_passage()
        match tag:
            case "img":
                self.text.pictures.add(attributes.get("src") or "")
            case "br":
                self.words.append(" ")
            case "a" if not self.inside["sup"]:
                self.text.links.append(Link(attributes.get("href")))
            case "h2" | "h3" | "h4":
                self.text.headings.append((int(tag[1]), ""))
            case "div" if classes & {"admonition", "care-card"}:
                self.text.boxes.append(classes)
        if tag not in WITHOUT_END:
            warns = bool(classes & {"caution", "care-card"})
            self.open.append((tag, warns))
            self.inside[tag] += 1
            self.warnings += warns

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.end_passage()
        _, warned = self.open.pop()
        self.inside[tag] -= 1
        self.warnings -= warned

    def handle_data(self, data):
        if self.inside["a"] and not self.inside["sup"]:
            self.text.links[-1].words += data
        if any(self.inside[heading] for heading in ("h2", "h3", "h4")):
            level, words = self.text.headings[-1]
            self.text.headings[-1] = (level, words + data)
        if not any(self.inside[tag] for tag in NOT_PROSE):
            self.words.append(data)

    def end_passage(self):
        if words := " ".join("".join(self.words).split()):
            self.text.passages.append(Passage(words, self.warnings > 0))
        self.words = []


def read(html: str, field: str = "") -> Text:
    """Take in one text as `markdown.render` made it."""
    text = Text(field=field)
    reader = Reader(text)
    reader.feed(html)
    reader.close()
    reader.end_passage()
    return text


def plain(words: str, field: str = "", warns: bool = False) -> Text:
    """Take in a text that is no Markdown: each line is a passage, and `[^key]` is not read out."""
    lines = (" ".join(line.split()) for line in re.sub(r"\[\^[\w-]+\]", "", words).splitlines())
    return Text(passages=[Passage(line, warns) for line in lines if line], field=field)


def heading_findings(text: Text, top: int = 3) -> list[Finding]:
    """Headings that a screen reader's list of them could not follow; the first has to be of the level `top`."""
    found = []
    before = top - 1
    for level, words in text.headings:
        if not words.strip():
            found.append(Finding("A heading is empty.", text.field))
        if level < top:
            found.append(Finding(f"“{words}” is too high a heading here: begin with {'#' * top}.", text.field))
        elif level > before + 1:
            marks = f"{'#' * level}, where {'#' * (before + 1)} comes next"
            found.append(Finding(f"A level of headings is left out: “{words}” has {marks}.", text.field))
        before = level
    return found


def box_findings(texts: Sequence[Text]) -> list[Finding]:
    """Care cards that compete with each other, and boxes whose kind nobody knows."""
    found = []
    levels = [(level, text.field) for text in texts for box in text.boxes for level in LEVELS if level in box]
    for level, count in Counter(level for level, _ in levels).items():
        if count > 1:
            field = [field for name, field in levels if name == level][-1]
            found.append(Finding(f"{count} care cards are of the level {level}. Make them one.", field))
    known = {*KINDS, "care-card"}
    for text in texts:
        if any(not box & known for box in text.boxes):
            found.append(Finding(f"A box is of no kind there is: {', '.join([*KINDS, *LEVELS])}.", text.field))
    return found


def figure_findings(figures: Iterable, texts: Sequence[Text]) -> list[Finding]:
    """Figures that say nothing to somebody who cannot see them, that lost their file, or that no text shows."""
    found = []
    shown = set().union(*(text.pictures for text in texts))
    for figure in figures:
        name = figure.name
        if not figure.alt.strip() or NO_TEXT_EQUIVALENT.fullmatch(figure.alt.strip()):
            found.append(Finding(f"Say what the figure “{name}” tells; its text equivalent does not.", "figures"))
        if not figure.image.storage.exists(figure.image.name):
            # A warning only: within the transaction that saved the figure, its file is yet to be written.
            says = f"The file of the figure “{name}” is gone. Upload it again."
            found.append(Finding(says, "figures", blocks=False))
        if figure.shown["src"] not in shown:
            says = f"The figure “{name}” is not shown: no text has ![]({name})."
            found.append(Finding(says, "figures", blocks=False))
    return found


# Links


def link_findings(texts: Sequence[Text], here: str, anchors: Iterable[str] = ()) -> list[Finding]:
    """Links that lead nowhere for a reader of the page at `here`; `anchors` are ids that its template adds."""
    ids = set(anchors).union(*(text.ids for text in texts))
    links = [(link, text.field) for text in texts for link in text.links]
    targets = {link.address: target(link.address, here) for link, _ in links if link.address}
    paths = {path for path, _ in targets.values() if path and path != here}
    reasons = dead_ends(paths)
    found = []
    for link, field in links:
        path, fragment = targets.get(link.address, ("", ""))
        if not link.address:
            reason = "leads nowhere" if link.address is not None or link.words.strip() else ""
        elif path == here:
            reason = f"leads to #{fragment}, which is not on this page" if fragment and fragment not in ids else ""
        else:
            reason = reasons.get(path, "")
        if reason:
            found.append(Finding(f"The link “{link.words}” {reason}.", field))
        found += (Finding(f"The link “{link.words}” {doubt}.", field, blocks=False) for doubt in doubts(link))
    return found


def target(address: str, here: str) -> tuple[str, str]:
    """The path and the fragment of an address on this site; two empty texts for an address elsewhere."""
    try:
        parts = urlsplit(urljoin(here, address))
    except ValueError:
        return address, ""
    if parts.scheme or parts.netloc:
        return "", ""
    return unquote(parts.path), unquote(parts.fragment)


def doubts(link: Link) -> Iterator[str]:
    words = " ".join(link.words.split())
    if (link.address or "").lower().startswith("http://"):
        yield "is not secure: try https://"
    if not words or words.lower().rstrip(".") in SAYS_NOTHING or LOOKS_LIKE_ADDRESS.fullmatch(words):
        yield "does not say where it leads"


def dead_ends(paths: set[str]) -> dict[str, str]:
    """Why a reader finds nothing at a path of this site, for each of `paths` of which that is so."""
    matches = {path: match_of(path) for path in paths}
    reasons = {path: reason for path, match in matches.items() if (reason := no_address(path, match))}
    # A view that takes a slug shows a document, and there may be none.
    slugs = {path: matches[path].kwargs.get("slug") for path in paths - reasons.keys()}
    slugs = {path: slug for path, slug in slugs.items() if slug}
    asked = {app for path in slugs for app in matches[path].app_names}
    documents = list(documents_named(set(slugs.values()), asked)) if slugs else []
    for path in slugs:
        owner = next((d for d in documents if with_slash(path).startswith(d.get_absolute_url())), None)
        if owner is None or not owner.is_live:
            reasons[path] = f"leads to {path}, which is not live" if owner else f"leads to {path}, where no page is"
    return reasons


def no_address(path: str, match: ResolverMatch | None) -> str:
    """Why no page of the site can be at a path; empty where one may be."""
    if path.startswith(settings.STATIC_URL):
        return f"leads to {path}, a part of the design whose address changes"
    if path.startswith(settings.MEDIA_URL):
        return "" if is_stored(path.removeprefix(settings.MEDIA_URL)) else f"leads to {path}, where no picture is"
    if path.startswith(reverse("admin:index")):
        return f"leads to {path}, which readers cannot open"
    return "" if match else f"leads to {path}, where no page is"


def is_stored(name: str) -> bool:
    try:
        return bool(name) and not name.endswith("/") and default_storage.exists(name)
    except (SuspiciousFileOperation, ValueError, OSError):  # a name that is none
        return False


def match_of(path: str) -> ResolverMatch | None:
    """What answers at a path, also where only a slash is missing at its end."""
    for candidate in dict.fromkeys([path, with_slash(path)] if settings.APPEND_SLASH else [path]):
        try:
            return resolve(candidate)
        except Resolver404:
            continue
    return None


def with_slash(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def documents_named(slugs: set[str], apps_asked: set[str]) -> Iterator[Document]:
    """The documents of some apps with one of the slugs, each with `is_live`. One query a kind."""
    for model in apps.get_models():
        if issubclass(model, Document) and model._meta.app_label in apps_asked:
            yield from model.objects.filter(slug__in=slugs).with_is_live()


def list_findings(documents: Iterable[Document], field: str) -> list[Finding]:
    """A warning for each document of a list, read `with_is_live()`, that readers do not find in it."""
    says = "“{}” is not live, so readers do not see it here."
    return [Finding(says.format(row), field, blocks=False) for row in documents if not row.is_live]


# Language


def language_findings(texts: Sequence[Text], field: str = "") -> list[Finding]:
    """Warnings about words that are hard to read, or easily misread in a warning. They never block."""
    sentences = sentences_of(texts)
    found = []
    if (grade := reading_grade(sentences)) > HARDEST_GRADE:
        says = f"The reading grade is {grade:.1f}, and {HARDEST_GRADE} at most is easy to read."
        found.append(Finding(f"{says} Shorter sentences and words lower it.", field, blocks=False))
    long = [sentence for sentence in sentences if len(words_of(sentence)) > LONGEST_SENTENCE]
    for sentence in long[:MOST_NAMED]:
        count = len(words_of(sentence))
        found.append(Finding(f"A sentence has {count} words: “{beginning(sentence)}”.", field, blocks=False))
    if len(long) > MOST_NAMED:
        more = f"{len(long) - MOST_NAMED} more sentences have more than {LONGEST_SENTENCE} words."
        found.append(Finding(more, field, blocks=False))
    for text in texts:
        short = {word for passage in text.passages if passage.warns for word in CONTRACTION.findall(passage.words)}
        for word in sorted(short):
            says = f"A warning says “{word}”. Write it as two words: a “not” is easily overlooked."
            found.append(Finding(says, text.field, blocks=False))
    return found


def sentences_of(texts: Iterable[Text]) -> list[str]:
    return [sentence for text in texts for passage in text.passages for sentence in SENTENCE_END.split(passage.words)]


def beginning(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:6]) + ("…" if len(words) > 6 else "")


def words_of(sentence: str) -> list[str]:
    return [word for word in sentence.split() if any(map(str.isalnum, word))]


def reading_grade(sentences: Sequence[str]) -> float:
    """The Flesch-Kincaid grade: about how many years of school a reader needs. 0 for a text too short to tell."""
    counts = [(len(words), sum(map(syllables, words))) for words in map(words_of, sentences) if words]
    words = sum(count for count, _ in counts)
    if words < FEWEST_WORDS:
        return 0
    return 0.39 * words / len(counts) + 11.8 * sum(heard for _, heard in counts) / words - 15.59


SPOKEN = re.compile(r"[aeiouy]+")
SPOKEN_APART = re.compile(r"i[aou]|eo(?!p)|ua|uou|[yei]ing|sms?$")
NOT_SPOKEN = re.compile(
    r"[tcsg]i(?:on|ou|a|en)|[^aeiouyl]e$|[aeiou]le$"  # nation, made, whole
    r"|[aeiou][^aeioutd]*[^aeioutd]ed$|[aeiou]les$|[^aeiousxzcghl]es$"  # helped, holes, times
)


def syllables(word: str) -> int:
    """About how many syllables a word has; a number counts as one.

    Our own, because the libraries do not fit: textstat loads a dictionary over the network when it is first used,
    syllables is under the GPL, and pyphen, which knows where a line may break, finds so few that grades come out
    more than 1 too low. Of the words in our articles this gets 96 in 100 right, and grades within 0.5.
    """
    parts = re.findall(r"[a-z]+", word.lower().replace("’", "").replace("'", ""))
    heard = (len(SPOKEN.findall(p)) + len(SPOKEN_APART.findall(p)) - len(NOT_SPOKEN.findall(p)) for p in parts)
    return sum(max(1, count) for count in heard) or 1
