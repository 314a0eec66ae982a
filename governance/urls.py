"""Pages about decisions and the model they are made under, and about people and what they hold."""

from django.urls import path

from governance.views import (
    absences,
    accounts,
    calendars,
    decisions,
    model,
    people,
    people_csv,
    profile,
    roles,
    teams,
    who,
)

PERSON = "admin/people/<slug:key>"

urlpatterns = [
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<int:pk>/decide/", decisions.decide, name="decision-decide"),
    path("who-decides/", who.who, name="who-decides"),
    path("model/", model.model, name="model"),
    path("model/<str:code>/", model.version, name="model-version"),
    path("model/<str:code>/<slug:folder>/", model.kind, name="model-kind"),
    path("model/<str:code>/<slug:folder>/<slug:key>/", model.element, name="model-element"),
    path("profile/", profile.profile, name="profile"),
    path("absences/", absences.own, name="absences"),
    path("absences/<int:pk>/", absences.one, name="absence"),
    path("admin/", people.index, name="admin"),
    path("admin/people/", people.listing, name="admin-people"),
    path("admin/people-file/", people_csv.upload, name="admin-people-import"),
    path("admin/people-file/<int:pk>/", people_csv.one, name="admin-import"),
    path("admin/people.csv", people_csv.export, name="admin-export"),
    path("admin/new-person/", people.new, name="admin-person-new"),
    path(f"{PERSON}/", people.one, name="admin-person"),
    path(f"{PERSON}/edit/", people.edit, name="admin-person-edit"),
    path(f"{PERSON}/leave/", people.leave, name="admin-person-leave"),
    path(f"{PERSON}/come-back/", people.come_back, name="admin-person-back"),
    path(f"{PERSON}/accounts/", accounts.new, name="admin-account-new"),
    path(f"{PERSON}/accounts/<int:pk>/", accounts.one, name="admin-account"),
    path(f"{PERSON}/accounts/<int:pk>/password/", accounts.password, name="admin-password"),
    path(f"{PERSON}/accounts/<int:pk>/unlink/", accounts.unlink, name="admin-unlink"),
    path("admin/teams/", teams.listing, name="admin-teams"),
    path("admin/teams/<slug:key>/", teams.one, name="admin-team"),
    path("admin/memberships/<int:pk>/", teams.membership, name="admin-membership"),
    path("admin/roles/", roles.listing, name="admin-roles"),
    path("admin/roles/<slug:key>/", roles.one, name="admin-role"),
    path("admin/holdings/<int:pk>/", roles.holding, name="admin-holding"),
    path("admin/absences/", absences.everybody, name="admin-absences"),
    path("admin/calendars/", calendars.listing, name="admin-calendars"),
    path("admin/calendars/<slug:key>/", calendars.one, name="admin-calendar"),
    path("admin/calendars/<slug:key>/<str:day>/", calendars.day, name="admin-calendar-day"),
]
