"""Pages that belong to the site as a whole: its front door, its health, its errors."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from articles.drawings import known_drawings
from articles.kept import kept
from articles.models import ArticleEdition
from config import signing_in
from config.freshness import complain_of_what_is_gone
from triage.numbers import to_call

GONE = (OperationalError, InterfaceError)
if "redis" in settings.CACHES["default"]["BACKEND"]:  # to import it takes a tenth of the start
    from redis.exceptions import ConnectionError as NoConnection
    from redis.exceptions import TimeoutError as NoAnswer

    GONE += (NoConnection, NoAnswer)
LATEST = 6
KEPT_OUT = ("/admin/", "/preview/", "/check/*/*/")


def site(request) -> dict:
    """Context processor: what every page may name."""
    named = {
        "contact_email": settings.CONTACT_EMAIL,
        "canonical_url": request.build_absolute_uri(request.path),
        "origin": f"{request.scheme}://{request.get_host()}",
    }
    return named | numbers_for(request)


@require_safe
def home(request):
    listed = ArticleEdition.objects.listed().with_review("reviewed_on").order_by("-reviewed_on", "-published_at", "pk")
    keys = kept("checked last", lambda: list(listed.values_list("pk", flat=True)[:LATEST]))
    latest = listed.filter(pk__in=keys)
    return render(request, "home.html", {"latest": latest, "places": known_drawings().get("drawing:places")})


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def media(request, path):
    """An uploaded picture. Its name is never used for another one, so a browser may keep it."""
    if isinstance(default_storage, FileSystemStorage):
        return static.serve(request, path, document_root=settings.MEDIA_ROOT)
    try:
        return FileResponse(default_storage.open(path))
    except FileNotFoundError as error:
        raise Http404 from error


@require_safe
def robots(request):
    """Where search engines have no business: the desk, previews, and the steps of a check, but not its history."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in KEPT_OUT), "Allow: /check/*/history/"]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security(request):
    """Whom to tell about a hole (RFC 9116); nothing where nobody is named. It is good for most of a year."""
    if not settings.CONTACT_EMAIL:
        raise Http404
    expires = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=330)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {request.build_absolute_uri(request.path)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def icon(request, name):
    """Browsers and phones ask for these at fixed addresses without being told; pages name the vector icon."""
    return HttpResponseRedirect(staticfiles_storage.url(f"img/{name}"))


@never_cache
@require_safe
def healthz(request):
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """Everything that the site rests on answers: the database, with every migration, and the cache."""
    missing = what_is_missing()
    return HttpResponse(f"{missing or 'ready'}\n", content_type="text/plain", status=503 if missing else 200)


def what_is_missing() -> str:
    """Why not every page could be made now, in a sentence; empty if all could."""
    if settings.DATABASE_FILE and not settings.DATABASE_FILE.exists():  # an open one goes on answering once it is gone
        return "The database file is gone."
    from django.db.migrations.executor import MigrationExecutor  # which a start can do without

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "The database waits for migrations."
    except DatabaseError:
        return "The database does not answer."
    try:
        cache.get("readyz")
    except Exception:  # each kind of cache has its own
        return "The cache does not answer."
    return ""


def unreadable(request, exception=None, status=400):
    """What cannot be read. Rendered without the request, for its very Host may be the fault."""
    return HttpResponse(render_to_string("400.html", numbers_for(request)), status=status)


def csrf_failure(request, reason=""):
    if request.path.startswith(reverse("admin:index")):
        return signing_in.unchecked(request)
    return render(request, "403_csrf.html", status=403)


def server_error(request):
    """The page for a fault of ours. It is rendered without the request, so that nothing in it can fail again."""
    error = sys.exc_info()[1]
    if isinstance(error, GONE):
        complain_of_what_is_gone(error)
        headers = {"Retry-After": "30", "Cache-Control": "no-store"}
        is_form = request.method == "POST" and request.path.startswith(reverse("admin:index"))
        page = signing_in.not_stored(request) if is_form else unavailable_page(request.path)
        return HttpResponse(page, status=503, headers=headers)
    return HttpResponse(render_to_string("500.html", numbers_for(request)), status=500)


def numbers_for(request) -> dict:
    return numbers_on(request.path)


def numbers_on(path: str) -> dict:
    """The numbers to call, where somebody is in the middle of a check or may look for help."""
    return {"numbers_to_call": to_call()} if path.startswith(("/check/", "/search/")) else {}


def unavailable_page(path: str) -> str:
    """The page for when the database or the cache does not answer; it needs neither."""
    return render_to_string("503.html", numbers_on(path))
