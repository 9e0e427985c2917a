# The whole workflow. `make` or `make help` lists it.
#
#   PYTHON=python3.12   the Python to build .venv with (else the first one that fits)
#   HOST= PORT= DATABASE_URL= ...   every setting of .env.example works as `make run NAME=value`

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run quickstart install dev test lint types format openapi messages env-example \
	standards requirements bench clean hooks sdk-python sdk-django sdk-typescript \
	bench-sdks demo

PYTHON ?=
VENV := .venv/bin
JOBS ?= auto
ARGS ?=
SOURCES := accounts config social tenants tokens tests bench manage.py
INSTALL = python=$$(./.ci/find-python '$(PYTHON)') && "$$python" -m config.install
PYTEST = DJANGO_ENV=test $(VENV)/python -m pytest

help: ## list what make can do
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: install ## start the service on http://127.0.0.1:8000 (HOST=, PORT=, DATABASE_URL=)
	@exec $(VENV)/python -m config.start

quickstart: install ## make an application on the running service and prove that it works
	@exec $(VENV)/python manage.py quickstart $(if $(URL),--url $(URL)) $(ARGS)

demo: install ## the service, an app and two APIs, to click through (needs Node 20; DEMO_PORT=)
	@exec env DEMO_PORT='$(DEMO_PORT)' DEMO_DIR='$(DEMO_DIR)' $(VENV)/python clients/examples/demo.py

install: ## make .venv with what running needs (make run does it)
	@$(INSTALL)

dev: ## make .venv with what testing needs (make test does it)
	@$(INSTALL) --dev

test: dev ## run the Python suite in parallel, with coverage (DATABASE_URL=mysql://... too)
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not browser and not e2e" --create-db \
		--cov --cov-report=term:skip-covered $(ARGS)

sdk-python: dev ## check and test clients/python, on every Python from 3.10 that is here
	@.ci/sdk-python

sdk-django: dev ## test the Django sites of clients/python alone (DATABASE_URL=mysql://... too)
	@cd clients/python && ../../.venv/uv/bin/uv sync --locked --quiet && \
		NTT_AUTH_TEST_DATABASE_URL='$(DATABASE_URL)' .venv/bin/pytest -q tests/django_site $(ARGS)

sdk-typescript: ## check, build and test clients/typescript (needs Node 20)
	@.ci/sdk-typescript $(ARGS)

lint: dev ## check format, style, import contracts, containers and workflows
	$(VENV)/black --check $(wildcard $(SOURCES))
	$(VENV)/isort --check --quiet $(wildcard $(SOURCES))
	$(VENV)/flake8 $(wildcard $(SOURCES))
	$(VENV)/lint-imports --no-logo
	$(VENV)/python -m config.settings.example --check
	$(VENV)/shellcheck .ci/run .ci/fresh-start .ci/find-python .ci/check-message \
		.ci/sdk-python .ci/sdk-typescript
	$(VENV)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(VENV)/check-jsonschema --quiet --builtin-schema vendor.github-workflows \
		.github/workflows/*.yml
	@if [ -x $(VENV)/hadolint ]; then $(VENV)/hadolint Dockerfile; \
	else echo "hadolint has no build for this machine: the Dockerfile is not checked"; fi

types: dev ## check the types (mypy, strict)
	DJANGO_ENV=test $(VENV)/mypy $(wildcard $(SOURCES))

format: dev ## format the sources
	$(VENV)/isort --quiet $(wildcard $(SOURCES))
	$(VENV)/black --quiet $(wildcard $(SOURCES))

openapi: dev ## write clients/openapi.yaml from the code
	DJANGO_ENV=test $(VENV)/python manage.py spectacular --validate --fail-on-warn \
		--file clients/openapi.yaml

messages: dev ## bring locale/*/django.po up to date and compile it (ARGS=de for one language)
	DJANGO_ENV=test $(VENV)/python -m config.messages $(ARGS)

env-example: dev ## write .env.example and docs/settings.md from the settings' table
	$(VENV)/python -m config.settings.example > .env.example
	$(VENV)/python -m config.settings.example --settings-doc > docs/settings.md

standards: dev ## write docs/standards.md from the tests' markers
	$(VENV)/python -m tests.standards > docs/standards.md.new
	mv docs/standards.md.new docs/standards.md

requirements: dev ## write requirements.lock (pip's fallback) from uv.lock
	.venv/uv/bin/uv export --locked --no-dev --no-emit-project --no-annotate --no-header \
		--quiet --output-file requirements.lock

hooks: dev ## install the git hooks of .pre-commit-config.yaml
	$(VENV)/pre-commit install --install-hooks --hook-type pre-commit --hook-type commit-msg

bench: dev ## measure against stock simplejwt and the floors (ARGS= goes to bench)
	@$(VENV)/python -m bench $(ARGS)

bench-sdks: dev ## measure both SDKs beside other libraries (needs Node 20)
	@cd clients/python && ../../.venv/uv/bin/uv sync --locked --quiet --group bench && .venv/bin/python ../../bench/sdk_python.py
	@cd clients/typescript && ([ -d node_modules ] || npm ci) && npm run --silent build && node ../../bench/sdk_typescript.mjs

clean: ## remove caches and .venv; var/ (the data) stays
	rm -rf .venv .mypy_cache .pytest_cache .import_linter_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
