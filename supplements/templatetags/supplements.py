"""What other pages show of the forms."""

from django import template

from articles.paths import path_of
from supplements.filters import live_forms

register = template.Library()


@register.inclusion_tag("supplements/discussed.html")
def forms_discussed(article):
    """The live forms that name `article` (a document) as one that discusses them. One query."""
    forms = live_forms().filter(articles=article).order_by("name").values_list("name", "document__slug")
    return {"forms": [(name, path_of("supplements:detail", slug)) for name, slug in forms]}
