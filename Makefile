# ktstr tools: package a scheduler test as one file that reproduces it
#
#   make            programs, libktstr and the examples, under build/ (laid out as installed)
#   make demo       export an example test and run its .run (as root), which is left in build/examples
#   make scheduler  the example scheduler, build/examples/scx_fifo (README.md says what it needs)
#   make check      the tests (bats), and a summary; check-programs: only build what they run
#   make check-slow the tests of test/slow, which take long
#   make check-vm   the tests on a real kernel, in QEMU (KERNELS=all: on each of test/vm/kernels)
#   make vm-shell   a shell in such a virtual machine (VM_FLAGS: the options of test/vm/run-vm)
#   make fuzz       clang's libFuzzer on what reads foreign bytes (SECONDS=60 for each of TARGETS="elf base64 ...")
#   make manual     the text of man/ktstr-run.7 that each .run carries, after a change of that page (mandoc)
#   make readme     the session in README.md anew, from such a machine
#   make bench      how fast it is, beside other programs; tables and a chart stay in build/bench.*
#   make lint       formatting, shellcheck, mandoc, header checks
#   make analyse    analysers, and the tests with ThreadSanitizer and valgrind (PARTS: those of test/analyse)
#   make install    PREFIX=/usr/local DESTDIR= (uninstall: takes away the same files)
#   make dist       the sources as build/ktstr-tools-VERSION.tar.gz; the same bytes from the same commit
#   make packages   Debian packages and rpms of it, checked, in build/packages
#   make clean      remove build/
#
# CC, AR, CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS are yours; LIBDEFLATE=no leaves ktstr-pack's faster engine out.
# It prints the name of each file that it makes: V=1 shows the commands instead, and -s nothing.

VERSION = 0.1.0

PREFIX = /usr/local
DESTDIR =
bindir = $(PREFIX)/bin
libdir = $(PREFIX)/lib
includedir = $(PREFIX)/include
# found from the programs' own directory
privatedir = $(dir $(bindir))lib/ktstr
datadir = $(PREFIX)/share
mandir = $(datadir)/man
docdir = $(datadir)/doc/ktstr-tools
bashdir = $(datadir)/bash-completion/completions
zshdir = $(datadir)/zsh/site-functions

# make cannot handle blanks in names; these places are compiled in, so they are absolute
places_installed = bindir libdir includedir datadir mandir docdir bashdir zshdir
$(foreach place,DESTDIR $(places_installed),$(if $(word 2,[$($(place))]), \
	$(error $(place) has a blank in its name: $($(place)))))
$(foreach place,$(places_installed),$(if $(filter /%,$($(place))),, \
	$(error $(place) does not begin with /: $($(place)))))

PROGRAMS = ktstr-manifest ktstr-import ktstr-libs ktstr-pack ktstr-b64 ktstr-preamble ktstr-results
SCRIPTS = ktstr-export
EXAMPLES = fair spread reader

BASE = utf8 report number array strings path file output record quote process command \
	suggest progress
REGISTRY = topology entries file_index value link reference definition ask source search stand_in resolution foreign includes resolve git origin stale manifest \
	libraries needs tree
IMPORT = import_files shell_word imported upstream own_header gunzip untar import framework
ELF = elf_reader elf_program elf_dynamic glibc ldcache library_path
ARCHIVE = tar gzip engine engine_zlib base64 base64_scalar base64_x86 base64_neon
RESULTS = result_text gzip_reader evidence operand operands option_value noise column escape tally print_table print_records json_string \
	print_json print_ktap print_groups print_differences sides statistics rank_sum metrics compare compare_metrics print_comparison \
	print_comparison_data show_number plot plot_metrics plot_text plot_svg \
	plot_svg_metric svg picture
# The parts of ktstr-export, one of which a .run has, too.
EXPORT = start messages arguments stages work-directory output archive pipeline printed-pipeline several
export_parts = $(EXPORT:%=cmd/export/%.bash) share/preamble/suggest.bash cmd/export/main.bash
# The parts of a .run's script, in its order: down to the frozen values, and the engine. Each has one job.
PREAMBLE = guard restart values
ENGINE = state messages clock signals environment suggest arguments processes fitness topology holders lock work-directory \
	payload loader programs janitor progress readers result counters evidence trace cause cgroups sysctls launch scheduler commands attachment \
	scheduler-failures test teardown rounds summary ktap inspect main
HARNESS = registered tests rival check message describe protocol result metric watch includes run main
UNITS = base base64 cut statistics
FUZZ = record definition manifest quote elf ldcache base64 gzip evidence import untar

