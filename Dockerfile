# The site as one image. Built and started by nobody yet on the machine that it was written on: see the README.

FROM python:3.13-slim AS build
ENV UV_PROJECT_ENVIRONMENT=/venv UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv
WORKDIR /site
COPY pyproject.toml .python-version ./
RUN uv sync --no-dev --extra postgres --extra redis --extra s3 --extra sentry
COPY . .
RUN SECRET_KEY=only-while-building /venv/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/site/var
# What `manage.py backup` and `restore` call.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home site
WORKDIR /site
COPY --from=build /venv /venv
COPY --from=build /site /site
RUN mkdir -p var/static var/media && chown -R site var
USER site
EXPOSE 8000
# A name that the site answers to has to be asked for, also by itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip(' .*') or 'localhost'}), timeout=2)"]
CMD ["python", "manage.py", "serve", "--address", "0.0.0.0", "--port", "8000"]
