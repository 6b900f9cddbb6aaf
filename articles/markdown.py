"""From an editor's Markdown to safe HTML: citations, tables, figures, care cards, contents, terms.

The only module that marks text as safe. What an editor writes passes three stages: Python-Markdown with raw HTML
switched off, the changes to its tree below, and nh3, which drops every tag, attribute and class not listed here. What
comes out is marked with the terms of the glossary, which adds buttons of our own and changes nothing else.

Python-Markdown takes many seconds for some hostile texts, or exhausts the stack. Forms and previews therefore call
`render_with_deadline`, which runs `python -m articles.markdown` as a child process, for `DEADLINE` seconds at most.
"""

import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown.extensions import Extension
from markdown.extensions.toc import slugify
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from articles.marking import Marker

LONGEST = 100_000  # characters of one text
DEADLINE = 3  # seconds
KINDS = ("note", "tip", "caution")  # of admonition
LEVELS = {  # of urgency, the gravest first; each is a kind of care card, whose title begins with these words
    "emergency": "Immediate action required:",
    "urgent": "Urgent advice:",
    "see-a-doctor": "See a doctor:",
    "self-care": "Look after yourself:",
}
CURRENT = "current"  # the status of a source that nothing is wrong with
HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}  # the page's own title is its h1, and nothing goes deeper than h4

TAGS = {
    *(
        "p",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "br",
        "hr",
    ),
    *("a", "sup", "span", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img"),
}
ATTRIBUTES = {
    "a": {"href", "title", "id", "aria-label"},
    **{tag: {"id"} for tag in ("h2", "h3", "h4", "sup", "caption")},
    "li": {"id"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"role", "tabindex", "aria-labelledby", "aria-label"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading"},
}
CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "sup": {"citation", "doubtful"},
    "div": {"admonition", *KINDS, "care-card", *LEVELS, "footnote", "table-scroll"},
    "p": {"admonition-title"},
    "span": {"level"},
    **{tag: {"align-left", "align-center", "align-right"} for tag in ("td", "th")},
}


class Unrenderable(ValueError):
    """A text that takes too long, or nests too deeply, to become a page."""


@dataclass(frozen=True)
class Rendered:
    """What became of the texts, in their order; `contents` lists (id, heading) of the second-level headings."""

    html: list[str]
    contents: list[tuple[str, str]] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)  # reference keys in the order of their numbers, from 1
    unknown: list[str] = field(default_factory=list)  # cited keys that no reference has
    missing: list[str] = field(default_factory=list)  # figures that are not there, or stand inside a paragraph
    terms: list[dict[str, str]] = field(default_factory=list)  # slug, name and definition of those that are marked


def trusted(html: str | None) -> SafeString:
    """Mark HTML that `render` made as safe; for columns that hold nothing else."""
    return mark_safe(html or "")  # noqa: S308 - nh3 has been over it


def render(
    texts: Sequence[str],
    references: Collection[str] = (),
    figures: Mapping[str, Mapping] | None = None,
    terms: Iterable[Mapping] = (),
) -> Rendered:
    """Render Markdown texts that share one numbering of sources.

    `references` are the known keys of `[^key]`, with the status of each where it is a mapping; `figures` maps the name
    in `![](name)` to src, srcset, sizes, width, height, alt and caption; `terms` are what a `Marker` takes. Raises
    Unrenderable where the text nests too deeply for the parser.
    """
    page = Page(with_statuses(references), figures or {})
    parser = markdown.Markdown(
        extensions=["tables", "def_list", "admonition", "sane_lists", "smarty", "footnotes", "toc", page],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "footnotes": {"UNIQUE_IDS": True, "SUPERSCRIPT_TEXT": "note {}", "BACKLINK_TEXT": "back"},
            "toc": {"slugify": lambda text, dash: f"s-{slugify(text, dash).strip('-_') or 'part'}", "toc_depth": "2-2"},
        },
        output_format="html",
    )
    html, marker = [], Marker(terms)
    try:
        for text in texts:
            html.append(marker.mark(clean(parser.reset().convert(text))))
            page.contents += [(entry["id"], unescape(entry["name"])) for entry in parser.toc_tokens]
    except RecursionError as error:
        raise Unrenderable("The text nests too deeply. Take out some levels of lists, quotes or brackets.") from error
    used = [{key: term[key] for key in ("slug", "name", "definition")} for term in marker.used.values()]
    return Rendered(html, page.contents, list(page.numbers), sorted(page.unknown), sorted(page.missing), used)


def with_statuses(references: Collection[str]) -> Mapping[str, str]:
    """The status of each known key; a key that comes without one is current."""
    return references if isinstance(references, Mapping) else dict.fromkeys(references, CURRENT)


def clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def render_with_deadline(
    texts: Sequence[str], references: Collection[str] = (), figures=None, terms: Iterable[Mapping] = ()
) -> Rendered:
    """Like `render`, for text that nobody has checked yet; raises Unrenderable after `DEADLINE` seconds as well."""
    if max(map(len, texts), default=0) > LONGEST:
        raise Unrenderable(f"The text is too long: {LONGEST:,} characters at most.")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "articles.markdown"],
            input=json.dumps([list(texts), with_statuses(references), figures or {}, list(terms)]).encode(),
            cwd=Path(__file__).resolve().parent.parent,
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unrenderable("The text takes too long to turn into a page. Look for long runs of brackets.") from error
    if done.returncode:
        raise Unrenderable("The text cannot be turned into a page. Look for long runs of brackets or deep lists.")
    answer = json.loads(done.stdout)
    if isinstance(answer, str):
        raise Unrenderable(answer)
    return Rendered(**answer)


