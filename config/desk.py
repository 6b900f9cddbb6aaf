"""The admin's site: who gets in, and how long they stay."""

import time
from functools import update_wrapper

from django.contrib import admin
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from config import second_factor, signing_in

BETWEEN_WRITES = 60  # seconds
METHODS = ["GET", "HEAD", "POST"]


class DeskSite(admin.AdminSite):
    site_header = site_title = "Twitchwise desk"
    index_title = "What there is to do"

    def get_urls(self):
        return [
            path("second-factor/", second_factor.look_after, name="second_factor"),
            path("second-factor/set-up/", second_factor.set_up, name="second_factor_set_up"),
            path("second-factor/leave/", second_factor.leave, name="second_factor_leave"),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        if request.method == "GET" and second_factor.half_signed_in(request):
            return HttpResponseRedirect(second_factor.address("second_factor", request))
        return super().login(request, extra_context)

    def admin_view(self, view, cacheable=False):
        checked = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)  # the admin takes whatever is no POST for a GET
            if request.method == "POST" and request.path != reverse("admin:logout"):
                page = signing_in.resume(request)
                if page is not None:
                    return page
            if self.has_permission(request):
                stay_signed_in(request)
            return checked(request, *args, **kwargs)

        return update_wrapper(inner, checked)


def stay_signed_in(request):
    """Count a session's hours from now. Marking it is what saves it, so that is done once a minute at most."""
    now = int(time.time())
    if now - request.session.get("seen_at", 0) >= BETWEEN_WRITES:
        request.session["seen_at"] = now
