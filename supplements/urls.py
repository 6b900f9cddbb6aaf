from django.urls import include, path, re_path

from supplements import views

app_name = "supplements"

document = [
    path("", views.detail, name="detail"),
    path("history/", views.history, name="history"),
    path("history/<int:number>/", views.edition, name="edition"),
]

urlpatterns = [
    re_path(r"^preview/(?P<token>s[\w-]{43})/$", views.shared, name="shared"),
    path("supplements/", views.table, name="table"),
    path("supplements.csv", views.export, {"kind": "csv"}, name="csv"),
    path("supplements.json", views.export, {"kind": "json"}, name="json"),
    path("supplements/compare/", views.compare, name="compare"),
    path("supplements/dose/", views.dose_tool, name="dose"),
    path("supplements/medicines/", views.medicines, name="medicines"),
    path("supplements/foods/", views.foods, name="foods"),
    path("supplements/<slug:slug>/", include(document)),
]
