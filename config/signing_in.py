"""What the site answers while somebody who guessed too often has to wait."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import admin
from django.shortcuts import render


def locked_out(request, response, credentials):
    """After too many wrong passwords."""
    context = admin.site.each_context(request) | {"title": "Please wait", "minutes": wait_minutes()}
    return render(request, "admin/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def wait_minutes() -> int:
    """The longest that somebody has to wait after too many wrong passwords."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
