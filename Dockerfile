# One image for web, workers, beat and migrations; docker-compose.yml says which process runs.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=esm.settings.prod \
    ESM_DATA=/data

RUN useradd --system --create-home --uid 10001 portal && install -d -o portal -g portal /data
WORKDIR /portal

# Packages first: they change less often than the code.
COPY requirements.lock .
RUN python -m pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps -r requirements.lock

COPY . .
RUN python -m compileall -q -j 0 .

USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "esm.wsgi:application", "-c", "python:esm.web", "--bind", "0.0.0.0:8000"]
