"""Addresses in the admin, for the templates of the desk."""

from django import template

register = template.Library()


@register.filter
def admin_change(row) -> str:
    """The name of the admin's page of a row: `{% url row|admin_change row.pk %}`."""
    return f"admin:{row._meta.app_label}_{row._meta.model_name}_change"


@register.filter
def admin_verb(opts) -> str:
    """The name of the page of a verb: `{% url opts|admin_verb edition.pk verb.name %}`."""
    return f"admin:{opts.app_label}_{opts.model_name}_verb"
