"""What other pages show of the forms."""

from django import template
from django.db.models import BigIntegerField, DateTimeField, QuerySet
from django.utils import timezone

from articles.paths import path_of
from articles.prepared import Later, Prepared
from supplements.filters import live_forms

register = template.Library()

ARTICLE, NOW = Later("article", BigIntegerField()), Later("now", DateTimeField())


@register.inclusion_tag("supplements/discussed.html")
def forms_discussed(article):
    """The live forms that name `article` (a document) as one that discusses them. One query."""
    forms = discussing(article=article.pk, now=timezone.now())
    return {"forms": tuple((name, path_of("supplements:detail", slug)) for name, slug in forms)}


@Prepared
def discussing() -> QuerySet:
    return live_forms(NOW).filter(articles=ARTICLE).order_by("name").values_list("name", "document__slug")
