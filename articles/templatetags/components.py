"""Components that stand around what a page writes, which an include cannot. Their markup: templates/components/.

And lists that every article has, written as one: a loop in a template takes ten times as long.
"""

from collections.abc import Iterable

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def callout(content, kind="", heading="", id="", label=""):
    """A box beside the text: a note, or with `kind` a tip, a caution or an alarm.

    It is a section where it has a `heading` (with its `id`) or a `label`, and else a plain box.
    """
    words = {"content": content, "kind": kind, "heading": heading, "id": id, "label": label}
    return render_to_string("components/callout.html", words)


@register.simple_block_tag
def error_summary(content, heading):
    """What is wrong with a form, each as a list item that leads to its field."""
    return render_to_string("components/error_summary.html", {"content": content, "heading": heading})


@register.simple_block_tag
def table(content, caption, kind=""):
    """A table that may be wider than the screen. `caption` is the id of its caption; a kind of wide says that it is."""
    return render_to_string("components/table.html", {"content": content, "caption": caption, "kind": kind})


@register.filter
def heading_links(contents: Iterable[tuple[str, str]]) -> SafeString:
    """The headings of a text, as (id, heading), as list items that lead to them."""
    return format_html_join("", '<li><a href="#{}">{}</a></li>\n', contents)


@register.filter
def answers_to_open(faqs: Iterable[tuple[str, SafeString]]) -> SafeString:
    """Questions and their answers, each of which opens, also where an address ends in its number."""
    numbered = [(question, number, answer) for number, (question, answer) in enumerate(faqs, 1)]
    item = '<details><summary>{}</summary>\n<div id="question-{}">{}</div></details>\n'
    return format_html_join("", item, numbered)
