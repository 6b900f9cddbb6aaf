"""What a person does to sign in, for the tests that are about it."""

from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "a long pass phrase"
LOGIN, STEP, SET_UP = "/admin/login/", "/admin/second-factor/", "/admin/second-factor/set-up/"


def code(device, ahead=0):
    """What the app shows; one step ahead where the present one is used up."""
    device.refresh_from_db()
    return f"{totp(device.bin_key, t0=-30 * ahead):06}"


def make_device(user):
    return TOTPDevice.objects.create(user=user, name="App")


def log_in(user, client=None, password=PASSWORD, **more):
    client = client or Client()
    return client, client.post(LOGIN, {"username": user.username, "password": password}, **more)


def known(client) -> bool:
    """Whether the site lets this client see its front page for editors."""
    return client.get("/admin/").status_code == 200
