/* ktstr.h - libktstr: register scheduler tests, run them here or export each as one file
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
 * For C11 and C++20 (C++17 if the compiler takes designated initialisers), GNU/Linux only. A
 * program may have its own main or use libktstr's. Before main runs, libktstr checks all registered
 * tests and ends the program with status 64 if one is wrong.
 */
#ifndef KTSTR_H
#define KTSTR_H

#include <stdbool.h>
#include <stddef.h>

/* C++ takes a designated initialiser only once, so the members have the defaults there. */
#ifdef __cplusplus
#define KTSTR_INITIAL(value) = value
extern "C" {
#else
#define KTSTR_INITIAL(value)
#endif
#pragma GCC visibility push(default)

/* A test's result, which is also its exit status. */
enum ktstr_result {
	KTSTR_PASS = 0,
	KTSTR_FAIL = 1,
	KTSTR_INCONCLUSIVE = 2, /* it ran, but the machine was too noisy to tell */
	KTSTR_SKIP = 4,		/* it cannot run here */
};

/* The least that a machine must have. A member that is 0 has its default: 1, 1, 2 and 1. */
struct ktstr_topology {
	int numa_nodes KTSTR_INITIAL(0);
	int llcs KTSTR_INITIAL(0); /* in total: a multiple of numa_nodes */
	int cores_per_llc KTSTR_INITIAL(0);
	int threads_per_core KTSTR_INITIAL(0);
};

struct ktstr_sysctl {
	const char *key KTSTR_INITIAL(NULL); /* as in "kernel.sched_rt_runtime_us" */
	const char *value KTSTR_INITIAL(NULL);
};

/*
 * A configuration that is packed as a file. In args, {file} stands for its path. NULL: --config and
 * the path.
 */
struct ktstr_config {
	const char *name KTSTR_INITIAL(NULL); /* of the file, without a directory */
	const char *text KTSTR_INITIAL(NULL);
	const char *const *args KTSTR_INITIAL(NULL);
};

struct ktstr_bpf_map_write {
	const char *map KTSTR_INITIAL(NULL);
	unsigned long long offset KTSTR_INITIAL(0);
	unsigned long long value KTSTR_INITIAL(0);
};

/* A file below /sys/ or /proc/, and its line while a scheduler in the kernel is on. */
struct ktstr_enabled_when {
	const char *file KTSTR_INITIAL(NULL);
	const char *value KTSTR_INITIAL(NULL);
};

/*
 * Arrays, here and below, end with NULL, sysctls with a NULL key. A NULL pointer is an empty array.
 * A relative path begins in the directory that ktstr-export runs in.
 */
struct ktstr_scheduler {
	const char *name KTSTR_INITIAL(NULL);	/* for people; needed */
	const char *binary KTSTR_INITIAL(NULL); /* a path if it has a '/', else a name to find */
	const char *const *args KTSTR_INITIAL(NULL);
	const char *cgroup_parent KTSTR_INITIAL(NULL); /* made before the scheduler starts */
	const char *config_file KTSTR_INITIAL(NULL);   /* packed; see config_file_args */
	const struct ktstr_sysctl *sysctls KTSTR_INITIAL(NULL);
	const char *const *enable KTSTR_INITIAL(NULL); /* commands, for a scheduler in the kernel */
	const char *const *disable KTSTR_INITIAL(NULL);
	const char *const *include_files KTSTR_INITIAL(NULL);
	const char *const *built_from KTSTR_INITIAL(NULL); /* sources: a warning if it is older */
	const char *const *cgroup_controllers KTSTR_INITIAL(NULL); /* as "cpu": see libktstr(3) */
	const char *const *config_file_args KTSTR_INITIAL(NULL);   /* as those of a ktstr_config */
	const struct ktstr_config *config_content KTSTR_INITIAL(NULL);
	struct ktstr_enabled_when enabled_when KTSTR_INITIAL({}); /* proves that it is on */
	const char *const *include_dirs KTSTR_INITIAL(NULL);
};

struct ktstr_test;
struct ktstr_run;

/* The argument of a test's body. Only read it. It is valid until the body returns. */
struct ktstr_ctx {
	const struct ktstr_test *test;
	int duration_s;			/* seconds to measure: the test's own, or --duration */
	int watchdog_s;			/* seconds after that until it is killed and has failed */
	struct ktstr_topology topology; /* with defaults filled in */
	const char *cgroup_root;	/* a cgroup v2 directory for this run alone, or NULL */
	const char *include_dir;	/* the directory of what is included, or NULL: nothing is */
	struct ktstr_run *run;		/* libktstr's own */
};

/* A test. KTSTR_TEST sets the first four members. */
struct ktstr_test {
	const char *name;
	const char *file;
	int line;
	enum ktstr_result (*body)(struct ktstr_ctx *ctx);

	const struct ktstr_scheduler *scheduler KTSTR_INITIAL(NULL); /* NULL: the kernel's own */
	const char *const *extra_sched_args KTSTR_INITIAL(NULL); /* after the scheduler's args */
	struct ktstr_topology topology KTSTR_INITIAL({});
	int duration_s KTSTR_INITIAL(12); /* KTSTR_TEST has these defaults for C */
	int watchdog_s KTSTR_INITIAL(5);
	const char *const *include_files KTSTR_INITIAL(NULL); /* paths, or programs on PATH */
	const char *const *run_args KTSTR_INITIAL(NULL);      /* how the .run calls this program */
	bool host_only KTSTR_INITIAL(false);		      /* cannot be exported */
	const struct ktstr_bpf_map_write *bpf_map_write KTSTR_INITIAL(NULL); /* likewise */
	bool attaches_schedulers KTSTR_INITIAL(false);	      /* itself: no scheduler is started */
	bool drops_root KTSTR_INITIAL(false);		      /* other users can reach its files */
	const char *about KTSTR_INITIAL(NULL);		      /* what it tests, for people */
	const char *contact KTSTR_INITIAL(NULL);	      /* who wants to hear of a failure */
	const char *kernel_min KTSTR_INITIAL(NULL);	      /* as in "6.12"; NULL: any */
	const char *kernel_max KTSTR_INITIAL(NULL);	      /* needs kernel_min */
	const char *const *kernel_args KTSTR_INITIAL(NULL);   /* words of its command line */
	const char *workload_root_cgroup KTSTR_INITIAL(NULL); /* ctx->cgroup_root below the mount */
	const char *expect_scheduler_error KTSTR_INITIAL(NULL); /* in the reason of an ejection */
	const char *const *include_dirs KTSTR_INITIAL(NULL);	/* paths of directories */
	bool no_run_args KTSTR_INITIAL(false); /* the .run calls it without any argument */
};

/*
 * Print "NAME: fail: REASON" (inconclusive, skip) as one line on standard error and return that
 * result. It counts even if the body does not return it: the verdict is the worst of all, in the
 * order fail, inconclusive, skip, pass. Any thread and any child process of the test may call them.
 */
enum ktstr_result ktstr_fail(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum ktstr_result ktstr_inconclusive(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum ktstr_result ktstr_skip(struct ktstr_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Report a number to the .run, whose result has it: a name of up to 64 letters, digits and
 * _ . : / % -, a finite value, and a unit of 1 to 16 bytes or NULL. Outside of a .run it is a line
 * "NAME: metric: ..." on standard error. If the arguments are not so, the test has failed. A metric
 * that cannot be written is lost, with a message. Any thread and any child process may call it.
 */
void ktstr_metric(struct ktstr_ctx *ctx, const char *name, double value, const char *unit);

/* KTSTR_TEST calls this: start to stop are the tests of one program or shared object. */
void ktstr_register(const struct ktstr_test *const *start, const struct ktstr_test *const *stop);

/* The linker defines these for each program or shared object that has the section. */
extern const struct ktstr_test *const __start_ktstr_tests[]
	__attribute__((weak, visibility("hidden")));
extern const struct ktstr_test *const __stop_ktstr_tests[]
	__attribute__((weak, visibility("hidden")));

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

/* Keeps a variable through the linker's garbage collection. */
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

/* A body without a return statement would return what a register happens to hold. */
#define KTSTR_RETURN_NEEDED _Pragma("GCC diagnostic error \"-Wreturn-type\"")

/*
 * KTSTR_TEST(NAME, .FIELD = VALUE, ...) { BODY } registers a test. NAME is an identifier, unique
 * in the program. The fields are those of struct ktstr_test from scheduler on; C++ wants them in
 * that order. A field that is left out has the default of ktstr-manifest(5). BODY gets
 * struct ktstr_ctx *ctx, runs in a process of its own and returns an enum ktstr_result. A body that
 * crashes, exits or runs longer than duration_s + watchdog_s has failed.
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
 * The linker takes an object of a static library, and with --as-needed a shared object, only if
 * something refers to it. KTSTR_REQUIRE(NAME) in the program refers to that test and so links all
 * tests of its object. Without such a test the program does not link.
 */
#define KTSTR_REQUIRE(name_)                                                         \
	KTSTR_EXTERN_C const char ktstr_has_##name_;                                 \
	__attribute__((constructor)) static void ktstr_require_##name_(void)         \
	{                                                                            \
		__asm__ volatile("" : : "r"(&ktstr_has_##name_)); /* refers to it */ \
	}                                                                            \
	struct ktstr_test /* takes the semicolon */

#endif
