/* ktstr.h - libktstr: register tests of the scheduler, to be run here or exported as one file
 *
 *	#include <ktstr.h>
 *
 *	KTSTR_TEST(wakes_up, .duration_s = 3)
 *	{
 *		if (!has_what_it_needs())
 *			return ktstr_skip(ctx, "needs this and that");
 *		return KTSTR_PASS;
 *	}
 *
 *	cc wakes_up.c $(pkg-config --cflags --libs ktstr)
 *	./a.out run
 *	ktstr-export -b ./a.out wakes_up
 *
 * For C11 and C++20 (C++17 where the compiler takes designated initialisers), GNU/Linux only. A
 * program may have its own main or leave it to libktstr. Before main runs, libktstr checks what is
 * registered and ends the program with status 64 where that is wrong.
 */
#ifndef KTSTR_H
#define KTSTR_H

#include <stdbool.h>
#include <stddef.h>

/* In C++ a designated initialiser may stand once: there defaults are the members' own. */
#ifdef __cplusplus
#define KTSTR_INITIAL(value) = value
extern "C" {
#else
#define KTSTR_INITIAL(value)
#endif
#pragma GCC visibility push(default)

/* What a test says, and its exit status. */
enum ktstr_result {
	KTSTR_PASS = 0,
	KTSTR_FAIL = 1,
	KTSTR_INCONCLUSIVE = 2, /* it ran, and the machine was too noisy to tell */
	KTSTR_SKIP = 4,		/* it cannot run here */
};

/* The least a machine must have. A member that is 0 stands for its default: 1, 1, 2 and 1. */
struct ktstr_topology {
	int numa_nodes KTSTR_INITIAL(0);
	int llcs KTSTR_INITIAL(0); /* in all: a multiple of numa_nodes */
	int cores_per_llc KTSTR_INITIAL(0);
	int threads_per_core KTSTR_INITIAL(0);
};

struct ktstr_sysctl {
	const char *key KTSTR_INITIAL(NULL); /* as in "kernel.sched_rt_runtime_us" */
	const char *value KTSTR_INITIAL(NULL);
};

struct ktstr_bpf_map_write {
	const char *map KTSTR_INITIAL(NULL);
	unsigned long long offset KTSTR_INITIAL(0);
	unsigned long long value KTSTR_INITIAL(0);
};

/*
 * Arrays, here and below, end with NULL (sysctls with a NULL key); a NULL pointer is an empty
 * one. A path that is not absolute is relative to the directory one exports from.
 */
struct ktstr_scheduler {
	const char *name KTSTR_INITIAL(NULL);	/* for people; needed */
	const char *binary KTSTR_INITIAL(NULL); /* a path if it has a '/', else a name to find */
	const char *const *args KTSTR_INITIAL(NULL);
	const char *cgroup_parent KTSTR_INITIAL(NULL); /* passed as --cell-parent-cgroup */
	const char *config_file KTSTR_INITIAL(NULL);   /* packed, and passed as --config */
	const struct ktstr_sysctl *sysctls KTSTR_INITIAL(NULL);
	const char *const *enable KTSTR_INITIAL(NULL); /* commands for one that the kernel holds */
	const char *const *disable KTSTR_INITIAL(NULL);
	const char *const *include_files KTSTR_INITIAL(NULL);
};

struct ktstr_test;
struct ktstr_run;

/* What a test's body is given. Read it only; it lives until the body returns. */
struct ktstr_ctx {
	const struct ktstr_test *test;
	int duration_s; /* how long to measure: the test's own, or what --duration says */
	int watchdog_s; /* how much longer it may take before it is killed and has failed */
	struct ktstr_topology topology; /* with defaults filled in */
	const char *cgroup_root;	/* a cgroup v2 directory of this run's own, or NULL */
	const char *include_dir;	/* where include_files were put, or NULL: not exported */
	struct ktstr_run *run;		/* libktstr's own */
};

/* A test, as KTSTR_TEST makes it: the first four members are the macro's. */
struct ktstr_test {
	const char *name;
	const char *file;
	int line;
	enum ktstr_result (*body)(struct ktstr_ctx *ctx);

	const struct ktstr_scheduler *scheduler KTSTR_INITIAL(NULL); /* NULL: the kernel's own */
	const char *const *extra_sched_args KTSTR_INITIAL(NULL); /* behind the scheduler's args */
	struct ktstr_topology topology KTSTR_INITIAL({});
	int duration_s KTSTR_INITIAL(12); /* KTSTR_TEST has these defaults for C */
	int watchdog_s KTSTR_INITIAL(5);
	const char *const *include_files KTSTR_INITIAL(NULL); /* paths, or programs on PATH */
	const char *const *run_args KTSTR_INITIAL(NULL);      /* how the .run calls this program */
	bool host_only KTSTR_INITIAL(false);		      /* cannot be exported */
	const struct ktstr_bpf_map_write *bpf_map_write KTSTR_INITIAL(NULL); /* likewise */
	bool attaches_schedulers KTSTR_INITIAL(false); /* of its own: no scheduler is started */
	bool drops_root KTSTR_INITIAL(false);	       /* its files can be reached by other users */
};

/*
 * Print "NAME: fail: REASON" (inconclusive, skip) as one line on standard error and return the
 * result of that name. It counts whether or not the body returns it: of all that was said the worst
 * is the verdict, in the order fail, inconclusive, skip, pass. Any thread of the test may call
 * them, and any process it forked.
 */
enum ktstr_result ktstr_fail(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum ktstr_result ktstr_inconclusive(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum ktstr_result ktstr_skip(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Called by KTSTR_TEST: start..stop are the tests of one program or shared object. */
void ktstr_register(const struct ktstr_test *const *start, const struct ktstr_test *const *stop);

/* The linker defines these for each module that has the section. */
extern const struct ktstr_test *const __start_ktstr_tests[]
	__attribute__((weak, visibility("hidden")));
extern const struct ktstr_test *const __stop_ktstr_tests[]
	__attribute__((weak, visibility("hidden")));

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

/* Kept by the linker whatever it collects as garbage. */
#if defined(__has_attribute)
#if __has_attribute(retain)
#define KTSTR_KEEP used, retain
#endif
#endif
#ifndef KTSTR_KEEP
#define KTSTR_KEEP used
#endif

#ifdef __cplusplus
#define KTSTR_EXTERN_C extern "C"
#define KTSTR_DEFAULTS
#define KTSTR_OVERRIDES_BEGIN
#define KTSTR_OVERRIDES_END
#else
#define KTSTR_EXTERN_C extern
#define KTSTR_DEFAULTS .duration_s = 12, .watchdog_s = 5,
#ifdef __clang__
#define KTSTR_OVERRIDES_BEGIN            \
	_Pragma("clang diagnostic push") \
		_Pragma("clang diagnostic ignored \"-Winitializer-overrides\"")
#define KTSTR_OVERRIDES_END _Pragma("clang diagnostic pop")
#else
#define KTSTR_OVERRIDES_BEGIN \
	_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#define KTSTR_OVERRIDES_END _Pragma("GCC diagnostic pop")
#endif
#endif

/* A body that ends without a return would say what a register happens to hold: pass, perhaps. */
#define KTSTR_RETURN_NEEDED _Pragma("GCC diagnostic error \"-Wreturn-type\"")

/*
 * KTSTR_TEST(NAME, .FIELD = VALUE, ...) { BODY } registers a test. NAME is an identifier, unique
 * in the program. The fields are those of struct ktstr_test from scheduler on; C++ wants them in
 * their order there. One left out has its default, as in ktstr-manifest(5). BODY gets
 * struct ktstr_ctx *ctx, runs in a process of its own and returns an enum ktstr_result; one that
 * crashes, exits or outlives duration_s + watchdog_s has failed.
 */
#define KTSTR_TEST(name_, ...)                                                                    \
	static enum ktstr_result ktstr_body_##name_(struct ktstr_ctx *ctx);                       \
	KTSTR_OVERRIDES_BEGIN                                                                     \
	static const struct ktstr_test ktstr_test_##name_ = { .name = #name_,                     \
							      .file = __FILE__,                   \
							      .line = __LINE__,                   \
							      .body = ktstr_body_##name_,         \
							      KTSTR_DEFAULTS __VA_ARGS__ };       \
	KTSTR_OVERRIDES_END                                                                       \
	static const struct ktstr_test *ktstr_entry_##name_                                       \
		__attribute__((section("ktstr_tests"), KTSTR_KEEP)) = &ktstr_test_##name_;        \
	KTSTR_EXTERN_C const char ktstr_has_##name_ __attribute__((weak, visibility("default"))); \
	const char ktstr_has_##name_ = 1;                                                         \
	__attribute__((constructor(101))) static void ktstr_register_##name_(void)                \
	{                                                                                         \
		ktstr_register(__start_ktstr_tests, __stop_ktstr_tests);                          \
	}                                                                                         \
	KTSTR_RETURN_NEEDED                                                                       \
	static enum ktstr_result ktstr_body_##name_(struct ktstr_ctx *ctx __attribute__((unused)))

/*
 * The linker takes from a static library only the objects that something names, and with
 * --as-needed only such shared objects. KTSTR_REQUIRE(NAME) in the program names that test, and
 * brings in all tests of its object; where there is no such test the program does not link.
 */
#define KTSTR_REQUIRE(name_)                                                     \
	KTSTR_EXTERN_C const char ktstr_has_##name_;                             \
	__attribute__((constructor)) static void ktstr_require_##name_(void)     \
	{                                                                        \
		__asm__ volatile("" : : "r"(&ktstr_has_##name_)); /* names it */ \
	}                                                                        \
	struct ktstr_test /* takes the semicolon */

#endif
