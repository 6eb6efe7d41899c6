"""Every address of the workbench. Views declare their page; allauth's are listed in `access`."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from unisono.workbench.pages import (
    audit,
    customer,
    customers,
    decision,
    decisions,
    desk,
    home,
    inbox,
    overview,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", home.language, name="language"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<str:decision_id>/respond/", inbox.respond, name="respond"),
    path("inbox/<str:decision_id>/preview/", inbox.preview, name="preview"),
    path("inbox/<str:decision_id>/send/", inbox.send, name="send"),
    path("inbox/<str:decision_id>/feedback/", inbox.feedback, name="feedback"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<str:customer_id>/", customer.customer, name="customer"),
    path("customers/<str:customer_id>/lawful/", customer.lawful, name="lawful"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/export/<str:form>/", decisions.export, name="export"),
    path("decisions/<str:decision_id>/", decision.decision, name="decision"),
    path("overview/", overview.overview, name="overview"),
    path("desk/", desk.desk, name="desk"),
    path("desk/ask/", desk.ask, name="ask"),
    path("desk/<str:question_id>/answer/", desk.answer, name="answer"),
    path("audit/", audit.audit, name="audit"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
]
handler400 = "unisono.workbench.errors.unreadable"
handler403 = "unisono.workbench.errors.forbidden"
handler404 = "unisono.workbench.errors.missing"
handler500 = "unisono.workbench.errors.broken"
