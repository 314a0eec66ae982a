"""Errors of `mutants.py` that change nothing anybody can see, each with the reason.

By module and name of the error. One that a test notices after all is reported by `mutation.py`.
"""

_RIGHTS = "governance.blueprint.rights"
_ONE = "the list has one element there, the first is the last"
_NO_RIGHTS = "the best of no rights is compared with nothing"
_DIGITS = "80 digits are far more than any product needs"
_ZEROS = "only zeros, then the point, stand at the end of a number"
EQUIVALENT: dict[str, dict[str, str]] = {
    f"{_RIGHTS}.resolver": {
        "_Search.run: 0 → -1": _ONE,
        "_most_specific: 0 → 1": _NO_RIGHTS,
        "_most_specific: 0 → -1": _NO_RIGHTS,
    },
    f"{_RIGHTS}.compiled": {
        "rules_of: 'rules' → 'rules_x'": "a name under which it is remembered, used nowhere else",
    },
    f"{_RIGHTS}.money": {
        "module: 80 → 81": _DIGITS,
        "module: 80 → 79": _DIGITS,
        "times: '0' → '0_x'": _ZEROS,
        "times (2): '.' → '._x'": _ZEROS,
        "split_off: one.amount > 0 → one.amount >= 0": "nothing added is nothing added",
    },
}