CC = cc
AR = ar
CFLAGS = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes
# what this compiler has for this machine; -fcf-protection is x86's, -mbranch-protection Arm's
takes = $(if $(shell $(CC) -Werror $1 -S -x c -o - /dev/null >/dev/null 2>&1 && echo yes),$1)
STACK_AND_BRANCHES := $(foreach flag,-fstack-clash-protection -fcf-protection -mbranch-protection=standard,$(call takes,$(flag)))
HARDENING = -fstack-protector-strong $(STACK_AND_BRANCHES) -fPIE
LINK_HARDENING = -pie -Wl,-z,relro,-z,now
ZLIB_LIBS = -lz
# what reads evidence is linked with libarchive, and nothing else is
LIBARCHIVE_LIBS = -larchive
MATH_LIBS = -lm

# ktstr-pack's second engine, built in where it is installed; LIBDEFLATE=no leaves it out
LIBDEFLATE = $(shell pkg-config --exists libdeflate 2>/dev/null && echo yes || echo no)
ifeq ($(LIBDEFLATE),yes)
ARCHIVE += engine_libdeflate
LIBDEFLATE_CFLAGS = -DHAVE_LIBDEFLATE $(shell pkg-config --cflags libdeflate)
# the static library where there is one: nothing more to install at run time, and a fifth faster here
LIBDEFLATE_LIBS = $(if $(findstring /,$(shell $(CC) -print-file-name=libdeflate.a)),-l:libdeflate.a,$(shell \
	pkg-config --libs libdeflate))
endif
tools_libs = $(LIBDEFLATE_LIBS) $(ZLIB_LIBS) -pthread

# The same bytes wherever the tree lies. Compilers believe PWD, which may name it through a link.
export PWD := $(CURDIR)
anywhere = '-ffile-prefix-map=$(subst ','\'',$(CURDIR))=.'
compile = $(CC) -std=gnu11 $(WARNINGS) $(HARDENING) $(anywhere) -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 \
	-DKTSTR_VERSION='"$(VERSION)"' -Ilib $(LIBDEFLATE_CFLAGS) -pthread $(defines) $(CPPFLAGS) $(CFLAGS) -MMD -MP
link = $(CC) $(CFLAGS) $(LINK_HARDENING) $(LDFLAGS)

tools_objects = $(BASE:%=build/obj/lib/base/%.o) $(REGISTRY:%=build/obj/lib/registry/%.o) $(ELF:%=build/obj/lib/elf/%.o) \
	$(IMPORT:%=build/obj/lib/import/%.o) \
	$(ARCHIVE:%=build/obj/lib/archive/%.o) $(RESULTS:%=build/obj/lib/results/%.o)
harness_objects = $(HARNESS:%=build/obj/lib/harness/%.o)
programs = $(PROGRAMS:%=build/bin/%) $(SCRIPTS:%=build/bin/%)
template = build/share/ktstr/preamble.bash
engine_sum = build/share/ktstr/engine.sha256
engine = $(template) $(engine_sum) build/share/ktstr/engine.sed
libktstr = build/lib/libktstr.a
preload = build/lib/ktstr/preload.so
examples = $(EXAMPLES:%=build/examples/%)
units = $(UNITS:%=build/test/%) $(FUZZ:%=build/test/fuzz/%)

say = $(if $(quiet),,$(info $1))
# the first line of a recipe that makes a file
begin = $(call say,$@)@mkdir -p $(@D)
flags := $(firstword -$(filter-out --%,$(MAKEFLAGS)))
quiet := $(filter 1,$(V))$(findstring s,$(flags))$(findstring n,$(flags))
ifneq ($(V),1)
.SILENT:
endif

all: $(programs) $(engine) $(preload) $(libktstr) build/lib/pkgconfig/ktstr.pc $(examples)

# Whatever changes how things are compiled rebuilds them: two builds never mix in build/.
settings = $(CC) $(AR) $(LIBDEFLATE_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) $(HARDENING) $(LINK_HARDENING) $(LDFLAGS) \
	$(VERSION)
fuzz_settings = $(FUZZ_CC) $(FUZZ_CFLAGS) $(LIBDEFLATE_CFLAGS) $(WARNINGS)
places = $(PREFIX) $(bindir) $(libdir) $(includedir)
build/settings build/places build/fuzz_settings: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$($(@F)))' >$@.$$$$; \
		if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi # two makes may be at it

build/obj/%.o: %.c build/settings
	$(begin)
	$(compile) -c -o $@ $<

