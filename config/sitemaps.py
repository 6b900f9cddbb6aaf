"""The site's own map for search engines: an index, and below it a file for each kind of page."""

from django.contrib.sitemaps import Sitemap, views
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from articles.sitemaps import ArticleSitemap
from supplements.sitemaps import SupplementSitemap
from triage.sitemaps import ChecklistSitemap


class SiteSitemap(Sitemap):
    """The pages that are lists rather than documents; those of editions change with the newest of these."""

    LISTS = {
        "home": ArticleSitemap,
        "articles:index": ArticleSitemap,
        "articles:glossary": None,
        "articles:evidence": None,
        "articles:sources": None,
        "supplements:table": SupplementSitemap,
        "supplements:dose": None,
        "supplements:medicines": None,
        "supplements:foods": None,
        "triage:safety": ChecklistSitemap,
    }

    def items(self):
        return list(self.LISTS)

    def location(self, name):
        return reverse(name)

    @cached_property
    def newest(self):
        return {kind: kind().get_latest_lastmod() for kind in set(self.LISTS.values()) if kind}

    def lastmod(self, name):
        return self.newest.get(self.LISTS[name])

    def get_latest_lastmod(self):
        return None


SECTIONS = {
    "site": SiteSitemap,
    "articles": ArticleSitemap,
    "supplements": SupplementSitemap,
    "triage": ChecklistSitemap,
}


@require_safe
def index(request):
    return undated(views.index(request, SECTIONS, sitemap_url_name="sitemap-section"))


@require_safe
def section(request, section):
    return undated(views.sitemap(request, SECTIONS, section))


def undated(response):
    """Without Last-Modified: a withdrawal takes the newest date back, so only the ETag can say that nothing changed."""
    response.headers.pop("Last-Modified", None)
    return response
