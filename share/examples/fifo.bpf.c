/* fifo.bpf.c - a sched_ext scheduler: one queue for all CPUs, first in, first out
 *
 *	clang -g -O2 -target bpf -I/usr/include/$(cc -print-multiarch) -c fifo.bpf.c -o fifo.bpf.o
 *
 * It needs Linux 6.13 and libbpf 1.4. scx_fifo.c loads it.
 */
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SCX_DSQ_GLOBAL 0x8000000000000001ULL

/* What is used of the kernel's structs: libbpf finds the members by their names. */
struct task_struct {
	int pid;
};

struct sched_ext_ops {
	void (*enqueue)(struct task_struct *task, __u64 flags);
	char name[128];
};

void scx_bpf_dsq_insert(struct task_struct *task, __u64 queue, __u64 slice, __u64 flags) __ksym;

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __u64 slice_ns = 20000000; /* the loader may write another value */

/* CPUs take tasks from the global queue by themselves. A task that finds an idle CPU is not queued.
 */
SEC("struct_ops/enqueue")
int BPF_PROG(fifo_enqueue, struct task_struct *task, __u64 flags)
{
	scx_bpf_dsq_insert(task, SCX_DSQ_GLOBAL, slice_ns, flags);
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops fifo = {
	.enqueue = (void *)fifo_enqueue,
	.name = "fifo",
};