# Tests may be in a shared object, and libktstr with them.
$(harness_objects): private HARDENING = -fstack-protector-strong $(STACK_AND_BRANCHES) -fPIC
build/obj/lib/results/evidence.o build/fuzz/obj/lib/results/evidence.o: build/has_libarchive
build/obj/lib/harness/protocol.o: build/places
build/obj/cmd/ktstr-preamble.o: $(engine_sum)
build/obj/cmd/ktstr-preamble.o: private defines = -DKTSTR_ENGINE_SHA256='"$(shell cut -c-64 $(engine_sum))"'
build/obj/lib/harness/protocol.o: private defines = -DKTSTR_BINDIR='"$(bindir)"'

build/has_libarchive: build/settings
	@echo '#include <archive.h>' | $(CC) $(CPPFLAGS) $(CFLAGS) -fsyntax-only -x c - 2>/dev/null || { \
		echo "archive.h is missing: install libarchive-dev (Debian) or libarchive-devel (Fedora)" >&2; exit 1; }
	@touch $@

build/lib/tools.a: $(tools_objects)
	$(begin)
	rm -f $@
	$(AR) rcsD $@ $^

$(libktstr): $(harness_objects)
	$(begin)
	rm -f $@
	$(AR) rcsD $@ $^

build/bin/%: build/obj/cmd/%.o build/lib/tools.a
	$(begin)
	$(link) -o $@ $^ $(tools_libs) $(LDLIBS)
build/bin/ktstr-results build/test/fuzz/evidence: private tools_libs += $(LIBARCHIVE_LIBS)
build/bin/ktstr-results build/test/fuzz/evidence build/test/statistics: private tools_libs += $(MATH_LIBS)

build/bin/ktstr-export: $(export_parts) build/settings
	$(begin)
	for part in $(export_parts); do \
		sed 's/@VERSION@/$(VERSION)/' $$part && echo || exit; done >$@.new
	chmod 755 $@.new
	mv $@.new $@

# bash ends before the manual, and bash -n takes it for the text of a command
$(template): $(PREAMBLE:%=share/preamble/%.bash) $(ENGINE:%=share/preamble/%.bash) share/preamble/manual.txt build/settings
	$(begin)
	{ cat $(PREAMBLE:%=share/preamble/%.bash); \
		printf '\n%s\n' '# --- Engine of ktstr-tools $(VERSION): the same in every .run of this version ---'; \
		printf '\n%s\n' 'readonly ENGINE_VERSION=$(VERSION)'; \
		for part in $(ENGINE:%=share/preamble/%.bash); do echo; cat $$part; done; \
		printf '%s\n' ": <<'__ARCHIVE__'" __MANUAL__; cat share/preamble/manual.txt; echo __ARCHIVE__; } >$@.new
	mv $@.new $@

# The manual that each .run carries is kept in the repository: a build needs no mandoc, and the engine's digest does not
# depend on its version. test/man.bats compares it with the page.
MANUAL = share/preamble/manual.txt
manual:
	@mkdir -p build
	mandoc -T ascii -O width=78 man/ktstr-run.7 >build/manual
	sed 's/.\x08//g' build/manual >$(MANUAL)

# As sha256sum -c reads it, which is given the engine of a .run on standard input.
$(engine_sum): $(template) share/preamble/engine.sed
	$(begin)
	sed -Ef share/preamble/engine.sed $(template) | sha256sum >$@.new
	mv $@.new $@
build/share/ktstr/engine.sed: share/preamble/engine.sed
	$(begin)
	cp $< $@

# It is loaded on hosts of any C library, so nothing of this system's is in it: its flags are its own.
$(preload): lib/preload/preload.c build/settings
	$(begin)
	$(CC) -std=gnu11 $(WARNINGS) -Os -ffreestanding -fPIC -fno-stack-protector -nostdlib -shared \
		-Wl,-z,initfirst,-z,relro,-z,now,--hash-style=both,--build-id=none -s -o $@ $<

below_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$1)
build/lib/pkgconfig/ktstr.pc: lib/harness/ktstr.pc.in build/settings build/places
	$(begin)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(call below_prefix,$(libdir))|' \
		-e 's|@INCLUDEDIR@|$(call below_prefix,$(includedir))|' \
		-e 's|@VERSION@|$(VERSION)|' $< >$@

build/examples/%: share/examples/%.c lib/harness/ktstr.h $(libktstr)
	$(begin)
	$(compile) -U_GNU_SOURCE -MF build/obj/$*.d -Ilib/harness $(LINK_HARDENING) $(LDFLAGS) -o $@ $< \
		$(libktstr) $(LDLIBS)

