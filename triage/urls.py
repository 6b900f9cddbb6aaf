from django.urls import include, path, re_path

from triage import views

app_name = "triage"


def pages(prefix: str) -> list:
    """The pages of a walk. Those of a draft are called preview-... under its number, shared-... behind a link."""
    return [
        path("<int:n>/", views.step, name=f"{prefix}step"),
        path("confirm/", views.confirm, name=f"{prefix}confirm"),
        path("result/", views.result, name=f"{prefix}result"),
        path("summary/", views.summary, name=f"{prefix}summary"),
        path("delete/", views.delete, name=f"{prefix}delete"),
    ]


document = [
    path("", views.landing, name="landing"),
    *pages(""),
    path("history/", views.history, name="history"),
    path("history/<int:number>/", views.edition, name="edition"),
    path("history/<int:number>/", views.edition, name="preview-landing"),
    path("history/<int:number>/", include(pages("preview-"))),
]

shared = [path("", views.shared, name="shared-landing"), *pages("shared-")]

urlpatterns = [
    re_path(r"^preview/(?P<token>c[\w-]{43})/", include(shared)),
    path("check/", views.index, name="index"),
    path("check/safety/", views.safety, name="safety"),
    path("check/<slug:slug>/", include(document)),
]
