"""The second factor: who needs it, whether this session has given it, and the pages to give it and to look after it.

Somebody who needs one and has given the password only is nobody yet: `request.user` is anonymous for them on every page
of the site, so no view has to know the rule. `half_signed_in` tells the pages that lead them on who they are.
"""

import math
import re
from base64 import b32encode

import django_otp
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
PENDING = "second_factor_pending"  # session key: the device that this session, and no other, is setting up


def whole_or_nobody(get_response):
    """Middleware: `request.person` has given a password; `request.user` has given everything, or is anonymous."""

    def middleware(request):
        recognise(request)
        del request.auser  # it would not know; and no view here is asynchronous
        return get_response(request)

    return middleware


def recognise(request):
    """Look at who has signed in, but only when somebody asks: public pages must not touch the session."""
    person = request.person = request.user
    request.user = SimpleLazyObject(lambda: AnonymousUser() if is_half(person) else person)


def is_half(person) -> bool:
    return person.is_authenticated and getattr(person, "otp_device", None) is None and needs_second_factor(person)


def half_signed_in(request):
    """Who has given the password but not yet the second factor that they need, or None."""
    return request.person if request.person.is_authenticated and not request.user.is_authenticated else None


def needs_second_factor(person) -> bool:
    return must_have_second_factor(person) or has_second_factor(person)


def must_have_second_factor(person) -> bool:
    """Whether it is not theirs to choose: they decide what readers see, or who may."""
    if not settings.ADMIN_REQUIRES_2FA:
        return False
    return person.is_superuser or any(
        name.startswith("auth.") or ".review_" in name for name in person.get_all_permissions()
    )


def has_second_factor(person) -> bool:
    """Recovery codes alone are none: they go with the app that they stand in for."""
    return TOTPDevice.objects.devices_for_user(person, confirmed=True).exists()


@transaction.atomic
def switch_on(person, device) -> list[str]:
    """Make this the one app of theirs; returns recovery codes."""
    User.objects.select_for_update().get(pk=person.pk)
    device.confirmed = True
    device.save()
    TOTPDevice.objects.filter(user=person).exclude(pk=device.pk).delete()
    return make_recovery_codes(person)


@transaction.atomic
def switch_off(person):
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


@transaction.atomic
def make_recovery_codes(person) -> list[str]:
    """New codes in place of the old. The device stays, for the session that it has let in."""
    device, _ = StaticDevice.objects.get_or_create(user=person, defaults={"name": "Recovery codes"})
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    device.token_set.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


