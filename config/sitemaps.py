from django.contrib.sitemaps import Sitemap
from django.urls import reverse


class SiteSitemap(Sitemap):
    """The pages that are lists rather than documents."""

    def items(self):
        return [
            "home",
            "articles:index",
            "articles:glossary",
            "articles:evidence",
            "articles:sources",
            "supplements:table",
            "supplements:dose",
            "supplements:medicines",
            "supplements:foods",
            "triage:safety",
        ]

    def location(self, name):
        return reverse(name)
