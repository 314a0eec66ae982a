"""A model as files over the API: planned, filled into a draft, or refused with file and line."""

import pytest

from governance.models import ModelVersion
from tests.api.client import caller
from tests.api.test_refusals import pointers
from tests.support import CLINIC

pytestmark = pytest.mark.django_db


def texts(**changes):
    """The clinic's model as the next version, by the names of its files."""
    model = CLINIC / "model"
    found = {path.relative_to(model).as_posix(): path.read_text() for path in model.rglob("*.yaml")}
    found["model.yaml"] = "number: 2\ncode: CL-2\ntitle: Next\nkind: to_be\nbased_on: 1\n"
    return {**found, **changes}


def changed(files, name, old, new):
    assert old in files[name]
    files[name] = files[name].replace(old, new)


def test_a_plan_says_everything_and_changes_nothing(clinic):
    livia = caller(clinic, "livia")
    files = texts()
    changed(files, "measure/days-to-theatre.yaml", "  baseline: 24\n", "")
    del files["decision-right/cost-risk-advice.yaml"]
    told = livia.post("/model/files", {"files": files})
    assert (told["applied"], told["version"], told["allowed"]) == (False, None, True)
    assert told["compared_with"] == "CL-1"
    assert [(one["op"], one["key"]) for one in told["changes"]] == [
        ("removed", "cost-risk-advice"),
        ("changed", "days-to-theatre"),
    ]
    assert [(one["rule"], one["key"]) for one in told["findings"]] == [("VAL02", "days-to-theatre")]
    assert ModelVersion.objects.count() == 1


def test_files_fill_a_draft(clinic):
    livia = caller(clinic, "livia")
    told = livia.post("/model/files", {"files": texts(), "apply": True})
    assert (told["version"]["code"], told["version"]["state"]) == ("CL-2", "draft")
    assert told["changes"] == []
    version = ModelVersion.objects.get(code="CL-2")
    assert version.author == clinic.person("livia")
    livia.post("/model/files", {"files": texts(), "apply": True})
    files = texts(**{"model.yaml": "number: 1\ntitle: Again\nkind: as_is\n"})
    changed(files, "measure/days-to-theatre.yaml", "baseline: 24", "baseline: 25")
    refused = livia.post("/model/files", {"files": files, "apply": True}, status=409)
    assert refused["detail"].startswith("CL-1 is published and cannot change")


def test_what_does_not_exist_is_named_with_file_element_and_line(clinic):
    livia = caller(clinic, "livia")
    files = texts()
    changed(files, "team/ward.yaml", "department: nursing", "department: nowhere")
    changed(files, "service/lens-surgery.yaml", "role: medical-director", "role: no-one")
    changed(files, "role/ward-nurse.yaml", "min_holders: 1", "min_holders: many")
    for apply in (False, True):
        refused = livia.post("/model/files", {"files": files, "apply": apply}, status=400)
        assert refused["detail"] == "Nothing was changed: 3 things are wrong."
        told = {one["pointer"]: one["detail"] for one in refused["errors"]}
        assert told == {
            "/role/ward-nurse.yaml": "Line 12: Role ward-nurse: `min_holders`:"
            " input should be a valid integer, unable to parse string as an integer.",
            "/service/lens-surgery.yaml": "Line 9: Service lens-surgery:"
            " names role `no-one`, which does not exist.",
            "/team/ward.yaml": "Line 6: Team ward:"
            " names department `nowhere`, which does not exist.",
        }
    assert ModelVersion.objects.count() == 1


@pytest.mark.parametrize("name", ["../model.yaml", "team/../../x.yaml", "/etc/passwd", "a/b.yml"])
def test_only_files_of_a_model_are_taken(clinic, name):
    refused = caller(clinic, "livia").post(
        "/model/files", {"files": {name: "kind: Team"}}, status=400
    )
    assert refused["detail"] == "Name files like model.yaml and team/reception.yaml."
    assert len(pointers(refused)) == 1


def test_only_stewards(clinic):
    refused = caller(clinic, "jost").post("/model/files", {"files": texts()}, status=403)
    assert refused["detail"] == "Only a steward changes the operating model."
