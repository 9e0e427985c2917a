"""The account area, mounted at `/account/`."""

from django.urls import path

from tokens.pages.own import (
    activity,
    data,
    email,
    enrolment,
    password,
    profile,
    recovery,
    security,
    sessions,
)

urlpatterns = [
    path("", profile.profile, name="account-profile"),
    path("email/verify/", profile.verify, name="account-verify-now"),
    path("password/change/", password.password, name="account-password"),
    path("email/", email.email, name="account-email"),
    path("2fa/", security.security, name="account-security"),
    path("2fa/enrol/", enrolment.choose, name="account-enrol"),
    path("2fa/enrol/app/", enrolment.app, name="account-enrol-app"),
    path("2fa/enrol/passkey/", enrolment.passkey, name="account-enrol-passkey"),
    path("2fa/recovery-codes/", recovery.recovery_codes, name="account-recovery-codes"),
    path("2fa/<uuid:factor_id>/", security.passkey, name="account-factor"),
    path("2fa/<uuid:factor_id>/remove/", security.remove, name="account-factor-remove"),
    path("sessions/", sessions.own_sessions, name="account-sessions"),
    path("sessions/others/end/", sessions.end_others, name="account-sessions-others"),
    path("sessions/all/end/", sessions.end_all, name="account-sessions-all"),
    path("sessions/<uuid:sid>/end/", sessions.end, name="account-session-end"),
    path("activity/", activity.activity, name="account-activity"),
    path("data/", data.data, name="account-data"),
    path("data/export/", data.export, name="account-export"),
    path("data/leave/", data.leave, name="account-leave"),
    path("data/left/", data.left, name="account-left"),
]
