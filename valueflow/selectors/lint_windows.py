"""Over how long the checks of what happened look back, and where each length comes from.

The list of checks (``governance/blueprint/lint/codes.py``) names the first four; the others are
ours, because it names none.
"""

from datetime import timedelta

# PRC09: the last 60 requests of an offering that were fulfilled. What is said of its requests
# otherwise (PRC10, PRC22, PRC23, PRC27, VAL09) is said of the same ones.
LAST_FULFILLED = 60
# VAL07: nobody asked for it in 90 days.
ASKED = timedelta(days=90)
# PRC19: a queue that grew four weeks in a row; the load is of the same four.
LOAD_WEEKS = 4
# TEC04: so many times a month.
MONTH = timedelta(days=30)
# Of the last 60 only those of a year: older ones tell of another time. Nor is anything said of a
# service of a stream of which nothing was asked for within that year.
FULFILLED_WITHIN = timedelta(days=365)
# Handoffs, decisions, stages that were passed, work outside the model.
RECENT = timedelta(days=90)
# Fewer could be told apart by who knows the people.
FEW = 5
