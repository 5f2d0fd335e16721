// SPDX-License-Identifier: GPL-2.0
// Loaded, it stops the one processor for ever: no interrupt, no panic, no word. Only hardware gets out of it.
#include <linux/irqflags.h>
#include <linux/module.h>
#include <asm/processor.h>

static int __init hang(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
	return 0;
}

module_init(hang);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hangs the kernel");
