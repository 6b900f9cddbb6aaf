"""Every address of the site, by the part that answers it."""

from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.decorators.http import require_safe

from articles.sitemaps import ArticleSitemap
from config import exporting, passwords, views
from config.sitemaps import SiteSitemap
from supplements.sitemaps import SupplementSitemap
from triage.sitemaps import ChecklistSitemap

sitemaps = {
    "site": SiteSitemap,
    "articles": ArticleSitemap,
    "supplements": SupplementSitemap,
    "triage": ChecklistSitemap,
}

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("triage.urls")),
    path("", include("supplements.urls")),
    path("", include("articles.urls")),
    path("admin/password_reset/", include(passwords.urlpatterns)),
    path("admin/export/", admin.site.admin_view(exporting.export), name="export"),
    path("admin/", admin.site.urls),
    path("media/<path:path>", views.media, name="media"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": sitemaps}, name="sitemap"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "config.views.unreadable"
handler500 = "config.views.server_error"
