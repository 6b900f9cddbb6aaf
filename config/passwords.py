"""Passwords: what makes a good one, and the mail for somebody who forgot theirs."""

from hashlib import sha256

from django.contrib import admin
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.cache import cache
from django.urls import path

BETWEEN_MAILS = 5 * 60  # seconds


class LengthValidator(MinimumLengthValidator):
    """Length is what counts (NIST SP 800-63B); nobody is asked for a digit or a sign."""

    def get_help_text(self):
        return (
            f"At least {self.min_length} characters. A few words that do not belong together are easy to remember. "
            "Spaces and every other character are welcome, there is no longest length, and you may paste it."
        )


class ResetForm(PasswordResetForm):
    def save(self, **options):
        """Send at most one mail to an address in a while; the page answers the same whether or not one goes out."""
        address = sha256(self.cleaned_data["email"].lower().encode()).hexdigest()
        if cache.add(f"password-reset:{address}", True, BETWEEN_MAILS):
            super().save(**options)


# Django's own views, under the names that it and the admin look for. None of them signs anybody in.
as_desk = {"extra_context": {"site_header": admin.site.site_header, "site_title": admin.site.site_title}}
by_mail = {
    "form_class": ResetForm,
    "email_template_name": "registration/password_reset_email.txt",
    "subject_template_name": "registration/password_reset_subject.txt",
}
urlpatterns = [
    path("", views.PasswordResetView.as_view(**as_desk, **by_mail), name="admin_password_reset"),
    path("done/", views.PasswordResetDoneView.as_view(**as_desk), name="password_reset_done"),
    path("new/done/", views.PasswordResetCompleteView.as_view(**as_desk), name="password_reset_complete"),
    path("new/<uidb64>/<token>/", views.PasswordResetConfirmView.as_view(**as_desk), name="password_reset_confirm"),
]
