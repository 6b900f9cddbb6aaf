"""Every address of the site, by the part that answers it."""

from django.contrib import admin
from django.urls import include, path

from config import exporting, feeds, passwords, prefetching, sitemaps, style, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("articles.urls")),  # first, as they are asked for most, and Django tries one after the other
    path("", include("supplements.urls")),
    path("", include("triage.urls")),
    path("admin/password_reset/", include(passwords.urlpatterns)),
    path("admin/export/", admin.site.admin_view(exporting.export), name="export"),
    path("admin/", admin.site.urls),
    path("media/<path:path>", views.media, name="media"),
    path("robots.txt", views.robots, name="robots"),
    path("speculation-rules.json", prefetching.rules, name="speculation_rules"),
    path("favicon.ico", views.icon, {"name": "favicon.ico"}, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"name": "apple-touch-icon.png"}, name="touch-icon"),
    path("style/", style.style, name="style"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    *(
        path(f"sitemap-{name}.xml", sitemaps.section, {"section": name}, "sitemap-section")
        for name in sitemaps.SECTIONS
    ),
    path("feed.xml", feeds.atom, name="feed"),
    path(".well-known/security.txt", views.security, name="security"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "config.views.unreadable"
handler500 = "config.views.server_error"
