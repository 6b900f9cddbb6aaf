"""Signing in where it went wrong: nothing that somebody typed is lost because their session ran out meanwhile.

A form that nobody sends to the admin is answered with a page that shows what was typed and asks for the password, and
then for the second factor where there is one. That page carries the form along, packed into one field, so that the
form may have as many fields as before and cannot mix them with those of signing in. Once somebody is signed in, the
form goes on to where it was sent, as if nothing had happened.
"""

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import login
from django.http import QueryDict
from django.shortcuts import render

from articles.desk.typed import kept, readable
from config.second_factor import CodeForm, give, half_signed_in, has_second_factor, recognise

PREFIX = "sign-in"
PACKED, LOST = f"{PREFIX}-typed", f"{PREFIX}-lost"


def resume(request):
    """Sign in whoever sent a form as nobody. Returns the page for the next step, or None where the form can go on."""
    sent, carried = request.POST, PACKED in request.POST
    if request.user.is_authenticated and not carried:
        return None
    typed = QueryDict(sent[PACKED]) if carried else kept(sent)
    lost = sent.getlist(LOST) if carried else list(request.FILES)
    request.POST = QueryDict()  # what was typed must not get into the record of failed sign-ins
    form = next_step(request, sent if carried else None)
    if form.is_valid():
        take(request, form)
        form = next_step(request)
    if request.user.is_authenticated:
        request.POST = typed
        return None
    return signed_out(request, form, typed, lost)


def next_step(request, data=None) -> forms.Form:
    """The form that asks for what is still missing; an empty one where that is not to be had here."""
    half = half_signed_in(request)
    if half:
        return CodeForm(half, data, prefix=PREFIX) if has_second_factor(half) else forms.Form(data)
    return forms.Form(data) if request.user.is_authenticated else AdminAuthenticationForm(request, data, prefix=PREFIX)


def take(request, form):
    """Do what a filled-in form of `next_step` allows."""
    match form:
        case CodeForm():
            give(request, form.device)
        case AdminAuthenticationForm():
            login(request, form.get_user())
            recognise(request)


def signed_out(request, form, typed, lost):
    locked = getattr(request, "axes_locked_out", False)
    context = admin.site.each_context(request) | {
        "title": "You were signed out",
        "form": form,
        "minutes": wait_minutes() if locked else None,
        "half": half_signed_in(request),
        "fields": readable(typed),
        "lost": lost,
        "carried": [(PACKED, typed.urlencode()), *((LOST, name) for name in lost)],
    }
    status = HTTPStatus.TOO_MANY_REQUESTS if locked else HTTPStatus.FORBIDDEN
    return render(request, "admin/signed_out.html", context, status=status)


def unchecked(request):
    """A form of the admin whose token does not fit, mostly because somebody signed in again in another tab.

    It may as well come from another site, so it is shown, to be copied, and never sent on from here.
    """
    sent = request.POST
    typed = QueryDict(sent[PACKED]) if PACKED in sent else kept(sent)
    context = admin.site.each_context(request) | {"title": "This form was not sent", "fields": readable(typed)}
    return render(request, "admin/unchecked.html", context, status=HTTPStatus.FORBIDDEN)


def locked_out(request, response, credentials):
    """After too many wrong passwords. The page that holds what somebody typed says so itself."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return response
    context = admin.site.each_context(request) | {"title": "Please wait", "minutes": wait_minutes()}
    return render(request, "admin/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def wait_minutes() -> int:
    """The longest that somebody has to wait after too many wrong passwords."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
