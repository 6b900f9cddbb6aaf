from articles.sitemaps import EditionSitemap
from supplements.models import SupplementEdition


class SupplementSitemap(EditionSitemap):
    model = SupplementEdition
