// This file is part of mpheap, MIT licence.

// For a mutex that is recursive from the start.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "mpheap_port.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "py/runtime.h"

pthread_mutex_t mpheap_port_mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
__thread const mpheap_frame_t *mpheap_this_frame = &mpheap_no_frame;

// Packets are written at once, so few are ever on their way.
#define SLOTS (4)

static struct {
    int file;
    int error;              // the errno of the first failed write
    bool ignores_pipes;     // SIGPIPE is ignored until the end
    int64_t begin_us;
    volatile uint32_t clock;
    tracer_slot_t slots[SLOTS];
} port = { .file = -1 };

// --- Time -------------------------------------------------------------------------

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void mpheap_port_tick_clock(void) {
    port.clock = (uint32_t)(monotonic_us() - port.begin_us);
}

// --- The line ---------------------------------------------------------------------

// What cannot be written is dropped; stop() tells.
static void transmit(const uint8_t *data, size_t length) {
    while (length != 0 && port.error == 0) {
        ssize_t written = write(port.file, data, length);
        if (written >= 0) {
            data += written;
            length -= (size_t)written;
        } else if (errno != EINTR) {
            port.error = errno;
        }
    }
}

static bool busy(void) {
    return false;
}

// A terminal would change bytes on their way.
static void make_raw(int file) {
    struct termios settings;
    if (tcgetattr(file, &settings) == 0) {
        cfmakeraw(&settings);
        tcsetattr(file, TCSANOW, &settings);
    }
}

// A reader that closes its pipe ends the trace, not the program.
static void ignore_pipes(bool ignore) {
    struct sigaction action;
    if (ignore == port.ignores_pipes || sigaction(SIGPIPE, NULL, &action) != 0) {
        return;
    }
    if (action.sa_handler == (ignore ? SIG_DFL : SIG_IGN)) {
        action.sa_handler = ignore ? SIG_IGN : SIG_DFL;
        sigaction(SIGPIPE, &action, NULL);
        port.ignores_pipes = ignore;
    }
}

void mpheap_port_open(const mpheap_line_options_t *options, tracer_setup_t *setup) {
    static const tracer_line_t line = { transmit, busy };
    const char *path = options->path != NULL ? options->path : "run.mpheap";
    do {
        port.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
    } while (port.file < 0 && errno == EINTR);
    if (port.file < 0) {
        mp_raise_OSError_with_filename(errno, path);
    }
    make_raw(port.file);
    ignore_pipes(true);
    port.error = 0;
    port.begin_us = monotonic_us();
    port.clock = 0;
    setup->slots = port.slots;
    setup->n_slots = SLOTS;
    setup->line = &line;
    setup->crc32 = tracer_crc32_more;
    setup->clock = &port.clock;
    setup->clock_high = 0;
}

int mpheap_port_close(void) {
    if (close(port.file) != 0 && port.error == 0) {
        port.error = errno;
    }
    port.file = -1;
    ignore_pipes(false);
    return port.error;
}

// --- Other things -----------------------------------------------------------------

void mpheap_port_grace(void) {
    static const struct timespec moment = { .tv_nsec = 2000000 };
    nanosleep(&moment, NULL);
}

uint32_t mpheap_port_clock_hz(void) {
    return 0;
}

uint32_t mpheap_port_baud(void) {
    return 0;
}

// A position-independent program is loaded anywhere.
uintptr_t mpheap_port_code_address(const void *address) {
    extern const unsigned char __executable_start[];
    const Elf32_Ehdr *header = (const void *)__executable_start; // e_type: same place in Elf64_Ehdr
    uintptr_t base = header->e_type == ET_DYN ? (uintptr_t)__executable_start : 0;
    return (uintptr_t)address - base;
}
