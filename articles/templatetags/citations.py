"""Numbered sources in texts that are no article."""

from django import template
from django.utils.html import format_html

from articles.citations import entry

register = template.Library()


@register.filter
def cited(text, numbering):
    """`{{ row.cautions|cited:numbering }}`: the text with its sources as numbered links."""
    return numbering.cite(text)


@register.filter
def sources(row, numbering):
    """`{{ row|sources:numbering }}`: the sources that a row cites, in order."""
    return numbering.sources(row.texts)


@register.simple_tag
def source_entry(reference, is_unlisted):
    """A source as an item of a list."""
    return entry(reference, bool(is_unlisted), 0)


@register.simple_tag
def source_entries(citations, is_unlisted):
    """The sources that a text cites as items of a list. All at once: one by one, fifty take a tenth of a page."""
    entries = [entry(row["reference"], bool(is_unlisted), row["number"]) for row in citations]
    return format_html("\n".join(["{}"] * len(entries)), *entries) if entries else ""
