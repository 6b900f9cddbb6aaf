from django.contrib.sitemaps import Sitemap

from articles.models import ArticleEdition


class ArticleSitemap(Sitemap):
    limit = 5000

    def items(self):
        return ArticleEdition.objects.live().select_related("document").only("document", "published_at").order_by("pk")

    def lastmod(self, edition):
        return edition.published_at

    def location(self, edition):
        return edition.document.get_absolute_url()
