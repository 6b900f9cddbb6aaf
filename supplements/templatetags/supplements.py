"""What other pages show of the forms."""

from functools import lru_cache

from django import template
from django.db.models import BigIntegerField, DateTimeField, QuerySet
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from articles.paths import path_of
from articles.prepared import Later, Prepared
from supplements.filters import live_forms

register = template.Library()

ARTICLE, NOW = Later("article", BigIntegerField()), Later("now", DateTimeField())


@register.simple_tag
def forms_discussed(article) -> SafeString:
    """Links to the live forms that name `article` (a document) as one that discusses them. One query."""
    forms = discussing(article=article.pk, now=timezone.now())
    return links_to(tuple(forms))


@lru_cache(1_000)
def links_to(forms: tuple[tuple[str, str], ...]) -> SafeString:
    """Links to forms, by their names and slugs."""
    links = ((path_of("supplements:detail", slug), name) for name, slug in forms)
    return format_html_join(", ", '<a href="{}">{}</a>', links)


@Prepared
def discussing() -> QuerySet:
    return live_forms(NOW).filter(articles=ARTICLE).order_by("name").values_list("name", "document__slug")
