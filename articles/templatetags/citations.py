"""Numbered sources in texts that are no article."""

from django import template

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
def source_entry(reference, is_unlisted, number=0):
    """A source as an item of a list, and with a number as one that the text cites."""
    return entry(reference, bool(is_unlisted), number)
