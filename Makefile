# gongd. Two commands do everything on a fresh Debian 12 or 13 or Raspberry Pi OS:
#
#   make demo            see (and with SOUND=1 hear) the main job
#   make test            the whole proof
#   sudo make install    put gongd on this box, or bring it up to date; settings and journal stay
#   sudo make install-desk    put gongctl on the commune's machine, or bring it up to date; the commune's folder stays
#   sudo make uninstall  take it off again; settings and journal stay
#
# Each installs what is missing (Debian packages through apt, with sudo where you are not root; Python packages into
# .venv), says what it installs, and runs again in seconds.

PYTHON ?= /usr/bin/python3
VENV   ?= .venv
BIN    := $(VENV)/bin

# espeak-ng: the voice. ffmpeg: reads clips. alsa-utils: aplay. util-linux: setpriv. python3-lgpio: the pins.
PACKAGES      := python3-venv ca-certificates espeak-ng ffmpeg alsa-utils util-linux fonts-dejavu-core python3-lgpio?
# procps: kill, for a reload. systemd, udev: there on every machine that boots, missing in a container.
INSTALL_PACKAGES := procps systemd udev
# The desk's: mosquitto is the broker, where this machine is that too.
DESK_PACKAGES := python3-venv ca-certificates mosquitto procps systemd
# mosquitto: the broker that the wire is tested against. mosquitto-clients: what the workshop's page types.
# postgresql: the desk's store, and several collectors, are tested with a cluster of the test's own.
# gcc, libc6-dev: one test compares with the kernel's header.
TEST_PACKAGES := gcc libc6-dev mosquitto mosquitto-clients postgresql $(INSTALL_PACKAGES)

.PHONY: help demo test lint bench install uninstall packages

help:
	@sed -n 's/^#   //p' Makefile

packages:
	@setup/debian-packages $(PACKAGES)

test-packages: packages
	@setup/debian-packages $(TEST_PACKAGES)
.PHONY: test-packages

$(VENV)/bin/python:
	@setup/debian-packages python3-venv
	@echo "making a Python environment in $(VENV) that sees the system's python3-lgpio"
	@$(PYTHON) -m venv --system-site-packages $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	@echo "installing gongd and the Python packages it needs into $(VENV)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	@echo "installing gongd and the Python packages it and its tests need into $(VENV)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.proof: $(VENV)/.test
	@echo "installing the fuzzer and the mutation tester into $(VENV)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev,proof]'
	@touch $@

demo: packages $(VENV)/.run
	@setup/debian-packages mosquitto
	@$(BIN)/python -m gongd.demo $(if $(SOUND),--aloud)

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: test-packages $(VENV)/.test lint
	@$(BIN)/pytest -q -n 2 --dist loadfile

coverage: $(VENV)/.test
	@$(BIN)/coverage run -m pytest -q tests/core
	@$(BIN)/coverage report

# SECONDS is for each of some thirty doors.
fuzz: $(VENV)/.proof
	@$(BIN)/python -m tests.fuzz $(or $(SECONDS),60)

# Hours; MODULES="freshness limit" tries these alone.
mutation: $(VENV)/.proof
	@nice -n 19 $(BIN)/python -m tests.mutation $(MODULES)
.PHONY: coverage fuzz mutation

bench: packages $(VENV)/.test
	@setup/debian-packages mosquitto
	@$(BIN)/python -m bench

# A Debian under qemu (docs/machine.md). Root is needed to make it, not to run it. RECORD=1 writes docs/machine.md anew.
MACHINE_PACKAGES := qemu-system-x86 debootstrap e2fsprogs util-linux systemd
test-machine: $(VENV)/.test
	@setup/debian-packages $(MACHINE_PACKAGES)
	@mkdir -p build/machine
	@$(if $(filter 0,$(shell id -u)),,sudo) machine/image/build build/machine
	@MACHINE_RECORD=$(RECORD) $(BIN)/pytest -v -p no:cacheprovider machine
.PHONY: test-machine

install: packages
	@setup/debian-packages $(INSTALL_PACKAGES)
	@PYTHON=$(PYTHON) DESTDIR=$(DESTDIR) setup/install

install-desk:
	@setup/debian-packages $(DESK_PACKAGES)
	@PYTHON=$(PYTHON) DESTDIR=$(DESTDIR) setup/install-desk

uninstall-desk:
	@DESTDIR=$(DESTDIR) setup/uninstall-desk
.PHONY: install-desk uninstall-desk

uninstall:
	@DESTDIR=$(DESTDIR) setup/uninstall
