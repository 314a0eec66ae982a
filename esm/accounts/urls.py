"""Pages at the door."""

from django.urls import path

from esm.accounts.views import keys, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("keys/", keys.switch, name="keys"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
]
