/* ops.h - what the kernel's sched_ext side and the program that loads it agree on */
#ifndef OPS_H
#define OPS_H

/*
 * The members of the kernel's struct sched_ext_ops that are used here: libbpf finds them by name
 * in the running kernel's type information, so neither their order nor the others matter.
 */
struct task_struct;
struct scx_exit_info;

struct sched_ext_ops {
	int (*select_cpu)(struct task_struct *task, int last, unsigned long long flags);
	void (*enqueue)(struct task_struct *task, unsigned long long flags);
	void (*exit)(struct scx_exit_info *info);
	unsigned int timeout_ms;
	unsigned long long flags; /* SCX_OPS_... */
	char name[128];
};

/* Written by the loader before the load: how long a task may run. */
struct scx_settings {
	unsigned long long slice_ns;
	unsigned int fail; /* as below, but from the first task on */
};

/* Memory that both sides see while the scheduler is loaded. */
struct scx_shared {
	unsigned int drop; /* the loader sets it: programs given to enqueue are lost from then on */
	unsigned int fail; /* the same: what enqueue is given goes to a queue that does not exist */
	unsigned int ended; /* set when the kernel has let go of the scheduler */
	char reason[128];   /* the kernel's words for why */
	char message[256];
};

#endif
