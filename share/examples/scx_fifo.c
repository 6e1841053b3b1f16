/* scx_fifo.c - keeps the scheduler of fifo.bpf.c attached until SIGTERM or SIGINT
 *
 *	cc scx_fifo.c -lbpf -o scx_fifo # beside fifo.bpf.o, which is then within the program
 *	sudo ./scx_fifo --slice-us 5000
 */
#include <bpf/libbpf.h>
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

__asm__(".section .rodata\n.balign 8\nbegin: .incbin \"fifo.bpf.o\"\nend: .previous");
extern const char begin[], end[];

int main(int argc, char **argv)
{
	struct bpf_object *object = bpf_object__open_mem(begin, end - begin, NULL);
	struct bpf_link *link = NULL;
	__u64 *slice_ns;
	sigset_t signals;
	size_t size;
	int signal;

	if (!object)
		err(1, "the BPF object cannot be read");
	slice_ns = bpf_map__initial_value(bpf_object__find_map_by_name(object, ".rodata"), &size);
	if (argc == 3 && !strcmp(argv[1], "--slice-us"))
		*slice_ns = strtoull(argv[2], NULL, 10) * 1000;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (!bpf_object__load(object))
		link = bpf_map__attach_struct_ops(bpf_object__find_map_by_name(object, "fifo"));
	if (!link)
		err(1, "the kernel refused the scheduler");
	sigwait(&signals, &signal);
	bpf_link__destroy(link);
	return 0;
}
