from django.contrib.sitemaps import Sitemap
from django.db.models import Max

from articles.models import ArticleEdition


class EditionSitemap(Sitemap):
    """The pages of one kind of document, with the time of the edition that is live."""

    limit = 5000
    model = None

    def items(self):
        live = self.model.objects.live().select_related("document")
        return live.only("document", "published_at").order_by("pk")

    def lastmod(self, edition):
        return edition.published_at

    def get_latest_lastmod(self):
        """Asked of the database: the index needs no row."""
        return self.model.objects.live().aggregate(newest=Max("published_at"))["newest"]

    def location(self, edition):
        return edition.document.get_absolute_url()


class ArticleSitemap(EditionSitemap):
    model = ArticleEdition
