from articles.sitemaps import ArticleSitemap
from supplements.filters import live_forms


class SupplementSitemap(ArticleSitemap):
    def items(self):
        return live_forms().select_related("document").only("document", "published_at").order_by("pk")
