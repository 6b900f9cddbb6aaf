from django.urls import include, path

from triage import views

app_name = "triage"


def pages(prefix: str) -> list:
    """The pages of a walk; those of a draft stand under its number and are called preview-..."""
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

urlpatterns = [
    path("check/", views.index, name="index"),
    path("check/safety/", views.safety, name="safety"),
    path("check/<slug:slug>/", include(document)),
]
