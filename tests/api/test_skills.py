"""Skills over the API: confirmed, listed, withdrawn; coverage with names for who leads."""

import pytest

from esm.events.actors import SYSTEM
from governance.blueprint.files import ModelFiles, ModelMeta, read_directory
from governance.models import SkillHolding
from governance.services.drafting import apply_files
from tests.api.client import caller
from tests.governance.lint.planted import all_faults, planted
from tests.support import CLINIC

pytestmark = pytest.mark.django_db
WATCH = "sedation-watch"
PATH = f"/people/gion-derungs/skills/{WATCH}"


@pytest.fixture
def clinic_with_skill(clinic):
    """The clinic in which ward nurses have to be able to watch the sedated."""
    needs = [fault for fault in all_faults() if fault.name.startswith("02")]
    elements = planted(read_directory(CLINIC / "model").elements, needs)
    meta = ModelMeta(number=2, title="Skills", kind="as_is", based_on=1)
    apply_files(ModelFiles(meta, elements), actor=SYSTEM, publish=True)
    return clinic


def test_set_list_and_withdraw(clinic_with_skill):
    livia, gion = (caller(clinic_with_skill, name) for name in ("livia", "gion"))
    body = {"level": 4, "evidence": "Seen", "valid_to": "2027-01-31"}
    told = livia._read(livia.raw("PUT", PATH, body), 200)
    assert (told["skill"], told["name"], told["level"]) == (WATCH, "Watching the sedated", 4)
    assert (told["confirmed_by"], told["valid_to"]) == ("Livia Caduff", "2027-01-31")
    assert livia._read(livia.raw("PUT", PATH, body), 200) == told
    assert SkillHolding.objects.count() == 1
    assert livia.items("/people/gion-derungs/skills") == [told]
    assert gion.items("/people/gion-derungs/skills") == [told]
    own = gion._read(gion.raw("PUT", PATH, body), 403)
    assert own["detail"] == "Nobody confirms what they can do themselves."
    livia.delete(PATH)
    assert livia.items("/people/gion-derungs/skills") == []
    livia._read(livia.raw("DELETE", PATH), 404)
    wrong = livia._read(livia.raw("PUT", PATH.replace(WATCH, "flying"), body), 400)
    assert wrong["detail"] == "The model in force knows no such skill."


def test_coverage_names_nobody_to_who_does_not_lead(clinic_with_skill):
    livia, jost = (caller(clinic_with_skill, name) for name in ("livia", "jost"))
    need = {
        "skill": WATCH, "name": "Watching the sedated", "kind": "Role", "key": "ward-nurse",
        "stage": "", "level": 3, "headcount": 1,
    }  # fmt: skip
    nobody = {**need, "able": 0, "here": 0, "gap": 1, "single": False, "people": []}
    assert livia.items("/skills") == [nobody]
    livia._read(livia.raw("PUT", PATH, {"level": 3}), 200)
    one = {**need, "able": 1, "here": 1, "gap": 0, "single": True, "people": ["Gion Derungs"]}
    assert livia.items("/skills") == [one]
    assert jost.items("/skills") == [{**one, "people": []}]
