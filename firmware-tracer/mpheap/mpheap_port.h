// This file is part of mpheap, MIT licence.
//
// What the module needs of a port of MicroPython beyond what the tracer's own
// port header gives:
//
//   posix/   the unix port: packets are written to a file, pipe or terminal
//   rp2/     the rp2 port: a UART by DMA
//
// Each folder has a .c file for the functions here; tracer_port.h for the
// tracer; and mpheap_port_inline.h with, inline,
//
//   mpheap_port_enter(), _leave()  one hook at a time, where the tracer's own
//                                  turn does not see to that
//   mpheap_port_tick_clock()       brings the clock up to date where it is a
//                                  variable
//   mpheap_port_running()          where the frame is kept that this thread runs
//   mpheap_port_no_frames()        no thread runs any: at the begin, and where it stops
//   MPHEAP_PORT_EXITS_AFTER_SWEEP_ALL

#ifndef MPHEAP_PORT_H
#define MPHEAP_PORT_H

#include "mpheap_compat.h"
#include "tracer.h"

// A Python function that runs, on the stack of the call that runs it.
typedef struct _tracer_frame_t {
    const mp_code_state_t *code;
    const struct _tracer_frame_t *caller;
} mpheap_frame_t;

// Of a thread that runs no Python: its code has no ip, and it has no caller.
extern const mpheap_frame_t mpheap_no_frame;

typedef struct _mpheap_line_options_t {
    const char *path;       // NULL: not given
    uint32_t uart;
    uint32_t baud;
    int32_t tx;             // -1: not given
} mpheap_line_options_t;

#include "mpheap_port_inline.h"

// Opens the line and fills in the port's part of `setup`: line, slots, CRC,
// clock. Raises what cannot be done as Python exceptions.
void mpheap_port_open(const mpheap_line_options_t *options, tracer_setup_t *setup);
// After tracer_stop(); the errno of the first failed write, or 0.
int mpheap_port_close(void);
// Waits so long that other threads which were about to lock the collector have
// done so.
void mpheap_port_grace(void);
uint32_t mpheap_port_clock_hz(void);
// The baud rate for ABOUT; 0: none.
uint32_t mpheap_port_baud(void);
// A code address as the firmware's ELF has it.
uintptr_t mpheap_port_code_address(const void *address);

#endif // MPHEAP_PORT_H
