"""What of this app a search can find: articles, the pages about the site, the glossary, and sources in public use."""

from datetime import datetime
from functools import reduce
from html.parser import HTMLParser
from operator import or_

from django.db import models
from django.db.models import Q
from django.db.models.signals import m2m_changed, pre_delete
from django.utils import timezone

from articles.editions import Edition, Part
from articles.models import Article, ArticleEdition, Reference, Term
from articles.search.index import note, register
from articles.search.kinds import Entry, Kind, coming_and_live, source_of
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


def term_entries(terms):
    for term in Term.objects.all() if terms is None else terms:
        yield Entry(
            source=source_of(term),
            address=term.get_absolute_url(),
            title=term.name,
            summary=[term.definition],
            headings=term.other_name_list,
        )


def source_entries(references):
    """Sources on which something public rests, or will rest from the time of a scheduled edition on."""
    chosen = (
        Reference.objects.all() if references is None else Reference.objects.filter(pk__in=[r.pk for r in references])
    )
    public = set(chosen.in_public_use().values_list("pk", flat=True))
    coming = coming_uses()
    for reference in chosen:
        starts_at = timezone.now() if reference.pk in public else coming.get(reference.pk)
        if starts_at:
            yield Entry(
                source=source_of(reference),
                address=reference.get_absolute_url(),
                title=reference.title,
                label=f"{reference.get_kind_display().capitalize()}{f', {reference.year}' if reference.year else ''}",
                summary=[f"{reference.authors} {reference.publisher}"],
                starts_at=starts_at,
            )


def coming_uses() -> dict[int, datetime]:
    """When the first scheduled edition that rests on a source comes out, by the source's key."""
    first: dict[int, datetime] = {}
    for model, name in naming(Reference):
        if issubclass(model, Edition | Part):
            path = f"{model.edition_path}__published_at" if issubclass(model, Part) else "published_at"
            rows = model.objects.filter(**{f"{path}__gt": timezone.now(), f"{name}__isnull": False})
            for key, at in rows.values_list(name, path):
                first[key] = min(at, first.get(key, at))
    return first


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


def sources_changed(sender, action, model, pk_set, **kwargs) -> None:
    """What a plain row rests on has changed."""
    if action in ("post_add", "post_remove") and model is Reference:
        note(Reference.objects.filter(pk__in=pk_set))


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
        Kind("about", "About this site", lambda rows: article_entries(rows, True), (Article,), weight=0.7),
        Kind("sources", "Sources", source_entries, (Reference,), weight=0.5, named_by=cited_by),
    )
