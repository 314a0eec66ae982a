"""What shows an opportunity, frozen when it was raised, and the proposal that may come of it."""

from typing import Any

from django.utils.translation import gettext as _

from governance.services.proposing import Wording
