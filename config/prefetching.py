"""What a browser may fetch before anybody asks for it: the next page, while the pointer rests on its link."""

from django.http import JsonResponse
from django.urls import reverse_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

RULES = reverse_lazy("speculation_rules")
WITHOUT = ("/check/", "/preview/", "/admin/")  # no rules at all where somebody answers, tries out or edits
# Addresses are named one by one, so that a new one is left out until somebody has thought of it.
PAGES = (
    "/",
    "/:page(about|accessibility|articles|disclaimer|evidence|glossary|privacy|sources|supplements)/",
    "/:list(articles|sources|supplements)/:slug/",
    "/:list(articles|supplements)/:slug/history/",
)


def offer_rules(get_response):
    """Middleware: name the rules on every page that may use them."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 200 and is_page(response) and not request.path.startswith(WITHOUT):
            response["Speculation-Rules"] = f'"{RULES}"'
        return response

    return middleware


def is_page(response) -> bool:
    return response.get("Content-Type", "").startswith("text/html")


@require_safe
@cache_control(public=True, max_age=86_400)
def rules(request):
    """The rules: public pages of our own, without a query, and not behind a link that asks for no visitor."""
    where = [
        {"or": [{"href_matches": {"pathname": path, "search": ""}} for path in PAGES]},
        {"not": {"selector_matches": "[rel~=nofollow], [download]"}},
    ]
    return JsonResponse(
        {"prefetch": [{"where": {"and": where}, "eagerness": "moderate"}]},
        content_type="application/speculationrules+json",
    )
