// This file is part of mpheap, MIT licence.
//
// Vectors and start-up, loaded to the start of the RAM by whoever starts it: a
// debugger or the emulator. There is no boot stage: from flash, a real board
// would need one in the first 256 bytes, and the clocks set up.

#include <stddef.h>
#include <stdint.h>

#include "port_rp2040.h"

extern uint32_t _bss_begin, _bss_end;
int main(void);
void demo_systick(void);

void demo_reset(void) {
    for (uint32_t *word = &_bss_begin; word < &_bss_end; word++) {
        *word = 0;
    }
    main();
}

static void hang(void) {
    for (;;) {
    }
}

__attribute__((section(".vectors"), used))
static const void *const vectors[16 + 26] = {
    (const void *)0x20042000,
    demo_reset,
    hang,
    hang,
    [15] = demo_systick,
    [16 + 11] = tracer_rp2040_irq,
};
