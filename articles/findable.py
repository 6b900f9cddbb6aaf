"""What of this app a search can find: articles, the pages about the site, the glossary, and sources in public use."""

from datetime import datetime
from functools import reduce
from html.parser import HTMLParser
from itertools import chain
from operator import or_

from django.db import models
from django.db.models import Q
from django.db.models.signals import m2m_changed, pre_delete
from django.urls import reverse
from django.utils import timezone

from articles.citations import plain
from articles.editions import Document, Edition, Part
from articles.models import Article, ArticleEdition, EvidenceRow, Misconception, Reference, Term
from articles.search.index import note, register
from articles.search.kinds import Entry, Kind, coming_and_live, coming_or_live, source_of
from articles.sources import rests_under_rows
from articles.usage import edition_of, naming

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


SURE = "What trials have and have not shown about magnesium, how sure that is, and what people often get wrong."
LISTS = {
    "articles:glossary": ("Glossary", "What words about twitching and magnesium mean."),
    "articles:sources": ("Sources", "Every source and study that this site rests on, and how strong each is."),
}


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


def lists():
    for name, (title, summary) in LISTS.items():
        yield Entry(source=name, address=reverse(name), title=title, summary=[summary])


def term_entries(terms):
    for term in Term.objects.all() if terms is None else terms:
        yield Entry(
            source=source_of(term),
            address=term.get_absolute_url(),
            title=term.name,
            summary=[term.definition],
            headings=term.other_name_list,
        )


def evidence_page():
    yield Entry(source="evidence", address=reverse("articles:evidence"), title="How sure are we?", summary=[SURE])


def evidence_entries(rows):
    """Answers about the evidence, and what people often get wrong, each at its place on the page."""
    page = reverse("articles:evidence")
    if rows is None:
        rows = chain(EvidenceRow.objects.all(), Misconception.objects.all())
    for row in rows:
        if isinstance(row, EvidenceRow):
            address, title, words = f"{page}#answer-{row.slug}", row.question, row.answer
            label = f"How sure: {row.get_certainty_display()}"
        else:
            address, title, words = f"{page}#mistake-{row.slug}", f"“{row.claim}”", row.right
            label = "Often said, and wrong"
        yield Entry(source=source_of(row), address=address, title=title, label=label, summary=[plain(words)])


def source_entries(references):
    """Sources, for as long as something public rests on them, be it from the time of a scheduled edition on."""
    chosen = Reference.objects.all()
    if references is not None:
        chosen = chosen.filter(pk__in=[reference.pk for reference in references])
    uses = uses_of(chosen)
    for reference in chosen:
        if reference.pk in uses:
            starts_at, ends_at = uses[reference.pk]
            yield Entry(
                source=source_of(reference),
                address=reference.get_absolute_url(),
                title=reference.title,
                label=label_of(reference),
                summary=[" ".join(dict.fromkeys([reference.authors, reference.publisher]))],
                starts_at=starts_at,
                ends_at=ends_at,
            )


def label_of(reference) -> str:
    standing = "" if reference.status == Reference.Status.CURRENT else reference.get_status_display().capitalize()
    words = (standing, reference.get_kind_display().capitalize(), str(reference.year or ""))
    return ", ".join(filter(None, words))


def uses_of(chosen) -> dict[int, tuple[datetime, datetime | None]]:
    """From when until when anything public rests on each source, by the source's key."""
    found = dict.fromkeys(
        chosen.filter(rests_under_rows(Reference)).values_list("pk", flat=True), (timezone.now(), None)
    )
    for model, name in naming(Reference):
        if issubclass(model, Edition | Part):
            path = f"{model.edition_path}__" if issubclass(model, Part) else ""
            edition = edition_of(model) if path else model
            fields = (name, f"{path}document", f"{path}number", f"{path}published_at")
            rows = model.objects.filter(
                **{f"{name}__in": chosen, f"{path}pk__in": coming_or_live(edition).values("pk")}
            )
            taking_over = list(edition.objects.scheduled().values_list("document", "number", "published_at"))
            for key, document, number, starts_at in rows.values_list(*fields):
                after = [at for other, later, at in taking_over if other == document and later > number]
                found[key] = joined(found.get(key), (starts_at, min(after, default=None)))
    return found


def joined(one, other):
    """The time from the earlier start to the later end of two; None is no end, or no time at all."""
    if one is None:
        return other
    ends = (one[1], other[1])
    return min(one[0], other[0]), None if None in ends else max(ends)


def cited_by(document) -> models.QuerySet:
    """The sources that any edition of a document names: those whose use a change of the document changes."""
    uses = [
        model.objects.filter(
            **{f"{model.edition_path}__document" if issubclass(model, Part) else "document": document}
        ).values(name)
        for model, name in naming(Reference)
        if is_about(model, type(document))
    ]
    return Reference.objects.filter(reduce(or_, (Q(pk__in=use) for use in uses), Q(pk=None)))


def is_about(model, kind) -> bool:
    edition = edition_of(model) if issubclass(model, Part) else model
    return issubclass(edition, Edition) and edition._meta.get_field("document").related_model is kind


def sources_changed(sender, instance, action, reverse, pk_set, **kwargs) -> None:
    """What a plain row rests on has changed, or is about to be cleared."""
    if reverse and action in ("post_add", "post_remove", "post_clear"):
        note([instance])
    elif action in ("post_add", "post_remove"):
        note(Reference.objects.filter(pk__in=pk_set))
    elif action == "pre_clear":
        instance.references.remove(*instance.references.all())


def let_sources_go(sender, instance, **kwargs) -> None:
    """What a plain row rests on is told before the row is deleted, for afterwards nobody knows it."""
    instance.references.remove(*instance.references.all())


def register_all() -> None:
    for model, name in naming(Reference):
        if not issubclass(model, Edition | Part):
            through = getattr(model, name).through
            m2m_changed.connect(sources_changed, sender=through, dispatch_uid="articles.findable")
            pre_delete.connect(let_sources_go, sender=model, dispatch_uid="articles.findable")
    register(
        Kind("articles", "Articles", lambda rows: article_entries(rows, False), (Article,)),
        Kind("glossary", "Words explained", term_entries, (Term,), weight=0.9),
        Kind(
            "evidence",
            "How sure are we?",
            evidence_entries,
            (EvidenceRow, Misconception),
            weight=0.7,
            fixed=evidence_page,
        ),
        Kind("about", "About this site", lambda rows: article_entries(rows, True), (Article,), weight=0.7, fixed=lists),
        Kind(
            "sources", "Sources", source_entries, (Reference,), weight=0.35, touched_by=(Document,), named_by=cited_by
        ),
    )