build/test/%: test/unit/%.c build/lib/tools.a
	$(begin)
	$(compile) -MF build/obj/$*.d $(LINK_HARDENING) $(LDFLAGS) -o $@ $(filter %.c %.a,$^) $(tools_libs) $(LDLIBS)

# A fuzzing target by itself, with a main that gives it files.
fuzz_common = build/obj/test/fuzz/fuzz.o build/obj/test/fuzz/replay.o
build/test/fuzz/%: build/obj/test/fuzz/%.o $(fuzz_common) build/lib/tools.a
	$(begin)
	$(link) -o $@ $^ $(tools_libs) $(LDLIBS)

# And with clang's libFuzzer, for which all of lib/ is compiled once more.
FUZZ_CC = clang
FUZZ_CFLAGS = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_objects = $(tools_objects:build/%=build/fuzz/%) build/fuzz/obj/test/fuzz/fuzz.o
fuzz_compile = $(FUZZ_CC) -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib $(LIBDEFLATE_CFLAGS) \
	-pthread $(FUZZ_CFLAGS) -MMD -MP

build/fuzz/obj/%.o: %.c build/fuzz_settings
	$(begin)
	$(fuzz_compile) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/bin/%: build/fuzz/obj/test/fuzz/%.o $(fuzz_objects)
	$(begin)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(tools_libs) $(LIBARCHIVE_LIBS) $(MATH_LIBS)

SECONDS = 60
TARGETS = $(FUZZ)
fuzz: $(TARGETS:%=build/fuzz/bin/%)
	test/fuzz/run $(SECONDS) $(TARGETS)

# The main job, on a bundled example: what a new user sees first.
demo:
	$(call say,$$ make -s # up to a minute)
	$(MAKE) $(if $(filter 1,$(V)),,-s) all
	share/examples/demo

# The scheduler of the example test spread, and of the session in README.md.
scheduler: build/examples/scx_fifo
build/examples/scx_fifo: share/examples/scx_fifo.c share/examples/fifo.bpf.c
	$(begin)
	libbpf=$$(test/vm/get-libbpf) && \
		headers="-isystem $$libbpf/include -isystem /usr/include/$$($(CC) -print-multiarch)" && \
		clang -g -O2 -Wall -target bpf $$headers -c -o build/obj/fifo.bpf.o share/examples/fifo.bpf.c && \
		$(CC) -std=gnu11 $(WARNINGS) $(CFLAGS) -Wa,-Ibuild/obj $$headers -o $@ $< \
			"$$(find "$$libbpf" -name libbpf.a | head -n 1)" -lelf -lz

TESTS = test
VM_TESTS = test/vm
check-programs: all $(units)

check-slow: TESTS = test/slow
check check-slow: check-programs
	CC='$(CC)' KTSTR_TEST_CFLAGS='$(CFLAGS)' test/check $(BATS_FLAGS) $(TESTS)

# Real kernels in QEMU: the first choice of get-kernel, or with KERNELS=all each of test/vm/kernels.
check-vm: all
	$(if $(filter-out all,$(KERNELS)),$(error KERNELS is all, or not given; KTSTR_VM_KERNEL is a path))
	@status=0; for choice in $(if $(KERNELS),$$(cat test/vm/kernels),''); do \
		kernel=$$(test/vm/get-kernel $$choice) || exit; echo "# $$kernel"; \
		KTSTR_VM_KERNEL=$$kernel bats $(BATS_FLAGS) $(VM_TESTS) || status=1; done; exit $$status

# Ratios count, as machines are shared: each script pairs its commands. Some parts want root.
bench: all $(units)
	@for part in export many pack b64 preflight extract sources; do \
		echo "== $$part"; test/bench/$$part || exit; done >build/bench.txt; cat build/bench.txt
	@test/bench/chart build/bench.txt >build/bench.svg

vm-shell:
	test/vm/vm-shell $(VM_FLAGS)

# The session in README.md, as it happens now in QEMU.
readme: all
	test/vm/session README.md

lint: $(programs) $(engine)
	test/lint

# how analysers see the sources, all with the macros that some of them need
analyse: private defines = -DKTSTR_BINDIR='"$(bindir)"' -DKTSTR_ENGINE_SHA256='""' -Ilib/harness
analyse:
	CC='$(CC)' ANALYSE_FLAGS='$(subst ','\'',$(filter -std=% -I% -D%,$(filter-out -D_FORTIFY_SOURCE=%,$(compile))))' \
		test/analyse $(PARTS)

