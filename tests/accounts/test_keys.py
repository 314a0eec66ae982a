"""Single keys on pages: on or off with the account, in the browser and by the API."""

import pytest

from esm.accounts.models import User

pytestmark = pytest.mark.django_db
OFF = "data-keys-off"


def test_the_switch_is_kept_with_the_account(client):
    user = User.objects.create_user("keyed")
    client.force_login(user)
    assert OFF not in client.get("/inbox/").content.decode()

    back = client.post("/keys/", {}, headers={"referer": "http://testserver/inbox/"})
    assert back["Location"] == "http://testserver/inbox/"
    client.logout()
    client.force_login(user)
    assert OFF in client.get("/inbox/").content.decode()
    assert client.get("/api/v1/keys").json() == {"on": False}

    assert client.post("/keys/", {"on": "1"}, headers={"HX-Request": "true"}).status_code == 204
    assert OFF not in client.get("/inbox/").content.decode()
    told = client.put("/api/v1/keys", {"on": False}, content_type="application/json")
    assert told.json() == {"on": False}
    user.refresh_from_db()
    assert user.uses_keys is False


def test_elsewhere_is_no_way_back(client):
    client.force_login(User.objects.create_user("keyed"))
    back = client.post("/keys/", {}, headers={"referer": "https://evil.example/"})
    assert back["Location"] == "/"
