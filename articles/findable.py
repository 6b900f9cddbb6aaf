"""What of this app a search can find: articles, the pages about the site, and (where others rest on them) sources."""

from html.parser import HTMLParser

from articles.models import Article, ArticleEdition
from articles.search.index import register
from articles.search.kinds import Entry, Kind, coming_and_live, source_of

LINES = {"p", "li", "dt", "dd", "h2", "h3", "h4", "tr", "caption", "figcaption", "pre"}


class Lines(HTMLParser):
    """The words of HTML that `markdown.render` made, a line for each block; the numbers of sources are no words."""

    def __init__(self):
        super().__init__()
        self.lines: list[str] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag, attrs):
        self.quiet += tag == "sup"
        self.words.append(" " if tag in {"td", "th", "br"} else "")
        if tag in LINES:
            self.end_line(self.lines)

    def handle_endtag(self, tag):
        self.quiet -= tag == "sup"
        if tag in LINES:
            self.end_line(self.headings if tag in {"h2", "h3", "h4"} else self.lines)

    def handle_data(self, data):
        if not self.quiet:
            self.words.append(data)

    def end_line(self, lines: list[str]) -> None:
        if line := " ".join("".join(self.words).split()):
            lines.append(line)
        self.words = []


def lines_of(*texts: str) -> tuple[list[str], list[str]]:
    """The lines and the headings of rendered texts."""
    reader = Lines()
    for html in texts:
        reader.feed(html)
        reader.end_line(reader.lines)
    return reader.lines, reader.headings


def article_entries(documents, are_site_pages: bool):
    for edition, starts_at, ends_at in coming_and_live(ArticleEdition, documents):
        if edition.document.is_site_page != are_site_pages:
            continue
        faqs = list(edition.faqs.all())
        answer, _ = lines_of(edition.quick_answer_html, edition.key_points_html)
        body, headings = lines_of(edition.body_html, *(faq.answer_html for faq in faqs))
        yield Entry(
            source=source_of(edition.document),
            address=edition.document.get_absolute_url(),
            title=edition.title,
            summary=[edition.description, *answer],
            headings=[*headings, *(faq.question for faq in faqs)],
            body=body,
            starts_at=starts_at,
            ends_at=ends_at,
        )


def register_all() -> None:
    register(
        Kind("articles", "Articles", lambda rows: article_entries(rows, False), (Article,)),
        Kind("about", "About this site", lambda rows: article_entries(rows, True), (Article,), weight=0.7),
    )
