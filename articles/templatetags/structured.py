"""Data blocks for pages, and the way to a page that they share with the visible breadcrumb."""

from html import unescape

from django import template
from django.urls import reverse

from articles import structured
from articles.paths import path_of

register = template.Library()

SUFFIX = f" - {structured.SITE}"


@register.tag
def kept(parser, token):
    """`{% kept name %}...{% endkept %}`: show what is between, and keep it for later in the page under the name."""
    _, name = token.split_contents()
    nodes = parser.parse(["endkept"])
    parser.delete_first_token()
    return Kept(name, nodes)


class Kept(template.Node):
    def __init__(self, name, nodelist):
        self.name, self.nodelist = name, nodelist

    def render(self, context):
        context[self.name] = self.nodelist.render(context)
        return context[self.name]


@register.simple_tag
def trail(*pairs):
    """`{% trail address name address name as parents %}`: what components/breadcrumb.html takes."""
    return list(zip(pairs[::2], pairs[1::2], strict=True))


@register.simple_tag
def breadcrumb_data(origin, parents, here):
    """The breadcrumb once more, for machines."""
    steps = [(f"{origin}{path}", name) for path, name in [(path_of("home"), "Home"), *(parents or [])]]
    return structured.block(structured.breadcrumb([*steps, ("", here)] if here else steps))


@register.simple_tag(takes_context=True)
def page_data(context, kind, edition=None, citations=(), image="", about=None):
    """A page, by the title and description of its head; of a document, at the document's own address.

    `citations` have a reference each; `about` is the source that a page is about.
    """
    if context.get("is_unlisted"):
        return ""
    own = context["origin"]
    address = f"{own}{edition.address}" if edition else context["canonical_url"]
    name, description = unescape(context["page_title"]).removesuffix(SUFFIX), unescape(context["page_description"])
    references = [row["reference"] for row in citations]
    image = f"{own}{image}" if image else ""
    return structured.block(structured.page(kind, address, name, description, edition, references, image, about))


@register.simple_tag(takes_context=True)
def website_data(context):
    """The site as a whole, for its front page."""
    absolute = context["request"].build_absolute_uri
    return structured.block(structured.website(absolute(reverse("home")), absolute(reverse("articles:search"))))
