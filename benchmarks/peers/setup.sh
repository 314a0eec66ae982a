#!/bin/sh
# Installs django-helpdesk into a virtual environment of its own, for benchmarks/pages.py --helpdesk.
# The product never imports it.   benchmarks/peers/setup.sh VENV
set -eu
venv=${1:?"which folder?"}
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check \
    "django-helpdesk==1.6.0" "Django>=5.2,<5.3" "psycopg2-binary>=2.9" packaging "gunicorn>=22"
echo "python benchmarks/pages.py --helpdesk $venv/bin/python"
