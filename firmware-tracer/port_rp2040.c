// This file is part of mpheap, MIT licence.

#include "port_rp2040.h"

#include "tracer.h"

#define REG(address) (*(volatile uint32_t *)(address))

#define RESETS_RESET_CLR REG(0x4000c000 + 0x3000)
#define RESETS_RESET_DONE REG(0x4000c000 + 0x08)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_UART(n) (1u << (22 + (n)))

#define IO_BANK0_CTRL(pin) REG(0x40014004 + 8 * (pin))
#define FUNCTION_UART (2)

#define UART(n) (0x40034000 + 0x4000 * (n))
#define UART_DR (0x00)
#define UART_IBRD (0x24)
#define UART_FBRD (0x28)
#define UART_LCR_H (0x2c)
#define UART_CR (0x30)
#define UART_DMACR (0x48)
#define LCR_H_8_BITS_FIFO (3u << 5 | 1u << 4)
#define CR_ENABLE_TX (1u << 8 | 1u << 0)
#define DMACR_TX (1u << 1)

#define DMA_CHANNEL(n) (0x50000000 + 0x40 * (n))
#define DMA_READ_ADDR (0x00)
#define DMA_WRITE_ADDR (0x04)
#define DMA_TRANS_COUNT (0x08)
#define DMA_CTRL_TRIG (0x0c)
#define DMA_INTE(n) REG(0x50000404 + 0x10 * (n))
#define DMA_INTS(n) REG(0x5000040c + 0x10 * (n))
#define DMA_SNIFF_CTRL REG(0x50000434)
#define DMA_SNIFF_DATA REG(0x50000438)
#define CTRL_EN (1u << 0)
#define CTRL_INCR_READ (1u << 4)
#define CTRL_CHAIN_TO(n) ((uint32_t)(n) << 11)
#define CTRL_TREQ(n) ((uint32_t)(n) << 15)
#define CTRL_IRQ_QUIET (1u << 21)
#define CTRL_SNIFF_EN (1u << 23)
#define CTRL_BUSY (1u << 24)
#define TREQ_UART_TX(n) (20u + 2 * (n))
#define TREQ_ALWAYS (0x3fu)
#define SNIFF_EN (1u << 0)
#define SNIFF_CHANNEL(n) ((uint32_t)(n) << 1)
#define SNIFF_CRC32_REVERSED (1u << 5)
#define SNIFF_OUT_REVERSED (1u << 10)
#define SNIFF_OUT_INVERTED (1u << 11)

#define TIMER_RAW_HIGH REG(0x40054024)
#define TIMER_RAW_LOW (0x40054028)

static struct {
    uintptr_t channel;
    uintptr_t crc_channel;
    uint32_t control;
    uint32_t crc_control;
    uint32_t sniff_control;
    uint8_t irq;
    uint8_t channel_number;
    bool sniffer;
} port;

// --- The line -------------------------------------------------------------------

static void transmit(const uint8_t *data, size_t length) {
    REG(port.channel + DMA_READ_ADDR) = (uintptr_t)data;
    REG(port.channel + DMA_TRANS_COUNT) = length;
    REG(port.channel + DMA_CTRL_TRIG) = port.control;
}

static bool busy(void) {
    return (REG(port.channel + DMA_CTRL_TRIG) & CTRL_BUSY) != 0;
}

void tracer_rp2040_irq(void) {
    DMA_INTS(port.irq) = 1u << port.channel_number;
    tracer_sent();
}

static void init_uart(const tracer_rp2040_t *config) {
    uintptr_t uart = UART(config->uart);
    uint32_t reset = RESET_DMA | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_UART(config->uart);
    RESETS_RESET_CLR = reset;
    while ((RESETS_RESET_DONE & reset) != reset) {
    }
    // Clocks per bit, in 128ths of 16; rounded to 64ths.
    uint32_t divisor = 8 * config->clk_peri_hz / config->baud + 1;
    REG(uart + UART_IBRD) = divisor >> 7;
    REG(uart + UART_FBRD) = (divisor & 0x7f) >> 1;
    REG(uart + UART_LCR_H) = LCR_H_8_BITS_FIFO;
    REG(uart + UART_CR) = CR_ENABLE_TX;
    REG(uart + UART_DMACR) = DMACR_TX;
    IO_BANK0_CTRL(config->tx_pin) = FUNCTION_UART;
}

