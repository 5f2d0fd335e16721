// SPDX-License-Identifier: GPL-2.0
// Loaded, it stops the one processor for ever: no interrupt, no panic, no word. Only hardware gets out of it.
#include <linux/irqflags.h>
#include <linux/module.h>

static int __init hang(void)
{
	local_irq_disable();
	/* Many instructions a turn: the emulated machine's clock counts them. */
	for (;;)
		asm volatile(".rept 400\n\tnop\n\t.endr" ::: "memory");
	return 0;
}

module_init(hang);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hangs the kernel");
