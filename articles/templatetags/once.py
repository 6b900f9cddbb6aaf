"""What is the same on many pages is worked out once in a process. All templates have these as builtins.

`{% once %}` keeps a piece of a page; `{% url %}` and `|date` are Django's, but keep what they wrote: a page has thirty
paths and half a dozen dates, and most of them are on other pages too.
"""

import datetime as dt
from functools import lru_cache

from django import template
from django.template import Context, Node, TemplateSyntaxError, defaultfilters, defaulttags
from django.template.base import token_kwargs
from django.template.loader_tags import BlockNode
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from articles.paths import path_of

register = template.Library()

MOST_KEPT = 1_000  # of one tag


@register.tag
def once(parser, token):
    """`{% once name=value ... %}...{% endonce %}`: keep what is between for those values.

    It knows nothing but them, not even the request: so nothing of one reader's can come into another's page. Its tags
    ask no database.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)  # takes out what it understands
    if bits:
        raise TemplateSyntaxError(f"once takes name=value and nothing else, not {' '.join(bits)}.")
    nodes = parser.parse(["endonce"])
    parser.delete_first_token()
    if nodes.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("No block can stand within once: a page that fills it would not be asked again.")
    return Once(values, nodes)


class Once(Node):
    child_nodelists = ()  # whoever looks for blocks need not look here

    def __init__(self, values, nodelist):
        self.values, self.nodelist = values, nodelist
        self.kept: dict[tuple, str] = {}

    def render(self, context):
        values = [each.resolve(context) for each in self.values.values()]
        key = (context.autoescape, *values, *map(type, values))  # a text that is safe already equals one that is not
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = self.write(context, dict(zip(self.values, values, strict=True)))
        return found

    def write(self, context, values: dict) -> str:
        alone = Context(values, autoescape=context.autoescape)
        with alone.bind_template(context.template):
            return self.nodelist.render(alone)


@register.tag
def url(parser, token):
    node = defaulttags.url(parser, token)
    return node if node.kwargs else Path(node.view_name, node.args, node.kwargs, node.asvar)


class Path(defaulttags.URLNode):
    def render(self, context):
        try:
            path = path_of(self.view_name.resolve(context), *(arg.resolve(context) for arg in self.args))
        except (NoReverseMatch, TypeError):  # no such path, or a value that cannot be a key
            return super().render(context)  # which knows whether that is a mistake
        if self.asvar:
            context[self.asvar] = path
            return ""
        return conditional_escape(path) if context.autoescape else path


@register.filter(expects_localtime=True, is_safe=False)
def date(value, arg=None):
    if not isinstance(value, dt.date) or not arg:
        return defaultfilters.date(value, arg)
    return written(value, arg, getattr(value, "tzinfo", None), getattr(value, "fold", 0))


@lru_cache(1_000, typed=True)
def written(value: dt.date, how: str, zone: dt.tzinfo | None, fold: int) -> str:
    """A day, or a moment as it is in a zone: the same moment in another equals it, and is not written so."""
    return defaultfilters.date(value, how)
