// This file is part of mpheap, MIT licence.
//
// The tracer on an RP2040: a UART by DMA, the timer, CRC-32 by the DMA's
// sniffer. Registers only, no SDK; clocks are as the program has set them up
// (the timer counts microseconds, clk_peri runs).
//
// A port is this header and five functions for tracer_setup_t. The header
// gives tracer.c, inline:
//
//   tracer_port_lock()         interrupts off and the other core out
//   tracer_port_unlock(state)  as before
//   tracer_port_interrupts_off(), _on(state)
//                              for hooks that change the lock field
//   tracer_port_core()         0 or 1
//   tracer_port_in_interrupt()
//   TRACER_CORES               1 leaves out what only two cores need

#ifndef MPHEAP_PORT_RP2040_H
#define MPHEAP_PORT_RP2040_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef TRACER_CORES
#define TRACER_CORES (2)
#endif

// One of the SIO's 32 spin locks that nothing else uses. (The SDK leaves 24 to
// 31 to be claimed, MicroPython claims from the lowest.)
#ifndef TRACER_SPIN_LOCK
#define TRACER_SPIN_LOCK (31)
#endif

#define TRACER_SIO_CPUID (*(const uint32_t *)0xd0000000) // never changes
#define TRACER_SIO_SPIN_LOCK (*(volatile uint32_t *)(0xd0000100 + 4 * TRACER_SPIN_LOCK))

static inline uint32_t tracer_port_interrupts_off(void) {
    uint32_t state;
    __asm__ volatile ("mrs %0, primask\n\tcpsid i" : "=r" (state) : : "memory");
    return state;
}

static inline void tracer_port_interrupts_on(uint32_t state) {
    __asm__ volatile ("msr primask, %0" : : "r" (state) : "memory");
}

static inline uint32_t tracer_port_lock(void) {
    uint32_t state = tracer_port_interrupts_off();
    #if TRACER_CORES > 1
    while (TRACER_SIO_SPIN_LOCK == 0) {
    }
    __asm__ volatile ("" : : : "memory");
    #endif
    return state;
}

static inline void tracer_port_unlock(uint32_t state) {
    #if TRACER_CORES > 1
    __asm__ volatile ("" : : : "memory");
    TRACER_SIO_SPIN_LOCK = 0;
    #endif
    tracer_port_interrupts_on(state);
}

static inline uint32_t tracer_port_core(void) {
    return TRACER_SIO_CPUID;
}

static inline bool tracer_port_in_interrupt(void) {
    uint32_t exception;
    __asm__ volatile ("mrs %0, ipsr" : "=r" (exception));
    return (exception & 0x3f) != 0;
}

struct _tracer_setup_t;

typedef struct _tracer_rp2040_t {
    uint32_t clk_peri_hz;
    uint32_t baud;              // 115200 to 3000000
    uint8_t uart;               // 0, 1
    uint8_t tx_pin;             // 0, 12, 16, 28; 4, 8, 20, 24
    uint8_t dma_channel;        // sends
    uint8_t crc_channel;        // feeds the sniffer
    uint8_t dma_irq;            // 0, 1: tracer_rp2040_irq is in its vector
} tracer_rp2040_t;

// Sets up UART and DMA and fills in all of `setup` that is the port's: line,
// crc32, clock.
void tracer_rp2040_init(const tracer_rp2040_t *config, struct _tracer_setup_t *setup);
// The interrupt DMA_IRQ_0 or _1: the next packet may go.
void tracer_rp2040_irq(void);
// Is the sniffer used? (If not, CRCs are made in software.)
bool tracer_rp2040_has_sniffer(void);

#endif // MPHEAP_PORT_RP2040_H
