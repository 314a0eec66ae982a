# Read by ./up and ./test: makes .venv (or $ESM_VENV) hold exactly what requirements.lock names.
# Leaves the path of its Python in PYTHON.

fail() {
    echo "$1" >&2
    exit 1
}

# Half a dozen processes start from here; compiling everything anew would cost each of them seconds.
unset PYTHONDONTWRITEBYTECODE

stopwatch_start=$(date +%s)
venv=${ESM_VENV:-.venv}
PYTHON=$venv/bin/python
stamp=$venv/installed.sha256
wanted=$(sha256sum requirements.lock | cut -d ' ' -f 1)

if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ] || ! "$PYTHON" -c '' 2>/dev/null; then
    system=${ESM_PYTHON:-}
    for candidate in $system python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            system=$candidate
            break
        fi
        system=
    done
    [ -n "$system" ] || fail "Python 3.11 or later is needed (python3). On Debian and Ubuntu: apt-get install python3 python3-venv"
    "$system" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "The venv module of $system is missing. On Debian and Ubuntu: apt-get install python3-venv"
    if ! "$PYTHON" -c '' 2>/dev/null; then
        echo "Making a virtual environment in $venv"
        "$system" -m venv "$venv" || fail "The virtual environment could not be made in $venv (ESM_VENV names another place)."
    fi
    echo "Installing what requirements.lock names"
    rm -f "$stamp"
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-deps -r requirements.lock ||
        fail "The packages of requirements.lock could not be installed; pip says why above. It needs a package index (PIP_INDEX_URL) or a folder of wheels (PIP_FIND_LINKS)."
    echo "$wanted" >"$stamp"
    echo "Packages installed in $(($(date +%s) - stopwatch_start)) s"
fi
