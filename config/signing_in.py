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
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.desk.typed import kept, readable
from config.second_factor import CodeForm, give, half_signed_in, has_second_factor, recognise

PREFIX = "sign-in"
PACKED, LOST = f"{PREFIX}-typed", f"{PREFIX}-lost"


def resume(request):
    """Sign in whoever sent a form as nobody. Returns the page for the next step, or None where the form can go on."""
    sent, carried = request.POST, PACKED in request.POST
    if request.user.is_authenticated and not carried:
        return None
    typed = QueryDict(sent[PACKED], mutable=True) if carried else kept(sent)
    lost = sent.getlist(LOST) if carried else list(request.FILES)
    request.POST = QueryDict()  # what was typed must not get into the record of failed sign-ins
    try:
        form = next_step(request, sent if carried else None)
        if form.is_valid():
            take(request, form)
            form = next_step(request)
    except Exception:
        typed.setlist(LOST, lost)
        request.POST = typed  # whoever answers now may show it
        raise
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
    context = admin.site.each_context(request)
    context |= {"title": "This form was not sent", "fields": readable(typed_in(request))}
    return render(request, "admin/unchecked.html", context, status=HTTPStatus.FORBIDDEN)


def typed_in(request) -> QueryDict:
    """What somebody typed, also where a page of this module carried it along."""
    sent = request.POST
    return QueryDict(sent[PACKED]) if PACKED in sent else kept(sent)


def not_stored(request) -> str:
    """The page for a form that the database did not take; it must not ask it for anything, not even who this is."""
    typed = typed_in(request)
    context = {
        "title": "This was not stored",
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
        "address": request.get_full_path(),
        "csrf_token": get_token(request),
        "fields": readable(typed),
        "lost": request.POST.getlist(LOST) or list(request.FILES),
        "carried_as": PACKED,
        "carried": typed.urlencode(),
    }
    return render_to_string("admin/not_stored.html", context)


def locked_out(request, response, credentials):
    """After too many wrong passwords. The page that holds what somebody typed says so itself."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return response
    context = admin.site.each_context(request) | {"title": "Please wait", "minutes": wait_minutes()}
    return render(request, "admin/locked_out.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def wait_minutes() -> int:
    """The longest that somebody has to wait after too many wrong passwords."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
