# Two commands for a fresh machine: `make demo` and `make test`. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
TORCH := torch==2.13.0
OUT ?= out/demo
CLASSES := $(notdir $(wildcard examples/class/*))

.PHONY: demo test slurm check audit hostile rehearse bench fuzz vm clean

demo: .venv/installed
	@for id in $(CLASSES); do \
	  $(BIN)/autograder grade $$id examples/class/$$id --out $(OUT)/$$id || exit $$?; \
	done

test: check build/docker/default.json slurm
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not alone"
	$(BIN)/pytest -q -m alone

# Docker's published profile of system calls: the tests put it in force to be in a plain container.
build/docker/default.json:
	tests/fetch_docker_profile.sh build/docker

# Slurm from Debian's packages, where this is root and apt-get has it; else its tests are skipped and say why.
slurm:
	@tests/slurm/install.sh

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Every suite against every mutant; the records are committed.
audit: .venv/installed
	@for id in $(notdir $(wildcard reference/*)); do $(BIN)/autograder audit $$id --record || exit $$?; done

# The hostile collection under every backend, as a table.
hostile: .venv/installed build/docker/default.json
	$(BIN)/python tests/hostile_table.py

# The Gradescope zips of sample classes, in a container like Gradescope's, compared with `grade`; then hostile submissions.
# Needs root, mmdebstrap and a network; REHEARSE_OPTIONS may be "--python DIR" where no Python can be fetched.
REHEARSED ?= pca_svd softmax_classifier
rehearse: .venv/installed
	$(BIN)/python tests/rehearse_class.py $(REHEARSED) $(REHEARSE_OPTIONS)
	$(BIN)/python tests/rehearse_setup.py
	$(BIN)/python tests/rehearse_hostile.py

bench: .venv/installed
	$(BIN)/python benchmarks/class_growth.py
	$(BIN)/python benchmarks/call_cost.py

FUZZ_S ?= 1800
fuzz: .venv/installed
	$(BIN)/python tests/fuzz/decode_reply.py $(FUZZ_S)
	$(BIN)/python tests/fuzz/unpack_archive.py $(FUZZ_S)
	$(BIN)/python tests/fuzz/read_notebook.py $(FUZZ_S)

# The sandbox's tests in emulated machines with control groups v2, on x86-64 and ARM: an hour or two, and needs qemu.
VM_ARCHITECTURES ?= amd64 arm64
vm: .venv/installed build/docker/default.json
	@for arch in $(VM_ARCHITECTURES); do tests/vm/run_in_vm.sh $$arch || exit $$?; done

# PyTorch's own CPU index is asked once; where it does not answer, plain pip finds the same version.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --retries 0 --timeout 15 --no-deps \
	  --index-url https://download.pytorch.org/whl/cpu $(TORCH) 2>/dev/null \
	  || $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt $(TORCH)
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[torch,exports,notebook,nbgrader,test,check]'
	@touch $@

clean:
	rm -rf .venv out build *.egg-info
