# make run: install what is missing, build the frontend, start the service with a demo case.
# make test: everything that must hold. make check: style, types, layers, sizes. Steps that need one core each run side
# by side; what measures real time runs alone.
SHELL := /bin/sh
HOST ?= 127.0.0.1
PORT ?= 8080
DATA ?= data
PYTHON ?= python3
BIN := .venv/bin
NPM := $(CURDIR)/$(BIN)/python $(CURDIR)/deploy/npm.py
unexport PYTHONDONTWRITEBYTECODE  # without its files every process that is started compiles the whole product anew

.PHONY: run test compiled test-compiled test-narrow test-postgres test-relay check check-types check-rest test-frontend test-screens test-processes format lock fuzz fuzz-talk soak-lossy screens bench-forward bench-curve bench-idle bench-join bench-restart bench-verify clean

run: .stamps/run .stamps/frontend
	@exec $(BIN)/mediation-room run --demo --host $(HOST) --port $(PORT) --data-dir $(DATA)

test: .stamps/run
	@$(MAKE) --no-print-directory -j2 .stamps/test .stamps/frontend
	@$(MAKE) --no-print-directory -j2 -O check-types test-frontend
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone" tests/unit
	@$(MAKE) --no-print-directory -j2 -O test-screens test-processes
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PAGES)
	$(BIN)/python -m pytest $(ALONE) tests/e2e $(addprefix --ignore=,$(SCREENS) $(PAGES) $(RELAY) $(NARROW))

ALONE = $(shell grep -rl --include='*.py' pytest.mark.alone tests/unit)
SCREENS = tests/e2e/test_accessibility.py tests/e2e/test_keyboard.py
# Which screens and pictures people get, and nothing about when: two at a time.
PAGES = $(patsubst %,tests/e2e/test_%.py,arrival exhibits view_in_browser codecs from_the_network without_udp lost_answer upgrade)
RELAY = tests/e2e/test_relay.py
NARROW = tests/e2e/test_narrow_way.py tests/e2e/test_narrow_way_down.py
test-screens:
	$(BIN)/python -m pytest $(SCREENS)

test-processes:
	$(BIN)/python -m pytest tests/integration

check: .stamps/test .stamps/frontend
	@$(MAKE) --no-print-directory -j2 -O check-types check-rest

check-types:
	$(BIN)/mypy

check-rest:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python tests/support/sizes.py
	$(BIN)/python -m signaling.schema --check
	cd frontend && $(NPM) run --silent check && $(NPM) run --silent size && $(NPM) run --silent older

test-frontend: check-rest
	cd frontend && $(NPM) run --silent test

format: .stamps/test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && $(NPM) run --silent format

bench-forward: .stamps/test
	deploy/test-tools.sh janus
	$(BIN)/python -m tests.bench.forward --seconds 3 --ladder

bench-curve: .stamps/test
	$(BIN)/python -m tests.bench.curve $(if $(wildcard /usr/bin/janus),--janus) --picture deploy/pictures/cost.svg
	$(BIN)/python -m tests.bench.curve $(if $(wildcard /usr/bin/janus),--janus) --usual --picture deploy/pictures/cost-usual.svg

bench-idle: .stamps/test
	$(BIN)/python -m tests.bench.idle

bench-join: .stamps/test .stamps/frontend
	$(BIN)/python -m tests.bench.join

bench-restart: .stamps/test
	$(BIN)/python -m tests.bench.restart

bench-verify: .stamps/test
	$(BIN)/python -m tests.bench.verify

DATAGRAMS ?= 1000000
SEED ?= $(shell date +%s)
fuzz: .stamps/test
	$(BIN)/python -m tests.fuzz --datagrams $(DATAGRAMS) --seed $(SEED)

fuzz-talk: .stamps/test
	TALK_WALKS=200 $(BIN)/python -m pytest -q -n 2 tests/unit/room_server/live/test_talk_machine.py tests/unit/room_server/live/test_bargain_machine.py

# Real browsers on a way that is made narrow: it takes a minute and a quiet machine. On virtual time: test_way_down.py.
test-narrow: .stamps/test .stamps/frontend
	$(BIN)/python -m pytest $(NARROW)

# Media over a real relay (coturn), which most machines do not have.
test-relay: .stamps/test .stamps/frontend
	deploy/test-tools.sh coturn
	$(BIN)/python -m pytest $(RELAY)

# The product's own tests with each database on a PostgreSQL server that lives as long as they run.
test-postgres: .stamps/test
	deploy/test-tools.sh postgresql
	$(BIN)/python -m tests.support.postgres $(BIN)/python -m pytest -n 2 --dist worksteal -m "not sqlite" tests/unit/room_server tests/integration/room_server

# The media worker's hot modules as machine code, from the same sources; used only where MEDIATION_ROOM_COMPILED says so.
compiled: .stamps/test
	$(BIN)/python deploy/compiled.py

# Everything about the media worker once more, with these.
test-compiled: compiled
	MEDIATION_ROOM_COMPILED=$(CURDIR)/build/compiled $(BIN)/python -m pytest tests/unit/signaling/sfu $(MEDIA)

MEDIA = $(shell grep -rl --include='*.py' sfu tests/integration)

SEEDS ?= 50
soak-lossy: .stamps/test
	LOSSY_SEEDS=$(SEEDS) $(BIN)/python -m pytest -q -n 2 tests/integration/test_lossy_link.py

screens: .stamps/test .stamps/frontend
	SCREENS_THOROUGH=1 $(BIN)/python -m pytest -q tests/e2e/test_accessibility.py

lock: .stamps/test
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --strip-extras --allow-unsafe -o requirements/run.txt pyproject.toml requirements/build.in
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --strip-extras --allow-unsafe --extra dev -o requirements/dev.txt pyproject.toml requirements/build.in
	$(BIN)/pip-compile -q --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes --strip-extras --allow-unsafe -o requirements/node.txt requirements/node.in

clean:
	rm -rf .venv .stamps frontend/dist frontend/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Install Debian's python3-venv first."; exit 1; }

.stamps/run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(NPM) --version >/dev/null  # where Node.js is missing it is installed here, not by two steps at once
	@mkdir -p .stamps && touch $@

.stamps/test: requirements/dev.txt .stamps/run deploy/test-tools.sh
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	deploy/test-tools.sh
	@mkdir -p .stamps && touch $@

FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
.stamps/npm: frontend/package.json frontend/package-lock.json | .stamps/run
	@# not ci: it wants the lock to name tools for other systems, which some mirrors of the registry do not have
	cd frontend && $(NPM) install --no-save --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

.stamps/frontend: .stamps/npm $(FRONTEND)
	cd frontend && $(NPM) run --silent build
	@mkdir -p .stamps && touch $@
