from django.urls import include, path, re_path

from articles import views
from articles.models import SITE_PAGES

app_name = "articles"

document = [
    path("", views.detail, name="detail"),
    path("share-<int:number>.png", views.share, name="share"),
    path("history/", views.history, name="history"),
    path("history/<int:number>/", views.edition, name="edition"),
]

urlpatterns = [
    # The first letter of a token says which kind of document it opens: see PreviewLink.
    re_path(r"^preview/(?P<token>a[\w-]{43})/$", views.shared, name="shared"),
    path("search/", views.search, name="search"),
    path("articles/", views.index, name="index"),
    path("articles.json", views.catalogue, name="catalogue"),
    path("articles/<slug:slug>.md", views.markdown, name="markdown"),
    path("articles/<slug:slug>/", include(document)),
    path("glossary/", views.glossary, name="glossary"),
    path("evidence/", views.evidence, name="evidence"),
    path("sources/", views.sources, name="sources"),
    path("sources/<slug:key>/", views.source, name="source"),
    # Pages about the site are documents too, at addresses of their own.
    *(path(f"{slug}/", views.detail, {"slug": slug}, name=slug) for slug in SITE_PAGES if slug != "about"),
    path("about/", views.detail, {"slug": "about", "template": "articles/about.html"}, name="about"),
]
