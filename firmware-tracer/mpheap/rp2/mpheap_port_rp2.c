// This file is part of mpheap, MIT licence.
//
// Takes from the Pico SDK what the tracer's own port (port_rp2040.c) uses: a
// UART, two DMA channels, one DMA interrupt that is shared, a spin lock; and
// gives all of it back at stop().

#include "mpheap_port.h"

#include "hardware/clocks.h"
#include "hardware/dma.h"
#include "hardware/gpio.h"
#include "hardware/irq.h"
#include "hardware/sync.h"
#include "hardware/timer.h"
#include "hardware/uart.h"
#include "port_rp2040.h"
#include "py/mpthread.h"
#include "py/mpstate.h"
#include "py/runtime.h"

// Half of them should take a keyframe of a fragmented heap.
#ifndef MPHEAP_SLOTS
#define MPHEAP_SLOTS (24)
#endif

// Rates further off than this are not understood at the other end.
#define BAUD_ERROR_PERCENT (2)

static tracer_slot_t slots[MPHEAP_SLOTS];
static tracer_rp2040_t config;

// --- What is to be had ------------------------------------------------------------

static uint8_t tx_pin(uint32_t uart, int32_t tx) {
    static const uint8_t pins[2][4] = { { 0, 12, 16, 28 }, { 4, 8, 20, 24 } };
    const uint8_t *of_uart = pins[uart];
    if (tx < 0) {
        return of_uart[0];
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(pins[0]); i++) {
        if (of_uart[i] == tx) {
            return of_uart[i];
        }
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mpheap: tx of uart %d is %d, %d, %d or %d"),
        (int)uart, of_uart[0], of_uart[1], of_uart[2], of_uart[3]);
}

// The rate that the UART's divisor, in 64ths, comes to.
static void check_baud(uint32_t clk_peri_hz, uint32_t baud) {
    uint32_t divisor = (8 * clk_peri_hz / baud + 1) / 2;
    uint32_t real = divisor < 64 ? 0 : 4 * (uint64_t)clk_peri_hz / divisor;
    uint32_t off = real > baud ? real - baud : baud - real;
    if (off > baud / 100 * BAUD_ERROR_PERCENT) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mpheap: baud %u cannot be made of %u Hz"),
            (unsigned)baud, (unsigned)clk_peri_hz);
    }
}

static void check_uart(uint32_t uart) {
    if (uart_is_enabled(uart == 0 ? uart0 : uart1)) {
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: uart %u is in use"), (unsigned)uart);
    }
}

// Programs may have taken either for themselves alone.
static uint8_t free_interrupt(void) {
    if (irq_get_exclusive_handler(DMA_IRQ_1) == NULL) {
        return 1;
    }
    if (irq_get_exclusive_handler(DMA_IRQ_0) == NULL) {
        return 0;
    }
    mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: both DMA interrupts are taken"));
}

static void claim_channels(void) {
    int first = dma_claim_unused_channel(false);
    int second = dma_claim_unused_channel(false);
    if (second < 0) {
        if (first >= 0) {
            dma_channel_unclaim(first);
        }
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: no two DMA channels are free"));
    }
    config.dma_channel = first;
    config.crc_channel = second;
}

static unsigned interrupt(void) {
    return config.dma_irq == 0 ? DMA_IRQ_0 : DMA_IRQ_1;
}

// --- Open and close -----------------------------------------------------------------

void mpheap_port_open(const mpheap_line_options_t *options, tracer_setup_t *setup) {
    if (options->path != NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("mpheap: no path, this port sends by UART"));
    }
    config.clk_peri_hz = clock_get_hz(clk_peri);
    config.baud = options->baud;
    config.uart = options->uart;
    config.tx_pin = tx_pin(options->uart, options->tx);
    check_baud(config.clk_peri_hz, config.baud);
    check_uart(config.uart);
    if (spin_lock_is_claimed(TRACER_SPIN_LOCK)) {
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: spin lock %u is taken"), (unsigned)TRACER_SPIN_LOCK);
    }
    config.dma_irq = free_interrupt();
    claim_channels();
    spin_lock_claim(TRACER_SPIN_LOCK);
    irq_add_shared_handler(interrupt(), tracer_rp2040_irq, PICO_SHARED_IRQ_HANDLER_DEFAULT_ORDER_PRIORITY);
    irq_set_enabled(interrupt(), true);
    setup->slots = slots;
    setup->n_slots = MPHEAP_SLOTS;
    tracer_rp2040_init(&config, setup);
}

int mpheap_port_close(void) {
    uart_inst_t *uart = config.uart == 0 ? uart0 : uart1;
    uart_tx_wait_blocking(uart); // DMA is done, the UART's own buffer is not
    uart_get_hw(uart)->cr = 0;
    uart_deinit(uart);
    gpio_deinit(config.tx_pin);
    dma_irqn_set_channel_enabled(config.dma_irq, config.dma_channel, false);
    irq_remove_handler(interrupt(), tracer_rp2040_irq);
    dma_channel_unclaim(config.dma_channel);
    dma_channel_unclaim(config.crc_channel);
    spin_lock_unclaim(TRACER_SPIN_LOCK);
    return 0;
}

// --- Other things -----------------------------------------------------------------

void mpheap_port_grace(void) {
    busy_wait_us_32(20);
}

uint32_t mpheap_port_clock_hz(void) {
    return clock_get_hz(clk_sys);
}

uint32_t mpheap_port_baud(void) {
    return config.baud;
}

// Without the Thumb bit.
uintptr_t mpheap_port_code_address(const void *address) {
    return (uintptr_t)address & ~(uintptr_t)1;
}

// --- The other core's end ------------------------------------------------------------

void __real_mp_thread_deinit(void);
void __wrap_mp_thread_deinit(void);

void __wrap_mp_thread_deinit(void) {
    bool on = tracer_is_on();
    if (on) {
        tracer_core_stops();
    }
    __real_mp_thread_deinit();
    if (on) {
        tracer_core_stopped();
    }
    mpheap_port_no_frames();
}
