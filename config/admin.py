"""What superusers see of how people sign in: enough to help somebody, and nobody's secrets."""

import django_otp.plugins.otp_static.admin  # noqa: F401 - it and axes register what is taken away below
from axes import admin as axes_admin  # noqa: F401
from axes.models import AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.second_factor import switch_off

# Recovery codes go with the app that they belong to, and the two logs are not kept.
admin.site.unregister([StaticDevice, TOTPDevice, AccessLog, AccessFailureLog, User])


@admin.register(User)
class PeopleAdmin(UserAdmin):
    """Who works here. Nobody is deleted, for who wrote and approved what would go with them: untick “active”."""

    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")
    fieldsets = [
        (title, options | {"fields": [name for name in options["fields"] if name != "user_permissions"]})
        for title, options in UserAdmin.fieldsets
    ]
    filter_horizontal = ("groups",)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(TOTPDevice)
class SecondFactorAdmin(TOTPDeviceAdmin):
    """Who has a second factor. Deleting one is for a lost phone: its owner can then set up another."""

    list_display = ("user", "created_at", "last_used_at")
    list_filter = ()

    def get_queryset(self, request):
        return super().get_queryset(request).filter(confirmed=True)  # not what somebody began and left

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        switch_off(obj.user)

    def delete_queryset(self, request, queryset):
        for device in queryset:
            switch_off(device.user)
