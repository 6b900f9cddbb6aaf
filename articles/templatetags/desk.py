"""The front page's lists, and addresses in the admin, for the templates of the desk."""

from django import template

from articles.desk.addresses import admin_address
from articles.desk.board import sections
from articles.drawings import known_drawings

register = template.Library()


@register.inclusion_tag("admin/board.html", takes_context=True)
def board(context):
    """What waits, what is under way and what is due, for the person who is signed in."""
    user = context["request"].user
    return {"sections": sections(user), "may_export": user.is_superuser}


@register.simple_tag
def drawings() -> list[str]:
    """The names of the site's own drawings, as a text shows them."""
    return list(known_drawings())


@register.filter
def admin_page(row, page: str = "change") -> str:
    """The address of the admin's page of a row: `{{ row|admin_page }}`, `{{ edition|admin_page:"compare" }}`."""
    return admin_address(row, page)


@register.filter
def admin_verb(opts) -> str:
    """The name of the page of a verb: `{% url opts|admin_verb edition.pk verb.name %}`."""
    return f"admin:{opts.app_label}_{opts.model_name}_verb"


@register.filter
def verb_name(edition) -> str:
    """The same, from an edition: `{% url edition|verb_name edition.pk "restore" %}`."""
    return admin_verb(edition._meta)


@register.filter
def kind(row) -> str:
    """What a row is, in an editor's words."""
    return str(row._meta.verbose_name)