class CodeForm(forms.Form):
    """Asks `person` for a code. A valid form has used the code up; `device` then says what it came from."""

    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
        help_text="The 6 digits that your app shows now, or one of your recovery codes.",
    )

    def __init__(self, person, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_code(self):
        code = re.sub(r"[\s-]", "", self.cleaned_data["code"]).lower()
        device = self.device_for(code)
        if self.errors or device is None:
            raise forms.ValidationError("That code is not right. Look at it again.")
        allowed, why = device.verify_is_allowed()
        if not allowed:
            raise forms.ValidationError(f"Too many codes were wrong. Wait {wait(why['locked_until'])}, then try again.")
        self.device = django_otp.verify_token(self.person, device.persistent_id, code)
        if self.device is None:
            raise forms.ValidationError("That code is not right, or was used already. Wait for the next one.")
        return code

    def device_for(self, code):
        """The device that makes such codes: one code is tried on one device, so no other counts a failure."""
        model = TOTPDevice if re.fullmatch("[0-9]{6}", code) else StaticDevice
        return model.objects.devices_for_user(self.person, confirmed=True).first()


class FirstCodeForm(CodeForm):
    """Asks for a first code of an app that is being set up, which shows that it has the key."""

    def __init__(self, person, device, *args, **kwargs):
        super().__init__(person, *args, **kwargs)
        self.pending = device
        self.fields["code"].help_text = "The 6 digits that your app shows now."

    def device_for(self, code):
        return self.pending


class ChangeForm(CodeForm):
    """Asks what to change, and for a code, so that a desk left open is not enough."""

    change = forms.ChoiceField(label="What to do", widget=forms.RadioSelect)
    field_order = ("change", "code")

    def __init__(self, person, *args, **kwargs):
        super().__init__(person, *args, **kwargs)
        del self.fields["code"].widget.attrs["autofocus"]
        self.fields["change"].choices = [
            ("codes", "Make new recovery codes; the old ones stop working"),
            ("move", "Move to another phone or app"),
        ]
        if not must_have_second_factor(person):
            self.fields["change"].choices += [("off", "Switch the second factor off")]


def wait(until) -> str:
    """How long it is until then, in words."""
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    number, unit = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_after(request):
    """Give the second factor; or, having given it, change something about it."""
    person = request.person
    if not person.is_authenticated:
        return redirect_to_login(request.get_full_path())
    half, on = half_signed_in(request), has_second_factor(person)
    if half and not on:
        return HttpResponseRedirect(address("second_factor_set_up", request))
    form = (CodeForm if half else ChangeForm)(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return let_in(request, form.device) if half else change(request, form.cleaned_data["change"])
    if half:
        return page(request, "admin/second_factor.html", "Second step", form=form)
    context = {"form": form, "on": on, "must": must_have_second_factor(person)}
    context["codes_left"] = StaticToken.objects.filter(device__user=person).count()
    return page(request, "admin/second_factor_change.html", "Second factor", **context)


def let_in(request, device):
    give(request, device)
    return HttpResponseRedirect(destination(request))


def change(request, what):
    """Carry out a change that was asked for with a code."""
    match what:
        case "codes":
            return show_codes(request, make_recovery_codes(request.user))
        case "move":
            begin(request)
            return HttpResponseRedirect(reverse("admin:second_factor_set_up"))
        case "off":
            switch_off(request.user)
            messages.success(request, "The second factor is off.")
            return HttpResponseRedirect(reverse("admin:second_factor"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request):
    """Show the key of a new app, and switch it on once a code of it was typed."""
    person = request.person
    if not person.is_authenticated:
        return redirect_to_login(request.get_full_path())
    # Who has one already may set up another only where they have just given a code for it.
    moving = request.user.is_authenticated and PENDING in request.session
    if has_second_factor(person) and not moving:
        return HttpResponseRedirect(address("second_factor", request))
    device = TOTPDevice.objects.filter(user=person, confirmed=False, pk=request.session.get(PENDING)).first()
    device = device or begin(request)
    form = FirstCodeForm(person, device, request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = switch_on(person, form.device)
        del request.session[PENDING]
        give(request, form.device)
        return show_codes(request, codes)
    context = {"form": form, "device": device, "must": must_have_second_factor(person), "qr": qr(device.config_url)}
    context["key"] = re.findall("....", b32encode(device.bin_key).decode())
    return page(request, "admin/second_factor_set_up.html", "Set up the second factor", **context)


leave = LogoutView.as_view(next_page=reverse_lazy("admin:login"))


def begin(request) -> TOTPDevice:
    """A new key. It belongs to this session: whoever else knows the password must not have seen it before."""
    device = TOTPDevice.objects.create(user=request.person, name="Authenticator app", confirmed=False)
    request.session[PENDING] = device.pk
    return device


def give(request, device):
    """Note in the session that the second factor was given. Its key changes, as it does for a password."""
    request.user = request.person
    django_otp.login(request, device)
    request.session.cycle_key()


def show_codes(request, codes):
    return page(request, "admin/recovery_codes.html", "Recovery codes", codes=codes, onward=destination(request))


def page(request, template, title, **context):
    return render(request, template, admin.site.each_context(request) | {"title": title} | context)


def destination(request) -> str:
    """Where they were going, if that is a page of ours."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("admin:index")


def address(name, request) -> str:
    """A page of the admin that knows where they were going."""
    return reverse(f"admin:{name}", query={"next": destination(request)})


def qr(text: str) -> dict:
    """A QR code as the size and the one path of a drawing, so that the template draws it and the policy allows it."""
    import segno  # here: it would slow down every start, and each editor needs it once

    rows = list(segno.make(text).matrix_iter(border=4))
    dark = [(x, y) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit]
    return {"size": len(rows), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}