static void init_dma(const tracer_rp2040_t *config) {
    port.channel = DMA_CHANNEL(config->dma_channel);
    port.channel_number = config->dma_channel;
    port.irq = config->dma_irq;
    port.control = CTRL_EN | CTRL_INCR_READ | CTRL_CHAIN_TO(config->dma_channel)
        | CTRL_TREQ(TREQ_UART_TX(config->uart));
    REG(port.channel + DMA_WRITE_ADDR) = UART(config->uart) + UART_DR;
    DMA_INTE(port.irq) |= 1u << config->dma_channel;
}

// --- CRC-32 -----------------------------------------------------------------------

static uint32_t reversed(uint32_t value) {
    uint32_t result = 0;
    for (unsigned i = 0; i < 32; i++) {
        result = result << 1 | (value & 1);
        value >>= 1;
    }
    return result;
}

// The sniffer sees every byte that a DMA channel moves; this one moves them
// all to the same place, a byte a cycle.
static uint32_t sniffed_crc32(uint32_t crc, const uint8_t *data, size_t length) {
    static volatile uint8_t nowhere;
    DMA_SNIFF_CTRL = port.sniff_control;
    DMA_SNIFF_DATA = crc == 0 ? 0xffffffffu : reversed(~crc);
    REG(port.crc_channel + DMA_READ_ADDR) = (uintptr_t)data;
    REG(port.crc_channel + DMA_WRITE_ADDR) = (uintptr_t)&nowhere;
    REG(port.crc_channel + DMA_TRANS_COUNT) = length;
    REG(port.crc_channel + DMA_CTRL_TRIG) = port.crc_control;
    while ((REG(port.crc_channel + DMA_CTRL_TRIG) & CTRL_BUSY) != 0) {
    }
    uint32_t result = DMA_SNIFF_DATA;
    DMA_SNIFF_CTRL = 0;
    return result;
}

// The program may use the sniffer too: then it is left alone.
static uint32_t crc32(uint32_t crc, const uint8_t *data, size_t length) {
    if (port.sniffer && length != 0 && (DMA_SNIFF_CTRL & SNIFF_EN) == 0) {
        return sniffed_crc32(crc, data, length);
    }
    return tracer_crc32_more(crc, data, length);
}

static void init_crc(const tracer_rp2040_t *config) {
    port.crc_channel = DMA_CHANNEL(config->crc_channel);
    port.crc_control = CTRL_EN | CTRL_INCR_READ | CTRL_CHAIN_TO(config->crc_channel)
        | CTRL_TREQ(TREQ_ALWAYS) | CTRL_IRQ_QUIET | CTRL_SNIFF_EN;
    port.sniff_control = SNIFF_EN | SNIFF_CHANNEL(config->crc_channel) | SNIFF_CRC32_REVERSED
        | SNIFF_OUT_REVERSED | SNIFF_OUT_INVERTED;
    // Used if it is there and right (an emulator may not have it).
    static const uint8_t sample[] = "123456789";
    port.sniffer = (DMA_SNIFF_CTRL & SNIFF_EN) == 0
        && sniffed_crc32(sniffed_crc32(0, sample, 4), sample + 4, 5) == 0xcbf43926u;
}

bool tracer_rp2040_has_sniffer(void) {
    return port.sniffer;
}

void tracer_rp2040_init(const tracer_rp2040_t *config, tracer_setup_t *setup) {
    static const tracer_line_t line = { transmit, busy };
    init_uart(config);
    init_dma(config);
    init_crc(config);
    setup->line = &line;
    setup->crc32 = crc32;
    setup->clock = (const volatile uint32_t *)TIMER_RAW_LOW;
    setup->clock_high = TIMER_RAW_HIGH;
}