class Page(Extension):
    """The site's own additions to Markdown, and what they gather while the texts of one page are rendered."""

    def __init__(self, references: Mapping[str, str], figures: Mapping[str, Mapping]):
        super().__init__()
        self.references, self.figures = references, figures
        self.numbers: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.missing: set[str] = set()
        self.contents: list[tuple[str, str]] = []
        self.tables = 0

    def extendMarkdown(self, md):  # noqa: N802 - Python-Markdown's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(Citation(self, md), "citation", 176)  # just before footnotes, at 175
        md.treeprocessors.register(Shape(self, md), "shape", 6)  # after inline text, at 20, and before contents, at 5


def mark_of(number: int, status: str) -> tuple[str, str, str]:
    """Of the mark of a source in a text: its classes, its label and what it shows. A doubt is said in words."""
    if status == CURRENT:
        return "citation", f"Source {number}", str(number)
    return "citation doubtful", f"Source {number}, {status}", f"{number} {status}"


class Citation(InlineProcessor):
    """`[^key]`, followed or not by more of its kind: a numbered link to the source below the article."""

    def __init__(self, page: Page, md):
        super().__init__(r"\[\^([^\]\s]+)\]", md)
        self.page = page

    def handleMatch(self, m, data):  # noqa: N802 - Python-Markdown's name
        key, page = m[1], self.page
        if key not in page.references:
            if not any(hasattr(p, "footnotes") and key in p.footnotes.footnotes for p in self.md.inlinePatterns):
                page.unknown.add(key)
            return None, None, None
        first = key not in page.numbers
        number = page.numbers.setdefault(key, len(page.numbers) + 1)
        kind, label, words = mark_of(number, page.references[key])
        mark = Element("sup", {"class": kind} | ({"id": f"cite-{number}"} if first else {}))
        link = SubElement(mark, "a", {"href": f"#source-{number}", "aria-label": label})
        link.text = words
        return mark, m.start(0), m.end(0)


class Shape(Treeprocessor):
    """Reshape tables, figures, care cards and headings into what the page's styles and a screen reader need."""

    def __init__(self, page: Page, md):
        super().__init__(md)
        self.page = page

    def run(self, root):
        for parent in list(root.iter()):
            parent.tag = HEADINGS.get(parent.tag, parent.tag)
            for child in list(parent):
                if child.tag == "table":
                    self.table(parent, child)
                elif child.tag == "div" and (
                    levels := [word for word in LEVELS if word in child.get("class", "").split()]
                ):
                    self.care_card(child, levels[0])
                elif child.tag == "p" and len(child) == 1 and child[0].tag == "img" and not (child.text or "").strip():
                    self.figure(child, child[0])
                elif child.tag == "img" and parent.tag != "figure":
                    self.page.missing.add(f"{child.get('src')} (a figure stands in a paragraph of its own)")
                    parent.remove(child)

    def table(self, parent: Element, table: Element) -> None:
        """A caption from the line `Table: ...` above, scoped headers, classes for alignment, a box that scrolls."""
        self.page.tables += 1
        for cell in table.iter():
            if align := cell.attrib.pop("align", ""):
                cell.set("class", f"align-{align}")
        for cell in table.iterfind("thead/tr/th"):
            cell.set("scope", "col")
        for row in table.iterfind("tbody/tr"):
            if len(row):
                row[0].tag = "th"
                row[0].set("scope", "row")
        place = list(parent).index(table)
        box = Element("div", {"class": "table-scroll", "role": "region", "tabindex": "0"})
        box.tail, table.tail = table.tail, None
        above = parent[place - 1] if place else None
        if above is not None and above.tag == "p" and re.match(r"Table:\s", above.text or ""):
            parent.remove(above)
            place -= 1
            above.tag, above.tail = "caption", None
            above.text = above.text.removeprefix("Table:").lstrip()
            above.set("id", f"table-{self.page.tables}")
            table.insert(0, above)
            box.set("aria-labelledby", f"table-{self.page.tables}")
        else:
            box.set("aria-label", f"Table {self.page.tables}")
        parent.remove(table)
        box.append(table)
        parent.insert(place, box)

    def care_card(self, box: Element, level: str) -> None:
        """The words of the level first, whatever the title; with more than one level in the text, the gravest."""
        box.set("class", f"care-card {level}")
        title = box.find("p[@class='admonition-title']")
        if title is None:
            title = Element("p", {"class": "admonition-title"})
            box.insert(0, title)
        if title.text == level.capitalize():
            title.text = None  # Python-Markdown makes up a title where none is typed
        words = Element("span", {"class": "level"})
        words.text = LEVELS[level]
        words.tail, title.text = f" {title.text or ''}" if title.text or len(title) else None, None
        title.insert(0, words)

    def figure(self, paragraph: Element, image: Element) -> None:
        name = image.get("src", "")
        figure = self.page.figures.get(name)
        if figure is None:
            self.page.missing.add(name or "a figure without a name")
            paragraph.remove(image)
            return
        paragraph.tag = "figure"
        caption = figure.get("caption", "")
        image.attrib = {key: str(figure[key]) for key in ("src", "alt", "width", "height")} | {"loading": "lazy"}
        image.attrib |= {key: figure[key] for key in ("srcset", "sizes") if figure.get(key)}
        if caption:
            SubElement(paragraph, "figcaption").text = caption


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(render(*json.load(sys.stdin)))))
    except Unrenderable as refusal:
        print(json.dumps(str(refusal)))
