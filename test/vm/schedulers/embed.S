/* embed.S - the compiled BPF object, as bytes of the program that loads it */
	.section .rodata
	.globl object_begin, object_end
	.balign 8
object_begin:
	.incbin BPF_OBJECT
object_end:
	.section .note.GNU-stack, "", @progbits
