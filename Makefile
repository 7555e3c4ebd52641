# Two commands matter: `cargo run --release -- demo` and `make test`.
SHELL := /bin/bash
CORPUS ?=
RULES ?= detect/tests/fixtures/rules

.PHONY: test lint bench soak prepare ui

# Everything a change must pass, in the order that fails fastest.
test: prepare lint
	cargo test --workspace --locked

lint: prepare
	cargo fmt --all --check
	cd ui/web && npm run --silent check && npm run --silent test
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

# What the tests need besides Rust and Node: strace injects faults into system calls, gdb dumps memory, faketime is a clock that is
# off, pip brings the S3 server, npm a provider of identities, Chromium shows the page, and poppler reads PDFs.
prepare:
	@command -v strace >/dev/null || (apt-get update -qq && apt-get install -y -qq strace)
	@command -v gcore >/dev/null || (apt-get update -qq && apt-get install -y -qq gdb)
	@command -v faketime >/dev/null || (apt-get update -qq && apt-get install -y -qq faketime)
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)
	@command -v pdftotext >/dev/null || (apt-get update -qq && apt-get install -y -qq poppler-utils)
	@python3 -m pip --version >/dev/null 2>&1 || (apt-get update -qq && apt-get install -y -qq python3-pip)
	@test -d ui/web/node_modules/axe-core || (cd ui/web && npm ci --no-audit --no-fund --silent)
	@test -d tests/oidc/node_modules/oidc-provider || (cd tests/oidc && npm ci --no-audit --no-fund --silent)

# Figures beside zstd, ripgrep and rsigma on the same machine. CORPUS=file takes that file instead of a generated one, RULES=folder
# those Sigma rules instead of ours.
bench:
	cargo build --release --locked --package palisade --package palisade-bench
	target/release/palisade-bench run $(if $(CORPUS),--corpus $(CORPUS))
	target/release/palisade-bench detect --rules $(RULES)

# The long run: 1,000 kills, a crash at every Nth system call of agent and collector, 1,000 drawn operations on evidence
# (PALISADE_SEED draws them again), and hundreds of drawn questions over millions of lines. CORPUS=file takes that file of
# JSON lines instead of generated ones.
soak: prepare
	PALISADE_SOAK=1 CORPUS=$(CORPUS) cargo test --release --locked --package palisade --test palisade -- --nocapture --test-threads=1 soak search::generated evidence::chaos
