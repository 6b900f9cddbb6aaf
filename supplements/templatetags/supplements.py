"""What other pages show of the forms."""

from django import template

from supplements.filters import live_forms

register = template.Library()


@register.inclusion_tag("supplements/discussed.html")
def forms_discussed(article):
    """The live forms that name `article` (a document) as one that discusses them. One query."""
    return {
        "forms": live_forms()
        .filter(articles=article)
        .select_related("document")
        .only("name", "document__slug")
        .order_by("name")
    }
