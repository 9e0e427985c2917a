# The production image: python slim + locked wheels, no compiler, no root, read-only root.
# By design under 200 MB: python:3.12-slim about 125 MB, site-packages about 60 MB (see
# docs/operations.md). Pin the base by digest where your registry tells it:
#   docker buildx imagetools inspect python:3.12-slim-bookworm
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# The MySQL driver has no Linux wheels: it is compiled here, and only here.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY .ci/uv.txt /tmp/uv.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/uv.txt
COPY pyproject.toml uv.lock ./
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN uv sync --locked --no-dev --extra mysql --extra redis \
    && find .venv -type d \( -name tests -o -name test \) -path '*/site-packages/*' \
        -prune -exec rm -rf {} + \
    && find .venv -name '*.so' -exec strip --strip-unneeded {} +
COPY . .
# collectstatic wants settings, not secrets: these values never leave this line.
RUN DJANGO_ENV=production SECRET_KEY=build ENCRYPTION_KEYS=build ISSUER=https://build.invalid \
    ALLOW_SQLITE=true VAR_DIR=/tmp/var STATIC_ROOT=/app/static \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q accounts config social tenants tokens

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="NTT Authentication Server" \
      org.opencontainers.image.licenses="Apache-2.0"
# The client library that the MySQL driver was compiled against; nothing else is added.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 service \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin service \
    && install --directory --owner 10001 --group 10001 --mode 700 /var/lib/ntt-auth
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_ENV=production \
    DJANGO_SETTINGS_MODULE=config.settings \
    HOST=0.0.0.0 \
    PORT=8000 \
    STATIC_ROOT=/app/static \
    VAR_DIR=/var/lib/ntt-auth
# With a read-only root mount a tmpfs here: metrics and locks live in it, no data.
VOLUME ["/var/lib/ntt-auth"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-m", "config.probe"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi:application"]