examples_installed = $(wildcard share/examples/*.c share/examples/*.ktstr share/examples/*.bash \
	share/examples/*.txt share/examples/*.yml share/examples/*.service share/examples/*.timer)
pages = $(wildcard man/*.[1-9])
sections = $(sort $(subst .,,$(suffix $(pages))))
documents = $(wildcard README.md SECURITY.md CHANGELOG.md LICENSE)
commands = $(PROGRAMS) $(SCRIPTS)

install: all
	$(call say,install below $(DESTDIR)$(PREFIX))
	install -d $(addprefix $(DESTDIR),$(bindir) $(privatedir) $(libdir)/pkgconfig $(includedir) $(datadir)/ktstr \
		$(addprefix $(mandir)/man,$(sections)) $(bashdir) $(zshdir) $(docdir)/examples)
	install -m 755 $(programs) $(DESTDIR)$(bindir)
	install -m 644 $(engine) $(DESTDIR)$(datadir)/ktstr
	install -m 644 $(libktstr) $(DESTDIR)$(libdir)
	install -m 644 $(preload) $(DESTDIR)$(privatedir)
	install -m 644 lib/harness/ktstr.h $(DESTDIR)$(includedir)
	install -m 644 build/lib/pkgconfig/ktstr.pc $(DESTDIR)$(libdir)/pkgconfig
	for page in $(pages); do \
		install -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.} || exit; done
	install -m 644 share/completions/ktstr.bash $(DESTDIR)$(bashdir)/ktstr
	for command in $(commands); do \
		ln -sf ktstr $(DESTDIR)$(bashdir)/$$command || exit; done
	install -m 644 share/completions/_ktstr $(DESTDIR)$(zshdir)
	install -m 644 $(documents) $(DESTDIR)$(docdir)
	install -m 644 $(examples_installed) $(DESTDIR)$(docdir)/examples
	chmod 755 $(addprefix $(DESTDIR)$(docdir)/examples/,$(notdir $(filter %.bash,$(examples_installed))))

# Directories that are not ours alone stay, with whatever else they hold.
uninstall:
	$(call say,uninstall below $(DESTDIR)$(PREFIX))
	rm -f $(addprefix $(DESTDIR),$(addprefix $(bindir)/,$(commands)) $(engine:build/share/%=$(datadir)/%) \
		$(libdir)/libktstr.a $(privatedir)/preload.so $(includedir)/ktstr.h $(libdir)/pkgconfig/ktstr.pc \
		$(foreach n,$(sections),$(addprefix $(mandir)/man$n/,$(notdir $(filter %.$n,$(pages))))) \
		$(addprefix $(bashdir)/,ktstr $(commands)) $(zshdir)/_ktstr \
		$(addprefix $(docdir)/,$(documents) $(addprefix examples/,$(notdir $(examples_installed)))))
	for directory in $(datadir)/ktstr $(privatedir) $(docdir)/examples $(docdir); do \
		rmdir $(DESTDIR)$$directory 2>/dev/null || true; done

# From a commit, or from an unpacked tarball, which gives that tarball again: what is in it, and
# not the time, the umask, the user or the order of a directory, makes the bytes.
dist = ktstr-tools-$(VERSION)
dist:
	$(call say,build/$(dist).tar.gz)
	rm -rf build/dist
	mkdir -p build/dist/$(dist)
	if [ -e .git ]; then git archive -o build/dist/tree.tar HEAD; \
		else tar --exclude=./build -cf build/dist/tree.tar .; fi
	tar -xpf build/dist/tree.tar -C build/dist/$(dist)
	sed -i 's/^\(Version: *\).*/\1$(VERSION)/' build/dist/$(dist)/rpm/ktstr-tools.spec
	tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=u-w \
		--mtime=@$$(stat -c %Y build/dist/$(dist)/Makefile) -cf build/$(dist).tar -C build/dist $(dist)
	gzip -9nf build/$(dist).tar

packages:
	test/packages

clean:
	rm -rf build

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

-include $(wildcard $(foreach obj,build/obj build/fuzz/obj,$(obj)/*.d $(obj)/*/*.d $(obj)/*/*/*.d $(obj)/*/*/*/*.d))

FORCE:
.PHONY: all analyse bench check check-programs check-slow check-vm clean demo dist fuzz help install lint manual packages readme scheduler uninstall vm-shell FORCE
.DELETE_ON_ERROR:
.SECONDARY:
