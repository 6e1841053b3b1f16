/* fifo.bpf.c - one queue for all CPUs, first in, first out; loses programs when it is told to */
#include "kernel.h"

#define SCX_DSQ_GLOBAL 0x8000000000000001ULL
#define NO_SUCH_DSQ 4711
#define PF_KTHREAD 0x00200000

char LICENSE[] SEC("license") = "GPL";

const volatile struct scx_settings settings;
volatile struct scx_shared shared;

s32 scx_bpf_select_cpu_dfl(struct task_struct *task, s32 last, u64 flags, bool *idle) __ksym;
void scx_bpf_dsq_insert(struct task_struct *task, u64 queue, u64 slice, u64 flags) __ksym;

/*
 * The kernel's own choice of a CPU. Left out, it would also run a task that finds an idle CPU at
 * once, and enqueue would see only the others.
 */
SEC("struct_ops/select_cpu")
s32 BPF_PROG(fifo_select_cpu, struct task_struct *task, s32 last, u64 flags)
{
	bool idle;

	return scx_bpf_select_cpu_dfl(task, last, flags, &idle);
}

/*
 * CPUs take tasks from the global queue by themselves: there is nothing to dispatch. The kernel's
 * threads are never lost: its watchdog is one of them.
 */
SEC("struct_ops/enqueue")
int BPF_PROG(fifo_enqueue, struct task_struct *task, u64 flags)
{
	if (settings.fail || shared.fail)
		scx_bpf_dsq_insert(task, NO_SUCH_DSQ, settings.slice_ns, flags);
	else if (!shared.drop || task->flags & PF_KTHREAD)
		scx_bpf_dsq_insert(task, SCX_DSQ_GLOBAL, settings.slice_ns, flags);
	return 0;
}

SEC("struct_ops/exit")
int BPF_PROG(fifo_exit, struct scx_exit_info *info)
{
	bpf_probe_read_kernel_str((char *)shared.reason, sizeof(shared.reason), info->reason);
	bpf_probe_read_kernel_str((char *)shared.message, sizeof(shared.message), info->msg);
	shared.ended = 1;
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops ops = {
	.select_cpu = (void *)fifo_select_cpu,
	.enqueue = (void *)fifo_enqueue,
	.exit = (void *)fifo_exit,
	.name = "fifo",
};
