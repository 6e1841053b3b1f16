/* kernel.h - the few kernel types that a scheduler here uses, in place of a vmlinux.h */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/types.h>
#include <stdbool.h>

typedef __s32 s32;
typedef __u64 u64;

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "ops.h"

/* Members are found by name in the running kernel's type information (CO-RE). */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	unsigned int flags;
};

struct scx_exit_info {
	const char *reason;
	char *msg;
};

#pragma clang attribute pop

#endif
