# Two commands for a fresh machine: `make demo` and `make test`. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
TORCH := torch==2.13.0
OUT ?= out/demo
CLASSES := $(notdir $(wildcard examples/class/*))

.PHONY: demo test slurm check audit hostile rehearse notebooks bench bench-page peers fuzz vm clean

demo: .venv/installed
	@for id in $(CLASSES); do \
	  $(BIN)/autograder grade $$id examples/class/$$id --out $(OUT)/$$id || exit $$?; \
	done

# The machine's packages come while Python's do. Files go to the two workers in their order: long ones are not left for the end.
test:
	@$(MAKE) --no-print-directory build/docker/default.json slurm & other=$$!; \
	  $(MAKE) --no-print-directory check; status=$$?; wait $$other && exit $$status
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/pytest -q -m alone $$(grep -l 'mark\.alone' tests/test_*.py)

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

# The sample classes as notebooks, in one cell and in many: the scores of the files. Some minutes.
notebooks: .venv/installed
	$(BIN)/python tests/notebook_class.py

# Side by side with other graders, each in an environment of its own; the figures and the plot go to build/bench.
# Needs root; forty minutes. BENCH_OPTIONS=--quick sees in minutes that all of it runs.
PEERS := pytest gradescope_utils nbgrader otter plot
BENCHES := limit submission_cost floor class_growth numpy_rate peers bad call_cost
bench: .venv/installed peers
	@for name in $(BENCHES); do echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(BENCH_OPTIONS) || exit $$?; done
	build/peers/plot/bin/python benchmarks/plot.py $(BENCH_OPTIONS)

# The tables and plots of docs/benchmarks.md, from what `make bench` has left.
bench-page: .venv/installed build/peers/plot/installed
	$(BIN)/python benchmarks/page.py
	build/peers/plot/bin/python benchmarks/plot.py --out docs

peers: $(PEERS:%=build/peers/%/installed)

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
define install_torch
$(1)/pip install -q --disable-pip-version-check --retries 0 --timeout 15 --no-deps \
	  --index-url https://download.pytorch.org/whl/cpu $(TORCH) 2>/dev/null \
	  || $(1)/pip install -q --disable-pip-version-check -c constraints.txt $(TORCH)
endef

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(call install_torch,$(BIN))
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[torch,exports,notebook,nbgrader,test,check]'
	@touch $@

# An environment for each tool that the benchmarks compare with, and one for the plot.
build/peers/%/installed: benchmarks/peers/%.txt
	$(PYTHON) -m venv build/peers/$*
	if grep -q '^torch==' $<; then $(call install_torch,build/peers/$*/bin); fi
	build/peers/$*/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

clean:
	rm -rf .venv out build *.egg-info
